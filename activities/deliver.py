"""The activity ``deliver``: every queued notice that is due goes to the mail server, once.

Mails are written ahead, while others are on their way. Reserve, send, mark: a notice is reserved in a transaction before
the server sees its mail, and marked in a later one; each transaction marks what was sent and reserves what is sent next.
Never more notices are reserved than there are connections, so that a crash leaves at most that many in doubt; those are
marked ambiguous and shown, never sent again by themselves.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

from activities import marks
from activities.letters import Letter, Letters, Sender, Settled
from db import WriterThread
from models.notices.state import NoticeState
from notifications.transport import Delivery, Transport
from records import digests, ledger
from records.mail_pauses import pause_now
from workflows.names import DELIVER

__all__ = ["Courier", "Sender"]

_BEAT_SECONDS = 5.0
_AHEAD = 32
"""Mails that are written before there is a connection for them."""

_FRESH_SECONDS = 10.0
"""A mail that waited longer for a connection is written anew: the case may be another by then."""

_LONGEST_AWAY = timedelta(minutes=15)
"""How long a server that is away is left alone at most."""

_LOOK_AFTER_PAUSE = timedelta(minutes=15)
"""While mail is paused: whoever resumes nudges the delivery; this is for a nudge that was lost."""

_RETRY_SECONDS = 1.0

_PATIENCE_SECONDS = 0.02
"""How long a mail that is done waits for others, so that one transaction marks them all."""


class Courier:
    """Delivers notices. ``clock`` gives the time that mails are dated by (UTC); rehearsals bring their own.

    ``real`` is the clock by which attempts and digests are due. ``at_once``: everything goes now, whatever readers want.
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
        self._engine = engine
        self._transport = transport
        self._letters = Letters(engine, sender, clock, real, at_once=at_once)
        self._connections = connections
        self._clock = clock
        self._real = real
        self._thread = WriterThread(engine)
        self._in_vain = 0

    def close(self) -> None:
        """End the writing thread."""
        self._thread.close()

    @activity.defn(name=DELIVER)
    async def deliver(self) -> datetime | None:
        """Deliver all that is due; answers when the next attempt is due by the real clock, None if nothing waits."""
        async with _beating(), self._transport() as transport:
            going = _Round(
                self._engine,
                self._thread,
                self._letters,
                transport,
                self._connections,
                self._clock,
                self._real,
            )
            await going.run()
        if activity.is_worker_shutdown():  # another worker, or this one started again, goes on
            return self._real()
        self._in_vain = 0 if going.reached or not going.gave_up else self._in_vain + 1
        async with self._engine.connect() as connection:
            due = await ledger.next_attempt(connection)
            if await pause_now(connection):
                waits = due is not None or await ledger.waiting(connection)
                return self._real() + _LOOK_AFTER_PAUSE if waits else None
        if going.gave_up:
            again = self._real() + ledger.retry_delay(self._in_vain or 1, _LONGEST_AWAY)
            return again if due is None else min(again, due)
        return due


