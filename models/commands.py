"""What a post may say: one class per command, named as in scenario files, API and command line.

Every command may carry ``text``: what the post says with it. Fields that are left out take the default that a
page offers. Where people say the same thing in several words, the other words are read too
(``AliasChoices``).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    AliasChoices,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    field_validator,
    model_validator,
)

from models.base import Day, Line, Prose, Value
from models.case import GateName, PositionKind, Term
from models.policy import Span
from models.posts import Post
from models.refusal import Refused, Why
from models.request import Figure, Request

__all__ = ["COMMANDS", "Body", "Command", "parse"]


def _also(*names: str) -> Any:
    return AliasChoices(*names)


_TEXT = (
    "text",
    "why",
    "reason",
    "reasons",
    "note",
    "comment",
    "condition",
    "conditions",
    "question",
    "message",
)
"""The words for what a post says with a command."""


def _in_one_text(given: Any, names: Sequence[str]) -> Any:
    """Where several of these words are given, or a list for one of them: all of it as one text, a line each."""
    if not isinstance(given, Mapping):
        return given
    said = {name: given[name] for name in names if name in given}
    if len(said) < 2 and not any(isinstance(one, list | tuple) for one in said.values()):
        return given
    lines: list[Any] = []
    for one in said.values():
        lines += one if isinstance(one, list | tuple) else [one]
    if not all(isinstance(line, str) for line in lines):
        return given
    return {
        **{name: one for name, one in given.items() if name not in said},
        "text": "\n".join(filter(None, lines)),
    }


class Body(Value):
    """What all commands have in common."""

    model_config = ConfigDict(populate_by_name=True)

    text: Prose = Field(
        default="",
        validation_alias=_also(*_TEXT),
    )

    @model_validator(mode="before")
    @classmethod
    def _all_that_is_said(cls, given: Any) -> Any:
        alias = cls.model_fields["text"].validation_alias
        words = [str(word) for word in alias.choices] if isinstance(alias, AliasChoices) else []
        return _in_one_text(given, [word for word in words if word in _TEXT])


class _OnOutcome(Body):
    outcome: Line = Field(validation_alias=_also("outcome", "title"))


class _OnArrangement(Body):
    arrangement: Line = Field(validation_alias=_also("arrangement", "title"))


Codes = tuple[Line, ...]


def _as_tuple(given: Any) -> Any:
    return (given,) if isinstance(given, str) else given


def _read_as(**words: tuple[str, ...]) -> Callable[[Any], Any]:
    """A validator that reads other words for the same answer; what it does not know stays as it is."""
    known = {word: meant for meant, others in words.items() for word in others}

    def read(given: Any) -> Any:
        return known.get(str(given).strip().lower().replace("_", " "), given)

    return read


# request ----------------------------------------------------------------------------------------------------


class Draft(Request):
    """Keep a request that is not submitted yet."""

    do: Literal["draft"] = "draft"


class Submit(Request):
    """Ask for the group to be activated."""

    do: Literal["submit"] = "submit"


class Return(Body):
    """Send a request back with a list of what is missing."""

    do: Literal["return"] = "return"
    missing: tuple[Line, ...] = ()

    _lists = field_validator("missing", mode="before")(_as_tuple)


class Resubmit(Body):
    """Submit a new version; fields that are left out stay as they were."""

    do: Literal["resubmit"] = "resubmit"
    changes: Mapping[str, Any] = {}

    @model_validator(mode="before")
    @classmethod
    def _collect(cls, given: Any) -> Any:
        if not isinstance(given, Mapping) or "changes" in given:
            return given
        words = [name for name in _TEXT if name in given and name not in Request.model_fields]
        fields = {name: value for name, value in given.items() if name != "do" and name not in words}
        return _in_one_text(
            {"do": "resubmit", "changes": fields, **{word: given[word] for word in words}}, words
        )


class Accept(Body):
    """Find a request complete: it goes to the Co-Chairs."""

    do: Literal["accept"] = "accept"


class Withdraw(Body):
    """Take one's own request back."""

    do: Literal["withdraw"] = "withdraw"


