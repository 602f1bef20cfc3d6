"""Who may see a case, and how much of it: one rule for pages, API, mails, feeds and lists."""

from collections.abc import Iterable, Iterator, Mapping
from enum import IntEnum, StrEnum
from operator import attrgetter

from models.base import Value
from models.case import Case, Circulation, Participant, ParticipantState, Recommendation, ReportState, Stage
from models.old_sentences import listed_for
from models.policy import Obligations
from models.posts import SECRETARIAT, Post, Role
from models.reasons import in_english, tells_of
from models.request import Request


class Sight(IntEnum):
    """How much of a case a post sees."""

    NOTHING = 0
    CIRCULATED = 1
    OWN_PART = 2
    CASE = 3


class Reason(StrEnum):
    """Why a post sees as much of a case as it does."""

    SECRETARIAT = "the secretariat sees every case"
    AUDITOR = "auditors read everything"
    CO_CHAIR = "Co-Chairs decide every case"
    RECUSED = "another sits in its place; it reads no more than a requester"
    STEERING_GROUP = "the Steering Group reviews every case"
    NO_PART = "the post has no part in the case"
    MEMBER_WITHOUT_PART = "its member has no part in the case"
    REQUESTER = "its member is the requester"
    PARTICIPANT = "its member takes part"
    OBSERVER = "its member is an observer"
    WITHDREW = "its member submitted the request and took it back"
    INVITED = "its member is invited"
    DECLINED = "its member was invited and has declined"
    LAPSED = "its member was invited and the invitation has lapsed"
    LEFT = "its member took part and has left"
    ASKED_BEFORE = "its member was invited before"
    OUTCOME = "its member owns or supports an outcome"
    ARRANGEMENT = "its member is a party to an arrangement"
    RECOMMENDATION = "a recommendation is addressed to its member"
    NAMED = "a circulation would name its member"
    TOLD = "the case was circulated to its member"


_TAKING_PART = {ParticipantState.ACCEPTED: Reason.PARTICIPANT, ParticipantState.OBSERVER: Reason.OBSERVER}
_ASKED = {
    ParticipantState.INVITED: Reason.INVITED,
    ParticipantState.DECLINED: Reason.DECLINED,
    ParticipantState.LAPSED: Reason.LAPSED,
    ParticipantState.LEFT: Reason.LEFT,
}


_NOT_ASKED_YET = (ParticipantState.PROPOSED, ParticipantState.ADMITTED, ParticipantState.NOT_ADMITTED)
"""Where the Steering Group, the Co-Chairs or the group speak of a member: it is told nothing until it is invited."""


def sees_every_case(post: Post) -> bool:
    """Whether a post sees every case that there is; what another sees, each case says of itself (``readers``)."""
    return post == SECRETARIAT or post.role is Role.AUDITOR


def sits_as_co_chair(case: Case, post: Post) -> bool:
    """Whether a post is a Co-Chair of the case in whose place nobody else sits."""
    return post in case.directory.co_chairs and not case.recused(post)


def why_seen(case: Case, post: Post) -> tuple[Sight, Reason]:
    """How much of a case a post sees, and the reason."""
    if sees_every_case(post):
        return Sight.CASE, Reason.AUDITOR if post.role is Role.AUDITOR else Reason.SECRETARIAT
    if post in case.directory.co_chairs:
        return Sight.CASE, Reason.RECUSED if case.recused(post) else Reason.CO_CHAIR
    if post in case.directory.steering_group:
        return Sight.CASE, Reason.STEERING_GROUP
    if post.role is not Role.FOCAL_POINT:
        return Sight.NOTHING, Reason.NO_PART
    return _parts_of_members(case).get(post.member, (Sight.NOTHING, Reason.MEMBER_WITHOUT_PART))


def _parts_of_members(case: Case) -> dict[str, tuple[Sight, Reason]]:
    """What the focal point of each member that has a part in the case sees, and why: the strongest reason first."""
    found: dict[str, tuple[Sight, Reason]] = {}

    def sees(members: Iterable[str], sight: Sight, why: Reason) -> None:
        for member in members:
            found.setdefault(member, (sight, why))

    sees(case.requesters, Sight.CASE, Reason.REQUESTER)
    for one in case.participants.values():
        if one.state in _TAKING_PART:
            sees([one.member], Sight.CASE, _TAKING_PART[one.state])
    sees(case.withdrew, Sight.OWN_PART, Reason.WITHDREW)
    for one in case.participants.values():
        if why := _why_asked(case, one):
            sees([one.member], Sight.OWN_PART, why)
    for owner, supporting in dict.fromkeys(map(_NAMED_BY, case.outcomes.values())):  # each once: there may be hundreds
        sees((owner, *supporting), Sight.OWN_PART, Reason.OUTCOME)
    for arrangement in case.arrangements.values():
        sees(arrangement.concerned, Sight.OWN_PART, Reason.ARRANGEMENT)
    for recommendation in case.recommendations.values():
        sees(_recommended_to(case, recommendation), Sight.OWN_PART, Reason.RECOMMENDATION)
    for circulation in case.circulations.values():
        sees(circulation.names, Sight.OWN_PART, Reason.NAMED)
    for circulation in case.circulations.values():
        if circulation.state == "released":
            sees(circulation.to, Sight.CIRCULATED, Reason.TOLD)
    return found


