"""The group's work: outcomes, arrangements, meetings, updates, extension, early end, duration."""

from datetime import UTC, datetime

from models.agenda import waiting_on
from models.case import GateName, Stage, Term
from models.policy import Policy
from models.posts import Post
from models.refusal import RefusalKind
from models.rules import allowed, terms_of_reference
from tests.models.helpers import AU, DAY, ID, LK, MY, NZ, RSO, TH, approve, at_work, in_selection, refuses, stage_of
from tests.tabletop import Tabletop

NET = {"title": "Radio net", "owner": "MY", "supporting": ["TH"], "due": "2026-05-04", "target": 12, "unit": "posts"}
PACT = {"title": "Routes", "parties": ["MY", "TH"], "kind": "departures", "review": "2026-06-01"}


def with_outcome() -> Tabletop:
    table = at_work()
    table.do(AU, "add_outcome", NET)
    return table


def overdue_days(table: Tabletop) -> list[str]:
    return [
        entry.at.date().isoformat()
        for entry in table.entries
        if entry.type == "rung_passed" and entry.event["subject"] == "outcome:Radio net"
    ]


def test_an_outcome_is_reminded_before_on_and_after_its_day_then_every_thirty_days() -> None:
    table = with_outcome()
    assert table.told("outcome_assigned") == [MY, TH]
    table.until(datetime(2026, 7, 15, tzinfo=UTC))
    assert overdue_days(table) == ["2026-04-27", "2026-05-04", "2026-05-11", "2026-06-10", "2026-07-10"]
    assert table.told("outcome_due") == [MY, TH]
    assert set(table.told("outcome_overdue")) == {MY, TH, RSO}


def test_the_ladder_rests_while_an_outcome_is_blocked_and_goes_on_with_progress() -> None:
    table = with_outcome()
    table.do(MY, "block", {"outcome": "Radio net", "text": "no frequencies"})
    table.until(datetime(2026, 6, 20, tzinfo=UTC))
    assert overdue_days(table) == []
    table.do(MY, "progress", {"outcome": "Radio net", "value": 3})
    assert table.case.outcomes["Radio net"].state == "open"
    table.until(datetime(2026, 7, 11, tzinfo=UTC))
    assert overdue_days(table) == ["2026-07-10"]
    table.do(MY, "done", {"outcome": "Radio net"})
    table.wait(100 * DAY)
    assert len(overdue_days(table)) == 1


def test_only_its_owner_or_a_supporter_among_members_updates_an_outcome() -> None:
    table = with_outcome()
    table.do(AU, "add_outcome", {"title": "Other", "owner": "LK"})
    assert refuses(table, LK, "progress", {"outcome": "Radio net"}).why is RefusalKind.FORBIDDEN
    assert refuses(table, MY, "progress", {"outcome": "Nothing"}).why is RefusalKind.NOT_FOUND
    assert refuses(table, AU, "add_outcome", NET).why is RefusalKind.CONFLICT


def test_what_is_done_is_verified_by_one_co_chair_and_the_other_may_object_in_time() -> None:
    table = with_outcome()
    assert "only one that is done" in str(refuses(table, AU, "verify", {"outcome": "Radio net"}))
    table.do(MY, "done", {"outcome": "Radio net"})
    assert {AU, ID} <= set(waiting_on(table.case))
    table.wait(8 * DAY)
    assert table.told("outcome_done") == [AU, ID] * 2
    table.do(AU, "verify", {"outcome": "Radio net"})
    assert table.told("outcome_verified") == [AU, ID, MY, TH]
    objection = {"outcome": "Radio net", "text": "two posts are silent"}
    assert "other Co-Chair" in str(refuses(table, AU, "object", objection))
    assert refuses(table, NZ, "object", objection).why is RefusalKind.FORBIDDEN
    table.do(ID, "object", objection)
    assert table.case.outcomes["Radio net"].state == "open"
    assert "outcome:Radio net" in table.case.ladders


