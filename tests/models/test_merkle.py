"""The tree of RFC 6962: the vectors that its implementations share, and its proofs for any size."""

from hypothesis import given
from hypothesis import strategies as st

from models.merkle import (
    NO_LEAVES,
    Frontier,
    KeptLeaf,
    Range,
    consistency_ranges,
    inclusion_ranges,
    is_consistent,
    is_included,
    leaf_hash,
    leaves_needed,
    range_hash,
    unpacked,
)

INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


class Grown:
    """A tree of the given leaves: its frontier at every size, and what is kept of each leaf."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.hashes = [leaf_hash(leaf) for leaf in leaves]
        self.frontiers = [NO_LEAVES]
        self.kept: dict[int, KeptLeaf] = {}
        for number, leaf in enumerate(self.hashes):
            self.frontiers.append(self.frontiers[-1].added(leaf))
            self.kept[number] = KeptLeaf(leaf, self.frontiers[-1].nodes[-1])

    def root(self, size: int) -> bytes:
        return self.frontiers[size].root

    def proof(self, ranges: list[Range]) -> list[bytes]:
        known = {number: self.kept[number] for number in leaves_needed(ranges)}
        return [range_hash(one, known) for one in ranges]


def test_the_roots_of_known_leaves_are_the_known_ones() -> None:
    tree = Grown([bytes.fromhex(one) for one in INPUTS])

    assert [tree.root(size).hex() for size in range(len(ROOTS))] == ROOTS


def test_a_known_proof_of_inclusion_and_one_of_consistency() -> None:
    """Of certificate-transparency's own tests: leaf 5 of 8, and from 6 leaves to 8."""
    tree = Grown([bytes.fromhex(one) for one in INPUTS])

    included = [one.hex() for one in tree.proof(inclusion_ranges(5, 8))]
    grown = [one.hex() for one in tree.proof(consistency_ranges(6, 8))]

    assert included == [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert grown == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]


TREE = Grown([bytes([number]) for number in range(200)])


@given(st.data())
def test_every_leaf_is_proved_with_few_hashes_and_no_other_one(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 200))
    number, other = (data.draw(st.integers(0, size - 1)) for _ in range(2))
    ranges = inclusion_ranges(number, size)

    proof = TREE.proof(ranges)

    assert len(leaves_needed(ranges)) <= size.bit_length() ** 2
    assert is_included(TREE.hashes[number], number, size, proof, TREE.root(size))
    assert is_included(TREE.hashes[other], number, size, proof, TREE.root(size)) == (other == number)
    assert not is_included(TREE.hashes[number], number, size, [*proof, b"\x00" * 32], TREE.root(size))
    assert not is_included(TREE.hashes[number], size, size, proof, TREE.root(size))


@given(st.data())
def test_every_growth_is_proved_and_a_changed_leaf_is_found(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 200))
    old = data.draw(st.integers(0, size))
    proof = TREE.proof(consistency_ranges(old, size))

    assert is_consistent(old, size, TREE.root(old), TREE.root(size), proof)
    if old:
        changed: Frontier = NO_LEAVES
        for leaf in [leaf_hash(b"rewritten"), *TREE.hashes[1:old]]:
            changed = changed.added(leaf)
        assert not is_consistent(old, size, changed.root, TREE.root(size), proof)
        assert not is_consistent(old, size, TREE.root(old), b"\x01" * 32, proof)


def test_a_frontier_comes_back_as_it_was_packed() -> None:
    for size in (0, 1, 7, 128, 200):
        assert unpacked(size, TREE.frontiers[size].packed()) == TREE.frontiers[size]
