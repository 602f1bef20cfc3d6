"""The pages in Bahasa Indonesia, and in a language that is written from the right: what they say, and that they fit."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from babel import Locale
from babel.support import NullTranslations

import web.kit.render
from notifications.catalogues import catalogue
from notifications.environment import MAIL_CATALOGUES, MAIL_DOMAIN
from tests.journeys.main_pages import PAGES, Shown, at_work, show
from tests.journeys.people import NARROW, WIDE, Desk, Office, office
from web.kit.render import LANGUAGE_COOKIE, PAGE_CATALOGUES, PAGE_DOMAIN

pytestmark = [pytest.mark.slow, pytest.mark.journey, pytest.mark.asyncio(loop_scope="module")]

_FROM_THE_RIGHT = "ar"
"""Has no catalogue, so its pages are in English; all else is as it will be when it has one."""


class _Lacking(NullTranslations):
    """What a catalogue turns to for the texts that it lacks: keeps them."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: set[str] = set()

    def gettext(self, message: str) -> str:
        self.texts.add(message)
        return message

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1)

    def pgettext(self, context: str, message: str) -> str:
        return self.gettext(f"{context}: {message}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place() -> AsyncIterator[Office]:
    async with office(scenario=at_work()) as parts:
        yield parts


@pytest.fixture
def lacking(monkeypatch: pytest.MonkeyPatch) -> _Lacking:
    """What is asked of the Indonesian catalogues and not in them."""
    kept = _Lacking()
    for asked, folder, domain in (
        ("page_translations", PAGE_CATALOGUES, PAGE_DOMAIN),
        ("words_translated", MAIL_CATALOGUES, MAIL_DOMAIN),
    ):
        uncached = catalogue.__wrapped__(folder, "id", domain)
        uncached.add_fallback(kept)
        usual = getattr(web.kit.render, asked)
        monkeypatch.setattr(
            web.kit.render,
            asked,
            lambda language, here=uncached, usual=usual: here if language == "id" else usual(language),
        )
    return kept


async def _no_longer(desk: Desk) -> None:
    await desk.page.set_viewport_size(WIDE)
    await desk.context.clear_cookies(name=LANGUAGE_COOKIE)


async def _check_it_fits(desk: Desk, language: str) -> None:
    await desk.page.set_viewport_size(NARROW)
    html = desk.page.locator("html")
    assert await html.get_attribute("lang") == language
    assert await html.get_attribute("dir") == Locale.parse(language).text_direction
    wide = await desk.page.evaluate("document.documentElement.scrollWidth")
    out: list[str] = await desk.page.evaluate(_OUTSIDE)
    assert wide <= NARROW["width"], f"{wide} px wide"
    assert out == []


_OUTSIDE = """() => [...document.querySelectorAll('main *, header *, footer *')].filter(one => {
  if (one.closest('.wide, .skip, .visually-hidden, svg') || !one.offsetParent) return false;
  const box = one.getBoundingClientRect();
  return box.width > 0 && (box.left < -1 || box.right > document.documentElement.clientWidth + 1);
}).map(one => one.outerHTML.slice(0, 160))"""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
async def test_a_page_in_indonesian_lacks_no_translation_and_fits_on_a_telephone(
    place: Office, page: Shown, lacking: _Lacking
) -> None:
    desk = await show(place, page, "id")
    try:
        await _check_it_fits(desk, "id")
        assert lacking.texts == set()
    finally:
        await _no_longer(desk)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
async def test_a_page_from_the_right_fits_on_a_telephone(
    place: Office, page: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web.kit.render, "LANGUAGES", (*web.kit.render.LANGUAGES, _FROM_THE_RIGHT))
    desk = await show(place, page, _FROM_THE_RIGHT)
    try:
        await _check_it_fits(desk, _FROM_THE_RIGHT)
    finally:
        await _no_longer(desk)


async def test_the_language_is_chosen_at_the_foot_and_a_decision_is_taken_in_it(place: Office) -> None:
    desk = await place.person("AU/co-chair")
    await desk.open(f"/cases/{place.play.reference}")
    await desk.page.locator("footer").get_by_role("button", name="Bahasa Indonesia").click()
    assert await desk.page.locator("html").get_attribute("lang") == "id"
    await desk.page.get_by_role("link", name="Nyatakan sikap", exact=False).first.click()
    await desk.fill(position="approve")
    await desk.page.get_by_role("button", name="Nyatakan sikap ini").click()
    told = await desk.page.locator(".notice.good").first.inner_text()
    assert told.startswith("Tercatat sebagai entri")
    said = await desk.page.locator("main").inner_text()
    assert "Ketua Bersama (Australia) menyatakan sikap tentang perpanjangan masa pengaktifan: setuju" in said
    await desk.page.locator("footer").get_by_role("button", name="English").click()
    assert await desk.page.locator("html").get_attribute("lang") == "en"
