"""Delivery through real parts: a mail server that is away, refuses, or whose worker died."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import select

import worker
from activities import deliver, letters
from db import write_transaction
from models.projection import step_of
from models.rules import apply_clock
from models.stamps import Stamps
from models.tables import TABLES
from notifications.compose import compose
from ops.catcher import Catcher
from ops.processes import free_port
from records import ledger, mail_board
from records.casefiles import CaseFiles
from records.log import append
from records.mail_pauses import pause_mail, resume_mail
from records.notices import NOBODY_INSTEAD, LedgerNotice
from tests.activities.post_office import at_work
from tests.rig import Rig, rig, working
from tests.waiting import PATIENCE, patience, until
from workflows.client import nudge_delivery
from workflows.names import DELIVERY_ID


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail that is put off is tried again at once."""
    monkeypatch.setattr(ledger, "_FIRST_DELAY", timedelta(milliseconds=50))
    monkeypatch.setattr(ledger, "_LONGEST_DELAY", timedelta(milliseconds=200))


@asynccontextmanager
async def mailing(folder: Path, catcher: Catcher, database_url: str) -> AsyncIterator[Rig]:
    """The parts with the worker as it is deployed, and its mails going to a catcher."""
    async with (
        rig(folder / "rig", database_url=database_url, smtp_port=catcher.port) as parts,
        worker.running(parts.settings, parts.client, parts.engine),
    ):
        yield parts


async def settled(parts: Rig) -> list[LedgerNotice]:
    """The ledger of the case once nothing waits any more."""
    await until(parts.all_sent)
    return await parts.notices()


async def a_round_is_over(parts: Rig) -> None:
    """Until the delivery has looked at the queue and sleeps."""

    async def sleeps() -> bool:
        events = (await parts.client.get_workflow_handle(DELIVERY_ID).fetch_history()).events
        return any(event.HasField("timer_started_event_attributes") for event in events)

    await until(sleeps)


async def test_a_mail_that_the_server_puts_off_is_delivered_once_when_it_takes_it(
    tmp_path: Path, database_url: str
) -> None:
    calls: list[str] = []

    def greylists(address: str) -> str | None:
        calls.append(address)
        return "451 greylisted, come again" if len(calls) <= 3 else None

    async with (
        Catcher(tmp_path / "mail", answer=greylists) as catcher,
        mailing(tmp_path, catcher, database_url) as parts,
    ):
        await parts.submit()
        notices = await settled(parts)

    assert {notice.state for notice in notices} == {"sent"}
    assert sum(notice.attempts for notice in notices) == len(notices) + 3
    assert len(catcher.messages()) == len(notices)


async def test_a_mail_is_delivered_once_when_the_server_was_down_and_comes_up(
    tmp_path: Path, database_url: str
) -> None:
    catcher = Catcher(tmp_path / "mail", port=free_port())
    async with mailing(tmp_path, catcher, database_url) as parts:
        await parts.submit()

        async def tried() -> bool:
            return any(notice.reply for notice in await parts.notices())

        await until(tried)
        assert catcher.messages() == []

        async with catcher:
            notices = await settled(parts)

    assert {notice.state for notice in notices} == {"sent"}
    assert len(catcher.messages()) == len(notices)
    assert {notice.attempts for notice in notices} == {1}  # a server that is away says nothing about a mail


async def test_a_recipient_that_the_server_refuses_is_in_the_ledger_and_the_others_are_served(
    tmp_path: Path, database_url: str
) -> None:
    def refuses(address: str) -> str | None:
        return "550 no such user" if "lk." in address else None

    async with Catcher(tmp_path / "mail", answer=refuses) as catcher, mailing(tmp_path, catcher, database_url) as parts:
        await parts.submit()
        notices = await settled(parts)

    assert sorted((notice.post, notice.capacity, notice.state) for notice in notices) == [
        ("LK/focal-point", "alternate", "refused"),
        ("LK/focal-point", "holder", "refused"),
        ("RSO/secretariat", "holder", "sent"),
    ]
    first, instead = (notice for notice in notices if notice.state == "refused")
    assert "550" in first.reply
    assert "no such user" in first.reply
    assert first.attempts == instead.attempts == 1
    assert instead.instead_of == first.key
    assert (first.reason, instead.reason) == ("", NOBODY_INSTEAD)
    async with parts.engine.connect() as connection:
        board = await mail_board.stuck_notices(connection)
    assert [(one.notice.key, one.alternate_state) for one in board] == [(first.key, "refused"), (instead.key, None)]