def _why_asked(case: Case, one: Participant) -> Reason | None:
    """Why a member sees what it was asked about; None where it never was, however often it was proposed.

    Who was invited goes on seeing that when it is proposed again, admitted or not. Cases of before forgot it.
    """
    before = Reason.ASKED_BEFORE if one.asked and case.policy.carries_out else None
    return _ASKED.get(one.state, before)


_NAMED_BY = attrgetter("owner", "supporting")


def _recommended_to(case: Case, one: Recommendation) -> tuple[str, ...]:
    """Who sees a recommendation because it is addressed to it or owned by it.

    By the policy, who is outside the group sees none before its report is accepted and circulated to it.
    """
    to = (*one.to, one.owner)
    if case.policy.obligations is Obligations.AS_NAMED:
        return to
    report = case.reports.get(one.report)
    accepted = report is not None and report.state is ReportState.ACCEPTED
    return tuple(code for code in to if case.in_the_group(code) or (accepted and code not in one.untold))


def readers(case: Case) -> Mapping[Post, Sight]:
    """The posts that see something of the case since it gives them a place in it, without those that see every case.

    Co-Chairs and the Steering Group are those of the case's own directory: who has the mark later is not meant.
    """
    return {post: sight for post, (sight, _) in _places(case).items()}


def _places(case: Case) -> Mapping[Post, tuple[Sight, Reason]]:
    co_chairs = {post: why_seen(case, post) for post in case.directory.co_chairs}
    steering_group = dict.fromkeys(case.directory.steering_group, (Sight.CASE, Reason.STEERING_GROUP))
    parts = _parts_of_members(case).items()
    return co_chairs | steering_group | {Post.of(code, Role.FOCAL_POINT): part for code, part in parts if code}


def sight(case: Case, post: Post) -> Sight:
    """How much of a case a post sees."""
    return why_seen(case, post)[0]


def may_see(case: Case, post: Post) -> bool:
    """Whether a post may learn of the case at all."""
    return sight(case, post) > Sight.NOTHING


def readable(case: Case, post: Post) -> Request:
    """The request as a post may read it: confidential sections that are not open to it are left empty.

    They are open to the requesters, the Co-Chairs that have not recused, the secretariat, auditors, and the posts or
    members that the request names.
    """
    return _without(case.request, closed_sections(case, case.request, post))


def readable_version(case: Case, version: Request, post: Post) -> Request:
    """A version of the request as a post may read it: without what is confidential in it or in the newest one.

    So a section that is marked after it was submitted is closed in the versions before, too.
    """
    return _without(version, closed_sections(case, version, post) | closed_sections(case, case.request, post))


def closed_sections(case: Case, request: Request, post: Post) -> frozenset[str]:
    """The sections of a version of a case's request that a post may not read."""
    if sees_every_case(post) or sits_as_co_chair(case, post) or case.is_requester(post.member):
        return frozenset()
    marked = request.confidential.items()
    return frozenset(section for section, readers in marked if post not in readers and post.member not in readers)


_TELLS_OF_GROUNDS = frozenset(("affected", "routes"))


def grounds_closed_to(case: Case, post: Post) -> bool:
    """Whether a post may not read who is affected, and on what ground."""
    return bool(_TELLS_OF_GROUNDS & closed_sections(case, case.request, post))


def grounds_confidential(case: Case) -> bool:
    """Whether some who read the case may not read who is affected, and on what ground."""
    return bool(_TELLS_OF_GROUNDS & case.request.confidential.keys())


def _without(request: Request, sections: Iterable[str]) -> Request:
    blank = Request()
    left = {section: getattr(blank, section) for section in sections}
    if "affected" in left:
        left["grounds"] = ()
    elif "figures" in left:
        left["grounds"] = tuple(one.without_figures() for one in request.grounds)
    return request.model_copy(update=left)


class Seen(Value):
    """A case as a post sees it: what it may not see is not in ``case``. ``why`` is the reason that it sees this much.

    A page, an API answer or an export is made of this and of nothing else.
    """

    case: Case
    post: Post
    sight: Sight
    why: str


def as_seen(case: Case, post: Post) -> Seen | None:
    """The case as a post sees it; None when it may not learn that there is one."""
    sight, why = why_seen(case, post)
    return _seen(case, post, sight, why) if sight is not Sight.NOTHING else None


