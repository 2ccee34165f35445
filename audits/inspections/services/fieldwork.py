"""The fieldwork of an audit: fixing a population, drawing from it, and saying what was seen."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Actor
from audits.core.errors import IllegalMoveError, NotFoundError, RuleError
from audits.inspections import rules
from audits.inspections.judging import complaint
from audits.inspections.models import Audit, Population, SampledUnit, Verdict
from audits.inspections.pseudonyms import checked_references
from audits.inspections.services.moving import load_fieldwork, record
from audits.schemes.queries import scheme_of_version
from audits.schemes.text import Requirement, SchemeText

Said = tuple[str, str]  # verdict code and note
Key = tuple[str, str]  # requirement code and unit reference


def freeze_population(
    session: Session, actor: Actor, audit_id: UUID, unit: str, references: Sequence[str], *, seed: bytes
) -> Population:
    """Fix all units of one kind and draw from them at once, as the norm says how and how many; never again after that.

    `references` are pseudonyms, one per unit, in the order of the list (its line numbers come back in a RuleError);
    none at all says that the agency has no such units. `seed` is 32 random bytes made by the caller after the list
    was handed over, so that nobody can choose who is drawn.
    """
    audit = load_fieldwork(session, actor, audit_id)
    scheme = scheme_of_version(audit.scheme_version)
    kind = scheme.units.get(unit)
    if kind is None or kind.is_agency:
        raise NotFoundError("The norm draws no such sample.")
    if session.get(Population, (audit.id, unit)) is not None:
        raise IllegalMoveError("This sample is drawn already and cannot change.")
    members = rules.population_of(checked_references(references))
    size = rules.sample_size(kind.sampling, len(members))
    algorithm = scheme.sampling.algorithm
    drawn = rules.draw(members, seed, size, algorithm)
    population = Population(
        audit_id=audit.id,
        unit=unit,
        members=list(members),
        size=len(members),
        digest=rules.population_digest(members),
        frozen_at=clock.now(),
        frozen_by=actor.id,
        seed=seed.hex(),
        algorithm=algorithm,
        drawn=len(drawn),
    )
    session.add(population)
    _store_drawn(session, audit, unit, drawn)
    record(
        session,
        actor,
        audit,
        "freeze",
        unit=unit,
        population=population.size,
        drawn=population.drawn,
        digest=population.digest,
        seed=population.seed,
        algorithm=algorithm,
    )
    return population


def record_verdicts(session: Session, actor: Actor, audit_id: UUID, code: str, verdicts: Mapping[str, Said]) -> int:
    """Store what was seen of one requirement, as {unit reference: (verdict code, note)}; how many verdicts changed.

    An earlier verdict on the same unit is replaced, and the event keeps it.
    """
    return record_sheets(session, actor, audit_id, {code: verdicts})


def record_sheets(session: Session, actor: Actor, audit_id: UUID, sheets: Mapping[str, Mapping[str, Said]]) -> int:
    """Store what was seen of several requirements at once, as {requirement code: {unit reference: …}}."""
    audit = load_fieldwork(session, actor, audit_id)
    scheme = scheme_of_version(audit.scheme_version)
    asked = {code: _requirement(scheme, code) for code in sheets}
    drawn = _drawn(session, audit, {requirement.unit for requirement in asked.values()})
    known = _known(session, audit, sheets)
    changed: dict[Key, Said] = {}
    for code, verdicts in sheets.items():
        for reference, (value, note) in verdicts.items():
            if (asked[code].unit, reference) not in drawn:
                raise RuleError("%(reference)s was not drawn in this audit.", reference=reference)
            said = _checked(scheme, value, note)
            if known.get((code, reference)) != said:
                changed[code, reference] = said
    if changed:
        _upsert(session, actor, audit, {key: (asked[key[0]].unit, *said) for key, said in changed.items()})
        _record_changes(session, actor, audit, known, changed)
    return len(changed)


def _store_drawn(session: Session, audit: Audit, unit: str, drawn: Sequence[str]) -> None:
    session.flush()
    rows = [
        {"audit_id": audit.id, "unit": unit, "reference": reference, "position": position}
        for position, reference in enumerate(drawn, start=1)
    ]
    if rows:
        session.execute(insert(SampledUnit), rows)


def _requirement(scheme: SchemeText, code: str) -> Requirement:
    try:
        return scheme.requirement(code)
    except KeyError:
        raise NotFoundError("The norm has no such requirement.") from None


def _drawn(session: Session, audit: Audit, units: Iterable[str]) -> frozenset[tuple[str, str]]:
    query = select(SampledUnit.unit, SampledUnit.reference).where(
        SampledUnit.audit_id == audit.id, SampledUnit.unit.in_(list(units))
    )
    return frozenset((unit, reference) for unit, reference in session.execute(query))


def _known(session: Session, audit: Audit, codes: Iterable[str]) -> dict[Key, Said]:
    query = select(Verdict.requirement_code, Verdict.reference, Verdict.value, Verdict.note).where(
        Verdict.audit_id == audit.id, Verdict.requirement_code.in_(list(codes))
    )
    return {(code, reference): (value, note) for code, reference, value, note in session.execute(query)}


def _checked(scheme: SchemeText, value: str, note: str) -> Said:
    if problem := complaint(scheme, value, note):
        raise problem
    return value, note.strip()


def _upsert(session: Session, actor: Actor, audit: Audit, seen: Mapping[Key, tuple[str, str, str]]) -> None:
    common = {
        "audit_id": audit.id,
        "scheme_version_id": audit.scheme_version_id,
        "recorded_by": actor.id,
        "recorded_at": clock.now(),
        "version": 1,
    }
    rows: list[dict[str, Any]] = [
        common | {"requirement_code": code, "reference": reference, "unit": unit, "value": value, "note": note}
        for (code, reference), (unit, value, note) in seen.items()
    ]
    new = postgresql.insert(Verdict)
    replaced: dict[str, Any] = {name: new.excluded[name] for name in ("value", "note", "recorded_by", "recorded_at")}
    replaced["version"] = Verdict.version + 1
    key = ["audit_id", "requirement_code", "unit", "reference"]
    session.execute(new.on_conflict_do_update(index_elements=key, set_=replaced), rows)


def _record_changes(
    session: Session, actor: Actor, audit: Audit, known: Mapping[Key, Said], changed: Mapping[Key, Said]
) -> None:
    """One event per requirement, with what each verdict was and what it is now."""
    by_code: dict[str, dict[str, list[Said | None]]] = {}
    for (code, reference), said in changed.items():
        by_code.setdefault(code, {})[reference] = [known.get((code, reference)), said]
    for code, verdicts in by_code.items():
        record(session, actor, audit, "record", requirement=code, verdicts=verdicts)
