"""What a mail says holds for its reader, and says which of several things has happened."""

from datetime import timedelta
from typing import Any

import pytest

from models.posts import Capacity, Post
from notifications.environment import template_set
from notifications.preview import reader_of
from notifications.sample_facts import SAMPLE_CASE
from tests.models.helpers import AU, ID, LK, NZ, RSO, approve, at_work, in_review
from tests.notifications.samples import mail, parts, with_facts


def words(kind: str, **changes: Any) -> str:
    """The plain text of a mail on one line, so that no sentence is broken."""
    return " ".join(parts(mail(kind, **changes))[0].split())


def subject(kind: str, **changes: Any) -> str:
    return str(mail(kind, **changes)["Subject"])


def test_what_a_decision_is_about_stands_before_its_conditions() -> None:
    text, page = parts(mail("decision_made"))
    for written in (text, page):
        subject_at, about_at, conditions_at, condition_at = map(
            written.index, ("It is about:", "Request of Indonesia", "Conditions:", "participation of IOM")
        )
        assert subject_at < about_at < conditions_at < condition_at
    assert "about:\n\n    Request of Indonesia, version 1: " in text
    assert "Conditions:\n\n    the Co-Chair (Australia): with" in text


def test_between_two_quotations_stands_a_blank_line() -> None:
    plain = template_set("en", html=False)._environment.from_string(
        '{% filter paragraphs %}One\nsentence.\n{{ "first\n\nstill first"|quoted }}\n{{ "second"|quoted }}\n'
        '{{ "a\nb"|items }}\n{% endfilter %}'
    )
    assert plain.render() == "One sentence.\n\n    first\n\n    still first\n\n    second\n\n    - a\n    - b"


MOVED = with_facts("meeting_called", moved="yes")


def test_a_meeting_that_is_called_is_not_said_to_be_moved() -> None:
    assert subject("meeting_called").endswith("Meeting called: First meeting of the group")
    said = words("meeting_called")
    assert "has been called: First meeting" in said
    assert "moved" not in said
    assert "replaces" not in said


@pytest.mark.parametrize(
    ("was", "heading", "said", "before"),
    [
        ({"was_starts": "2009-11-12"}, "moved", "to another time:", "it was to begin: Thursday 12 November 2009."),
        ({"was_ends": "2009-11-16"}, "moved", "to another time:", "it was to end: Monday 16 November 2009."),
        ({"was_place": "Bali"}, "moved", "to another place:", "The place was: Bali."),
        (
            {"was_starts": "2009-11-12", "was_place": "Bali"},
            "moved",
            "to another time and another place:",
            "Thursday 12 November 2009. The place was: Bali.",
        ),
        ({}, "changed", "had been called has been changed.", "holds now:"),
    ],
)
def test_a_meeting_that_is_moved_says_what_was_before(
    was: dict[str, str], heading: str, said: str, before: str
) -> None:
    facts = {**MOVED, **was}
    assert f"Meeting {heading}: First" in subject("meeting_called", facts=facts)
    text = words("meeting_called", facts=facts)
    assert said in text
    assert before in text
    assert "it replaces one that was sent earlier" in text


def test_a_meeting_moved_to_no_date_says_what_its_calendar_file_does() -> None:
    said = words("meeting_called", facts={**MOVED, "starts": "after the plenary", "ends": ""})
    assert "only takes out the entry" in said


@pytest.mark.parametrize(
    ("starts", "said"),
    [
        ("2009-11-16T09:00:00+08:00", "(UTC+08:00); in your time zone: Monday 16 November 2009, 08:00 (Asia/Jakarta)."),
        (
            "2009-11-16T23:30:00+05:30",
            "(UTC+05:30); in your time zone: Tuesday 17 November 2009, 01:00 (Asia/Jakarta).",
        ),
        ("2009-11-16T09:00:00+07:00", "Monday 16 November 2009, 09:00 (Asia/Jakarta)."),
        ("2009-11-16T09:00", "Monday 16 November 2009, 09:00 (no time zone is given)."),
        ("2009-11-16", "Begins: Monday 16 November 2009."),
        ("after the plenary", "Begins: after the plenary."),
        ("0001-01-01T00:00:00+14:00", "Begins: 0001-01-01T00:00:00+14:00."),
        ("9999-12-31T23:00:00-12:00", "Begins: 9999-12-31T23:00:00-12:00."),
        ("9999-12-31", "Begins: 9999-12-31."),
    ],
)
def test_a_meeting_begins_by_the_readers_own_clock_too(starts: str, said: str) -> None:
    assert said in words("meeting_called", facts=with_facts("meeting_called", starts=starts, ends=""))


