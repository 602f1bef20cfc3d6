"""How much of a case each post sees, and the reason that its page gives: the strongest, where there are several."""

from collections.abc import Callable

import pytest

from models.case import Case, Stage
from models.policy import Policy
from models.posts import Post
from models.visibility import Reason, Sight, as_seen, readers, views, why_seen
from tests.models.helpers import AU, IOM, LK, MY, NZ, RSO, TH, approve, in_review, in_selection, invited, reported

BD, JP, UNHCR = "BD/focal-point", "JP/focal-point", "UNHCR/focal-point"


def asked_of_all() -> Case:
    """TH has declined, UNHCR's invitation lapses, MY leaves after it took part; LK asks, BD is proposed only."""
    table = in_selection(policy=Policy.default())
    table.do(NZ, "propose", {"members": ["BD"]})
    table.do(NZ, "propose", {"without": ["BD"]})
    approve(table, "participants")
    table.do(MY, "respond", {"answer": "accept"})
    table.do(TH, "respond", {"answer": "decline", "text": "No."})
    table.do("IOM/focal-point", "respond", {"answer": "observe"})
    table.until(table.case.ladders["invitation:UNHCR"].due)
    table.do(MY, "leave", {"text": "Enough."})
    return table.case


def just_invited() -> Case:
    return invited(Policy.default()).case


def of_two_requesters() -> Case:
    """TH has asked too, and took it back; in a case of before BD owns an outcome and BT is a party to an arrangement.

    A recommendation is addressed to JP.
    """
    table = in_review()
    table.do(TH, "join", {"grounds": [{"ground": "landing"}]})
    table.do(TH, "withdraw", {"text": "Not now."})
    approve(table, "activation")
    table.do(NZ, "propose", {"without": ["TH"]})
    approve(table, "participants")
    for member in ("MY", "IOM", "UNHCR"):
        table.do(f"{member}/focal-point", "respond", {"answer": "accept"})
    if table.case.stage is not Stage.OPERATIONAL:
        table.do(AU, "convene")
    table.do(RSO, "add_outcome", {"title": "Net", "owner": "BD", "supporting": ["MV"]})
    table.do(RSO, "add_arrangement", {"title": "Routes", "parties": ["MY", "BT"]})
    table.do(RSO, "open_report")
    table.do(RSO, "recommend", {"text": "Share", "to": ["JP"], "owner": "MM", "due": "2026-09-01"})
    return table.case


def recused() -> Case:
    table = in_selection(policy=Policy.default())
    table.do(AU, "decide", {"gate": "participants", "position": "recuse", "text": "Ties."})
    return table.case


def told() -> Case:
    """All members are told; the text names JP, which consents."""
    table = reported(Policy.default())
    table.do(RSO, "circulate", {"what": "summary", "to": "everyone", "names": ["JP"], "text": "Boats."})
    approve(table, "circulation")
    return table.case


def told_and_released() -> Case:
    table = reported(Policy.default())
    table.do(RSO, "circulate", {"what": "summary", "to": "everyone", "names": [], "text": "Boats."})
    approve(table, "circulation")
    return table.case


WHOLE, PART, CIRCULATED, NOTHING = Sight.CASE, Sight.OWN_PART, Sight.CIRCULATED, Sight.NOTHING


@pytest.mark.parametrize(
    ("made", "post", "sight", "why"),
    [
        (asked_of_all, RSO, WHOLE, Reason.SECRETARIAT),
        (asked_of_all, "XX/auditor", WHOLE, Reason.AUDITOR),
        (asked_of_all, AU, WHOLE, Reason.CO_CHAIR),
        (recused, AU, WHOLE, Reason.RECUSED),
        (asked_of_all, NZ, WHOLE, Reason.STEERING_GROUP),
        (asked_of_all, IOM, WHOLE, Reason.STEERING_GROUP),
        (asked_of_all, LK, WHOLE, Reason.REQUESTER),
        (asked_of_all, "IOM/focal-point", WHOLE, Reason.OBSERVER),
        (asked_of_all, MY, PART, Reason.LEFT),
        (asked_of_all, TH, PART, Reason.DECLINED),
        (asked_of_all, UNHCR, PART, Reason.LAPSED),
        (asked_of_all, BD, NOTHING, Reason.MEMBER_WITHOUT_PART),
        (asked_of_all, "BD/co-chair", NOTHING, Reason.NO_PART),
        (asked_of_all, "LK/steering-group", NOTHING, Reason.NO_PART),
        (of_two_requesters, TH, PART, Reason.WITHDREW),
        (of_two_requesters, BD, PART, Reason.OUTCOME),
        (of_two_requesters, "MV/focal-point", PART, Reason.OUTCOME),
        (of_two_requesters, "BT/focal-point", PART, Reason.ARRANGEMENT),
        (of_two_requesters, JP, PART, Reason.RECOMMENDATION),
        (of_two_requesters, "MM/focal-point", PART, Reason.RECOMMENDATION),
        (just_invited, TH, PART, Reason.INVITED),
        (told, MY, WHOLE, Reason.PARTICIPANT),
        (told, JP, PART, Reason.NAMED),
        (told, BD, NOTHING, Reason.MEMBER_WITHOUT_PART),
        (told_and_released, JP, CIRCULATED, Reason.TOLD),
        (told_and_released, BD, CIRCULATED, Reason.TOLD),
    ],
)
def test_a_post_sees_as_much_as_its_part_in_the_case_gives_it_and_is_told_why(
    made: Callable[[], Case], post: str, sight: Sight, why: Reason
) -> None:
    case = made()
    assert why_seen(case, Post(post)) == (sight, why)
    seen = as_seen(case, Post(post))
    assert (seen is None) is (sight is NOTHING)
    if seen is not None:
        assert (seen.sight, seen.why) == (sight, why)
    every = post == RSO or post.endswith("/auditor")
    assert (Post(post) in readers(case)) is (sight is not NOTHING and not every)


@pytest.mark.parametrize("made", [asked_of_all, of_two_requesters, just_invited, recused, told, told_and_released])
def test_what_is_kept_for_all_that_read_a_case_is_what_each_would_be_shown(made: Callable[[], Case]) -> None:
    case = made()
    kept = {one.post: one for one in views(case) if one.post.role != "auditor"}
    assert set(kept) == {Post(RSO), *readers(case)}
    for post, seen in kept.items():
        assert seen == as_seen(case, post)
