"""Save and read one cell while somebody works, for scripts; and the way to a cell by typing its code or reference."""

from uuid import UUID

from flask import abort, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from audits.applications.queries import answer_to, evidence_of
from audits.core import clock
from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.core.typed import tidy
from audits.inspections import services
from audits.inspections.cells import StoredCell, cell_at, reference_at
from audits.inspections.queries import units_of
from portal.doors.inspector.board import Facts, past_of
from portal.doors.inspector.case import bp, open_case
from portal.doors.inspector.sheet import method_of, shown_as, version_of
from portal.language.i18n import sentence
from portal.signing import receipts
from portal.stores import database
from portal.web.access import current_actor, needs

_PATH = "/audits/<uuid:audit_id>/cells/<code>/<int:place>"


@bp.get(_PATH)
@needs(Permission.FIELDWORK_VIEW)
def show_cell(audit_id: UUID, code: str, place: int) -> ResponseReturnValue:
    """Return a verdict as it is stored now, with what stands beside it."""
    case, session = open_case(audit_id), database.read()
    item, said_in = case.requirement(code), case.audit.certification_id
    _reference, stored = cell_at(session, audit_id, code, item.unit, place)
    answer, files = answer_to(session, said_in, code), evidence_of(session, said_in, code)
    facts = Facts(answer, files.get(code, []), *past_of(case)(code))
    html = render_template("inspector/facts.html", facts=facts, item=item, scheme=case.scheme, audit=case.audit)
    return jsonify(_plain(stored) | {"facts": html})


@bp.post(_PATH)
@needs(Permission.AUDIT_CONDUCT)
def save_cell(audit_id: UUID, code: str, place: int) -> ResponseReturnValue:
    """Save one verdict: what is stored now, or what is wrong, or what somebody else stored meanwhile."""
    typed = _typed(code, place)
    try:
        with database.write() as session:
            stored = services.record_cell(session, current_actor(), audit_id, typed, name=current_user.name)
            receipts.confirm(session, audit_id)
    except services.VerdictsChangedError:
        return _conflict(audit_id, typed)
    except services.ReasonMissingError as error:
        return _wrong(error, "reason")
    except RuleError as error:
        if str(error.field).endswith("-reason"):
            return _wrong(error, "reason")
        return _wrong(error, "note" if typed.value else "")
    return jsonify(_plain(stored) | {"words": _saved_words()})


@bp.post(f"{_PATH}/private")
@needs(Permission.AUDIT_CONDUCT)
def save_private(audit_id: UUID, code: str, place: int) -> ResponseReturnValue:
    """Save one's own private note on a cell."""
    item = open_case(audit_id).requirement(code)
    reference = reference_at(database.read(), audit_id, item.unit, place)
    try:
        with database.write() as session:
            text = tidy(request.form.get("private", ""))
            services.keep_private_note(session, current_actor(), audit_id, (code, reference), text)
    except RuleError as error:
        return _wrong(error, "private")
    return jsonify({"words": _saved_words()})


@bp.get("/audits/<uuid:audit_id>/jump")
@needs(Permission.FIELDWORK_VIEW)
def jump(audit_id: UUID) -> ResponseReturnValue:
    """Lead to a requirement, a unit, or the cell of both, by what was typed."""
    case = open_case(audit_id)
    typed = request.args.get("q", "").split()
    codes = [item for item in case.scheme.requirements if item.code.casefold() in {word.casefold() for word in typed}]
    rest = " ".join(word for word in typed if not codes or word.casefold() != codes[0].code.casefold()).casefold()
    units = [each for each in units_of(database.read(), audit_id) if rest and each.reference.casefold() == rest]
    if codes and rest:
        units = [each for each in units if each.unit == codes[0].unit]
    if units:
        end = f"{codes[0].code}-{units[0].position}-cell" if codes else None
        unit, place = units[0].unit, units[0].position
        return redirect(url_for("inspector.show_unit", audit_id=audit_id, unit=unit, place=place, _anchor=end), 303)
    if codes and not rest:
        return redirect(url_for("inspector.show_requirement", audit_id=audit_id, code=codes[0].code), 303)
    return render_template("inspector/jump.html", case=case, audit=case.audit, q=" ".join(typed)), 404 if typed else 200


def _typed(code: str, place: int) -> services.TypedCell:
    method = request.form.get("method")
    return services.TypedCell(
        code=code,
        place=place,
        value=request.form.get("value", ""),
        note=tidy(request.form.get("note", "")),
        version=version_of(request.form.get("shown", "")),
        reason=request.form.get("reason", ""),
        method=method_of(method or ""),
        asks_method=method is not None,
    )


def _saved_words() -> str:
    now = f"{clock.now().astimezone(clock.AMSTERDAM):%H:%M}"
    words: str = _("Saved at %(time)s", time=now)
    return words


def _plain(stored: StoredCell | None) -> dict[str, object]:
    if stored is None:
        return {"value": "", "note": "", "method": "", "shown": shown_as("", "", 0), "by": "", "at": ""}
    moment = f"{stored.at.astimezone(clock.AMSTERDAM):%H:%M}"
    return {
        "value": stored.row.value,
        "note": stored.row.note,
        "method": stored.row.method or "",
        "shown": shown_as(*stored.row),
        "by": stored.by,
        "at": moment,
    }


def _wrong(problem: RuleError, field: str) -> ResponseReturnValue:
    return jsonify({"words": sentence(problem), "field": field}), 422


def _conflict(audit_id: UUID, typed: services.TypedCell) -> ResponseReturnValue:
    case = open_case(audit_id)
    unit = case.requirement(typed.code).unit
    _reference, stored = cell_at(database.read(), audit_id, typed.code, unit, typed.place)
    said = (typed.value, typed.note)
    html = render_template("inspector/conflict.html", stored=stored or abort(404), typed=said, scheme=case.scheme)
    return jsonify(_plain(stored) | {"html": html, "words": _("Somebody judged this in the meantime.")}), 409
