"""The log in the database: no gaps, append-only, an entry per event, consistent checkpoints."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audits.core import clock
from certificates.ledger import queries, tiles, tree
from certificates.ledger.models import Cosignature, LedgerEntry, LedgerNode, SignedCheckpoint
from certificates.ledger.notes import Algorithm, Checkpoint, Note, NoteError, Vkey, cosign
from certificates.ledger.proof import Proof
from certificates.ledger.services import LedgerError, add_cosignatures, append
from certificates.ledger.witness import Refusal, RefusedError, cosign_checkpoint
from certificates.lifecycle import services
from certificates.lifecycle.workflow import CertificateState
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.certificates import SCOPE, change, make_certificate
from tests.kit.factories.ledger import (
    KEY,
    LOG,
    ORIGIN,
    OTHER,
    VKEY,
    TheirLog,
    add,
    fill,
    issued,
    make_checkpoint,
    sign,
)
from tests.kit.published import unbundle
from tests.kit.told import told

S = CertificateState


WITNESS = Vkey.of("witness.example/w", OTHER, Algorithm.COSIGNATURE)


# Appending


def test_an_entry_is_canonical_and_knows_the_one_before_it(session):
    assert add(session, "A", "B", "A") == [0, 1, 2]
    rows = session.scalars(select(LedgerEntry).order_by(LedgerEntry.index)).all()
    assert [row.data for row in rows] == [
        b'{"number":"A","type":"issued"}',
        b'{"number":"B","type":"issued"}',
        b'{"number":"A","previous":0,"type":"issued"}',
    ]
    assert all(row.hash == tree.leaf_hash(row.data) for row in rows)


def test_indices_have_no_gaps_whatever_fails_beside_them(real_db):
    start = Barrier(16)

    def attempt(place):
        with Session(real_db) as session:
            start.wait()
            index = append(session, {"type": "issued", "number": f"{place}"})
            if place % 3 == 0:
                session.rollback()
                return None
            session.commit()
            return index

    with ThreadPoolExecutor(16) as pool:
        indices = [each for each in pool.map(attempt, range(16)) if each is not None]
    assert sorted(indices) == list(range(10))
    with Session(real_db) as session:
        assert queries.size_of(session) == 10
        checkpoint = make_checkpoint(session)
        leaves = session.scalars(select(LedgerEntry.hash).order_by(LedgerEntry.index))
        assert checkpoint.root == tree.root_of(leaves)


@pytest.mark.parametrize("table", [LedgerEntry, LedgerNode, SignedCheckpoint, Cosignature])
def test_nothing_in_the_log_can_be_changed_or_removed(session, table):
    fill(session, 256)
    note = make_checkpoint(session)
    session.flush()
    text = Note.parse(note.note).text
    add_cosignatures(session, str(Note(text, (cosign(text, WITNESS.name, OTHER, 5),))), [WITNESS])
    column = {LedgerEntry: "data", LedgerNode: "hash", SignedCheckpoint: "note", Cosignature: "line"}[table]
    for statement in (update(table).values({column: getattr(table, column)}), delete(table)):
        with pytest.raises(IntegrityError, match="append-only"), session.begin_nested():
            session.execute(statement)


def test_what_fills_a_tile_leaves_its_hash_behind(session):
    fill(session, 65_535)
    add(session, "the last")
    assert session.get(LedgerNode, (1, 255)) is not None
    leaves = list(session.scalars(select(LedgerEntry.hash).order_by(LedgerEntry.index)))
    assert session.get_one(LedgerNode, (2, 0)).hash == tree.root_of(leaves)
    checkpoint = make_checkpoint(session)
    assert (checkpoint.size, checkpoint.root) == (65_536, tree.root_of(leaves))


# Checkpoints and proofs


def test_a_checkpoint_is_signed_when_the_log_grew_and_only_then(session):
    assert make_checkpoint(session) is None
    add(session, "A", "B")
    first = make_checkpoint(session)
    session.flush()
    assert make_checkpoint(session) is None
    add(session, "C")
    second = make_checkpoint(session)
    session.flush()
    for checkpoint in (first, second):
        note = Note.parse(checkpoint.note)
        assert note.verified([Vkey.parse(checkpoint.vkey)]) == {VKEY: None}
        assert Checkpoint.parse(note.text) == Checkpoint(ORIGIN, checkpoint.size, checkpoint.root)
    proof = tree.consistency_proof(2, 3, queries.subtrees(session, 3))
    assert tree.consistent(2, 3, first.root, second.root, proof)
    assert queries.latest(session) is second


def test_a_log_that_does_not_continue_is_not_signed(session):
    add(session, "A", "B")
    wrong = Checkpoint(ORIGIN, 1, tree.leaf_hash(b"another"))
    note = Note(wrong.text, (sign(wrong.text, ORIGIN, KEY),))
    checkpoint = SignedCheckpoint(size=1, root=wrong.root, note=str(note), vkey=str(VKEY), signed_at=datetime.now(UTC))
    session.add(checkpoint)
    session.flush()
    with pytest.raises(LedgerError, match="first 1 entries"):
        make_checkpoint(session)


def test_a_log_that_lost_entries_is_not_signed(session):
    note = SignedCheckpoint(size=9, root=tree.EMPTY, note="", vkey="", signed_at=datetime.now(UTC))
    session.add(note)
    session.flush()
    with pytest.raises(LedgerError, match="but 9 were signed"):
        make_checkpoint(session)


def test_a_bundle_proves_the_newest_entry_of_a_certificate(session):
    fill(session, 700)
    make_checkpoint(session)
    session.flush()
    assert queries.tlog_proof(session, "nobody's") is None
    bundle = Proof.parse(queries.tlog_proof(session, "KW-300"))
    assert json.loads(bundle.extra)["number"] == "KW-300"
    assert (bundle.index, bundle.verify(bundle.extra, [VKEY]).size) == (300, 700)
    add(session, "KW-300")
    with pytest.raises(queries.NotYetError):
        queries.tlog_proof(session, "KW-300")
    make_checkpoint(session)
    session.flush()
    assert Proof.parse(queries.tlog_proof(session, "KW-300")).index == 700


def test_the_tiles_rebuild_the_tree(session):
    fill(session, 700)
    checkpoint = make_checkpoint(session)
    found = {tile: queries.content(session, tile) for tile in tiles.tiles_of(700)}
    entries = [each for tile, data in found.items() if tile.level is None for each in unbundle(data)]
    leaves = b"".join(data for tile, data in found.items() if tile.level == 0)
    assert [tree.leaf_hash(each) for each in entries] == [leaves[at : at + 32] for at in range(0, len(leaves), 32)]
    assert tree.root_of(map(tree.leaf_hash, entries)) == checkpoint.root
    assert len(found[tiles.Tile(1, 0, 2)]) == 64


# Witnesses


def cosigned(text, key=OTHER, at=1_700_000_000):
    return str(Note(text, (cosign(text, WITNESS.name, key, at),)))


def test_a_witness_adds_its_line_to_our_checkpoint(session):
    add(session, "A")
    checkpoint = make_checkpoint(session)
    session.flush()
    text = Note.parse(checkpoint.note).text
    assert add_cosignatures(session, cosigned(text), [WITNESS]) == 1
    assert add_cosignatures(session, cosigned(text, at=1_800_000_000), [WITNESS]) == 1  # the first one stays
    served = queries.note_of(session, checkpoint)
    assert served.verified([VKEY, WITNESS]) == {VKEY: None, WITNESS: 1_700_000_000}
    assert str(served).startswith(checkpoint.note)


def test_what_no_witness_of_ours_signed_is_not_kept(session):
    add(session, "A")
    checkpoint = make_checkpoint(session)
    session.flush()
    text = Note.parse(checkpoint.note).text
    for data, witnesses in ((cosigned(text), []), (cosigned(text, KEY), [WITNESS]), ("", [WITNESS])):
        with pytest.raises(NoteError):
            add_cosignatures(session, data, witnesses)
    late = str(Note(text, (cosign(text, WITNESS.name, OTHER, 2**62),)))
    with pytest.raises(NoteError, match="no time"):
        add_cosignatures(session, late, [WITNESS])
    for strange in (
        Checkpoint(ORIGIN, 2, tree.EMPTY),
        Checkpoint(ORIGIN, 1, tree.EMPTY),
        Checkpoint("x", 1, bytes(32)),
    ):
        assert add_cosignatures(session, cosigned(strange.text), [WITNESS]) is None
    assert session.scalars(select(Cosignature)).all() == []


def witnessed(session, data, logs=(LOG,)):
    return cosign_checkpoint(session, data, logs, "keurwerk.example/witness", lambda: KEY)


def refused(session, data, logs=(LOG,)):
    with pytest.raises(RefusedError) as refusal, session.begin_nested():
        witnessed(session, data, logs)
    return refusal.value.refusal, refusal.value.size


def test_we_cosign_a_log_that_continues(session):
    log = TheirLog()
    ours = Vkey.of("keurwerk.example/witness", KEY, Algorithm.COSIGNATURE)
    for old, size in ((0, 3), (3, 3), (3, 8), (8, 20)):
        data = log.submission(old, size)
        note = Note.parse(data.partition("\n\n")[2] + witnessed(session, data))
        assert set(note.verified([LOG, ours])) == {LOG, ours}


def test_we_do_not_cosign_what_is_not_so(session):
    log, fork = TheirLog(), TheirLog("forged")
    witnessed(session, log.submission(0, 8))
    for data, answer in {
        log.submission(8, 9, name="unknown.example"): (Refusal.UNKNOWN_LOG, 0),
        log.submission(8, 9, key=KEY): (Refusal.NOT_SIGNED, 0),
        log.submission(9, 12): (Refusal.OTHER_SIZE, 8),
        log.submission(0, 12): (Refusal.OTHER_SIZE, 8),
        log.submission(3, 5): (Refusal.OTHER_SIZE, 8),
        fork.submission(8, 8): (Refusal.OTHER_SIZE, 8),
        fork.submission(8, 12): (Refusal.INCONSISTENT, 0),
        log.submission(8, 12, proof=[]): (Refusal.INCONSISTENT, 0),
        log.submission(8, 8, proof=[tree.EMPTY]): (Refusal.INCONSISTENT, 0),
        log.submission(8, 8).replace("old 8", "old 9"): (Refusal.MALFORMED, 0),
        log.submission(8, 12).replace("old 8", "old 08"): (Refusal.MALFORMED, 0),
        log.submission(8, 12).replace("old ", ""): (Refusal.MALFORMED, 0),
        log.submission(8, 12, proof=[tree.EMPTY] * 64): (Refusal.MALFORMED, 0),
        "": (Refusal.MALFORMED, 0),
    }.items():
        assert refused(session, data) == answer
    assert refused(session, log.submission(8, 9), logs=()) == (Refusal.UNKNOWN_LOG, 0)
    witnessed(session, log.submission(8, 12))


def test_two_submissions_at_once_never_roll_back(real_db):
    log, start = TheirLog(), Barrier(8)

    def attempt(size):
        with Session(real_db) as session:
            start.wait()
            try:
                witnessed(session, log.submission(0, size))
            except RefusedError as error:
                return error.refusal, error.size
            session.commit()
            return None, size

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(attempt, range(5, 13)))
    (winner,) = [size for refusal, size in answers if refusal is None]
    assert {size for refusal, size in answers if refusal} == {winner}


# What certificates tell the log


def test_every_event_of_a_certificate_is_an_entry(session, decider):
    certificate = issued(session, credential="a.b.c")
    number, reason = certificate.number, "Signals about unpaid wages."
    services.suspend_certificate(session, decider, certificate.id, reasons=reason)
    services.lift_suspension(session, decider, certificate.id, reasons=reason)
    services.withdraw_certificate(session, decider, certificate.id, reasons=reason)
    entries = told(session, number)
    assert [(entry["type"], entry["status"], entry.get("previous")) for entry in entries] == [
        ("issued", "certified", None),
        ("suspended", "suspended", 0),
        ("lifted", "certified", 1),
        ("withdrawn", "withdrawn", 2),
    ]
    assert set(entries[0]) - set(entries[1]) | {"previous"} == {"pdf_sha256", "credential_sha256", "previous"}
    assert entries[0]["pdf_sha256"] == "a" * 64
    assert entries[0]["valid_until"] == certificate.valid_until.isoformat()
    assert reason not in json.dumps(entries)


def test_a_newer_certificate_ends_the_older_one_in_the_log_too(session):
    agency = make_agency(session, **SCOPE)
    older, newer = issued(session, agency), issued(session, agency, sha256="b" * 64)
    assert [(entry["type"], entry["number"]) for entry in told(session)] == [
        ("issued", older.number),
        ("replaced", older.number),
        ("issued", newer.number),
    ]


def test_what_does_not_happen_is_not_in_the_log(real_db):
    with Session(real_db) as session:
        issued(session)
        session.rollback()
    with Session(real_db) as session:
        assert told(session) == []
        certificate = issued(session)
        services.issue_certificate(session, certificate.id, sha256="c" * 64, size=9, language="nl")
        session.commit()
        assert len(told(session)) == 1


def test_the_end_of_validity_is_logged_once(session):
    long_ago = clock.today() - timedelta(days=800)
    ended = [make_certificate(session, issued=long_ago), make_certificate(session, S.SUSPENDED, issued=long_ago)]
    make_certificate(session)
    make_certificate(session, S.WITHDRAWN, issued=long_ago)
    assert services.log_expired(session) == 2
    assert services.log_expired(session) == 0
    found = {entry["number"]: (entry["type"], entry["status"]) for entry in told(session)}
    assert found == {ended[0].number: ("expired", "expired"), ended[1].number: ("expired", "suspended")}
    with pytest.raises(IntegrityError, match="expired"), session.begin_nested():
        append(session, {"type": "expired", "number": ended[0].number})


def test_the_last_valid_day_is_not_the_end(session):
    certificate = make_certificate(session, issued=clock.today() - timedelta(days=800))
    on_last_day = make_certificate(session, issued=clock.today() - timedelta(days=30), months=24)
    services.log_expired(session)
    assert [entry["number"] for entry in told(session)] == [certificate.number]
    change(session, on_last_day, S.SUSPENDED, clock.today())
    assert services.log_expired(session) == 0
