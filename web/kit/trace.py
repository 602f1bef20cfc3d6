"""What happened at the door, and what was refused, as lines of the log: for an operator who looks for an attack."""

import structlog
from fastapi import Request, Response

from log_lines import hashed_address
from web.kit.sessions import client_of

_LOG = structlog.get_logger("door")


def trace(request: Request, what: str, email: str = "") -> None:
    """A line on what somebody tries: the client, and the account by a hash, so that no address is in logs."""
    _LOG.info(what, **({"account": hashed_address(email)} if email else {}), client=client_of(request))


def trace_refusal(request: Request, response: Response) -> None:
    """A line on an answer that refuses: the status, the kind of address, who asked.

    The kind is the pattern of the route (``/sign-in/{token}``), since an address may hold a token or the words of a
    search. What has no route is left out: robots ask for much that is nowhere.
    """
    route, status = request.scope.get("route"), response.status_code
    if status not in _REFUSALS or route is None:
        return
    visitor = getattr(request.state, "visitor", None)
    who = {"account": hashed_address(visitor.email), "post": str(visitor.post)} if visitor else {}
    what = _REFUSALS[status]
    _LOG.info(what, status=status, method=request.method, route=route.path, client=client_of(request), **who)


_REFUSALS = {
    401: "a token was not taken",
    403: "refused",
    404: "there is no such thing for who asked",
    410: "a link was not taken",
    413: "too large",
    415: "of another kind than is taken",
    429: "too often",
}
