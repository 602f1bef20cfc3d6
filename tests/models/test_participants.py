"""Participant selection, later admission, leaving."""

import pytest

from models.agenda import next_act, waiting_on
from models.case import GateName, GateOutcome, ParticipantState, Seat, Stage
from models.policy import Policy
from models.posts import Post
from models.reasons import in_english
from models.refusal import RefusalKind
from models.rules.composition import missing_for_minimum
from models.visibility import as_seen
from tests.models.helpers import (
    AU,
    DAY,
    ID,
    IOM,
    LK,
    MM,
    MY,
    NZ,
    RSO,
    TH,
    approve,
    at_work,
    in_selection,
    invited,
    policy,
    refuses,
    stage_of,
    submitted,
)
from tests.tabletop import Tabletop

BD = "BD/focal-point"


def lacking(table: Tabletop) -> tuple[str, ...]:
    return tuple(in_english((one,)) for one in missing_for_minimum(table.case))


def state(table: Tabletop, member: str) -> ParticipantState:
    return table.case.participants[member].state


def test_the_system_proposes_members_and_says_why() -> None:
    table = in_selection(
        affected=["MY"],
        routes=[{"from": "LK", "via": ["ID"], "to": "AU"}],
        situation="Trafficking by boat.",
        grounds=[],
    )
    why = {member: one.why for member, one in table.case.participants.items()}
    assert why["LK"].startswith("requester; on the route")
    assert why["MY"] == "named as affected; took part in 2009"
    assert why["ID"] == "on the route; took part in 2009"
    assert why["UNODC"].startswith("its mandate: trafficking")
    assert "every case" in why["IOM"]
    assert "ILO" not in why
    assert table.told("participants_proposed") == [
        f"{code}/steering-group" for code in ("AU", "ID", "NZ", "TH", "IOM", "UNHCR")
    ]


def test_the_newest_word_on_a_member_counts() -> None:
    table = in_selection()
    table.do(NZ, "propose", {"members": ["BD"], "text": "on the way"})
    table.do(IOM, "propose", {"observers": ["BD", "TH"]})
    assert table.case.participants["BD"].seat is Seat.OBSERVER
    assert table.case.participants["TH"].seat is Seat.OBSERVER
    table.do(AU, "propose", {"without": ["BD"]})
    assert "BD" not in table.case.participants


def test_a_requester_is_not_taken_off_the_list_of_its_own_case() -> None:
    for fields in ({"without": ["LK"]}, {"observers": ["LK"]}):
        assert "own case" in str(refuses(in_selection(), NZ, "propose", fields))


def test_an_unknown_member_is_refused_by_its_code() -> None:
    assert "XQ" in str(refuses(in_selection(), NZ, "propose", {"members": ["XQ"]}))


def test_a_member_that_is_invited_is_not_silently_taken_off() -> None:
    table = invited()
    table.do(NZ, "propose", {"members": ["BD"]})
    assert "it is invited" in str(refuses(table, NZ, "propose", {"without": ["MY"]}))


def test_confirming_the_list_invites_all_but_the_requester_which_takes_part() -> None:
    table = invited()
    assert state(table, "LK") is ParticipantState.ACCEPTED
    asked = [one.member for one in table.case.participants.values() if one.state is ParticipantState.INVITED]
    assert asked == ["MY", "TH", "IOM", "UNHCR"]
    assert waiting_on(table.case) == (MY, TH, "IOM/focal-point", "UNHCR/focal-point")
    assert LK not in table.told("invited")


def test_everyone_having_answered_with_the_minimum_met_begins_the_work() -> None:
    table = invited()
    for member, answer in (("MY", "accept"), ("TH", "decline"), ("IOM", "accept"), ("UNHCR", "observe")):
        assert stage_of(table) is Stage.PARTICIPANT_SELECTION
        table.do(f"{member}/focal-point", "respond", {"answer": answer})
    assert stage_of(table) is Stage.OPERATIONAL
    assert state(table, "UNHCR") is ParticipantState.OBSERVER


def test_an_invitation_is_reminded_at_half_and_lapses() -> None:
    table = invited()
    table.do(MY, "respond", {})
    table.do("IOM/focal-point", "respond", {})
    due = table.case.ladders["invitation:TH"].due
    table.until(due)
    assert TH in table.told("invitation_reminder")
    assert state(table, "TH") is ParticipantState.LAPSED
    assert TH in table.told("invitation_lapsed")
    assert "lapsed" in str(refuses(table, TH, "respond", {}))


