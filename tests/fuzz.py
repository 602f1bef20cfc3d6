"""Sends whatever may be sent to every page, form and address of the API of a product that runs, and times each answer.

    python -m tests.fuzz [EXAMPLES [SEED]]     (or: make fuzz)

``EXAMPLES`` are those for each address, each in two ways: as the description has it, and not. Ends with 1 when an
answer was a fault of ours or took a second of the processor. What it took by the wall is told beside; there the rest of
the machine counts too.
"""

import asyncio
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from schemathesis import GenerationMode
from starlette.types import Receive, Scope, Send

from ops.catcher import Catcher
from tests.rig import rig, working
from tests.web.fuzzed import Visitor, Watched, described, send_to_api, send_to_pages
from tests.web.place import Place
from tests.web.programs import token_for
from tests.web.seeded import seeded
from tests.web.server import served

POSTS = ("LK/focal-point", "MY/focal-point", "AU/co-chair", "NZ/steering-group", "RSO/auditor", "RSO/secretariat")
LIMIT = 1.0
"""Seconds of the processor that one answer may take."""

_SHOWN = 15


class Answered(NamedTuple):
    """An answer: seconds by the wall and of the processor, and what was asked."""

    wall: float
    cpu: float
    what: str


@dataclass
class Timed(Watched):
    """The same with what each answer took."""

    answers: list[Answered] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and note what it took."""
        wall, cpu = time.perf_counter(), time.process_time()
        await super().__call__(scope, receive, send)
        if scope["type"] == "http":
            what = f"{scope['method']} {scope['path'][:200]}?{scope['query_string'].decode('latin-1')[:200]}"
            self.answers.append(Answered(time.perf_counter() - wall, time.process_time() - cpu, what))


async def fuzz(folder: Path, examples: int, of: int) -> Timed:
    """Play cases, and send to all that is there; what was answered."""
    async with Catcher(folder / "mail") as catcher, rig(folder / "rig") as parts, working(parts):
        references = await seeded(parts)
        settings = parts.settings.model_copy(update={"smtp_port": catcher.port})
        place = Place(settings, parts.engine, catcher, now=datetime.now(UTC))
        document = await described(place, ["", *POSTS], references)
        watched = Timed(place.app)
        async with served(watched) as address:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                visitors = [Visitor(place, post) for post in ("", *POSTS)]
                counted = await asyncio.to_thread(send_to_pages, address, document, visitors, mode, examples, of)
                watched.faults += counted.faults
                sys.stdout.write(f"pages, {mode.value}: {counted.sent} requests\n")
                tokens = [await token_for(place, post) for post in POSTS]
                counted = await asyncio.to_thread(send_to_api, address, tokens, references, mode, examples, of)
                sys.stdout.write(f"API, {mode.value}: {counted.sent} requests, {counted.done} done\n")
                sys.stdout.flush()
    return watched


def _said(one: Answered) -> str:
    return f"{one.cpu:7.3f} s of the processor, {one.wall:7.3f} s by the wall: {one.what}\n"


def main(*given: str) -> int:
    """Send, and say what was found and what was slow."""
    examples = int(given[0]) if given else 30
    of = int(given[1]) if len(given) > 1 else random.SystemRandom().randrange(2**32)
    sys.stdout.write(f"seed {of}\n")
    with tempfile.TemporaryDirectory(prefix="ahg-fuzz-") as folder:
        watched = asyncio.run(fuzz(Path(folder), examples, of))
    for key in ("cpu", "wall"):
        slowest = sorted(watched.answers, key=lambda one: float(getattr(one, key)), reverse=True)[:_SHOWN]
        sys.stdout.write(f"the slowest by {key}:\n" + "".join(map(_said, slowest)))
    slow = [one for one in watched.answers if one.cpu > LIMIT]
    faults = dict.fromkeys(watched.faults)
    sys.stdout.write("".join(f"{fault}\n" for fault in faults))
    sys.stdout.write(f"{len(watched.answers)} answers, {len(faults)} faults, {len(slow)} over {LIMIT} s\n")
    return 1 if faults or slow else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
