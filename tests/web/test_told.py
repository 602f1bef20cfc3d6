"""Who was told: the list of notices of a case, for those who may see it, and as a file that computes nothing."""

import csv
import io
from typing import Any

import pytest

from db import write_transaction
from models.tables import TABLES
from records import ledger, proof
from records.csv_text import csv_text
from tests.web.place import Place
from tests.web.programs import Recorded

RSO, AU, LK = "RSO/secretariat", "AU/co-chair", "LK/focal-point"


async def recorded(place: Place) -> str:
    table = Recorded()
    table.do(LK, "submit", {"title": "=cmd()", "situation": "They leave.", "affected": ["MY"]})
    table.do(RSO, "accept")
    place.now = table.now
    return await table.record(place)


async def test_the_secretariat_the_co_chairs_and_auditors_see_who_was_told(place: Place) -> None:
    reference = await recorded(place)
    async with place.engine.connect() as connection:
        first, second, *_ = await proof.ledger_of_case(connection, reference)
    await place.sql(
        "UPDATE notices SET state = 'refused', reply = '550 <b>no such user</b>', address = :address WHERE id = :id",
        id=first.notice.id,
        address="=HYPERLINK(1)@example.org",
    )
    assert await ledger.acknowledge(place.engine, second.notice.key, place.now)
    assert not await ledger.acknowledge(place.engine, second.notice.key, place.now)
    assert not await ledger.acknowledge(place.engine, "no such key", place.now)
    rows: list[dict[str, str]] = []
    for post in (RSO, AU, "AU/auditor"):
        async with place.browser() as http:
            await place.as_post(http, post)
            page = await http.get(f"/cases/{reference}/notices")
            assert page.status_code == 200
            assert "550 &lt;b&gt;no such user" in page.text
            assert "refused" in page.text
            assert page.text.count("not confirmed") == page.text.count("<tr>") - 2
            assert f'href="/cases/{reference}/notices"' in (await http.get(f"/cases/{reference}")).text

            file = await http.get(f"/cases/{reference}/notices.csv")
            assert file.headers["Content-Type"] == "text/csv; charset=utf-8"
            assert file.headers["Content-Disposition"] == f'attachment; filename="{reference}-notices.csv"'
            rows = list(csv.DictReader(io.StringIO(file.text.removeprefix("\ufeff"))))
    assert [row["state"] for row in rows][:2] == ["refused", "queued"]
    assert rows[0]["address"] == "'=HYPERLINK(1)@example.org"
    assert rows[1]["acknowledged_at"] == place.now.isoformat(timespec="seconds")


async def test_what_readers_want_is_said_in_words_and_a_digest_says_what_became_of_it(place: Place) -> None:
    reference = await recorded(place)
    stands: dict[str, dict[str, Any]] = {
        "waits for the next digest": {"state": "digest", "reason": "digest"},
        "its reader keeps quiet hours": {"reason": "quiet_hours", "next_attempt_at": place.now},
        "the mails of this case are switched off": {"state": "not_wanted", "reason": "case_switched_off"},
        "went in a digest: refused": {"state": "gathered", "digest": "digest:1"},
    }
    notices = TABLES.tables["notices"]
    async with place.engine.connect() as connection:
        rows = await proof.ledger_of_case(connection, reference)
    async with write_transaction(place.engine) as connection:
        for row, columns in zip(rows, stands.values(), strict=False):
            await connection.execute(notices.update().where(notices.c.id == row.notice.id).values(**columns))
        of_the_digest = {name: getattr(rows[0].notice, name) for name in ("post", "capacity", "queued_at")}
        of_the_digest["facts"] = rows[0].notice.stored_facts
        refused: dict[str, Any] = {
            "key": "digest:1",
            "reference": "",
            "seq": 0,
            "kind": "digest",
            "state": "refused",
            "attempts": 3,
            "reserved_by": "",
            "address": "desk@example.org",
            "reply": "550 no",
            "message_id": "<a@b>",
            "instead_of": "",
            "reason": "",
            "settled_by": "",
            "digest": "",
        }
        await connection.execute(notices.insert().values(**of_the_digest, **refused))
        instead = {
            "key": "digest:1:alternate",
            "instead_of": "digest:1",
            "capacity": "alternate",
            "state": "sent",
            "address": "alternate@example.org",
            "reply": "250 yes",
        }
        await connection.execute(notices.insert().values(**{**of_the_digest, **refused, **instead}))
    async with place.browser() as http:
        await place.as_post(http, RSO)
        page = (await http.get(f"/cases/{reference}/notices")).text
        of_the_alternate = ("went in a digest: taken by the mail server", "alternate@example.org", "250 yes")
        for words in (*stands, "desk@example.org", "550 no", *of_the_alternate):
            assert words in page
        file = (await http.get(f"/cases/{reference}/notices.csv")).text
        gathered, others = [row for row in csv.DictReader(io.StringIO(file.removeprefix("\ufeff"))) if row["digest"]]
        assert [gathered[name] for name in ("state", "digest", "digest_state", "attempts", "message_id")] == [
            "gathered",
            "digest:1",
            "refused",
            "3",
            "<a@b>",
        ]
        assert [others[name] for name in ("capacity", "address", "digest_state", "instead_of")] == [
            "alternate",
            "alternate@example.org",
            "sent",
            rows[3].notice.key,
        ]
        board = (await http.get("/mail-board")).text
        assert "A digest" in board
        assert 'href="/cases//notices"' not in board


