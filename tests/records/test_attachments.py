"""The store of attachments: bytes under their hash, who put them in, what may be attached by whom, verification."""

import asyncio
import hashlib
import io
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from casework import DRAFT, Casework, amend_draft
from db import write_transaction
from models.attachments import FILE_KINDS, Limits, clean_name, suffix_of, too_much, written_size
from models.posts import Post
from models.refusal import RefusalKind, Refused
from models.request import Attachment
from models.tables import TABLES
from ops.doctor import examine
from ops.verify import verify_records
from records.attachment_sweep import UNNAMED_GRACE, _gone, sweep_attachments
from records.attachments import Attachments
from records.references import change_draft as amend_row
from records.references import read_draft
from settings import Settings, SettingsError, load_settings
from tests.rig import REQUEST, Rig, rig, working

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
LIMITS = Limits(each=1000, whole=2500, number=3)
PDF = b"%PDF-1.7\n"


@pytest.fixture
def store(engine: AsyncEngine, tmp_path: Path) -> Attachments:
    return Attachments(engine, tmp_path / "files", LIMITS)


async def kept(store: Attachments, content: bytes = PDF, member: str = "LK", name: str = "a.pdf") -> Attachment:
    return await store.keep(member, name, "application/pdf", io.BytesIO(content), NOW)


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


# bytes ------------------------------------------------------------------------------------------------------


async def test_a_file_lies_under_its_hash_two_folders_deep_for_its_owner_alone(store: Attachments) -> None:
    one = await kept(store)

    digest = hashlib.sha256(PDF).hexdigest()
    (path,) = files_in(store.folder)
    assert one == Attachment(name="a.pdf", sha256=digest, size=len(PDF), kind="application/pdf")
    assert path == store.folder / digest[:2] / digest[2:4] / digest
    assert path.read_bytes() == PDF
    assert [part.stat().st_mode & 0o777 for part in (path, path.parent, store.folder)] == [0o600, 0o700, 0o700]
    assert await store.fault(digest, len(PDF)) == ""


async def test_the_same_file_many_times_at_once_is_one_file_and_each_member_is_noted(store: Attachments) -> None:
    content = bytes(range(256)) * 5000
    members = [f"M{number % 4}" for number in range(16)]

    files = await asyncio.gather(*(kept(store, content, member) for member in members))

    assert len({one.sha256 for one in files}) == 1
    assert len(files_in(store.folder)) == 1
    for member in set(members):
        assert list(await store.put_in(member, [files[0].sha256])) == [files[0].sha256]
    assert await store.put_in("M9", [files[0].sha256]) == {}


async def test_a_damaged_file_is_found_and_mended_by_putting_it_in_again(store: Attachments) -> None:
    one = await kept(store)
    path = store.path(one.sha256)
    path.write_bytes(PDF.replace(b"7", b"6"))
    assert await store.fault(one.sha256, one.size) == "has other bytes than its hash says"
    path.write_bytes(b"")
    assert await store.fault(one.sha256, one.size) == "has 0 bytes, not 9"
    path.unlink()
    assert await store.fault(one.sha256, one.size) == "is missing"

    await kept(store)

    assert await store.fault(one.sha256, one.size) == ""


