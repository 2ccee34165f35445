"""Compute when the surveillance audits of a cycle are held, and the window of a renewal. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from audits.core.calendar import months_after
from audits.schemes.cycle import SurveillanceVisit
from audits.schemes.text import Terms


@dataclass(frozen=True, slots=True)
class Visit:
    """The window of one surveillance audit."""

    from_on: date
    due_on: date


def visits(planned: Iterable[SurveillanceVisit], granted_on: date, months: int) -> Iterator[Visit]:
    """Return the surveillance audits of a certificate that is valid for so many months; a later one has no use."""
    for each in planned:
        if each.after_months < months:
            middle, window = months_after(granted_on, each.after_months), timedelta(days=each.window_days)
            yield Visit(middle - window, middle + window)


def renewal_window(terms: Terms) -> int:
    """Return how many days before its end a certificate can be renewed without losing any.

    Edition 1 of the scheme names no window; there it is the day of the first reminder.
    """
    return terms.renewal_window_days or terms.renewal_reminder_days[0]
