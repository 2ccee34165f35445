"""The page of one requirement, cell by cell, and what the inspector says on it as a whole; the list of a chapter."""

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core.access import Permission
from audits.core.errors import IllegalMoveError, RuleError
from audits.inspections import queries, services
from audits.inspections.cells import cells_on
from audits.inspections.evidence import said_on
from audits.inspections.grading import Extent
from portal.doors.inspector import progress
from portal.doors.inspector.board import Facts, Step, cells_of, past_of
from portal.doors.inspector.case import Case, bp, open_case
from portal.doors.inspector.forms import JudgementForm
from portal.doors.inspector.keeping import keep
from portal.doors.inspector.sheet import Sheet
from portal.forms.form import Form
from portal.language.i18n import sentence
from portal.stores import database
from portal.web.access import current_actor, needs

_PATH = "/audits/<uuid:audit_id>/requirements/<code>"


@bp.get(_PATH)
@needs(Permission.FIELDWORK_VIEW)
def show_requirement(audit_id: UUID, code: str) -> ResponseReturnValue:
    """Show one requirement with answer, evidence and a cell per unit."""
    case = open_case(audit_id)
    return _page(case, sheet_of_requirement(case, code), Form())


@bp.post(_PATH)
@needs(Permission.AUDIT_CONDUCT)
def judge_requirement(audit_id: UUID, code: str) -> ResponseReturnValue:
    """Save the verdicts on one requirement, and continue to the next if asked."""
    case, form = open_case(audit_id), Form()
    sheet = sheet_of_requirement(case, code)
    status = keep(case, form, [sheet])
    if status:
        return _page(case, sheet, form), status
    follows = _next(case, code) if "next" in request.form else code
    if follows is None:
        flash(_("Every drawn unit has a verdict."), "success")
        return redirect(url_for("inspector.report", audit_id=audit_id), 303)
    return redirect(url_for("inspector.show_requirement", audit_id=audit_id, code=follows), 303)


@bp.post(f"{_PATH}/judgement")
@needs(Permission.AUDIT_CONDUCT)
def judge_whole(audit_id: UUID, code: str) -> ResponseReturnValue:
    """Save what the inspector says on a requirement as a whole."""
    case, whole = open_case(audit_id), JudgementForm()
    sheet = sheet_of_requirement(case, code)
    whole.offer(sheet.requirement.judgement, sheet.seen)
    if whole.validate_on_submit():
        try:
            with database.write() as session:
                services.judge_requirement(
                    session,
                    current_actor(),
                    audit_id,
                    code,
                    agency_text=whole.agency_text.data or "",
                    extent=Extent(whole.extent.data) if whole.extent and whole.extent.data else None,
                    extent_reason=whole.extent_reason.data or "" if whole.extent else "",
                    version=whole.version.data or 0,
                )
        except IllegalMoveError as error:
            return _newer(case, sheet, whole, sentence(error)), 409
        except RuleError as error:
            whole.complain(error)
        else:
            flash(_("What you say on the whole is saved."), "success")
            return redirect(url_for("inspector.show_requirement", audit_id=audit_id, code=code), 303)
    return _page(case, sheet, Form(), whole), 422


@bp.get("/audits/<uuid:audit_id>/chapters/<code>")
@needs(Permission.FIELDWORK_VIEW)
def show_chapter(audit_id: UUID, code: str) -> ResponseReturnValue:
    """List the requirements of a chapter with their progress."""
    case, session = open_case(audit_id), database.read()
    items = case.scheme.in_chapter(code) or abort(404)
    return render_template(
        "inspector/chapter.html",
        case=case,
        audit=case.audit,
        scheme=case.scheme,
        chapter=case.scheme.chapters[code],
        items=items,
        drawn=progress.drawn_units(case.scheme, queries.populations_of(session, audit_id)),
        done=queries.progress_of(session, audit_id),
    )


def sheet_of_requirement(case: Case, code: str) -> Sheet:
    """Return the sheet of a requirement with a row per unit, or 404."""
    item = case.requirement(code)
    units, seen, more = cells_on(database.read(), case.audit.id, item.unit, code)
    return Sheet(case.scheme, item, units, seen, more_beside=more)


def _newer(case: Case, sheet: Sheet, whole: JudgementForm, words: str) -> str:
    """Return the page with what was typed and what is stored now; the next save replaces that."""
    whole.form_errors.append(words)
    if stored := queries.judgement_on(database.read(), case.audit.id, sheet.requirement.code):
        whole.version.data = stored.version
        whole.agency_text.errors = [f"{_('Stored now:')} {stored.agency_text}"]
    return _page(case, sheet, Form(), whole)


def _next(case: Case, code: str) -> str | None:
    session, audit_id = database.read(), case.audit.id
    drawn = progress.drawn_units(case.scheme, queries.populations_of(session, audit_id))
    return progress.next_open(case.scheme, drawn, queries.progress_of(session, audit_id), after=code)


def _page(case: Case, sheet: Sheet, form: Form, whole: JudgementForm | None = None) -> str:
    session, item = database.read(), sheet.requirement
    answer, files, judgement = said_on(session, case.audit, item.code)
    shows_whole = case.is_open and bool(judgement or sheet.falls_short)
    if whole is None and shows_whole:
        whole = JudgementForm(formdata=None, obj=judgement, version=0)
        whole.offer(item.judgement, sheet.seen)
    before, after = (_step(case, code) for code in progress.neighbours(case.scheme, item.code))
    return render_template(
        "inspector/requirement.html",
        case=case,
        audit=case.audit,
        scheme=case.scheme,
        sheet=sheet,
        item=item,
        unit=case.scheme.units[item.unit],
        cells=cells_of(case, [sheet]),
        facts=Facts(answer, files, *past_of(case)(item.code)),
        before=before,
        after=after,
        form=form,
        whole=whole if shows_whole else None,
        judgement=judgement,
        forms=[form, sheet, *([whole] if whole else [])],
    )


def _step(case: Case, code: str | None) -> Step | None:
    href = url_for("inspector.show_requirement", audit_id=case.audit.id, code=code) if code else ""
    return Step(code, href) if code else None
