"""The follow-up of a recommendation: open across cases until it is adopted, declined or done.

It lives apart from its case, which may be closed and then does not change any more; it has a log of its own.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from models.authentication import Signed
from models.base import Instant, Line, Prose, Value, brief, is_empty
from models.case import Case
from models.commands import ActFor, Adopt, Command
from models.ladder import ClockAct, Ladder
from models.log import CLOCK, CLOCK_COMMAND, ActedFor, Entry, seal
from models.notices import Notice, NoticeFacts, notify
from models.policy import Obligations, Policy
from models.posts import SECRETARIAT, Post, desk_of
from models.projection import Queued, Row, Step
from models.refusal import RefusalKind, Refused
from models.rules.overdue import overdue_rungs
from models.rules.steps import may_act_for
from models.zones import zone_named


def follow_up_stream(reference: str, number: int) -> str:
    """The name of a follow-up's log and the id of its workflow: ``AHG-2026-003/R1``."""
    return f"{reference}/R{number}"


FollowUpState = Literal["open", "adopted", "declined", "done"]


OVER: tuple[FollowUpState, ...] = ("declined", "done")
"""States in which nothing more is awaited."""


class FollowUpAnswer(Value):
    """What one addressee said of a recommendation, and when."""

    state: Literal["adopted", "declined", "done"]
    note: Line = ""
    at: Instant