def test_the_time_to_object_to_a_verification_ends() -> None:
    table = with_outcome()
    table.do(MY, "done", {"outcome": "Radio net"})
    table.do(AU, "verify", {"outcome": "Radio net"})
    table.wait(10 * DAY)
    assert "deadline to object" in str(refuses(table, ID, "object", {"outcome": "Radio net", "text": "late"}))


def test_an_arrangement_is_in_force_when_every_party_has_agreed_and_laggards_are_reminded() -> None:
    table = at_work()
    table.do(MY, "add_arrangement", PACT)
    assert table.case.arrangements["Routes"].agreed == ("MY",)
    assert waiting_on(table.case) == (TH,)
    assert "waits for TH" in str(refuses(table, MY, "log_exchange", {"arrangement": "Routes"}))
    table.wait(8 * DAY)
    assert table.told("arrangement_proposed") == [TH, TH]  # who proposes it agrees by that
    table.do(TH, "agree", {"arrangement": "Routes"})
    assert table.case.arrangements["Routes"].state == "in_force"
    assert "agreement:Routes" not in table.case.ladders
    assert refuses(table, LK, "agree", {"arrangement": "Routes"}).why is RefusalKind.FORBIDDEN


def test_every_party_is_asked_to_agree_to_what_another_post_proposes() -> None:
    table = at_work()
    table.do(RSO, "add_arrangement", PACT)
    assert table.told("arrangement_proposed") == [MY, TH]


def test_an_arrangement_begins_on_the_day_that_its_parties_want() -> None:
    table = at_work()
    table.do(MY, "add_arrangement", {**PACT, "begins": "2026-06-01"})
    table.do(TH, "agree", {"arrangement": "Routes"})
    assert str(table.case.arrangements["Routes"].state) == "agreed"
    assert "will be in force from 2026-06-01" in str(refuses(table, MY, "log_exchange", {"arrangement": "Routes"}))
    assert terms_of_reference(table.case)[Term.ARRANGEMENTS] == "covered"  # what was asked for is agreed
    assert TH not in waiting_on(table.case)
    assert not table.told("arrangement_in_force")
    table.until(table.case.ladders["begins:Routes"].due)
    begins = table.case.arrangements["Routes"].in_force_from
    assert begins is not None
    assert begins.date().isoformat() == "2026-06-01"
    assert table.case.arrangements["Routes"].state == "in_force"
    assert set(table.told("arrangement_in_force")) == {MY, TH, AU, ID}
    table.do(MY, "log_exchange", {"arrangement": "Routes"})


def test_a_day_that_has_passed_when_the_last_party_agrees_delays_nothing() -> None:
    table = at_work()
    table.do(MY, "add_arrangement", {**PACT, "begins": "2026-01-01"})
    table.do(TH, "agree", {"arrangement": "Routes"})
    assert table.case.arrangements["Routes"].in_force_from == table.now


def test_an_exchange_is_noted_without_its_content() -> None:
    table = at_work()
    table.do(MY, "add_arrangement", PACT)
    table.do(TH, "agree", {"arrangement": "Routes"})
    refuses(table, MY, "log_exchange", {"arrangement": "Routes", "content": "names"})
    refused = refuses(table, MY, "log_exchange", {"arrangement": "Routes", "text": "a secret list"})
    assert "leave it out" in refused.sentence
    taken = table.do(MY, "log_exchange", {"arrangement": "Routes"})
    assert taken.entries[0].event["kind"] == "departures"
    assert table.case.arrangements["Routes"].exchanges == 1


def test_a_review_is_asked_for_on_its_day_and_until_it_is_made() -> None:
    table = at_work()
    table.do(MY, "add_arrangement", PACT)
    table.do(TH, "agree", {"arrangement": "Routes"})
    table.until(datetime(2026, 6, 10, tzinfo=UTC))
    assert table.told("arrangement_review_due") == [MY, TH, RSO] * 2
    table.do(MY, "review_arrangement", {"arrangement": "Routes", "review": "2027-01-04"})
    table.until(datetime(2026, 12, 1, tzinfo=UTC))
    assert len(table.told("arrangement_review_due")) == 6


