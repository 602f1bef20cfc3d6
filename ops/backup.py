"""``ahg backup`` and ``ahg restore``: the records and the files of requests as one file, the keys as another.

Temporal is not needed for either, and nothing of it is kept: the cases begin again from their logs.
"""

import hashlib
import os
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import db
from models.base import Instant, Value
from records.backup import (
    LONGEST_LINE,
    DamagedBackup,
    WrittenTable,
    must_be_new,
    number_of_logs,
    read_tables,
    tables_to_write,
    write_table,
)
from records.backups_made import note_backup
from records.tree import newest_frontier
from settings import KEY_FILES, Settings, make_secret_file

_CONTENTS = "contents.json"
_FILES = "files/"
_HASH = re.compile("[0-9a-f]{64}")
_LONGEST_PART = 10 * 1024 * 1024


class BackupContents(Value):
    """What a backup holds: made when (UTC), from records of which schema, how large the record was, and each table."""

    format: Literal["ahg backup 1"] = "ahg backup 1"
    made_at: Instant
    schema_version: str
    logs: int
    leaves: int
    files: int
    tables: tuple[WrittenTable, ...]


async def make_backup(settings: Settings, path: Path, now: datetime) -> BackupContents:
    """Write the records as they are at one moment, and the files of requests, while the product works.

    The file appears under its name when it is whole and on the disk. Only its owner can read it.

    Raises:
        FileExistsError: there is a file of that name.
        DamagedBackup: the schema is not the newest; ``ahg up`` brings it there.
        OSError: the place cannot be written.
    """
    if path.exists():
        raise FileExistsError(f"{path} is there already")
    async with db.open_engine(settings) as engine, db.snapshot(engine) as connection:
        there, newest = await connection.run_sync(db.schema_versions)
        if there is None or there != newest:
            raise DamagedBackup(f"the schema of the records is {there}, and this version writes {newest}")
        with _new_archive(path) as archive:
            tables = []
            for table in tables_to_write():
                with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as into:
                    tables.append(await write_table(connection, table, into))  # type: ignore[arg-type]
            logs, leaves = await number_of_logs(connection), (await newest_frontier(connection)).size
            files = 0
            for files, file in enumerate(_kept_files(settings.attachments_folder), 1):  # noqa: B007 - counted
                archive.write(file, f"{_FILES}{file.name}", zipfile.ZIP_STORED)
            contents = BackupContents(
                made_at=now, schema_version=there, logs=logs, leaves=leaves, files=files, tables=tuple(tables)
            )
            archive.writestr(_CONTENTS, contents.model_dump_json(indent=1))
    async with db.open_engine(settings) as engine:
        await note_backup(engine, now, logs)
    return contents


