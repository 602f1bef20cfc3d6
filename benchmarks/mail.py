"""``make bench-mail``: notices through the product against the same messages by bare aiosmtplib; one decision's mails.

Both hand the same number of mails to the same server over the same number of connections that stay open. The server is
in a process of its own; it has each mail on disk before it says so, as servers must (RFC 5321, 6.1). Bare: messages that
are there already, ``aiosmtplib.SMTP.send_message``. Product: queued notices, with the look-ups, the rendering, and the
ledger in SQLite with ``synchronous=FULL``. The server offers PIPELINING (RFC 2920), as those in use do; aiosmtplib does
not make use of it, the product does.
"""

import argparse
import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiosmtplib
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

import db
import worker
from activities.letters import Letter, Letters
from benchmarks import meets_target, report
from benchmarks.steps import TO_WORK
from casework import Casework
from models.authentication import Means
from models.command_signing import CommandSigner
from models.notices.facts import NoticeFacts
from models.notices.state import WAITING
from models.posts import Post, Role
from models.tables import TABLES
from ops.prepare import fresh_records
from ops.temporal_server import start_dev_server
from records.notices import NOTICES, SELECT_NOTICES, LedgerNotice, NewNotice, queue_notices, read_notice
from settings import Settings
from workflows.client import CaseClient, nudge_delivery
from workflows.names import DELIVERY_ID

