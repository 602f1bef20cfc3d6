"""Cases outlive their code: a step is added over parked cases, and the oldest case goes on through three versions."""

from pathlib import Path

import pytest

from benchmarks.years import TURNS, add_a_step
from tests.rig import rig
from tests.waiting import PATIENCE

EACH_TURN = len(TURNS) + sum(len(turn) > 1 for turn in TURNS)


@pytest.mark.slow
@pytest.mark.journey
async def test_a_step_is_added_over_cases_at_every_turn_and_all_finish_with_it(tmp_path: Path) -> None:
    async with rig(tmp_path / "rig", smtp_port=1) as parts:
        found = await add_a_step(parts.settings, parts.client, parts.engine, EACH_TURN, PATIENCE)

    assert (found.closed, found.unclosed, found.skipped, found.faults) == (EACH_TURN, (), (), ())
    assert found.while_deployed > 0
