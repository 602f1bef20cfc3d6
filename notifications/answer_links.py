"""Signed links in mails: one post, one thing to answer, until a moment. Whoever holds the mail needs no account for it.

A token is signed, not encrypted: it holds what the mail says anyway, and the holder's address only as a keyed hash. The
signing keys are derived from the key ring (HKDF, RFC 5869) for this purpose alone; the first key signs, every one
verifies, so that keys can be rotated. The moment it ends stands inside, in the time that mails are dated by.
"""

import base64
import hashlib
import hmac
import json
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import BadSignature, Signer

from models.base import Value
from models.posts import Post

__all__ = ["GRACE", "LONGEST", "AnswerLink", "AnswerLinks", "NotOurs", "until"]

GRACE = timedelta(days=7)
"""How long after the deadline a link still says what became of the matter."""

LONGEST = timedelta(days=60)
"""No link lives longer."""

_PURPOSE = b"ahg: answers by the link of a mail, version 1"
_SALT = "ahg.answer"
_LONGEST_TOKEN = 2000
_MARK_BYTES = 16


class NotOurs(Exception):
    """Not a token that was made here, or signed with a key that the key ring lacks."""


class AnswerLink(Value):
    """What a link is for.

    ``key``: that of the notice in whose mail it stands. ``do``: the command, or ``acknowledge``. ``about``: what it is
    about, if not the case. ``holder``: a keyed hash of the address that the mail went to. ``until`` is UTC.
    """

    key: str
    reference: str
    post: Post
    do: str
    about: str = ""
    holder: str
    until: datetime


def until(due: datetime | None, at: datetime) -> datetime:
    """When the link of a mail of ``at`` ends: some days after the deadline, at most 60 days after the mail."""
    return min(max(due, at) + GRACE if due else at + LONGEST, at + LONGEST)


class AnswerLinks:
    """Makes and reads the tokens. ``keyring``: keys by id, the one that signs first."""

    def __init__(self, keyring: Mapping[str, bytes]) -> None:
        derived = [_derived(key) for key in keyring.values()]
        self._marking = [hashlib.sha256(b"holder" + key).digest() for key in derived]
        # itsdangerous signs with the last key and verifies with each, comparing in constant time.
        self._signer = Signer(
            list(reversed(derived)), salt=_SALT, key_derivation="hmac", digest_method=hashlib.sha256
        )

    def link(
        self, *, key: str, reference: str, post: Post, do: str, about: str, address: str, ends: datetime
    ) -> str:
        """The token of a link. The same arguments give the same one."""
        holder = _mark(self._marking[0], address)
        seconds = int(ends.astimezone(UTC).timestamp())
        # Not compressed, as URLSafeSerializer would: the same mail is to be the same with every build of zlib.
        parts = [key, reference, str(post), do, about, holder, seconds]
        written = json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode()
        return self._signer.sign(base64.urlsafe_b64encode(written).rstrip(b"=")).decode("ascii")

    def read(self, token: str) -> AnswerLink:
        """What a token is for, whether or not it has ended.

        Raises:
            NotOurs: it was not made here.
        """
        if len(token) > _LONGEST_TOKEN or not token.isascii():
            raise NotOurs
        try:
            written = self._signer.unsign(token)
            padded = written + b"=" * (-len(written) % 4)
            key, reference, post, do, about, holder, seconds = json.loads(base64.urlsafe_b64decode(padded))
            return AnswerLink(
                key=key, reference=reference, post=Post(post), do=do, about=about, holder=holder,
                until=datetime.fromtimestamp(seconds, UTC),
            )  # fmt: skip
        except (BadSignature, ValueError, TypeError, OverflowError, OSError):
            raise NotOurs from None

    def was_for(self, link: AnswerLink, address: str) -> bool:
        """Whether the mail of a link went to this address."""
        return any(hmac.compare_digest(link.holder, _mark(key, address)) for key in self._marking)


def _derived(key: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(key)


def _mark(key: bytes, address: str) -> str:
    """A hash that tells nothing of the address to who lacks the key; spelling in capitals makes no difference."""
    folded = unicodedata.normalize("NFC", address).strip().casefold()
    digest = hmac.new(key, folded.encode(errors="backslashreplace"), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest[:_MARK_BYTES]).decode("ascii").rstrip("=")
