"""The page of one finding for staff with cases: everything about it, and what a reviewer answers."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core.access import Permission
from audits.inspections import queries
from audits.inspections.models import Finding
from audits.people.trail import trail_of
from audits.schemes.queries import scheme_of_version
from portal.doors.weighing import Weighing, weigh, weigh_submitted
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("findings", __name__, url_prefix="/findings")


@bp.get("/<uuid:finding_id>")
@needs(Permission.CASES_VIEW)
def show_finding(finding_id: UUID) -> ResponseReturnValue:
    """Show a finding with every round of its repair, and what was asked about it."""
    finding = queries.get_finding(database.read(), current_actor(), finding_id)
    return _page(finding, weigh(finding))


@bp.post("/<uuid:finding_id>/grade")
@needs(Permission.AUDIT_REVIEW)
def weigh_finding(finding_id: UUID) -> ResponseReturnValue:
    """Propose another grade, or answer the inspector who proposed one."""
    finding = queries.get_finding(database.read(), current_actor(), finding_id)
    if form := weigh_submitted(finding):
        return _page(finding, weigh(finding, filled=form)), 422
    flash(_("Done. It is in the file."), "success")
    return redirect(url_for("office.findings.show_finding", finding_id=finding_id), 303)


def _page(finding: Finding, weighing: Weighing) -> str:
    session, scheme = database.read(), scheme_of_version(finding.audit.scheme_version)
    return render_template(
        "office/finding.html",
        finding=finding,
        audit=finding.audit,
        scheme=scheme,
        requirement=scheme.requirement(finding.requirement_code),
        notes=queries.confidential_notes(session, scheme, [finding]),
        rounds=queries.rounds_of(session, finding.id),
        files=queries.files_of_finding(session, finding.id),
        weighing=weighing,
        trail_steps=trail_of(session, [finding.id]),
    )
