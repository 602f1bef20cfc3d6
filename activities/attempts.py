"""What becomes of a notice, by what its reader wants and what the mail server answered. Pure functions, without I/O."""

from dataclasses import dataclass, replace
from datetime import datetime

from models.mail_preferences import Timing, TimingDecision
from models.notices.state import NoticeState
from notifications.texts import prose
from notifications.transport import AttemptResult
from records.ledger import MOST_ATTEMPTS, retry_delay
from records.notices import NOBODY_INSTEAD, LedgerNotice, NewNotice, NoticeUpdate, alternate_notice

_LONGEST = 2000
"""Characters of a server's answer that are kept."""


@dataclass(frozen=True, slots=True)
class AttemptOutcome:
    """What the ledger is to say of a notice, and the notice to queue for the post's alternate instead."""

    update: NoticeUpdate
    instead: NewNotice | None = None


def attempted(
    notice: LedgerNotice, delivery: AttemptResult, address: str, message_id: str, *, now: datetime, real: datetime
) -> NoticeUpdate:
    """What the ledger is to say after an attempt. ``now`` dates it; ``real`` is the time by which the next one is due.

    A server that is away says nothing about the mail: the notice goes on waiting, and the attempt does not count.
    """
    attempts = notice.attempts + (delivery.state != "away")
    said = prose(delivery.reply)[:_LONGEST]
    after = replace(put_back(notice), attempts=attempts, address=address, reply=said, message_id=message_id, reason="")
    match delivery.state:
        case "away":
            return after
        case "retry" if attempts < MOST_ATTEMPTS:
            return replace(after, next_attempt_at=real + retry_delay(attempts))
        case state:
            return _settled(after, NoticeState.REFUSED if state == "retry" else NoticeState(state), now)


def undeliverable(notice: LedgerNotice, why: str, now: datetime) -> NoticeUpdate:
    """What the ledger is to say of a notice for which there is no mail that could be sent."""
    return _settled(replace(put_back(notice), reply=why[:_LONGEST]), NoticeState.UNDELIVERABLE, now)


def superseded(notice: LedgerNotice, why: str, now: datetime) -> AttemptOutcome:
    """What the ledger is to say of a notice that reminds of something settled: no mail goes out."""
    return AttemptOutcome(_settled(replace(put_back(notice), reason=why), NoticeState.SUPERSEDED, now))


def held(notice: LedgerNotice, decision: TimingDecision, address: str, now: datetime) -> AttemptOutcome:
    """What the ledger is to say of a notice whose reader wants it later, in a digest, or not at all.

    ``address`` is where the post's mail goes now.
    """
    waits = replace(put_back(notice), address=address, reason=str(decision.why))
    match decision.way:
        case Timing.AT:
            return AttemptOutcome(replace(waits, next_attempt_at=decision.at))
        case Timing.DIGEST:
            return AttemptOutcome(replace(waits, state=NoticeState.DIGEST, next_attempt_at=decision.at))
        case _:
            return AttemptOutcome(_settled(waits, NoticeState.NOT_WANTED, now))


def told_instead(notice: LedgerNotice, update: NoticeUpdate, stands_in: bool, now: datetime) -> AttemptOutcome:
    """An update, with the notice to queue for the post's alternate if the holder cannot be reached.

    ``stands_in``: whether the post has an alternate with another address. A notice that was for the alternate already
    goes nowhere else. Where nobody is told instead, the ledger says so.
    """
    if update.state not in (NoticeState.REFUSED, NoticeState.UNDELIVERABLE):
        return AttemptOutcome(update)
    instead = alternate_notice(notice, now) if stands_in else None
    return AttemptOutcome(update if instead else replace(update, reason=NOBODY_INSTEAD), instead)


def put_back(notice: LedgerNotice) -> NoticeUpdate:
    """The update by which a notice that was never sent waits as before, also if it was reserved."""
    return replace(NoticeUpdate.of(notice), state=NoticeState.QUEUED)


def _settled(update: NoticeUpdate, state: NoticeState, now: datetime) -> NoticeUpdate:
    return replace(update, state=state, settled_at=now, next_attempt_at=None)
