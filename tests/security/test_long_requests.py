"""A requester's many and long versions: bounded where they are submitted, and read a few at a time where they are not."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from casework import Casework
from models.authentication import Means
from models.limits import LONGEST_COMMAND, MOST_VERSIONS
from models.refusal import RefusalKind, Refused
from tests.models.helpers import LK, RSO, submitted
from tests.security.test_signing_in import place
from tests.tabletop import REQUEST, Tabletop
from tests.web.place import Place
from tests.web.programs import Recorded, program

__all__ = ["place"]

LONG = "x" * 20_000
NOW: dict[str, Any] = {"means": Means.SECOND_FACTOR}
BEFORE: dict[str, Any] = {"means": Means.SECOND_FACTOR, "standing": None}


def returned(table: Tabletop) -> Tabletop:
    table.do(RSO, "return", {"missing": ["sources"]})
    return table


def test_a_command_says_no_more_than_a_bound() -> None:
    table, asks = returned(submitted()), {"asks": [LONG] * 13}
    with pytest.raises(Refused, match=r"says more than 250,000 characters; say less") as refused:
        table.do(LK, "resubmit", asks, **NOW)
    assert refused.value.why is RefusalKind.INVALID
    inside = {"post": LK, "how": "letter", "text": "They wrote", "command": {"do": "resubmit", **asks}}
    with pytest.raises(Refused, match="says more than 250,000 characters"):
        table.do(RSO, "act_for", inside, **NOW)
    with pytest.raises(Refused, match="says more than 250,000 characters"):
        Tabletop().do(LK, "submit", {**REQUEST, **asks}, **NOW)


def test_a_request_says_no_more_than_a_bound_however_it_grows() -> None:
    table = returned(submitted())
    table.do(LK, "resubmit", {"asks": [LONG] * 11}, **NOW)
    returned(table)
    with pytest.raises(Refused, match="A request says no more than 250,000 characters") as refused:
        table.do(LK, "resubmit", {"situation": LONG, "done": LONG}, **NOW)
    assert refused.value.why is RefusalKind.INVALID
    table.do(LK, "resubmit", {"asks": [], "situation": LONG, "done": LONG}, **NOW)
    assert len(table.case.request.model_dump_json()) < LONGEST_COMMAND


def test_a_request_has_no_more_versions_than_a_bound() -> None:
    table = submitted()
    while table.case.version < MOST_VERSIONS:
        table.do(LK, "resubmit", {"situation": f"Version {table.case.version + 1}"}, **NOW)
    with pytest.raises(Refused, match="The request has 50 versions, and no more than 50 are taken"):
        table.do(LK, "resubmit", {"situation": "One more"}, **NOW)
    assert table.case.version == MOST_VERSIONS


@pytest.mark.parametrize("given", [BEFORE, {}], ids=["signed before there were bounds", "unsigned"])
def test_what_was_given_before_there_were_bounds_is_replayed(given: dict[str, Any]) -> None:
    table = submitted()
    table.case = table.case.model_copy(update={"version": MOST_VERSIONS})
    table.do(LK, "resubmit", {"asks": [LONG] * 13}, **given)
    assert table.case.version == MOST_VERSIONS + 1


async def test_a_request_that_says_too_much_uses_up_no_reference(place: Place) -> None:
    nowhere: Any = SimpleNamespace(shift=timedelta())
    asked = Casework(place.engine, nowhere).act(
        "submit", {**REQUEST, "asks": [LONG] * 13}, by=LK, means=Means.SECOND_FACTOR, command_id="c1", at=place.now
    )
    with pytest.raises(Refused, match="says more than 250,000 characters"):
        await asked


async def of_versions(place: Place, number: int) -> str:
    table = Recorded()
    table.do(LK, "submit", REQUEST)
    for version in range(2, number + 1):
        table.do(LK, "resubmit", {"title": f"Title {version}"})
    return await table.record(place)


async def test_a_page_shows_ten_versions_and_leads_to_the_earlier_ones(place: Place) -> None:
    reference = await of_versions(place, 21)
    async with place.browser() as http:
        await place.as_post(http, LK)
        pages = [
            (await http.get(f"/cases/{reference}/versions{query}")).text for query in ("", "?before=12", "?before=2")
        ]
        assert (await http.get(f"/cases/{reference}/versions?before=1")).status_code == 200
    shown = [[number for number in range(1, 22) if f"<h2>Version {number}</h2>" in page] for page in pages]
    assert shown == [list(range(12, 22)), list(range(2, 12)), [1]]
    assert ["Earlier versions" in page for page in pages] == [True, True, False]
    assert '<a href="?before=12">' in pages[0]
    assert '<a href="?before=2">' in pages[1]
    assert all("Nothing that you may read was changed" not in page for page in pages)  # the last is compared, too


async def test_a_program_is_given_twenty_versions_at_most_and_told_how_to_go_on(place: Place) -> None:
    reference = await of_versions(place, 21)
    async with await program(place, LK) as http:
        answers = [
            (await http.get(f"/cases/{reference}/versions{query}")).json() for query in ("", "?before=2", "?limit=1")
        ]
        refused = [
            (await http.get(f"/cases/{reference}/versions?{query}")).status_code
            for query in ("limit=0", "limit=21", "before=-1", f"before={10**12}")
        ]
    told = [[one["version"] for one in answer["versions"]] for answer in answers]
    assert told == [list(range(21, 1, -1)), [1], [21]]
    assert [answer["before"] for answer in answers] == [2, None, 21]
    assert answers[0]["versions"][-1]["changed"] == ["title"]
    assert answers[1]["versions"][0]["changed"] == []
    assert refused == [422] * 4
