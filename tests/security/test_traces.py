"""What an operator finds in the log of somebody who tries to get in."""

from structlog.testing import capture_logs

from tests.web.conftest import place
from tests.web.place import Place, address_of

__all__ = ["place"]

AU = "AU/co-chair"


async def test_who_asks_signs_in_or_shows_a_wrong_code_leaves_a_line_without_an_address(place: Place) -> None:
    with capture_logs() as lines:
        async with place.browser() as http:
            await http.post("/sign-in", data={"email": "nobody@example.org"})
            await place.sign_in(http, address_of(AU))
            await place.enrol(http)

    told = [line["event"] for line in lines if "account" in line]
    assert told.count("a link to sign in by was asked for") == 2
    assert {"signed in", "second factor: set up"} <= set(told)
    assert len({line["account"] for line in lines if "account" in line}) == 2
    assert not any("@" in str(line) for line in lines)