class FollowUp(Value):
    """The state of one follow-up.

    ``untold``: addressees that are not told yet: nothing is asked of them, and nobody waits for them to be told.
    ``answers``: what each addressee said for itself, by its code, where the policy has each answer for itself; ``state``
    is then what they make together.
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
    state: FollowUpState = "open"
    note: Line = ""
    untold: tuple[str, ...] = Field(default=(), exclude_if=is_empty)
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
        """Whether nothing more is awaited."""
        return self.state in OVER

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
    def readers(self) -> list[Post]:
        """Addressees that are told, and owner."""
        return [desk_of(code) for code in dict.fromkeys((*self.to, self.owner)) if code and code not in self.untold]


def follow_up_of(case: Case, number: int) -> FollowUp:
    """The follow-up of a recommendation of a case, before its first entry."""
    one, each = case.recommendations[number], case.policy.to_the_end
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


FollowUpEvent = FollowUpOpened | FollowUpAddressed | FollowUpReminded | FollowUpResolved

_EVENT: TypeAdapter[FollowUpEvent] = TypeAdapter(Annotated[FollowUpEvent, Field(discriminator="type")])


def _after(follow_up: FollowUp, event: FollowUpEvent, at: datetime) -> FollowUp:
    if isinstance(event, FollowUpResolved) and event.member:
        answer = FollowUpAnswer(state=event.state, note=brief(event.text), at=at)
        answered = follow_up.model_copy(update={"answers": {**follow_up.answers, event.member: answer}})
        state = _together(answered)
        asked = answered.awaited or not answered.untold
        ladder = follow_up.ladder if state not in OVER and asked else None
        return answered.model_copy(update={"state": state, "note": brief(event.text), "ladder": ladder})
    if isinstance(event, FollowUpResolved):
        ladder = None if event.state in OVER else follow_up.ladder
        return follow_up.model_copy(update={"state": event.state, "note": event.text[:300], "ladder": ladder})
    changes: dict[str, Any] = {"ladder": event.ladder}
    if isinstance(event, FollowUpOpened):
        changes["untold"] = event.untold
    elif isinstance(event, FollowUpAddressed):
        still = tuple(code for code in follow_up.untold if code not in event.members)
        changes |= {"untold": still, "state": _together(follow_up.model_copy(update={"untold": still}))}
    return follow_up.model_copy(update=changes)


def _together(follow_up: FollowUp) -> FollowUpState:
    """What the answers make together: open until all have answered, declined where all have declined.

    It is not over while somebody whom it is addressed to is still to be told.
    """
    said = [follow_up.answers[code].state for code in follow_up.answering if code in follow_up.answers]
    if not said or len(said) < len(follow_up.answering):
        return "open"
    if "adopted" in said:
        return "adopted"
    if follow_up.untold:
        return "open"
    return "done" if "done" in said else "declined"


def _step(
    follow_up: FollowUp,
    event: FollowUpEvent,
    command: str,
    by: Post,
    now: datetime,
    told: Sequence[Notice],
    signed: Signed | None = None,
    acted_for: ActedFor | None = None,
) -> tuple[FollowUp, Step]:
    stream, seq, at = follow_up.stream, follow_up.seq + 1, now.astimezone(UTC)
    entry = seal(stream, seq, at, by, acted_for, command, event, follow_up.head, signed)
    after = _after(follow_up, event, at).model_copy(update={"seq": entry.seq, "head": entry.hash})
    comes = after.ladder.next if after.ladder else None
    key = {"reference": after.reference, "number": after.number}
    answers = {code: answer.model_dump(mode="json") for code, answer in after.answers.items()}
    waits = comes.at if comes else None
    columns = {**key, "owner": after.owner, "state": after.state, "next_at": waits, "answers": answers}
    row = Row(table="follow_ups", columns=columns)
    queued = tuple(Queued(seq=entry.seq, notice=notice) for notice in told)
    return after, Step.model_construct(stream=after.stream, entries=(entry,), rows=(row,), notices=queued)


def catch_up_follow_up(follow_up: FollowUp, entries: Sequence[Entry]) -> FollowUp:
    """With entries that the log has and the workflow does not yet know."""
    for entry in entries:
        event = _EVENT.validate_python(entry.event)
        follow_up = _after(follow_up, event, entry.at).model_copy(update={"seq": entry.seq, "head": entry.hash})
    return follow_up


def _tell(follow_up: FollowUp, kind: str, *extra: Post, **facts: Any) -> Sequence[Notice]:
    due = follow_up.ladder.due if follow_up.ladder else None
    posts = dict.fromkeys((*follow_up.readers, *extra))
    silent = tuple(map(desk_of, follow_up.awaited))
    return notify(kind, posts, NoticeFacts(recommendation=follow_up.text, silent=silent).also(**facts), due=due)


def open_follow_up(follow_up: FollowUp, now: datetime) -> tuple[FollowUp, Step]:
    """The report was accepted: addressees and owner are told, and the overdue ladder begins."""
    ladder = _reminding(follow_up, now) if follow_up.answering or not follow_up.untold else None
    begun = follow_up.model_copy(update={"ladder": ladder})
    told = _tell(begun, "recommendation_addressed", owner=follow_up.owner, addressees=follow_up.to)
    opened = FollowUpOpened(ladder=ladder, untold=follow_up.untold)
    return _step(follow_up, opened, "opened", SECRETARIAT, now, told)


def _reminding(follow_up: FollowUp, now: datetime) -> Ladder | None:
    """The overdue ladder around the close of business of its day; by a policy of before, around its morning."""
    if follow_up.due is None:
        return None
    over = (follow_up.policy.closes if follow_up.policy.to_the_end else None) or time(9)
    due = datetime.combine(follow_up.due, over, zone_named(follow_up.zone)).astimezone(UTC)
    return Ladder(due=due, rungs=overdue_rungs(follow_up.policy, due, now))


def address_follow_up(follow_up: FollowUp, told: Sequence[str], now: datetime) -> tuple[FollowUp, Step] | None:
    """Ask those of its addressees that the case has told since; None where there are none. Who is asked already hears
    nothing.
    """
    members = tuple(code for code in follow_up.untold if code in told)
    if not members:
        return None
    ladder = follow_up.ladder or _reminding(follow_up, now)
    event = FollowUpAddressed(members=members, ladder=ladder)
    facts = NoticeFacts(recommendation=follow_up.text, owner=follow_up.owner, addressees=follow_up.to)
    due = ladder.due if ladder else None
    notices = notify("recommendation_addressed", map(desk_of, members), facts, due=due)
    command = f"{CLOCK_COMMAND}told:{','.join(members)}"
    return _step(follow_up, event, command, CLOCK, now, notices)


def apply_clock_to_follow_up(follow_up: FollowUp, now: datetime) -> tuple[FollowUp, Step] | None:
    """What the clock does at ``now``; None when nothing is due."""
    ladder = follow_up.ladder
    rung = ladder.next if ladder and not follow_up.over else None
    if ladder is None or rung is None or rung.at > now:
        return None
    left = ladder.passed()
    if not left.rungs:
        left = left.model_copy(update={"rungs": overdue_rungs(follow_up.policy, ladder.due, now)})
    before = rung.act is ClockAct.REMIND
    told = _tell(follow_up, "recommendation_due" if before else "recommendation_overdue", SECRETARIAT)
    if follow_up.each_for_itself:  # who has answered is left in peace
        still = {desk_of(code) for code in (*follow_up.awaited, follow_up.owner) if code} | {SECRETARIAT}
        told = [notice for notice in told if notice.to in still]
    command = f"{CLOCK_COMMAND}{rung.act.value}:{rung.at.isoformat()}"
    return _step(follow_up, FollowUpReminded(act=rung.act, ladder=left), command, CLOCK, now, told)


def resolve_follow_up(follow_up: FollowUp, command: Command, now: datetime) -> tuple[FollowUp, Step]:
    """An addressee says what becomes of it, for itself; the secretariat writes down what one said (``act_for``).

    By a policy of before, an addressee, the owner, a Co-Chair or the secretariat said it for all.

    Raises:
        Refused: another post, another command, or a recommendation that is declined or done already.
    """
    body, by, acted_for = command.body, command.by, None
    if isinstance(body, ActFor):
        may_act_for(by, body)
        acted_for = ActedFor(by=by, how=body.how, why=body.text)
        by, body = body.post, body.command
    if not isinstance(body, Adopt):
        raise Refused(RefusalKind.INVALID, f"A recommendation takes the command 'adopt' only, not {command.do!r}.")
    if follow_up.over:
        raise Refused(
            RefusalKind.CONFLICT, f"The recommendation is {follow_up.state} already; it does not change any more."
        )
    if follow_up.each_for_itself:
        return _answer(follow_up, command, body, by, now, acted_for)
    may = [*follow_up.readers, *follow_up.co_chairs, SECRETARIAT]
    if by not in may:
        raise Refused(
            RefusalKind.FORBIDDEN,
            f"Only the focal points of its addressees and owner ({', '.join(follow_up.readers)}), a Co-Chair "
            f"or the secretariat may say what became of this recommendation; {by} may not.",
        )
    told = _tell(
        follow_up, "recommendation_resolved", *follow_up.co_chairs, SECRETARIAT, state=body.state, text=body.text
    )
    resolved = FollowUpResolved(state=body.state, text=body.text)
    return _step(follow_up, resolved, command.id, by, now, told, command.signed, acted_for)


def _answer(
    follow_up: FollowUp, command: Command, body: Adopt, by: Post, now: datetime, acted_for: ActedFor | None
) -> tuple[FollowUp, Step]:
    """Take the answer of one addressee, for itself alone."""
    desks = {desk_of(code): code for code in follow_up.answering}
    if by not in desks:
        raise Refused(
            RefusalKind.FORBIDDEN,
            f"Each addressee answers for itself: {', '.join(desks)}. {by} does not; the secretariat records with act_for "
            "what one of them said.",
        )
    member = desks[by]
    known = follow_up.answers.get(member)
    if known is not None and known.state in OVER:
        raise Refused(
            RefusalKind.CONFLICT, f"{member} has said that it is {known.state} already; that does not change any more."
        )
    answered = FollowUpResolved(state=body.state, text=body.text, member=member)
    after = _after(follow_up, answered, now)
    facts = {"state": body.state, "text": body.text, "member": member}
    told = _tell(after, "recommendation_resolved", *follow_up.co_chairs, SECRETARIAT, **facts)
    return _step(follow_up, answered, command.id, by, now, told, command.signed, acted_for)
