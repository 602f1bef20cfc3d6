"""Who may ask for the group: states and territories that say on what ground they are affected, and who comes first."""

from typing import Any

import pytest

from models.case import Stage
from models.policy import Policy
from models.posts import Post
from models.refusal import RefusalKind
from models.request import Request
from models.rules.affected import most_affected_first
from models.rules.participants import proposal
from models.visibility import readable
from notifications.words import Words
from tests.models.helpers import AU, ID, LK, MM, MY, NZ, RSO, TH, in_review, in_selection, refuses, stage_of, submitted
from tests.tabletop import REQUEST, Tabletop

ROUTE = {"from": "MM", "via": ["TH"], "to": "MY", "by": "sea"}
LANDING = {"ground": "landing", "number": 1240, "of": 2000, "since": "2026-02-01", "sources": ["UNHCR", "coast guard"]}
ASKED: dict[str, Any] = {"title": "Boats elsewhere", "situation": "Boats leave elsewhere.", "affected": ["MY", "TH"]}


def asked(by: str, **fields: Any) -> Tabletop:
    table = Tabletop(Policy.default())
    table.do(by, "submit", {**ASKED, **fields})
    return table


def test_who_does_not_say_how_it_is_affected_is_told_what_to_add() -> None:
    refused = refuses(Tabletop(Policy.default()), "JP/focal-point", "submit", {**ASKED, "routes": [ROUTE]})
    assert refused.why is RefusalKind.INVALID
    assert "how Japan is affected itself" in str(refused)
    assert "landing, rescue, flag" in str(refused)


def test_being_named_as_affected_is_no_ground_yet() -> None:
    assert "Add its ground: the member MY" in str(refuses(Tabletop(Policy.default()), MY, "submit", ASKED))


@pytest.mark.parametrize(("by", "ground"), [(MM, "origin"), (TH, "transit"), (MY, "destination")])
def test_a_place_on_the_route_is_a_ground(by: str, ground: str) -> None:
    case = asked(by, routes=[ROUTE]).case
    assert [one.ground for one in case.request.grounds_of(case.requesters[0])] == [ground]


def test_a_ground_that_names_nobody_is_of_who_submits_it() -> None:
    assert asked("JP/focal-point", grounds=[LANDING]).case.request.grounds[0].member == "JP"


def test_another_members_ground_is_not_ones_own() -> None:
    refuses(Tabletop(Policy.default()), LK, "submit", {**ASKED, "grounds": [{**LANDING, "member": "MY"}]})


@pytest.mark.parametrize("organisation", ["UNHCR", "IOM"])
def test_an_organisation_does_not_ask_but_brings_the_situation_to_a_member(organisation: str) -> None:
    fields = {**ASKED, "grounds": [LANDING]}
    refused = refuses(Tabletop(Policy.default()), f"{organisation}/focal-point", "submit", fields)
    assert refused.why is RefusalKind.FORBIDDEN
    assert "bring the situation to one of them, or to a member of the Steering Group" in str(refused)


def test_a_request_of_before_is_asked_for_no_ground() -> None:
    table = Tabletop(Policy())
    table.do("JP/focal-point", "submit", ASKED)
    table.do(LK, "join")
    assert stage_of(table) is Stage.SUBMITTED


def test_who_joins_states_its_own_ground_unless_the_request_does() -> None:
    table = asked(MY, routes=[ROUTE])
    table.do(TH, "join")
    assert "how Sri Lanka is affected itself" in str(refuses(table, LK, "join"))
    assert "its own grounds" in str(refuses(table, LK, "join", {"grounds": [{**LANDING, "member": "BD"}]}))
    table.do(LK, "join", {"grounds": [{"ground": "rescue", "number": 40}]})
    assert [one.member for one in table.case.request.grounds] == ["LK"]
    assert (table.case.requesters, table.case.version) == (("MY", "TH", "LK"), 2)
    refuses(table, "UNHCR/focal-point", "join", {"grounds": [LANDING]})


def test_a_new_version_leaves_no_requester_without_a_ground() -> None:
    table = asked(MY, routes=[ROUTE])
    table.do(RSO, "return", {"missing": ["sources"]})
    assert "how Malaysia is affected" in str(refuses(table, MY, "resubmit", {"routes": []}))
    table.do(MY, "resubmit", {"routes": [], "grounds": [LANDING]})


def test_more_than_all_is_refused() -> None:
    table = Tabletop(Policy.default())
    assert "whole that number is a part of" in str(refuses(table, MY, "submit", {"grounds": [{**LANDING, "of": 1000}]}))


def listed(table: Tabletop) -> dict[str, str]:
    return {one.member: one.why for one in proposal(table.case)}


GROUNDS = [
    {**LANDING, "member": "TH"},
    {"member": "MY", "ground": "landing", "number": 700, "since": "2025-11-01", "sources": ["coast guard"]},
    {"member": "BD", "ground": "origin"},
]


