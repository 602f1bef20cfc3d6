"""Scenario files are read strictly; everything that is wrong in one is said at once, with its place and what is allowed.

The JSON Schema refuses the same files.
"""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from typer.testing import CliRunner

import cli
from models.calendars import Calendars
from models.commands import COMMANDS
from ops.scenarios.expectations import contains, unmet
from ops.scenarios.expected import Expected
from ops.scenarios.file import Act
from ops.scenarios.observed import Observed, ObservedGate
from ops.scenarios.reading import checked
from ops.scenarios.schema import scenario_schema
from ops.yaml12 import read_yaml

SCENARIOS = sorted((Path(__file__).parents[1] / "scenarios").glob("*.yaml"))
START = datetime(2026, 3, 2, 2, tzinfo=UTC)
SCHEMA = Draft7Validator(scenario_schema())

HEAD = "start: 2026-03-02T09:00:00+07:00\nacts:\n"
ACT = "  - {at: 1d, by: AU/co-chair, do: decide, with: {gate: activation, position: approve}}\n"


def _problems(text: str) -> list[str]:
    _, problems = checked(text)
    return [f"{line}:{column}: {says}" for (line, column), says in problems]


def _of_act(act: str) -> list[str]:
    return _problems(f"{HEAD}  - {act}\n")


# what is wrong ------------------------------------------------------------------------------------------------


