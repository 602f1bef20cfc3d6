"""Why a member is on the list says nothing of a section that its reader may not read."""

import pytest

from models.posts import Post
from models.reasons import joined, readable_reason
from models.visibility import as_seen
from tests.models.helpers import AU, ID, MY, TH, approve, in_selection
from tests.tabletop import Tabletop

ROUTES = [{"from": "LK", "via": ["ID"], "to": "AU"}]
EVERY = joined(["named as affected", "on the route", "its mandate: trafficking", "took part in 2009"])


@pytest.mark.parametrize(
    ("closed", "left"),
    [
        ((), EVERY),
        (("affected",), joined(["on the route", "its mandate: trafficking", "took part in 2009"])),
        (("routes",), joined(["named as affected", "its mandate: trafficking", "took part in 2009"])),
        (("situation",), joined(["named as affected", "on the route", "took part in 2009"])),
        (("asks",), joined(["named as affected", "on the route", "took part in 2009"])),
        (("figures", "done", "attachments"), EVERY),
    ],
)
def test_each_reason_goes_with_the_section_it_was_read_from(closed: tuple[str, ...], left: str) -> None:
    assert readable_reason(EVERY, closed) == left


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
