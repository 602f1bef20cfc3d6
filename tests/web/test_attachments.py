"""Files of requests: what is taken in, by content and size; who gets it out again, and that it is only ever stored."""

import hashlib
import io
import os
import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from casework import CommandResult
from models.attachments import LONGEST_NAME
from models.commands import parse
from records import queries
from tests.web.place import Place, key_in
from tests.web.programs import Recorded
from web.kit.body_limit import LARGEST_FORM
from web.kit.site import Site
from web.request.attachments import file_headers
from web.request.file_kinds import kind_of
from web.request.sweeping import sweep_once

RSO, AU, LK = "RSO/secretariat", "AU/co-chair", "LK/focal-point"
STEP = "/request/new/attachments"
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
PAGE = b"<!DOCTYPE html><script>alert(1)</script>"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def packed(**parts: str | bytes) -> bytes:
    """A ZIP file; ``__`` in a name stands for a slash, ``_dot_`` for a point."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return made.getvalue()


def office(main: str, types: str, **more: str | bytes) -> bytes:
    named = f'<Types><Override PartName="/{main}" ContentType="{types}"/></Types>'
    return packed(**{"[Content_Types].xml": named, main: "<x/>", **more})


DOCX = office("word/document.xml", _MAIN)
XLSX = office("xl/workbook.xml", _SHEET)
ODT = packed(mimetype="application/vnd.oasis.opendocument.text", content_dot_xml="<x/>")


@pytest.mark.parametrize(
    ("content", "suffix", "words"),
    [
        (PDF, ".pdf", "PDF"),
        (PNG, ".png", "PNG"),
        (JPEG, ".jpeg", "JPEG"),
        (DOCX, ".docx", "DOCX"),
        (XLSX, ".xlsx", "XLSX"),
        (ODT, ".odt", "ODT"),
        (b"a;b\n1;2\n", ".csv", "CSV"),
        ("Ärger\n".encode("latin-1"), ".txt", "TXT"),
        ("a\tб\n".encode("utf-16"), ".csv", "CSV"),
        (b"\xef\xbb\xbfa,b\n", ".csv", "CSV"),
    ],
)
def test_a_file_is_what_its_content_says(content: bytes, suffix: str, words: str) -> None:
    file = io.BytesIO(content)
    kind = kind_of(file, suffix)
    assert kind is not None
    assert kind.words == words
    assert file.tell() == 0


@pytest.mark.parametrize(
    ("content", "suffix"),
    [
        (PAGE, ".txt"),
        (b"\xef\xbb\xbf  <svg onload=alert(1)>", ".csv"),
        (PAGE.decode().encode("utf-16"), ".txt"),
        (b"MZ\x90\x00\x03", ".txt"),
        (b"MZ\x90\x00\x03", ".pdf"),
        (b"plain words", ".pdf"),
        (b"", ".txt"),
        (packed(evil_dot_exe=b"MZ"), ".docx"),
        (office("word/document.xml", _MAIN.replace("main", "template")), ".docx"),
        (packed(mimetype="application/vnd.oasis.opendocument.text-template"), ".odt"),
        (b"\xff\xfe\x00\xd8\x00", ".txt"),
        (b"a\x00b", ".txt"),
        (b"x" * 1_100_000 + b"\x00", ".txt"),
        (b"%!PS-Adobe", ".pdf"),
        (b"plain words", ".html"),
        (b"\x89PNG\r\n\x1a\n no header", ".png"),
    ],
)
def test_what_could_run_or_is_not_what_it_seems_is_none_of_the_kinds(content: bytes, suffix: str) -> None:
    assert kind_of(io.BytesIO(content), suffix) is None


# putting in and taking out --------------------------------------------------------------------------------------


async def put(
    http: httpx.AsyncClient, *files: tuple[str, bytes], to: str = "stay", path: str = STEP, **more: Any
) -> httpx.Response:
    """Send files as a browser does."""
    key = key_in((await http.get(path)).text)
    sent = [("files", (name, content, "application/x-anything")) for name, content in files]
    # A field that is a list comes once for each; a browser sends an empty part where no file was chosen.
    return await http.post(path, data={"_key": key, "to": to, **more}, files=sent or [("files", ("", b"", "x/y"))])


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


async def test_a_file_is_kept_for_the_member_and_comes_back_as_a_download(place: Place) -> None:
    async with place.browser() as http:
        await place.as_post(http, LK)
        answer = await put(http, ("Lagekarte — ශ්‍රී.pdf", PDF), to="check")
        assert (answer.status_code, answer.headers["location"]) == (303, "/request/new/check")
        page = await http.get("/request/new/check")
        assert f'href="/request/files/{sha(PDF)}"' in page.text
        assert "Lagekarte" in page.text

        got = await http.get(f"/request/files/{sha(PDF)}")
        assert got.content == PDF
        assert got.headers["content-type"] == "application/pdf"
        assert got.headers["content-disposition"].startswith('attachment; filename="Lagekarte')
        assert "filename*=UTF-8''Lagekarte%20%E2%80%94%20" in got.headers["content-disposition"]
        assert got.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert got.headers["x-content-type-options"] == "nosniff"

        await put(http, ("words.txt", "<not markup> ü".encode()))
        text = await http.get(f"/request/files/{sha('<not markup> ü'.encode())}")
        assert text.headers["content-type"] == "application/octet-stream"


async def test_what_could_act_and_what_is_damaged_is_refused_in_a_sentence_of_its_own(place: Place) -> None:
    async with place.browser() as http:
        await place.as_post(http, LK)
        acts = PDF + b"<</Type/Catalog/OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n"
        answer = await put(http, ("acts.pdf", acts), ("cut.docx", DOCX[:-30]))
        assert answer.status_code == 422
        assert "acts.pdf holds macros or scripts." in answer.text
        assert "cut.docx is damaged" in answer.text
        assert files_of(place) == []


async def test_a_file_that_is_refused_says_why_and_the_others_stay(place: Place) -> None:
    async with place.browser() as http:
        await place.as_post(http, LK)
        answer = await put(
            http,
            ("good.pdf", PDF),
            ("page.pdf", PAGE),
            ("empty.txt", b""),
            ("../../<img src=x>.exe", b"MZ\x90\x00"),
            ("renamed.png", JPEG),
        )
        assert answer.status_code == 422
        faults = answer.text.partition("Not attached:")[2].partition("</div>")[0]
        assert faults.count("<li>") == 4
        for words in ("page.pdf", "empty.txt is empty", "&lt;img src=x&gt;.exe", "renamed.png"):
            assert words in faults
        assert "<img" not in answer.text
        assert f"/request/files/{sha(PDF)}" in answer.text
        assert [path.read_bytes() for path in files_of(place)] == [PDF]


def files_of(place: Place) -> list[Path]:
    folder = place.settings.attachments_folder
    return [path for path in folder.rglob("*") if path.is_file()] if folder.exists() else []


async def test_the_limits_are_named_and_nothing_beyond_them_is_written(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = place.site.attachments
    monkeypatch.setattr(store, "limits", store.limits._replace(each=2000, whole=3000, number=3))
    async with place.browser() as http:
        await place.as_post(http, LK)
        large = await put(http, ("large.pdf", PDF + b"0" * 2000))
        assert large.status_code == 422
        assert "large.pdf has 2 kB; a file may have at most 2 kB." in large.text
        assert files_of(place) == []

        together = await put(http, ("a.pdf", PDF + b"a" * 1800), ("b.pdf", PDF + b"b" * 1800))
        assert together.status_code == 422
        assert "at most 3 kB together" in together.text
        assert len(files_of(place)) == 1

        number = await put(http, *((f"{one}.txt", str(one).encode()) for one in range(4)))
        assert number.status_code == 422
        assert "at most 3 files" in number.text
        assert len(files_of(place)) == 3

        again = await put(http, ("renamed.pdf", PDF + b"a" * 1800))  # the same file is no second one
        assert again.status_code == 303
        shown = (await http.get(STEP)).text
        assert "renamed.pdf" in shown
        assert ">a.pdf" not in shown


async def test_a_file_that_is_taken_out_is_no_longer_in_the_draft_also_when_it_is_done_twice(place: Place) -> None:
    async with place.browser() as http:
        await place.as_post(http, LK)
        await put(http, ("a.pdf", PDF), ("b.png", PNG))
        key = key_in((await http.get(STEP)).text)
        for _ in range(2):
            answer = await http.post(f"{STEP}/remove", data={"_key": key, "sha256": sha(PDF)})
            assert (answer.status_code, answer.headers["location"]) == (303, STEP)
        page = (await http.get(STEP)).text
        assert "a.pdf" not in page
        assert "b.png" in page


async def test_what_is_taken_out_of_a_draft_goes_with_the_daily_sweeps(place: Place) -> None:
    async with place.browser() as http:
        await place.as_post(http, LK)
        await put(http, ("a.pdf", PDF), ("b.png", PNG))
        key = key_in((await http.get(STEP)).text)
        await http.post(f"{STEP}/remove", data={"_key": key, "sha256": sha(PDF)})
    for _ in range(2):
        for path in files_of(place):
            os.utime(path, (place.now.timestamp(),) * 2)
        place.later(hours=25)
        await sweep_once(place.site)
    assert [path.name for path in files_of(place)] == [sha(PNG)]


async def test_a_member_has_no_room_for_more_than_its_quota(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    store = place.site.attachments
    monkeypatch.setattr(store, "limits", store.limits._replace(member=2500))
    async with place.browser() as http:
        await place.as_post(http, LK)
        for one in (b"a", b"b"):  # each round puts a file in and takes it out again
            await put(http, ("x.pdf", PDF + one * 1000))
            key = key_in((await http.get(STEP)).text)
            await http.post(f"{STEP}/remove", data={"_key": key, "sha256": sha(PDF + one * 1000)})
        answer = await put(http, ("x.pdf", PDF + b"c" * 1000))
        assert answer.status_code == 422
        assert "The files of your member that no submitted request carries may have at most" in answer.text
    assert len(files_of(place)) == 2


async def test_how_much_room_is_left_is_said_before_anything_is_uploaded(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = place.site.attachments
    monkeypatch.setattr(store, "limits", store.limits._replace(kept=4096, case=3072))
    said = "those of all versions of one have at most 3 kB, those of your member 4 kB, of which {} are left."
    async with place.browser() as http:
        await place.as_post(http, LK)
        assert said.format("4 kB") in (await http.get(STEP)).text
        await put(http, ("x.pdf", PDF + b"a" * 3000))
        assert said.format("2 kB") in (await http.get(STEP)).text
        answer = await put(http, ("y.pdf", PDF + b"b" * 3000))
        assert answer.status_code == 422
        assert "The files of your member may have at most 4 kB" in answer.text


async def test_a_form_without_its_key_keeps_nothing(place: Place) -> None:
    async with place.browser() as http:
        await place.as_post(http, LK)
        for key in ("", "x" * 43):
            answer = await http.post(STEP, data={"_key": key}, files=[("files", ("a.pdf", PDF, "x/y"))])
            assert answer.status_code == 403
            assert (await http.post(f"{STEP}/remove", data={"_key": key, "sha256": sha(PDF)})).status_code == 403
        assert files_of(place) == []


async def test_only_members_put_files_in(place: Place) -> None:
    for post in (RSO, AU, "AU/steering-group", "AU/auditor"):
        async with place.browser() as http:
            await place.as_post(http, post)
            assert (await http.get(STEP)).status_code == 404, post
            sent = await http.post(STEP, data={"_key": "x"}, files=[("files", ("a.pdf", PDF, "x/y"))])
            assert sent.status_code == 404, post
    async with place.browser() as http:
        sent = await http.post(STEP, data={"_key": "x"}, files=[("files", ("a.pdf", PDF, "x/y"))])
        assert sent.status_code == 303
        assert sent.headers["location"].startswith("/sign-in")
    assert files_of(place) == []


# how much is read -----------------------------------------------------------------------------------------------


async def test_a_body_that_is_too_long_is_not_read(place: Place) -> None:
    read = 0

    async def endless() -> Any:
        nonlocal read
        while True:
            read += 65_536
            yield b"x" * 65_536

    whole = place.settings.attachment_limits[1]
    multipart = "multipart/form-data; boundary=b"
    form = "application/x-www-form-urlencoded"
    async with place.browser() as http:
        await place.as_post(http, LK)
        for path, kind, limit in (
            ("/request/new/situation", form, LARGEST_FORM),
            (STEP, form, LARGEST_FORM),
            ("/sign-in", form, LARGEST_FORM),
            ("/request/new/situation", multipart, LARGEST_FORM),
            (STEP, multipart, whole + LARGEST_FORM),
        ):
            announced = {"content-type": kind, "content-length": str(limit + 1)}
            answer = await http.post(path, headers=announced, content=endless())
            assert answer.status_code == 413, path
            assert read <= 2 * 65_536, path  # what the transport itself took before it was asked
            read = 0
        # Nothing is announced, and the parts never end.
        answer = await http.post("/request/new/situation", headers={"content-type": form}, content=endless())
        assert answer.status_code == 413
        assert read <= LARGEST_FORM + 3 * 65_536
        assert "too" in answer.text.lower()


# who gets it out ------------------------------------------------------------------------------------------------


async def submitted(place: Place, **fields: Any) -> tuple[Recorded, str]:
    """A request of Sri Lanka with two files, recorded."""
    store = place.site.attachments
    one = await store.keep("LK", "map.pdf", "application/pdf", io.BytesIO(PDF), place.now)
    two = await store.keep("LK", "list.png", "image/png", io.BytesIO(PNG), place.now)
    table = Recorded()
    table.do(
        LK,
        "submit",
        {
            "title": "Boats",
            "situation": "They leave.",
            "affected": ["MY"],
            "attachments": [file.model_dump(mode="json") for file in (one, two)],
            **fields,
        },
    )
    place.now = table.now
    return table, await table.record(place)


async def test_a_file_of_a_case_goes_to_who_may_read_it_and_to_nobody_else(place: Place) -> None:
    table, reference = await submitted(place, affected=["MY", "TH"], confidential={"attachments": ["MY"]})
    for by, do, fields in (
        (RSO, "accept", {}),
        *(
            (f"{who}/co-chair", "decide", {"gate": gate, "position": "approve"})
            for gate in ("activation", "participants")
            for who in ("AU", "ID")
        ),
        ("TH/focal-point", "respond", {"answer": "accept"}),
        ("MY/focal-point", "respond", {"answer": "accept"}),
    ):
        table.do(by, do, fields)
    await table.record(place)
    statuses = {}
    for post in (RSO, AU, LK, "MY/focal-point", "TH/focal-point", "MV/focal-point", "NZ/steering-group", "AU/auditor"):
        async with place.browser() as http:
            await place.as_post(http, post)
            page = await http.get(f"/cases/{reference}")
            got = await http.get(f"/cases/{reference}/files/{sha(PDF)}")
            statuses[post] = got.status_code
            assert (f"/files/{sha(PDF)}" in page.text) == (got.status_code == 200), post
            assert got.status_code == 404 or got.content == PDF
            # The same answer as for a file that is not there, and for a case that is not.
            for other in (f"{reference}/files/{'a' * 64}", f"AHG-2026-999/files/{sha(PDF)}"):
                none = await http.get(f"/cases/{other}")
                assert none.status_code == 404
                if got.status_code == 404:
                    assert _steady(none.text) == _steady(got.text), post
    seen = {post for post, status in statuses.items() if status == 200}
    written_down = await place.rows("SELECT post FROM readings WHERE what = 'file'")
    assert {row["post"] for row in written_down} == seen
    assert seen >= {RSO, AU, LK, "MY/focal-point"}
    assert not seen & {"TH/focal-point", "MV/focal-point"}


def _steady(page: str) -> str:
    """A page without the address that was asked for and the form's key."""
    return re.sub(r'value="[^"]*"', "", page)


