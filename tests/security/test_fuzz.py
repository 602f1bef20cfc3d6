"""Whatever is sent to a page, in its address or in its form, as whoever: no fault of ours.

``make fuzz`` sends much more, to the API too, and says what the slowest answer took.
"""

import asyncio
import os

from schemathesis import GenerationMode

from tests.web.conftest import place
from tests.web.fuzzed import Visitor, Watched, described, send_to_pages
from tests.web.place import Place
from tests.web.server import served
from tests.web.whole_case import played

__all__ = ["place"]

DEPTH = int(os.environ.get("TEST_DEPTH", "1"))
POSTS = ("", "LK/focal-point", "RSO/secretariat")


async def test_no_page_and_no_form_is_a_fault_of_ours(place: Place) -> None:
    table = played()
    place.now = table.now
    reference = await table.record(place)
    document = await described(place, POSTS, [reference])
    watched = Watched(place.app)
    async with served(watched) as address:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            visitors = [Visitor(place, post) for post in POSTS]
            counted = await asyncio.to_thread(send_to_pages, address, document, visitors, mode, DEPTH, DEPTH)
            assert counted.sent > 50
            assert counted.faults == []

    assert watched.faults == []
