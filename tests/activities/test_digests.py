"""Digests through the real delivery: what is in them, when they come, and that nothing is told twice or lost."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine
from structlog.testing import capture_logs

from db import Writer
from models.mail_preferences import MailChoice, Preferences, Rhythm, Switch
from ops.catcher import Catcher
from records import digests, proof
from records.mail_pauses import pause_mail, resume_mail
from tests.activities.post_office import OFF, PostOffice, at_work, post_office, sent_at
from tests.web.place import address_of

MONDAY = datetime(2026, 3, 2, 3, tzinfo=UTC)
MY, TH, LK, AU = "MY/focal-point", "TH/focal-point", "LK/focal-point", "AU/co-chair"
RSO = "RSO/secretariat"
MORNING_MY = datetime(2026, 3, 3, 0, tzinfo=UTC)  # Tuesday, 08:00 in Kuala Lumpur


@pytest_asyncio.fixture
async def office(engine: AsyncEngine, catcher: Catcher) -> AsyncIterator[PostOffice]:
    async with post_office(engine, catcher, MONDAY) as made:
        yield made


def text_of(mail: object) -> str:
    return str(mail.message.get_body(("plain",)).get_content())  # type: ignore[attr-defined]


async def test_what_can_wait_comes_in_one_mail_in_the_morning_by_case(office: PostOffice) -> None:
    first, second = at_work(MONDAY), at_work(MONDAY, 2, title="Another crossing")
    for table in (first, second):
        table.do(RSO, "situation_update", {"text": "Fewer boats."})
    await office.tell(first, second)
    kinds = {mail.message["X-Ahg-Kind"] for mail in office.mails(MY)}
    assert "situation_updated" not in kinds
    assert {"invited", "group_convened"} <= kinds
    held = await office.ledger("situation_updated", MY)
    assert {(one.state, one.next_attempt_at, one.reason) for one in held} == {("digest", MORNING_MY, "digest")}

    await office.until(MORNING_MY - timedelta(seconds=1))
    assert office.digests(MY) == []
    await office.until(MORNING_MY)
    (digest,) = office.digests(MY)
    assert sent_at(digest) == MORNING_MY
    assert text_of(digest).count("There is an update on the situation") == 2
    assert [text_of(digest).count(name) for name in ("* AHG-2026-001", "* AHG-2026-002")] == [1, 1]
    (row,) = await office.ledger("digest", MY)
    gone = await office.ledger("situation_updated", MY)
    assert {(one.state, one.digest) for one in gone} == {("gathered", row.key)}
    assert (row.state, row.key) == ("sent", f"digest:{MY}:{gone[0].id}")

    await office.until(MORNING_MY + timedelta(days=9))
    assert len(office.digests(MY)) == 1


async def test_what_waits_for_the_reader_comes_first_the_soonest_before_all(office: PostOffice) -> None:
    first, second = at_work(MONDAY), at_work(MONDAY, 2)
    first.do(RSO, "add_outcome", {"title": "A hotline", "owner": "MY", "due": "2026-03-18"})
    first.do(RSO, "add_outcome", {"title": "Joint patrols", "owner": "MY", "due": "2026-03-17"})
    second.do(RSO, "situation_update", {"text": "Fewer boats."})
    await office.wants(MY, Preferences(digest=Rhythm.WEEKLY))  # the reminders come on Tuesday and Wednesday
    for table in (first, second):
        table.until(MONDAY + timedelta(days=9))
    first.do(RSO, "situation_update", {"text": "No boats."})
    await office.tell(first, second)
    await office.until(datetime(2026, 3, 16, 0, tzinfo=UTC))
    (digest,) = office.digests(MY)
    said = re.findall(r"^(?:\* (AHG\S+)|    - (.*))", text_of(digest), flags=re.MULTILINE)
    assert [one or other for one, other in said] == [
        "AHG-2026-001",
        "An outcome is due soon: Joint patrols",
        "An outcome is due soon: A hotline",
        "There is an update on the situation",
        "AHG-2026-002",
        "There is an update on the situation",
    ]
    assert digest.message["Subject"] == "[AHG] Digest: 2 things wait for you"


async def test_what_is_settled_by_then_is_left_out_and_a_digest_of_nothing_is_not_sent(office: PostOffice) -> None:
    table = at_work(MONDAY)
    for owner in ("MY", "TH"):
        table.do(RSO, "add_outcome", {"title": f"Patrols of {owner}", "owner": owner, "due": "2026-03-17"})
    table.until(datetime(2026, 3, 10, 6, tzinfo=UTC))
    table.do(RSO, "situation_update", {"text": "Fewer boats."})
    await office.tell(table)
    await office.until(datetime(2026, 3, 10, 7, tzinfo=UTC))
    assert [one.state for one in await office.ledger("outcome_due", MY)] == ["digest"]
    table.do(MY, "done", {"outcome": "Patrols of MY"})
    table.until(datetime(2026, 3, 10, 8, tzinfo=UTC))
    await office.tell(table)
    await office.until(datetime(2026, 3, 12, tzinfo=UTC))
    (mine,), (theirs,) = office.digests(MY), office.digests(TH)
    assert "Patrols of MY" not in text_of(mine)
    assert "There is an update" in text_of(mine)
    assert "Patrols of TH" in text_of(theirs)
    (left_out,) = await office.ledger("outcome_due", MY)
    assert (left_out.state, left_out.reason) == ("superseded", "What it reminds of is settled.")

    other = at_work(office.now, 2)
    other.do(RSO, "add_outcome", {"title": "A hotline", "owner": "MY", "due": "2026-03-25"})
    other.until(datetime(2026, 3, 18, 6, tzinfo=UTC))
    await office.tell(other)
    other.do(MY, "done", {"outcome": "A hotline"})
    await office.tell(other)
    await office.until(datetime(2026, 3, 20, tzinfo=UTC))
    assert len(office.digests(MY)) == 1
    assert [one.state for one in await office.ledger("digest", MY)] == ["sent", "superseded"]


async def test_what_was_asked_and_is_done_by_then_is_only_told(office: PostOffice) -> None:
    switch = Switch(kind="outcome_assigned", how=MailChoice.DIGEST)
    await office.wants(MY, Preferences(digest=Rhythm.WEEKLY, weekday=0, switches=(switch,)))
    table = at_work(MONDAY)
    for title in ("A hotline", "Joint patrols"):
        table.do(RSO, "add_outcome", {"title": title, "owner": "MY", "due": "2026-06-01"})
    await office.tell(table)
    table.do(MY, "done", {"outcome": "A hotline"})
    await office.tell(table)
    await office.until(datetime(2026, 3, 9, 2, tzinfo=UTC))
    (digest,) = office.digests(MY)
    assert digest.message["Subject"] == "[AHG] Digest: 1 thing waits for you"
    links = [word for word in text_of(digest).split() if "/do/progress" in word]
    assert len(links) == 1
    assert "Joint" in links[0]


async def test_the_ledger_of_a_case_says_what_became_of_the_digest(office: PostOffice) -> None:
    table = at_work(MONDAY)
    table.do(RSO, "situation_update", {"text": "Fewer boats."})
    await office.tell(table)
    await office.until(MORNING_MY)
    async with office.engine.connect() as connection:
        rows = await proof.ledger_of_case(connection, "AHG-2026-001")
    (mine,) = [row for row in rows if (row.notice.kind, row.notice.post) == ("situation_updated", MY)]
    assert (mine.notice.state, mine.digest_state, mine.notice.address) == ("gathered", "sent", address_of(MY))
    assert mine.notice.settled_at == MORNING_MY
    assert mine.notice.message_id == office.digests(MY)[0].message["Message-ID"]
    assert {row.digest_state for row in rows if row.notice.state == "sent"} == {None}


# at once, later, never --------------------------------------------------------------------------------------


async def test_an_urgent_case_and_what_is_mandatory_wait_for_no_digest(office: PostOffice) -> None:
    await office.wants(MY, Preferences(switches=(Switch(how=MailChoice.DIGEST),)))
    table = at_work(MONDAY, urgency="urgent")
    table.do(RSO, "situation_update", {"text": "Fewer boats."})
    await office.tell(table)
    assert {one.state for one in await office.told("AHG-2026-001")} == {"sent"}
    routine = at_work(MONDAY, 2)
    await office.tell(routine)
    assert {one.state for one in await office.told("AHG-2026-002") if one.post == MY} == {"sent"}


async def test_a_mail_that_its_reader_has_switched_off_is_not_sent_and_the_ledger_says_why(office: PostOffice) -> None:
    await office.wants(MY, Preferences(switches=(Switch(kind="situation_updated", how=MailChoice.OFF),)))
    table = at_work(MONDAY)
    table.do(RSO, "situation_update", {"text": "Fewer boats."})
    await office.tell(table)
    (mine,) = await office.ledger("situation_updated", MY)
    assert (mine.state, mine.reason, mine.settled_at) == ("not_wanted", "kind_switched_off", MONDAY)
    await office.until(MONDAY + timedelta(days=3))
    assert office.digests(MY) == []
    assert len(office.digests(TH)) == 1


async def test_in_quiet_hours_a_mail_waits_for_their_end_but_not_in_an_urgent_case(office: PostOffice) -> None:
    office.now = night = datetime(2026, 3, 2, 15, tzinfo=UTC)  # 23:00 in Kuala Lumpur
    await office.wants(MY, Preferences(quiet_from=time(21), quiet_until=time(6)))
    await office.tell(at_work(night), at_work(night, 2, urgency="urgent"))
    assert {mail.message["X-Ahg-Case"] for mail in office.mails(MY)} == {"AHG-2026-002"}
    held = [one for one in await office.told("AHG-2026-001") if one.post == MY]
    assert {(one.state, one.reason) for one in held} == {("queued", "quiet_hours")}
    await office.until(datetime(2026, 3, 2, 22, tzinfo=UTC))
    quiet = [mail for mail in office.mails(MY) if mail.message["X-Ahg-Case"] == "AHG-2026-001"]
    assert len(quiet) == len(held)
    assert {sent_at(mail) for mail in quiet} == {datetime(2026, 3, 2, 22, tzinfo=UTC)}
    assert {one.reason for one in await office.told("AHG-2026-001") if one.state == "sent"} == {""}


async def test_an_optional_mail_and_a_digest_have_the_link_that_switches_them_off(office: PostOffice) -> None:
    table = at_work(MONDAY)
    table.do(RSO, "add_outcome", {"title": "A hotline", "owner": "MY", "due": "2026-06-01"})
    table.do(RSO, "situation_update", {"text": "Fewer boats."})
    await office.tell(table)
    await office.until(MORNING_MY)
    links = {
        str(mail.message["X-Ahg-Kind"]): OFF.read(str(mail.message["List-Unsubscribe"])[1:-1].rpartition("/")[2])
        for mail in office.mails(MY)
        if mail.message["List-Unsubscribe"]
    }
    assert {kind: (link.post, link.kind, link.case) for kind, link in links.items()} == {
        "outcome_assigned": (MY, "outcome_assigned", "AHG-2026-001"),
        "digest": (MY, "digest", ""),
    }


async def test_a_rehearsal_sends_everything_at_once(office: PostOffice) -> None:
    await office.wants(MY, Preferences(switches=(Switch(how=MailChoice.OFF),)))
    table = at_work(MONDAY)
    table.do(RSO, "situation_update", {"text": "Fewer boats."})
    await table.record_in(office.engine)
    rehearsal = office.another(at_once=True)
    assert await office.deliver(rehearsal) is None
    rehearsal.close()
    assert {one.state for one in await office.told("AHG-2026-001")} == {"sent"}


# another holder, other wishes -------------------------------------------------------------------------------


async def test_other_wishes_hold_for_what_waits(office: PostOffice) -> None:
    table = at_work(MONDAY)
    table.do(RSO, "situation_update", {"text": "Fewer boats."})
    await office.tell(table)
    await office.wants(MY, Preferences(morning=time(13)))
    await office.wants(TH, Preferences(switches=(Switch(kind="situation_updated", how=MailChoice.AT_ONCE),)))
    await office.wants(LK, Preferences(digest=Rhythm.NONE))
    assert [mail.message["X-Ahg-Kind"] for mail in office.mails(TH)][-1] == "situation_updated"
    (mine,) = await office.ledger("situation_updated", LK)
    assert (mine.state, mine.reason) == ("not_wanted", "digests_switched_off")
    await office.until(MONDAY + timedelta(days=4))
    (digest,) = office.digests(MY)
    assert sent_at(digest) == datetime(2026, 3, 2, 5, tzinfo=UTC)
    assert office.digests(TH) == office.digests(LK) == []


@pytest.mark.parametrize(
    ("zone", "morning"),
    [
        ("Pacific/Auckland", datetime(2026, 3, 2, 19, tzinfo=UTC)),
        ("Europe/Lisbon", datetime(2026, 3, 2, 8, tzinfo=UTC)),
    ],
)
async def test_what_waits_comes_in_the_morning_of_an_office_that_has_moved(
    office: PostOffice, zone: str, morning: datetime
) -> None:
    table = at_work(MONDAY)
    table.do(RSO, "situation_update", {"text": "Fewer boats."})
    await office.tell(table)
    await office.moves("MY", zone)
    await office.until(MONDAY + timedelta(days=3))
    assert [sent_at(digest) for digest in office.digests(MY)] == [morning]
    others = datetime(2026, 3, 4, 1, tzinfo=UTC)  # Tuesday is Makha Bucha
    assert [sent_at(digest) for digest in office.digests(TH)] == [others]


async def test_a_new_holder_gets_what_waits_as_the_new_holder_wants_it_in_its_language(office: PostOffice) -> None:
    await office.wants(MY, Preferences(digest=Rhythm.WEEKLY, weekday=4))
    table = at_work(MONDAY)
    table.do(RSO, "situation_update", {"text": "Fewer boats."})
    await office.tell(table)
    await office.changed("holders", MY, name="Siti", email="siti@my.example", language="id")
    await office.deliver()
    await office.until(MONDAY + timedelta(days=9))
    (digest,) = office.digests("siti@my.example")
    assert sent_at(digest) == MORNING_MY
    assert digest.message["Subject"] == "[AHG] Ringkasan: 1 pesan"
    assert office.digests(MY) == []


async def test_a_post_without_a_holder_has_its_digest_sent_to_the_alternate(office: PostOffice) -> None:
    table = at_work(MONDAY)
    table.do(RSO, "situation_update", {"text": "Fewer boats."})
    await office.tell(table)
    office.catcher.answer = lambda to: "550 no such user" if to == address_of(MY) else None
    await office.until(MORNING_MY)
    alternate = address_of(MY).replace("@", "-alternate@")
    assert text_of(office.digests(alternate)[0]).count("There is an update") == 1
    assert [one.state for one in await office.ledger("digest", MY)] == ["refused", "sent"]


# pauses, crashes --------------------------------------------------------------------------------------------


async def test_after_a_pause_of_days_there_is_one_digest(office: PostOffice) -> None:
    table = at_work(MONDAY)
    table.do(RSO, "situation_update", {"text": "Fewer boats."})
    await office.tell(table)
    await pause_mail(office.engine, RSO, "the mail server moves", office.now)
    table.until(MONDAY + timedelta(days=1))
    table.do(RSO, "situation_update", {"text": "No boats."})
    await office.tell(table)
    await office.until(MONDAY + timedelta(days=2))  # each quarter of an hour it looks
    assert office.digests(MY) == []
    assert office.again is not None, "nobody would look whether mail goes out again"
    await resume_mail(office.engine, RSO, office.now)
    await office.deliver()
    (digest,) = office.digests(MY)
    assert text_of(digest).count("There is an update") == 2


async def test_several_workers_at_once_gather_one_digest(office: PostOffice) -> None:
    table = at_work(MONDAY)
    table.do(RSO, "situation_update", {"text": "Fewer boats."})
    await office.tell(table)
    office.now = MONDAY + timedelta(days=2)
    made = await asyncio.gather(*(digests.gather(office.engine, due=office.now, now=office.now) for _ in range(4)))
    readers = {one.post for one in await office.told("AHG-2026-001") if one.state == "gathered"}
    assert sum(made) == len(readers)
    await office.deliver()
    assert [len(office.digests(reader)) for reader in readers] == [1] * len(readers)


async def test_who_was_told_says_that_the_alternate_got_the_digest(engine: AsyncEngine, tmp_path: Path) -> None:
    def refuses(address: str) -> str | None:
        return "550 5.1.1 no such user" if address == address_of(MY) else None

    async with Catcher(tmp_path / "mail", answer=refuses) as catcher, post_office(engine, catcher, MONDAY) as office:
        table = at_work(MONDAY)
        table.do(RSO, "situation_update", {"text": "Fewer boats."})
        await office.tell(table)
        await office.until(MORNING_MY)
        async with engine.connect() as connection:
            told = await proof.ledger_of_case(connection, "AHG-2026-001")
            pages = [
                await proof.ledger_of_case(connection, "AHG-2026-001", after=row.notice.id - 1, limit=1) for row in told
            ]
        alternate = address_of(MY).replace("@", "-alternate@")
        (digest,) = office.digests(alternate)
    assert text_of(digest).count("There is an update") == 1
    holders, others = [row for row in told if (row.notice.kind, row.notice.post) == ("situation_updated", MY)]
    assert (others.notice.id, others.notice.instead_of) == (holders.notice.id, holders.notice.key)
    assert (holders.notice.capacity, holders.notice.address) == ("holder", address_of(MY))
    assert (holders.notice.state, holders.digest_state) == ("gathered", "refused")
    assert holders.notice.reply == "550 5.1.1 no such user"
    assert (others.notice.capacity, others.notice.address) == ("alternate", alternate)
    assert (others.notice.state, others.digest_state) == ("gathered", "sent")
    assert others.notice.message_id == digest.message["Message-ID"]
    assert digest.message["List-Unsubscribe"] is None
    lines = [dict(zip(proof.HEAD, line, strict=True)) for line in proof.lines(told)]
    assert holders.notice.key in [line["instead_of"] for line in lines if line["address"] == alternate]
    assert [holders, others] in pages
    assert {len(page) for page in pages} == {1, 2}


async def test_preferences_that_cannot_be_read_are_the_defaults_and_hold_up_nobodys_mail(office: PostOffice) -> None:
    await office.wants(MY, Preferences(digest=Rhythm.WEEKLY))
    switches = [{"case": f"AHG-2026-{one:03}", "kind": "", "how": "off"} for one in range(1, 300)]
    body = {**Preferences(digest=Rhythm.WEEKLY).model_dump(mode="json"), "switches": switches}
    await office.changed("mail_preferences", MY, body=body)
    table = at_work(MONDAY)
    table.do(RSO, "situation_update", {"text": "Fewer boats."})
    with capture_logs() as logs:
        await office.tell(table)
    assert [(line["log_level"], line["post"]) for line in logs if "post" in line] == [("warning", MY)]
    assert {row.state for row in await office.told("AHG-2026-001")} == {"sent", "digest"}
    (held,) = await office.ledger("situation_updated", MY)
    assert held.next_attempt_at == MORNING_MY
    await office.wants(MY, Preferences(digest=Rhythm.NONE))  # what is said next is kept
    (held,) = await office.ledger("situation_updated", MY)
    assert held.state == "not_wanted"


class Killed(Exception):
    """The worker is gone."""


class Dying:
    """Writes so many transactions; then its worker dies, before or after the last one is committed."""

    def __init__(self, writer: Writer, left: int, *, commits: bool) -> None:
        self._writer, self._left, self._commits = writer, left, commits

    def write(self, work: Any) -> Any:
        if self._left < 0:
            raise Killed
        self._left -= 1
        if self._left < 0:
            if self._commits:
                self._writer.write(work)
            raise Killed
        return self._writer.write(work)

    def close(self) -> None:
        self._writer.close()


@pytest.mark.parametrize("commits", [True, False])
async def test_a_worker_that_dies_at_any_write_neither_doubles_nor_loses_what_is_in_a_digest(
    office: PostOffice, commits: bool
) -> None:
    table = at_work(MONDAY)
    died = 0
    for left in range(10):
        table.now = office.now
        table.do(RSO, "situation_update", {"text": "Fewer boats."})
        await office.tell(table)
        office.now += timedelta(days=3)
        dying = office.another()
        dying.writer = Dying(dying.writer, left, commits=commits)  # type: ignore[assignment]
        try:
            await office.deliver(dying)
        except Killed:
            died += 1
        dying.close()
        await office.deliver()
    assert died > 3
    office.now += timedelta(days=3)
    await office.deliver()
    ids = [mail.message["Message-ID"] for mail in office.catcher.messages()]
    assert len(set(ids)) == len(ids)
    for post in (MY, TH, LK, "IOM/focal-point"):
        items = await office.ledger("situation_updated", post)
        assert len(items) == 10
        rows = await office.ledger("digest", post)
        assert {one.digest for one in items} == {row.key for row in rows}
        mails = {mail.message["Message-ID"]: text_of(mail) for mail in office.digests(post)}
        for row in rows:
            assert row.state in ("sent", "ambiguous")
            inside = sum(one.digest == row.key for one in items)
            if row.state == "sent":
                assert mails[row.message_id].count("There is an update") == inside
