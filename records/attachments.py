"""The files of requests: bytes under their SHA-256 in a folder, and in the records which member put them in."""

import asyncio
import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from db import lock_table, write_transaction
from models.attachments import Limits, no_room, too_much, too_much_of_case
from models.projection import Row
from models.refusal import RefusalKind, Refused
from models.request import Attachment
from models.tables import TABLES
from records.attachment_sweep import UNFINISHED, bytes_with, kept_bytes
from records.projected import write_rows

_NOTED = TABLES.tables["attachments"]
_HASH = re.compile(r"[0-9a-f]{64}")
_CHUNK = 1024 * 1024


class Attachments:
    """The store. A file is written once under its hash, whoever puts it in; it is never changed in place.

    ``folder`` is made when the first file is kept, readable by its owner only. Processes may share it.
    """

    def __init__(self, engine: AsyncEngine, folder: Path, limits: Limits) -> None:
        self.limits = limits
        self.folder = folder
        self._engine = engine

    # bytes

    def path(self, sha256: str) -> Path:
        """Where a file is: ``ab/cd/`` and the whole hash.

        Raises:
            ValueError: it is no SHA-256 in small hexadecimal digits.
        """
        if not _HASH.fullmatch(sha256):
            raise ValueError("a file is named by the 64 hexadecimal digits of its SHA-256")
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    async def keep(self, member: str, name: str, kind: str, file: BinaryIO, at: datetime) -> Attachment:
        """Keep a file for a member, from where it is read to its end. The same file again is the same file.

        Answers when the bytes are on the disk and it is noted who put them in.

        Raises:
            Refused: the member has no room for it; if others put files in at the same time, the bytes may stay on the
                disk until the next sweep (``records.attachment_sweep``).
        """
        sha256, size = await asyncio.to_thread(self._write, file)
        columns = {"sha256": sha256, "member": member, "name": name, "kind": kind, "size": size, "kept_at": at}
        one = Attachment(name=name, sha256=sha256, size=size, kind=kind)
        async with write_transaction(self._engine) as connection:
            await lock_table(connection, "attachments")
            wrong = no_room(*await bytes_with(connection, member, one), self.limits)
            if wrong:
                raise Refused(RefusalKind.INVALID, wrong)
            await write_rows(connection, [Row(table="attachments", columns=columns)])
        return one

    async def no_room_for(self, member: str, file: Attachment) -> str:
        """A sentence where the member has no room for a file; empty where it has."""
        async with self._engine.connect() as connection:
            return no_room(*await bytes_with(connection, member, file), self.limits)

    async def room_of(self, member: str) -> int:
        """The bytes that a member may still put in."""
        async with self._engine.connect() as connection:
            return max(0, self.limits.kept - await kept_bytes(connection, member))

    def _write(self, file: BinaryIO) -> tuple[str, int]:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        new = self.folder / f"{UNFINISHED}{uuid4().hex}"
        digest, size = hashlib.sha256(), 0
        try:
            with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
                while chunk := file.read(_CHUNK):
                    written.write(chunk)
                    digest.update(chunk)
                    size += len(chunk)
                written.flush()
                os.fsync(written.fileno())
            place = self.path(digest.hexdigest())
            for folder in (place.parent.parent, place.parent):
                folder.mkdir(exist_ok=True, mode=0o700)
            new.replace(place)  # one that is there already has the same bytes, or was damaged
        finally:
            new.unlink(missing_ok=True)
        for folder in (place.parent, place.parent.parent, self.folder):
            _sync(folder)
        return digest.hexdigest(), size

    async def fault(self, sha256: str, size: int) -> str:
        """What is wrong with a file that should be here; empty when its bytes are the right ones."""
        return await asyncio.to_thread(self._fault, sha256, size)

    def _fault(self, sha256: str, size: int) -> str:
        try:
            with self.path(sha256).open("rb") as file:
                found = os.fstat(file.fileno()).st_size
                if found != size:
                    return f"has {found} bytes, not {size}"
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            return "is missing"
        except OSError as error:
            return f"cannot be read: {error.strerror}"
        return "" if digest == sha256 else "has other bytes than its hash says"

    # who put them in

    async def put_in(self, member: str, hashes: Iterable[str]) -> dict[str, Attachment]:
        """The files with these hashes that the member has put in itself, by hash, with the names that it gave last."""
        wanted = list(hashes)
        c = _NOTED.c
        query = select(_NOTED).where(c.member == member, c.sha256.in_(wanted))
        async with self._engine.connect() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return {
            row["sha256"]: Attachment(name=row["name"], sha256=row["sha256"], size=row["size"], kind=row["kind"])
            for row in rows
        }

    async def check(
        self,
        member: str,
        wanted: Iterable[Attachment],
        before: Mapping[str, Attachment],
        earlier: Iterable[Attachment] = (),
    ) -> None:
        """Check that a member may attach these files. ``before``, by hash: the files of the newest version of the case.

        ``earlier``: the files of all its versions.

        The sentence for a file of another member is that for a file that nobody has put in: a hash that was guessed
        or overheard tells nothing.

        Raises:
            Refused: they pass a limit, one is not in the store, or the member has not put it in itself.
        """
        files = tuple(wanted)
        over = too_much(files, self.limits) or too_much_of_case(files, earlier, self.limits)
        if over:
            raise Refused(RefusalKind.INVALID, over)
        if len({one.sha256 for one in files}) < len(files):
            raise Refused(RefusalKind.INVALID, "The same file is attached twice.")
        own = {**before, **await self.put_in(member, (one.sha256 for one in files))}
        for one in files:
            known = own.get(one.sha256)
            if known is None or known.size != one.size or not await asyncio.to_thread(self._there, one):
                raise Refused(
                    RefusalKind.INVALID,
                    f"The file {one.name or one.sha256[:12]} cannot be attached: your member has not put it in here. "
                    "Add it on the request's page.",
                )

    def _there(self, file: Attachment) -> bool:
        try:
            return self.path(file.sha256).stat().st_size == file.size
        except OSError:
            return False


def _sync(folder: Path) -> None:
    """Write a folder to the disk, and with it the names of new files in it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
