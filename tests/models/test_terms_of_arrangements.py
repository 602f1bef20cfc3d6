"""Other terms of an arrangement hold once all parties have agreed, with their clocks; until then the old ones do."""

from datetime import UTC, datetime

import pytest

from models.case import Arrangement
from models.policy import Policy
from tests.models.helpers import DAY, LK, MY, RSO, TH, at_work, refuses
from tests.tabletop import Tabletop

ROUTES = {"arrangement": "Routes"}
OTHER = {**ROUTES, "text": "It is better so."}


def in_force(**terms: object) -> Tabletop:
    """Between MY and TH, in a case of today."""
    table = at_work(Policy.default())
    table.do(MY, "add_arrangement", {"title": "Routes", "parties": ["MY", "TH"], "kind": "departures", **terms})
    table.do(TH, "agree", ROUTES)
    return table


def routes(table: Tabletop) -> Arrangement:
    return table.case.arrangements["Routes"]


def clocks(table: Tabletop) -> dict[str, str]:
    """When each of its clocks is due, by kind."""
    due = {name.partition(":")[0]: f"{ladder.due:%m-%d}" for name, ladder in table.case.ladders.items()}
    return {kind: due[kind] for kind in ("agreement", "begins", "arrangement", "exchange") if kind in due}


@pytest.mark.parametrize(
    ("was", "becomes", "clock"),
    [
        ({}, {"review": "2026-09-01"}, {"arrangement": "09-01"}),
        ({"review": "2026-06-01"}, {"review": "2026-09-01"}, {"arrangement": "09-01"}),
        ({"review": "2026-06-01"}, {"kind": "landings"}, {"arrangement": "06-01"}),
        ({}, {"every": "weekly"}, {"exchange": "03-09"}),
        ({"every": "weekly"}, {"every": "monthly"}, {"exchange": "04-02"}),
        ({"every": "weekly"}, {"every": "when needed"}, {}),
    ],
)
def test_other_terms_hold_with_their_clocks_once_the_last_party_agrees(
    was: dict[str, str], becomes: dict[str, str], clock: dict[str, str]
) -> None:
    table = in_force(**was)
    before, ran = routes(table).terms, clocks(table)
    table.do(MY, "amend_arrangement", {**OTHER, **becomes})
    assert routes(table).terms == before
    running = clocks(table)
    assert "agreement" in running
    assert {kind: due for kind, due in running.items() if kind != "agreement"} == ran
    table.do(TH, "agree", ROUTES)
    now = routes(table).terms.model_dump(mode="json")
    assert {name: now[name] for name in becomes} == becomes
    assert clocks(table) == clock


def test_what_is_to_begin_later_waits_for_its_day_and_then_has_its_clocks() -> None:
    table = in_force(begins="2026-04-01", review="2026-09-01", every="weekly")
    assert (routes(table).state, clocks(table)) == ("agreed", {"begins": "04-01"})
    assert "from then on" in str(refuses(table, MY, "log_exchange", ROUTES))
    table.until(datetime(2026, 4, 2, tzinfo=UTC))
    assert (routes(table).state, clocks(table)) == ("in_force", {"arrangement": "09-01", "exchange": "04-08"})


def test_a_review_sets_the_next_one_or_none() -> None:
    table = in_force(review="2026-04-01")
    table.do(MY, "review_arrangement", {**ROUTES, "review": "2026-10-01"})
    assert clocks(table) == {"arrangement": "10-01"}
    table.do(RSO, "review_arrangement", ROUTES)
    assert clocks(table) == {}


def test_an_exchange_that_is_noted_puts_off_the_next_and_one_that_is_not_is_told_again_and_again() -> None:
    table = in_force(every="weekly")
    table.wait(3 * DAY)
    table.do(MY, "log_exchange", ROUTES)
    assert clocks(table) == {"exchange": "03-12"}
    table.until(datetime(2026, 5, 1, tzinfo=UTC))
    assert routes(table).overdue
    assert len(table.told("exchange_overdue")) > len(routes(table).parties)
    table.do(TH, "log_exchange", ROUTES)
    assert not routes(table).overdue


def test_who_joins_is_a_party_once_all_agree_and_what_ends_has_no_clock() -> None:
    table = in_force(every="weekly", review="2026-09-01")
    table.do(LK, "join_arrangement", ROUTES)
    assert "comes first" in str(refuses(table, "IOM/focal-point", "join_arrangement", ROUTES))
    for post in (MY, TH):
        assert routes(table).parties == ("MY", "TH")
        table.do(post, "agree", ROUTES)
    assert routes(table).parties == ("MY", "TH", "LK")
    table.do(RSO, "end_arrangement", OTHER)
    for post in (MY, TH, LK):
        assert routes(table).ended_at is None
        table.do(post, "agree", ROUTES)
    assert (routes(table).state, clocks(table)) == ("ended", {})
    assert "has ended" in str(refuses(table, MY, "agree", ROUTES))
