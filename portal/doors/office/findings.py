"""The page of one finding for staff with cases: everything about it, and what a reviewer answers."""

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.core.flow import moved_on
from audits.findings.models import Dispute, Extension
from audits.findings.queries import dispute_of, extensions_of
from audits.findings.services import answer_dispute, answer_extension
from audits.inspections import queries
from audits.inspections.models import Finding
from audits.people.independence import bar_of
from audits.people.trail import trail_of
from audits.schemes.queries import scheme_of_version
from portal.doors.weighing import Weighing, weigh, weigh_submitted
from portal.forms.fields import RequiredWhere, date_field, radios_field, textarea_field
from portal.forms.form import Form
from portal.stores import database
from portal.web.access import current_actor, needs


def _why() -> Any:
    """Build the field of an answer; each form names it otherwise, because they stand on one page."""
    return textarea_field(_l("Why"), hint=_l("The agency reads this."), required=_l("Give the reason."), rows=4)


class ExtensionAnswerForm(Form):
    """The answer to a request for more time."""

    granted = radios_field(
        _l("Does the agency get more time?"),
        [("yes", _l("Yes, until the day below")), ("no", _l("No, the term stays"))],
        required=_l("Choose whether the agency gets more time."),
    )
    until = date_field(
        _l("New last day"),
        hint=_l("Only if you grant it."),
        required=RequiredWhere(_l("Enter the day."), lambda form: form.granted.data == "yes"),
    )
    extension_answer = _why()


class DisputeAnswerForm(Form):
    """The answer to an agency that disputes a finding."""

    outcome = radios_field(
        _l("Is the agency right?"),
        [("yes", _l("Yes: the finding is withdrawn")), ("no", _l("No: the finding stays"))],
        required=_l("Choose whether the agency is right."),
    )
    dispute_answer = _why()


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


@bp.post("/<uuid:finding_id>/extension")
@needs(Permission.AUDIT_REVIEW)
def extend(finding_id: UUID) -> ResponseReturnValue:
    """Grant more time, or none."""
    finding, form = queries.get_finding(database.read(), current_actor(), finding_id), ExtensionAnswerForm()
    asked = _waiting(extensions_of(database.read(), finding_id))
    if asked is None:
        raise moved_on()
    if form.validate_on_submit():
        try:
            until = form.until.data if form.granted.data == "yes" else None
            with database.write() as session:
                answer_extension(
                    session, current_actor(), asked.id, granted_until=until, answer=form.extension_answer.data
                )
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Done. The agency has been told."), "success")
            return redirect(url_for("office.findings.show_finding", finding_id=finding_id), 303)
    return _page(finding, weigh(finding), form), 422


@bp.post("/<uuid:finding_id>/dispute")
@needs(Permission.AUDIT_REVIEW)
def answer_disputed(finding_id: UUID) -> ResponseReturnValue:
    """Withdraw a disputed finding, or let it stay."""
    finding, form = queries.get_finding(database.read(), current_actor(), finding_id), DisputeAnswerForm()
    asked = dispute_of(database.read(), finding_id)
    if asked is None or asked.answered_at is not None:
        raise moved_on()
    if form.validate_on_submit():
        try:
            granted = form.outcome.data == "yes"
            with database.write() as session:
                answer_dispute(session, current_actor(), asked.id, granted=granted, answer=form.dispute_answer.data)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Done. The agency has been told."), "success")
            return redirect(url_for("office.findings.show_finding", finding_id=finding_id), 303)
    return _page(finding, weigh(finding), dispute_form=form), 422


def _dispute_form(finding: Finding, dispute: Dispute | None) -> DisputeAnswerForm | None:
    """Return the form to answer a dispute, for a reviewer who took no part in the audit."""
    if dispute is None or dispute.answered_at is not None or not _may_answer(finding):
        return None
    return DisputeAnswerForm(formdata=None)


def _may_answer(finding: Finding) -> bool:
    actor = current_actor()
    if not actor.has(Permission.AUDIT_REVIEW) or not finding.stands:
        return False
    return bar_of(database.read(), finding.agency_id, actor.id) is None


def _waiting(extensions: list[Extension]) -> Extension | None:
    return next((each for each in extensions if each.answered_at is None), None)


def _extension_form(finding: Finding, extensions: list[Extension]) -> ExtensionAnswerForm | None:
    """Return the form to answer a request for more time, for a reviewer who took no part in the audit."""
    asked = _waiting(extensions)
    if asked is None or not _may_answer(finding):
        return None
    return ExtensionAnswerForm(formdata=None, until=asked.wanted_until)


def _page(
    finding: Finding,
    weighing: Weighing,
    extension_form: ExtensionAnswerForm | None = None,
    *,
    dispute_form: DisputeAnswerForm | None = None,
) -> str:
    session, scheme = database.read(), scheme_of_version(finding.audit.scheme_version)
    extensions, disputed = extensions_of(session, finding.id), dispute_of(session, finding.id)
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
        extensions=extensions,
        dispute=disputed,
        dispute_form=dispute_form or _dispute_form(finding, disputed),
        extension_form=extension_form or _extension_form(finding, extensions),
        trail_steps=trail_of(session, [finding.id]),
    )
