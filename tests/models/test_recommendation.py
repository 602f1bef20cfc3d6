"""The follow-up of a recommendation, apart from its case."""

from datetime import UTC, date, datetime

import pytest

from models.case import Stage
from models.commands import parse
from models.log import broken_at
from models.notices import NOTICE_KINDS
from models.policy import FollowThrough, Policy
from models.posts import Post
from models.projection import Step
from models.recommendation import (
    FollowUp,
    address_follow_up,
    apply_clock_to_follow_up,
    catch_up_follow_up,
    follow_up_of,
    open_follow_up,
    resolve_follow_up,
)
from models.refusal import RefusalKind, Refused
from models.visibility import Sight, sight
from tests.models.helpers import AU, DAY, ID, LK, MY, NZ, RSO, TH, approve, at_work, reporting
from tests.tabletop import Tabletop

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


# each addressee for itself ------------------------------------------------------------------------------------------


def of_two() -> FollowUp:
    changes = {"to": ("TH", "MY"), "owner": "RSO", "policy": Policy.default()}
    one, _ = open_follow_up(follow_up().model_copy(update=changes), START)
    return one


def test_one_addressee_does_not_speak_for_the_other() -> None:
    one, step = says(of_two(), TH, "declined", text="Not for us.")
    assert (one.state, one.over, one.awaited) == ("open", False, ("MY",))
    assert step.rows[0].columns["answers"]["TH"]["note"] == "Not for us."
    assert ("recommendation_resolved", MY) in told(step)
    assert {queued.notice.facts.member for queued in step.notices} == {"TH"}
    one, _ = says(one, MY, "adopted", text="For us yes.")
    assert ({code: said.state for code, said in one.answers.items()}, one.state) == (
        {"TH": "declined", "MY": "adopted"},
        "adopted",
    )
    one, _ = says(one, MY, "done")
    assert (one.state, one.over) == ("done", True)


@pytest.mark.parametrize("by", [AU, RSO, LK])
def test_nobody_else_answers_for_an_addressee(by: str) -> None:
    with pytest.raises(Refused, match="Each addressee answers for itself: TH/focal-point, MY/focal-point") as caught:
        says(of_two(), by)
    assert caught.value.why is RefusalKind.FORBIDDEN


def test_the_secretariat_writes_an_answer_down_in_the_name_of_who_said_it() -> None:
    inner = {"do": "adopt", "recommendation": "Share routes", "state": "adopted"}
    fields = {"post": MY, "how": "telephone", "text": "The line was down.", "command": inner}
    one, step = resolve_follow_up(of_two(), parse("act_for", fields, by=RSO, command_id="x"), START)
    assert one.answers["MY"].state == "adopted"
    (entry,) = step.entries
    assert (entry.by, entry.acted_for and entry.acted_for.by) == (MY, RSO)
    with pytest.raises(Refused, match="Only the secretariat may act for a post"):
        resolve_follow_up(of_two(), parse("act_for", fields, by=AU, command_id="x"), START)
    with pytest.raises(Refused, match="answers for itself"):
        resolve_follow_up(of_two(), parse("act_for", {**fields, "post": LK}, by=RSO, command_id="x"), START)


def test_all_have_to_decline_for_it_to_be_declined_and_none_changes_its_last_word() -> None:
    one, _ = says(of_two(), TH, "declined")
    with pytest.raises(Refused, match="TH has said that it is declined already"):
        says(one, TH, "adopted")
    one, _ = says(one, MY, "declined")
    assert (one.state, one.ladder) == ("declined", None)


def test_who_has_answered_is_not_reminded_any_more() -> None:
    one, step = says(of_two(), TH, "declined")
    assert one.ladder is not None
    assert one.ladder.next is not None
    struck = apply_clock_to_follow_up(one, one.ladder.next.at)
    assert struck is not None
    assert told(struck[1]) == [("recommendation_due", MY), ("recommendation_due", RSO)]
    assert catch_up_follow_up(of_two(), step.entries) == one


def test_without_addressees_the_owner_answers() -> None:
    alone = of_two().model_copy(update={"to": (), "owner": "TH"})
    assert says(alone, TH, "done")[0].state == "done"


def with_recommendation(to: list[str], policy: Policy | None = None) -> Tabletop:
    table = reporting(policy or Policy.default())
    table.do(RSO, "recommend", {"text": "Share routes", "to": to})
    return table


YESTERDAY = Policy.default().model_copy(update={"follow_through": FollowThrough.CARRIED_OUT})


def accepted(table: Tabletop) -> Tabletop:
    table.do(RSO, "table")
    table.until(table.case.ladders["silence"].due)
    approve(table, "report")
    return table


