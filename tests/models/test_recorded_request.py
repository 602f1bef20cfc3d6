"""What older versions of the product kept and sent, in their words, is still read."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from models.commands import Command
from models.recorded_request import recorded_fields, recorded_request

ONCE = {
    "title": "Boats",
    "members_affected": ["TH"],
    "what_has_been_done": ["Patrols.", "Calls."],
    "what_is_asked": "Contact points.",
    "since_when": "2026-03-01",
    "confidentiality": ["routes"],
    "figures": [{"what": "boats", "number": "3", "date": "2026-03-01"}],
    "routes": [{"from": "MM", "to": "MY"}],
}


def test_a_draft_in_older_words_is_read_under_the_names_of_today() -> None:
    assert recorded_fields(ONCE) == {
        "title": "Boats",
        "affected": ["TH"],
        "done": "Patrols.\nCalls.",
        "asks": ["Contact points."],
        "since": "2026-03-01",
        "confidential": {"routes": []},
        "figures": [{"what": "boats", "number": 3, "as_of": "2026-03-01"}],
        "routes": [{"from": "MM", "to": "MY"}],
    }


def test_a_draft_in_the_words_of_today_stays_as_it_is() -> None:
    fields = {"title": "Boats", "since": "2026-03-01", "figures": [{"what": "boats", "number": 3}]}

    assert recorded_fields(fields) == fields


def test_what_cannot_be_read_stays_as_it_was_kept() -> None:
    assert recorded_fields({"colour": "blue"}) == {"colour": "blue"}


def test_a_new_version_on_its_way_from_an_older_version_is_read() -> None:
    request = recorded_request({**ONCE, "where": ""})

    assert (request.affected, request.asks, request.confidential) == (("TH",), ("Contact points.",), {"routes": ()})
    with pytest.raises(ValidationError):
        recorded_request({"asks": "One thing.", "what_is_asked": "Another."})


def test_a_command_that_an_older_version_sent_is_read() -> None:
    """Recorded histories hold one: a term that was waived alone."""
    waived = {"do": "waive", "term": "a", "text": "no need"}
    for body in (waived, {"do": "act_for", "post": "AU/co-chair", "how": "letter", "text": "x", "command": waived}):
        sent: Any = Command.model_validate_json(json.dumps({"id": "c1", "by": "RSO/secretariat", "body": body})).body
        assert getattr(sent, "command", sent).term == ("a",)
