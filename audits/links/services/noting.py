"""Note the traces that agencies leave. The caller commits."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from audits.agencies.models import Agency, Branch, Contact, ControllingPerson
from audits.core import clock
from audits.links.traces import Trace, traces_of

_AT_ONCE = 500
_ADD = text(
    """
    INSERT INTO link_trace (agency_id, kind, key, shown, number, noted_at)
    SELECT *, :at FROM unnest(CAST(:agencies AS uuid[]), CAST(:kinds AS text[]), CAST(:keys AS text[]),
                              CAST(:shown AS text[]), CAST(:numbers AS integer[]))
    ON CONFLICT DO NOTHING
    """
)


def note_traces(session: Session, bank_key: bytes, agencies: Collection[UUID] | None = None) -> int:
    """Note the traces of these agencies, or of all; return how many agencies were looked at.

    What is noted stays. Bank accounts are hashed with `bank_key`, which must stay the same.
    """
    count = 0
    for batch in _batches(session, agencies):
        found = {agency_id: traces_of(facts, bank_key) for agency_id, facts in _facts(session, batch).items()}
        _note(session, [(agency_id, trace) for agency_id, traces in found.items() for trace in traces])
        count += len(found)
    return count


def _batches(session: Session, agencies: Collection[UUID] | None) -> Iterator[list[UUID]]:
    ids = sorted(agencies) if agencies is not None else list(session.scalars(select(Agency.id).order_by(Agency.id)))
    for first in range(0, len(ids), _AT_ONCE):
        yield ids[first : first + _AT_ONCE]


def _facts(session: Session, ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return the fields of agencies that leave traces, with their branches, people in control and contacts."""
    single = Agency.legal_name, Agency.trade_names, Agency.former_names, Agency.street, Agency.city
    wanted = select(Agency.id, *single, Agency.phone, Agency.website, Agency.iban).where(Agency.id == func.any(ids))
    found = {row["id"]: dict(row) for row in session.execute(wanted).mappings()}
    lists: Mapping[str, Any] = {
        "branches": select(Branch.agency_id, Branch.street, Branch.city).where(Branch.agency_id == func.any(ids)),
        "controlling_persons": select(ControllingPerson.agency_id, ControllingPerson.name).where(
            ControllingPerson.agency_id == func.any(ids)
        ),
        "contacts": select(Contact.agency_id, Contact.name, Contact.email, Contact.phone).where(
            Contact.agency_id == func.any(ids)
        ),
    }
    for name, query in lists.items():
        for facts in found.values():
            facts[name] = []
        for row in session.execute(query).mappings():
            found[row["agency_id"]][name].append(dict(row))
    return found


def _note(session: Session, traces: Sequence[tuple[UUID, Trace]]) -> None:
    """Add what is not there yet, as one statement for many rows."""
    columns: Mapping[str, list[Any]] = {
        "agencies": [agency_id for agency_id, _ in traces],
        "kinds": [trace.kind.value for _, trace in traces],
        "keys": [trace.key for _, trace in traces],
        "shown": [trace.shown for _, trace in traces],
        "numbers": [trace.number for _, trace in traces],
    }
    session.execute(_ADD, {**columns, "at": clock.now()})
