"""The transport against real servers on the loopback interface that behave well, badly and strangely."""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from notifications import smtp_session
from notifications.preview import reader_of
from notifications.transport import AttemptResult, OpenedMail, Transport
from tests.mail_server import Server, listening
from tests.notifications.samples import mail
from tests.waiting import PATIENCE, until

TO = "desk@example.org"
SHORT = 0.3
"""Seconds that a test waits for a server that says nothing; where others say something, it waits patiently."""


def to(port: int, **options: Any) -> Transport:
    return Transport("127.0.0.1", port, **{"timeout": PATIENCE, "final_timeout": PATIENCE, **options})


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once a connection is open, its server is not waited for: what it says too late is as if it said nothing."""

    def opened(connection: aiosmtplib.SMTP, **_: float) -> smtp_session.SmtpSession:
        return smtp_session.SmtpSession(connection, timeout=SHORT, final_timeout=SHORT)

    monkeypatch.setattr("notifications.transport.SmtpSession", opened)


def plain(text: str) -> EmailMessage:
    message = EmailMessage(policy=POLICY)
    message["From"], message["To"] = "ahg@example.org", TO
    message.set_content(text, cte="8bit")
    return message


@pytest.fixture(autouse=True, params=[False, True], ids=["", "groups"])
def _server_takes_commands_in_groups(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Server, "groups", request.param)


@pytest.fixture
def message() -> EmailMessage:
    return mail("invited")


async def test_mails_go_out_over_few_connections(message: EmailMessage) -> None:
    server = Server()
    async with listening(server) as port, to(port, connections=2) as transport:
        results = await asyncio.gather(*(transport.send(message, f"desk{n}@example.org") for n in range(20)))
    assert {one.state for one in results} == {"sent"}
    assert results[0].reply == "250 kept"
    assert sorted(address for address, _ in server.taken) == sorted(f"desk{n}@example.org" for n in range(20))
    assert server.connections == 2


async def test_a_mail_arrives_byte_for_byte(message: EmailMessage) -> None:
    text = "..leading\n.\ndots " + "ü" * 30
    message = plain(".\n..\n" + text)
    server = Server()
    async with listening(server) as port, to(port) as transport:
        assert (await transport.send(message, TO)).state == "sent"
    assert server.taken[0][1] == message.as_bytes()


async def test_nobody_listens(message: EmailMessage) -> None:
    async with listening(Server()) as port:
        pass
    async with to(port) as transport:
        result = await transport.send(message, TO)
    assert (result.state, result.lost) == ("away", True)
    assert "127.0.0.1" in result.reply


async def test_greylisting_is_tried_again_on_the_same_connection(message: EmailMessage) -> None:
    answers = iter(["451 4.7.1 later", "451 4.7.1 later"])
    server = Server()
    server.rcpt = lambda address: next(answers, None)
    async with listening(server) as port, to(port) as transport:
        results = [await transport.send(message, TO) for _ in range(3)]
    assert results[:2] == [AttemptResult("retry", "451 4.7.1 later")] * 2
    assert results[2].state == "sent"
    assert server.connections == 1


async def test_one_refused_recipient_harms_no_other(message: EmailMessage) -> None:
    server = Server()
    server.rcpt = lambda address: "550 5.1.1 no such user" if address.startswith("gone") else None
    async with listening(server) as port, to(port, connections=1) as transport:
        gone = await transport.send(message, "gone@example.org")
        here = await transport.send(message, TO)
    assert gone == AttemptResult("refused", "550 5.1.1 no such user")
    assert here.state == "sent"
    assert server.connections == 1


@pytest.mark.parametrize(("reply", "state"), [("554 5.7.1 no", "refused"), ("452 full", "retry"), ("250 ok", "sent")])
async def test_the_answer_to_the_whole_message_counts(message: EmailMessage, reply: str, state: str) -> None:
    server = Server()

    async def answer(_: SMTP) -> str:
        return reply

    server.data = answer
    async with listening(server) as port, to(port) as transport:
        assert await transport.send(message, TO) == AttemptResult(state, reply)  # type: ignore[arg-type]


@pytest.mark.parametrize("groups", [False, True])
@pytest.mark.parametrize(
    "reply", ["553 5.7.1 Sender address rejected: not owned by user ahg", "530 5.7.0 log in first"]
)
async def test_a_rejected_sender_or_a_missing_login_is_no_verdict_on_a_recipient(
    message: EmailMessage, groups: bool, reply: str
) -> None:
    server = Server()
    server.groups = groups
    async with listening(server) as port, to(port) as transport:
        server.mail = lambda smtp: reply
        assert await transport.send(message, TO) == AttemptResult("away", reply, lost=True)
        server.mail = lambda smtp: "451 4.3.0 not now"
        assert (await transport.send(message, TO)).state == "retry"
        server.mail = lambda smtp: None
        assert (await transport.send(message, TO)).state == "sent"


@pytest.mark.parametrize("groups", [False, True])
async def test_a_report_is_to_name_the_mail_and_the_address_that_we_wrote_to(
    message: EmailMessage, groups: bool
) -> None:
    server = Server(enable_SMTPUTF8=True)
    server.groups = groups
    own = str(message["Message-ID"])
    async with listening(server) as port, to(port) as transport:
        await transport.send(message, TO)
        assert server.asked == {}
        server.reports = True
    async with listening(server) as port, to(port) as transport:
        assert (await transport.send(message, "desk+ahg=1@m0.example")).state == "sent"
        assert server.asked == {"ENVID": own.strip("<>"), "ORCPT": "rfc822;desk+2Bahg+3D1@m0.example"}
        server.asked.clear()
        assert (await transport.send(message, "büro@m0.example")).state == "sent"
        assert server.asked == {"ENVID": own.strip("<>")}
        del message["Message-ID"]
        message["Message-ID"] = f"<{'x' * 64}@{'y' * 60}.example>"  # longer than an envelope id may be
        server.asked.clear()
        assert (await transport.send(message, TO)).state == "sent"
        assert server.asked == {"ORCPT": f"rfc822;{TO}"}


@pytest.mark.parametrize("groups", [False, True])
async def test_a_server_that_does_not_take_the_encoding_of_an_address_refuses_that_mail(
    message: EmailMessage, groups: bool
) -> None:
    server = Server(enable_SMTPUTF8=True)
    server.groups = groups
    server.mail = lambda smtp: "550 5.6.7 no such addresses here"  # RFC 6531, section 3.5
    async with listening(server) as port, to(port) as transport:
        assert (await transport.send(message, "büro@m0.example")).state == "refused"


async def test_a_server_that_closes_in_the_middle_is_called_again(message: EmailMessage) -> None:
    server = Server()
    seen: list[SMTP] = []

    def only_two(smtp: SMTP) -> str | None:
        seen.append(smtp)
        return "421 4.7.0 too many mails on this connection" if seen.count(smtp) > 2 else None

    server.mail = only_two
    async with listening(server) as port, to(port, connections=1) as transport:
        results = [await transport.send(message, TO) for _ in range(5)]
    assert {one.state for one in results} == {"sent"}
    assert server.connections == 3
    assert len(server.taken) == 5


async def test_a_server_that_only_closes_is_tried_again_later(message: EmailMessage) -> None:
    server = Server()
    server.mail = lambda smtp: "421 4.3.2 going down"
    async with listening(server) as port, to(port) as transport:
        assert await transport.send(message, TO) == AttemptResult("away", "421 4.3.2 going down", lost=True)


async def test_a_kept_connection_that_died_is_replaced(message: EmailMessage) -> None:
    server = Server()
    async with listening(server) as port, to(port, connections=1) as transport:
        assert (await transport.send(message, TO)).state == "sent"
        server.drop()
        assert (await transport.send(message, TO)).state == "sent"
    assert server.connections == 2
    assert len(server.taken) == 2


async def test_lost_after_the_final_dot_is_ambiguous_and_not_sent_again(message: EmailMessage) -> None:
    server = Server()

    async def vanish(smtp: SMTP) -> str:
        server.drop()
        return "250 never heard"

    async with listening(server) as port, to(port, connections=1) as transport:
        assert (await transport.send(message, TO)).state == "sent"
        server.data = vanish
        result = await transport.send(message, TO)
        assert result.state == "ambiguous"
        assert "no answer came back" in result.reply
        assert len(server.taken) == 2
        server.data = None
        assert (await transport.send(message, TO)).state == "sent"


async def test_silence_after_the_final_dot_is_ambiguous(message: EmailMessage) -> None:
    server, released = Server(), asyncio.Event()

    async def hang(_: SMTP) -> str:
        await released.wait()
        return "250 late"

    server.data = hang
    async with listening(server) as port, to(port, final_timeout=SHORT) as transport:
        result = await transport.send(message, TO)
        await until(lambda: len(server.taken) == 1)
        released.set()
    assert result.state == "ambiguous"
    assert len(server.taken) == 1


async def _raw(answer: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> asyncio.Server:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    return await asyncio.start_server(serve, "127.0.0.1", 0)


async def _until_data(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mx\r\n")
    while not (command := await reader.readline()).startswith(b"DATA"):
        if not command:
            raise ConnectionError
        writer.write(b"250 ok\r\n")


async def test_a_server_that_says_nothing_is_tried_again(message: EmailMessage) -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    server = await _raw(mute)
    async with server, to(server.sockets[0].getsockname()[1], timeout=SHORT) as transport:
        result = await transport.send(message, TO)
    assert (result.state, result.lost) == ("away", True)
    assert "imed out" in result.reply


@pytest.mark.parametrize("waits", [True, False], ids=["hangs", "drops"])
@pytest.mark.usefixtures("hasty")
async def test_before_the_message_nothing_is_ambiguous(message: EmailMessage, waits: bool) -> None:
    async def no_go_ahead(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _until_data(reader, writer)
        if waits:
            await reader.read()

    server = await _raw(no_go_ahead)
    async with server, to(server.sockets[0].getsockname()[1]) as transport:
        assert (await transport.send(message, TO)).state == "retry"


@pytest.mark.parametrize("waits", [True, False], ids=["hangs", "drops"])
@pytest.mark.usefixtures("hasty")
async def test_within_the_message_nothing_is_ambiguous(waits: bool) -> None:
    # More than the operating system buffers, so that the end is still here when the server stops.
    message = plain("A line of the report.\n" * 400_000)

    async def stops_reading(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _until_data(reader, writer)
        writer.write(b"354 go ahead\r\n")
        await reader.readexactly(1000)
        if waits:
            await released.wait()
        elif isinstance(writer.transport, asyncio.WriteTransport):
            writer.transport.abort()

    released = asyncio.Event()
    server = await _raw(stops_reading)
    server.sockets[0].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 100_000)
    async with server, to(server.sockets[0].getsockname()[1]) as transport:
        assert (await transport.send(message, TO)).state == "retry"
        released.set()


async def test_a_server_that_talks_nonsense_is_left(message: EmailMessage) -> None:
    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mx\r\n")
        while await reader.readline():
            writer.write(b"what?\r\n")

    server = await _raw(nonsense)
    async with server, to(server.sockets[0].getsockname()[1]) as transport:
        assert (await transport.send(message, TO)).state == "away"


async def test_a_cancelled_mail_drops_its_connection(message: EmailMessage) -> None:
    server, reached, released = Server(), asyncio.Event(), asyncio.Event()

    async def hang(_: SMTP) -> str:
        reached.set()
        await released.wait()
        return "250 late"

    server.data = hang
    async with listening(server) as port, to(port, connections=1) as transport:
        sending = asyncio.create_task(transport.send(message, TO))
        await reached.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        released.set()
        server.data = None
        assert (await transport.send(message, TO)).state == "sent"
    assert server.connections == 2


# encryption -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_wrong_certificate_stops_the_mail(
    message: EmailMessage, server_tls: ssl.SSLContext, security: str
) -> None:
    server = Server(**({"tls_context": server_tls} if security == "starttls" else {}))
    outer = server_tls if security == "tls" else None
    async with listening(server, outer) as port, to(port, security=security) as transport:
        result = await transport.send(message, TO)
    assert (result.state, result.lost) == ("away", True)
    assert "certificate verify failed" in result.reply.lower()
    assert server.taken == []


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_trusted_certificate_lets_it_pass(
    message: EmailMessage, server_tls: ssl.SSLContext, certificate: Path, security: str
) -> None:
    trust = ssl.create_default_context(cafile=str(certificate))
    server = Server(**({"tls_context": server_tls, "require_starttls": True} if security == "starttls" else {}))
    outer = server_tls if security == "tls" else None
    big = plain("A line of the report.\n" * 100_000)
    server.options["data_size_limit"] = 0
    async with listening(server, outer) as port, to(port, security=security, tls_context=trust) as transport:
        assert (await transport.send(message, TO)).state == "sent"
        assert (await transport.send(big, TO)).state == "sent"
    assert server.connections == 1
    assert len(server.taken[1][1]) > 2_000_000


async def test_without_starttls_nothing_is_sent_in_clear(message: EmailMessage) -> None:
    server = Server()
    async with listening(server) as port, to(port, security="starttls") as transport:
        result = await transport.send(message, TO)
    assert (result.state, result.lost) == ("away", True)
    assert "STARTTLS" in result.reply
    assert server.taken == []


@pytest.mark.parametrize(("password", "state"), [("right", "sent"), ("wrong", "away")])
async def test_a_wrong_password_is_no_verdict_on_a_recipient(message: EmailMessage, password: str, state: str) -> None:
    def check(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == b"right", handled=False)

    server = Server(authenticator=check, auth_require_tls=False, auth_required=True)
    async with listening(server) as port, to(port, username="ahg", password=password) as transport:
        result = await transport.send(message, TO)
    assert result.state == state
    assert state == "sent" or result.reply.startswith("535")


# addresses beyond ASCII -------------------------------------------------------------------------------------


async def test_smtputf8_is_used_where_it_is_offered() -> None:
    message = mail("invited", reader=reader_of("invited").model_copy(update={"address": "büro@example.org"}))
    server = Server(enable_SMTPUTF8=True)
    async with listening(server) as port, to(port) as transport:
        assert (await transport.send(message, "büro@example.org")).state == "sent"
    address, content = server.taken[0]
    assert address == "büro@example.org"
    assert "<büro@example.org>".encode() in content


@pytest.mark.parametrize("smtputf8", [True, False])
async def test_a_mail_goes_to_the_domain_that_idna_2008_names_and_to_no_other(smtputf8: bool) -> None:
    server = Server(enable_SMTPUTF8=smtputf8)
    async with listening(server) as port, to(port) as transport:
        for local in ("desk", "büro") if smtputf8 else ("desk",):
            reader = reader_of("invited").model_copy(update={"address": f"{local}@faß.example"})
            assert (await transport.send(mail("invited", reader=reader), reader.address)).state == "sent"
        refused = await transport.send(mail("invited"), "desk@☕.example")
    for address, content in server.taken:
        assert address.endswith("@xn--fa-hia.example")
        assert b"@xn--fa-hia.example>" in content
        assert b"fass" not in content
    assert (refused.state, "is not a domain that can be used" in refused.reply) == ("refused", True)


async def test_without_smtputf8_such_an_address_is_refused_in_a_sentence(message: EmailMessage) -> None:
    server = Server()
    async with listening(server) as port, to(port) as transport:
        result = await transport.send(message, "büro@example.org")
        assert (await transport.send(message, TO)).state == "sent"
    assert result.state == "refused"
    assert "büro@example.org" in result.reply
    assert "SMTPUTF8" in result.reply


async def test_what_is_opened_and_dropped_is_not_sent_and_frees_its_place(message: EmailMessage) -> None:
    server = Server()
    async with listening(server) as port, to(port, connections=1) as transport:
        opened = await transport.open(message, TO)
        assert isinstance(opened, OpenedMail)
        opened.drop()
        assert (await transport.send(message, "other@example.org")).state == "sent"
    assert [address for address, _ in server.taken] == ["other@example.org"]


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "new"])
async def test_a_connection_that_dies_while_a_mail_is_open_has_taken_nothing_over(
    message: EmailMessage, kept: bool
) -> None:
    server = Server()
    async with listening(server) as port, to(port, connections=1) as transport:
        if kept:
            assert (await transport.send(message, "first@example.org")).state == "sent"
        opened = await transport.open(message, TO)
        assert isinstance(opened, OpenedMail)
        server.drop()
        await until(lambda: not opened._session.in_order)
        result = await opened.send()
        again = await transport.send(message, "last@example.org")
    # A kept connection may just have been too old: a new one shows whether the server is there.
    assert (result.state, result.lost) == (("sent", False) if kept else ("retry", True))
    assert again.state == "sent"
    assert [address for address, _ in server.taken] == [
        *(["first@example.org", TO] if kept else []),
        "last@example.org",
    ]


@pytest.mark.parametrize("address", ["", "desk", "a@b.org> SIZE=1", "a@b.org\r\nRCPT TO:<c@d.org>"])
async def test_what_is_not_an_address_never_reaches_the_server(message: EmailMessage, address: str) -> None:
    server = Server()
    async with listening(server) as port, to(port) as transport:
        result = await transport.send(message, address)
    assert result.state == "refused"
    assert "not one mail address" in result.reply
    assert server.taken == []


async def test_without_smtputf8_names_are_encoded() -> None:
    message = mail("invited", reader=reader_of("invited").model_copy(update={"name": "Nguyễn Thị Minh"}))
    server = Server()
    async with listening(server) as port, to(port) as transport:
        assert (await transport.send(message, "desk@bücher.example")).state == "sent"
    address, content = server.taken[0]
    assert address == "desk@xn--bcher-kva.example"
    assert content.partition(b"\r\n\r\n")[0].isascii()
