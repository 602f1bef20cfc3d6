"""The list of participants and their answers."""

from datetime import datetime
from typing import Any

from models import events as e
from models.case import Case
from models.case.participants import Participant, ParticipantState
from models.evolve.handlers import changed, on, put
from models.posts import Post
from models.reasons import ReasonCode, reason, text_and_reasons

_REOPENED = (
    ParticipantState.LAPSED,
    ParticipantState.DECLINED,
    ParticipantState.LEFT,
    ParticipantState.REPLACED,
    ParticipantState.NOT_ADMITTED,
)
"""A member in one of these states that is proposed again starts anew."""


def _participant(case: Case, member: str, **changes: Any) -> Case:
    present = case.participants.get(member) or Participant(member=member)
    return changed(case, participants=put(case.participants, member, changed(present, **changes)))


@on(e.ParticipantsProposed)
def _(case: Case, event: e.ParticipantsProposed, at: datetime, by: Post) -> Case:
    listed = {name: one for name, one in case.participants.items() if name not in event.removed}
    for row in event.listed:
        known = listed.get(row.member)
        if known is not None and known.takes_part:
            offered = row.seat if row.seat is not known.sits_as else None
            listed[row.member] = changed(known, offered=offered)
        elif known is not None and known.state not in _REOPENED:
            told = row if row.why else known
            listed[row.member] = changed(known, seat=row.seat, why=told.why, reasons=told.reasons)
        else:
            known = known or Participant(member=row.member, seat=row.seat)
            listed[row.member] = Participant(
                member=row.member,
                seat=row.seat,
                why=row.why,
                reasons=row.reasons,
                place_of=known.place_of,
                asked=known.asked,
            )
    return changed(case, participants=listed)


@on(e.Invited)
def _(case: Case, event: e.Invited, at: datetime, by: Post) -> Case:
    for member in event.members:
        case = _participant(case, member, state=ParticipantState.INVITED, asked=True)
    return case


@on(e.SeatOffered)
def _(case: Case, event: e.SeatOffered, at: datetime, by: Post) -> Case:
    return _participant(case, event.member, seat=event.seat, offered=None)


@on(e.Responded)
def _(case: Case, event: e.Responded, at: datetime, by: Post) -> Case:
    case = _participant(case, event.member, state=event.state, answered_at=at)
    if not case.policy.to_the_end or not case.in_the_group(event.member):
        return case
    addressed = [one for one in case.recommendations.values() if event.member in one.untold]
    for one in addressed:  # who joins reads the accepted report
        untold = tuple(code for code in one.untold if code != event.member)
        left_out = tuple(code for code in one.left_out if code != event.member)
        one = changed(one, untold=untold, left_out=left_out)
        case = changed(case, recommendations=put(case.recommendations, one.number, one))
    return case


@on(e.Replaced)
def _(case: Case, event: e.Replaced, at: datetime, by: Post) -> Case:
    case = _participant(case, event.member, state=ParticipantState.REPLACED)
    return _participant(case, event.by, place_of=event.member)


@on(e.Admitted)
@on(e.AdmissionProposed)
def _(case: Case, event: e.Admitted | e.AdmissionProposed, at: datetime, by: Post) -> Case:
    why, reasons = text_and_reasons(event.text or reason(ReasonCode.LATER_ADMISSION))
    told = {"why": why, "reasons": reasons, "proposed_by": getattr(event, "post", None)}
    return _participant(case, event.member, state=ParticipantState.ADMITTED, seat=event.seat, endorsed_by=(), **told)


@on(e.AdmissionUnopposed)
def _(case: Case, event: e.AdmissionUnopposed, at: datetime, by: Post) -> Case:
    return case  # the ladder of the silence is gone, and the group is asked


def without_offers(case: Case) -> Case:
    """The case without the changes of seats that the Co-Chairs did not confirm."""
    for one in case.participants.values():
        if one.offered:
            case = _participant(case, one.member, offered=None)
    return case


def not_admitted(case: Case, member: str) -> Case:
    """The case with a member to whose admission the Steering Group objected."""
    return _participant(case, member, state=ParticipantState.NOT_ADMITTED)


@on(e.Endorsed)
def _(case: Case, event: e.Endorsed, at: datetime, by: Post) -> Case:
    known = case.participants[event.member].endorsed_by
    return _participant(case, event.member, endorsed_by=(*known, event.by) if event.by not in known else known)


@on(e.Convened)
def _(case: Case, event: e.Convened, at: datetime, by: Post) -> Case:
    return changed(case, active_until=event.active_until)


@on(e.Commented)
@on(e.MinimumMissing)
def _(case: Case, event: e.Commented | e.MinimumMissing, at: datetime, by: Post) -> Case:
    return case  # it stands in the log, for whoever decides