class _Round:
    """One round of delivery: until nothing is due, all mail is paused, the server is away, or the worker ends."""

    def __init__(
        self, engine: AsyncEngine, thread: WriterThread, letters: Letters, transport: Transport, connections: int,
        clock: Callable[[], datetime], real: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._engine, self._thread, self._letters, self._transport = engine, thread, letters, transport
        self._clock, self._real = clock, real
        self._worker = uuid4().hex
        self._limit = connections
        self._written: deque[tuple[float, Letter]] = deque()
        self._done: list[Settled] = []
        self._needless: list[Settled] = []
        self._held: set[int] = set()
        self._reserving: list[Letter] = []
        self._reserved = 0
        self._writing: asyncio.Task[None] | None = None
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
        """Deliver."""
        await ledger.orphaned(self._engine, self._worker, self._clock())
        await digests.gather(self._engine, due=self._real(), now=self._clock())
        try:
            while True:
                self._stirred.clear()
                self._write_ahead()
                if await self._take_turn():
                    continue
                if not (self._writing or self._sending):
                    return
                await self._stirred.wait()
        finally:
            await self._leave()

    # writing ahead ------------------------------------------------------------------------------------------

    def _write_ahead(self) -> None:
        if self._writing is not None and self._writing.done():
            self._writing.result()
            self._writing = None
        enough = len(self._written) > _AHEAD // 2 or self._all_written or self._ending
        if self._writing is None and not enough:
            self._writing = self._start(self._write())

    @property
    def _ending(self) -> bool:
        return self._paused or self.gave_up or activity.is_worker_shutdown()

    async def _write(self) -> None:
        # Before the ledger is read: a turn that queues something meanwhile says otherwise, and is not overruled.
        self._all_written = True
        async with self._engine.connect() as connection:
            notices = await ledger.ready(connection, self._real(), _AHEAD, self._held)
        if notices:
            self._all_written = False
        self._held.update(notice["id"] for notice in notices)
        async for one in self._letters.write(notices):
            if isinstance(one, Letter):
                self._written.append((_now(), one))
            else:
                self._needless.append(one)
            self._stirred.set()

    def _start(self, what: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(what)
        task.add_done_callback(lambda _: self._stirred.set())
        return task

    # turns --------------------------------------------------------------------------------------------------

    async def _take_turn(self) -> bool:
        """Write what there is to write, and send what could be reserved by it; False when there was nothing to do yet."""
        if self._more_to_come():
            return False
        letters = self._next_letters()
        done, needless = list(self._done), list(self._needless)
        if not (done or needless or letters):
            return False
        self._patience = None
        turn = ledger.Turn(
            marks=[one.mark for one in done],
            settled=[one.mark for one in needless],
            instead=[one.instead for one in (*done, *needless) if one.instead],
        )
        self._reserving = letters
        taken = await self._written_down(turn, letters)
        self._reserving = []
        del self._done[: len(done)], self._needless[: len(needless)]
        self._reserved -= len(done)
        for one in (*done, *needless):
            self._held.discard(one.mark["id"])
        if turn.instead or any(mark["state"] == NoticeState.QUEUED for mark in turn.marks):
            self._all_written = False
        self._paused = taken is None
        for letter in letters:
            if taken and letter.notice["id"] in taken:
                self._reserved += 1
                task = self._start(self._send(letter))
                self._sending.add(task)
                task.add_done_callback(self._sending.discard)
            else:  # paused, given up, another worker's, or to be written to whoever holds the post now
                self._held.discard(letter.notice["id"])
                self._all_written = False
        return True

    def _more_to_come(self) -> bool:
        """Whether a turn waits a moment for more mails to be done: it costs much the same for one as for many."""
        if not self._done or len(self._done) == self._reserved:
            return False
        if self._limit - (self._reserved - len(self._done)) >= self._limit // 2:
            return False
        if self._patience is None:
            self._patience = asyncio.get_running_loop().call_later(_PATIENCE_SECONDS, self._stirred.set)
        return self._patience.when() > _now()

    def _next_letters(self) -> list[Letter]:
        """Mails for the connections that are free, none of them old."""
        oldest = _now() - _FRESH_SECONDS
        while self._written and self._written[0][0] < oldest:
            self._held.discard(self._written.popleft()[1].notice["id"])
            self._all_written = False
        free = 0 if self._ending else self._limit - (self._reserved - len(self._done))
        return [self._written.popleft()[1] for _ in range(min(max(free, 0), len(self._written)))]

    async def _written_down(self, turn: ledger.Turn, letters: list[Letter]) -> frozenset[int] | None:
        """Write a turn that reserves these mails, but for those whose post has changed hands since they were written.

        While the database is away, again and again: what the server took over must not be forgotten.
        """

        def take(on: Connection) -> frozenset[int] | None:
            wanted = [letter.notice["id"] for letter in self._letters.up_to_date(on, letters)]
            return ledger.take_turn(on, self._worker, replace(turn, wanted=wanted))

        while True:
            try:
                return await self._thread.write(take)
            except (OperationalError, InterfaceError) as fault:
                if activity.is_worker_shutdown():
                    raise
                activity.logger.warning("the ledger cannot be written: %s", fault)
                await asyncio.sleep(_RETRY_SECONDS)

    async def _send(self, letter: Letter) -> None:
        try:
            delivery = await self._transport.send(letter.message, letter.address)
        except Exception as fault:  # noqa: BLE001 - it may have happened at any moment
            activity.logger.exception("the notice %s could not be sent", letter.notice["key"])
            delivery = Delivery("ambiguous", f"{type(fault).__name__}: {fault}", lost=True)
        if delivery.lost:
            self._limit -= 1  # a server that drops connections gets fewer of them, and at last a rest
        self.reached = self.reached or delivery.state == "sent"
        now = self._clock()
        mark = marks.attempted(
            letter.notice, delivery, letter.address, letter.message["Message-ID"], now=now, real=self._real()
        )
        self._done.append(Settled(*marks.told_instead(letter.notice, mark, letter.stands_in, now)))

    async def _leave(self) -> None:
        """End what is under way; what the server answered is written down all the same."""
        under_way = [*self._sending, *([self._writing] if self._writing else [])]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        if self._done or self._reserving:
            unsent = [marks.put_back(letter.notice) for letter in self._reserving]
            turn = ledger.Turn(
                marks=[*(one.mark for one in self._done), *unsent],
                instead=[one.instead for one in self._done if one.instead],
            )
            await self._thread.write(lambda on: ledger.take_turn(on, self._worker, turn))


def _now() -> float:
    return asyncio.get_running_loop().time()


@asynccontextmanager
async def _beating() -> AsyncIterator[None]:
    """Heartbeats while the context is open: a mail server may take minutes to answer (RFC 5321, section 4.5.3.2)."""

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
