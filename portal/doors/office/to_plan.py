"""Audits to plan: what is due soon by its last day, the rest by risk, and the formula that the norm gives for it."""

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core import clock
from audits.core.access import Permission
from audits.core.errors import N_
from audits.schemes.cycle import Priority
from audits.worklists.rules import Risk
from audits.worklists.to_plan import Occasion, ToPlan, audits_to_plan, planning_priority
from portal.doors.tables import cell, table_file
from portal.language.i18n import current_language
from portal.stores import database
from portal.web.access import current_actor, needs
from portal.web.templating import number_text

bp = Blueprint("to_plan", __name__, url_prefix="/to-plan")

OCCASIONS = {
    Occasion.APPLICATION: N_("Audit on an application"),
    Occasion.SURVEILLANCE: N_("Surveillance audit"),
    Occasion.SPECIAL: N_("Special audit after a reported change"),
}
_PAGES: dict[Occasion, tuple[str, str, dict[str, str]]] = {
    Occasion.APPLICATION: ("office.applications.show_application", "application_id", {}),
    Occasion.SURVEILLANCE: ("office.planning.plan", "certificate_id", {"kind": "surveillance"}),
    Occasion.SPECIAL: ("office.changes.show_change", "change_id", {}),
}


@bp.get("/")
@needs(Permission.AUDIT_PLAN)
def show() -> ResponseReturnValue:
    """Show the audits to plan, each with what its risk is made of."""
    priority, waiting = _waiting()
    return render_template(
        "office/to_plan.html",
        priority=priority,
        waiting=waiting,
        today=clock.today(),
        occasions={occasion: _(words) for occasion, words in OCCASIONS.items()},
        href=_href,
        words=lambda risk: _words(risk, priority),
    )


@bp.get("/to-plan.<any(csv, xlsx):ending>")
@needs(Permission.AUDIT_PLAN)
def as_table(ending: str) -> ResponseReturnValue:
    """Give the same list as CSV or as a workbook, with every part of the risk in a column of its own."""
    priority, waiting = _waiting()
    lang = current_language()
    parts = [weight.name.in_(lang) for weight in priority.weights.values()]
    head = [_("Agency"), _("Audit"), _("From"), _("Last day"), _("Risk")]
    head += [text for part in parts for text in (part, _("%(part)s: points", part=part))]
    return table_file(f"to-plan-{clock.today()}", ending, [str(each) for each in head], _rows(waiting))


def _waiting() -> tuple[Priority, list[ToPlan]]:
    session, today = database.read(), clock.today()
    priority = planning_priority(session, today)
    return priority, audits_to_plan(session, current_actor(), priority, today)


def _rows(waiting: list[ToPlan]) -> Iterator[list[str]]:
    for each in waiting:
        parts = [cell(value) for part in each.risk.parts for value in (part.count, part.points)]
        days = (cell(each.from_on), cell(each.due_on))
        yield [each.agency.legal_name, _(OCCASIONS[each.occasion]), *days, cell(each.risk.total), *parts]


def _href(each: ToPlan) -> str:
    endpoint, argument, more = _PAGES[each.occasion]
    named: dict[str, Any] = {argument: each.subject_id} | more
    return url_for(endpoint, **named)


def _words(risk: Risk, priority: Priority) -> str:
    """Return what the risk is made of, the heaviest part first: `Signals 2 (16), Workers 140 (2.8)`."""
    lang, heaviest = current_language(), sorted(risk.parts, key=lambda part: -part.points)
    named = [(priority.weights[part.measure].name.in_(lang), part) for part in heaviest if part.points]
    return ", ".join(f"{name} {part.count} ({number_text(part.points)})" for name, part in named) or "–"
