"""A case of before keeps the way in which nothing followed from a change; new ones carry it out (decision 67)."""

import pytest

from models.agenda import next_act
from models.policy import Policy, policy_with
from models.posts import Post
from models.refusal import Refused
from tests.models.helpers import AU, DAY, ID, LK, NZ, RSO, TH, approve, at_work, invited, refuses

NEW, BEFORE = policy_with({}), Policy()
PICTURE = {"arrangement": "Picture"}


@pytest.mark.parametrize("policy", [BEFORE, NEW], ids=["before", "new"])
def test_what_follows_from_a_change_is_noted_or_carried_out(policy: Policy) -> None:
    new = policy is NEW
    table = at_work(policy)
    table.do(RSO, "add_outcome", {"title": "Radio net", "owner": "TH"})
    table.do(RSO, "add_arrangement", {"title": "Picture", "parties": ["LK", "MY", "TH"], "every": "weekly"})
    for post in (LK, "MY/focal-point", TH):
        table.do(post, "agree", PICTURE)
    assert ("exchange:Picture" in table.case.ladders) is new

    table.do(TH, "leave")
    assert table.case.outcomes["Radio net"].owner == ("RSO" if new else "TH")
    assert table.case.arrangements["Picture"].parties == (("LK", "MY") if new else ("LK", "MY", "TH"))
    if not new:
        table.do(TH, "log_exchange", PICTURE)
        assert {"gave", "received"}.isdisjoint(table.entries[-1].event)
        assert "amending them" in str(refuses(table, "MY/focal-point", "leave", {"outcomes_to": "LK"}))

    table.do(RSO, "suspend", {"text": "Elections."})
    assert (next_act(table.case) is not None) is new
    assert ("review" in table.entries[-1 - new].event) is new
    if not new:
        assert "already" in str(refuses(table, RSO, "suspend", {"text": "Still.", "review": "2026-12-01"}))
    table.do(RSO, "resume")
    table.do(RSO, "terminate", {"text": "Done."})
    table.do(AU, "decide", {"gate": "termination", "position": "approve"})
    if new:
        assert "already" in str(refuses(table, AU, "decide", {"gate": "termination", "position": "approve"}))
    else:
        table.do(AU, "decide", {"gate": "termination", "position": "approve"})


def test_in_a_case_of_before_an_observer_that_is_proposed_stays_one() -> None:
    table = invited(BEFORE)
    table.do(TH, "respond", {"answer": "observe"})
    table.do(NZ, "propose", {"members": ["TH"]})
    approve(table, "participants")
    assert (table.case.participants["TH"].offered, table.told("seat_offered")) == (None, [])


@pytest.mark.parametrize("policy", [BEFORE, NEW], ids=["before", "new"])
def test_a_refusal_points_to_another_seat_where_the_policy_of_the_case_has_seats_changed(policy: Policy) -> None:
    table = at_work(policy)
    said = {code: str(refuses(table, NZ, "admit", {"member": code})) for code in ("MY", "LK")}
    assert ("for the other seat" in said["MY"]) is (policy is NEW)
    assert "as a participant" in said["MY"]
    assert said["LK"].startswith("Sri Lanka is in the group already: the request is its own.")


def test_a_position_that_was_written_down_is_another_than_the_same_by_the_post_itself() -> None:
    table = at_work(NEW)
    table.do(RSO, "terminate", {"text": "Done."})
    given = {"gate": "termination", "position": "approve"}
    table.do(RSO, "act_for", {"post": ID, "how": "letter", "text": "It wrote.", "command": {"do": "decide", **given}})
    table.do(ID, "decide", given)
    assert table.case.gates[next(iter(table.case.open_gates)).name].positions[Post(ID)].recorded_by is None


def test_a_reminder_of_a_suspension_is_due_while_the_clock_of_the_case_stands() -> None:
    table = at_work(NEW)
    table.do(AU, "suspend", {"text": "Elections.", "review": "2026-04-01"})
    table.wait(60 * DAY)
    assert table.told("suspension_to_review") == [AU, ID, RSO, LK] * 2
    table.do(AU, "resume")
    table.wait(60 * DAY)
    assert len(table.told("suspension_to_review")) == 8


def test_who_agrees_agrees_to_what_it_has_read() -> None:
    """A form that was opened before the words changed gives no yes to the new ones."""
    table = at_work(NEW)
    table.do(RSO, "add_arrangement", {"title": "Picture", "parties": ["LK", "MY", "TH"], "every": "weekly"})
    for post in (LK, "MY/focal-point", TH):
        table.do(post, "agree", PICTURE)
    table.do(RSO, "amend_arrangement", {**PICTURE, "marking": "TLP:RED", "text": "Safer."})
    seen = table.case.seq
    table.do(TH, "agree", PICTURE)
    table.do("MY/focal-point", "agree", PICTURE, seen=seen)  # another's yes makes no form stale
    table.do(LK, "agree", PICTURE, seen=seen)
    table.do(RSO, "end_arrangement", {**PICTURE, "text": "Not needed."})
    with pytest.raises(Refused, match="changed this since you looked"):
        table.do(LK, "agree", PICTURE, seen=seen)


def test_who_only_asks_to_be_a_party_speaks_for_none() -> None:
    table = at_work(NEW)
    table.do(RSO, "add_arrangement", {"title": "Picture", "parties": ["LK", "MY"]})
    for post in (LK, "MY/focal-point"):
        table.do(post, "agree", PICTURE)
    table.do(TH, "join_arrangement", PICTURE)
    for do, more in (("end_arrangement", {"text": "Why."}), ("review_arrangement", {}), ("log_exchange", {})):
        assert "is not a party" in str(refuses(table, TH, do, {**PICTURE, **more}))
    table.do(TH, "leave_arrangement", PICTURE)


def test_nobody_chooses_its_verifier_by_naming_others_once_it_is_done() -> None:
    table = at_work(NEW)
    table.do(RSO, "add_outcome", {"title": "Radio net", "owner": "TH"})
    table.do(TH, "done", {"outcome": "Radio net"})
    for changes in ({"owner": "MY"}, {"supporting": ["MY", "LK"]}):
        said = str(refuses(table, TH, "amend_outcome", {"outcome": "Radio net", **changes, "text": "Why."}))
        assert "who owns or supports it does not change any more" in said
