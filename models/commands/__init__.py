"""What a post may say: one class per command, named as in scenario files, API and command line.

Every command may carry ``text``: what the post says with it. What is left out takes the default of a page.

Each part of the procedure has its module, in all of ``commands``, ``events``, ``evolve``, ``case`` and ``rules``:

``request``        the request, its versions, its requesters
``gates``          what Co-Chairs decide, whatever the stage
``participants``   the list, invitations, later admission
``outcomes``       term of reference (a)
``arrangements``   term of reference (b)
``meetings``       meetings, attendance, situation updates
``duration``       extension, early end, suspension
``reporting``      reports and recommendations: term of reference (c)
``circulation``    what the wider membership is told, and consent to being named
``closing``        waivers and the end of the case
``posts``          an alternate, a new holder

``body`` holds what they share. ``ActFor`` stands here because it carries any of the others.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from models.base import Line, Prose, Value
from models.commands.arrangements import AddArrangement, Agree, LogExchange, ReviewArrangement
from models.commands.body import Body, also
from models.commands.circulation import Circulate, GiveConsent
from models.commands.closing import Close, Waive
from models.commands.duration import Extend, Resume, Suspend, Terminate
from models.commands.gates import Answer, Decide
from models.commands.meetings import Attend, ScheduleMeeting, SituationUpdate
from models.commands.outcomes import AddOutcome, Block, Done, Progress, Verify
from models.commands.participants import Admit, Comment, Convene, Endorse, Leave, Propose, Replace, Respond
from models.commands.posts import Delegate, HandOver, Person
from models.commands.reporting import Adopt, Contribute, Object, OpenReport, Recommend, Revise, Table
from models.commands.request import Accept, Draft, Join, Resubmit, Return, Submit, Withdraw
from models.posts import Post
from models.refusal import RefusalKind, Refused

__all__ = [
    "COMMANDS",
    "Accept",
    "ActFor",
    "AddArrangement",
    "AddOutcome",
    "Admit",
    "Adopt",
    "Agree",
    "Answer",
    "Attend",
    "Block",
    "Body",
    "Circulate",
    "Close",
    "Command",
    "Comment",
    "Contribute",
    "Convene",
    "Decide",
    "Delegate",
    "Done",
    "Draft",
    "Endorse",
    "Extend",
    "GiveConsent",
    "HandOver",
    "Join",
    "Leave",
    "LogExchange",
    "Object",
    "OpenReport",
    "Person",
    "Progress",
    "Propose",
    "Recommend",
    "Replace",
    "Respond",
    "Resubmit",
    "Resume",
    "Return",
    "ReviewArrangement",
    "Revise",
    "ScheduleMeeting",
    "SituationUpdate",
    "Submit",
    "Suspend",
    "Table",
    "Terminate",
    "Verify",
    "Waive",
    "Withdraw",
    "parse",
    "validation_sentence",
]

Ordinary = (
    Draft
    | Submit
    | Return
    | Resubmit
    | Accept
    | Withdraw
    | Join
    | Decide
    | Answer
    | Propose
    | Comment
    | Respond
    | Replace
    | Admit
    | Endorse
    | Leave
    | Convene
    | AddOutcome
    | Progress
    | Block
    | Done
    | Verify
    | AddArrangement
    | Agree
    | LogExchange
    | ReviewArrangement
    | ScheduleMeeting
    | Attend
    | SituationUpdate
    | Extend
    | Terminate
    | Suspend
    | Resume
    | OpenReport
    | Contribute
    | Recommend
    | Table
    | Object
    | Revise
    | Circulate
    | GiveConsent
    | Adopt
    | Waive
    | Close
    | Delegate
    | HandOver
)


class ActFor(Body):
    """Secretariat: record what a post answered by telephone or letter."""

    do: Literal["act_for"] = "act_for"
    post: Post
    how: Line = Field(min_length=1)
    text: Prose = Field(min_length=1, validation_alias=also("why", "text", "reason"))
    command: Annotated[Ordinary, Field(discriminator="do")]

    @model_validator(mode="before")
    @classmethod
    def _collect(cls, given: Any) -> Any:
        """The inner command stands in ``command``, or as ``do`` and ``with`` beside the other fields.

        ``whom`` is the post; beside a ``post`` it is the person who answered, and is kept with ``how``.
        """
        if not isinstance(given, Mapping):
            return given
        rest = dict(given)
        rest.pop("do", None)
        taken: dict[str, Any] = {"do": "act_for"}
        for name, words in {
            "post": ("post", "for", "whom", "on_behalf_of", "behalf"),
            "how": ("how", "by", "means"),
            "why": ("why", "reason"),
            "command": ("command", "act", "action", "inner_do"),
            "with": ("with", "fields"),
        }.items():
            word = next((word for word in words if word in rest), None)
            if word:
                taken[name] = rest.pop(word)
        if "why" not in taken and "text" in rest:
            taken["why"] = rest.pop("text")
        person = rest.pop("whom", None) or rest.pop("who", None)
        if person and isinstance(taken.get("how"), str):
            taken["how"] = f"{taken['how']}, {person}"
        inner = taken.pop("with", None) or rest
        command = taken.get("command")
        if isinstance(command, str) and isinstance(inner, Mapping):
            taken["command"] = {**dict(inner), "do": command}
        elif isinstance(command, Mapping) and isinstance(command.get("with"), Mapping):
            taken["command"] = {**command["with"], **{name: one for name, one in command.items() if name != "with"}}
        return taken


AnyBody = Annotated[Ordinary | ActFor, Field(discriminator="do")]

COMMANDS: dict[str, type[Value]] = {cls.model_fields["do"].default: cls for cls in (*get_args(Ordinary), ActFor)}
"""Every command by its name."""


class Command(Value):
    """A command on its way to a case.

    ``id`` is chosen by the sender: the same id twice gives the first result. ``seen`` is the number of the
    newest log entry the sender had before its eyes; if the same thing has changed since, the command is
    refused as stale.
    """

    id: Line = Field(min_length=1, max_length=200)
    by: Post
    body: AnyBody
    seen: int | None = None

    @property
    def do(self) -> str:
        """The command's name."""
        return self.body.do


