"""A chapter as one page of questions, the list of all questions, and saving one answer while somebody types."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.applications import queries, services
from audits.applications.colleagues import codes_of, shared_of
from audits.applications.earlier import answers_before
from audits.applications.models import Answer
from audits.applications.rules import Progress, Show, Standing, answered, found_by, progress_of
from audits.core import clock
from audits.core.access import Permission
from audits.core.errors import NotFoundError
from portal.doors.agency import layout
from portal.doors.agency.answer_form import AnswerForm, Card, answer_form, conflict, save
from portal.doors.agency.door import Case, bp, open_draft
from portal.forms import uploads
from portal.forms.form import Form
from portal.language.i18n import current_language
from portal.settings import current_settings
from portal.stores import database
from portal.web.access import current_actor, needs
from portal.web.paging import Page, asked_page

PAGE_SIZE = 25  # questions on one page
_LIST_SIZE = 100
MINUTES_EACH = 2  # about what an answer takes, with looking up its evidence
_PATH = "/applications/<uuid:application_id>/chapters/<chapter>"


@dataclass(frozen=True)
class Stand:
    """How the self-assessment of a case stands, as the pages show it beside the questions."""

    standing: Standing
    case: Case

    @property
    def total(self) -> int:
        """Return the number of questions."""
        return len(self.case.scheme.requirements)

    @property
    def answered(self) -> int:
        """Return the number of whole answers."""
        return len(self.standing.answered & {item.code for item in self.case.scheme.requirements})

    @property
    def minutes(self) -> int:
        """Return about how many minutes the open questions take."""
        return (self.total - self.answered) * MINUTES_EACH

    @property
    def chapters(self) -> list[dict[str, object]]:
        """Return the chapters with their progress and address."""
        return [
            {"row": row, "href": layout.address(self.case, row.chapter.code, row.next_code)}
            for row in progress_of(self.case.scheme, self.standing.answered)
        ]


@bp.get(_PATH)
@needs(Permission.APPLICATION_EDIT)
def chapter(application_id: UUID, chapter: str) -> ResponseReturnValue:
    """Show the questions of a chapter with their stored answers."""
    case = _open(application_id, chapter)
    layout.note_choice()
    stand = stand_of(case, choosing=True)
    codes = _codes(case, chapter, stand)
    shown = Page(codes[(asked_page() - 1) * PAGE_SIZE :][: PAGE_SIZE + 1], asked_page(), PAGE_SIZE)
    return _page(case, chapter, stand, _cards(case, list(shown.rows)), pages=shown)


@bp.post(_PATH)
@needs(Permission.APPLICATION_EDIT)
@uploads.takes_files
def chapter_submitted(application_id: UUID, chapter: str) -> ResponseReturnValue:
    """Save the answers of a page, each that is all right; or take over one of the last cycle, or remove a file."""
    case = _open(application_id, chapter)
    codes = [item.code for item in case.scheme.in_chapter(chapter) if f"{item.code}-version" in request.form]
    forms = {code: _form(case, code) for code in codes}
    then = request.form.get("then", "")
    stored = save(case, forms, whole=then not in {"list", "stay"})
    if code := _act(application_id):
        return redirect(f"{request.full_path.rstrip('?')}#{code}", 303)
    if not stored and not any(form.complaints for form in forms.values()):
        return redirect(_after(case, chapter, then), 303)
    cards = _cards(case, codes, forms, stored)
    busy = any(form.retry_after for form in forms.values())
    page = _page(case, chapter, stand_of(case, choosing=True), cards)
    return page, 503 if busy else 409 if stored else 422


@bp.post("/applications/<uuid:application_id>/questions/<code>/save")
@needs(Permission.APPLICATION_EDIT)
@uploads.takes_files
def save_typed(application_id: UUID, code: str) -> ResponseReturnValue:
    """Save one answer while somebody types, for scripts: what is stored now, or what is wrong."""
    case = open_draft(application_id)
    card = Card(case.requirement(code), answer_form(case.requirement(code)))
    card.form.ask(case.scheme, code)  # as it is asked before this answer
    del card.form.again, card.form.shared
    if stored := save(case, {code: card.form}, whole=False):
        card.stored, card.differs = stored[code], conflict(card.form, stored[code])
    else:
        card.answer = queries.answer_to(database.read(), application_id, code)
        card.form.remember(card.answer)
    card.files = queries.evidence_of(database.read(), application_id, code).get(code, [])
    alarm = card.form.false_alarm  # as the page names it
    alarm.name = alarm.id = f"{request.form.get('prefix', '')}{alarm.short_name}"
    stand = stand_of(case)
    words = {
        "saved": _("Saved at %(time)s", time=f"{clock.now().astimezone(clock.AMSTERDAM):%H:%M}"),
        "version": card.form.version.data,
        "shown": card.form.shown.data,
        "open": code not in stand.standing.answered,
        "answered": stand.answered,
        "complaints": [each["text"] for each in card.form.complaints],
        **_asked_again(card, application_id),
        **{
            part: render_template("agency/answer_part.html", part=part, card=card, scheme=case.scheme)
            for part in ("state", "files", "conflict")
        },
    }
    return jsonify(words), 409 if stored else 422 if words["complaints"] else 200


def _asked_again(card: Card, application_id: UUID) -> dict[str, str | None]:
    """Return what the cross-checks say now, and the typed questions where the page does not show the right ones."""
    if not card.requirement.details and not request.form.get("details"):
        return {"details": None, "checks": None}
    case, code = open_draft(application_id), card.requirement.code
    asked = case.requirement(code)
    broken = queries.complaints_about(database.read(), case.application).get(code, ())
    prefix = request.form.get("prefix", "")
    form = answer_form(asked, card.answer, prefix=prefix, meta={"csrf": False}, formdata=None)
    again = Card(asked, form, card.answer, broken=broken)
    same = [each.code for each in asked.details] == [each.code for each in card.requirement.details]

    def part(name: str) -> str:
        return render_template("agency/answer_part.html", part=name, card=again, scheme=case.scheme)

    return {"details": None if same else part("details"), "checks": part("checks")}


@bp.get("/applications/<uuid:application_id>/questions")
@needs(Permission.APPLICATION_EDIT)
def find_questions(application_id: UUID) -> ResponseReturnValue:
    """List the questions that a person looks for, by words and by how they stand."""
    case = open_draft(application_id)
    stand, text = stand_of(case, choosing=True), request.args.get("q", "").strip()
    wanted = set(stand.standing.codes(_show()))
    codes = [code for code in found_by(case.scheme, text, current_language()) if code in wanted]
    shown = Page(codes[(asked_page() - 1) * _LIST_SIZE :][: _LIST_SIZE + 1], asked_page(), _LIST_SIZE)
    return render_template(
        "agency/find_questions.html",
        application=case.application,
        scheme=case.scheme,
        stand=stand,
        q=text,
        show=_show(),
        pages=shown,
        found=len(codes),
        counts={each: len(stand.standing.codes(each)) for each in Show},
        items=[(item, layout.address(case, item.chapter, item.code)) for item in map(case.requirement, shown.rows)],
    )


def stand_of(case: Case, *, choosing: bool = False) -> Stand:
    """Return how the self-assessment of a case stands.

    `choosing` adds what somebody chooses questions by: which have files, and which are given to this person.
    """
    session, application_id = database.read(), case.application.id
    said = queries.said_of(session, application_id)
    if not choosing:
        return Stand(Standing(case.scheme, said), case)
    own = codes_of(session, application_id, current_actor().id)
    return Stand(Standing(case.scheme, said, queries.codes_with_files(session, application_id), own), case)


def _open(application_id: UUID, chapter: str) -> Case:
    case = open_draft(application_id)
    if chapter not in case.scheme.chapters or not case.scheme.in_chapter(chapter):
        abort(404)
    return case


def _show() -> Show:
    asked = request.args.get("show", "")
    return Show(asked) if asked in set(Show) else Show.ALL


def _codes(case: Case, chapter: str, stand: Stand) -> list[str]:
    inside = {item.code for item in case.scheme.in_chapter(chapter)}
    return [code for code in stand.standing.codes(_show()) if code in inside]


def _form(case: Case, code: str, answer: Answer | None = None) -> AnswerForm:
    """Return the form of one question among others; the token of the page is in the form around it."""
    form = answer_form(case.requirement(code), answer, prefix=f"{code}-", meta={"csrf": False})
    form.ask(case.scheme, code)
    del form.again, form.shared
    return form


def _cards(
    case: Case, codes: list[str], forms: Mapping[str, AnswerForm] | None = None, stored: Mapping[str, Answer] = {}
) -> list[Card]:
    session, application = database.read(), case.application
    answers = queries.answers_of(session, application.id, codes)
    files = queries.evidence_of(session, application.id)
    open_codes = [code for code in codes if code not in answers]
    before = answers_before(session, application, open_codes) if open_codes else {}
    broken = queries.complaints_about(session, application)
    remarks = queries.remarks_sent(session, application)
    cards = []
    for code in codes:
        answer = answers.get(code)
        form = forms[code] if forms else _form(case, code, answer)
        card = Card(case.requirement(code), form, answer, files.get(code, []), before.get(code))
        card.broken, card.remark = broken.get(code, ()), remarks.get(code)
        if code in stored:
            card.stored, card.differs = stored[code], conflict(form, stored[code])
        else:
            form.remember(answer)
        cards.append(card)
    return cards


def _act(application_id: UUID) -> str | None:
    """Take over an earlier answer or remove a file, if a button for that was pressed; return the code of its question.

    Everything typed is saved before.
    """
    actor, code = current_actor(), request.form.get("take_over")
    try:
        if file := request.form.get("remove"):
            with database.write() as session:
                code = services.remove_evidence(session, actor, UUID(file)).requirement_code
            flash(_("The file is removed."), "success")
        elif code:
            with database.write() as session:
                services.take_over(session, actor, application_id, code)
            flash(_("The answer of last time is taken over, with its files."), "success")
    except (ValueError, NotFoundError):
        abort(404)
    return code


def _after(case: Case, chapter: str, then: str) -> str:
    """Return the next page: the rest of this chapter, the next one, the answers to check, or the tasks."""
    application_id = case.application.id
    if then == "list":
        flash(_("Your answers are saved."), "success")
        return url_for("agency.application", application_id=application_id)
    if then == "stay":
        return request.full_path.rstrip("?")
    page = asked_page()
    if len(case.scheme.in_chapter(chapter)) > page * PAGE_SIZE and _show() is Show.ALL:
        return url_for("agency.chapter", application_id=application_id, chapter=chapter, page=page + 1)
    following = _neighbour(case, chapter, 1)
    if following:
        return url_for("agency.chapter", application_id=application_id, chapter=following)
    return url_for("agency.answers", application_id=application_id)


def _neighbour(case: Case, chapter: str, step: int) -> str | None:
    """Return the chapter before or after this one, among those that ask something."""
    asked = [code for code in case.scheme.chapters if case.scheme.in_chapter(code)]
    place = asked.index(chapter) + step
    return asked[place] if 0 <= place < len(asked) else None


def _page(case: Case, chapter: str, stand: Stand, cards: list[Card], pages: Page[str] | None = None) -> str:
    inside = {item.code for item in case.scheme.in_chapter(chapter)}
    asked = [code for code in case.scheme.chapters if case.scheme.in_chapter(code)]
    progress = next(row for row in progress_of(case.scheme, stand.standing.answered) if row.chapter.code == chapter)
    return render_template(
        "agency/chapter.html",
        application=case.application,
        scheme=case.scheme,
        chapter=case.scheme.chapters[chapter],
        place=(asked.index(chapter) + 1, len(asked)),
        progress=progress,
        done=progress.progress is Progress.COMPLETED,
        shared=shared_of(database.read(), case.application.id),
        stand=stand,
        answered=answered(case.scheme, stand.standing.said),
        cards=cards,
        show=_show(),
        counts={each: len(inside & set(stand.standing.codes(each))) for each in Show},
        pages=pages,
        previous=_neighbour(case, chapter, -1),
        next=_neighbour(case, chapter, 1),
        largest=current_settings().max_evidence_bytes,
        form=Form(),
        forms=[card.form for card in cards],
    )
