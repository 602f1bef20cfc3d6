"""Who asks: a program with a token that its owner made on the account page, for one post (RFC 6750)."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from records import api_tokens
from records.api_tokens import ApiToken, Scope
from web.kit.problems import Refusal
from web.kit.visitor import current_site

_BEARER = HTTPBearer(
    bearerFormat="ahg_...",
    auto_error=False,
    scheme_name="token",
    description="A token of the account page. It acts for the post that it was made for, with the scope `read`, or "
    "`write` for the post's own work; it never decides, hands over, delegates or acts for another post.",
)
_CHALLENGE = 'Bearer realm="ahg"'

Given = Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]


async def _holder(request: Request, given: Given) -> ApiToken:
    """The token that the request carries. 401 when there is none, or when it is unknown, expired or ended."""
    if given is None:
        raise Refusal(
            401,
            "Send a token of your account page in the header Authorization, as in: Bearer ahg_...",
            headers={"WWW-Authenticate": _CHALLENGE},
        )
    site = current_site(request)
    found = await api_tokens.token_of(site.engine, given.credentials, site.clock())
    if found is None:
        raise Refusal(
            401,
            "The token is unknown, expired or ended, or its post is no longer its owner's.",
            headers={"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'},
        )
    return found


Holder = Annotated[ApiToken, Depends(_holder)]


def _must_allow(token: ApiToken, scope: Scope) -> ApiToken:
    if not token.allows(scope):
        raise Refusal(
            403,
            f"The token is not good for this: it lacks the scope {scope.value}.",
            "scope",
            headers={"WWW-Authenticate": f'{_CHALLENGE}, error="insufficient_scope", scope="{scope.value}"'},
        )
    return token


async def _reader(token: Holder) -> ApiToken:
    return _must_allow(token, Scope.READ)


async def _writer(token: Holder) -> ApiToken:
    return _must_allow(token, Scope.WRITE)


ReadingToken = Annotated[ApiToken, Depends(_reader)]
"""The token of a request that reads."""

WritingToken = Annotated[ApiToken, Depends(_writer)]
"""The token of a request that does something."""
