"""Recompute the whole log from its tables: every hash, every checkpoint, and the states of certificates."""

import json
from collections.abc import Collection, Generator, Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, defer

from audits.core.canonical import canonical
from audits.decisions.queries import altered_bases
from certificates.credentials import key_of
from certificates.documents.models import Document
from certificates.documents.stages import DocumentKind
from certificates.ledger.caselog import altered_notes, head_of
from certificates.ledger.entries import EntryType
from certificates.ledger.models import LedgerEntry, LedgerNode, SignedCheckpoint
from certificates.ledger.notes import Checkpoint, Note, NoteError, Vkey
from certificates.ledger.queries import cosignatures, newest_entry, note_of, size_of
from certificates.ledger.tiles import WIDTH
from certificates.ledger.tree import Growing, leaf_hash, root_of
from certificates.lifecycle.models import Certificate, StatusList
from certificates.lifecycle.workflow import CertificateState

_AT_ONCE = 1000
_LAST = {
    CertificateState.ACTIVE: {EntryType.ISSUED, EntryType.LIFTED},
    CertificateState.PARTLY_SUSPENDED: {EntryType.SUSPENDED},
    CertificateState.SUSPENDED: {EntryType.SUSPENDED},
    CertificateState.WITHDRAWN: {EntryType.WITHDRAWN},
    CertificateState.ENDED: {EntryType.ENDED},
    CertificateState.REPLACED: {EntryType.REPLACED},
}

_UNMOVED = {
    EntryType.EXPIRED,
    EntryType.RESEALED,
    EntryType.CONDITION_MET,
    EntryType.APPEAL_DECIDED,
}  # entries that leave the state of the certificate unchanged


def problems(session: Session, origin: str, keys: Sequence[Vkey]) -> Generator[str]:
    """Yield everything that is wrong, the most basic first; nothing if all is right.

    `keys` are those that may have signed: the log's own and those of its witnesses. That each checkpoint continues the
    one before it follows from their roots: both are computed from the same entries.
    """
    log, size = _Log(session, origin, keys), size_of(session)
    query = select(LedgerEntry).where(LedgerEntry.index < size)
    query = query.order_by(LedgerEntry.index).execution_options(yield_per=_AT_ONCE)
    with session.scalars(query) as entries:
        for entry in entries:
            yield from log.read(entry)
    yield from log.rest()
    yield from (f"event {each}: its note is not the one that was made with it" for each in altered_notes(session))
    yield from (f"decision {each}: its basis is not the one that was decided on" for each in altered_bases(session))
    yield from _certificates(session, size, log.last, log.files)


def unpublished(session: Session, published: Collection[str]) -> Generator[str]:
    """Yield credentials, badges and lists whose key is not in the published set; verifiers will reject them.

    `published` are the thumbprints in that set. Right after a key was compromised this lists what still has to be
    signed again.
    """
    query = select(Certificate.number, Certificate.credential, Certificate.badge)
    query = query.where(Certificate.issued_at.is_not(None)).order_by(Certificate.number)
    with session.execute(query.execution_options(yield_per=_AT_ONCE)) as rows:
        for number, credential, badge in rows:
            for name, text in (("credential", credential), ("badge", badge)):
                if text and key_of(text) not in published:
                    yield f"{number}: the {name} is signed with a key that is not in the published set"
    for each in session.scalars(select(StatusList).order_by(StatusList.purpose, StatusList.number)):
        if each.kid not in published:
            yield f"the {each.purpose} list {each.number} is signed with a key that is not in the published set"


