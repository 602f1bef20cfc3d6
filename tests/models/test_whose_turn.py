"""No case waits for somebody who was not told: what passes to another, and what is left to the secretariat."""

from datetime import timedelta

import pytest

from models.agenda import waiting_on
from models.case import GateName, Stage
from models.notices import Notice, NoticeFacts
from tests.models.helpers import (
    AU,
    DAY,
    ID,
    LK,
    MY,
    NZ,
    RSO,
    approve,
    at_work,
    in_review,
    in_selection,
    reporting,
    stage_of,
    submitted,
)
from tests.tabletop import Tabletop


def told_since(table: Tabletop, before: int, kind: str) -> dict[str, Notice]:
    return {str(one.to): one for one in table.notices[before:] if one.kind == kind}


def asked_jointly() -> Tabletop:
    """LK and MY submit jointly; ID has approved, and AU asks a question, which is for LK to answer."""
    table = submitted()
    table.do(MY, "join")
    table.do(RSO, "accept")
    table.do(ID, "decide", {"gate": "activation", "position": "approve"})
    table.do(AU, "decide", {"gate": "activation", "position": "ask", "text": "How many boats?"})
    assert table.told("question_asked") == [LK]
    return table


def test_a_question_that_passes_to_another_requester_is_asked_of_it() -> None:
    table = asked_jointly()
    before = len(table.notices)
    table.do(LK, "withdraw", {"text": "Settled for us."})
    assert waiting_on(table.case) == (MY,)
    asked = told_since(table, before, "question_asked")
    assert set(asked) == {MY}
    assert (asked[MY].facts.post, asked[MY].facts.text) == (AU, "How many boats?")
    assert asked[MY].due is not None


def test_while_a_question_is_open_only_those_whose_position_is_void_are_told_so() -> None:
    table = asked_jointly()
    before = len(table.notices)
    table.do(LK, "withdraw", {"text": "Settled for us."})
    again = told_since(table, before, "review_requested_again")
    assert {post: one.due for post, one in again.items()} == {ID: None}
    table.do(MY, "answer", {"gate": "activation", "text": "Nine."})
    assert set(told_since(table, before, "question_answered")) == {AU, ID}


@pytest.mark.parametrize("asked_before", [True, False])
def test_what_is_asked_of_a_member_that_has_left_is_the_secretariats_to_answer(asked_before: bool) -> None:
    table = at_work()
    table.do(MY, "extend", {"until": "2027-12-01", "text": "More time."})
    question = {"gate": "extension", "position": "ask", "text": "Why?"}
    if asked_before:
        table.do(AU, "decide", question)
    table.do(MY, "leave", {"text": "Not affected any more."})
    if not asked_before:
        table.do(AU, "decide", question)
    assert waiting_on(table.case) == (RSO,)
    assert table.told("question_asked") == ([MY, RSO] if asked_before else [RSO])
    table.do(RSO, "answer", {"gate": "extension", "text": "The work is half done."})
    assert table.case.gates[GateName.EXTENSION].questions == ()


def test_a_requester_that_takes_part_still_answers_what_it_was_asked() -> None:
    table = submitted()
    table.do(MY, "join")
    table.do(RSO, "accept")
    approve(table, "activation")
    approve(table, "participants")
    for member in ("TH", "IOM", "UNHCR"):
        table.do(f"{member}/focal-point", "respond", {"answer": "accept"})
    table.do(MY, "extend", {"until": "2027-12-01", "text": "More time."})
    table.do(MY, "withdraw", {"text": "We go on as a participant."})
    assert table.case.gates[GateName.EXTENSION].respondent == MY


def test_when_the_time_of_the_activation_is_over_the_secretariat_and_the_co_chairs_hear_it_at_once() -> None:
    table = at_work()
    table.until(table.case.ladders["duration"].due - DAY)
    before = len(table.notices)
    table.wait(DAY)
    assert stage_of(table) is Stage.REPORTING
    begun = told_since(table, before, "report_begun")
    assert set(begun) == {RSO, AU, ID}
    assert begun[RSO].facts == NoticeFacts(report="final report", ended=True)
    assert begun[RSO].due == table.case.ladders["contributions"].due


def test_the_interim_report_that_is_being_written_then_is_no_reason_for_silence() -> None:
    table = at_work()
    table.until(table.case.ladders["duration"].due - DAY)
    table.do(RSO, "open_report", {"kind": "interim"})
    assert set(told_since(table, 0, "report_begun")) == {RSO, AU, ID}
    before = len(table.notices)
    table.wait(DAY)
    assert stage_of(table) is Stage.REPORTING
    assert told_since(table, before, "report_begun")[AU].facts == NoticeFacts(report="interim report", ended=True)


def test_a_list_that_is_not_confirmed_is_followed_by_the_request_for_another_at_once() -> None:
    table = in_selection()
    before = len(table.notices)
    for post in (AU, ID):
        table.do(post, "decide", {"gate": "participants", "position": "decline", "text": "Not these."})
    asked = told_since(table, before, "list_awaited")
    assert {RSO, NZ} <= set(asked)
    assert not {AU, ID} & set(asked)
    assert asked[RSO].due == table.case.ladders["list"].due
    before = len(table.notices)
    table.until(table.case.ladders["list"].due)
    assert told_since(table, before, "list_awaited")[RSO].facts == NoticeFacts()  # the reminder


def test_an_accepted_final_report_is_followed_by_the_request_to_circulate_or_close_at_once() -> None:
    table = reporting()
    table.do(RSO, "table")
    table.until(table.case.ladders["silence"].due)
    before = len(table.notices)
    approve(table, "report")
    asked = told_since(table, before, "closing_awaited")
    assert set(asked) == {RSO}
    assert asked[RSO].due == table.case.ladders["closing"].due


def test_a_decision_that_leaves_nothing_to_begin_by_hand_asks_the_secretariat_for_nothing() -> None:
    table = in_review()
    approve(table, "activation")
    table.wait(timedelta(0))
    assert not table.told("list_awaited")
    assert not table.told("closing_awaited")
