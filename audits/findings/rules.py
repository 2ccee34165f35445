"""Compute whether more time for a corrective action can be asked for, and until when. Pure."""

from datetime import date

from audits.core.calendar import add_working_days
from audits.core.errors import RuleError
from audits.schemes.text import Terms


def latest_extension(terms: Terms, due_on: date | None, *, granted: int) -> date | None:
    """Return the last day that a term may be extended to; None where the scheme allows no (further) extension."""
    if due_on is None or not terms.extension_working_days or granted >= (terms.extensions or 0):
        return None
    return add_working_days(due_on, terms.extension_working_days)


def check_until(day: date, *, due_on: date, latest: date, field: str) -> None:
    """Raise RuleError at `field` for a day outside what may be granted."""
    if day <= due_on:
        raise RuleError("Choose a later day than the present term.", field)
    if day > latest:
        raise RuleError("The norm allows no more than %(day)s.", field, day=latest)
