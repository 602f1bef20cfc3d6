"""A fan-out to a thousand addresses whose worker is killed in the middle: each has its mail once, or is in doubt."""

import asyncio
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from models.tables import TABLES
from ops.processes import Child, ManagedProcess
from ops.temporal_server import worker_ready
from tests.fan_out import fan_out
from tests.rig import Rig, rig, working
from tests.waiting import until
from workflows.client import nudge_delivery

ADDRESSES = 1000
CONNECTIONS = 4


@asynccontextmanager
async def sink(file: Path) -> AsyncIterator[int]:
    """A mail server in a process of its own; its port."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.sink", str(file), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    try:
        yield int(await process.stdout.readline())
    finally:
        process.kill()
        await process.wait()


def arrived(file: Path) -> list[str]:
    return [line.split(" ")[1] for line in file.read_text().splitlines()] if file.exists() else []


async def states(parts: Rig) -> dict[str, int]:
    c = TABLES.tables["notices"].c
    query = select(c.state, func.count()).where(c.kind == "circulated").group_by(c.state)
    async with parts.engine.connect() as connection:
        return {str(state): int(number) for state, number in await connection.execute(query)}


@pytest.mark.slow
@pytest.mark.journey
@pytest.mark.parametrize("kind", [pytest.param("sqlite", marks=pytest.mark.long), "postgresql"])
async def test_a_worker_killed_in_a_fan_out_leaves_no_more_in_doubt_than_it_had_connections(
    kind: str, tmp_path: Path, database_of: Callable[[str], str | None]
) -> None:
    file = tmp_path / "arrived"
    async with (
        sink(file) as port,
        rig(tmp_path / "rig", database_url=database_of(kind), smtp_port=port, smtp_connections=CONNECTIONS) as parts,
    ):
        async with working(parts):
            await parts.submit()
        await fan_out(parts, ADDRESSES)
        works = ManagedProcess(
            Child(
                "worker",
                (sys.executable, "-m", "worker"),
                tmp_path / "worker.log",
                env=parts.settings.environment(),
                ready=worker_ready(parts.settings.temporal_connect_config(), parts.settings.task_queue),
            )
        )
        try:
            works.start()
            await until(lambda: len(arrived(file)) >= ADDRESSES // 3)
            works.kill()
            before = len(arrived(file))
            assert before < ADDRESSES
            works.start()
            await nudge_delivery(parts.client, parts.settings.delivery_queue)
            await until(parts.all_sent)
        finally:
            works.kill()

        found = await states(parts)
        assert set(found) <= {"sent", "ambiguous"}
        assert sum(found.values()) == ADDRESSES
        assert found.get("ambiguous", 0) <= CONNECTIONS
        assert max(Counter(arrived(file)).values()) == 1
        async with parts.engine.connect() as connection:
            c = TABLES.tables["notices"].c
            sent = set((await connection.execute(select(c.message_id).where(c.state == "sent"))).scalars())
        assert sent <= set(arrived(file))
