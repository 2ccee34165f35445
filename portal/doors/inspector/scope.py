"""The page on which an inspector confirms or narrows the stated scope."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.inspections import services
from portal.doors.inspector.case import Case, bp, open_case
from portal.forms.fields import UNREMARKED, checkboxes_field, number_field, options, textarea_field
from portal.forms.form import Form
from portal.language.scopes import item_in_words
from portal.stores import database
from portal.web.access import current_actor, needs


class ScopeForm(Form):
    """What was seen of the stated scope; `of` adds a field for the beds at each location."""

    items = checkboxes_field(
        _l("What you saw that this agency does"),
        [],
        hint=_l("Tick each part that you confirm. A decider can grant no more than this."),
        required=UNREMARKED,
        validate_choice=False,
    )
    why = textarea_field(
        _l("Why you leave out a part"), hint=_l("Reviewer and decider read this."), required=UNREMARKED, rows=3
    )

    @classmethod
    def of(cls, case: Case, locations: Sequence[str]) -> "ScopeForm":
        """Return the form of this case, with what is stored."""
        beds = {
            _beds(place): number_field(_l("Beds at %(reference)s", reference=reference), required=UNREMARKED)
            for place, reference in enumerate(locations, start=1)
        }
        stored = case.audit.confirmed_scope or {"items": [], "why": "", "beds": {}}
        known = {_beds(place): stored["beds"].get(name) for place, name in enumerate(locations, start=1)}
        form: ScopeForm = type("ScopeFormOfCase", (cls,), beds)(data=stored | known)
        stated = case.audit.application.stated
        form.items.choices = options([(item, item_in_words(item, stated, case.scheme)) for item in stated.items()])
        if form.items.data is None:
            form.items.data = []
        return form

    def beds(self, locations: Sequence[str]) -> dict[str, int]:
        """Return the beds that were filled in, by location."""
        typed: Mapping[str, Any] = {name: self[_beds(place)].data for place, name in enumerate(locations, start=1)}
        return {name: count for name, count in typed.items() if count is not None}


def _beds(place: int) -> str:
    return f"beds_{place}"


@bp.get("/audits/<uuid:audit_id>/scope")
@needs(Permission.AUDIT_CONDUCT)
def scope(audit_id: UUID) -> ResponseReturnValue:
    """Show what was stated, and what is confirmed of it."""
    case, locations = _open(audit_id)
    return _page(case, ScopeForm.of(case, locations))


@bp.post("/audits/<uuid:audit_id>/scope")
@needs(Permission.AUDIT_CONDUCT)
def confirm_scope(audit_id: UUID) -> ResponseReturnValue:
    """Save what the inspector confirms."""
    case, locations = _open(audit_id)
    form = ScopeForm.of(case, locations)
    if form.validate_on_submit():
        try:
            with database.write() as session:
                services.confirm_scope(
                    session,
                    current_actor(),
                    audit_id,
                    items=form.items.data or [],
                    why=form.why.data or "",
                    beds=form.beds(locations),
                )
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The scope is saved."), "success")
            return redirect(url_for("inspector.show_audit", audit_id=audit_id), 303)
    return _page(case, form), 422


def _open(audit_id: UUID) -> tuple[Case, list[str]]:
    case = open_case(audit_id)
    if case.audit.application_id is None:
        abort(404)
    return case, services.housing_locations(database.read(), case.audit)


def _page(case: Case, form: ScopeForm) -> str:
    return render_template(
        "inspector/scope.html", case=case, audit=case.audit, scheme=case.scheme, form=form if case.is_led else None
    )