class _Log:
    """The tree while it is recomputed, entry by entry."""

    def __init__(self, session: Session, origin: str, keys: Sequence[Vkey]) -> None:
        self.last: dict[str, EntryType] = {}  # certificate number: last entry that changed its state
        self.files: dict[str, set[str]] = {}  # certificate number: hashes of its files
        self._session, self._origin, self._keys = session, origin, keys
        self._tree, self._open = Growing(), [[]]  # type: tuple[Growing, list[list[bytes]]]
        self._known: dict[str, int] = {}
        self._case_log_end = 0
        self._checkpoints = {
            each.size: each for each in session.scalars(select(SignedCheckpoint).order_by(SignedCheckpoint.size))
        }

    def read(self, entry: LedgerEntry) -> Iterator[str]:
        if entry.index != self._tree.size:
            yield f"entry {self._tree.size} is missing"
        if entry.hash != leaf_hash(entry.data):
            yield f"entry {entry.index}: the hash is not that of the entry"
        yield from self._content(entry)
        self._tree.add(leaf_hash(entry.data))
        yield from self._nodes(leaf_hash(entry.data))
        if checkpoint := self._checkpoints.pop(self._tree.size, None):
            yield from self._checkpoint(checkpoint)

    def rest(self) -> Iterator[str]:
        """Yield stored data that no entry accounts for."""
        yield from (f"checkpoint {size}: the log has no such size" for size in self._checkpoints)
        extra = select(LedgerNode.level, LedgerNode.index).order_by(LedgerNode.level, LedgerNode.index)
        for level, index in self._session.execute(extra):
            if (index + 1) * WIDTH**level > size_of(self._session):
                yield f"there is a hash of tile {level}/{index}, but not what it is of"

    def _content(self, entry: LedgerEntry) -> Iterator[str]:
        said = _object(entry.data)
        if said is None or canonical(said) != entry.data:
            yield f"entry {entry.index}: it is not in its one spelling"
            return
        number = said.get("number")
        if (said.get("type"), number) != (entry.type.value, entry.number):
            yield f"entry {entry.index}: the columns say something else than the entry"
        if said.get("previous") != self._known.get(number or ""):
            yield f"entry {entry.index}: it does not follow the entry before it about {number}"
        if number:
            self._known[number] = entry.index
            if entry.type not in _UNMOVED:
                self.last[number] = entry.type
            if "pdf_sha256" in said:
                self.files.setdefault(number, set()).add(said["pdf_sha256"])
        elif entry.type is EntryType.CASE_LOG:
            yield from self._case_log(entry.index, said)

    def _case_log(self, index: int, said: dict[str, Any]) -> Iterator[str]:
        first, last = said["first"], said["last"]
        if first != self._case_log_end + 1:
            yield f"entry {index}: this head of the case log does not follow the one before it"
        self._case_log_end = last
        head = head_of(self._session, first, last)
        if (head.count, head.root.hex()) != (said["count"], said["root"]):
            yield f"entry {index}: the events {first} to {last} are not those whose head was logged"

    def _nodes(self, leaf: bytes) -> Iterator[str]:
        """Yield tiles completed by this leaf whose stored hash is wrong."""
        level, found = 0, leaf
        while True:
            if level == len(self._open):
                self._open.append([])
            self._open[level].append(found)
            if len(self._open[level]) < WIDTH:
                return
            found, self._open[level] = root_of(self._open[level]), []
            level += 1
            index = self._tree.size // WIDTH**level - 1
            node = self._session.get(LedgerNode, (level, index))
            if node is None or node.hash != found:
                yield f"the hash of tile {level}/{index} is not that of its entries"

    def _checkpoint(self, checkpoint: SignedCheckpoint) -> Iterator[str]:
        size = checkpoint.size
        try:
            note = Note.parse(checkpoint.note)
            said = Checkpoint.parse(note.text)
            note.verified([key for key in self._keys if key.name == self._origin])
            if cosignatures(self._session, [size])[size]:
                note_of(self._session, checkpoint).verified(self._keys)
        except NoteError as error:
            yield f"checkpoint {size}: {error}"
            return
        if said != Checkpoint(self._origin, size, checkpoint.root):
            yield f"checkpoint {size}: what was signed is not what the table says"
        if said.root != self._tree.root():
            yield f"checkpoint {size}: the root is not that of the first {size} entries"


def _certificates(session: Session, size: int, last: dict[str, EntryType], files: dict[str, set[str]]) -> Iterator[str]:
    """Compare the first `size` entries with certificates and files; skip those that changed in the meantime."""
    query = select(Certificate, Document.sha256).outerjoin(
        Document, (Document.subject_id == Certificate.id) & (Document.kind == DocumentKind.CERTIFICATE)
    )
    query = query.where(Certificate.issued_at.is_not(None)).order_by(Certificate.number)
    unknown = set(last)
    with session.execute(query.options(defer(Certificate.snapshot)).execution_options(yield_per=_AT_ONCE)) as rows:
        for certificate, sha256 in rows:
            number = certificate.number
            unknown.discard(number)
            state_fits = last.get(number) in _LAST.get(certificate.state, set())
            if (state_fits and sha256 in files.get(number, set())) or _moved(session, number, size):
                continue
            if not state_fits:
                yield f"{number} is {certificate.state}, but the log says {last.get(number, 'nothing')}"
            else:
                yield f"{number}: the recorded file is not the one in the log"
    yield from (f"{number} is in the log, but there is no such certificate" for number in sorted(unknown))


def _moved(session: Session, number: str, size: int) -> bool:
    newest = newest_entry(session, number)
    return newest is not None and newest.index >= size


def _object(data: bytes) -> dict[str, Any] | None:
    try:
        found = json.loads(data)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
