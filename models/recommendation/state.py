"""The state of a follow-up, and what the events of its log make of it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from models.base import Instant, Line, Prose, Value, brief, is_empty
from models.calendars import Calendars
from models.case import Case
from models.ladder import ClockAct, Ladder, Rung
from models.log import Entry
from models.policy import Obligations, Policy
from models.posts import SECRETARIAT, Post, desk_of
from models.rules.overdue import overdue_rungs
from models.zones import zone_named


def follow_up_stream(reference: str, number: int) -> str:
    """The name of a follow-up's log and the id of its workflow: ``AHG-2026-003/R1``."""
    return f"{reference}/R{number}"


FollowUpState = Literal["open", "adopted", "declined", "done", "untold"]
"""``untold``: it is decided that nobody is told to whom it is addressed."""


OVER: tuple[FollowUpState, ...] = ("declined", "done", "untold")
"""States in which nothing more is awaited."""


class FollowUpAnswer(Value):
    """What one addressee said of a recommendation, and when.

    ``recorded_by``: who wrote it down in its name, and ``contest_until``: until when it may contest that; ``before``:
    what it had said until then.
    """

    state: Literal["adopted", "declined", "done"]
    note: Line = ""
    at: Instant
    recorded_by: Post | None = Field(default=None, exclude_if=is_empty)
    contest_until: Instant | None = Field(default=None, exclude_if=is_empty)
    before: "FollowUpAnswer | None" = Field(default=None, exclude_if=is_empty)


class FollowUp(Value):
    """The state of one follow-up.

    ``untold``: addressees that are not told yet: nothing is asked of them, and nobody waits for them to be told;
    ``left_out``: those of them of whom it is decided that they are not, so that it can be over without them.
    ``answers``: what each addressee said for itself, by its code, where the policy has each answer for itself; ``state``
    is then what they make together. ``calendars``: of those that answer.
    """

    reference: str
    number: int
    text: Prose
    to: tuple[str, ...]
    owner: str
    due: date | None
    zone: str
    co_chairs: tuple[Post, ...]
    policy: Policy = Field(repr=False)
    calendars: Calendars | None = Field(default=None, repr=False, exclude_if=is_empty)
    state: FollowUpState = "open"
    note: Line = ""
    untold: tuple[str, ...] = Field(default=(), exclude_if=is_empty)
    left_out: tuple[str, ...] = Field(default=(), exclude_if=is_empty)
    answers: Mapping[str, FollowUpAnswer] = Field(default={}, exclude_if=is_empty)
    ladder: Ladder | None = None
    seq: int = 0
    head: str = ""

    @property
    def stream(self) -> str:
        """The name of its log."""
        return follow_up_stream(self.reference, self.number)

    @property
    def over(self) -> bool:
        """Whether nothing more is awaited, a contest of what was recorded among it."""
        return self.state in OVER and not (self.ladder and self.ladder.next)

    @property
    def each_for_itself(self) -> bool:
        """Whether each addressee answers for itself alone."""
        return self.policy.obligations is Obligations.BY_OWN_WORD

    @property
    def answering(self) -> tuple[str, ...]:
        """Who answers: the addressees that are told; where there are none at all, the owner."""
        told = tuple(code for code in dict.fromkeys(self.to) if code not in self.untold)
        return told if self.to else ((self.owner,) if self.owner else ())

    @property
    def awaited(self) -> tuple[str, ...]:
        """Those of whom something is awaited still, where each answers for itself."""
        ended = {code for code, answer in self.answers.items() if answer.state in OVER}
        return tuple(code for code in self.answering if code not in ended) if self.each_for_itself else ()

    @property
    def asks(self) -> bool:
        """Whether something is awaited of somebody who is told."""
        told = self.awaited if self.each_for_itself else self.answering
        return self.state not in OVER and bool(told or not self.untold)

    @property
    def reminded(self) -> list[Post]:
        """Who is reminded while something is awaited: who has answered for itself is left in peace."""
        if not self.asks:
            return []
        still = (*self.awaited, self.owner)
        asked = [post for post in self.readers if not self.each_for_itself or post.member in still]
        return list(dict.fromkeys((*asked, SECRETARIAT)))

    @property
    def readers(self) -> list[Post]:
        """Addressees that are told, and owner."""
        return [desk_of(code) for code in dict.fromkeys((*self.to, self.owner)) if code and code not in self.untold]


def follow_up_of(case: Case, number: int) -> FollowUp:
    """The follow-up of a recommendation of a case, before its first entry."""
    one, each = case.recommendations[number], case.policy.to_the_end
    answering = dict.fromkeys((*one.to, one.owner))
    return FollowUp(
        reference=case.reference,
        number=number,
        text=one.text,
        to=one.to if each else tuple(code for code in one.to if code not in one.untold),
        untold=one.untold if each else (),
        owner=one.owner,
        due=one.due,
        zone=case.calendars.of(one.owner).zone,
        co_chairs=case.directory.co_chairs,
        policy=case.policy,
        calendars=Calendars(offices={code: case.calendars.of(code) for code in answering if code}),
    )


class FollowUpOpened(Value):
    type: Literal["recommendation_opened"] = "recommendation_opened"
    ladder: Ladder | None
    untold: tuple[str, ...] = Field(default=(), exclude_if=is_empty)


class FollowUpAddressed(Value):
    """Addressees that had not been told are told now, each to answer for itself."""

    type: Literal["recommendation_addressed"] = "recommendation_addressed"
    members: tuple[str, ...]
    ladder: Ladder | None


