"""What happened at the door, as lines of the log: for an operator who looks for an attack."""

import hashlib

import structlog
from fastapi import Request

from web.kit.sessions import client_of

_LOG = structlog.get_logger("door")


def trace(request: Request, what: str, email: str) -> None:
    """A line on a sign-in or an attempt at one: the client, and the account by a hash, so that no address is in logs."""
    account = hashlib.sha256(email.casefold().encode(errors="replace")).hexdigest()[:16]
    _LOG.info(what, account=account, client=client_of(request))
