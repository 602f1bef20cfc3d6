"""Gates: every point where the Co-Chairs decide."""

from datetime import UTC, datetime, timedelta

import pytest

from models.agenda import next_act, waiting_on
from models.case import Clock, Gate, GateName, GateOutcome, ParticipantState, ReportState, Stage
from models.commands import parse
from models.ladder import ClockAct
from models.posts import Capacity, Post
from models.refusal import RefusalKind
from models.rules import apply_command
from tests.models.helpers import (
    AU,
    DAY,
    HOUR,
    ID,
    LK,
    MM,
    MY,
    NZ,
    RSO,
    approve,
    at_work,
    clock_of,
    in_review,
    in_selection,
    invited,
    policy,
    refuses,
    reporting,
    stage_of,
    submitted,
)
from tests.tabletop import Tabletop

RECUSE = policy(conflict_rule="recuse")


def activation(table: Tabletop) -> Gate:
    return table.case.gates[GateName.ACTIVATION]


def says(table: Tabletop, by: str, position: str, text: str = "because", gate: str = "activation") -> None:
    table.do(by, "decide", {"gate": gate, "position": position, "text": text})


# positions --------------------------------------------------------------------------------------------------


def test_both_co_chairs_approving_opens_the_next_step() -> None:
    table = in_review()
    says(table, AU, "approve")
    assert stage_of(table) is Stage.CO_CHAIR_REVIEW
    assert waiting_on(table.case) == (ID,)
    says(table, ID, "approve")
    assert stage_of(table) is Stage.PARTICIPANT_SELECTION
    assert activation(table).outcome is GateOutcome.APPROVED


def test_a_decline_by_one_ends_the_gate_only_after_the_other_answered() -> None:
    table = in_review()
    says(table, AU, "decline")
    assert activation(table).open
    says(table, ID, "decline")
    assert stage_of(table) is Stage.DECLINED


def test_a_decline_by_one_stands_when_the_other_is_silent_until_the_deadline() -> None:
    table = in_review()
    due = table.case.ladders["gate:activation"].due
    says(table, AU, "decline")
    table.until(due - timedelta(seconds=1))
    assert activation(table).open
    table.until(due)
    assert stage_of(table) is Stage.DECLINED


def test_a_decline_after_the_deadline_ends_the_gate_at_once() -> None:
    table = in_review()
    table.until(table.case.ladders["gate:activation"].due + HOUR)
    says(table, AU, "decline")
    assert stage_of(table) is Stage.DECLINED


@pytest.mark.parametrize(
    ("second", "stage"), [("approve", Stage.PARTICIPANT_SELECTION), ("decline", Stage.CO_CHAIR_REVIEW)]
)
def test_a_split_goes_to_consultation_and_a_second_round(second: str, stage: Stage) -> None:
    table = in_review()
    says(table, AU, "approve")
    says(table, ID, "decline")
    gate = activation(table)
    assert (gate.open, gate.round, gate.positions) == (True, 2, {})
    assert {position.void for position in gate.past} == {"second round"}
    assert table.told("consultation_opened") == [AU, ID, RSO]
    says(table, AU, "approve")
    says(table, ID, second)
    assert stage_of(table) is (stage if second == "approve" else Stage.DECLINED)


def test_positions_of_a_second_round_may_both_be_declines() -> None:
    table = in_review()
    says(table, AU, "approve")
    says(table, ID, "decline")
    says(table, AU, "decline")
    says(table, ID, "decline")
    assert stage_of(table) is Stage.DECLINED


def test_a_position_may_be_changed_until_the_second_is_in() -> None:
    table = in_review()
    says(table, AU, "decline")
    says(table, AU, "approve")
    assert [position.void for position in activation(table).past] == ["changed"]
    says(table, ID, "approve")
    assert stage_of(table) is Stage.PARTICIPANT_SELECTION
    refused = refuses(table, AU, "decide", {"gate": "activation", "position": "decline", "text": "no"})
    assert "is closed (approved)" in str(refused)