def test_readers_in_two_zones_are_told_their_own_time() -> None:
    reader = reader_of("meeting_called")
    sydney = words("meeting_called", reader=reader.model_copy(update={"zone": "Australia/Sydney"}))
    assert "12:00 (Australia/Sydney)" in sydney
    indonesian = words("meeting_called", reader=reader.model_copy(update={"language": "id"}))
    assert "pukul 09.00 (UTC+08:00); dalam zona waktu Anda: Senin, 16 November 2009, pukul 08.00" in indonesian


def test_what_a_meeting_was_before_is_told_from_its_log() -> None:
    table = at_work()
    first = {"title": "First", "starts": "2026-04-01T09:00:00+08:00", "place": "Perth"}
    table.do(RSO, "schedule_meeting", first)
    table.do(RSO, "schedule_meeting", {**first, "starts": "2026-04-02T09:00:00+08:00"})
    table.do(RSO, "schedule_meeting", {**first, "starts": "2026-04-02T09:00:00+08:00", "agenda": ["Routes"]})
    told = [one.facts for one in table.notices if one.kind == "meeting_called" and one.to == LK]
    was = [(facts.moved, facts.was_starts, facts.was_place) for facts in told]
    assert was == [(False, "", ""), (True, first["starts"], ""), (True, "", "")]


AWAITED = {"position_taken": "Your position is still awaited.", "question_answered": "Your position is awaited."}


@pytest.mark.parametrize("kind", AWAITED)
def test_who_has_to_decide_is_asked_and_led_to_the_decision(kind: str) -> None:
    said = words(kind)
    assert AWAITED[kind] in said
    assert "https://ahg.example.org/cases/AHG-2009-001/do/decide?gate=activation" in said
    assert "If you have" not in said


@pytest.mark.parametrize("kind", AWAITED)
def test_whose_position_is_recorded_is_asked_nothing(kind: str) -> None:
    said = words(kind, facts=with_facts(kind, silent="ID/co-chair"))
    assert "Your position is recorded, and nothing new is asked of you." in said
    assert "/do/decide" not in said


@pytest.mark.parametrize("kind", AWAITED)
def test_a_notice_from_before_this_was_known_asks_nobody_in_particular(kind: str) -> None:
    said = words(kind, facts=with_facts(kind, silent=[]))
    assert "Whoever has not taken a position yet is asked" in said
    assert "/do/decide" not in said


def test_who_asked_is_told_that_it_may_decide_without_the_answer() -> None:
    asker = reader_of("review_requested")
    assert "without the answer to your question" in words("answer_overdue", reader=asker)
    other = asker.model_copy(update={"post": Post(ID)})
    assert "The question was asked by the Co-Chair (Australia)." in words("answer_overdue", reader=other)


def test_whose_position_is_awaited_is_told_from_the_gate() -> None:
    table = in_review()
    table.do(AU, "decide", {"position": "ask", "text": "How many?"})
    table.wait(timedelta(days=10))
    table.do(ID, "decide", {"position": "approve"})
    table.do(LK, "answer", {"text": "Nine."})
    told = {(one.kind, str(one.to)): one.facts for one in table.notices}
    assert told["answer_overdue", ID].askers == (AU,)
    assert told["position_taken", AU].silent == (AU,)
    assert told["question_answered", AU].silent == (AU,)
    assert told["question_answered", ID].silent == (AU,)


def test_a_report_that_is_drafted_again_says_why() -> None:
    def said(**facts: str) -> str:
        return words("report_reopened", facts={"report": "final report", **facts})

    by = {"post": "NZ/steering-group"}
    assert "because the Steering Group member (New Zealand) has objected to it" in said(because="objected", **by)
    assert "new version of it" in said(because="revised", post=RSO)
    assert "table it again" in said(because="revised", post=RSO)
    assert "because the Co-Chairs have not accepted it" in said(because="declined")
    assert "did not decide on it in time" in said(because="lapsed")
    assert "Why can be read on the page of the case." in said()
    assert all(" or the Co-Chairs" not in said(because=why, **by) for why in ("objected", "declined", "", "lapsed"))