def test_a_co_chair_convenes_once_the_minimum_is_met_and_later_answers_still_count() -> None:
    table = invited()
    refused = refuses(table, AU, "convene")
    assert "1 other most-affected member and 1 organisation" in str(refused)
    table.do(MY, "respond", {})
    table.do("IOM/focal-point", "respond", {})
    assert refuses(table, NZ, "convene").why is RefusalKind.FORBIDDEN
    table.do(AU, "convene")
    assert stage_of(table) is Stage.OPERATIONAL
    assert TH in waiting_on(table.case)
    table.do(TH, "respond", {})
    assert state(table, "TH") is ParticipantState.ACCEPTED


def test_the_group_is_not_convened_before_the_list_is_confirmed() -> None:
    assert "before the Co-Chairs have confirmed" in str(refuses(in_selection(), AU, "convene"))


def test_observers_do_not_count_for_the_minimum() -> None:
    table = invited()
    for member in ("MY", "TH", "IOM", "UNHCR"):
        table.do(f"{member}/focal-point", "respond", {"answer": "observe"})
    assert lacking(table) == ("1 other most-affected member", "1 organisation")
    assert stage_of(table) is Stage.PARTICIPANT_SELECTION


def test_an_unmet_minimum_is_told_once_and_reminded_and_cured_by_another_answer() -> None:
    table = invited()
    for member in ("MY", "TH", "IOM", "UNHCR"):
        table.do(f"{member}/focal-point", "respond", {"answer": "decline"})
    assert waiting_on(table.case) == (AU, ID)
    assert table.told("minimum_missing") == [AU, ID, RSO]
    table.wait(8 * DAY)
    assert table.told("minimum_missing") == [AU, ID, RSO] * 2
    table.do(MY, "respond", {"answer": "accept"})
    table.do("IOM/focal-point", "respond", {"answer": "accept"})
    assert stage_of(table) is Stage.OPERATIONAL


def test_the_minimum_is_policy() -> None:
    table = invited(policy(other_affected=0, organisations=0))
    table.do(AU, "convene")
    assert stage_of(table) is Stage.OPERATIONAL


@pytest.mark.parametrize("outcome", ["declined", "lapsed"])
def test_after_an_amended_list_is_not_confirmed_another_is_awaited_and_reminded(outcome: str) -> None:
    table = invited()
    table.do(MY, "respond", {"answer": "decline"})
    table.do(NZ, "replace", {"member": "MY", "by": "BD"})
    if outcome == "declined":
        for post in (AU, ID):
            table.do(post, "decide", {"gate": "participants", "position": "decline", "text": "no"})
    else:
        table.wait(40 * DAY)
    assert table.case.gates[GateName.PARTICIPANTS].outcome is GateOutcome(outcome)
    assert stage_of(table) is Stage.PARTICIPANT_SELECTION
    assert waiting_on(table.case)
    assert next_act(table.case) is not None
    table.wait(20 * DAY)
    assert RSO in table.told("list_awaited")
    table.do(NZ, "propose", {"members": ["BD", "MM"]})
    approve(table, "participants")
    assert BD in waiting_on(table.case)


def test_a_first_list_that_nobody_decides_on_lapses_with_the_request() -> None:
    table = in_selection()
    table.wait(40 * DAY)
    assert stage_of(table) is Stage.LAPSED
    table.do(LK, "resubmit", {})
    table.do(RSO, "accept")
    approve(table, "activation")
    approve(table, "participants")
    assert MY in waiting_on(table.case)


def test_a_replacement_takes_the_seat_and_is_confirmed_by_the_co_chairs() -> None:
    table = invited()
    table.do(TH, "respond", {"answer": "decline"})
    table.do(NZ, "replace", {"member": "TH", "by": "BD"})
    assert state(table, "TH") is ParticipantState.REPLACED
    assert state(table, "BD") is ParticipantState.PROPOSED
    approve(table, "participants")
    assert BD in table.told("invited")
    assert MY in table.told("invited")
    assert table.told("invited").count(MY) == 1


def test_who_comes_in_anothers_place_takes_its_seat_and_is_listed_for_that_and_who_is_asked_already_as_before() -> None:
    table = in_selection()
    table.do(NZ, "propose", {"observers": ["MV"]})
    approve(table, "participants")
    before = table.case.participants["UNHCR"]
    table.do(NZ, "replace", {"member": "MV", "by": "BD"})
    table.do(NZ, "replace", {"member": "TH", "by": "MM", "text": "It lies nearer."})
    table.do(NZ, "replace", {"member": "IOM", "by": "UNHCR"})
    listed = table.case.participants
    assert [(listed[code].seat, listed[code].place_of) for code in ("BD", "MM")] == [
        (Seat.OBSERVER, "MV"),
        (Seat.PARTICIPANT, "TH"),
    ]
    assert ("MV" in listed["BD"].why, listed["MM"].why) == (True, "It lies nearer.")
    assert listed["UNHCR"] == before.model_copy(update={"place_of": "IOM"})


