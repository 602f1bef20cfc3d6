"""What commands and the clock do to a follow-up, each as a step into its log."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from models.authentication import Signed, suffices
from models.calendars import Calendars, WorkingDays
from models.commands import ActFor, Adopt, Command, Contest
from models.ladder import ClockAct
from models.log import CLOCK, CLOCK_COMMAND, ActedFor, seal
from models.notices import Notice, NoticeFacts, notify, recorded_in_name
from models.posts import SECRETARIAT, Post, desk_of
from models.projection import Queued, Row, Step
from models.recommendation.state import (
    OVER,
    FollowUp,
    FollowUpAddressed,
    FollowUpContested,
    FollowUpEvent,
    FollowUpLeftOut,
    FollowUpOpened,
    FollowUpReminded,
    FollowUpResolved,
    after_event,
    overdue_ladder,
)
from models.refusal import RefusalKind, Refused
from models.rules.contesting import may_contest
from models.rules.overdue import overdue_rungs
from models.rules.steps import may_act_for


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
    after = after_event(follow_up, event, at).model_copy(update={"seq": entry.seq, "head": entry.hash})
    comes = after.ladder.next if after.ladder else None
    key = {"reference": after.reference, "number": after.number}
    answers = {code: answer.model_dump(mode="json") for code, answer in after.answers.items()}
    waits = comes.at if comes else None
    columns = {**key, "owner": after.owner, "state": after.state, "next_at": waits, "answers": answers}
    row = Row(table="follow_ups", columns=columns)
    if isinstance(event, FollowUpResolved) and event.contest_until is not None:
        told = [*told, *recorded_in_name(entry, "adopt", event.contest_until)]
    queued = tuple(Queued(seq=entry.seq, notice=notice) for notice in told)
    return after, Step.model_construct(stream=after.stream, entries=(entry,), rows=(row,), notices=queued)


def _tell(follow_up: FollowUp, kind: str, *extra: Post, **facts: Any) -> Sequence[Notice]:
    due = follow_up.ladder.due if follow_up.ladder and follow_up.asks else None
    posts = dict.fromkeys((*follow_up.readers, *extra))
    silent = tuple(map(desk_of, follow_up.awaited))
    return notify(kind, posts, NoticeFacts(recommendation=follow_up.text, silent=silent).also(**facts), due=due)


def open_follow_up(follow_up: FollowUp, now: datetime) -> tuple[FollowUp, Step]:
    """The report was accepted: addressees and owner are told, and the overdue ladder begins."""
    ladder = overdue_ladder(follow_up, now) if follow_up.asks else None
    begun = follow_up.model_copy(update={"ladder": ladder})
    told = _tell(begun, "recommendation_addressed", owner=follow_up.owner, addressees=follow_up.to)
    opened = FollowUpOpened(ladder=ladder, untold=follow_up.untold)
    return _step(follow_up, opened, "opened", SECRETARIAT, now, told)


def address_follow_up(follow_up: FollowUp, told: Sequence[str], now: datetime) -> tuple[FollowUp, Step] | None:
    """Ask those of its addressees that the case has told since; None where there are none. Who is asked already hears
    nothing.
    """
    members = tuple(code for code in follow_up.untold if code in told)
    if not members:
        return None
    ladder = follow_up.ladder if follow_up.asks else overdue_ladder(follow_up, now)
    event = FollowUpAddressed(members=members, ladder=ladder)
    facts = NoticeFacts(recommendation=follow_up.text, owner=follow_up.owner, addressees=follow_up.to)
    due = ladder.due if ladder else None
    notices = notify("recommendation_addressed", map(desk_of, members), facts, due=due)
    command = f"{CLOCK_COMMAND}told:{','.join(members)}"
    return _step(follow_up, event, command, CLOCK, now, notices)


def leave_out_of_follow_up(follow_up: FollowUp, left_out: Sequence[str], now: datetime) -> tuple[FollowUp, Step] | None:
    """Note which of its addressees the case has decided not to tell; None where that is known. Nobody is told of that."""
    members = tuple(code for code in follow_up.untold if code in left_out)
    if members == follow_up.left_out:
        return None
    command = f"{CLOCK_COMMAND}left_out:{','.join(members)}"
    return _step(follow_up, FollowUpLeftOut(members=members), command, CLOCK, now, ())


def apply_clock_to_follow_up(follow_up: FollowUp, now: datetime) -> tuple[FollowUp, Step] | None:
    """What the clock does at ``now``; None when nothing is due."""
    ladder = follow_up.ladder
    rung = ladder.next if ladder and not follow_up.over else None
    if ladder is None or rung is None or rung.at > now:
        return None
    left, command = ladder.passed(), f"{CLOCK_COMMAND}{rung.act.value}:{rung.at.isoformat()}"
    if rung.act is ClockAct.END:  # nobody has contested what was recorded
        return _step(follow_up, FollowUpReminded(act=rung.act, ladder=left), command, CLOCK, now, ())
    if not left.rungs:
        left = left.model_copy(update={"rungs": overdue_rungs(follow_up.policy, ladder.due, now)})
    before = rung.act is ClockAct.REMIND
    told = _tell(follow_up, "recommendation_due" if before else "recommendation_overdue", SECRETARIAT)
    told = [notice for notice in told if notice.to in follow_up.reminded]
    return _step(follow_up, FollowUpReminded(act=rung.act, ladder=left), command, CLOCK, now, told)


def resolve_follow_up(
    follow_up: FollowUp, command: Command, now: datetime, *, of_before: bool = False
) -> tuple[FollowUp, Step]:
    """An addressee says what becomes of it, for itself; the secretariat writes down what one said (``act_for``).

    By a policy of before, an addressee, the owner, a Co-Chair or the secretariat said it for all. What was written down
    for an addressee, its holder or alternate may contest; ``of_before``: as a history has it in which nobody could.

    Raises:
        Refused: another post, another command or means, or a recommendation that is declined or done already.
    """
    body, by, acted_for = command.body, command.by, None
    if not of_before:
        _must_be_given_rightly(command)
    if isinstance(body, Contest):
        return _contest(follow_up, command, body, now)
    if isinstance(body, ActFor):
        may_act_for(by, body)
        acted_for = ActedFor(by=by, how=body.how, why=body.text)
        by, body = body.post, body.command
    if not isinstance(body, Adopt):
        raise Refused(RefusalKind.INVALID, f"A recommendation takes the command 'adopt' only, not {command.do!r}.")
    if follow_up.state in OVER:
        raise Refused(
            RefusalKind.CONFLICT, f"The recommendation is {follow_up.state} already; it does not change any more."
        )
    if follow_up.each_for_itself:
        return _answer(follow_up, command, body, by, now, acted_for, of_before=of_before)
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
    follow_up: FollowUp,
    command: Command,
    body: Adopt,
    by: Post,
    now: datetime,
    acted_for: ActedFor | None,
    *,
    of_before: bool,
) -> tuple[FollowUp, Step]:
    """Take the answer of one addressee, for itself alone."""
    desks = {desk_of(code): code for code in follow_up.answering}
    if by not in desks:
        raise Refused(
            RefusalKind.FORBIDDEN,
            f"Each addressee answers for itself: {', '.join(desks)}; {by} does not. The secretariat can record what one "
            "of them said by telephone or letter.",
        )
    member = desks[by]
    known = follow_up.answers.get(member)
    if known is not None and known.state in OVER:
        raise Refused(
            RefusalKind.CONFLICT, f"{member} has said that it is {known.state} already; that does not change any more."
        )
    answered = FollowUpResolved(state=body.state, text=body.text, member=member)
    if acted_for is not None and not of_before:
        days = WorkingDays(follow_up.calendars or Calendars(), follow_up.policy.closes)
        until = follow_up.policy.contest.after(now, days, [member])
        answered = answered.model_copy(update={"recorded_by": acted_for.by, "contest_until": until.astimezone(UTC)})
    after = after_event(follow_up, answered, now)
    facts = {"state": body.state, "text": body.text, "member": member}
    told = _tell(after, "recommendation_resolved", *follow_up.co_chairs, SECRETARIAT, **facts)
    return _step(follow_up, answered, command.id, by, now, told, command.signed, acted_for)


def _must_be_given_rightly(command: Command) -> None:
    signed = command.signed
    why = suffices(command.do, command.by, signed.means) if signed else None
    if why is None and signed is not None and signed.standing is not None:
        why = may_contest(command.body, signed.standing)
    if why:
        raise Refused(RefusalKind.FORBIDDEN, why)


def _contest(follow_up: FollowUp, command: Command, body: Contest, now: datetime) -> tuple[FollowUp, Step]:
    """The answer that was recorded in a member's name holds no more: it has said what it had said before, or nothing."""
    by = command.by
    member = next((code for code in follow_up.answering if desk_of(code) == by), "")
    answer = follow_up.answers.get(member)
    if answer is None or answer.recorded_by is None or answer.contest_until is None:
        raise Refused(RefusalKind.NOT_FOUND, f"No answer to this recommendation was recorded in the name of {by}.")
    if now > answer.contest_until:
        raise Refused(
            RefusalKind.CONFLICT,
            f"The answer that was recorded could be contested until {answer.contest_until:%Y-%m-%d %H:%M} UTC. Write to "
            f"{SECRETARIAT}.",
        )
    contested = FollowUpContested(member=member, recorded_by=answer.recorded_by, recorded_at=answer.at, text=body.text)
    after = after_event(follow_up, contested, now)
    said = _tell(after, "recording_contested", *follow_up.co_chairs, answer.recorded_by, post=by, text=body.text)
    asked = _tell(after, "recommendation_addressed", owner=follow_up.owner, addressees=follow_up.to)
    told = [*said, *(notice for notice in asked if notice.to == by)]
    return _step(follow_up, contested, command.id, by, now, told, command.signed)
