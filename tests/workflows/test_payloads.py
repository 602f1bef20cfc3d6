"""What the Temporal server sees: nothing of what a case says."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.converter import WorkflowSerializationContext
from temporalio.exceptions import ApplicationError

from models.refusal import Refused
from ops.verify import runs_of
from tests.rig import REQUEST, Rig, again, rig, working
from workflows.payloads import EncryptionCodec, SealedPayloadConverter, UnreadablePayload

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
SECRET = Payload(metadata={"encoding": b"json/plain"}, data=b'"Boats in the strait"')


@pytest.mark.parametrize("size", [10, 100_000], ids=["short", "long"])
async def test_a_payload_comes_back_as_it_was_and_does_not_show_on_the_way(size: int) -> None:
    codec = EncryptionCodec({"k1": OLD})
    payload = Payload(metadata={"encoding": b"json/plain"}, data=b"strait" * size)

    (sealed,) = await codec.encode([payload])

    assert b"strait" not in sealed.SerializeToString()
    assert b"json/plain" not in sealed.SerializeToString()
    assert await codec.decode([sealed]) == [payload]


async def test_the_same_payload_is_never_encrypted_alike_twice() -> None:
    codec = EncryptionCodec({"k1": OLD})

    first, second = await codec.encode([SECRET, SECRET])

    assert first.data != second.data


async def test_after_a_rotation_the_new_key_encrypts_and_the_old_one_still_reads() -> None:
    (written,) = await EncryptionCodec({"k1": OLD}).encode([SECRET])
    rotated = EncryptionCodec({"k2": NEW, "k1": OLD})

    assert await rotated.decode([written]) == [SECRET]
    (anew,) = await rotated.encode([SECRET])
    assert anew.metadata["key"] == b"k2"


async def opened(codec: EncryptionCodec, payload: Payload) -> object:
    (value,) = SealedPayloadConverter().from_payloads(await codec.decode([payload]))
    return value


async def test_a_key_that_the_ring_lacks_is_named() -> None:
    (written,) = await EncryptionCodec({"k1": OLD}).encode([SECRET])

    with pytest.raises(UnreadablePayload, match="the key ring has no key 'k1'"):
        await opened(EncryptionCodec({"k2": NEW}), written)


async def test_a_payload_that_was_tampered_with_does_not_open() -> None:
    codec = EncryptionCodec({"k1": OLD})
    (written,) = await codec.encode([SECRET])
    written.data = written.data[:-1] + bytes([written.data[-1] ^ 1])

    with pytest.raises(UnreadablePayload, match="does not open here with the key 'k1'"):
        await opened(codec, written)


async def test_what_was_not_sealed_is_not_read() -> None:
    with pytest.raises(ApplicationError, match="it is not sealed"):
        await opened(EncryptionCodec({"k1": OLD}), SECRET)


@pytest.mark.parametrize(
    "place",
    [
        WorkflowSerializationContext("default", "AHG-2026-002"),
        WorkflowSerializationContext("other", "AHG-2026-001"),
        WorkflowSerializationContext("defaultA", "HG-2026-001"),
    ],
    ids=["another case", "another namespace", "the same letters"],
)
async def test_a_payload_opens_only_in_the_workflow_that_it_was_sealed_for(place: WorkflowSerializationContext) -> None:
    codec = EncryptionCodec({"k1": OLD})
    here = codec.with_context(WorkflowSerializationContext("default", "AHG-2026-001"))
    (written,) = await here.encode([SECRET])

    assert await opened(here, written) == "Boats in the strait"
    with pytest.raises(UnreadablePayload, match="does not open here"):
        await opened(codec.with_context(place), written)
    with pytest.raises(UnreadablePayload, match="does not open here"):
        await opened(codec, written)


def as_once_sealed(payload: Payload, key: bytes = OLD) -> Payload:
    """A payload as it was sealed before payloads were bound to their workflow."""
    nonce = bytes(12)
    sealed = AESGCM(key).encrypt(nonce, payload.SerializeToString(), None)
    return Payload(metadata={"encoding": b"binary/encrypted", "key": b"k1", "pressed": b"0"}, data=nonce + sealed)


async def test_the_server_keeps_nothing_of_the_request_in_plain_text(played: Rig) -> None:
    await played.submit()
    await played.act("RSO/secretariat", "return", {"missing": ["the number of boats"]})
    with pytest.raises(Refused):
        await played.act("TH/focal-point", "accept")

    plain = await Client.connect(**played.settings.temporal_connect_config())
    (raw,) = await runs_of(plain, played.reference)
    kept = b"".join(event.SerializeToString() for event in raw.events)

    assert b"binary/encrypted" in kept
    for words in (REQUEST["title"], REQUEST["situation"], "the number of boats", "situation", "Sri Lanka"):
        assert words.encode() not in kept


async def test_a_case_goes_on_when_the_key_is_rotated(tmp_path: Path) -> None:
    async with rig(tmp_path / "rig") as parts:
        async with working(parts):
            await parts.submit()
        keys = parts.settings.data_dir / "keys"
        keys.write_text(f"k2:{'B' * 43}=\n{keys.read_text()}", encoding="ascii")
        async with again(parts) as later, working(later):
            done = await later.act("RSO/secretariat", "accept")

    assert done.stage == "co_chair_review"
