"""What came back changes the ledger only as far as it is proven, and once."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncEngine

from db import write_transaction
from models.tables import TABLES
from models.tables.mail import MailReturnRow
from notifications.message_ids import MessageIds
from notifications.returns import read_return
from records.notices import NOBODY_INSTEAD, LedgerNotice, notices_of_case
from records.returns import Noted, note, returns_of
from tests.notifications.returned import ADDRESS, MESSAGE_ID, returned
from tests.notifications.test_returns import IN_WORDS, KEYED, in_words
from tests.records.test_ledger import queued

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
SENT = {"state": "sent", "address": ADDRESS, "message_id": MESSAGE_ID, "reply": "250 kept", "attempts": 1}
OTHERS = {**SENT, "address": "other@example.org", "message_id": "<another@example.org>"}


async def stand(engine: AsyncEngine, notices: Iterable[Mapping[str, Any]]) -> None:
    """Let notices, by their ``id``, stand so."""
    table = TABLES.tables["notices"]
    async with write_transaction(engine) as connection:
        for notice in notices:
            await connection.execute(update(table).where(table.c.id == notice["id"]).values(**notice))


async def stands_in(engine: AsyncEngine, email: str) -> None:
    """Somebody stands in for the holder of LK/focal-point."""
    row = {"post": "LK/focal-point", "name": "An alternate", "email": email, "until": None}
    async with write_transaction(engine) as connection:
        await connection.execute(TABLES.tables["alternates"].insert(), row)


async def sent(engine: AsyncEngine, *, alternate: str | None = "alternate@example.org", **changed: Any) -> int:
    """Two notices that the mail server took; the number of the one that the returned mails are about."""
    mine, other = await queued(engine)
    if alternate is not None:
        await stands_in(engine, alternate)
    await stand(engine, [{"id": mine, **SENT, **changed}, {"id": other, **OTHERS}])
    return mine


async def rows(engine: AsyncEngine) -> list[LedgerNotice]:
    async with engine.connect() as connection:
        return await notices_of_case(connection, "AHG-2026-001")


async def came_back(engine: AsyncEngine, notice: int) -> list[MailReturnRow]:
    async with engine.connect() as connection:
        return (await returns_of(connection, [notice])).get(notice, [])


@pytest.mark.parametrize("name", ["postfix-failed", "exchange-failed", "gmail-failed", "exchange-gave-up"])
@pytest.mark.parametrize("state", ["sent", "ambiguous"])
async def test_a_report_of_failure_marks_the_notice_and_keeps_the_servers_first_answer(
    engine: AsyncEngine, name: str, state: str
) -> None:
    mine = await sent(engine, state=state)
    assert await note(engine, read_return(returned(name)), NOW) is Noted.BOUNCED
    notice, other, instead = await rows(engine)
    assert (instead.instead_of, instead.capacity, instead.state) == (notice.key, "alternate", "queued")
    assert (notice.state, notice.settled_at, notice.settled_by) == ("bounced", NOW, "delivery report")
    assert notice.reason.startswith(("5.1.1", "4.4.7"))
    assert notice.reply == "250 kept"
    assert other.state == "sent"
    (report,) = await came_back(engine, mine)
    assert (report.fate, report.address) == ("failed", ADDRESS)


@pytest.mark.parametrize("alternate", [None, ADDRESS.upper()])
async def test_what_came_back_goes_nowhere_else_where_nobody_has_another_address(
    engine: AsyncEngine, alternate: str | None
) -> None:
    await sent(engine, alternate=alternate)
    assert await note(engine, read_return(returned("postfix-failed")), NOW) is Noted.BOUNCED
    notice, _ = await rows(engine)
    assert notice.state == "bounced"
    assert notice.reason.endswith(NOBODY_INSTEAD)


@pytest.mark.parametrize(
    ("name", "noted"),
    [
        ("postfix-delayed", Noted.DELAYED),
        ("gmail-delayed", Noted.DELAYED),
        ("outlook-out-of-office", Noted.AUTO_REPLY),
        ("gmail-vacation", Noted.AUTO_REPLY),
    ],
)
async def test_a_delay_and_an_automatic_reply_are_noted_and_change_no_state(
    engine: AsyncEngine, name: str, noted: Noted
) -> None:
    mine = await sent(engine)
    before = await rows(engine)
    assert await note(engine, read_return(returned(name)), NOW) is noted
    assert await rows(engine) == before
    (report,) = await came_back(engine, mine)
    assert report.fate == noted.value


async def test_the_same_report_is_noted_once_and_another_one_again(engine: AsyncEngine) -> None:
    mine = await sent(engine)
    failed = read_return(returned("postfix-failed"))
    assert await note(engine, read_return(returned("postfix-delayed")), NOW) is Noted.DELAYED
    assert await note(engine, failed, NOW) is Noted.BOUNCED
    assert await note(engine, failed, NOW + timedelta(hours=1)) is Noted.KNOWN
    assert await note(engine, read_return(b"X-Spam: no\r\n" + returned("postfix-failed")), NOW) is Noted.KNOWN
    notice, _, _ = await rows(engine)
    assert notice.settled_at == NOW
    assert len(await came_back(engine, mine)) == 2


FORGED = (
    returned("postfix-failed", message_id="<never-sent@example.org>"),
    returned("postfix-delayed", address="somebody.else@example.org"),
    returned("postfix-failed", message_id="<never-sent@example.org>", address="other@example.org"),
    returned("outlook-out-of-office", address="other@example.org"),
    returned("a-persons-reply"),
    b"",
)


async def test_what_is_forged_or_about_somebody_else_changes_nothing(engine: AsyncEngine) -> None:
    mine = await sent(engine)
    before = await rows(engine)
    for forged in FORGED:
        assert await note(engine, read_return(forged), NOW) is Noted.NOTHING
        assert await rows(engine) == before
        assert await came_back(engine, mine) == []


def without_our_headers(name: str, **of: str) -> bytes:
    """A report without its third part."""
    head, _, _ = returned(name, **of).rpartition(b"\r\n--4Wq1sN6Y8Bz9sSx.1772442014/mx.example.org\r\n")
    return head + b"\r\n--4Wq1sN6Y8Bz9sSx.1772442014/mx.example.org--\r\n"


DOUBTFUL = {
    "in another form": returned("gateway-in-multipart-mixed"),
    "without a type": returned("postfix-failed").replace(b"rfc822;", b""),
    "behind-an-alias@exchange.example": returned("postfix-failed", address="behind-an-alias@exchange.example"),
    "desk@example.org.example.net": returned("exchange-failed", address="desk@example.org.example.net"),
    "other@example.org": returned("postfix-failed", address="other@example.org"),
    ADDRESS: without_our_headers("postfix-failed"),
}


@pytest.mark.parametrize("names", DOUBTFUL)
async def test_a_report_that_may_be_true_is_kept_with_the_notice_and_nothing_follows(
    engine: AsyncEngine, names: str
) -> None:
    mine = await sent(engine)
    before = await rows(engine)
    assert await note(engine, read_return(DOUBTFUL[names]), NOW) is Noted.UNCONFIRMED
    for again in DOUBTFUL.values():  # nobody fills the board with forged ones
        assert await note(engine, read_return(again), NOW) is Noted.KNOWN
    assert await rows(engine) == before
    (kept,) = await came_back(engine, mine)
    assert kept.fate == "unconfirmed"
    assert (names if "@" in names else ADDRESS) in kept.address
    proven = returned("postfix-failed").replace(b"4Wq1sP2kXbz9sT1@", b"another@")
    assert await note(engine, read_return(proven), NOW) is Noted.BOUNCED


@pytest.mark.parametrize("name", IN_WORDS)
async def test_what_a_server_says_in_words_alone_is_shown_as_unconfirmed(engine: AsyncEngine, name: str) -> None:
    mine = await sent(engine, message_id=f"<{KEYED}>")
    before = await rows(engine)
    assert await note(engine, read_return(in_words(name)), NOW) is Noted.UNCONFIRMED
    assert await note(engine, read_return(in_words(name)), NOW) is Noted.KNOWN
    assert await rows(engine) == before
    (kept,) = await came_back(engine, mine)
    assert (kept.fate, ADDRESS in kept.address) == ("unconfirmed", True)


async def test_a_report_is_believed_only_while_servers_still_try(engine: AsyncEngine) -> None:
    mine = await sent(engine, settled_at=NOW - timedelta(days=15))
    assert await note(engine, read_return(returned("postfix-failed")), NOW) is Noted.UNCONFIRMED
    assert (await rows(engine))[0].state == "sent"
    await stand(engine, [{"id": mine, "settled_at": NOW - timedelta(days=13)}])
    in_time = returned("postfix-failed").replace(b"4Wq1sP2kXbz9sT1@", b"another@")
    assert await note(engine, read_return(in_time), NOW) is Noted.BOUNCED


async def test_a_message_id_that_is_worked_out_without_the_key_names_no_mail(engine: AsyncEngine) -> None:
    key = "AHG-2026-001#1:invited:LK/focal-point"
    mine = await sent(engine, message_id=MessageIds({"k1": b"1" * 32}).of(key, "ahg@example.org"))
    guesses = [f"<{hashlib.sha256(f'mail{between}{key}'.encode()).hexdigest()[:40]}@example.org>" for between in "\n "]
    guesses += [MessageIds({"k1": guess}).of(key, "ahg@example.org") for guess in (b"", b"0" * 32, b"k" * 32)]
    for guess in guesses:
        assert await note(engine, read_return(returned("postfix-failed", message_id=guess)), NOW) is Noted.NOTHING
    assert await came_back(engine, mine) == []


async def test_a_report_from_behind_an_alias_that_names_our_address_too_is_proven(engine: AsyncEngine) -> None:
    await sent(engine)
    behind = returned("postfix-failed").replace(b"Final-Recipient: rfc822; desk@", b"Final-Recipient: rfc822; box7@")
    assert await note(engine, read_return(behind), NOW) is Noted.BOUNCED


async def test_a_report_that_names_the_mail_by_its_envelope_id_is_proven(engine: AsyncEngine) -> None:
    await sent(engine)
    own = MESSAGE_ID.strip("<>").encode()
    report = without_our_headers("postfix-failed").replace(
        b"Reporting-MTA:", b"Original-Envelope-Id: " + own + b"\r\nReporting-MTA:"
    )
    assert await note(engine, read_return(report), NOW) is Noted.BOUNCED


async def test_a_report_that_names_no_mail_is_about_the_newest_to_its_address_if_there_is_one(
    engine: AsyncEngine,
) -> None:
    mine = await sent(engine)
    _, other = await rows(engine)
    await stand(engine, [{"id": other.id, "address": ADDRESS.upper()}])
    elsewhere = read_return(without_our_headers("postfix-failed", address="nobody@example.org"))
    assert await note(engine, elsewhere, NOW) is Noted.NOTHING
    assert await note(engine, read_return(without_our_headers("postfix-delayed")), NOW) is Noted.NOTHING
    assert await note(engine, read_return(without_our_headers("postfix-failed")), NOW) is Noted.UNCONFIRMED
    assert await came_back(engine, mine) == []
    assert len(await came_back(engine, other.id)) == 1


async def test_what_its_reader_has_confirmed_is_not_doubted(engine: AsyncEngine) -> None:
    mine = await sent(engine, acknowledged_at=NOW - timedelta(hours=1))
    report = read_return(returned("postfix-failed", address="somebody.else@example.org"))
    assert await note(engine, report, NOW) is Noted.TOO_LATE
    assert await came_back(engine, mine) == []


async def test_a_report_on_what_was_not_sent_or_is_settled_changes_no_state(engine: AsyncEngine) -> None:
    mine = await sent(engine)
    for state in ("queued", "reserved", "refused", "undeliverable", "given_up", "superseded"):
        await stand(engine, [{"id": mine, "state": state}])
        before = await rows(engine)
        report = returned("postfix-failed").replace(b"4Wq1sP2kXbz9sT1@", f"{state}@".encode())
        assert await note(engine, read_return(report), NOW) is Noted.TOO_LATE
        assert await rows(engine) == before


async def test_what_its_reader_has_confirmed_has_not_failed(engine: AsyncEngine) -> None:
    await sent(engine, acknowledged_at=NOW - timedelta(hours=1))
    assert await note(engine, read_return(returned("postfix-failed")), NOW) is Noted.TOO_LATE
    assert (await rows(engine))[0].state == "sent"


async def test_an_address_is_the_same_in_any_case_and_with_its_domain_in_ascii(engine: AsyncEngine) -> None:
    await sent(engine, address="Desk@BÜCHER.example")
    report = read_return(returned("postfix-failed", address="desk@xn--bcher-kva.example"))
    assert await note(engine, report, NOW) is Noted.BOUNCED
