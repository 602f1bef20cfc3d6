"""Commands in the words that people use for the same thing."""

from typing import Any

import pytest

from models.commands import parse


def _read(do: str, fields: dict[str, Any]) -> Any:
    return parse(do, fields, by="RSO/secretariat", command_id="1").body


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"position": "ask", "question": "How many?"}, "How many?"),
        ({"position": "decline", "reasons": ["Too late.", "Too little."]}, "Too late.\nToo little."),
        ({"position": "approve with conditions", "text": "Yes.", "conditions": ["One.", "Two."]}, "Yes.\nOne.\nTwo."),
    ],
)
def test_what_is_said_with_a_position_is_one_text(fields: dict[str, Any], text: str) -> None:
    assert _read("decide", fields).text == text


def test_what_is_said_with_a_new_version_is_no_part_of_it() -> None:
    body = _read("resubmit", {"situation": "More boats.", "note": "As asked.", "reason": "Counted again."})

    assert (body.changes, body.text) == ({"situation": "More boats."}, "Counted again.\nAs asked.")


@pytest.mark.parametrize(
    "fields",
    [
        {"to": {"name": "Ibu Sari", "email": "sari@id.example"}},
        {"to": "Ibu Sari", "email": "sari@id.example"},
        {"holder": "Ibu Sari", "email": "sari@id.example"},
        {"name": "Ibu Sari", "email": "sari@id.example"},
    ],
)
@pytest.mark.parametrize("do", ["hand_over", "delegate"])
def test_a_person_is_named_in_one_field_or_in_several(do: str, fields: dict[str, Any]) -> None:
    to = _read(do, fields).to

    assert (to.name, to.email, to.language) == ("Ibu Sari", "sari@id.example", "en")


@pytest.mark.parametrize(
    "fields",
    [
        {"post": "ID/co-chair", "command": {"do": "decide", "position": "approve"}},
        {"post": "ID/co-chair", "command": {"do": "decide", "with": {"position": "approve"}}},
        {"whom": "ID/co-chair", "do": "decide", "with": {"position": "approve"}},
        {"for": "ID/co-chair", "do": "decide", "position": "approve"},
    ],
)
def test_the_secretariat_writes_for_whom_it_acts_in_any_of_these_ways(fields: dict[str, Any]) -> None:
    body = _read("act_for", {**fields, "how": "telephone", "why": "Travelling."})

    assert (body.post, body.how, body.text) == ("ID/co-chair", "telephone", "Travelling.")
    assert (body.command.do, body.command.position) == ("decide", "approve")


def test_the_person_who_answered_is_kept_with_how() -> None:
    fields = {"post": "ID/co-chair", "whom": "Ibu Sari", "how": "telephone", "why": "Travelling.", "do": "accept"}

    assert _read("act_for", fields).how == "telephone, Ibu Sari"