def test_conditions_and_reasons_must_be_said() -> None:
    table = in_review()
    for position in ("approve_with_conditions", "decline", "ask"):
        assert refuses(table, AU, "decide", {"position": position}).why is RefusalKind.INVALID


def test_conditions_stand_in_the_decision() -> None:
    table = in_review()
    says(table, AU, "approve with conditions", "two meetings at most")
    says(table, ID, "approve")
    decided = [entry.event for entry in table.entries if entry.type == "gate_decided"]
    assert decided[0]["text"] == f"{AU}: two meetings at most"


# questions --------------------------------------------------------------------------------------------------


def test_the_deadline_moves_by_the_time_a_question_stood_open() -> None:
    table = in_review()
    due = table.case.ladders["gate:activation"].due
    table.wait(HOUR)
    says(table, AU, "ask", "Since when?")
    assert clock_of(table) is Clock.STOPPED
    assert waiting_on(table.case) == (LK,)
    table.wait(DAY)
    table.do(LK, "answer", {"text": "Since May."})
    assert clock_of(table) is Clock.RUNNING
    assert table.case.ladders["gate:activation"].due == due + DAY
    assert table.told("question_answered") == [AU, ID]


def test_an_answer_overdue_is_told_again_and_again() -> None:
    table = in_review()
    says(table, AU, "ask", "Since when?")
    table.wait(22 * DAY)
    assert table.told("answer_overdue") == [LK, AU, ID] * 3
    assert activation(table).open


def test_a_co_chair_that_decides_without_the_answer_drops_its_question() -> None:
    table = in_review()
    says(table, AU, "ask", "Since when?")
    says(table, AU, "approve")
    assert not activation(table).questions
    assert "answer:activation" not in table.case.ladders
    assert table.case.ladders["gate:activation"].stopped_at is None


def test_the_clock_stands_until_each_question_is_answered_or_dropped() -> None:
    table = in_review()
    says(table, AU, "ask", "Since when?")
    says(table, ID, "ask", "How many?")
    says(table, AU, "approve")
    assert clock_of(table) is Clock.STOPPED
    table.do(LK, "answer", {"text": "Since May, about 300."})
    assert clock_of(table) is Clock.RUNNING


def test_a_question_is_answered_by_the_post_that_is_asked() -> None:
    table = in_review()
    says(table, AU, "ask", "Since when?")
    assert refuses(table, MY, "answer", {"text": "I know"}).why is RefusalKind.FORBIDDEN


def test_a_participant_that_asked_for_an_extension_answers_what_is_asked_about_it() -> None:
    table = at_work()
    table.do(MY, "extend", {"by": "3mo", "text": "more time"})
    says(table, AU, "ask", "What for?", "extension")
    assert waiting_on(table.case) == (MY,)
    table.do(MY, "answer", {"text": "the second meeting"})
    assert clock_of(table) is Clock.RUNNING


# silence ----------------------------------------------------------------------------------------------------


def test_silence_is_reminded_at_half_and_one_working_day_before_then_escalated_and_lapses() -> None:
    table = in_review()
    ladder = table.case.ladders["gate:activation"]
    assert [rung.act for rung in ladder.rungs] == [
        ClockAct.REMIND,
        ClockAct.REMIND_LAST,
        ClockAct.ESCALATE_ALTERNATE,
        ClockAct.ESCALATE_OFFICES,
        ClockAct.LAPSE,
    ]
    assert ladder.due == datetime(2026, 3, 10, 3, tzinfo=UTC)  # 9 March is Canberra Day
    assert ladder.rungs[0].at == datetime(2026, 3, 6, 3, tzinfo=UTC)
    assert ladder.rungs[1].at == datetime(2026, 3, 6, 3, tzinfo=UTC)
    says(table, AU, "approve")
    table.until(ladder.due - HOUR)
    assert table.told("review_reminder") == [ID, ID]
    table.until(ladder.due)
    escalated = [notice for notice in table.notices if notice.kind == "review_escalated"]
    assert [(notice.to, notice.capacity) for notice in escalated] == [(ID, Capacity.ALTERNATE)]
    table.until(ladder.rungs[3].at)
    assert table.told("review_overdue") == [AU, ID, RSO]
    table.until(ladder.rungs[4].at - HOUR)
    assert activation(table).open
    table.until(ladder.rungs[4].at)
    assert (activation(table).outcome, stage_of(table)) == (GateOutcome.LAPSED, Stage.LAPSED)
    assert LK in table.told("decision_lapsed")