BAD_ACTS = [
    (
        "{at: soon, by: LK/focal-point, do: leave}",
        "3:10: act 1 (soon LK/focal-point leave): at: 'soon' is not a time: wr",
    ),
    ("{at: 1d1h, by: LK/focal-point, do: leave}", "at: '1d1h' is not a time: write 30m, 3h, 2d, 4wd (working days) or"),
    ("{at: 0, by: LK/focal-point, do: leave}", "at: found the number 0; wanted: a text; put it in quotes (when: 30m"),
    ("{at: 2026-03-03, by: LK/focal-point, do: leave}", "or an instant, as in 2026-03-02T09:00:00+07:00"),
    ("{at: '2026-03-03T09:00', by: LK/focal-point, do: leave}", "'2026-03-03T09:00' is not a time"),
    ("{by: LK/focal-point, do: leave}", "at: must be given; wanted: a text (when: 30m, 3h"),
    ("{at: 1d, by: LK/focal-point}", "an act needs do or expect"),
    ("{at: 1d, do: leave}", "an act that does something needs by"),
    ("{at: 1d, expect: {stage: closed}, refused: only}", "refused belongs to an act with do"),
    ("{at: 1d, expect: {stage: closed}, with: {text: x}}", "with belongs to an act with do"),
    ("{at: 1d, by: lk, do: leave}", "by: 'lk' is not a post: write MEMBER/POST, where POST is one of focal-point"),
    ("{at: 1d, by: LK/focalpoint, do: leave}", "(did you mean 'focal-point'?)"),
    ("{at: 1d, by: LK/focal-point, do: leav}", "do: found 'leav'; allowed: draft, submit,"),
    ("{at: 1d, by: LK/focal-point, do: leav}", "(did you mean 'leave'?)"),
    ("{at: 1d, by: LK/focal-point, do: Leave}", "(did you mean 'leave'?)"),
    (
        "{at: 1d, by: LK/focal-point, do: leave, note: x}",
        "3:45: act 1 (1d LK/focal-point leave): note: there is no field",
    ),
    ("{at: 1d, by: LK/focal-point, do: leave, with: x}", "with: found 'x'; wanted: a mapping"),
    (
        "{at: 1d, by: LK/focal-point, do: leave, with: {do: leave}}",
        "with.do: the command is named outside of its fields",
    ),
    (
        "{at: 1d, by: LK/focal-point, do: convene, with: {why: x}}",
        "with.why: there is no field 'why'; the fields are text (w",
    ),
    (
        "{at: 1d, by: LK/focal-point, do: leave, with: {text: 12}}",
        "with.text: found the number 12; wanted: a text; put it",
    ),
    (
        "{at: 1d, by: LK/focal-point, do: leave, refused: true}",
        "refused: found true; wanted: a text (words that the ref",
    ),
    ("{at: 1d, by: LK/focal-point, do: leave, refused: ''}", "refused: must not be empty"),
    ("{at: 1d, by: AU/co-chair, do: decide}", "3:5: act 1 (1d AU/co-chair decide): with.position: must be given; allo"),
    (
        "{at: 1d, by: AU/co-chair, do: decide, with: {position: approved}}",
        "with.position: found 'approved'; allowed: app",
    ),
    (
        "{at: 1d, by: MY/focal-point, do: submit, with: {figures: [{what: x, number: 1 000}]}}",
        "with.figures.0.number: fou",
    ),
    (
        "{at: 1d, by: RSO/secretariat, do: act_for, with: {post: AU/co-chair, how: x, text: x, command: {do: decide}}}",
        "wi",
    ),
    ("{at: 1d, by: MY/focal-point, do: submit, with: {confidential: [figures]}}", "as in {figures: []}"),
    ("{at: 1d, expect: {}}", "expect names nothing"),
    ("{at: 1d, expect: {stages: closed}}", "expect.stages: there is no field 'stages' (did you mean 'stage'?)"),
    ("{at: 1d, expect: {stage: Closed}}", "expect.stage: found 'Closed'; allowed: draft, submitted, co_chair_review,"),
    ("{at: 1d, expect: {clock: stands}}", "expect.clock: found 'stands'; allowed: running, stopped"),
    (
        "{at: 1d, expect: {waiting_on: AU/co-chair}}",
        "expect.waiting_on: found 'AU/co-chair'; wanted: a list of texts, as in",
    ),
    ("{at: 1d, expect: {waiting_on: [AU]}}", "expect.waiting_on.0: 'AU' is not a post: write MEMBER/POST"),
    (
        "{at: 1d, expect: {participants: {PK: observing}}}",
        "expect.participants.PK: found 'observing'; allowed: proposed,",
    ),
    (
        "{at: 1d, expect: {outcomes: {Net: {state: done}}}}",
        "expect.outcomes.Net: found a mapping; allowed: open, blocked,",
    ),
    ("{at: 1d, expect: {arrangements: {List: in force}}}", "(did you mean 'in_force'?)"),
    ("{at: 1d, expect: {recommendations: {Meet.: finished}}}", "allowed: open, adopted, declined, done, untold, none"),
    ("{at: 1d, expect: {terms_of_reference: {d: open}}}", "expect.terms_of_reference.d: found 'd'; allowed: a, b, c"),
    ("{at: 1d, expect: {notices: {circulatd: {count: 1}}}}", "(did you mean 'circulated'?)"),
    (
        "{at: 1d, expect: {notices: {circulated: 3}}}",
        "expect.notices.circulated: found the number 3; wanted: a mapping with th",
    ),
    ("{at: 1d, expect: {notices: {circulated: 3}}}", "as in {count: 3}"),
    ("{at: 1d, expect: {notices: {circulated: {}}}}", "expect.notices.circulated: names nothing to compare"),
    (
        "{at: 1d, expect: {gate: activation}}",
        "expect.gate: found 'activation'; wanted: a mapping with any of the keys activ",
    ),
    (
        "{at: 1d, expect: {gate: {activation: open}}}",
        "expect.gate.activation: found 'open'; wanted: a mapping with the fie",
    ),
    ("{at: 1d, expect: {gate: {activation: open}}}", "as in {outcome: open}"),
    (
        "{at: 1d, expect: {gate: {activation: {outcome: null}}}}",
        "expect.gate.activation.outcome: nothing is given; allowed",
    ),
    ("{at: 1d, expect: {gate: {activation: {positions: {AU: approve}}}}}", "'AU' is not a post"),
    ("{at: 1d, expect: {gate: {activation: {positions: 2}}}}", "positions: found the number 2; wanted: a mapping"),
    ("{at: 1d, expect: {versions: '2'}}", "expect.versions: found '2'; wanted: a whole number"),
    ("just words", "3:5: act 1: found 'just words'; wanted: a mapping with the fields at (when: 30m, 3h, 2d, 1d 1h"),
]
BAD_FILES = [
    (
        "start: yesterday\nacts: []\n",
        "1:8: start: 'yesterday' is no instant: write date, time and offset, as in 2026-03",
    ),
    ("start: 2026-03-02T09:00:00\nacts: []\n", "1:8: start: '2026-03-02T09:00:00' is no instant"),
    ("acts: []\n", "1:1: start: must be given"),
    ("start: 2026-03-02T09:00:00Z\n", "1:1: acts: must be given; wanted: a list of mappings with the fields at"),
    ("", "1:1: nothing is given; wanted: a mapping with the fields $schema"),
    ("start: 2026-03-02T09:00:00Z\nacts: {}\n", "2:7: acts: found a mapping; wanted: a list of mappings"),
    (
        "titel: x\n" + HEAD + ACT,
        "1:1: titel: there is no field 'titel' (did you mean 'title'?); the fields are $schema",
    ),
    ("policy: {gaet: 3wd}\n" + HEAD + ACT, "1:10: policy.gaet: there is no field 'gaet' (did you mean 'gate'?)"),
    (
        "policy: {gate: 3 working days}\n" + HEAD + ACT,
        "1:16: policy.gate: '3 working days' is not a length of time: write",
    ),
    (
        "policy: {urgent: {conflict_rule: recuse}}\n" + HEAD + ACT,
        "1:19: policy.urgent.conflict_rule: there is no field",
    ),
    ("policy: {conflict_rule: shrug}\n" + HEAD + ACT, "policy.conflict_rule: found 'shrug'; allowed: declare, recuse"),
    ("policy: {overdue_every: 24h}\n" + HEAD + ACT, "policy.overdue_every: the overdue ladder counts calendar days"),
    ("policy:\n" + HEAD + ACT, "1:8: policy: nothing is given; wanted: a mapping with the fields completeness"),
]


