"""Signed notes, checkpoints, cosignatures and proof bundles, byte for byte as C2SP describes them."""

import json
from datetime import UTC, date, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from audits.core.canonical import canonical
from certificates.ledger import notes, tree
from certificates.ledger.entries import EntryType, case_log_entry, certificate_entry
from certificates.ledger.notes import Algorithm, Checkpoint, Note, NoteError, Signature, Vkey, cosign
from certificates.ledger.proof import Proof
from tests.kit.factories.ledger import sign
from tests.unit.test_ledger_tree import leaves, reading

# From the tests of golang.org/x/mod/sumdb/note, where the format was first written down.
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# The example of tlog-cosignature; it does not publish its keys.
COSIGNED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE"
    "+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xU"
    "e+mbIUBkBIfZ+qnA==\n"
)
LOG, WITNESS = "keurwerk.example/ledger", "witness.example/w1"
KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([byte]) * 32) for byte in (1, 2))
VKEY, COSIGNER = Vkey.of(LOG, KEY), Vkey.of(WITNESS, OTHER, Algorithm.COSIGNATURE)
TEXT = Checkpoint(LOG, 5, tree.root_of(leaves(5))).text
ROOT = notes.encode(bytes(32))
NOW = datetime(2026, 11, 25, 12, 30, 5, 999, UTC)


def signed(text=TEXT, *more):
    return Note(text, (sign(text, LOG, KEY), *more))


def test_a_note_of_somebody_else_is_read_and_verified():
    key, note = Vkey.parse(NEUMANN), Note.parse(NOTE)
    assert (str(key), str(note)) == (NEUMANN, NOTE)
    assert note.verified([key]) == {key: None}


def test_the_example_of_a_cosigned_checkpoint_is_read():
    note = Note.parse(COSIGNED)
    checkpoint = Checkpoint.parse(note.text)
    assert (checkpoint.origin, checkpoint.size, checkpoint.text) == ("example.com/behind-the-sofa", 20852163, note.text)
    assert [line.name for line in note.signatures] == ["example.com/behind-the-sofa", "witness.example.com/w1"]
    assert int.from_bytes(note.signatures[1].value[:8], "big") == 1679315147
    assert str(note) == COSIGNED


def test_a_note_may_have_sixteen_signatures_of_any_kind():
    """C2SP signed-note: so many must be read, and one may be nearly 5 kB long."""
    strange = [Signature(f"witness.example/w{number}", bytes(4), bytes(4900)) for number in range(15)]
    text = Checkpoint("log.example", 7, bytes(32)).text
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    note = Note(text, (*strange, sign(text, "log.example", key)))
    assert Note.parse(str(note)) == note
    assert Note.parse(str(note)).verified([Vkey.of("log.example", key)])


def test_a_log_signs_and_a_witness_says_when_it_saw():
    note = signed(TEXT, cosign(TEXT, WITNESS, OTHER, 1_700_000_000))
    again = Note.parse(str(note))
    assert again == note
    assert again.verified([VKEY, COSIGNER]) == {VKEY: None, COSIGNER: 1_700_000_000}
    assert again.verified([COSIGNER]) == {COSIGNER: 1_700_000_000}
    assert Checkpoint.parse(again.text) == Checkpoint(LOG, 5, tree.root_of(leaves(5)))


def test_lines_of_unknown_keys_are_ignored_and_those_of_known_keys_must_be_right():
    stranger = Signature("somebody.example", b"abcd", b"anything")
    assert signed(TEXT, stranger).verified([VKEY]) == {VKEY: None}
    with pytest.raises(NoteError, match="no known key"):
        Note(TEXT, (stranger,)).verified([VKEY])
    forged = Signature(LOG, VKEY.id, OTHER.sign(TEXT.encode()))
    with pytest.raises(NoteError, match="is wrong"):
        signed(TEXT, forged).verified([VKEY])


def test_a_cosignature_is_bound_to_its_time_and_a_plain_signature_is_none():
    line = cosign(TEXT, WITNESS, OTHER, 1_700_000_000)
    later = Signature(line.name, line.key_id, (1_700_000_001).to_bytes(8, "big") + line.value[8:])
    plain = Signature(WITNESS, COSIGNER.id, OTHER.sign(TEXT.encode()))
    for wrong in (later, plain, Signature(WITNESS, COSIGNER.id, b"\xff" * 72)):
        with pytest.raises(NoteError, match=r"wrong|damaged"):
            Note(TEXT, (wrong,)).verified([COSIGNER])


def test_the_same_key_under_another_name_or_type_is_another_key():
    assert len({Vkey.of(name, KEY, kind).id for name in (LOG, WITNESS) for kind in Algorithm}) == 4


