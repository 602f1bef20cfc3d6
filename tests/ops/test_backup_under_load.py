"""A backup that is made while commands go on, brought back on an empty machine: nothing that was answered before is lost,
everything agrees, the cases go on, and no mail goes out a second time.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import worker
from casework import Casework, CommandResult
from models.attachments import Limits
from ops.backup import back_keys_up, make_backup, restore_backup, restore_keys
from ops.catcher import Catcher
from ops.verify import verify_records
from records import queries
from records.attachments import Attachments
from records.mail_pauses import resume_mail
from settings import Settings
from tests.rig import REQUEST, Rig, rig
from tests.waiting import until
from worker import trust_of

NOW = datetime(2026, 11, 29, 8, tzinfo=UTC)
LIMITS = Limits(*Settings().attachment_limits)
MEMBERS = ("BD", "NZ", "LA", "PH", "VN", "NP", "PK", "IR", "KH", "MM")


@dataclass
class Load:
    """Commands that go on until they are told to stop; ``answered`` grows with each answer."""

    parts: Rig
    over: asyncio.Event = field(default_factory=asyncio.Event)
    answered: list[tuple[str, CommandResult]] = field(default_factory=list)

    async def one_desk(self, name: str) -> None:
        """One case after another, each with a file and with members that join."""
        files = Attachments(self.parts.engine, self.parts.settings.attachments_folder, LIMITS)
        at_desk = replace(self.parts, casework=Casework(self.parts.engine, self.parts.desk, files=files))
        for number in itertools.count():
            content = f"Boats of {name} {number}.".encode()
            file = await files.keep("LK", f"{name}-{number}.txt", "text/plain", BytesIO(content), datetime.now(UTC))
            asked = {**REQUEST, "title": f"{name} {number}", "attachments": [file.model_dump(mode="json")]}
            for member in ("LK", *MEMBERS):
                do, fields = ("submit", asked) if member == "LK" else ("join", {"grounds": [{"ground": "rescue"}]})
                own = f"{name}-{number}-{member}"
                self.answered.append((own, await at_desk.act(f"{member}/focal-point", do, fields, command_id=own)))
                if self.over.is_set():
                    return

    async def more(self, count: int, desks: "asyncio.Future[list[None]]") -> None:
        """Until so many more are answered."""
        until_then = len(self.answered) + count
        await until(lambda: desks.done() or len(self.answered) >= until_then)
        if desks.done():
            await desks


def message_ids(catcher: Catcher) -> Counter[str]:
    """How often each mail came, by the id that follows from its notice."""
    return Counter(str(mail.message["Message-ID"]) for mail in catcher.messages())


async def test_what_was_answered_before_a_backup_under_load_is_there_and_no_mail_comes_twice(
    tmp_path: Path, database_url: str, postgres_url: Callable[..., str]
) -> None:
    other = None if database_url.startswith("postgresql") else postgres_url()
    elsewhere = Settings(data_dir=tmp_path / "elsewhere", database_url=other)
    file, keys = tmp_path / "backup.zip", tmp_path / "keys.zip"
    async with Catcher(tmp_path / "mail") as catcher:
        async with rig(tmp_path / "rig", database_url=database_url, smtp_port=catcher.port) as parts:
            load = Load(parts)
            async with worker.running(parts.settings, parts.client, parts.engine):
                desks = asyncio.gather(*(load.one_desk(name) for name in ("one", "two", "three")))
                await load.more(8, desks)
                before = list(load.answered)
                back_keys_up(parts.settings, keys)
                made = await make_backup(parts.settings, file, NOW)
                await load.more(8, desks)
                load.over.set()
                await desks
                await until(parts.all_sent)
            logs = {log: await parts.entries(log) for log in {done.reference for _, done in load.answered}}
        sent = message_ids(catcher)

        restore_keys(elsewhere, keys)
        assert await restore_backup(elsewhere, file, NOW) == made
        async with rig(elsewhere.data_dir, database_url=other, smtp_port=catcher.port) as restored:
            files = Attachments(restored.engine, restored.settings.attachments_folder, LIMITS)
            async with restored.engine.connect() as connection:
                found = {log: await queries.entries(connection, log) for log in await queries.streams(connection)}
            for own, done in before:
                assert own in {entry.command for entry in found[done.reference][: done.seq]}
            assert all(entries == logs[log][: len(entries)] for log, entries in found.items())
            assert sum(map(len, found.values())) < sum(map(len, logs.values()))  # it went on after the backup

            async with worker.running(restored.settings, restored.client, restored.engine):
                await worker.bring_back_lost(restored.casework)
                trust = trust_of(restored.settings)
                checked = verify_records(restored.engine, restored.client, files=files, trust=trust)
                assert [fault async for fault in checked] == []
                assert await resume_mail(restored.engine, "a test", NOW)
                for restored.reference in found:
                    done = await restored.act("RSO/secretariat", "suspend", {"text": "We begin again."})
                    assert done.seq > len(found[restored.reference])
                await until(restored.all_sent)
        twice = {name for name, count in message_ids(catcher).items() if count > 1}
        assert twice == set()
        assert len(message_ids(catcher)) >= len(sent) + len(found)
