"""Meetings with attendance, and situation updates at their rhythm."""

from models import events as e
from models.case import Case, Meeting, Stage
from models.commands import Attend, CancelMeeting, ScheduleMeeting, SituationUpdate
from models.ladder import ClockAct
from models.ladder_subjects import SubjectKind
from models.posts import Post
from models.refusal import RefusalKind
from models.rules.actors import BY_CO_CHAIR, BY_GROUP, BY_SECRETARIAT
from models.rules.checks import must_be_members, refuse, the_one
from models.rules.context import RuleContext
from models.rules.table import AT_WORK, rule


@rule("schedule_meeting", "call a meeting", (BY_SECRETARIAT, BY_CO_CHAIR), AT_WORK, own_word=True)
def schedule_meeting(context: RuleContext, body: ScheduleMeeting) -> None:
    """Call a meeting, or move one that has not been held."""
    known = context.case.meetings.get(body.title)
    if known is not None and known.held:
        raise refuse(f"The meeting {body.title!r} has been held; call the next one by another title.")
    meeting = Meeting(title=body.title, place=body.place, starts=body.starts, ends=body.ends, agenda=body.agenda)
    known = None if known is not None and known.cancelled else known
    context.emit(e.MeetingScheduled(meeting=meeting, moved=known is not None, before=known, text=body.text))


def _can_be_cancelled(case: Case, post: Post) -> bool:
    return any(not (one.held or one.cancelled) for one in case.meetings.values())


@rule("cancel_meeting", "call a meeting off", (BY_SECRETARIAT, BY_CO_CHAIR), AT_WORK, _can_be_cancelled)
def cancel_meeting(context: RuleContext, body: CancelMeeting) -> None:
    """Call off a meeting that has not been held; it goes out of all calendars."""
    meeting = the_one("meeting", body.meeting, context.case.meetings)
    if meeting.held or meeting.cancelled:
        state = "has been held: who was there is on record" if meeting.held else "is called off already"
        raise refuse(f"The meeting {meeting.title!r} {state}.")
    if not meeting.lies_ahead(context.now):
        raise refuse(
            f"The meeting {meeting.title!r} began already; only one that lies ahead is called off. "
            "If it took place, note who was there; if it did not, call it for another day under the same title."
        )
    context.emit(e.MeetingCancelled(meeting=meeting, text=body.text))


@rule("attend", "note attendance", (BY_SECRETARIAT, BY_CO_CHAIR), AT_WORK, ready=lambda case, post: bool(case.meetings))
def attend(context: RuleContext, body: Attend) -> None:
    """Note who was present, observing, absent; any member may be named, each once."""
    if the_one("meeting", body.meeting, context.case.meetings).cancelled:
        raise refuse(f"The meeting {body.meeting!r} was called off; call it again if it is held after all.")
    named = (*body.present, *body.observing, *body.absent)
    must_be_members(context.case, named)
    if len(set(named)) < len(named):
        raise refuse("A member is named twice in the attendance.", RefusalKind.INVALID)
    context.emit(
        e.AttendanceTaken(
            meeting=body.meeting, present=body.present, observing=body.observing, absent=body.absent, text=body.text
        )
    )


def await_update(context: RuleContext) -> None:
    """Set when the next situation update is due, by the policy's rhythm."""
    span = context.case.track.situation_update
    context.once(SubjectKind.SITUATION, span, ClockAct.OVERDUE)


@rule("situation_update", "give a situation update", (BY_GROUP, BY_CO_CHAIR, BY_SECRETARIAT), AT_WORK, own_word=True)
def situation_update(context: RuleContext, body: SituationUpdate) -> None:
    """Tell how the situation stands; the next update is due one rhythm later."""
    context.emit(e.SituationUpdated(text=body.text, figures=body.figures))
    if context.case.stage is Stage.OPERATIONAL:
        await_update(context)
