"""A small IMAP server on loopback (RFC 3501): as much as reading a mailbox needs, and nothing that changes one."""

import asyncio
import base64
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

PASSWORD = 'geheim "ü\\'
_FETCH = re.compile(r"UID FETCH (\d+) \(UID BODY\.PEEK\[\]<(\d+)\.(\d+)>\)")
_SEARCH = re.compile(r"UID SEARCH UID (\d+):\*")


class ImapServer:
    """One mailbox: ``mails`` by UID; those in ``gone`` vanish before they are fetched. ``said``: what was asked.

    ``busy``: UIDs of mails that cannot be read now.
    """

    def __init__(self, *, starttls: ssl.SSLContext | None = None, plain: bool = True, password: str = PASSWORD) -> None:
        self.mails: dict[int, bytes] = {}
        self.validity = 7
        self.user, self.password, self.folder = "ahg@example.org", password, "INBOX"
        self.gone: set[int] = set()
        self.busy: set[int] = set()
        self.said: list[str] = []
        self.encrypted: list[bool] = []
        self.port = 0
        self._starttls, self._plain = starttls, plain

    def deliver(self, *mails: bytes) -> None:
        """Mails that have come."""
        for one in mails:
            self.mails[max(self.mails, default=0) + 1] = one

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, from greeting to goodbye."""
        writer.write(b"* OK ready\r\n")
        while line := (await reader.readline()).decode().rstrip("\r\n"):
            tag, _, command = line.partition(" ")
            verb = command.partition(" ")[0].upper()
            if verb == "AUTHENTICATE":
                writer.write(b"+ \r\n")
                command += " " + base64.b64decode(await reader.readline()).decode()
            self.said.append(command)
            self.encrypted.append(writer.get_extra_info("ssl_object") is not None)
            untagged, status = self._answer(verb, command, encrypted=self.encrypted[-1])
            writer.write(b"".join(untagged) + f"{tag} {status}\r\n".encode())
            await writer.drain()
            if verb == "STARTTLS" and status.startswith("OK") and self._starttls:
                with suppress(ssl.SSLError):  # a client that does not trust us leaves
                    await writer.start_tls(self._starttls)
            if verb == "LOGOUT":
                break
        writer.close()

    def _answer(self, verb: str, command: str, *, encrypted: bool) -> tuple[list[bytes], str]:
        quoted = self.password.replace("\\", "\\\\").replace('"', '\\"')
        match verb:
            case "CAPABILITY":
                return [f"* CAPABILITY {' '.join(self._offers(encrypted))}\r\n".encode()], "OK done"
            case "STARTTLS" if self._starttls and not encrypted:
                return [], "OK go on"
            case "AUTHENTICATE" if command.endswith(f"\0{self.user}\0{self.password}"):
                return [], "OK done"
            case "LOGIN" if command == f'LOGIN "{self.user}" "{quoted}"':
                return [], "OK done"
            case "EXAMINE" if command == f'EXAMINE "{self.folder}"':
                return [f"* OK [UIDVALIDITY {self.validity}] ok\r\n".encode()], "OK [READ-ONLY]"
            case "UID" if found := _SEARCH.fullmatch(command):
                first = min(int(found[1]), max(self.mails, default=0))
                uids = " ".join(str(uid) for uid in self.mails if uid >= first)
                return [f"* SEARCH {uids}\r\n".encode()], "OK done"
            case "UID" if (found := _FETCH.fullmatch(command)) and int(found[1]) in self.busy:
                return [], "NO [UNAVAILABLE] Server busy, try again"
            case "UID" if found := _FETCH.fullmatch(command):
                return self._fetched(*map(int, found.groups())), "OK done"
            case "LOGOUT":
                return [b"* BYE\r\n"], "OK done"
            case "AUTHENTICATE" | "LOGIN" | "EXAMINE":
                return [], "NO not like this"
            case _:
                return [], "BAD what is that"

    def _offers(self, encrypted: bool) -> list[str]:
        offers = ["IMAP4rev1"]
        offers += ["AUTH=PLAIN"] if self._plain else []
        return offers + (["STARTTLS"] if self._starttls and not encrypted else [])

    def _fetched(self, uid: int, start: int, length: int) -> list[bytes]:
        if uid not in self.mails or uid in self.gone:
            return []
        part = self.mails[uid][start : start + length]
        return [f"* 1 FETCH (UID {uid} BODY[]<{start}> {{{len(part)}}}\r\n".encode(), part, b")\r\n"]


@asynccontextmanager
async def serving(server: ImapServer, tls: ssl.SSLContext | None = None) -> AsyncIterator[ImapServer]:
    """The server, listening while the context is open; ``tls``: from the first byte."""
    listener = await asyncio.start_server(server.talk, "127.0.0.1", 0, ssl=tls)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listener.close()
