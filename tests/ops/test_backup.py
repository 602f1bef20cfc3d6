"""`ahg backup` and `ahg restore`: from either database into the other, with cases under way, and nothing by halves."""

import json
import stat
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select

import db
import worker
from models.attachments import Limits
from models.case import Stage
from models.tables import TABLES
from ops.backup import BackupContents, back_keys_up, make_backup, read_contents, restore_backup, restore_keys
from ops.verify import verify_records
from records.attachments import Attachments
from records.backup import LEFT_OUT, WAITED, DamagedBackup, RecordsThere
from records.mail_pauses import current_pause
from settings import Settings
from tests.rig import Rig, rig, working
from worker import trust_of

NOW = datetime(2026, 11, 29, 8, tzinfo=UTC)
LIMITS = Limits(10**6, 10, 10**7, 10**8)


@pytest_asyncio.fixture
async def played(tmp_path: Path, database_url: str) -> AsyncIterator[Rig]:
    """A case at work, mail that waits, and a file."""
    async with rig(tmp_path / "rig", database_url=database_url) as parts:
        async with working(parts):
            await parts.to_work()
        files = Attachments(parts.engine, parts.settings.attachments_folder, LIMITS)
        with (tmp_path / "note.txt").open("w+b") as file:
            file.write(b"Boats leave by night.")
            file.seek(0)
            await files.keep("LK", "note.txt", "text/plain", file, NOW)
        yield parts


@pytest.fixture
def elsewhere(tmp_path: Path, database_url: str, postgres_url: Callable[..., str]) -> Settings:
    """An empty machine with a database of the other kind."""
    other = None if database_url.startswith("postgresql") else postgres_url()
    return Settings(data_dir=tmp_path / "elsewhere", database_url=other)


async def kept(settings: Settings, name: str) -> list[tuple[Any, ...]]:
    table = TABLES.tables[name]
    async with db.open_engine(settings) as engine, engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(select(table).order_by(*table.primary_key))]


async def test_what_was_there_is_there_in_the_other_kind_of_database_and_the_case_goes_on(
    played: Rig, elsewhere: Settings, tmp_path: Path
) -> None:
    file, keys = tmp_path / "backup.zip", tmp_path / "keys.zip"
    assert back_keys_up(played.settings, keys) == ["keys", "command-key"]
    made = await make_backup(played.settings, file, NOW)

    assert restore_keys(elsewhere, keys) == ["keys", "command-key"]
    found = await restore_backup(elsewhere, file, NOW)

    assert found == made == read_contents(file)
    assert (found.logs, found.files) == (1, 1)
    assert {stat.S_IMODE(one.stat().st_mode) for one in (file, keys)} == {0o600}
    for name in TABLES.tables.keys() - LEFT_OUT - {"notices", "mail_pauses"}:
        assert await kept(elsewhere, name) == await kept(played.settings, name), name
    async with rig(elsewhere.data_dir, database_url=elsewhere.database_url) as restored:
        files = Attachments(restored.engine, elsewhere.attachments_folder, LIMITS)
        trust = trust_of(restored.settings)
        assert [one async for one in verify_records(restored.engine, None, files=files, trust=trust)] == []
        restored.reference = played.reference
        async with working(restored):
            await worker.bring_back_lost(restored.casework)
            done = await restored.act("TH/focal-point", "add_outcome", {"title": "Patrols", "owner": "TH"})
        assert (done.stage, done.seq) == (Stage.OPERATIONAL, len(await played.entries()) + 1)
        assert len({one.id for one in await restored.notices()}) > len(await played.notices())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_what_waited_to_be_mailed_is_not_sent_by_itself(played: Rig, elsewhere: Settings, tmp_path: Path) -> None:
    waiting = [one.key for one in await played.notices() if one.state == "queued"]
    await make_backup(played.settings, tmp_path / "backup.zip", NOW)

    await restore_backup(elsewhere, tmp_path / "backup.zip", NOW)

    async with db.open_engine(elsewhere) as engine, engine.connect() as connection:
        pause = await current_pause(connection)
        notices = TABLES.tables["notices"]
        states = await connection.execute(select(notices.c.key, notices.c.state, notices.c.reason))
        held = [row.key for row in states if (row.state, row.reason) == ("ambiguous", WAITED)]
    assert pause is not None
    assert pause.paused_by == "restore"
    assert sorted(held) == sorted(waiting) != []


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_records_that_are_there_are_not_mixed_with_others(played: Rig, tmp_path: Path) -> None:
    await make_backup(played.settings, tmp_path / "backup.zip", NOW)
    with pytest.raises(RecordsThere):
        await restore_backup(played.settings, tmp_path / "backup.zip", NOW)


