"""Compute terms for more time and for disputes, and what a review leaves out. Pure."""

from collections.abc import Collection, Iterator
from datetime import date

from audits.core.calendar import add_working_days
from audits.core.errors import RuleError
from audits.schemes.text import SchemeText, Terms


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


def disputable_until(terms: Terms, reported: date) -> date:
    """Return the last day on which an agency can dispute a finding of a report."""
    return add_working_days(reported, terms.factual_comment_working_days)


def points_of(scheme: SchemeText) -> Iterator[tuple[str, str]]:
    """Yield chapter and code of every point of the reviewer's checklist, in order; edition 1 has none.

    Chapters of which the audit covers nothing have none either.
    """
    for chapter in scheme.chapters.values():
        if scheme.in_chapter(chapter.code):
            yield from ((chapter.code, code) for code in chapter.checklist)


def check_points(scheme: SchemeText, ticked: Collection[tuple[str, str]], remark: str) -> None:
    """Raise RuleError at `remark` for a point that is not ticked without a word on it."""
    if not remark.strip() and not set(points_of(scheme)) <= set(ticked):
        raise RuleError("Tick every point of the checklist, or say why you cannot.", "remark")
