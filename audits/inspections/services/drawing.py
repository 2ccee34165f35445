"""Fix a list, promise a secret, mix in a value that nobody steers, and draw."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Actor, Permission, authorise
from audits.core.errors import IllegalMoveError, NotFoundError, RuleError
from audits.core.events import Code, Digest
from audits.core.letters import check_length, check_printable
from audits.inspections import rules, stratified
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.draws import last_size, waiting_for_agency
from audits.inspections.events import DrawValueGiven, ListFixed, PopulationFixed
from audits.inspections.models import (
    Audit,
    DrawFrom,
    DrawSecret,
    DrawValue,
    FixedList,
    ListOffer,
    Population,
    PopulationList,
    SampledUnit,
)
from audits.inspections.population_lists import Declared, differs, differs_from_last
from audits.inspections.pseudonyms import checked_references
from audits.inspections.services.course import load_fieldwork, record
from audits.schemes.queries import housing_units
from audits.schemes.text import SchemeText, Unit

LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class About:
    """What is said about a list: a source of the scheme, its period, and why it differs from what was declared."""

    source: str | None = None
    first_day: date | None = None
    last_day: date | None = None
    difference: str = ""


NOTHING = About()


def declared_by(audit: Audit, unit: str) -> Declared:
    """Return what the agency declared that the list of this kind of unit should agree with."""
    if unit in housing_units(audit.scheme_version):
        return Declared(housing=audit.application.offers_housing)
    return Declared(workers=audit.agency.headcount)


def fix_list(
    session: Session,
    actor: Actor,
    audit_id: UUID,
    unit: str,
    references: Sequence[str],
    *,
    secret: bytes,
    about: About = NOTHING,
    strata: Mapping[str, Sequence[str]] | None = None,
) -> FixedList:
    """Fix all units of one kind, and promise the secret of their draw; this is final, and draws nothing yet.

    `references` are pseudonyms, one per unit, in the order of the list (a RuleError gives line numbers); an empty list
    says that the agency has no such units. `secret` is 32 random bytes that the caller generates. `strata` has a value
    per reference for some columns. The draw waits for a value of the agency, or for the next head of the public log
    where the agency may not know of the audit.
    """
    audit = load_fieldwork(session, actor, audit_id)
    scheme = scheme_of_audit(audit)
    kind = drawn_kind(scheme, unit)
    if session.get(FixedList, (audit.id, unit)) or session.get(Population, (audit.id, unit)):
        raise IllegalMoveError("This list is fixed already and cannot change.")
    _check_about(kind, about)
    members = rules.population_of(checked_references(references))
    listed, declared = _sorted(references, members, strata or {}), declared_by(audit, unit)
    needed = scheme.cycle is not None and _must_explain(session, audit, unit, len(members))
    fixed = FixedList(
        audit_id=audit.id,
        unit=unit,
        agency_id=audit.agency_id,
        size=len(members),
        digest=_digest(kind, members, listed),
        commitment=rules.commitment(secret),
        draw_from=DrawFrom.VALUE if audit.is_known_to_agency else DrawFrom.CHECKPOINT,
        source=about.source,
        declared=declared.workers,
        difference=_checked_difference(about.difference, needed=needed),
        first_day=about.first_day,
        last_day=about.last_day,
        fixed_at=clock.now(),
        fixed_by=actor.id,
    )
    session.add(fixed)
    session.flush()
    _add(session, fixed, DrawSecret, secret=secret.hex())
    _add(session, fixed, PopulationList, members=list(members), strata=listed)
    remove_offer(session, audit.id, unit)
    record(session, actor, audit, _told(fixed))
    return fixed


def remove_offer(session: Session, audit_id: UUID, unit: str) -> None:
    """Remove the list that waits, if there is one."""
    session.execute(delete(ListOffer).where(ListOffer.audit_id == audit_id, ListOffer.unit == unit))


def give_value(session: Session, actor: Actor, audit_id: UUID, unit: str, value: str) -> None:
    """Keep the value that the agency gives for a draw, or that the inspector types while its people look on."""
    if actor.agency_id is None:
        audit: Audit | None = load_fieldwork(session, actor, audit_id)
        asked = session.get(FixedList, (audit_id, unit)) is not None
        if asked and session.get(DrawValue, (audit_id, unit)) is not None:
            raise IllegalMoveError("A value was given already.")
    else:
        authorise(actor, Permission.FINDING_ANSWER)
        asked = any((each.audit_id, each.unit) == (audit_id, unit) for each in waiting_for_agency(session))
        audit = session.get_one(Audit, audit_id) if asked else None
    if audit is None or not asked:
        raise NotFoundError("There is no such list.")
    said = value.strip()
    check_printable(said, "value")
    if not said:
        raise RuleError("Give a value.", "value")
    check_length(said, LONGEST_VALUE, "value")
    _keep_value(session, audit, unit, said, actor)


def draw_list(session: Session, actor: Actor, audit_id: UUID, unit: str, *, root: str | None = None) -> Population:
    """Draw from a fixed list by the sampling rule of the scheme; this is final.

    `root` is that of the first checkpoint after the list was fixed, for a draw that waits for one; the database holds
    the caller to it.
    """
    audit = load_fieldwork(session, actor, audit_id)
    fixed = session.get(FixedList, (audit.id, unit))
    if fixed is None:
        raise NotFoundError("There is no such list.")
    if session.get(Population, (audit.id, unit)) is not None:
        raise IllegalMoveError("This sample is drawn already and cannot change.")
    given = session.get(DrawValue, (audit.id, unit))
    if given is None and fixed.draw_from is DrawFrom.CHECKPOINT and root is not None:
        given = _keep_value(session, audit, unit, root, None)
    if given is None and not fixed.size:
        given = _keep_value(session, audit, unit, "-", actor)  # of nothing nothing is drawn, whoever says what
    if given is None:
        raise IllegalMoveError("The value that is mixed into the draw is not there yet.")
    secret = session.get_one(DrawSecret, (audit.id, unit)).secret
    scheme, listed = scheme_of_audit(audit), session.get_one(PopulationList, (audit.id, unit))
    seed = rules.mixed_seed(bytes.fromhex(secret), given.value, fixed.digest)
    drawn, algorithm = _drawn(scheme, unit, listed, seed)
    population = Population(
        audit_id=audit.id,
        unit=unit,
        size=fixed.size,
        digest=fixed.digest,
        frozen_at=fixed.fixed_at,
        frozen_by=fixed.fixed_by,
        seed=seed.hex(),
        algorithm=algorithm,
        drawn=len(drawn),
        source=fixed.source,
        declared=fixed.declared,
        difference=fixed.difference,
    )
    session.add(population)
    _store_drawn(session, audit, unit, drawn)
    record(session, actor, audit, _drawn_told(population))
    return population


def erase_before(session: Session, moment: datetime) -> int:
    """Erase the lists that were fixed before a moment, of audits that are over; digests and draws stay."""
    return session.scalar(select(func.erase_lists(moment))) or 0


def drawn_kind(scheme: SchemeText, unit: str) -> Unit:
    """Return a kind of unit that is drawn from a list, or raise NotFoundError."""
    kind = scheme.units.get(unit)
    if kind is None or kind.is_agency or not scheme.on_unit(unit):
        raise NotFoundError("The norm draws no such sample.")
    return kind


def _add(session: Session, fixed: FixedList, table: type[Any], **values: Any) -> None:
    session.execute(insert(table).values(audit_id=fixed.audit_id, unit=fixed.unit, **values))


def _keep_value(session: Session, audit: Audit, unit: str, value: str, actor: Actor | None) -> DrawValue:
    given = DrawValue(
        audit_id=audit.id, unit=unit, value=value, given_by=actor.id if actor else None, given_at=clock.now()
    )
    session.add(given)
    session.flush()
    if actor:
        record(session, actor, audit, DrawValueGiven(unit=Code(unit), value=value))
    return given


def _told(fixed: FixedList) -> ListFixed:
    return ListFixed(
        unit=Code(fixed.unit),
        population=fixed.size,
        digest=Digest(fixed.digest),
        commitment=Digest(fixed.commitment),
        source=None if fixed.source is None else Code(fixed.source),
    )


def _drawn(scheme: SchemeText, unit: str, listed: PopulationList, seed: bytes) -> tuple[tuple[str, ...], str]:
    """Return the drawn references, and the name of the algorithm."""
    kind, members = scheme.units[unit], listed.members
    size = rules.sample_size(kind.sampling, len(members))
    if kind.strata is None:
        return rules.draw(members, seed, size, scheme.sampling.algorithm), scheme.sampling.algorithm
    values = dict(zip(members, listed.strata.get(kind.strata.by, []), strict=True))
    return stratified.draw(values, seed, size, kind.strata.least), stratified.ALGORITHM


def _digest(kind: Unit, members: Sequence[str], listed: Mapping[str, Sequence[str]]) -> str:
    """Return the digest of a list; with the strata by which the scheme divides the sample, which are fixed too."""
    if kind.strata is None:
        return rules.population_digest(members)
    if members and kind.strata.by not in listed:
        raise RuleError("The norm divides this sample by a column. Choose it.", f"column_{kind.strata.by}")
    return stratified.digest_of(dict(zip(members, listed.get(kind.strata.by, []), strict=True)))


def _drawn_told(population: Population) -> PopulationFixed:
    return PopulationFixed(
        unit=Code(population.unit),
        population=population.size,
        drawn=population.drawn,
        digest=Digest(population.digest),
        seed=Digest(population.seed),
        algorithm=Code(population.algorithm),
        source=None if population.source is None else Code(population.source),
    )


def _sorted(
    references: Sequence[str], members: Sequence[str], strata: Mapping[str, Sequence[str]]
) -> dict[str, list[str]]:
    """Return the strata in the order of the members; of a reference that stands there twice, those of its last line."""
    places = {unicodedata.normalize("NFC", reference).strip(): place for place, reference in enumerate(references)}
    return {name: [values[places[member]] for member in members] for name, values in strata.items()}


def check_period(about: About) -> None:
    """Raise RuleError for half a period, or one that ends before it begins or in the future."""
    first, last = about.first_day, about.last_day
    if (first is None) != (last is None) or (first and last and last < first):
        raise RuleError("Give the first and the last day of the period.", "last_day")
    if last and last > clock.today():
        raise RuleError("The period of a list cannot end in the future.", "last_day")


def _must_explain(session: Session, audit: Audit, unit: str, size: int) -> bool:
    return differs(size, declared_by(audit, unit)) or differs_from_last(size, last_size(session, audit, unit))


def _check_about(kind: Unit, about: About) -> None:
    _check_source(kind, about.source)
    check_period(about)


def _checked_difference(typed: str, *, needed: bool) -> str:
    said = typed.strip()
    check_printable(said, "difference")
    if needed and not said:
        raise RuleError(
            "The list differs from what the agency declared, or from that of the audit before. Say why.", "difference"
        )
    return said


def _check_source(kind: Unit, source: str | None) -> None:
    if kind.list_sources and source is None:
        raise RuleError("Say where the list comes from.", "source")
    if source is not None and source not in kind.list_sources:
        raise RuleError("The norm does not have %(code)s.", "source", code=source)


def _store_drawn(session: Session, audit: Audit, unit: str, drawn: Sequence[str]) -> None:
    session.flush()
    rows = [
        {"audit_id": audit.id, "unit": unit, "reference": reference, "position": position}
        for position, reference in enumerate(drawn, start=1)
    ]
    if rows:
        session.execute(insert(SampledUnit), rows)
