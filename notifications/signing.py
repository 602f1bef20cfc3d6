"""Tokens of links in mails: lists of plain values, signed for one purpose; and keyed hashes of mail addresses.

A token is signed, not encrypted. The signing keys are derived from the key ring (HKDF, RFC 5869) for the purpose alone;
the first key signs, every one verifies, so that keys can be rotated.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import BadSignature, Signer

from models.mail_addresses import folded

_LONGEST_TOKEN = 2000
_MARK_BYTES = 16


class NotOurs(Exception):
    """Not a token that was made here, or signed with a key that the key ring lacks."""


class Tokens:
    """Makes and reads the tokens of one purpose. ``keyring``: keys by id, the one that signs first."""

    def __init__(self, keyring: Mapping[str, bytes], *, purpose: bytes, salt: str) -> None:
        derived = [HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(key) for key in keyring.values()]
        self._marking = [hashlib.sha256(b"holder" + key).digest() for key in derived]
        # itsdangerous signs with the last key and verifies with each, comparing in constant time.
        self._signer = Signer(list(reversed(derived)), salt=salt, key_derivation="hmac", digest_method=hashlib.sha256)

    def sign(self, parts: Sequence[str | int]) -> str:
        """The token that holds these parts. The same parts give the same one."""
        # Not compressed, as URLSafeSerializer would: the same mail is to be the same with every build of zlib.
        written = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
        return self._signer.sign(base64.urlsafe_b64encode(written).rstrip(b"=")).decode("ascii")

    def read(self, token: str) -> list[Any]:
        """The parts of a token.

        Raises:
            NotOurs: it was not made here.
        """
        if len(token) > _LONGEST_TOKEN or not token.isascii():
            raise NotOurs
        try:
            written = self._signer.unsign(token)
            parts = json.loads(base64.urlsafe_b64decode(written + b"=" * (-len(written) % 4)))
        except (BadSignature, ValueError):
            raise NotOurs from None
        if not isinstance(parts, list):
            raise NotOurs
        return parts

    def mark(self, address: str) -> str:
        """A hash of a mail address, from which nobody without the key learns the address."""
        return _mark(self._marking[0], address)

    def is_of(self, mark: str, address: str) -> bool:
        """Whether a mark was made of this address; capitals make no difference."""
        return any(hmac.compare_digest(mark, _mark(key, address)) for key in self._marking)


def _mark(key: bytes, address: str) -> str:
    digest = hmac.new(key, folded(address).encode(errors="backslashreplace"), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:_MARK_BYTES]).decode("ascii").rstrip("=")