@pytest.mark.parametrize(("act", "says"), BAD_ACTS)
def test_what_is_wrong_with_an_act_is_said_with_what_is_allowed(act: str, says: str) -> None:
    assert says in "\n".join(_of_act(act))


@pytest.mark.parametrize(("text", "says"), BAD_FILES)
def test_what_is_wrong_with_a_file_is_said_with_its_place(text: str, says: str) -> None:
    assert says in "\n".join(_problems(text))


def test_everything_that_is_wrong_is_said_in_the_order_of_the_file() -> None:
    wrong = ACT.replace("approve", "aprove").replace("gate", "gaet")
    text = f"titel: x\n{HEAD}{ACT}  - {{at: 1x, by: LK, do: leav}}\n{wrong}"

    assert [one.partition(": ")[0] for one in _problems(text)] == ["1:1", "5:10", "5:18", "5:26", "6:50", "6:78"]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("start: [\n", "2:1: not YAML: while parsing a flow node, expected the node content"),
        (
            HEAD + "  - {at: 1d, at: 2d, expect: {versions: 1}}\n",
            "3:14: act 1 (1d): at: the key 'at' stands twice in one map",
        ),
        (HEAD + "  - &a [*a]\n", "3:5: act 1: 0: the anchor stands for something that it is a part of"),
        (
            HEAD + "  - {at: !!timestamp 2026-03-03, expect: {versions: 1}}\n",
            "the tag tag:yaml.org,2002:timestamp is not",
        ),
        (HEAD + "  - {[a]: 1d}\n", "a key is a text"),
        ("a: b\n---\nc: d\n", "not YAML: expected a single document in the stream, but found another document"),
    ],
)
def test_what_is_no_yaml_is_said_with_its_place(text: str, says: str) -> None:
    assert says in "\n".join(_problems(text))


