"""A case grows no further than its workflow can carry: what would pass a bound is refused before it is recorded.

What the clock does always passes, and so do short words that decide or end something: a case that is full goes on to its
end. A command that leaves a case no larger than it was passes, too.
"""

from models.base import Value
from models.case import Case
from models.case_size import size_of
from models.command_signing import asked_text
from models.commands import ActFor, Command
from models.limits import FULL, FULL_OF_SHORT_WORDS, LONGEST_COMMAND, MOST_IN_A_CASE, MOST_QUESTIONS, SHORT_WORDS
from models.refusal import RefusalKind, Refused
from models.too_much import TooMuch

_GOES_ON_OR_ENDS = frozenset(
    (
        *("accept", "return", "withdraw", "decide", "answer", "respond", "convene", "leave", "object", "table"),
        *("waive", "terminate", "suspend", "resume", "close", "consent", "contest", "take_over"),
        *("leave_arrangement", "cancel_meeting"),
        *("progress", "block", "done", "verify", "take_on", "agree", "situation_update"),
    )
)
"""What a post must be able to say of any case: decisions, its end, and how the work goes, of which an outcome keeps the
newest word. What each adds is short, and counted by what there is to decide or to work on."""

_BEGINS = frozenset(
    ("add_outcome", "add_arrangement", "join_arrangement", "schedule_meeting", "admit", "join", "review_ground")
)
"""What gives a case more to work on."""


def must_have_room(before: Case, after: Case, command: Command) -> None:
    """Refuse a step of a post that would leave a case with more than it may hold.

    Raises:
        Refused: it holds as many of a kind as it may, or as much in all.
    """
    for name, most in MOST_IN_A_CASE.items():
        if most < len(getattr(after, name)) > len(getattr(before, name)):
            raise TooMuch.THINGS.refused(most=most, kind=name, case=before.reference)
    for gate in after.open_gates:
        asked = before.gates.get(gate.name)
        if MOST_QUESTIONS < len(gate.questions) > len(asked.questions if asked else ()):
            raise TooMuch.QUESTIONS.refused(gate=gate.name.value, most=MOST_QUESTIONS)
    size = after.at_most or size_of(after)
    if size > FULL and size > (bound := _bound(command)):
        size = size_of(after)
        if size > bound and size > size_of(before):
            raise _full(before, command)
    after.has_at_most(size)


def _bound(command: Command) -> float:
    body = command.body
    do = body.command.do if isinstance(body, ActFor) else body.do
    if do in _BEGINS or not _is_short(command):
        return FULL_OF_SHORT_WORDS if do in _GOES_ON_OR_ENDS else FULL
    return float("inf") if do in _GOES_ON_OR_ENDS else FULL_OF_SHORT_WORDS


def _is_short(command: Command) -> bool:
    return len(asked_text(command).encode()) <= SHORT_WORDS


def _full(before: Case, command: Command) -> Refused:
    body = command.body.command if isinstance(command.body, ActFor) else command.body
    if _is_short(command):
        return TooMuch.FULL.refused(case=before.reference, most=FULL, short=FULL_OF_SHORT_WORDS)
    name, length = _longest(body)
    return TooMuch.FULL_FOR_LONG_WORDS.refused(
        case=before.reference, most=FULL, field=name, length=length, short=SHORT_WORDS
    )


def _longest(body: Value) -> tuple[str, int]:
    """The field of a command that says most, and the bytes of what it says."""
    said = body.model_dump_json  # of one field at a time: there are few
    lengths = {name: len(said(include={name}, by_alias=True).encode()) for name in type(body).model_fields}
    name = max(lengths, key=lambda one: lengths[one])
    return name, lengths[name]


def must_be_brief(command: Command) -> None:
    """Refuse a command that says more than one may say: what it says is kept for ever, and read on pages.

    Raises:
        Refused: it is too long.
    """
    if len(asked_text(command)) > LONGEST_COMMAND:
        raise TooMuch.COMMAND.refused(RefusalKind.INVALID, command=command.do, most=LONGEST_COMMAND)
