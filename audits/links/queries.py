"""Find what links an agency to others, and the reports about it."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session, joinedload, selectinload

from audits.core.access import Actor, Permission, authorise
from audits.core.errors import missing
from audits.deadlines.models import Deadline
from audits.deadlines.rules import DeadlineKind
from audits.links.models import LinkHit, LinkReport, LinkTrace
from audits.links.rules import MANY, NEAR_DOORS, REPORTED_FROM, Hit, compare, total
from audits.links.traces import Trace, TraceKind
from audits.links.workflow import LinkState

# For each key at most MANY others are read: a trace that more have tells nothing, and costs nothing.
_SHARING = text(
    """
    SELECT mine.kind, mine.key, other.agency_id
    FROM (SELECT DISTINCT kind, key, number FROM link_trace WHERE agency_id = :agency) mine
    CROSS JOIN LATERAL (
      SELECT DISTINCT agency_id FROM (
        SELECT agency_id FROM link_trace
        WHERE kind = mine.kind AND key = mine.key AND agency_id <> :agency
          AND (mine.number IS NULL OR number BETWEEN mine.number - :doors AND mine.number + :doors)
        LIMIT :rows) sharing
      LIMIT :most) other
    """
)


class Link(NamedTuple):
    """Another agency, and the signs that link to it, strongest first."""

    other_id: UUID
    hits: Sequence[Hit]

    @property
    def weight(self) -> float:
        """Return the weight of all signs together."""
        return total(hit.weight for hit in self.hits)


def find_links(session: Session, agency_id: UUID) -> list[Link]:
    """Return the agencies to which the noted traces of this one link, the strongest link first.

    Its cost grows with the traces of the agency, not with the number of agencies.
    """
    known = {"agency": agency_id, "doors": NEAR_DOORS, "most": MANY, "rows": 4 * MANY}
    sharing = session.execute(_SHARING, known).all()
    sharers: dict[tuple[TraceKind, str], int] = {}
    for kind, key, _ in sharing:
        of = TraceKind(kind), key
        sharers[of] = sharers.get(of, 0) + 1
    candidates = {other for kind, key, other in sharing if sharers[TraceKind(kind), key] < MANY}
    traces = _traces(session, {agency_id, *candidates})
    mine = traces.pop(agency_id, [])
    links = [Link(other, compare(mine, theirs, sharers)) for other, theirs in traces.items()]
    told = [link for link in links if link.weight >= REPORTED_FROM]
    return sorted(told, key=lambda link: (-link.weight, link.other_id))


def get_report(session: Session, actor: Actor, report_id: UUID) -> LinkReport:
    """Return one report with its hits; NotFoundError where the actor may not see it."""
    authorise(actor, Permission.CASES_VIEW)
    report = session.get(LinkReport, report_id, options=[selectinload(LinkReport.hits).joinedload(LinkHit.other)])
    if report is None or not report.is_visible_to(actor):
        raise missing(LinkReport)
    return report


def reports_of(session: Session, agency_id: UUID) -> list[LinkReport]:
    """Return all reports about an agency, newest first."""
    query = select(LinkReport).where(LinkReport.agency_id == agency_id).order_by(LinkReport.made_at.desc())
    return list(session.scalars(query))


def is_judging(session: Session, agency_id: UUID) -> bool:
    """Return whether a report about an agency is not judged as a whole yet."""
    query = select(LinkReport.id).where(LinkReport.agency_id == agency_id, LinkReport.state == LinkState.OPEN)
    return session.scalar(query) is not None


def open_reports(session: Session) -> list[LinkReport]:
    """Return the reports that nobody has judged as a whole yet, oldest first."""
    query = select(LinkReport).where(LinkReport.state == LinkState.OPEN).options(joinedload(LinkReport.agency))
    return list(session.scalars(query.order_by(LinkReport.made_at)))


def due_on(session: Session, report_id: UUID) -> date | None:
    """Return the day by which a report must be judged, or None if it is."""
    task = Deadline.kind == DeadlineKind.LINK_REPORT, Deadline.subject_id == report_id, Deadline.done_at.is_(None)
    return session.scalar(select(Deadline.due_on).where(*task))


def asked_hits(session: Session, agency_id: UUID) -> list[LinkHit]:
    """Return what an agency was asked about, what waits for its answer first."""
    return list(session.scalars(_asked(agency_id).order_by(LinkHit.answered_at.nulls_first(), LinkHit.asked_at.desc())))


def is_asked(session: Session, agency_id: UUID) -> bool:
    """Return whether a question waits for an answer of the agency."""
    query = _asked(agency_id).with_only_columns(LinkHit.id).where(LinkHit.answered_at.is_(None))
    return session.scalar(query.where(LinkHit.judged_at.is_(None)).limit(1)) is not None


def judged_before(session: Session, agency_id: UUID) -> set[tuple[UUID, str, str, str]]:
    """Return the hits (other, sign, here, there) that earlier reports about this agency had."""
    query = select(LinkHit.other_id, LinkHit.sign, LinkHit.here, LinkHit.there).where(LinkHit.agency_id == agency_id)
    return {(other, sign.value, here, there) for other, sign, here, there in session.execute(query)}


def count_others(session: Session, agency_id: UUID) -> int:
    """Return how many other agencies have traces."""
    query = select(func.count(func.distinct(LinkTrace.agency_id))).where(LinkTrace.agency_id != agency_id)
    return session.scalar(query) or 0


def _asked(agency_id: UUID) -> Select[LinkHit]:
    return select(LinkHit).where(LinkHit.agency_id == agency_id, LinkHit.asked_at.is_not(None))


def _traces(session: Session, agencies: set[UUID]) -> dict[UUID, list[Trace]]:
    found: dict[UUID, list[Trace]] = {}
    columns = LinkTrace.agency_id, LinkTrace.kind, LinkTrace.key, LinkTrace.shown, LinkTrace.number
    query = select(*columns).where(LinkTrace.agency_id == func.any(list(agencies)))
    for row in session.execute(query):
        found.setdefault(row.agency_id, []).append(Trace(row.kind, row.key, row.shown, row.number))
    return found
