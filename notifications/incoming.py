"""Mail that comes in, read from a mailbox over IMAP or from files in which a mail server keeps it.

Reading changes nothing in a mailbox (``EXAMINE``, ``BODY.PEEK``): no mail is marked, moved or deleted, and others may
read it as well. How far it was read is kept as UIDVALIDITY and UID (RFC 3501, 2.3.1.1).
"""

import imaplib
import mailbox
import re
import ssl
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple

from models.returns import MailboxPlace
from notifications.returned_parts import LONGEST_READ

_UID = re.compile(rb"\bUID (\d+)")
_GREATEST = 2**32 - 1


class MailboxAway(Exception):
    """The mailbox cannot be read now. The text is what its server or the network answered."""


class Fetched(NamedTuple):
    """Mails as they came, each at most ``LONGEST_READ`` bytes; where reading goes on; whether there are more now.

    ``missed``: why the first mail that cannot be read now could not be read. Reading goes on at that mail the next time;
    the mails after it are returned now, and again the next time.
    """

    mails: list[bytes]
    place: MailboxPlace
    more: bool
    missed: str = ""


class Mailbox:
    """A mailbox on an IMAP server. Its methods wait for the network: call them in a thread.

    ``security``: ``tls`` from the first byte, ``starttls``, or ``none``. Certificates are verified against
    ``tls_context``, by default the system's authorities. ``timeout`` is in seconds, for each answer.
    """

    def __init__(
        self,
        host: str,
        port: int,
        security: Literal["tls", "starttls", "none"],
        username: str,
        password: str,
        folder: str = "INBOX",
        *,
        timeout: float = 60.0,
        tls_context: ssl.SSLContext | None = None,
    ) -> None:
        self._host, self._port, self._security = host, port, security
        self._username, self._password, self._folder = username, password, folder
        self._timeout = timeout
        self._tls = tls_context

    def fetch(self, after: MailboxPlace, most: int) -> Fetched:
        """At most so many mails that have come since that place, oldest first.

        Raises:
            MailboxAway: the mailbox cannot be read now.
        """
        try:
            server = self._connected()
        except (imaplib.IMAP4.error, OSError) as error:
            raise MailboxAway(_said(error)) from error
        try:
            return self._fetched(server, after, most)
        except (imaplib.IMAP4.error, OSError) as error:
            raise MailboxAway(_said(error)) from error
        finally:
            with suppress(imaplib.IMAP4.error, OSError):
                server.logout()

    def _connected(self) -> imaplib.IMAP4:
        tls = self._tls or ssl.create_default_context()
        if self._security == "tls":
            server: imaplib.IMAP4 = imaplib.IMAP4_SSL(self._host, self._port, ssl_context=tls, timeout=self._timeout)
        else:
            server = imaplib.IMAP4(self._host, self._port, timeout=self._timeout)
        try:
            if self._security == "starttls":
                server.starttls(tls)
            self._log_in(server)
        except BaseException:
            with suppress(OSError):  # its socket may be gone with a handshake that failed
                server.shutdown()
            raise
        return server

    def _log_in(self, server: imaplib.IMAP4) -> None:
        if "AUTH=PLAIN" in server.capabilities:  # the way that takes names and passwords in any script (RFC 4616)
            server.authenticate("PLAIN", lambda _: f"\0{self._username}\0{self._password}".encode())
        else:
            server.login(_quoted(self._username), self._password)

    def _fetched(self, server: imaplib.IMAP4, after: MailboxPlace, most: int) -> Fetched:
        status, answer = server.select(_quoted(self._folder), readonly=True)
        if status != "OK":
            raise MailboxAway(f"the folder {self._folder} cannot be opened: {_text(answer)}")
        validity = _validity(server)
        seen = after.uid if after.validity == validity else 0  # another mailbox under the same name: all is new
        new = [uid for uid in _search(server, seen + 1) if uid > seen]
        mails: list[bytes] = []
        missed = ""
        for uid in new[:most]:
            status, found = server.uid("FETCH", str(uid), f"(UID BODY.PEEK[]<0.{LONGEST_READ}>)")
            if status != "OK":
                missed = missed or f"the mail {uid} cannot be read: {_text(found)}"
                continue
            mails += [part[1] for part in found if isinstance(part, tuple) and _uid(part[0]) == uid]
            seen = seen if missed else uid
        if missed and not mails:
            raise MailboxAway(missed)
        return Fetched(mails, MailboxPlace(validity=validity, uid=seen), more=len(new) > most, missed=missed)


def _search(server: imaplib.IMAP4, first: int) -> list[int]:
    """The UIDs from ``first`` on. The server names the newest mail in any case, even if it is older (RFC 3501, 6.4.8)."""
    if first > _GREATEST:
        return []
    status, answer = server.uid("SEARCH", f"UID {first}:*")
    if status != "OK":
        raise MailboxAway(f"the mailbox cannot be searched: {_text(answer)}")
    return sorted(int(uid) for line in answer if line for uid in line.split())


def _validity(server: imaplib.IMAP4) -> int:
    _, answer = server.response("UIDVALIDITY")
    return int(answer[0]) if answer and answer[0] else 0


def _uid(said: bytes) -> int:
    found = _UID.search(said)
    return int(found[1]) if found else 0


def _quoted(text: str) -> str:
    """A quoted string (RFC 3501, section 4.3), which ``imaplib`` makes of passwords alone."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _text(answer: list[bytes | None] | list[bytes] | list[None]) -> str:
    return " ".join(line.decode("utf-8", "replace") for line in answer if line)


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__


# files ----------------------------------------------------------------------------------------------------------------


def mails_in(path: Path) -> Iterator[bytes]:
    """The mails in a file (one mail, or many in the mbox format) or in all files of a folder, with those below it.

    Each is at most ``LONGEST_READ`` bytes.

    Raises:
        OSError: it is not there, or cannot be read.
    """
    for file in [path] if not path.is_dir() else sorted(one for one in path.rglob("*") if one.is_file()):
        with file.open("rb") as opened:
            beginning = opened.read(LONGEST_READ)
        if not beginning.startswith(b"From "):
            yield beginning
            continue
        box = mailbox.mbox(file, create=False)
        try:
            for key in box.iterkeys():
                with box.get_file(key) as one:
                    yield one.read(LONGEST_READ)
        finally:
            box.close()
