"""The worklist: what must be done, by whom, until when. Late tasks come first."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from audits.core import clock
from audits.core.access import AGENCY_ROLES, Permission
from audits.core.calendar import working_days_between
from audits.deadlines.rules import DeadlineKind
from audits.worklists.queries import PAGE_SIZE, Chosen, Task, counts, owners, tasks, turn_of
from audits.worklists.rules import Turn, When, when
from portal.doors.tables import table_file
from portal.language.labels import label
from portal.stores import database
from portal.web.access import current_actor, needs
from portal.web.paging import Page, asked_page

bp = Blueprint("worklist", __name__, url_prefix="/worklist")

ROD = 46  # units of the drawing up to the last day
BEYOND = 20  # units for what is late, at most
DAY = 4  # units for a working day too many


@dataclass(frozen=True, slots=True)
class Target:
    """The page where a task is done: its endpoint, and the name of the argument for the subject of the task."""

    endpoint: str
    argument: str
    of_agency: bool = False  # the page is about the agency, not about the subject


_AUDIT = Target("office.audits.show_audit", "audit_id")
_CERTIFICATE = Target("office.certificates.show_certificate", "certificate_id")
_CHANGE = Target("office.changes.show_change", "change_id")
_APPEAL = Target("office.appeals.show_appeal", "appeal_id")
_COMPLAINT = Target("office.complaints.show", "complaint_id")
_SIGNAL = Target("office.signals.show", "signal_id")
_APPLICATION = Target("office.applications.show_application", "application_id")
_AGENCY = Target("office.agencies.show_agency", "agency_id", of_agency=True)
_CONDITION = Target("office.conditions.show_condition", "condition_id")
TARGETS: Mapping[DeadlineKind, Target] = {
    DeadlineKind.CRITICAL_FINDING: _AUDIT,
    DeadlineKind.REPORTED_CHANGE: _CHANGE,
    DeadlineKind.CHANGE_DECISION: _CHANGE,
    DeadlineKind.SPECIAL_AUDIT: _CHANGE,
    DeadlineKind.SUSPENSION_HEARING: _CERTIFICATE,
    DeadlineKind.APPLICATION_REVIEW: _APPLICATION,
    DeadlineKind.AGREEMENT: _APPLICATION,
    DeadlineKind.REPORT: _AUDIT,
    DeadlineKind.REPORT_COMMENT: _AUDIT,
    DeadlineKind.SECOND_READING: _AUDIT,
    DeadlineKind.DECISION: _AUDIT,
    DeadlineKind.SURVEILLANCE: _AGENCY,
    DeadlineKind.EVIDENCE_REQUEST: _AGENCY,
    DeadlineKind.SUSPENSION: _CERTIFICATE,
    DeadlineKind.CONDITION: _CONDITION,
    DeadlineKind.CONDITION_PROOF: _CONDITION,
    DeadlineKind.RENEWAL: _CERTIFICATE,
    DeadlineKind.LINK_REPORT: Target("office.links.show_report", "report_id"),
    DeadlineKind.APPEAL_RECEIPT: _APPEAL,
    DeadlineKind.APPEAL_OUTCOME: _APPEAL,
    DeadlineKind.APPEAL_FOLLOW_UP: _APPEAL,
    DeadlineKind.DRAFT: _APPLICATION,
    DeadlineKind.RETURNED: _APPLICATION,
    DeadlineKind.COMPLAINT_RECEIPT: _COMPLAINT,
    DeadlineKind.COMPLAINT_ANSWER: _COMPLAINT,
    DeadlineKind.SIGNAL_RECEIPT: _SIGNAL,
    DeadlineKind.SIGNAL_ANSWER: _SIGNAL,
    DeadlineKind.CORRECTIVE_ACTION: Target("office.findings.show_finding", "finding_id"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A task as a line of the list. `used` and `over` are lengths of the term rod, see macros/worklist.html."""

    task: Task
    group: When
    href: str
    left: str
    turn: str
    since: date
    waits: int
    used: float
    over: float


