"""Fieldwork of an audit: record verdicts."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from audits.core import clock, events
from audits.core.access import Actor
from audits.core.db import one_or_many, table_of
from audits.core.errors import N_, IllegalMoveError, RuleError
from audits.core.events import Code, Digest
from audits.core.letters import check_printable
from audits.core.statements import built_once
from audits.inspections.cells import StoredCell, cell_at
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.entries import EntryKind, cell_of
from audits.inspections.events import VerdictsRecorded
from audits.inspections.judging import Method, complaint
from audits.inspections.models import Audit, SampledUnit, Verdict
from audits.inspections.queries import VerdictRow, verdicts_of
from audits.inspections.services.course import load_fieldwork, lock_audit, requirement_in
from audits.inspections.services.entering import Typed, enter
from audits.schemes.text import SchemeText

Key = tuple[str, str]  # requirement code and unit reference


class Said(NamedTuple):
    """What is recorded on one cell: verdict code, note, and how it was reached."""

    value: str
    note: str
    method: Method | None = None
    bulk: bool = False
    reason: str = ""


class TypedCell(NamedTuple):
    """What a person saves on one cell: a requirement, and a place of the draw.

    `version` is that of the verdict which the page showed, 0 if there was none. Where the page did not ask how it was
    reached, `asks_method` is False and that stays.
    """

    code: str
    place: int
    value: str
    note: str
    version: int
    reason: str = ""
    method: Method | None = None
    asks_method: bool = True


class VerdictsChangedError(IllegalMoveError):
    """Somebody changed verdicts after the page was opened; `stored` holds the present ones."""

    def __init__(self, stored: Mapping[Key, VerdictRow]) -> None:
        super().__init__(N_("Somebody judged this in the meantime. Look at what is stored now, and save again."))
        self.stored = stored


class ReasonMissingError(RuleError):
    """Stored verdicts would change without a reason; `codes` are their requirements."""

    def __init__(self, codes: Collection[str]) -> None:
        super().__init__(N_("You change a verdict that was saved before. Say why."))
        self.codes = codes


def record_sheets(
    session: Session,
    actor: Actor,
    audit_id: UUID,
    sheets: Mapping[str, Mapping[str, tuple[str, str]]],
    *,
    versions: Mapping[str, Mapping[str, int]] | None = None,
    reasons: Mapping[str, str] | None = None,
    methods: Mapping[str, Mapping[str, Method | None]] | None = None,
) -> int:
    """Store verdicts given as {requirement code: {unit reference: (verdict code, note)}}; return how many changed.

    `versions` are those of the verdicts that the person saw, 0 where there was none; None skips the check.
    VerdictsChangedError if one is outdated and the new verdict differs from the stored one; then nothing is stored.
    `reasons` says per requirement why a stored verdict changes; ReasonMissingError without one, unless only the note or
    the method changes. `methods` says how verdicts were reached; where it is silent, that stays. What is replaced is
    kept: see VerdictChange. Each verdict is a sealed entry in the same transaction, which the database demands.
    """
    audit = load_fieldwork(session, actor, audit_id, by_team=True)
    scheme = scheme_of_audit(audit)
    asked = {code: requirement_in(scheme, code) for code in sheets}
    positions = drawn_positions(session, audit, {requirement.unit for requirement in asked.values()})
    known = _known(session, audit, sheets)
    changed: dict[Key, Said] = {}
    for code, verdicts in sheets.items():
        for reference, (value, note) in verdicts.items():
            if (asked[code].unit, reference) not in positions:
                raise RuleError("%(reference)s was not drawn in this audit.", reference=reference)
            before = known.get((code, reference))
            how = (methods or {}).get(code, {}).get(reference, before and before.method)
            said = _checked(scheme, value, note, how)
            if not _is_stored(before, said):
                changed[code, reference] = said
    _check_seen(known, changed, versions)
    changed = _explained(known, changed, reasons or {})
    store_verdicts(session, actor, audit, scheme, changed, known=known, positions=positions)
    return len(changed)


def record_cell(session: Session, actor: Actor, audit_id: UUID, typed: TypedCell, *, name: str) -> StoredCell:
    """Store one verdict as `record_sheets` does, on the unit at a place of the draw; return what is stored now.

    A verdict is saved with every key press, so this reads the cell and nothing else. `name` is that of the actor.
    NotFoundError if the norm has no such requirement, or nothing was drawn at this place.
    """
    audit = load_fieldwork(session, actor, lock_audit(session, actor, audit_id), by_team=True)
    scheme = scheme_of_audit(audit)
    code, unit = typed.code, requirement_in(scheme, typed.code).unit
    reference, stored = cell_at(session, audit.id, code, unit, typed.place)
    before = stored and stored.row
    said = _checked(scheme, typed.value, typed.note, typed.method if typed.asks_method else before and before.method)
    if stored and _is_stored(before, said):
        return stored
    key, known = (code, reference), {(code, reference): before} if before else {}
    _check_seen(known, [key], {code: {reference: typed.version}})
    changed = _explained(known, {key: said}, {code: typed.reason})
    store_verdicts(session, actor, audit, scheme, changed, known=known, positions={(unit, reference): typed.place})
    version = before.version + 1 if before else 1
    return StoredCell(VerdictRow(said.value, said.note, version, said.method), name, clock.now())


def store_verdicts(
    session: Session,
    actor: Actor,
    audit: Audit,
    scheme: SchemeText,
    changed: Mapping[Key, Said],
    *,
    known: Mapping[Key, VerdictRow],
    positions: Mapping[tuple[str, str], int],
    kind: EntryKind = EntryKind.VERDICT,
) -> None:
    """Store verdicts that were checked, as entries and in the trail; `positions` are those of the drawn units."""
    if not changed:
        return
    upsert(session, actor, audit, scheme, changed)
    head = enter(session, actor, audit, scheme.sha256, _typed(scheme, changed, positions), kind=kind)
    for told in told_of(known, changed, head.digest):
        events.record_at_once(session, told, subject_id=audit.id, actor=actor, agency_id=audit.agency_id)


def drawn_positions(session: Session, audit: Audit, units: Iterable[str]) -> dict[tuple[str, str], int]:
    """Return the positions of the units of these kinds."""
    query, values = _positions(audit.id, list(units))
    return {(unit, reference): position for unit, reference, position in session.execute(query, values)}


@built_once
def _positions(audit_id: UUID, units: Collection[str]) -> Select[str, str, int]:
    query = select(SampledUnit.unit, SampledUnit.reference, SampledUnit.position)
    return query.where(SampledUnit.audit_id == audit_id, SampledUnit.unit.in_(units))


def _typed(
    scheme: SchemeText, changed: Mapping[Key, Said], positions: Mapping[tuple[str, str], int]
) -> dict[str, Typed]:
    """Return what was recorded, by cell."""
    typed = {}
    for (code, reference), said in changed.items():
        unit = scheme.requirement(code).unit
        words = {"note": said.note, "reason": said.reason}
        typed[cell_of(code, unit, positions[unit, reference])] = Typed(said.value, words, said.method, said.bulk)
    return typed


def _known(session: Session, audit: Audit, codes: Iterable[str]) -> dict[Key, VerdictRow]:
    seen = verdicts_of(session, audit.id, list(codes))
    return {(code, reference): row for code, rows in seen.items() for reference, row in rows.items()}


def _check_seen(
    known: Mapping[Key, VerdictRow], changed: Iterable[Key], versions: Mapping[str, Mapping[str, int]] | None
) -> None:
    """Raise VerdictsChangedError for verdicts that changed after the page was opened."""
    if versions is None:
        return
    newer = {
        (code, reference): known[code, reference]
        for code, reference in changed
        if (code, reference) in known and known[code, reference].version != versions.get(code, {}).get(reference, 0)
    }
    if newer:
        raise VerdictsChangedError(newer)


def _explained(
    known: Mapping[Key, VerdictRow], changed: Mapping[Key, Said], reasons: Mapping[str, str]
) -> dict[Key, Said]:
    """Return what changes with its reasons; see `_why`."""
    why = _why(known, changed, reasons)
    return {(code, at): said._replace(reason=why.get(code, "")) for (code, at), said in changed.items()}


def _why(known: Mapping[Key, VerdictRow], changed: Mapping[Key, Said], reasons: Mapping[str, str]) -> dict[str, str]:
    """Return the reasons of the requirements on which a stored verdict changes; ReasonMissingError if one has none."""
    stored = {key: said for key, said in changed.items() if key in known}
    why = {code: reasons.get(code, "").strip() for code, _ in stored}
    replaced = {code for (code, unit), said in stored.items() if known[code, unit].value != said.value}
    if silent := sorted(code for code in replaced if not why[code]):
        raise ReasonMissingError(silent)
    for code, reason in why.items():
        check_printable(reason, f"{code}-reason")
    return why


def _checked(scheme: SchemeText, value: str, note: str, method: Method | None) -> Said:
    if problem := complaint(scheme, value, note):
        raise problem
    return Said(value, note.strip(), method)


def _is_stored(before: VerdictRow | None, said: Said) -> bool:
    return before is not None and (before.value, before.note, before.method) == (said.value, said.note, said.method)


def upsert(session: Session, actor: Actor, audit: Audit, scheme: SchemeText, changed: Mapping[Key, Said]) -> None:
    """Store verdicts in place of those that are there."""
    common = {
        "audit_id": audit.id,
        "scheme_version_id": audit.scheme_version_id,
        "recorded_by": actor.id,
        "recorded_at": clock.now(),
        "version": 1,
    }
    rows: list[dict[str, Any]] = [
        common | said._asdict() | {"requirement_code": code, "unit": scheme.requirement(code).unit, "reference": at}
        for (code, at), said in changed.items()
    ]
    session.execute(_replacing(), one_or_many(rows))


@cache
def _replacing() -> postgresql.Insert:
    new = postgresql.insert(table_of(Verdict))
    replaced: dict[str, Any] = {name: new.excluded[name] for name in (*Said._fields, "recorded_by", "recorded_at")}
    replaced["version"] = Verdict.version + 1
    key = ["audit_id", "requirement_code", "unit", "reference"]
    return new.on_conflict_do_update(index_elements=key, set_=replaced)


def told_of(known: Mapping[Key, VerdictRow], changed: Mapping[Key, Said], head: str) -> Iterator[VerdictsRecorded]:
    """Yield one event per requirement, with the old and new verdicts, the reason, and the head of the chain."""
    by_code: dict[str, dict[str, list[Any]]] = {}
    said = Said("", "")
    for (code, reference), said in changed.items():
        before = known.get((code, reference))
        by_code.setdefault(code, {})[reference] = [before and list(before[:2]), list(said[:2])]
    for code, verdicts in by_code.items():
        yield VerdictsRecorded(
            requirement=Code(code),
            units=len(verdicts),
            head=Digest(head),
            bulk=True if said.bulk else None,
            verdicts=verdicts,
            reason="\n".join(
                dict.fromkeys(each.reason for (its, _), each in changed.items() if its == code and each.reason)
            ),
        )