def test_the_urgent_track_counts_hours_on_any_day() -> None:
    table = in_review(urgency="urgent")
    ladder = table.case.ladders["gate:activation"]
    assert [rung.at - table.now for rung in ladder.rungs] == [12 * HOUR, 18 * HOUR, 24 * HOUR, 36 * HOUR, 96 * HOUR]
    table.wait(4 * DAY - 2 * HOUR)  # Friday morning
    says(table, AU, "ask", "Since when?")
    table.wait(23 * HOUR)
    table.do(LK, "answer", {"text": "Since May."})
    assert table.case.ladders["gate:activation"].rungs[-1].at == ladder.rungs[-1].at + 23 * HOUR  # on a Saturday


def test_deadlines_skip_public_holidays_of_the_post_that_must_act() -> None:
    table = submitted()
    table.until(datetime(2026, 3, 17, 3, tzinfo=UTC))
    table.do(RSO, "accept")
    alone = table.case.calendars.move(table.now, 5, ("AU",))
    both = table.case.calendars.move(table.now, 5, ("AU", "ID"))
    assert table.case.ladders["gate:activation"].due == both
    assert both > alone, "Indonesia keeps a holiday in that week"


# conflicts of interest --------------------------------------------------------------------------------------


def test_under_declare_a_co_chair_whose_country_asks_decides_with_its_interest_shown() -> None:
    table = in_review("AU/focal-point")
    assert [(decider.post, decider.interest) for decider in activation(table).deciders] == [(AU, True), (ID, False)]
    says(table, AU, "approve")
    taken = next(entry.event for entry in table.entries if entry.type == "position_taken")
    assert taken["interest"] is True
    assert all(n.facts.interests == (AU,) for n in table.notices if n.kind == "review_requested")


def test_under_recuse_its_place_is_taken_in_the_policys_order() -> None:
    table = in_review("AU/focal-point", RECUSE)
    assert [(one.post, one.place_of) for one in activation(table).deciders] == [(NZ, AU), (ID, ID)]
    refused = refuses(table, AU, "decide", {"gate": "activation", "position": "approve"})
    assert refused.why is RefusalKind.FORBIDDEN
    assert NZ in str(refused)


def test_members_that_are_affected_are_skipped_as_substitutes() -> None:
    table = in_review("AU/focal-point", RECUSE, affected=["NZ", "TH"])
    assert [decider.post for decider in activation(table).deciders] == ["UNHCR/steering-group", ID]


def test_both_co_chairs_countries_asking_jointly_are_replaced_by_two_members() -> None:
    table = submitted("AU/focal-point", RECUSE)
    table.do("ID/focal-point", "join", {"grounds": [{"ground": "rescue"}]})
    table.do(RSO, "accept")
    posts = [decider.post for decider in activation(table).deciders]
    assert posts == [NZ, "UNHCR/steering-group"]


def test_a_co_chair_may_recuse_itself() -> None:
    table = in_review()
    says(table, ID, "approve")
    says(table, AU, "recuse", "family ties")
    assert [decider.post for decider in activation(table).deciders] == [NZ, ID]
    assert "approve" in activation(table).positions[Post(ID)].position, "the other's position stands"
    assert NZ in table.told("review_requested")
    assert "already sits" in str(refuses(table, NZ, "decide", {"gate": "activation", "position": "recuse"}))
    says(table, NZ, "approve")
    assert stage_of(table) is Stage.PARTICIPANT_SELECTION