async def test_what_breaks_off_leaves_nothing_behind(store: Attachments) -> None:
    class Broken(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            if self.tell():
                raise OSError("the connection is gone")
            return super().read(size)

    with pytest.raises(OSError, match="gone"):
        await store.keep("LK", "a.pdf", "application/pdf", Broken(b"x" * 2_000_000), NOW)

    assert files_in(store.folder) == []


@pytest.mark.parametrize(
    "name",
    ["", "..", "../../etc/passwd", "/etc/passwd", "A" * 64, "a" * 63, "a" * 65, "a" * 63 + "\n", "a" * 62 + "\x00a"],
)
def test_nothing_but_a_hash_becomes_a_path(store: Attachments, name: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        store.path(name)


# who may attach what ------------------------------------------------------------------------------------------


async def test_a_member_attaches_what_it_put_in_itself_or_what_the_newest_version_has(store: Attachments) -> None:
    own, others = await kept(store), await kept(store, b"theirs", "MY")

    await store.check("LK", [own], {})
    await store.check("LK", [own, others], {others.sha256: others})
    sentences = []
    absent = others.model_copy(update={"sha256": "0" * 64})
    for wrong in (others, absent, own.model_copy(update={"size": own.size + 1})):
        with pytest.raises(Refused) as refused:
            await store.check("LK", [wrong], {})
        assert refused.value.why is RefusalKind.INVALID
        sentences.append(refused.value.sentence)
    assert len(set(sentences)) == 1  # whether another member has such a file is not told

    store.path(own.sha256).unlink()
    with pytest.raises(Refused, match="has not put it in here"):
        await store.check("LK", [own], {})


async def test_a_member_has_a_quota_for_what_no_request_carries(store: Attachments, engine: AsyncEngine) -> None:
    store.limits = store.limits._replace(member=2500)
    first, second = await kept(store, b"1" * 1000), await kept(store, b"2" * 1000)
    with pytest.raises(Refused, match="at most 3 kB; with this one they would have 3 kB"):
        await kept(store, b"3" * 1000)
    await kept(store, b"2" * 1000)  # the same file is none more
    await kept(store, b"3" * 1000, member="MY")
    assert await store.no_room_for("LK", first.model_copy(update={"sha256": "0" * 64}))
    await version_with(engine, first)
    assert not await store.no_room_for("LK", first.model_copy(update={"sha256": "0" * 64}))
    assert second.size == 1000


async def test_the_files_of_submitted_requests_have_a_quota_too(store: Attachments, engine: AsyncEngine) -> None:
    store.limits = store.limits._replace(kept=2500, case=1500)
    first, second = await kept(store, b"1" * 1000), await kept(store, b"2" * 1000)
    await version_with(engine, first)
    assert await store.room_of("LK") == 500
    with pytest.raises(
        Refused, match=r"The files of your member may have at most 3 kB, those of its submitted requests"
    ):
        await kept(store, b"3" * 1000)
    await kept(store, b"1" * 1000)  # the same file is none more
    assert await store.room_of("MY") == 2500
    with pytest.raises(Refused, match="The files of all versions of a request may have at most 2 kB together"):
        await store.check("LK", [second], {}, [first])
    await store.check("LK", [first], {}, [first, first])


async def version_with(engine: AsyncEngine, file: Attachment, reference: str = "AHG-2026-001") -> None:
    content = {"attachments": [file.model_dump(mode="json")]}
    row = {"reference": reference, "version": 1, "submitted_at": NOW, "content": content}
    async with write_transaction(engine) as connection:
        await connection.execute(TABLES.tables["request_versions"].insert(), row)


async def test_what_nothing_names_goes_after_two_days_and_nothing_else(store: Attachments, engine: AsyncEngine) -> None:
    carried, drafted, logged, loose, again = [await kept(store, bytes([65 + one]) * 100) for one in range(5)]
    await version_with(engine, carried)
    await amend_row(engine, "LK", "x", lambda _: {"attachments": [drafted.model_dump(mode="json")]}, NOW)
    event = {"type": "resubmitted", "request": {"attachments": [logged.model_dump(mode="json")]}}
    entry = {"stream": "AHG-2026-002", "seq": 1, "at": NOW.isoformat(), "by": "LK/focal-point", "command": "c"}
    row = {**entry, "type": "resubmitted", "event": event, "previous": "", "hash": "h"}
    async with write_transaction(engine) as connection:
        await connection.execute(TABLES.tables["entries"].insert(), row)
    (store.folder / ".new-broken-off").write_bytes(b"x")
    for path in files_in(store.folder):
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))

    async def swept(hours: float) -> tuple[int, int, int]:
        return await sweep_attachments(engine, store.folder, NOW + timedelta(hours=hours))

    assert await swept(23) == (0, 0, 0)
    await store.keep("MY", "b.pdf", "application/pdf", io.BytesIO(b"E" * 100), NOW + timedelta(hours=23))
    os.utime(store.path(again.sha256), ((NOW + timedelta(hours=23)).timestamp(),) * 2)
    assert await swept(25) == (2, 1, 1)  # forgotten for LK; what broke off is removed
    assert set(await store.put_in("LK", [loose.sha256, again.sha256, drafted.sha256])) == {drafted.sha256}
    assert await swept(26) == (0, 0, 0)
    assert await store.fault(loose.sha256, 100) == ""
    assert await swept(50) == (1, 1, 100)  # the bytes, and MY's note of the other
    assert {path.name for path in files_in(store.folder)} == {one.sha256 for one in (carried, drafted, logged, again)}
    assert await swept(75) == (0, 1, 100)
    assert {path.name for path in files_in(store.folder)} == {one.sha256 for one in (carried, drafted, logged)}
    assert await swept(1000) == (0, 0, 0)


async def test_a_file_that_is_put_in_while_it_is_swept_stays(store: Attachments) -> None:
    one = await kept(store)
    late = datetime.now(UTC) + UNNAMED_GRACE * 2
    os.utime(store.path(one.sha256), (late.timestamp(),) * 2)
    assert _gone(store.path(one.sha256), late) is None
    assert await store.fault(one.sha256, one.size) == ""


