"""The follow-up of a recommendation, apart from its case."""

from datetime import UTC, date, datetime

import pytest

from models.commands import parse
from models.log import broken_at
from models.notices import NOTICE_KINDS
from models.policy import Policy
from models.posts import Post
from models.projection import Step
from models.recommendation import (
    FollowUp,
    apply_clock_to_follow_up,
    catch_up_follow_up,
    open_follow_up,
    resolve_follow_up,
)
from models.refusal import RefusalKind, Refused
from tests.models.helpers import AU, DAY, ID, LK, MY, RSO, TH

START = datetime(2026, 6, 1, 3, tzinfo=UTC)


def follow_up(due: date | None = date(2026, 7, 1)) -> FollowUp:
    return FollowUp(
        reference="AHG-2026-001",
        number=1,
        text="Share routes",
        to=("MY",),
        owner="TH",
        due=due,
        zone="Asia/Bangkok",
        co_chairs=(Post(AU), Post(ID)),
        policy=Policy(),
    )


def told(step: Step) -> list[tuple[str, str]]:
    return [(queued.notice.kind, queued.notice.to) for queued in step.notices]


def says(one: FollowUp, by: str, state: str = "adopted", **fields: str) -> tuple[FollowUp, Step]:
    command = parse("adopt", {"recommendation": "Share routes", "state": state, **fields}, by=by, command_id="x")
    return resolve_follow_up(one, command, START)


def test_addressees_and_owner_are_told() -> None:
    _, step = open_follow_up(follow_up(), START)
    assert told(step) == [("recommendation_addressed", MY), ("recommendation_addressed", TH)]
    assert step.stream == "AHG-2026-001/R1"
    one = follow_up()
    as_what = {(queued.notice.facts.addressees, queued.notice.facts.owner) for queued in step.notices}
    assert as_what == {(one.to, one.owner)}


def test_it_is_reminded_by_the_overdue_ladder_until_it_is_done() -> None:
    one, step = open_follow_up(follow_up(), START)
    entries, days = list(step.entries), []
    while one.ladder and one.ladder.next and one.ladder.next.at < datetime(2026, 9, 10, tzinfo=UTC):
        struck = apply_clock_to_follow_up(one, one.ladder.next.at)
        assert struck is not None
        one, step = struck
        entries.extend(step.entries)
        days.append(step.entries[0].at.date().isoformat())
    assert days == ["2026-06-24", "2026-07-01", "2026-07-08", "2026-08-07", "2026-09-06"]
    assert broken_at(entries) is None
    assert catch_up_follow_up(follow_up(), entries) == one


def test_nothing_strikes_before_its_time_or_after_it_is_over() -> None:
    one, _ = open_follow_up(follow_up(), START)
    assert apply_clock_to_follow_up(one, START + DAY) is None
    one, _ = says(one, MY, "done")
    assert one.over
    assert apply_clock_to_follow_up(one, START + 400 * DAY) is None


def test_without_a_due_date_it_stays_open_and_no_clock_acts() -> None:
    one, _ = open_follow_up(follow_up(None), START)
    assert one.ladder is None
    assert apply_clock_to_follow_up(one, START + 400 * DAY) is None


@pytest.mark.parametrize("by", [MY, TH, AU, RSO])
def test_an_addressee_the_owner_a_co_chair_or_the_secretariat_says_what_became_of_it(by: str) -> None:
    one, _ = open_follow_up(follow_up(), START)
    after, step = says(one, by, "adopted", text="in force since May")
    assert (after.state, after.note, after.over) == ("adopted", "in force since May", False)
    assert after.ladder == one.ladder, "adopted is not done: it is still followed"
    assert [kind for kind, _ in told(step)] == ["recommendation_resolved"] * 5
    assert step.rows[0].columns["state"] == "adopted"


def test_another_post_or_another_command_is_refused_and_what_is_over_stays() -> None:
    one, _ = open_follow_up(follow_up(), START)
    with pytest.raises(Refused, match="Only the focal points") as caught:
        says(one, LK)
    assert caught.value.why is RefusalKind.FORBIDDEN
    with pytest.raises(Refused, match="'adopt' only"):
        resolve_follow_up(one, parse("comment", {"text": "x"}, by=MY, command_id="y"), START)
    done, _ = says(one, MY, "declined")
    with pytest.raises(Refused, match="does not change any more"):
        says(done, MY)


def test_each_notice_comes_from_the_event_that_the_table_names_for_its_kind() -> None:
    one, opened = open_follow_up(follow_up(), START)
    assert one.ladder is not None
    assert one.ladder.next is not None
    struck = apply_clock_to_follow_up(one, one.ladder.next.at)
    assert struck is not None
    _, resolved = says(struck[0], TH)

    for step in (opened, struck[1], resolved):
        types = {entry.seq: entry.type for entry in step.entries}
        assert step.notices
        for queued in step.notices:
            assert types[queued.seq] in NOTICE_KINDS[queued.notice.kind].on