def test_an_outcome_that_is_open_again_says_why() -> None:
    assert "The Co-Chair (Australia) has objected to the verification" in words("outcome_reopened")
    assert "Reasons:" in words("outcome_reopened")
    progress = words("outcome_reopened", facts=with_facts("outcome_reopened", because="progress", post=LK))
    assert "The focal point of Sri Lanka has noted progress on this practical outcome, which was blocked." in progress
    assert "Noted with it:" in progress
    assert "This practical outcome is open again:" in words("outcome_reopened", facts={"outcome": "Radio net"})


def test_only_the_other_co_chair_is_told_that_it_may_object() -> None:
    verifier = reader_of("outcome_verified").model_copy(update={"post": Post(ID)})
    other = words("outcome_verified")
    assert "The Co-Chair (Indonesia) has verified" in other
    assert "you may object with reasons" in other
    assert "You may object until Friday 13 November 2009" in other
    own = words("outcome_verified", reader=verifier)
    assert "Nothing is asked of you: you have verified it." in own
    assert "The other Co-Chair may object until Friday 13 November 2009" in own
    assert all("If you are" not in said for said in (other, own))


def test_why_something_is_open_again_is_told_from_the_log() -> None:
    table = at_work()
    table.do(RSO, "add_outcome", {"title": "Radio net", "owner": "LK"})
    assert table.notices[-1].facts.owner == "LK"
    table.do(LK, "block", {"outcome": "Radio net", "text": "No radios."})
    table.do(LK, "progress", {"outcome": "Radio net", "text": "Radios."})
    table.do(LK, "done", {"outcome": "Radio net"})
    table.do(AU, "verify", {"outcome": "Radio net"})
    table.do(ID, "object", {"outcome": "Radio net", "text": "Two posts are silent."})
    told = [one.facts for one in table.notices if one.kind == "outcome_reopened"]
    assert [(one.because, one.post) for one in told] == [("progress", LK), ("objected", ID)]
    assert {one.facts.post for one in table.notices if one.kind == "outcome_verified"} == {AU}


def test_why_a_report_is_drafted_again_is_told_from_the_log() -> None:
    table = at_work()
    table.do(RSO, "open_report", {"kind": "interim"})
    table.do(RSO, "table")
    table.do(NZ, "object", {"text": "Too short."})
    table.do(RSO, "table")
    table.do(RSO, "revise", {"text": "Longer."})
    for position in ("decline", None):
        table.do(RSO, "table")
        table.until(table.case.ladders["silence"].due)
        if position:
            for post in (AU, ID):
                table.do(post, "decide", {"gate": "report", "position": position, "text": "Not yet."})
    table.wait(timedelta(days=60))
    told = [one.facts for one in table.notices if one.kind == "report_reopened" and one.to == RSO]
    assert [(one.because, one.post) for one in told] == [
        ("objected", NZ),
        ("revised", RSO),
        ("declined", None),
        ("lapsed", None),
    ]


def test_what_has_changed_in_a_request_is_said_in_words() -> None:
    reader, facts = (reader_of("completeness_requested"), {"version": "2", "changed": "situation, urgency, asks"})
    said = words("completeness_requested", facts=facts)
    assert "Changed since the version before: the situation, urgency, what is asked." in said
    indonesian = reader.model_copy(update={"language": "id"})
    said = words("completeness_requested", facts=facts, reader=indonesian)
    assert "situasi, tingkat urgensi, apa yang diminta." in said


def test_a_holder_without_an_alternate_is_not_asked_as_one() -> None:
    holder = reader_of("review_escalated").model_copy(update={"capacity": Capacity.HOLDER})
    assert "Overdue, your decision is awaited:" in subject("review_escalated", reader=holder)
    said = words("review_escalated", reader=holder)
    assert "No alternate is named for this post, so you are asked again as its holder." in said
    assert "As the alternate" not in said
    assert "As the alternate for this post you are asked to act." in words("review_escalated")
    assert "you are asked as alternate:" in subject("review_escalated")


