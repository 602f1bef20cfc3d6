"""What the ledger says of an attempt can be kept by every database."""

from datetime import UTC, datetime

from activities import attempts
from notifications.transport import AttemptResult

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)
KEPT = ("id", "attempts", "next_attempt_at", "settled_at", "address", "reply", "message_id", "reason")


def test_an_answer_in_another_encoding_can_be_kept() -> None:
    notice = {**dict.fromkeys(KEPT), "attempts": 0}
    refused = AttemptResult("away", "554 J\udce9r\udcf4me\x00 est absent", lost=True)
    mark = attempts.attempted(notice, refused, "a@b.org", "<m@b.org>", now=NOW, real=NOW)
    assert mark["reply"].encode() == b"554 J r me  est absent"
