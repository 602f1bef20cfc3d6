"""Makes mails of notices, by the directory, the cases and the preferences of readers as they are now.

Offices of posts, preferences, cases and entries of the log are looked up once for many notices.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any, NamedTuple

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from temporalio import activity

from activities import attempts
from activities.attempts import AttemptOutcome
from activities.case_names import CaseNames
from activities.reader_preferences import AT_ONCE, ReaderPreferences, reader_preferences
from activities.reminders import Reminders
from models.evidence import mark_of
from models.mail_preferences import Timing
from models.notices import DAY_ENTERED, DIGEST, POLICY_PROPOSED, POLICY_SETTLED, POST_CHANGED, POST_PASSED_ON
from models.posts import SECRETARIAT, Capacity, Post
from notifications.compose import compose
from notifications.correspondents import MailReader, Sender
from notifications.day_mail import compose_day
from notifications.digest import Item, compose_digest
from notifications.envelope import replies_to
from notifications.policy_mail import compose_policy
from notifications.post_mail import compose_post_mail
from notifications.wording import About
from records import policies, queries
from records.announced_days import days_that_wait
from records.casefiles import CaseFiles
from records.digests import items_of
from records.directory import read_members
from records.notices import LedgerNotice
from records.offices import Addressee, PostContacts, addressees_now, offices_of
from records.tree import entry_hashes

_SLICE_SECONDS = 0.0002
"""Seconds for which mails are written before other tasks get their turn, such as reading the mail server's answers."""

_TO_BOTH = ("recorded_in_name",)
"""Kinds of which the holder and the alternate are told: where nobody stands in, the holder gets one mail and not two."""

_OF_POLICY = (POLICY_PROPOSED, POLICY_SETTLED)

HOLDER_TOLD = "Nobody stands in for the holder, who is told."
NOTHING_LEFT = "All that was in it is settled."
ANSWERED = "The proposal is answered or settled."
DAYS_SETTLED = "The days are confirmed, taken back or past."


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice with its mail and the person to whom it was written.

    ``place``: the post that is told, and the capacity of its reader; None for a person that the notice names.
    ``stands_in``: whether an alternate could be told
    instead.
    """

    notice: LedgerNotice
    message: EmailMessage
    reader: Addressee
    place: tuple[Post, Capacity] | None
    stands_in: bool

    @property
    def address(self) -> str:
        """Where the mail goes."""
        return self.reader.email


class _Proposed(NamedTuple):
    """The proposed policy that waits for answers: its id, and the Co-Chairs that are to answer. Empty if there is none.

    ``names``: those of members by code.
    """

    proposal: str
    awaited: Collection[Post]
    names: Mapping[str, str]


class _Known(NamedTuple):
    """What is looked up once for a round of notices: by post, by reference, and by the key of a digest.

    ``sender``: mails are answered to the secretariat's address in the directory. ``days``: those
    announced of offices that still wait.
    """

    offices: Mapping[Post, PostContacts]
    preferences: ReaderPreferences
    abouts: Mapping[str, About]
    urgency: Mapping[str, str]
    reminders: Collection[int]
    items: Mapping[str, Sequence[LedgerNotice]]
    sender: Sender
    proposed: _Proposed
    days: Collection[str]
    hashes: Mapping[tuple[str, int], str]

    def mark(self, notice: LedgerNotice) -> str:
        """The mark of the log's entry that a notice tells of; empty where there is none."""
        digest = self.hashes.get(notice.place)
        return mark_of(*notice.place, digest) if digest else ""

    def office(self, notice: LedgerNotice) -> PostContacts:
        return self.offices[notice.post]

    def addressee(self, notice: LedgerNotice) -> Addressee:
        if named := _named(notice):
            return named
        found = self.office(notice).reads(notice.capacity)
        if found is None:
            raise LookupError(f"the directory has no address for {notice.post}")
        return found

    def letter(self, notice: LedgerNotice, message: EmailMessage) -> Letter:
        if named := _named(notice):
            return Letter(notice, message, named, None, False)
        place = notice.post, notice.capacity
        return Letter(notice, message, self.addressee(notice), place, self.office(notice).stands_in is not None)

    def about(self, notice: LedgerNotice) -> About:
        about = self.abouts.get(notice.reference)
        if about is None:
            raise LookupError(f"there is no case {notice.reference}")
        return about


