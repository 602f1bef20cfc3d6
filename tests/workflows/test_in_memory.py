"""What a case costs in the memory of a worker: little while it is kept, nothing when it has left Temporal's cache."""

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import pytest

import worker
from tests.models.helpers import in_review
from tests.rig import rig, working
from tests.waiting import until
from workflows.activation import Activation, ActivationStart


@pytest.fixture
def rarely() -> Iterator[None]:
    """The garbage collector as a worker has it, and as it was."""
    before = gc.get_threshold()
    worker.collect_garbage_rarely()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


class Node:
    """Something in a cycle, as a case is."""

    def __init__(self) -> None:
        self.me = self


def test_old_cycles_that_nobody_holds_are_collected_before_they_are_many(rarely: None) -> None:
    old = Node()
    gone = weakref.ref(old)
    gc.collect()  # it is among the oldest objects now, as a case that was in the cache for some time
    del old
    others = []
    while gone() is not None:
        others.append(Node())
        assert len(others) < 1_000_000


def test_what_all_cases_copied_alike_is_kept_once_however_often_a_run_begins() -> None:
    content = ActivationStart(case=in_review().case).model_dump_json()
    one, another = (ActivationStart.model_validate_json(content).case for _ in range(2))
    assert one is not another
    assert one.directory is another.directory
    assert one.calendars is another.calendars
    assert one.policy is another.policy


async def test_cases_that_left_the_cache_are_freed(tmp_path: Path) -> None:
    def alive() -> int:
        gc.collect()
        return sum(type(one) is Activation for one in gc.get_objects())

    async with rig(tmp_path / "rig") as parts, working(parts, cached=2):
        before = alive()
        for _ in range(8):
            await parts.submit()
        await until(lambda: alive() - before <= 2)
