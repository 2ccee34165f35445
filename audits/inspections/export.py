"""Write an audit as values that others can check: its chains of entries, its verdicts and its draws."""

from collections import defaultdict
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from audits.core import clock
from audits.inspections import draws, entries
from audits.inspections.coverage import scheme_of_audit
from audits.inspections.models import (
    Audit,
    EntryChain,
    EntryContent,
    Population,
    PopulationList,
    SealedEntry,
    Verdict,
)
from audits.inspections.queries import units_of
from audits.inspections.receipts import newest_receipt
from audits.schemes.text import Unit

FORMAT = 1
TYPE = "keurwerk-audit"


def exported(session: Session, audit: Audit) -> dict[str, Any]:
    """Return everything of an audit that the stand-alone verifier checks. The caller must have access to the audit.

    It holds words and references, so it is for staff and for an assessor, never for the agency.
    """
    scheme = scheme_of_audit(audit)
    units = units_of(session, audit.id)
    positions = {(unit.unit, unit.reference): unit.position for unit in units}
    drawn: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for unit in units:
        drawn[unit.unit].append(
            {
                "reference": unit.reference,
                "position": unit.position,
                "origin": unit.origin.value,
                "replaces": unit.replaces,
            }
        )
    return {
        "type": TYPE,
        "format": FORMAT,
        "exported": entries.moment(clock.now()),
        "audit": {"id": str(audit.id), "reference": audit.reference},
        "norm": {"id": scheme.id, "version": scheme.version, "sha256": scheme.sha256},
        "receipt": newest_receipt(session, audit.id),
        "chains": _chains(session, audit),
        "verdicts": {
            entries.cell_of(code, unit, positions[unit, reference]): value
            for code, unit, reference, value in session.execute(_verdicts(audit)).all()
        },
        "samples": {
            population.unit: _sample(session, scheme.units[population.unit], population)
            for population in _populations(session, audit)
        },
        "units": dict(drawn),
    }


def _chains(session: Session, audit: Audit) -> list[dict[str, Any]]:
    query = select(EntryChain).where(EntryChain.audit_id == audit.id).options(joinedload(EntryChain.person))
    chains = session.scalars(query.order_by(EntryChain.opened_at, EntryChain.id)).all()
    kept: dict[Any, list[dict[str, Any]]] = defaultdict(list)
    entry = select(
        SealedEntry.chain_id, SealedEntry.data, SealedEntry.signature, EntryContent.salt, EntryContent.content
    )
    entry = entry.outerjoin(EntryContent, EntryContent.entry_id == SealedEntry.id)
    entry = entry.where(SealedEntry.audit_id == audit.id).order_by(SealedEntry.chain_id, SealedEntry.number)
    for chain, data, signature, salt, content in session.execute(entry).all():
        words = None if salt is None else {"salt": salt.hex(), "words": content}
        kept[chain].append({"data": data.decode(), "signature": signature, "content": words})
    return [
        {
            "chain": str(chain.id),
            "person": chain.person.name,
            "opening": chain.opening.decode(),
            "revoked": entries.moment(chain.revoked_at) if chain.revoked_at else None,
            "entries": kept[chain.id],
        }
        for chain in chains
    ]


def _verdicts(audit: Audit) -> Any:
    query = select(Verdict.requirement_code, Verdict.unit, Verdict.reference, Verdict.value)
    return query.where(Verdict.audit_id == audit.id).order_by(Verdict.requirement_code, Verdict.unit, Verdict.reference)


def _populations(session: Session, audit: Audit) -> list[Population]:
    query = select(Population).where(Population.audit_id == audit.id).order_by(Population.unit)
    return list(session.scalars(query))


def _sample(session: Session, kind: Unit, population: Population) -> dict[str, Any]:
    audit_id, unit = population.audit_id, population.unit
    fixed, listed = draws.find_fixed(session, audit_id, unit), draws.find_list(session, audit_id, unit)
    given = draws.mixed_into(session, audit_id, unit)
    return {
        "members": listed.members if listed else None,
        "size": population.size,
        "digest": population.digest,
        "fixed": entries.moment(population.frozen_at),
        "commitment": fixed.commitment if fixed else None,  # None: made by an older release
        "secret": draws.secret_of(session, audit_id, unit),
        "value": given.value if given else None,
        "value_from": fixed.draw_from.value if fixed else None,
        "seed": population.seed,
        "algorithm": population.algorithm,
        "drawn": population.drawn,
        "strata": _strata(kind, listed) if listed else None,  # None: not divided, or erased
    }


def _strata(kind: Unit, listed: PopulationList) -> dict[str, Any] | None:
    if kind.strata is None:
        return None
    values = listed.strata.get(kind.strata.by, [])
    return {"by": kind.strata.by, "least": kind.strata.least, "values": values}