def changed(file: Path, name: str, content: bytes | None) -> Path:
    """A copy of a backup in which one part is another, or absent."""
    copy = file.with_name("changed.zip")
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(copy, "w") as new:
        for one in old.namelist():
            if one != name:
                new.writestr(one, old.read(one))
            elif content is not None:
                new.writestr(one, content)
    return copy


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_a_backup_that_was_cut_off_or_changed_leaves_nothing(
    played: Rig, elsewhere: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "backup.zip"
    made = await make_backup(played.settings, file, NOW)
    cut = tmp_path / "cut.zip"
    cut.write_bytes(file.read_bytes()[:-200])
    entries = zipfile.ZipFile(file).read("tables/entries.jsonl")
    damaged = [
        cut,
        changed(file, "tables/entries.jsonl", entries.replace(b"TH/focal-point", b"PK/focal-point")),
        changed(file, "tables/entries.jsonl", None),
    ]
    for one in chain(damaged, forged(file)):
        with pytest.raises(DamagedBackup):
            await restore_backup(elsewhere, one, NOW)
    if (await schema_of(elsewhere)) is not None:
        assert await kept(elsewhere, "entries") == []
    assert isinstance(await restore_backup(elsewhere, file, NOW), BackupContents)
    assert (await kept(elsewhere, "entries")) == await kept(played.settings, "entries")
    assert made.leaves > 0


def forged(file: Path) -> Iterator[Path]:
    """Backups that say of themselves what is not so, one after the other."""
    contents = json.loads(zipfile.ZipFile(file).read("contents.json"))
    stranger = {"name": "alembic_version", "columns": {"version_num": "plain"}, "rows": 0, "sha256": "0" * 64}
    kept_file = next(name for name in zipfile.ZipFile(file).namelist() if name.startswith("files/"))
    yield changed(file, kept_file, b"other bytes")
    wrongly: list[dict[str, Any]] = [
        {"tables": [*contents["tables"], stranger]},
        {"tables": []},
        {"tables": [*contents["tables"], contents["tables"][0]]},
        {"schema_version": "deadbeef"},
        {"files": 7},
    ]
    for wrong in wrongly:
        yield changed(file, "contents.json", json.dumps({**contents, **wrong}).encode())
    yield changed(file, "tables/members.jsonl", b"5\n")
    yield changed(file, "contents.json", b" " * 11_000_000)


async def schema_of(settings: Settings) -> str | None:
    async with db.open_engine(settings) as engine, engine.connect() as connection:
        return (await connection.run_sync(db.schema_versions))[0]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_no_file_and_no_key_is_written_over(played: Rig, tmp_path: Path) -> None:
    there = tmp_path / "there.zip"
    there.write_text("the only copy")
    with pytest.raises(FileExistsError):
        await make_backup(played.settings, there, NOW)
    with pytest.raises(FileExistsError):
        back_keys_up(played.settings, there)
    assert there.read_text() == "the only copy"
    back_keys_up(played.settings, tmp_path / "keys.zip")
    assert restore_keys(played.settings, tmp_path / "keys.zip") == []
    (played.settings.data_dir / "command-key").write_text("another\n")
    with pytest.raises(DamagedBackup):
        restore_keys(played.settings, tmp_path / "keys.zip")
