"""A decision that its holder signs: a touch of a passkey over exactly what is decided (W3C Web Authentication, level 3).

The challenge of the touch is the SHA-256 of a statement. The statement, the passkey's answer and its public key stand in
the log: whoever has the exported file checks them without this product (docs/log.md).
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from models.authentication import PasskeyTouch
from models.case import Case, Consent, PositionKind
from models.commands import Command, Decide, GiveConsent, Object, TakeOver
from models.log import Entry
from models.mail_addresses import folded
from models.posts import Post, Role

SIGNED_BY_TOUCH = ("decide", "object", "consent", "take_over")
"""The commands that a passkey signs: a position, breaking silence, consent to being named, taking a post over."""

MUST_BE_SIGNED = ("decide", "object")
"""Those that are taken signed only, where a case's policy requires signatures; nobody records them for a post either."""

_PRESENT = 0x01
"""Flag of the authenticator's data: somebody has touched it."""


def may_have_passkeys(post: Post) -> bool:
    """Whether the holder of a post may sign with a passkey: all but those that only read."""
    return post.role is not Role.AUDITOR


def statement_of(case: Case, command: Command) -> str:
    """What the holder of a post signs, as JSON with sorted keys and no blanks.

    ``on`` is the SHA-256 of the exact version that it is about; a position on another version is another statement.
    """
    body = command.body
    about: dict[str, str | int] = {}
    if isinstance(body, Decide):
        meant = case.gates_meant(command.by)
        unnamed = meant[0] if len(meant) == 1 else None
        gate = case.gates.get(body.gate) if body.gate else unnamed
        about = {
            "gate": gate.name.value if gate else "",
            "position": body.position.value,
            "on": gate.on if gate else "",
        }
    elif isinstance(body, Object):
        about = {"outcome": body.outcome or "", "on": case.report.content if case.report and not body.outcome else ""}
    elif isinstance(body, GiveConsent):
        circulation = case.circulation
        number, on = (circulation.number, circulation.on) if circulation else (0, "")
        about = {"circulation": number, "answer": body.answer, "on": on}
    elif isinstance(body, TakeOver):
        offer = case.offers.get(command.by)
        about = {"name": offer.name if offer else "", "email": body.email}
    text = getattr(body, "text", "")
    whole = {"case": case.reference, "post": command.by, "command": command.id, "do": command.do, "text": text}
    return json.dumps({**whole, **about}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def challenge_of(statement: str) -> bytes:
    """What the passkey is asked to sign for a statement: its SHA-256."""
    return hashlib.sha256(statement.encode()).digest()


def touch_fault(touch: PasskeyTouch, case: str, command_id: str, by: Post) -> str:
    """Why a touch does not sign this command of this post in this case; empty when it does."""
    try:
        said = json.loads(touch.statement)
        client, data = _decoded(touch.client), _decoded(touch.authenticator)
        asked = json.loads(client)
        signature, key = _decoded(touch.signature), load_der_public_key(_decoded(touch.public_key))
    except (ValueError, binascii.Error, UnsupportedAlgorithm, RecursionError):
        return "its passkey's answer cannot be read"
    if not isinstance(said, dict) or not isinstance(asked, dict):
        return "its passkey's answer cannot be read"
    if (said.get("case"), said.get("post"), said.get("command")) != (case, by, command_id):
        return "its passkey has signed another command"
    challenge = base64.urlsafe_b64encode(challenge_of(touch.statement)).rstrip(b"=").decode()
    if (asked.get("type"), asked.get("challenge")) != ("webauthn.get", challenge):
        return "its passkey has signed another statement"
    if len(data) < 37 or not data[32] & _PRESENT:
        return "nobody has touched its passkey"
    signed = data + hashlib.sha256(client).digest()
    try:
        match key:
            case EllipticCurvePublicKey():
                key.verify(signature, signed, ECDSA(SHA256()))
            case Ed25519PublicKey():
                key.verify(signature, signed)
            case RSAPublicKey():
                key.verify(signature, signed, PKCS1v15(), SHA256())
            case _:
                return "its passkey's key is of a kind that is not known"
    except InvalidSignature:
        return "the signature of its passkey is not that of its key"
    return ""


def statement_fault(touch: PasskeyTouch, entries: Iterable[Entry]) -> str:
    """Why the entries of a command do not say what its passkey has signed; empty when they do."""
    said = json.loads(touch.statement)
    words = [words for entry in entries if (words := _words_of(entry.event, said.get("do"))) is not None]
    signed = {**said, "member": str(said.get("post")).partition("/")[0], "whom": _whom(said)}
    same = words and all(signed.get(name) == value for one in words for name, value in one.items())
    return "" if same else "they do not say what its passkey has signed"


_POSITIONS_OF = {"position_taken": None, "asked": PositionKind.ASK, "recused": PositionKind.RECUSE}
"""The events in which a position ends, with the position where the event does not say it."""
WORDS_OF_POSTS = (*_POSITIONS_OF, "objected")
"""The events that say a post's word at a gate, or against a report or an outcome: never the clock's."""


def _words_of(event: Mapping[str, Any], do: object) -> dict[str, Any] | None:
    """What a statement of the command ``do`` must hold for an event that says a post's word; None for any other event."""
    kind = event["type"]
    if do == "decide" and kind in _POSITIONS_OF:
        names = ("gate", "post", "text", *(("position", "on") if kind == "position_taken" else ()))
        position = _POSITIONS_OF[kind]
        return {name: event.get(name) for name in names} | ({"position": position.value} if position else {})
    if do == "object" and kind == "objected":
        return {name: event.get(name) for name in ("member", "outcome", "text")}
    if do == "consent" and kind == "consent_noted":
        answer = {Consent.GIVEN: "give", Consent.REFUSED: "refuse"}.get(Consent(event["consent"]))
        return {"member": event["member"], "circulation": event["circulation"], "answer": answer}
    if do == "take_over" and kind == "handed_over":
        return {"post": event["post"], "whom": _whom(event["to"])}
    return None


def _whom(told: Mapping[str, Any]) -> tuple[str, str]:
    return folded(str(told.get("name"))), folded(str(told.get("email")))


def _decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
