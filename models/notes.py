"""Signed notes (c2sp.org/signed-note) with Ed25519, and the cosignatures of witnesses (c2sp.org/tlog-cosignature)."""

import base64
import binascii
import hashlib
from enum import IntEnum
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SEED_BYTES = 32
LONGEST_NOTE = 100_000
"""Characters; far more than sixteen signatures need."""

_PRIVATE = "PRIVATE+KEY+"
_DASH = "\u2014 "
_KEY_ID_BYTES = 4
_TIME_BYTES = 8


class KeyUse(IntEnum):
    """What a key signs: the signature types of signed notes."""

    NOTE = 0x01
    COSIGNATURE = 0x04


class VerifierKey(NamedTuple):
    """A public key with its name; as text it is a vkey, ``name+keyid+base64``."""

    name: str
    use: KeyUse
    public: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature names its key."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.use]) + self.public).digest()[:_KEY_ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{_base64(bytes([self.use]) + self.public)}"


class SignerKey(NamedTuple):
    """A private key with its name; as text it is ``PRIVATE+KEY+name+keyid+base64``, as Go's tools write it."""

    name: str
    use: KeyUse
    seed: bytes

    @property
    def verifier(self) -> VerifierKey:
        """The public key."""
        public = Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()
        return VerifierKey(self.name, self.use, public)

    def written(self) -> str:
        """The key as text, secret."""
        parts = self.name, self.verifier.key_id.hex(), _base64(bytes([self.use]) + self.seed)
        return _PRIVATE + "+".join(parts)

    def __repr__(self) -> str:
        return f"<the private key of {self.name}>"


class NoteSignature(NamedTuple):
    """A signature line: who signed, the four bytes of the key's id, and the signature."""

    name: str
    key_id: bytes
    signature: bytes

    def __str__(self) -> str:
        return f"{_DASH}{self.name} {_base64(self.key_id + self.signature)}\n"


class Note(NamedTuple):
    """A text, which ends with a line end, and its signatures."""

    text: str
    signatures: tuple[NoteSignature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"

    def signed_by(self, key: VerifierKey) -> NoteSignature | None:
        """The signature of that key; None where there is none, or it is wrong."""
        public = Ed25519PublicKey.from_public_bytes(key.public)
        for one in self.signatures:
            if (one.name, one.key_id) == (key.name, key.key_id):
                signature, signed = one.signature, self.text.encode()
                if key.use is KeyUse.COSIGNATURE:
                    signature = one.signature[_TIME_BYTES:]
                    signed = _cosigned(self.text, int.from_bytes(one.signature[:_TIME_BYTES], "big"))
                try:
                    public.verify(signature, signed)
                except InvalidSignature:
                    continue
                return one
        return None


def signature_of(text: str, key: SignerKey, at: int = 0) -> NoteSignature:
    """The signature of a key under a text. ``at``: when a witness cosigns, in seconds since 1970."""
    private, id_ = Ed25519PrivateKey.from_private_bytes(key.seed), key.verifier.key_id
    if key.use is KeyUse.NOTE:
        return NoteSignature(key.name, id_, private.sign(text.encode()))
    return NoteSignature(key.name, id_, at.to_bytes(_TIME_BYTES, "big") + private.sign(_cosigned(text, at)))


def _cosigned(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def read_note(written: str) -> Note:
    """A note from its text.

    Raises:
        ValueError: it is no signed note.
    """
    text, separator, lines = written.rpartition("\n\n")
    if not separator or not text or len(written) > LONGEST_NOTE or not lines.endswith("\n"):
        raise ValueError("is no signed note")
    if any(ord(character) < 32 and character != "\n" for character in written):
        raise ValueError("holds control characters")
    return Note(text + "\n", tuple(_signature(line) for line in lines.splitlines()))


def _signature(line: str) -> NoteSignature:
    name, _, encoded = line.removeprefix(_DASH).partition(" ")
    octets = _octets(encoded)
    if not line.startswith(_DASH) or not is_key_name(name) or len(octets) <= _KEY_ID_BYTES:
        raise ValueError("holds a line that is no signature")
    return NoteSignature(name, octets[:_KEY_ID_BYTES], octets[_KEY_ID_BYTES:])


def read_verifier(vkey: str) -> VerifierKey:
    """A public key from its text.

    Raises:
        ValueError: it is no vkey, or one of another kind.
    """
    key = VerifierKey(*_read_key(vkey.strip()))
    if str(key) != vkey.strip():
        raise ValueError("is a key whose id does not belong to it")
    return key


def read_signer(written: str) -> SignerKey:
    """A private key from its text.

    Raises:
        ValueError: it is none, or one of another kind. The message does not repeat it.
    """
    if not written.strip().startswith(_PRIVATE):
        raise ValueError("is no private key")
    key = SignerKey(*_read_key(written.strip().removeprefix(_PRIVATE)))
    if key.written() != written.strip():
        raise ValueError("is a key whose id does not belong to it")
    return key


def _read_key(text: str) -> tuple[str, KeyUse, bytes]:
    name, *rest = text.split("+", 2)
    octets = _octets(rest[-1]) if len(rest) == 2 else b""
    if not is_key_name(name) or len(octets) != 1 + SEED_BYTES or octets[0] not in list(KeyUse):
        raise ValueError("is no Ed25519 key of a signed note")
    return name, KeyUse(octets[0]), octets[1:]


def is_key_name(name: str) -> bool:
    """Whether a key may have that name."""
    return name != "" and name.isprintable() and not any(one.isspace() or one == "+" for one in name)


def _base64(octets: bytes) -> str:
    return base64.b64encode(octets).decode("ascii")


def _octets(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("holds what is not base64") from None
