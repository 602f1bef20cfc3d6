"""What changes while a reminder waits to be sent: holder, language, template. It goes out as things are then."""

import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from notifications import environment, wording
from ops.catcher import Catcher
from records.mail_board import resend, stuck_notices
from records.mail_pauses import pause_mail, resume_mail
from tests.activities.post_office import PostOffice, post_office
from tests.rig import REQUEST
from tests.web.programs import Recorded

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

MONDAY = datetime(2026, 3, 2, 3, tzinfo=UTC)
RSO = "RSO/secretariat"
OVERDUE = "completeness_overdue"


@pytest_asyncio.fixture
async def office(engine: AsyncEngine, catcher: Catcher) -> AsyncIterator[PostOffice]:
    """One in which the reminder of an overdue check waits for the end of a pause."""
    async with post_office(engine, catcher, MONDAY) as made:
        table = Recorded(now=MONDAY)
        table.do("LK/focal-point", "submit", REQUEST)
        await made.tell(table)
        await pause_mail(engine, RSO, "the mail server moves", made.now)
        table.until(MONDAY + timedelta(days=3))
        await made.tell(table)
        assert {row.state for row in await made.ledger(OVERDUE, RSO)} == {"queued"}
        yield made


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The templates of another release of the product: a copy that a test changes."""
    folder = tmp_path / "templates"
    shutil.copytree(environment.TEMPLATES, folder)
    monkeypatch.setattr(environment, "TEMPLATES", folder)
    _as_a_new_process()
    return folder


def _as_a_new_process() -> None:
    """Nothing is compiled yet, and nothing said."""
    for kept in (environment.template_set, wording.mail_subject, wording._said_once):
        kept.cache_clear()


@pytest.fixture(autouse=True)
def _compiled_anew() -> Iterator[None]:
    yield
    _as_a_new_process()


async def goes_on(office: PostOffice) -> None:
    """Mail goes out again, from a worker that has just started."""
    await resume_mail(office.engine, RSO, office.now)
    courier = office.another()
    await office.deliver(courier)
    courier.close()


def reminders(office: PostOffice, to: str) -> list[str]:
    mails = [mail.message for mail in office.mails(to) if mail.message["X-Ahg-Kind"] == OVERDUE]
    return [f"{mail['Subject']}\n{mail.get_body(('plain',)).get_content()}" for mail in mails]  # type: ignore[union-attr]


async def test_a_reminder_goes_to_whoever_holds_the_post_when_it_is_sent_in_that_holders_language(
    office: PostOffice,
) -> None:
    await office.changed("holders", RSO, name="Siti", email="siti@rso.example", language="id")
    await goes_on(office)
    assert reminders(office, RSO) == []
    (said,) = reminders(office, "siti@rso.example")
    assert "[AHG-2026-001] Pemeriksaan permohonan" in said


async def test_a_reminder_is_in_the_language_that_its_reader_has_when_it_is_sent(office: PostOffice) -> None:
    await office.changed("holders", RSO, language="id")
    await goes_on(office)
    (said,) = reminders(office, RSO)
    assert "[AHG-2026-001] Pemeriksaan permohonan" in said


@pytest.mark.parametrize("settled", [True, False])
async def test_what_the_minimum_lacks_is_told_only_as_long_as_it_lacks_it(
    engine: AsyncEngine, catcher: Catcher, settled: bool
) -> None:
    async with post_office(engine, catcher, MONDAY) as made:
        table = Recorded(now=MONDAY)
        table.do("LK/focal-point", "submit", {**REQUEST, "affected": ["MY", "TH"]})
        table.do(RSO, "accept")
        for gate in ("activation", "participants"):
            for post in ("AU/co-chair", "ID/co-chair"):
                table.do(post, "decide", {"gate": gate, "position": "approve"})
        await made.tell(table)
        await pause_mail(engine, RSO, "the mail server moves", made.now)
        for member in ("MY", "TH", "IOM", "UNHCR"):
            table.do(f"{member}/focal-point", "respond", {"answer": "decline"})
        if settled:
            for member in ("MY", "IOM"):
                table.do(f"{member}/focal-point", "respond", {"answer": "accept"})
        else:
            table.do("NZ/steering-group", "comment", {"text": "We look for another."})
        await made.tell(table)
        await resume_mail(engine, RSO, made.now)
        await made.deliver()
        states = {row.state for row in await made.ledger("minimum_missing", "AU/co-chair")}
        assert states == ({"superseded"} if settled else {"sent"})


async def test_a_reply_goes_to_whoever_is_the_secretariat_then_and_names_the_case(office: PostOffice) -> None:
    await office.changed("holders", RSO, email="siti@rso.example")
    await goes_on(office)
    by_kind = {mail.message["X-Ahg-Kind"]: str(mail.message["Reply-To"]) for mail in office.mails("AU/co-chair")}
    assert by_kind == {OVERDUE: '"Ad Hoc Group (AHG-2026-001)" <siti@rso.example>'}
    (before,) = office.mails("LK/focal-point")
    assert str(before.message["Reply-To"]) == '"Ad Hoc Group (AHG-2026-001)" <secretariat@rso.ahg.localhost>'


async def test_a_reminder_is_written_by_the_template_of_the_release_that_sends_it(
    office: PostOffice, templates: Path
) -> None:
    subject = templates / OVERDUE / "subject.txt"
    subject.write_text("{% trans %}The check waits, says a new template{% endtrans %}\n", encoding="utf-8")
    await goes_on(office)
    (said,) = reminders(office, RSO)
    assert said.startswith("[AHG-2026-001] The check waits, says a new template\n")


async def test_a_template_that_cannot_be_rendered_holds_up_its_own_mails_alone_until_it_is_mended(
    office: PostOffice, templates: Path
) -> None:
    body = templates / OVERDUE / "body.txt"
    whole = body.read_text(encoding="utf-8")
    body.write_text("{{ no.such.thing }}", encoding="utf-8")
    other = Recorded(2, now=office.now)
    other.do("MY/focal-point", "submit", REQUEST)
    await other.record_in(office.engine)
    await goes_on(office)
    assert "request_received" in {mail.message["X-Ahg-Kind"] for mail in office.mails("MY/focal-point")}
    (lost,) = await office.ledger(OVERDUE, RSO)
    assert (lost.state, lost.reply) == ("undeliverable", "UndefinedError: 'no' is undefined")
    async with office.engine.connect() as connection:
        assert lost.key in {row.notice.key for row in await stuck_notices(connection)}

    body.write_text(whole, encoding="utf-8")
    _as_a_new_process()
    await resend(office.engine, lost.key, by=RSO, why="", at=office.now)
    await office.deliver()
    assert len(reminders(office, RSO)) == 1


@pytest.mark.parametrize("named", [True, False])
async def test_an_escalation_says_as_what_its_reader_is_asked(
    engine: AsyncEngine, catcher: Catcher, named: bool
) -> None:
    async with post_office(engine, catcher, MONDAY) as made:
        if not named:
            await made.changed("alternates", "AU/co-chair", email="")
        table = Recorded(now=MONDAY)
        table.do("LK/focal-point", "submit", REQUEST)
        table.do(RSO, "accept")
        table.until(table.case.ladders["gate:activation"].due)
        await made.tell(table)
        (mail,) = [
            one
            for one in catcher.messages()
            if (one.message["X-Ahg-Kind"], one.message["X-Ahg-Post"]) == ("review_escalated", "AU/co-chair")
        ]
        body = mail.message.get_body(("plain",))
        said = " ".join(body.get_content().split())  # type: ignore[union-attr]
        assert ("No alternate is named for this post" in said) is not named
        assert ("as the alternate for this post" in said) is named
