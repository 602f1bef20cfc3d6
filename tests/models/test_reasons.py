"""Why a member is on the list says nothing of a section that its reader may not read; reasons and their English."""

import pytest

from models.case import Participant
from models.posts import Post
from models.reasons import ReasonCode, StatedReason, in_english, own_words, reason
from models.visibility import as_listed, as_seen
from tests.models.helpers import AU, ID, MY, TH, approve, in_selection
from tests.tabletop import Tabletop

ROUTES = [{"from": "LK", "via": ["ID"], "to": "AU"}]
AFFECTED, ON_ROUTE, MANDATE, TOOK_PART = (
    reason(ReasonCode.AFFECTED),
    reason(ReasonCode.ON_ROUTE),
    reason(ReasonCode.MANDATE, word="trafficking"),
    reason(ReasonCode.TOOK_PART),
)
EVERY = (AFFECTED, ON_ROUTE, MANDATE, TOOK_PART)


@pytest.mark.parametrize(
    ("closed", "left"),
    [
        ((), EVERY),
        (("affected",), (ON_ROUTE, MANDATE, TOOK_PART)),
        (("routes",), (AFFECTED, MANDATE, TOOK_PART)),
        (("situation",), (AFFECTED, ON_ROUTE, TOOK_PART)),
        (("asks",), (AFFECTED, ON_ROUTE, TOOK_PART)),
        (("figures", "done", "attachments"), EVERY),
    ],
)
def test_each_reason_goes_with_the_section_it_was_read_from(
    closed: tuple[str, ...], left: tuple[StatedReason, ...]
) -> None:
    listed = Participant(member="TH", why=in_english(EVERY), reasons=EVERY)
    assert as_listed(listed, frozenset(closed)) == listed.model_copy(update={"why": in_english(left), "reasons": left})
    of_old = listed.model_copy(update={"reasons": None})
    assert as_listed(of_old, frozenset(closed)).why == in_english(left)


def test_somebodys_own_words_are_nobodys_to_cut() -> None:
    listed = Participant(member="TH", why="named as affected; on the route", reasons=())
    assert as_listed(listed, frozenset(("affected", "routes"))) == listed


def test_a_reason_is_stated_with_the_facts_of_its_sentence_and_no_others() -> None:
    with pytest.raises(ValueError, match="extension is not stated with no facts"):
        reason(ReasonCode.EXTENSION)
    with pytest.raises(ValueError, match="closing is not stated with day"):
        reason(ReasonCode.CLOSING, day="2026-05-01")


def test_reasons_come_back_from_the_log_as_they_were() -> None:
    stated = (
        reason(ReasonCode.CIRCULATION, number=2, kind="full", count=3, naming=("TH", "MY")),
        *own_words("12"),
        reason(ReasonCode.TERMINATION, post=Post("AU/co-chair")),
    )
    again = tuple(StatedReason.model_validate_json(one.model_dump_json()) for one in stated)
    assert again == stated
    assert in_english(again, " ") == (
        "Circulation 2: full to 3 members, naming TH, MY 12 Early termination, asked for by AU/co-chair."
    )


def with_confidential_parts() -> Tabletop:
    return in_selection(
        affected=["MY", "TH"],
        situation="Trafficking by boat.",
        confidential={"routes": ["MY"], "affected": ["MY"]},
        routes=ROUTES,
    )


def test_who_may_not_read_a_section_does_not_read_the_reason_either() -> None:
    table = with_confidential_parts()
    whys = {post: _whys(table, post) for post in (AU, MY, TH, "NZ/steering-group", "AU/focal-point")}
    assert "named as affected" in whys[AU]["TH"]
    assert "on the route" in whys[AU]["AU"]
    told = [f"{why}" for post in (TH, "NZ/steering-group", "AU/focal-point") for why in whys[post].values()]
    assert told
    assert not [why for why in told if "affected" in why or "route" in why]


def _whys(table: Tabletop, post: str) -> dict[str, str]:
    seen = as_seen(table.case, Post(post))
    return {code: one.why for code, one in seen.case.participants.items()} if seen else {}


def test_an_invitation_tells_the_reasons_that_its_reader_may_read() -> None:
    table = with_confidential_parts()
    approve(table, "participants")
    whys = {one.to: one.facts.why for one in table.notices if one.kind == "invited"}
    assert "named as affected" in whys[Post(MY)]
    assert "affected" not in whys[Post(TH)]
    assert "route" not in whys[Post(ID.replace("co-chair", "focal-point"))]
