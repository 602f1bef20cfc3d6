"""What has no command: the policy, files, tokens, views, on the pages of the product that makes a folder."""

import re
import time
from collections.abc import Mapping
from typing import Any

import httpx
import pyotp

from tests.journeys.folders.product import PATIENCE, Notes, Product
from tests.web.place import key_in, secret_in, value_in
from tests.web.test_admin_policy import fields_of


class Person:
    """Whoever holds a post, signed in on the pages."""

    def __init__(self, product: Product, notes: Notes, post: str) -> None:
        member, _, role = post.partition("/")
        self.http = httpx.Client(base_url=product.address, follow_redirects=True, timeout=PATIENCE)
        address = f"{role}@{member.lower()}.ahg.localhost"
        before = len(product.mails())
        self.http.post("/sign-in", data={"email": address}).raise_for_status()
        page = self.http.post(_link(product, address, before)).raise_for_status()
        if page.url.path == "/second-factor":
            self._show(page, notes, post)

    def prove(self, notes: Notes, post: str) -> None:
        """Set up or show the second factor, where it was not shown yet."""
        page = self.http.get("/second-factor").raise_for_status()
        if page.url.path == "/second-factor":
            self._show(page, notes, post)

    def _show(self, page: httpx.Response, notes: Notes, post: str) -> None:
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
    someone.prove(notes, "PH/focal-point")
    token = {"name": "A program", "post": "PH/focal-point", "scope": ["read", "write"], "days": "365"}
    made = re.search(r"ahg_[\w-]+", someone.send("/account/tokens", "/account", **token).text)
    if made is None:
        raise SystemExit("no token was shown")
    headers = {"Authorization": f"Bearer {made[0]}", "Idempotency-Key": "with-a-file"}
    body = {"title": "with a file", "situation": "Lihat lampiran.", "affected": ["MY"]}
    httpx.post(f"{product.address}/api/v1/cases", json=body, headers=headers, timeout=PATIENCE).raise_for_status()
    someone.send("/cases/views", "/cases", name="Yang terbuka", open="yes")
