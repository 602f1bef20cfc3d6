"""The board of mail on a page: what is stuck, and what the secretariat decides on it."""

from html import unescape
from typing import Any

from ops.mail import board_lines
from records import mail_board
from records.mail_board import StuckNotice
from records.notices import LedgerNotice, notices_of_case
from tests.web.place import Place, key_in
from tests.web.test_told import recorded

RSO, AUDITOR = "RSO/secretariat", "AU/auditor"
SAID = "550 5.1.1 <b>no such user</b>"


async def stuck(place: Place, state: str) -> LedgerNotice:
    """A notice of a case that stands so."""
    reference = await recorded(place)
    async with place.engine.connect() as connection:
        first, *_ = await notices_of_case(connection, reference)
    await place.sql(
        "UPDATE notices SET state = :state, attempts = 1, reply = :said, address = 'desk@example.org' WHERE id = :id",
        state=state,
        said=SAID,
        id=first.id,
    )
    return first


async def board(place: Place) -> list[StuckNotice]:
    async with place.engine.connect() as connection:
        return [row for row in await mail_board.stuck_notices(connection) if row.notice.state != "queued"]


async def test_the_secretariat_sends_again_what_may_have_arrived_and_says_why(place: Place) -> None:
    notice = await stuck(place, "ambiguous")
    async with place.browser() as http:
        await place.as_post(http, RSO)
        page = (await http.get("/mail-board")).text
        assert "550 5.1.1 &lt;b&gt;no such user" in page
        assert notice.key in page
        given = {"_key": key_in(page), "notice": notice.key, "what": "resend"}

        refused = await http.post("/mail-board", data={**given, "why": " "})
        assert refused.status_code == 409
        assert "Nothing was decided" in refused.text
        assert (await http.post("/mail-board", data={**given, "why": "It <i>did not</i> come"})).status_code == 303
        assert (await http.post("/mail-board", data={**given, "why": "A second click"})).status_code == 409

        (row,) = await place.rows("SELECT state, attempts FROM notices WHERE id = :id", id=notice.id)
        assert (row["state"], row["attempts"]) == ("queued", 0)
        (decision,) = await place.rows("SELECT * FROM mail_decisions")
        assert decision["by"] == "RSO/secretariat (secretariat@rso.ahg.localhost)"
        assert (decision["what"], decision["why"], decision["state"]) == (
            "resend",
            "It <i>did not</i> come",
            "ambiguous",
        )

        await place.sql("UPDATE notices SET state = 'refused' WHERE id = :id", id=notice.id)
        assert "It &lt;i&gt;did not&lt;/i&gt; come" in (await http.get("/mail-board")).text
        await http.post("/mail-board", data={**given, "what": "give_up", "why": "The office is closed"})
        assert "There are no delivery problems." in (await http.get("/mail-board")).text


async def test_what_may_have_come_back_is_shown_with_the_address_that_the_report_names(place: Place) -> None:
    notice = await stuck(place, "sent")
    assert await board(place) == []
    await place.sql(
        "INSERT INTO mail_returns (notice, fingerprint, fate, address, status, text, noted_at)"
        " VALUES (:id, 'f', 'unconfirmed', 'box7@<i>behind</i>.example', '5.1.1', '550 gone', :at)",
        id=notice.id,
        at=place.now,
    )
    (row,) = await board(place)
    assert "    may have come back 2026-03-02 03:00 UTC: a report names box7@<i>behind</i>.example 550 gone" in list(
        board_lines([row], None, 0)
    )
    async with place.browser() as http:
        await place.as_post(http, RSO)
        page = (await http.get("/mail-board")).text
        assert "a report names <bdi>box7@&lt;i&gt;behind&lt;/i&gt;.example</bdi> · <bdi>550 gone</bdi>" in page
        given = {"_key": key_in(page), "notice": notice.key, "what": "give_up"}
        assert (await http.post("/mail-board", data=given)).status_code == 409
        await http.post("/mail-board", data={**given, "why": "The office has it"})
        assert "There are no delivery problems." in (await http.get("/mail-board")).text
    (stands,) = await place.rows("SELECT state FROM notices WHERE id = :id", id=notice.id)
    assert stands["state"] == "sent"


async def test_auditors_read_the_board_and_decide_nothing(place: Place) -> None:
    notice = await stuck(place, "refused")
    async with place.browser() as http:
        await place.as_post(http, AUDITOR)
        page = (await http.get("/mail-board")).text
        assert "no such user" in page
        assert 'value="give_up"' not in page
        given = {"_key": key_in(page), "notice": notice.key, "what": "give_up", "why": "because"}
        assert (await http.post("/mail-board", data=given)).status_code == 404
    async with place.browser() as http:
        await place.as_post(http, RSO)
        form_key = key_in((await http.get("/mail-board")).text)
        assert (await http.post("/mail-board", data={**given, "_key": "x"})).status_code == 403
        assert (await http.post("/mail-board", data={**given, "_key": form_key, "what": "x"})).status_code == 404
    assert await place.rows("SELECT * FROM mail_decisions") == []


async def test_a_mail_server_that_is_away_is_seen_with_how_many_wait(place: Place) -> None:
    reference = await recorded(place)
    said = "[Errno 111] Connect call failed"
    await place.sql("UPDATE notices SET reply = :said WHERE id = (SELECT min(id) FROM notices)", said=said)
    waiting = await place.rows("SELECT id FROM notices WHERE state = 'queued'")
    async with place.browser() as http:
        await place.as_post(http, RSO)
        page = (await http.get("/mail-board")).text
    assert f"Waiting to be sent: {len(waiting)}" in page
    assert page.count(said) == page.count('class="card"') == 1
    assert reference in page


async def test_a_long_board_comes_a_page_at_a_time(place: Place, monkeypatch: Any) -> None:
    monkeypatch.setattr("web.mail.board._A_PAGE", 2)
    await recorded(place)
    await place.sql("UPDATE notices SET state = 'refused'")
    total = len(await place.rows("SELECT id FROM notices"))
    async with place.browser() as http:
        await place.as_post(http, RSO)
        seen, query = 0, ""
        while True:
            page = (await http.get(f"/mail-board{query}")).text
            seen += page.count('class="card"')
            if 'href="?post=' not in page:
                break
            query = "?" + unescape(page.partition('href="?')[2].partition('"')[0])
    assert seen == total > 2
