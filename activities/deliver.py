"""The activity ``deliver``: every queued notice that is due goes to the mail server, once.

Reserve, send, mark: each notice is reserved in a transaction of its own before the server sees it, and marked afterwards.
As many are reserved at a time as there are connections, so that a crash leaves at most that many in doubt; those are
marked ambiguous and shown, never sent again by themselves.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio import activity

from models.base import Value
from models.case import Stage
from models.policy import Policy
from models.posts import Capacity, Post
from notifications.answer_links import AnswerLinks
from notifications.compose import About, Reader, compose
from notifications.transport import Delivery, Transport
from records import ledger, queries
from records.directory import addressee_of, zone_of
from workflows.names import DELIVER

__all__ = ["Courier", "Sender"]

_BEAT_SECONDS = 5.0
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
        self._cases: dict[str, _CaseFacts] = {}

    @activity.defn(name=DELIVER)
    async def deliver(self) -> datetime | None:
        """Deliver all that is due; answers when the next attempt is due by the real clock, None if nothing waits."""
        worker = uuid4().hex
        # Only one round of delivery runs at a time: what is reserved now was reserved by one that died.
        await ledger.orphaned(self._engine, [worker], self._clock())
        async with _beating(), self._transport() as transport:
            while batch := await ledger.reserve(self._engine, worker, datetime.now(UTC), self._connections):
                marks = await asyncio.gather(*(self._one(transport, notice) for notice in batch))
                await ledger.mark(self._engine, marks)
                if activity.is_worker_shutdown():  # another worker, or this one started again, goes on
                    return datetime.now(UTC)
        async with self._engine.connect() as connection:
            return await ledger.next_attempt(connection)

    async def _one(self, transport: Transport, notice: dict[str, Any]) -> dict[str, Any]:
        try:
            message, address = await self._compose(notice)
        except (LookupError, ValueError) as nobody:
            return self._undeliverable(notice, str(nobody))
        except Exception as fault:  # noqa: BLE001 - a fault in one mail must not put the others of its batch in doubt
            activity.logger.exception("the notice %s could not be composed", notice["key"])
            return self._undeliverable(notice, f"{type(fault).__name__}: {fault}")
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
        facts = await self._facts_of(case["reference"])
        about = About(
            reference=case["reference"], title=case["title"], stage=Stage(case["stage"]).words, names=facts.names,
            default_policy=facts.default_policy, answers_by_link=facts.answers_by_link,
        )  # fmt: skip
        message = compose(
            notice["kind"], reader=reader, about=about, facts=notice["facts"] or {}, due=notice["due"], at=now,
            key=notice["key"], mail_from=self._sender.mail_from, reply_to=self._sender.reply_to,
            public_url=self._sender.public_url, links=self._sender.links, sequence=notice["seq"],
        )  # fmt: skip
        return message, addressee.email

    async def _facts_of(self, reference: str) -> "_CaseFacts":
        """What mails say of a case and what never changes in it: kept at hand."""
        if reference not in self._cases:
            async with self._engine.connect() as connection:
                submitted = (await queries.entries(connection, reference, limit=1))[0].event
            members = submitted["directory"]["members"]
            policy = Policy.model_validate(submitted["policy"])
            if len(self._cases) >= _KNOWN_CASES:
                self._cases.clear()
            self._cases[reference] = _CaseFacts(
                names={code: member["name"] for code, member in members.items()},
                default_policy=policy == Policy.default(),
                answers_by_link=policy.answers_by_link,
            )
        return self._cases[reference]

    def _undeliverable(self, notice: dict[str, Any], why: str) -> dict[str, Any]:
        return {
            "id": notice["id"],
            "state": "undeliverable",
            "settled_at": self._clock(),
            "reply": why[:2000],
        }

    def _settled(self, notice: dict[str, Any], delivery: Delivery) -> dict[str, Any]:
        now, real = self._clock(), datetime.now(UTC)
        match delivery.state:
            case "retry" if notice["attempts"] < ledger.MOST_ATTEMPTS:
                return {"state": "queued", "next_attempt_at": real + ledger.retry_delay(notice["attempts"])}
            case "retry":
                return {"state": "refused", "settled_at": now}
            case state:
                return {"state": state, "settled_at": now}


class _CaseFacts(Value):
    """Names of members as the case has them, and of its policy whether it is the product's own, and its links."""

    names: dict[str, str]
    default_policy: bool
    answers_by_link: tuple[str, ...]


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
