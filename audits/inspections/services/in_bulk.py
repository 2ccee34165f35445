"""Give one verdict to many cells at once: only with a method and a reason, and marked as such."""

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy.orm import Session

from audits.core.access import Actor
from audits.core.errors import RuleError
from audits.core.letters import check_printable
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.judging import Method, complaint
from audits.inspections.queries import verdicts_of
from audits.inspections.services.course import load_fieldwork
from audits.inspections.services.fieldwork import Said, drawn_positions, store_verdicts
from audits.schemes.text import SchemeText


def record_in_bulk(
    session: Session,
    actor: Actor,
    audit_id: UUID,
    cells: Mapping[str, Collection[str]],
    *,
    value: str,
    method: Method | None,
    reason: str,
) -> int:
    """Give a verdict to those of the cells that have none; return how many that were. It replaces none.

    `cells` are unit references by requirement code; those that were not drawn are left out. The reason stands for the
    note where the verdict needs one. RuleError without a method or a reason.
    """
    audit = load_fieldwork(session, actor, audit_id, by_team=True)
    scheme = scheme_of_audit(audit)
    said = _checked(scheme, value, method, reason.strip())
    items = [item for item in scheme.requirements if item.code in cells]
    positions = drawn_positions(session, audit, {item.unit for item in items})
    known = verdicts_of(session, audit.id, list(cells))
    changed = {
        (item.code, reference): said
        for item in items
        for reference in cells[item.code]
        if (item.unit, reference) in positions and reference not in known.get(item.code, {})
    }
    store_verdicts(session, actor, audit, scheme, changed, known={}, positions=positions)
    return len(changed)


def _checked(scheme: SchemeText, value: str, method: Method | None, reason: str) -> Said:
    if method is None:
        raise RuleError("Choose how you came to this verdict.", "method")
    if not reason:
        raise RuleError("Say why one verdict holds for all of these.", "reason")
    check_printable(reason, "reason")
    kind = scheme.verdicts.get(value)
    note = reason if kind and kind.needs_explanation else ""
    if problem := complaint(scheme, value, note):
        raise problem
    return Said(value, note, method, bulk=True, reason=reason)
