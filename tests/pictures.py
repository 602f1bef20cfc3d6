"""Pictures of the main pages, wide and narrow, from a case that is played first.

    python -m tests.pictures [FOLDER]     (or: make pictures)

They are made anew when they are wanted, and are not kept in the repository.
"""

import asyncio
import sys
from pathlib import Path

from tests.journeys.main_pages import PAGES, at_work, show
from tests.journeys.people import NARROW, WIDE, office

DEFAULT = Path(__file__).parents[1] / "docs" / "pictures"


async def pictures(folder: Path) -> None:
    """One PNG for each main page and width."""
    folder.mkdir(parents=True, exist_ok=True)
    async with office(scenario=at_work()) as place:
        for page in PAGES:
            desk = await show(place, page)
            for size in (WIDE, NARROW):
                await desk.page.set_viewport_size(size)
                await desk.page.screenshot(path=folder / f"{page.name}-{size['width']}.png", full_page=True)
            await desk.page.set_viewport_size(WIDE)
            sys.stdout.write(f"{page.name}\n")


if __name__ == "__main__":
    asyncio.run(pictures(Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT))
