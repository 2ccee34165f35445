"""The plan of an audit for the agency: when, where, by whom, about what; and what the agency says to it.

Nothing of an audit that it does not know of.
"""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.correspondence import services
from audits.correspondence.models import ProposedDay
from audits.correspondence.queries import may_plan_with, objections_of, open_to_objection, proposed_days
from audits.inspections.days import days_of
from audits.inspections.models import Audit
from audits.inspections.planning import covers_all
from audits.inspections.queries import get_audit
from audits.people.models import Person
from audits.schemes.queries import with_cycle
from audits.teams.queries import team_of
from portal.doors.agency.door import bp, own_id
from portal.forms.fields import date_field, options, select_field, text_field, textarea_field
from portal.forms.form import Form
from portal.stores import database
from portal.web.access import current_actor, needs

_PATH = "/audits/<uuid:audit_id>/plan"


class DaysForm(Form):
    """Days that suit the agency."""

    first = date_field(_l("First choice"))
    second = date_field(_l("Second choice"))
    third = date_field(_l("Third choice"))
    note = text_field(_l("What should we know?"), hint=_l("For example: only in the morning, or at the other office."))

    @property
    def days(self) -> list[date]:
        """Return the days that were filled in."""
        return [day.data for day in (self.first, self.second, self.third) if day.data]


class ObjectionForm(Form):
    """Whom the agency does not want, and why."""

    person = select_field(_l("Who should not audit you?"), [], required=_l("Choose a person."))
    reason = textarea_field(
        _l("Why?"),
        hint=_l(
            "For example a tie with your company or with a competitor. Who decides on your certificate can read it."
        ),
        required=_l("Say why."),
        max_length=2000,
    )

    def offer(self, people: Sequence[Person]) -> None:
        """Offer who is to audit, and was not objected to before."""
        self.person.choices = options([("", _("Choose a person")), *((str(each.id), each.name) for each in people)])


@bp.get(_PATH)
@needs(Permission.AUDIT_VIEW)
def audit_plan(audit_id: UUID) -> ResponseReturnValue:
    """Show the plan. Which requirements were chosen is not in it: the risks behind them may be signals."""
    audit = _audit(audit_id)
    return _page(audit, _filled(proposed_days(database.read(), audit.id)), ObjectionForm(formdata=None))


@bp.post(f"{_PATH}/days")
@needs(Permission.FINDING_ANSWER)
def days_proposed(audit_id: UUID) -> ResponseReturnValue:
    """Propose days, instead of those that were proposed before."""
    own_id(current_actor())
    audit, form = _audit(audit_id), DaysForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                services.propose_days(session, current_actor(), audit.id, days=form.days, note=form.note.data or "")
        except RuleError as error:
            form.complain(error)
        else:
            flash(
                _("Our planner sees the days that suit you.") if form.days else _("You propose no days now."), "success"
            )
            return redirect(url_for("agency.audit_plan", audit_id=audit.id), 303)
    return _page(audit, form, ObjectionForm(formdata=None)), 422


@bp.post(f"{_PATH}/objections")
@needs(Permission.FINDING_ANSWER)
def objection_made(audit_id: UUID) -> ResponseReturnValue:
    """Object to somebody who is to audit the agency."""
    own_id(current_actor())
    audit, form = _audit(audit_id), ObjectionForm()
    form.offer(open_to_objection(database.read(), audit))
    if form.validate_on_submit():
        try:
            with database.write() as session:
                said = {"person_id": UUID(form.person.data), "reason": form.reason.data}
                services.object_to(session, current_actor(), audit.id, **said)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Our planner has your objection. The answer will stand here, and you get a mail."), "success")
            return redirect(url_for("agency.audit_plan", audit_id=audit.id), 303)
    return _page(audit, _filled(proposed_days(database.read(), audit.id)), form), 422


def _audit(audit_id: UUID) -> Audit:
    return get_audit(database.read(), current_actor(), audit_id)


def _filled(days: Sequence[ProposedDay]) -> DaysForm:
    """Return the form with what is proposed now."""
    stored = dict(zip(("first", "second", "third"), (each.day for each in days), strict=False))
    return DaysForm(formdata=None, data={**stored, "note": days[0].note if days else ""})


def _page(audit: Audit, days: DaysForm, objecting: ObjectionForm) -> str:
    session, actor, scheme = database.read(), current_actor(), with_cycle(audit.scheme_version)
    writes = actor.agency_id is not None and actor.has(Permission.FINDING_ANSWER) and may_plan_with(audit)
    objectionable = open_to_objection(session, audit) if writes else []
    objecting.offer(objectionable)
    return render_template(
        "agency/plan.html",
        audit=audit,
        days=days_of(session, audit.id),
        team=[each for each in team_of(session, audit.id) if each.left_at is None],
        scheme=scheme,
        whole=covers_all(scheme, audit.kind),
        units=[unit for unit in scheme.units.values() if not (unit.is_agency or unit.confidential)],
        proposed=proposed_days(session, audit.id),
        objections=objections_of(session, audit.id) if actor.agency_id else [],
        days_form=days if writes else None,
        objection_form=objecting if objectionable else None,
        forms=[days, objecting],
        may_write=actor.agency_id is not None,
    )
