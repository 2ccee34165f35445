"""The audit desk: requirement, answer of the agency, and verdicts side by side."""

from collections.abc import Sequence
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.applications.queries import answers_of, evidence_of
from audits.core.access import Permission
from audits.core.errors import IllegalMoveError, RuleError
from audits.inspections import queries, services
from audits.inspections.earlier_findings import EarlierFinding, found_before
from audits.inspections.evidence import said_on
from audits.inspections.grading import Extent, codes_before
from audits.inspections.judging import plain_verdict
from audits.schemes.text import Requirement
from portal.doors.inspector import progress
from portal.doors.inspector.case import Case, bp, open_case
from portal.doors.inspector.forms import JudgementForm
from portal.doors.inspector.sheet import Sheet
from portal.forms.form import Form
from portal.language.i18n import current_language, sentence
from portal.signing import receipts
from portal.stores import database
from portal.web.access import current_actor, needs


@bp.get("/audits/<uuid:audit_id>/requirements/<code>")
@needs(Permission.AUDIT_CONDUCT)
def show_requirement(audit_id: UUID, code: str) -> ResponseReturnValue:
    """Show one requirement with answer, evidence and verdicts."""
    case = open_case(audit_id)
    sheets = _sheets(case, [case.requirement(code)])
    return _requirement_page(case, sheets[0], Form())


@bp.post("/audits/<uuid:audit_id>/requirements/<code>")
@needs(Permission.AUDIT_CONDUCT)
def judge_requirement(audit_id: UUID, code: str) -> ResponseReturnValue:
    """Save the verdicts on one requirement, and continue to the next if asked."""
    case, form = open_case(audit_id), Form()
    sheets = _sheets(case, [case.requirement(code)])
    status = _keep(case, form, sheets)
    if not status:
        follows = _next(case, code) if "next" in request.form else code
        if follows is None:
            flash(_("Every drawn unit has a verdict."), "success")
            return redirect(url_for("inspector.report", audit_id=audit_id), 303)
        return redirect(url_for("inspector.show_requirement", audit_id=audit_id, code=follows), 303)
    return _requirement_page(case, sheets[0], form), status


@bp.post("/audits/<uuid:audit_id>/requirements/<code>/judgement")
@needs(Permission.AUDIT_CONDUCT)
def judge_whole(audit_id: UUID, code: str) -> ResponseReturnValue:
    """Save what the inspector says on a requirement as a whole."""
    case, whole = open_case(audit_id), JudgementForm()
    sheets = _sheets(case, [case.requirement(code)])
    whole.offer(sheets[0].requirement.judgement, sheets[0].seen)
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
            return _newer(case, sheets[0], whole, sentence(error)), 409
        except RuleError as error:
            whole.complain(error)
        else:
            flash(_("What you say on the whole is saved."), "success")
            return redirect(url_for("inspector.show_requirement", audit_id=audit_id, code=code), 303)
    return _requirement_page(case, sheets[0], Form(), whole), 422


def _newer(case: Case, sheet: Sheet, whole: JudgementForm, words: str) -> str:
    """Return the page with what was typed and what is stored now; the next save replaces that."""
    whole.form_errors.append(words)
    if stored := queries.judgement_on(database.read(), case.audit.id, sheet.requirement.code):
        whole.version.data = stored.version
        whole.agency_text.errors = [f"{_('Stored now:')} {stored.agency_text}"]
    return _requirement_page(case, sheet, Form(), whole)


@bp.get("/audits/<uuid:audit_id>/chapters/<code>")
@needs(Permission.AUDIT_CONDUCT)
def show_chapter(audit_id: UUID, code: str) -> ResponseReturnValue:
    """Show all requirements of a chapter on one page."""
    case = open_case(audit_id)
    return _chapter_page(case, code, _sheets(case, _in_chapter(case, code)), Form())


@bp.post("/audits/<uuid:audit_id>/chapters/<code>")
@needs(Permission.AUDIT_CONDUCT)
def judge_chapter(audit_id: UUID, code: str) -> ResponseReturnValue:
    """Save the verdicts on a chapter."""
    case, form = open_case(audit_id), Form()
    sheets = _sheets(case, _in_chapter(case, code))
    status = _keep(case, form, sheets)
    if not status:
        flash(_("The verdicts are saved."), "success")
        return redirect(url_for("inspector.show_chapter", audit_id=audit_id, code=code), 303)
    return _chapter_page(case, code, sheets, form), status


