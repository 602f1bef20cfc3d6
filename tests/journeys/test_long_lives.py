"""A case of years: more steps than ten cases have, several clients at once, runs that stay short."""

import asyncio
from pathlib import Path

import pytest

from ops.verify import runs_of, verify_records
from tests.rig import rig, working

UPDATES, CLIENTS = 450, 9
HISTORY_LIMIT = 300
MOST_EVENTS = 900
"""That a run has at its end: the limit, and the steps that were under way."""


@pytest.mark.slow
@pytest.mark.journey
async def test_450_steps_by_9_clients_keep_every_run_short_and_are_in_the_log_once(
    tmp_path: Path, database_url: str
) -> None:
    async with rig(tmp_path / "rig", database_url=database_url, history_limit=HISTORY_LIMIT) as parts, working(parts):
        await parts.to_work()
        await parts.act("TH/focal-point", "add_outcome", {"title": "Patrols", "owner": "TH"})
        before = len(await parts.entries())

        async def client(number: int) -> list[int]:
            return [
                (
                    await parts.act(
                        "TH/focal-point",
                        "progress",
                        {"outcome": "Patrols", "value": turn},
                        command_id=f"{number}-{turn}",
                    )
                ).seq
                for turn in range(UPDATES // CLIENTS)
            ]

        given = await asyncio.gather(*(client(number) for number in range(CLIENTS)))

        entries = (await parts.entries())[before:]
        acknowledged = {f"{n}-{turn}": seq for n, seqs in enumerate(given) for turn, seq in enumerate(seqs)}
        assert {entry.command: entry.seq for entry in entries} == acknowledged
        assert [entry.seq for entry in entries] == list(range(before + 1, before + UPDATES + 1))
        assert all(seqs == sorted(seqs) for seqs in given)

        runs = await runs_of(parts.client, parts.reference)
        assert len(runs) > 3
        assert max(len(run.events) for run in runs) < MOST_EVENTS
        assert (await parts.desk.state(parts.reference)).outcomes["Patrols"].entries == UPDATES
        assert [str(fault) async for fault in verify_records(parts.engine, parts.client)] == []
