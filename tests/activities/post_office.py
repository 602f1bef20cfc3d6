"""Notices of cases on the table, delivered by the real courier to a real mail server, on a clock that the test moves."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.testing import ActivityEnvironment

from activities.deliver import NoticeDeliverer
from db import write_transaction
from models.agenda import next_act
from models.mail_preferences import Preferences
from models.posts import SECRETARIAT, Post
from models.tables import TABLES
from notifications.answer_links import AnswerLinks
from notifications.correspondents import Sender
from notifications.message_ids import MessageIds
from notifications.off_links import OffLinks
from notifications.transport import Transport
from ops.catcher import Catcher, CaughtMail
from records import directory_changes, mail_preferences
from records.directory import seed_if_empty
from records.notices import NOTICES, SELECT_NOTICES, LedgerNotice, notices_of_case, read_notice
from tests.rig import REQUEST, TO_WORK
from tests.web.place import address_of
from tests.web.programs import Recorded

KEYS = {"test": b"k" * 32}
OFF = OffLinks(KEYS)


def at_work(now: datetime, number: int = 1, **request: Any) -> Recorded:
    """A case of Sri Lanka whose group is at work, with Thailand, Malaysia and the IOM."""
    table = Recorded(number, now=now)
    table.do("LK/focal-point", "submit", {**REQUEST, **request})
    for by, do, fields in TO_WORK:
        table.do(by, do, fields)
    return table


class PostOffice:
    """``now`` is the time for the delivery, which wakes when it said that it would: as its workflow does."""

    def __init__(self, engine: AsyncEngine, catcher: Catcher, now: datetime) -> None:
        self.engine, self.catcher, self.now = engine, catcher, now
        self.again: datetime | None = None
        self._courier = self.another()

    def another(self, *, at_once: bool = False) -> NoticeDeliverer:
        """A delivery of its own on the same clock, as another worker has one; whoever asks for it closes it."""
        name = "Ad Hoc Group <ahg@example.org>"
        sender = Sender(name, name, "https://ahg.example.org", MessageIds(KEYS), AnswerLinks(KEYS), OFF)
        return NoticeDeliverer(
            self.engine,
            lambda: Transport("127.0.0.1", self.catcher.port, "none", connections=2),
            sender,
            connections=2,
            clock=lambda: self.now,
            real=lambda: self.now,
            at_once=at_once,
        )

    def close(self) -> None:
        """End its thread."""
        self._courier.close()

    async def deliver(self, courier: NoticeDeliverer | None = None) -> datetime | None:
        """One round now; answers when there is to be another."""
        self.again = await ActivityEnvironment().run((courier or self._courier).deliver)
        return self.again

    async def tell(self, *tables: Recorded) -> None:
        """Record what has happened in these cases, at the time of the newest, and deliver what goes at once."""
        self.now = max([self.now, *(table.now for table in tables)])
        for table in tables:
            await table.record_in(self.engine)
        await self.deliver()

    async def until(self, moment: datetime) -> None:
        """Let time pass."""
        while self.again is not None and self.again <= moment:
            assert self.again >= self.now, "the delivery would not come to rest"
            self.now = self.again
            await self.deliver()
        self.now = moment

    async def both_until(self, table: Recorded, moment: datetime) -> None:
        """Let time pass for a case and for the delivery: what the clock of the case tells is told at its time."""
        while (act := next_act(table.case)) is not None and act.at <= moment:
            await self.until(act.at)
            table.until(act.at)
            await self.tell(table)
        await self.until(moment)

    async def wants(self, post: str, wants: Preferences) -> None:
        """What the holder of a post wants from now on; whoever changes it nudges the delivery."""
        change = mail_preferences.amend_preferences
        await change(self.engine, Post(post), address_of(post), lambda _: wants, now=self.now, by=address_of(post))
        await self.deliver()

    async def moves(self, member: str, zone: str) -> None:
        """A member's office works in another zone from now on; whoever changes it nudges the delivery."""
        async with self.engine.connect() as connection:
            before = await directory_changes.office_of(connection, member)
        assert before is not None
        editor = directory_changes.Editor(
            post=SECRETARIAT,
            email=address_of(SECRETARIAT),
            name="Desk",
            at=self.now,
            form=f"{member} {zone}",
            seen=directory_changes.directory_fingerprint(before),
        )
        await directory_changes.record_office(self.engine, editor, member, before.model_copy(update={"zone": zone}))
        await self.deliver()

    async def changed(self, table: str, key: str, **columns: Any) -> None:
        """Change rows by hand: ``key`` is a post, a member, or the reference of a case."""
        there = TABLES.tables[table]
        column = {"members": "code", "cases": "reference"}.get(table, "post")
        async with write_transaction(self.engine) as connection:
            await connection.execute(there.update().where(there.c[column] == key).values(**columns))

    def mails(self, to: str) -> list[CaughtMail]:
        """What has arrived at an address or a post's own, in order."""
        address = to if "@" in to else address_of(to)
        return [mail for mail in self.catcher.messages() if mail.recipients == (address,)]

    def digests(self, to: str) -> list[CaughtMail]:
        """The digests among them."""
        return [mail for mail in self.mails(to) if mail.message["X-Ahg-Kind"] == "digest"]

    async def ledger(self, kind: str, post: str) -> list[LedgerNotice]:
        """The rows of a kind for a post, in order."""
        query = SELECT_NOTICES.where(NOTICES.c.kind == kind, NOTICES.c.post == post).order_by(NOTICES.c.id)
        async with self.engine.connect() as connection:
            return [read_notice(row) for row in await connection.execute(query)]

    async def told(self, reference: str) -> list[LedgerNotice]:
        """The ledger of a case."""
        async with self.engine.connect() as connection:
            return await notices_of_case(connection, reference)


def sent_at(mail: CaughtMail) -> datetime:
    """When a mail was sent, by its date."""
    return parsedate_to_datetime(str(mail.message["Date"])).astimezone(UTC)


@asynccontextmanager
async def post_office(engine: AsyncEngine, catcher: Catcher, now: datetime) -> AsyncIterator[PostOffice]:
    """A post office with the directory of the seed."""
    await seed_if_empty(engine)
    office = PostOffice(engine, catcher, now)
    try:
        yield office
    finally:
        office.close()
