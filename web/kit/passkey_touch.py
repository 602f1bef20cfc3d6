"""What a browser asks a passkey to do, and whether its answer is good (W3C Web Authentication; library webauthn)."""

import base64
import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.datastructures import FormData
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import decode_credential_public_key, decoded_public_key_to_cryptography
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from models.authentication import PasskeyTouch
from models.case import Case
from models.commands import Command
from models.passkeys import challenge_of, statement_of
from models.refusal import RefusalKind, Refused
from records import passkeys
from records.passkeys import Passkey
from settings import is_address
from web.kit.sealing import open_secret, seal_secret
from web.kit.site import Site

ANSWER, OTHERWISE = "credential", "_otherwise"
"""Fields of the page that asks for a touch: what the passkey has answered; whether a one-time code is used instead."""

_NAME = "Bali Process Ad Hoc Group"
_OFFER_LASTS = timedelta(minutes=10)
_LONGEST_ANSWER = 20_000


_PARTS = ("authenticatorData", "clientDataJSON", "signature")


class NotTouched(Exception):
    """What came is no good answer of a passkey of this account."""


def site_name(site: Site) -> str:
    """The host name that passkeys are made for (the relying party's id); empty where it is an address, which has none."""
    host = urlsplit(site.settings.public_url).hostname or ""
    return "" if is_address(host) else host


def offer(site: Site, email: str, session: str, known: Sequence[Passkey], now: datetime) -> tuple[str, str]:
    """What a browser needs to make a passkey, as JSON, and the sealed challenge that comes back with the answer."""
    challenge = secrets.token_bytes(32)
    options = generate_registration_options(
        rp_id=site_name(site),
        rp_name=_NAME,
        user_name=email,
        user_id=challenge_of(email),
        challenge=challenge,
        exclude_credentials=_descriptors(known),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.PREFERRED, user_verification=UserVerificationRequirement.PREFERRED
        ),
    )
    sealed = seal_secret(site.settings.keyring, f"{now.isoformat()} {challenge.hex()}", _purpose(session))
    return options_to_json(options), sealed


async def accept_passkey(
    site: Site, email: str, session: str, name: str, sealed: str, answer: str, now: datetime
) -> None:
    """Keep the passkey that a browser has made on our offer.

    Raises:
        NotTouched: the answer is none to the offer, or the offer is too old.
        PasskeyNotKept: it is known already, or the account has too many.
    """
    with _of_a_passkey():
        at, _, challenge = open_secret(site.settings.keyring, sealed, _purpose(session)).partition(" ")
        if now - datetime.fromisoformat(at) > _OFFER_LASTS:
            raise NotTouched("the offer is too old")
        made = verify_registration_response(
            credential=_read(answer),
            expected_challenge=bytes.fromhex(challenge),
            expected_rp_id=site_name(site),
            expected_origin=_origin(site),
        )
        key = decoded_public_key_to_cryptography(decode_credential_public_key(made.credential_public_key))
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    await passkeys.keep_passkey(
        site.engine,
        email,
        name,
        credential=_base64(made.credential_id),
        cose=_base64(made.credential_public_key),
        public_key=_base64(der),
        count=made.sign_count,
        now=now,
    )


def question(site: Site, statement: str, known: Sequence[Passkey]) -> str:
    """What a browser needs to have one of these passkeys sign a statement, as JSON."""
    options = generate_authentication_options(
        rp_id=site_name(site), challenge=challenge_of(statement), allow_credentials=_descriptors(known)
    )
    return options_to_json(options)


class Answered(NamedTuple):
    """A touch, and the number by which its passkey counts."""

    touch: PasskeyTouch
    counted: int


def answered(site: Site, statement: str, known: Sequence[Passkey], answer: str) -> Answered:
    """The touch by which one of these passkeys has signed a statement.

    Raises:
        NotTouched: none of them has signed it, or one that counts backwards: a copy.
    """
    credential = _read(answer)
    with _of_a_passkey():
        own_id = _base64(_from_browser(str(credential["id"])))
        response: dict[str, Any] = credential["response"]
        passkey = passkeys.of_credential(known, own_id)
        if passkey is None:
            raise NotTouched("the passkey is not one of the account")
        seen = verify_authentication_response(
            credential=credential,
            expected_challenge=challenge_of(statement),
            expected_rp_id=site_name(site),
            expected_origin=_origin(site),
            credential_public_key=base64.b64decode(passkey.cose),
            credential_current_sign_count=passkey.sign_count,
        )
        parts = {name: _base64(_from_browser(str(response[name]))) for name in _PARTS}
    touch = PasskeyTouch(
        statement=statement,
        credential=own_id,
        public_key=passkey.public_key,
        authenticator=parts["authenticatorData"],
        client=parts["clientDataJSON"],
        signature=parts["signature"],
    )
    return Answered(touch, seen.new_sign_count)


def touch_in(site: Site, case: Case, command: Command, known: Sequence[Passkey], sent: FormData) -> Answered:
    """The passkey's answer in a form, over what would be decided now. Its use is noted when the command has been taken:
    until then the same form may be sent again.

    Raises:
        Refused: it signs something else: the case has changed since it was asked, or it is none of the account's.
    """
    try:
        return answered(site, statement_of(case, command), known, str(sent.get(ANSWER) or ""))
    except NotTouched:
        raise Refused(
            RefusalKind.CONFLICT, "What your passkey has signed is not what would be recorded now. Sign it again."
        ) from None


@contextmanager
def _of_a_passkey() -> Iterator[None]:
    """Whatever is raised while an answer is read: it is no good one. Raises NotTouched."""
    try:
        yield
    except NotTouched:
        raise
    except Exception as fault:  # noqa: BLE001 - the library trips over keys without a kind, and over much else
        raise NotTouched(str(fault)) from None


def _read(answer: str) -> dict[str, Any]:
    try:
        read = json.loads(answer[:_LONGEST_ANSWER])
    except (ValueError, RecursionError):
        raise NotTouched("the answer is no JSON") from None
    if not isinstance(read, dict):
        raise NotTouched("the answer is no object")
    return read


def _descriptors(known: Sequence[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64.b64decode(one.credential)) for one in known]


def _origin(site: Site) -> str:
    parts = urlsplit(site.settings.public_url)
    return f"{parts.scheme}://{parts.netloc}"


def _purpose(session: str) -> str:
    return f"passkey offered:{session}"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _from_browser(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
