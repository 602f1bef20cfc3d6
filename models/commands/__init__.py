"""What a post may say: one class per command, named as in scenario files, API and command line.

Every command may carry ``text``: what the post says with it. What is left out takes the default of a page. Each field
has one name, each value one spelling, and nothing else is read (docs/commands.md).

Each part of the procedure has its module, in all of ``commands``, ``events``, ``evolve``, ``case`` and ``rules``:

``request``        the request, its versions, its requesters
``gates``          what Co-Chairs decide, whatever the stage
``participants``   the list, invitations, later admission
``outcomes``       term of reference (a)
``arrangements``   term of reference (b)
``meetings``       meetings, attendance, situation updates
``duration``       extension, early end, suspension, announced days of offices
``reporting``      reports and recommendations: term of reference (c)
``circulation``    what the wider membership is told, and consent to being named
``closing``        waivers and the end of the case
``posts``          an alternate, a new holder; what was recorded in a post's name

``body`` holds what they share. ``ActFor`` stands here because it carries any of the others.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError

from models.authentication import Signed
from models.base import Line, Prose, Value, brief
from models.commands.arrangements import (
    AddArrangement,
    Agree,
    AmendArrangement,
    EndArrangement,
    JoinArrangement,
    LeaveArrangement,
    LogExchange,
    ReviewArrangement,
)
from models.commands.body import AS_SENT, Body
from models.commands.circulation import Circulate, GiveConsent, Reword
from models.commands.closing import Close, Waive
from models.commands.duration import AnnounceDay, Extend, Resume, Suspend, Terminate
from models.commands.gates import Answer, Decide
from models.commands.meetings import Attend, CancelMeeting, ScheduleMeeting, SituationUpdate
from models.commands.outcomes import AddOutcome, AmendOutcome, Block, Done, Progress, TakeOn, Verify
from models.commands.participants import Admit, Comment, Convene, Endorse, Leave, Propose, Replace, Respond
from models.commands.posts import Contest, Delegate, HandOver, Person, TakeOver
from models.commands.reporting import Adopt, Contribute, Object, OpenReport, Recommend, Revise, Table
from models.commands.request import Accept, Draft, Join, NewVersion, Resubmit, Return, ReviewGround, Submit, Withdraw
from models.faults import MOST_FAULTS, FieldFault, dotted, faults, lists_longer_than, more_values_than
from models.limits import LONGEST_LIST, MOST_VALUES
from models.nearest import did_you_mean
from models.posts import Post
from models.refusal import RefusalKind, Refused
from models.too_much import TooMuch

_Request = Draft | Submit | Return | Resubmit | Accept | Withdraw | Join | ReviewGround
_Gate = Decide | Answer
_Group = Propose | Comment | Respond | Replace | Admit | Endorse | Leave | Convene
_Outcome = AddOutcome | AmendOutcome | TakeOn | Progress | Block | Done | Verify
_Arrangement = AddArrangement | Agree | LogExchange | ReviewArrangement
_Changed = AmendArrangement | JoinArrangement | LeaveArrangement | EndArrangement
_Meeting = ScheduleMeeting | CancelMeeting | Attend | SituationUpdate
_Duration = Extend | Terminate | Suspend | Resume | AnnounceDay
_Report = OpenReport | Contribute | Recommend | Table | Object | Revise
_End = Circulate | Reword | GiveConsent | Adopt | Waive | Close
_Post = Delegate | HandOver | TakeOver | Contest

Ordinary = (
    _Request | _Gate | _Group | _Outcome | _Arrangement | _Changed | _Meeting | _Duration | _Report | _End | _Post
)
"""Any command but ``ActFor``, in the order of the procedure."""


class ActFor(Body):
    """Secretariat: record what a post answered by telephone or letter."""

    do: Literal["act_for"] = "act_for"
    post: Post = Field(description="the post that answered")
    how: Line = Field(min_length=1, description="by which means")
    text: Prose = Field(min_length=1, description="why the secretariat writes for it")
    command: Annotated[Ordinary, Field(discriminator="do")]


AnyBody = Annotated[Ordinary | ActFor, Field(discriminator="do")]

COMMANDS: dict[str, type[Value]] = {cls.model_fields["do"].default: cls for cls in (*get_args(Ordinary), ActFor)}
"""Every command by its name."""


def _as_once_sent(body: Any) -> Any:
    """The body of a command that an older version of the product sent: one term was waived at a time."""
    if not isinstance(body, Mapping):
        return body
    if body.get("do") == "act_for":
        return {**body, "command": _as_once_sent(body.get("command"))}
    once = body.get("do") == "waive" and isinstance(body.get("term"), str)
    return {**body, "term": [body["term"]]} if once else body


class Command(Value):
    """A command on its way to a case.

    ``id`` is chosen by the sender: the same id twice gives the first result. ``seen`` is the number of the
    newest log entry the sender had before its eyes; if the same thing has changed since, the command is
    refused as stale. ``signed``: by what the person was known, signed by the part that knew (``models.command_signing``);
    commands of before December 2026 have none.
    """

    id: Line = Field(min_length=1, max_length=200)
    by: Post
    body: Annotated[AnyBody, BeforeValidator(_as_once_sent)]
    seen: int | None = None
    signed: Signed | None = None

    @property
    def do(self) -> str:
        """The command's name."""
        return self.body.do


