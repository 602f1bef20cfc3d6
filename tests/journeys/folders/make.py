"""Makes a data folder with cases in every stage, and packs it.

``python -m tests.journeys.folders.make AHG FOLDER ARCHIVE``: AHG is the program of the commit that the folder is to be
of. It is driven by its command line and, where that has no command, by its pages. It takes an hour and a half, most of
it waiting for a silence procedure. Broken off, it goes on where it was when it is started again: what it has done is
noted beside the folder, and every command has an id of its own.
"""

import json
import shutil
import sqlite3
import sys
import tarfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from tests.journeys.folders.pages import Person, change_policy, propose_policy, use_the_pages
from tests.journeys.folders.product import Notes, Product, say
from tests.journeys.folders.stories import (
    DEFAULT,
    DRAFT,
    LASTING,
    OVERDUE,
    POLICIES,
    SILENT,
    UNTOLD,
    WAIT,
    Step,
    Stories,
)

POLL = 20.0  # seconds

# stories ------------------------------------------------------------------------------------------------------------


def play(product: Product, stories: Stories, references: dict[str, str], *, rest: bool = False) -> None:
    """The first part of each story, or with ``rest`` what comes after the wait; cases are submitted in their order."""
    for name, steps in stories.items():
        references[name] = references.get(name) or product.do(steps[0], f"{name}-0")
    with ThreadPoolExecutor(2) as aside:
        list(aside.map(lambda name: _part(product, name, stories[name], references[name], rest=rest), stories))


def _part(product: Product, name: str, steps: Sequence[Step], reference: str, *, rest: bool) -> None:
    cut = steps.index(WAIT) if WAIT in steps else len(steps)
    for number, step in enumerate(steps):
        if number and (number > cut if rest else number < cut):
            product.do(step, f"{name}-{number}", reference)


def await_silence(product: Product, references: Mapping[str, str]) -> None:
    """Wait until nobody has objected to any report that was tabled under the hour."""
    for name in SILENT:
        while "tabled" in (said := json.loads(product.ahg("case", "show", references[name]))["reports"][-1]["state"]):
            time.sleep(POLL)
        say(f"{name}: {said}")


# mail ---------------------------------------------------------------------------------------------------------------


def wish(product: Product) -> None:
    """Preferences of three posts: a weekly digest, quiet hours that have begun, switches."""
    now = datetime.now(ZoneInfo("Asia/Kuala_Lumpur"))
    begin, end = (f"{now + timedelta(hours=hours):%H}:00" for hours in (-1, 9))
    product.ahg("mail", "preferences", "MY/focal-point", "--morning", end, "--quiet", f"{begin}-{end}")
    product.ahg(
        "mail", "preferences", "RSO/secretariat", "--digest", "weekly", "--switch", "invitation_answered=digest"
    )
    product.ahg("mail", "preferences", "AU/co-chair", "--switch", "outcome_done=off")


def come_back(product: Product, to: str) -> None:
    """A report that the newest mail to an address could not be delivered."""
    mail = next(
        mail for mail in reversed(product.mails()) if to in str(mail["X-Catcher-To"]) and "[AHG" in mail["Subject"]
    )
    report = (
        "Reporting-MTA: dns; mx.example.org\n\n"
        f"Final-Recipient: rfc822; {to}\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 5.1.1 User unknown\n"
    )
    text = (
        "From: MAILER-DAEMON@mx.example.org\nTo: ahg@localhost\nSubject: Undelivered Mail Returned to Sender\n"
        "Auto-Submitted: auto-replied\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="--cut"\n\n'
        "----cut\nContent-Type: text/plain\n\nYour message could not be delivered.\n"
        f"----cut\nContent-Type: message/delivery-status\n\n{report}\n"
        f"----cut\nContent-Type: text/rfc822-headers\n\nMessage-ID: {mail['Message-ID']}\nTo: {to}\n\n----cut--\n"
    )
    file = product.folder.with_suffix(".eml")
    file.write_text(text, encoding="utf-8")
    say(product.ahg("mail", "bounces", str(file)))


# the whole ----------------------------------------------------------------------------------------------------------


def make(product: Product, notes: Notes) -> None:
    """Everything, part by part; a part that is through is not done again."""

    def played(stories: Stories, policy: str = "") -> None:
        if policy:
            change_policy(product, notes, policy, POLICIES[policy])
        play(product, stories, notes.references)

    def waits_for_the_other() -> None:
        propose_policy(Person(product, notes, "AU/co-chair").http, "A week is too long.", {"routine.gate": "3wd"})

    def packed() -> None:
        come_back(product, "focal-point@bd.ahg.localhost")
        product.ahg("mail", "pause", "--why", "The folder is packed.")
        product.do(UNTOLD, "untold", notes.references["at work"])

    parts: Mapping[str, Callable[[], object]] = {
        "default": lambda: played(DEFAULT),
        "wishes": lambda: wish(product),
        "silent": lambda: played(SILENT, "silent"),
        "overdue": lambda: played(OVERDUE, "overdue"),
        "lasting": lambda: played(LASTING, "lasting"),
        "pages": lambda: use_the_pages(product, notes),
        "draft": lambda: product.do(DRAFT, "draft"),
        "policy": waits_for_the_other,
        "silence": lambda: await_silence(product, notes.references),
        "rest": lambda: play(product, SILENT, notes.references, rest=True),
        "packed": packed,
    }
    with product.running():
        for name, part in parts.items():
            if name not in notes.done:
                part()
                notes.done.append(name)
                notes.keep()
        for words in (("verify",), ("mail", "board"), ("case", "list")):
            say(product.ahg(*words))


def pack(folder: Path, archive: Path) -> None:
    """What has to be kept of a folder, made small: no logs and no mails that were caught."""
    with (
        closing(sqlite3.connect(folder / "ahg.db")) as records,
        closing(sqlite3.connect(folder / "temporal.db")) as own,
    ):
        for database in (records, own):
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            database.execute("VACUUM")
    for needless in ("logs", "mail"):
        shutil.rmtree(folder / needless, ignore_errors=True)
    with tarfile.open(archive, "w:xz", preset=9) as tar:
        for path in sorted(folder.iterdir()):
            tar.add(path, path.name)
    say(f"{archive}: {archive.stat().st_size} bytes")


if __name__ == "__main__":
    program, folder, archive = (Path(word).absolute() for word in sys.argv[1:])
    make(Product(program, folder), Notes(folder.with_suffix(".json")))
    pack(folder, archive)