def test_a_co_chair_whose_country_joins_mid_gate_is_replaced_and_its_question_dropped() -> None:
    table = in_review(policy=RECUSE)
    says(table, ID, "approve")
    says(table, AU, "ask", "Since when?")
    table.do("AU/focal-point", "join", {"grounds": [{"ground": "rescue"}]})
    gate = activation(table)
    assert [decider.post for decider in gate.deciders] == [NZ, ID]
    assert (gate.positions, gate.questions) == ({}, ())
    assert clock_of(table) is Clock.RUNNING
    assert table.told("review_requested_again") == [NZ, ID]


def test_a_substitute_whose_country_joins_gives_its_place_to_the_next() -> None:
    table = in_review("AU/focal-point", RECUSE)
    assert [decider.post for decider in activation(table).deciders] == [NZ, ID]
    table.do("NZ/focal-point", "join", {"grounds": [{"ground": "rescue"}]})
    assert [decider.post for decider in activation(table).deciders] == ["UNHCR/steering-group", ID]


# amendments -------------------------------------------------------------------------------------------------


def test_a_new_version_voids_positions_visibly_and_asks_again() -> None:
    table = in_review()
    says(table, AU, "approve")
    before = activation(table).on
    table.do(LK, "resubmit", {"situation": "More boats leave."})
    gate = activation(table)
    assert gate.on != before
    assert [(position.post, position.void) for position in gate.past] == [(AU, "amended")]
    assert table.told("review_requested_again") == [AU, ID]
    assert waiting_on(table.case) == (AU, ID)


def test_a_requester_that_joins_or_goes_voids_positions() -> None:
    table = in_review()
    says(table, AU, "approve")
    table.do(MM, "join")
    assert not activation(table).positions
    says(table, ID, "approve")
    table.do(LK, "withdraw")
    assert not activation(table).positions
    says(table, ID, "ask", "Still?")
    assert waiting_on(table.case) == (MM,), "the question is for a requester that is still there"


def test_a_new_version_that_says_the_same_is_refused_before_the_co_chairs() -> None:
    assert "says the same" in str(refuses(in_review(), LK, "resubmit", {"title": "Boats in the strait"}))


def test_a_changed_list_of_participants_voids_positions_on_it() -> None:
    table = in_selection()
    says(table, AU, "approve", gate="participants")
    table.do(NZ, "propose", {"members": ["BD"]})
    assert not table.case.gates[GateName.PARTICIPANTS].positions


def test_a_revised_report_voids_positions_on_it() -> None:
    table = reporting()
    table.do(RSO, "table")
    table.until(table.case.ladders["silence"].due)
    says(table, AU, "approve", gate="report")
    table.do(RSO, "revise", {"text": "a better chapter two"})
    assert not table.case.gates[GateName.REPORT].positions
    approve(table, "report")
    assert table.case.reports[1].state is ReportState.ACCEPTED


# stale forms ------------------------------------------------------------------------------------------------


def test_a_stale_form_is_refused_and_told_who_changed_what() -> None:
    table = in_review()
    seen = table.case.seq
    table.do(LK, "resubmit", {"situation": "More boats leave."})
    refused = refuses(table, AU, "decide", {"gate": "activation", "position": "approve"}, seen=seen)
    assert refused.why is RefusalKind.CONFLICT
    assert LK in str(refused)
    assert "submit a new version" in refused.sentence


def test_the_two_co_chairs_may_decide_on_the_same_page() -> None:
    table = in_review()
    seen = table.case.seq
    for post in (AU, ID):
        table.do(post, "decide", {"gate": "activation", "position": "approve"}, seen=seen)
    assert stage_of(table) is Stage.PARTICIPANT_SELECTION


