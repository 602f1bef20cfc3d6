"""Policy: deadlines, ladder, quorum, conflict rule. A versioned document, copied into the case at submission.

The numbers are product defaults, not decisions of the Bali Process, and are labelled as such wherever they
appear; a deployment can change them. A later change never touches a running case.
"""

import calendar
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    SerializerFunctionWrapHandler,
    WithJsonSchema,
    create_model,
    model_serializer,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from models.base import Value
from models.calendars import WorkingDays

_UNITS = {"h": "hour", "d": "day", "wd": "working day", "mo": "month"}
_WRITTEN = "0{0,3}[1-9][0-9]{0,3}(h|d|wd|mo)"


class Span(str):
    """A length of time as policy writes it: ``24h``, ``30d``, ``5wd`` (working days) or ``12mo`` (months).

    At least one and at most 9999 of a unit: nothing that waits may come again at the same instant for ever.

    Raises:
        ValueError: the text is none of these.
    """

    __slots__ = ()

    def __new__(cls, text: str) -> "Span":
        if not re.fullmatch(_WRITTEN, str(text)):
            raise ValueError(
                f"{text!r} is not a length of time: write 24h, 30d, 5wd (working days) or 12mo (months); "
                "1 to 9999 of them"
            )
        return super().__new__(cls, text)

    @property
    def number(self) -> int:
        """How many."""
        return int(self.rstrip("wdhmo"))

    @property
    def unit(self) -> str:
        """Of what: ``h``, ``d``, ``wd`` or ``mo``."""
        return self.lstrip("0123456789")

    @property
    def words(self) -> str:
        """In words, for pages and mails: ``5 working days``."""
        return f"{self.number} {_UNITS[self.unit]}{'' if self.number == 1 else 's'}"

    @classmethod
    def in_words(cls, written: str) -> "Span":
        """The span that its ``words`` say.

        Raises:
            ValueError: they are no span's words.
        """
        number, _, word = written.partition(" ")
        return cls(number + next((unit for unit, one in _UNITS.items() if word.removesuffix("s") == one), word))

    def offices(self, members: Sequence[str]) -> tuple[str, ...]:
        """The members whose working days it counts: none where it counts hours, days or months."""
        return tuple(members) if self.unit == "wd" else ()

    def after(self, start: datetime, days: WorkingDays, members: Sequence[str]) -> datetime:
        """The instant (UTC) this long after ``start``; working days: the latest of the members' instants."""
        match self.unit:
            case "h":
                return start.astimezone(UTC) + timedelta(hours=self.number)
            case "d":
                return start.astimezone(UTC) + timedelta(days=self.number)
            case "wd":
                return days.after(start, self.number, members or ("",))
            case _:
                return _months_later(start.astimezone(UTC), self.number)

    def before(self, end: datetime, days: WorkingDays, members: Sequence[str]) -> datetime:
        """The instant (UTC) this long before ``end``; spans in months count 30 days each."""
        match self.unit:
            case "wd":
                return days.calendars.move(end, -self.number, members or ("",))
            case "h":
                return end - timedelta(hours=self.number)
            case unit:
                return end - timedelta(days=self.number * (30 if unit == "mo" else 1))

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """With the pattern that spans have."""
        return {**handler(schema), "pattern": f"^{_WRITTEN}$"}

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Spans travel as plain strings in JSON."""
        return core_schema.no_info_after_validator_function(
            cls, core_schema.str_schema(), serialization=core_schema.to_string_ser_schema()
        )


def _months_later(start: datetime, months: int) -> datetime:
    year, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + year, month + 1
    return start.replace(year=year, month=month, day=min(start.day, calendar.monthrange(year, month)[1]))


def _in_days(given: Span) -> Span:
    if given.unit != "d":
        raise ValueError(f"the overdue ladder counts calendar days (7d, 30d); {given} is something else")
    return given


DaySpan = Annotated[
    Span,
    AfterValidator(_in_days),
    WithJsonSchema({"type": "string", "pattern": f"^{_WRITTEN.replace('(h|d|wd|mo)', 'd')}$"}),
]
"""A length of time in calendar days, as the overdue ladder counts."""


class Urgency(StrEnum):
    """The two tracks; the urgent one counts hours."""

    ROUTINE = "routine"
    URGENT = "urgent"


class ConflictRule(StrEnum):
    """What a Co-Chair does when its own country is the requester."""

    DECLARE = "declare"
    RECUSE = "recuse"


class Signatures(StrEnum):
    """Whether a position at a gate, or breaking silence, must be signed with a passkey."""

    WHEN_THERE = "when there"
    REQUIRED = "required"


class HandingOver(StrEnum):
    """When a post goes over that its holder hands over in a case."""

    AT_ONCE = "at once"
    WHEN_ACCEPTED = "when accepted"


class SilenceCovers(StrEnum):
    """What of a report the Steering Group's silence covers: the report whatever becomes of it, or what it was on."""

    REPORT = "the report"
    EVERY_WORD = "every word"
    SUBSTANCE = "the substance"


