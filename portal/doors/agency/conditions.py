"""Pages of the conditions of an agency's certificate: each one, with the proof that was handed in."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.conditions.models import Condition
from audits.conditions.queries import get_condition
from audits.conditions.services import submit_proof
from audits.conditions.workflow import CONDITION_FLOW
from audits.core import clock
from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.schemes.queries import scheme_of_version
from audits.schemes.text import Requirement
from portal.doors import pleading
from portal.doors.agency.door import own_agency, own_id
from portal.forms import uploads
from portal.forms.fields import false_alarm_field, file_field, textarea_field, version_field
from portal.forms.form import Form, refused
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("conditions", __name__, url_prefix="/conditions")


class ProofForm(Form):
    """What shows that a condition is met."""

    explanation = textarea_field(
        _l("How did you meet the condition?"), required=_l("Explain how you met the condition."), max_length=2000
    )
    files = file_field(
        _l("Files that show it"),
        hint=_l("PDF, PNG or JPEG. No names, citizen numbers or identity papers in them."),
        accept=uploads.ACCEPT,
        multiple=True,
    )
    false_alarm = false_alarm_field()
    is_alarmed = False
    version = version_field()


@bp.get("/<uuid:condition_id>")
@needs(Permission.AGENCY_VIEW)
def show_condition(condition_id: UUID) -> ResponseReturnValue:
    """Show one condition, its last day, and how far it is."""
    return _page(condition_id, ProofForm())


@bp.post("/<uuid:condition_id>")
@needs(Permission.FINDING_ANSWER)
@uploads.takes_files
def proof_submitted(condition_id: UUID) -> ResponseReturnValue:
    """Hand in proof with its files."""
    form = ProofForm()
    if form.validate_on_submit():
        try:
            _submit(condition_id, form)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("We have your proof. A decider judges it, and you hear from us."), "success")
            return redirect(url_for("agency.conditions.show_condition", condition_id=condition_id), 303)
    return refused(_page(condition_id, form), form)


def _submit(condition_id: UUID, form: ProofForm) -> None:
    chosen = pleading.accept(form, form.files.data or [], own_agency(whole=False))
    with database.write() as session:
        submit_proof(
            session,
            current_actor(),
            condition_id,
            explanation=form.explanation.data or "",
            files=[upload.store(session) for upload in chosen],
            version=form.version.data,
        )


def _page(condition_id: UUID, form: ProofForm) -> str:
    session, actor = database.read(), current_actor()
    own_id(actor)
    condition = get_condition(session, actor, condition_id)
    if not form.is_submitted():
        form.version.data = condition.version
    may_submit = condition.state in CONDITION_FLOW.waiting_for(Permission.FINDING_ANSWER)
    return render_template(
        "agency/condition.html",
        condition=condition,
        requirement=_requirement(condition),
        today=clock.today(),
        form=form if may_submit and actor.has(Permission.FINDING_ANSWER) else None,
    )


def _requirement(condition: Condition) -> Requirement | None:
    """Return the requirement that it is about, if any."""
    return scheme_of_version(condition.audit.scheme_version).requirement(condition.about) if condition.about else None
