"""Pictures of the main pages, wide and narrow, from a case that is played first, and of five mails.

    python -m tests.pictures [FOLDER]     (or: make pictures)

Those of pages are made anew when they are wanted, and only ``case.png`` is kept in the repository: README.md shows it.
Those of mails are kept (``docs/mails``): the page of notices shows them.
"""

import asyncio
import sys
from pathlib import Path

from playwright.async_api import Browser, ViewportSize

from notifications.preview import reader_of
from notifications.preview import sample_mail as mail
from tests.journeys.main_pages import PAGES, at_work, show
from tests.journeys.people import NARROW, WIDE, browser_here, office
from tests.notifications.samples import PICTURED, parts

DOCS = Path(__file__).parents[1] / "docs"
_READING_PANE: ViewportSize = {"width": 600, "height": 400}
_IN_README: ViewportSize = {"width": 1000, "height": 640}


async def mails(browser: Browser, folder: Path) -> None:
    """One PNG for each mail of ``PICTURED``, with sample facts, as a mail program shows it."""
    folder.mkdir(parents=True, exist_ok=True)
    for kind, shown in PICTURED.items():
        reader = reader_of(kind).model_copy(update={"language": shown.language})
        pane = await browser.new_page(viewport=_READING_PANE, color_scheme=shown.scheme)
        await pane.set_content(parts(mail(kind, reader=reader))[1])
        await pane.screenshot(path=folder / f"{kind}.png", full_page=True)
        await pane.close()
        sys.stdout.write(f"{kind}\n")


async def pages(folder: Path) -> None:
    """One PNG for each main page and width; and the top of the page of a case."""
    folder.mkdir(parents=True, exist_ok=True)
    async with office(scenario=at_work()) as place:
        for page in PAGES:
            desk = await show(place, page)
            for size in (WIDE, NARROW):
                await desk.page.set_viewport_size(size)
                await desk.page.screenshot(path=folder / f"{page.name}-{size['width']}.png", full_page=True)
            if page.name == "case":
                await desk.page.set_viewport_size(_IN_README)
                await desk.page.screenshot(path=folder / "case.png")
            await desk.page.set_viewport_size(WIDE)
            sys.stdout.write(f"{page.name}\n")


async def _main(folder: Path | None) -> None:
    async with browser_here() as browser:
        await mails(browser, (folder or DOCS) / "mails")
    await pages((folder or DOCS) / "pictures")


if __name__ == "__main__":
    asyncio.run(_main(Path(sys.argv[1]) if len(sys.argv) > 1 else None))
