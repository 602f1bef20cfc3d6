"""Policy: spans, tracks, and differences by its own keys."""

from datetime import UTC, datetime

import pytest

from models.calendars import Calendars
from models.policy import ConflictRule, Policy, Span, Urgency, policy_with
from models.policy_meaning import value_of


@pytest.mark.parametrize(
    "text", ["", "5", "wd", "0d", "-3d", "0 weeks", "5 fortnights", "1.5h", "²d", "12345d", "5dd", "h5"]
)
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
        ("1 week", "7d", "7 days"),
        ("2w", "14d", "14 days"),
        ("1 year", "12mo", "12 months"),
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
    ("written", "meant"),
    [
        ({"gate_deadline": {"routine": "3wd", "urgent": "12h"}}, {"routine.gate": "3wd", "urgent.gate": "12h"}),
        ({"gate": {"urgent": "12h"}}, {"routine.gate": "5wd", "urgent.gate": "12h"}),
        ({"routine": {"gate deadline": "3 WD"}}, {"routine.gate": "3wd", "urgent.gate": "24h"}),
        ({"urgent_gate": "12h"}, {"routine.gate": "5wd", "urgent.gate": "12h"}),
        ({"routine.gate": "3wd"}, {"routine.gate": "3wd"}),
        ({"deadlines": {"gate": "3wd", "silence procedure": "4wd"}}, {"urgent.gate": "3wd", "routine.silence": "4wd"}),
        ({"deadlines": {"routine": {"gate": "3wd"}}}, {"routine.gate": "3wd", "urgent.gate": "24h"}),
        (
            {"gate": {"deadline": "3wd", "lapse": {"routine": "5wd"}}},
            {"urgent.gate": "3wd", "routine.lapse": "5wd", "urgent.lapse": "72h"},
        ),
        ({"gate.deadline": "3wd"}, {"routine.gate": "3wd"}),
        (
            {"ladder": {"escalation": "1wd", "reminder": "2wd"}},
            {"routine.offices_told": "1wd", "routine.last_reminder": "2wd"},
        ),
        ({"gate_lapses_after": "3wd"}, {"routine.lapse": "3wd"}),
        ({"invitation": {"lapses": "2wd"}}, {"routine.invitation": "2wd"}),
        ({"sg_comments": "1wd"}, {"routine.comments": "1wd"}),
        ({"situation_update": "1 week"}, {"routine.situation_update": "7d"}),
        (
            {"activation": {"duration": "3 months", "reminder": "10d"}},
            {"routine.duration": "3mo", "duration_reminder": "10d"},
        ),
        ({"duration": "1 year"}, {"urgent.duration": "12mo"}),
        (
            {"conflict": {"rule": "recuse", "order": ["TH", "NZ"]}},
            {"conflict_rule": "recuse", "substitutes": ["TH", "NZ"]},
        ),
        ({"recusal": "recuse"}, {"conflict_rule": "recuse"}),
        ({"recuse": True}, {"conflict_rule": "recuse"}),
        ({"own country": "Recused"}, {"conflict_rule": "recuse"}),
        (
            {"overdue_ladder": {"before": "3d", "after": "4d", "every": "10d"}},
            {"overdue_before": "3d", "overdue_after": "4d", "overdue_every": "10d"},
        ),
        ({"outcome overdue ladder": ["3d", "4d", "10d"]}, {"overdue_every": "10d"}),
        (
            {"minimum_composition": {"requester": 1, "members": 2, "organisations": 0}},
            {"other_affected": 2, "organisations": 0},
        ),
        (
            {"minimum composition": ["requester", "one other most-affected member"]},
            {"other_affected": 1, "organisations": 0},
        ),
        ({"quorum": {"other": 0}}, {"other_affected": 0, "organisations": 1}),
        ({"quorum": 4}, {"other_affected": 2, "organisations": 1}),
        ({"quorum": 2}, {"other_affected": 1, "organisations": 0}),
        ({"version": 2}, {"version": "1"}),
    ],
)
def test_the_shapes_of_the_table_of_defaults_are_read(written: dict[str, object], meant: dict[str, object]) -> None:
    policy = policy_with(written)

    assert {key: value_of(policy, key) if key != "version" else policy.version for key in meant} == meant


@pytest.mark.parametrize(
    "differences",
    [
        {"gate": {"routine": {"colour": "1d"}}},
        {"conflict": {"colour": "recuse"}},
        {"conflict_rule": {"urgent": "recuse"}},
        {"minimum": {"colour": 2}},
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
    assert policy_with({}) == Policy()


def test_the_words_of_the_table_of_defaults_are_read_as_keys() -> None:
    policy = policy_with(
        {
            "completeness check": "1 WD",
            "gate's deadline": "3 WD",
            "silence procedure": "4 WD",
            "duration of an activation": "3 months",
            "minimum composition": {"other_affected": 2, "organisations": 0},
        }
    )

    assert (policy.routine.completeness, policy.routine.gate) == ("1wd", "3wd")
    assert (policy.urgent.silence, policy.urgent.duration) == ("4wd", "3mo")
    assert (policy.other_affected, policy.organisations) == (2, 0)
