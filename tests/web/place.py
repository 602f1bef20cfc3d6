"""The pages for people in one test's hands: the application over ASGI, records, a mail catcher, a clock that is set."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pyotp
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from db import write_transaction
from models.tables import TABLES
from ops.catcher import Catcher
from records.sessions import begin_session, cookie_name
from settings import Settings
from web.app import application
from web.kit.site import Site

FOCAL_POINT = "focal-point@my.ahg.localhost"
ALTERNATE = "focal-point-alternate@my.ahg.localhost"
CO_CHAIR = "co-chair@au.ahg.localhost"
_SESSIONS = TABLES.tables["sessions"]
_BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def address_of(post: str) -> str:
    """The mail address that the seeded directory gives the holder of a post."""
    member, _, role = post.partition("/")
    return f"{role}@{member.lower()}.ahg.localhost"


@dataclass
class Place:
    """The parts. ``later`` moves the clock."""

    settings: Settings
    engine: AsyncEngine
    catcher: Catcher
    now: datetime = field(default=_BEGAN)

    def __post_init__(self) -> None:
        self.site = Site(self.settings, self.engine, clock=lambda: self.now)
        self.app = application(self.site)

    def later(self, **span: float) -> None:
        """So much later."""
        self.now += timedelta(**span)

    def browser(
        self, peer: str = "203.0.113.7", *, host: str | None = None, agent: str = "A browser"
    ) -> httpx.AsyncClient:
        """A browser with cookies of its own, at that address of a client."""
        transport = httpx.ASGITransport(self.app, client=(peer, 50000))
        base = host or self.settings.public_url
        return httpx.AsyncClient(transport=transport, base_url=base, headers={"User-Agent": agent})

    async def sql(self, statement: str, **values: Any) -> None:
        """What somebody else does in the records."""
        async with write_transaction(self.engine) as connection:
            await connection.execute(text(statement), values)

    async def rows(self, query: str, **values: Any) -> list[Mapping[str, Any]]:
        """What stands in the records."""
        async with self.engine.connect() as connection:
            return [dict(row) for row in (await connection.execute(text(query), values)).mappings()]

    # signing in

    async def as_post(self, http: httpx.AsyncClient, post: str) -> None:
        """Let a browser act as a post, the second factor shown, without the way through a mail."""
        if post.endswith("/auditor"):
            await self.sql(
                "INSERT INTO holders (post, name, email, language) VALUES (:post, 'An auditor', :email, 'en') "
                "ON CONFLICT DO NOTHING",
                post=post,
                email=address_of(post),
            )
        async with self.engine.begin() as connection:
            token = await begin_session(connection, address_of(post), "A test", self.now)
        open_sessions = (_SESSIONS.c.email == address_of(post)) & _SESSIONS.c.ended_at.is_(None)
        async with write_transaction(self.engine) as connection:
            strong = _SESSIONS.update().where(open_sessions).values(strong=True, strong_at=self.now, post=post)
            await connection.execute(strong)
        http.cookies.set(cookie_name(False), token, domain="127.0.0.1", path="/")

    def mails(self) -> list[str]:
        """The plain text of every mail, oldest first."""
        texts = []
        for mail in self.catcher.messages():
            part = mail.message.get_body(("plain",))
            assert part is not None
            texts.append(part.get_content())
        return texts

    def link(self) -> str:
        """The address to sign in by in the newest mail that has one."""
        found = re.findall(r"https?://\S+/sign-in/\S+", "\n".join(self.mails()))
        assert found
        return str(found[-1])

    def path(self) -> str:
        """The same without the host."""
        return "/sign-in/" + self.link().rpartition("/")[2]

    async def ask(self, http: httpx.AsyncClient, email: str, next_: str | None = None) -> httpx.Response:
        """Ask for a link; the mail is out when this returns."""
        given = {"email": email} if next_ is None else {"email": email, "next": next_}
        return await http.post("/sign-in", data=given)

    async def sign_in(self, http: httpx.AsyncClient, email: str, next_: str | None = None) -> httpx.Response:
        """The whole way with the link."""
        assert (await self.ask(http, email, next_)).status_code == 200
        answer = await http.post(self.path())
        assert answer.status_code == 303
        return answer

    async def enrol(self, http: httpx.AsyncClient) -> tuple[str, httpx.Response]:
        """Set the second factor up; returns the secret and the answer."""
        page = (await http.get("/second-factor")).text
        secret = secret_in(page)
        given = {"_key": key_in(page), "sealed": value_in(page, "sealed"), "code": self.code(secret)}
        return secret, await http.post("/second-factor/enrol", data=given)

    async def give_code(self, http: httpx.AsyncClient, code: str, **more: str) -> httpx.Response:
        """Type a code into the page that asks for it."""
        page = (await http.get("/second-factor")).text
        return await http.post("/second-factor", data={"_key": key_in(page), "code": code, **more})

    def code(self, secret: str, steps: int = 0) -> str:
        """What the app shows now, or so many steps of 30 seconds later."""
        return pyotp.TOTP(secret).generate_otp(int(self.now.timestamp()) // 30 + steps)

    async def post_account(self, http: httpx.AsyncClient, path: str, **given: Any) -> httpx.Response:
        """Send a form of the account page, with its key."""
        page = (await http.get("/account")).text
        return await http.post(f"/account{quote(path)}", data={"_key": key_in(page), **given})


def value_in(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None, page
    return found[1]


def key_in(page: str) -> str:
    """The form key of a page."""
    return value_in(page, "_key")


def secret_in(page: str) -> str:
    """The secret that the enrolment page shows."""
    found = re.search(r"<dd[^>]*>((?:[A-Z2-7]{4} ?){8})</dd>", page)
    assert found is not None, page
    return found[1].replace(" ", "")
