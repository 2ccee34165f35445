"""What held on a day, as the register knew it on a day: the question on the page of an entry."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from flask import request
from flask_babel import gettext as _

from certificates.register import queries
from certificates.register.rules import Line
from portal.stores import database


@dataclass(frozen=True, slots=True)
class Past:
    """The two days as asked or today, and what held; `problem` says what is wrong with them.

    `begins` is the first day of the register if a day before it was asked for.
    """

    on: date
    known: date
    asked: bool = False
    line: Line | None = None
    problem: str = ""
    begins: date | None = None


def asked_past(agency_id: UUID, today: date) -> Past:
    """Answer the question in the address, if there is one."""
    typed = [request.args.get(name, "").strip() for name in ("on", "known")]
    if not any(typed):
        return Past(today, today)
    try:
        day, known = (date.fromisoformat(each) if each else today for each in typed)
    except ValueError:
        return Past(today, today, problem=_("Enter days as year-month-day, like 2027-03-31."))
    if max(day, known) > today:
        return Past(today, today, problem=_("Choose days that are not in the future."))
    session = database.read()
    line = queries.state_on(session, agency_id, day, known)
    first = queries.began(session) if line is None else None
    return Past(day, known, asked=True, line=line, begins=first if first and min(day, known) < first else None)
