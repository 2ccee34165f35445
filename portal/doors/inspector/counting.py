"""What is counted and measured at a unit, such as the rooms and beds of a house: look at it, and change it."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core.access import Permission
from audits.core.errors import IllegalMoveError, RuleError
from audits.inspections import services
from audits.inspections.counts import Count
from audits.inspections.judging import NOTE_LIMIT
from audits.questions.kinds import Question
from audits.questions.values import Value
from audits.schemes.text import Unit
from portal.doors.inspector.board import counted_on, counts_at
from portal.doors.inspector.case import Case, bp, open_case
from portal.doors.inspector.units import Spot, spot_at
from portal.forms import asked
from portal.forms.fields import UNREMARKED, hidden_field, textarea_field
from portal.forms.form import Form
from portal.language.i18n import sentence
from portal.signing import receipts
from portal.stores import database
from portal.web.access import current_actor, needs

_PATH = "/audits/<uuid:audit_id>/units/<unit>/<int:place>/counts"


class CountForm(Form):
    """What was counted, and why it changes; `of` adds a field for each thing that the scheme wants counted."""

    seen = hidden_field()  # digests of the counts that the page showed

    questions: Sequence[Question] = ()
    values: Mapping[str, Value] = MappingProxyType({})  # what was typed, after validation

    @classmethod
    def of(cls, kind: Unit, stand: Sequence[Count] = (), *, asks_why: bool = False) -> "CountForm":
        """Return the form of a kind of unit, with what stands there; `asks_why` also where nothing does."""
        fields = {f"{asked.PREFIX}{each.code}": asked.field_for(each) for each in kind.counts}
        if stand or asks_why:
            fields["reason"] = _why()  # made after the others, and so the last on the page
        form: CountForm = type("CountFormOfUnit", (cls,), fields)()
        form.questions = kind.counts
        if not form.is_submitted():
            form.look(stand)
            asked.show(form, form.questions, stand[-1].values if stand else {})
        return form

    def look(self, stand: Sequence[Count]) -> None:
        """Note which counts the person gets to see."""
        self.seen.raw_data, self.seen.data = None, " ".join(each.digest for each in stand)

    def validate(self, extra_validators: Any = None) -> bool:
        """Validate the fields, and read what was counted."""
        valid = super().validate(extra_validators)
        self.values = asked.values_in(self, self.questions)
        return valid and not any(self[f"{asked.PREFIX}{each.code}"].errors for each in self.questions)


def _why() -> Any:
    """Return the field for the reason of a change."""
    return textarea_field(
        _l("Why it changes"),
        hint=_l("Reviewer and decider read this."),
        required=UNREMARKED,
        rows=2,
        max_length=NOTE_LIMIT,
    )


@bp.get(_PATH)
@needs(Permission.FIELDWORK_VIEW)
def show_counts(audit_id: UUID, unit: str, place: int) -> ResponseReturnValue:
    """Show what was counted at a unit, with the form for it."""
    case, spot = _open(audit_id, unit, place)
    stand = _stand(case, spot)
    return _page(case, spot, stand, CountForm.of(spot.kind, stand))


@bp.post(_PATH)
@needs(Permission.AUDIT_CONDUCT)
def save_counts(audit_id: UUID, unit: str, place: int) -> ResponseReturnValue:
    """Save what was counted, and go back to the unit."""
    case, spot = _open(audit_id, unit, place)
    stand, status = _stand(case, spot), 422
    form = CountForm.of(spot.kind, stand)
    if form.validate_on_submit():
        try:
            _save(audit_id, spot, form)
        except RuleError as error:
            form.complain(error)
        except IllegalMoveError as error:
            stand, status = _stand(case, spot), 409
            form.form_errors.append(sentence(error))
            form.look(stand)  # what was typed stays, and the next save replaces what is stored now
        else:
            flash(_("The counts are saved and sealed."), "success")
            return redirect(url_for("inspector.show_unit", audit_id=audit_id, unit=unit, place=place), 303)
    return _page(case, spot, stand, form), status


def _save(audit_id: UUID, spot: Spot, form: CountForm) -> None:
    with database.write() as session:
        services.count_unit(
            session,
            current_actor(),
            audit_id,
            (spot.kind.code, spot.here.reference),
            form.values,
            seen=(form.seen.data or "").split(),
            reason=form["reason"].data or "" if "reason" in form else "",
        )
        session.flush()
        receipts.confirm(session, audit_id)


def _open(audit_id: UUID, unit: str, place: int) -> tuple[Case, Spot]:
    case = open_case(audit_id)
    spot = spot_at(case, unit, place)
    if not spot.kind.counts:
        abort(404)
    return case, spot


def _stand(case: Case, spot: Spot) -> list[Count]:
    return counts_at(case, spot.kind, spot.here.reference)


def _page(case: Case, spot: Spot, stand: Sequence[Count], form: CountForm) -> str:
    return render_template(
        "inspector/counts.html",
        case=case,
        audit=case.audit,
        spot=spot,
        counted=counted_on(case, spot.kind, stand),
        form=form if case.is_open else None,
    )