def test_the_most_affected_are_proposed_first_with_their_reason() -> None:
    table = in_selection(MY, Policy.default(), affected=["LK", "BD", "MY", "TH"], grounds=GROUNDS)
    why = listed(table)
    assert list(why)[:4] == ["TH", "MY", "BD", "LK"]
    assert list(table.case.participants) == list(why)
    assert why["TH"].startswith("landing: 1,240 of 2,000 since 1 February, two sources")
    assert why["MY"].startswith("landing: 700 since 1 November 2025, one source; requester")
    assert (why["BD"].split("; ")[0], why["LK"].split("; ")[0]) == ("origin", "named as affected")
    assert [code for code in why if table.case.directory.is_organisation(code)] == list(why)[-2:]


def test_the_reason_is_said_in_the_readers_language_too() -> None:
    table = in_selection(MY, Policy.default(), grounds=GROUNDS)
    one = table.case.participants["TH"]
    assert (
        Words({}).why_listed(one.why, one.reasons).startswith("landing: 1,240 of 2,000 since 1 February, two sources")
    )


def test_the_steering_group_confirms_or_disputes_and_who_is_disputed_is_not_first() -> None:
    table = in_review(MY, Policy.default(), grounds=GROUNDS)
    refuses(table, LK, "review_ground", {"member": "TH", "ground": "landing"})
    assert "Say why" in str(
        refuses(table, NZ, "review_ground", {"member": "TH", "ground": "landing", "view": "dispute"})
    )
    table.do(NZ, "review_ground", {"member": "TH", "ground": "landing", "view": "dispute", "text": "Of another year."})
    table.do(ID, "review_ground", {"member": "MY", "ground": "landing"})
    assert table.told("ground_reviewed") == [MY, AU, ID, RSO] * 2
    why = listed(table)
    assert list(why)[:2] == ["MY", "BD"]
    assert "landing confirmed by Indonesia" in why["MY"]
    assert "landing disputed by New Zealand" in why["TH"]
    table.do(NZ, "review_ground", {"member": "TH", "ground": "landing"})  # its newest word counts
    assert next(iter(listed(table))) == "TH"


def test_nobody_reviews_its_own_ground_or_one_that_is_not_stated() -> None:
    table = in_review(MY, Policy.default(), grounds=[*GROUNDS, {"member": "NZ", "ground": "flag"}])
    assert "does not review it" in str(refuses(table, NZ, "review_ground", {"member": "NZ", "ground": "flag"}))
    assert "what it states: landing" in str(refuses(table, NZ, "review_ground", {"member": "MY", "ground": "origin"}))


def test_a_place_outside_the_membership_is_named_and_gets_nothing() -> None:
    grounds = [*GROUNDS, {"member": "Comoros", "ground": "rescue", "number": 9000}]
    table = in_selection(MY, Policy.default(), affected=["MY", "Comoros"], grounds=grounds)
    assert "Comoros" in dict(table.case.request.how_affected)
    assert "Comoros" not in table.case.participants
    assert not any("Comoros" in notice.to for notice in table.notices)


@pytest.mark.parametrize(("closed", "seen"), [("affected", []), ("figures", [None, None, None])])
def test_who_may_not_read_a_section_reads_no_ground_of_it(closed: str, seen: list[None]) -> None:
    table = in_selection(MY, Policy.default(), grounds=GROUNDS, confidential={closed: []})
    grounds = readable(table.case, Post(NZ)).grounds
    assert [one.number for one in grounds] == seen


def test_a_request_without_grounds_reads_and_hashes_as_it_did() -> None:
    assert "grounds" not in Request(title="x").model_dump(mode="json")
    assert "grounds" not in submitted(policy=Policy(), grounds=[]).entries[0].event["request"]
    assert REQUEST["grounds"]


def test_who_asks_to_leave_and_join_again_fills_no_request_with_grounds() -> None:
    table = asked(MY, grounds=[LANDING])
    table.do(TH, "join", {"grounds": [{"ground": "transit"}]})
    table.do(TH, "withdraw")
    versions = table.case.version

    assert "has the grounds of TH already" in str(refuses(table, TH, "join", {"grounds": [{"ground": "transit"}]}))
    table.do(TH, "join")
    assert (table.case.version, len(table.case.request.grounds)) == (versions, 2)


def test_a_request_never_has_more_grounds_than_can_be_read() -> None:
    full = asked(MY, grounds=[{**LANDING, "member": code} for code in ["MY"] * 95])
    refused = refuses(full, TH, "join", {"grounds": [{"ground": ground} for ground in ["transit"] * 6]})
    assert "no more than 100 grounds" in str(refused)
    full.do(TH, "join", {"grounds": [{"ground": "transit"}] * 5})
    assert Request.model_validate_json(full.case.request.model_dump_json(by_alias=True)) == full.case.request


def test_who_may_not_read_the_grounds_reviews_none_hears_of_no_review_and_the_list_has_no_order_of_them() -> None:
    """The order, the log and the mails would tell what the page does not show."""
    grounds = [{**LANDING, "member": "MY"}, {"member": "TH", "ground": "transit"}]
    table = asked(MY, grounds=grounds, confidential={"affected": [], "figures": []})
    refused = refuses(table, NZ, "review_ground", {"member": "MY", "ground": "rescue"})
    assert refused.why is RefusalKind.FORBIDDEN
    assert "landing" not in str(refused)
    assert most_affected_first(table.case, ["TH", "MY"]) == ["TH", "MY"]
