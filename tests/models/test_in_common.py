"""What thousands of cases carry alike is in memory once, and no longer than one of them is."""

import gc
import weakref

from models.base import shared
from models.members import Directory, Member, MemberKind


def directory(name: str) -> Directory:
    return Directory(members={"LK": Member(code="LK", name=name, kind=MemberKind.STATE)})


def test_equal_values_are_one_for_as_long_as_somebody_holds_it() -> None:
    first = shared(directory("Sri Lanka"))
    assert shared(directory("Sri Lanka")) is first
    assert shared(directory("Sri Lanka (renamed)")) is not first

    gone = weakref.ref(first)
    del first
    gc.collect()
    assert gone() is None
