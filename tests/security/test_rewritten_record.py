"""Whoever owns the database rewrites a case, hashes it anew and deletes Temporal's history: one mail shows it."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest_asyncio
from sqlalchemy import text

from db import make_engine, migrate, write_transaction
from models.base import Value
from models.evidence import marks_in
from models.log import Entry, event_of, seal
from models.notes import KeyUse, SignerKey
from models.tables import TABLES
from ops.against import faults_against
from ops.catcher import Catcher
from ops.commands.cases import exported_entry
from ops.verify import verify_records
from records import queries
from records.checkpoints import sign_newest
from records.log import _entry_columns
from records.tree import add_missing_leaves
from tests.activities.post_office import PostOffice, at_work, post_office
from tests.defenceless import defenceless

START = datetime(2026, 3, 2, 3, tzinfo=UTC)
KEY = SignerKey("ahg.example/record", KeyUse.NOTE, b"r" * 32)
REFERENCE = "AHG-2026-001"


class Deployment:
    """A case at work whose mails were delivered, with a checkpoint that somebody fetched and a log that was exported."""

    def __init__(self, office: PostOffice, folder: Path) -> None:
        self.engine, self.folder, self.office = office.engine, folder, office

    async def entries(self) -> list[Entry]:
        async with self.engine.connect() as connection:
            return await queries.entries(connection, REFERENCE)

    def mail_of(self, seq: int) -> Path:
        """A mail that tells of this entry, as it lies in a mailbox."""
        mark = f"{REFERENCE} #{seq} "
        found = next(m for m in self.office.catcher.messages() if str(m.message["AHG-Record"]).startswith(mark))
        path = self.folder / f"{seq}.eml"
        path.write_bytes(found.content)
        return path

    @property
    def newest(self) -> int:
        """The newest entry that a mail tells of."""
        return max(
            one.seq for mail in self.office.catcher.messages() for one in marks_in(str(mail.message["AHG-Record"]), "")
        )

    async def exported(self) -> Path:
        path = self.folder / "case.jsonl"
        path.write_text("".join(json.dumps(exported_entry(one)) + "\n" for one in await self.entries()))
        return path

    async def checkpoint(self) -> Path:
        path = self.folder / "checkpoint"
        path.write_text(str(await sign_newest(self.engine, KEY, self.office.now)), encoding="utf-8")
        return path

    async def rewrite(self, entries: list[Entry], *, checkpoints: bool = True) -> None:
        """The database as its administrator leaves it: another log, a tree that fits it, nothing signed any more."""
        async with write_transaction(self.engine) as connection:
            await defenceless(connection)
            await connection.execute(text("DELETE FROM entries"))
            await connection.execute(text("DELETE FROM record_leaves"))
            if checkpoints:
                await connection.execute(text("DELETE FROM checkpoints"))
            await connection.execute(TABLES.tables["entries"].insert(), [_entry_columns(one) for one in entries])
        await add_missing_leaves(self.engine)

    async def against(self, *paths: Path) -> list[str]:
        return [str(fault) async for fault in faults_against(self.engine, paths, KEY.verifier)]

    async def chain_faults(self) -> list[str]:
        found = [str(fault) async for fault in verify_records(self.engine, None, keys=[KEY.verifier])]
        return [fault for fault in found if "chain" in fault or "record" in fault]


@pytest_asyncio.fixture
async def deployed(tmp_path: Path, catcher: Catcher) -> AsyncIterator[Deployment]:
    address = f"sqlite+aiosqlite:///{tmp_path}/ahg.db"
    await migrate(address)
    engine = make_engine(address)
    async with post_office(engine, catcher, START) as office:
        await office.tell(at_work(START))
        yield Deployment(office, tmp_path)
    await engine.dispose()


def rewritten(entries: list[Entry], at: int, **changes: Any) -> list[Entry]:
    """The log with another word in one entry, hashed anew from there on."""
    found: list[Entry] = []
    for entry in entries:
        event: Value = event_of(entry)
        if entry.seq == at:
            event = event.model_copy(update=changes)
        previous = found[-1].hash if found else ""
        found.append(seal(entry.case, entry.seq, entry.at, entry.by, entry.acted_for, entry.command, event, previous))
    return found


def position_of(entries: list[Entry]) -> int:
    """The first entry by which a Co-Chair has taken a position."""
    return next(entry.seq for entry in entries if entry.type == "position_taken")


async def test_one_mail_in_a_members_mailbox_is_enough(deployed: Deployment) -> None:
    entries = await deployed.entries()
    at = position_of(entries)
    mail, earlier = deployed.mail_of(deployed.newest), deployed.mail_of(1)
    assert await deployed.against(mail, earlier) == []
    assert await deployed.chain_faults() == []

    await deployed.rewrite(rewritten(entries, at, text="Never said."))

    assert await deployed.chain_faults() == []  # from inside nothing is to be seen any more
    assert await deployed.against(earlier) == []
    (found,) = await deployed.against(earlier, mail)
    assert f"{REFERENCE}: the log was rewritten: the first entry that differs is one of the entries 2 to" in found
    assert "up to entry 1 it is as it was" in found


async def test_a_mark_that_somebody_quoted_in_a_mail_is_no_mark_of_the_record(deployed: Deployment) -> None:
    mail, planted = deployed.mail_of(1), deployed.folder / "planted.eml"
    fields, _, words = mail.read_bytes().partition(b"\n\n" if b"\r\n\r\n" not in mail.read_bytes() else b"\r\n\r\n")
    false = f"{REFERENCE} #1 sha256:{'0' * 64}".encode()
    planted.write_bytes(fields + b"\n\nThey write: " + false + b"\n" + words)

    assert await deployed.against(planted) == []


async def test_the_words_of_a_mail_that_was_passed_on_are_enough_as_well(deployed: Deployment) -> None:
    entries = await deployed.entries()
    plain = next(
        part
        for part in deployed.office.catcher.messages()[-1].message.walk()
        if part.get_content_type() == "text/plain"
    )
    forwarded = deployed.folder / "forwarded.eml"
    quoted = "\n".join(f"> {line}" for line in str(plain.get_content()).splitlines())
    forwarded.write_text(f"Subject: Fwd\nContent-Type: text/plain; charset=utf-8\n\n{quoted}\n", encoding="utf-8")
    assert await deployed.against(forwarded) == []

    await deployed.rewrite(rewritten(entries, position_of(entries), text="Never said."))

    assert "was rewritten" in "".join(await deployed.against(forwarded))


async def test_verify_narrows_down_what_was_rewritten_by_all_that_was_signed(deployed: Deployment) -> None:
    entries = await deployed.entries()
    async with write_transaction(deployed.engine) as connection:
        await defenceless(connection)
        await connection.execute(text("DELETE FROM record_leaves"))
    await add_missing_leaves(deployed.engine)
    await deployed.checkpoint()

    await deployed.rewrite(rewritten(entries, 2, text="Never said."), checkpoints=False)

    (found,) = await deployed.chain_faults()
    assert f"differs is one of 0 to 0, which holds entry {len(entries)} of {REFERENCE} as the first" in found


async def test_an_exported_log_names_the_very_entry(deployed: Deployment) -> None:
    entries, kept = await deployed.entries(), await deployed.exported()
    at = position_of(entries)
    await deployed.rewrite(rewritten(entries, at, text="Never said."))

    (found,) = await deployed.against(kept)

    assert f"the first entry that differs is entry {at}; up to entry {at - 1} it is as it was" in found


async def test_a_log_that_was_shortened_is_found(deployed: Deployment) -> None:
    entries = await deployed.entries()
    mail = deployed.mail_of(deployed.newest)
    await deployed.rewrite(entries[:4])

    assert await deployed.against(mail) == [
        f"{REFERENCE}: the log ends at entry 4; {mail.name} tells of entry {deployed.newest}: it was shortened"
    ]


async def test_two_mails_of_a_split_history_show_each_other(deployed: Deployment) -> None:
    entries = await deployed.entries()
    mail, other = deployed.mail_of(deployed.newest), deployed.folder / "other.eml"
    other.write_bytes(mail.read_bytes().replace(entries[deployed.newest - 1].hash.encode(), b"0" * 64))

    found = await deployed.against(mail, other)

    assert f"{mail.name} and other.eml tell of two different entries {deployed.newest}" in found[0]


async def test_a_checkpoint_shows_it_and_one_of_another_key_is_refused(deployed: Deployment) -> None:
    entries, kept = await deployed.entries(), await deployed.checkpoint()
    assert await deployed.against(kept) == []
    forged = deployed.folder / "forged"
    forged.write_text(kept.read_text(encoding="utf-8").replace("ahg.example", "ahg.exampie"), encoding="utf-8")

    await deployed.rewrite(rewritten(entries, 2, text="Never said."))

    assert "there are 1 leaves, and" in "".join(await deployed.against(kept))
    assert "is a checkpoint that ahg.example/record did not sign" in "".join(await deployed.against(forged))


async def test_verify_finds_by_itself_what_does_not_fit_the_tree_or_what_was_signed(deployed: Deployment) -> None:
    entries = await deployed.entries()
    await deployed.checkpoint()
    async with write_transaction(deployed.engine) as connection:
        await defenceless(connection)
        await connection.execute(
            text("UPDATE entries SET hash = 'x' WHERE seq = (SELECT seq FROM record_leaves LIMIT 1)")
        )
    assert "leaf 0 of the record has entry" in "".join(await deployed.chain_faults())

    await deployed.rewrite(rewritten(entries, 2, text="Never said."), checkpoints=False)
    assert "there are 1 leaves, and" in "".join(await deployed.chain_faults())

    async with write_transaction(deployed.engine) as connection:
        await connection.execute(text("UPDATE checkpoints SET text = replace(text, 'ahg.example', 'ahg.exampie')"))
    assert "the signature of ahg.example/record at" in "".join(await deployed.chain_faults())