async def test_nobody_else_learns_that_there_is_such_a_list(place: Place) -> None:
    reference = await recorded(place)
    for post in (LK, "NZ/steering-group", "MV/focal-point"):
        async with place.browser() as http:
            await place.as_post(http, post)
            for path in ("notices", "notices.csv"):
                answer = await http.get(f"/cases/{reference}/{path}")
                absent = await http.get(f"/cases/AHG-2026-999/{path}")
                same = absent.text.replace("AHG-2026-999", reference)
                assert (answer.status_code, answer.text) == (404, same)
    async with place.browser() as http:
        assert (await http.get(f"/cases/{reference}/notices")).status_code == 303
        await place.as_post(http, RSO)
        for none in ("AHG-2026-999", "%00", "x" * 300):
            assert (await http.get(f"/cases/{none}/notices")).status_code == 404
            assert (await http.get(f"/cases/{none}/notices.csv")).status_code == 404
        for after in ("-1", "x", "9" * 40):
            assert (await http.get(f"/cases/{reference}/notices", params={"after": after})).status_code == 404


async def test_a_long_list_comes_a_page_at_a_time(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.case.notices._A_PAGE", 2)
    reference = await recorded(place)
    await place.sql("UPDATE notices SET state = 'gathered', digest = 'digest:1'")
    for key, instead_of in (("digest:1", ""), ("digest:1:alternate", "digest:1")):
        await place.sql(
            "INSERT INTO notices (key, reference, seq, kind, post, capacity, facts, queued_at, state, attempts,"
            " reserved_by, address, reply, message_id, instead_of, reason, settled_by, digest)"
            " VALUES (:key, '', 0, 'digest', :post, 'holder', '{}', :at, 'sent', 1, '', '', '', '', :instead_of,"
            " '', '', '')",
            key=key,
            post=LK,
            at=place.now,
            instead_of=instead_of,
        )
    async with place.engine.connect() as connection:
        total = len(await proof.ledger_of_case(connection, reference))
    async with place.browser() as http:
        await place.as_post(http, RSO)
        seen, path = 0, "notices"
        while path:
            page = (await http.get(f"/cases/{reference}/{path}")).text
            seen += page.count("<tr>") - 1
            found = page.partition('href="?after=')[2].partition('"')[0]
            path = f"notices?after={found}" if found else ""
    assert seen == total > 2


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\u00a0=1", "|x", "\uff1d1", "\ufeff=1", "\n@x", "%00"],
)
def test_what_a_spreadsheet_would_compute_is_written_as_text(text: str) -> None:
    (_, (cell,)) = csv.reader(io.StringIO(csv_text(["a"], [[text]]), newline=""))
    assert cell == f"'{text}"


def test_other_cells_come_out_as_they_went_in() -> None:
    cells = ["AHG-2026-001", 'a, "b"\nc', "Ü 日本 محمد", "", "a=b"]
    (_, read) = csv.reader(io.StringIO(csv_text(["a"] * 5, [cells]), newline=""))
    assert read == cells
    assert csv_text(["n", "x"], [[-3, None]]) == '"n","x"\r\n"-3",""\r\n'
