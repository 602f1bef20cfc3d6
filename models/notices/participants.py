"""Who is told of participants and invitations."""

from collections.abc import Iterable

from models import events as e
from models.case import Case, ParticipantState
from models.ladder_subjects import SubjectKind
from models.notices.circles import asked_to_endorse, co_chair_posts, endorsing_posts, group_posts
from models.notices.facts import NoticeFacts
from models.notices.meetings import call_to_meetings, missed
from models.notices.notice import Notice, ladder_due, notices_on, notify
from models.posts import SECRETARIAT, desk_of
from models.visibility import as_listed, closed_sections


@notices_on(e.Invited)
def _(case: Case, event: e.Invited) -> Iterable[Notice]:
    for member in event.members:
        due = ladder_due(case, SubjectKind.INVITATION, member)
        desk = desk_of(member)
        listed = as_listed(case.participants[member], closed_sections(case, case.request, desk))
        facts = NoticeFacts(seat=listed.seat.value, why=listed.why, reasons=listed.reasons)
        yield from notify("invited", [desk], facts, due=due)


@notices_on(e.SeatOffered)
def _(case: Case, event: e.SeatOffered) -> Iterable[Notice]:
    due = ladder_due(case, SubjectKind.INVITATION, event.member)
    yield from notify("seat_offered", [desk_of(event.member)], NoticeFacts(seat=event.seat.value), due=due)


@notices_on(e.Responded)
def _(case: Case, event: e.Responded) -> Iterable[Notice]:
    if case.is_requester(event.member):
        return  # it takes part in its own case without being asked
    if event.state is ParticipantState.LAPSED:
        yield from notify("invitation_lapsed", [desk_of(event.member), SECRETARIAT], NoticeFacts(member=event.member))
    elif event.state is ParticipantState.LEFT:
        facts = NoticeFacts(member=event.member, text=event.text, reasons=event.reasons)
        yield from notify("participant_left", [*co_chair_posts(case), SECRETARIAT], facts)
        if meetings := missed(case):  # its own calendar holds them still
            facts = NoticeFacts(member=event.member, not_held=meetings)
            yield from notify("participant_left", [desk_of(event.member)], facts)
    else:
        facts = NoticeFacts(member=event.member, answer=event.state.value, text=event.text, reasons=event.reasons)
        yield from notify("invitation_answered", [*co_chair_posts(case), SECRETARIAT], facts)
        if case.participants[event.member].takes_part:
            yield from call_to_meetings(case, desk_of(event.member))


@notices_on(e.MinimumMissing)
def _(case: Case, event: e.MinimumMissing) -> Iterable[Notice]:
    readers = [*co_chair_posts(case), SECRETARIAT]
    due = ladder_due(case, SubjectKind.MINIMUM)
    yield from notify("minimum_missing", readers, NoticeFacts(lacks=event.lacks, reasons=event.reasons), due=due)


@notices_on(e.Admitted)
def _(case: Case, event: e.Admitted) -> Iterable[Notice]:
    due = ladder_due(case, SubjectKind.ADMISSION, event.member)
    facts = NoticeFacts(member=event.member, text=event.text)
    yield from notify("admission_proposed", endorsing_posts(case, event.member), facts, due=due)


@notices_on(e.AdmissionProposed)
def _(case: Case, event: e.AdmissionProposed) -> Iterable[Notice]:
    due = ladder_due(case, SubjectKind.CONSIDERED, event.member)
    readers = [*case.directory.steering_group, *co_chair_posts(case), SECRETARIAT]
    facts = NoticeFacts(member=event.member, text=event.text, post=event.post)
    yield from notify("admission_considered", readers, facts, due=due)


@notices_on(e.AdmissionUnopposed)
def _(case: Case, event: e.AdmissionUnopposed) -> Iterable[Notice]:
    due = ladder_due(case, SubjectKind.ADMISSION, event.member)
    facts = NoticeFacts(member=event.member)
    yield from notify("admission_proposed", endorsing_posts(case, event.member), facts, due=due)


@notices_on(e.Objected)
def _(case: Case, event: e.Objected) -> Iterable[Notice]:
    if event.newcomer:  # of the others, what they lead to is told
        group = asked_to_endorse(case, event.newcomer) if event.taken_back else []
        readers = [*case.directory.steering_group, *co_chair_posts(case), SECRETARIAT, *group]
        because = "taken back" if event.taken_back else ""
        facts = NoticeFacts(member=event.newcomer, text=event.text, post=event.post, because=because)
        yield from notify("admission_refused", readers, facts)


@notices_on(e.Convened)
def _(case: Case, event: e.Convened) -> Iterable[Notice]:
    readers = [*group_posts(case), *co_chair_posts(case), SECRETARIAT, *case.directory.steering_group]
    yield from notify(
        "group_convened", readers, NoticeFacts(text=event.text, reasons=event.reasons), due=event.active_until
    )
