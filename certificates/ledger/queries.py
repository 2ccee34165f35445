"""Reads of the log: tiles, bundles, proofs and checkpoints. Needs no private key."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certificates.ledger import tiles, tree
from certificates.ledger.models import Cosignature, LedgerEntry, LedgerNode, SignedCheckpoint
from certificates.ledger.notes import Note, parse_signatures
from certificates.ledger.proof import Proof
from certificates.ledger.tiles import Tile


class NotYetError(Exception):
    """No signed checkpoint covers the entry yet; one follows within a minute."""


def size_of(session: Session) -> int:
    """Return the number of entries."""
    last = session.scalar(select(func.max(LedgerEntry.index)))
    return 0 if last is None else last + 1


def latest(session: Session) -> SignedCheckpoint | None:
    """Return the newest checkpoint, or None."""
    return session.scalar(select(SignedCheckpoint).order_by(SignedCheckpoint.size.desc()).limit(1))


def first_after(session: Session, moment: datetime) -> SignedCheckpoint | None:
    """Return the first checkpoint that was signed after a moment, or None."""
    query = select(SignedCheckpoint).where(SignedCheckpoint.signed_at > moment)
    return session.scalar(query.order_by(SignedCheckpoint.size).limit(1))


def checkpoints(session: Session, limit: int) -> list[SignedCheckpoint]:
    """Return the newest checkpoints."""
    return list(session.scalars(select(SignedCheckpoint).order_by(SignedCheckpoint.size.desc()).limit(limit)))


def cosignatures(session: Session, sizes: Sequence[int]) -> dict[int, list[Cosignature]]:
    """Return the cosignatures of checkpoints, by tree size."""
    found: dict[int, list[Cosignature]] = {size: [] for size in sizes}
    query = select(Cosignature).where(Cosignature.size.in_(sizes)).order_by(Cosignature.name, Cosignature.vkey)
    for each in session.scalars(query):
        found[each.size].append(each)
    return found


def note_of(session: Session, checkpoint: SignedCheckpoint) -> Note:
    """Return a checkpoint as it is served: with every cosignature received so far."""
    note = Note.parse(checkpoint.note)
    lines = (line for each in cosignatures(session, [checkpoint.size])[checkpoint.size] for line in (each.line,))
    return Note(note.text, note.signatures + tuple(one for line in lines for one in parse_signatures(line)))


def hashes(session: Session, tile: Tile) -> list[bytes]:
    """Return the hashes of a tile; the caller has checked that the log is large enough."""
    end = tile.start + tile.width
    if not tile.level:
        query = select(LedgerEntry.hash).where(LedgerEntry.index >= tile.start, LedgerEntry.index < end)
        return list(session.scalars(query.order_by(LedgerEntry.index)))
    nodes = select(LedgerNode.hash).where(LedgerNode.level == tile.level)
    nodes = nodes.where(LedgerNode.index >= tile.start, LedgerNode.index < end)
    return list(session.scalars(nodes.order_by(LedgerNode.index)))


def content(session: Session, tile: Tile) -> bytes:
    """Return the bytes of a tile or bundle as they are served."""
    if tile.level is not None:
        return b"".join(hashes(session, tile))
    end = tile.start + tile.width
    query = select(LedgerEntry.data).where(LedgerEntry.index >= tile.start, LedgerEntry.index < end)
    return tiles.bundle(list(session.scalars(query.order_by(LedgerEntry.index))))


def subtrees(session: Session, size: int) -> tree.Subtree:
    """Return a function that reads subtree hashes of the first `size` entries."""
    return tiles.subtrees(size, lambda tile: hashes(session, tile))


def newest_entry(session: Session, number: str) -> LedgerEntry | None:
    """Return the newest entry about a certificate, or None."""
    query = select(LedgerEntry).where(LedgerEntry.number == number)
    return session.scalar(query.order_by(LedgerEntry.index.desc()).limit(1))


def tlog_proof(session: Session, number: str) -> str | None:
    """Return the offline proof for the newest entry about a certificate; None if the log has none.

    NotYetError if no checkpoint covers the entry. The bundle carries the bytes of the entry as extra data.
    """
    entry, checkpoint = newest_entry(session, number), latest(session)
    if entry is None:
        return None
    if checkpoint is None or checkpoint.size <= entry.index:
        raise NotYetError
    path = tree.inclusion_proof(entry.index, checkpoint.size, subtrees(session, checkpoint.size))
    return str(Proof(entry.index, tuple(path), note_of(session, checkpoint), entry.data))
