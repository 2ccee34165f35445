"""Write the log: entries in the transaction of the change they report; checkpoints and cosignatures later."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from audits.core import clock, numbering
from audits.core.canonical import canonical
from certificates.ledger import tree
from certificates.ledger.memory import EMPTY, Head, HeadKey, LedgerError, NumberKeeper
from certificates.ledger.models import LedgerEntry, LedgerNode, SignedCheckpoint
from certificates.ledger.notes import Checkpoint, Note, NoteError, Signature, Vkey
from certificates.ledger.queries import hashes, latest, size_of, subtrees
from certificates.ledger.tiles import LONGEST_ENTRY, WIDTH, Tile

SERIES = "ledger"
_MISSING = "the memory of the log is missing beside the keys"


def append(session: Session, entry: Mapping[str, Any]) -> int:
    """Append an entry, linked to the previous one about the same certificate; return its index.

    It exists if and only if the caller's transaction commits. The counter of the log stays locked until then, so that
    indices have no gaps and other transactions wait: append last.
    """
    index = numbering.next_number(session, SERIES) - 1
    number = entry.get("number")
    known = select(func.max(LedgerEntry.index)).where(LedgerEntry.number == number)
    previous = session.scalar(known) if number else None
    data = canonical(entry if previous is None else {**entry, "previous": previous})
    if len(data) > LONGEST_ENTRY:
        raise LedgerError("the entry is too long for the log")
    values = {"index": index, "type": entry["type"], "number": number, "data": data, "hash": tree.leaf_hash(data)}
    session.execute(insert(LedgerEntry).values(values))
    _fill(session, index + 1)
    return index


def sign_checkpoint(session: Session, origin: str, key: HeadKey) -> SignedCheckpoint | None:
    """Sign the present tree; None if it did not grow since the last checkpoint. The caller prevents concurrent calls.

    Call it in a transaction that appends nothing: the key remembers what it signed, so only committed entries may be.
    LedgerError as `next_head`.
    """
    known = key.remembered()
    head, proof = next_head(session, known)
    last = latest(session)
    if head.size == (last.size if last else 0):
        return None
    text = Checkpoint(origin, head.size, head.root).text
    vkey = Vkey.of(origin, key.public_key())
    line = Signature(origin, vkey.id, key.sign_head(text, known.size if known else 0, proof))
    note = Note(text, (line,))
    checkpoint = SignedCheckpoint(size=head.size, root=head.root, note=str(note), vkey=str(vkey), signed_at=clock.now())
    session.add(checkpoint)
    return checkpoint


def used_numbers(session: Session, keeper: NumberKeeper) -> Mapping[str, int]:
    """Return the last number of each series that the keys know of, for `number_certificate`.

    LedgerError if they know nothing, though a checkpoint was signed: numbers may have been used that nobody knows.
    """
    found = keeper.numbers()
    if found is None and latest(session) is not None:
        raise LedgerError(_MISSING)
    return found or {}


def next_head(session: Session, known: Head | None) -> tuple[Head, list[bytes]]:
    """Return the present head, and the proof that it continues the one that the keys know.

    LedgerError if it does not, or does not continue the last checkpoint. Those two differ after a crash, and after the
    restore of an older database, or of older keys.
    """
    last = latest(session)
    if last is not None and known is None:
        raise LedgerError(_MISSING)
    known, signed = known or EMPTY, Head(last.size, last.root) if last else EMPTY
    size = size_of(session)
    if known == signed and size == signed.size:
        return signed, []
    subtree = subtrees(session, size)
    head = Head(size, tree.root(size, subtree))
    _proof(signed, head, subtree)
    return head, _proof(known, head, subtree)


def add_cosignatures(session: Session, data: str, witnesses: Iterable[Vkey]) -> int | None:
    """Store cosignatures of known witnesses under one of our checkpoints; return how many, None for another note.

    `data` is the note with their lines. NoteError if it is malformed, a signature is wrong, or no known witness signed.
    """
    note, known = Note.parse(data), list(witnesses)
    checkpoint = session.get(SignedCheckpoint, Checkpoint.parse(note.text).size)
    if checkpoint is None or Note.parse(checkpoint.note).text != note.text:
        return None
    signed = note.verified(known)
    lines = {key: next(str(line) for line in note.signatures if line.is_of(key)) for key in signed}
    for key, time in signed.items():
        kept = func.keep_cosignature(checkpoint.size, str(key), key.name, lines[key], _moment(time))
        session.execute(select(kept))  # a function, because the role of the register may not write the table itself
    return len(signed)


def _proof(older: Head, newer: Head, subtree: tree.Subtree) -> list[bytes]:
    """Return the proof that the log continues an older head, or raise LedgerError."""
    proof = tree.consistency_proof(older.size, newer.size, subtree) if older.size <= newer.size else []
    older.check(newer, proof)
    return proof


def _fill(session: Session, size: int) -> None:
    """Store the hash of every tile that the last entry completed."""
    level, count = 0, size
    while count % WIDTH == 0:
        count //= WIDTH
        full = hashes(session, Tile(level, count - 1))
        level += 1
        session.execute(insert(LedgerNode).values(level=level, index=count - 1, hash=tree.root_of(full)))


def _moment(time: int | None) -> datetime:
    try:
        return datetime.fromtimestamp(time or 0, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise NoteError("the witness names no time that can be") from error
