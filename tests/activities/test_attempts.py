"""What the ledger says of an attempt can be kept by every database."""

from datetime import UTC, datetime

from activities import attempts
from notifications.transport import AttemptResult
from records.notices import read_notice

NOW = datetime(2026, 3, 2, 3, tzinfo=UTC)


def test_an_answer_in_another_encoding_can_be_kept() -> None:
    row = (
        1,
        "AHG-2026-001#1:circulated:LK/focal-point",
        "AHG-2026-001",
        1,
        "circulated",
        "LK/focal-point",
        "holder",
        None,
    )
    notice = read_notice((*row, {}, NOW, "reserved", 0, None, "w", None, *[""] * 7, None))
    refused = AttemptResult("away", "554 J\udce9r\udcf4me\x00 est absent", lost=True)
    outcome = attempts.attempted(notice, refused, "a@b.org", "<m@b.org>", now=NOW, real=NOW)
    assert outcome.reply.encode() == b"554 J r me  est absent"
