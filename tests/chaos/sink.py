"""A mail server in a process of its own, ``python -m tests.chaos.sink FOLDER PORT``, that counts and that fails as told.

Each mail that it has taken is a line of JSON in ``arrived`` of the folder, written before the answer. The file ``mode``
there says how it behaves from now on: empty (well), ``slow``, ``refuse`` (with 4xx, for a time) or ``drop`` (it takes the
mail, and breaks the connection off instead of answering).
"""

import asyncio
import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any, NamedTuple

from aiosmtpd.smtp import SMTP, Envelope, Session

_SLOW_SECONDS = 1.5
_ANSWER = re.compile(r"https?://[^\s<>/]+(/answer/[^\s<>]+)")


class Sink:
    """Keeps a line for each mail."""

    def __init__(self, folder: Path) -> None:
        self._arrived = (folder / "arrived").open("a", encoding="utf-8", buffering=1)
        self._mode = folder / "mode"
        self._mode.touch()

    async def handle_RCPT(  # noqa: N802 - the name that aiosmtpd calls
        self, _smtp: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take a recipient, or refuse it for a time."""
        if self._mode.read_text() == "refuse":
            return "451 4.3.0 try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, smtp: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Note the mail, then answer."""
        mode = self._mode.read_text()
        if mode == "slow":
            await asyncio.sleep(_SLOW_SECONDS)
        content: Any = envelope.content
        mail = BytesParser(policy=policy.default.clone(utf8=True)).parsebytes(content)
        plain = mail.get_body(("plain",))
        links = _ANSWER.findall(plain.get_content()) if plain is not None else []
        for address in envelope.rcpt_tos:
            named = {name: str(mail[f"X-Ahg-{name}"] or "") for name in ("Kind", "Post", "Case")}
            line = {"to": address, "id": str(mail["Message-ID"]), **named, "link": links[-1] if links else ""}
            self._arrived.write(json.dumps(line) + "\n")
        if mode == "drop" and isinstance(smtp.transport, asyncio.WriteTransport):
            smtp.transport.abort()
        return "250 kept"


class Arrived(NamedTuple):
    """A mail that the sink has taken."""

    to: str
    message_id: str
    kind: str
    post: str
    case: str
    link: str


def arrived(folder: Path) -> Iterator[Arrived]:
    """What has arrived, oldest first. A line that is not whole was not acknowledged."""
    for line in (folder / "arrived").read_text(encoding="utf-8").splitlines():
        if line.endswith("}"):
            read = json.loads(line)
            yield Arrived(read["to"], read["id"], read["Kind"], read["Post"], read["Case"], read["link"])


def counted(folder: Path) -> Counter[tuple[str, str]]:
    """How often each Message-ID has arrived for each recipient."""
    return Counter((one.message_id, one.to) for one in arrived(folder))


async def main(folder: Path, port: int) -> None:
    """Listen until killed."""
    sink = Sink(folder)
    await asyncio.get_running_loop().create_server(
        lambda: SMTP(sink, enable_SMTPUTF8=True, hostname="sink"), "127.0.0.1", port
    )
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), int(sys.argv[2])))