def sees(table: Tabletop, member: str) -> Sight:
    return sight(table.case, Post(f"{member}/focal-point"))


def test_a_draft_does_not_reach_who_is_outside_before_it_is_accepted_and_circulated() -> None:
    table = with_recommendation(["MY", "JP"], YESTERDAY)
    assert sees(table, "JP") is Sight.NOTHING
    accepted(table)
    assert (sees(table, "JP"), list(table.case.followed_recommendations)) == (Sight.NOTHING, [])
    table.do(RSO, "circulate", {"what": "summary", "to": ["JP"], "text": "Routes are shared."})
    approve(table, "circulation")
    assert sees(table, "JP") is Sight.OWN_PART
    assert follow_up_of(table.case, 1).to == ("MY", "JP")
    assert list(table.case.followed_recommendations) == [1]


def test_where_it_is_never_circulated_those_in_the_group_are_followed_from_the_end_on() -> None:
    table = accepted(with_recommendation(["MY", "JP"], YESTERDAY))
    for co_chair in (AU, ID):
        table.do(co_chair, "waive", {"term": ["a", "b"], "text": "Not needed."})
    table.do(RSO, "circulate", {"what": "nothing"})
    approve(table, "circulation")
    table.do(RSO, "close")
    approve(table, "closure")
    assert table.case.stage is Stage.CLOSED
    assert follow_up_of(table.case, 1).to == ("MY",)
    assert list(table.case.followed_recommendations) == [1]
    assert sees(table, "JP") is Sight.NOTHING


def test_a_recommendation_within_the_group_is_followed_at_once() -> None:
    table = accepted(with_recommendation(["MY", "TH", "AU"]))
    assert list(table.case.followed_recommendations) == [1]


def test_an_outsider_owns_no_recommendation() -> None:
    table = reporting(Policy.default())
    fields = {"text": "Share routes", "to": ["JP"], "owner": "JP"}
    with pytest.raises(Refused, match="Who owns a recommendation is in the group"):
        table.do(RSO, "recommend", fields)


def test_by_a_policy_of_before_a_draft_is_shown_as_it_was() -> None:
    table = with_recommendation(["JP"], Policy())
    assert sees(table, "JP") is Sight.OWN_PART
    assert list(accepted(table).case.followed_recommendations) == [1]


def test_each_addressee_answers_for_itself_whenever_it_is_told() -> None:
    table = accepted(with_recommendation(["MY", "JP", "FJ"]))
    followed, step = open_follow_up(follow_up_of(table.case, 1), table.now)
    assert told(step) == [("recommendation_addressed", MY), ("recommendation_addressed", RSO)]
    for by in ("JP/focal-point", RSO):
        with pytest.raises(Refused, match="answers for itself"):
            says(followed, by)
    followed, _ = says(followed, MY, "done")
    assert (followed.state, followed.ladder) == ("open", None)  # somebody is still to be told
    assert address_follow_up(followed, ("MY",), table.now) is None
    after, step = address_follow_up(followed, ("MY", "JP"), table.now) or (followed, step)
    assert told(step) == [("recommendation_addressed", "JP/focal-point")]
    assert (after.untold, after.awaited) == (("FJ",), ("JP",))
    assert catch_up_follow_up(followed, step.entries) == after
    after, _ = says(after, "JP/focal-point", "declined")
    assert after.state == "open"


def test_what_is_addressed_to_outsiders_alone_is_not_answered_by_its_owner() -> None:
    table = accepted(with_recommendation(["JP"]))
    followed, _ = open_follow_up(follow_up_of(table.case, 1), table.now)
    assert followed.awaited == ()
    with pytest.raises(Refused, match="answers for itself"):
        says(followed, RSO, "done")


def test_who_joins_the_group_is_told_of_what_was_recommended_to_it() -> None:
    table = reporting(Policy.default())
    assert follow_up_of(accepted(with_recommendation(["BD"])).case, 1).untold == ("BD",)
    table = at_work(Policy.default())
    table.do(RSO, "open_report", {"kind": "interim"})
    table.do(RSO, "recommend", {"text": "Share routes", "to": ["BD"]})
    accepted(table)
    table.do(NZ, "admit", {"member": "BD"})
    table.wait(10 * DAY)
    for by in (TH, MY):
        table.do(by, "endorse", {"member": "BD"})
    assert follow_up_of(table.case, 1).untold == ("BD",)
    table.do("BD/focal-point", "respond", {"answer": "accept"})
    assert follow_up_of(table.case, 1).untold == ()
