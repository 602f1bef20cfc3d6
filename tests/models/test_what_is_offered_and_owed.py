"""What nobody had asked of offers, refusals and owed answers until the rules were changed (docs/mutation.md)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from itertools import chain, combinations
from typing import cast

import pytest

from models.authentication import Means, Standing
from models.calendars import Calendars, WorkingDays
from models.case import GateName, ParticipantState, Stage
from models.commands import AnnounceDay, Comment, HandOver, Person, TakeOver
from models.grounds import Ground, GroundReview
from models.ladder import ClockAct, Ladder, Rung
from models.ladder_subjects import SubjectKind, subject_of
from models.limits import MOST_VERSIONS
from models.policy import Policy, policy_with
from models.posts import Post
from models.reasons import ReasonCode
from models.refusal import RefusalKind, Refused
from models.request import Request
from models.rules import RULES, allowed
from models.rules.affected import most_affected_first
from models.rules.composition import missing_for_minimum
from models.rules.permitted import permitted
from models.rules.posts import may_change_hands
from models.visibility import Sight, as_seen
from tests.models.helpers import (
    AU,
    DAY,
    HOUR,
    LK,
    MONDAY,
    MY,
    NZ,
    RSO,
    TH,
    approve,
    at_work,
    in_review,
    in_selection,
    invited,
    refuses,
    reported,
    reporting,
    submitted,
)
from tests.models.test_contesting import SAID, recorded
from tests.tabletop import REQUEST, Tabletop

PACT = {"title": "Routes", "parties": ["MY", "TH"], "kind": "departures", "review": "2026-05-04"}
NET = {"title": "Net", "owner": "MY", "supporting": ["TH", "LK"], "due": "2026-09-01"}


# whose word it is --------------------------------------------------------------------------------------------------


def test_what_a_post_says_for_itself_is_not_stale_by_anothers_word_and_all_else_is_common_matter() -> None:
    own = """add_arrangement add_outcome agree announce_day comment consent contest contribute delegate endorse hand_over
    join leave leave_arrangement log_exchange recommend respond review_ground schedule_meeting situation_update take_on
    take_over waive withdraw"""
    assert sorted(one.do for one in RULES.values() if one.own_word) == own.split()


def test_a_position_is_stale_once_who_asks_for_the_group_has_changed() -> None:
    table = in_review()
    for post, do, fields in (
        (TH, "join", {"grounds": [{"ground": "landing"}]}),
        (TH, "withdraw", {"text": "Not now."}),
        (LK, "resubmit", {"situation": "More boats."}),
    ):
        seen = table.case.seq
        table.do(post, do, fields)
        again = str(refuses(table, AU, "decide", {"gate": "activation", "position": "approve"}, seen=seen))
        assert f"{post} has changed this since you looked" in again
    table.do(AU, "decide", {"gate": "activation", "position": "approve"}, seen=table.case.seq)


def test_of_several_that_were_recorded_it_says_which_it_contests() -> None:
    table = in_selection()
    recorded(table, NZ, "comment", text="One.")
    recorded(table, NZ, "comment", text="Two.")
    assert "Say which entry" in str(refuses(table, NZ, "contest", SAID))


def test_a_position_that_names_the_case_as_decided_says_what_comes_first_for_a_report_alone() -> None:
    table = at_work()
    table.do(RSO, "extend", {"by": "30d", "text": "More time."})
    approve(table, "extension")
    assert "asked for first" not in str(refuses(table, AU, "decide", {"gate": "extension", "position": "approve"}))


def test_a_draft_is_no_command_of_a_case_and_nobody_acts_for_an_auditor_or_the_secretariat() -> None:
    table = submitted()
    assert refuses(table, LK, "draft", {"title": "Boats"}).why is RefusalKind.INVALID
    for post in ("XX/auditor", RSO):
        given = {"post": post, "how": "letter", "text": "So.", "command": {"do": "delegate", "to": {"name": "José"}}}
        assert "Nobody acts for" in str(refuses(table, RSO, "act_for", given))


def test_a_refusal_lists_what_the_post_may_do_now() -> None:
    table = submitted()
    for post in (LK, RSO, "XX/auditor"):
        may = ", ".join(allowed(table.case, Post(post))) or "nothing"
        assert permitted(table.case, Post(post)).sentence.endswith(f"may now do: {may}.")
    assert allowed(table.case, Post(LK))


def test_an_arrangement_that_goes_on_is_its_parties_to_amend() -> None:
    table = at_work()
    table.do(MY, "add_arrangement", PACT)
    table.do(TH, "agree", {"arrangement": "Routes"})
    theirs = {"amend_arrangement", "leave_arrangement", "end_arrangement"}
    assert [theirs & {*allowed(table.case, Post(post))} for post in (MY, LK)] == [theirs, set()]


_MAKES = (submitted, in_review, in_selection, invited, at_work, reporting, reported)
_OF_THINGS = (
    *("reword", "consent", "answer", "object", "endorse", "contest", "resume", "take_over"),
    *("take_on", "progress", "done", "block", "verify", "amend_outcome", "attend", "cancel_meeting"),
    *("agree", "amend_arrangement", "join_arrangement", "leave_arrangement", "end_arrangement"),
    *("review_arrangement", "log_exchange"),
)
"""What is said of a thing that a bare case does not hold: a circulation, an outcome, a question, an offer."""


@pytest.mark.parametrize("policy", [Policy(), Policy.default()], ids=["before", "new"])
@pytest.mark.parametrize("make", _MAKES)
def test_what_there_is_nothing_for_is_offered_to_nobody(make: Callable[..., Tabletop], policy: Policy) -> None:
    case = make(policy=policy).case
    posts = {Post(one) for one in (AU, NZ, RSO, LK, TH, MY, "IOM/focal-point", "BD/focal-point", "XX/auditor")}
    assert [(do, post) for post in posts for do in allowed(case, post) if do in _OF_THINGS] == []


# posts -------------------------------------------------------------------------------------------------------------


def test_who_is_offered_a_post_takes_it_over_and_does_nothing_else_before() -> None:
    take, say, post = TakeOver(email="a@example.org"), Comment(text="So."), Post(LK)
    assert "takes it over first" in str(may_change_hands(say, post, Standing.NAMED))
    assert may_change_hands(take, post, Standing.NAMED) is None
    assert may_change_hands(take, post, Standing.POST) is None
    for other in set(Standing) - {Standing.NAMED, Standing.POST}:
        assert "Only the person to whom" in str(may_change_hands(take, post, other))


def test_a_post_that_is_handed_over_is_there_and_goes_to_an_address() -> None:
    table = submitted(policy=Policy.default())
    given = {"post": "QQ/focal-point", "to": {"name": "José", "email": "j@example.org"}}
    assert refuses(table, RSO, "hand_over", given).why is RefusalKind.NOT_FOUND
    assert "give it" in str(refuses(table, LK, "hand_over", {"to": {"name": "José"}}))


def test_nobody_hands_over_in_anothers_name_by_the_directory_alone() -> None:
    body = HandOver(to=Person(name="José", email="j@example.org"))
    assert may_change_hands(body, Post(LK), Standing.POST) is None
    assert "alternate does not" in str(may_change_hands(body, Post(LK), Standing.ALTERNATE))
    day = AnnounceDay(office="LK", first=date(2026, 5, 1), closed=True)
    assert may_change_hands(day, Post(RSO), Standing.DIRECTORY) is None


@pytest.mark.parametrize(
    ("policy", "year", "day_is"),
    [(Policy(), 2026, "UTC"), (Policy(), 2027, "office"), (Policy.default(), 2026, "office")],
    ids=["before", "before, told since the end of November 2026", "new"],
)
def test_an_alternate_stands_in_until_the_end_of_a_day_of_its_office(policy: Policy, year: int, day_is: str) -> None:
    table = Tabletop(policy, datetime(year, 3, 2, 20, tzinfo=UTC))  # the 3rd in Canberra
    table.do(LK, "submit", REQUEST)
    until_the_2nd = {"to": {"name": "José", "email": "j@example.org"}, "until": f"{year}-03-02"}
    if day_is == "office":
        assert "end before it begins" in str(refuses(table, AU, "delegate", until_the_2nd))
    else:
        table.do(AU, "delegate", until_the_2nd)
    table.do(AU, "delegate", {**until_the_2nd, "until": f"{year}-03-03"})
    assert "end before it begins" in str(refuses(table, AU, "delegate", {**until_the_2nd, "until": f"{year}-03-01"}))


def test_days_are_announced_for_offices_that_the_directory_has() -> None:
    table = at_work(Policy.default())
    given = {"first": "2026-05-01", "closed": True, "text": "Storm."}
    assert refuses(table, RSO, "announce_day", {**given, "office": "QQ"}).why is RefusalKind.INVALID
    for office in ("RSO", "MY"):
        table.do(RSO, "announce_day", {**given, "office": office})


# requests ----------------------------------------------------------------------------------------------------------


def test_a_new_version_that_cannot_be_read_is_refused() -> None:
    assert refuses(submitted(), LK, "resubmit", {"changes": {"affected": 7}}).why is RefusalKind.INVALID


def test_who_comes_back_brings_its_first_grounds_whatever_others_have() -> None:
    landing, rescue = {"grounds": [{"ground": "landing"}]}, {"grounds": [{"ground": "rescue"}]}
    table = submitted()
    table.do(TH, "join")
    table.do(TH, "withdraw", {"text": "Not now."})
    table.do(MY, "join", rescue)
    table.do(TH, "join", landing)
    assert {"MY", "TH"} <= {one.member for one in table.case.request.grounds}


def test_a_count_of_none_is_a_count() -> None:
    table = submitted()
    request = Request.model_validate(
        {
            **table.case.request.model_dump(by_alias=True),
            "grounds": [{"member": "MY", "ground": "landing"}, {"member": "TH", "ground": "landing", "number": 0}],
        }
    )
    assert most_affected_first(table.case.model_copy(update={"request": request}), ("MY", "TH")) == ["TH", "MY"]


def test_a_bound_on_versions_and_length_holds_for_what_is_signed_today() -> None:
    table = submitted()
    table.case = table.case.model_copy(update={"version": MOST_VERSIONS})
    with pytest.raises(Refused, match="no more than 50 are taken"):
        table.do(LK, "resubmit", {"situation": "More."}, means=Means.SECOND_FACTOR)
    table.do(LK, "resubmit", {"situation": "More."}, means=Means.SECOND_FACTOR, standing=None)
    with pytest.raises(Refused, match="says more than 250,000 characters"):
        submitted().do(LK, "resubmit", {"asks": ["x" * 20_000] * 13}, means=Means.SECOND_FACTOR)


def test_a_word_that_a_passkey_may_sign_is_kept_as_it_was_asked() -> None:
    table = in_review()
    table.do(AU, "decide", {"position": "approve"}, means=Means.SECOND_FACTOR)
    signed = table.entries[-1].signed or next(one.signed for one in reversed(table.entries) if one.signed)
    assert signed is not None
    assert signed.asked


# participants ------------------------------------------------------------------------------------------------------


def test_what_the_minimum_lacks_is_told_for_whoever_has_accepted() -> None:
    case = at_work(policy_with({"other_affected": 2, "organisations": 2})).case
    members = tuple(case.participants)
    for taking_part in chain.from_iterable(combinations(members, number) for number in range(len(members) + 1)):
        seats = {code: case.participants[code] for code in taking_part}
        organisations = sum(case.directory.is_organisation(code) for code in seats)
        others = len(seats) - organisations - ("LK" in seats)
        lacks = missing_for_minimum(case.model_copy(update={"participants": seats}))
        told = {one.code: one.facts.get("count", 1) for one in lacks}
        assert all(one.state is ParticipantState.ACCEPTED for one in seats.values())
        assert told.get(ReasonCode.LACKS_REQUESTER, 0) == ("LK" not in seats)
        assert told.get(ReasonCode.LACKS_AFFECTED, 0) == max(0, case.policy.other_affected - others)
        assert told.get(ReasonCode.LACKS_ORGANISATION, 0) == max(0, case.policy.organisations - organisations)


def test_the_list_before_the_co_chairs_says_who_takes_part_and_who_observes_and_why() -> None:
    table = in_selection()
    table.do(NZ, "propose", {"members": ["BD"], "text": "It has boats."})
    table.do(NZ, "propose", {"observers": ["MV"]})
    (said,) = table.case.gates[GateName.PARTICIPANTS].matter or ()
    listed = table.case.participants
    assert said.facts["observers"] == ("MV",)
    assert set(cast("tuple[str, ...]", said.facts["participants"])) == set(listed) - {"MV"}
    assert listed["BD"].why == "It has boats."
    assert "NZ/steering-group" in listed["MV"].why


def test_the_steering_group_comments_for_a_while_and_an_admission_waits_for_the_group() -> None:
    table = in_selection()
    assert SubjectKind.COMMENTS in table.case.ladders
    approve(table, "participants")
    assert SubjectKind.COMMENTS not in table.case.ladders
    table = at_work(Policy.default())
    table.do(NZ, "admit", {"member": "BD"})
    table.until(table.case.ladders["considered:BD"].due)
    assert "admission:BD" in table.case.ladders


# outcomes, arrangements, reports, circulations ---------------------------------------------------------------------


def test_who_leaves_supports_nothing_any_more_and_the_others_still_do() -> None:
    table = at_work(Policy.default())
    table.do(AU, "add_outcome", NET)
    table.do(TH, "leave", {"text": "Enough."})
    assert (table.case.outcomes["Net"].owner, table.case.outcomes["Net"].supporting) == ("MY", ("LK",))


def test_an_outcome_that_is_given_to_another_is_due_once_that_one_takes_it_on() -> None:
    table = at_work(Policy.default())
    table.do(AU, "add_outcome", {**NET, "supporting": []})
    due = subject_of(SubjectKind.OUTCOME, "Net")
    table.do(MY, "take_on", {"outcome": "Net"})
    asked = [due in table.case.ladders]
    table.do(AU, "amend_outcome", {"outcome": "Net", "owner": "TH", "text": "TH has the boats."})
    asked.append(due in table.case.ladders)
    table.do(TH, "take_on", {"outcome": "Net"})
    assert [*asked, due in table.case.ladders] == [True, False, True]


def test_a_review_that_is_not_made_is_asked_for_again_and_again() -> None:
    table = at_work()
    table.do(MY, "add_arrangement", PACT)
    table.do(TH, "agree", {"arrangement": "Routes"})
    table.until(datetime(2026, 7, 1, tzinfo=UTC))
    assert table.case.ladders["arrangement:Routes"].next is not None


def test_a_date_begins_in_the_morning_and_ends_in_the_evening_where_the_secretariat_is() -> None:
    table = at_work()
    table.do(MY, "add_arrangement", PACT)
    table.do(TH, "agree", {"arrangement": "Routes"})
    table.do(RSO, "open_report", {"contributions_by": "2026-05-04"})
    due = {subject: table.case.ladders[subject].due for subject in ("arrangement:Routes", "contributions")}
    bangkok = timezone(7 * HOUR)
    assert due == {
        "arrangement:Routes": datetime(2026, 5, 4, 9, tzinfo=bangkok),
        "contributions": datetime(2026, 5, 4, 18, tzinfo=bangkok),
    }


def test_why_a_report_comes_back_is_on_record() -> None:
    whys = []
    for decline in (True, False):
        table = reporting()
        table.do(RSO, "recommend", {"text": "Share", "to": ["MY"], "owner": "TH", "due": "2026-09-01"})
        table.do(RSO, "table")
        table.until(table.case.ladders["silence"].due)
        if decline:
            table.do(AU, "decide", {"gate": "report", "position": "decline", "text": "No."})
        while table.case.gates[GateName.REPORT].open:
            table.wait(DAY)
        whys += [one.event["why"] for one in table.entries if one.event.get("state") == "drafting"][-1:]
    assert whys == ["declined", "lapsed"]


def test_a_co_chair_that_is_not_named_leaves_the_time_for_consents_as_it_is() -> None:
    table = reported(Policy.default())
    table.do(RSO, "circulate", {"what": "summary", "to": "everyone", "names": ["MY"], "text": "Boats."})
    due = table.case.ladders["consent"].due
    table.wait(DAY)
    table.do(AU, "decide", {"gate": "circulation", "position": "recuse", "text": "Ties."})
    assert table.case.ladders["consent"].due == due


def test_who_is_only_told_a_circulation_sees_nothing_of_the_case() -> None:
    table = reported(Policy())
    table.do(RSO, "circulate", {"what": "summary", "to": "everyone", "names": [], "text": "Boats."})
    approve(table, "circulation")
    seen = as_seen(table.case, Post("JP/focal-point"))
    assert seen is not None
    hidden = (seen.case.stage, seen.case.version, seen.case.requesters, seen.case.request)
    assert (seen.sight, *hidden) == (Sight.CIRCULATED, Stage.DRAFT, 0, (), Request())


@pytest.mark.parametrize("section", ["affected", "done"])
def test_who_may_not_read_who_is_affected_does_not_read_who_disputes_it(section: str) -> None:
    table = at_work(confidential={section: []}, done="Patrols.")
    review = GroundReview(member="LK", ground=Ground.LANDING, by=Post(NZ), disputed=True, text="No.")
    case = table.case.model_copy(update={"ground_reviews": (review,)})
    read = {
        post: bool(seen.case.ground_reviews) for post in (LK, MY) if (seen := as_seen(case, Post(post))) is not None
    }
    assert read == {LK: True, MY: section == "done"}


# days --------------------------------------------------------------------------------------------------------------


def test_what_comes_hours_after_a_deadline_that_is_over_is_later_by_the_time_the_clock_stood() -> None:
    days = WorkingDays(Calendars(), time(18))
    due = days.end(MONDAY, {"": 1})
    for after in (HOUR, 5 * HOUR):
        rung = Rung(at=due + after, act=ClockAct.OVERDUE, place=f"+{after // HOUR}h")
        ladder = Ladder(due=due, rungs=(rung,), since=MONDAY, left={"": 1})
        stopped = due + 2 * HOUR
        (moved,) = ladder.stopped(stopped).started(stopped + 7 * DAY, days).rungs
        assert moved.at == rung.at + (7 * DAY if rung.at > stopped else timedelta())


def test_today_is_a_day_of_the_office_and_in_a_case_of_before_of_utc() -> None:
    late = datetime(2026, 4, 1, 20, tzinfo=UTC)  # the 2nd in Kuala Lumpur
    days = []
    for policy in (Policy(), Policy.default()):
        table = at_work(policy)
        table.do(MY, "add_arrangement", {one: PACT[one] for one in ("title", "parties", "kind")})
        table.do(TH, "agree", {"arrangement": "Routes"})
        table.until(late)
        table.do(MY, "log_exchange", {"arrangement": "Routes", "received": ["TH"]})
        days.append(table.entries[-1].event["on"])
    assert days == ["2026-04-01", "2026-04-02"]
