"""The page of one question: its answer, explanation and files."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.applications import queries, services
from audits.applications.colleagues import shared_of
from audits.applications.earlier import answer_before, files_before
from audits.applications.models import Answer, Evidence
from audits.applications.rules import following, place_of
from audits.core.access import Permission
from portal.doors.agency import layout
from portal.doors.agency.answer_form import Card, answer_form, conflict, save
from portal.doors.agency.door import Case, bp, file_to_remove, open_draft, open_question
from portal.forms import uploads
from portal.forms.form import refused
from portal.settings import current_settings
from portal.stores import database
from portal.web.access import current_actor, needs

_LISTS = {"answers": "agency.answers", "remarks": "agency.remarks"}
_PATH = "/applications/<uuid:application_id>/questions/<code>"


@bp.get(_PATH)
@needs(Permission.APPLICATION_EDIT)
def question(application_id: UUID, code: str) -> ResponseReturnValue:
    """Show the question with its stored answer."""
    case, answer = open_question(application_id, code)
    requirement = case.requirement(code)
    layout.note_choice()
    before = None if answer else _before(case, code)
    form = answer_form(requirement, answer or before)
    form.remember(answer)
    return _page(case, Card(requirement, form, answer=answer, before=before))


@bp.post(_PATH)
@needs(Permission.APPLICATION_EDIT)
@uploads.takes_files
def question_submitted(application_id: UUID, code: str) -> ResponseReturnValue:
    """Save the answer with its files, or remove a file."""
    case = _draft(application_id, code)
    form = answer_form(case.requirement(code))
    card = Card(case.requirement(code), form)
    form.ask(case.around(code), code)
    form.offer_shared(queries.evidence_of(database.read(), application_id) if "shared" in request.form else {}, code)
    form.offer_files(_files(_before(case, code)) if request.form.getlist("again") else [])
    if "remove" in request.form:
        return _remove(case, card)
    to_list = request.form.get("then") == "list"
    if to_list and form.is_empty:
        return redirect(url_for("agency.application", application_id=application_id), 303)
    if form.is_empty:
        form.value.errors = [_("Choose an answer.")]
        return _page(case, card), 422
    if stored := save(case, {code: form}, whole=not to_list):
        card.stored = stored[code]
        card.differs = conflict(form, stored[code])
        return _page(case, card), 409
    if not form.complaints:
        return redirect(_after(case, application_id, code, to_list=to_list), 303)
    form.remember(queries.answer_to(database.read(), application_id, code))
    return refused(_page(case, card), form)


def _draft(application_id: UUID, code: str) -> Case:
    """Return the case of an application that can still be edited and has this question, or 404."""
    case = open_draft(application_id)
    case.requirement(code)
    return case


def _after(case: Case, application_id: UUID, code: str, *, to_list: bool) -> str:
    """Return the next page: the list of answers if the person came from there, the next question, or the tasks."""
    if came_from := _came_from(application_id, code):
        return came_from
    following_question = following(case.around(code), code)
    if to_list or following_question is None:
        flash(_("Your answer is saved."), "success")
        return url_for("agency.application", application_id=application_id)
    return url_for("agency.question", application_id=application_id, code=following_question.code)


def _came_from(application_id: UUID, code: str) -> str | None:
    """Return the list to which somebody goes back, if they came from one."""
    page = _LISTS.get(request.args.get("back", ""))
    return url_for(page, application_id=application_id, _anchor=code) if page else None


def _remove(case: Case, card: Card) -> ResponseReturnValue:
    """Remove a file and show the page again with everything typed but not yet saved."""
    with database.write() as session:
        services.remove_evidence(session, current_actor(), file_to_remove())
    flash(_("The file is removed."), "success")
    return _page(case, card)


def _before(case: Case, code: str) -> Answer | None:
    """Return the answer of the last cycle, which is offered but not stored before somebody has seen it."""
    return answer_before(database.read(), case.application, code)


def _files(answer: Answer | None) -> list[Evidence]:
    return files_before(database.read(), answer) if answer else []


def _page(case: Case, card: Card) -> str:
    application, scheme, session = case.application, case.scheme, database.read()
    code, form = card.requirement.code, card.form
    form.ask(scheme, code)
    if card.before:
        earlier = _files(card.before)
        form.offer_files(earlier)
        if earlier and not form.is_put_back:
            form.again.data = [str(file.id) for file in earlier]
    elif form.again and not form.again.choices:
        del form.again
    files = queries.evidence_of(session, application.id)
    card.files = files.get(code, [])
    if form.shared:
        form.offer_shared(files, code)
        if form.shared and not form.is_put_back:
            form.shared.data = []
    card.broken = queries.complaints_about(session, application).get(code, ())
    card.remark = queries.remarks_sent(session, application).get(code)
    return render_template(
        "agency/question.html",
        application=application,
        scheme=scheme,
        card=card,
        place=place_of(scheme, code),
        previous=following(scheme, code, -1),
        next=following(scheme, code),
        largest=current_settings().max_evidence_bytes,
        back=_came_from(application.id, code),
        shared=shared_of(session, application.id),
        form=form,
    )
