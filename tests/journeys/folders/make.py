"""Makes a data folder with cases in every stage, and packs it.

``python -m tests.journeys.folders.make AHG FOLDER ARCHIVE``: AHG is the program of the commit that the folder is to be
of. It is driven by its command line and, where that has no command, by its pages. It takes an hour and a half, most of
it waiting for a silence procedure. Broken off, it goes on where it was when it is started again: what it has done is
noted beside the folder, and every command has an id of its own.
"""

import json
import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pyotp

from ops.processes import free_port
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
from tests.web.place import key_in, secret_in, value_in
from tests.web.test_admin_policy import fields_of

PATIENCE = 90.0  # seconds
POLL = 20.0


def say(text: str) -> None:
    """On the console, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Notes:
    """What has been done, in a file: references by title, secrets of second factors by post, parts that are through."""

    def __init__(self, path: Path) -> None:
        self._path = path
        kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        self.references: dict[str, str] = kept.get("references", {})
        self.secrets: dict[str, str] = kept.get("secrets", {})
        self.done: list[str] = kept.get("done", [])

    def keep(self) -> None:
        """Write them down."""
        kept = {"references": self.references, "secrets": self.secrets, "done": self.done}
        self._path.write_text(json.dumps(kept), encoding="utf-8")


class Product:
    """The product on a folder, with its command line beside it."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.program = program
        self.folder = folder
        ports = {name: free_port() for name in ("WEB_PORT", "SMTP_PORT", "TEMPORAL_PORT")}
        self.address = f"http://127.0.0.1:{ports['WEB_PORT']}"
        settings = {"DATA_DIR": folder, **ports}
        own = {name: value for name, value in os.environ.items() if not name.startswith(("AHG_", "TEMPORAL_"))}
        self.environment = {**own, **{f"AHG_{name}": str(value) for name, value in settings.items()}, "COLUMNS": "200"}

    @contextmanager
    def running(self) -> Iterator[None]:
        """Start it; afterwards stop it as Ctrl-C does."""
        console = self.folder.with_suffix(".console")
        with console.open("w") as out:
            process = subprocess.Popen(
                (self.program, "up"), cwd=self.folder.parent, env=self.environment, stdout=out, stderr=out
            )
        try:
            until = time.monotonic() + PATIENCE
            while "pages are at" not in console.read_text():
                if process.poll() is not None or time.monotonic() > until:
                    raise SystemExit(console.read_text())
                time.sleep(0.1)
            yield
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(PATIENCE)

    def ahg(self, *words: str) -> str:
        """What a command writes. Raises SystemExit where it fails."""
        done = subprocess.run(
            (self.program, *words),
            cwd=self.folder.parent,  # its programs import what is beside them, not what is here
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(f"{words}: {done.stdout}{done.stderr}")
        return done.stdout

    def do(self, step: Step, number: str, reference: str = "") -> str:
        """Give a command; the reference of its case."""
        by, command, fields = step
        case = ("--case", reference) if reference else ()
        given = json.dumps(fields, ensure_ascii=False)
        said = self.ahg("case", "do", command, *case, "--by", by, "--with", given, "--id", number)
        say(said.strip())
        return said.split()[0]

    def mails(self) -> list[EmailMessage]:
        """What was caught, oldest first."""
        read = BytesParser(policy=policy.default.clone(utf8=True))
        return [read.parsebytes(path.read_bytes()) for path in sorted((self.folder / "mail").glob("[0-9]*.eml"))]


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


# pages --------------------------------------------------------------------------------------------------------------


class Person:
    """Whoever holds a post, signed in on the pages."""

    def __init__(self, product: Product, notes: Notes, post: str) -> None:
        member, _, role = post.partition("/")
        self.http = httpx.Client(base_url=product.address, follow_redirects=True, timeout=PATIENCE)
        address = f"{role}@{member.lower()}.ahg.localhost"
        before = len(product.mails())
        self.http.post("/sign-in", data={"email": address}).raise_for_status()
        page = self.http.post(_link(product, address, before)).raise_for_status()
        if page.url.path != "/second-factor":
            return
        given, path = {"_key": key_in(page.text)}, "/second-factor"
        if 'name="sealed"' in page.text:
            given, path = {**given, "sealed": value_in(page.text, "sealed")}, "/second-factor/enrol"
            notes.secrets[post] = secret_in(page.text)
        code = pyotp.TOTP(notes.secrets[post]).now()
        self.http.post(path, data={**given, "code": code}).raise_for_status()
        notes.keep()

    def send(self, path: str, form: str, **given: Any) -> httpx.Response:
        """Send a form with the key of the page on which it stands."""
        data = {"_key": key_in(self.http.get(form).text), **given}
        return self.http.post(path, data=data).raise_for_status()


def _link(product: Product, address: str, before: int) -> str:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        for mail in reversed(product.mails()[before:]):
            part = mail.get_body(("plain",))
            found = re.search(r"/sign-in/\S+", part.get_content()) if part else None
            if found and address in str(mail["X-Catcher-To"]):
                return found[0]
        time.sleep(0.2)
    raise SystemExit(f"no link came for {address}")


def propose_policy(http: httpx.Client, why: str, differences: Mapping[str, str]) -> None:
    """Fill in the form of the policy, look at what it means, propose it."""
    form = fields_of(http.get("/admin/policy/edit").text)
    for key, value in differences.items():
        named = [name for name in form if name == key or name.endswith(f".{key}")]
        form |= {name: [value] for name in named}
    shown = http.post("/admin/policy/check", data={**form, "why": [why]}).raise_for_status()
    http.post("/admin/policy/propose", data={**fields_of(shown.text), "why": why}).raise_for_status()


def agree_to_policy(http: httpx.Client) -> None:
    """Agree to the proposal that is open."""
    page = http.get("/admin/policy").text
    action = re.search(r'action="(/admin/policy/proposals/[^"]+)"', page)
    if action is None:
        raise SystemExit("no policy is proposed")
    http.post(action[1], data={**fields_of(page), "answer": "agree"}).raise_for_status()


def change_policy(product: Product, notes: Notes, why: str, differences: Mapping[str, str]) -> None:
    """The secretariat proposes, both Co-Chairs agree."""
    propose_policy(Person(product, notes, "RSO/secretariat").http, why, differences)
    for post in ("AU/co-chair", "ID/co-chair"):
        agree_to_policy(Person(product, notes, post).http)


def use_the_pages(product: Product, notes: Notes) -> None:
    """A file in a request, a token, a request through the API, a view that is kept."""
    someone = Person(product, notes, "PH/focal-point")
    form = "/request/new/attachments"
    key = key_in(someone.http.get(form).text)
    file = ("pelabuhan ท่าเรือ.txt", b"Kapal berangkat pada malam hari.\n", "text/plain")
    someone.http.post(form, data={"_key": key}, files={"files": file}).raise_for_status()
    token = {"name": "A program", "post": "PH/focal-point", "scope": ["read", "write"], "days": "365"}
    made = re.search(r"ahg_[\w-]+", someone.send("/account/tokens", "/account", **token).text)
    if made is None:
        raise SystemExit("no token was shown")
    headers = {"Authorization": f"Bearer {made[0]}", "Idempotency-Key": "with-a-file"}
    body = {"title": "with a file", "situation": "Lihat lampiran.", "affected": ["MY"]}
    httpx.post(f"{product.address}/api/v1/cases", json=body, headers=headers, timeout=PATIENCE).raise_for_status()
    someone.send("/cases/views", "/cases", name="Yang terbuka", open="yes")


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