async def test_what_the_server_refuses_for_good_goes_to_the_alternate_once(tmp_path: Path, database_url: str) -> None:
    def refuses(address: str) -> str | None:
        return "550 no such user" if address == "focal-point@lk.ahg.localhost" else None

    async with Catcher(tmp_path / "mail", answer=refuses) as catcher, mailing(tmp_path, catcher, database_url) as parts:
        await parts.submit()
        notices = await settled(parts)

    to_alternate = [one for one in notices if one.instead_of]
    assert [one.state for one in to_alternate] == ["sent"]
    arrived = sorted(address for mail in catcher.messages() for address in mail.recipients)
    assert arrived == ["focal-point-alternate@lk.ahg.localhost", "secretariat@rso.ahg.localhost"]


async def test_what_a_worker_had_in_hand_when_it_was_killed_is_ambiguous_and_not_sent_again(
    tmp_path: Path, database_url: str
) -> None:
    async with (
        Catcher(tmp_path / "mail") as catcher,
        rig(tmp_path / "rig", database_url=database_url, smtp_port=catcher.port) as parts,
    ):
        async with working(parts):
            await parts.submit()
        async with write_transaction(parts.engine) as connection:
            (in_hand, *_) = await ledger.due_notices(connection, datetime.now(UTC), 1)
            await connection.run_sync(ledger.write_batch, "killed", ledger.LedgerBatch(wanted=[in_hand.id]))

        async with worker.running(parts.settings, parts.client, parts.engine):
            notices = await settled(parts)

    assert {notice.id: notice.state for notice in notices} == {
        notice.id: "ambiguous" if notice.id == in_hand.id else "sent" for notice in notices
    }
    assert len(catcher.messages()) == len(notices) - 1


async def test_a_post_without_an_address_is_undeliverable_and_named(tmp_path: Path, database_url: str) -> None:
    async with Catcher(tmp_path / "mail") as catcher, mailing(tmp_path, catcher, database_url) as parts:
        await parts.submit()
        await settled(parts)
        async with write_transaction(parts.engine) as connection:
            holders = TABLES.tables["holders"]
            await connection.execute(holders.update().where(holders.c.post == "LK/focal-point").values(email=""))
        await parts.act("RSO/secretariat", "return", {"missing": ["figures"]})
        notices = await settled(parts)

    (lost,) = [notice for notice in notices if notice.state == "undeliverable"]
    assert (lost.post, lost.reply) == ("LK/focal-point", "the directory has no address for LK/focal-point")
    assert [notice.state for notice in notices if notice.instead_of == lost.key] == ["sent"]


async def test_while_all_mail_is_paused_it_is_queued_and_goes_out_once_when_it_is_resumed(
    tmp_path: Path, database_url: str
) -> None:
    async with Catcher(tmp_path / "mail") as catcher, mailing(tmp_path, catcher, database_url) as parts:
        await pause_mail(parts.engine, "RSO/secretariat", "the mail server moves", datetime.now(UTC))
        await parts.submit()
        await a_round_is_over(parts)
        assert catcher.messages() == []

        await resume_mail(parts.engine, "RSO/secretariat", datetime.now(UTC))
        await nudge_delivery(parts.client, parts.settings.delivery_queue)
        notices = await settled(parts)

    assert {notice.state for notice in notices} == {"sent"}
    assert len(catcher.messages()) == len(notices)


