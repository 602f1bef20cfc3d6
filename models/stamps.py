"""Every entry of the log bears a stamp of the workers: a keyed hash, which whoever has the database alone cannot make.

The chain of hashes shows that entries belong together, and anybody can work it out; the stamp shows that a worker of this
deployment wrote them. It is HMAC-SHA-256 under a key that is derived from the key ring (HKDF, RFC 5869), over the entry's
hash; it stands beside the entry and is no part of it.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

STAMPED_FROM = datetime(2027, 1, 1, tzinfo=UTC)
"""From then on every entry needs a stamp; before, in each log from the first one that has it."""

_PURPOSE = b"ahg entry stamp 1"


class Stamped(NamedTuple):
    """What of an entry a stamp is checked by: its number, its instant (aware), its hash and its stamp (may be empty)."""

    seq: int
    at: datetime
    hash: str
    stamp: str


class Stamps:
    """Makes and checks stamps. ``keyring``: keys by id, the one that stamps first."""

    def __init__(self, keyring: Mapping[str, bytes]) -> None:
        self._keys = {
            name: HKDF(algorithm=SHA256(), length=32, salt=None, info=_PURPOSE).derive(key)
            for name, key in keyring.items()
        }
        self._current = next(iter(keyring))

    def of(self, digest: str) -> str:
        """The stamp of an entry with this hash: the id of the key, a colon, and 64 hex digits."""
        return f"{self._current}:{self._made(self._current, digest)}"

    def fault(self, digest: str, stamp: str) -> str:
        """Why a stamp is none of this entry's; empty when it is."""
        name, _, made = stamp.rpartition(":")
        if not stamp:
            return "it bears no stamp of a worker"
        if name not in self._keys:
            return f"its stamp is of the key {name!r}, which the key ring has not"
        return "" if hmac.compare_digest(made, self._made(name, digest)) else "its stamp is not that of a worker"

    def _made(self, name: str, digest: str) -> str:
        return hmac.new(self._keys[name], digest.encode(), hashlib.sha256).hexdigest()


def badly_stamped(entries: Iterable[Stamped], stamps: Stamps) -> tuple[int, str] | None:
    """The first entry of a log that no worker wrote, and why; None where all are as they must be."""
    stamping = False
    for entry in entries:
        stamping = stamping or bool(entry.stamp) or entry.at >= STAMPED_FROM
        if stamping and (fault := stamps.fault(entry.hash, entry.stamp)):
            return entry.seq, fault
    return None