def test_a_meeting_may_be_moved_until_it_was_held_and_an_absent_member_is_visible() -> None:
    table = at_work()
    table.do(RSO, "schedule_meeting", {"title": "First", "starts": "2026-04-01"})
    table.do(RSO, "schedule_meeting", {"title": "First", "starts": "2026-04-02", "place": "Perth"})
    assert table.told("meeting_called").count(MY) == 2
    table.do(RSO, "attend", {"meeting": "First", "present": ["LK", "MY", "US"], "absent": ["TH"]})
    assert table.case.meetings["First"].absent == ("TH",)
    assert "has been held" in str(refuses(table, RSO, "schedule_meeting", {"title": "First", "starts": "2026-05-01"}))
    assert "twice" in str(refuses(table, RSO, "attend", {"meeting": "First", "present": ["LK"], "absent": ["LK"]}))


def test_situation_updates_are_asked_for_at_the_policys_rhythm() -> None:
    table = at_work()
    table.wait(29 * DAY)
    table.do(MY, "situation_update", {"text": "calmer"})
    table.wait(29 * DAY)
    assert table.told("situation_update_due") == []
    table.wait(32 * DAY)
    assert table.told("situation_update_due") == [RSO, LK] * 2
    urgent = at_work(urgency="urgent")
    urgent.wait(10 * DAY)
    assert urgent.told("situation_update_due") == [RSO, LK] * 3


def test_an_extension_is_decided_and_moves_the_end() -> None:
    table = at_work()
    end = table.case.active_until
    assert end is not None
    table.do(MY, "extend", {"by": "3mo", "text": "more boats"})
    assert "open already" in str(refuses(table, AU, "extend", {"by": "1mo"}))
    approve(table, "extension")
    assert table.case.active_until == datetime(end.year, end.month + 3, end.day, end.hour, tzinfo=UTC)
    table.until(end)
    assert stage_of(table) is Stage.OPERATIONAL


def test_the_last_day_of_an_extension_is_one_date_in_every_mail_and_on_every_page() -> None:
    table = at_work(Policy.default())
    end = table.case.active_until
    assert end is not None
    table.until(end.replace(hour=20) - 40 * DAY)  # a day later in Kuala Lumpur than in UTC
    table.do(MY, "extend", {"by": "1mo", "text": "more boats"})
    gate = table.case.gates[GateName.EXTENSION]
    approve(table, "extension")
    day = table.case.active_day
    assert day is not None
    assert gate.terms["until"] == day.isoformat()
    assert [said.facts["day"] for said in gate.matter or () if "day" in said.facts] == [day.isoformat()]
    told = [one for one in table.notices if one.kind == "activation_extended"]
    assert {one.facts.until for one in told} == {day}
    assert table.case.active_until == datetime(day.year, day.month, day.day, 10, tzinfo=UTC)  # 18:00 in Kuala Lumpur


def test_what_a_suspension_adds_moves_the_end_of_the_activation_and_is_told() -> None:
    table = at_work(Policy.default())
    end = table.case.active_until
    assert end is not None
    table.do(RSO, "suspend", {"text": "a flood"})
    table.wait(10 * DAY)
    table.do(RSO, "resume")
    assert table.case.active_until == table.case.ladders["duration"].due == end + 10 * DAY
    told = {one.to: one.facts.delays for one in table.notices if one.kind == "case_resumed"}
    assert ("duration", end, end + 10 * DAY) in [(one.subject, one.was, one.until) for one in told[Post(LK)]]


