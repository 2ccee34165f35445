"""The page that plans an audit of a holder of a certificate."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.agencies.queries import details_of
from audits.core import clock
from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.inspections.coverage import hours_for
from audits.inspections.services import plan_audit_of_holder
from audits.schemes.cycle import AuditKind
from audits.schemes.queries import with_cycle
from audits.signals.queries import living_signals
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.queries import get_certificate
from portal.doors.office.forms import HolderAuditForm
from portal.doors.office.inspectors import LeftOut, offer_inspectors, show_lacks
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("planning", __name__, url_prefix="/certificates")


@bp.get("/<uuid:certificate_id>/plan")
@needs(Permission.AUDIT_PLAN)
def plan(certificate_id: UUID) -> ResponseReturnValue:
    """Ask for kind, inspector, day, and what the audit looks at."""
    kind = request.args.get("kind", "")
    form = HolderAuditForm(formdata=None, kind=kind if kind in set(AuditKind) else None)
    return _page(_certificate(certificate_id), form)


@bp.post("/<uuid:certificate_id>/plan")
@needs(Permission.AUDIT_PLAN)
def plan_submitted(certificate_id: UUID) -> ResponseReturnValue:
    """Plan the audit."""
    certificate, form = _certificate(certificate_id), HolderAuditForm()
    _offer(certificate, form)
    if form.validate_on_submit():
        try:
            audit_id = _plan(certificate.agency_id, form)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The audit is planned. The inspector has been told."), "success")
            return redirect(url_for("office.audits.show_audit", audit_id=audit_id), 303)
    return _page(certificate, form), 422


def _plan(agency_id: UUID, form: HolderAuditForm) -> UUID:
    with database.write() as session:
        audit = plan_audit_of_holder(
            session,
            current_actor(),
            agency_id,
            kind=AuditKind(form.kind.data),
            inspector_id=UUID(form.inspector.data),
            planned_on=form.planned_on.data,
            announced=not form.unannounced.data,
            occasion=form.occasion.data or "",
            risks=form.risks.data or (),
            despite=form.despite.data or "",
            by_hand=(form.by_hand.data or "").upper().replace(",", " ").split(),
        )
        return audit.id


def _certificate(certificate_id: UUID) -> Certificate:
    return get_certificate(database.read(), current_actor(), certificate_id)


def _offer(certificate: Certificate, form: HolderAuditForm) -> list[LeftOut]:
    form.offer_scheme(with_cycle(certificate.scheme_version))
    return offer_inspectors(form, certificate.agency_id, certificate.scheme_version_id)


def _page(certificate: Certificate, form: HolderAuditForm) -> str:
    left_out, scheme = _offer(certificate, form), with_cycle(certificate.scheme_version)
    return render_template(
        "office/plan_holder.html",
        certificate=certificate,
        scheme=scheme,
        form=form,
        left_out=left_out,
        lacking=show_lacks(form, details_of(certificate.agency), certificate.scheme_version),
        from_authorities=living_signals(database.read(), [certificate.agency_id], clock.today()),
        hours={kind: hours_for(certificate.agency, certificate.scheme_version, kind) for kind in form.kinds},
    )
