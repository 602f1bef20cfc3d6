"""The ladders of a gate: its own, and that of an answer that is owed at it."""

from models import events as e
from models.case import Gate, GateName
from models.ladder import DUE, HALF, ClockAct, Ladder, MovedDeadline, ladder_after
from models.ladder_subjects import SubjectKind, subject_of
from models.rules.context import RuleContext


def gate_ladder(context: RuleContext, gate: Gate) -> Ladder:
    case, track = context.case, context.case.track
    members = tuple(decider.post.member for decider in gate.deciders)
    acts = {
        ClockAct.REMIND: HALF,
        ClockAct.REMIND_LAST: f"-{track.last_reminder}",
        ClockAct.ESCALATE_ALTERNATE: DUE,
        ClockAct.ESCALATE_OFFICES: f"+{track.offices_told}",
        ClockAct.LAPSE: f"+{track.lapse}",
    }
    return ladder_after(track.gate, context.now, case.working_days, members, acts)


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
        runs, subject = ladder.started(context.now, context.case.working_days), subject_of(SubjectKind.GATE, name)
        context.emit(e.LadderSet(subject=subject, ladder=runs))
        if context.case.policy.closes and runs.due != ladder.due:
            moved = MovedDeadline(subject=subject, was=ladder.due, until=runs.due)
            context.emit(e.DeadlinesMoved(moved=(moved,)))