class LaterAdmission(StrEnum):
    """How the Steering Group admits a member later: by the word of one of it, or by the silence of all."""

    ONE_WORD = "by one word"
    SILENCE = "by silence"


class TermsCovered(StrEnum):
    """What covers a term of reference: that something of the kind is on record, or what it says."""

    RECORD = "by the record"
    SUBSTANCE = "by substance"


class Requesters(StrEnum):
    """Who may submit a request."""

    ANY_MEMBER = "any member"
    AFFECTED_MEMBERS = "affected members"


class Obligations(StrEnum):
    """By whose word an outcome or the answer to a recommendation is a member's own."""

    AS_NAMED = "as named"
    BY_OWN_WORD = "by own word"


class Circulating(StrEnum):
    """When the wider membership can be told, and what becomes of names that nobody consented to.

    ``AT_WORK``: while the group works or reports; official names appear as "a member". ``AT_EVERY_TURN``: from the
    activation on and after the end; nothing goes out before each name is settled, and no case is closed before the
    Co-Chairs have decided what is told.
    """

    AT_WORK = "while at work"
    AT_EVERY_TURN = "at every turn"


class NamesSought(StrEnum):
    """Which spellings of a name are found in what is circulated.

    ``AS_SPELLED``: those of the first tables, whatever the case, the accents and the hyphens. ``HOWEVER_WRITTEN``: more
    everyday names as well, and each in whatever letters, signs or pieces it is read as that name.
    """

    AS_SPELLED = "as spelled"
    HOWEVER_WRITTEN = "however written"


class FollowThrough(StrEnum):
    """Whether what follows from a change is carried out with it, and what is begun is brought to its end.

    ``TO_THE_END``: besides what ``CARRIED_OUT`` has, no outcome is left without an owner, the day on which it is due is
    over at the close of business, what is to be circulated outlasts its case, who is told
    of a recommendation later answers it then, and the same word said twice is one. ``IN_FULL``: besides that, what is
    covered already is not waived, whoever was asked to be named hears that nothing goes out, and a recommendation is over
    without those whom it is decided not to tell, and a correction of form stands in the text that is accepted.
    """

    NOTED = "noted"
    CARRIED_OUT = "carried out"
    TO_THE_END = "to the end"
    IN_FULL = "in full"


class Track(Value):
    """The deadlines of one track.

    ``completeness``: the secretariat's check. ``gate``: a gate's deadline, with reminders at half of it and
    ``last_reminder`` before. After the deadline the alternate is told at once, both offices and the
    secretariat after ``offices_told``; the gate lapses after ``lapse``, both counted from the deadline.
    ``answer``: to a question. ``comments``: by the Steering Group on participants. ``invitation``,
    ``silence``, ``consent``: until they lapse or stand. ``situation_update``: the rhythm of updates.
    ``duration`` of an activation.
    """

    completeness: Span
    gate: Span
    last_reminder: Span
    offices_told: Span
    lapse: Span
    answer: Span
    comments: Span
    invitation: Span
    silence: Span
    consent: Span
    situation_update: Span
    duration: Span


_SPANS: Mapping[str, tuple[str, str]] = {
    "completeness": ("2wd", "6h"),
    "gate": ("5wd", "24h"),
    "last_reminder": ("1wd", "6h"),
    "offices_told": ("2wd", "12h"),
    "lapse": ("10wd", "72h"),
    "answer": ("5wd", "24h"),
    "comments": ("3wd", "12h"),
    "invitation": ("5wd", "48h"),
    "silence": ("10wd", "72h"),
    "consent": ("5wd", "48h"),
    "situation_update": ("30d", "3d"),
    "duration": ("12mo", "6mo"),
}
"""The defaults of the routine track, and of the urgent one."""

