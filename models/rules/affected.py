"""Who is affected, on what ground: what a requester must say of itself, and what the Steering Group says of it.

The group is convened "upon the request of affected countries" (Co-Chairs' Statement of April 2009).
"""

from collections.abc import Sequence

from models import events as e
from models.case import Case, Stage
from models.commands import ReviewGround
from models.grounds import Ground, written_number
from models.policy import Requesters
from models.posts import Post, desk_of
from models.reasons import ReasonCode, StatedReason, reason
from models.refusal import RefusalKind
from models.request import Request
from models.rules.actors import BY_STEERING_GROUP
from models.rules.checks import must_be_news, refuse
from models.rules.context import RuleContext
from models.rules.table import rule
from models.visibility import grounds_closed_to


def by_the_member(request: Request, member: str) -> Request:
    """The request with the member's code in the grounds that name nobody: those are its own."""
    if all(one.member for one in request.grounds):
        return request
    grounds = tuple(one.model_copy(update={"member": one.member or member}) for one in request.grounds)
    return request.model_copy(update={"grounds": grounds})


def could_ask(case: Case, post: Post) -> bool:
    """Whether the post's member is one that can ask for the group at all: an organisation cannot, by the policy."""
    of_states_alone = case.policy.requesters is Requesters.AFFECTED_MEMBERS
    return not (of_states_alone and case.directory.is_organisation(post.member))


def must_be_affected(case: Case, request: Request, member: str) -> None:
    """Refuse a requester that does not say how it is affected itself, where the policy asks for it.

    Raises:
        Refused: it is an organisation, or the request holds no ground of its own.
    """
    if case.policy.requesters is not Requesters.AFFECTED_MEMBERS:
        return
    name = case.directory.name(member)
    if not could_ask(case, desk_of(member)):
        raise refuse(
            f"{name} is an organisation: the group is asked for by affected states and territories. It can bring the "
            "situation to one of them, or to a member of the Steering Group.",
            RefusalKind.FORBIDDEN,
        )
    if not request.grounds_of(member):
        grounds = ", ".join(Ground)
        raise refuse(
            f"The request does not say how {name} is affected itself. Add its ground: the member {member}, one of "
            f"{grounds}, and what is known in figures, with their day and sources; "
            "or name it on a route. Who is not affected can bring the situation to a member that is.",
            RefusalKind.INVALID,
        )


def grounds_must_hold(context: RuleContext, request: Request) -> None:
    """Refuse a ground that is no state's or territory's, or that begins later than today where its member's office is.

    Raises:
        Refused: an organisation is said to be affected, or a day lies ahead; cases of before take both.
    """
    case = context.case
    if case.policy.requesters is not Requesters.AFFECTED_MEMBERS:
        return
    for one in request.grounds:
        name = case.directory.name(one.member)
        if case.directory.is_organisation(one.member):
            raise refuse(
                f"{name} is an organisation, and grounds are those of states and territories: name the state or "
                "territory that is affected. What the organisation knows can stand among the sources of its figures.",
                RefusalKind.INVALID,
            )
        if one.since is not None and one.since > context.today(one.member or context.by.member):
            raise refuse(
                f"{name} is said to be affected ({one.ground}) since {one.since.isoformat()}, and that day "
                "has not come yet. Give the day on which it began, or leave it out; "
                "what is expected can be told in the situation.",
                RefusalKind.INVALID,
            )


def _has_grounds(case: Case, post: Post) -> bool:
    request = case.request
    return bool(request.grounds or request.routes) and not grounds_closed_to(case, post)


_WHILE_IT_MATTERS = {Stage.SUBMITTED, Stage.CO_CHAIR_REVIEW, Stage.PARTICIPANT_SELECTION}


@rule("review_ground", "confirm or dispute a ground", BY_STEERING_GROUP, _WHILE_IT_MATTERS, _has_grounds, own_word=True)
def review_ground(context: RuleContext, body: ReviewGround) -> None:
    """Say whether a member's ground holds: it is shown to the Co-Chairs, and who is disputed is not put first."""
    if grounds_closed_to(context.case, context.by):
        raise refuse(
            "Who is affected, and how, is confidential in this request; who reads it reviews it.", RefusalKind.FORBIDDEN
        )
    grounds = [one.ground for one in context.case.request.grounds_of(body.member)]
    if body.ground not in grounds:
        known = ", ".join(grounds) or "none"
        raise refuse(
            f"The request does not state {body.ground} as a ground of {body.member}; what it states: {known}.",
            RefusalKind.NOT_FOUND,
        )
    if context.by.member == body.member:
        raise refuse(
            f"{body.member} states its own ground and does not review it; another member of the Steering Group does.",
            RefusalKind.FORBIDDEN,
        )
    if body.view == "dispute" and not body.text:
        raise refuse("Say why the ground is disputed.", RefusalKind.INVALID)
    disputed = body.view == "dispute"
    about = (context.by, body.member, body.ground)
    views = [one for one in context.case.ground_reviews if (one.by, one.member, one.ground) == about]
    again = bool(views) and (views[-1].disputed, views[-1].text) == (disputed, body.text)
    must_be_news(context.case, context.by.member, again, "said so")
    context.emit(e.GroundReviewed(member=body.member, ground=body.ground, disputed=disputed, text=body.text))


def _reviewers(case: Case, member: str, ground: Ground, *, disputed: bool) -> tuple[str, ...]:
    about = (member, ground, disputed)
    return tuple(one.by.member for one in case.ground_reviews if (one.member, one.ground, one.disputed) == about)


def is_disputed(case: Case, member: str, ground: Ground) -> bool:
    """Whether more members of the Steering Group dispute a ground than confirm it."""
    against, for_it = (_reviewers(case, member, ground, disputed=disputed) for disputed in (True, False))
    return len(against) > len(for_it)


def affected_by(case: Case, member: str) -> tuple[StatedReason, ...]:
    """The stated grounds of a member as reasons, with their figures and what the Steering Group said of them."""
    found = []
    for one in case.request.grounds:
        if one.member != member:
            continue
        year = case.opened_at.year if case.opened_at else None
        if one.has_figures:
            since = one.since.isoformat() if one.since else ""
            day = since[5:] if one.since and one.since.year == year else since
            figures = (written_number(one.number), written_number(one.of), day, str(len(one.sources)))
            found.append(reason(ReasonCode.GROUND_WITH_FIGURES, ground=one.ground.value, figures=figures))
        else:
            found.append(reason(ReasonCode.GROUND, ground=one.ground.value))
        for code, disputed in ((ReasonCode.GROUND_CONFIRMED, False), (ReasonCode.GROUND_DISPUTED, True)):
            if who := _reviewers(case, member, one.ground, disputed=disputed):
                found.append(reason(code, ground=one.ground.value, who=who))
    return tuple(found)


def most_affected_first(case: Case, members: Sequence[str]) -> list[str]:
    """The members in the order in which they are affected: by the persons that their undisputed grounds count, then
    who has a ground without figures, then who has none. Organisations are never most affected and stand last.

    Where no ground is stated the order stays as it is; likewise where grounds or figures are confidential, since all who
    see the list would read them in its order.
    """
    if not case.request.grounds or {"affected", "figures"} & case.request.confidential.keys():
        return list(members)

    def rank(member: str) -> tuple[int, float]:
        if case.directory.is_organisation(member):
            return 3, 0
        holds = [one for one in case.request.grounds_of(member) if not is_disputed(case, member, one.ground)]
        counted = [one.number for one in holds if one.number is not None]
        return (0, -max(counted)) if counted else (1 if holds else 2, 0)

    return sorted(members, key=rank)
