"""An identity provider that people sign in with, by OpenID Connect: the code flow with PKCE, by Authlib."""

import secrets
from typing import NamedTuple

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import StarletteOAuth2App
from joserfc.errors import JoseError

from settings import Settings

_SIGNED_BY = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519")
"""Signatures that are taken: those of a key that only the provider has."""

_SECONDS = 10


class ProviderAway(Exception):
    """The provider does not answer, or not as one."""


class NotSignedIn(Exception):
    """The provider's word is not good: refused, expired, forged, for another client, or of an unverified address."""


class Begun(NamedTuple):
    """A sign-in under way: where the browser goes, and what must come back or be shown then."""

    url: str
    state: str
    nonce: str
    verifier: str


class IdentityProvider:
    """The provider of the settings. What it says of itself and its keys are fetched when they are first needed."""

    def __init__(self, settings: Settings) -> None:
        assert settings.oidc_client_secret is not None  # noqa: S101 - the settings hold that they go together
        self.name = settings.oidc_name
        self._issuer = str(settings.oidc_issuer)
        self._client_id = str(settings.oidc_client_id)
        self._back = f"{settings.public_url}/openid/return"
        self._app = StarletteOAuth2App(
            None,
            client_id=self._client_id,
            client_secret=settings.oidc_client_secret.get_secret_value(),
            server_metadata_url=f"{self._issuer.rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={"scope": "openid email", "code_challenge_method": "S256", "timeout": _SECONDS},
        )

    async def begin(self) -> Begun:
        """Where to send the browser.

        Raises:
            ProviderAway
        """
        await self._described()
        begun = await self._app.create_authorization_url(self._back, nonce=secrets.token_urlsafe(32))
        return Begun(begun["url"], begun["state"], begun["nonce"], begun["code_verifier"])

    async def address(self, code: str, *, nonce: str, verifier: str) -> str:
        """The mail address of who signed in there; the provider has verified that it is theirs.

        Raises:
            ProviderAway
            NotSignedIn
        """
        await self._described()
        try:
            token = await self._app.fetch_access_token(self._back, code=code, code_verifier=verifier)
            ours = {"iss": self._issuer, "aud": self._client_id}
            must_be = {claim: {"essential": True, "value": value} for claim, value in ours.items()}
            claims = await self._app.parse_id_token(token, nonce, claims_options=must_be)
        except httpx2.HTTPError as away:
            raise ProviderAway(str(away)) from away
        except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError) as wrong:
            raise NotSignedIn(f"{type(wrong).__name__}: {wrong}") from wrong
        email = claims.get("email") if claims else None
        if not claims or not isinstance(email, str) or claims.get("email_verified") is not True:
            raise NotSignedIn("there is no verified address")
        return email

    async def _described(self) -> None:
        """Have the provider's own description, which must be of the issuer that was configured (Discovery, 4.3)."""
        try:
            about = await self._app.load_server_metadata()
        except (httpx2.HTTPError, ValueError) as away:
            raise ProviderAway(str(away)) from away
        if about.get("issuer") != self._issuer:
            self._app.server_metadata.clear()
            raise ProviderAway(f"it says that it is {about.get('issuer')!r}")
        offered = about.get("id_token_signing_alg_values_supported") or ["RS256"]
        about["id_token_signing_alg_values_supported"] = [one for one in offered if one in _SIGNED_BY]
