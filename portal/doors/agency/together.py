"""Pages on which the people of an agency share the questions of a draft: who has which, and comments on one."""

from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.applications import services
from audits.applications.colleagues import comments_on, helpers_of, tasks_of
from audits.applications.rules import LONGEST_COMMENT
from audits.core.access import Permission
from audits.core.errors import RuleError
from portal.doors.agency.door import Case, bp, open_case, open_draft
from portal.forms.fields import UNREMARKED, hidden_field, options, select_field, textarea_field
from portal.forms.form import Form
from portal.forms.once import SentOnce
from portal.stores import database
from portal.web.access import current_actor, needs

_QUESTION = "/applications/<uuid:application_id>/questions/<code>/together"
_CHAPTER = "/applications/<uuid:application_id>/chapters/<chapter>/together"


class GiveForm(Form):
    """Who has a question or a chapter."""

    person = select_field(_l("Who fills this in?"), [], hint=_l("They get a mail with a link."), required=UNREMARKED)

    def offer(self, case: Case) -> "GiveForm":
        """Offer the colleagues who may fill in the application."""
        people = [(str(each.id), each.name) for each in helpers_of(database.read(), case.agency.id)]
        self.person.choices = options([("", _("Nobody in particular")), *people])
        return self

    @property
    def chosen(self) -> UUID | None:
        """Return who was chosen; None for nobody."""
        return UUID(self.person.data) if self.person.data else None


class TogetherForm(SentOnce, GiveForm):
    """The same for one question, with a comment.

    `seen` is of the page: who only comments on an older one does not take the question from whom a colleague gave it to
    meanwhile.
    """

    text = textarea_field(
        _l("Your comment"),
        hint=_l("For your colleagues alone: we do not read it. Whoever has this question gets a mail with a link."),
        required=UNREMARKED,
        max_length=LONGEST_COMMENT,
        rows=3,
    )
    seen = hidden_field()  # who had the question

    @property
    def gives(self) -> bool:
        """Return whether somebody else was chosen than who had the question."""
        return (self.person.data or "") != (self.seen.data or "")


@bp.get("/applications/<uuid:application_id>/shared")
@needs(Permission.APPLICATION_EDIT)
def shared_questions(application_id: UUID) -> ResponseReturnValue:
    """Lead from a mail to the questions that this person has."""
    open_case(application_id)
    return redirect(url_for("agency.find_questions", application_id=application_id, show="mine"), 303)


@bp.get(_QUESTION)
@needs(Permission.APPLICATION_EDIT)
def together(application_id: UUID, code: str) -> ResponseReturnValue:
    """Show who has a question and what was said about it."""
    case = open_draft(application_id)
    case.requirement(code)
    task = tasks_of(database.read(), application_id).get(code)
    has = str(task.person_id) if task and task.person_id else ""
    return _page(case, code, TogetherForm(person=has, seen=has).offer(case))


@bp.post(_QUESTION)
@needs(Permission.APPLICATION_EDIT)
def together_saved(application_id: UUID, code: str) -> ResponseReturnValue:
    """Give the question to somebody, and add the comment if there is one."""
    case = open_draft(application_id)
    case.requirement(code)
    form = TogetherForm().offer(case)
    if form.validate_on_submit():
        try:
            with database.write() as session:
                actor = current_actor()
                if form.gives:
                    services.give_questions(session, actor, application_id, [code], person_id=form.chosen)
                if form.text.data:
                    words: dict[str, Any] = {"comment_id": form.id_for(form.text.data), "text": form.text.data}
                    services.comment_on(session, actor, application_id, code, **words)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("agency.together", application_id=application_id, code=code), 303)
    return _page(case, code, form), 422


@bp.get(_CHAPTER)
@needs(Permission.APPLICATION_EDIT)
def chapter_together(application_id: UUID, chapter: str) -> ResponseReturnValue:
    """Ask who fills in a chapter."""
    case = _chapter(application_id, chapter)
    return _chapter_page(case, chapter, GiveForm().offer(case))


@bp.post(_CHAPTER)
@needs(Permission.APPLICATION_EDIT)
def chapter_given(application_id: UUID, chapter: str) -> ResponseReturnValue:
    """Give every question of the chapter to somebody, or to nobody."""
    case = _chapter(application_id, chapter)
    form, codes = GiveForm().offer(case), [item.code for item in case.scheme.in_chapter(chapter)]
    if form.validate_on_submit():
        try:
            with database.write() as session:
                services.give_questions(session, current_actor(), application_id, codes, person_id=form.chosen)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("agency.chapter", application_id=application_id, chapter=chapter), 303)
    return _chapter_page(case, chapter, form), 422


def _chapter(application_id: UUID, chapter: str) -> Case:
    case = open_draft(application_id)
    if chapter not in case.scheme.chapters or not case.scheme.in_chapter(chapter):
        abort(404)
    return case


def _page(case: Case, code: str, form: TogetherForm) -> str:
    return render_template(
        "agency/together.html",
        application=case.application,
        requirement=case.requirement(code),
        comments=comments_on(database.read(), case.application.id, code),
        form=form,
    )


def _chapter_page(case: Case, chapter: str, form: GiveForm) -> str:
    title = case.scheme.chapters[chapter].title
    return render_template(
        "agency/chapter_together.html", application=case.application, chapter=chapter, title=title, form=form
    )