class FollowUpLeftOut(Value):
    """It is decided that these addressees are not told; none, where something is to be circulated to them after all."""

    type: Literal["recommendation_left_out"] = "recommendation_left_out"
    members: tuple[str, ...]


class FollowUpReminded(Value):
    type: Literal["recommendation_reminded"] = "recommendation_reminded"
    act: ClockAct
    ladder: Ladder


class FollowUpResolved(Value):
    type: Literal["recommendation_resolved"] = "recommendation_resolved"
    state: Literal["adopted", "declined", "done"]
    text: Prose = ""
    member: str = Field(default="", exclude_if=is_empty)
    """Who answered for itself; empty where one answered for all."""
    recorded_by: Post | None = Field(default=None, exclude_if=is_empty)
    """Who wrote it down in its name, where it may contest that until ``contest_until``."""
    contest_until: Instant | None = Field(default=None, exclude_if=is_empty)


class FollowUpContested(Value):
    """A member says that it never gave the answer that was recorded in its name."""

    type: Literal["recommendation_contested"] = "recommendation_contested"
    member: str
    recorded_by: Post
    recorded_at: Instant
    text: Prose


FollowUpEvent = (
    FollowUpOpened | FollowUpAddressed | FollowUpLeftOut | FollowUpReminded | FollowUpResolved | FollowUpContested
)

_EVENT: TypeAdapter[FollowUpEvent] = TypeAdapter(Annotated[FollowUpEvent, Field(discriminator="type")])


def after_event(follow_up: FollowUp, event: FollowUpEvent, at: datetime) -> FollowUp:
    """The follow-up after an event of its log."""
    if isinstance(event, FollowUpResolved) and event.member:
        answer = FollowUpAnswer(
            state=event.state,
            note=brief(event.text),
            at=at,
            recorded_by=event.recorded_by,
            contest_until=event.contest_until,
            before=follow_up.answers.get(event.member) if event.recorded_by else None,
        )
        answers = {**follow_up.answers, event.member: answer}
        return _with_answers(follow_up, answers, at).model_copy(update={"note": brief(event.text)})
    if isinstance(event, FollowUpContested):
        before = follow_up.answers[event.member].before
        others = {code: answer for code, answer in follow_up.answers.items() if code != event.member}
        answers = {**others, **({event.member: before} if before else {})}
        return _with_answers(follow_up, answers, at).model_copy(update={"note": ""})
    if isinstance(event, FollowUpLeftOut):
        return _with_answers(follow_up.model_copy(update={"left_out": event.members}), follow_up.answers, at)
    if isinstance(event, FollowUpResolved):
        ladder = None if event.state in OVER else follow_up.ladder
        return follow_up.model_copy(update={"state": event.state, "note": event.text[:300], "ladder": ladder})
    changes: dict[str, Any] = {"ladder": event.ladder}
    if isinstance(event, FollowUpOpened):
        changes["untold"] = event.untold
    elif isinstance(event, FollowUpAddressed):
        still = tuple(code for code in follow_up.untold if code not in event.members)
        left_out = tuple(code for code in follow_up.left_out if code in still)
        changes |= {"untold": still, "left_out": left_out}
        changes["state"] = _together(follow_up.model_copy(update=changes))
    return follow_up.model_copy(update=changes)


def _with_answers(follow_up: FollowUp, answers: Mapping[str, FollowUpAnswer], now: datetime) -> FollowUp:
    """With what was answered, and what the clock does then.

    Where nothing more is awaited but a contest of what was recorded, the end of that time; where something is awaited
    again, the overdue ladder.
    """
    answered = follow_up.model_copy(update={"answers": answers})
    answered = answered.model_copy(update={"state": _together(answered)})
    ladder = follow_up.ladder
    if not answered.asks:
        until = max((one.contest_until for one in answers.values() if one.contest_until), default=now)
        ladder = Ladder(due=until, rungs=(Rung(at=until, act=ClockAct.END),)) if until > now else None
    elif not follow_up.asks:
        ladder = overdue_ladder(answered, now)
    return answered.model_copy(update={"ladder": ladder})


def overdue_ladder(follow_up: FollowUp, now: datetime) -> Ladder | None:
    """The overdue ladder around the close of business of its day, by a policy of before around its morning; None where
    it has no day.
    """
    if follow_up.due is None:
        return None
    over = (follow_up.policy.closes if follow_up.policy.to_the_end else None) or time(9)
    due = datetime.combine(follow_up.due, over, zone_named(follow_up.zone)).astimezone(UTC)
    return Ladder(due=due, rungs=overdue_rungs(follow_up.policy, due, now))


def _together(follow_up: FollowUp) -> FollowUpState:
    """What the answers make together: open until all have answered, declined where all have declined.

    It is not over while somebody whom it is addressed to is still to be told, unless it is decided that nobody else is.
    """
    said = [follow_up.answers[code].state for code in follow_up.answering if code in follow_up.answers]
    to_be_told = set(follow_up.untold) - {*follow_up.left_out}
    if follow_up.untold and not follow_up.answering and not to_be_told:
        return "untold"
    if not said or len(said) < len(follow_up.answering):
        return "open"
    if "adopted" in said:
        return "adopted"
    if to_be_told:
        return "open"
    return "done" if "done" in said else "declined"


def catch_up_follow_up(follow_up: FollowUp, entries: Sequence[Entry]) -> FollowUp:
    """With entries that the log has and the workflow does not yet know."""
    for entry in entries:
        event = _EVENT.validate_python(entry.event)
        follow_up = after_event(follow_up, event, entry.at).model_copy(update={"seq": entry.seq, "head": entry.hash})
    return follow_up
