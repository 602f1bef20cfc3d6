"""The record's tree: a leaf for every new head of a stream, in the transaction that wrote its entries; and its proofs."""

from collections.abc import AsyncIterator, Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Table, func, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from db import TREE_LOCK, write_transaction
from models.checkpoints import Head
from models.merkle import (
    NO_LEAVES,
    Frontier,
    KeptLeaf,
    Range,
    consistency_ranges,
    inclusion_ranges,
    leaf_hash,
    leaves_needed,
    range_hash,
    unpacked,
)
from models.tables import EntryRow, LeafRow

_LEAVES: Table = LeafRow.__table__  # type: ignore[attr-defined]
_ENTRIES: Table = EntryRow.__table__  # type: ignore[attr-defined]
_NEWEST = select(_LEAVES.c.number, _LEAVES.c.frontier).order_by(_LEAVES.c.number.desc()).limit(1)
_INSERT = _LEAVES.insert()
_LOCK = text("SELECT pg_advisory_xact_lock(:key)")
_AT_ONCE = 1000


class StoredLeaf(NamedTuple):
    """A leaf as it is stored: its number, what it holds, and the frontier after it as its row says."""

    number: int
    head: Head
    frontier: bytes


class Included(NamedTuple):
    """A leaf's number in a tree of ``size`` leaves with that root, what it holds, and the proof that it is there."""

    number: int
    head: Head
    size: int
    root: bytes
    proof: tuple[bytes, ...]


# growing ----------------------------------------------------------------------------------------------------------


def add_leaves(connection: Connection, heads: Sequence[Head]) -> None:
    """Add leaves in the caller's transaction; what else it writes comes before, since on PostgreSQL others wait from here
    on until it ends (SQLite's writers wait at its beginning).
    """
    _lock(connection)
    frontier, rows = _newest(connection), []
    for head in heads:
        number = frontier.size
        frontier = frontier.added(leaf_hash(head.data()))
        rows.append({"number": number, **head._asdict(), "frontier": frontier.packed()})
    connection.execute(_INSERT, rows)


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"key": TREE_LOCK})


def _newest(connection: Connection) -> Frontier:
    row = connection.execute(_NEWEST).first()
    return unpacked(row.number + 1, row.frontier) if row else NO_LEAVES


async def add_missing_leaves(engine: AsyncEngine) -> int:
    """Add the heads of the streams that have no leaf at their end: they were recorded before there was a tree.

    Returns how many.
    """
    async with write_transaction(engine) as connection:
        await connection.run_sync(_lock)  # of two at once the second finds none missing
        missing = await heads_without_leaf(connection)
        if missing:
            await connection.run_sync(add_leaves, missing)
    return len(missing)


async def heads_without_leaf(connection: AsyncConnection) -> list[Head]:
    """The heads of streams whose newest entry is not the newest leaf of the stream."""
    c, leaves = _ENTRIES.c, _LEAVES.c
    newest = select(c.stream, func.max(c.seq).label("seq")).group_by(c.stream).subquery()
    leaf = select(leaves.number).where(leaves.stream == c.stream, leaves.seq == c.seq).exists()
    query = (
        select(c.stream, c.seq, c.hash)
        .join(newest, (newest.c.stream == c.stream) & (newest.c.seq == c.seq))
        .where(~leaf)
        .order_by(c.stream)
    )
    return [Head(*row) for row in await connection.execute(query)]


# reading ----------------------------------------------------------------------------------------------------------


async def newest_frontier(connection: AsyncConnection) -> Frontier:
    """The frontier of the whole tree."""
    return await connection.run_sync(_newest)


async def frontier_at(connection: AsyncConnection, size: int) -> Frontier | None:
    """The frontier of the first leaves, so many; None if there are fewer."""
    if size == 0:
        return NO_LEAVES
    query = select(_LEAVES.c.frontier).where(_LEAVES.c.number == size - 1)
    packed = await connection.scalar(query) if 0 < size < 2**62 else None
    return unpacked(size, packed) if packed is not None else None


async def grown_since(connection: AsyncConnection, size: int) -> dict[str, int]:
    """The streams that have grown since the tree had so many leaves, each with its newest entry."""
    c = _LEAVES.c
    query = select(c.stream, func.max(c.seq)).where(c.number >= size).group_by(c.stream)
    return {row[0]: row[1] for row in await connection.execute(query)}


async def newest_leaf(connection: AsyncConnection, stream: str) -> Head | None:
    """The newest head of a stream that the tree holds; None if there is none."""
    c = _LEAVES.c
    query = select(c.stream, c.seq, c.hash).where(c.stream == stream).order_by(c.seq.desc()).limit(1)
    row = (await connection.execute(query)).first()
    return Head(*row) if row else None


async def leaves(connection: AsyncConnection) -> AsyncIterator[StoredLeaf]:
    """All leaves in their order."""
    c, after = _LEAVES.c, -1
    query = select(c.number, c.stream, c.seq, c.hash, c.frontier).order_by(c.number).limit(_AT_ONCE)
    while rows := (await connection.execute(query.where(c.number > after))).all():
        for number, stream, seq, hash_, frontier in rows:
            yield StoredLeaf(number, Head(stream, seq, hash_), frontier)
        after = rows[-1].number


async def entry_hashes(connection: AsyncConnection, places: Sequence[tuple[str, int]]) -> dict[tuple[str, int], str]:
    """The hashes of entries by stream and number; one that the log has not is left out."""
    c = _ENTRIES.c
    query = select(c.stream, c.seq, c.hash)
    found: dict[tuple[str, int], str] = {}
    for begin in range(0, len(places), _AT_ONCE // 4):
        some = places[begin : begin + _AT_ONCE // 4]
        rows = await connection.execute(query.where(tuple_(c.stream, c.seq).in_(some)))
        found.update({(stream, seq): hash_ for stream, seq, hash_ in rows})
    return found


async def consistency_proof(connection: AsyncConnection, old: int, size: int) -> tuple[bytes, ...]:
    """The proof that the tree of ``size`` leaves begins with the first ``old`` ones.

    Raises:
        ValueError: ``old`` is more than ``size``.
    """
    return await _proof(connection, consistency_ranges(old, size))


async def inclusion_proof(connection: AsyncConnection, stream: str, seq: int) -> Included | None:
    """The first leaf of a stream that holds this entry or one after it, with its proof in the newest tree; None if there
    is none. By the chain of hashes it stands for the entries before.
    """
    c = _LEAVES.c
    query = select(c.number, c.stream, c.seq, c.hash).where(c.stream == stream, c.seq >= seq).order_by(c.seq).limit(1)
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    whole = await newest_frontier(connection)
    proof = await _proof(connection, inclusion_ranges(row.number, whole.size))
    return Included(row.number, Head(row.stream, row.seq, row.hash), whole.size, whole.root, proof)


async def _proof(connection: AsyncConnection, ranges: Sequence[Range]) -> tuple[bytes, ...]:
    c, numbers = _LEAVES.c, leaves_needed(ranges)
    if not numbers:
        return ()
    rows = await connection.execute(
        select(c.number, c.stream, c.seq, c.hash, c.frontier).where(c.number.in_(sorted(numbers)))
    )
    kept = {}
    for number, stream, seq, hash_, frontier in rows:
        leaf = leaf_hash(Head(stream, seq, hash_).data())
        kept[number] = KeptLeaf(leaf, unpacked(number + 1, frontier).nodes[-1])
    return tuple(range_hash(one, kept) for one in ranges)
