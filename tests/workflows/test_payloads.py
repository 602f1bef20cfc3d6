"""What the Temporal server sees: nothing of what a case says."""

from pathlib import Path

import pytest
from temporalio.api.common.v1 import Payload
from temporalio.client import Client

from models.refusal import Refused
from ops.verify import runs_of
from tests.rig import REQUEST, Rig, again, rig, working
from workflows.payloads import EncryptionCodec, UnreadablePayload

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


async def test_a_key_that_the_ring_lacks_is_named() -> None:
    (written,) = await EncryptionCodec({"k1": OLD}).encode([SECRET])

    with pytest.raises(UnreadablePayload, match="the key ring has no key 'k1'"):
        await EncryptionCodec({"k2": NEW}).decode([written])


async def test_a_payload_that_was_tampered_with_does_not_open() -> None:
    codec = EncryptionCodec({"k1": OLD})
    (written,) = await codec.encode([SECRET])
    written.data = written.data[:-1] + bytes([written.data[-1] ^ 1])

    with pytest.raises(UnreadablePayload, match="does not open with the key 'k1'"):
        await codec.decode([written])


async def test_what_is_not_encrypted_is_passed_on_as_it_is() -> None:
    assert await EncryptionCodec({"k1": OLD}).decode([SECRET]) == [SECRET]


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