_ROUTINE, _URGENT = (Track(**{name: Span(both[track]) for name, both in _SPANS.items()}) for track in (0, 1))

LinkAnswer = Literal["respond", "consent", "acknowledge"]
"""What can be answered by the link of a mail: an invitation, consent to being named, that a notice was received."""

_BY_LINK: tuple[LinkAnswer, ...] = ("respond", "consent", "acknowledge")
_SUSPENSION, _EXCHANGE_OVERDUE = Span("30d"), Span("2d")
_CHANGE_OF_HANDS, _CONTEST, _CLOSE_OF_BUSINESS = Span("2wd"), Span("5wd"), "18:00"
_LATER: dict[str, Any] = {
    "answers_by_link": _BY_LINK,
    "change_of_hands": _CHANGE_OF_HANDS,
    "contest": _CONTEST,
    "signatures": Signatures.WHEN_THERE,
    "handing_over": HandingOver.WHEN_ACCEPTED,
    "close_of_business": _CLOSE_OF_BUSINESS,
    "silence_covers": SilenceCovers.SUBSTANCE,
    "later_admission": LaterAdmission.SILENCE,
    "terms_covered": TermsCovered.SUBSTANCE,
    "endorsements": 2,
    "requesters": Requesters.AFFECTED_MEMBERS,
    "obligations": Obligations.BY_OWN_WORD,
    "circulating": Circulating.AT_EVERY_TURN,
    "names_sought": NamesSought.HOWEVER_WRITTEN,
    "follow_through": FollowThrough.IN_FULL,
    "suspension": _SUSPENSION,
    "exchange_overdue": _EXCHANGE_OVERDUE,
}
"""Fields that came, or got another default, when there were cases already, with their defaults."""


