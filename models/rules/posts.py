"""Posts change hands: an alternate for a time, or a new holder. Tasks stay with the post."""

from models import events as e
from models.commands import Delegate, HandOver
from models.posts import SECRETARIAT, Post
from models.refusal import RefusalKind
from models.rules.actors import BY_ANYBODY
from models.rules.checks import refuse
from models.rules.context import RuleContext
from models.rules.table import OPEN_STAGES, rule


def _own_post(context: RuleContext, post: Post | None) -> Post:
    meant = post or context.by
    if meant != context.by and context.by != SECRETARIAT:
        raise refuse(
            f"Only {meant} itself or the secretariat may hand over or delegate that post.", RefusalKind.FORBIDDEN
        )
    if not context.case.directory.holds(meant):
        raise refuse(f"There is no post {meant} in the directory.", RefusalKind.NOT_FOUND)
    return meant


@rule("delegate", "name an alternate for its post", BY_ANYBODY, OPEN_STAGES, own_word=True)
def delegate(context: RuleContext, body: Delegate) -> None:
    """Name an alternate that may act for the post until a date; the post keeps its holder."""
    if body.until is not None and body.until < context.now.date():
        raise refuse("The delegation would end before it begins.", RefusalKind.INVALID)
    context.emit(e.Delegated(post=_own_post(context, body.post), to=body.to, until=body.until))


@rule("hand_over", "hand its post over", BY_ANYBODY, OPEN_STAGES, own_word=True)
def hand_over(context: RuleContext, body: HandOver) -> None:
    """Name another person that holds the post from now on."""
    context.emit(e.HandedOver(post=_own_post(context, body.post), to=body.to))
