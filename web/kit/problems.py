"""What went wrong, as programs read it: RFC 9457, ``application/problem+json``."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response

from models.base import Value
from models.refusal import Refused

MEDIA = "application/problem+json"
_PLAIN = "about:blank"
_OURS = "urn:ahg:problem:"

_SAID = {
    400: "The request cannot be read.",
    404: "Either there is no such thing, or the post does not see it.",
    405: "This address cannot be used with this method.",
    413: "What was sent is larger than the API takes.",
    500: "The fault is ours, and nothing was lost. Try again, or tell the secretariat.",
    503: "A part of the product does not answer. Try again in a moment.",
}


class Problem(Value):
    """What went wrong.

    ``type`` is ``about:blank`` where the status says it all, otherwise ``urn:ahg:problem:`` and a word. ``detail`` is a
    sentence for people. ``allowed``: what the post may do on the case now and whom the case waits for, as far as the
    post sees it; empty where the problem has nothing to do with a case. ``commands``: the names of what it may do.
    """

    type: str
    title: str
    status: int
    detail: str
    allowed: str = ""
    commands: tuple[str, ...] = ()


class Refusal(Exception):
    """A request that is answered with a problem. ``kind`` completes the problem's type; empty: the status says it all."""

    def __init__(
        self,
        status: int,
        detail: str = "",
        kind: str = "",
        *,
        allowed: str = "",
        commands: tuple[str, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.kind = kind
        self.allowed = allowed
        self.commands = commands
        self.headers = headers


def refusal_answer(refusal: Refused, status: int | None = None, kind: str = "") -> Refusal:
    """What the rules refuse, as a problem; ``status`` and ``kind`` replace those of the refusal."""
    commands = refusal.permitted.commands if refusal.permitted else ()
    status, kind = status or refusal.why.status, kind or refusal.why.value
    return Refusal(status, refusal.sentence, kind, allowed=refusal.allowed, commands=commands)


def problem(refusal: Refusal) -> Response:
    """The answer."""
    said = Problem(
        type=f"{_OURS}{refusal.kind}" if refusal.kind else _PLAIN,
        title=HTTPStatus(refusal.status).phrase,
        status=refusal.status,
        detail=refusal.detail or _SAID.get(refusal.status, ""),
        allowed=refusal.allowed,
        commands=refusal.commands,
    )
    return Response(said.model_dump_json(), refusal.status, headers=dict(refusal.headers or {}), media_type=MEDIA)


def of_status(status: int, headers: Mapping[str, str] | None = None, detail: str = "") -> Response:
    """The answer where the status says it all."""
    return problem(Refusal(status, detail, headers=headers))


def malformed(error: RequestValidationError) -> Response:
    """The answer to an address or header that cannot be read. It names the part, and does not repeat its value."""
    faults = [f"{'.'.join(map(str, fault['loc'][1:])) or 'request'}: {fault['msg']}" for fault in error.errors()]
    return problem(Refusal(422, f"The request cannot be read: {'; '.join(faults)}.", "invalid"))


def answer_problems(app: FastAPI) -> None:
    """Let every ``Refusal`` be answered with its problem."""

    @app.exception_handler(Refusal)
    async def _refusal(_request: Request, refusal: Refusal) -> Response:
        return problem(refusal)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """These statuses as a route's OpenAPI responses."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {status: {"description": HTTPStatus(status).phrase, "content": {MEDIA: schema}} for status in statuses}
