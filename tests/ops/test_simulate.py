"""Scenarios played on a real Temporal server with skipped time, and what `ahg simulate` says when one differs."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner, Result

import cli
from models.commands import COMMANDS
from ops.scenarios.expected import Expected
from ops.scenarios.reading import read_scenario
from ops.scenarios.simulation import simulation
from ops.verify import verify_records

SCENARIOS = sorted((Path(__file__).parents[1] / "scenarios").glob("*.yaml"))
OF_RULES = sorted((Path(__file__).parents[1] / "scenarios" / "rules").glob("*.yaml"))
SHORT_RUNS = 30
"""Events in a run: cold workers replay little, and every case continues as a new run several times."""

START: dict[str, Any] = {
    "at": "0h",
    "by": "LK/focal-point",
    "do": "submit",
    "with": {"title": "Boats", "situation": "Boats leave.", "grounds": [{"ground": "landing"}]},
}


def _name(path: Path) -> str:
    return path.stem


def _few() -> list[Path]:
    """Scenarios that together use every command, few and small ones: cold, each step replays all that was before."""
    all_of_them = {path: read_scenario(path).acts for path in (*SCENARIOS, *OF_RULES)}
    given = {path: {act.do for act in acts if act.do} for path, acts in all_of_them.items()}
    chosen: list[Path] = []
    missing = set(COMMANDS)
    while missing:
        best = max(given, key=lambda path: (len(given[path] & missing), -len(all_of_them[path])))
        assert given[best] & missing, f"no scenario has {', '.join(sorted(missing))}"
        chosen.append(best)
        missing -= given[best]
    for path in sorted(chosen, key=lambda path: -len(all_of_them[path])):  # what later ones cover is not needed
        rest = [one for one in chosen if one is not path]
        if set().union(*(given[one] for one in rest)) >= set(COMMANDS):
            chosen = rest
    return chosen


FEW = _few()


def _by_length(path: Path) -> Any:
    """A scenario as a parameter; one of thirty members takes a minute."""
    return pytest.param(path, id=_name(path), marks=[pytest.mark.long] if path.stem == "thirty-at-the-table" else [])


async def _played(path: Path, **how: Any) -> list[str]:
    """Play a scenario to its end; the lines of its timeline. The log, the projection and the history agree."""
    said: list[str] = []
    async with simulation(read_scenario(path), said.append, **how) as play:
        await play.play()
        assert [str(fault) async for fault in verify_records(play.engine, None)] == []
        keys = [mail.message["Message-ID"] for mail in play.mails]
        assert keys
        assert len(set(keys)) == len(keys)
    return said


@pytest.mark.slow
@pytest.mark.journey
@pytest.mark.parametrize("path", map(_by_length, (path for path in SCENARIOS if path not in FEW)))
async def test_a_scenario_runs_to_its_end_with_everything_as_expected(path: Path) -> None:
    """Those that are played cold below are not played here as well; on the rules alone all are."""
    said = await _played(path)

    assert any("mail to" in line for line in said)


@pytest.mark.slow
@pytest.mark.journey
@pytest.mark.parametrize("path", FEW, ids=_name)
async def test_a_scenario_runs_alike_on_postgresql_and_workers_that_have_never_seen_the_case(
    path: Path, database_of: Callable[[str], str | None]
) -> None:
    await _played(path, cached=0, history_limit=SHORT_RUNS, database_url=database_of("postgresql"))


def test_the_scenarios_together_use_every_command_and_every_expectation() -> None:
    commands: set[str] = set()
    expected: set[str] = set()
    for path in SCENARIOS:
        for act in read_scenario(path).acts:
            commands |= {act.do} if act.do else set()
            expected |= set(act.expect.named)

    assert commands == set(COMMANDS)
    assert expected == set(Expected.model_fields)


# what differs is said; more of it in tests/models/test_scenarios_of_rules.py -----------------------------------


def _simulate(folder: Path, *acts: dict[str, Any], **more: Any) -> Result:
    file = folder / "scenario.yaml"
    first = [] if acts and acts[0].get("do") == "submit" else [START]
    scenario = {"title": "A test", "start": "2026-05-04T09:00:00+07:00", "acts": [*first, *acts], **more}
    file.write_text(yaml.safe_dump(scenario), encoding="utf-8")
    return CliRunner().invoke(cli.app, ["simulate", str(file)])


def test_a_scenario_that_holds_ends_with_0_and_tells_its_timeline(tmp_path: Path) -> None:
    result = _simulate(tmp_path, {"at": "1h", "expect": {"stage": "submitted"}})

    assert result.exit_code == 0, result.output
    assert "LK/focal-point: submitted" in result.stdout
    assert "mail to" in result.stdout
    assert "2 acts played, everything as expected" in result.stdout


def test_a_wrong_expectation_fails_and_names_the_act_and_the_difference(tmp_path: Path) -> None:
    result = _simulate(tmp_path, {"at": "1h", "expect": {"stage": "closed"}})

    assert result.exit_code == 1
    assert "differs: 1h: expect: stage is 'submitted', expected 'closed'" in result.stderr


@pytest.mark.parametrize(
    ("acts", "more", "words"),
    [
        ([{"at": "soon", "expect": {"stage": "draft"}}], {}, "'soon' is not a time"),
        ([{"at": "1h", "do": "accept"}], {}, "an act that does something needs by"),
        ([], {"policy": {"gaet": "3wd"}}, "there is no field 'gaet' (did you mean 'gate'?)"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_file_that_is_no_scenario_is_told_what_is_wrong(
    acts: list[dict[str, Any]], more: dict[str, Any], words: str, tmp_path: Path
) -> None:
    result = _simulate(tmp_path, *acts, **more)

    assert result.exit_code == 1
    assert words in result.stderr


def _lines(result: Result, *words: str) -> list[int]:
    """Where the timeline first says each of these."""
    told = result.stdout.splitlines()
    return [next(number for number, line in enumerate(told) if word in line) for word in words]


URGENT: list[dict[str, Any]] = [
    {**START, "with": {**START["with"], "urgency": "urgent"}},
    {"at": "1h", "by": "RSO/secretariat", "do": "accept"},
]
DECIDES: dict[str, Any] = {"at": "25h", "by": "AU/co-chair", "do": "decide", "with": {"position": "approve"}}


@pytest.mark.slow
@pytest.mark.journey
def test_an_answer_at_its_deadline_is_in_time_and_an_expectation_comes_after_the_clock(tmp_path: Path) -> None:
    """The activation's 24 hours begin with the acceptance: they end as the first Co-Chair decides."""
    result = _simulate(
        tmp_path, *URGENT, DECIDES, {"at": "25h", "expect": {"gate": {"activation": {"outcome": "open"}}}}
    )

    assert result.exit_code == 0, result.output
    taken, struck = _lines(result, "position taken", "escalate_alternate, gate:activation")
    assert taken < struck


