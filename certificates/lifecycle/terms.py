"""Terms of the scheme that begin with a decision about a certificate."""

from datetime import date, timedelta

from audits.core.calendar import add_working_days
from audits.deadlines.rules import SUSPENSION_HEARING_WORKING_DAYS
from audits.schemes.models import SchemeVersion
from audits.schemes.queries import scheme_of_version
from certificates.lifecycle.models import Certificate

EFFECTIVE_WITHIN_DAYS = 92
"""How much later than today a decision may count, where the scheme (edition 1) does not say."""


def latest_effect(certificate: Certificate, today: date) -> date:
    """Return the last day from which a decision of today about a certificate may count."""
    days = scheme_of_version(certificate.scheme_version).terms.effective_within_days
    within = EFFECTIVE_WITHIN_DAYS if days is None else days
    return max(today, min(today + timedelta(days=within), certificate.valid_until))


def hear_until(version: SchemeVersion, since: date) -> date:
    """Return the last day to hear a holder whose certificate was suspended at once on `since`."""
    days = scheme_of_version(version).terms.suspension_hearing_working_days or SUSPENSION_HEARING_WORKING_DAYS
    return add_working_days(since, days)


def answer_until(version: SchemeVersion, since: date) -> date:
    """Return the last day on which a second decider confirms or ends such a suspension, after the hearing."""
    days = scheme_of_version(version).terms.suspension_confirmation_working_days
    return add_working_days(since, days) if days else hear_until(version, since)
