"""A case grows no further than its workflow can carry, and a full one still comes to its end."""

from typing import Any

import pytest
from pydantic_core import to_json

from models.case_size import size_of
from models.limits import FULL, LONGEST_LIST, MOST_IN_A_CASE
from models.policy import policy_with
from models.refusal import Refused
from models.too_much import TooMuch, too_much_in
from tests.situations import AU, ID, RSO, situation
from tests.tabletop import Tabletop

LONG = "\u4e00" * 19_000


def at(name: str) -> Tabletop:
    table, found = Tabletop(policy_with({})), situation(name).table
    table.case, table.now = found.case, found.now
    return table


def full() -> Tabletop:
    """A case in drafting whose recommendations have filled it, by commands that were all taken."""
    table = at("drafting")
    while size_of(table.case) < FULL - 58_000:
        table.do(RSO, "recommend", {"text": LONG, "to": ["TH"], "owner": "BD"})
    return table


def test_a_case_is_no_larger_than_its_steps_tell_and_what_they_tell_is_not_far_off() -> None:
    for name in ("submitted", "selection", "work", "accepted", "circulating", "recorded", "suspended"):
        case = situation(name).table.case
        assert case.at_most is not None
        assert size_of(case) <= case.at_most <= size_of(case) + 3_000 * case.seq


def test_what_is_said_in_long_titles_stands_in_many_places_and_is_counted_in_all() -> None:
    table = at("work")
    for number in range(3):
        title = {"title": f"{number}" + "\u4e00" * 290}
        table.do(AU, "add_outcome", {**title, "owner": "TH"})
        table.do(RSO, "add_arrangement", {**title, "parties": ["MY", "TH"]})
        table.do(RSO, "schedule_meeting", {**title, "starts": "2026-05-01T09:00:00+07:00"})
    assert table.case.at_most is not None
    assert size_of(table.case) <= table.case.at_most


def test_a_full_case_refuses_long_words_and_takes_its_decisions_and_its_end() -> None:
    table = full()
    assert size_of(table.case) == len(to_json(table.case)) <= FULL
    before = table.case
    with pytest.raises(Refused, match=r"would hold more than a case may \(1,200,000 bytes\); text alone has 57,"):
        table.do(RSO, "recommend", {"text": LONG})
    assert table.case is before
    table.do(AU, "terminate", {"text": "Nothing is left to do."})
    for post in (AU, ID):
        table.do(post, "decide", {"gate": "termination", "position": "approve"})
    assert table.case.ends_early


def test_a_case_has_so_many_of_a_kind() -> None:
    table = at("work")
    one = next(iter(table.case.meetings.values()))
    table.case = table.case.model_copy(update={"meetings": {f"M{n}": one for n in range(MOST_IN_A_CASE["meetings"])}})
    with pytest.raises(Refused, match="A case has at most 500 meetings"):
        table.do(RSO, "schedule_meeting", {"title": "One more", "starts": "2026-05-01"})


@pytest.mark.parametrize("what", TooMuch)
def test_what_is_refused_for_its_size_is_known_by_its_form(what: TooMuch) -> None:
    facts: dict[str, Any] = dict.fromkeys(("most", "short", "length", "count"), 1_234_567)
    facts |= {"kind": "outcomes", "gate": "activation", "case": "AHG-2026-001", "command": "act_for"}
    facts["field"] = "contacts.2, text"
    found = too_much_in(what.refused(**facts).sentence)
    assert found is not None
    assert found[0] is what
    assert found[1].items() <= facts.items()
    assert too_much_in("Only a member's focal point may draft a request; AU/co-chair may not.") is None


def test_a_list_has_so_many_entries() -> None:
    contacts = ["x"] * (LONGEST_LIST + 1)
    with pytest.raises(Refused, match="A list in a command has at most 200 entries; contacts has more"):
        at("work").do(RSO, "add_arrangement", {"title": "A", "parties": ["MY", "TH"], "contacts": contacts})