MAILS_TARGET = 0.9
_LOOK_AGAIN = 0.02
_SINK = """
import asyncio, os, sys, tempfile
from aiosmtpd.smtp import SMTP

def keep(content):
    with tempfile.TemporaryFile() as kept:
        kept.write(content)
        kept.flush()
        os.fsync(kept.fileno())

class Sink:
    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        return [responses[0], "250-PIPELINING", *responses[1:]]

    async def handle_DATA(self, server, session, envelope):
        await asyncio.to_thread(keep, envelope.content)
        return "250 kept"

async def main():
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Sink(), hostname="sink"), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


@asynccontextmanager
async def _sink() -> AsyncIterator[int]:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", _SINK, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield int(await process.stdout.readline())
    finally:
        process.kill()
        await process.wait()


async def main(mails: int, connections: int, rounds: int) -> int:
    """Measure in turn, bare and product; exit code 1 if the target is missed."""
    with tempfile.TemporaryDirectory(prefix="ahg-bench-") as temporary:
        async with _sink() as port:
            settings = Settings(data_dir=Path(temporary), smtp_port=port, smtp_connections=connections)
            async with fresh_records(settings) as engine:
                server = await start_dev_server(settings, Path(temporary))
                settings = settings.model_copy(update={"temporal_port": server.port})
                try:
                    return await _measured(settings, engine, mails, rounds)
                finally:
                    await server.process.stop()


async def _measured(settings: Settings, engine: AsyncEngine, mails: int, rounds: int) -> int:
    client = await worker.connect(settings)
    casework = Casework(
        engine,
        CaseClient(
            client,
            settings.task_queue,
            signer=CommandSigner(settings.command_seed),
            history_limit=settings.history_limit,
        ),
    )
    async with worker.running(settings, client, engine):
        worker.collect_garbage_rarely()
        reference = await _case(casework)
        decided = [await _one_decision(engine, casework, reference) for _ in range(rounds)]
        ratios: list[float] = []
        for number in range(rounds):
            bare = mails / await _queued_and_bare(settings, client, engine, reference, mails)
            begun = time.perf_counter()
            await nudge_delivery(client, settings.delivery_queue)
            await _until_none_waits(engine)
            product = mails / (time.perf_counter() - begun)
            ratios.append(product / bare)
            report(f"round {number + 1}: bare {bare:.0f} mails/s; product {product:.0f} notices/s: {ratios[-1]:.2f}")
    well = meets_target("notices a second, product / bare aiosmtplib", ratios, MAILS_TARGET)
    counts, spans = {count for count, _ in decided}, sorted(span for _, span in decided)
    report(
        f"from a Co-Chair's decision to the last of {'/'.join(map(str, sorted(counts)))} mails accepted: median "
        f"{statistics.median(spans) * 1000:.0f} ms ({spans[0] * 1000:.0f} to {spans[-1] * 1000:.0f})"
    )
    return 0 if well else 1


async def _case(casework: Casework) -> str:
    request = {
        "title": "Bench",
        "situation": "Boats leave.",
        "affected": ["MY", "TH"],
        "grounds": [{"ground": "landing"}],
    }
    done = await casework.act("submit", request, by="MY/focal-point", means=Means.SECOND_FACTOR, command_id=uuid4().hex)
    for do, by, fields in TO_WORK:
        await casework.act(
            do, fields, by=by, means=Means.SECOND_FACTOR, command_id=uuid4().hex, reference=done.reference
        )
    return done.reference


async def _one_decision(engine: AsyncEngine, casework: Casework, reference: str) -> tuple[int, float]:
    """Decide a circulation to everyone; returns the number of mails and the seconds until the last one is accepted."""

    async def act(by: str, do: str, **fields: Any) -> None:
        await casework.act(do, fields, by=by, means=Means.SECOND_FACTOR, command_id=uuid4().hex, reference=reference)

    await act("ID/co-chair", "circulate", what="summary", to="everyone")
    await act("AU/co-chair", "decide", gate="circulation", position="approve")
    await _until_none_waits(engine)
    before = await _count(engine)
    begun = time.perf_counter()
    await act("ID/co-chair", "decide", gate="circulation", position="approve")
    await _until_none_waits(engine)
    return await _count(engine) - before, time.perf_counter() - begun


async def _count(engine: AsyncEngine) -> int:
    query = select(func.count()).where(NOTICES.c.kind == "circulated", NOTICES.c.state == "sent")
    async with engine.connect() as connection:
        return int((await connection.execute(query)).scalar_one())


async def _queued_and_bare(
    settings: Settings, client: Client, engine: AsyncEngine, reference: str, mails: int
) -> float:
    """Queue notices without a nudge, and send their mails without the delivery; returns the seconds of the sending."""
    while True:
        await _until_it_rests(client)
        rows = await _queue(engine, reference, mails)
        seconds = await _bare(settings, await _written(settings, engine, rows))
        async with engine.connect() as connection:
            left = select(func.count()).where(NOTICES.c.state == "queued")
            if (await connection.execute(left)).scalar_one() == mails:
                return seconds
        await _until_none_waits(engine)  # a nudge from before was still on its way: that measures nothing


async def _until_it_rests(client: Client) -> None:
    """Wait until the round of delivery has ended: notices that are queued from then on wait for a nudge."""
    delivery = client.get_workflow_handle(DELIVERY_ID)
    while (await delivery.describe()).raw_description.pending_activities:  # noqa: ASYNC110 - nothing tells of it
        await asyncio.sleep(_LOOK_AGAIN)


async def _queue(engine: AsyncEngine, reference: str, mails: int) -> list[LedgerNotice]:
    """Queue so many notices of one case, each to the focal point of another member."""
    run = uuid4().hex[:8]
    posts = [Post.of(f"M{run}{number}", Role.FOCAL_POINT) for number in range(mails)]
    holders = [
        {"post": post, "name": f"Desk {number}", "email": f"desk{number}@example.org", "language": "en"}
        for number, post in enumerate(posts)
    ]
    facts = NoticeFacts(what="summary", names=("MY", "TH"), text="The group has met.\n" * 10)
    now = datetime.now(UTC)
    new = [
        NewNotice(f"{reference}#1:circulated:{post}", "circulated", post, now, facts=facts, reference=reference, seq=1)
        for post in posts
    ]
    async with db.write_transaction(engine) as connection:
        await connection.execute(TABLES.tables["holders"].insert(), holders)
        await connection.run_sync(queue_notices, new)
        found = await connection.execute(SELECT_NOTICES.where(NOTICES.c.key.in_([one.key for one in new])))
        return [read_notice(row) for row in found]


async def _written(settings: Settings, engine: AsyncEngine, rows: list[LedgerNotice]) -> list[tuple[EmailMessage, str]]:
    letters = Letters(engine, worker.sender_of(settings), lambda: datetime.now(UTC))
    written = [one async for one in letters.write(rows)]
    return [(one.message, one.address) for one in written if isinstance(one, Letter)]


async def _bare(settings: Settings, messages: list[tuple[EmailMessage, str]]) -> float:
    """Send the mails over as many connections as the product has, each opened once; returns the seconds."""
    left = iter(messages)

    async def connection() -> None:
        async with aiosmtplib.SMTP(hostname=settings.smtp_host, port=settings.smtp_port) as smtp:
            for message, to in left:
                await smtp.send_message(message, recipients=[to])

    begun = time.perf_counter()
    await asyncio.gather(*(connection() for _ in range(settings.smtp_connections)))
    return time.perf_counter() - begun


async def _until_none_waits(engine: AsyncEngine) -> None:
    """Wait until no notice waits. It looks past the product's own engine, so as not to slow down what is measured."""
    query = select(NOTICES.c.id).where(NOTICES.c.state.in_(WAITING)).limit(1)
    asked = str(query.compile(dialect=engine.dialect, compile_kwargs={"literal_binds": True}))
    with closing(sqlite3.connect(str(engine.url.database))) as connection:
        while connection.execute(asked).fetchone() is not None:  # noqa: ASYNC110 - another process might write
            await asyncio.sleep(_LOOK_AGAIN)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=3000)
    parser.add_argument("--connections", type=int, default=8)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    sys.exit(asyncio.run(main(given.mails, given.connections, given.rounds)))
