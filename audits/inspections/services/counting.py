"""Keep what was counted and measured at a unit, as a sealed entry."""

import json
from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from audits.applications.asking import check_details
from audits.core.access import Actor
from audits.core.errors import IllegalMoveError, NotFoundError, RuleError
from audits.core.events import Code, Digest
from audits.core.letters import check_length, check_printable
from audits.inspections import entries
from audits.inspections.counts import UnitKey, Values, counts_of, typed_counts
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.entries import EntryKind
from audits.inspections.events import UnitCounted
from audits.inspections.judging import NOTE_LIMIT
from audits.inspections.services.course import load_fieldwork, record
from audits.inspections.services.entering import Typed, enter
from audits.inspections.services.fieldwork import drawn_positions
from audits.schemes.text import Unit

COUNTED = "counted"
MOST_LETTERS = 50_000  # of all that is counted at one unit, as JSON


def count_unit(
    session: Session,
    actor: Actor,
    audit_id: UUID,
    key: UnitKey,
    values: Values,
    *,
    seen: Collection[str] = (),
    reason: str = "",
) -> None:
    """Replace the counts of a unit; the same again change nothing.

    `seen` are the digests of the counts that the person saw; IllegalMoveError if others stand by now. `reason` says why
    stored counts change; RuleError without one.
    """
    audit = load_fieldwork(session, actor, audit_id, by_team=True)
    scheme = scheme_of_audit(audit)
    unit = scheme.units.get(key[0])
    place = drawn_positions(session, audit, [key[0]]).get(key)
    if unit is None or not unit.counts or place is None:
        raise NotFoundError("This unit is not in the sample.")
    check_details(unit.counts, values)
    typed, reason = typed_counts(values), reason.strip()
    check_printable(typed)
    _check_reason(reason)
    stand = counts_of(session, audit.id, scheme, key=key).get(key, [])
    if not (stand or values):
        raise RuleError("Fill in what you counted or measured.")
    if [each.values for each in stand] == [values]:
        return
    if {each.digest for each in stand} != set(seen):
        raise IllegalMoveError("Somebody counted here in the meantime. Look at what is stored now, and save again.")
    if stand and not reason:
        raise RuleError("You change counts that were saved before. Say why.", "reason")
    said = Typed(COUNTED, {"counts": typed, "reason": reason})
    cell = entries.count_cell(unit.code, place)
    head = enter(session, actor, audit, scheme.sha256, {cell: said}, kind=EntryKind.COUNT)
    record(session, actor, audit, UnitCounted(unit=Code(unit.code), head=Digest(head.digest), reason=reason))


def check_sealed_counts(unit: Unit, typed: str, reason: str, *, replaces: bool) -> None:
    """Raise RuleError unless this is what a device may have counted at a unit of this kind.

    `replaces`: its person saw earlier counts, so that a reason is due.
    """
    check_length(typed, MOST_LETTERS)
    try:
        values = json.loads(typed)
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict) or not values:
        raise RuleError("What was typed does not belong to this entry.")
    check_printable(values)
    check_details(unit.counts, values)
    _check_reason(reason)
    if replaces and not reason.strip():
        raise RuleError("You change counts that were saved before. Say why.")


def _check_reason(reason: str) -> None:
    check_length(reason, NOTE_LIMIT, "reason")
    check_printable(reason, "reason")
