"""The activity ``deliver``: every queued notice that is due goes to the mail server, once.

Open, reserve, send, record the outcome. Mails are written ahead, while others are on their way, and opened: the server
has agreed to sender and recipient and waits for the message, so that nothing has been taken over yet. A notice is
reserved in a transaction before its message is sent, and its outcome is recorded in a later one; each transaction records
what was sent and reserves what is open. So never more notices are reserved than there are connections, and a crash leaves
at most that many in doubt; those are marked ambiguous and shown, never sent again by themselves.

It runs in a thread with an event loop of its own (``own_loop``): thousands of mails do not keep a case waiting.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

from activities import attempts
from activities.attempts import AttemptOutcome
from activities.letters import Letter, Letters
from activities.own_loop import OwnLoop
from db import Writer, engine_like
from models.notices.state import NoticeState
from notifications.correspondents import Sender
from notifications.transport import AttemptResult, OpenedMail, Transport
from records import digests, ledger
from records.mail_pauses import current_pause
from records.notices import NoticeUpdate
from records.traces import trace_of
from tracing import span, traced
from workflows.names import DELIVER_NOTICES

_log = structlog.get_logger(__name__)
_BEAT_SECONDS = 5.0
_AHEAD = 256
"""Mails that are written before there is a connection for them; a round begins with fewer, so that the first go soon."""

_FRESH_SECONDS = 10.0
"""A mail that waited longer for a connection is written anew: the case may be another by then."""

_LONGEST_AWAY = timedelta(minutes=15)
"""How long a server that is away is left alone at most."""

_LOOK_AFTER_PAUSE = timedelta(minutes=15)
"""How long to wait while mail is paused. Whoever resumes nudges the delivery; this makes up for a nudge that was lost."""

_RETRY_SECONDS = 1.0

_PATIENCE_SECONDS = 0.02
"""How long a mail that is open or done waits for others, so that one transaction is for them all."""


class NoticeDeliverer:
    """Delivers notices. ``clock`` gives the time that mails are dated by (UTC); rehearsals bring their own.

    ``real`` gives the time by which attempts and digests are due. ``at_once``: every mail goes now, whatever its reader
    wants.
    """

    def __init__(
        self,
        engine: AsyncEngine,
        transport: Callable[[], Transport],
        sender: Sender,
        *,
        connections: int,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        real: Callable[[], datetime] = lambda: datetime.now(UTC),
        at_once: bool = False,
    ) -> None:
        self.engine, self.writer = engine_like(engine), Writer(engine)
        self.letters = Letters(self.engine, sender, clock, real, at_once=at_once)
        self.connections, self.clock, self.real = connections, clock, real
        self._transport = transport
        self._sender = sender
        self._loop = OwnLoop("ahg-delivery")
        self._in_vain = 0

    def message_id(self, key: str) -> str:
        """The Message-ID of the mail with that key."""
        return self._sender.ids.of(key, self._sender.mail_from)

    def close(self) -> None:
        """End the thread of the delivery."""
        self._loop.close(self.engine.dispose)
        self.writer.close()

    @activity.defn(name=DELIVER_NOTICES)
    async def deliver(self) -> datetime | None:
        """Deliver all that is due; answers when the next attempt is due by the real clock, None if nothing waits."""
        async with _beating():
            return await self._loop.run(self._deliver)

    async def _deliver(self) -> datetime | None:
        async with self._transport() as transport:
            going = _Round(self, transport)
            await going.run()
        if activity.is_worker_shutdown():  # another worker, or this one started again, goes on
            return self.real()
        self._in_vain = 0 if going.reached or not going.gave_up else self._in_vain + 1
        async with self.engine.connect() as connection:
            due = await ledger.next_attempt(connection)
            if await current_pause(connection):
                waits = due is not None or await ledger.any_waiting(connection)
                return self.real() + _LOOK_AFTER_PAUSE if waits else None
        if going.gave_up:
            again = self.real() + ledger.retry_delay(self._in_vain or 1, _LONGEST_AWAY)
            return again if due is None else min(again, due)
        return due


class _Round:
    """One round of delivery: until nothing is due, all mail is paused, the server is away, or the worker ends."""

    def __init__(self, by: NoticeDeliverer, transport: Transport) -> None:
        self._engine, self._writer, self._letters, self._transport = by.engine, by.writer, by.letters, transport
        self._message_id = by.message_id
        self._clock, self._real = by.clock, by.real
        self._worker = uuid4().hex
        self._limit = by.connections
        self._ahead = 2 * by.connections
        self._written: deque[tuple[float, Letter]] = deque()
        self._open: list[tuple[Letter, OpenedMail]] = []
        self._done: list[AttemptOutcome] = []
        self._unreserved: list[AttemptOutcome] = []
        self._held: set[int] = set()
        self._writing: asyncio.Task[None] | None = None
        self._opening: set[asyncio.Task[None]] = set()
        self._sending: set[asyncio.Task[None]] = set()
        self._stirred = asyncio.Event()
        self._all_written = False
        self._paused = False
        self._patience: asyncio.TimerHandle | None = None
        self.reached = False
        """Whether the server took a mail over."""

    @property
    def gave_up(self) -> bool:
        """Whether the round ended because no connection could be kept."""
        return self._limit <= 0

    async def run(self) -> None:
        """Deliver until nothing is due, or the round has to end."""
        await ledger.mark_orphaned(self._engine, self._worker, self._clock(), self._message_id)
        await digests.gather(self._engine, due=self._real(), now=self._clock())
        try:
            while True:
                self._stirred.clear()
                self._write_ahead()
                self._open_up()
                if await self._write_batch():
                    continue
                if not (self._writing or self._opening or self._sending):
                    return
                await self._stirred.wait()
        finally:
            await self._leave()

    # writing ahead ------------------------------------------------------------------------------------------

    def _write_ahead(self) -> None:
        if self._writing is not None and self._writing.done():
            self._writing.result()
            self._writing = None
        enough = len(self._written) > self._ahead // 2 or self._all_written or self._ending
        if self._writing is None and not enough:
            self._writing = self._start(self._write())

    @property
    def _ending(self) -> bool:
        return self._paused or self.gave_up or activity.is_worker_shutdown()

    async def _write(self) -> None:
        # Before the ledger is read: a batch that queues something meanwhile says otherwise, and is not overruled.
        self._all_written = True
        async with self._engine.connect() as connection:
            notices = await ledger.due_notices(connection, self._real(), self._ahead, self._held)
        self._ahead = min(4 * self._ahead, _AHEAD)
        if notices:
            self._all_written = False
        self._held.update(notice.id for notice in notices)
        async for one in self._letters.write(notices):
            if isinstance(one, Letter):
                self._written.append((_now(), one))
            else:
                self._unreserved.append(one)
            self._stirred.set()

    def _start(
        self, what: Coroutine[Any, Any, None], among: set[asyncio.Task[None]] | None = None
    ) -> asyncio.Task[None]:
        task = asyncio.create_task(what)
        if among is not None:
            among.add(task)
            task.add_done_callback(among.discard)
        task.add_done_callback(lambda _: self._stirred.set())
        return task

    # opening ------------------------------------------------------------------------------------------------

    def _open_up(self) -> None:
        """Open mails on the free connections, except mails that were written too long ago; drop all if the round ends."""
        oldest = _now() - _FRESH_SECONDS
        while self._written and self._written[0][0] < oldest:
            self._put_back(self._written.popleft()[1])
        while self._ending and self._open:
            self._let_go(*self._open.pop())
        while self._written and not self._ending and self._free > 0:
            self._start(self._opened(self._written.popleft()[1]), self._opening)

    @property
    def _free(self) -> int:
        return self._limit - len(self._opening) - len(self._open) - len(self._sending)

    async def _opened(self, letter: Letter) -> None:
        try:
            opened = await self._transport.open(letter.message, letter.address)
        except Exception as fault:  # noqa: BLE001 - a fault in one mail must not hold up the others
            activity.logger.exception("the notice %s could not be opened", letter.notice.key)
            opened = AttemptResult("retry", f"{type(fault).__name__}: {fault}", lost=True)
        if isinstance(opened, AttemptResult):
            self._unreserved.append(self._outcome(letter, opened))
        else:
            self._open.append((letter, opened))

    def _let_go(self, letter: Letter, opened: OpenedMail) -> None:
        opened.drop()
        self._put_back(letter)

    def _put_back(self, letter: Letter) -> None:
        """Forget a mail that was written, so that it is written anew for whoever holds the post then."""
        self._held.discard(letter.notice.id)
        self._all_written = False

    # batches ------------------------------------------------------------------------------------------------

    async def _write_batch(self) -> bool:
        """Write a batch to the ledger, and send the mails that it reserved; False when there is nothing to do yet."""
        if not (self._done or self._unreserved or self._open) or self._more_to_come():
            return False
        self._patience = None
        done, unreserved, opened = list(self._done), list(self._unreserved), list(self._open)
        batch = self._batch(done, unreserved)
        taken = await self._written_down(batch, [letter for letter, _ in opened])
        del self._done[: len(done)], self._unreserved[: len(unreserved)], self._open[: len(opened)]
        for one in (*done, *unreserved):
            self._held.discard(one.update.id)
        if batch.instead or any(one.state is NoticeState.QUEUED for one in (*batch.outcomes, *batch.settled)):
            self._all_written = False
        self._paused = taken is None
        for letter, ready in opened:
            if taken and letter.notice.id in taken:
                self._start(self._send(letter, ready), self._sending)
            else:  # paused, given up, another worker's, or to be written to whoever holds the post now
                self._let_go(letter, ready)
        return True

    def _more_to_come(self) -> bool:
        """Whether a batch waits a moment for more mails: it costs much the same for one as for many."""
        if not (self._opening or self._sending) or len(self._open) >= self._limit // 2:
            return False
        if self._patience is None:
            self._patience = asyncio.get_running_loop().call_later(_PATIENCE_SECONDS, self._stirred.set)
        return self._patience.when() > _now()

    async def _written_down(self, batch: ledger.LedgerBatch, letters: list[Letter]) -> frozenset[int] | None:
        """Write a batch that reserves these mails, except mails whose post has changed hands since they were written.

        While the database is away this is tried again and again: what the server took over must not be forgotten.
        """

        def take(on: Connection) -> frozenset[int] | None:
            wanted = [letter.notice.id for letter in self._letters.up_to_date(on, letters)]
            return ledger.write_batch(on, self._worker, replace(batch, wanted=wanted))

        while True:
            try:
                return self._writer.write(take)
            except (OperationalError, InterfaceError) as fault:
                if activity.is_worker_shutdown():
                    raise
                activity.logger.warning("the ledger cannot be written: %s", fault)
                await asyncio.sleep(_RETRY_SECONDS)

    async def _send(self, letter: Letter, opened: OpenedMail) -> None:
        stream, seq = letter.notice.place
        about: dict[str, str | int] = {"ahg.notice": letter.notice.id, "ahg.kind": letter.notice.kind}
        about |= {"ahg.case": stream, "ahg.entry": seq}
        try:
            with span("mail", about, await self._place_of(stream, seq)) as made:
                delivery = await opened.send()
                made.set_attribute("ahg.state", delivery.state)
        except Exception as fault:  # noqa: BLE001 - it may have happened at any moment
            activity.logger.exception("the notice %s could not be sent", letter.notice.key)
            delivery = AttemptResult("ambiguous", f"{type(fault).__name__}: {fault}", lost=True)
        self._done.append(self._outcome(letter, delivery))

    async def _place_of(self, stream: str, seq: int) -> str:
        """Where the step that the mail tells of stands in its trace. Nobody asks for it where there are no traces."""
        if not traced():
            return ""
        try:
            async with self._engine.connect() as connection:
                return await trace_of(connection, stream, seq)
        except SQLAlchemyError:
            return ""

    def _outcome(self, letter: Letter, delivery: AttemptResult) -> AttemptOutcome:
        """What the ledger is to say of an attempt."""
        if delivery.lost:
            self._limit -= 1  # a server that drops connections gets fewer of them, and at last a rest
        self.reached = self.reached or delivery.state == "sent"
        now = self._clock()
        update = attempts.attempted(
            letter.notice, delivery, letter.address, letter.message["Message-ID"], now=now, real=self._real()
        )
        case, entry = letter.notice.place
        told = {"notice": letter.notice.id, "kind": letter.notice.kind, "case": case, "entry": entry}
        _log.info("a mail was attempted", state=str(update.state), **told)
        return attempts.told_instead(letter.notice, update, letter.stands_in, now)

    async def _leave(self) -> None:
        """End what is under way; what the server answered is written down all the same."""
        under_way = [*self._opening, *self._sending, *([self._writing] if self._writing else [])]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        for _, opened in self._open:
            opened.drop()
        # A batch of which nobody knows whether it was committed may have reserved what is open.
        unsent = [attempts.put_back(letter.notice) for letter, _ in self._open]
        if self._done or self._unreserved or unsent:
            batch = self._batch(self._done, self._unreserved, unsent)
            self._writer.write(lambda on: ledger.write_batch(on, self._worker, batch))

    @staticmethod
    def _batch(
        done: list[AttemptOutcome], unreserved: list[AttemptOutcome], unsent: Sequence[NoticeUpdate] = ()
    ) -> ledger.LedgerBatch:
        return ledger.LedgerBatch(
            outcomes=[*(one.update for one in done), *unsent],
            settled=[one.update for one in unreserved],
            instead=[one.instead for one in (*done, *unreserved) if one.instead],
        )


def _now() -> float:
    return asyncio.get_running_loop().time()


@asynccontextmanager
async def _beating() -> AsyncIterator[None]:
    """Sends heartbeats while the context is open: a mail server may take minutes to answer (RFC 5321, 4.5.3.2)."""

    async def beat() -> None:
        while True:
            activity.heartbeat()
            await asyncio.sleep(_BEAT_SECONDS)

    beats = asyncio.create_task(beat())
    try:
        yield
    finally:
        beats.cancel()
        with suppress(asyncio.CancelledError):
            await beats
