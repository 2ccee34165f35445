"""Pages about what links an agency to others: the report, asking the agency, and judging."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from audits.agencies.models import Agency
from audits.core import clock
from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.links import queries, services
from audits.links.models import LinkHit, LinkReport
from audits.links.rules import DECIDED_FROM, total
from audits.links.workflow import LINK_FLOW, LinkState, LinkVerdict
from audits.people.trail import trail_of
from certificates.lifecycle.queries import certificates_of
from certificates.lifecycle.rules import Status
from portal.doors.office.forms import ReasonForm
from portal.forms.fields import radios_field, textarea_field, version_field
from portal.forms.form import Form, refused
from portal.language.labels import label
from portal.stores import database
from portal.web.access import current_actor, needs

bp = Blueprint("links", __name__, url_prefix="/links")

ASK = "ask"
_FIELD, _WHY = "sign", "why"


class JudgeForm(Form):
    """What becomes of each sign; `judge_form` adds the fields of a report."""

    def said(self, hit: LinkHit) -> tuple[str, str]:
        """Return the choice for a sign, or an empty text, and the reason."""
        choice, why = getattr(self, f"{_FIELD}_{hit.id.hex}"), getattr(self, f"{_WHY}_{hit.id.hex}")
        return choice.data or "", why.data or ""


class ConcludeForm(ReasonForm):
    """The reason for the whole, and the version of the report that was read."""

    version = version_field()


@dataclass(frozen=True, slots=True)
class Linked:
    """Another agency, with the signs that link to it, their weight, and that of those that count."""

    agency: Agency
    status: Status
    hits: Sequence[LinkHit]
    weight: float
    counted: float


@bp.get("/<uuid:report_id>")
@needs(Permission.CASES_VIEW)
def show_report(report_id: UUID) -> ResponseReturnValue:
    """Show what links an agency to others, and what was said about it."""
    report = _report(report_id)
    return _page(report, judge_form(report), ConcludeForm(formdata=None))


@bp.post("/<uuid:report_id>/judge")
@needs(Permission.APPLICATION_REVIEW)
def judge(report_id: UUID) -> ResponseReturnValue:
    """Save the verdicts that changed, and ask the agency about what is to be asked."""
    report = _report(report_id)
    form = judge_form(report)
    if form.validate_on_submit():
        try:
            _save(report, form)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("office.links.show_report", report_id=report_id), 303)
    return refused(_page(report, form, ConcludeForm(formdata=None)), form)


@bp.post("/<uuid:report_id>/dismiss")
@needs(Permission.APPLICATION_REVIEW)
def dismiss(report_id: UUID) -> ResponseReturnValue:
    """Find it no comeback."""
    return _conclude(report_id, services.dismiss_links)


@bp.post("/<uuid:report_id>/refer")
@needs(Permission.APPLICATION_REVIEW)
def refer(report_id: UUID) -> ResponseReturnValue:
    """Put what counts to the deciders."""
    return _conclude(report_id, services.refer_links)


@bp.post("/<uuid:report_id>/return")
@needs(Permission.DECISION_TAKE)
def send_back(report_id: UUID) -> ResponseReturnValue:
    """Send it back to the office, as a decider."""
    return _conclude(report_id, services.return_links)


def judge_form(report: LinkReport) -> JudgeForm:
    """Return the form with a choice and a reason for each sign."""
    fields: dict[str, Any] = {}
    for hit in report.hits:
        name = f"{label(hit.sign)}, {hit.other.legal_name}"
        fields[f"{_FIELD}_{hit.id.hex}"] = radios_field(
            name, _choices(hit), required=None, inline=True, small=True, default=hit.verdict
        )
        fields[f"{_WHY}_{hit.id.hex}"] = textarea_field(
            _l("Why? %(sign)s", sign=name), required=None, rows=2, default=hit.reason
        )
    form: JudgeForm = type("ReportForm", (JudgeForm,), fields)()
    return form


def _choices(hit: LinkHit) -> list[tuple[str, Any]]:
    """Return what may be said of a sign now: it counts only once the agency was heard."""
    counts = [(verdict.value, label(verdict)) for verdict in LinkVerdict]
    return counts if services.heard(hit) else [*counts[1:], *([] if hit.asked_at else [(ASK, _l("Ask the agency"))])]


def _conclude(report_id: UUID, act: Callable[..., object]) -> ResponseReturnValue:
    form = ConcludeForm()
    if form.validate_on_submit():
        try:
            with database.write() as session:
                version = form.version.data or 0
                act(session, current_actor(), report_id, reason=form.reason.data or "", version=version)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("Saved."), "success")
            return redirect(url_for("office.links.show_report", report_id=report_id), 303)
    report = _report(report_id)
    return refused(_page(report, judge_form(report), form), form)


def _save(report: LinkReport, form: JudgeForm) -> None:
    said = {hit: form.said(hit) for hit in report.hits}
    asked = [hit.id for hit, (choice, _why) in said.items() if choice == ASK]
    with database.write() as session:
        for hit, (choice, why) in said.items():
            if choice in set(LinkVerdict) and (choice, why) != (hit.verdict, hit.reason):
                verdict = LinkVerdict(choice)
                services.judge_link(session, current_actor(), report.id, hit.id, verdict=verdict, reason=why)
        if asked:
            services.ask_agency(session, current_actor(), report.id, asked)


def _report(report_id: UUID) -> LinkReport:
    return queries.get_report(database.read(), current_actor(), report_id)


def _page(report: LinkReport, form: JudgeForm, concluding: ConcludeForm) -> str:
    session, actor = database.read(), current_actor()
    moves = {move.name for move in LINK_FLOW.open_moves(report.state) if actor.has(move.permission)}
    linked = _linked(report)
    if not concluding.is_submitted():
        concluding.version.data = report.version
    return render_template(
        "office/links.html",
        report=report,
        linked=linked,
        due_on=queries.due_on(session, report.id),
        undecided=sum(hit.verdict is None for hit in report.hits),
        decided_from=DECIDED_FROM,
        form=form if "refer" in moves else None,
        concluding=concluding if moves else None,
        open=report.state is LinkState.OPEN,
        trail_steps=trail_of(session, [report.id]),
        forms=[form, concluding],
    )


def _linked(report: LinkReport) -> list[Linked]:
    """Return the other agencies, the strongest link first."""
    session, found = database.read(), []
    for _other, group in groupby(report.hits, key=lambda hit: hit.other_id):
        hits = list(group)
        weight = total(float(hit.weight) for hit in hits)
        certificates = certificates_of(session, current_actor(), hits[0].other_id)
        status = certificates[-1].status_on(clock.today()) if certificates else Status.NONE
        found.append(Linked(hits[0].other, status, hits, weight, services.weight_that_counts(hits)))
    return sorted(found, key=lambda each: -each.weight)
