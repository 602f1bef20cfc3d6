"""Other words for the same command's fields and answers, as people write them without looking them up."""

from typing import Any

import pytest

from models.commands import parse


def _read(do: str, fields: dict[str, Any]) -> dict[str, Any]:
    return parse(do, fields, by="MY/focal-point", command_id="c1").body.model_dump(mode="json")


@pytest.mark.parametrize(
    ("do", "written", "meant"),
    [
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
        ("open_report", {"type": "interim", "by": "2026-04-01"},
         {"kind": "interim", "contributions_by": "2026-04-01"}),
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
)  # fmt: skip
def test_other_words_are_read_as_the_same(do: str, written: dict[str, Any], meant: dict[str, Any]) -> None:
    read = _read(do, written)
    assert {name: read[name] for name in meant} == meant
