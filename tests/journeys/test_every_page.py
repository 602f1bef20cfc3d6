"""Every page: nothing that axe-core finds (WCAG 2.2 AA), usable by keyboard, no sideways scrolling at 360 px."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
import pytest_asyncio
from axe_core_python.async_playwright import Axe

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
async def test_a_page_can_be_read_and_used_by_everybody(place: Office, page: Any) -> None:
    """No violation in light and dark, wide and narrow; every control is reached by the tabulator and shows it."""
    desk = await show(place, page)
    await desk.page.evaluate(_OPEN_ALL)  # axe-core takes what is folded for something that lies below what follows
    assert await violations(desk, Axe(), _RULES) == []
    await desk.page.emulate_media(color_scheme="dark")
    await desk.page.set_viewport_size(NARROW)
    assert await violations(desk, Axe(axe_script=""), _OF_LOOK) == []  # the page has the script by now
    wide = await desk.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= NARROW["width"], f"{wide} px wide"
    await desk.page.set_viewport_size(WIDE)
    await desk.page.emulate_media(color_scheme="light")
    await every_control_is_reached(desk)


async def violations(desk: Desk, axe: Axe, rules: Mapping[str, Any]) -> list[str]:
    found = await axe.run(desk.page, options=dict(rules))
    return [f"{one['id']}: {[node['html'][:160] for node in one['nodes'][:3]]}" for one in found["violations"]]


async def every_control_is_reached(desk: Desk) -> None:
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