class Policy(Value):
    """The whole policy.

    ``substitutes``: who takes the place of a recused Co-Chair, in order, among Steering Group members that
    are not affected. ``other_affected`` and ``organisations``: the minimum composition besides the requester.
    ``endorsements``: how many participants endorse a later admission. ``resubmission``: how long a lapsed
    request may be resubmitted. ``overdue_before``, ``overdue_after``, ``overdue_every``: the overdue ladder
    of outcomes and recommendations, around the due date. ``duration_reminder``: before an activation ends.
    ``answers_by_link``: what the link of a mail is enough for, without signing in. ``change_of_hands``: how long what the
    secretariat announces of a Co-Chair's post waits, so that its holder can stop it. ``contest``: how long a post has to
    contest what was recorded in its name. ``signatures``: whether positions must be signed with a passkey.
    ``handing_over``: whether whom a holder hands its post over to must accept it first. ``close_of_business``: when, in
    an office's own time, a working day is over; empty where a period in working days ends at the time of day at which it
    began. ``silence_covers``: what of a report the silence covers; a revision of anything else needs no new one.
    ``later_admission``: how the Steering Group admits a member later. ``terms_covered``: what covers a term of reference,
    who verifies, and what an early end owes. ``requesters``: whether only states and territories that say how they are
    affected may ask for the group. ``obligations``: whether each member takes on its outcomes and answers a
    recommendation by its own word, and nothing binds or reaches who is not in the group. ``circulating``: when the wider
    membership can be told, and what becomes of names that nobody consented to. ``names_sought``: which spellings of a
    name are found in what it is told.
    ``follow_through``: whether what follows from a change is carried out with it: a suspension is looked at again, who
    leaves the group gives back its outcomes and leaves its arrangements, an observer can become a participant and back,
    exchanges are reminded of at the rhythm of their arrangement, and a position that is said twice is one; to the end
    and in full also as these values have it.
    ``suspension``: until a suspension is looked at, where no day is said, and then again. ``exchange_overdue``: from when
    an exchange is due until it is marked as overdue.
    """

    version: str = "1"
    routine: Track = _ROUTINE
    urgent: Track = _URGENT
    conflict_rule: ConflictRule = ConflictRule.DECLARE
    substitutes: tuple[str, ...] = ("NZ", "TH", "UNHCR", "IOM")
    other_affected: int = Field(default=1, ge=0)
    organisations: int = Field(default=1, ge=0)
    endorsements: int = Field(default=1, ge=1)  # two for new cases, as with the last of these
    resubmission: Span = Span("90d")
    overdue_before: DaySpan = Span("7d")
    overdue_after: DaySpan = Span("7d")
    overdue_every: DaySpan = Span("30d")
    duration_reminder: Span = Span("30d")
    answers_by_link: tuple[LinkAnswer, ...] = _BY_LINK
    change_of_hands: Span = _CHANGE_OF_HANDS
    contest: Span = _CONTEST
    signatures: Signatures = Signatures.WHEN_THERE
    # As in cases of before these could be chosen:
    handing_over: HandingOver = HandingOver.AT_ONCE
    silence_covers: SilenceCovers = SilenceCovers.REPORT
    later_admission: LaterAdmission = LaterAdmission.ONE_WORD
    terms_covered: TermsCovered = TermsCovered.RECORD
    close_of_business: str = Field(default="", pattern="^(([01][0-9]|2[0-3]):[0-5][0-9])?$")
    requesters: Requesters = Requesters.ANY_MEMBER
    obligations: Obligations = Obligations.AS_NAMED
    circulating: Circulating = Circulating.AT_WORK
    names_sought: NamesSought = NamesSought.AS_SPELLED
    follow_through: FollowThrough = FollowThrough.NOTED
    suspension: Span = _SUSPENSION
    exchange_overdue: DaySpan = _EXCHANGE_OVERDUE

    @model_serializer(mode="wrap")
    def _as_it_was(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # A case that was submitted before there were these fields is hashed without them, also when its workflow is
        # replayed.
        written: dict[str, Any] = write(self)
        for name in _LATER.keys() - self.model_fields_set:
            written.pop(name, None)
        return written

    @property
    def carries_out(self) -> bool:
        """Whether what follows from a change in the group is carried out with it."""
        return self.follow_through is not FollowThrough.NOTED

    @property
    def to_the_end(self) -> bool:
        """Whether what is begun is brought to its end as well."""
        return self.follow_through in (FollowThrough.TO_THE_END, FollowThrough.IN_FULL)

    @property
    def in_full(self) -> bool:
        """Whether nothing of what is begun or said is left half done."""
        return self.follow_through is FollowThrough.IN_FULL

    def track(self, urgency: Urgency) -> Track:
        """The deadlines of the urgent or the routine track."""
        return self.urgent if urgency is Urgency.URGENT else self.routine

    @property
    def closes(self) -> time | None:
        """When a working day is over, in an office's own time; None where none is said (``close_of_business``)."""
        return time.fromisoformat(self.close_of_business) if self.close_of_business else None

    @classmethod
    def default(cls) -> Self:
        """The product's defaults."""
        return cls(**_LATER)


_OF_A_TRACK: dict[str, Any] = dict.fromkeys(Track.model_fields, (Span, None))
_OF_THE_WHOLE: dict[str, Any] = {
    name: (field.annotation, field) for name, field in Policy.model_fields.items() if name not in ("version", *Urgency)
}
_TrackDifferences: Any = create_model("TrackDifferences", __base__=Value, **_OF_A_TRACK)
_OF_EACH_TRACK: dict[str, Any] = {track.value: (_TrackDifferences, None) for track in Urgency}
_Differences: Any = create_model("_Differences", __base__=Value, **_OF_A_TRACK, **_OF_EACH_TRACK, **_OF_THE_WHOLE)


class PolicyDifferences(_Differences):
    """Differences from the default policy, by its own keys.

    A key of a track at the top (``gate: 3wd``) holds for both tracks, under ``routine`` or ``urgent`` for that one.
    """

    def policy(self) -> Policy:
        """The default policy with the differences."""
        given = self.model_dump(exclude_unset=True)
        both = {name: given[name] for name in _OF_A_TRACK if name in given}
        whole = {name: given[name] for name in _OF_THE_WHOLE if name in given}
        tracks = {
            track.value: {**base.model_dump(), **both, **given.get(track.value, {})}
            for track, base in ((Urgency.ROUTINE, _ROUTINE), (Urgency.URGENT, _URGENT))
        }
        return Policy.model_validate({**_LATER, **whole, **tracks})


def policy_with(differences: Mapping[str, Any]) -> Policy:
    """The default policy with differences, as ``PolicyDifferences`` has them.

    Raises:
        ValueError: a key that policy does not have, or a value it cannot read.
    """
    return PolicyDifferences.model_validate(differences).policy()
