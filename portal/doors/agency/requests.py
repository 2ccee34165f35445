"""The page on which an agency gives what an inspector asks for: files, words, or both."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core import clock
from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.correspondence import services
from audits.correspondence.models import EvidenceRequest
from audits.correspondence.queries import files_given, get_request
from audits.schemes.queries import scheme_of_version
from portal.doors import pleading
from portal.doors.agency.door import bp, file_to_remove, own_agency
from portal.forms import uploads
from portal.forms.fields import false_alarm_field, file_field, textarea_field
from portal.forms.form import Form, refused
from portal.stores import database
from portal.web.access import current_actor, needs

_PATH = "/requests/<uuid:asked_id>"


class GivenForm(Form):
    """What an agency gives. `then` says whether it is sent or kept."""

    answer = textarea_field(_l("Your answer"), hint=_l("Not needed when the files say it all."), max_length=2000)
    files = file_field(
        _l("Files"),
        hint=_l(
            "PDF, picture, Excel, Word, OpenDocument, CSV, text or mail."
            " No names, citizen numbers or identity papers in them."
        ),
        accept=uploads.ACCEPT,
        multiple=True,
    )
    false_alarm = false_alarm_field()
    is_alarmed = False


@bp.get(_PATH)
@needs(Permission.AUDIT_VIEW)
def evidence_request(asked_id: UUID) -> ResponseReturnValue:
    """Show what is asked until when, and what was given."""
    return _page(get_request(database.read(), current_actor(), asked_id), GivenForm())


@bp.post(_PATH)
@needs(Permission.FINDING_ANSWER)
@uploads.takes_files
def evidence_given(asked_id: UUID) -> ResponseReturnValue:
    """Keep the files that are all right; send the answer when none was refused, or only remove a file."""
    asked, form = get_request(database.read(), current_actor(), asked_id), GivenForm()
    if "remove" in request.form:
        return _remove(asked, form)
    if form.validate_on_submit():
        _keep_files(asked, form)
        if not form.complaints and _send(asked, form):
            flash(_("The inspector has what you gave."), "success")
            return redirect(url_for("agency.home"), 303)
    return refused(_page(asked, form), form)


def _keep_files(asked: EvidenceRequest, form: GivenForm) -> None:
    good, refusals = pleading.sift(form, form.files.data or [], own_agency(whole=False))
    try:
        with database.write() as session:
            for upload in good:
                services.add_file(session, current_actor(), asked.id, upload.store(session))
    except RuleError as error:
        form.complain(error)
    for refusal in refusals:
        form.complain(refusal)


def _send(asked: EvidenceRequest, form: GivenForm) -> bool:
    try:
        with database.write() as session:
            services.give_evidence(session, current_actor(), asked.id, answer=form.answer.data or "")
    except RuleError as error:
        form.complain(error)
        return False
    return True


def _remove(asked: EvidenceRequest, form: GivenForm) -> ResponseReturnValue:
    """Remove a file and show the page again with what was typed."""
    with database.write() as session:
        services.remove_file(session, current_actor(), asked.id, file_to_remove())
    flash(_("The file is removed."), "success")
    return _page(asked, form)


def _page(asked: EvidenceRequest, form: GivenForm) -> str:
    scheme = scheme_of_version(asked.audit.scheme_version)
    return render_template(
        "agency/request.html",
        asked=asked,
        requirement=scheme.requirement(asked.requirement_code),
        files=files_given(database.read(), [asked.id])[asked.id],
        today=clock.today(),
        form=form if asked.is_open and current_actor().has(Permission.FINDING_ANSWER) else None,
    )
