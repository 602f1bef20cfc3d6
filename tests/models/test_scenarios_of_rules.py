"""Each rule of the procedure that a scenario file tells, and all longer scenarios, on the rules alone.

``tests/ops/test_simulate.py`` plays the longer ones on a server as well: both must agree.
"""

import re
from pathlib import Path

import pytest

from ops.scenarios.play import Differs
from tests.table_of_scenarios import play_on_the_table

SCENARIOS = Path(__file__).parents[1] / "scenarios"


def _name(path: Path) -> str:
    return str(path.relative_to(SCENARIOS).with_suffix(""))


@pytest.mark.parametrize("path", sorted(SCENARIOS.rglob("*.yaml")), ids=_name)
def test_a_scenario_on_the_rules_comes_out_as_expected(path: Path) -> None:
    assert play_on_the_table(path)


OPENING = """
start: 2026-05-04T09:00:00+07:00
acts:
  - at: 0h
    by: MY/focal-point
    do: submit
    with: {title: Boats, situation: Boats leave., affected: [MY, TH], grounds: [{ground: landing}]}
"""


@pytest.mark.parametrize(
    ("act", "differs"),
    [
        ("{at: 1h, expect: {stage: closed}}", "1h: expect: stage is 'submitted', expected 'closed'"),
        (
            "{at: 1h, by: RSO/secretariat, do: accept, refused: only a Co-Chair}",
            "1h: RSO/secretariat accept: accepted, though it was to be refused with 'only a Co-Chair'",
        ),
        (
            "{at: 1h, by: TH/focal-point, do: accept}",
            "1h: TH/focal-point accept: refused, though it was not expected to be: Only the sec",
        ),
        (
            "{at: 1h, by: TH/focal-point, do: accept, refused: only a Co-Chair}",
            "1h: TH/focal-point accept: the refusal does not say 'only a Co-Chair', it says: On",
        ),
    ],
    ids=["an expectation", "accepted", "refused", "refused in other words"],
)
def test_what_differs_is_named_with_its_act(act: str, differs: str, tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(f"{OPENING}  - {act}\n", encoding="utf-8")

    with pytest.raises(Differs, match=re.escape(differs)):
        play_on_the_table(file)
