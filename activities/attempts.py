"""What the ledger says of a notice after an attempt: pure, from the notice and what the mail server answered.

A mark holds the id of a notice and the columns that ``records.ledger.LedgerBatch`` writes.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from models.mail_preferences import Timing, TimingDecision
from models.notices.state import NoticeState
from notifications.texts import prose
from notifications.transport import AttemptResult
from records.ledger import MOST_ATTEMPTS, NOBODY_INSTEAD, alternate_notice, retry_delay

Mark = dict[str, Any]

_LONGEST = 2000
"""Characters of a server's answer that are kept."""


def attempted(
    notice: Mapping[str, Any], delivery: AttemptResult, address: str, message_id: str, *, now: datetime, real: datetime
) -> Mark:
    """After an attempt that the server answered, or did not. ``now`` dates it; the next one is due by ``real`` time.

    A server that is away says nothing about the mail: the notice waits on as it was, and the attempt does not count.
    """
    mark = {
        **_as_it_was(notice),
        "attempts": notice["attempts"] + 1,
        "address": address,
        "message_id": message_id,
        "reply": prose(delivery.reply)[:_LONGEST],
        "reason": "",
    }
    match delivery.state:
        case "away":
            return {**mark, "attempts": notice["attempts"], "state": NoticeState.QUEUED}
        case "retry" if mark["attempts"] < MOST_ATTEMPTS:
            again = real + retry_delay(mark["attempts"])
            return {**mark, "state": NoticeState.QUEUED, "next_attempt_at": again}
        case "retry":
            return {**mark, "state": NoticeState.REFUSED, "settled_at": now, "next_attempt_at": None}
        case state:
            return {**mark, "state": NoticeState(state), "settled_at": now, "next_attempt_at": None}


def undeliverable(notice: Mapping[str, Any], why: str, now: datetime) -> Mark:
    """There is no mail that could be sent."""
    return {
        **_as_it_was(notice),
        "state": NoticeState.UNDELIVERABLE,
        "settled_at": now,
        "reply": why[:_LONGEST],
        "next_attempt_at": None,
    }


def superseded(notice: Mapping[str, Any], why: str, now: datetime) -> Mark:
    """What it reminds of is settled; no mail goes out."""
    return {
        **_as_it_was(notice),
        "state": NoticeState.SUPERSEDED,
        "settled_at": now,
        "reason": why,
        "next_attempt_at": None,
    }


def held(notice: Mapping[str, Any], decision: TimingDecision, address: str, now: datetime) -> Mark:
    """Its reader, who gets the mail of the post at ``address``, wants it later, in a digest, or not at all."""
    mark = {**_as_it_was(notice), "address": address, "reason": str(decision.why)}
    match decision.way:
        case Timing.AT:
            return {**mark, "state": NoticeState.QUEUED, "next_attempt_at": decision.at}
        case Timing.DIGEST:
            return {**mark, "state": NoticeState.DIGEST, "next_attempt_at": decision.at}
        case _:
            return {**mark, "state": NoticeState.NOT_WANTED, "settled_at": now, "next_attempt_at": None}


def told_instead(notice: Mapping[str, Any], mark: Mark, stands_in: bool, now: datetime) -> tuple[Mark, Mark | None]:
    """The mark, and the notice to queue for the post's alternate if the holder cannot be reached.

    ``stands_in``: whether the post has an alternate with another address. A notice that was for the alternate already
    goes nowhere else; where nobody is told instead, the mark says so.
    """
    if mark["state"] not in (NoticeState.REFUSED, NoticeState.UNDELIVERABLE):
        return mark, None
    instead = alternate_notice(notice, now) if stands_in else None
    return (mark, instead) if instead else ({**mark, "reason": NOBODY_INSTEAD}, None)


def put_back(notice: Mapping[str, Any]) -> Mark:
    """Reserved, and never sent."""
    return {**_as_it_was(notice), "state": NoticeState.QUEUED}


def _as_it_was(notice: Mapping[str, Any]) -> Mark:
    kept = ("id", "attempts", "next_attempt_at", "settled_at", "address", "reply", "message_id", "reason")
    return {name: notice[name] for name in kept}
