"""Each request has an id: it is answered as a header and stands in every line of the log that is written meanwhile."""

import uuid

import structlog
from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tracing import span
from workflows.request_ids import REQUEST, current_request, well_formed

REQUEST_ID = "X-Request-ID"
"""The header, of requests and of answers."""


class Numbered:
    """ASGI middleware that gives each request its id: the one that a proxy gave it, if that is a UUID, else a new one.

    It stays with the task that answers the request, in which a server may have something to say after us.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request under its id."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        number = well_formed(Headers(scope=scope).get(REQUEST_ID, "")) or str(uuid.uuid4())
        structlog.contextvars.bind_contextvars(**{REQUEST: number})

        with span("request", {"http.request.method": scope["method"], "ahg.request": number}) as made:

            async def numbered(message: Message) -> None:
                if message["type"] == "http.response.start":
                    MutableHeaders(scope=message)[REQUEST_ID] = number
                    made.set_attribute("http.response.status_code", message["status"])
                    made.set_attribute("http.route", str(getattr(scope.get("route"), "path", "unmatched")))
                await send(message)

            await self._app(scope, receive, numbered)


def number_requests(app: FastAPI) -> None:
    """Give each request of an application its id. What is added after it stands around it."""
    app.add_middleware(Numbered)


def numbered_header() -> dict[str, str]:
    """The header for an answer that is made outside of the application's middleware."""
    number = current_request()
    return {REQUEST_ID: number} if number else {}
