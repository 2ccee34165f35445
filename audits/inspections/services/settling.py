"""Choose which of several verdicts on one cell counts, on the pages of the portal."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.core.access import Actor
from audits.core.errors import IllegalMoveError
from audits.core.letters import check_length, check_reason
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.entries import EntryKind
from audits.inspections.judging import NOTE_LIMIT
from audits.inspections.models import SampledUnit
from audits.inspections.queries import verdicts_of
from audits.inspections.services.course import load_fieldwork, record
from audits.inspections.services.entering import Typed, enter
from audits.inspections.services.fieldwork import Said, told_of, upsert
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
    said, words = stand[chosen], reason.strip()
    code, unit, position = cell.split("/")
    drawn = select(SampledUnit.reference).where(
        SampledUnit.audit_id == audit.id, SampledUnit.unit == unit, SampledUnit.position == int(position)
    )
    key = (code, session.scalars(drawn).one())
    typed = {cell: Typed(said.value, {"note": said.note, "reason": words}, said.method, said.bulk)}
    head = enter(session, actor, audit, scheme.sha256, typed, kind=EntryKind.CHOICE)
    before = verdicts_of(session, audit.id, [code])[code][key[1]]
    changed = {key: Said(said.value, said.note, said.method, said.bulk, words)}
    upsert(session, actor, audit, scheme, changed)
    for told in told_of({key: before}, changed, head.digest):
        record(session, actor, audit, told)