def test_who_takes_part_is_not_replaced_and_nobody_by_itself() -> None:
    table = invited()
    table.do(MY, "respond", {})
    assert "once it has left" in str(refuses(table, NZ, "replace", {"member": "MY", "by": "BD"}))
    assert "another member" in str(refuses(table, NZ, "replace", {"member": "TH", "by": "TH"}))
    assert "cannot be replaced" in str(refuses(table, NZ, "replace", {"member": "LK", "by": "BD"}))


@pytest.mark.parametrize("answered", [True, False])
def test_whoever_comes_in_anothers_place_and_is_asked_already_keeps_its_invitation_or_answer(answered: bool) -> None:
    table = invited()
    if answered:
        table.do("UNHCR/focal-point", "respond", {"answer": "accept"})
    was, asked = state(table, "UNHCR"), table.told("invited").count("UNHCR/focal-point")
    table.do("IOM/focal-point", "respond", {"answer": "decline"})
    table.do(NZ, "replace", {"member": "IOM", "by": "UNHCR"})
    approve(table, "participants")
    assert (state(table, "IOM"), state(table, "UNHCR")) == (ParticipantState.REPLACED, was)
    assert table.told("invited").count("UNHCR/focal-point") == asked


def test_whoever_came_in_the_place_of_an_affected_member_counts_for_the_minimum() -> None:
    table = invited(affected=["TH"])
    table.do("IOM/focal-point", "respond", {"answer": "accept"})
    table.do(TH, "respond", {"answer": "decline"})
    assert lacking(table) == ("1 other most-affected member",)
    table.do(NZ, "replace", {"member": "TH", "by": "BD"})
    approve(table, "participants")
    table.do(BD, "respond", {"answer": "decline"})
    table.do(NZ, "replace", {"member": "BD", "by": "NZ"})
    approve(table, "participants")
    table.do("NZ/focal-point", "respond", {"answer": "accept"})
    assert lacking(table) == ()
    table.do(AU, "convene")
    assert stage_of(table) is Stage.OPERATIONAL


def test_a_state_in_nobodys_place_does_not_stand_for_an_affected_one() -> None:
    table = in_selection(affected=["TH"])
    table.do(NZ, "propose", {"members": ["BD"]})
    approve(table, "participants")
    for post, answer in ((TH, "decline"), (BD, "accept"), ("IOM/focal-point", "accept")):
        table.do(post, "respond", {"answer": answer})
    assert lacking(table) == ("1 other most-affected member",)


def test_who_submits_jointly_is_an_other_most_affected_member() -> None:
    table = submitted(affected=["TH"])
    table.do(MY, "join")
    table.do(RSO, "accept")
    approve(table, "activation")
    approve(table, "participants")
    assert lacking(table) == ("1 organisation",)
    table.do("IOM/focal-point", "respond", {"answer": "accept"})
    table.do(AU, "convene")
    assert stage_of(table) is Stage.OPERATIONAL


def test_a_second_word_of_the_steering_group_for_an_admission_is_kept_and_changes_nothing() -> None:
    table = at_work()
    table.do(NZ, "admit", {"member": "BD"})
    before = table.case.participants["BD"]
    table.do(IOM, "admit", {"member": "BD", "text": "We agree."})
    assert table.case.participants["BD"] == before
    assert table.entries[-1].event["text"] == "BD: We agree."


def test_a_replacement_declined_at_work_leaves_the_group_at_work() -> None:
    table = at_work()
    table.do(MY, "leave")
    table.do(NZ, "replace", {"member": "MY", "by": "BD"})
    for post in (AU, ID):
        table.do(post, "decide", {"gate": "participants", "position": "decline", "text": "no"})
    assert "list" not in table.case.ladders


def test_a_later_admission_is_endorsed_by_a_participant_then_invited() -> None:
    table = at_work()
    table.do(NZ, "admit", {"member": "BD"})
    assert state(table, "BD") is ParticipantState.ADMITTED
    assert refuses(table, BD, "respond").why is RefusalKind.CONFLICT
    assert MY in table.told("admission_proposed")
    assert MY in waiting_on(table.case)
    table.do(MY, "endorse")
    assert state(table, "BD") is ParticipantState.INVITED
    table.do(BD, "respond", {})
    assert state(table, "BD") is ParticipantState.ACCEPTED