_BODY: TypeAdapter[Any] = TypeAdapter(AnyBody)


def parse(do: str, fields: Mapping[str, Any], *, by: str, command_id: str, seen: int | None = None) -> Command:
    """A command from its name and fields, as pages, API, scenario files and command line give them.

    Raises:
        Refused: the command does not exist, or a field is wrong; the sentence names the field and its limit.
    """
    if do not in COMMANDS:
        raise Refused(RefusalKind.INVALID, f"There is no command {do!r}.", f"The commands are: {', '.join(COMMANDS)}.")
    try:
        if do == "act_for" and "do" in fields:
            fields = {**fields, "inner_do": fields["do"]}
        body = _BODY.validate_python({**fields, "do": do})
        return Command(id=command_id, by=Post(by), body=body, seen=seen)
    except ValidationError as error:
        raise Refused(RefusalKind.INVALID, validation_sentence(do, error)) from None
    except ValueError as error:
        raise Refused(RefusalKind.INVALID, f"{error}.") from None


def _fields(do: str, loc: tuple[int | str, ...]) -> list[str]:
    """Where a fault is, without the names of the commands that it is in: a field may have the name of a command."""
    parts = [str(part) for part in loc]
    if parts[:1] == [do]:
        parts = parts[1:]
    if do == "act_for" and parts[:1] == ["command"] and parts[1:2] and parts[1] in COMMANDS:
        parts = ["command", *parts[2:]]
    return parts


def validation_sentence(do: str, error: ValidationError) -> str:
    """A validation error as one sentence that names each field."""
    faults = []
    for fault in error.errors(include_url=False, include_input=False):
        where = ".".join(_fields(do, fault["loc"])) or "fields"
        faults.append(f"{where}: {fault['msg'].removeprefix('Value error, ')}")
    return f"The command {do!r} cannot be read: {'; '.join(faults)}."