async def test_a_hash_that_was_guessed_or_overheard_gives_no_file(place: Place) -> None:
    await submitted(place)
    async with place.browser() as http:
        await place.as_post(http, "TH/focal-point")
        assert (await http.get(f"/request/files/{sha(PDF)}")).status_code == 404
        await put(http, ("mine.pdf", PDF))  # who has the bytes may put them in, and has then read nothing new
        assert (await http.get(f"/request/files/{sha(PDF)}")).status_code == 200


@pytest.mark.parametrize(
    "name", ["..%2f..%2f..%2fetc%2fpasswd", "../../../etc/passwd", "%00", "A" * 64, "a" * 63, "ａ" * 64]
)
async def test_a_path_is_not_the_name_of_a_file(place: Place, name: str) -> None:
    _table, reference = await submitted(place)
    async with place.browser() as http:
        await place.as_post(http, LK)
        for folder in ("/request/files", f"/cases/{reference}/files"):
            assert (await http.get(f"{folder}/{name}")).status_code == 404


async def test_a_file_of_an_earlier_version_stays_readable_under_the_name_it_had(place: Place) -> None:
    table, reference = await submitted(place)
    table.do(RSO, "return", {"text": "Which routes?"})
    table.do(LK, "resubmit", {"attachments": []})
    await table.record(place)
    async with place.browser() as http:
        await place.as_post(http, AU)
        got = await http.get(f"/cases/{reference}/files/{sha(PDF)}")
        assert got.status_code == 200
        assert 'filename="map.pdf"' in got.headers["content-disposition"]
    async with place.engine.connect() as connection:
        told = await queries.files_of_versions(connection, reference)
    assert [[one.name for one in files] for files in told] == [["map.pdf", "list.png"], []]


