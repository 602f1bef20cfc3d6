"""Commands are signed by the part that knows the person, with a key that Temporal's operator has not.

Ed25519 (RFC 8032). Pages and command line hold the key; workers hold what checks it. A signature is good for one command
of one post in one case: it stands in the log, where it can be checked for ever.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import groupby

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from models.authentication import Means, PasskeyTouch, Signed, Standing, signed_text
from models.commands import Command
from models.log import CLOCK, Entry
from models.passkeys import WORDS_OF_POSTS, statement_fault, touch_fault
from models.posts import Post


class CommandSigner:
    """Signs commands. ``seed``: the private key, 32 bytes."""

    def __init__(self, seed: bytes) -> None:
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()
        """What checks the signatures, 32 bytes; no secret."""
        self._key_id = key_id(self.public)

    def sign(
        self,
        stream: str,
        command: Command,
        means: Means,
        at: datetime,
        touch: PasskeyTouch | None = None,
        standing: Standing | None = Standing.POST,
    ) -> Command:
        """The command with its signature, for one stream (a case, or a follow-up). ``at``: now (aware).

        ``touch``: with ``Means.PASSKEY``, the holder's own signature. ``standing``: as whom; None as before decision 49.
        """
        travelled = Command.model_validate_json(command.model_dump_json(exclude={"signed"}))
        body = body_digest(travelled)
        draft = Signed(means=means, at=at, key=self._key_id, body=body, signature="", touch=touch, standing=standing)
        text = signed_text(stream, command.id, command.by, draft)
        signature = base64.b64encode(self._key.sign(text)).decode()
        return travelled.model_copy(update={"signed": draft.model_copy(update={"signature": signature})})


class CommandKeys:
    """Checks signatures of commands against the public keys of a deployment, those of before among them."""

    def __init__(self, public: Iterable[bytes]) -> None:
        self._keys = {key_id(key): Ed25519PublicKey.from_public_bytes(key) for key in public}
        # One signature is checked where its command is taken and where it is recorded, mostly in one process.
        self._verify = lru_cache(maxsize=1_000)(self._verifies)

    def fault(self, stream: str, command_id: str, by: Post, signed: Signed | None) -> str:
        """Why a command is not taken for signed by this deployment; empty when it is."""
        if signed is None:
            return "it is not signed"
        if signed.key not in self._keys:
            return f"it is signed with the key {signed.key}, which is none of this deployment"
        if not self._verify(signed.key, signed.signature, signed_text(stream, command_id, by, signed)):
            return "its signature is of another command, or was changed"
        if (signed.means is Means.PASSKEY) != (signed.touch is not None):
            return "it does not say rightly whether a passkey has signed it"
        return touch_fault(signed.touch, stream, command_id, by) if signed.touch is not None else ""

    def _verifies(self, key: str, signature: str, text: bytes) -> bool:
        try:
            self._keys[key].verify(base64.b64decode(signature, validate=True), text)
        except (InvalidSignature, binascii.Error):
            return False
        return True


def badly_signed(entries: Iterable[Entry], keys: CommandKeys) -> tuple[int, str] | None:
    """The first entry of a log whose command is not signed as it must be, and why; None where all are.

    Commands of before any were signed need no signature; from the first signed one on every command has one. A command
    stands in the log once, and all that it caused is of one post.
    """
    signing, seen = False, set[str]()
    for command, together in groupby(entries, key=lambda entry: entry.command):
        caused = list(together)
        first = caused[0]
        signing = signing or first.signed is not None
        if not signing:
            continue
        again = command in seen and not first.by_clock
        fault = "its command stands in the log before" if again else _group_fault(caused, keys)
        seen.add(command)
        if fault:
            return first.seq, fault
    return None


def _group_fault(caused: Sequence[Entry], keys: CommandKeys) -> str:
    """Why the entries that one command caused are not signed as they must be; empty when they are."""
    first = caused[0]
    if any((entry.by, entry.acted_for) != (first.by, first.acted_for) or entry.signed for entry in caused[1:]):
        return "what its command caused is of several posts"
    if first.by_clock:
        by_nobody = first.by == CLOCK and first.acted_for is None and first.signed is None
        words = [entry.type for entry in caused if entry.type in WORDS_OF_POSTS]
        return "" if by_nobody and not words else "the clock does not say what a post says"
    if first.type == "recommendation_opened":
        return ""
    fault = keys.fault(first.case, first.command, first.acted_for.by if first.acted_for else first.by, first.signed)
    if fault or first.signed is None:
        return fault
    return (statement_fault(first.signed.touch, caused) if first.signed.touch else "") or _word_fault(
        first.signed, caused
    )


def _word_fault(signed: Signed, caused: Sequence[Entry]) -> str:
    """Why what a command caused does not say the word of its post as it was signed; empty when it does."""
    words = [entry for entry in caused if entry.type in WORDS_OF_POSTS]
    if len(words) > 1 or any(_whose(entry) not in (entry.by, entry.by.member) for entry in words):
        return "it says more than the word of the post that gave the command"
    if signed.standing is None:
        return ""  # of before decision 49
    if signed.asked is None:
        return "it does not hold what was asked" if words else ""
    if hashlib.sha256(signed.asked.encode()).hexdigest() != signed.body:
        return "what it says was asked is not what was signed"
    body = json.loads(signed.asked)[0]
    body = body.get("command", body)
    for entry in words:
        told = dict(entry.event) | ({"position": _POSITION_OF[entry.type]} if entry.type in _POSITION_OF else {})
        if any(
            body[name] != told[name]
            for name in ("position", "gate", "text", "outcome")
            if body.get(name) and name in told
        ):
            return "it does not say what was asked"
    return ""


_POSITION_OF = {"asked": "ask", "recused": "recuse"}


def _whose(entry: Entry) -> str:
    return str(entry.event.get("post") or entry.event.get("member"))


def key_id(public: bytes) -> str:
    """The id of a public key: the first 16 hex digits of its SHA-256."""
    return hashlib.sha256(public).hexdigest()[:16]


def body_digest(command: Command) -> str:
    """SHA-256 of what a command that has travelled asks for, in hex: its body and the newest entry its sender saw.

    Only what travelled is hashed: a field that a later version adds changes no digest of before.
    """
    return hashlib.sha256(asked_text(command).encode()).hexdigest()


def asked_text(command: Command) -> str:
    """What ``body_digest`` is over: the body and the newest entry that its sender saw, as JSON without blanks."""
    body = command.body.model_dump(mode="json", by_alias=True, exclude_unset=True)
    return json.dumps([body, command.seen], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
