"""Logs for tests: many entries at once, certificates with their entries, and the log of another operator."""

from datetime import timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import insert, text

from audits.core import clock
from audits.core.access import SYSTEM
from audits.core.canonical import canonical
from audits.core.events import Event
from certificates.ledger import tiles, tree
from certificates.ledger.memory import Head, HeadMemory, RememberingKey
from certificates.ledger.models import LedgerEntry, LedgerNode
from certificates.ledger.notes import Checkpoint, Note, Signature, Vkey
from certificates.ledger.queries import latest
from certificates.ledger.services import append, sign_checkpoint
from certificates.lifecycle import services
from tests.kit.factories.certificates import BASE_URL, BODY, make_grant

ORIGIN = "keurwerk.example/ledger"
KEY, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes([byte]) * 32) for byte in (1, 2))
VKEY = Vkey.of(ORIGIN, KEY)


class _Table(HeadMemory):
    """A memory that is the table itself: what is signed after a test was undone is no fork."""

    def __init__(self, session):
        self.session = session

    def read(self):
        last = latest(self.session)
        return last and Head(last.size, last.root)

    def advance(self, newer, old, proof):
        pass


def make_checkpoint(session, origin=ORIGIN, key=KEY):
    """The present tree, signed; None if it did not grow."""
    return sign_checkpoint(session, origin, RememberingKey(key, _Table(session)))


def sign(text, name, key):
    """The signature line of a log under a note's text."""
    return Signature(name, Vkey.of(name, key).id, key.sign(text.encode()))


def add(session, *numbers):
    """Add an entry for each number; return their indices."""
    return [append(session, {"type": "issued", "number": number}) for number in numbers]


def fill(session, size):
    """Entries and hashes as `append` makes them, many at once."""
    data = [canonical({"type": "issued", "number": f"KW-{place}"}) for place in range(size)]
    hashes = [tree.leaf_hash(each) for each in data]
    session.execute(
        insert(LedgerEntry),
        [
            {"index": place, "type": "issued", "number": f"KW-{place}", "data": data[place], "hash": hashes[place]}
            for place in range(size)
        ],
    )
    level = 0
    while len(hashes) >= tiles.WIDTH:
        level += 1
        full = len(hashes) // tiles.WIDTH
        hashes = [tree.root_of(hashes[place * 256 : place * 256 + 256]) for place in range(full)]
        session.execute(
            insert(LedgerNode), [{"level": level, "index": at, "hash": each} for at, each in enumerate(hashes)]
        )
    session.execute(text("INSERT INTO counter VALUES ('ledger', :size)"), {"size": size})


def issued(session, agency=None, sha256="a" * 64, credential=None, **numbered):
    """Return a certificate that the services granted, numbered and issued, as the worker does."""
    decision = make_grant(session, agency)
    certificate = services.number_certificate(session, decision.id, base_url=BASE_URL, body=BODY, **numbered)
    certificate.credential = credential
    session.flush()
    services.issue_certificate(session, certificate.id, sha256=sha256, size=9, language="nl")
    return certificate


def happen(session, *days_ago):
    """Events of the case log, one for each number of days ago."""
    for days in days_ago:
        session.add(
            Event(
                name="case.test",
                subject_id=SYSTEM.id,
                format=2,
                actor_kind=SYSTEM.kind,
                agency_id=None,
                happened_at=clock.now() - timedelta(days=days),
                data={"words": "é", "many": [1, 2.5, None]},
            )
        )
        session.flush()


LOG = Vkey.of("other.example/log", OTHER)


class TheirLog:
    """Somebody else's log, of which we are a witness."""

    def __init__(self, word="entry"):
        self.leaves = [tree.leaf_hash(f"{word} {place}".encode()) for place in range(20)]

    def root(self, size):
        return tree.root_of(self.leaves[:size])

    def submission(self, old, size, *, proof=None, key=OTHER, name=LOG.name):
        subtree = tiles.subtrees(size, lambda tile: self.leaves[:size])
        proof = tree.consistency_proof(old, size, subtree) if proof is None else proof
        text = Checkpoint(name, size, self.root(size)).text
        lines = "".join(f"{Checkpoint('', 0, each).text.splitlines()[2]}\n" for each in proof)
        return f"old {old}\n{lines}\n{Note(text, (sign(text, name, key),))}"
