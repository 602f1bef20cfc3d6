"""The activity ``deliver``: every queued notice that is due goes to the mail server, once.

Reserve, send, mark: each notice is reserved in a transaction of its own before the server sees it, and marked afterwards.
As many are reserved at a time as there are connections, so that a crash leaves at most that many in doubt; those are
marked ambiguous and shown, never sent again by themselves.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

from models.case import Stage
from models.posts import Capacity, Post
from notifications.compose import About, Reader, compose
from notifications.transport import Delivery, Transport
from records import ledger, queries
from records.directory import addressee_of, zone_of
from workflows.names import DELIVER

__all__ = ["Courier", "Sender"]


class Sender:
    """In whose name mails go out, and where their links lead."""

    def __init__(self, *, mail_from: str, reply_to: str, public_url: str) -> None:
        self.mail_from = mail_from
        self.reply_to = reply_to
        self.public_url = public_url


class Courier:
    """Delivers notices. ``clock`` gives the time that mails are dated by (UTC); rehearsals bring their own."""

    def __init__(
        self,
        engine: AsyncEngine,
        transport: Callable[[], Transport],
        sender: Sender,
        *,
        connections: int,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._engine = engine
        self._transport = transport
        self._sender = sender
        self._connections = connections
        self._clock = clock

    @activity.defn(name=DELIVER)
    async def deliver(self) -> datetime | None:
        """Deliver all that is due; answers when the next attempt is due by the real clock, None if nothing waits."""
        worker = uuid4().hex
        # Only one round of delivery runs at a time: what is reserved now was reserved by one that died.
        await ledger.orphaned(self._engine, [worker], self._clock())
        async with self._transport() as transport:
            while batch := await ledger.reserve(self._engine, worker, datetime.now(UTC), self._connections):
                activity.heartbeat()
                marks = await asyncio.gather(*(self._one(transport, notice) for notice in batch))
                await ledger.mark(self._engine, marks)
        async with self._engine.connect() as connection:
            return await ledger.next_attempt(connection)

    async def _one(self, transport: Transport, notice: dict[str, Any]) -> dict[str, Any]:
        try:
            message, address = await self._compose(notice)
        except LookupError as nobody:
            return {"id": notice["id"], "state": "undeliverable", "settled_at": self._clock(), "reply": str(nobody)}
        delivery = await transport.send(message, address)
        return {
            **self._settled(notice, delivery),
            "id": notice["id"],
            "address": address,
            "reply": delivery.reply[:2000],
            "message_id": message["Message-ID"],
        }

    async def _compose(self, notice: dict[str, Any]) -> tuple[Any, str]:
        """The mail and where it goes. Holder, language and address are those of this moment, not of the queueing."""
        post, capacity, now = Post(notice["post"]), Capacity(notice["capacity"]), self._clock()
        async with self._engine.connect() as connection:
            addressee = await addressee_of(connection, post, capacity, now.date())
            zone = await zone_of(connection, post.member)
            case = await queries.case(connection, notice["reference"])
        if addressee is None:
            raise LookupError(f"the directory has no address for {post}")
        if case is None:
            raise LookupError(f"there is no case {notice['reference']}")
        reader = Reader(
            name=addressee.name, address=addressee.email, post=post, language=addressee.language, zone=zone,
            capacity=capacity,
        )  # fmt: skip
        about = About(reference=case["reference"], title=case["title"], stage=Stage(case["stage"]).words)
        message = compose(
            notice["kind"], reader=reader, about=about, facts=notice["facts"] or {}, due=notice["due"], at=now,
            key=notice["key"], mail_from=self._sender.mail_from, reply_to=self._sender.reply_to,
            public_url=self._sender.public_url,
        )  # fmt: skip
        return message, addressee.email

    def _settled(self, notice: dict[str, Any], delivery: Delivery) -> dict[str, Any]:
        now, real = self._clock(), datetime.now(UTC)
        match delivery.state:
            case "retry" if notice["attempts"] < ledger.MOST_ATTEMPTS:
                return {"state": "queued", "next_attempt_at": real + ledger.retry_delay(notice["attempts"])}
            case "retry":
                return {"state": "refused", "settled_at": now}
            case state:
                return {"state": state, "settled_at": now}