def read_contents(path: Path) -> BackupContents:
    """What a backup holds.

    Raises:
        DamagedBackup: it is no backup, or was cut off.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return BackupContents.model_validate_json(_short(archive, _CONTENTS))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        raise DamagedBackup(f"{path} is no whole backup ({type(error).__name__})") from None


async def restore_backup(settings: Settings, path: Path, now: datetime) -> BackupContents:
    """Bring a backup into an empty database of either kind, and its files into the folder; all of it, or nothing.

    The database gets the backup's schema first, and the newest in the end. What waited to be mailed is held
    (``records.backup.read_tables``).

    Raises:
        DamagedBackup: it is not as it was written.
        RecordsThere: the database has records of its own.
    """
    contents = read_contents(path)
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    async with db.open_engine(settings, owning=True) as engine, engine.connect() as connection:
        await connection.run_sync(must_be_new)
    try:
        await db.migrate(settings.owned_database, contents.schema_version)
    except db.UnknownSchema:
        raise DamagedBackup(f"this version knows no schema {contents.schema_version!r}") from None
    with zipfile.ZipFile(path) as archive:

        def lines_of(name: str) -> Iterator[bytes]:
            with archive.open(f"tables/{name}.jsonl") as lines:
                while line := lines.readline(LONGEST_LINE + 1):
                    yield line

        try:
            async with db.open_engine(settings, owning=True) as engine, db.write_transaction(engine) as connection:
                await read_tables(connection, contents.tables, lines_of, now)
                if _put_files(archive, settings) != contents.files:
                    raise DamagedBackup(f"{path} does not have the files that it says it has")
        except (zipfile.BadZipFile, KeyError) as error:
            raise DamagedBackup(f"{path} is damaged: {error}") from None
    await db.migrate(settings.owned_database)
    return contents


def back_keys_up(settings: Settings, path: Path) -> list[str]:
    """Write the keys that lie in the data folder into one file; returns their names. Only its owner can read it.

    Raises:
        FileExistsError: there is a file of that name.
    """
    found = [settings.data_dir / name for name in KEY_FILES if (settings.data_dir / name).exists()]
    with _new_archive(path) as archive:
        for file in found:
            archive.writestr(file.name, file.read_bytes())
    return [file.name for file in found]


def restore_keys(settings: Settings, path: Path) -> list[str]:
    """Put keys where there are none in the data folder; returns the names of those that were put there.

    Raises:
        DamagedBackup: it is no backup of keys, or another key is there already.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = []
    try:
        with zipfile.ZipFile(path) as archive:
            for name in KEY_FILES:
                if name not in archive.namelist():
                    continue
                content, place = _short(archive, name).decode("ascii").rstrip("\n"), settings.data_dir / name
                if make_secret_file(place, content):
                    made.append(name)
                elif place.read_text(encoding="ascii").rstrip("\n") != content:
                    raise DamagedBackup(f"{place} holds another key than the backup; move it away first")
    except (zipfile.BadZipFile, ValueError) as error:
        raise DamagedBackup(f"{path} is no whole backup of keys ({type(error).__name__})") from None
    return made


@contextmanager
def _new_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    """An archive to write, which stands under its name once it is whole and on the disk."""
    part = path.with_name(f".{path.name}.part")
    if path.exists():
        raise FileExistsError(f"{path} is there already")
    part.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                yield archive
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _kept_files(folder: Path) -> Iterator[Path]:
    """The files of requests that are whole: named by their hash."""
    return (one for one in sorted(folder.glob("??/??/*")) if one.is_file() and len(one.name) == 64)


def _short(archive: zipfile.ZipFile, name: str) -> bytes:
    """A part that is never long, whatever it says of itself."""
    with archive.open(name) as part:
        content = part.read(_LONGEST_PART + 1)
    if len(content) > _LONGEST_PART:
        raise ValueError(f"{name} is too long")
    return content


def _put_files(archive: zipfile.ZipFile, settings: Settings) -> int:
    """Put the files of requests where they belong; returns how many there are.

    Raises:
        DamagedBackup: one has other bytes than its name says.
    """
    count = 0
    for name in archive.namelist():
        sha256 = name.removeprefix(_FILES)
        if name == sha256:
            continue
        if not _HASH.fullmatch(sha256):
            raise DamagedBackup(f"{name!r} is the name of no file")
        count += 1
        place = settings.attachments_folder / sha256[:2] / sha256[2:4] / sha256
        if place.exists():
            continue
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = place.with_name(f".{sha256}.part")
        with archive.open(name) as source, os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as into:
            digest = hashlib.sha256()
            while chunk := source.read(1024 * 1024):
                into.write(chunk)
                digest.update(chunk)
            into.flush()
            os.fsync(into.fileno())
        if digest.hexdigest() != sha256:
            part.unlink()
            raise DamagedBackup(f"the file {sha256} has other bytes than its hash says")
        part.replace(place)
    return count


def made_words(contents: BackupContents) -> str:
    """What a backup holds, in a line."""
    rows = sum(table.rows for table in contents.tables)
    return (
        f"{contents.logs} logs, {contents.leaves} leaves of the record, {rows} rows, {contents.files} files, "
        f"of {contents.made_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
    )
