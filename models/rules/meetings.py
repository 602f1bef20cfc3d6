"""Meetings with attendance, and situation updates at their rhythm."""

from models import events as e
from models.case import Meeting, Stage
from models.commands import Attend, ScheduleMeeting, SituationUpdate
from models.ladder import ClockAct
from models.refusal import Why
from models.rules.turn import AT_WORK, Turn, must_be_members, refuse, rule
from models.rules.who import CO_CHAIR, IN_THE_GROUP, SECRETARIAT

SITUATION = "situation"
"""The name of the ladder of situation updates."""


@rule("schedule_meeting", "call a meeting", (SECRETARIAT, CO_CHAIR), AT_WORK)
def schedule_meeting(turn: Turn, body: ScheduleMeeting) -> None:
    """Call a meeting, or move one that has not been held."""
    known = turn.case.meetings.get(body.title)
    if known is not None and known.held:
        raise refuse(f"The meeting {body.title!r} has been held; call the next one by another title.")
    meeting = Meeting(title=body.title, place=body.place, starts=body.starts, ends=body.ends, agenda=body.agenda)
    turn.emit(e.MeetingScheduled(meeting=meeting, moved=known is not None, before=known))


@rule("attend", "note attendance", (SECRETARIAT, CO_CHAIR), AT_WORK, ready=lambda case, post: bool(case.meetings))
def attend(turn: Turn, body: Attend) -> None:
    """Who was present, observing, absent; any member may be named, each once."""
    if body.meeting not in turn.case.meetings:
        known = "; ".join(turn.case.meetings) or "none"
        raise refuse(f"There is no meeting {body.meeting!r}; the meetings are: {known}.", Why.NOT_FOUND)
    named = (*body.present, *body.observing, *body.absent)
    must_be_members(turn.case, named)
    if len(set(named)) < len(named):
        raise refuse("A member is named twice in the attendance.", Why.INVALID)
    turn.emit(
        e.AttendanceTaken(meeting=body.meeting, present=body.present, observing=body.observing, absent=body.absent)
    )


def await_update(turn: Turn) -> None:
    """The next situation update is due at the policy's rhythm."""
    span = turn.case.track.situation_update
    turn.once(SITUATION, span, ClockAct.OVERDUE)


@rule("situation_update", "give a situation update", (IN_THE_GROUP, CO_CHAIR, SECRETARIAT), AT_WORK)
def situation_update(turn: Turn, body: SituationUpdate) -> None:
    """How the situation stands; the next update is due one rhythm later."""
    turn.emit(e.SituationUpdated(text=body.text, figures=body.figures))
    if turn.case.stage is Stage.OPERATIONAL:
        await_update(turn)
