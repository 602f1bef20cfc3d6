"""Proof of notification: every notice of a case as a table that leaves the product."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from models.notices import summary_of

HEAD = (
    "queued_at",
    "kind",
    "what",
    "post",
    "capacity",
    "address",
    "due",
    "state",
    "attempts",
    "settled_at",
    "reply",
    "reason",
    "settled_by",
    "instead_of",
    "digest",
    "digest_state",
    "acknowledged_at",
    "message_id",
    "entry",
)


def lines(notices: Iterable[Mapping[str, Any]]) -> Iterable[Sequence[object]]:
    """A line under ``HEAD`` for each notice of the ledger (``ledger_of_case``); ``entry``: that of the log."""
    for notice in notices:
        shown = {**notice, "what": summary_of(notice["kind"]), "entry": notice["seq"]}
        yield [shown[name] for name in HEAD]
