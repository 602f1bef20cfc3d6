"""Where a rule begins or ends: twice the same, a list with nobody new, a day in another zone, between two stages."""

from datetime import UTC, datetime

import pytest

from models.case import Stage
from models.policy import Policy
from models.posts import Post
from models.rules.composition import missing_for_minimum
from models.visibility import as_seen
from tests.models.helpers import (
    DAY,
    LK,
    MY,
    NZ,
    RSO,
    approve,
    at_work,
    in_selection,
    invited,
    refuses,
    reported,
    stage_of,
)
from tests.tabletop import REQUEST, Tabletop


@pytest.mark.parametrize(
    ("do", "fields"), [("terminate", {"text": "Done."}), ("extend", {"by": "30d", "text": "More."})]
)
def test_what_is_before_the_co_chairs_is_not_asked_for_again(do: str, fields: dict[str, str]) -> None:
    table = at_work()
    table.do(RSO, do, fields)
    assert "is open already; it waits for AU/co-chair, ID/co-chair" in str(refuses(table, MY, do, fields))


def test_between_two_stages_it_is_not_the_time_before_both_too_early_and_after_both_too_late() -> None:
    said = {
        "resubmit": str(refuses(at_work(), LK, "resubmit", {"situation": "More."})),
        "close": str(refuses(at_work(), RSO, "close")),
        "accept": str(refuses(at_work(), RSO, "accept")),
    }
    begins = {"resubmit": "It is not the time", "close": "It is too early", "accept": "It is too late"}
    assert {do: said[do].startswith(begins[do]) for do in said} == dict.fromkeys(said, True), said


def test_the_group_begins_once_a_list_is_confirmed_that_has_nobody_left_to_ask() -> None:
    table = invited()
    table.do(NZ, "propose", {"members": ["BD"]})
    for member in ("MY", "TH", "IOM", "UNHCR"):
        table.do(f"{member}/focal-point", "respond", {"answer": "accept"})
    table.do(NZ, "propose", {"without": ["BD"]})
    assert stage_of(table) is Stage.PARTICIPANT_SELECTION
    approve(table, "participants")
    assert stage_of(table) is Stage.OPERATIONAL


@pytest.mark.parametrize("named", [[], ["MY"]])
def test_where_nobody_else_is_affected_any_state_on_the_list_counts_for_the_minimum(named: list[str]) -> None:
    table = in_selection(affected=named)
    table.do(NZ, "propose", {"members": ["MM"]})
    approve(table, "participants")
    table.do("MM/focal-point", "respond", {"answer": "accept"})
    table.do("IOM/focal-point", "respond", {"answer": "accept"})
    lacks = [one.code.value for one in missing_for_minimum(table.case)]
    assert any("affected" in one for one in lacks) is bool(named), lacks


def test_a_ground_has_begun_by_the_day_of_the_office_whose_it_is() -> None:
    table = Tabletop(
        Policy.default(), datetime(2026, 3, 2, 15, tzinfo=UTC)
    )  # the 3rd in Wellington, the 2nd in Colombo
    for member in ("TH", "LK"):
        grounds = [{"ground": "landing"}, {"member": member, "ground": "rescue", "since": "2026-03-03"}]
        assert "has not come yet" in str(refuses(table, LK, "submit", {**REQUEST, "grounds": grounds}))
    grounds = [{"ground": "landing"}, {"member": "NZ", "ground": "rescue", "since": "2026-03-03"}]
    table.do(LK, "submit", {**REQUEST, "grounds": grounds})


def test_a_decision_on_a_circulation_leaves_the_time_for_consents_as_it_is() -> None:
    table = reported(Policy.default())
    table.do(RSO, "circulate", {"what": "summary", "to": "everyone", "names": ["MY"], "text": "Boats."})
    due = table.case.ladders["consent"].due
    table.wait(DAY)
    approve(table, "circulation")
    assert table.case.ladders["consent"].due == due


def test_who_is_asked_to_be_named_learns_who_else_is_only_once_it_is_told_to_all() -> None:
    table = reported(Policy.default())
    given = {"what": "summary", "to": "everyone", "names": ["BD", "JP"], "text": "Bangladesh and Japan."}
    table.do(RSO, "circulate", given)
    table.do("BD/focal-point", "consent", {"answer": "give"})

    def named_to(member: str) -> tuple[str, ...]:
        seen = as_seen(table.case, Post(f"{member}/focal-point"))
        assert seen is not None
        return seen.case.circulations[1].names

    assert (named_to("JP"), named_to("BD")) == (("JP",), ("BD",))
    approve(table, "circulation")
    table.do("JP/focal-point", "consent", {"answer": "give"})
    assert table.case.circulations[1].state == "released"
    assert set(named_to("JP")) == set(named_to("PK")) == {"BD", "JP"}