def test_an_admission_not_endorsed_is_reminded_and_observers_do_not_endorse() -> None:
    table = invited()
    for member in ("MY", "IOM"):
        table.do(f"{member}/focal-point", "respond", {})
    table.do(TH, "respond", {"answer": "observe"})
    table.do(AU, "convene")
    table.do(NZ, "admit", {"member": "BD"})
    assert TH not in waiting_on(table.case)
    assert refuses(table, TH, "endorse", {"member": "BD"}).why is RefusalKind.FORBIDDEN
    table.wait(15 * DAY)
    assert table.told("admission_proposed").count(MY) == 3


def test_only_the_steering_group_admits() -> None:
    table = at_work()
    assert refuses(table, MY, "admit", {"member": "BD"}).why is RefusalKind.FORBIDDEN
    assert "Malaysia is in the group already, as a participant" in str(refuses(table, NZ, "admit", {"member": "MY"}))


def test_a_participant_leaves_but_a_requester_withdraws_instead() -> None:
    table = at_work()
    table.do(MY, "leave", {"text": "no staff"})
    assert state(table, "MY") is ParticipantState.LEFT
    assert table.told("participant_left") == [AU, ID, RSO]
    assert "withdraw" in str(refuses(table, LK, "leave"))
    assert "withdraw" in str(refuses(table, LK, "respond", {"answer": "decline"}))


def test_who_declined_comes_in_later_only_by_admission() -> None:
    table = invited()
    table.do(TH, "respond", {"answer": "decline"})
    for member in ("MY", "IOM", "UNHCR"):
        table.do(f"{member}/focal-point", "respond", {})
    assert stage_of(table) is Stage.OPERATIONAL
    assert "admit it again" in str(refuses(table, TH, "respond", {"answer": "accept"}))
    table.do(NZ, "admit", {"member": "TH"})
    table.do(MY, "endorse", {"member": "TH"})
    table.do(TH, "respond", {})
    assert state(table, "TH") is ParticipantState.ACCEPTED


def test_a_member_that_is_not_invited_cannot_respond() -> None:
    assert refuses(invited(), MM, "respond").why is RefusalKind.FORBIDDEN


def test_a_replacement_that_is_not_confirmed_yet_does_not_keep_the_group_from_convening() -> None:
    table = invited()
    table.do(MY, "respond", {"answer": "accept"})
    table.do("IOM/focal-point", "respond", {"answer": "accept"})
    table.do(TH, "respond", {"answer": "decline"})
    table.do(NZ, "replace", {"member": "TH", "by": "MV"})
    table.do(AU, "convene")
    assert stage_of(table) is Stage.OPERATIONAL
    assert waiting_on(table.case) == (AU, ID)
    approve(table, "participants")
    assert state(table, "MV") is ParticipantState.INVITED


def test_the_group_is_not_convened_before_a_list_was_confirmed() -> None:
    assert "confirmed the list" in str(refuses(in_selection(), AU, "convene"))


def test_a_comment_may_be_about_a_member() -> None:
    table = in_selection()
    table.do(NZ, "comment", {"member": "MV", "text": "On the way."})
    assert table.entries[-1].event["text"] == "MV: On the way."
    assert "XX" in str(refuses(table, NZ, "comment", {"member": "XX", "text": "On the way."}))


def test_who_is_proposed_and_not_admitted_was_never_asked_and_is_told_nothing() -> None:
    table = at_work(Policy.default(), affected=["LK", "MY", "TH"])
    table.do(NZ, "admit", {"member": "BD"})
    table.do(IOM, "object", {"member": "BD", "text": "Not now."})

    assert table.case.participants["BD"].state is ParticipantState.NOT_ADMITTED
    assert as_seen(table.case, Post(BD)) is None
    assert BD not in [notice.to for notice in table.notices]


def test_who_was_invited_before_goes_on_seeing_that_and_nothing_of_its_admission() -> None:
    table = at_work(Policy.default(), affected=["LK", "MY", "TH"])
    table.do(TH, "leave")
    seen = [as_seen(table.case, Post(TH))]
    table.do(NZ, "admit", {"member": "TH"})
    seen.append(as_seen(table.case, Post(TH)))
    table.do(IOM, "object", {"member": "TH", "text": "Not now."})
    seen.append(as_seen(table.case, Post(TH)))

    left, *later = [one for one in seen if one is not None]
    assert left.why == "its member took part and has left"
    assert list(left.case.participants) == ["TH"]
    assert [one.why for one in later] == ["its member was invited before"] * 2
    assert [(one.case.request, one.case.participants) for one in later] == [(left.case.request, {})] * 2
