"""What the OpenAPI document says holds, whatever programs send: no fault of ours, no answer that it does not describe.

``TEST_DEPTH=10`` in the environment sends ten times as much; ``make fuzz`` sends more still, to the pages too.
"""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from schemathesis import GenerationMode

from ops.catcher import Catcher
from tests.rig import rig, working
from tests.web.fuzzed import send_to_api
from tests.web.place import Place
from tests.web.programs import token_for
from tests.web.seeded import seeded
from tests.web.server import served

DEPTH = int(os.environ.get("TEST_DEPTH", "1"))
POSTS = ("RSO/secretariat", "LK/focal-point", "AU/co-chair", "VN/focal-point")


@pytest.mark.slow
@pytest.mark.timeout(0)  # bound by its examples
@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE], ids=["good", "bad"])
async def test_every_answer_is_as_the_document_says(tmp_path: Path, catcher: Catcher, mode: GenerationMode) -> None:
    async with rig(tmp_path / "rig") as parts, working(parts):
        references = await seeded(parts)
        place = Place(parts.settings, parts.engine, catcher, now=datetime.now(UTC))
        tokens = [await token_for(place, post) for post in POSTS]
        async with served(place.app) as address:
            counted = await asyncio.to_thread(send_to_api, address, tokens, references, mode, 5 * DEPTH, DEPTH)
    assert counted.sent >= 12 * 5 * DEPTH
    if mode is GenerationMode.POSITIVE:
        assert counted.done > 0
