"""Whatever may be sent to the pages and the API, made by schemathesis, and what each answer cost.

The API describes itself. The pages are described here: their addresses by the application, the fields of their forms
by the pages that show them.
"""

import asyncio
import re
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import html5lib
import requests
import schemathesis
from fastapi import FastAPI
from fastapi.routing import APIRoute
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from starlette.types import Message, Receive, Scope, Send

from models.notices.kinds import NOTICE_KINDS
from models.posts import Role
from models.search import Thing
from records.sessions import cookie_name, session_of
from tests.web.place import Place
from web.app import PAGES
from web.kit.forms import FORMS
from web.request.steps import STEP_NAMES

HASH = "a" * 64  # of the file that a case may carry; its bytes are not in the store


@dataclass
class Watched:
    """An application with an eye on the faults in its answers."""

    app: FastAPI
    faults: list[str] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and note a fault of ours with its place."""
        asked = f"{scope.get('method')} {scope.get('path', '')[:200]}"

        async def watched(message: Message) -> None:
            if message.get("status") == 500:
                self.faults.append(f"{asked}: 500")
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception:
            self.faults.append(f"{asked}: {traceback.format_exc(limit=-4)}")
            raise


Fields = dict[str, set[str]]
"""The names that a form sends, each with the values that the pages give it."""

_FILE = "\0 a file"


def _routes() -> list[APIRoute]:
    found = [route for part in PAGES for route in part.router.routes if isinstance(route, APIRoute)]
    return [route for route in found if not route.path.endswith("/feed")]


def _route_of(path: str, routes: Sequence[APIRoute]) -> str:
    return next((one.path for one in routes if "POST" in (one.methods or ()) and one.path_regex.match(path)), "")


def forms_in(page: str, path: str) -> list[tuple[str, Fields]]:
    """The forms of a page that send something: where to, and with which fields."""
    found = []
    for form in html5lib.parse(page, namespaceHTMLElements=False).iter("form"):
        if form.get("method", "get").lower() != "post":
            continue
        fields: Fields = {}
        for one in form.iter():
            if one.tag in ("input", "select", "textarea", "button") and (name := one.get("name")):
                given = [option.get("value", "") for option in one.iter("option")] if one.tag == "select" else []
                given += [one.get("value") or "".join(one.itertext())]
                fields.setdefault(name, set()).update([_FILE] if one.get("type") == "file" else given)
        found.append((urlsplit(form.get("action") or path).path, fields))
    return found


@dataclass
class Visitor:
    """Somebody who sends forms; signed in anew when the session has ended."""

    place: Place
    post: str
    cookies: dict[str, str] = field(default_factory=dict)
    key: str = ""
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.get_running_loop)

    def come_now(self) -> None:
        """The same as ``come``, from a thread beside the loop."""
        asyncio.run_coroutine_threadsafe(self.come(), self.loop).result()

    async def come(self) -> None:
        """Begin a session, unless one is open."""
        name = cookie_name(False)
        now = self.place.now
        session = await session_of(self.place.engine, self.cookies.get(name, "-"), now) if self.post else None
        if session is None and self.post:
            async with self.place.browser() as http:
                await self.place.as_post(http, self.post)
                self.cookies = {name: http.cookies[name]}
            session = await session_of(self.place.engine, self.cookies[name], now)
        self.key = session.form_key if session else ""


async def described(place: Place, posts: Sequence[str], references: Sequence[str]) -> dict[str, Any]:
    """The pages as a document of OpenAPI: what each takes in its address, and in its form."""
    good = {
        "reference": [*references, "AHG-2031-777"],
        "number": ["1", "2", "3"],
        "sha256": [HASH],
        "token": ["x" * 43],
        "step": STEP_NAMES,
        "do": sorted(FORMS),
        "kind": sorted(map(str, NOTICE_KINDS)),
        "code": ["TH", "IOM"],
        "member": ["TH", "AU", "RSO"],
        "role": [role.value for role in Role],
    }
    words = {
        "kind": sorted(map(str, Thing)),
        "q": ["boats"],
        "post": list(posts),
        "for": list(posts),
        "as": list(posts),
    }
    routes = _routes()
    paths: dict[str, dict[str, Any]] = {}
    fields = await _fields(place, posts, good, routes)
    for route in routes:
        for method in route.methods or ():
            names = [one.alias for one in route.dependant.query_params]
            names += ["as"] if method == "GET" and "{reference}" in route.path else []
            names += _FILTERS if route.path == "/cases" and method == "GET" else []
            inside = re.findall(r"{(\w+)}", route.path)
            operation: dict[str, Any] = {"responses": {"default": {"description": "any"}}}
            operation["parameters"] = [
                {"name": name, "in": "path", "required": True, "schema": {"type": "string", "enum": good[name]}}
                for name in inside
            ] + [{"name": name, "in": "query", "schema": _text(words.get(name, ()))} for name in names]
            if method == "POST":
                operation["requestBody"] = {"content": _form(fields.get(route.path, {}))}
            paths.setdefault(route.path, {})[method.lower()] = operation
    return {"openapi": "3.1.0", "info": {"title": "Pages", "version": "1"}, "paths": paths}


_FILTERS = ["stage", "urgency", "requester", "waiting_on", "opened_from", "opened_to", "open", "overdue"]


def _text(known: Sequence[str] | set[str]) -> dict[str, Any]:
    anything = {"type": "string", "maxLength": 9_000}
    return {"anyOf": [{"type": "string", "enum": sorted(known)}, anything]} if known else anything


def _form(fields: Fields) -> dict[str, Any]:
    files = {name: {"type": "string", "format": "binary"} for name, given in fields.items() if _FILE in given}
    texts = {name: _text({one for one in given if one}) for name, given in fields.items() if name != "_key"}
    shape = {"type": "object", "properties": {**texts, **files}}
    return {"multipart/form-data" if files else "application/x-www-form-urlencoded": {"schema": shape}}


async def _fields(
    place: Place, posts: Sequence[str], good: Mapping[str, list[str]], routes: Sequence[APIRoute]
) -> dict[str, Fields]:
    """The fields of every form that one of the posts is shown, by the route that takes it."""
    fields: dict[str, Fields] = {}
    for post in posts:
        async with place.browser() as http:
            if post:
                await place.as_post(http, post)
            for path in _pages(good, routes):
                answer = await http.get(path)
                if answer.status_code != 200 or "<form" not in answer.text:
                    continue
                for to, found in forms_in(answer.text, path):
                    known = fields.setdefault(_route_of(to, routes), {})
                    for name, given in found.items():
                        known.setdefault(name, set()).update(given)
    return fields


def _pages(good: Mapping[str, list[str]], routes: Sequence[APIRoute]) -> list[str]:
    paths = []
    for route in routes:
        if "GET" not in (route.methods or ()):
            continue
        names = re.findall(r"{(\w+)}", route.path)
        many = next((name for name in ("do", "step", "role") if name in names), "")
        paths += [
            route.path.format(**{name: one if name == many else good[name][0] for name in names})
            for one in good.get(many, [""])
        ]
    return paths


@dataclass
class Counted:
    """Requests that were sent, those that were done, and answers that no client can read."""

    sent: int = 0
    done: int = 0
    faults: list[str] = field(default_factory=list)


def send_to_pages(
    address: str, document: Mapping[str, Any], visitors: Sequence[Visitor], mode: GenerationMode, examples: int, of: int
) -> Counted:
    """Send so much to each page and form, as each visitor; how much it was. ``of`` seeds what is drawn.

    Runs beside the loop that serves the pages.
    """
    schema = schemathesis.openapi.from_dict(dict(document))
    schema.config.update(base_url=address)
    counted = Counted()
    with requests.Session() as session:
        for found in schema.get_all_operations():
            assert isinstance(found, Ok), found
            operation = found.ok()

            @seed(of)
            @settings(
                max_examples=examples,
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode), visitor=st.sampled_from(visitors))
            def send(case: Any, visitor: Visitor) -> None:
                visitor.come_now()
                if isinstance(case.body, dict):
                    case.body["_key"] = visitor.key
                session.cookies.clear()
                try:
                    case.call(session=session, cookies=visitor.cookies, allow_redirects=False)
                except requests.RequestException as fault:
                    counted.faults.append(f"{case.method} {case.path}: {fault}"[:500])
                counted.sent += 1

            with suppress(Unsatisfiable):  # there is nothing that this page does not take
                send()
    return counted


API_CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def send_to_api(
    address: str, tokens: Sequence[str], references: Sequence[str], mode: GenerationMode, examples: int, of: int
) -> Counted:
    """Send so much to each address of the API, four times as much to those that act, and check what is answered.

    Runs beside the loop that serves it.
    """
    schema = schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json").exclude(path_regex="/feed$")
    counted = Counted()
    with requests.Session() as session:
        for found in schema.get_all_operations():
            assert isinstance(found, Ok), found
            operation = found.ok()

            @seed(of)
            @settings(
                max_examples=examples * (4 if operation.method == "post" else 1),
                deadline=None,
                database=None,
                phases=[Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            @given(
                case=operation.as_strategy(generation_mode=mode),
                reference=st.sampled_from([*references, *references, "AHG-2026-999", ""]),
                token=st.sampled_from(tokens),
            )
            def send(case: Any, reference: str, token: str) -> None:
                if "reference" in (case.path_parameters or {}) and reference:
                    case.path_parameters["reference"] = reference
                # A post that is handed over leaves its token without it.
                assume(not (isinstance(case.body, dict) and "hand_over" in str(case.body)))
                headers = {"Authorization": f"Bearer {token}"}
                answer = case.call(session=session, headers=headers)
                counted.sent += 1
                counted.done += answer.status_code in (200, 201)
                case.validate_response(answer, checks=API_CHECKS, headers=headers)

            send()
    return counted
