"""A rig with a worker on it: one that has its cases in memory and one that never has, on either database."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import pytest_asyncio

from tests.rig import Rig, rig, working


class Way(NamedTuple):
    """A kind of database, and how many cases a worker keeps in memory; 0: no step finds its case there."""

    database: str
    cached: int


WAYS = (Way("sqlite", 1000), Way("postgresql", 0))


@pytest.fixture(params=WAYS, ids=["warm on sqlite", "cold on postgresql"])
def way(request: pytest.FixtureRequest) -> Way:
    """Each test goes both ways: the memory of a worker and the kind of database have nothing to do with each other."""
    found: Way = request.param
    return found


@pytest_asyncio.fixture
async def parts(tmp_path: Path, way: Way, database_of: Callable[[str], str | None]) -> AsyncIterator[Rig]:
    """The parts without a worker."""
    async with rig(tmp_path / "rig", database_url=database_of(way.database)) as made:
        yield made


@pytest_asyncio.fixture
async def played(parts: Rig, way: Way) -> AsyncIterator[Rig]:
    """The parts with a worker."""
    async with working(parts, cached=way.cached):
        yield parts
