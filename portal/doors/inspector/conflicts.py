"""The page on which somebody chooses between verdicts of two people on one cell."""

from dataclasses import dataclass
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.core.typed import tidy
from audits.inspections import services
from audits.inspections.cells import reference_at
from audits.inspections.standing import Stand, conflicts_in
from audits.schemes.text import Requirement
from portal.doors.inspector.case import Case, bp, open_case
from portal.forms.form import Form
from portal.language.i18n import current_language, sentence
from portal.signing import receipts
from portal.stores import database
from portal.web.access import current_actor, needs

_PATH = "/audits/<uuid:audit_id>/conflicts"


@dataclass(frozen=True, slots=True)
class Choice:
    """A cell on which several verdicts stand, with what was typed on it."""

    cell: str
    item: Requirement
    unit: str
    stand: list[Stand]
    reason: str = ""

    @property
    def id(self) -> str:
        """Return the name of its field, which reveals no reference."""
        return self.cell.replace("/", "-")


@bp.get(_PATH)
@needs(Permission.FIELDWORK_VIEW)
def list_conflicts(audit_id: UUID) -> ResponseReturnValue:
    """Show what two people judged differently."""
    return _page(open_case(audit_id), Form())


@bp.post(_PATH)
@needs(Permission.AUDIT_CONDUCT)
def settle_conflict(audit_id: UUID) -> ResponseReturnValue:
    """Let one of several verdicts count."""
    case, form = open_case(audit_id), Form()
    cell, reason = request.form.get("cell", ""), tidy(request.form.get("reason", ""))
    if not form.validate_on_submit():
        return _page(case, form, cell, reason), 422
    if not (chosen := request.form.get("chosen", "")):
        form.form_errors.append(_("Choose which verdict counts."))
        return _page(case, form, cell, reason), 422
    try:
        with database.write() as session:
            seen = request.form.getlist("seen")
            services.settle_conflict(session, current_actor(), audit_id, cell, chosen, seen=seen, reason=reason)
            receipts.confirm(session, audit_id)
    except RuleError as error:
        form.form_errors.append(sentence(error))
        return _page(case, form, cell, reason), 422
    flash(_("The verdict is chosen."), "success")
    return redirect(url_for("inspector.list_conflicts", audit_id=audit_id), 303)


def _page(case: Case, form: Form, cell: str = "", reason: str = "") -> str:
    found = conflicts_in(database.read(), case.audit.id)
    choices = [_choice(case, each, stand, reason if each == cell else "") for each, stand in found.items()]
    return render_template(
        "inspector/conflicts.html", case=case, audit=case.audit, scheme=case.scheme, choices=choices, form=form
    )


def _choice(case: Case, cell: str, stand: list[Stand], reason: str) -> Choice:
    code, unit, place = cell.split("/")
    kind = case.scheme.units.get(unit) or abort(404)
    name = kind.name.in_(current_language())
    if not kind.is_agency:
        name = f"{name} {reference_at(database.read(), case.audit.id, unit, int(place))}"
    return Choice(cell, case.requirement(code), name, stand, reason)
