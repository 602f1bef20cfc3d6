"""The nearest known word."""

import pytest

from models.nearest import did_you_mean, nearest

KNOWN = ("approve", "approve with conditions", "decline", "in_force", "co-chair")


@pytest.mark.parametrize(
    ("word", "near"),
    [
        ("aprove", "approve"),
        ("Approve", "approve"),
        ("approve_with_conditions", "approve with conditions"),
        ("in force", "in_force"),
        ("CoChair", "co-chair"),
        ("weather", None),
        ("", None),
    ],
)
def test_the_nearest_word_is_found(word: str, near: str | None) -> None:
    assert nearest(word, KNOWN) == near


def test_it_is_said_as_a_question_where_there_is_one() -> None:
    assert did_you_mean("declined", KNOWN) == " (did you mean 'decline'?)"
    assert did_you_mean("weather", KNOWN) == ""
