"""Days on which an office is closed after all, or open: a case hears of them, and its open deadlines move."""

from models import events as e
from models.announced_days import AnnouncedDay, check_announced_day
from models.authentication import Standing
from models.base import Value
from models.calendars import days_between
from models.commands import ActFor, AnnounceDay
from models.ladder import Ladder, MovedDeadline
from models.ladder_subjects import SubjectKind, read_subject
from models.posts import SECRETARIAT
from models.rules.actors import BY_SECRETARIAT
from models.rules.checks import must_be_members
from models.rules.context import RuleContext
from models.rules.table import OPEN_STAGES, rule

TOLD_DEADLINES = frozenset(
    (
        SubjectKind.COMPLETENESS,
        SubjectKind.RESUBMISSION,
        SubjectKind.GATE,
        SubjectKind.ANSWER,
        SubjectKind.COMMENTS,
        SubjectKind.INVITATION,
        SubjectKind.DURATION,
        SubjectKind.VERIFIED,
        SubjectKind.SILENCE,
        SubjectKind.CONSENT,
        SubjectKind.CONSIDERED,
    )
)
"""What has a deadline that others wait for. Anything else that waits is reminded of at a rhythm."""


def moved_deadlines(before: dict[str, Ladder], after: dict[str, Ladder]) -> tuple[MovedDeadline, ...]:
    """The deadlines that are others than before, of ladders by their subject."""
    return tuple(
        MovedDeadline(subject=subject, was=before[subject].due, until=ladder.due)
        for subject, ladder in after.items()
        if read_subject(subject).kind in TOLD_DEADLINES and ladder.due != before[subject].due
    )


def may_announce(body: Value, standing: Standing) -> str | None:
    """Why a case does not hear of an announced day like this; None when it does.

    Two persons say it in the directory: one enters the day, another confirms it.
    """
    inner = body.command if isinstance(body, ActFor) else body
    if isinstance(inner, AnnounceDay) and standing is not Standing.DIRECTORY:
        return "A day on which an office is closed is entered in the directory, where somebody else confirms it."
    return None


@rule(
    "announce_day",
    "enter a day on which an office is closed or open after all",
    BY_SECRETARIAT,
    OPEN_STAGES,
    ready=lambda case, post: False,  # it is entered in the directory, never on the pages of a case
    own_word=True,
)
def announce_day(context: RuleContext, body: AnnounceDay) -> None:
    """Count days that an office has announced; what is open by then and counts its days moves."""
    last = body.last or body.first
    if body.office != SECRETARIAT.member:
        must_be_members(context.case, (body.office,))
    calendars = context.case.calendars
    check_announced_day(AnnouncedDay(first=body.first, last=last), calendars.day_of(body.office, context.now))
    told = calendars.announced(body.office, days_between(body.first, last), closed=body.closed)
    days = context.case.model_copy(update={"calendars": told}).working_days
    before = dict(context.case.ladders)
    after = {subject: ladder.recounted(context.now, days) for subject, ladder in before.items()}
    moved = moved_deadlines(before, after)
    context.emit(
        e.DayAnnounced(office=body.office, first=body.first, last=last, closed=body.closed, text=body.text, moved=moved)
    )
    for subject, ladder in after.items():
        if ladder != before[subject]:
            context.emit(e.LadderSet(subject=subject, ladder=ladder))
