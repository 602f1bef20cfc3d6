"""Mail servers that misbehave, and the worker as it is deployed: who got what, what the ledger says, what people see.

Each fault meets 49 notices. Some end by themselves, others when somebody mends them; in the end everybody who can be
reached has the mail once.
"""

import asyncio
import ssl
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

import worker
from db import write_transaction
from models.tables import TABLES
from notifications.transport import Transport
from ops.mail import board_lines
from ops.processes import free_port
from records import ledger
from records.mail_board import give_up, queue_length, resend, stuck_notices
from tests.activities.test_deliver import settled
from tests.fan_out import TEXT, fan_out
from tests.mail_server import Server, listening
from tests.rig import Rig, rig, working
from tests.waiting import until
from workflows.client import nudge_delivery

ALL = 49
THREE = ("desk@m7.example", "desk@m23.example", "desk@m41.example")
SLOW = 5.0
"""Seconds that the worker waits where a server hangs; for the rest it waits as it does when deployed."""


class Faulty(Server):
    """Misbehaves until it is ``well``; takes commands in groups, as the servers in use do."""

    groups = True
    well = False

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.met: Counter[Any] = Counter()
        self.rcpt = self.recipient
        self.released = asyncio.Event()

    def recipient(self, address: str) -> str | None:
        """The answer to a recipient; None: it is taken."""
        return None


class Mute(Faulty):
    """Takes connections and says nothing."""

    def connection(self) -> asyncio.Protocol:
        return super().connection() if self.well else asyncio.Protocol()