@pytest.mark.slow
@pytest.mark.journey
def test_an_act_that_is_to_be_refused_comes_after_the_clock(tmp_path: Path) -> None:
    result = _simulate(tmp_path, *URGENT, {**DECIDES, "by": "MY/focal-point", "refused": "only a Co-Chair"})

    assert result.exit_code == 0, result.output
    struck, refused = _lines(result, "escalate_alternate, gate:activation", "refused, as expected")
    assert struck < refused


@pytest.mark.slow
@pytest.mark.journey
def test_an_act_that_comes_too_early_for_the_clock_is_given_again_once_it_has_struck(tmp_path: Path) -> None:
    """The gate lapses 72 hours after its deadline; at that moment the requester submits anew what can be resubmitted."""
    anew = {"at": "97h", "by": "LK/focal-point", "do": "resubmit", "with": {"title": "Boats"}}
    result = _simulate(tmp_path, *URGENT, anew, {"at": "97h", "expect": {"stage": "submitted", "versions": 2}})

    assert result.exit_code == 0, result.output
    lapsed, resubmitted = _lines(result, "(lapsed", "resubmitted")
    assert lapsed < resubmitted


def test_mails_are_kept_on_request(tmp_path: Path) -> None:
    file, mails = tmp_path / "scenario.yaml", tmp_path / "mails"
    file.write_text(yaml.safe_dump({"start": "2026-05-04T09:00:00Z", "acts": [START]}), encoding="utf-8")

    result = CliRunner().invoke(cli.app, ["simulate", str(file), "--mails", str(mails), "--cold", "--quiet"])

    assert result.exit_code == 0, result.output
    assert result.stdout == ""
    assert len(list(mails.glob("*.eml"))) == 2
