"""The record that every peer keeps of its cases in PostgreSQL: a log with a chain of hashes, a list, and an outbox.

It is what the product's record is at its smallest. Each peer writes it in the transaction in which its own engine takes
the step, if it has one. What may be done when is a table of three lines; the peers that know it themselves do not ask it.
"""

import asyncio
import hashlib
import json
import smtplib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import psycopg

from benchmarks.peers.work import INVITED, LIFECYCLE, CaseStep, DueMails, Subject, Workplace

SCHEMA = """
CREATE TABLE IF NOT EXISTS bench_cases (
    name text PRIMARY KEY, stage text NOT NULL, steps int NOT NULL, head text NOT NULL);
CREATE TABLE IF NOT EXISTS bench_log (
    name text, step int, command text UNIQUE, at timestamptz NOT NULL, done_by text NOT NULL, event jsonb NOT NULL,
    previous text NOT NULL, hash text NOT NULL, PRIMARY KEY (name, step));
CREATE TABLE IF NOT EXISTS bench_outbox (
    message_id text PRIMARY KEY, name text NOT NULL, addressee text NOT NULL, sent timestamptz);
CREATE INDEX IF NOT EXISTS bench_unsent ON bench_outbox (name) WHERE sent IS NULL;
"""


class NotAllowed(Exception):
    """The step is not one that may be taken now; nothing is written."""


def make_tables(address: str) -> None:
    """Make them where they are not there yet."""
    with psycopg.connect(address) as connection:
        connection.execute(SCHEMA)


def next_steps(taken: Sequence[tuple[str, str]]) -> set[tuple[str, str]]:
    """What may be done after these steps (what, by whom): the next of the lifecycle that is not taken; of Co-Chairs who
    decide on the same, and of members who answer, whichever comes first."""
    number = len(taken)
    step = LIFECYCLE[number] if number < len(LIFECYCLE) else None
    if step is None:
        return set()
    first = number
    while first and LIFECYCLE[first - 1].do == step.do:
        first -= 1
    last = number
    while last + 1 < len(LIFECYCLE) and LIFECYCLE[last + 1].do == step.do:
        last += 1
    return {(one.do, one.by) for one in LIFECYCLE[first : last + 1]} - set(taken[first:number])


def record_step(connection: Any, name: str, step: CaseStep, command: str) -> tuple[int, list[str]]:
    """Write one step within the transaction of this cursor or connection (psycopg's parameters).

    Answers the number of the step, and the Message-IDs of the mails that it queued (none, when the command was there).

    Raises:
        NotAllowed: not now, or not by this post.
    """
    connection.execute("INSERT INTO bench_cases VALUES (%s, 'draft', 0, '') ON CONFLICT DO NOTHING", (name,))
    steps, previous = _row(connection, "SELECT steps, head FROM bench_cases WHERE name = %s FOR UPDATE", (name,))
    before = _row(connection, "SELECT step FROM bench_log WHERE command = %s", (command,))
    if before is not None:
        return int(before[0]), []
    taken = _rows(connection, "SELECT event->>'do', done_by FROM bench_log WHERE name = %s ORDER BY step", (name,))
    if (step.do, step.by) not in next_steps([(do, by) for do, by in taken]):
        raise NotAllowed(f"{step.by} may not {step.do} now")
    number, at = int(steps) + 1, datetime.now(UTC)
    event = json.dumps({"do": step.do, **step.fields})
    head = hashlib.sha256(json.dumps([previous, name, number, at.isoformat(), step.by, event]).encode()).hexdigest()
    connection.execute(
        "INSERT INTO bench_log VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        (name, number, command, at, step.by, event, previous, head),
    )
    connection.execute(
        "UPDATE bench_cases SET stage = %s, steps = %s, head = %s WHERE name = %s", (step.do, number, head, name)
    )
    # Ten invitations after the fourth decision; else one mail tells who comes next.
    told = INVITED if number == 7 else ("RSO",)
    mails = [f"<{name}.{number}.{member}@bench>" for member in told]
    for mail, member in zip(mails, told, strict=True):
        connection.execute(
            "INSERT INTO bench_outbox VALUES (%s, %s, %s, NULL)", (mail, name, f"{member.lower()}@bench.example")
        )
    return number, mails


def _row(connection: Any, query: str, values: tuple[Any, ...]) -> Any:
    found = connection.execute(query, values)
    return (found or connection).fetchone()


def _rows(connection: Any, query: str, values: tuple[Any, ...]) -> Any:
    found = connection.execute(query, values)
    return (found or connection).fetchall()


def send_mail(port: int, message_id: str) -> None:
    """Hand one mail to the server; answers when the server has it."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = "ahg@bench.example", "rso@bench.example", message_id
    mail["Subject"] = "Something happened in a case"
    mail.set_content("Look at the case.")
    with smtplib.SMTP("127.0.0.1", port) as smtp:
        smtp.send_message(mail)


def mark_sent(connection: Any, message_id: str) -> None:
    """Note that a mail is out."""
    connection.execute("UPDATE bench_outbox SET sent = now() WHERE message_id = %s", (message_id,))


class Reader:
    """What somebody sees who looks at the record; a connection of its own for each look-up from a small pool."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._idle: list[psycopg.Connection[Any]] = []

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Any]]:
        """A connection that commits each statement by itself."""
        connection = self._idle.pop() if self._idle else psycopg.connect(self._address, autocommit=True)
        yield connection
        self._idle.append(connection)

    def close(self) -> None:
        """Close the connections."""
        while self._idle:
            self._idle.pop().close()

    def steps(self, name: str) -> int:
        """How many steps the list shows."""
        with self.connection() as connection:
            row = connection.execute("SELECT steps FROM bench_cases WHERE name = %s", (name,)).fetchone()
        return int(row[0]) if row else 0

    def decisions(self, name: str) -> int:
        """How many positions the log holds."""
        query = "SELECT count(*) FROM bench_log WHERE name = %s AND event->>'do' = 'decide'"
        with self.connection() as connection:
            row = connection.execute(query, (name,)).fetchone()
        assert row is not None
        return int(row[0])

    def waits(self) -> bool:
        """Whether a mail is not sent."""
        with self.connection() as connection:
            return connection.execute("SELECT 1 FROM bench_outbox WHERE sent IS NULL LIMIT 1").fetchone() is not None

    def due(self, cases: Sequence[str]) -> DueMails:
        """The mails of these cases, and which of them have lost their second approval."""
        with self.connection() as connection:
            query = "SELECT message_id FROM bench_outbox WHERE name = ANY(%s) ORDER BY message_id"
            ids = [str(row[0]) for row in connection.execute(query, (list(cases),))]
        return DueMails(tuple(ids), missing=tuple(case for case in cases if self.decisions(case) < 2))


class OfRecord(Subject):
    """A subject that keeps its cases in this record: what is seen of them is read from it."""

    def __init__(self, place: Workplace) -> None:
        super().__init__(place)
        self._reader = Reader(place.postgres)

    def named(self, case: str) -> str:
        """How the record calls a case; by its own name, unless the engine calls it otherwise."""
        return case

    async def seen(self, case: str) -> int:
        """By the list."""
        return await asyncio.to_thread(self._reader.steps, self.named(case))

    async def positions(self, case: str) -> int:
        """By the log."""
        return await asyncio.to_thread(self._reader.decisions, self.named(case))

    async def unsent(self) -> bool:
        """By the outbox."""
        return await asyncio.to_thread(self._reader.waits)

    async def due_mails(self, cases: Sequence[str]) -> DueMails:
        """By the outbox."""
        return self._reader.due([self.named(case) for case in cases])
