"""What nobody had asked of the rules until they were changed on purpose (docs/mutation.md)."""

from datetime import UTC, datetime, time

import pytest

from models.authentication import Means, PasskeyTouch
from models.calendars import WorkCalendar
from models.case import GateName, Stage
from models.commands import parse
from models.passkeys import statement_of
from models.policy import Policy, policy_with
from models.posts import Post
from models.refusal import RefusalKind, Refused
from models.release import as_asked, release_of, told_in_full, unnamed
from models.request import fingerprint
from models.rules import allowed
from models.rules.gates.opening import what_was_said
from models.rules.wording import said_of
from models.visibility import Sight, as_seen, readable_version
from tests.authenticator import Authenticator
from tests.models.helpers import (
    AU,
    HOUR,
    ID,
    LK,
    MY,
    NZ,
    RSO,
    TH,
    at_work,
    in_review,
    in_selection,
    invited,
    refuses,
    reported,
    reporting,
    stage_of,
    submitted,
)
from tests.tabletop import Tabletop

PACT = {"title": "Routes", "parties": ["MY", "TH"], "kind": "departures"}
ROUTES = {"arrangement": "Routes"}
OTHERS = {**ROUTES, "text": "It is better so."}


def with_arrangement(policy: Policy | None = None) -> Tabletop:
    table = at_work(policy)
    table.do(MY, "add_arrangement", PACT)
    table.do(TH, "agree", ROUTES)
    return table


# arrangements ------------------------------------------------------------------------------------------------------


def test_an_arrangement_is_between_two_members_at_least_that_are_there() -> None:
    table = with_arrangement()
    assert "two parties at least" in str(refuses(table, MY, "amend_arrangement", {**OTHERS, "parties": ["MY"]}))
    assert "no member QQ" in str(refuses(table, MY, "amend_arrangement", {**OTHERS, "parties": ["MY", "QQ"]}))
    assert "is a party to" in str(refuses(table, TH, "join_arrangement", ROUTES))
    table.do(MY, "amend_arrangement", {**OTHERS, "parties": ["MY", "TH", "LK"]})
    for post in (TH, LK):
        table.do(post, "agree", ROUTES)
    assert table.case.arrangements["Routes"].parties == ("MY", "TH", "LK")


def test_who_is_no_party_is_offered_to_join_while_an_arrangement_goes_on() -> None:
    table = with_arrangement()
    offered = [[post for post in (LK, MY) if "join_arrangement" in allowed(table.case, Post(post))]]
    for post in (MY, TH):
        table.do(post, "end_arrangement" if post == MY else "agree", OTHERS)
    offered.append([post for post in (LK, MY) if "join_arrangement" in allowed(table.case, Post(post))])
    assert offered == [[LK], []]


def test_a_review_is_on_record() -> None:
    table = with_arrangement()
    table.do(MY, "review_arrangement", {**ROUTES, "text": "It works."})
    assert table.entries[-1].event["text"] == "It works."


def test_who_gave_is_on_record_in_a_case_of_before_too() -> None:
    table = with_arrangement(Policy())
    table.do(MY, "log_exchange", {**ROUTES, "gave": "TH"})
    assert (table.entries[-1].event["gave"], table.entries[-1].event["received"]) == ("TH", ["MY"])


# outcomes, meetings, reports ---------------------------------------------------------------------------------------


def test_of_what_is_reported_as_done_the_target_may_still_be_put_right() -> None:
    table = at_work()
    table.do(AU, "add_outcome", {"title": "Net", "owner": "MY", "due": "2026-05-04", "target": 12, "unit": "posts"})
    table.do(MY, "done", {"outcome": "Net", "text": "All stand."})
    table.do(AU, "amend_outcome", {"outcome": "Net", "target": 10, "due": "2026-06-01", "text": "It was ten."})
    assert table.case.outcomes["Net"].target == 10
    assert "reported as done" in str(
        refuses(table, AU, "amend_outcome", {"outcome": "Net", "owner": "TH", "text": "It was TH."})
    )


def test_a_meeting_ahead_can_be_called_off_and_no_other() -> None:
    table = at_work()
    offered = ["cancel_meeting" in allowed(table.case, Post(RSO))]
    table.do(RSO, "schedule_meeting", {"title": "First", "place": "Bali", "starts": "2026-05-04T09:00:00+08:00"})
    offered.append("cancel_meeting" in allowed(table.case, Post(RSO)))
    table.do(RSO, "cancel_meeting", {"meeting": "First", "text": "Storm."})
    offered.append("cancel_meeting" in allowed(table.case, Post(RSO)))
    assert offered == [False, True, False]


