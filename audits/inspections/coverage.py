"""Which requirements an audit looks at, those chosen when it was planned or the whole norm, and what it can lead to."""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.agencies.queries import details_of
from audits.agencies.rules import StatedScope
from audits.certification.models import AuditRequirement
from audits.core.errors import RuleError
from audits.inspections import planning
from audits.inspections.grading import refusal_is_certain
from audits.inspections.models import Audit, Finding, Population
from audits.inspections.planning import AuditHours
from audits.schemes.cycle import AuditKind
from audits.schemes.models import SchemeVersion
from audits.schemes.queries import housing_units, scheme_of_version, with_cycle
from audits.schemes.text import SchemeText


def scheme_of_audit(audit: Audit) -> SchemeText:
    """Return the scheme with the requirements of this audit alone. The caller must have access to the audit."""
    scheme = scheme_of_version(audit.scheme_version)
    if planning.covers_all(scheme, audit.kind):
        return scheme
    return scheme.only({row.requirement_code for row in audit.chosen})


def chosen_of(audit: Audit) -> list[AuditRequirement]:
    """Return the chosen requirements with their reasons; none for an audit of the whole norm."""
    whole = planning.covers_all(scheme_of_version(audit.scheme_version), audit.kind)
    return [] if whole else sorted(audit.chosen, key=lambda row: row.requirement_code)


def scope_looked_at(audit: Audit) -> StatedScope:
    """Return what an agency does that an audit is about: as stated, or between decisions as it is now."""
    if audit.application_id is not None and audit.application.scope is not None:
        return audit.application.stated
    return details_of(audit.agency)


def choose(session: Session, audit: Audit, *, risks: Collection[str], by_hand: Collection[str]) -> None:
    """Add the requirements of a new audit, by its kind; RuleError at `by_hand` if there are none."""
    if planning.covers_all(scheme_of_version(audit.scheme_version), audit.kind):
        return
    scheme, before = with_cycle(audit.scheme_version), found_before(session, audit.certification_id)
    covered = planning.covered(scheme, audit.kind, found_before=before, risks=risks, by_hand=by_hand)
    if not covered:
        raise RuleError("Choose what this audit looks at.", "by_hand")
    session.add_all(
        AuditRequirement(
            audit_id=audit.id,
            requirement_code=item.requirement.code,
            scheme_version_id=audit.scheme_version_id,
            reasons=[dict(reason) for reason in item.reasons],
        )
        for item in covered
    )


def time_of(session: Session, audit: Audit) -> AuditHours:
    """Return the hours that the norm has for an audit; for a version of edition 1 as with `with_cycle`."""
    drawn = dict(
        session.execute(select(Population.unit, Population.drawn).where(Population.audit_id == audit.id)).all()
    )
    codes = {row.requirement_code for row in chosen_of(audit)}
    return hours_for(audit.agency, audit.scheme_version, audit.kind, drawn=drawn, only=codes, risks=audit.risks)


def hours_for(
    agency: Agency,
    version: SchemeVersion,
    kind: AuditKind,
    *,
    drawn: Mapping[str, int] | None = None,
    only: Collection[str] = (),
    risks: Collection[str] = (),
) -> AuditHours:
    """Return the hours for an audit of this kind at an agency of this size; `only` are its requirements if not all.

    None, without lines, for a scheme that says nothing about time.
    """
    scheme = with_cycle(version)
    if scheme.cycle is None:
        return AuditHours((), Decimal(0), Decimal(0))
    sites = len(agency.branches)
    locations = sites if agency.housing_places else 0
    return planning.audit_hours(
        scheme.only(only) if only else scheme,
        kind,
        workers=agency.headcount,
        locations=dict.fromkeys(housing_units(version), locations),
        drawn=drawn or {},
        sites=sites,
        risks=risks,
    )


def found_before(session: Session, certification_id: UUID) -> frozenset[str]:
    """Return the requirements with a finding in an audit of this cycle."""
    query = select(Finding.requirement_code).join(Audit, Audit.id == Finding.audit_id)
    return frozenset(session.scalars(query.where(Audit.certification_id == certification_id)))


def is_refusal_certain(audit: Audit, grades: Iterable[str]) -> bool:
    """Return whether an audit for a certificate can only end in a refusal, whatever is repaired of its findings."""
    if audit.application_id is None:
        return False
    scheme = scheme_of_version(audit.scheme_version)
    return refusal_is_certain(scheme, grades, scheme.judged(audit.kind))
