"""One question on a page: its answer, the explanation, the files that show it."""

from uuid import UUID

from flask import abort, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.applications import queries, services
from audits.applications.models import Application
from audits.applications.rules import following, place_of
from audits.core.access import Permission
from audits.core.errors import IllegalMoveError, RuleError
from audits.schemes.queries import scheme_of_version
from portal.doors.agency.application import own_application
from portal.doors.agency.door import bp, show_conflict
from portal.doors.agency.forms import AnswerForm
from portal.forms import uploads
from portal.settings import Settings
from portal.stores import database
from portal.web.access import current_actor, needs

_PATH = "/applications/<uuid:application_id>/questions/<code>"


@bp.get(_PATH)
@needs(Permission.APPLICATION_EDIT)
def question(application_id: UUID, code: str) -> ResponseReturnValue:
    """The question, with what was answered before."""
    application = _draft(application_id, code)
    answer = queries.answer_to(database.read(), application.id, code)
    form = AnswerForm(obj=answer)
    form.version.data = answer.version if answer else 0
    return _page(application, code, form)


@bp.post(_PATH)
@needs(Permission.APPLICATION_EDIT)
@uploads.takes_files
def question_submitted(application_id: UUID, code: str) -> ResponseReturnValue:
    """Store the answer with its files, or take a file away."""
    application, form = _draft(application_id, code), AnswerForm()
    form.ask(scheme_of_version(application.scheme_version), code)
    if "remove" in request.form:
        return _remove(application, code, form)
    to_list = request.form.get("then") == "list"
    if to_list and form.is_empty:
        return redirect(url_for("agency.application", application_id=application_id), 303)
    if form.validate_on_submit():
        try:
            _save(application_id, code, form)
        except RuleError as error:
            form.complain(error)
        except IllegalMoveError as error:
            return _conflict(application_id, code, form, error)
        else:
            return redirect(_after(application_id, code, to_list=to_list), 303)
    return _page(application, code, form), 422


def _draft(application_id: UUID, code: str) -> Application:
    """An application that can still be answered and has this question."""
    application = own_application(application_id)
    if code not in {item.code for item in scheme_of_version(application.scheme_version).requirements}:
        abort(404)
    if not application.is_draft:
        raise IllegalMoveError("This application is submitted and can no longer be changed.")
    return application


def _save(application_id: UUID, code: str, form: AnswerForm) -> None:
    chosen = uploads.accept(form.files.data or ())
    with database.write() as session:
        actor = current_actor()
        services.save_answer(
            session,
            actor,
            application_id,
            code,
            value=form.value.data,
            explanation=form.explanation.data or "",
            version=form.version.data,
        )
        for upload in chosen:
            services.add_evidence(session, actor, application_id, code, **upload.facts())


def _after(application_id: UUID, code: str, *, to_list: bool) -> str:
    """Where to go next: back to the answers if one came from there, to the next question, or to the tasks."""
    if request.args.get("back") == "answers":
        return url_for("agency.answers", application_id=application_id, _anchor=code)
    following_question = following(scheme_of_version(own_application(application_id).scheme_version), code)
    if to_list or following_question is None:
        flash(_("Your answer is saved."), "success")
        return url_for("agency.application", application_id=application_id)
    return url_for("agency.question", application_id=application_id, code=following_question.code)


def _remove(application: Application, code: str, form: AnswerForm) -> ResponseReturnValue:
    """Take a file away and show the same page again, with all that was typed and not yet saved."""
    try:
        evidence_id = UUID(request.form["remove"])
    except ValueError:
        abort(404)
    with database.write() as session:
        services.remove_evidence(session, current_actor(), evidence_id)
    flash(_("The file is removed."), "success")
    return _page(application, code, form)


def _conflict(application_id: UUID, code: str, form: AnswerForm, error: IllegalMoveError) -> ResponseReturnValue:
    application = _draft(application_id, code)
    answer = queries.answer_to(database.read(), application_id, code)
    show_conflict(form, error, answer.version if answer else 0)
    return _page(application, code, form, stored=True), 409


def _page(application: Application, code: str, form: AnswerForm, *, stored: bool = False) -> str:
    scheme, session = scheme_of_version(application.scheme_version), database.read()
    form.ask(scheme, code)
    settings: Settings = current_app.extensions["settings"]
    return render_template(
        "agency/question.html",
        application=application,
        scheme=scheme,
        requirement=scheme.requirement(code),
        place=place_of(scheme, code),
        files=queries.evidence_of(session, application.id, code).get(code, []),
        stored=queries.answer_to(session, application.id, code) if stored else None,
        largest=settings.max_upload_bytes,
        back=request.args.get("back") == "answers",
        form=form,
    )
