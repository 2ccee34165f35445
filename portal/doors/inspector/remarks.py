"""Pages on which an inspector writes down findings and strengths by hand, outside the sample."""

from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.inspections import queries, services
from audits.schemes.text import SchemeText
from portal.doors.inspector.case import Case, bp, open_case
from portal.forms.fields import options, radios_field, select_field, textarea_field
from portal.forms.form import Form
from portal.language.i18n import current_language
from portal.stores import database
from portal.web.access import current_actor, needs

STRENGTH = "strength"


class RemarkForm(Form):
    """A finding or a strength, with the words for staff and those for the agency."""

    code = select_field(_l("Requirement"), [], required=_l("Choose a requirement."))
    grade = radios_field(_l("What is it?"), [], required=_l("Choose what it is."))
    note = textarea_field(
        _l("What you saw, and how"),
        hint=_l("For staff. The agency does not read this."),
        required=_l("Say what you saw."),
    )
    agency_text = textarea_field(
        _l("Text for the agency"),
        hint=_l("Without a word that leads to a person."),
        required=_l("Write the text for the agency."),
    )

    def offer(self, scheme: SchemeText) -> "RemarkForm":
        """Offer the requirements and grades of the scheme."""
        language = current_language()
        codes = [(item.code, f"{item.code} {item.title.in_(language)}") for item in scheme.requirements]
        self.code.choices = options([("", _("Choose a requirement")), *codes])
        grades = [(each.code, each.name.in_(language)) for each in scheme.severities.values()]
        self.grade.choices = options([*grades, (STRENGTH, _("Strength: something that is done well"))])
        return self


@bp.get("/audits/<uuid:audit_id>/remarks")
@needs(Permission.AUDIT_CONDUCT)
def list_remarks(audit_id: UUID) -> ResponseReturnValue:
    """List what was written down by hand, with the form for more."""
    case = open_case(audit_id)
    return _page(case, RemarkForm().offer(case.scheme))


@bp.post("/audits/<uuid:audit_id>/remarks")
@needs(Permission.AUDIT_CONDUCT)
def write_remark(audit_id: UUID) -> ResponseReturnValue:
    """Write down one more."""
    case = open_case(audit_id)
    form = RemarkForm().offer(case.scheme)
    if form.validate_on_submit():
        try:
            with database.write() as session:
                services.write_remark(
                    session,
                    current_actor(),
                    audit_id,
                    code=form.code.data,
                    grade=None if form.grade.data == STRENGTH else form.grade.data,
                    note=form.note.data,
                    agency_text=form.agency_text.data,
                )
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("It is written down. It will be in the report."), "success")
            return redirect(url_for("inspector.list_remarks", audit_id=audit_id), 303)
    return _page(case, form), 422


@bp.post("/audits/<uuid:audit_id>/remarks/<uuid:remark_id>/withdraw")
@needs(Permission.AUDIT_CONDUCT)
def withdraw_remark(audit_id: UUID, remark_id: UUID) -> ResponseReturnValue:
    """Take one back; it stays in the trail."""
    with database.write() as session:
        services.withdraw_remark(session, current_actor(), audit_id, remark_id)
    flash(_("It is taken back."), "success")
    return redirect(url_for("inspector.list_remarks", audit_id=audit_id), 303)


def _page(case: Case, form: RemarkForm) -> str:
    return render_template(
        "inspector/remarks.html",
        case=case,
        audit=case.audit,
        scheme=case.scheme,
        remarks=queries.remarks_of(database.read(), case.audit.id),
        form=form,
    )
