"""The product's part in ``make bench-peers``, and the floor's: that they do the work that is measured."""

import sqlite3
from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.peers.measure import measure_subject
from benchmarks.peers.results import BEGIN, END, Measurement, Results, write
from benchmarks.peers.work import ACCEPTING, INVITED, LIFECYCLE

SIZES = {"cases": 2, "at_once": 2}
WARM = 2
"""Cases that are played before those that are measured."""


@pytest.mark.long
async def test_the_product_takes_every_step_of_each_case_from_request_to_report(tmp_path: Path) -> None:
    figures = await measure_subject("product-sqlite", "W1", SIZES, None, tmp_path)

    with closing(sqlite3.connect(tmp_path / "ahg.db")) as records:
        steps = records.execute(
            "SELECT count(DISTINCT command) FROM entries WHERE command NOT LIKE 'clock%' GROUP BY stream"
        ).fetchall()
        invited = Counter(records.execute("SELECT member, state FROM participants").fetchall())
        stages = records.execute("SELECT stage FROM cases").fetchall()
    cases = WARM + SIZES["cases"]
    assert figures["cases_s"] > 0
    assert len(figures["visible"]) == SIZES["cases"] * sum(step.decides for step in LIFECYCLE)
    assert figures["p99"] >= figures["p50"] > 0
    assert steps == [(len(LIFECYCLE),)] * cases
    assert stages == [("reporting",)] * cases
    assert {member: invited[member, "accepted"] for member in ACCEPTING} == dict.fromkeys(ACCEPTING, cases)
    assert {member for member, _ in invited} >= set(INVITED)


@pytest.mark.long
async def test_the_floor_takes_every_step_of_each_case(tmp_path: Path) -> None:
    figures = await measure_subject("bare", "W4", {"doubled": 1, "clicks": 10}, None, tmp_path)

    assert (figures["exactly"], figures["refused"]) == (1, 0)


def test_what_a_run_writes_takes_the_place_of_what_the_run_before_wrote(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(f"# Benchmarks\n\nGrowth.\n\n{BEGIN}\nold\n{END}\n\n## After\n", encoding="utf-8")
    sizes = {**SIZES, "parked": 10, "lives": 1, "clicks": 100, "days": 120, "day": 0.1}
    found = Results(datetime(2026, 11, 29, tzinfo=UTC), sizes, {"Python": "3.11"}, spins=[0.1, 0.2])
    four = {"exactly": 1, "cases": 1, "refused": 3, "seconds": 0.5}
    found.measured += [Measurement("product", "W4", four), Measurement("spiff", "W4", {"not tried": "no time"})]

    write(found, tmp_path)
    write(found, tmp_path)

    text = page.read_text(encoding="utf-8")
    assert text.startswith("# Benchmarks\n\nGrowth.\n\n")
    assert text.endswith(f"{END}\n\n## After\n")
    assert "old" not in text
    assert text.count("| **the product** (PostgreSQL) | 1 of 1 | 3 | 0.5 |") == 1
    assert "| SpiffWorkflow | not tried: no time |  |  |" in text
    assert (tmp_path / "benchmarks-peers.svg").read_text(encoding="utf-8").startswith("<svg ")
