"""The decision log: chained, and verifiable from its exported JSON alone."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from models.authentication import Means, Signed
from models.log import ActedFor, Entry, broken_at, digest, event_of
from models.posts import Post
from models.rules import replay_entry, take_over
from tests.models.helpers import RSO, reported
from tests.tabletop import Tabletop


@pytest.fixture(scope="module")
def table() -> Tabletop:
    return reported()


CHANGES: dict[str, Any] = {
    "case": "AHG-2026-999",
    "seq": 7,
    "by": Post("MM/focal-point"),
    "acted_for": ActedFor(by=Post(RSO), how="letter", why="x"),
    "command": "another",
    "event": {"type": "commented", "text": "other"},
    "previous": "0" * 64,
    "hash": "0" * 64,
    "at": None,
    "signed": Signed(means=Means.SESSION, at=datetime(2026, 12, 1, tzinfo=UTC), key="k", body="b", signature="s"),
}


@pytest.mark.parametrize("field", CHANGES)
def test_the_chain_breaks_where_any_field_of_an_entry_is_changed(table: Tabletop, field: str) -> None:
    assert set(CHANGES) == set(Entry.model_fields)
    assert broken_at(table.entries) is None
    for place in (0, 5, len(table.entries) - 1):
        entry = table.entries[place]
        value = entry.at + timedelta(microseconds=1) if field == "at" else CHANGES[field]
        forged = [*table.entries]
        forged[place] = entry.model_copy(update={field: value})
        assert forged[place] != entry
        assert broken_at(forged) is not None


def test_the_chain_breaks_where_an_entry_is_missing_or_moved(table: Tabletop) -> None:
    assert broken_at(table.entries[1:]) is not None
    assert broken_at([*table.entries[:3], *table.entries[4:]]) is not None
    assert broken_at([table.entries[1], table.entries[0]]) is not None


def test_exported_json_verifies_by_the_documented_formula_alone(table: Tabletop) -> None:
    previous = ""
    for line in [entry.model_dump_json() for entry in table.entries]:
        entry = json.loads(line)
        fields = ("previous", "case", "seq", "at", "by", "acted_for", "command", "event")
        text = json.dumps([entry[field] for field in fields], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        assert entry["previous"] == previous
        assert entry["hash"] == hashlib.sha256(text.encode()).hexdigest()
        previous = entry["hash"]


def test_entries_read_again_from_json_verify_and_hold_the_same_events(table: Tabletop) -> None:
    again = [Entry.model_validate_json(entry.model_dump_json()) for entry in table.entries]
    assert again == table.entries
    assert broken_at(again) is None
    assert [event_of(entry) for entry in again] == [event_of(entry) for entry in table.entries]


def test_a_state_is_rebuilt_from_the_log(table: Tabletop) -> None:
    blank = case = Tabletop().case
    for entry in table.entries:
        case = replay_entry(case, entry)
    known: dict[str, Any] = {"recent": {}, "touched": {}}
    assert case == table.case.model_copy(update=known)
    assert take_over(blank, tuple(table.entries)).model_copy(update=known) == case


def test_what_is_taken_over_is_not_done_twice(table: Tabletop) -> None:
    case = take_over(Tabletop().case, tuple(table.entries))
    assert case.recent["c1"] > 0
    assert not any(command.startswith("clock:") for command in case.recent)


# entries of older code ------------------------------------------------------------------------------------------------

_NEW = ("matter", "reasons", "basis")


def _as_older_code_wrote(value: Any) -> Any:
    """Without the fields that tell what a text was made of."""
    if isinstance(value, dict):
        return {name: _as_older_code_wrote(field) for name, field in value.items() if name not in _NEW}
    return [_as_older_code_wrote(one) for one in value] if isinstance(value, list) else value


def _of_old(entries: list[Entry]) -> list[Entry]:
    made: list[Entry] = []
    for entry in entries:
        event = entry.event if entry.type == "submitted" else _as_older_code_wrote(entry.event)
        previous = made[-1].hash if made else ""
        hashed = digest(entry.case, entry.seq, entry.at.isoformat(), entry.by, None, entry.command, event, previous)
        made.append(entry.model_copy(update={"event": event, "previous": previous, "hash": hashed}))
    return made


def test_a_log_of_older_code_keeps_its_hashes_and_gives_the_same_case(table: Tabletop) -> None:
    old = _of_old(table.entries)
    assert any(one.event != other.event for one, other in zip(old, table.entries, strict=True))
    again = [Entry.model_validate_json(entry.model_dump_json()) for entry in old]
    assert [entry.hash for entry in again] == [entry.hash for entry in old]
    assert broken_at(again) is None
    old_case = take_over(Tabletop().case, tuple(again))
    case = take_over(Tabletop().case, tuple(table.entries))
    assert all(gate.matter is None for gate in old_case.gates.values())
    assert all(one.reasons is None for one in old_case.participants.values())
    parts = ("stage", "gates", "participants", "outcomes", "reports", "recommendations", "ladders", "active_until")
    for part in parts:
        assert _as_older_code_wrote(old_case.model_dump()[part]) == _as_older_code_wrote(case.model_dump()[part])
