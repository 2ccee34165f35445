"""The page on which a planner plans the days of an audit, beside the hours that the norm has for it."""

from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core.access import Permission
from audits.core.calendar import is_working_day
from audits.core.errors import RuleError
from audits.correspondence.plans import last_sent, plain, plan_of
from audits.correspondence.queries import may_plan_with, proposed_days
from audits.correspondence.services import send_plan
from audits.inspections import services
from audits.inspections.assignment import people_on
from audits.inspections.coverage import time_of
from audits.inspections.days import AuditDay, busy_elsewhere, changes_of_days, days_of, planned_hours, time_explained
from audits.inspections.models import Audit
from audits.inspections.planning import parse_hours
from audits.inspections.queries import get_audit
from audits.inspections.workflow import AuditState
from audits.people.queries import names_of
from audits.schemes.queries import with_cycle
from certificates.documents.stages import DocumentKind
from certificates.letters.plan import plan_letter_facts
from portal.doors.downloads import attachment
from portal.doors.office.drafts import draft_of
from portal.doors.office.forms import ReasonForm
from portal.forms.fields import UNREMARKED, date_field, options, select_field, text_field, textarea_field
from portal.forms.form import Form
from portal.settings import current_settings
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("days", __name__, url_prefix="/audits")


class DayForm(Form):
    """When and where somebody works on an audit, and how long."""

    person = select_field(_l("Who"), [], required=_l("Choose a person."))
    day = date_field(_l("Day"), required=_l("Enter the day."))
    site = select_field(_l("Site of the agency"), [], required=UNREMARKED)
    place = text_field(
        _l("Another place"), hint=_l("For example: online, or at a hirer. Only if it is no site."), required=UNREMARKED
    )
    hours = text_field(_l("Hours"), hint=_l("For example 7.5."), required=_l("Enter the hours."), width=4)

    def offer(self, audit: Audit, people: Sequence[tuple[UUID, str]]) -> None:
        """Offer who works on the audit, and the sites of the agency."""
        if self.person:
            listed = [(str(person_id), name) for person_id, name in people]
            self.person.choices = options([("", _("Choose a person")), *listed])
        agency = audit.agency
        sites = [_site(_("Seat"), agency.city), *(_site(each.name, each.city) for each in agency.branches)]
        self.site.choices = options([("", _("Choose a site")), *((site, site) for site in dict.fromkeys(sites))])

    def plan(self) -> services.DayPlan:
        """Return what was typed; RuleError for hours that are none."""
        place = self.place.data or self.site.data or ""
        return services.DayPlan(self.day.data, place, parse_hours(self.hours.data))


class ChangeDayForm(DayForm):
    """The same for a day that is planned; whose it is stays."""

    person = None
    reason = textarea_field(_l("Reason"), required=_l("Give the reason."), rows=3)


@bp.get("/<uuid:audit_id>/days")
@needs(Permission.CASES_VIEW)
def show_days(audit_id: UUID) -> ResponseReturnValue:
    """Show the days, and the planned hours beside those of the norm."""
    return _page(audit_id, DayForm(), ReasonForm())


@bp.post("/<uuid:audit_id>/days")
@needs(Permission.AUDIT_PLAN)
def plan_day(audit_id: UUID) -> ResponseReturnValue:
    """Add a day."""
    form, audit = DayForm(), _audit(audit_id)
    form.offer(audit, _people(audit_id))
    if form.validate_on_submit():
        try:
            with database.write() as session:
                services.plan_day(session, current_actor(), audit_id, UUID(form.person.data), form.plan())
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The day is planned."), "success")
            return redirect(url_for("office.days.show_days", audit_id=audit_id), 303)
    return _page(audit_id, form, ReasonForm(formdata=None)), 422


@bp.post("/<uuid:audit_id>/days/time")
@needs(Permission.AUDIT_PLAN)
def explain_time(audit_id: UUID) -> ResponseReturnValue:
    """Say why the planned hours differ from those of the norm."""
    form = ReasonForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                services.explain_time(session, current_actor(), audit_id, reason=form.reason.data)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Done. The reason is in the file."), "success")
            return redirect(url_for("office.days.show_days", audit_id=audit_id), 303)
    return _page(audit_id, DayForm(formdata=None), form), 422


