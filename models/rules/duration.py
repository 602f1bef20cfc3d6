"""How long the group is at work: its beginning, extension and early end, and the suspension of the clock."""

from datetime import datetime

from models import events as e
from models.base import FAR_OFF
from models.case import Gate, GateName, GateOutcome, Stage
from models.commands import Extend, Resume, Suspend, Terminate
from models.ladder import ClockAct, ladder_of
from models.posts import SECRETARIAT as THE_SECRETARIAT
from models.refusal import Why
from models.request import fingerprint
from models.rules.gates import follows, must_be_free, open_gate, proposer_desk
from models.rules.meetings import await_update
from models.rules.turn import OPEN_STAGES, Turn, must_say, refuse, rule
from models.rules.who import CO_CHAIR, IN_THE_GROUP, SECRETARIAT

DURATION = "duration"
"""The name of the ladder of the activation."""


def begin_operational(turn: Turn, text: str) -> None:
    """The group is at work: its duration and the rhythm of situation updates begin."""
    until = turn.after(turn.case.track.duration)
    turn.emit(e.Convened(text=text, active_until=until))
    turn.enter(Stage.OPERATIONAL, text)
    set_duration(turn, until)
    await_update(turn)


def set_duration(turn: Turn, until: datetime) -> None:
    """An activation ends by itself; a reminder comes before."""
    remind = turn.case.policy.duration_reminder.before(until, turn.case.calendars, ())
    acts = {ClockAct.REMIND: remind, ClockAct.END: until}
    turn.climb(DURATION, ladder_of(until, acts, now=turn.now, label=turn.case.track.duration.words))


@rule("extend", "ask for an extension", (IN_THE_GROUP, CO_CHAIR, SECRETARIAT), {Stage.OPERATIONAL})
def extend(turn: Turn, body: Extend) -> None:
    """Ask for a longer activation, until a date or by a span (left out: the policy's duration again)."""
    must_be_free(turn.case, GateName.EXTENSION)
    start = turn.case.active_until or turn.now
    if body.until is not None:
        until = turn.morning(body.until, THE_SECRETARIAT.member)
    else:
        until = (body.by or turn.case.track.duration).after(start, turn.case.calendars, ())
    if until.date() > FAR_OFF:
        raise refuse(f"The activation cannot last beyond {FAR_OFF.isoformat()}.", Why.INVALID)
    if until <= start:
        raise refuse(
            f"The activation already lasts until {start.date().isoformat()}; ask for a later date.", Why.INVALID
        )
    terms = {"until": until.isoformat(), "why": body.text}
    about = f"Extension until {until.date().isoformat()}. {body.text}".strip()
    open_gate(turn, GateName.EXTENSION, on=fingerprint(terms), about=about, respondent=proposer_desk(turn), terms=terms)


@follows(GateName.EXTENSION, GateOutcome.APPROVED)
def _extended(turn: Turn, gate: Gate) -> None:
    until = datetime.fromisoformat(gate.terms["until"])
    turn.emit(e.Extended(active_until=until))
    if turn.case.stage is Stage.OPERATIONAL:
        set_duration(turn, until)


@rule(
    "terminate",
    "ask for an early end",
    (IN_THE_GROUP, CO_CHAIR, SECRETARIAT),
    {Stage.PARTICIPANT_SELECTION, Stage.OPERATIONAL, Stage.REPORTING},
)
def terminate(turn: Turn, body: Terminate) -> None:
    """Ask the Co-Chairs to end the activation early."""
    must_be_free(turn.case, GateName.TERMINATION)
    terms = {"why": body.text, "by": turn.by}
    about = f"Early termination, asked for by {turn.by}. {body.text}".strip()
    open_gate(
        turn, GateName.TERMINATION, on=fingerprint(terms), about=about, respondent=proposer_desk(turn), terms=terms
    )


@follows(GateName.TERMINATION, GateOutcome.APPROVED)
def _terminated(turn: Turn, gate: Gate) -> None:
    turn.enter(Stage.TERMINATED, gate.terms.get("why", ""))


@rule(
    "suspend",
    "stop the clock of the case",
    (CO_CHAIR, SECRETARIAT),
    OPEN_STAGES,
    ready=lambda case, post: case.suspension is None,
)
def suspend(turn: Turn, body: Suspend) -> None:
    """Stop every deadline, with a reason; commands are still taken."""
    if turn.case.suspension:
        raise refuse("The case is suspended already.")
    text = must_say(body, "why the case is suspended")
    for subject, ladder in turn.case.ladders.items():
        turn.emit(e.LadderSet(subject=subject, ladder=ladder.stopped(turn.now)))
    turn.emit(e.Suspended(text=text))


@rule(
    "resume",
    "start the clock again",
    (CO_CHAIR, SECRETARIAT),
    OPEN_STAGES,
    ready=lambda case, post: case.suspension is not None,
)
def resume(turn: Turn, body: Resume) -> None:
    """Every deadline moves by the time the clock stood; a gate that waits for an answer goes on waiting."""
    if turn.case.suspension is None:
        raise refuse("The case is not suspended.")
    turn.emit(e.Resumed(text=body.text))
    asked = {f"gate:{gate.name.value}" for gate in turn.case.open_gates if gate.questions}
    for subject, ladder in turn.case.ladders.items():
        if subject not in asked:
            turn.emit(e.LadderSet(subject=subject, ladder=ladder.started(turn.now, turn.case.calendars)))
