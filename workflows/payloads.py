"""Encryption of payloads: the Temporal server may be somebody else's and sees only what it needs to route.

AES-256-GCM with a random nonce of 96 bits per payload (NIST SP 800-38D). The id of the key travels in the clear, so that
keys can be rotated: the first of the key ring encrypts, every one of it decrypts.
"""

import dataclasses
import os
import zlib
from collections.abc import Mapping, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes, PayloadCodec

_ENCODING = b"binary/encrypted"
_NONCE_BYTES = 12
_WORTH_PRESSING = 2_000
"""From so many bytes on a payload is compressed before it is encrypted: a whole case shrinks to about a fifth."""


class UnreadablePayload(Exception):
    """A payload was encrypted with a key that the key ring lacks, or it was tampered with."""


class EncryptionCodec(PayloadCodec):
    """Encrypts every payload. ``keyring`` maps key ids to 32-byte keys, the encrypting one first."""

    def __init__(self, keyring: Mapping[str, bytes]) -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keyring.items()}
        self._current = next(iter(keyring))

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Encrypt, each payload whole with its metadata."""
        return [self._encrypt(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Decrypt; a payload that is not encrypted is passed on as it is (a search attribute, say).

        Raises:
            UnreadablePayload: unknown key, or the payload is not what was encrypted.
        """
        return [self._decrypt(payload) for payload in payloads]

    def _encrypt(self, payload: Payload) -> Payload:
        plain = payload.SerializeToString()
        pressed = len(plain) >= _WORTH_PRESSING
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self._current].encrypt(nonce, zlib.compress(plain, 1) if pressed else plain, None)
        metadata = {"encoding": _ENCODING, "key": self._current.encode(), "pressed": b"1" if pressed else b"0"}
        return Payload(metadata=metadata, data=nonce + sealed)

    def _decrypt(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != _ENCODING:
            return payload
        key_id = payload.metadata["key"].decode()
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            raise UnreadablePayload(f"the key ring has no key {key_id!r}; add it to AHG_PAYLOAD_KEYS to read old cases")
        try:
            plain = cipher.decrypt(payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:], None)
        except InvalidTag:
            raise UnreadablePayload(f"a payload does not open with the key {key_id!r}") from None
        return Payload.FromString(zlib.decompress(plain) if payload.metadata["pressed"] == b"1" else plain)


def data_converter(keyring: Mapping[str, bytes]) -> DataConverter:
    """Pydantic values as JSON, encrypted; failures' messages and traces are encrypted too."""
    return dataclasses.replace(
        pydantic_data_converter,
        payload_codec=EncryptionCodec(keyring),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )
