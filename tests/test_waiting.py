"""How long a test waits stands in one place, and no test measures time: the machine's load is no reason to fail."""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parent
_TIMED = ("asyncio.timeout", "asyncio.wait_for", "time.monotonic", "time.perf_counter", "time.process_time")
"""What an end in seconds is made with, or a measurement."""


def timed(file: Path) -> Iterator[str]:
    """Where a test has an end in seconds of its own; of marks only 0, no limit at all, is none."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call):
            called, given = ast.unparse(node.func), [ast.unparse(one) for one in node.args]
            if called in _TIMED or (called == "pytest.mark.timeout" and given != ["0"]):
                yield f"{file.relative_to(TESTS)}:{node.lineno}: {called}"


def test_only_the_one_place_for_it_has_an_end_in_seconds() -> None:
    made_by_hand = TESTS / "journeys" / "folders"  # not a part of the suite: it makes the folder that a test opens
    apart = {TESTS / "waiting.py", TESTS / "fuzz.py"}  # `make fuzz` is not a part of it either
    apart |= set((TESTS / "chaos").glob("*.py")) - set((TESTS / "chaos").glob("test_*.py"))  # nor `make chaos`
    files = [file for file in TESTS.rglob("*.py") if file not in apart and made_by_hand not in file.parents]

    assert [found for file in files for found in timed(file)] == []
