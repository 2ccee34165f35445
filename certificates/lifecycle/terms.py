"""Terms of the scheme that begin with a decision about a certificate."""

from datetime import date, timedelta

from audits.core.calendar import add_working_days
from audits.deadlines.rules import SUSPENSION_HEARING_WORKING_DAYS
from audits.decisions.models import Decision
from audits.disputes.rules import appeal_until
from audits.schemes.cycle import DecisionKind
from audits.schemes.models import SchemeVersion
from audits.schemes.queries import scheme_of_version
from certificates.lifecycle.models import Certificate

EFFECTIVE_WITHIN_DAYS = 92
"""How much later than today a decision may count, where the scheme (edition 1) does not say."""


def latest_effect(certificate: Certificate, kind: DecisionKind, today: date) -> date:
    """Return the last day from which a decision of this kind, of today, about a certificate may count."""
    days = scheme_of_version(certificate.scheme_version).terms.effective_within_days
    within = EFFECTIVE_WITHIN_DAYS if days is None else days
    last = min(today + timedelta(days=within), certificate.valid_until)
    return max(first_effect(certificate, kind, today), last)


def first_effect(certificate: Certificate, kind: DecisionKind, today: date) -> date:
    """Return the first day from which such a decision may count, where nothing is urgent.

    What the norm lets an appeal hold back counts from the day after the term to appeal, or from the last day of the
    certificate if that is earlier; everything else from today.
    """
    norm = scheme_of_version(certificate.scheme_version)
    if kind not in norm.appeal.holds_back:
        return today
    after = appeal_until(norm.terms, today, None) + timedelta(days=1)
    return max(today, min(after, certificate.valid_until))


def waits_for_appeal(decision: Decision, version: SchemeVersion) -> bool:
    """Return whether the norm holds a decision back until the term to appeal, and an appeal, is over."""
    return decision.counts_later and decision.kind in scheme_of_version(version).appeal.holds_back


def hear_until(version: SchemeVersion, since: date) -> date:
    """Return the last day to hear a holder whose certificate was suspended at once on `since`."""
    days = scheme_of_version(version).terms.suspension_hearing_working_days or SUSPENSION_HEARING_WORKING_DAYS
    return add_working_days(since, days)


def answer_until(version: SchemeVersion, since: date) -> date:
    """Return the last day on which a second decider confirms or ends such a suspension, after the hearing."""
    days = scheme_of_version(version).terms.suspension_confirmation_working_days
    return add_working_days(since, days) if days else hear_until(version, since)
