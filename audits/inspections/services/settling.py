"""Choose which of several verdicts on one cell counts, on the pages of the portal."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy.orm import Session

from audits.core.access import Actor
from audits.core.errors import IllegalMoveError
from audits.core.letters import check_length, check_reason
from audits.inspections.cells import reference_at
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.entries import EntryKind
from audits.inspections.judging import NOTE_LIMIT
from audits.inspections.queries import verdicts_of
from audits.inspections.services.course import load_fieldwork
from audits.inspections.services.fieldwork import Said, store_verdicts
from audits.inspections.standing import is_conflict, standing_on


def settle_conflict(
    session: Session, actor: Actor, audit_id: UUID, cell: str, chosen: str, *, seen: Collection[str], reason: str
) -> None:
    """Let the entry with the digest `chosen` count on a cell on which several stand.

    `seen` are the digests of those that the person saw; IllegalMoveError if others stand there now.
    """
    audit = load_fieldwork(session, actor, audit_id, by_team=True)
    stand = {each.digest: each for each in standing_on(session, audit.id, [cell]).get(cell, [])}
    if not is_conflict(stand.values()) or set(stand) != set(seen) or chosen not in stand:
        raise IllegalMoveError("These verdicts changed in the meantime. Look at what stands there now.")
    check_reason(reason)
    check_length(reason, NOTE_LIMIT, "reason")
    scheme = scheme_of_audit(audit)
    said = stand[chosen]
    code, unit, place = cell.split("/")
    reference = reference_at(session, audit.id, unit, int(place))
    store_verdicts(
        session,
        actor,
        audit,
        scheme,
        {(code, reference): Said(said.value, said.note, said.method, said.bulk, reason.strip())},
        known={(code, reference): verdicts_of(session, audit.id, [code])[code][reference]},
        positions={(unit, reference): int(place)},
        kind=EntryKind.CHOICE,
    )
