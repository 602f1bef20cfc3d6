"""The page of the record's checkpoint, and an office that cosigns it with nothing but that page and its own key."""

import asyncio
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner

import cli
from models.checkpoints import read_checkpoint, read_submission
from models.merkle import is_included, leaf_hash
from models.notes import KeyUse, SignerKey, read_note, read_signer
from ops.verify_record import record_faults
from records.checkpoints import signed_beside
from tests.defenceless import defenceless
from tests.rig import REQUEST
from tests.web.place import Place
from tests.web.programs import Recorded, program

KEY = SignerKey("ahg.example/record", KeyUse.NOTE, b"r" * 32)


@pytest.fixture
def signs(place: Place) -> None:
    (place.settings.data_dir / "checkpoint-key").write_text(f"{KEY.written()}\n", encoding="utf-8")


async def witness(folder: Path, answer: str) -> tuple[int, str]:
    """What `ahg witness` says of a checkpoint, for an office that keeps its key and what it has seen in a folder."""
    source = folder / "checkpoint"
    source.write_text(answer, encoding="utf-8")
    kept = ["--record", str(KEY.verifier), "--key", str(folder / "key"), "--seen", str(folder / "seen")]
    words = ["witness", str(source), *kept, "--name", "office.example/witness"]
    done = await asyncio.to_thread(CliRunner().invoke, cli.app, words)
    return done.exit_code, done.output


async def verified(place: Place) -> str:
    signed = signed_beside(place.settings.checkpoint_signed)
    return " ".join([str(fault) async for fault in record_faults(place.engine, [], signed)])


async def test_an_office_cosigns_what_continues_and_nothing_that_was_rewritten(
    place: Place, signs: None, tmp_path: Path
) -> None:
    table = Recorded()
    table.do("LK/focal-point", "submit", REQUEST)
    await table.record(place)
    async with place.browser() as anybody:
        first = await anybody.get("/checkpoint")
        table.do("RSO/secretariat", "accept")
        await table.record(place)
        second = await anybody.get("/checkpoint?old=1")
        assert (await anybody.get("/checkpoint?old=9")).status_code == 409
    assert first.headers["content-type"].startswith("text/plain")
    assert read_checkpoint(read_note(first.text)).size == 1
    assert read_submission(second.text).old == 1
    assert place.settings.checkpoint_signed.stat().st_mode & 0o777 == 0o600
    assert await verified(place) == ""

    assert (await witness(tmp_path, first.text))[0] == 0
    code, said = await witness(tmp_path, second.text)

    assert code == 0
    office = read_signer((tmp_path / "key").read_text(encoding="utf-8")).verifier
    assert read_note(said).signed_by(office)
    assert read_note(said).signed_by(KEY.verifier)
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600

    async with place.engine.begin() as connection:
        await defenceless(connection)
    await place.sql("DELETE FROM record_leaves")
    await place.sql("UPDATE checkpoints SET signer = 'nobody'")
    other = Recorded(2)
    for by, do, fields in (("TH/focal-point", "submit", REQUEST), ("RSO/secretariat", "accept", {})):
        other.do(by, do, fields)
    other.do("AU/co-chair", "decide", {"gate": "activation", "position": "approve"})
    await other.record(place)
    async with place.browser() as anybody:
        with capture_logs() as lines:
            refused = await anybody.get("/checkpoint?old=2")
        assert refused.status_code == 409
        assert "are not those that were signed" in refused.text
        told = [line["event"] for line in lines if line["log_level"] == "error"]
        assert told == ["the record is not the one that was signed"]
        assert (await verified(place)).count("it was rewritten") == 1

        place.settings.checkpoint_signed.unlink()  # whoever has the key, too
        forged = await anybody.get("/checkpoint?old=2")

    code, said = await witness(tmp_path, forged.text)

    assert code == 1
    assert "it was rewritten" in " ".join(said.split())


async def test_a_record_that_was_shortened_is_not_signed_and_nothing_is_without_a_key(
    place: Place, signs: None
) -> None:
    table = Recorded()
    table.do("LK/focal-point", "submit", REQUEST)
    await table.record(place)
    async with place.browser() as anybody:
        assert (await anybody.get("/checkpoint")).status_code == 200
        async with place.engine.begin() as connection:
            await defenceless(connection)
        await place.sql("DELETE FROM record_leaves")
        assert (await anybody.get("/checkpoint")).status_code == 409
        (place.settings.data_dir / "checkpoint-key").unlink()
        assert (await anybody.get("/checkpoint")).status_code == 503


async def test_the_api_proves_an_entry_to_those_who_see_the_case(place: Place) -> None:
    table = Recorded()
    table.do("LK/focal-point", "submit", REQUEST)
    table.do("RSO/secretariat", "accept")
    await table.record(place)
    path = f"/cases/{table.case.reference}/proof?entry=1"
    async with await program(place, "AU/co-chair") as http, await program(place, "FJ/focal-point") as other:
        told = (await http.get(path)).json()
        assert (await other.get(path)).status_code == 404
        assert (await http.get(path.replace("=1", "=999"))).status_code == 404

    leaf, proof = leaf_hash(told["leaf"].encode()), [bytes.fromhex(one) for one in told["hashes"]]
    assert told["leaf"].startswith(f"{table.case.reference} ")
    assert is_included(leaf, told["number"], told["size"], proof, bytes.fromhex(told["root"]))
