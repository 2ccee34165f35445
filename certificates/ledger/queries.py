"""Reads of the log: tiles, bundles, proofs and checkpoints. Nothing here needs a private key."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from certificates.ledger import tiles, tree
from certificates.ledger.models import Cosignature, LedgerEntry, LedgerNode, SignedCheckpoint
from certificates.ledger.notes import Note, parse_signatures
from certificates.ledger.proof import Proof
from certificates.ledger.tiles import Tile


class NotYetError(Exception):
    """The entry is in the log, but no signed checkpoint covers it yet; that takes less than a minute."""


def size_of(session: Session) -> int:
    """How many entries the log has."""
    last = session.scalar(select(func.max(LedgerEntry.index)))
    return 0 if last is None else last + 1


def latest(session: Session) -> SignedCheckpoint | None:
    """The newest checkpoint, if any was signed."""
    return session.scalar(select(SignedCheckpoint).order_by(SignedCheckpoint.size.desc()).limit(1))


def checkpoints(session: Session, limit: int) -> list[SignedCheckpoint]:
    """The newest checkpoints."""
    return list(session.scalars(select(SignedCheckpoint).order_by(SignedCheckpoint.size.desc()).limit(limit)))


def cosignatures(session: Session, sizes: Sequence[int]) -> dict[int, list[Cosignature]]:
    """The cosignatures of checkpoints, by size."""
    found: dict[int, list[Cosignature]] = {size: [] for size in sizes}
    query = select(Cosignature).where(Cosignature.size.in_(sizes)).order_by(Cosignature.name, Cosignature.vkey)
    for each in session.scalars(query):
        found[each.size].append(each)
    return found


def note_of(session: Session, checkpoint: SignedCheckpoint) -> Note:
    """A checkpoint as it is served: with every cosignature that came in since it was signed."""
    note = Note.parse(checkpoint.note)
    lines = (line for each in cosignatures(session, [checkpoint.size])[checkpoint.size] for line in (each.line,))
    return Note(note.text, note.signatures + tuple(one for line in lines for one in parse_signatures(line)))


def hashes(session: Session, tile: Tile) -> list[bytes]:
    """The hashes of a tile of a level; the caller knows that the log has them."""
    end = tile.start + tile.width
    if not tile.level:
        query = select(LedgerEntry.hash).where(LedgerEntry.index >= tile.start, LedgerEntry.index < end)
        return list(session.scalars(query.order_by(LedgerEntry.index)))
    nodes = select(LedgerNode.hash).where(LedgerNode.level == tile.level)
    nodes = nodes.where(LedgerNode.index >= tile.start, LedgerNode.index < end)
    return list(session.scalars(nodes.order_by(LedgerNode.index)))


def content(session: Session, tile: Tile) -> bytes:
    """The bytes of a tile or bundle as they are served."""
    if tile.level is not None:
        return b"".join(hashes(session, tile))
    end = tile.start + tile.width
    query = select(LedgerEntry.data).where(LedgerEntry.index >= tile.start, LedgerEntry.index < end)
    return tiles.bundle(list(session.scalars(query.order_by(LedgerEntry.index))))


def subtrees(session: Session, size: int) -> tree.Subtree:
    """The hashes of the tree of the first `size` entries."""
    return tiles.subtrees(size, lambda tile: hashes(session, tile))


def newest_entry(session: Session, number: str) -> LedgerEntry | None:
    """The last thing that the log says of a certificate."""
    query = select(LedgerEntry).where(LedgerEntry.number == number)
    return session.scalar(query.order_by(LedgerEntry.index.desc()).limit(1))


def tlog_proof(session: Session, number: str) -> str | None:
    """That the last entry of a certificate is in the log, for checking offline; None if the log never heard of it.

    NotYetError if no checkpoint covers the entry. The bundle carries the bytes of the entry as extra data.
    """
    entry, checkpoint = newest_entry(session, number), latest(session)
    if entry is None:
        return None
    if checkpoint is None or checkpoint.size <= entry.index:
        raise NotYetError
    path = tree.inclusion_proof(entry.index, checkpoint.size, subtrees(session, checkpoint.size))
    return str(Proof(entry.index, tuple(path), note_of(session, checkpoint), entry.data))
