"""The kinds of posts that rules speak of: who a command is for."""

from collections.abc import Callable
from dataclasses import dataclass

from models.case import Case
from models.posts import SECRETARIAT, Post, Role, desk_of


@dataclass(frozen=True)
class Actor:
    """A kind of post that may do something: the words for it, and the test.

    ``lacking``: a sentence on what another post lacks. ``once``: the test that commands of before decision 49 were held
    to, where it was another: histories hold what it admitted.
    """

    words: str
    test: Callable[[Case, Post], bool]
    lacking: Callable[[Case, Post], str] = lambda case, post: ""
    once: Callable[[Case, Post], bool] | None = None


def by_focal_point(
    words: str, of: Callable[[Case, str], bool], lacking: Callable[[Case, Post], str] = Actor.lacking
) -> Actor:
    """The focal points of the members (by their code) that have something to do with the case."""
    return Actor(words, lambda case, post: post.role is Role.FOCAL_POINT and of(case, post.member), lacking)


def _decides(case: Case, post: Post) -> bool:
    at_a_gate = any(gate.decider(post) for gate in case.gates.values())
    return post in case.directory.co_chairs or at_a_gate


def _not_the_requester(case: Case, post: Post) -> str:
    desks = " and ".join(map(desk_of, case.requesters))
    words = "requesters" if len(case.requesters) > 1 else "requester"
    return f"Only the {words}, {desks}, may." if desks else ""


def _not_invited(case: Case, post: Post) -> str:
    listed = post.role is not Role.FOCAL_POINT or post.member in case.participants
    return "" if listed else f"{case.directory.name(post.member)} is not invited."


BY_ANYBODY = Actor("a post in the directory", lambda case, post: post.role is not Role.AUDITOR)
BY_ANY_MEMBER = by_focal_point("a member's focal point", lambda case, member: True)
BY_REQUESTER = by_focal_point("a requester's focal point", Case.is_requester, _not_the_requester)
BY_RESPONDENT = Actor(
    "the post that a Co-Chair's question is for",
    lambda case, post: any(gate.respondent == post for gate in case.open_gates),
)
BY_SECRETARIAT = Actor("the secretariat", lambda case, post: post == SECRETARIAT)
BY_CO_CHAIR = Actor("a Co-Chair", lambda case, post: post in case.directory.co_chairs)
BY_SITTING_CO_CHAIR = Actor(
    "a Co-Chair that has not recused itself",
    lambda case, post: post in case.directory.co_chairs and not case.recused(post),
    once=BY_CO_CHAIR.test,
)
BY_DECIDER = Actor("a Co-Chair (or the Steering Group member in a recused Co-Chair's place)", _decides)
BY_STEERING_GROUP = Actor(
    "a Steering Group member",
    lambda case, post: post in case.directory.steering_group or post in case.directory.co_chairs,
)
# On the list, whatever became of the invitation: what may be answered is the rule's to say.
BY_LISTED = by_focal_point(
    "the focal point of an invited member", lambda case, member: member in case.participants, _not_invited
)
# Participants and observers.
BY_GROUP = by_focal_point(
    "a participant's focal point",
    lambda case, member: member in case.participants and case.participants[member].takes_part,
)
