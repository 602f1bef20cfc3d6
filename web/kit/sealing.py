"""Encryption of short secrets at rest: AES-256-GCM with a random nonce of 96 bits (NIST SP 800-38D) under the key ring.

Written ``key:base64``; the id of the key is in the clear, so that keys can be rotated: the first of the ring seals,
every one of it opens. What is sealed is bound to its ``purpose``: moved to another row, it does not open.
"""

import base64
import binascii
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_BYTES = 12


class Unreadable(Exception):
    """The secret was sealed with a key that the key ring lacks or for another purpose, or it was altered."""


def seal_secret(keyring: Mapping[str, bytes], secret: str, purpose: str) -> str:
    """Seal a secret for a purpose, with the first key of the ring."""
    key_id, key = next(iter(keyring.items()))
    nonce = os.urandom(_NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, secret.encode(), purpose.encode())
    return f"{key_id}:{base64.b64encode(nonce + sealed).decode('ascii')}"


def open_secret(keyring: Mapping[str, bytes], sealed: str, purpose: str) -> str:
    """The secret that was sealed for this purpose.

    Raises:
        Unreadable: unknown key, another purpose, or not what was sealed.
    """
    key_id, _, encoded = sealed.partition(":")
    if key_id not in keyring:
        raise Unreadable("the key ring lacks the key that this was sealed with")
    try:
        whole = base64.b64decode(encoded, validate=True)
        return AESGCM(keyring[key_id]).decrypt(whole[:_NONCE_BYTES], whole[_NONCE_BYTES:], purpose.encode()).decode()
    except (InvalidTag, binascii.Error, ValueError):
        raise Unreadable("this does not open with its key") from None
