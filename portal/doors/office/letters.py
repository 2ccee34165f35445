"""Pages of letters: what was sent, what is to be posted, and what the clock will write."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from werkzeug import Response

from audits.core import clock
from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.worklists.letters import letter_text
from certificates.documents.stages import DocumentKind
from certificates.letters import queries
from certificates.letters.facts import term_letter_facts
from certificates.letters.queries import PAGE_SIZE, Written
from certificates.letters.services import note_posted, send_by_post
from portal.doors.downloads import attachment
from portal.doors.office.drafts import draft_of
from portal.forms.fields import checkboxes_field, date_field, options
from portal.forms.form import Form
from portal.language.i18n import current_language
from portal.language.letters import letter_title
from portal.settings import current_settings
from portal.stores import database
from portal.web.access import current_actor, needs
from portal.web.paging import Page, asked_page

bp = Blueprint("letters", __name__, url_prefix="/letters")


class PostedForm(Form):
    """Which letters were posted, and on which day."""

    letters = checkboxes_field(_l("Which letters were posted?"), [], required=_l("Choose the letters."), small=True)
    day = date_field(_l("On which day?"), required=_l("Enter the day."))

    def offer(self, waiting: list[Written]) -> None:
        """Offer the letters that wait."""
        named = [(each, f"{each.letter.number}, {each.letter.agency.legal_name}") for each in waiting]
        self.letters.choices = options([(str(each.letter.id), words) for each, words in named])


@bp.get("/")
@needs(Permission.CASES_VIEW)
def list_letters() -> ResponseReturnValue:
    """List all letters, newest first."""
    page = asked_page()
    found = queries.list_letters(database.read(), current_actor(), to_post=False, page=page)
    return render_template(
        "office/letters.html",
        found=Page(found, page, PAGE_SIZE),
        waiting=queries.count_to_post(database.read()),
        title_of=letter_title,
        form=Form(formdata=None),
        may_post=current_actor().has(Permission.LETTER_POST),
    )


@bp.get("/to-post")
@needs(Permission.LETTER_POST)
def to_post() -> ResponseReturnValue:
    """List the letters that wait to be posted: to print, and to note as posted."""
    return _to_post(PostedForm())


@bp.post("/to-post")
@needs(Permission.LETTER_POST)
def posted() -> ResponseReturnValue:
    """Note that letters were posted."""
    form = PostedForm()
    form.offer(_waiting())
    if form.validate_on_submit():
        try:
            with database.write() as session:
                number = note_posted(session, current_actor(), map(UUID, form.letters.data), form.day.data)
        except RuleError as error:
            form.complain(error)
        else:
            flash(ngettext("%(num)s letter noted as posted.", "%(num)s letters noted as posted.", number), "success")
            return redirect(url_for("office.letters.to_post"), 303)
    return _to_post(form), 422


@bp.post("/<uuid:letter_id>/by-post")
@needs(Permission.LETTER_POST)
def by_post(letter_id: UUID) -> Response:
    """Put a letter on the list of what is to be posted too."""
    with database.write() as session:
        send_by_post(session, current_actor(), letter_id)
    return redirect(url_for("office.letters.to_post"), 303)


@bp.get("/to-come")
@needs(Permission.CASES_VIEW)
def to_come() -> ResponseReturnValue:
    """List what the clock will write in the days ahead, each with its draft."""
    coming = queries.letters_to_come(database.read(), current_actor())
    return render_template("office/letters_to_come.html", coming=coming, title_of=_title)


@bp.get("/draft/<uuid:deadline_id>")
@needs(Permission.CASES_VIEW)
def draft(deadline_id: UUID) -> ResponseReturnValue:
    """Send the draft of the next letter about a deadline."""
    session, actor = database.read(), current_actor()
    coming, body = queries.coming_letter(session, actor, deadline_id), current_settings().body
    about = (coming.agency_id, coming.kind, coming.moment, [deadline_id])
    facts = term_letter_facts(session, *about, number="", body=body)
    if facts is None:
        return render_template("office/letters_to_come.html", coming=[], title_of=_title), 404
    facts["written_on"] = coming.on.isoformat()
    return attachment(draft_of(DocumentKind.TERM_LETTER, facts), "draft.pdf", "application/pdf")


def _title(coming: queries.Coming) -> str:
    return letter_text(coming.kind, coming.moment, current_language()).title


def _waiting() -> list[Written]:
    return list(queries.list_letters(database.read(), current_actor(), to_post=True)[:PAGE_SIZE])


def _to_post(form: PostedForm) -> str:
    waiting = _waiting()
    form.offer(waiting)
    if not form.is_submitted():
        form.day.data = clock.today()
    return render_template("office/letters_to_post.html", waiting=waiting, form=form, title_of=letter_title)
