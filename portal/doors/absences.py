"""An absence, which staff record for themselves and a planner for anybody: the fields, recording, and ending."""

from uuid import UUID

from flask import flash
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.core.errors import RuleError
from audits.people import services
from audits.people.queries import staff
from portal.forms.fields import date_field, options, select_field
from portal.forms.form import Form
from portal.stores import database
from portal.web.access import current_actor


class AbsenceForm(Form):
    """From when until when, and who stands in."""

    first_day = date_field(_l("First day away"), required=_l("Enter the first day."))
    last_day = date_field(_l("Last day away"), required=_l("Enter the last day."))
    deputy = select_field(
        _l("Who stands in"),
        [],
        hint=_l("Somebody with the same role and no tie. They see the work and do it under their own name."),
        required=_l("Choose who stands in."),
    )

    def offer(self, besides: UUID | None = None) -> None:
        """Offer the staff as deputies."""
        self.deputy.choices = options([("", _("Choose a person")), *_people(besides)])


class AbsenceOfForm(AbsenceForm):
    """The same, of anybody."""

    person = select_field(_l("Who is away"), [], required=_l("Choose a person."))

    def offer(self, besides: UUID | None = None) -> None:
        """Offer the staff, as deputies too."""
        super().offer(besides)
        self.person.choices = options([("", _("Choose a person")), *_people(None)])


def record_absence(form: AbsenceForm, person_id: UUID) -> bool:
    """Record what a valid form says of somebody; the form says what is wrong if that is refused."""
    try:
        with database.write() as session:
            days = {"first_day": form.first_day.data, "last_day": form.last_day.data}
            services.record_absence(session, current_actor(), person_id, deputy_id=UUID(form.deputy.data), **days)
    except RuleError as error:
        form.complain(error)
        return False
    flash(_("The absence is on record. Who stands in gets a mail."), "success")
    return True


def end_absence(absence_id: UUID) -> None:
    """End an absence: the person is back."""
    with database.write() as session:
        services.end_absence(session, current_actor(), absence_id)
    flash(_("The absence has ended."), "success")


def _people(besides: UUID | None) -> list[tuple[str, str]]:
    return [(str(each.id), each.name) for each in staff(database.read()) if each.id != besides]
