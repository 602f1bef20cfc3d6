"""Outcomes are owned and supported by members of the group that take them on by their own word."""

from datetime import UTC, datetime

import pytest

from models.agenda import waiting_on
from models.duties import open_duties
from models.policy import FollowThrough, Policy
from models.refusal import RefusalKind
from tests.models.helpers import AU, DAY, ID, LK, MM, MY, RSO, TH, at_work, refuses
from tests.tabletop import Tabletop


def group() -> Tabletop:
    """LK, MY, TH, IOM and UNHCR, by the policy of today."""
    return at_work(Policy.default())


def with_outcome(owner: str = "TH", by: str = RSO, *supporting: str) -> Tabletop:
    table = group()
    fields = {"title": "Radio net", "owner": owner, "supporting": list(supporting), "due": "2026-09-01"}
    table.do(by, "add_outcome", fields)
    return table


def duties(table: Tabletop) -> set[tuple[str, str]]:
    return {(duty.post, duty.do) for duty in open_duties(table.case) if duty.about == "Radio net"}


@pytest.mark.parametrize("by", [RSO, AU, "UNHCR/focal-point"])
def test_nobody_gives_an_outcome_to_who_is_not_in_the_group(by: str) -> None:
    for fields in ({"owner": "JP"}, {"owner": "TH", "supporting": ["JP"]}):
        refused = refuses(group(), by, "add_outcome", {"title": "Money", **fields})
        assert "Japan is not" in str(refused)
        assert "LK, MY, TH" in str(refused)


def test_who_is_named_is_asked_and_bound_by_its_own_word_alone() -> None:
    table = with_outcome("TH", RSO, "MY")
    assert duties(table) == {(TH, "take_on"), (MY, "take_on")}
    assert (table.told("outcome_offered"), table.told("outcome_assigned")) == ([TH, MY], [])
    assert "outcome:Radio net" not in table.case.ladders
    table.do(TH, "take_on", {"outcome": "Radio net"})
    assert duties(table) == {(TH, "progress"), (MY, "take_on")}
    assert table.told("outcome_taken_on") == [AU, ID, RSO]
    assert ("outcome:Radio net" in table.case.ladders, table.told("outcome_assigned")) == (True, [TH])
    table.do(MY, "take_on", {"outcome": "Radio net", "answer": "decline", "text": "No boats."})
    assert table.case.outcomes["Radio net"].supporting == ()
    assert "taking_on:Radio net" not in table.case.ladders


def test_silence_takes_nothing_on_and_is_reminded() -> None:
    table = with_outcome()
    table.wait(20 * DAY)
    assert table.told("outcome_offered").count(TH) > 1
    assert table.case.outcomes["Radio net"].taken_on == ()


def test_who_adds_an_outcome_of_its_own_or_reports_on_it_has_taken_it_on() -> None:
    table = with_outcome("TH", TH)
    assert table.told("outcome_assigned") == [TH]
    assert duties(table) == {(TH, "progress")}
    table = with_outcome("TH", RSO)
    table.do(TH, "progress", {"outcome": "Radio net", "value": 3})
    assert table.case.outcomes["Radio net"].taken_on == ("TH",)


def test_a_co_chairs_member_and_the_secretariat_may_own_one() -> None:
    table = with_outcome("AU", RSO)
    assert duties(table) == {("AU/focal-point", "take_on")}
    table.do(AU, "done", {"outcome": "Radio net"})
    assert table.case.outcomes["Radio net"].taken_on == ("AU",)
    assert with_outcome("RSO", RSO).case.outcomes["Radio net"].taken_on == ("RSO",)