def test_two_members_may_answer_their_invitations_on_the_same_page() -> None:
    table = invited()
    seen = table.case.seq
    for member in ("MY", "TH"):
        table.do(f"{member}/focal-point", "respond", {"answer": "accept"}, seen=seen)
    assert table.case.participants["TH"].state is ParticipantState.ACCEPTED


def test_two_posts_that_change_the_same_outcome_are_told_of_each_other() -> None:
    table = at_work()
    table.do(AU, "add_outcome", {"title": "Radio net", "owner": "MY", "supporting": ["TH"]})
    seen = table.case.seq
    table.do(MY, "progress", {"outcome": "Radio net", "value": 1}, seen=seen)
    assert MY in str(refuses(table, "TH/focal-point", "done", {"outcome": "Radio net"}, seen=seen))


# suspension -------------------------------------------------------------------------------------------------


def test_while_a_case_is_suspended_no_rung_fires_and_then_everything_moves() -> None:
    table = in_review(urgency="urgent")
    before = table.case.ladders["gate:activation"]
    table.do(RSO, "suspend", {"text": "election"})
    assert next_act(table.case) is None
    told = len(table.notices)
    table.wait(90 * DAY)
    assert len(table.notices) == told
    table.do(RSO, "resume")
    after = table.case.ladders["gate:activation"]
    assert [rung.at for rung in after.rungs] == [rung.at + 90 * DAY for rung in before.rungs]


def test_a_gate_with_an_open_question_goes_on_standing_when_the_case_resumes() -> None:
    table = in_review(urgency="urgent")
    due = table.case.ladders["gate:activation"].due
    says(table, AU, "ask", "Since when?")
    table.wait(HOUR)
    table.do(RSO, "suspend", {"text": "election"})
    table.wait(DAY)
    table.do(RSO, "resume")
    assert clock_of(table) is Clock.STOPPED
    assert table.case.ladders["answer:activation"].stopped_at is None
    table.wait(HOUR)
    table.do(LK, "answer", {"text": "Since May."})
    assert table.case.ladders["gate:activation"].due == due + DAY + 2 * HOUR


def test_a_question_answered_in_a_suspension_leaves_the_clock_to_the_resumption() -> None:
    table = in_review(urgency="urgent")
    due = table.case.ladders["gate:activation"].due
    says(table, AU, "ask", "Since when?")
    table.do(RSO, "suspend", {"text": "election"})
    table.wait(DAY)
    table.do(LK, "answer", {"text": "Since May."})
    assert next_act(table.case) is None
    table.wait(DAY)
    table.do(RSO, "resume")
    assert table.case.ladders["gate:activation"].due == due + 2 * DAY


# the end ----------------------------------------------------------------------------------------------------


def test_when_the_case_ends_open_gates_are_superseded() -> None:
    table = at_work()
    table.do(AU, "extend", {"by": "3mo"})
    table.do(RSO, "terminate", {"text": "over"})
    approve(table, "termination")
    assert stage_of(table) is Stage.TERMINATED
    assert table.case.gates[GateName.EXTENSION].outcome is GateOutcome.SUPERSEDED
    assert table.case.ladders == {}
    assert clock_of(table) is Clock.RUNNING


def test_a_command_is_acted_on_in_the_name_of_the_post_the_secretariat_spoke_to() -> None:
    table = in_review()
    fields = {"post": AU, "how": "telephone", "text": "no network", "command": {"do": "decide", "position": "approve"}}
    table.do(RSO, "act_for", fields)
    entry = table.entries[-1]
    assert (entry.by, entry.acted_for.by if entry.acted_for else "") == (AU, RSO)
    assert refuses(table, LK, "act_for", fields).why is RefusalKind.FORBIDDEN


def test_the_same_case_and_command_always_give_the_same_entries() -> None:
    table = in_review()
    command = parse("decide", {"position": "approve"}, by=AU, command_id="x")
    assert apply_command(table.case, command, table.now) == apply_command(table.case, command, table.now)
