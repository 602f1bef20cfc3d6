"""Whatever stands in an address, the answer is no fault of ours: every page and every address of the API that reads."""

import re
from urllib.parse import quote

import httpx
from fastapi.routing import APIRoute

from tests.web.conftest import place
from tests.web.place import Place
from tests.web.programs import token_for
from tests.web.whole_case import played
from web.api import case, reading
from web.app import PAGES

__all__ = ["place"]

RSO = "RSO/secretariat"
NASTY = tuple(
    quote(one.encode(errors="surrogatepass"), safe="")[:6000]
    for one in (
        str(2**63),
        "9" * 5000,
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00~AHG-2026-001",
        "\x00",
        "\ud800",
        "(" * 2000,
    )
)
"""Numbers and dates at the ends of what there is, and texts that a database, a path or a pattern may stumble over."""

FILTERS = ("stage", "urgency", "requester", "waiting_on", "opened_from", "opened_to", "open", "overdue")


def _reading() -> list[tuple[str, list[str]]]:
    """The paths of all that reads, each with the names that it reads of the query. Feeds never end."""
    routes = [(route, "") for page in PAGES for route in page.router.routes]
    routes += [(route, "/api/v1") for part in (reading, case) for route in part.router.routes]
    found = []
    for route, before in routes:
        if isinstance(route, APIRoute) and "GET" in (route.methods or ()) and not route.path.endswith("/feed"):
            names = [field.alias for field in route.dependant.query_params]
            names += FILTERS if route.path == "/cases" and not before else ()
            found.append((before + route.path, names))
    return found


def _addresses(path: str, names: list[str], reference: str, nasty: str) -> list[str]:
    """The path with what is nasty in one of its places, and in each name of its query."""
    places = re.findall(r"{(\w+)}", path)
    well = path.replace("{reference}", reference)
    filled = [re.sub(r"{\w+}", nasty, well)] if set(places) - {"reference"} else []
    filled += [re.sub(r"{\w+}", nasty, path)] if places == ["reference"] else []
    names = [*names, "as"] if places == ["reference"] else names
    return filled + [f"{re.sub('{.*?}', nasty, well)}?{name}={nasty}" for name in names]


async def test_no_address_is_a_fault_of_ours(place: Place) -> None:
    reference = await played().record(place)
    faults: list[str] = []
    async with place.browser() as http:
        await place.as_post(http, RSO)
        http.headers["Authorization"] = f"Bearer {await token_for(place, RSO)}"
        known = _reading()
        assert len(known) > 40
        for path, names in known:
            for nasty in NASTY:
                for address in _addresses(path, names, reference, nasty):
                    faults += await _fault(http, address)
    assert faults == []


async def test_a_long_address_does_not_come_back_longer(place: Place) -> None:
    async with place.browser() as http:
        answer = await http.get("/cases?requester=" + "%C3%98" * 10_000)
    assert answer.headers["location"] == "/sign-in"


async def _fault(http: httpx.AsyncClient, address: str) -> list[str]:
    try:
        status = (await http.get(address)).status_code
    except httpx.InvalidURL:
        raise
    except Exception as error:  # noqa: BLE001 - what the web server would answer with 500
        return [f"{address[:80]}: {error!r}"]
    return [f"{address[:80]}: {status}"] if status >= 500 else []
