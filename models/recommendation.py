"""The follow-up of a recommendation: open across cases until it is adopted, declined or done.

It lives apart from its case, which may be closed and then does not change any more; it has a log of its own.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter

from models.authentication import Signed
from models.base import Line, Prose, Value
from models.case import Case
from models.commands import Adopt, Command
from models.ladder import ClockAct, Ladder
from models.log import CLOCK, CLOCK_COMMAND, Entry, seal
from models.notices import Notice, NoticeFacts, notify
from models.policy import Policy
from models.posts import SECRETARIAT, Post, desk_of
from models.projection import Queued, Row, Step
from models.refusal import RefusalKind, Refused
from models.rules.outcomes import overdue_rungs
from models.zones import zone_named


def follow_up_stream(reference: str, number: int) -> str:
    """The name of a follow-up's log and the id of its workflow: ``AHG-2026-003/R1``."""
    return f"{reference}/R{number}"


FollowUpState = Literal["open", "adopted", "declined", "done"]


OVER: tuple[FollowUpState, ...] = ("declined", "done")
"""States in which nothing more is awaited."""


class FollowUp(Value):
    """The state of one follow-up."""

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
    def readers(self) -> list[Post]:
        """Addressees and owner."""
        return [desk_of(code) for code in dict.fromkeys((*self.to, self.owner)) if code]


def follow_up_of(case: Case, number: int) -> FollowUp:
    """The follow-up of a recommendation of a case, before its first entry."""
    one = case.recommendations[number]
    return FollowUp(
        reference=case.reference,
        number=number,
        text=one.text,
        to=one.to,
        owner=one.owner,
        due=one.due,
        zone=case.calendars.of(one.owner).zone,
        co_chairs=case.directory.co_chairs,
        policy=case.policy,
    )


class FollowUpOpened(Value):
    type: Literal["recommendation_opened"] = "recommendation_opened"
    ladder: Ladder | None


class FollowUpReminded(Value):
    type: Literal["recommendation_reminded"] = "recommendation_reminded"
    act: ClockAct
    ladder: Ladder


class FollowUpResolved(Value):
    type: Literal["recommendation_resolved"] = "recommendation_resolved"
    state: Literal["adopted", "declined", "done"]
    text: Prose = ""


FollowUpEvent = FollowUpOpened | FollowUpReminded | FollowUpResolved

_EVENT: TypeAdapter[FollowUpEvent] = TypeAdapter(Annotated[FollowUpEvent, Field(discriminator="type")])


def _after(follow_up: FollowUp, event: FollowUpEvent) -> FollowUp:
    if isinstance(event, FollowUpResolved):
        ladder = None if event.state in OVER else follow_up.ladder
        return follow_up.model_copy(update={"state": event.state, "note": event.text[:300], "ladder": ladder})
    return follow_up.model_copy(update={"ladder": event.ladder})


def _step(
    follow_up: FollowUp,
    event: FollowUpEvent,
    command: str,
    by: Post,
    now: datetime,
    told: Sequence[Notice],
    signed: Signed | None = None,
) -> tuple[FollowUp, Step]:
    stream, seq, at = follow_up.stream, follow_up.seq + 1, now.astimezone(UTC)
    entry = seal(stream, seq, at, by, None, command, event, follow_up.head, signed)
    after = _after(follow_up, event).model_copy(update={"seq": entry.seq, "head": entry.hash})
    comes = after.ladder.next if after.ladder else None
    key = {"reference": after.reference, "number": after.number}
    columns = {**key, "owner": after.owner, "state": after.state, "next_at": comes.at if comes else None}
    row = Row(table="follow_ups", columns=columns)
    queued = tuple(Queued(seq=entry.seq, notice=notice) for notice in told)
    return after, Step.model_construct(stream=after.stream, entries=(entry,), rows=(row,), notices=queued)


def catch_up_follow_up(follow_up: FollowUp, entries: Sequence[Entry]) -> FollowUp:
    """With entries that the log has and the workflow does not yet know."""
    for entry in entries:
        event = _EVENT.validate_python(entry.event)
        follow_up = _after(follow_up, event).model_copy(update={"seq": entry.seq, "head": entry.hash})
    return follow_up


def _tell(follow_up: FollowUp, kind: str, *extra: Post, **facts: Any) -> Sequence[Notice]:
    due = follow_up.ladder.due if follow_up.ladder else None
    posts = dict.fromkeys((*follow_up.readers, *extra))
    return notify(kind, posts, NoticeFacts(recommendation=follow_up.text).also(**facts), due=due)


def open_follow_up(follow_up: FollowUp, now: datetime) -> tuple[FollowUp, Step]:
    """The report was accepted: addressees and owner are told, and the overdue ladder begins."""
    ladder = None
    if follow_up.due is not None:
        due = datetime.combine(follow_up.due, time(9), zone_named(follow_up.zone)).astimezone(UTC)
        ladder = Ladder(due=due, rungs=overdue_rungs(follow_up.policy, due, now))
    begun = follow_up.model_copy(update={"ladder": ladder})
    told = _tell(begun, "recommendation_addressed", owner=follow_up.owner, addressees=follow_up.to)
    return _step(follow_up, FollowUpOpened(ladder=ladder), "opened", SECRETARIAT, now, told)


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
    command = f"{CLOCK_COMMAND}{rung.act.value}:{rung.at.isoformat()}"
    return _step(follow_up, FollowUpReminded(act=rung.act, ladder=left), command, CLOCK, now, told)


def resolve_follow_up(follow_up: FollowUp, command: Command, now: datetime) -> tuple[FollowUp, Step]:
    """An addressee, the owner, a Co-Chair or the secretariat says what became of it.

    Raises:
        Refused: another post, another command, or a recommendation that is declined or done already.
    """
    body = command.body
    if not isinstance(body, Adopt):
        raise Refused(RefusalKind.INVALID, f"A recommendation takes the command 'adopt' only, not {command.do!r}.")
    if follow_up.over:
        raise Refused(
            RefusalKind.CONFLICT, f"The recommendation is {follow_up.state} already; it does not change any more."
        )
    may = [*follow_up.readers, *follow_up.co_chairs, SECRETARIAT]
    if command.by not in may:
        raise Refused(
            RefusalKind.FORBIDDEN,
            f"Only the focal points of its addressees and owner ({', '.join(follow_up.readers)}), a Co-Chair "
            f"or the secretariat may say what became of this recommendation; {command.by} may not.",
        )
    told = _tell(
        follow_up, "recommendation_resolved", *follow_up.co_chairs, SECRETARIAT, state=body.state, text=body.text
    )
    resolved = FollowUpResolved(state=body.state, text=body.text)
    return _step(follow_up, resolved, command.id, command.by, now, told, command.signed)
