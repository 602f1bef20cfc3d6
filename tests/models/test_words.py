"""Commands have one vocabulary: other words for a field or a value are refused, and the nearest one is named."""

from typing import Any

import pytest

from models.commands import COMMANDS, faults_of, parse
from models.refusal import Refused


def _refused(do: str, fields: dict[str, Any]) -> str:
    with pytest.raises(Refused) as refused:
        parse(do, fields, by="MY/focal-point", command_id="c1")
    return str(refused.value)


@pytest.mark.parametrize(
    ("do", "fields", "says"),
    [
        (
            "submit",
            {"members_affected": ["TH"]},
            "members_affected: there is no field 'members_affected' (did you mean 'affected'?)",
        ),
        ("submit", {"affectd": ["TH"]}, "affectd: there is no field 'affectd' (did you mean 'affected'?); the fields"),
        (
            "submit",
            {"asks": "Contact points."},
            "asks: found 'Contact points.'; wanted: a list of texts, as in [Contact",
        ),
        ("submit", {"done": 3}, "done: found the number 3; wanted: a text; put it in quotes (what has been done)"),
        ("submit", {"since": "June"}, "since: found 'June'; wanted: a date, as in 2026-03-31"),
        ("submit", {"confidential": ["routes"]}, "each with a list of texts, as in {routes: []}"),
        ("submit", {"confidential": {"figure": []}}, "confidential.figure: found 'figure'; allowed: situation, where"),
        ("submit", {"figures": [{"what": "boats", "number": "3"}]}, "figures.0.number: found '3'; wanted: a number"),
        ("submit", {"routes": [{"origin": "MM"}]}, "routes.0.origin: there is no field 'origin'; the fields are from,"),
        ("resubmit", {"changes": {"title": "x"}}, "changes: there is no field 'changes'; the fields are title,"),
        ("resubmit", {"affected": "TH"}, "affected: found 'TH'; wanted: a list of texts, as in [TH]"),
        ("return", {"missing": "figures"}, "missing: found 'figures'; wanted: a list of texts, as in [figures]"),
        (
            "decide",
            {"position": "Approve"},
            "position: found 'Approve'; allowed: approve, approve with conditions, decl",
        ),
        ("decide", {"position": "recused"}, "recuse (did you mean 'recuse'?)"),
        ("decide", {"position": "decline", "reason": "x"}, "text (what the post says with it)"),
        ("decide", {}, "position: must be given; allowed: approve, approve with conditions, decline, ask, recuse"),
        ("schedule_meeting", {"title": "A", "from": "2026-03-16"}, "starts: must be given; wanted: a text (when it"),
        ("add_arrangement", {"title": "A", "parties": ["TH"], "marking": "amber"}, "did you mean 'TLP:AMBER'?"),
        ("circulate", {"to": "all"}, "to: found 'all'; allowed: everyone, participants, or a list"),
        ("consent", {"answer": True}, "answer: found true; allowed: give, refuse"),
        ("admit", {"member": "PK", "observer": "yes"}, "observer: found 'yes'; wanted: true or false"),
        ("extend", {"by": "3 months"}, "by: '3 months' is not a length of time: write 24h, 30d, 5wd"),
        ("waive", {"term": "a"}, "term: found 'a'; wanted: a list of any of a, b, c, as in [a]"),
        ("waive", {"term": ["(a)"]}, "term.0: found '(a)'; allowed: a, b, c"),
        ("waive", {"term": []}, "term: must not be empty"),
        (
            "hand_over",
            {"to": "Siti"},
            "to: found 'Siti'; wanted: a mapping with the fields name, email, language, as in {n",
        ),
        ("accept", {"do": "accept"}, "do: the command is named outside of its fields"),
        ("acept", {}, "There is no command 'acept' (did you mean 'accept'?)."),
    ],
)
def test_other_words_are_refused_with_what_is_allowed(do: str, fields: dict[str, Any], says: str) -> None:
    assert says in _refused(do, fields)


ACT_FOR = {"post": "ID/co-chair", "how": "letter", "text": "x"}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({**ACT_FOR, "command": {"do": "block", "outcome": "Q", "verify": 1}}, "command.verify: there is no field"),
        (
            {**ACT_FOR, "command": {"do": "resubmit", "affectd": []}},
            "command.affectd: there is no field 'affectd' (did",
        ),
        ({**ACT_FOR, "command": {"do": "decde"}}, "command: do must name a command (did you mean 'decide'?)"),
        ({**ACT_FOR, "command": "decide"}, "command: found 'decide'; wanted: a command with its fields, as in {do:"),
        ({**ACT_FOR, "do": "decide", "with": {}}, "do: the command inside stands with its fields in command"),
        ({**ACT_FOR, "post": "ID/cochair", "command": {"do": "leave"}}, "auditor (did you mean 'co-chair'?)"),
        ({"whom": "ID/co-chair", "command": {"do": "leave"}}, "post: must be given; wanted: a text (the post that"),
    ],
)
def test_the_command_inside_of_another_is_read_as_strictly(fields: dict[str, Any], says: str) -> None:
    assert says in _refused("act_for", fields)


def test_everything_that_is_wrong_is_said_at_once() -> None:
    said = _refused("decide", {"gate": "activaton", "position": "yes", "why": "x"})

    assert [part.partition(":")[0] for part in said.split("; ") if ": " in part][1:] == [
        "allowed",
        "position",
        "allowed",
        "why",
    ]


def test_a_new_version_carries_its_fields_and_what_is_said_with_them() -> None:
    fields = {"situation": "More boats.", "figures": [{"what": "boats", "number": 3}], "text": "As asked."}
    body: Any = parse("resubmit", fields, by="MY/focal-point", command_id="c1").body

    assert body.text == "As asked."
    assert body.changes == {"situation": "More boats.", "figures": [{"what": "boats", "number": 3}]}


def test_the_fields_that_a_schema_has_are_those_that_are_read() -> None:
    for do, body in COMMANDS.items():
        fields = set(body.model_json_schema()["properties"]) - {"do"}
        wrong = faults_of(do, {"no such field": 1})
        told = next(one.says for one in wrong if one.where == ("no such field",)).partition("the fields are ")[2]
        assert all(field in told for field in fields), do
