"""The Message-IDs of our mails: the same mail always has the same one, and nobody without a key can tell which.

A delivery report is believed because it names the Message-ID of a mail (``records.returns``), so that must be known to
those alone who have had the mail in their hands.
"""

import hashlib
import hmac
from collections.abc import Mapping

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from notifications.envelope import written_mailbox

_PURPOSE = b"ahg: Message-IDs of mails, version 1"


class MessageIds:
    """Makes them. ``keyring``: keys by id; the key for this purpose alone is derived from the first (HKDF, RFC 5869)."""

    def __init__(self, keyring: Mapping[str, bytes]) -> None:
        first = next(iter(keyring.values()))
        self._key = HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(first)

    def of(self, key: str, mail_from: str) -> str:
        """The Message-ID (RFC 5322, 3.6.4) of the mail with that key, which is unique to notice and recipient."""
        digest = hmac.new(self._key, key.encode(errors="backslashreplace"), hashlib.sha256).hexdigest()[:40]
        return f"<{digest}@{written_mailbox(mail_from)[1]}>"