def test_nobody_reports_on_what_its_owner_has_not_taken_on() -> None:
    table = with_outcome()
    for by in (RSO, AU):
        assert "Thailand has not taken the outcome" in str(refuses(table, by, "done", {"outcome": "Radio net"}))
    table.do(TH, "take_on", {"outcome": "Radio net", "answer": "decline"})
    assert duties(table) == {(RSO, "amend_outcome")}  # it has come back to the group
    table.wait(20 * DAY)
    assert table.told("outcome_offered") == [TH]
    assert table.told("outcome_returned").count(RSO) > 1
    table.do(AU, "amend_outcome", {"outcome": "Radio net", "owner": "TH", "text": "It thought again."})
    table.do(TH, "take_on", {"outcome": "Radio net"})
    table.do(RSO, "done", {"outcome": "Radio net"})


def test_by_the_policy_of_yesterday_what_its_owner_refuses_waits_for_nobody() -> None:
    table = at_work(Policy.default().model_copy(update={"follow_through": FollowThrough.CARRIED_OUT}))
    table.do(RSO, "add_outcome", {"title": "Radio net", "owner": "TH", "supporting": ["MY"], "due": "2026-09-01"})
    table.do(TH, "take_on", {"outcome": "Radio net", "answer": "decline"})
    table.do(MY, "done", {"outcome": "Radio net"})
    assert table.case.outcomes["Radio net"].owner == "TH"
    table.do(MY, "add_outcome", {"title": "Lists", "due": "2026-09-01"})
    assert table.case.ladders["outcome:Lists"].due == datetime(2026, 9, 1, 1, tzinfo=UTC)


def test_who_owns_an_outcome_says_so_itself_each_time_that_it_is_named() -> None:
    table = with_outcome("TH", RSO, "MY")
    table.do(TH, "take_on", {"outcome": "Radio net"})
    table.do(MY, "take_on", {"outcome": "Radio net"})
    table.do(TH, "amend_outcome", {"outcome": "Radio net", "owner": "MY", "supporting": ["LK"], "text": "MY leads."})
    assert duties(table) == {(MY, "take_on"), (LK, "take_on")}  # it had supported it, no more
    table.do(MY, "take_on", {"outcome": "Radio net"})
    table.do(MY, "amend_outcome", {"outcome": "Radio net", "owner": "TH", "text": "TH again."})
    assert (TH, "take_on") in duties(table)


def test_nobody_takes_on_anothers_outcome() -> None:
    table = with_outcome("TH", RSO, "MY")
    for by in (LK, RSO, AU):
        refuses(table, by, "take_on", {"outcome": "Radio net"})
    assert refuses(table, MM, "take_on", {"outcome": "Radio net"}).why is RefusalKind.FORBIDDEN
    table.do(TH, "take_on", {"outcome": "Radio net"})
    assert "already" in str(refuses(table, TH, "take_on", {"outcome": "Radio net"}))


def test_the_secretariat_takes_one_on_for_another_only_as_it_was_told() -> None:
    table = with_outcome()
    inner = {"do": "take_on", "outcome": "Radio net"}
    table.do(RSO, "act_for", {"post": TH, "how": "telephone", "text": "The line was down.", "command": inner})
    assert table.case.outcomes["Radio net"].taken_on == ("TH",)


def test_by_a_policy_of_before_who_is_named_is_bound() -> None:
    table = at_work(Policy())
    table.do(RSO, "add_outcome", {"title": "Radio net", "owner": "JP", "due": "2026-09-01"})
    assert duties(table) == {("JP/focal-point", "progress")}
    assert "taken_on" not in table.entries[-2].event["outcome"]
    refuses(table, "JP/focal-point", "take_on", {"outcome": "Radio net"})


def test_whose_turn_it_is_is_whoever_has_yet_to_say_and_nobody_who_has_declined() -> None:
    table = with_outcome("TH", RSO, "MY")
    assert {TH, MY} <= set(waiting_on(table.case))
    table.do(MY, "take_on", {"outcome": "Radio net"})
    table.do(TH, "take_on", {"outcome": "Radio net", "answer": "decline"})
    assert not {TH, MY} & set(waiting_on(table.case))
