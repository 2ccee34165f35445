"""The memory of the last signed head: it never goes back, whatever dies, and goes on only where the tree does."""

import json
import os
import stat

import pytest

from certificates.ledger import memory as memories
from certificates.ledger import tiles, tree
from certificates.ledger.memory import FILE, Head, HeadMemory, LedgerError, RememberingKey
from certificates.ledger.notes import Checkpoint
from tests.kit.factories.ledger import KEY, ORIGIN

LEAVES = [tree.leaf_hash(f"entry {place}".encode()) for place in range(20)]
OTHERS = [tree.leaf_hash(f"other {place}".encode()) for place in range(20)]


def head(size, leaves=LEAVES):
    return Head(size, tree.root_of(leaves[:size]))


def proof(old, size, leaves=LEAVES):
    return tree.consistency_proof(old, size, tiles.subtrees(size, lambda tile: leaves[:size]))


@pytest.fixture
def memory(tmp_path):
    found = HeadMemory(tmp_path)
    found.advance(head(3), 0, [])
    found.advance(head(7), 3, proof(3, 7))
    return found


def test_it_begins_empty(tmp_path):
    assert HeadMemory(tmp_path).read() is None
    assert HeadMemory(tmp_path).reasons() == []


def test_it_follows_the_log(memory, tmp_path):
    assert memory.read() == head(7)
    memory.advance(head(7), 7, [])  # the same head again
    memory.advance(head(20), 7, proof(7, 20))
    assert HeadMemory(tmp_path).read() == head(20)
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("newer", "old", "path", "words"),
    [
        (head(5), 7, [], "has 5 entries, but 7 were signed"),
        (head(7, OTHERS), 7, [], "first 7 entries"),
        (head(9, OTHERS), 7, proof(7, 9, OTHERS), "first 7 entries"),
        (head(9), 7, [], "first 7 entries"),
        (head(9), 3, proof(3, 9), "begins at 3 entries, but 7 were signed"),
        (head(9), 0, [], "begins at 0 entries, but 7 were signed"),
    ],
)
def test_nothing_below_or_beside_is_signed(memory, newer, old, path, words):
    key = RememberingKey(KEY, memory)
    with pytest.raises(LedgerError, match=words):
        key.sign_head(Checkpoint(ORIGIN, newer.size, newer.root).text, old, path)
    assert memory.read() == head(7)


def test_a_keyring_without_memory_continues_nobodys_log(tmp_path):
    with pytest.raises(LedgerError, match="begins at 7 entries, but 0 were signed"):
        HeadMemory(tmp_path).advance(head(9), 7, proof(7, 9))
    assert HeadMemory(tmp_path).read() is None


def test_a_repeated_request_gets_the_same_signature(tmp_path):
    key, text = RememberingKey(KEY, HeadMemory(tmp_path)), Checkpoint(ORIGIN, 3, head(3).root).text
    first = key.sign_head(text, 0, [])
    assert key.sign_head(text, 3, []) == first
    KEY.public_key().verify(first, text.encode())


def test_a_memory_that_cannot_be_read_is_not_an_empty_one(memory, tmp_path):
    (tmp_path / FILE).write_text("{")
    for act in (memory.read, lambda: memory.advance(head(9), 7, proof(7, 9))):
        with pytest.raises(LedgerError, match="cannot be read"):
            act()


@pytest.mark.parametrize("call", ["fsync", "close"])
def test_a_writer_that_dies_leaves_the_old_memory_or_the_new(memory, monkeypatch, call):
    """The child dies in the first call of its kind: before the file is replaced, or after."""
    child = os.fork()
    if not child:
        monkeypatch.setattr(memories.os, call, lambda _: os._exit(9))
        memory.advance(head(9), 7, proof(7, 9))
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    known = memory.read()
    assert known == (head(7) if call == "fsync" else head(9))
    memory.advance(head(12), known.size, proof(known.size, 12))
    assert memory.read() == head(12)


def test_it_goes_on_elsewhere_only_with_a_reason_that_is_kept(memory, tmp_path):
    memory.go_on(head(2), because="the disk was lost", at="2026-11-29")
    assert memory.read() == head(2)
    memory.advance(head(9), 2, proof(2, 9))
    (told,) = HeadMemory(tmp_path).reasons()
    assert (told["because"], told["before"]["size"], told["after"]["size"]) == ("the disk was lost", 7, 2)


def test_a_reason_is_good_for_a_damaged_memory_too(memory, tmp_path):
    (tmp_path / FILE).write_text("{")
    memory.go_on(head(7), because="damaged", at="2026-11-29")
    assert json.loads((tmp_path / FILE).read_text())["told"][0]["before"] is None
    assert memory.read() == head(7)


def test_a_memory_in_doubt_signs_nothing_until_somebody_says_why(memory, tmp_path):
    memory.doubt("is that of a backup")
    for ask in (memory.read, lambda: memory.advance(head(20), 7, proof(7, 20))):
        with pytest.raises(LedgerError, match="the memory of the log is that of a backup"):
            ask()
    memory.go_on(head(7), because="nobody has a later head", at="2027-01-31")
    assert HeadMemory(tmp_path).read() == head(7)
    assert memory.reasons()[-1]["before"]["size"] == 7
    memory.advance(head(20), 7, proof(7, 20))


def test_the_last_number_of_each_series_is_remembered(memory, tmp_path):
    assert memory.numbers() == {}
    for series, number in (("certificate-2027", 41), ("certificate-2027", 40), ("certificate-2028", 1)):
        memory.use_number(series, number)
    memory.advance(head(9), 7, proof(7, 9))
    assert HeadMemory(tmp_path).numbers() == {"certificate-2027": 41, "certificate-2028": 1}
    assert memory.read() == head(9)


def test_a_number_before_the_first_head_is_no_head(tmp_path):
    assert HeadMemory(tmp_path).numbers() is None
    HeadMemory(tmp_path).use_number("certificate-2027", 1)
    assert HeadMemory(tmp_path).read() is None
    HeadMemory(tmp_path).advance(head(3), 0, [])
    assert HeadMemory(tmp_path).numbers() == {"certificate-2027": 1}


def test_numbers_in_doubt_are_not_told_until_somebody_says_which_were_seen(memory):
    memory.use_number("certificate-2027", 41)
    memory.doubt("is that of a backup")
    memory.use_number("certificate-2027", 42)  # of a case that the database has
    with pytest.raises(LedgerError, match="is that of a backup"):
        memory.numbers()
    seen = {"certificate-2027": 40, "certificate-2028": 3}
    memory.go_on(head(7), because="nobody has a later head", at="2028-01-31", numbers=seen)
    assert memory.numbers() == {"certificate-2027": 42, "certificate-2028": 3}


@pytest.mark.parametrize("text", ["{}", '{"numbers": 3}', '{"numbers": {"certificate-2027": "x"}}', "[1]"])
def test_numbers_that_cannot_be_read_are_not_none(tmp_path, text):
    (tmp_path / FILE).write_text(text)
    with pytest.raises(LedgerError, match="cannot be read"):
        HeadMemory(tmp_path).numbers()


def test_without_a_memory_there_may_be_one_elsewhere(tmp_path):
    HeadMemory(tmp_path).doubt("is that of a backup")
    with pytest.raises(LedgerError, match="is that of a backup"):
        HeadMemory(tmp_path).read()
