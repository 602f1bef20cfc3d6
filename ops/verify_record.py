"""The part of ``ahg verify`` that checks the record's tree: against the log, against itself, against what was signed."""

from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from models.base import Value
from models.checkpoints import Checkpoint, Head, read_checkpoint
from models.merkle import NO_LEAVES, leaf_hash
from models.notes import Note, VerifierKey
from records.checkpoints import KeptSignature, kept_signatures
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


class _Growing:
    """A tree as leaf after leaf is added to it; it keeps what is wanted of it at these sizes, and at none."""

    def __init__(self, sizes: Collection[int]) -> None:
        self._sizes = {0, *sizes}
        self.frontier = NO_LEAVES
        self._roots = {0: NO_LEAVES.root}
        self._heads = dict[int, Head]()

    def add(self, head: Head) -> None:
        if self.frontier.size in self._sizes:
            self._heads[self.frontier.size] = head
        self.frontier = self.frontier.added(leaf_hash(head.data()))
        if self.frontier.size in self._sizes:
            self._roots[self.frontier.size] = self.frontier.root

    def grown(self) -> Grown:
        return Grown(size=self.frontier.size, roots=self._roots, heads=self._heads)


async def grown(connection: AsyncConnection, sizes: Collection[int]) -> Grown:
    """The tree, hashed anew from its leaves."""
    growing = _Growing(sizes)
    async for leaf in leaves(connection):
        growing.add(leaf.head)
    return growing.grown()


async def _tree_faults(connection: AsyncConnection, growing: _Growing) -> AsyncIterator[Fault]:
    """Leaves that do not follow from those before, that the log has not, or that are missing. After the first that does
    not follow they are added to ``growing`` alone, so that it tells what was signed of all of them.
    """
    follows, some = True, list[StoredLeaf]()
    async for leaf in leaves(connection):
        number = growing.frontier.size
        growing.add(leaf.head)
        if not follows:
            continue
        if leaf.number != number:
            yield Fault(stream=RECORD, what=f"leaf {number} is missing")
        elif leaf.frontier != growing.frontier.packed():
            yield Fault(stream=RECORD, what=f"leaf {leaf.number} does not follow from the leaves before")
        follows = leaf.number == number and leaf.frontier == growing.frontier.packed()
        if follows:
            some.append(leaf)
        if len(some) == _AT_ONCE or not follows:
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


def _signed_faults(
    tree: Grown, kept: Iterable[KeptSignature], keys: Collection[VerifierKey], beside: Note | None
) -> Iterator[Fault]:
    """Checkpoints whose signature is wrong, or which the record does not continue. Unknown keys are passed over.

    ``beside``: the newest that was signed, as it is kept beside the key.
    """
    known, good = {key.name: key for key in keys}, list[Checkpoint]()
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
        else:
            good.append(checkpoint)
    if beside is not None:
        good.append(read_checkpoint(beside))
    if difference := not_continued(tree, good):
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


async def record_faults(
    engine: AsyncEngine, keys: Collection[VerifierKey], beside: Note | None = None
) -> AsyncIterator[Fault]:
    """Every fault of the tree and of its checkpoints; ``keys``: of the record and its witnesses.

    ``beside``: the newest checkpoint that was signed, as it is kept beside the key. All leaves are hashed once.
    """
    async with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execution_options(isolation_level="REPEATABLE READ")
        kept = await kept_signatures(connection)
        sizes = [one.size for one in kept] + ([read_checkpoint(beside).size] if beside else [])
        growing = _Growing(sizes)
        async for fault in _tree_faults(connection, growing):
            yield fault
    for fault in _signed_faults(growing.grown(), kept, keys, beside):
        yield fault
