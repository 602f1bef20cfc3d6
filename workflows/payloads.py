"""Sealing of payloads: the Temporal server may be somebody else's; it sees only what it needs to route, and adds nothing.

AES-256-GCM with a random nonce of 96 bits per payload (NIST SP 800-38D). The id of the key travels in the clear, so that
keys can be rotated: the first of the key ring seals, every one of it opens. The namespace and the id of the workflow that
a payload belongs to are authenticated with it (associated data): one that is copied to another case does not open there.

What was not sealed is never read. Payloads of before 1 December 2026 are sealed but bound to no workflow. They are read
in replays and, until 2028, as what a workflow or an activity begins with and as answers to clients, whose values say
whose they are; never as a new Update (decision 37).
"""

import copy
import logging
import os
import zlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache, partial
from typing import Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from google.protobuf.message import DecodeError
from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import (
    ActivitySerializationContext,
    CompositePayloadConverter,
    DataConverter,
    DefaultFailureConverterWithEncodedAttributes,
    PayloadCodec,
    SerializationContext,
    WithSerializationContext,
    WorkflowSerializationContext,
)
from temporalio.exceptions import ApplicationError

_log = logging.getLogger(__name__)
_ENCODING = b"binary/encrypted"
_REFUSED = b"binary/refused"
_NONCE_BYTES = 12
_WORTH_PRESSING = 8_000
"""From so many bytes on a payload is compressed before it is encrypted: a whole case shrinks to about a fifth. A step has
fewer, and is not kept in a history."""
_UNBOUND_UNTIL = datetime(2028, 1, 1, tzinfo=UTC)
"""Until then a payload that is bound to no workflow is read as what a workflow or an activity of before begins with."""
_PLACES = 4_096
"""Workflows whose converters are kept."""


class UnreadablePayload(Exception):
    """A payload was not sealed by this deployment for the workflow that it came to, or its key is missing."""


class EncryptionCodec(PayloadCodec, WithSerializationContext):
    """Seals every payload for its workflow. ``keyring`` maps key ids to 32-byte keys, the one that seals first.

    ``place``: the workflow that payloads are sealed for and opened of, as ``with_context`` gives it.
    """

    def __init__(self, keyring: Mapping[str, bytes], place: bytes = b"") -> None:
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keyring.items()}
        self._current = next(iter(keyring))
        self._place = place

    def with_context(self, context: SerializationContext) -> "EncryptionCodec":
        """The same codec for the payloads of one workflow: its own, and those of its activities."""
        return self.at(_place(*_whose(context)))

    def at(self, place: bytes) -> "EncryptionCodec":
        """The same codec for a place."""
        codec = copy.copy(self)
        codec._place = place
        return codec

    async def encode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Seal, each payload whole with its metadata."""
        return [self._seal(payload) for payload in payloads]

    async def decode(self, payloads: Sequence[Payload]) -> list[Payload]:
        """Open. What cannot be opened becomes a payload that says why, and that ``SealedPayloadConverter`` refuses.

        It is not refused here, because here the whole task of a workflow would fail for one payload that somebody sent.
        """
        return [self._open(payload) for payload in payloads]

    def _seal(self, payload: Payload) -> Payload:
        plain = payload.SerializeToString()
        pressed = len(plain) >= _WORTH_PRESSING
        nonce = os.urandom(_NONCE_BYTES)
        how = {"key": self._current.encode(), "pressed": b"1" if pressed else b"0", "bound": b"1"}
        content = zlib.compress(plain, 1) if pressed else plain
        sealed = self._ciphers[self._current].encrypt(nonce, content, self._bound(how))
        return Payload(metadata={"encoding": _ENCODING, **how}, data=nonce + sealed)

    def _bound(self, how: Mapping[str, bytes]) -> bytes:
        """What is authenticated with a payload: its workflow, and how it is sealed."""
        return self._place + b"".join(len(how[name]).to_bytes(4) + how[name] for name in ("key", "pressed"))

    def _open(self, payload: Payload) -> Payload:
        if payload.metadata.get("encoding") != _ENCODING:
            return _refused("it is not sealed", sealed=False)
        how = {name: payload.metadata.get(name, b"") for name in ("key", "pressed", "bound")}
        key_id = how["key"].decode(errors="replace")
        cipher = self._ciphers.get(key_id)
        if cipher is None:
            return _refused(f"the key ring has no key {key_id!r}; add it to AHG_PAYLOAD_KEYS to read old cases")
        bound = how["bound"] == b"1"
        nonce, sealed = payload.data[:_NONCE_BYTES], payload.data[_NONCE_BYTES:]
        try:
            plain = cipher.decrypt(nonce, sealed, self._bound(how) if bound else None)
            opened = Payload.FromString(zlib.decompress(plain) if how["pressed"] == b"1" else plain)
        except (InvalidTag, ValueError, zlib.error, DecodeError):
            return _refused(f"it does not open here with the key {key_id!r}")
        if not bound:
            opened.metadata["unbound"] = b"1"
        return opened


_VALUES = PydanticPayloadConverter(max_cached_type_adapters=32)
"""Few types are looked up often. Each run has classes of its own in its sandbox, and would be kept alive by theirs."""


class SealedPayloadConverter(PydanticPayloadConverter):
    """Pydantic values as JSON; refuses what the codec could not open, and what is bound to no workflow but must be."""

    def __init__(self) -> None:
        # The SDK makes one for every payload with a context. All share the parts, and what these have looked up of types.
        CompositePayloadConverter.__init__(self, *_VALUES.converters.values())

    def from_payloads(self, payloads: Sequence[Payload], type_hints: list[type] | None = None) -> list[Any]:
        """The values.

        Raises:
            ApplicationError: a payload was never sealed; a workflow that was started with it fails for good.
            UnreadablePayload: a payload is of elsewhere, or its key is missing. A workflow waits for the key.
        """
        for payload in payloads:
            refused = _why_refused(payload)
            if refused is not None:
                _log.warning("a payload was refused%s: %s", _for_what(), refused)
                raise refused
        return super().from_payloads(payloads, type_hints)


class SealedDataConverter(DataConverter):
    """Keeps the converters of the places that it was last asked for: the SDK asks for one at each payload.

    Nothing but its codec knows for which workflow a converter is.
    """

    def __post_init__(self) -> None:
        """Make the parts, and remember converters of so many places as a worker keeps cases, with those of clients."""
        super().__post_init__()
        object.__setattr__(self, "_of_place", lru_cache(maxsize=_PLACES)(partial(_sealed_at, self)))

    def with_context(self, context: SerializationContext) -> Self:
        """The converter for the payloads of one workflow: its own, and those of its activities."""
        made: Self = self._of_place(*_whose(context))  # type: ignore[attr-defined]  # a frozen class declares no such field
        return made


def _sealed_at(converter: SealedDataConverter, namespace: str, workflow_id: str | None) -> SealedDataConverter:
    made = copy.copy(converter)
    if isinstance(made.payload_codec, EncryptionCodec):
        object.__setattr__(made, "payload_codec", made.payload_codec.at(_place(namespace, workflow_id)))
    return made


def data_converter(keyring: Mapping[str, bytes]) -> DataConverter:
    """Pydantic values as JSON, sealed; failures' messages and traces are sealed too."""
    return SealedDataConverter(
        payload_converter_class=SealedPayloadConverter,
        payload_codec=EncryptionCodec(keyring),
        failure_converter_class=DefaultFailureConverterWithEncodedAttributes,
    )


