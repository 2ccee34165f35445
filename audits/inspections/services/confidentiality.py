"""Keep from the agency who was interviewed: texts that it reads name no confidential unit."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core.errors import RuleError
from audits.inspections.disclosure import named
from audits.inspections.models import Audit, SampledUnit
from audits.schemes.queries import scheme_of_version


def check_names_nobody(session: Session, audit: Audit, text: str, field: str) -> None:
    """Raise RuleError at `field` if a text for the agency holds the reference of a confidential unit."""
    scheme = scheme_of_version(audit.scheme_version)
    units = [unit.code for unit in scheme.units.values() if unit.confidential]
    drawn = select(SampledUnit.reference).where(SampledUnit.audit_id == audit.id, SampledUnit.unit.in_(units))
    if found := named(text, session.scalars(drawn)):
        raise RuleError(
            "The agency reads this. It must not name who was spoken to: %(references)s.",
            field,
            references=", ".join(sorted(found)),
        )
