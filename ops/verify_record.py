"""The part of ``ahg verify`` that checks the record's tree: against the log, against itself, against what was signed."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from models.base import Value
from models.checkpoints import Checkpoint, Head, read_checkpoint
from models.merkle import NO_LEAVES, leaf_hash
from models.notes import VerifierKey
from records.checkpoints import kept_signatures
from records.tree import StoredLeaf, entry_hashes, heads_without_leaf, leaves

RECORD = "the record"
_AT_ONCE = 200


class Fault(Value):
    """Something that does not agree: in which stream, and what."""

    stream: str
    what: str

    def __str__(self) -> str:
        return f"{self.stream}: {self.what}"


class Grown(Value):
    """The tree as its leaves give it: how many there are, its root at the sizes that were asked for, what leaves hold.

    ``heads``: what the first leaf after each of these sizes holds.
    """

    size: int
    roots: Mapping[int, bytes]
    heads: Mapping[int, Head]


async def grown(connection: AsyncConnection, sizes: Collection[int]) -> Grown:
    """The tree, hashed anew from its leaves."""
    frontier, heads = NO_LEAVES, {}
    roots = {0: frontier.root}
    async for leaf in leaves(connection):
        if frontier.size in sizes:
            heads[frontier.size] = leaf.head
        frontier = frontier.added(leaf_hash(leaf.head.data()))
        if frontier.size in sizes:
            roots[frontier.size] = frontier.root
    return Grown(size=frontier.size, roots=roots, heads=heads)


async def tree_faults(connection: AsyncConnection) -> AsyncIterator[Fault]:
    """Leaves that do not follow from those before, that the log has not, or that are missing."""
    frontier, some = NO_LEAVES, list[StoredLeaf]()
    async for leaf in leaves(connection):
        if leaf.number != frontier.size:
            yield Fault(stream=RECORD, what=f"leaf {frontier.size} is missing")
            return
        frontier = frontier.added(leaf_hash(leaf.head.data()))
        if leaf.frontier != frontier.packed():
            yield Fault(stream=RECORD, what=f"leaf {leaf.number} does not follow from the leaves before")
            return
        some.append(leaf)
        if len(some) == _AT_ONCE:
            for fault in await _against_log(connection, some):
                yield fault
            some = []
    for fault in await _against_log(connection, some):
        yield fault
    for head in await heads_without_leaf(connection):
        yield Fault(stream=head.stream, what=f"entry {head.seq}, its newest, is no leaf of the record")


async def _against_log(connection: AsyncConnection, some: Sequence[StoredLeaf]) -> list[Fault]:
    hashes = await entry_hashes(connection, [(leaf.head.stream, leaf.head.seq) for leaf in some])
    faults = []
    for number, head, _ in some:
        there = hashes.get((head.stream, head.seq), "no such entry")
        if there != head.hash:
            what = f"leaf {number} of the record has entry {head.seq} as {head.hash[:12]}; the log has {there[:13]}"
            faults.append(Fault(stream=head.stream, what=what))
    return faults


async def signed_faults(connection: AsyncConnection, keys: Collection[VerifierKey]) -> AsyncIterator[Fault]:
    """Checkpoints whose signature is wrong, or which the record does not continue. Unknown keys are passed over."""
    kept = await kept_signatures(connection)
    tree = await grown(connection, {one.size for one in kept})
    known = {key.name: key for key in keys}
    for one in kept:
        try:
            note = one.note()
            checkpoint = read_checkpoint(note)
            signed = one.signer not in known or note.signed_by(known[one.signer]) is not None
        except ValueError as fault:
            yield Fault(stream=RECORD, what=f"the checkpoint of {one.size} leaves {fault}")
            continue
        if not signed or checkpoint.size != one.size:
            yield Fault(stream=RECORD, what=f"the signature of {one.signer} at {one.size} leaves is wrong")
        elif difference := not_continued(tree, [checkpoint]):
            yield Fault(stream=RECORD, what=difference)


def not_continued(tree: Grown, checkpoints: Collection[Checkpoint]) -> str:
    """How a tree differs from checkpoints, the first entry that can differ named; empty if it continues all of them."""
    agreed = 0
    for one in sorted(checkpoints, key=lambda each: each.size):
        if one.size > tree.size:
            return f"there are {tree.size} leaves, and {one.size} were signed: it was shortened"
        if tree.roots[one.size] != one.root:
            head = tree.heads.get(agreed)
            first = f", which holds entry {head.seq} of {head.stream} as the first" if head else ""
            return (
                f"the first {one.size} leaves are not those that were signed: it was rewritten. The first leaf that "
                f"differs is one of {agreed} to {one.size - 1}{first}"
            )
        agreed = one.size
    return ""


async def record_faults(engine: AsyncEngine, keys: Collection[VerifierKey]) -> AsyncIterator[Fault]:
    """Every fault of the tree and of its checkpoints; ``keys``: of the record and its witnesses."""
    async with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execution_options(isolation_level="REPEATABLE READ")
        async for fault in tree_faults(connection):
            yield fault
        async for fault in signed_faults(connection, keys):
            yield fault