@pytest.mark.parametrize(
    "text",
    [
        "", "a", "a+b", "a+b+c", NEUMANN.replace("c74f", "c74e"), NEUMANN.replace("PeterNeumann", "Peter Neumann"),
        NEUMANN.replace("PeterNeumann", ""), NEUMANN[:-4], "a+00000000+" + notes.encode(b"\x02" + bytes(32)),
        NEUMANN.replace("c74f20a3", "C74F20A3"),
    ],
)  # fmt: skip
def test_what_is_no_verifier_key_is_refused(text):
    with pytest.raises(NoteError):
        Vkey.parse(text)


@pytest.mark.parametrize(
    "data",
    [
        "", "\n", "\n\n", "text\n", "text\n\n", "text\n\n— a", NOTE[:-1], NOTE + "\n", NOTE + "more\n",
        NOTE.replace("— ", "- "), NOTE.replace("PeterNeumann x", "Peter Neumann x"), NOTE.replace("=\n", "\n"),
        NOTE.replace("If", "\tIf"), NOTE.replace("\n", "\r\n"), NOTE + "— a AAAAAA==\n", NOTE + "— a+b AAAAAAA=\n",
        NOTE + "— a AAAAAAAAAAB=\n", NOTE + "— a AAAA AAAA\n", "x" * notes.LONGEST_NOTE + NOTE,
        NOTE + "— a AAAAAAA=\n" * 100,
    ],
)  # fmt: skip
def test_what_is_no_note_is_refused(data):
    with pytest.raises(NoteError):
        Note.parse(data)


@pytest.mark.parametrize(
    "text",
    [
        "", "a\n1\n", f"a\n1\n{notes.encode(bytes(31))}\n", f"a\n01\n{ROOT}\n", f"a\n-1\n{ROOT}\n", f"a\n１\n{ROOT}\n",
        f"\n1\n{ROOT}\n", f"a\n1\n{ROOT}", f"a\n1\n{ROOT}\n\n", f"a\n{'9' * 20}\n{ROOT}\n", f"a\n1\n{ROOT[:-2]}B=\n",
    ],
)  # fmt: skip
def test_what_is_no_checkpoint_is_refused(text):
    with pytest.raises(NoteError):
        Checkpoint.parse(text)


def test_extension_lines_are_allowed():
    assert Checkpoint.parse(TEXT + "more\n").size == 5


@given(st.text(max_size=200))
def test_hostile_text_is_refused_or_read_as_it_stands(data):
    for read in (Note.parse, Vkey.parse, Proof.parse):
        try:
            assert str(read(data)) == data
        except NoteError:
            continue


def proof(index=3, size=5, extra=None):
    path = tuple(tree.inclusion_proof(index, size, reading(leaves(size))))
    return Proof(index, path, signed(), extra)


def test_a_bundle_proves_an_entry_without_asking_anybody():
    for extra in (None, b"", b"the entry"):
        bundle = Proof.parse(str(proof(extra=extra)))
        assert bundle == proof(extra=extra)
        assert bundle.verify(b"3", [VKEY]).size == 5
    lines = str(proof(extra=b"3")).split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra Mw==", "index 3"]
    assert lines[3 + len(proof().path)] == ""


def test_a_bundle_proves_nothing_else():
    for entry, keys, bundle in (
        (b"4", [VKEY], proof()),
        (b"3", [COSIGNER], proof()),
        (b"3", [VKEY], Proof(2, proof().path, signed())),
        (b"3", [VKEY], Proof(3, proof().path[:-1], signed())),
    ):
        with pytest.raises(NoteError):
            bundle.verify(entry, keys)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("c2sp.org/tlog-proof@v1", "c2sp.org/tlog-proof@v2"),
        ("index 3", "index 03"),
        ("index 3", "place 3"),
        ("index 3\n", "index 3\nAAAA\n"),
        ("index 3\n", "index 3\n" + (notes.encode(bytes(32)) + "\n") * 64),
        ("index 3", "extra !\nindex 3"),
        ("\n\n", "\n"),
    ],
)
def test_what_is_no_bundle_is_refused(old, new):
    with pytest.raises(NoteError):
        Proof.parse(str(proof()).replace(old, new))


def test_an_entry_has_one_spelling():
    entry = certificate_entry(
        EntryType.ISSUED,
        "KW-2026-00001-58",
        status="certified",
        at=NOW,
        valid_from=date(2026, 11, 25),
        valid_until=date(2028, 11, 24),
        pdf="ab" * 32,
    )
    data = canonical(entry)
    assert data == (
        b'{"format":1,"number":"KW-2026-00001-58","pdf_sha256":"' + b"ab" * 32 + b'","status":"certified",'
        b'"time":"2026-11-25T12:30:05Z","type":"issued","valid_from":"2026-11-25","valid_until":"2028-11-24"}'
    )
    assert json.loads(data) == entry
    assert canonical({"b": "é", "a": 1}) == '{"a":1,"b":"é"}'.encode()


def test_the_head_of_the_case_log_names_its_rows():
    head = case_log_entry(at=NOW, first=1, last=9, count=8, root=bytes(32))
    assert (head["type"], head["first"], head["last"], head["count"], head["root"]) == ("case-log", 1, 9, 8, "00" * 32)