@bp.get("/")
@needs(Permission.CASES_VIEW)
def show() -> ResponseReturnValue:
    """Show the open tasks, late ones first, with the counts that are the filters."""
    session, today, chosen, page = database.read(), clock.today(), _chosen(), asked_page()
    mine = turn_of(session, current_actor())
    found = tasks(session, mine, chosen, today, page)
    return render_template(
        "office/worklist.html",
        found=Page([_line(task, today) for task in found], page, PAGE_SIZE),
        counts=counts(session, mine, chosen, today),
        owners=owners(session),
        chosen=chosen,
        today=today,
        whens=When,
        turns=Turn,
        kinds=DeadlineKind,
        address=_address,
    )


@bp.get("/worklist.<any(csv, xlsx):ending>")
@needs(Permission.CASES_VIEW)
def as_table(ending: str) -> ResponseReturnValue:
    """Return all tasks that are asked for, as CSV or as a workbook."""
    head = (_("Last day"), _("Task"), _("Agency"), _("Since"), _("Working days"), _("Whose turn"), _("Reminded"))
    return table_file(f"worklist-{clock.today()}", ending, [str(each) for each in head], _rows())


def _rows() -> Iterator[list[str]]:
    session, today, chosen = database.read(), clock.today(), _chosen()
    mine, page, more = turn_of(session, current_actor()), 1, True
    while more:
        found = tasks(session, mine, chosen, today, page)
        yield from (_row(_line(task, today)) for task in found[:PAGE_SIZE])
        page, more = page + 1, len(found) > PAGE_SIZE


def _row(line: Line) -> list[str]:
    task = line.task
    turn = _("you") if task.mine else line.turn
    return [
        str(task.due_on),
        label(task.kind),
        task.agency or "",
        str(line.since),
        str(line.waits),
        turn,
        str(task.reminded),
    ]


def _chosen() -> Chosen:
    """Return what the address asks for; a value that is none of ours is not found."""
    asked = request.args
    try:
        return Chosen(
            When(asked["when"]) if asked.get("when") else None,
            Turn(asked["turn"]) if asked.get("turn") else None,
            DeadlineKind(asked["kind"]) if asked.get("kind") else None,
            UUID(asked["person"]) if asked.get("person") else None,
        )
    except ValueError:
        abort(404)


def _address(endpoint: str = "office.worklist.show", **changed: str | None) -> str:
    """Return the address of the list with other filters; the first page of it."""
    kept = {key: value for key, value in request.args.items() if key in {"when", "turn", "kind", "person"}}
    named: dict[str, Any] = {key: value for key, value in (kept | changed).items() if value}
    return url_for(endpoint, **named)


def _line(task: Task, today: date) -> Line:
    since = clock.day_of(task.opened_at)
    left, whole = working_days_between(today, task.due_on), max(working_days_between(since, task.due_on), 1)
    target = TARGETS[task.kind]
    named: dict[str, Any] = {target.argument: task.agency_id if target.of_agency else task.subject_id}
    return Line(
        task=task,
        group=when(task.due_on, today),
        href=url_for(target.endpoint, **named),
        left=_left(task.due_on, left, today),
        turn=_("Agency") if task.owner_role in AGENCY_ROLES else task.owner or label(task.owner_role),
        since=since,
        waits=max(working_days_between(since, today), 0),
        used=round(ROD * min(max(whole - left, 0) / whole, 1), 1),
        over=min(DAY * max(-left, 1), BEYOND) if task.due_on < today else 0,
    )


def _left(due_on: date, days: int, today: date) -> str:
    if due_on == today:
        words = _("today")
    elif due_on < today:
        words = ngettext("%(num)s working day late", "%(num)s working days late", -days) if days else _("late")
    elif days:
        words = ngettext("%(num)s working day left", "%(num)s working days left", days)
    else:
        words = _("before the next working day")
    return str(words)