async def test_the_limits_are_named(store: Attachments) -> None:
    one = Attachment(name="a.pdf", sha256="a" * 64, size=1)
    large = one.model_copy(update={"size": 1001})
    several = [one.model_copy(update={"sha256": digit * 64, "size": 900}) for digit in "abc"]
    for files, sentence in (
        ([large], "A file may have at most 1 kB; a.pdf has 1 kB."),
        (several, "may have at most 3 kB together; these have 3 kB"),
        ([one] * 4, "at most 3 files; these are 4"),
        ([one, one], "attached twice"),
    ):
        with pytest.raises(Refused, match=sentence.replace(".", r"\.")):
            await store.check("LK", files, {})
    assert too_much([one], LIMITS) == ""


def test_sizes_are_said_as_people_say_them() -> None:
    assert [written_size(size) for size in (0, 1, 1024, 1_048_576, 1_572_864, 10 * 1024**2)] == [
        "0 kB",
        "1 kB",
        "1 kB",
        "1 MB",
        "1.5 MB",
        "10 MB",
    ]


# names ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("report.pdf", "report.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\x\\laporan akhir.PDF", "laporan akhir.PDF"),
        ("a\r\nSet-Cookie: x=1.txt", "a Set-Cookie: x=1.txt"),
        ("a\x00b\x7fc\x9b.csv", "a b c .csv"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("تقرير.pdf", "تقرير.pdf"),
        ("می\u200cخواهم.odt", "می\u200cخواهم.odt"),  # a joiner is spelling in Persian
        ("e\u0301.png", "é.png"),
        ("...", ""),
        ("/", ""),
        ("\ud800", ""),
        (" .. spaced  out .pdf ", "spaced out .pdf"),
        ("é" * 500 + ".pdf", "é" * 196 + ".pdf"),
        ("x" * 500, "x" * 200),
        ("x." + "y" * 500, "x." + "y" * 198),
    ],
)
def test_a_name_is_kept_as_text_without_folder_controls_or_reordering(sent: str, name: str) -> None:
    assert clean_name(sent) == name
    assert clean_name(name) == name


def test_endings_and_kinds() -> None:
    assert [suffix_of(name) for name in ("a.PDF", "a.tar.gz", ".pdf", "a.", "a")] == [".pdf", ".gz", "", "", ""]
    suffixes = [suffix for kind in FILE_KINDS for suffix in kind.suffixes]
    assert len(set(suffixes)) == len(suffixes)
    assert not {".html", ".svg", ".exe", ".docm", ".js"} & set(suffixes)


# drafts -----------------------------------------------------------------------------------------------------


async def test_two_that_change_a_draft_at_once_take_nothing_back_from_each_other(engine: AsyncEngine) -> None:
    def added(number: int) -> Any:
        return lambda before: {**before, str(number): number}

    await asyncio.gather(*(amend_row(engine, "LK", DRAFT, added(number), NOW) for number in range(12)))

    async with engine.connect() as connection:
        assert await read_draft(connection, "LK", DRAFT) == {str(number): number for number in range(12)}


async def test_a_change_that_is_refused_leaves_the_draft_as_it_was(engine: AsyncEngine) -> None:
    post = Post("LK/focal-point")
    await amend_draft(engine, post, lambda before: {**before, "title": "Boats"}, NOW)
    for change, by in (
        (lambda before: {**before, "no_such_field": 1}, post),
        (lambda before: {"title": "Other"}, Post("LK/auditor")),
    ):
        with pytest.raises(Refused):
            await amend_draft(engine, by, change, NOW)
    async with engine.connect() as connection:
        assert await read_draft(connection, "LK", DRAFT) == {"title": "Boats"}


# the way in, on a real Temporal server ---------------------------------------------------------------------------


@pytest_asyncio.fixture
async def parts(tmp_path: Path, database_url: str) -> AsyncIterator[Rig]:
    """A product that keeps files."""
    async with rig(tmp_path / "rig", database_url=database_url) as made, working(made):
        store = Attachments(made.engine, made.settings.attachments_folder, LIMITS)
        made.casework = Casework(made.engine, made.desk, files=store)
        yield made


def store_of(parts: Rig) -> Attachments:
    return Attachments(parts.engine, parts.settings.attachments_folder, LIMITS)