def views(case: Case, part: Case | None = None) -> Iterator[Seen]:
    """The case as each post sees it that may see something of it, auditors as one, who reads everything first.

    ``part``: the same case with some of its outcomes alone, to be shown in its place; who sees what is the whole case's
    to say. Posts to which the same sections are closed get one view, as long as it is of the whole group.
    """
    shown = part or case
    whole: dict[frozenset[str], Case] = {}

    def seen(post: Post, sight: Sight, why: Reason) -> Seen:
        if sight is not Sight.CASE:
            return _seen(shown, post, sight, why)
        closed = closed_sections(case, case.request, post)
        if closed not in whole:
            whole[closed] = _whole(shown, closed)
        return Seen.model_construct(case=whole[closed], post=post, sight=sight, why=why)

    yield seen(SECRETARIAT, Sight.CASE, Reason.SECRETARIAT)
    yield seen(Post.of(SECRETARIAT.member, Role.AUDITOR), Sight.CASE, Reason.AUDITOR)
    for post, (sight, why) in _places(case).items():
        yield seen(post, sight, why)


def _seen(case: Case, post: Post, sight: Sight, why: Reason) -> Seen:
    if sight is Sight.CASE:
        shown = _whole(case, closed_sections(case, case.request, post))
    else:
        shown = _own_part(case, post) if sight is Sight.OWN_PART else _circulated(case, post)
    return Seen.model_construct(case=shown, post=post, sight=sight, why=why)


def _whole(case: Case, closed: frozenset[str]) -> Case:
    if not closed:
        return case
    participants = {code: as_listed(one, closed) for code, one in case.participants.items()}
    reviews = () if "affected" in closed else case.ground_reviews
    shown = {"request": _without(case.request, closed), "participants": participants, "ground_reviews": reviews}
    return case.model_copy(update=shown)


def as_listed(participant: Participant, closed: frozenset[str]) -> Participant:
    """A member on the list; why it stands there tells nothing of a section that the reader may not read."""
    if not closed:
        return participant
    if participant.reasons is None:
        told = (part for part, code in listed_for(participant.why) if code is None or not tells_of(code, closed))
        return participant.model_copy(update={"why": "; ".join(told)})
    left = tuple(one for one in participant.reasons if not tells_of(one.code, closed))
    why = in_english(left) if participant.reasons else participant.why
    return participant.model_copy(update={"why": why, "reasons": left})


_NOT_THEIRS: Mapping[str, object] = {
    **{part: {} for part in ("gates", "meetings", "reports", "ladders", "touched", "recent")},
    **{part: {} for part in ("waivers", "waiver_words", "waived_at")},
    "returned": (),
    "ground_reviews": (),
    "suspension": None,
}
"""What is the group's own, and nobody's who is not in it."""


def _own_part(case: Case, post: Post) -> Case:
    """What concerns the member itself: its invitation, with the request it is asked about, and its own duties."""
    member = post.member
    listed = case.participants.get(member)
    asked = (listed is not None and _why_asked(case, listed) is not None) or member in case.withdrew
    titled = Request(title=case.request.title, urgency=case.request.urgency)
    mine = listed if listed is not None and listed.state not in _NOT_ASKED_YET else None
    return case.model_copy(
        update={
            **_NOT_THEIRS,
            "request": readable(case, post) if asked else titled,
            "participants": {member: as_listed(mine, closed_sections(case, case.request, post))} if mine else {},
            "outcomes": {k: o for k, o in case.outcomes.items() if member in (o.owner, *o.supporting)},
            "arrangements": {k: a for k, a in case.arrangements.items() if member in a.concerned},
            "recommendations": {k: r for k, r in case.recommendations.items() if member in _recommended_to(case, r)},
            "circulations": {k: _told(member, c) for k, c in case.circulations.items() if _concerns(member, c)},
            "recordings": {k: r for k, r in case.recordings.items() if r.post == post},
        }
    )


def _circulated(case: Case, post: Post) -> Case:
    """What was released to the member, and the reference; no title and no stage."""
    parts = ("participants", "outcomes", "arrangements", "recommendations", "recordings")
    nothing: Mapping[str, object] = {part: {} for part in parts}
    received = (c for c in case.circulations.values() if c.state == "released" and post.member in c.to)
    released = {c.number: _told(post.member, c) for c in received}
    hidden = {"stage": Stage.DRAFT, "stage_since": None, "requesters": (), "request": Request(), "version": 0}
    return case.model_copy(update={**_NOT_THEIRS, **nothing, **hidden, "circulations": released})


def _concerns(member: str, circulation: Circulation) -> bool:
    return member in circulation.names or (circulation.state == "released" and member in circulation.to)


def _told(member: str, circulation: Circulation) -> Circulation:
    """A circulation as the membership reads it: who else was asked to be named, and said no, is nobody's business."""
    named = circulation.named if circulation.state == "released" else ()
    known = {code: word for code, word in circulation.consents.items() if code == member or code in named}
    names = tuple(dict.fromkeys((*named, *known)))
    told = {"names": names, "consents": known, "refused_by": (), "found": (), "kept_why": ""}
    return circulation.model_copy(update=told)
