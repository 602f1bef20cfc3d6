"""Every page: nothing that axe-core finds (WCAG 2.2 AA), usable by keyboard, no sideways scrolling at 360 px."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, Literal

import pytest
import pytest_asyncio
from axe_core_python.async_playwright import Axe
from playwright.async_api import ViewportSize

from tests.journeys.main_pages import OTHER_PAGES, PAGES, busy, come_by, show
from tests.journeys.people import NARROW, WIDE, Desk, Office, office

pytestmark = [pytest.mark.slow, pytest.mark.journey, pytest.mark.asyncio(loop_scope="module")]

_RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # of all else it would keep every element
}
_OF_LOOK = {**_RULES, "runOnly": {"type": "rule", "values": ["color-contrast", "scrollable-region-focusable"]}}
"""The rules whose result hangs on the colours or on the width; the others are asked once."""
EVERY = (*PAGES, *OTHER_PAGES)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def place() -> AsyncIterator[Office]:
    async with office(scenario=busy()) as parts:
        await come_by(parts)
        yield parts


@pytest.mark.parametrize("page", EVERY, ids=lambda page: page.name)
async def test_a_page_has_no_violation_in_light_and_dark_and_narrow(place: Office, page: Any) -> None:
    desk = await show(place, page)
    await desk.page.evaluate(_OPEN_ALL)  # axe-core takes what is folded for something that lies below what follows
    schemes: tuple[tuple[Literal["light", "dark"], ViewportSize, Mapping[str, Any]], ...] = (
        ("light", WIDE, _RULES),
        ("dark", NARROW, _OF_LOOK),
    )
    for scheme, size, rules in schemes:
        await desk.page.emulate_media(color_scheme=scheme)
        await desk.page.set_viewport_size(size)
        assert await violations(desk, rules) == []
    wide = await desk.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= NARROW["width"], f"{wide} px wide"
    await desk.page.set_viewport_size(WIDE)
    await desk.page.emulate_media(color_scheme="light")


async def violations(desk: Desk, rules: Mapping[str, Any]) -> list[str]:
    found = await Axe().run(desk.page, options=dict(rules))
    return [f"{one['id']}: {[node['html'][:160] for node in one['nodes'][:3]]}" for one in found["violations"]]


@pytest.mark.parametrize("page", EVERY, ids=lambda page: page.name)
async def test_every_control_of_a_page_is_reached_by_the_tabulator_and_shows_it(place: Office, page: Any) -> None:
    desk = await show(place, page)
    await desk.page.evaluate(_OPEN_ALL)
    wanted: int = await desk.page.evaluate(_CONTROLS)
    await desk.page.evaluate(_NOTE_WHAT_IS_FOCUSED)
    outlines: dict[str, str] = {}
    for _ in range(0, wanted + 60, _AT_ONCE):
        for _ in range(_AT_ONCE):
            await desk.page.keyboard.press("Tab")
        outlines = await desk.page.evaluate("window.outlines")
        if len(outlines) == wanted:
            break
    assert len(outlines) == wanted
    hidden = [control for control, outline in outlines.items() if outline == "none"]
    assert not hidden, f"these controls do not show that they have the focus: {hidden}"


_OPEN_ALL = "document.querySelectorAll('details').forEach(one => { one.open = true; })"
_CONTROLS = """() => {
  const radios = new Set();
  const all = [...document.querySelectorAll('a[href], button, input, select, textarea, summary')].filter(one => {
    if (one.type === 'hidden' || one.matches(':disabled')) return false;
    if (one.offsetParent === null && !one.matches('.skip')) return false;
    if (one.type !== 'radio') return true;
    if (radios.has(one.name)) return false;  // the arrows go on from one of a group to the next
    radios.add(one.name);
    return true;
  });
  window.controls = all;
  return all.length;
}"""
_NOTE_WHAT_IS_FOCUSED = """() => {
  window.outlines = {};
  document.addEventListener('focusin', () => {
    const one = document.activeElement;
    let at = window.controls.indexOf(one);
    if (at < 0 && one.type === 'radio') at = window.controls.findIndex(other => other.name === one.name);
    if (at >= 0) window.outlines[at] = getComputedStyle(one).outlineStyle;
  });
}"""
_AT_ONCE = 20
"""How often the tabulator is pressed before it is asked what was reached."""
