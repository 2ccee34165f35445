"""The form for reporting a change of what stands still; it follows the form of the section or row itself."""

from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l

from audits.agencies.queries import fixed_sections
from audits.agencies.rules import ProfileSection
from audits.changes.services.reporting import Said
from audits.core.errors import RuleError
from portal.doors import pleading
from portal.doors.agency.door import own_agency
from portal.forms import uploads
from portal.forms.fields import UNREMARKED, date_field, false_alarm_field, file_field, textarea_field
from portal.forms.form import Form
from portal.stores import database

REPORTED = _l("The change is reported. The register shows your present details until we have checked it.")


class ReportForm(Form):
    """Since when a change holds, and what shows it."""

    effective_on = date_field(
        _l("Since when is this so?"),
        hint=_l("For example, 27 3 2027. It may be a day that is still to come."),
        required=UNREMARKED,
    )
    explanation = textarea_field(_l("Explanation"), max_length=2000, rows=3)
    files = file_field(
        _l("Files that show the change"),
        hint=_l(
            "For example an extract from the trade register of this month. PDF, picture, Excel, Word, text or mail."
        ),
        accept=uploads.ACCEPT,
        multiple=True,
        required=UNREMARKED,
    )
    false_alarm = false_alarm_field()
    is_alarmed = False
    accepted: list[uploads.Upload]

    def judge_files(self) -> None:
        """Check the chosen files, before a transaction is open; RuleError at `files`."""
        self.accepted = pleading.accept(self, self.files.data or (), own_agency(whole=False))

    def said(self, session: Any) -> Said:
        """Store the files, and return what the services take."""
        return Said(
            effective_on=self.effective_on.data,
            explanation=self.explanation.data or "",
            files=[upload.store(session) for upload in self.accepted],
        )


def report_form(agency_id: UUID, section: ProfileSection) -> ReportForm | None:
    """Return the form if this section changes by reports only; None if it can be edited."""
    return ReportForm() if section in fixed_sections(database.read(), agency_id) else None


def complain(error: RuleError, form: Form, report: ReportForm | None) -> None:
    """Show an error at its field, in whichever form that is."""
    (report if report and error.field in report else form).complain(error)