def test_yaml_is_read_as_editors_read_it() -> None:
    """YAML 1.2: only ``true`` and ``false`` are truth values; dates, clock times and the like are texts."""
    text = "[yes, no, on, off, true, False, ~, 12, -1.5e3, 0x1f, 1:30, 2026-03-02, '12', .inf]"

    read = read_yaml(text).value

    assert read == [
        "yes",
        "no",
        "on",
        "off",
        True,
        False,
        None,
        12,
        -1500.0,
        "0x1f",
        "1:30",
        "2026-03-02",
        "12",
        ".inf",
    ]
    assert read_yaml("{on: 1, no: 2}").value == {"on": 1, "no": 2}


# the schema ---------------------------------------------------------------------------------------------------


def test_the_schema_is_one() -> None:
    Draft7Validator.check_schema(SCHEMA.schema)


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_the_schema_and_the_reader_accept_every_scenario(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert _problems(text) == []
    assert [error.message for error in SCHEMA.iter_errors(read_yaml(text).value)] == []


@pytest.mark.parametrize("text", [*(text for text, _ in BAD_FILES), *(f"{HEAD}  - {act}\n" for act, _ in BAD_ACTS)])
def test_the_schema_refuses_what_the_reader_refuses(text: str) -> None:
    assert not SCHEMA.is_valid(read_yaml(text).value)


@pytest.mark.parametrize("do", COMMANDS)
def test_the_schema_knows_the_fields_of_every_command(do: str) -> None:
    def valid(fields: dict[str, Any]) -> bool:
        act = {"at": "1d", "by": "RSO/secretariat", "do": do, **({"with": fields} if fields else {})}
        return SCHEMA.is_valid({"start": "2026-03-02T09:00:00Z", "acts": [act]})

    schema = COMMANDS[do].model_json_schema()
    must = bool(schema.get("required"))
    assert valid({}) is not must
    assert not valid({"weather": "calm"})
    assert not valid({"do": do})


def test_a_file_may_name_its_schema_for_editors() -> None:
    assert _problems(f"$schema: ../../docs/scenario.schema.json\n{HEAD}{ACT}") == []


# the commands -------------------------------------------------------------------------------------------------


def test_check_says_everything_and_ends_with_1_where_something_is_wrong(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(HEAD + ACT, encoding="utf-8")
    bad.write_text(HEAD + ACT.replace("approve", "aprove").replace("gate", "gaet"), encoding="utf-8")

    result = CliRunner().invoke(cli.app, ["scenario", "check", str(good), str(bad), str(tmp_path / "none.yaml")])

    assert result.exit_code == 1
    assert result.stdout == f"{good}: 1 acts, well\n"
    lines = result.stderr.splitlines()
    assert lines[0].startswith(
        f"{bad}:3:50: act 1 (1d AU/co-chair decide): with.gaet: there is no field 'gaet' (did you"
    )
    assert lines[1].startswith(
        f"{bad}:3:78: act 1 (1d AU/co-chair decide): with.position: found 'aprove'; allowed: app"
    )
    assert lines[2].startswith(f"{tmp_path / 'none.yaml'}: ")
    assert len(lines) == 3
    assert CliRunner().invoke(cli.app, ["scenario", "check", str(good)]).exit_code == 0


def test_schema_prints_the_schema() -> None:
    result = CliRunner().invoke(cli.app, ["scenario", "schema"])

    assert json.loads(result.stdout) == scenario_schema()


# when ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("at", "moment"),
    [
        ("0h", datetime(2026, 3, 2, 2, tzinfo=UTC)),
        ("30m", datetime(2026, 3, 2, 2, 30, tzinfo=UTC)),
        ("1d 1h", datetime(2026, 3, 3, 3, tzinfo=UTC)),
        ("5wd", datetime(2026, 3, 9, 2, tzinfo=UTC)),
        ("1h 5wd", datetime(2026, 3, 9, 3, tzinfo=UTC)),
        ("2026-03-03T09:00:00+07:00", datetime(2026, 3, 3, 2, tzinfo=UTC)),
        ("2026-03-03T09:00Z", datetime(2026, 3, 3, 9, tzinfo=UTC)),
    ],
)
def test_a_moment_is_so_long_after_the_start_or_an_instant(at: str, moment: datetime) -> None:
    act = Act.model_validate({"at": at, "expect": {"stage": "submitted"}})

    assert act.moment(START, Calendars(), "") == moment


# expectations -------------------------------------------------------------------------------------------------


IS = Observed(
    stage="co_chair_review",
    waiting_on=("AU/co-chair",),
    participants={"MY": "accepted", "PK": "observer"},
    notices={"circulated": ["MY/focal-point", "TH/focal-point", "TH/focal-point"]},
    gate={"activation": ObservedGate("split", {"AU/co-chair": "approve", "ID/co-chair": "void"})},
    recommendations={"Share lists.": "open"},
    versions=2,
)


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ({"stage": "closed"}, "stage is 'co_chair_review', expected 'closed'"),
        ({"versions": 3}, "versions is 2, expected 3"),
        ({"waiting_on": ["ID/co-chair"]}, "waiting_on is AU/co-chair, expected ID/co-chair"),
        ({"waiting_on": []}, "waiting_on is AU/co-chair, expected nobody"),
        ({"participants": {"PK": "accepted"}}, "participants of PK is 'observer', expected 'accepted'"),
        ({"participants": {"LK": "invited"}}, "participants of LK is 'none', expected 'invited'"),
        ({"recommendations": {"Share lists": "open"}}, "recommendations of Share lists is 'none', expected 'open'"),
        ({"notices": {"circulated": {"count": 2}}}, "notices of kind circulated: 3, expected 2"),
        (
            {"notices": {"circulated": {"to": ["MY/focal-point"]}}},
            "notices of kind circulated: to is MY/focal-point, TH/focal-point, expected MY/focal-point",
        ),
        ({"gate": {"activation": {"outcome": "open"}}}, "gate activation: outcome is 'split', expected 'open'"),
        ({"gate": {"closure": {"outcome": "open"}}}, "gate closure: outcome is 'none', expected 'open'"),
        (
            {"gate": {"activation": {"positions": {"ID/co-chair": "approve"}}}},
            "gate activation: position of ID/co-chair is 'void', expected 'approve'",
        ),
    ],
)
def test_what_differs_is_said(expected: dict[str, Any], found: str) -> None:
    assert unmet(Expected.model_validate(expected), IS) == [found]


@pytest.mark.parametrize(
    "expected",
    [
        {"stage": "co_chair_review", "clock": "running", "versions": 2},
        {"participants": {"PK": "observer", "LK": "none"}},
        {"notices": {"circulated": {"to": ["TH/focal-point", "MY/focal-point"], "count": 3}}},
        {"notices": {"review_requested": {"count": 0, "to": []}}},
        {"gate": {"activation": {"outcome": "split", "positions": {"ID/co-chair": "void"}}}},
        {"gate": {"closure": {"outcome": "none", "positions": {"AU/co-chair": "none"}}}},
    ],
)
def test_only_what_is_named_is_compared(expected: dict[str, Any]) -> None:
    assert unmet(Expected.model_validate(expected), IS) == []


def test_the_words_of_a_refusal_are_found_in_upper_and_lower_case() -> None:
    refusal = "Only a Co-Chair may decide; it waits for ID/focal-point."

    assert contains(refusal, "only a co-chair")
    assert not contains(refusal, "only the secretariat")
