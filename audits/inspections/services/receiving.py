"""Receive what devices sealed: check every entry by itself, store what holds, and say of the rest why it does not."""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.applications.rules import check_file_name
from audits.core.access import Actor
from audits.core.errors import RuleError
from audits.core.events import Code, Digest
from audits.core.letters import check_length, check_printable
from audits.inspections import entries
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.device_keys import is_signed
from audits.inspections.entries import EntryKind, Written
from audits.inspections.events import EntriesReceived, UnitCounted
from audits.inspections.judging import NOTE_LIMIT, complaint
from audits.inspections.models import Audit, EntryChain, SampledUnit, SealedEntry
from audits.inspections.queries import VerdictRow, units_of, verdicts_of
from audits.inspections.services.attaching import ADDED
from audits.inspections.services.counting import COUNTED, check_sealed_counts
from audits.inspections.services.course import load_fieldwork, record
from audits.inspections.services.enrolling import own_device
from audits.inspections.services.entering import Link, row, store
from audits.inspections.services.fieldwork import Key, Said, told_of, upsert
from audits.inspections.services.noting import receive_private_note
from audits.inspections.standing import Stand, is_conflict, standing_on
from audits.schemes.text import SchemeText

MOST_SENT = 200
WORDS = {
    EntryKind.VERDICT: {"note", "reason"},
    EntryKind.CHOICE: {"note", "reason"},
    EntryKind.PHOTO: {"sha256", "name"},
    EntryKind.PRIVATE: {"private", "seen"},
    EntryKind.COUNT: {"counts", "reason"},
}
PRIVATE = "private"
_SALT = range(16, 65)  # bytes
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Sent:
    """An entry as a device sends it: its bytes and their signature, what was typed and the salt of its digest."""

    data: bytes
    signature: str
    salt: bytes = b""
    words: Mapping[str, str] = field(default_factory=dict)


