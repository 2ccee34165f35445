"""Judge every living certificate by a proposed version of the norm, and keep the counts with the proposal."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from audits.core import clock
from audits.decisions.simulation import Case, LastSeen, Simulated, simulate
from audits.inspections.grading import Extent, Origin
from audits.inspections.models import Audit, Finding, RequirementJudgement, SampledUnit, Verdict
from audits.inspections.queries import SAME_UNIT
from audits.inspections.workflow import ON_APPLICATION, FindingState
from audits.schemes.cycle import AuditKind
from audits.schemes.models import SchemeProposal, SchemeVersion
from audits.schemes.queries import read_again, scheme_of_version
from audits.schemes.text import SchemeText
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.workflow import CURRENT

_AT_ONCE = 5000  # rows that are read at once, so that the memory does not grow with the certificates


class _Row(NamedTuple):
    """So many units of an origin got a verdict on a requirement, in an audit of the cycle of a certificate."""

    certificate_id: UUID
    audit_id: UUID
    kind: AuditKind
    version_id: UUID
    code: str
    origin: Origin
    value: str
    number: int


@dataclass(frozen=True, slots=True)
class _Said:
    """What is known besides the verdicts, by audit and requirement; and every version by its id."""

    versions: Mapping[UUID, SchemeText]
    extents: Mapping[tuple[UUID, str], Extent]
    closed: frozenset[tuple[UUID, str]]


def simulate_proposal(session: Session, proposal_id: UUID) -> None:
    """Judge the last verdicts of all living certificates by a proposed version; nothing once it is answered."""
    proposal = session.get_one(SchemeProposal, proposal_id)
    if proposal.answered_at is not None:
        return
    found = simulate(read_again(proposal), living_cases(session, clock.today()))
    session.refresh(proposal, ["answered_at"], with_for_update=True)  # somebody may have answered it meanwhile
    if proposal.answered_at is None:
        proposal.simulation, proposal.simulated_at = plain(found), clock.now()


def living_cases(session: Session, today: date) -> Iterator[Case]:
    """Yield the last verdicts on each requirement by living certificate, from all reported audits of its cycle.

    In a fixed number of statements, however many certificates there are.
    """
    said = _Said(
        {version.id: scheme_of_version(version) for version in session.scalars(select(SchemeVersion))},
        {(audit_id, code): extent for audit_id, code, extent in session.execute(_extents(today)) if extent},
        frozenset((audit_id, code) for audit_id, code in session.execute(_closed(today))),
    )
    found = session.execute(_verdicts(today), execution_options={"yield_per": _AT_ONCE})
    for _, rows in groupby(map(_Row._make, found), lambda row: row.certificate_id):
        yield _case(rows, said)


def plain(found: Simulated) -> dict[str, Any]:
    """Return the counts as JSON."""
    moves = [[before.value, after.value, number] for (before, after), number in found.moves.items()]
    return {
        "living": found.living,
        "falling": found.falling,
        "moves": moves,
        "causes": [[code, number] for code, number in found.causes.items()],  # the most frequent first
        "unjudged": list(found.unjudged),
    }


def _case(rows: Iterable[_Row], said: _Said) -> Case:
    """Return the case of one certificate; its rows come in the order of its audits."""
    last: dict[str, UUID] = {}
    counts: dict[str, Counter[tuple[Origin, str]]] = {}
    kind = version = None
    for row in rows:
        version = said.versions[row.version_id]
        kind = row.kind if kind is None or row.kind in ON_APPLICATION else kind
        if last.get(row.code) != row.audit_id:  # a later audit looked at it again
            last[row.code], counts[row.code] = row.audit_id, Counter()
        counts[row.code][row.origin, row.value] += row.number
    if kind is None or version is None:
        raise LookupError("a case has verdicts")
    known = {
        code: LastSeen(counts[code], said.extents.get((audit_id, code)), (audit_id, code) in said.closed)
        for code, audit_id in last.items()
    }
    return Case(version, kind, known)


def _verdicts(today: date) -> Select[*tuple[Any, ...]]:
    which = (Certificate.id, Audit.id, Audit.kind, Audit.scheme_version_id)
    what = (Verdict.requirement_code, SampledUnit.origin, Verdict.value)
    query = _audits(select(*which, *what, func.count()), today)
    query = query.join(Verdict, Verdict.audit_id == Audit.id).join(SampledUnit, SAME_UNIT)
    query = query.group_by(*which, Audit.reported_at, *what)
    return query.order_by(Certificate.id, Audit.reported_at, Audit.id, Verdict.requirement_code)


def _extents(today: date) -> Select[UUID, str, Extent | None]:
    query = select(RequirementJudgement.audit_id, RequirementJudgement.requirement_code, RequirementJudgement.extent)
    query = query.where(RequirementJudgement.extent.is_not(None))
    return query.where(RequirementJudgement.audit_id.in_(_audits(select(Audit.id), today)))


def _closed(today: date) -> Select[UUID, str]:
    query = select(Finding.audit_id, Finding.requirement_code).where(Finding.state == FindingState.CLOSED)
    return query.where(Finding.audit_id.in_(_audits(select(Audit.id), today)))


def _audits(query: Select[*tuple[Any, ...]], today: date) -> Select[*tuple[Any, ...]]:
    """Limit a query to reported audits in the cycle of a living certificate."""
    query = query.select_from(Certificate).join(
        Audit, Audit.certification_id == func.holder_cycle(Certificate.agency_id)
    )
    query = query.where(Certificate.state.in_(sorted(CURRENT)), Certificate.valid_until >= today)
    return query.where(Audit.reported_at.is_not(None), Audit.is_live)
