"""Terms of the scheme that begin with a decision about a certificate."""

from datetime import date

from audits.core.calendar import add_working_days
from audits.deadlines.rules import SUSPENSION_HEARING_WORKING_DAYS
from audits.schemes.models import SchemeVersion
from audits.schemes.queries import scheme_of_version


def hear_until(version: SchemeVersion, since: date) -> date:
    """Return the last day to hear a holder whose certificate was suspended at once on `since`."""
    days = scheme_of_version(version).terms.suspension_hearing_working_days or SUSPENSION_HEARING_WORKING_DAYS
    return add_working_days(since, days)


def answer_until(version: SchemeVersion, since: date) -> date:
    """Return the last day on which a second decider confirms or ends such a suspension, after the hearing."""
    days = scheme_of_version(version).terms.suspension_confirmation_working_days
    return add_working_days(since, days) if days else hear_until(version, since)