def parse(do: str, fields: Mapping[str, Any], *, by: str, command_id: str, seen: int | None = None) -> Command:
    """A command from its name and fields, as pages, API, scenario files and command line give them.

    Fields are those of ``docs/commands.md`` as JSON has them, dates and posts as text.

    Raises:
        Refused: the command does not exist, or a field is wrong; the sentence names each field, what was found and
            what is allowed.
    """
    if do not in COMMANDS:
        near = did_you_mean(do, COMMANDS)
        raise Refused(
            RefusalKind.INVALID,
            f"There is no command {brief(do)!r}{near}.",
            f"The commands are: {', '.join(COMMANDS)}.",
        )
    if more_values_than(MOST_VALUES, fields):
        raise TooMuch.VALUES.refused(RefusalKind.INVALID, command=do, most=MOST_VALUES)
    if long := lists_longer_than(LONGEST_LIST, fields):
        raise TooMuch.LIST.refused(RefusalKind.INVALID, most=LONGEST_LIST, field=", ".join(map(dotted, long)))
    body, wrong = _read(do, fields)
    if wrong:
        raise Refused(RefusalKind.INVALID, unreadable(do, wrong))
    try:
        return Command(id=command_id, by=Post(by), body=body, seen=seen)
    except ValidationError as error:
        raise Refused(RefusalKind.INVALID, unreadable(do, faults(error, Command))) from None
    except ValueError as error:
        raise Refused(RefusalKind.INVALID, f"{error}.") from None


def faults_of(do: str, fields: Mapping[str, Any]) -> list[FieldFault]:
    """What is wrong with the fields of a command; ``do`` is one of ``COMMANDS``."""
    return _read(do, fields)[1]


def unreadable(do: str, wrong: Sequence[FieldFault]) -> str:
    """What is wrong with a command's fields, as one sentence; of very much, the beginning."""
    told = [str(one) for one in wrong[:_TOLD]]
    if len(wrong) > _TOLD:
        told.append(f"and {len(wrong) - _TOLD} more" if len(wrong) < MOST_FAULTS else "and more")
    return f"The command {do!r} cannot be read: {'; '.join(told)}."


_TOLD = 20
"""How many faults a sentence tells: what a program sends may have any number of them."""


_BODY: TypeAdapter[Any] = TypeAdapter(AnyBody)
_NEW_VERSION: TypeAdapter[Any] = TypeAdapter(NewVersion)


def _read(do: str, fields: Mapping[str, Any]) -> tuple[Any, list[FieldFault]]:
    """The body of a command, or what is wrong with it."""
    wrong: list[FieldFault] = []
    if "do" in fields:
        wrong.append(FieldFault(("do",), _OUTSIDE[do == "act_for"], of_key=True))
    given = {**fields, "do": do}
    inner = fields.get("command") if do == "act_for" else None
    if do == "resubmit":  # it travels in another shape than it is written in
        wrong += _checked(_NEW_VERSION, given)[1]
    elif isinstance(inner, Mapping) and inner.get("do") == "resubmit":
        wrong += [one._replace(where=("command", *one.where)) for one in _checked(_NEW_VERSION, inner)[1]]
    body, others = _checked(_BODY, given)
    return body, wrong or others if do == "resubmit" else [*wrong, *others]


_OUTSIDE = (
    "the command is named outside of its fields",
    "the command inside stands with its fields in command, as in {do: decide, gate: activation, position: approve}",
)


def _checked(reader: TypeAdapter[Any], fields: Mapping[str, Any]) -> tuple[Any, list[FieldFault]]:
    """What the fields say, read as JSON has them, so that no text is taken for a number."""
    of = NewVersion if reader is _NEW_VERSION else AnyBody
    try:
        try:
            return reader.validate_json(
                json.dumps(fields, default=str), strict=True, context=AS_SENT, by_alias=True, by_name=False
            ), []
        except ValidationError as error:
            if error.errors(include_url=False)[0]["type"] != "json_invalid":
                return None, faults(error, of)
        except RecursionError:
            pass
        # It holds what JSON does not, such as half of a surrogate pair: where, this says.
        return reader.validate_python(fields, context=AS_SENT, by_alias=True, by_name=False), []
    except ValidationError as error:
        return None, faults(error, of)