class Outcome(StrEnum):
    """What became of an entry. One that waits is sent again, after those that are missing before it."""

    STORED = "stored"
    KNOWN = "known"
    WAITING = "waiting"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of the entry with this digest, and why it was not stored."""

    digest: str
    outcome: Outcome
    why: RuleError | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """What became of a batch: an answer per entry as it was sent, the last link, and the cells to choose on."""

    answers: list[Answer]
    last: Link
    conflicts: dict[str, list[Stand]]


def receive_entries(
    session: Session, actor: Actor, audit_id: UUID, chain_id: UUID, sent: Sequence[Sent], *, written: int = 0
) -> Received:
    """Store entries of a device of the actor, in an audit in progress; `written` is how many the device holds.

    The same batch may come again: what is there already is not stored twice. An entry that does not hold ends what can
    be stored, since the next ones continue it.
    """
    audit = load_fieldwork(session, actor, audit_id, by_team=True)
    chain = own_device(session, actor, audit, chain_id)
    if len(sent) > MOST_SENT:
        raise RuleError("Send at most %(count)d entries at once.", count=MOST_SENT)
    door = _Door(session, audit, chain)
    answers = {place: door.answer(each) for place, each in sorted(enumerate(sent), key=lambda pair: _number(pair[1]))}
    if door.rows:
        store(session, audit.id, door.rows, door.contents)
    chain.written = max(chain.written, min(written, 2**31 - 1), door.last.number)
    conflicts: dict[str, list[Stand]] = {}
    if door.rows:
        conflicts = _bring_up(session, actor, audit, door)
        for cell, text, seen in door.notes:
            receive_private_note(session, actor, door.unit(cell), cell.partition("/")[0], text, seen=seen)
        for counted in door.counted:
            record(session, actor, audit, counted)
        told = EntriesReceived(
            chain=chain.id, entries=len(door.rows), head=Digest(door.last.digest), conflicts=len(conflicts)
        )
        record(session, actor, audit, told)
    return Received([answers[place] for place in range(len(sent))], door.last, conflicts)


def _number(each: Sent) -> int:
    try:
        return entries.read(each.data).number
    except RuleError:
        return 0


class _Door:
    """Checks the entries of one device one after the other, and collects those that hold."""

    def __init__(self, session: Session, audit: Audit, chain: EntryChain) -> None:
        self.scheme: SchemeText = scheme_of_audit(audit)
        self.chain = chain
        self.places = {(unit.unit, unit.position): unit for unit in units_of(session, audit.id)}
        self.stored = verdicts_of(session, audit.id)
        self.known: dict[str, bytes] = {}  # every entry of the audit, by digest
        self.entered: set[str] = set()  # cells that somebody wrote an entry on
        self.numbers: dict[int, str] = {}  # of this chain
        self.last = Link(chain.id, 0, chain.digest)
        self._load(session, audit.id)
        self.rows: list[dict[str, Any]] = []
        self.contents: dict[str, tuple[bytes, Mapping[str, str]]] = {}
        self.reasons: dict[str, list[str]] = defaultdict(list)  # given now, by cell
        self.notes: list[tuple[str, str, str]] = []  # private ones: cell, text, and digest of what it replaces
        self.counted: list[UnitCounted] = []

    def answer(self, sent: Sent) -> Answer:
        """Take an entry, or say why not."""
        digest = entries.digest_of(sent.data)
        try:
            said = entries.read(sent.data)
            known = self.numbers.get(said.number)
            if known == digest:
                return Answer(digest, Outcome.KNOWN)
            if known:
                raise RuleError("There is another entry with this number. This device was put back to an earlier day.")
            self._check_chain(said)
            if said.number > self.last.number + 1:
                return Answer(digest, Outcome.WAITING, RuleError("An earlier entry of this device is missing."))
            self._check(said, sent)
        except RuleError as error:
            return Answer(digest, Outcome.REFUSED, error)
        self._take(said, sent, digest)
        return Answer(digest, Outcome.STORED)

    def reference(self, cell: str) -> str:
        """Return the reference of the unit of a cell; KeyError if it was not drawn."""
        return self.unit(cell).reference

    def unit(self, cell: str) -> SampledUnit:
        """Return the unit of a cell; KeyError if it was not drawn."""
        _, unit, position = cell.split("/")
        return self.places[unit, int(position)]

    def _check_chain(self, said: Written) -> None:
        chain = self.chain
        if (said.audit, said.chain, said.person) != (chain.audit_id, chain.id, chain.person_id):
            raise RuleError("This entry is of another audit, device or person.")
        if said.scheme != self.scheme.sha256:
            raise RuleError("This entry was made against another norm.")

    def _check(self, said: Written, sent: Sent) -> None:
        if said.previous != self.last.digest:
            raise RuleError("This entry does not continue the one before it.")
        if not is_signed(self.chain.public_key or "", sent.signature, sent.data):
            raise RuleError("The signature of the device is wrong.")
        self._check_cell(said)
        _check_words(said, sent)
        _PAYLOADS[said.kind](self, said, sent)

    def _check_cell(self, said: Written) -> None:
        """Check that a cell is in the audit; what is counted at a unit has a cell of its own."""
        code, unit, position = said.cell.split("/")
        kind = self.scheme.units.get(unit)
        if said.kind is EntryKind.COUNT:
            known = kind is not None and bool(kind.counts) and said.cell == entries.count_cell(unit, int(position))
        else:
            known = kind is not None and code in {item.code for item in self.scheme.on_unit(unit)}
        if not known or (unit, int(position)) not in self.places:
            raise RuleError("This requirement or unit is not in this audit.")

    def check_verdict(self, said: Written, sent: Sent) -> None:
        """Check the value, the note, and the reason where an earlier value is replaced."""
        if problem := complaint(self.scheme, said.value, sent.words.get("note", "")):
            raise problem
        reason = sent.words.get("reason", "")
        check_length(reason, NOTE_LIMIT)
        check_printable(reason)
        if not reason.strip() and (said.bulk or said.kind is EntryKind.CHOICE or self._replaces(said)):
            raise RuleError("You change a verdict that was saved before. Say why.")

    def check_photo(self, said: Written, sent: Sent) -> None:
        """Check what an entry says of a picture, which follows by itself."""
        name, sha256 = (sent.words.get(each, "") for each in ("name", "sha256"))
        if said.value != ADDED or said.parents or not name or not _SHA256.fullmatch(sha256):
            raise RuleError("This picture is not one that we know.")
        check_file_name(name)

    def check_private(self, said: Written, sent: Sent) -> None:
        """Check a private note; it replaces no verdict."""
        if said.value != PRIVATE or said.parents or not sent.words.get("seen"):
            raise RuleError("What was typed does not belong to this entry.")
        check_length(sent.words.get("private", ""), NOTE_LIMIT)
        check_printable(sent.words.get("private", ""))

    def check_count(self, said: Written, sent: Sent) -> None:
        """Check what was counted at a unit; whoever saw other counts says why they change."""
        if said.value != COUNTED:
            raise RuleError("What was typed does not belong to this entry.")
        unit = self.scheme.units[said.cell.split("/")[1]]
        words = sent.words
        check_sealed_counts(unit, words.get("counts", ""), words.get("reason", ""), replaces=bool(said.parents))

    def _replaces(self, said: Written) -> bool:
        """Return whether it replaces another value: of an entry that it names, or one older than the chains."""
        seen = {entries.read(self.known[parent]).value for parent in said.parents if parent in self.known}
        if not said.parents and said.cell not in self.entered:
            code = said.cell.split("/")[0]
            older = self.stored.get(code, {}).get(self.reference(said.cell))
            seen |= {older.value} if older else set()
        return bool(seen - {said.value})

    def _take(self, said: Written, sent: Sent, digest: str) -> None:
        self.rows.append(row(said, sent.data, sent.signature))
        if said.kind is EntryKind.PRIVATE:  # what it says is for the team alone, so it never stands beside its entry
            self.notes.append((said.cell, sent.words.get("private", ""), sent.words["seen"]))
        elif said.content:
            self.contents[digest] = (sent.salt, sent.words)
        reason = sent.words.get("reason", "").strip()
        if said.kind is EntryKind.COUNT:
            self.counted.append(UnitCounted(unit=Code(said.cell.split("/")[1]), head=Digest(digest), reason=reason))
        elif reason:
            self.reasons[said.cell].append(reason)
        self.known[digest], self.numbers[said.number] = sent.data, digest
        if said.kind.judges:
            self.entered.add(said.cell)
        self.last = Link(self.chain.id, said.number, digest)

    def _load(self, session: Session, audit_id: UUID) -> None:
        query = select(SealedEntry.chain_id, SealedEntry.number, SealedEntry.cell, SealedEntry.digest, SealedEntry.data)
        query = query.where(SealedEntry.audit_id == audit_id).order_by(SealedEntry.id)
        for chain_id, number, cell, digest, data in session.execute(query):
            self.known[digest] = data
            if entries.is_verdict(data):
                self.entered.add(cell)
            if chain_id == self.chain.id:
                self.numbers[number], self.last = digest, Link(chain_id, number, digest)


# What is checked of each kind of entry.
_PAYLOADS: dict[EntryKind, Callable[[_Door, Written, Sent], None]] = {
    EntryKind.VERDICT: _Door.check_verdict,
    EntryKind.CHOICE: _Door.check_verdict,
    EntryKind.PHOTO: _Door.check_photo,
    EntryKind.PRIVATE: _Door.check_private,
    EntryKind.COUNT: _Door.check_count,
}


def _check_words(said: Written, sent: Sent) -> None:
    """Raise RuleError unless what was typed comes with the entry, and is what its digest says."""
    words = sent.words
    if said.content is None:
        if words:
            raise RuleError("What was typed does not belong to this entry.")
        return
    whole = set(words) <= WORDS.get(said.kind, set()) and all(words.values()) and len(sent.salt) in _SALT
    if not whole or entries.content_digest(sent.salt, words) != said.content:
        raise RuleError("What was typed does not belong to this entry.")


def _bring_up(session: Session, actor: Actor, audit: Audit, door: _Door) -> dict[str, list[Stand]]:
    """Let the verdicts say what stands on the cells that were written on; return those with several values."""
    now = standing_on(session, audit.id, {each["cell"] for each in door.rows})
    changed: dict[Key, Said] = {}
    known: dict[Key, VerdictRow] = {}
    for cell, stand in now.items():
        code = cell.partition("/")[0]
        key = (code, door.reference(cell))
        before = door.stored.get(code, {}).get(key[1])
        said = _said(stand, before)
        if before is None or (before.value, before.note, before.method) != said[:3]:
            changed[key] = said._replace(reason="\n".join(dict.fromkeys(door.reasons[cell])) or said.reason)
        if before:
            known[key] = before
    if changed:
        upsert(session, actor, audit, door.scheme, changed)
        for told in told_of(known, changed, door.last.digest):
            record(session, actor, audit, told)
    return {cell: stand for cell, stand in now.items() if is_conflict(stand)}


def _said(stand: Sequence[Stand], before: VerdictRow | None) -> Said:
    """Return what the verdict says: while nobody chose, that which came in first."""
    if is_conflict(stand):
        if before and before.value in {each.value for each in stand}:
            return Said(before.value, before.note, before.method, before.bulk)
        return _of(min(stand, key=lambda each: not each.reason))
    notes = "\n".join(dict.fromkeys(each.note for each in sorted(stand) if each.note))
    return _of(stand[0])._replace(note=notes if len(notes) <= NOTE_LIMIT else stand[0].note)


def _of(each: Stand) -> Said:
    return Said(each.value, each.note, each.method, each.bulk, each.reason if each.bulk else "")
