"""Other words for the same command's fields and answers, as people write them without looking them up."""

from typing import Any

import pytest

from models.commands import parse
from models.refusal import Refused


def _read(do: str, fields: dict[str, Any]) -> dict[str, Any]:
    return parse(do, fields, by="MY/focal-point", command_id="c1").body.model_dump(mode="json")


@pytest.mark.parametrize(
    ("do", "written", "meant"),
    [
        (
            "submit",
            {
                "members_affected": ["TH"],
                "what_has_been_done": "Patrols.",
                "what_is_asked": "Contact points.",
                "since_when": "2026-03-01",
                "confidentiality": ["routes"],
                "figures": [{"what": "boats", "number": 3, "date": "2026-03-01"}],
            },
            {
                "affected": ["TH"],
                "done": "Patrols.",
                "asks": ["Contact points."],
                "since": "2026-03-01",
                "confidential": {"routes": []},
                "figures": [{"what": "boats", "number": 3, "as_of": "2026-03-01", "source": ""}],
            },
        ),
        ("resubmit", {"members_affected": ["TH"]}, {"changes": {"affected": ["TH"]}}),
        ("resubmit", {"changes": {"members_affected": ["TH"]}}, {"changes": {"affected": ["TH"]}}),
        ("return", {"what_is_missing": "figures"}, {"missing": ["figures"]}),
        ("decide", {"position": "Approve"}, {"position": "approve"}),
        ("decide", {"position": "approve-with_conditions"}, {"position": "approve with conditions"}),
        ("decide", {"position": "recused"}, {"position": "recuse"}),
        (
            "add_outcome",
            {"title": "Net", "supporting_participants": ["TH"], "due_date": "2026-09-01"},
            {"supporting": ["TH"], "due": "2026-09-01"},
        ),
        (
            "add_arrangement",
            {"title": "List", "parties": "TH", "kind_of_information": "ports", "tlp": "amber"},
            {"kind": "ports", "marking": "TLP:AMBER"},
        ),
        (
            "recommend",
            {"text": "Share.", "addressed_to": "TH", "due_date": "2026-09-01"},
            {"to": ["TH"], "due": "2026-09-01"},
        ),
        ("respond", {"answer": "declined"}, {"answer": "decline"}),
        ("respond", {"answer": "observer"}, {"answer": "observe"}),
        ("respond", {"answer": "yes"}, {"answer": "accept"}),
        ("admit", {"member": "PK", "as": "observer"}, {"member": "PK", "observer": True}),
        ("add_outcome", {"title": "Net", "supporting": "TH"}, {"title": "Net", "supporting": ["TH"]}),
        (
            "add_arrangement",
            {"title": "List", "parties": "TH", "what": "ports", "marking": "amber"},
            {"title": "List", "parties": ["TH"], "kind": "ports", "marking": "TLP:AMBER"},
        ),
        (
            "schedule_meeting",
            {"title": "First", "when": "2026-03-16", "where": "Jakarta", "agenda": "contact points"},
            {"title": "First", "starts": "2026-03-16", "place": "Jakarta", "agenda": ["contact points"]},
        ),
        ("attend", {"meeting": "First", "present": "TH"}, {"meeting": "First", "present": ["TH"]}),
        ("situation_update", {"situation": "Calm."}, {"text": "Calm."}),
        ("open_report", {"type": "interim", "by": "2026-04-01"}, {"kind": "interim", "contributions_by": "2026-04-01"}),
        ("recommend", {"text": "Share.", "addressees": ["TH"]}, {"text": "Share.", "to": ["TH"]}),
        ("circulate", {"to": "all", "names": "TH"}, {"to": "everyone", "names": ["TH"]}),
        ("circulate", {"to": "JP"}, {"to": ["JP"]}),
        ("circulate", {"to": "participants"}, {"to": "participants"}),
        ("consent", {"answer": "granted"}, {"answer": "give"}),
        ("consent", {"answer": "declined"}, {"answer": "refuse"}),
        ("adopt", {"recommendation": "Share.", "answer": "decline"}, {"state": "declined"}),
        ("waive", {"item": "(A)", "why": "no need"}, {"term": ["a"]}),
        (
            "hand_over",
            {"to": "Siti", "email": "siti@example.org"},
            {"to": {"name": "Siti", "email": "siti@example.org", "language": "en"}},
        ),
        ("delegate", {"name": "Siti"}, {"to": {"name": "Siti", "email": "", "language": "en"}}),
    ],
)
def test_other_words_are_read_as_the_same(do: str, written: dict[str, Any], meant: dict[str, Any]) -> None:
    read = _read(do, written)
    assert {name: read[name] for name in meant} == meant


@pytest.mark.parametrize(
    ("do", "fields", "says"),
    [
        ("progress", {"outcome": "Q", "progress": 3}, "cannot be read: progress: Extra inputs"),
        ("submit", {"done": 3}, "cannot be read: done: Input should be a valid string"),
        (
            "act_for",
            {"post": "MY/focal-point", "how": "letter", "why": "x", "do": "block", "outcome": "Q", "verify": 1},
            "cannot be read: command.verify: Extra inputs",
        ),
        ("waive", {"term": ["d"]}, "cannot be read: term.0: Input should be"),
    ],
)
def test_a_fault_names_its_field_also_where_a_command_has_the_same_name(
    do: str, fields: dict[str, Any], says: str
) -> None:
    with pytest.raises(Refused, match=says):
        _read(do, fields)


def test_a_word_beside_the_field_that_it_stands_for_is_refused() -> None:
    with pytest.raises(Refused, match="what_is_asked: Extra inputs"):
        _read("submit", {"asks": "One thing.", "what_is_asked": "Another."})