def test_a_revised_report_is_told_from_the_one_before_by_its_words() -> None:
    table = reporting()
    (before,) = (one.content for one in table.case.reports.values())
    table.do(RSO, "revise", {"text": "Other words."})
    assert table.case.reports[1].content == fingerprint(before, "Other words.")


# gates -------------------------------------------------------------------------------------------------------------


def test_what_was_said_is_kept_and_what_is_decided_is_not_decided_again() -> None:
    table = in_review()
    table.do(AU, "decide", {"gate": "activation", "position": "approve with conditions", "text": "Within a month."})
    assert what_was_said(table.case.gates[GateName.ACTIVATION]) == "Within a month."
    table.do(ID, "decide", {"gate": "activation", "position": "approve"})
    again = str(refuses(table, AU, "decide", {"gate": "activation", "position": "approve"}))
    assert "can no longer be taken or changed. The case is in" in again


def test_a_requester_answers_for_its_request_and_for_no_other_gate() -> None:
    table = in_selection()
    table.do(AU, "decide", {"gate": "participants", "position": "ask", "text": "Who else?"})
    assert refuses(table, LK, "answer", {"text": "All."}).why is RefusalKind.FORBIDDEN


def test_the_group_does_not_begin_while_a_list_is_before_the_co_chairs() -> None:
    table = invited()
    table.do(NZ, "propose", {"members": ["BD"]})
    for member in ("MY", "TH", "IOM", "UNHCR"):
        table.do(f"{member}/focal-point", "respond", {"answer": "accept"})
    assert stage_of(table) is Stage.PARTICIPANT_SELECTION


# signatures --------------------------------------------------------------------------------------------------------


def test_where_the_policy_asks_for_a_signature_a_decision_needs_one_and_a_suspension_does_not() -> None:
    table = in_review(policy=policy_with({"signatures": "required"}))
    with pytest.raises(Refused, match="signature with a passkey"):
        table.do(AU, "decide", {"position": "approve"}, means=Means.SECOND_FACTOR)
    table.do(AU, "suspend", {"text": "Elections."}, means=Means.SECOND_FACTOR)
    given = {"post": AU, "how": "letter", "text": "So.", "command": {"do": "decide", "position": "approve"}}
    with pytest.raises(Refused, match="signature with a passkey"):
        table.do(RSO, "act_for", given, means=Means.SECOND_FACTOR)


def test_what_a_passkey_signed_is_what_is_recorded_or_is_signed_again() -> None:
    table, key, said = in_review(), Authenticator(), {"gate": "activation", "position": "approve"}

    def touched() -> PasskeyTouch:
        given = parse("decide", said, by=AU, command_id=f"c{table._count + 1}")
        return key.touch(statement_of(table.case, given))

    with pytest.raises(Refused, match="Sign it again"):
        table.do(AU, "decide", {**said, "text": "Another text."}, means=Means.PASSKEY, touch=touched())
    before = table.case
    older = touched()
    table.do(LK, "resubmit", {"situation": "More boats."})
    table._count -= 1
    with pytest.raises(Refused, match="Sign it again"):  # the version that was signed is before them no more
        table.do(AU, "decide", said, means=Means.PASSKEY, touch=older)
    assert before.version < table.case.version
    table.do(AU, "decide", said, means=Means.PASSKEY, touch=touched())
    assert Post(AU) in table.case.gates[GateName.ACTIVATION].positions


def test_of_the_commands_before_a_case_remembers_a_hundred_at_most() -> None:
    table = in_selection()
    for number in range(120):
        table.do(AU, "comment", {"text": f"Comment {number}."})
    assert 50 <= len(table.case.recent) <= 100
    assert f"c{table._count}" in table.case.recent


# requests ----------------------------------------------------------------------------------------------------------


def test_a_new_version_has_title_and_situation_too() -> None:
    table = submitted()
    assert "title" in str(refuses(table, LK, "resubmit", {"title": ""}))


def test_who_comes_back_as_requester_may_bring_grounds_if_it_had_none() -> None:
    landing, rescue = {"grounds": [{"ground": "landing"}]}, {"grounds": [{"ground": "rescue"}]}
    table = submitted()
    table.do(TH, "join", landing)
    table.do(TH, "withdraw", {"text": "Not now."})
    assert "already" in str(refuses(table, TH, "join", rescue))


