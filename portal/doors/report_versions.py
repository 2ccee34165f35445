"""The page with every version of the report of an audit, and what each says otherwise than the one before."""

from collections.abc import Sequence
from itertools import pairwise
from uuid import UUID

from flask import render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from audits.core.access import Permission
from audits.inspections.queries import get_audit
from certificates.documents.editions import Difference, Part, differences
from certificates.documents.models import Document
from certificates.documents.queries import reports_of
from portal.doors.downloads import bp
from portal.stores import database
from portal.web.access import current_actor, needs

PARTS = {
    Part.SUMMARY: _l("Summary"),
    Part.SCORE: _l("Points in all"),
    Part.FINDING: _l("Finding"),
    Part.GRADE: _l("Grade of the finding"),
    Part.POINTS: _l("Points of the finding"),
    Part.COUNTS: _l("Falls short"),
    Part.OBSERVED: _l("Text of the finding"),
    Part.JUDGED: _l("How far the finding reaches"),
    Part.PICTURES: _l("Pictures of the finding"),
    Part.VERDICT: _l("Verdict"),
}


@bp.get("/reports/<uuid:audit_id>")
@needs(Permission.DECISION_VIEW)
def report_versions(audit_id: UUID) -> ResponseReturnValue:
    """Show every version of a report, the newest first."""
    session, actor = database.read(), current_actor()
    audit, reports = get_audit(session, actor, audit_id), reports_of(session, actor, audit_id)
    versions = list(enumerate(zip(reports, _changes(reports), strict=True), 1))
    return render_template("report_versions.html", audit=audit, versions=versions[::-1], parts=PARTS)


def _changes(reports: Sequence[Document]) -> list[list[Difference] | None]:
    """Return what each report says otherwise than the one before; None of the first."""
    changes = [differences(before.snapshot, after.snapshot) for before, after in pairwise(reports)]
    return [None, *changes] if reports else []