async def test_a_file_that_is_damaged_or_missing_is_said_to_be_and_not_given_out(place: Place) -> None:
    _table, reference = await submitted(place)
    path = place.site.attachments.path(sha(PDF))
    async with place.browser() as http:
        await place.as_post(http, LK)
        path.write_bytes(PDF[:-1] + b"X")
        damaged = await http.get(f"/cases/{reference}/files/{sha(PDF)}")
        path.unlink()
        missing = await http.get(f"/cases/{reference}/files/{sha(PDF)}")
    for answer in (damaged, missing):
        assert answer.status_code == 410
        assert answer.headers["content-type"].startswith("text/html")
        assert "map.pdf is on record" in answer.text


@pytest.mark.parametrize(
    ("name", "simple"),
    [
        ('a"; filename="evil.exe', 'filename="a__ filename__evil.exe"'),
        ("x\r\nSet-Cookie: a=b.pdf", 'filename="x Set-Cookie_ a_b.pdf"'),
        ("invoice\u202efdp.exe", 'filename="invoicefdp.exe"'),
        ("дело.pdf", 'filename=".pdf"'),
        ("", 'filename="file"'),
        ("a" * 300 + ".pdf", f'filename="{"a" * (LONGEST_NAME - 4)}.pdf"'),
    ],
)
def test_the_name_of_a_file_stays_a_name_in_its_header(name: str, simple: str) -> None:
    said = file_headers(name)["Content-Disposition"]
    assert said.isascii()
    assert "\r" not in said
    assert said.startswith("attachment; ")
    assert simple in said


