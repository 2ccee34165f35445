"""The page of one question: its answer, explanation and files."""

from collections.abc import Sequence
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.applications import queries, services
from audits.applications.models import Answer, Evidence
from audits.applications.rules import LONGEST_EXPLANATION, following, place_of
from audits.core.access import Permission
from audits.core.errors import IllegalMoveError, RuleError
from audits.schemes.text import SchemeText
from portal.doors.agency.door import Case, bp, open_case, show_conflict
from portal.forms import uploads
from portal.forms.fields import (
    RequiredWhere,
    checkboxes_field,
    file_field,
    options,
    radios_field,
    textarea_field,
    version_field,
)
from portal.forms.form import Form, refused
from portal.language.i18n import current_language
from portal.settings import current_settings
from portal.stores import database
from portal.web.access import current_actor, needs

_NEVER = RequiredWhere("", lambda _: False)  # optional, and need not say so
_PATH = "/applications/<uuid:application_id>/questions/<code>"


class AnswerForm(Form):
    """The answer to one requirement; the scheme words question and answers."""

    value = radios_field("", [], required=_l("Choose an answer."))
    explanation = textarea_field(_l("Explanation"), max_length=LONGEST_EXPLANATION, rows=6)
    again = checkboxes_field(
        _l("Files of last time to use again"), [], hint=_l("Untick what no longer holds."), required=_NEVER
    )
    files = file_field(_l("Add files"), accept=uploads.ACCEPT, multiple=True)
    version = version_field()

    def ask(self, scheme: SchemeText, code: str) -> None:
        """Set labels and choices from the scheme."""
        language = current_language()
        self.value.label.text = scheme.requirement(code).question.in_(language)
        self.value.choices = options([(kind.code, kind.name.in_(language)) for kind in scheme.self_assessment_answers])
        explain = [kind.name.in_(language) for kind in scheme.self_assessment_answers if kind.needs_explanation]
        self.explanation.description = _("Needed with: %(answers)s.", answers="; ".join(explain))

    def offer_files(self, files: Sequence[Evidence]) -> None:
        """Offer the files of the earlier answer; at first all are ticked."""
        self.again.choices = options([(str(file.id), file.filename) for file in files])
        if not files:
            del self.again

    @property
    def is_empty(self) -> bool:
        """Return whether nothing was chosen or typed."""
        return not (self.value.data or self.explanation.data or any(file.filename for file in self.files.data or ()))


@bp.get(_PATH)
@needs(Permission.APPLICATION_EDIT)
def question(application_id: UUID, code: str) -> ResponseReturnValue:
    """Show the question with its stored answer."""
    case = _draft(application_id, code)
    answer = queries.answer_to(database.read(), application_id, code)
    before = None if answer else _before(case, code)
    form = AnswerForm(obj=answer or before)
    form.version.data = answer.version if answer else 0
    return _page(case, code, form, before=before)


@bp.post(_PATH)
@needs(Permission.APPLICATION_EDIT)
@uploads.takes_files
def question_submitted(application_id: UUID, code: str) -> ResponseReturnValue:
    """Save the answer with its files, or remove a file."""
    case, form = _draft(application_id, code), AnswerForm()
    form.ask(case.scheme, code)
    form.offer_files(_files(_before(case, code)) if request.form.getlist("again") else [])
    if "remove" in request.form:
        return _remove(case, code, form)
    to_list = request.form.get("then") == "list"
    if to_list and form.is_empty:
        return redirect(url_for("agency.application", application_id=application_id), 303)
    if form.validate_on_submit():
        try:
            _save(application_id, code, form)
        except RuleError as error:
            form.complain(error)
        except IllegalMoveError as error:
            return _conflict(case, code, form, error)
        else:
            return redirect(_after(case, code, to_list=to_list), 303)
    return refused(_page(case, code, form), form)


def _draft(application_id: UUID, code: str) -> Case:
    """Return the case of an application that can still be edited and has this question, or 404."""
    case = open_case(application_id)
    case.requirement(code)
    if not case.application.is_draft:
        raise IllegalMoveError("This application is submitted and can no longer be changed.")
    return case


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
        if form.again:
            services.take_over_files(
                session, actor, application_id, code, [UUID(each) for each in form.again.data or ()]
            )
        for upload in chosen:
            services.add_evidence(session, actor, application_id, code, upload.store(session))


def _after(case: Case, code: str, *, to_list: bool) -> str:
    """Return the next page: the list of answers if the person came from there, the next question, or the tasks."""
    application_id = case.application.id
    if request.args.get("back") == "answers":
        return url_for("agency.answers", application_id=application_id, _anchor=code)
    following_question = following(case.scheme, code)
    if to_list or following_question is None:
        flash(_("Your answer is saved."), "success")
        return url_for("agency.application", application_id=application_id)
    return url_for("agency.question", application_id=application_id, code=following_question.code)


def _remove(case: Case, code: str, form: AnswerForm) -> ResponseReturnValue:
    """Remove a file and show the page again with everything typed but not yet saved."""
    try:
        evidence_id = UUID(request.form["remove"])
    except ValueError:
        abort(404)
    with database.write() as session:
        services.remove_evidence(session, current_actor(), evidence_id)
    flash(_("The file is removed."), "success")
    return _page(case, code, form)


def _conflict(case: Case, code: str, form: AnswerForm, error: IllegalMoveError) -> ResponseReturnValue:
    answer = queries.answer_to(database.read(), case.application.id, code)
    show_conflict(form, error, answer.version if answer else 0)
    return _page(case, code, form, stored=True), 409


def _before(case: Case, code: str) -> Answer | None:
    """Return the answer of the last cycle, which is offered but not stored before somebody has seen it."""
    return queries.answer_before(database.read(), case.application, code)


def _files(answer: Answer | None) -> list[Evidence]:
    return queries.files_before(database.read(), answer) if answer else []


def _page(case: Case, code: str, form: AnswerForm, *, stored: bool = False, before: Answer | None = None) -> str:
    application, scheme, session = case.application, case.scheme, database.read()
    form.ask(scheme, code)
    if before:
        files = _files(before)
        form.offer_files(files)
        if files:
            form.again.data = [str(file.id) for file in files]
    elif form.again and not form.again.choices:
        del form.again
    settings = current_settings()
    return render_template(
        "agency/question.html",
        application=application,
        scheme=scheme,
        requirement=scheme.requirement(code),
        place=place_of(scheme, code),
        files=queries.evidence_of(session, application.id, code).get(code, []),
        before=before,
        stored=queries.answer_to(session, application.id, code) if stored else None,
        largest=settings.max_upload_bytes,
        back=request.args.get("back") == "answers",
        form=form,
    )