def test_an_extension_to_an_earlier_or_absurd_date_is_refused() -> None:
    table = at_work()
    assert "later date" in str(refuses(table, AU, "extend", {"until": "2026-06-01"}))
    assert refuses(table, AU, "extend", {"until": "9999-12-31"}).why is RefusalKind.INVALID
    assert refuses(table, AU, "extend", {"by": "9999mo"}).why is RefusalKind.INVALID


def test_the_end_of_the_duration_is_reminded_and_opens_the_final_report() -> None:
    table = at_work()
    end = table.case.active_until
    assert end is not None
    table.until(end - 30 * DAY)
    assert {AU, ID, RSO, MY} <= set(table.told("activation_ending"))
    table.until(end)
    assert stage_of(table) is Stage.REPORTING
    assert table.case.report is not None
    assert table.case.report.kind == "final"


def test_an_open_interim_report_at_the_end_is_finished_first_then_the_final_one_begins() -> None:
    table = at_work()
    end = table.case.active_until
    assert end is not None
    table.until(end - 5 * DAY)
    table.do(RSO, "open_report", {"kind": "interim"})
    table.until(end)
    assert stage_of(table) is Stage.REPORTING
    table.do(RSO, "table")
    table.until(table.case.ladders["silence"].due)
    approve(table, "report")
    assert table.case.report is not None
    assert (table.case.report.kind, table.case.report.number) == ("final", 2)


def test_while_an_extension_is_before_the_co_chairs_the_work_goes_on_past_its_end() -> None:
    table = at_work()
    end = table.case.active_until
    assert end is not None
    table.until(end - DAY)
    table.do(MY, "extend", {"by": "3mo"})
    table.until(end + DAY)
    assert stage_of(table) is Stage.OPERATIONAL
    for post in (AU, ID):
        table.do(post, "decide", {"gate": "extension", "position": "decline", "text": "enough"})
    assert stage_of(table) is Stage.REPORTING


def test_an_early_end_is_a_gate_in_each_stage_after_review() -> None:
    for table in (in_selection(), at_work()):
        table.do(RSO, "terminate", {"text": "the boats have stopped"})
        approve(table, "termination")
        assert stage_of(table) is Stage.TERMINATED
        assert LK in table.told("case_ended")
    table = at_work()
    table.do(RSO, "terminate")
    for post in (AU, ID):
        table.do(post, "decide", {"gate": "termination", "position": "decline", "text": "not yet"})
    assert stage_of(table) is Stage.OPERATIONAL
    table.do(RSO, "terminate", {"text": "now"})
    assert table.case.gates[GateName.TERMINATION].open


def test_the_other_co_chair_is_offered_to_object_to_a_verification_while_it_may() -> None:
    table = at_work()
    table.do(RSO, "add_outcome", {"title": "Patrols", "owner": "TH"})
    table.do(TH, "done", {"outcome": "Patrols"})
    assert "object" not in allowed(table.case, Post(ID))
    table.do(AU, "verify", {"outcome": "Patrols"})

    assert "object" in allowed(table.case, Post(ID))
    assert "object" not in allowed(table.case, Post(AU))
    table.wait(20 * DAY)
    assert "object" not in allowed(table.case, Post(ID))


def test_who_is_still_asked_about_a_circulation_when_the_case_ends_is_told_so() -> None:
    table = at_work(Policy.default())
    for co_chair in (AU, ID):
        table.do(co_chair, "waive", {"term": ["c"], "text": "Nothing to report."})
    table.do(RSO, "circulate", {"text": "Thailand took part.", "names": ["TH"], "to": ["JP"]})
    table.do(LK, "terminate", {"text": "No boats any more."})
    approve(table, "termination")
    ended = {str(notice.to): notice.facts for notice in table.notices if notice.kind == "case_ended"}
    assert {post for post, facts in ended.items() if facts.goes_on == "asked"} == {AU, ID, TH}
    assert ended[LK].goes_on == "told"
    assert not [duty for duty in ended[TH].over if duty.do == "consent"]
