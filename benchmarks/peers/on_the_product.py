"""The product: its own way in, its worker, its records; nothing of it is left out but the delivery of mail where no
subject delivers any."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import text

import worker
from benchmarks.peers.work import LIFECYCLE, REQUESTED, CaseStep, DueMails, Reminded, Subject
from casework import Casework
from models.authentication import Means
from models.case import Stage
from models.command_signing import CommandSigner
from models.notices.state import NoticeState
from ops.prepare import fresh_records
from ops.scenarios.file import Scenario
from ops.scenarios.simulation import simulation
from records import ledger, queries
from records.notices import notices_of_case
from settings import Settings
from workflows.client import CaseClient

_COMMANDS = text("SELECT count(DISTINCT command) FROM entries WHERE stream = :case AND command NOT LIKE 'clock%'")
_ARRIVED = (NoticeState.SENT, NoticeState.BOUNCED)


class OnSQLite(Subject):
    """The product with its records in an SQLite file, as ``make run`` has them."""

    def database_url(self) -> str | None:
        """Where its records are; None: in a file of its data folder."""
        return None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Worker and way in, in this process."""
        if not self.place.temporal:
            yield
            return
        settings = Settings(
            data_dir=self.place.folder,
            database_url=self.database_url(),
            temporal_port=int(self.place.temporal.rpartition(":")[2]),
            smtp_port=self.place.smtp_port or 1,
            smtp_security="none",
        )
        async with fresh_records(settings) as self._engine:
            client = await worker.connect(settings)
            signer = CommandSigner(settings.command_seed)
            desk = CaseClient(client, settings.task_queue, signer=signer, history_limit=settings.history_limit)
            self._casework = Casework(self._engine, desk)
            # Mails of a rehearsal go out at once, whatever hours their readers want them in.
            options = worker.Options(deliver=bool(self.place.smtp_port), at_once=True)
            async with worker.running(settings, client, self._engine, options):
                worker.collect_garbage_rarely()
                yield

    async def begin(self, name: str, command_id: str) -> str:
        """Submit a request."""
        done = await self._casework.act(
            REQUESTED.do, REQUESTED.fields, by=REQUESTED.by, means=Means.SECOND_FACTOR, command_id=command_id
        )
        return done.reference

    async def take(self, case: str, step: CaseStep, command_id: str) -> None:
        """Give a command, as a page does."""
        await self._casework.act(
            step.do, step.fields, by=step.by, means=Means.SECOND_FACTOR, command_id=command_id, reference=case
        )

    async def seen(self, case: str) -> int:
        """How many commands the log holds."""
        async with self._engine.connect() as connection:
            return int((await connection.execute(_COMMANDS, {"case": case})).scalar_one())

    async def positions(self, case: str) -> int:
        """As the log has them."""
        async with self._engine.connect() as connection:
            entries = await queries.entries(connection, case)
        return sum(entry.type == "position_taken" for entry in entries)

    async def unsent(self) -> bool:
        """Whether the ledger has a notice that waits."""
        async with self._engine.connect() as connection:
            return await ledger.any_waiting(connection)

    async def due_mails(self, cases: Sequence[str]) -> DueMails:
        """Every notice of the ledger that is to be a mail."""
        due, marked, missing = [], [], []
        async with self._engine.connect() as connection:
            for case in cases:
                row = await queries.case_row(connection, case)
                if row is None or row.stage != Stage.PARTICIPANT_SELECTION:
                    missing.append(case)
                for notice in await notices_of_case(connection, case):
                    if notice.state is NoticeState.AMBIGUOUS:
                        marked.append(notice.message_id or notice.key)
                    elif notice.state in _ARRIVED:
                        due.append(notice.message_id)
                    else:
                        due.append(f"{notice.key}: {notice.state}")
        return DueMails(tuple(due), tuple(marked), tuple(missing))

    async def remind(self, days: int, day: float) -> Reminded:
        """The reminders of a real case, on the test server: overdue outcomes, missing updates, and the rest.

        Late is what the log says of each act of the clock against the time that the list showed before it.
        """
        start = datetime(2026, 3, 2, 9, tzinfo=UTC)
        late: list[float] = []
        async with simulation(_scenario(start), lambda _line: None) as play:
            await play.play()
            while (due := await play.next_act()) is not None and due <= start + timedelta(days=days):
                await play.wait_until(due)
                await play.strike(due)
                async with play.engine.connect() as connection:
                    entries = await queries.entries(connection, str(play.reference))
                at = next(entry.at for entry in reversed(entries) if entry.type == "rung_passed")
                late.append((at - due).total_seconds())
        return Reminded(tuple(late), skipped=True)


class OnPostgreSQL(OnSQLite):
    """The product with its records in PostgreSQL, as in production."""

    def database_url(self) -> str | None:
        """The database of this measurement."""
        return self.place.postgres.replace("postgresql://", "postgresql+psycopg://", 1)


def _scenario(start: datetime) -> Scenario:
    """A case that comes to work on its first day, with outcomes that become overdue."""
    taken = [step for step in LIFECYCLE if step.do not in ("open_report", "recommend", "table", "add_outcome")]
    acts = [
        {"at": f"{minute}m", "by": step.by, "do": step.do, "with": dict(step.fields)}
        for minute, step in enumerate(taken)
    ]
    acts += [
        {
            "at": "30m",
            "by": "ID/co-chair",
            "do": "add_outcome",
            "with": {"title": f"Outcome {number}", "owner": "ID", "due": f"2026-04-{number + 1:02}"},
        }
        for number in range(30)
    ]
    return Scenario.model_validate({"start": start, "acts": acts})
