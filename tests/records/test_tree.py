"""The record's tree on both databases: one order, nothing changed, and proofs that others can check."""

import asyncio
from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from db import WriterThread, write_transaction
from models.checkpoints import Head, read_checkpoint
from models.merkle import is_consistent, is_included, leaf_hash
from models.notes import KeyUse, Note, SignerKey, signature_of
from models.projection import step_of
from models.tables import APPEND_ONLY, TABLES
from records.checkpoints import RecordDiffers, add_cosignatures, checkpoint_note, sign_newest
from records.log import append
from records.tree import (
    add_leaves,
    add_missing_leaves,
    consistency_proof,
    frontier_at,
    inclusion_proof,
    leaves,
    newest_frontier,
)
from tests.defenceless import defenceless
from tests.tabletop import REQUEST, Tabletop

KEY = SignerKey("ahg.example/record", KeyUse.NOTE, b"r" * 32)
OFFICE = SignerKey("office.example/witness", KeyUse.COSIGNATURE, b"o" * 32)
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


async def grow(engine: AsyncEngine, stream: str, count: int) -> None:
    """Leaves of a stream that has no entries, in a transaction each."""
    thread = WriterThread(engine)
    for seq in range(1, count + 1):
        await thread.write(partial(add_leaves, heads=[Head(stream, seq, f"{seq:064x}")]))
    thread.close()


async def test_the_head_of_each_step_becomes_a_leaf_and_is_proved(engine: AsyncEngine) -> None:
    table = Tabletop()
    steps = [step_of(table.do("LK/focal-point", "submit", REQUEST)), step_of(table.do("RSO/secretariat", "accept"))]
    for step in steps:
        async with write_transaction(engine) as connection:
            await connection.run_sync(append, [step])
            await connection.run_sync(append, [step])  # a retry adds nothing

    async with engine.connect() as connection:
        stored = [leaf.head async for leaf in leaves(connection)]
        told = await inclusion_proof(connection, table.case.reference, 1)
    assert stored == [Head(table.case.reference, step.entries[-1].seq, step.entries[-1].hash) for step in steps]
    assert told is not None
    assert (told.number, told.head, told.size) == (0, stored[0], 2)
    assert is_included(leaf_hash(told.head.data()), told.number, told.size, told.proof, told.root)


async def test_writers_at_once_give_one_order_that_grows_from_every_size_to_every_other(engine: AsyncEngine) -> None:
    await asyncio.gather(*(grow(engine, f"AHG-2026-{one:03}", 12) for one in range(1, 5)))

    async with engine.connect() as connection:
        stored = [leaf async for leaf in leaves(connection)]
        whole = await newest_frontier(connection)
        roots = {size: frontier.root for size in range(49) if (frontier := await frontier_at(connection, size))}
        assert [leaf.number for leaf in stored] == list(range(48))
        for old, size in ((0, 48), (1, 2), (7, 48), (16, 31), (47, 48), (48, 48)):
            proof = await consistency_proof(connection, old, size)
            assert is_consistent(old, size, roots[old], roots[size], proof)
    assert roots[48] == whole.root
    assert len(roots) == 49


@pytest.mark.parametrize("name", APPEND_ONLY)
async def test_what_is_kept_is_neither_changed_nor_deleted(name: str, engine: AsyncEngine) -> None:
    table = Tabletop()
    async with write_transaction(engine) as connection:
        await connection.run_sync(append, [step_of(table.do("LK/focal-point", "submit", REQUEST))])
    await sign_newest(engine, KEY, NOW)
    async with write_transaction(engine) as connection:
        row = dict.fromkeys(("reference", "day", "what", "about", "post", "email"), "x")
        await connection.execute(TABLES.tables["readings"].insert(), {**row, "at": NOW})
    kept = TABLES.tables[name]
    column = next(iter(kept.columns))

    for statement in (kept.update().values({column: column}), kept.delete()):
        with pytest.raises(DBAPIError, match=f"rows of {name} are never changed nor deleted"):
            async with write_transaction(engine) as connection:
                await connection.execute(statement)

    async with engine.connect() as connection:
        assert (await connection.execute(select(kept))).first() is not None


async def test_cases_of_before_get_their_leaf_once(engine: AsyncEngine) -> None:
    table = Tabletop()
    async with write_transaction(engine) as connection:
        await connection.run_sync(append, [step_of(table.do("LK/focal-point", "submit", REQUEST))])
        await defenceless(connection)
        await connection.execute(text("DELETE FROM record_leaves"))

    assert [await add_missing_leaves(engine) for _ in range(2)] == [1, 0]

    async with engine.connect() as connection:
        assert [leaf.head async for leaf in leaves(connection)] == [
            Head(table.case.reference, table.case.seq, table.case.head)
        ]


async def test_a_checkpoint_is_signed_once_and_offices_add_their_signature(engine: AsyncEngine) -> None:
    await grow(engine, "AHG-2026-001", 3)
    note = await sign_newest(engine, KEY, NOW)
    assert await sign_newest(engine, KEY, NOW) == note
    cosigned = Note(note.text, (*note.signatures, signature_of(note.text, OFFICE, 1_800_000_000)))

    with pytest.raises(ValueError, match="no signature of a witness"):
        await add_cosignatures(engine, cosigned, KEY.verifier, [], NOW)
    assert await add_cosignatures(engine, cosigned, KEY.verifier, [OFFICE.verifier], NOW) == [OFFICE.name]

    assert await sign_newest(engine, KEY, NOW) == cosigned
    await grow(engine, "AHG-2026-002", 1)
    assert read_checkpoint(await sign_newest(engine, KEY, NOW)).size == 4
    async with engine.connect() as connection:
        assert await checkpoint_note(connection, KEY.name, 3) == cosigned


async def test_a_record_that_does_not_continue_what_was_signed_is_not_signed(engine: AsyncEngine) -> None:
    await grow(engine, "AHG-2026-001", 3)
    await sign_newest(engine, KEY, NOW)
    async with write_transaction(engine) as connection:
        await defenceless(connection)
        await connection.execute(text("DELETE FROM record_leaves"))
    with pytest.raises(RecordDiffers, match="0 leaves; a checkpoint of 3 was signed"):
        await sign_newest(engine, KEY, NOW)

    await grow(engine, "AHG-2026-009", 5)

    with pytest.raises(RecordDiffers, match="are not those that were signed"):
        await sign_newest(engine, KEY, NOW)
