"""The Merkle tree of RFC 6962 (2.1): its hashes, its growth leaf by leaf, and proofs of inclusion and consistency.

Hashes are 32 bytes. Leaves are counted from 0. What is kept of each leaf is enough to prove anything (``KeptLeaf``).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from functools import reduce
from typing import NamedTuple

HASH_BYTES = 32
Range = tuple[int, int]
"""Leaves from the first number up to the second, without it. Its hash is that of a tree of these leaves alone."""


def leaf_hash(data: bytes) -> bytes:
    """The hash of a leaf."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node above two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier(NamedTuple):
    """A tree as far as it must be known to grow: the whole subtrees that it consists of, the largest first."""

    size: int
    nodes: tuple[bytes, ...]

    def added(self, leaf: bytes) -> "Frontier":
        """The frontier with one more leaf, given by its hash."""
        nodes = [*self.nodes, leaf]
        size = self.size
        while size & 1:
            right = nodes.pop()
            nodes.append(node_hash(nodes.pop(), right))
            size >>= 1
        return Frontier(self.size + 1, tuple(nodes))

    @property
    def root(self) -> bytes:
        """The hash of the whole tree."""
        return _joined(self.nodes) if self.nodes else hashlib.sha256(b"").digest()

    def packed(self) -> bytes:
        """The subtrees' hashes in one piece."""
        return b"".join(self.nodes)


NO_LEAVES = Frontier(0, ())
"""The frontier of an empty tree."""


def unpacked(size: int, packed: bytes) -> Frontier:
    """The frontier of a tree of that size from its ``packed`` hashes.

    Raises:
        ValueError: a tree of that size has another number of subtrees.
    """
    nodes = tuple(packed[at : at + HASH_BYTES] for at in range(0, len(packed), HASH_BYTES))
    if len(packed) != HASH_BYTES * size.bit_count():
        raise ValueError(f"{len(packed)} bytes are no frontier of {size} leaves")
    return Frontier(size, nodes)


def _joined(nodes: Sequence[bytes]) -> bytes:
    return reduce(lambda right, left: node_hash(left, right), reversed(nodes[:-1]), nodes[-1])


# proofs -----------------------------------------------------------------------------------------------------------


class KeptLeaf(NamedTuple):
    """What is kept of a leaf: its hash, and the last hash of the frontier after it.

    The latter is the largest whole subtree that ends with the leaf and is no right half of another. Every other subtree
    is hashed from such ones, one of each level.
    """

    leaf: bytes
    last: bytes


class _Subtree(NamedTuple):
    """The ``place``-th subtree of 2**``level`` leaves, counted from 0."""

    level: int
    place: int

    @property
    def newest(self) -> int:
        """Its last leaf."""
        return ((self.place + 1) << self.level) - 1

    def halves(self) -> "tuple[_Subtree, _Subtree]":
        return _Subtree(self.level - 1, 2 * self.place), _Subtree(self.level - 1, 2 * self.place + 1)


def inclusion_ranges(number: int, size: int) -> list[Range]:
    """The ranges whose hashes prove that a tree of that size has the leaf of that number (RFC 6962, 2.1.1).

    Raises:
        ValueError: the tree has no such leaf.
    """
    if not 0 <= number < size:
        raise ValueError(f"a tree of {size} has no leaf {number}")
    begin, end = 0, size
    found: list[Range] = []
    while end - begin > 1:
        split = _split(begin, end)
        if number < split:
            found.append((split, end))
            end = split
        else:
            found.append((begin, split))
            begin = split
    return found[::-1]


def consistency_ranges(old: int, size: int) -> list[Range]:
    """The ranges whose hashes prove that a tree grew from one size to another (RFC 6962, 2.1.2).

    Raises:
        ValueError: the old tree is the larger one.
    """
    if not 0 <= old <= size:
        raise ValueError(f"a tree of {size} did not grow from one of {old}")
    if old in (0, size):
        return []
    begin, end = 0, size
    found: list[Range] = []
    while old != end:
        split = _split(begin, end)
        if old <= split:
            found.append((split, end))
            end = split
        else:
            found.append((begin, split))
            begin = split
    return ([(begin, end)] if begin else []) + found[::-1]


def _split(begin: int, end: int) -> int:
    """Where a tree of these leaves has its left half end: at the largest power of two that is less than all."""
    return begin + (1 << (end - begin - 1).bit_length() - 1)


def leaves_needed(ranges: Iterable[Range]) -> set[int]:
    """The numbers of the leaves of which ``range_hash`` must know what is kept; O(log n) for each range and level."""
    return {number for one in ranges for subtree in _subtrees(one) for number in _needed(subtree)}


def range_hash(one: Range, kept: Mapping[int, KeptLeaf]) -> bytes:
    """The hash of a range of a proof.

    Raises:
        KeyError: a leaf is needed of which nothing is known.
    """
    return _joined([_subtree_hash(subtree, kept) for subtree in _subtrees(one)])


def _subtrees(one: Range) -> list[_Subtree]:
    begin, end = one
    found = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        found.append(_Subtree(level, begin >> level))
        begin += 1 << level
    return found


def _needed(subtree: _Subtree) -> list[int]:
    if subtree.place % 2 == 0 or subtree.level == 0:
        return [subtree.newest]
    left, right = subtree.halves()
    return [left.newest, *_needed(right)]


def _subtree_hash(subtree: _Subtree, kept: Mapping[int, KeptLeaf]) -> bytes:
    if subtree.place % 2 == 0:
        return kept[subtree.newest].last
    if subtree.level == 0:
        return kept[subtree.newest].leaf
    left, right = subtree.halves()
    return node_hash(kept[left.newest].last, _subtree_hash(right, kept))


# checking proofs --------------------------------------------------------------------------------------------------


def is_included(leaf: bytes, number: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the proof shows that the tree with that root has the leaf (its hash) there (RFC 9162, 2.1.3.2)."""
    if not 0 <= number < size:
        return False
    place, last, computed = number, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            computed = node_hash(sibling, computed)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            computed = node_hash(computed, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and computed == root


def is_consistent(old: int, size: int, old_root: bytes, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the proof shows that the tree with ``root`` begins with the leaves of the old one (RFC 9162, 2.1.4.2)."""
    if not 0 <= old <= size:
        return False
    if old == size:
        return not proof and old_root == root
    if old == 0:
        return not proof and old_root == NO_LEAVES.root
    path = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    if not path:
        return False
    place, last = old - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and first == old_root and second == root