class Join(Body):
    """Submit another member's request jointly with it."""

    do: Literal["join"] = "join"


# gates ------------------------------------------------------------------------------------------------------


class Decide(Body):
    """Take a position at a gate."""

    do: Literal["decide"] = "decide"
    gate: GateName | None = None
    position: PositionKind

    @field_validator("position", mode="before")
    @classmethod
    def _words(cls, given: Any) -> Any:
        return given.replace("_", " ") if isinstance(given, str) else given


class Answer(Body):
    """Answer what a Co-Chair asked."""

    do: Literal["answer"] = "answer"
    gate: GateName | None = None
    text: Prose = Field(min_length=1, validation_alias=_also("text", "answer", "message", "note"))


# participants -----------------------------------------------------------------------------------------------


class Propose(Body):
    """Propose members and observers; the newest word on a member counts."""

    do: Literal["propose"] = "propose"
    members: Codes = Field(default=(), validation_alias=_also("members", "participants", "member"))
    observers: Codes = Field(default=(), validation_alias=_also("observers", "observer"))
    without: Codes = Field(default=(), validation_alias=_also("without", "remove"))

    _lists = field_validator("members", "observers", "without", mode="before")(_as_tuple)


class Comment(Body):
    """Comment on the proposed participants."""

    do: Literal["comment"] = "comment"
    member: Line | None = Field(default=None, validation_alias=_also("member", "on", "about"))


class Respond(Body):
    """Answer an invitation."""

    do: Literal["respond"] = "respond"
    answer: Literal["accept", "decline", "observe"] = "accept"

    _words = field_validator("answer", mode="before")(
        _read_as(
            accept=("accepted", "participate", "participant", "yes", "true"),
            decline=("declined", "refuse", "refused", "no", "false"),
            observe=("observer", "observing", "as observer"),
        )
    )


class Replace(Body):
    """Propose another member in the place of one that will not take part."""

    do: Literal["replace"] = "replace"
    member: Line = Field(validation_alias=_also("member", "replace", "out", "from"))
    by: Line = Field(validation_alias=_also("by", "with", "to", "replacement", "in"))


class Admit(Body):
    """Steering Group: let a member join a group that is at work, subject to the group's endorsement."""

    do: Literal["admit"] = "admit"
    member: Line
    observer: bool = Field(default=False, validation_alias=_also("observer", "as", "seat"))

    _words = field_validator("observer", mode="before")(_read_as(true=("observer",), false=("participant",)))


class Endorse(Body):
    """A participant endorses a later admission."""

    do: Literal["endorse"] = "endorse"
    member: Line | None = None


class Leave(Body):
    """Leave the group."""

    do: Literal["leave"] = "leave"


class Convene(Body):
    """Start the group's work without waiting for the last answers."""

    do: Literal["convene"] = "convene"


# operational ------------------------------------------------------------------------------------------------


class AddOutcome(Body):
    """Set a practical outcome with its indicator."""

    do: Literal["add_outcome"] = "add_outcome"
    title: Line = Field(min_length=1)
    owner: Line | None = None
    supporting: Codes = Field(default=(), validation_alias=_also("supporting", "supporters", "support"))
    indicator: Line = ""
    baseline: float | None = None
    target: float | None = None
    unit: Line = ""
    due: Day | None = None

    _lists = field_validator("supporting", mode="before")(_as_tuple)


class Progress(_OnOutcome):
    """Note progress on an outcome; a blocked one is open again."""

    do: Literal["progress"] = "progress"
    value: float | None = Field(default=None, validation_alias=_also("value", "current", "now"))


class Block(_OnOutcome):
    """Say that an outcome cannot go on, and why."""

    do: Literal["block"] = "block"


class Done(_OnOutcome):
    """Report an outcome as done."""

    do: Literal["done"] = "done"


class Verify(_OnOutcome):
    """A Co-Chair verifies an outcome that is done."""

    do: Literal["verify"] = "verify"


