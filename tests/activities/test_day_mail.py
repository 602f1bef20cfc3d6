"""Who else can confirm announced days of an office is asked by mail, as long as they wait."""

from datetime import UTC, date, datetime

from sqlalchemy.ext.asyncio import AsyncEngine

from activities.letters import DAYS_SETTLED
from models.announced_days import AnnouncedDay
from models.notices import DAY_ENTERED
from models.posts import SECRETARIAT
from ops.catcher import Catcher
from records.announced_days import confirm_day, drop_day, enter_day
from records.directory_changes import Editor
from records.mail_pauses import pause_mail, resume_mail
from tests.activities.post_office import PostOffice, post_office
from tests.web.place import address_of

MONDAY = datetime(2026, 3, 2, 3, tzinfo=UTC)
FUNERAL = AnnouncedDay(first=date(2026, 3, 9), last=date(2026, 3, 9), why="A state funeral")
HOLDER, COLLEAGUE = address_of(SECRETARIAT), "colleague@example.org"


def editor(office: PostOffice, email: str, form: str = "1") -> Editor:
    return Editor(post=SECRETARIAT, email=email, name="Siti", at=office.now, form=form, seen="")


async def asked(office: PostOffice) -> list[tuple[str, str, str]]:
    return [(row.address, row.state, row.reason) for row in await office.ledger(DAY_ENTERED, SECRETARIAT)]


async def numbers(office: PostOffice) -> list[str]:
    return [row.stored_facts["number"] for row in await office.ledger(DAY_ENTERED, SECRETARIAT)]


async def test_the_other_person_is_asked_once_and_not_who_entered_them(engine: AsyncEngine, catcher: Catcher) -> None:
    async with post_office(engine, catcher, MONDAY) as office:
        await office.changed("alternates", SECRETARIAT, name="Colleague", email=COLLEAGUE)
        for _ in range(2):  # the same form sent twice enters them once
            await enter_day(engine, editor(office, HOLDER), "ID", FUNERAL)
            await office.deliver()
        assert await asked(office) == [(COLLEAGUE, "sent", "")]
        (mail,) = office.mails(COLLEAGUE)
        text = " ".join(mail.message.get_body(("plain",)).get_content().split())  # type: ignore[union-attr]
        assert "Siti has entered that the office of Indonesia is closed on Monday 9 March 2026. A state funeral" in text
        assert "https://ahg.example.org/admin/directory/members/ID#days" in text

        await enter_day(engine, editor(office, COLLEAGUE, "2"), "MY", FUNERAL)
        await office.deliver()
        assert [address for address, _, _ in await asked(office)] == [COLLEAGUE, HOLDER]


async def test_for_days_that_wait_no_more_nobody_is_asked(engine: AsyncEngine, catcher: Catcher) -> None:
    async with post_office(engine, catcher, MONDAY) as office:
        await office.changed("alternates", SECRETARIAT, name="Colleague", email=COLLEAGUE)
        await pause_mail(engine, by="operator", why="maintenance", at=office.now)
        for form, member in enumerate(("ID", "MY")):
            await enter_day(engine, editor(office, COLLEAGUE, str(form)), member, FUNERAL)
        first, second = await numbers(office)
        await confirm_day(engine, editor(office, HOLDER), first)
        await drop_day(engine, editor(office, COLLEAGUE), second)
        await resume_mail(engine, by="operator", at=office.now)
        await office.deliver()
        assert [(state, reason) for _, state, reason in await asked(office)] == [("superseded", DAYS_SETTLED)] * 2
        assert office.mails(HOLDER) == []
