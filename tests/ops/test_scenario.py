"""Scenario files: how they are read, and what counts as the same."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from models.calendars import Calendars
from ops.expectations import differences, not_said
from ops.scenario import Act, read_scenario

START = datetime(2026, 3, 2, 2, tzinfo=UTC)

IS: dict[str, Any] = {
    "stage": "co_chair_review",
    "participants": {"MY": "accepted", "PK": "observer"},
    "notices": {"circulated": ["MY/focal-point", "TH/focal-point"]},
    "gate": {
        "activation": {"outcome": "split", "positions": {"AU/co-chair": "approve", "ID/co-chair": "void"}},
        "participants": {"outcome": "open", "positions": {}},
    },
    "recommendations": {"Share lists\nEach week.": "open", "Keep the plan.": "adopted"},
}


@pytest.mark.parametrize(
    "expected",
    [
        {"stage": "Co-Chair review"},
        {"participants": {"PK": "observing"}},
        {"notices": {"circulated": 2, "review_requested": 0}},
        {"notices": {"circulated": ["TH/focal-point", "MY/focal-point"]}},
        {"gate": {"activation": "split"}},
        {"gate": {"activation": {"outcome": "open", "positions": {"AU": "approve", "ID": "voided"}}}},
        {"gate": {"activation": {"outcome": None}}},
        {"gate": "activation"},
        {"gate": {"extension": None}},
        {"gate": {"extension": "none"}},
        {"gate": {"extension": {"outcome": None}}},
        {"gate": {"Extension": {"outcome": "none", "positions": {}}}},
        {"recommendations": {"share lists": "open", "Keep the plan": "adopted"}},
    ],
)
def test_what_is_the_same_in_other_words_does_not_differ(expected: dict[str, Any]) -> None:
    assert differences(expected, IS) == []


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ({"notices": {"circulated": 3}}, "notices of kind circulated: 2, expected 3"),
        ({"notices": ["circulated"]}, "notices are compared with a mapping of kinds to what is told"),
        ({"participants": ["MY"]}, "participants is compared with a mapping of names to states"),
        ({"gate": {"participants": "split"}}, "gate participants: outcome is 'open', expected 'split'"),
        ({"gate": {"activation": {"positions": {"ID": "approve"}}}}, "position of ID is 'void', expected 'approve'"),
        ({"gate": "closure"}, "the gate closure has not been opened"),
        ({"gate": {"closure": "open"}}, "the gate closure has not been opened"),
        ({"gate": {"closure": {"outcome": None, "positions": 1}}}, "the gate closure has not been opened"),
        ({"recommendations": {"Lists": "open"}}, "recommendations of Lists is None, expected 'open'"),
    ],
)
def test_what_differs_is_said(expected: dict[str, Any], found: str) -> None:
    assert found in "; ".join(differences(expected, IS))


def test_the_words_of_a_refusal_are_found_in_any_case_and_with_blanks_for_hyphens() -> None:
    refusal = "Only a Co-Chair may decide; it waits for ID/focal-point."

    assert not_said(("only a co chair", "focal_point"), refusal) == []
    assert not_said(("only the secretariat", "decide"), refusal) == ["only the secretariat"]


@pytest.mark.parametrize(
    ("at", "moment"),
    [
        ("0", datetime(2026, 3, 2, 2, tzinfo=UTC)),
        ("1d 1h", datetime(2026, 3, 3, 3, tzinfo=UTC)),
        ("1d1h", datetime(2026, 3, 3, 3, tzinfo=UTC)),
        ("1 day and 1 hour", datetime(2026, 3, 3, 3, tzinfo=UTC)),
        ("2 days", datetime(2026, 3, 4, 2, tzinfo=UTC)),
        ("1 week", datetime(2026, 3, 9, 2, tzinfo=UTC)),
        ("5WD", datetime(2026, 3, 9, 2, tzinfo=UTC)),
        ("5 working days", datetime(2026, 3, 9, 2, tzinfo=UTC)),
        ("30 minutes", datetime(2026, 3, 2, 2, 30, tzinfo=UTC)),
        ("5wd", datetime(2026, 3, 9, 2, tzinfo=UTC)),
        ("2026-03-03T09:00:00+07:00", datetime(2026, 3, 3, 2, tzinfo=UTC)),
        ("2026-03-03", datetime(2026, 3, 3, tzinfo=UTC)),
    ],
)
def test_a_moment_is_written_in_any_of_these_ways(at: str, moment: datetime) -> None:
    act = Act.model_validate({"at": at, "expect": {"stage": "submitted"}})

    assert act.moment(START, Calendars(), "") == moment


def test_words_that_older_yaml_takes_for_truth_values_are_words(tmp_path: Path) -> None:
    file = tmp_path / "scenario.yaml"
    file.write_text(
        "start: 2026-03-02T09:00:00Z\n"
        "acts: [{at: 0, by: MY/focal-point, do: admit, with: {on: 2026-03-01, text: no, observer: true}}]\n",
        encoding="utf-8",
    )

    assert read_scenario(file).acts[0].fields == {"on": "2026-03-01", "text": "no", "observer": True}
