"""A session with a mail server, command by command: servers that group, that contradict themselves, that say too much."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from itertools import pairwise

import aiosmtplib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.smtp_session import LostError, RejectedError, SmtpSession, UnansweredError
from tests.waiting import PATIENCE, until

Answering = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

FROM, TO = "ahg@example.org", "desk@example.org"
MESSAGE = b"Subject: boats\r\n\r\nThey leave.\r\n.\r\n"
GREETED = b"250-mx\r\n250-PIPELINING\r\n250 8BITMIME\r\n"


@asynccontextmanager
async def session(answering: Answering, offers: bytes = GREETED) -> AsyncIterator[SmtpSession]:
    """A session, past its greeting, with a server that answers so from then on."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"220 mx\r\n")
            await reader.readline()
            writer.write(offers)
            await answering(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        opened = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, local_hostname="ahg.example.org", start_tls=False)
        await opened.connect()
        await opened.ehlo()
        made = SmtpSession(opened, timeout=PATIENCE, final_timeout=PATIENCE)
        try:
            yield made
        finally:
            made.abort()


def commands(*replies: bytes, to_the_message: bytes = b"250 kept\r\n") -> Answering:
    """Reads the three commands before it answers any; then the message, if it is sent."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in replies:
            await reader.readline()
        writer.write(b"".join(replies))
        await reader.readuntil(b"\r\n.\r\n")
        writer.write(to_the_message)
        await reader.readline()  # RSET
        writer.write(b"250 OK\r\n")
        await reader.read()

    return answer


async def noticed(made: SmtpSession) -> None:
    """Until the session has noticed what the server did unasked."""
    await until(lambda: not made.in_order)


OK = b"250 OK\r\n"
GO = b"354 go ahead\r\n"


async def test_commands_go_together_to_a_server_that_takes_them_so() -> None:
    async with session(commands(OK, OK, GO)) as made:
        await made.begin(FROM, TO)
        reply = await made.end(MESSAGE)
        assert (reply.code, reply.text) == (250, "kept")
        assert made.in_order


async def test_commands_go_one_by_one_to_any_other_server() -> None:
    heard: list[bytes] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for reply in (OK, OK, GO):
            heard.append(await reader.read(1000))
            writer.write(reply)
        await reader.read()

    async with session(answer, offers=b"250 mx\r\n") as made:
        await made.begin(FROM, TO, ["BODY=8BITMIME"])
    assert heard == [b"MAIL FROM:<ahg@example.org> BODY=8BITMIME\r\n", b"RCPT TO:<desk@example.org>\r\n", b"DATA\r\n"]


@pytest.mark.parametrize(
    ("replies", "counts"),
    [
        ((b"553 no such sender\r\n", b"503 MAIL first\r\n", b"503 RCPT first\r\n"), 553),
        ((OK, b"450 later\r\n", b"554 no valid recipients\r\n"), 450),
        ((OK, OK, b"451 no room\r\n"), 451),
    ],
    ids=["sender", "recipient", "data"],
)
async def test_the_first_refusal_of_a_group_counts_and_the_session_stays_in_step(
    replies: Sequence[bytes], counts: int
) -> None:
    async with session(commands(*replies)) as made:
        with pytest.raises(RejectedError) as rejected:
            await made.begin(FROM, TO)
        assert rejected.value.reply.code == counts
        assert made.in_order


async def test_a_server_that_wants_the_message_of_a_refused_recipient_gets_none() -> None:
    got = bytearray()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(3):
            await reader.readline()
        writer.write(OK + b"550 unknown\r\n" + GO)
        got.extend(await reader.read())
        gone.set()

    gone = asyncio.Event()
    async with session(answer) as made:
        with pytest.raises(RejectedError, match="550 unknown"):
            await made.begin(FROM, TO)
        assert not made.in_order
        await gone.wait()
    assert got == b""


@pytest.mark.parametrize("more", [b"", b"421 closing\r\n"], ids=["closes", "says so twice"])
async def test_a_server_that_closes_within_a_group_is_heard(more: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"421 4.7.0 too many\r\n" + more)

    async with session(answer) as made:
        with pytest.raises(RejectedError, match=r"421 4\.7\.0 too many"):
            await made.begin(FROM, TO)
        assert not made.in_order


async def test_a_refusal_is_not_lost_with_the_rest_of_the_answers() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"550 we know you\r\n")

    async with session(answer) as made:
        with pytest.raises(RejectedError, match="550 we know you"):
            await made.begin(FROM, TO)
        assert not made.in_order


@pytest.mark.parametrize("unasked", [b"250 OK\r\n", b"421 idle for too long\r\n"])
async def test_an_answer_to_nothing_is_never_taken_for_the_answer_to_the_message(unasked: bytes) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(3):
            await reader.readline()
        writer.write(OK + OK + GO)
        await begun.wait()
        writer.write(unasked)
        await reader.read()

    begun = asyncio.Event()
    async with session(answer) as made:
        await made.begin(FROM, TO)
        begun.set()
        await noticed(made)
        with pytest.raises(LostError):
            await made.end(MESSAGE)


async def test_a_server_that_leaves_before_the_message_has_not_taken_it_over() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(3):
            await reader.readline()
        writer.write(OK + OK + GO)

    async with session(answer) as made:
        await made.begin(FROM, TO)
        await noticed(made)
        with pytest.raises(LostError):
            await made.end(MESSAGE)


async def test_a_server_that_leaves_after_the_message_may_have_taken_it_over() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(3):
            await reader.readline()
        writer.write(OK + OK + GO)
        await reader.readuntil(b"\r\n.\r\n")

    async with session(answer) as made:
        await made.begin(FROM, TO)
        with pytest.raises(UnansweredError):
            await made.end(MESSAGE)


async def test_an_answer_without_end_is_given_up() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        while True:
            writer.write(b"250-and\r\n" * 100)
            await writer.drain()

    async with session(answer) as made:
        with pytest.raises(LostError, match="without end"):
            await made.begin(FROM, TO)


async def test_what_no_ledger_can_keep_is_taken_out_of_an_answer() -> None:
    odd = "550 5.1.1 Adresse de Jérôme inconnue".encode("latin-1") + b"\x00\x07\r\n"
    async with session(commands(OK, odd, b"503 no\r\n")) as made:
        with pytest.raises(RejectedError) as rejected:
            await made.begin(FROM, TO)
    assert rejected.value.reply.text == "5.1.1 Adresse de J\ufffdr\ufffdme inconnue"


@pytest.mark.parametrize("address", ["a@b>\r\nRCPT TO:<x@y", "a@b\nDATA", "a@b\x00"])
async def test_an_address_is_never_more_than_an_argument(address: str) -> None:
    async with session(commands(OK, OK, GO)) as made:
        with pytest.raises(ValueError, match="not one command"):
            await made.begin(FROM, address)


@settings(max_examples=25, deadline=None)
@given(cuts=st.lists(st.integers(1, 90), max_size=12))
async def test_answers_are_read_however_they_arrive(cuts: list[int]) -> None:
    replies = b"250-2.1.0 sender\r\n250 OK\r\n" + b"250 2.1.5 recipient\r\n" + b"354-go\r\n354 ahead\r\n"

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(3):
            await reader.readline()
        edges = [0, *sorted({cut for cut in cuts if cut < len(replies)}), len(replies)]
        for start, end in pairwise(edges):
            writer.write(replies[start:end])
            await writer.drain()
            await asyncio.sleep(0)
        await reader.readuntil(b"\r\n.\r\n")
        writer.write(b"250-2.0.0 kept\r\n250 as 17\r\n")
        await reader.read()

    async with session(answer) as made:
        await made.begin(FROM, TO)
        assert str(await made.end(MESSAGE)) == "250 2.0.0 kept\nas 17"
        assert made.in_order