class Hangs(Faulty):
    """Says nothing to three of the recipients, twice to each: the second time over a new connection."""

    async def handle_RCPT(self, smtp: SMTP, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        self.met[address] += 1
        if address in THREE and self.met[address] <= 2:
            await self.released.wait()
        return await super().handle_RCPT(smtp, session, envelope, address, options)


class HangsAfterTheMail(Faulty):
    """Has three whole mails and says nothing."""

    async def handle_DATA(self, smtp: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        reply = await super().handle_DATA(smtp, session, envelope)
        if envelope.rcpt_tos[0] in THREE:
            await self.released.wait()
        return reply


class DropsAfterTheMail(Faulty):
    """Has three whole mails and breaks the connection instead of saying so."""

    async def handle_DATA(self, smtp: SMTP, session: Any, envelope: Any) -> str:  # noqa: N802
        reply = await super().handle_DATA(smtp, session, envelope)
        if envelope.rcpt_tos[0] in THREE and not self.well and isinstance(smtp.transport, asyncio.WriteTransport):
            smtp.transport.abort()
        return reply


class Tires(Faulty):
    """Takes five mails over one connection, then closes it with 421."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.mail = self.tired

    def tired(self, smtp: SMTP) -> str | None:
        self.met[smtp] += 1
        return "421 4.7.0 too many mails on this connection" if self.met[smtp] > 5 else None


class GoesDown(Faulty):
    """Takes twenty mails, then answers nothing but 421."""

    def recipient(self, address: str) -> str | None:
        return "421 4.3.2 going down" if len(self.taken) >= 20 and not self.well else None


class Greylists(Faulty):
    """Puts each mail off twice."""

    def recipient(self, address: str) -> str | None:
        self.met[address] += 1
        return "451 4.7.1 come again later" if self.met[address] <= 2 else None


class RefusesThree(Faulty):
    """Knows nothing of three of the addresses."""

    def recipient(self, address: str) -> str | None:
        return "550 5.1.1 no such user" if address in THREE else None


class WantsAnotherPassword(Faulty):
    """Knows our name with another password."""

    def __init__(self) -> None:
        super().__init__(authenticator=self.check, auth_require_tls=False, auth_required=True)

    def check(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, _data: Any) -> AuthResult:
        return AuthResult(success=self.well, handled=False)


class DisownsTheSender(Faulty):
    """Does not let us write in our name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.mail = self.disowns

    def disowns(self, smtp: SMTP) -> str | None:
        return None if self.well else "553 5.7.1 Sender address rejected: not owned by user ahg"


@dataclass(frozen=True)
class Fault:
    """How a server misbehaves, and what follows.

    ``away``: what people see of it until it is mended. ``ledger``: how many notices stand how, after how many attempts.
    ``seen``: what people see in the end, how often. ``unreached``: whose alternates get the mail instead. ``first``: the
    first address. ``waits``: seconds that the worker waits until it is mended, as ``Transport`` has them.
    ``deaf``: nobody listens until it is mended.
    """

    server: Callable[[], Faulty]
    settings: Mapping[str, Any] = field(default_factory=dict)
    away: str = ""
    ledger: Mapping[tuple[str, int], int] = field(default_factory=lambda: {("sent", 1): ALL})
    seen: Mapping[str, int] = field(default_factory=dict)
    unreached: tuple[str, ...] = ()
    first: str = "desk@m0.example"
    waits: Mapping[str, Any] = field(default_factory=dict)
    deaf: bool = False


_REFUSED = {("sent", 1): ALL, ("refused", 1): 3}
_IN_DOUBT = {("sent", 1): ALL - 3, ("ambiguous", 1): 3}
_UMLAUT = "büro@m0.example"
_UNWRITABLE: Mapping[str, Any] = {
    "first": _UMLAUT,
    "unreached": (_UMLAUT,),
    "ledger": {("sent", 1): ALL, ("refused", 1): 1},
    "seen": {
        "cannot be written in ASCII, and the mail server does not offer SMTPUTF8": 1,
        "to the alternate instead: sent": 1,
    },
}

FAULTS: Mapping[str, Fault] = {
    "nobody listens": Fault(Faulty, away="Connect call failed", deaf=True),
    "hangs from the start": Fault(Mute, away="imed out", waits={"timeout": 0.3}),
    "hangs at a recipient": Fault(Hangs, ledger={("sent", 1): ALL - 3, ("sent", 2): 3}, waits={"timeout": SLOW}),
    "hangs after the mail": Fault(
        HangsAfterTheMail,
        ledger=_IN_DOUBT,
        seen={"no answer came back": 3, "ambiguous, to": 3},
        waits={"final_timeout": SLOW},
    ),
    "drops after the mail": Fault(
        DropsAfterTheMail, ledger=_IN_DOUBT, seen={"no answer came back": 3, "ambiguous, to": 3}
    ),
    "421 now and then": Fault(Tires),
    "421 from the middle on": Fault(GoesDown, away="421 4.3.2 going down"),
    "greylists": Fault(Greylists, ledger={("sent", 3): ALL}),
    "refuses three": Fault(
        RefusesThree,
        ledger=_REFUSED,
        unreached=THREE,
        seen={"550 5.1.1 no such user": 3, "to the alternate instead: sent": 3},
    ),
    "a certificate that nobody vouches for": Fault(Faulty, {"smtp_security": "tls"}, away="certificate verify failed"),
    "the same after STARTTLS": Fault(Faulty, {"smtp_security": "starttls"}, away="certificate verify failed"),
    "another password": Fault(WantsAnotherPassword, {"smtp_username": "ahg", "smtp_password": "wrong"}, away="535"),
    "does not take the sender": Fault(DisownsTheSender, away="553 5.7.1 Sender address rejected"),
    "neither 8BITMIME nor SMTPUTF8": Fault(partial(Faulty, decode_data=True), **_UNWRITABLE),
    "8BITMIME without SMTPUTF8": Fault(Faulty, **_UNWRITABLE),
    "8BITMIME and SMTPUTF8": Fault(partial(Faulty, enable_SMTPUTF8=True), first=_UMLAUT),
}


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """A mail that is put off is tried again at once."""
    monkeypatch.setattr(ledger, "_FIRST_DELAY", timedelta(milliseconds=50))
    monkeypatch.setattr(ledger, "_LONGEST_DELAY", timedelta(milliseconds=200))


async def seen(parts: Rig) -> str:
    """What the board of mail says."""
    async with parts.engine.connect() as connection:
        return "\n".join(board_lines(await stuck_notices(connection), None, await queue_length(connection)))


async def until_away(parts: Rig, server: Server, said: str) -> None:
    """Until the board says so of the server, and that all wait that it did not take."""

    async def away() -> bool:
        found = await seen(parts)
        return said in found and f"{ALL - len(server.taken)} notices wait to be sent" in found

    await until(away)


async def write_to(parts: Rig, first: str) -> None:
    """The notices; the first one's holder is at this address."""
    async with working(parts):
        await parts.submit()
    await fan_out(parts, ALL - len(await parts.notices()))
    holders = TABLES.tables["holders"]
    async with write_transaction(parts.engine) as connection:
        await connection.execute(holders.update().where(holders.c.post == "M0/focal-point").values(email=first))


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS.keys())
async def test_everybody_who_can_be_reached_has_the_mail_once_and_the_rest_is_seen(
    fault: Fault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, certificate: Path, server_tls: ssl.SSLContext
) -> None:
    server, port = fault.server(), free_port()
    outer = server_tls if fault.settings.get("smtp_security") == "tls" else None
    if fault.settings.get("smtp_security") == "starttls":
        server.options["tls_context"] = server_tls
    async with AsyncExitStack() as stack:
        parts = await stack.enter_async_context(
            rig(tmp_path / "rig", smtp_port=port, smtp_connections=4, **fault.settings)
        )
        await write_to(parts, fault.first)
        monkeypatch.setattr(worker, "Transport", partial(Transport, **fault.waits))
        if not fault.deaf:
            await stack.enter_async_context(listening(server, outer, port))
        await stack.enter_async_context(worker.running(parts.settings, parts.client, parts.engine))
        if fault.away:
            await until_away(parts, server, fault.away)
            server.well = True
            monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
            monkeypatch.setattr(worker, "Transport", Transport)
            if fault.deaf:
                await stack.enter_async_context(listening(server, outer, port))
        notices = await settled(parts)
        found = await seen(parts)
        server.released.set()

    assert Counter((one.state, one.attempts) for one in notices) == fault.ledger
    assert {one.reply for one in notices if one.state == "sent"} == {"250 kept"}
    assert {what: found.count(what) for what in fault.seen} == fault.seen
    assert bool(found) is bool(fault.seen)
    addresses = {one.address for one in notices} - set(fault.unreached)
    assert len(addresses) == ALL
    assert Counter(address for address, _ in server.taken) == Counter(addresses)
    assert {to for to in addresses if to.startswith("alternate")} == {
        f"alternate@{to.partition('@')[2]}" for to in fault.unreached
    }
    for address, content in server.taken:
        assert address.startswith(("desk", "alternate", "büro")) is (TEXT in text_of(content))


async def test_what_is_in_doubt_goes_out_again_or_never_as_people_decide(tmp_path: Path) -> None:
    server = DropsAfterTheMail()
    async with listening(server) as port, rig(tmp_path / "rig", smtp_port=port, smtp_connections=4) as parts:
        await write_to(parts, "desk@m0.example")
        async with worker.running(parts.settings, parts.client, parts.engine):
            first, second, third = [one for one in await settled(parts) if one.state == "ambiguous"]
            server.well = True
            by: dict[str, Any] = {"by": "RSO/secretariat", "at": datetime.now(UTC)}
            await resend(parts.engine, first.key, why="asked by telephone: it did not come", **by)
            await give_up(parts.engine, second.key, why="the office has confirmed it", **by)
            await nudge_delivery(parts.client, parts.settings.delivery_queue)
            stand = {one.key: one.state for one in await settled(parts)}
            found = await seen(parts)

    assert [stand[one.key] for one in (first, second, third)] == ["sent", "given_up", "ambiguous"]
    arrived = Counter(address for address, _ in server.taken)
    assert {address: number for address, number in arrived.items() if number > 1} == {first.address: 2}
    assert [key in found for key in (first.key, second.key, third.key)] == [False, False, True]


def text_of(content: bytes) -> str:
    """The plain text of a mail, as its reader sees it."""
    body = message_from_bytes(content, policy=default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())
