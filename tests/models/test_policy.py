"""Policy: spans, tracks, and differences by its own keys."""

from datetime import UTC, datetime

import pytest

from models.calendars import Calendars, WorkingDays
from models.policy import (
    Circulating,
    HandingOver,
    LaterAdmission,
    NamesSought,
    Policy,
    SilenceCovers,
    Span,
    TermsCovered,
    Urgency,
    policy_with,
)


@pytest.mark.parametrize(
    "text", ["", "5", "wd", "0d", "-3d", "2w", "5 WD", "5 wd", "12 months", "1.5h", "²d", "12345d", "5dd", "h5"]
)
def test_what_is_not_a_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a length of time"):
        Span(text)


@pytest.mark.parametrize(
    ("text", "plain", "words"),
    [("5wd", "5wd", "5 working days"), ("1h", "1h", "1 hour"), ("12mo", "12mo", "12 months")],
)
def test_a_length_of_time_is_told_in_words(text: str, plain: str, words: str) -> None:
    assert Span(text) == plain
    assert Span(text).words == words


def test_months_end_where_the_month_ends() -> None:
    start = datetime(2027, 11, 30, 9, tzinfo=UTC)
    assert Span("3mo").after(start, WorkingDays(Calendars()), ()) == datetime(2028, 2, 29, 9, tzinfo=UTC)


def test_spans_go_back_as_well() -> None:
    end = datetime(2026, 3, 9, 9, tzinfo=UTC)
    back = {text: Span(text).before(end, WorkingDays(Calendars()), ()) for text in ("1wd", "6h", "7d", "1mo")}
    assert [moment.day for moment in back.values()] == [6, 9, 2, 7]


def test_the_defaults_are_those_of_the_design() -> None:
    policy = Policy.default()
    routine, urgent = policy.track(Urgency.ROUTINE), policy.track(Urgency.URGENT)
    assert (routine.gate, routine.lapse, routine.silence, routine.duration) == ("5wd", "10wd", "10wd", "12mo")
    assert (urgent.gate, urgent.lapse, urgent.silence, urgent.duration) == ("24h", "72h", "72h", "6mo")
    assert policy.substitutes == ("NZ", "TH", "UNHCR", "IOM")


def test_a_key_of_a_track_at_the_top_holds_for_both_tracks_unless_one_says_otherwise() -> None:
    policy = policy_with({"gate": "3wd", "urgent": {"gate": "12h", "last_reminder": "2h"}})
    assert (policy.routine.gate, policy.urgent.gate, policy.urgent.last_reminder) == ("3wd", "12h", "2h")
    assert policy.routine.answer == Policy().routine.answer


@pytest.mark.parametrize(
    "differences",
    [
        {"gate": {"routine": "1d"}},
        {"gate_deadline": "3wd"},
        {"conflict": "recuse"},
        {"conflict_rule": {"urgent": "recuse"}},
        {"version": "2"},
        {"colour": "blue"},
        {"routine": {"colour": "1d"}},
        {"gate": 3},
        {"gate": "soon"},
        {"routine": "x"},
        {"urgent": 5},
        {"conflict_rule": "shrug"},
        {"endorsements": 0},
        {"organisations": -1},
        {"overdue_every": "24h"},
    ],
)
def test_what_policy_does_not_have_is_refused(differences: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - a ValidationError has no one sentence
        policy_with(differences)


def test_no_differences_give_the_defaults() -> None:
    assert policy_with({}) == Policy.default()
    assert Policy.default().handing_over is HandingOver.WHEN_ACCEPTED
    assert Policy.default().close_of_business == "18:00"


def test_a_case_of_before_keeps_the_procedure_it_was_submitted_under() -> None:
    before = Policy.model_validate({"endorsements": 1})
    assert (before.silence_covers, before.later_admission, before.terms_covered, before.endorsements) == (
        SilenceCovers.REPORT,
        LaterAdmission.ONE_WORD,
        TermsCovered.RECORD,
        1,
    )
    assert not {"silence_covers", "later_admission", "terms_covered"} & before.model_dump().keys()
    assert Policy.default().silence_covers is SilenceCovers.SUBSTANCE
    assert Policy.default().carries_out
    assert not before.carries_out
    assert (Policy.default().requesters, Policy.default().obligations) == ("affected members", "by own word")
    assert Policy.default().circulating is Circulating.AT_EVERY_TURN
    assert before.circulating is Circulating.AT_WORK
    assert Policy.default().names_sought is NamesSought.HOWEVER_WRITTEN
    assert before.names_sought is NamesSought.AS_SPELLED
