"""Whether a reminder of a recommendation that waited to be sent is still due."""

from datetime import UTC, datetime

import pytest

from models.notices.still_due import follow_up_reminder_now
from models.posts import Post
from models.projection import Step
from models.recommendation import FollowUp, apply_clock_to_follow_up
from tests.models.helpers import DAY, ID, MY, RSO, TH
from tests.models.test_recommendation import contests, of_two, recorded, says

START = datetime(2026, 6, 25, 3, tzinfo=UTC)
"""After the first reminder."""
SETTLED, NEWER = "What it reminds of is settled.", "A newer reminder goes instead."


def reminded(one: FollowUp) -> tuple[FollowUp, Step]:
    """After the next reminder."""
    assert one.ladder is not None
    assert one.ladder.next is not None
    struck = apply_clock_to_follow_up(one, one.ladder.next.at)
    assert struck is not None
    return struck


def why_not(then: FollowUp, *steps: Step) -> dict[str, str | None]:
    since = [entry for step in steps for entry in step.entries]
    return {post: follow_up_reminder_now(then, since, Post(post)) for post in (MY, TH, RSO)}


def test_it_is_due_while_nothing_has_happened_and_to_nobody_who_was_not_reminded() -> None:
    then, _ = reminded(of_two())
    assert why_not(then) == {MY: None, TH: None, RSO: None}
    assert follow_up_reminder_now(then, (), Post(ID)) == SETTLED


def test_the_answer_of_one_settles_it_for_that_one_alone() -> None:
    then, _ = reminded(of_two())
    _, step = says(then, TH, "declined")
    assert why_not(then, step) == {MY: None, TH: SETTLED, RSO: None}


def test_what_all_have_answered_is_settled_for_all() -> None:
    then, _ = reminded(of_two())
    after, first = says(then, TH, "declined")
    _, second = says(after, MY, "done")
    assert why_not(then, first, second) == {MY: SETTLED, TH: SETTLED, RSO: SETTLED}


def test_what_was_recorded_and_contested_since_settles_nothing() -> None:
    then, _ = reminded(of_two())
    after, first = says(then, TH, "declined")
    after, second = recorded(after, "done", START)
    assert why_not(then, first, second)[MY] == SETTLED
    _, third = contests(after, START + DAY)
    assert why_not(then, first, second, third) == {MY: None, TH: SETTLED, RSO: None}


def test_a_newer_reminder_takes_its_place_for_whom_it_goes_to() -> None:
    then, _ = reminded(of_two())
    after, first = recorded(then, "done", START)
    after, second = reminded(after)
    _, third = contests(after, START + 7 * DAY)
    assert why_not(then, first, second, third) == {MY: None, TH: NEWER, RSO: NEWER}


@pytest.mark.parametrize("state", ["declined", "done"])
def test_the_end_of_the_time_to_contest_is_no_newer_reminder(state: str) -> None:
    then, _ = reminded(of_two())
    after, first = says(then, TH, "adopted")
    after, second = recorded(after, state, START, TH)
    after, third = says(after, MY, state)
    after, fourth = reminded(after)
    assert after.over
    assert why_not(then, first, second, third, fourth) == {MY: SETTLED, TH: SETTLED, RSO: SETTLED}
