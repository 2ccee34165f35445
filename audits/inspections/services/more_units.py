"""Units beside the draw: the next of it for one that cannot be judged, and those that the inspector chooses."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audits.core.access import Actor
from audits.core.db import broken_constraint
from audits.core.errors import IllegalMoveError, NotFoundError, RuleError
from audits.core.events import Code
from audits.core.letters import check_printable
from audits.inspections import rules
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.draws import members_of
from audits.inspections.events import UnitChosen, UnitReplaced
from audits.inspections.grading import Origin
from audits.inspections.models import Audit, Population, SampledUnit, Verdict
from audits.inspections.planning import cycle_of
from audits.inspections.pseudonyms import checked_references
from audits.inspections.queries import get_population, units_of
from audits.inspections.services.course import load_fieldwork, record
from audits.inspections.services.fieldwork import record_sheets
from audits.people.models import Person
from audits.schemes.text import SchemeText


def replace_unit(
    session: Session, actor: Actor, audit_id: UUID, unit: str, reference: str, *, reason_code: str, more: str = ""
) -> SampledUnit:
    """Add the next unit of the draw in place of one that cannot be judged, and return it.

    The unit that it replaces stays in the audit: what was not judged on it yet is recorded as not assessed. RuleError
    if something was judged on it, so that nobody replaces what fell short.
    """
    audit = load_fieldwork(session, actor, audit_id)
    scheme, population = scheme_of_audit(audit), get_population(session, audit.id, unit)
    reasons = cycle_of(scheme).replacement_reasons
    if reason_code not in reasons:
        raise RuleError("Choose a reason from the norm.", "reason_code")
    said = _said(more, "more")
    drawn = units_of(session, audit.id, unit)
    _check_replaceable(session, scheme, drawn, reference)
    added = _add(
        session,
        actor,
        audit,
        drawn,
        SampledUnit(
            unit=unit,
            reference=_next_of_draw(session, population, drawn),
            origin=Origin.REPLACEMENT,
            replaces=reference,
            reason_code=reason_code,
            reason=said,
        ),
    )
    language = session.get_one(Person, actor.id).language
    words = reasons[reason_code].in_(language)
    left = _left_open(session, scheme, audit, added, f"{words} {said}".strip())
    record_sheets(session, actor, audit.id, left)
    told = UnitReplaced(
        unit=Code(unit), code=Code(reason_code), replaced=reference, reference=added.reference, reason=said
    )
    record(session, actor, audit, told)
    return added


def choose_unit(
    session: Session, actor: Actor, audit_id: UUID, unit: str, reference: str, *, reason: str
) -> SampledUnit:
    """Add a unit that the inspector chooses, with the reason; it counts in no interval and towards no minimum."""
    audit = load_fieldwork(session, actor, audit_id)
    cycle_of(scheme_of_audit(audit))
    get_population(session, audit.id, unit)
    (named,) = checked_references([reference])
    drawn = units_of(session, audit.id, unit)
    if any(each.reference == named for each in drawn):
        raise RuleError("This unit is in the audit already.", "references")
    why = _said(reason, "reason")
    if not why:
        raise RuleError("Say why you look at this one.", "reason")
    chosen = SampledUnit(unit=unit, reference=named, origin=Origin.TARGETED, reason=why)
    _add(session, actor, audit, drawn, chosen)
    record(session, actor, audit, UnitChosen(unit=Code(unit), reference=named, reason=why))
    return chosen


def _said(typed: str, field: str) -> str:
    check_printable(typed, field)
    return typed.strip()


def _check_replaceable(session: Session, scheme: SchemeText, drawn: Sequence[SampledUnit], reference: str) -> None:
    row = next((each for each in drawn if each.reference == reference), None)
    if row is None or row.origin is Origin.TARGETED:
        raise NotFoundError("This unit was not drawn.")
    if any(each.replaces == reference for each in drawn):
        raise IllegalMoveError("This unit is replaced already.")
    assessed = [code for code, kind in scheme.verdicts.items() if kind.assessed]
    judged = select(Verdict.value).where(
        Verdict.audit_id == row.audit_id, Verdict.unit == row.unit, Verdict.reference == reference
    )
    if session.scalar(judged.where(Verdict.value.in_(assessed)).limit(1)):
        raise RuleError("Something was judged on this unit, so it stays in the audit.", "reference")


def _next_of_draw(session: Session, population: Population, drawn: Sequence[SampledUnit]) -> str:
    taken = {each.reference for each in drawn}
    seed, digest = bytes.fromhex(population.seed), bytes.fromhex(population.digest)
    order = rules.ranked(members_of(session, population), seed, digest)
    found = next((reference for reference in order if reference not in taken), None)
    if found is None:
        raise RuleError("Every unit of the list is in the audit already.", "reference")
    return found


def _add(session: Session, actor: Actor, audit: Audit, drawn: Sequence[SampledUnit], added: SampledUnit) -> SampledUnit:
    added.audit_id, added.added_by = audit.id, actor.id
    added.position = max((each.position for each in drawn), default=0) + 1
    session.add(added)
    try:
        session.flush()
    except IntegrityError as refusal:
        name = broken_constraint(refusal)
        if name == "sampled_unit_origin":
            raise IllegalMoveError("The norm does not allow this unit.") from refusal
        raise
    return added


def _left_open(
    session: Session, scheme: SchemeText, audit: Audit, added: SampledUnit, note: str
) -> dict[str, dict[str, tuple[str, str]]]:
    """Return "not assessed" for what was not judged yet on the unit that was replaced, as sheets."""
    reference = added.replaces or ""
    known = select(Verdict.requirement_code).where(
        Verdict.audit_id == audit.id, Verdict.unit == added.unit, Verdict.reference == reference
    )
    judged = set(session.scalars(known))
    value = next((code for code, kind in scheme.verdicts.items() if kind.leaves_open), None)
    if value is None:
        return {}
    return {item.code: {reference: (value, note)} for item in scheme.on_unit(added.unit) if item.code not in judged}