def _named(notice: LedgerNotice) -> Addressee | None:
    """The person that a notice is for, whoever holds the post; None for all others, which go to the post."""
    facts = notice.stored_facts
    if notice.kind not in (POST_CHANGED, POST_PASSED_ON, DAY_ENTERED) or "to_email" not in facts:
        return None
    return Addressee(facts["to_name"], facts["to_email"], facts["to_language"])


class Letters:
    """Writes mails. ``clock`` gives the time that dates them (UTC), ``real`` the time by which they are due.

    ``at_once``: the preferences of readers are left out of account.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        sender: Sender,
        clock: Callable[[], datetime],
        real: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        at_once: bool = False,
    ) -> None:
        self._engine = engine
        self._sender = sender
        self._clock = clock
        self._real = real
        self._at_once = at_once
        self._reminders = Reminders(CaseFiles(engine))
        self._names = CaseNames()

    async def write(self, notices: Sequence[LedgerNotice]) -> AsyncIterator[Letter | AttemptOutcome]:
        """The mail or the outcome of each of these notices, in their order, and of the notices in digests.

        Other tasks get their turn in between.
        """
        async with self._engine.connect() as connection:
            known = await self._look_up(connection, notices)
        loop = asyncio.get_running_loop()
        since = loop.time()
        for notice in notices:
            for one in await self._become(notice, known):
                yield one
            if loop.time() - since > _SLICE_SECONDS:
                await asyncio.sleep(0)
                since = loop.time()

    async def _look_up(self, connection: AsyncConnection, notices: Sequence[LedgerNotice]) -> _Known:
        items = await items_of(connection, notices)
        told = [*notices, *(item for held in items.values() for item in held)]
        posts = {notice.post for notice in notices} | {SECRETARIAT}
        offices = await offices_of(connection, posts, self._clock())
        cases = await queries.cases_by_reference(connection, {notice.reference for notice in told})
        secretariat = offices[SECRETARIAT].holder
        entered = [notice.stored_facts["number"] for notice in notices if notice.kind == DAY_ENTERED]
        reply_to = replies_to(self._sender.reply_to, secretariat.email if secretariat else "")
        return _Known(
            offices=offices,
            preferences=await reader_preferences(connection, {} if self._at_once else offices),
            abouts={name: await self._names.about(connection, case) for name, case in cases.items()},
            urgency={name: case.urgency for name, case in cases.items()},
            reminders=await self._reminders.among(connection, told),
            items=items,
            sender=self._sender._replace(reply_to=reply_to),
            proposed=await _proposed(connection, notices),
            days=await days_that_wait(connection, entered, self._clock()),
            hashes=await entry_hashes(connection, list({one.place for one in told if one.seq})),
        )

    def up_to_date(self, connection: Connection, letters: Sequence[Letter]) -> list[Letter]:
        """The mails that, by the directory in this transaction, would still be written to the same reader."""
        if not letters:
            return []
        readers = addressees_now(connection, {one.place for one in letters if one.place}, self._clock())
        return [one for one in letters if one.place is None or readers[one.place] == one.reader]

    async def _become(self, notice: LedgerNotice, known: _Known) -> list[Letter | AttemptOutcome]:
        try:
            if held := self._held(notice, known):
                return [held]
            if notice.kind in _TO_BOTH and known.office(notice).as_what(notice.capacity) is not notice.capacity:
                return [attempts.superseded(notice, HOLDER_TOLD, self._clock())]
            if notice.kind == DIGEST:
                return await self._digest(notice, known)
            if notice.kind == POST_CHANGED:
                sent = self._as_sent(notice, known) | {"record": known.mark(notice)}
                told = compose_post_mail(notice.stored_facts, names=known.proposed.names, **sent)
                return [known.letter(notice, told)]
            if notice.kind == DAY_ENTERED:
                return [self._day(notice, known)]
            if notice.kind in _OF_POLICY:
                return [self._policy(notice, known)]
            due = await self._still_due(notice, known)
            return [due if isinstance(due, AttemptOutcome) else self._compose(due, known)]
        except (LookupError, ValueError) as nobody:
            return [self._undeliverable(notice, known, str(nobody))]
        except Exception as fault:  # noqa: BLE001 - a fault in one mail must not hold up the others
            activity.logger.exception("the notice %s could not be composed", notice.key)
            return [self._undeliverable(notice, known, f"{type(fault).__name__}: {fault}")]

    def _held(self, notice: LedgerNotice, known: _Known) -> AttemptOutcome | None:
        """The outcome of a notice that its reader's preferences hold back; None for one that goes now."""
        office, urgency = known.office(notice), known.urgency.get(notice.reference, "")
        decision = AT_ONCE if self._at_once else known.preferences.decide(notice, office, urgency, self._real())
        if decision.way is Timing.NOW or office.holder is None:
            return None
        return attempts.held(notice, decision, office.holder.email, self._clock())

    async def _still_due(self, notice: LedgerNotice, known: _Known) -> LedgerNotice | AttemptOutcome:
        """The notice as it is to be told now. A reminder of something that is settled is not told any more."""
        again = await self._reminders.as_due_now(notice) if notice.id in known.reminders else notice
        return attempts.superseded(notice, again, self._clock()) if isinstance(again, str) else again

    def _compose(self, notice: LedgerNotice, known: _Known) -> Letter:
        """The mail of a notice. Holder, language and address are those of this moment, not of the queueing."""
        about, facts, sent = known.about(notice), notice.facts, self._as_sent(notice, known)
        sent |= {"sequence": notice.seq, "record": known.mark(notice)}
        if notice.kind == POST_PASSED_ON:  # its reader holds the post no more: no link acts for it
            sent["sender"] = known.sender._replace(links=None, off=None)
        mail = compose(notice.kind, about=about, facts=facts, due=notice.due, **sent)
        return known.letter(notice, mail)

    async def _digest(self, notice: LedgerNotice, known: _Known) -> list[Letter | AttemptOutcome]:
        """The mail of a digest. Reminders of things that are settled by now are left out; each has its own outcome."""
        items: list[Item] = []
        settled: list[Letter | AttemptOutcome] = []
        for one in known.items[notice.key]:
            due = await self._still_due(one, known)
            if isinstance(due, AttemptOutcome):
                settled.append(due)
                continue
            since, over = due.queued_at, await self._reminders.is_settled(due)
            about, facts, mark = known.about(due), due.facts, known.mark(due)
            item = Item(kind=due.kind, about=about, facts=facts, due=due.due, queued_at=since, settled=over)
            items.append(item.model_copy(update={"sequence": due.seq, "record": mark}))
        if not items:
            return [*settled, attempts.superseded(notice, NOTHING_LEFT, self._clock())]
        return [*settled, known.letter(notice, compose_digest(items, **self._as_sent(notice, known)))]

    def _policy(self, notice: LedgerNotice, known: _Known) -> Letter | AttemptOutcome:
        """The mail about a proposed policy. A Co-Chair is asked only as long as it has not answered."""
        kind, facts, asked = notice.kind, notice.stored_facts, known.proposed
        awaited = asked.awaited if asked.proposal == facts["proposal"] else ()
        if kind == POLICY_PROPOSED and notice.post not in awaited:
            return attempts.superseded(notice, ANSWERED, self._clock())
        return known.letter(notice, compose_policy(kind, facts, names=asked.names, **self._as_sent(notice, known)))

    def _day(self, notice: LedgerNotice, known: _Known) -> Letter | AttemptOutcome:
        """The mail that asks for a second person; nobody is asked for days that wait no more."""
        facts = notice.stored_facts
        if facts["number"] not in known.days:
            return attempts.superseded(notice, DAYS_SETTLED, self._clock())
        return known.letter(notice, compose_day(facts, names=known.proposed.names, **self._as_sent(notice, known)))

    def _as_sent(self, notice: LedgerNotice, known: _Known) -> dict[str, Any]:
        """The arguments that every mail is composed with: reader, time, key and sender."""
        office, addressee = known.office(notice), known.addressee(notice)
        reader = MailReader(
            name=addressee.name,
            address=addressee.email,
            post=notice.post,
            language=addressee.language,
            zone=office.zone,
            capacity=office.as_what(notice.capacity),
        )
        return {"reader": reader, "at": self._clock(), "key": notice.key, "sender": known.sender}

    def _undeliverable(self, notice: LedgerNotice, known: _Known, why: str) -> AttemptOutcome:
        office, now = known.office(notice), self._clock()
        reached_otherwise = office.stands_in is not None and office.holder is None
        return attempts.told_instead(notice, attempts.undeliverable(notice, why, now), reached_otherwise, now)


async def _proposed(connection: AsyncConnection, notices: Sequence[LedgerNotice]) -> _Proposed:
    if all(notice.kind not in (*_OF_POLICY, POST_CHANGED, DAY_ENTERED) for notice in notices):
        return _Proposed("", (), {})
    names = {row.code: row.name for row in await read_members(connection)}
    proposal = await policies.open_proposal(connection)
    if proposal is None:
        return _Proposed("", (), names)
    return _Proposed(proposal.id, await policies.awaited(connection, proposal), names)
