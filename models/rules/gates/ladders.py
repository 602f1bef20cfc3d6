"""The ladders of a gate: its own, and that of an answer that is owed at it."""

from models import events as e
from models.case import Gate, GateName
from models.ladder import ClockAct, Ladder, halfway, ladder_of
from models.ladder_subjects import SubjectKind, subject_of
from models.rules.context import RuleContext


def gate_ladder(context: RuleContext, gate: Gate) -> Ladder:
    case, track = context.case, context.case.track
    members = tuple(decider.post.member for decider in gate.deciders)
    due = track.gate.after(context.now, case.calendars, members)
    acts = {
        ClockAct.REMIND: halfway(context.now, due),
        ClockAct.REMIND_LAST: track.last_reminder.before(due, case.calendars, members),
        ClockAct.ESCALATE_ALTERNATE: due,
        ClockAct.ESCALATE_OFFICES: track.offices_told.after(due, case.calendars, members),
        ClockAct.LAPSE: track.lapse.after(due, case.calendars, members),
    }
    offices = track.gate.offices(members)
    return ladder_of(track.gate, due, acts, now=context.now, members=offices)


def await_answer(context: RuleContext, gate: Gate) -> None:
    span, member = context.case.track.answer, gate.respondent.member
    context.once(subject_of(SubjectKind.ANSWER, gate.name), span, ClockAct.REMIND, member)


def run_again(context: RuleContext, name: GateName) -> None:
    """Start the gate's clock again once no question is open; nobody waits for an answer then."""
    if context.case.gates[name].questions:
        return
    context.clear(subject_of(SubjectKind.ANSWER, name))
    ladder = context.case.ladder(SubjectKind.GATE, name)
    if ladder and not context.case.stands:
        runs = ladder.started(context.now, context.case.calendars)
        context.emit(e.LadderSet(subject=subject_of(SubjectKind.GATE, name), ladder=runs))
