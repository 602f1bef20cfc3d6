"""People at the pages: a real browser each, mail read from the local catcher, a phone that shows one-time codes."""

import os
import re
import shutil
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright

from models.posts import Post
from ops.catcher import CaughtMail
from ops.processes import free_port
from ops.scenarios.file import Scenario
from ops.scenarios.on_server import Simulation
from ops.scenarios.simulation import simulation
from tests.waiting import PATIENCE
from tests.web.server import served
from web.app import application
from web.kit.site import Site


def address_of(post: str) -> str:
    """The address that the seed directory makes up for the holder of a post."""
    written = Post(post)
    return f"{written.role.value}@{written.member.lower()}.ahg.localhost"


START = datetime(2026, 3, 2, 1, tzinfo=UTC)
NOTHING_YET = Scenario.model_validate({"title": "By clicking", "start": START, "acts": []})
WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 360, "height": 740}
_FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]


Given = str | bool | Sequence[str]
"""What is typed, chosen or ticked."""


@asynccontextmanager
async def browser_here() -> AsyncIterator[Browser]:
    """Chromium as the machine has it. Without one the test is skipped, and in CI it fails."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        missing = "there is no Chromium on this machine (Debian: apt-get install chromium)"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=_FLAGS)
        try:
            yield browser
        finally:
            await browser.close()


@dataclass
class Office:
    """The product with its pages on a real port, on a server whose time the test moves."""

    play: Simulation
    site: Site
    address: str
    browser: Browser
    without_scripts: Collection[str] = ()
    faults: list[str] = field(default_factory=list)
    found: dict[str, str] = field(default_factory=dict)
    """Parts of addresses that a test has come by, by name."""
    _desks: dict[str, "Desk"] = field(default_factory=dict)

    async def person(self, post: str) -> "Desk":
        """Whoever holds a post, signed in; the same browser for the same post."""
        if post not in self._desks:
            desk = await self.stranger(post)
            await desk.sign_in()
            self._desks[post] = desk
        return self._desks[post]

    async def stranger(self, post: str = "MY/focal-point") -> "Desk":
        """A browser in which nobody is signed in."""
        context = await self.browser.new_context(
            base_url=self.address, java_script_enabled=post not in self.without_scripts, locale="en-GB", viewport=WIDE
        )
        context.set_default_timeout(PATIENCE * 1000)
        desk = Desk(self, Post(post), context, await context.new_page())
        desk.page.on("pageerror", lambda error: self.faults.append(f"{post}: {error}"))
        desk.page.on("console", self._heard)
        return desk

    def _heard(self, message: object) -> None:
        if getattr(message, "type", "") == "error":
            self.faults.append(str(getattr(message, "text", "")))

    def mails_to(self, post: str) -> list[CaughtMail]:
        """What was mailed to the holder of a post, oldest first."""
        address = address_of(post)
        return [mail for mail in self.play.mails if address in mail.recipients]

    def newest_link(self, post: str, path: str) -> str:
        """What follows a path in the newest mail to a post that has a link with it."""
        for mail in reversed(self.mails_to(post)):
            part = mail.message.get_body(("plain",))
            link = re.search(rf"{path}([^\s<>]+)", part.get_content()) if part else None
            if link:
                return link[1]
        raise LookupError(path)

    async def later(self, **span: float) -> None:
        """So much later, with everything that happened by itself until then."""
        await self.play.advance(self.play.now + timedelta(**span))
        await self.play.settled()


@dataclass
class Desk:
    """One person at one browser."""

    office: Office
    post: Post
    context: BrowserContext
    page: Page
    secret: str = ""

    async def sign_in(self) -> None:
        """By the link in the mail; with the second factor where the post needs it."""
        await self.use_link(await self.asked_link())
        if "/second-factor" in self.page.url:
            await self._show_code()
        if await self.page.locator("main h1").inner_text() == "Which post do you want to act as?":
            await self.page.locator(f'button[value="{self.post}"]').click()

    async def asked_link(self) -> str:
        """Ask for a link to sign in by; its address, when the mail has come."""
        before = len(self.office.mails_to(self.post))
        await self.page.goto("/")
        await self.page.get_by_label("Your mail address").fill(address_of(self.post))
        await self.page.get_by_role("button", name="Send me a link").click()
        while len(self.office.mails_to(self.post)) == before:
            await self.page.wait_for_timeout(20)
        return self.link_in(self.office.mails_to(self.post)[-1])

    async def use_link(self, link: str) -> None:
        """Sign in by a link; whoever needs the second factor is asked for it next."""
        await self.page.goto(link)
        await self.page.locator("main form button").first.click()

    async def _show_code(self) -> None:
        shown = re.search(r"(?:[A-Z2-7]{4} ?){8}", await self.page.locator("main").inner_text())
        if shown:
            self.secret = shown[0].replace(" ", "")
        code = pyotp.TOTP(self.secret).generate_otp(int(self.office.site.clock().timestamp()) // 30)
        await self.page.locator('input[name="code"]').fill(code)
        await self.page.locator("main form button").first.click()

    async def follow_newest_mail(self) -> None:
        """Open what the newest mail about a case leads to."""
        of_cases = [mail for mail in self.office.mails_to(self.post) if mail.message["X-Ahg-Case"]]
        await self.open(self.link_in(of_cases[-1]))

    def link_in(self, mail: CaughtMail) -> str:
        """The first link of a mail, as its plain text has it."""
        part = mail.message.get_body(("plain",))
        assert part is not None
        found = re.search(r"https?://[^\s<>]+", part.get_content())
        assert found is not None, part.get_content()
        return found[0]

    # acting

    async def open(self, path: str) -> None:
        """Go to a page of the product, which is there; a session that has expired is begun anew."""
        answer = await self.page.goto(path)
        if "/sign-in" in self.page.url:
            await self.sign_in()
            answer = await self.page.goto(path)
        assert answer is not None
        assert answer.status == 200, (self.post, path)

    async def fill(self, **fields: Given) -> None:
        """Fields by name: a text, a choice, several choices, or a box to tick."""
        for name, value in fields.items():
            named = self.page.locator(f'main [name="{name}"]')
            kind = await named.first.get_attribute("type")
            if not isinstance(value, str | bool):
                for one in value:
                    await self.page.locator(f'main [name="{name}"][value="{one}"]').check()
            elif kind == "radio":
                await self.page.locator(f'main [name="{name}"][value="{value}"]').check()
            elif isinstance(value, bool):
                await named.set_checked(value)
            elif await named.evaluate("element => element.tagName") == "SELECT":
                await named.select_option(value)
            else:
                await named.fill(value)

    async def do(self, command: str, **fields: Given) -> None:
        """Give a command on the case, by the link that the case page offers for it."""
        reference = self.office.play.reference
        await self.open(f"/cases/{reference}")
        offered = self.page.locator(f'aside a[href^="/cases/{reference}/do/{command}"]').first
        assert await offered.count(), (self.post, command, await self.page.locator("main").inner_text())
        await offered.click()
        await self.fill(**fields)
        await self.page.locator("main form button").first.click()
        told = self.page.locator(".notice.bad")
        assert await told.count() == 0, (self.post, command, await told.all_inner_texts())
        assert await self.page.locator(".notice.good").count() == 1, await self.page.locator("main").inner_text()
        await self.office.play.settled()


@asynccontextmanager
async def office(
    *, without_scripts: Collection[str] = (), scenario: Scenario = NOTHING_YET, database_url: str | None = None
) -> AsyncIterator[Office]:
    """The product, its pages and a browser, started and stopped; a scenario is played first.

    ``without_scripts``: the posts whose browsers run no JavaScript.
    """
    port = free_port()
    async with simulation(scenario, lambda line: None, web_port=port, database_url=database_url) as play:
        await play.play()
        site = Site(play.settings, play.engine, clock=lambda: play.now, desk=play.desk)
        async with served(application(site), port) as address, browser_here() as browser:
            yield Office(play, site, address, browser, without_scripts)
