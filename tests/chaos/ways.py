"""The ways in which somebody gives a command to the product, and what the answer tells of it."""

import asyncio
import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from db import write_transaction
from models.posts import Post
from models.tables import TABLES
from records.api_tokens import Scope, new_api_token
from records.sessions import begin_session, cookie_name
from tests.chaos.journal import Answer, Given
from tests.chaos.machine import Machine
from tests.chaos.sink import arrived
from tests.journeys.people import address_of

_SESSIONS = TABLES.tables["sessions"]
_SECONDS = 45.0
_UNKNOWN_CODE = 3
"""Exit code of the command line that means: send it again."""


@dataclass(frozen=True)
class Said:
    """An answer; ``seq`` and ``reference`` where it acknowledges."""

    answer: Answer
    seq: int = 0
    reference: str = ""
    text: str = ""


class Ways:
    """Clients of all posts, each with its token and its session."""

    def __init__(self, machine: Machine, dice: random.Random) -> None:
        self._machine, self._dice = machine, dice
        self._tokens: dict[str, str] = {}
        self._cookies: dict[str, str] = {}
        self._http = httpx.AsyncClient(timeout=_SECONDS, limits=httpx.Limits(max_connections=50))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def let_in(self, programs: tuple[str, ...], people: tuple[str, ...]) -> None:
        """Tokens for programs and sessions for people, made in the records as the pages make them."""
        now = datetime.now(UTC)
        for post in programs:
            made = await new_api_token(
                self._machine.engine,
                address_of(post),
                Post(post),
                "A program",
                (Scope.READ, Scope.WRITE),
                expires_at=now + timedelta(days=1),
                now=now,
            )
            self._tokens[post] = made
        for post in people:
            async with write_transaction(self._machine.engine) as connection:
                self._cookies[post] = await begin_session(connection, address_of(post), "A browser", now)
        await self.stay_strong()

    async def stay_strong(self) -> None:
        """As if everybody had shown the second factor just now."""
        now = datetime.now(UTC)
        async with write_transaction(self._machine.engine) as connection:
            for post in self._cookies:
                mine = _SESSIONS.c.email == address_of(post)
                shown = _SESSIONS.update().where(mine).values(strong=True, strong_at=now, seen_at=now, post=post)
                await connection.execute(shown)

    async def give(self, given: Given, fields: Mapping[str, Any]) -> Said:
        """Give a command by its way, once."""
        given.sent += 1
        by = {"api": self._by_api, "page": self._by_page, "line": self._by_line, "link": self._by_link}[given.way]
        try:
            return await by(given, fields)
        except (httpx.HTTPError, OSError) as error:
            return Said(Answer.UNKNOWN, text=f"{type(error).__name__}: {error}")

    def _address(self) -> str:
        return self._dice.choice(self._machine.addresses)

    async def _by_api(self, given: Given, fields: Mapping[str, Any]) -> Said:
        key = given.id.rpartition(":")[2]
        headers = {"Authorization": f"Bearer {self._tokens[given.post]}", "Idempotency-Key": key}
        path = f"/cases/{given.reference}/commands" if given.reference else "/cases"
        body = {**fields, "do": given.do} if given.reference else dict(fields)
        answer = await self._http.post(f"{self._address()}/api/v1{path}", json=body, headers=headers)
        if answer.status_code in (200, 201):
            told = answer.json()
            return Said(Answer.ACKNOWLEDGED, told["seq"], told["reference"])
        return _of_status(answer)

    async def _by_page(self, given: Given, fields: Mapping[str, Any]) -> Said:
        cookies = {"Cookie": f"{cookie_name(False)}={self._cookies[given.post]}"}
        address = f"{self._address()}/cases/{given.reference}/do/{given.do}"
        page = await self._http.get(address, headers=cookies)
        if page.status_code != 200:
            return _of_status(page, sent=False)
        hidden = dict(re.findall(r'<input type="hidden" name="(_\w+)" value="([^"]*)"', page.text))
        form = {**hidden, **{name: str(value) for name, value in fields.items()}, "_id": given.id.rpartition(":")[2]}
        answer = await self._http.post(address, data=form, headers=cookies)
        to = answer.headers.get("Location", "")
        done = re.search(r"/cases/([\w-]+)\?entry=(\d+)", to)
        if answer.status_code == 303 and done:
            return Said(Answer.ACKNOWLEDGED, int(done[2]), done[1])
        if "second-factor" in to or "second-factor" in str(answer.url) or answer.status_code == 200:
            await self.stay_strong()
            return Said(Answer.UNKNOWN, text="the second factor is asked for")
        return _of_status(answer)

    async def _by_line(self, given: Given, fields: Mapping[str, Any]) -> Said:
        words = ("case", "do", given.do, "--case", given.reference, "--by", given.post, "--id", given.id)
        code, text = await self._machine.ahg(*words, "--with", json.dumps(dict(fields)))
        done = re.search(r"([\w-]+) entry (\d+): ", text)
        if code == 0 and done:
            return Said(Answer.ACKNOWLEDGED, int(done[2]), done[1])
        refused = code == 1 and "Traceback" not in text
        return Said(Answer.REFUSED if refused else Answer.UNKNOWN, text=f"exit code {code}: {text[-600:]}")

    async def _by_link(self, given: Given, fields: Mapping[str, Any]) -> Said:
        address = f"{self._address()}{self.link_for(given.post, given.reference)}"
        page = await self._http.get(address)
        if page.status_code != 200:
            return _of_status(page, sent=False)
        answer = await self._http.post(address, data={name: str(value) for name, value in fields.items()})
        if answer.status_code == 303:
            return Said(Answer.ACKNOWLEDGED)
        return _of_status(answer)

    def link_for(self, post: str, reference: str) -> str:
        """The link of the newest invitation to a post that has arrived; empty when none has."""
        found = ""
        for mail in arrived(self._machine.mail_folder):
            if (mail.kind, mail.post, mail.case) == ("invited", post, reference):
                found = mail.link
        return found

    async def await_link(self, post: str, reference: str, looks: int = 20) -> bool:
        """Whether an invitation arrives soon."""
        for _ in range(looks):
            if self.link_for(post, reference):
                return True
            await asyncio.sleep(0.2)
        return False


def _of_status(answer: httpx.Response, *, sent: bool = True) -> Said:
    """What an answer that acknowledges nothing tells. 5xx: it may have been done; so may what was ``sent`` before."""
    text = f"{answer.status_code} {'to the form' if sent else 'for the form'}: {_words(answer)}"
    unknown = answer.status_code >= 500 or answer.status_code in (408, 429)
    return Said(Answer.UNKNOWN if unknown else Answer.REFUSED, text=text)


def _words(answer: httpx.Response) -> str:
    plain = answer.text.partition("<main")[2].partition("</main>")[0] or answer.text
    return " ".join(re.sub(r"<[^>]+>", " ", plain).split())[:400]