class AddArrangement(Body):
    """Propose an information-sharing arrangement to its parties."""

    do: Literal["add_arrangement"] = "add_arrangement"
    title: Line = Field(min_length=1)
    parties: Codes = Field(min_length=1)
    kind: Line = Field(default="", validation_alias=_also("kind", "what", "information"))
    every: Line = Field(default="", validation_alias=_also("every", "how_often", "frequency"))
    marking: Literal["TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "TLP:CLEAR"] = "TLP:AMBER"
    contacts: Codes = Field(default=(), validation_alias=_also("contacts", "contact_posts", "contact"))
    begins: Day | None = Field(
        default=None, validation_alias=_also("from", "in_force_from", "in_force", "begins", "starts")
    )
    review: Day | None = Field(default=None, validation_alias=_also("review", "review_date", "review_on"))

    _lists = field_validator("parties", "contacts", mode="before")(_as_tuple)

    @field_validator("marking", mode="before")
    @classmethod
    def _label(cls, given: Any) -> Any:
        said = str(given).strip().upper()
        return said if said.startswith("TLP:") else f"TLP:{said}"


class Agree(_OnArrangement):
    """A party agrees to an arrangement."""

    do: Literal["agree"] = "agree"


class LogExchange(_OnArrangement):
    """Note that information was exchanged: what kind and when, never the content."""

    do: Literal["log_exchange"] = "log_exchange"
    kind: Line = Field(default="", validation_alias=_also("kind", "what"))
    on: Day | None = Field(default=None, validation_alias=_also("on", "when", "date", "at"))


class ReviewArrangement(_OnArrangement):
    """Review an arrangement and set the next review."""

    do: Literal["review_arrangement"] = "review_arrangement"
    review: Day | None = Field(default=None, validation_alias=_also("review", "next", "next_review", "until"))


class ScheduleMeeting(Body):
    """Call a meeting; called again by the same title it is moved."""

    do: Literal["schedule_meeting"] = "schedule_meeting"
    title: Line = Field(min_length=1)
    place: Line = Field(default="", validation_alias=_also("place", "location", "where"))
    starts: Line = Field(validation_alias=_also("from", "starts", "on", "date", "at", "when", "start"))
    ends: Line = Field(default="", validation_alias=_also("to", "ends", "until", "end"))
    agenda: tuple[Line, ...] = ()

    _lists = field_validator("agenda", mode="before")(_as_tuple)

    @field_validator("starts", "ends", mode="before")
    @classmethod
    def _written(cls, given: Any) -> Any:
        return given.isoformat() if hasattr(given, "isoformat") else given


class Attend(Body):
    """Note who came to a meeting; any member may be named."""

    do: Literal["attend"] = "attend"
    meeting: Line = Field(validation_alias=_also("meeting", "title"))
    present: Codes = Field(default=(), validation_alias=_also("present", "attended", "attending"))
    observing: Codes = Field(default=(), validation_alias=_also("observing", "observers"))
    absent: Codes = ()

    _lists = field_validator("present", "observing", "absent", mode="before")(_as_tuple)


class SituationUpdate(Body):
    """Tell the group how the situation stands."""

    do: Literal["situation_update"] = "situation_update"
    text: Prose = Field(default="", validation_alias=_also("text", "situation", "update", "summary", "note"))
    figures: tuple[Figure, ...] = ()


class Extend(Body):
    """Ask for a longer activation."""

    do: Literal["extend"] = "extend"
    until: Day | None = None
    by: Span | None = Field(default=None, validation_alias=_also("by", "for", "months", "duration"))

    @field_validator("by", mode="before")
    @classmethod
    def _months(cls, given: Any) -> Any:
        if isinstance(given, int):
            return f"{given}mo"
        return given.replace("months", "mo").replace("month", "mo") if isinstance(given, str) else given


class Terminate(Body):
    """Ask for an early end of the activation."""

    do: Literal["terminate"] = "terminate"


class Suspend(Body):
    """Stop the clock of the whole case, with a reason."""

    do: Literal["suspend"] = "suspend"


class Resume(Body):
    """Start the clock again."""

    do: Literal["resume"] = "resume"


# reporting --------------------------------------------------------------------------------------------------


class OpenReport(Body):
    """Open an interim or the final report and collect contributions until a date."""

    do: Literal["open_report"] = "open_report"
    kind: Literal["interim", "final"] = Field(default="final", validation_alias=_also("kind", "type"))
    contributions_by: Day | None = Field(
        default=None, validation_alias=_also("contributions_by", "by", "until", "due", "deadline")
    )


class Contribute(Body):
    """A participant's contribution to the open report."""

    do: Literal["contribute"] = "contribute"
    text: Prose = Field(min_length=1)


class Recommend(Body):
    """Add a recommendation to the open report."""

    do: Literal["recommend"] = "recommend"
    text: Prose = Field(min_length=1, validation_alias=_also("text", "recommendation", "title"))
    to: Codes = Field(default=(), validation_alias=_also("to", "addressees", "addressee"))
    owner: Line | None = None
    due: Day | None = None

    _lists = field_validator("to", mode="before")(_as_tuple)


class Table(Body):
    """Put a report before the Steering Group under the silence procedure."""

    do: Literal["table"] = "table"


class Object(Body):
    """Break the silence on a report; or object to the verification of an outcome."""

    do: Literal["object"] = "object"
    outcome: Line | None = None


class Revise(Body):
    """Write a new version of a report."""

    do: Literal["revise"] = "revise"


class Circulate(Body):
    """Propose what the wider membership is told, to whom, naming whom."""

    do: Literal["circulate"] = "circulate"
    what: Literal["full", "summary", "nothing"] = "summary"
    to: Literal["everyone", "participants"] | Codes = "everyone"
    names: Codes = ()

    _lists = field_validator("names", mode="before")(_as_tuple)

    @field_validator("to", mode="before")
    @classmethod
    def _one(cls, given: Any) -> Any:
        if not isinstance(given, str):
            return given
        said = given.strip().lower()
        if said in ("all", "everybody", "all members", "membership", "wider membership"):
            return "everyone"
        return said if said in ("everyone", "participants") else (given,)


class GiveConsent(Body):
    """Say whether one's member may be named."""

    do: Literal["consent"] = "consent"
    to: Literal["circulation"] = "circulation"
    answer: Literal["give", "refuse"] = Field(
        default="give", validation_alias=_also("answer", "consent", "position")
    )

    @field_validator("answer", mode="before")
    @classmethod
    def _words(cls, given: Any) -> Any:
        said = str(given).lower()
        if said in ("true", "yes", "given", "accept", "approve", "agree", "granted"):
            return "give"
        return (
            "refuse"
            if said in ("false", "no", "refused", "decline", "declined", "withhold", "withheld")
            else given
        )


class Adopt(Body):
    """Say what became of a recommendation."""

    do: Literal["adopt"] = "adopt"
    recommendation: Prose = Field(default="", validation_alias=_also("recommendation", "title", "text"))
    text: Prose = Field(default="", validation_alias=_also("why", "note", "reason", "comment"))
    state: Literal["adopted", "declined", "done"] = Field(
        default="adopted", validation_alias=_also("state", "status", "as", "answer", "outcome", "position")
    )

    _words = field_validator("state", mode="before")(
        _read_as(
            adopted=("adopt", "accept", "accepted"),
            declined=("decline", "refuse", "refused"),
            done=("complete", "completed"),
        )
    )


class Waive(Body):
    """State why a term of reference is not covered."""

    do: Literal["waive"] = "waive"
    term: tuple[Term, ...] = Field(
        min_length=1,
        validation_alias=_also(
            "term", "terms", "terms_of_reference", "item", "items", "what", "which", "letter", "reference"
        ),
    )

    @field_validator("term", mode="before")
    @classmethod
    def _lists(cls, given: Any) -> Any:
        many = given if isinstance(given, list | tuple) else (given,)
        return tuple(str(one).strip("() ").lower() for one in many)


class Close(Body):
    """Propose to close the case."""

    do: Literal["close"] = "close"


# posts ------------------------------------------------------------------------------------------------------


class Person(Value):
    """Who holds a post, or stands in for its holder."""

    name: Line = Field(min_length=1)
    email: Line = Field(default="", pattern=r"^$|^[^@\s<>(),:;\"\[\]\\]+@[^@\s<>(),:;\"\[\]\\]+$")
    language: Line = Field(default="en", pattern=r"^[a-z]{2,3}([_-][A-Za-z]{2,4})?$")


class _ToPerson(Body):
    """A post, and the person that ``to`` names; name, address and language may also stand beside each other."""

    post: Post | None = None
    to: Person

    @model_validator(mode="before")
    @classmethod
    def _person(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return given
        rest = dict(given)
        called = next(
            (word for word in ("to", "name", "holder", "new_holder", "alternate", "person") if word in rest),
            None,
        )
        if called is None:
            return given
        person = rest.pop(called)
        beside = {word: rest.pop(word) for word in ("email", "language") if word in rest}
        return {**rest, "to": {"name": person, **beside} if isinstance(person, str) else person}


class Delegate(_ToPerson):
    """Name an alternate for a post for a time; the post keeps its holder."""

    do: Literal["delegate"] = "delegate"
    until: Day | None = None


class HandOver(_ToPerson):
    """Hand a post to another person; its pending tasks stay with the post."""

    do: Literal["hand_over"] = "hand_over"


class ActFor(Body):
    """Secretariat: record what a post answered by telephone or letter."""

    do: Literal["act_for"] = "act_for"
    post: Post
    how: Line = Field(min_length=1)
    text: Prose = Field(min_length=1, validation_alias=_also("why", "text", "reason"))
    command: Annotated["Ordinary", Field(discriminator="do")]

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
            taken["command"] = {
                **command["with"],
                **{name: one for name, one in command.items() if name != "with"},
            }
        return taken


Ordinary = (
    Draft | Submit | Return | Resubmit | Accept | Withdraw | Join
    | Decide | Answer
    | Propose | Comment | Respond | Replace | Admit | Endorse | Leave | Convene
    | AddOutcome | Progress | Block | Done | Verify
    | AddArrangement | Agree | LogExchange | ReviewArrangement
    | ScheduleMeeting | Attend | SituationUpdate | Extend | Terminate | Suspend | Resume
    | OpenReport | Contribute | Recommend | Table | Object | Revise
    | Circulate | GiveConsent | Adopt | Waive | Close
    | Delegate | HandOver
)  # fmt: skip

ActFor.model_rebuild()

AnyBody = Annotated[Ordinary | ActFor, Field(discriminator="do")]

COMMANDS: dict[str, type[Value]] = {
    cls.model_fields["do"].default: cls for cls in (*get_args(Ordinary), ActFor)
}  # fmt: skip
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


def parse(
    do: str, fields: Mapping[str, Any], *, by: str, command_id: str, seen: int | None = None
) -> Command:
    """A command from its name and fields, as pages, API, scenario files and command line give them.

    Raises:
        Refused: the command does not exist, or a field is wrong; the sentence names the field and its limit.
    """
    if do not in COMMANDS:
        raise Refused(
            Why.INVALID, f"There is no command {do!r}.", f"The commands are: {', '.join(COMMANDS)}."
        )
    try:
        if do == "act_for" and "do" in fields:
            fields = {**fields, "inner_do": fields["do"]}
        body = _BODY.validate_python({**fields, "do": do})
        return Command(id=command_id, by=Post(by), body=body, seen=seen)
    except ValidationError as error:
        raise Refused(Why.INVALID, said(do, error)) from None
    except ValueError as error:
        raise Refused(Why.INVALID, f"{error}.") from None


def said(do: str, error: ValidationError) -> str:
    """A validation error as one sentence that names each field."""
    faults = []
    for fault in error.errors(include_url=False, include_input=False):
        where = ".".join(str(part) for part in fault["loc"] if str(part) not in COMMANDS) or "fields"
        faults.append(f"{where}: {fault['msg'].removeprefix('Value error, ')}")
    return f"The command {do!r} cannot be read: {'; '.join(faults)}."
