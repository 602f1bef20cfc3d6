"""What the link of a mail opens now: the case as its post may see it, and its answer; or why the link is not valid."""

from datetime import datetime
from typing import Literal, NamedTuple

from models.asks import ACKNOWLEDGE, may_answer_by_link
from models.base import Value
from models.case import Case, Circulation, Consent, ParticipantState
from models.duties import open_duties
from models.log import Entry
from models.rules import allowed
from models.rules.circulation import pending_circulation
from models.visibility import Seen, as_seen
from notifications.answer_links import AnswerLink
from notifications.signing import NotOurs
from records.directory import zone_of_member
from records.notices import notice_of
from records.offices import addressee_of
from web.kit.site import Site

BadLinkReason = Literal["unknown", "expired", "handed_over", "sign_in", "moved_on"]

_TAKES_PART = (ParticipantState.ACCEPTED, ParticipantState.OBSERVER, ParticipantState.DECLINED)


class BadLink(Exception):
    """The link is not valid; ``reason`` is all that its page says."""

    def __init__(self, reason: BadLinkReason) -> None:
        super().__init__(reason)
        self.reason: BadLinkReason = reason


class _Standing(NamedTuple):
    """What the post has answered: ``answer`` is empty while it is asked."""

    answer: str = ""
    at: datetime | None = None


class OpenedLink(Value):
    """A valid link. ``case`` is for the rules, ``seen`` for the page.

    ``answer``: what stands, in the domain's word (``accepted``, ``given``, ``acknowledged``), empty while it is asked;
    ``answered_at`` where it is known. ``told_at``: when the notice was queued. ``zone``: of the post's office.
    """

    link: AnswerLink
    kind: str
    told_at: datetime
    due: datetime | None
    zone: str
    case: Case
    seen: Seen
    answer: str
    answered_at: datetime | None

    @property
    def circulation(self) -> Circulation | None:
        """The circulation that names the member, as it may see it."""
        return self.seen.case.circulation if self.link.do == "consent" else None


async def open_link(site: Site, token: str) -> OpenedLink:
    """What a token opens.

    Raises:
        BadLink: it was not made here, has expired, went to somebody who does not hold the post now, or is settled.
    """
    now = site.clock()
    try:
        link = site.links.read(token)
    except NotOurs:
        raise BadLink("unknown") from None
    if now > link.until:
        raise BadLink("expired")
    async with site.engine.connect() as connection:
        row = await notice_of(connection, link.key)
        if row is None or (row.reference, row.post) != (link.reference, link.post):
            raise BadLink("unknown")
        holder = await addressee_of(connection, link.post, row.capacity, now)
        zone = await zone_of_member(connection, link.post.member)
    if holder is None or not site.links.was_for(link, holder.email):
        raise BadLink("handed_over")
    case = await site.files.read(link.reference)
    seen = as_seen(case, link.post) if case is not None else None
    if case is None or seen is None:
        raise BadLink("moved_on")
    if not may_answer_by_link(case.policy.answers_by_link, link.do, link.post):
        raise BadLink("sign_in")
    if link.do == ACKNOWLEDGE:
        noted = row.acknowledged_at
        standing = _Standing("acknowledged" if noted else "", noted)
    else:
        standing = _standing(case, link, await site.files.entries(link.reference, after=row.seq))
    asked = (duty.due for duty in open_duties(case) if (duty.post, duty.do) == (link.post, link.do))
    return OpenedLink.model_construct(
        link=link,
        kind=row.kind,
        told_at=row.queued_at,
        due=next(asked, None),
        zone=zone,
        case=case,
        seen=seen,
        answer=standing.answer,
        answered_at=standing.at,
    )


def _standing(case: Case, link: AnswerLink, since: list[Entry]) -> _Standing:
    """Whether the post is still asked what this mail asked; ``since``: the entries after the one that caused it.

    Raises:
        BadLink: ``moved_on``, also when the same was asked again: the later mail has a link of its own.
    """
    standing = None
    if not any(_asks_anew(entry, link) for entry in since):
        standing = _invitation(case, link) if link.do == "respond" else _consent(case, link)
    if standing is None or (not standing.answer and link.do not in allowed(case, link.post)):
        raise BadLink("moved_on")
    return standing


def _asks_anew(entry: Entry, link: AnswerLink) -> bool:
    if link.do == "respond":
        return entry.type == "invited" and link.post.member in entry.event["members"]
    return entry.type in ("circulation_proposed", "circulation_reworded")


def _invitation(case: Case, link: AnswerLink) -> _Standing | None:
    one = case.participants.get(link.post.member)
    if one is None:
        return None
    if one.state is ParticipantState.INVITED:
        return _Standing()
    return _Standing(one.state.value, one.answered_at) if one.state in _TAKES_PART else None


def _consent(case: Case, link: AnswerLink) -> _Standing | None:
    circulation = case.circulation
    said = circulation.consents.get(link.post.member) if circulation else None
    if said is Consent.PENDING:
        return _Standing() if pending_circulation(case) else None
    return _Standing(said.value) if said in (Consent.GIVEN, Consent.REFUSED) else None
