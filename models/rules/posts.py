"""Posts change hands: an alternate for a time, or a new holder. Tasks stay with the post."""

from models import events as e
from models.commands import Delegate, HandOver
from models.posts import SECRETARIAT as THE_SECRETARIAT
from models.posts import Post
from models.refusal import Why
from models.rules.turn import OPEN_STAGES, Turn, refuse, rule
from models.rules.who import ANYBODY

__all__: list[str] = []


def _own_post(turn: Turn, post: Post | None) -> Post:
    meant = post or turn.by
    if meant != turn.by and turn.by != THE_SECRETARIAT:
        raise refuse(f"Only {meant} itself or the secretariat may hand over or delegate that post.", Why.FORBIDDEN)
    if not turn.case.directory.holds(meant):
        raise refuse(f"There is no post {meant} in the directory.", Why.NOT_FOUND)
    return meant


@rule("delegate", "name an alternate for its post", ANYBODY, OPEN_STAGES)
def delegate(turn: Turn, body: Delegate) -> None:
    """An alternate may act for the post until a date; the post keeps its holder."""
    if body.until is not None and body.until < turn.now.date():
        raise refuse("The delegation would end before it begins.", Why.INVALID)
    turn.emit(e.Delegated(post=_own_post(turn, body.post), to=body.to, until=body.until))


@rule("hand_over", "hand its post over", ANYBODY, OPEN_STAGES)
def hand_over(turn: Turn, body: HandOver) -> None:
    """Another person holds the post from now on."""
    turn.emit(e.HandedOver(post=_own_post(turn, body.post), to=body.to))