# a new version with its files -------------------------------------------------------------------------------------


async def test_a_new_version_that_does_not_come_through_keeps_its_new_files_in_the_form(place: Place) -> None:
    _table, reference = await submitted(place)
    async with place.browser() as http:
        await place.as_post(http, LK)
        page = (await http.get(f"/request/{reference}")).text
        assert f'name="attachments" value="{sha(PDF)}" checked' in page
        answer = await put(
            http,
            ("table.xlsx", XLSX),
            path=f"/request/{reference}",
            title="Boats",
            situation="They leave.",
            affected="MY",
            attachments=[sha(PNG), "f" * 64],
            since="no date at all",
        )
        assert answer.status_code in (422, 503)
        assert f'value="{sha(XLSX)}"' in answer.text
        assert f'value="{sha(PNG)}"' in answer.text
        assert sha(PDF) not in answer.text
        assert "f" * 64 not in answer.text


async def test_a_new_version_is_sent_as_the_command_takes_it(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Mapping[str, Any]] = []

    async def taken(_site: Site, do: str, fields: Mapping[str, Any], **_more: Any) -> CommandResult:
        parse(do, fields, by=LK, command_id="one")
        given.append(fields)
        return CommandResult(reference=reference, seq=2, stage="submitted")

    monkeypatch.setattr("web.request.version.give_command", taken)
    _table, reference = await submitted(place)
    async with place.browser() as http:
        await place.as_post(http, LK)
        answer = await put(
            http,
            ("table.xlsx", XLSX),
            path=f"/request/{reference}",
            title="Boats again",
            situation="They leave.",
            affected="MY",
            attachments=[sha(PDF)],
        )

    assert (answer.status_code, answer.headers["location"]) == (303, f"/cases/{reference}?entry=2")
    assert set(given[0]) == {"title", "attachments"}