async def test_a_case_carries_its_members_files_and_nobody_elses(parts: Rig) -> None:
    store = store_of(parts)
    own, others = await kept(store), await kept(store, b"theirs", "MY", "theirs.pdf")
    with pytest.raises(Refused, match="cannot be attached"):
        await parts.submit(attachments=[own.model_dump(), others.model_dump()])
    async with parts.engine.connect() as connection:
        given = (await connection.execute(text("SELECT count(*) FROM references_given"))).scalar()
    assert given == 0  # no number is used up

    await parts.submit(attachments=[own.model_dump()])
    later = await kept(store, b"later")
    for by, fields in (
        ("LK/focal-point", {"attachments": [others.model_dump()]}),
        ("MY/focal-point", {"attachments": [later.model_dump()]}),
        ("LK/focal-point", {"attachments": [own.model_dump(), own.model_dump()]}),
        ("LK/focal-point", {"attachments": [{"name": "x", "sha256": "../../etc/passwd", "size": 1}]}),
        ("LK/focal-point", {"attachments": "x"}),
    ):
        with pytest.raises(Refused) as refused:
            await parts.act(by, "resubmit", fields)
        assert refused.value.why is RefusalKind.INVALID
    command = {"do": "resubmit", "attachments": [others.model_dump()]}
    by_letter = {"post": "LK/focal-point", "how": "letter", "text": "no connection", "command": command}
    with pytest.raises(Refused, match="cannot be attached"):
        await parts.act("RSO/secretariat", "act_for", by_letter)

    both = [own.model_dump(), later.model_dump()]
    await parts.act("LK/focal-point", "resubmit", {"attachments": both})
    await parts.act("LK/focal-point", "resubmit", {"done": "Patrols."})  # says nothing of files, so they stay

    entries = [entry for entry in await parts.entries() if entry.type == "resubmitted"]
    assert [entry.event["request"]["attachments"] for entry in entries] == [both, both]


async def test_a_joint_requester_leaves_the_others_files_where_they_are(parts: Rig) -> None:
    store = store_of(parts)
    own, theirs = await kept(store), await kept(store, b"theirs", "MY", "theirs.pdf")
    await parts.submit(attachments=[own.model_dump()])
    await parts.act("MY/focal-point", "join", {"grounds": [{"ground": "transit"}]})

    await parts.act("MY/focal-point", "resubmit", {"attachments": [own.model_dump(), theirs.model_dump()]})
    await parts.act("MY/focal-point", "resubmit", {"attachments": [theirs.model_dump()]})
    with pytest.raises(Refused, match="cannot be attached"):  # what was taken out is its owner's again
        await parts.act("MY/focal-point", "resubmit", {"attachments": [own.model_dump()]})
    await parts.act("LK/focal-point", "resubmit", {"attachments": [own.model_dump(), theirs.model_dump()]})


async def test_where_no_files_are_kept_nothing_is_attached(parts: Rig) -> None:
    parts.casework = Casework(parts.engine, parts.desk)
    one = Attachment(name="a.pdf", sha256="a" * 64, size=1)
    with pytest.raises(Refused, match="No files are kept here"):
        await parts.submit(attachments=[one.model_dump()])
    await parts.submit(attachments=[])


async def test_verify_names_the_file_that_is_missing_or_damaged(parts: Rig) -> None:
    store = store_of(parts)
    first, second = await kept(store), await kept(store, b"second", name="second.pdf")
    await parts.submit(**{**REQUEST, "attachments": [first.model_dump(), second.model_dump()]})
    await parts.act("LK/focal-point", "resubmit", {"attachments": [second.model_dump()]})

    async def faults() -> list[str]:
        return [str(fault) async for fault in verify_records(parts.engine, parts.client, files=store)]

    assert await faults() == []
    store.path(first.sha256).unlink()  # of an earlier version alone
    store.path(second.sha256).write_bytes(b"sec0nd")
    assert await faults() == [
        f"{parts.reference}: the file 'a.pdf' ({first.sha256[:12]}) is missing",
        f"{parts.reference}: the file 'second.pdf' ({second.sha256[:12]}) has other bytes than its hash says",
    ]


async def test_the_doctor_says_whether_files_can_be_kept(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    for folder, well in ((tmp_path / "not" / "there" / "yet", True), (blocked, False), (blocked / "below", False)):
        found = [one async for one in examine(Settings(data_dir=tmp_path, attachments_dir=folder))]
        (files,) = [one for one in found if one.what == "Files of requests"]
        assert files.well is well, files


# settings ---------------------------------------------------------------------------------------------------


def test_one_file_is_not_larger_than_all_together(tmp_path: Path) -> None:
    assert Settings(data_dir=tmp_path).attachments_folder == tmp_path / "attachments"
    assert Settings(data_dir=tmp_path, attachments_dir=tmp_path / "x").attachments_folder == tmp_path / "x"
    with pytest.raises(SettingsError, match="AHG_ATTACHMENT_MB is more than AHG_ATTACHMENTS_MB"):
        load_settings(attachment_mb=60)
