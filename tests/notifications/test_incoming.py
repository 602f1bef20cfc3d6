"""A mailbox is read over IMAP without changing it, and mails are read from files."""

import asyncio
import mailbox
import ssl
from pathlib import Path
from typing import Any

import pytest

from models.returns import MailboxPlace
from notifications.incoming import Fetched, Mailbox, MailboxAway, mails_in
from notifications.returned_parts import LONGEST_READ
from tests.notifications.imap_server import PASSWORD, ImapServer, serving
from tests.notifications.returned import FOLDER, returned
from tests.waiting import PATIENCE

FIRST = MailboxPlace()


def of(server: ImapServer, **given: Any) -> Mailbox:
    chosen: dict[str, Any] = {"security": "none", "username": server.user, "password": server.password, **given}
    return Mailbox("127.0.0.1", server.port, timeout=PATIENCE, **chosen)


async def fetch(box: Mailbox, after: MailboxPlace = FIRST, most: int = 100) -> Fetched:
    return await asyncio.to_thread(box.fetch, after, most)


@pytest.mark.parametrize("plain", [True, False], ids=["authenticate", "login"])
async def test_what_has_come_is_read_once_and_in_order(plain: bool) -> None:
    server = ImapServer(plain=plain, password=PASSWORD if plain else 'g"e\\heim')
    async with serving(server):
        box = of(server)
        assert await fetch(box) == ([], MailboxPlace(validity=7, uid=0), False, "")
        server.deliver(b"one", b"two", b"three")
        mails, place, more, _ = await fetch(box, most=2)
        assert (mails, place, more) == ([b"one", b"two"], MailboxPlace(validity=7, uid=2), True)
        assert await fetch(box, place) == ([b"three"], MailboxPlace(validity=7, uid=3), False, "")
        assert await fetch(box, MailboxPlace(validity=7, uid=3)) == ([], MailboxPlace(validity=7, uid=3), False, "")
    verbs = {" ".join(one.split()[: 2 if one.startswith("UID") else 1]) for one in server.said}
    assert verbs <= {"CAPABILITY", "AUTHENTICATE", "LOGIN", "EXAMINE", "UID SEARCH", "UID FETCH", "LOGOUT"}


async def test_a_mailbox_that_was_made_anew_is_read_from_its_beginning() -> None:
    server = ImapServer()
    server.deliver(b"one", b"two")
    async with serving(server):
        place = (await fetch(of(server))).place
        server.validity, server.mails = 8, {1: b"new"}
        assert await fetch(of(server), place) == ([b"new"], MailboxPlace(validity=8, uid=1), False, "")


async def test_a_mail_that_somebody_takes_away_meanwhile_is_passed_over() -> None:
    server = ImapServer()
    server.deliver(b"one", b"two")
    server.gone.add(1)
    async with serving(server):
        assert await fetch(of(server)) == ([b"two"], MailboxPlace(validity=7, uid=2), False, "")


async def test_a_mail_that_cannot_be_read_now_is_read_later_and_nothing_is_passed_over() -> None:
    server = ImapServer()
    server.deliver(b"one", b"two", b"three")
    server.busy.add(2)
    async with serving(server):
        mails, place, more, missed = await fetch(of(server))
        assert (mails, place, more) == ([b"one", b"three"], MailboxPlace(validity=7, uid=1), False)
        assert missed == "the mail 2 cannot be read: [UNAVAILABLE] Server busy, try again"
        server.busy.add(3)
        with pytest.raises(MailboxAway, match=r"the mail 2 cannot be read: .*Server busy"):
            await fetch(of(server), place)
        server.busy.clear()
        assert await fetch(of(server), place) == ([b"two", b"three"], MailboxPlace(validity=7, uid=3), False, "")


async def test_of_a_large_mail_the_beginning_is_asked_for() -> None:
    server = ImapServer()
    server.deliver(b"x" * 10 * 1024**2)
    async with serving(server):
        (mail,) = (await fetch(of(server))).mails
    assert len(mail) == LONGEST_READ


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_a_certificate_that_nobody_vouches_for_gets_no_password(
    server_tls: ssl.SSLContext, certificate: Path, security: str
) -> None:
    server = ImapServer(starttls=server_tls if security == "starttls" else None)
    server.deliver(b"one")
    async with serving(server, server_tls if security == "tls" else None):
        with pytest.raises(MailboxAway, match="certificate verify failed"):
            await fetch(of(server, security=security))
        assert not [one for one in server.said if one.startswith(("AUTHENTICATE", "LOGIN"))]
        trust = ssl.create_default_context(cafile=str(certificate))
        mails, *_ = await fetch(of(server, security=security, tls_context=trust))
    assert mails == [b"one"]
    asked = dict(zip(server.said, server.encrypted, strict=True))
    assert all(encrypted for one, encrypted in asked.items() if one.startswith("AUTHENTICATE"))


async def test_without_starttls_no_password_is_said_in_clear() -> None:
    server = ImapServer()
    async with serving(server):
        with pytest.raises(MailboxAway):
            await fetch(of(server, security="starttls"))
    assert not [one for one in server.said if one.startswith(("AUTHENTICATE", "LOGIN"))]


async def test_what_the_server_refuses_is_said() -> None:
    server = ImapServer()
    async with serving(server):
        with pytest.raises(MailboxAway, match="not like this"):
            await fetch(of(server, password="wrong"))
        with pytest.raises(MailboxAway, match="Archive cannot be opened: not like this"):
            await fetch(of(server, folder="Archive"))
    with pytest.raises(MailboxAway, match="refused"):
        await fetch(of(server))


def test_mails_are_read_from_a_file_a_folder_and_an_mbox(tmp_path: Path) -> None:
    assert list(mails_in(FOLDER / "postfix-failed.eml")) == [(FOLDER / "postfix-failed.eml").read_bytes()]
    (tmp_path / "Maildir" / "new").mkdir(parents=True)
    (tmp_path / "Maildir" / "new" / "1").write_bytes(b"Subject: one\n\n1")
    (tmp_path / "Maildir" / "2").write_bytes(b"Subject: two\n\n2" + b"x" * LONGEST_READ)
    found = list(mails_in(tmp_path / "Maildir"))
    assert [one[:12] for one in found] == [b"Subject: two", b"Subject: one"]
    assert max(map(len, found)) == LONGEST_READ
    box = mailbox.mbox(tmp_path / "box")
    for name in ("postfix-failed", "gmail-vacation"):
        box.add(returned(name).replace(b"\r\n", b"\n"))
    box.close()
    assert list(mails_in(tmp_path / "box")) == [
        returned(name).replace(b"\r\n", b"\n") for name in ("postfix-failed", "gmail-vacation")
    ]
    with pytest.raises(OSError, match="absent"):
        list(mails_in(tmp_path / "absent"))
