"""An identity provider on loopback, as the ones of ministries are: the code flow of OpenID Connect with PKCE."""

import base64
import hashlib
import secrets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from fastapi import FastAPI, Form, Request
from fastapi.responses import JSONResponse
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from tests.web.server import served

CLIENT, SECRET = "ahg", "a secret of the client"


@dataclass
class Provider:
    """What it answers can be bent: ``claims`` replace those of a good ID token, ``signed_by`` its algorithm."""

    address: str = ""
    email: str = "focal-point@my.ahg.localhost"
    claims: dict[str, Any] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    signed_by: str = "RS256"
    issuer: str = ""
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first", "use": "sig"}))

    def rotate(self) -> None:
        """Sign with another key from now on."""
        self.key = RSAKey.generate_key(2048, {"kid": secrets.token_hex(4), "use": "sig"})

    def consents(self, url: str) -> dict[str, str]:
        """The person signs in there and is sent back: with what, as the browser gets it."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return {"code": code, "state": asked["state"]}

    def token(self, asked: dict[str, str]) -> str:
        """The ID token."""
        now = int(time.time())
        claims = {
            "iss": self.issuer or self.address,
            "sub": "1",
            "aud": CLIENT,
            "iat": now,
            "exp": now + 60,
            "nonce": asked["nonce"],
            "email": self.email,
            "email_verified": True,
            **self.claims,
        }
        for name in self.left_out:
            del claims[name]
        if self.signed_by == "none":
            head, body = (
                base64.urlsafe_b64encode(repr(one).replace("'", '"').replace("True", "true").encode())
                .rstrip(b"=")
                .decode()
                for one in ({"alg": "none"}, claims)
            )
            return f"{head}.{body}."
        return jwt.encode({"alg": self.signed_by, "kid": self.key.kid}, claims, self.key, algorithms=[self.signed_by])


@asynccontextmanager
async def running() -> AsyncIterator[Provider]:
    """A provider while the context is open."""
    provider, app = Provider(), FastAPI()

    @app.get("/.well-known/openid-configuration")
    async def about() -> dict[str, Any]:
        at = provider.address
        return {
            "issuer": provider.issuer or at,
            "authorization_endpoint": f"{at}/authorize",
            "token_endpoint": f"{at}/token",
            "jwks_uri": f"{at}/keys",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
        }

    @app.get("/keys")
    async def keys() -> dict[str, Any]:
        return dict(KeySet([provider.key]).as_dict(private=False))

    @app.post("/token")
    async def token(request: Request, code: str = Form(), code_verifier: str = Form()) -> JSONResponse:
        known = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = provider.codes.pop(code, None)
        if request.headers.get("authorization") != f"Basic {known}" or asked is None:
            return JSONResponse({"error": "invalid_grant"}, 400)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()
        if (asked["code_challenge"], asked["code_challenge_method"]) != (challenge, "S256"):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"access_token": "x", "token_type": "Bearer", "id_token": provider.token(asked)})

    async with served(app) as address:
        provider.address = address
        yield provider


def back(answer: dict[str, str]) -> str:
    """Where the browser is sent back to."""
    return f"/openid/return?{urlencode(answer)}"