@bp.get("/<uuid:audit_id>/plan-letter")
@needs(Permission.CASES_VIEW)
def plan_letter(audit_id: UUID) -> ResponseReturnValue:
    """Send the letter with the plan as it would be written now, without number and seal."""
    session, audit = database.read(), _audit(audit_id)
    if not may_plan_with(audit):
        abort(404)
    before, body = last_sent(session, audit), current_settings().body
    now, earlier = plain(plan_of(session, audit)), before.content if before else None
    facts = plan_letter_facts(session, audit, now, earlier, number="", body=body)
    return attachment(draft_of(DocumentKind.TERM_LETTER, facts), "draft.pdf", "application/pdf")


@bp.post("/<uuid:audit_id>/plan-letter")
@needs(Permission.AUDIT_PLAN)
def plan_sent(audit_id: UUID) -> ResponseReturnValue:
    """Send the plan to the agency, with a letter."""
    with database.write() as session:
        send_plan(session, current_actor(), audit_id)
    flash(_("The plan is sent. The agency gets a letter, and a mail that it is there."), "success")
    return redirect(url_for("office.days.show_days", audit_id=audit_id), 303)


@bp.get("/<uuid:audit_id>/days/<uuid:day_id>")
@needs(Permission.AUDIT_PLAN)
def change_day(audit_id: UUID, day_id: UUID) -> ResponseReturnValue:
    """Ask for another day, place or hours, and the reason."""
    found = _day(audit_id, day_id)
    stored = {"day": found.day, "place": found.place, "hours": f"{found.hours_planned:f}"}
    return _change_page(audit_id, found, ChangeDayForm(formdata=None, data=stored))


@bp.post("/<uuid:audit_id>/days/<uuid:day_id>")
@needs(Permission.AUDIT_PLAN)
def change_day_submitted(audit_id: UUID, day_id: UUID) -> ResponseReturnValue:
    """Change a day, or take it out of the plan with the button `drop`."""
    found, form = _day(audit_id, day_id), ChangeDayForm()
    form.offer(_audit(audit_id), ())
    drops = "drop" in request.form
    if form.reason.validate(form) if drops else form.validate_on_submit():
        try:
            with database.write() as session:
                if drops:
                    services.drop_day(session, current_actor(), day_id, reason=form.reason.data)
                else:
                    services.change_day(session, current_actor(), day_id, form.plan(), reason=form.reason.data)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The day is changed. What was planned stays on record."), "success")
            return redirect(url_for("office.days.show_days", audit_id=audit_id), 303)
    return _change_page(audit_id, found, form), 422


def flags_of(days: Sequence[AuditDay]) -> dict[UUID, list[str]]:
    """Return what a planner should know of each day, in words."""
    busy = busy_elsewhere(database.read(), days)
    return {
        each.id: [
            *([_("Not a working day")] if not is_working_day(each.day) else []),
            *([_("Has another audit that day")] if each.id in busy else []),
        ]
        for each in days
    }


def _site(name: str, city: str) -> str:
    return f"{name}, {city}"


def _audit(audit_id: UUID) -> Audit:
    return get_audit(database.read(), current_actor(), audit_id, whole_agency=True)


def _day(audit_id: UUID, day_id: UUID) -> AuditDay:
    _audit(audit_id)
    return services.find_day(database.read(), audit_id, day_id)


def _people(audit_id: UUID) -> list[tuple[UUID, str]]:
    session = database.read()
    return names_of(session, people_on(session, audit_id))


def _page(audit_id: UUID, form: DayForm, why: ReasonForm) -> str:
    session, actor, audit = database.read(), current_actor(), _audit(audit_id)
    form.offer(audit, _people(audit_id))
    days, hours, planned = days_of(session, audit_id), time_of(session, audit), planned_hours(session, audit_id)
    explained = time_explained(session, audit_id)
    stands = explained is not None and (explained.computed, explained.planned) == (hours.total, planned)
    return render_template(
        "office/days.html",
        audit=audit,
        scheme=with_cycle(audit.scheme_version),
        days=days,
        proposed=proposed_days(session, audit_id),
        sent=last_sent(session, audit),
        plan=plain(plan_of(session, audit)) if may_plan_with(audit) else None,
        flags=flags_of(days),
        changes=changes_of_days(session, audit_id),
        hours=hours,
        planned=planned,
        differs=bool(days) and hours.differs(planned) and not stands,
        explained=explained,
        may_change=actor.has(Permission.AUDIT_PLAN) and audit.state in {AuditState.PLANNED, AuditState.IN_PROGRESS},
        form=form,
        why=why,
        forms=[form, why],
    )


def _change_page(audit_id: UUID, found: AuditDay, form: ChangeDayForm) -> str:
    audit = _audit(audit_id)
    form.offer(audit, ())
    return render_template("office/day.html", audit=audit, day=found, form=form)