def history_reader(client: Client, workflow_id: str) -> DataConverter:
    """A client's converter for reading the history of one workflow."""
    return client.data_converter.with_context(WorkflowSerializationContext(client.namespace, workflow_id))


def _whose(context: SerializationContext) -> tuple[str, str | None]:
    """The namespace and the workflow of a context; no workflow where it is of something else."""
    if isinstance(context, WorkflowSerializationContext | ActivitySerializationContext):
        return context.namespace, context.workflow_id or ""
    return "", None


def _place(namespace: str, workflow_id: str | None) -> bytes:
    """A workflow as associated data; lengths stand before the names, so that no two places are alike."""
    if workflow_id is None:
        return b""
    names = (namespace, workflow_id)
    return b"ahg payload 1" + b"".join(len(name.encode()).to_bytes(4) + name.encode() for name in names)


def _refused(why: str, *, sealed: bool = True) -> Payload:
    return Payload(metadata={"encoding": _REFUSED, "sealed": b"1" if sealed else b"0"}, data=why.encode())


def _why_refused(payload: Payload) -> Exception | None:
    if payload.metadata.get("encoding") == _REFUSED:
        why = f"A payload was refused: {payload.data.decode()}."
        unsealed = payload.metadata["sealed"] == b"0"
        return ApplicationError(why, type="unsealed", non_retryable=True) if unsealed else UnreadablePayload(why)
    if "unbound" in payload.metadata and not _may_be_unbound():
        return UnreadablePayload("A payload was refused: it is bound to no workflow.")
    return None


def _for_what() -> str:
    """The workflow that is under way, and the Update, for the log."""
    if not workflow.in_workflow():
        return ""
    update = workflow.current_update_info()
    return f" in {workflow.info().workflow_id}" + (
        f" for the update {update.name[:100]!r} {update.id[:200]!r}" if update else ""
    )


def _may_be_unbound() -> bool:
    """Whether a payload that is bound to no workflow may be of a history from before payloads were bound.

    In a run that began before they were, what is replayed has been accepted; any other Update must be bound. What a
    workflow begins with and what a client is answered are bound by their values: whose they are is checked where they
    are taken.
    """
    if workflow.in_workflow():
        of_before = not getattr(workflow.instance(), "bound", False) and workflow.unsafe.is_replaying()
        return of_before or workflow.current_update_info() is None
    return datetime.now(UTC) < _UNBOUND_UNTIL