async def test_what_was_queued_and_whose_nudge_was_lost_goes_out_all_the_same(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_LOOK_AGAIN_SECONDS", 0.2)
    async with Catcher(tmp_path / "mail") as catcher, mailing(tmp_path, catcher, database_url) as parts:
        await parts.submit()
        first, *_ = await settled(parts)
        await parts.client.get_workflow_handle(DELIVERY_ID).result()  # nothing waits; nobody wakes it
        notices = TABLES.tables["notices"]
        async with write_transaction(parts.engine) as connection:
            queued = notices.update().where(notices.c.id == first.id).values(state="queued")
            await connection.execute(queued)
        again, *_ = await settled(parts)

    assert (again.state, again.attempts) == ("sent", 2)


async def test_a_pause_while_mails_are_opened_hands_none_of_them_over(tmp_path: Path, database_url: str) -> None:
    class Pausing(Catcher):
        parts: Rig

        async def handle_MAIL(  # noqa: N802
            self, server: Any, session: Any, envelope: Any, address: str, options: Any
        ) -> str:
            if not opened:
                await pause_mail(self.parts.engine, "RSO/secretariat", "wrong words", datetime.now(UTC))
            opened.append(address)
            envelope.mail_from = address
            return "250 OK"

    opened: list[str] = []
    catcher = Pausing(tmp_path / "mail")
    async with catcher, mailing(tmp_path, catcher, database_url) as catcher.parts:
        parts = catcher.parts
        await parts.submit()
        await a_round_is_over(parts)
        assert opened
        assert catcher.messages() == []
        assert {notice.state for notice in await parts.notices()} == {"queued"}

        await resume_mail(parts.engine, "RSO/secretariat", datetime.now(UTC))
        await nudge_delivery(parts.client, parts.settings.delivery_queue)
        notices = await settled(parts)

    assert {notice.state for notice in notices} == {"sent"}
    assert len(catcher.messages()) == len(notices)


async def test_what_a_reminder_is_about_is_settled_while_it_waits_and_it_is_not_sent(
    tmp_path: Path, database_url: str
) -> None:
    async with Catcher(tmp_path / "mail") as catcher, mailing(tmp_path, catcher, database_url) as parts:
        await pause_mail(parts.engine, "RSO/secretariat", "the mail server moves", datetime.now(UTC))
        await parts.submit()
        await a_round_is_over(parts)  # else it may have the reminder written before it is settled
        await the_clock_reminds(parts)
        await parts.act("RSO/secretariat", "accept")
        await resume_mail(parts.engine, "RSO/secretariat", datetime.now(UTC))
        await nudge_delivery(parts.client, parts.settings.delivery_queue)
        notices = await settled(parts)

    late = [notice for notice in notices if notice.kind == "completeness_overdue"]
    assert {(one.state, one.reason) for one in late} == {("superseded", "What it reminds of is settled.")}
    assert len(late) == 3
    assert {one.state for one in notices if one not in late} == {"sent"}
    assert "completeness_overdue" not in {mail.message["X-Ahg-Kind"] for mail in catcher.messages()}


async def the_clock_reminds(parts: Rig) -> None:
    """The completeness check is overdue: the step that the clock takes, recorded as the workflow records it."""
    case = await CaseFiles(parts.engine).read(parts.reference)
    assert case is not None
    rung = case.ladders["completeness"].rungs[0]
    taken = apply_clock(case, rung.at)
    assert taken is not None
    async with write_transaction(parts.engine) as connection:
        await connection.run_sync(append, [step_of(taken)], Stamps(parts.settings.keyring))


async def test_the_delivery_sleeps_until_a_digest_is_due_and_wakes_for_it(tmp_path: Path, database_url: str) -> None:
    async with (
        Catcher(tmp_path / "mail") as catcher,
        rig(tmp_path / "rig", database_url=database_url, smtp_port=catcher.port) as parts,
    ):
        table = at_work(datetime.now(UTC))
        table.do("RSO/secretariat", "situation_update", {"text": "Fewer boats."})
        parts.reference = await table.record_in(parts.engine)
        async with worker.running(parts.settings, parts.client, parts.engine):
            await settled(parts)
            kinds = {mail.message["X-Ahg-Kind"] for mail in catcher.messages()}
            assert "invited" in kinds
            assert not kinds & {"digest", "situation_updated"}
        soon = datetime.now(UTC) + timedelta(seconds=1)
        notices = TABLES.tables["notices"]
        async with write_transaction(parts.engine) as connection:
            waits = notices.c.state == "digest"
            readers = set((await connection.execute(select(notices.c.post).where(waits))).scalars())
            await connection.execute(notices.update().where(waits).values(next_attempt_at=soon))

        async def none_is_kept_for_a_digest() -> bool:
            return all(notice.state != "digest" for notice in await parts.notices())

        async with worker.running(parts.settings, parts.client, parts.engine):
            await until(none_is_kept_for_a_digest)
            await settled(parts)

    digests = [mail for mail in catcher.messages() if mail.message["X-Ahg-Kind"] == "digest"]
    assert {mail.message["X-Ahg-Post"] for mail in digests} == readers
    assert len(digests) == len(readers) > 3


async def test_a_post_that_changes_hands_while_its_mail_waits_is_written_to_as_it_is_held_then(
    tmp_path: Path, database_url: str
) -> None:
    async with Catcher(tmp_path / "mail") as catcher, mailing(tmp_path, catcher, database_url) as parts:
        await pause_mail(parts.engine, "RSO/secretariat", "the mail server moves", datetime.now(UTC))
        await parts.submit()
        async with write_transaction(parts.engine) as connection:
            holders = TABLES.tables["holders"]
            now = {"name": "Nimal Perera", "email": "new@lk.example", "language": "id"}
            await connection.execute(holders.update().where(holders.c.post == "LK/focal-point").values(**now))
        await resume_mail(parts.engine, "RSO/secretariat", datetime.now(UTC))
        await nudge_delivery(parts.client, parts.settings.delivery_queue)
        await settled(parts)

    (mail,) = [mail for mail in catcher.messages() if mail.message["X-Ahg-Post"] == "LK/focal-point"]
    assert mail.recipients == ("new@lk.example",)
    assert "Nimal Perera" in str(mail.message["To"])
    assert mail.message.get_body(("html",)).get_content().count('lang="id"') == 1  # type: ignore[union-attr]


POST_AT = {"focal-point@lk.ahg.localhost": "LK/focal-point", "secretariat@rso.ahg.localhost": "RSO/secretariat"}


class HandingOver(Catcher):
    """Takes the first mail when both are written, and its post, or the other one's, has a new holder."""

    other = True
    parts: Rig
    both_written: Event
    handed_over = ""

    def handed_over_at(self, address: str) -> str:
        return next(post for at, post in POST_AT.items() if (at != address) is self.other)

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        if not self.handed_over:
            await asyncio.to_thread(self.both_written.wait, PATIENCE)
            self.handed_over = self.handed_over_at(address)
            async with write_transaction(self.parts.engine) as connection:
                holders = TABLES.tables["holders"]
                there = holders.c.post == self.handed_over
                await connection.execute(holders.update().where(there).values(email="new@example.org"))
        return await super().handle_RCPT(server, session, envelope, address, options)


@pytest.mark.parametrize("other", [True, False], ids=["written", "opened"])
async def test_a_post_that_changes_hands_after_its_mail_was_written_or_opened_is_written_to_as_it_is_held_then(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch, other: bool
) -> None:
    written: list[str] = []

    def composed(kind: str, **about: Any) -> Any:
        written.append(kind)
        if len(written) == 2:
            catcher.both_written.set()
        return compose(kind, **about)

    monkeypatch.setattr(letters, "compose", composed)
    catcher = HandingOver(tmp_path / "mail")
    async with (
        catcher,
        rig(tmp_path / "rig", database_url=database_url, smtp_port=catcher.port, smtp_connections=1) as parts,
    ):
        catcher.parts, catcher.both_written, catcher.other = parts, Event(), other
        async with working(parts):
            await parts.submit()
        async with worker.running(parts.settings, parts.client, parts.engine):
            notices = await settled(parts)

    assert len(written) == 3
    assert [notice.address for notice in notices if notice.post == catcher.handed_over] == ["new@example.org"]
    assert sum(mail.recipients == ("new@example.org",) for mail in catcher.messages()) == 1
    assert len(catcher.messages()) == len(notices) == 2


async def test_what_is_queued_for_an_alternate_while_the_ledger_is_read_goes_out_in_the_same_round(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, written = Event(), Event()
    due_notices, write_batch = ledger.due_notices, deliver._Round._write_batch

    async def reads_slowly(*asked: Any) -> list[LedgerNotice]:
        found = await due_notices(*asked)
        if not found and not read.is_set():
            read.set()
            await asyncio.to_thread(written.wait, PATIENCE)
        return found

    async def writes(going: deliver._Round) -> bool:
        refused = any(one.instead for one in going._unreserved)
        taken = await write_batch(going)
        if refused:
            written.set()
        return taken

    class Refusing(Catcher):
        async def handle_RCPT(  # noqa: N802
            self, server: Any, session: Any, envelope: Any, address: str, options: Any
        ) -> str:
            if address == "focal-point@lk.ahg.localhost":
                await asyncio.to_thread(read.wait, PATIENCE)
                return "550 no such user"
            return await super().handle_RCPT(server, session, envelope, address, options)

    monkeypatch.setattr(ledger, "due_notices", reads_slowly)
    monkeypatch.setattr(deliver._Round, "_write_batch", writes)
    async with (
        Refusing(tmp_path / "mail") as catcher,
        rig(tmp_path / "rig", database_url=database_url, smtp_port=catcher.port) as parts,
    ):
        async with working(parts):
            await parts.submit()
        async with worker.running(parts.settings, parts.client, parts.engine), patience():
            await asyncio.to_thread(written.wait, PATIENCE)
            delivery = parts.client.get_workflow_handle(DELIVERY_ID)
            await delivery.result()
            events = (await delivery.fetch_history()).events
            notices = await parts.notices()

    assert sorted(notice.state for notice in notices) == ["refused", "sent", "sent"]
    assert sum(event.HasField("activity_task_scheduled_event_attributes") for event in events) == 1
