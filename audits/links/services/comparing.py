"""Compare an agency with all others, and report what links it to them. The caller commits."""

from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.core import clock
from audits.core.access import SYSTEM
from audits.links import events as told
from audits.links import queries
from audits.links.models import LinkHit, LinkReport
from audits.links.services.course import open_task, record
from audits.links.services.noting import note_traces
from audits.links.workflow import LinkState


def report_links(session: Session, agency_id: UUID, *, bank_key: bytes) -> LinkReport | None:
    """Compare an agency with all others; return the report if there is something that nobody judged before.

    While a report is open it is returned instead: so this may run twice.
    """
    session.get_one(Agency, agency_id, with_for_update=True)
    open_one = select(LinkReport).where(LinkReport.agency_id == agency_id, LinkReport.state == LinkState.OPEN)
    if report := session.scalar(open_one):
        return report
    note_traces(session, bank_key, [agency_id])
    known = queries.judged_before(session, agency_id)
    found = [
        (link.other_id, hit)
        for link in queries.find_links(session, agency_id)
        if any((link.other_id, hit.sign.value, hit.here, hit.there) not in known for hit in link.hits)
        for hit in link.hits
    ]
    if not found:
        return None
    report = LinkReport(id=uuid4(), agency_id=agency_id, made_at=clock.now(), state=LinkState.OPEN)
    report.compared = queries.count_others(session, agency_id)
    session.add(report)
    session.flush()
    others = {other_id: session.get_one(Agency, other_id).legal_name for other_id, _ in found}
    for other_id, hit in found:
        row = LinkHit(report_id=report.id, agency_id=agency_id, other_id=other_id, sign=hit.sign)
        row.other_name = others[other_id]
        row.here, row.there, row.weight = hit.here, hit.there, hit.weight  # type: ignore[assignment]  # a float is stored exactly
        session.add(row)
    record(session, SYSTEM, report, told.LinksFound(after=report.state, compared=report.compared, signs=len(found)))
    open_task(session, report)
    return report
