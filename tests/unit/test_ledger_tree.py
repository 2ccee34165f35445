"""The Merkle tree: vectors of RFC 6962, proofs of every size, and proofs that must fail."""

import hashlib
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.ledger import tiles, tree
from certificates.ledger.tiles import Tile
from certificates.verifier.reading import Wrong
from tests.kit.published import unbundle

# The tree heads of the test data of Certificate Transparency, RFC 6962: eight entries.
ENTRIES = [
    bytes.fromhex(each)
    for each in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
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
INCLUSION = {  # (leaf, size): proof
    (0, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (5, 8): [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 3): ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    (1, 5): [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
CONSISTENCY = {  # (older size, size): proof
    (1, 8): [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ],
    (6, 8): [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ],
    (2, 5): [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ],
}
SIZES = st.integers(1, 700)


def leaves(size):
    return [tree.leaf_hash(str(place).encode()) for place in range(size)]


def reading(hashes, asked=None):
    """Return the subtrees of a tree as its tiles give them."""
    levels = [hashes]
    while len(levels[-1]) >= tiles.WIDTH:
        below = levels[-1]
        full = len(below) // tiles.WIDTH
        levels.append([tree.root_of(below[place * 256 : place * 256 + 256]) for place in range(full)])

    def fetch(tile):
        assert tile.lies_in(len(hashes))
        if asked is not None:
            asked.append(tile)
        return levels[tile.level][tile.start : tile.start + tile.width]

    return tiles.subtrees(len(hashes), fetch)


VECTOR = [tree.leaf_hash(entry) for entry in ENTRIES]


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_standard(size):
    assert tree.root_of(VECTOR[:size]).hex() == ROOTS[size]
    assert tree.root(size, reading(VECTOR[:size])).hex() == ROOTS[size]


@pytest.mark.parametrize(("leaf", "size"), INCLUSION)
def test_inclusion_proofs_are_those_of_the_standard(leaf, size):
    proof = tree.inclusion_proof(leaf, size, reading(VECTOR[:size]))
    assert [each.hex() for each in proof] == INCLUSION[leaf, size]


@pytest.mark.parametrize(("old", "size"), CONSISTENCY)
def test_consistency_proofs_are_those_of_the_standard(old, size):
    proof = tree.consistency_proof(old, size, reading(VECTOR[:size]))
    assert [each.hex() for each in proof] == CONSISTENCY[old, size]


def test_every_small_tree_proves_every_leaf_and_every_older_tree():
    for size in range(1, 40):
        hashes = leaves(size)
        subtree, root = reading(hashes), tree.root_of(hashes)
        for place in range(size):
            assert tree.includes(hashes[place], place, size, tree.inclusion_proof(place, size, subtree), root)
        for old in range(size + 1):
            proof = tree.consistency_proof(old, size, subtree)
            assert tree.consistent(old, size, tree.root_of(hashes[:old]), root, proof)


@given(SIZES, st.data())
def test_an_inclusion_proof_holds_for_its_leaf_and_place_only(size, data):
    hashes = leaves(size)
    place = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size + 3).filter(lambda each: each != place))
    proof, root = tree.inclusion_proof(place, size, reading(hashes)), tree.root_of(hashes)
    assert tree.includes(hashes[place], place, size, proof, root)
    assert not tree.includes(tree.leaf_hash(b"other"), place, size, proof, root)
    assert not tree.includes(hashes[place], other, size, proof, root)
    assert not tree.includes(hashes[place], place, size, proof, tree.EMPTY)
    assert not tree.includes(hashes[place], place, size, [*proof, root], root)
    if proof:
        assert not tree.includes(hashes[place], place, size, proof[:-1], root)
        spot = data.draw(st.integers(0, len(proof) - 1))
        assert not tree.includes(hashes[place], place, size, damaged(proof, spot), root)


@given(SIZES, st.data())
def test_a_consistency_proof_holds_for_its_two_trees_only(size, data):
    hashes = leaves(size)
    old = data.draw(st.integers(1, size))
    proof, root, older = tree.consistency_proof(old, size, reading(hashes)), tree.root_of(hashes), hashes[:old]
    assert tree.consistent(old, size, tree.root_of(older), root, proof)
    forged = tree.root_of([*older[:-1], tree.leaf_hash(b"forged")])
    assert not tree.consistent(old, size, forged, root, proof)
    assert not tree.consistent(old, size, tree.root_of(older), tree.EMPTY, proof)
    assert not tree.consistent(size + 1, old, tree.root_of(older), root, proof)
    assert not tree.consistent(old, size, tree.root_of(older), root, [*proof, root])
    if proof:
        assert not tree.consistent(old, size, tree.root_of(older), root, proof[:-1])
        spot = data.draw(st.integers(0, len(proof) - 1))
        assert not tree.consistent(old, size, tree.root_of(older), root, damaged(proof, spot))


def damaged(proof, spot):
    return [*proof[:spot], hashlib.sha256(proof[spot]).digest(), *proof[spot + 1 :]]


def test_nothing_is_proved_outside_the_tree():
    subtree = reading(leaves(5))
    for place in (-1, 5):
        with pytest.raises(ValueError, match="no such leaf"):
            tree.inclusion_proof(place, 5, subtree)
    with pytest.raises(ValueError, match="larger"):
        tree.consistency_proof(6, 5, subtree)
    assert not tree.includes(leaves(1)[0], 0, 0, [], tree.EMPTY)
    assert not tree.consistent(0, 5, leaves(1)[0], tree.root_of(leaves(5)), [])


def test_a_proof_of_a_large_tree_reads_few_tiles():
    size = 70_000
    hashes, asked = leaves(size), []
    root, subtree = tree.root_of(hashes), reading(hashes, asked)
    proof = tree.inclusion_proof(12_345, size, subtree)
    assert tree.includes(hashes[12_345], 12_345, size, proof, root)
    assert tree.consistent(
        65_537, size, tree.root_of(hashes[:65_537]), root, tree.consistency_proof(65_537, size, subtree)
    )
    assert len(asked) == len(set(asked)) <= 8


def test_the_tiles_of_a_tree_are_those_of_the_specification():
    """The example of tlog-tiles: 70,000 leaves."""
    found = list(tiles.tiles_of(70_000))
    for level, full, rest in ((None, 273, [112]), (0, 273, [112]), (1, 1, [17]), (2, 0, [1])):
        widths = [tile.width for tile in found if tile.level == level]
        assert widths == [256] * full + rest
    assert [tile.path for tile in tiles.tiles_of(256)] == ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]
    assert list(tiles.tiles_of(0)) == []


def test_a_tile_has_one_address():
    assert Tile(0, 1_234_067).path == "tile/0/x001/x234/067"
    assert Tile(None, 5, 7).path == "tile/entries/005.p/7"
    for tile in (Tile(0, 1_234_067), Tile(None, 0), Tile(63, 999), Tile(2, 1000, 255), Tile(None, 5, 1)):
        assert tiles.parse(tile.path.removeprefix("tile/")) == tile


@pytest.mark.parametrize(
    "path",
    [
        "", "0", "0/", "0/0", "0/0000", "00/000", "01/000", "64/000", "-1/000", "0/000.p/0", "0/000.p/256",
        "0/000.p/01", "0/000.p/", "0/001/234", "0/x000/001", "0/x001/x234", "0/x1/234", "entries/000/", "data/000",
        "0/../000", "0/０００", "0/000\n", "0/" + "x001/" * 100 + "000",
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_tile_has_none(path):
    assert tiles.parse(path) is None


@given(st.text(alphabet="x0123456789/.pentris", max_size=30))
def test_an_address_is_read_in_one_spelling_only(path):
    tile = tiles.parse(path)
    assert tile is None or tile.path == f"tile/{path}"


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_a_bundle_gives_back_its_entries(entries):
    data = tiles.bundle(entries)
    assert unbundle(data) == entries
    for before, _ in pairwise(range(len(data))):
        try:
            assert tiles.bundle(unbundle(data[:before])) == data[:before]
        except Wrong:
            continue


def test_a_bundle_that_is_cut_off_is_refused():
    for data in (b"\x00", b"\x00\x02a", tiles.bundle([b"one", b"two"])[:-1]):
        with pytest.raises(Wrong, match="cut off"):
            unbundle(data)
    with pytest.raises(ValueError, match="too long"):
        tiles.bundle([bytes(0x10000)])
