"""Notices become mails: who reads them, in which words, and whether they are still due, as things are at this moment.

What many of them need (offices of posts, cases, entries of the log) is looked up once for all.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from temporalio import activity

from activities import marks
from models.base import Value
from models.case import Stage
from models.notices import Notice
from models.notices.still_due import REMINDING, follow_up_superseded, reminder_now
from models.policy import Policy
from models.posts import Capacity, Post
from notifications.answer_links import AnswerLinks
from notifications.compose import About, Reader, compose
from records import queries
from records.casefiles import CaseFiles
from records.offices import Addressee, Office, addressees_now, offices_of

__all__ = ["Letter", "Letters", "Sender", "Settled"]

Row = Mapping[str, Any]

_KNOWN_CASES = 500


class Sender:
    """In whose name mails go out, and where their links lead; ``links`` signs those that act without signing in."""

    def __init__(
        self, *, mail_from: str, reply_to: str, public_url: str, links: AnswerLinks | None = None
    ) -> None:
        self.mail_from = mail_from
        self.reply_to = reply_to
        self.public_url = public_url
        self.links = links


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice with its mail and whom it was written to. ``stands_in``: whether an alternate could be told instead."""

    notice: Row
    message: EmailMessage
    reader: Addressee
    stands_in: bool

    @property
    def address(self) -> str:
        """Where the mail goes."""
        return self.reader.email

    @property
    def place(self) -> tuple[Post, Capacity]:
        """The post that is told, and as what its reader reads."""
        return Post(self.notice["post"]), Capacity(self.notice["capacity"])


@dataclass(frozen=True, slots=True)
class Settled:
    """A notice that needs no mail: what the ledger is to say of it, and the notice that goes to the alternate instead."""

    mark: dict[str, Any]
    instead: dict[str, Any] | None = None


class _CaseFacts(Value):
    """What of ``About`` never changes in a case: kept at hand."""

    names: dict[str, str]
    default_policy: bool
    answers_by_link: tuple[str, ...]


class Letters:
    """Writes mails. ``clock`` gives the time that they are dated by (UTC)."""

    def __init__(self, engine: AsyncEngine, sender: Sender, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._sender = sender
        self._clock = clock
        self._files = CaseFiles(engine)
        self._facts: dict[str, _CaseFacts] = {}

    async def write(self, notices: Sequence[Row]) -> AsyncIterator[Letter | Settled]:
        """What becomes of each of these notices, in their order. Between two mails, others may use the loop."""
        posts = {Post(notice["post"]) for notice in notices}
        references = {notice["reference"] for notice in notices}
        async with self._engine.connect() as connection:
            offices = await offices_of(connection, posts, self._clock().date())
            cases = await queries.cases_by_reference(connection, references)
            reminders = await self._reminders(connection, notices)
            abouts = {name: await self._about(connection, case) for name, case in cases.items()}
        for notice in notices:
            office = offices[Post(notice["post"])]
            yield await self._one(notice, office, abouts.get(notice["reference"]), notice["id"] in reminders)
            await asyncio.sleep(0)

    def up_to_date(self, connection: Connection, letters: Sequence[Letter]) -> list[Letter]:
        """Those of the mails that would, by the directory in this transaction, still be written to the same reader."""
        if not letters:
            return []
        readers = addressees_now(connection, {letter.place for letter in letters}, self._clock().date())
        return [letter for letter in letters if readers[letter.place] == letter.reader]

    async def _one(self, notice: Row, office: Office, about: About | None, reminds: bool) -> Letter | Settled:
        try:
            if reminds:
                again = await self._as_due_now(notice)
                if isinstance(again, str):
                    return Settled(marks.superseded(notice, again, self._clock()))
                if again is not None:
                    notice = {**notice, "due": again.due, "facts": dict(again.facts)}
            return self._compose(notice, office, about)
        except (LookupError, ValueError) as nobody:
            return self._undeliverable(notice, office, str(nobody))
        except Exception as fault:  # noqa: BLE001 - a fault in one mail must not hold up the others
            activity.logger.exception("the notice %s could not be composed", notice["key"])
            return self._undeliverable(notice, office, f"{type(fault).__name__}: {fault}")

    def _compose(self, notice: Row, office: Office, about: About | None) -> Letter:
        """The mail. Holder, language and address are those of this moment, not of the queueing."""
        post, capacity = Post(notice["post"]), Capacity(notice["capacity"])
        addressee = office.reads(capacity)
        if addressee is None:
            raise LookupError(f"the directory has no address for {post}")
        if about is None:
            raise LookupError(f"there is no case {notice['reference']}")
        reader = Reader(
            name=addressee.name, address=addressee.email, post=post, language=addressee.language, zone=office.zone,
            capacity=capacity,
        )  # fmt: skip
        message = compose(
            notice["kind"], reader=reader, about=about, facts=notice["facts"] or {}, due=notice["due"],
            at=self._clock(), key=notice["key"], mail_from=self._sender.mail_from, reply_to=self._sender.reply_to,
            public_url=self._sender.public_url, links=self._sender.links, sequence=notice["seq"],
        )  # fmt: skip
        return Letter(notice, message, addressee, office.stands_in is not None)

    def _undeliverable(self, notice: Row, office: Office, why: str) -> Settled:
        now = self._clock()
        reached_otherwise = office.stands_in is not None and office.holder is None
        mark = marks.undeliverable(notice, why, now)
        return Settled(*marks.told_instead(notice, mark, reached_otherwise, now))

    # reminders ----------------------------------------------------------------------------------------------

    async def _reminders(self, connection: AsyncConnection, notices: Sequence[Row]) -> set[int]:
        """The ids of those that an act of the clock caused."""
        causes = {_cause(notice) for notice in notices}
        types = await queries.entry_types(connection, causes)
        return {notice["id"] for notice in notices if types.get(_cause(notice)) in REMINDING}

    async def _as_due_now(self, notice: Row) -> Notice | str | None:
        """What ``models.notices.still_due`` says of it."""
        stream, seq = _cause(notice)
        told, *since = await self._files.entries(stream, after=seq - 1)
        if told.type != "rung_passed":
            return follow_up_superseded(since)
        if all(entry.command == told.command for entry in since):
            return None
        case = await self._files.read(stream)
        if case is None:
            return None
        post, capacity = Post(notice["post"]), Capacity(notice["capacity"])
        return reminder_now(case, told, since, notice["kind"], post, capacity)

    # cases --------------------------------------------------------------------------------------------------

    async def _about(self, connection: AsyncConnection, case: Row) -> About:
        """The case as mails name it."""
        reference = case["reference"]
        if reference not in self._facts:
            facts = _facts_of((await queries.entries(connection, reference, limit=1))[0].event)
            if len(self._facts) >= _KNOWN_CASES:
                self._facts.clear()
            self._facts[reference] = facts
        return About(
            reference=reference, title=case["title"], stage=Stage(case["stage"]).words,
            **dict(self._facts[reference]),
        )  # fmt: skip


def _facts_of(submitted: Row) -> _CaseFacts:
    policy = Policy.model_validate(submitted["policy"])
    members = submitted["directory"]["members"]
    return _CaseFacts(
        names={code: member["name"] for code, member in members.items()},
        default_policy=policy == Policy.default(),
        answers_by_link=policy.answers_by_link,
    )


def _cause(notice: Row) -> tuple[str, int]:
    """The log and the number of the entry that caused a notice (``records.log.notice_key``)."""
    return notice["key"].partition("#")[0], notice["seq"]
