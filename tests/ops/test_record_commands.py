"""`ahg checkpoint`, `ahg witness` and `ahg verify --against`, as an operator, an office and an auditor run them."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest_asyncio
from typer.testing import CliRunner

import cli
import db
from models.checkpoints import read_submission
from models.evidence import mark_of
from models.notes import read_signer, read_verifier
from ops.prepare import prepare_data_folder
from settings import Settings
from tests.rig import REQUEST
from tests.web.programs import Recorded

Ahg = Callable[..., Awaitable[tuple[int, str]]]


@pytest_asyncio.fixture
async def ahg(settings: Settings) -> Ahg:
    """`ahg` beside records that are prepared; neither Temporal nor a worker runs. More settings come as keywords."""
    await prepare_data_folder(settings)

    async def run(*words: str, **more: str) -> tuple[int, str]:
        env = {**settings.environment(), **more}
        done = await asyncio.to_thread(CliRunner().invoke, cli.app, words, env=env)
        return done.exit_code, done.stdout

    return run


async def recorded(settings: Settings) -> Recorded:
    table = Recorded()
    table.do("LK/focal-point", "submit", REQUEST)
    async with db.open_engine(settings) as engine:
        await table.record_in(engine)
    return table


async def test_a_checkpoint_goes_to_an_office_and_its_signature_comes_back(
    ahg: Ahg, settings: Settings, tmp_path: Path
) -> None:
    await recorded(settings)
    (_, key), (_, first) = await ahg("checkpoint", "--key"), await ahg("checkpoint")
    _, other = await ahg("checkpoint", "--new-key", "ahg.example/record")
    assert read_signer(other).name == "ahg.example/record"
    given, cosigned = tmp_path / "given", tmp_path / "cosigned"
    given.write_text(first, encoding="utf-8")
    own = ["--key", str(tmp_path / "office-key"), "--seen", str(tmp_path / "seen"), "--name", "office.example/w"]
    code, said = await ahg("witness", str(given), "--record", key.strip(), *own)
    cosigned.write_text(said, encoding="utf-8")
    office = str(read_signer((tmp_path / "office-key").read_text()).verifier)

    assert code == 0
    assert (await ahg("checkpoint", "--add", str(cosigned)))[0] == 1  # an office that is not known
    assert (await ahg("checkpoint", "--add", str(cosigned), AHG_WITNESS_KEYS=office))[0] == 0
    _, now = await ahg("checkpoint", "--since", "1")
    assert read_submission(now).note.signed_by(read_verifier(office))
    assert read_submission(now).note.signed_by(read_verifier(key))
    assert await ahg("verify", "--no-histories", AHG_WITNESS_KEYS=office) == (0, "1 logs verified, 0 faults\n")


async def test_a_log_is_compared_with_what_was_kept_and_the_entry_is_named(
    ahg: Ahg, settings: Settings, tmp_path: Path
) -> None:
    table = await recorded(settings)
    kept = tmp_path / "kept"
    kept.mkdir()
    reference, newest = table.case.reference, table.entries[-1]
    assert (await ahg("case", "export", reference, "--to", str(kept / "case.jsonl")))[0] == 0
    (kept / "checkpoint").write_text((await ahg("checkpoint"))[1], encoding="utf-8")
    mail = tmp_path / "a.eml"
    mail.write_text(f"AHG-Record: {mark_of(reference, newest.seq, newest.hash)}\nSubject: x\n\nx\n")

    assert await ahg("verify", "--against", str(kept), str(mail)) == (0, "3 files compared with the log, 0 faults\n")

    mail.write_text(f"AHG-Record: {mark_of(reference, newest.seq, '0' * 64)}\nSubject: x\n\nx\n")
    code, said = await ahg("verify", "--against", str(mail))
    assert code == 1
    assert f"one of the entries 1 to {newest.seq}" in said
    assert json.loads((kept / "case.jsonl").read_text().splitlines()[0])["seq"] == 1
    assert (await ahg("case", "show", reference))[0] == 0
    async with db.open_engine(settings) as engine, engine.connect() as connection:
        rows = (await connection.exec_driver_sql("SELECT what, about FROM readings ORDER BY about")).all()
    assert [tuple(row) for row in rows] == [("export", f"case {taken} {reference}") for taken in ("export", "show")]