def test_the_end_of_a_case_says_what_is_no_longer_asked_or_held() -> None:
    meeting = "2009-11-23T09:00:00+08:00 Second meeting of the group"
    text, page = parts(mail("case_ended", facts=with_facts("case_ended", not_held=meeting)))
    said = " ".join(text.split())
    assert "No decision is asked of the Co-Chairs any more on: the extension of the activation." in said
    assert "These meetings, to which you were called, are not held:" in said
    assert "\n\n    - Second meeting of the group: Monday 23 November 2009, 09:00\n      (UTC+08:00);" in text
    assert "in your time zone: Monday 23 November 2009, 08:00 (Asia/Jakarta)" in said
    assert "what it asked of you before falls away" in said
    assert "Second meeting of the group: Monday 23 November 2009" in page
    bare = words("case_ended", facts={"stage": "closed"})
    assert "No decision is asked" not in bare
    assert "not held" not in bare


def test_a_request_that_is_withdrawn_by_all_says_that_nothing_is_asked_any_more() -> None:
    ended = SAMPLE_CASE.model_copy(update={"stage": "withdrawn"})
    facts = with_facts("request_withdrawn", undecided="activation", not_held="2009-11-23 First & last")
    said = words("request_withdrawn", facts=facts, about=ended)
    assert "No decision is asked of the Co-Chairs any more on: the activation of the Ad Hoc Group." in said
    assert "- First & last: Monday 23 November 2009" in said
    assert "what it asked of you before falls away" in said
    assert "First &amp; last: Monday" in parts(mail("request_withdrawn", facts=facts, about=ended))[1]
    assert "falls away" not in words("request_withdrawn")  # the other members maintain it


def test_whoever_has_left_reads_to_which_meetings_it_is_no_longer_called() -> None:
    meeting = "2009-11-23T09:00:00+08:00 Second meeting of the group"
    text, page = parts(mail("participant_left", facts=with_facts("participant_left", not_held=meeting)))
    assert "You are no longer called to these meetings:" in " ".join(text.split())
    assert "\n\n    - Second meeting of the group: Monday 23 November 2009, 09:00\n      (UTC+08:00);" in text
    assert "Second meeting of the group: Monday 23 November 2009" in page
    assert "no longer called" not in words("participant_left")  # whoever stays keeps its meetings


def test_which_decisions_the_end_of_a_case_leaves_out_is_told_from_its_gates() -> None:
    table = in_review()
    table.do(LK, "withdraw", {"text": "Settled."})
    told = {one.facts.undecided for one in table.notices if one.kind == "request_withdrawn"}
    assert told == {("activation",)}
    table = at_work()
    table.do(LK, "extend", {"by": "3mo"})
    table.do(RSO, "terminate", {"text": "The situation has passed."})
    approve(table, "termination")
    told = {one.facts.undecided for one in table.notices if one.kind == "case_ended"}
    assert told == {("extension",)}


def test_an_outcome_says_who_owns_it() -> None:
    assert "and Indonesia owns it:" in words("outcome_assigned")
    supports = words("outcome_assigned", facts=with_facts("outcome_assigned", owner="LK"))
    assert "Sri Lanka owns it, and Indonesia supports it:" in supports
    assert "The secretariat owns it, and" in words(
        "outcome_assigned", facts=with_facts("outcome_assigned", owner="RSO")
    )
    assert "Indonesia has a part in it:" in words("outcome_assigned", facts={"outcome": "Radio net"})


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"owner": "ID", "addressees": "LK, ID"}, "addressed to Indonesia, which is also asked to follow it up:"),
        ({"owner": "RSO", "addressees": "ID"}, "addressed to Indonesia; the secretariat is asked to follow it up:"),
        ({"owner": "ID", "addressees": "LK"}, "Indonesia is asked to follow up this recommendation in it:"),
        ({"addressees": "ID"}, "addressed to Indonesia:"),
        ({}, "This recommendation in it concerns Indonesia:"),
    ],
)
def test_a_recommendation_says_what_its_reader_has_to_do_with_it(facts: dict[str, str], said: str) -> None:
    assert said in words("recommendation_addressed", facts={"recommendation": "Train.", **facts})
