"""Policy: spans, tracks, and differences by its own keys."""

from datetime import UTC, datetime

import pytest

from models.calendars import Calendars
from models.policy import ConflictRule, Policy, Span, Urgency, policy_with


@pytest.mark.parametrize("text", ["", "5", "wd", "0d", "-3d", "5 weeks", "1.5h", "²d", "12345d", "5dd", "h5"])
def test_what_is_not_a_length_of_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a length of time"):
        Span(text)


@pytest.mark.parametrize(
    ("text", "plain", "words"),
    [
        ("5 WD", "5wd", "5 working days"),
        ("1h", "1h", "1 hour"),
        ("12mo", "12mo", "12 months"),
        ("12 months", "12mo", "12 months"),
        ("1 working day", "1wd", "1 working day"),
        ("6 Hours", "6h", "6 hours"),
    ],
)
def test_a_length_of_time_reads_as_people_write_it(text: str, plain: str, words: str) -> None:
    assert Span(text) == plain
    assert Span(text).words == words


def test_months_end_where_the_month_ends() -> None:
    start = datetime(2027, 11, 30, 9, tzinfo=UTC)
    assert Span("3mo").after(start, Calendars(), ()) == datetime(2028, 2, 29, 9, tzinfo=UTC)


def test_spans_go_back_as_well() -> None:
    end = datetime(2026, 3, 9, 9, tzinfo=UTC)
    back = {text: Span(text).before(end, Calendars(), ()) for text in ("1wd", "6h", "7d", "1mo")}
    assert [moment.day for moment in back.values()] == [6, 9, 2, 7]


def test_the_defaults_are_those_of_the_design() -> None:
    policy = Policy.default()
    routine, urgent = policy.track(Urgency.ROUTINE), policy.track(Urgency.URGENT)
    assert (routine.gate, routine.lapse, routine.silence, routine.duration) == ("5wd", "10wd", "10wd", "12mo")
    assert (urgent.gate, urgent.lapse, urgent.silence, urgent.duration) == ("24h", "72h", "72h", "6mo")
    assert policy.substitutes == ("NZ", "TH", "UNHCR", "IOM")


def test_a_key_of_a_track_at_the_top_holds_for_both_tracks_unless_one_says_otherwise() -> None:
    policy = policy_with({"gate": "3wd", "urgent": {"gate": "12h", "last reminder": "2h"}})
    assert (policy.routine.gate, policy.urgent.gate, policy.urgent.last_reminder) == ("3wd", "12h", "2h")
    assert policy.routine.answer == Policy().routine.answer


@pytest.mark.parametrize("key", ["conflict", "conflict_rule", "Conflict of interest", "conflict-rule"])
def test_keys_are_read_as_people_write_them(key: str) -> None:
    assert policy_with({key: "recuse"}).conflict_rule is ConflictRule.RECUSE


@pytest.mark.parametrize(
    "differences",
    [
        {"colour": "blue"}, {"routine": {"colour": "1d"}}, {"gate": 3}, {"gate": "soon"}, {"routine": "x"},
        {"urgent": 5}, {"conflict_rule": "shrug"}, {"endorsements": 0}, {"organisations": -1},
        {"overdue_every": "24h"},
    ],
)  # fmt: skip
def test_what_policy_does_not_have_is_refused(differences: dict[str, object]) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - a ValidationError has no one sentence
        policy_with(differences)


def test_no_differences_give_the_defaults() -> None:
    assert policy_with({}) == Policy()


def test_the_words_of_the_table_of_defaults_are_read_as_keys() -> None:
    policy = policy_with({
        "completeness check": "1 WD", "gate's deadline": "3 WD", "silence procedure": "4 WD",
        "duration of an activation": "3 months", "minimum composition": {"other_affected": 2, "organisations": 0},
    })  # fmt: skip

    assert (policy.routine.completeness, policy.routine.gate) == ("1wd", "3wd")
    assert (policy.urgent.silence, policy.urgent.duration) == ("4wd", "3mo")
    assert (policy.other_affected, policy.organisations) == (2, 0)
