"""Keeps what the next versions must be able to go on with: histories and a data folder of the code here.

``python -m tests.keep_release [--histories]``, or ``make keep-release``. The histories take a minute and go to
``tests/workflows/releases``; the data folder, which ``--histories`` leaves out, an hour and a half, and goes to
``tests/journeys/folders``. Where a place grows larger than its bound, releases in the middle of its years go: never the
first, and never the newest.
"""

import argparse
import asyncio
import subprocess
import sys
import tarfile
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.journeys.folders.make import make, pack
from tests.journeys.folders.product import Notes, Product
from tests.workflows.recording import RECORDED, record

HERE = Path(__file__).parent
RELEASES = HERE / "workflows" / "releases"
FOLDERS = HERE / "journeys" / "folders"
BOUNDS = {RELEASES: 3_000_000, FOLDERS: 6_000_000}
"""Bytes that each place may take."""


def kept_in(place: Path) -> list[Path]:
    """What is kept there, the oldest first: each is named by its date and its commit."""
    return sorted(place.glob("*.tar.xz"))


def to_go(kept: list[tuple[datetime, int]], bound: int) -> list[int]:
    """The places in a list (when, and how many bytes; the oldest first) of what has to go for all to be within the bound.

    Each time that goes whose neighbours are nearest to each other, so that what stays is spread over the years.
    """
    left, gone = list(range(len(kept))), []
    while len(left) > 2 and sum(kept[place][1] for place in left) > bound:
        middle = min(range(1, len(left) - 1), key=lambda at: kept[left[at + 1]][0] - kept[left[at - 1]][0])
        gone.append(left.pop(middle))
    return gone


async def keep_histories(archive: Path) -> None:
    """Play what is recorded, and pack the histories."""
    with tempfile.TemporaryDirectory() as folder:
        for scenario, limit in RECORDED.items():
            await record(scenario, limit, Path(folder))
        with tarfile.open(archive, "w:xz", preset=9) as tar:
            for path in sorted(Path(folder).iterdir()):
                tar.add(path, path.name)


def keep_folder(archive: Path) -> None:
    """Make a data folder with the program beside this Python, and pack it."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "data"
        make(Product(Path(sys.executable).with_name("ahg"), folder), Notes(folder.with_suffix(".json")))
        pack(folder, archive)


def thin_out(place: Path) -> list[Path]:
    """Remove what is too much in a place; returns it."""
    kept = kept_in(place)
    dated = [(datetime.strptime(path.name[:10], "%Y-%m-%d").replace(tzinfo=UTC), path.stat().st_size) for path in kept]
    gone = [kept[at] for at in to_go(dated, BOUNDS[place])]
    for path in gone:
        path.unlink()
    return gone


def main() -> None:
    """Keep the histories, and the data folder where it is not left out, of the commit that is checked out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--histories", action="store_true", help="leave out the data folder")
    histories_alone = parser.parse_args().histories
    asked = ("git", "log", "-1", "--date=format:%Y-%m-%d", "--format=%cd-%h", "--abbrev=7")
    name = subprocess.run(asked, cwd=HERE, capture_output=True, text=True, check=True).stdout.strip()
    RELEASES.mkdir(exist_ok=True)
    asyncio.run(keep_histories(RELEASES / f"{name}.tar.xz"))
    if not histories_alone:
        keep_folder(FOLDERS / f"{name}.tar.xz")
    for place in BOUNDS:
        sys.stdout.write(f"{place}: {len(kept_in(place))} kept\n")
        for path in thin_out(place):
            sys.stdout.write(f"{path.name} has gone\n")


if __name__ == "__main__":
    main()
