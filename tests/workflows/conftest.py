"""A rig with a worker on it, warm and cold."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.rig import Rig, rig, working


@pytest_asyncio.fixture
async def parts(tmp_path: Path) -> AsyncIterator[Rig]:
    """The parts without a worker."""
    async with rig(tmp_path / "rig") as made:
        yield made


@pytest_asyncio.fixture(params=[1000, 0], ids=["warm", "cold"])
async def played(request: pytest.FixtureRequest, parts: Rig) -> AsyncIterator[Rig]:
    """The parts with a worker that keeps cases in memory, and with one that never finds one there."""
    async with working(parts, cached=request.param):
        yield parts