def test_a_withdrawal_is_never_too_late_for_what_others_have_said() -> None:
    table = submitted()
    seen = table.case.seq
    table.do(TH, "join", {"grounds": [{"ground": "landing"}]})
    table.do(TH, "withdraw", {"text": "Not now."})
    table.do(LK, "withdraw", {"text": "It is over."}, seen=seen)
    assert stage_of(table) is Stage.WITHDRAWN


# circulations ------------------------------------------------------------------------------------------------------


def test_what_tells_something_goes_to_somebody() -> None:
    table = reported()
    assert "to whom" in str(refuses(table, RSO, "circulate", {"what": "summary", "to": [], "names": []}))


def test_of_names_that_are_kept_only_a_circulation_that_keeps_some_speaks() -> None:
    table = in_selection(policy=Policy.default())
    table.do(RSO, "circulate", {"text": "Boats.", "names": []})
    assert [one.code.value for one in said_of(table.case.circulations[1])] == ["circulation"]


def test_who_is_asked_reads_all_that_stands_before_its_name() -> None:
    table = in_selection(policy=Policy.default())
    table.do(RSO, "circulate", {"text": "Boats left Thailand and Laos.", "names": ["TH", "LA"]})
    assert as_asked(table.case, table.case.circulations[1], "TH").text == "Boats left Thailand and […]."


@pytest.mark.parametrize("what", ["summary", "full"])
def test_what_the_group_recommends_is_told_in_full_alone(what: str) -> None:
    full = what == "full"
    for policy in (Policy(), Policy.default()):
        table = reported(policy)
        assert told_in_full(table.case, what)[1] == (("Share routes",) if full else ())
        table.do(RSO, "circulate", {"what": what, "to": "everyone", "names": [], "text": "Boats."})
        told = release_of(table.case, table.case.circulations[1])
        assert (told.text, told.recommendations) == ("Boats.", ("Share routes",) if full else ())


def test_in_a_case_of_before_a_short_code_is_a_word_and_a_long_one_a_name() -> None:
    case = in_review().case
    assert unnamed(case, "IOM and MY boats", ()) == "an organisation and MY boats"
    assert unnamed(case, "IOM and MY boats", ("IOM",)) == "IOM and MY boats"


def test_a_co_chair_that_leaves_a_circulation_to_another_is_asked_for_its_countrys_consent() -> None:
    table = reported(Policy.default())
    table.do(RSO, "circulate", {"what": "summary", "to": "everyone", "names": ["AU"], "text": "Boats."})
    asked = f"{AU.split('/')[0]}/focal-point"
    before = asked in table.told("consent_requested")
    table.do(AU, "decide", {"gate": "circulation", "position": "recuse", "text": "We are named."})
    assert (before, asked in table.told("consent_requested"), "consent" in table.case.ladders) == (False, True, True)


# what is read ------------------------------------------------------------------------------------------------------


def test_who_declined_still_reads_what_it_was_asked_about() -> None:
    table = invited()
    table.do(TH, "respond", {"answer": "decline", "text": "No."})
    seen = as_seen(table.case, Post(TH))
    assert seen is not None
    assert (seen.sight, seen.case.request.situation) == (Sight.OWN_PART, "Boats leave and transit.")


def test_a_section_that_was_confidential_once_stays_closed_in_that_version() -> None:
    table = submitted(confidential={"situation": []})
    first = table.case.request
    table.do(LK, "resubmit", {"confidential": {}})
    second = table.case.request
    assert (readable_version(table.case, first, Post(TH)).situation, second.situation) == (
        "",
        "Boats leave and transit.",
    )
    assert readable_version(table.case, first, Post(LK)).situation == "Boats leave and transit."


def test_who_is_outside_reads_the_recommendations_to_itself_and_no_other() -> None:
    table = reporting(Policy())
    for to in ("BD", "MV"):
        table.do(RSO, "recommend", {"text": f"For {to}", "to": [to], "owner": "TH", "due": "2026-09-01"})
    seen = as_seen(table.case, Post("BD/focal-point"))
    assert seen is not None
    assert [one.text for one in seen.case.recommendations.values()] == ["For BD"]


# working days ------------------------------------------------------------------------------------------------------


def test_a_close_of_business_that_comes_twice_is_the_first_and_at_it_the_day_has_passed() -> None:

    office = WorkCalendar(zone="Australia/Sydney", weekend=())
    start, close = datetime(2026, 4, 3, 23, tzinfo=UTC), time(2, 30)  # the night of 4 to 5 April has 2:30 twice
    end = office.close_after(start, 1, close)
    assert end == datetime(2026, 4, 4, 15, 30, tzinfo=UTC)
    assert [office.closed_since(start, moment, close) for moment in (end - HOUR, end)] == [0, 1]