def _in_chapter(case: Case, code: str) -> tuple[Requirement, ...]:
    return case.scheme.in_chapter(code) or abort(404)


def _sheets(case: Case, requirements: Sequence[Requirement]) -> list[Sheet]:
    units, codes = {item.unit for item in requirements}, [item.code for item in requirements]
    drawn, seen = queries.drawn_and_judged(database.read(), case.audit.id, units, codes)
    return [Sheet(case.scheme, item, drawn.get(item.unit, {}), seen.get(item.code, {})) for item in requirements]


def _keep(case: Case, form: Form, sheets: Sequence[Sheet]) -> int:
    """Read the sheets and store them; return 0, or the HTTP status of the page that shows what is wrong.

    The button `fill` names the requirement whose empty rows get the conforming verdict.
    """
    filled = request.form.get("fill", "")
    plain = plain_verdict(case.scheme)
    holds = [sheet.read(request.form, plain if sheet.requirement.code == filled else "") for sheet in sheets]
    if case.is_open and not (form.validate_on_submit() and all(holds)):
        return 422  # if the state has changed, the service refuses it
    try:
        with database.write() as session:
            said = {sheet.requirement.code: sheet.verdicts() for sheet in sheets}
            seen = {sheet.requirement.code: sheet.versions() for sheet in sheets}
            why = {sheet.requirement.code: sheet.reason.text for sheet in sheets}
            services.record_sheets(session, current_actor(), case.audit.id, said, versions=seen, reasons=why)
            receipts.confirm(session, case.audit.id)
    except services.VerdictsChangedError as error:
        form.form_errors.append(sentence(error))
        for sheet in sheets:
            sheet.show_stored(error.stored)
        return 409
    except services.ReasonMissingError as error:
        for sheet in sheets:
            sheet.ask_reason(error.codes, sentence(error))
        return 422
    except RuleError as error:
        form.complain(error)
        return 422
    return 0


def _next(case: Case, code: str) -> str | None:
    session, audit_id = database.read(), case.audit.id
    drawn = progress.drawn_units(case.scheme, queries.populations_of(session, audit_id))
    return progress.next_open(case.scheme, drawn, queries.progress_of(session, audit_id), after=code)


def _requirement_page(case: Case, sheet: Sheet, form: Form, whole: JudgementForm | None = None) -> str:
    session = database.read()
    item, application_id = sheet.requirement, case.audit.certification_id
    answer, judgement = said_on(session, case.audit, item.code)
    if whole is None:
        whole = JudgementForm(formdata=None, obj=judgement, version=0)
        whole.offer(item.judgement, sheet.seen)
    before, after = progress.neighbours(case.scheme, item.code)
    return render_template(
        "inspector/requirement.html",
        case=case,
        audit=case.audit,
        scheme=case.scheme,
        sheet=sheet,
        item=item,
        answer=answer,
        files=evidence_of(session, application_id, item.code).get(item.code, []),
        before=before,
        after=after,
        plain=_plain_name(case),
        form=form,
        whole=whole if case.is_open and (judgement or sheet.falls_short) else None,
        judgement=judgement,
        is_confidential=case.scheme.units[item.unit].confidential,
        found_earlier=_found_earlier(case, item.code),
        forms=[form, sheet, whole],
    )


def _found_earlier(case: Case, code: str) -> list[EarlierFinding]:
    """Return what earlier audits of the agency found on a requirement, under whatever code it had."""
    codes = codes_before(case.scheme, code)
    return [each for each in found_before(database.read(), case.audit.id) if each.code in codes]


def _chapter_page(case: Case, code: str, sheets: Sequence[Sheet], form: Form) -> str:
    session = database.read()
    return render_template(
        "inspector/chapter.html",
        case=case,
        audit=case.audit,
        scheme=case.scheme,
        chapter=case.scheme.chapters[code],
        sheets=sheets,
        answers=answers_of(session, case.audit.certification_id),
        evidence=evidence_of(session, case.audit.certification_id),
        plain=_plain_name(case),
        form=form,
        forms=[form, *sheets],
    )


def _plain_name(case: Case) -> str:
    return case.scheme.verdicts[plain_verdict(case.scheme)].name.in_(current_language())
