"""Each rule of the procedure that a scenario file tells, and all longer scenarios, on the rules alone.

``tests/ops/test_simulate.py`` plays the longer ones on a server as well: both must agree.
"""

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


def test_what_differs_on_the_rules_is_said_as_the_server_says_it(tmp_path: Path) -> None:
    told = (SCENARIOS / "rules" / "an-answer-at-its-deadline-is-in-time.yaml").read_text(encoding="utf-8")
    changed = tmp_path / "changed.yaml"
    changed.write_text(told.replace("outcome: open,", "outcome: approved,"), encoding="utf-8")

    with pytest.raises(Differs, match="25h: expect: gate activation: outcome is 'open', expected 'approved'"):
        play_on_the_table(changed)
