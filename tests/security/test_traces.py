"""What an operator finds in the log of somebody who tries to get in."""

from structlog.testing import capture_logs

from tests.web.conftest import place
from tests.web.place import Place, address_of, key_in
from tests.web.programs import program

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


async def test_what_is_refused_leaves_a_line_without_what_was_asked_for(place: Place) -> None:
    with capture_logs() as lines:
        async with await program(place, AU) as http:
            await http.get("/me", headers={"Authorization": "Bearer ahg_wrong"})
        async with place.browser(host="http://elsewhere.example.org") as http:
            await http.get("/account")
        async with place.browser() as http:
            await http.post("/sign-in", data={}, headers={"Sec-Fetch-Site": "cross-site"})
            await http.get("/sign-in/a-secret-token")
            await http.get("/nowhere-at-all")
            await place.as_post(http, "MY/focal-point")
            await http.get("/cases/AHG-2026-999")
            await http.post("/account/sessions/end", data={"_key": "wrong"})
            key = key_in((await http.get("/request/new/attachments")).text)
            files = {"files": ("a.exe", b"MZ", "application/octet-stream")}
            await http.post("/request/new/attachments", data={"_key": key}, files=files)

    told = [(line["event"], line.get("route")) for line in lines]
    assert ("a token was not taken", "/me") in told or ("a token was not taken", "/api/v1/me") in told
    assert ("asked for under another name", None) in told
    assert ("a form of another site was refused", None) in told
    assert ("a link was not taken", "/sign-in/{token}") in told
    assert ("there is no such thing for who asked", "/cases/{reference}") in told
    assert ("refused", "/account/sessions/end") in told
    assert ("a file was refused", None) in told
    mine = [line for line in lines if line.get("post") == "MY/focal-point"]
    assert mine
    assert all("account" in line and "client" in line for line in mine)
    assert not any("secret" in str(line) or "nowhere" in str(line) or "@" in str(line) for line in lines)
