"""The limit of a request's body: small for forms, larger for the pages that take files."""

import re
from collections.abc import MutableMapping
from typing import Any

from fastapi import FastAPI, HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from settings import Settings

LARGEST_FORM = 1_000_000
"""Bytes; the longest form of words that the rules take, in any script, is shorter."""

_TAKES_FILES = re.compile(r"/request/(?:new/attachments|(?!new/)[^/]+)")
_READ_ELSEWHERE = "/api/"
"""The API reads its bodies with a limit of its own."""


class BodyLimit:
    """ASGI middleware that answers 413 as soon as more bytes come, or are announced, than a page takes.

    The 413 is raised where the body is read, so it is answered as any other error, after the page's own checks.
    """

    def __init__(self, app: ASGIApp, files: int) -> None:
        self._app = app
        self._files = files + LARGEST_FORM

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request, reading no more than the page takes."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD") or scope["path"].startswith(_READ_ELSEWHERE):
            await self._app(scope, receive, send)
            return
        limit = self._limit(scope)
        announced = _announced(scope)
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            if announced > limit:
                raise HTTPException(413)
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise HTTPException(413)
            return message

        await self._app(scope, counted, send)

    def _limit(self, scope: MutableMapping[str, Any]) -> int:
        multipart = _header(scope, b"content-type").lower().startswith(b"multipart/form-data")
        return self._files if multipart and _TAKES_FILES.fullmatch(scope["path"]) else LARGEST_FORM


def _header(scope: MutableMapping[str, Any], name: bytes) -> bytes:
    return next((bytes(value) for key, value in scope["headers"] if key == name), b"")


def _announced(scope: MutableMapping[str, Any]) -> int:
    length = _header(scope, b"content-length")
    return int(length) if length.isdigit() and len(length) <= 18 else 0 if not length else 10**18


def limit_bodies(app: FastAPI, settings: Settings) -> None:
    """Add the limit to an application, before its other middleware so that it stands innermost."""
    app.add_middleware(BodyLimit, files=settings.attachment_limits[1])
