"""Pages for drawing from a fixed list, for units beside the draw, and the proof of a draw."""

from collections.abc import Sequence
from uuid import UUID

from flask import Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.inspections import draws, queries, services
from audits.inspections.grading import Origin
from audits.inspections.models import Population, SampledUnit
from audits.schemes.text import Unit
from certificates.ledger.queries import first_after
from portal.doors.inspector.case import Case, bp, open_case
from portal.doors.inspector.forms import ChooseForm, ReplaceForm, ValueForm
from portal.doors.inspector.list_forms import SampleForm
from portal.forms.form import Form
from portal.stores import database
from portal.web.access import current_actor, needs


@bp.get("/audits/<uuid:audit_id>/samples/<unit>")
@needs(Permission.AUDIT_CONDUCT)
def show_sample(audit_id: UUID, unit: str) -> ResponseReturnValue:
    """Show the draw of one kind of unit, or the form for its population."""
    case = open_case(audit_id)
    kind = sampled_kind(case, unit)
    return sample_page(case, kind, SampleForm().offer(case.scheme, kind))


@bp.post("/audits/<uuid:audit_id>/samples/<unit>/value")
@needs(Permission.AUDIT_CONDUCT)
def give_value(audit_id: UUID, unit: str) -> ResponseReturnValue:
    """Keep the value that the people of the agency say, and draw."""
    case, form = open_case(audit_id), ValueForm()
    kind = sampled_kind(case, unit)
    if form.validate_on_submit():
        try:
            with database.write() as session:
                services.give_value(session, current_actor(), audit_id, unit, form.value.data or "")
                drawn = services.draw_list(session, current_actor(), audit_id, unit).drawn
        except RuleError as error:
            form.complain(error)
        else:
            return _drawn(audit_id, unit, drawn)
    return sample_page(case, kind, None, value=form), 422


@bp.post("/audits/<uuid:audit_id>/samples/<unit>/draw")
@needs(Permission.AUDIT_CONDUCT)
def draw_fixed(audit_id: UUID, unit: str) -> ResponseReturnValue:
    """Draw with the value that the agency gave, or with the first head of the public log after the list was fixed."""
    case = open_case(audit_id)
    sampled_kind(case, unit)
    with database.write() as session:
        fixed = draws.find_fixed(session, audit_id, unit)
        head = first_after(session, fixed.fixed_at) if fixed else None
        root = head.root.hex() if head else None
        drawn = services.draw_list(session, current_actor(), audit_id, unit, root=root).drawn
    return _drawn(audit_id, unit, drawn)


def _drawn(audit_id: UUID, unit: str, count: int) -> ResponseReturnValue:
    flash(_("Drawn: %(count)s.", count=count), "success")
    return redirect(url_for("inspector.show_sample", audit_id=audit_id, unit=unit), 303)


@bp.post("/audits/<uuid:audit_id>/samples/<unit>/replacements")
@needs(Permission.AUDIT_CONDUCT)
def replace_unit(audit_id: UUID, unit: str) -> ResponseReturnValue:
    """Add the next unit of the draw in place of one that cannot be judged."""
    case = open_case(audit_id)
    kind = sampled_kind(case, unit)
    form = ReplaceForm().offer(case.scheme, queries.units_of(database.read(), audit_id, unit))
    if form.validate_on_submit():
        try:
            with database.write() as session:
                added = services.replace_unit(
                    session,
                    current_actor(),
                    audit_id,
                    unit,
                    form.reference.data,
                    reason_code=form.reason_code.data,
                    more=form.more.data or "",
                )
                words = _("%(reference)s comes in its place.", reference=added.reference)
        except RuleError as error:
            form.complain(error)
        else:
            flash(words, "success")
            return redirect(url_for("inspector.show_sample", audit_id=audit_id, unit=unit), 303)
    return sample_page(case, kind, None, replace=form), 422


@bp.post("/audits/<uuid:audit_id>/samples/<unit>/chosen")
@needs(Permission.AUDIT_CONDUCT)
def choose_unit(audit_id: UUID, unit: str) -> ResponseReturnValue:
    """Add a unit that the inspector chooses."""
    case, form = open_case(audit_id), ChooseForm()
    kind = sampled_kind(case, unit)
    if form.validate_on_submit():
        try:
            with database.write() as session:
                services.choose_unit(
                    session, current_actor(), audit_id, unit, form.references.data, reason=form.reason.data
                )
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The unit is in the audit. It counts apart from those by lot."), "success")
            return redirect(url_for("inspector.show_sample", audit_id=audit_id, unit=unit), 303)
    return sample_page(case, kind, None, choose=form), 422


@bp.get("/audits/<uuid:audit_id>/samples/<unit>/population.txt")
@needs(Permission.AUDIT_CONDUCT)
def download_population(audit_id: UUID, unit: str) -> ResponseReturnValue:
    """Send the fixed list, byte for byte as it was hashed."""
    case = open_case(audit_id)
    population = queries.get_population(database.read(), case.audit.id, unit)
    lines = draws.hashed_lines(database.read(), case.scheme.units[unit], population)
    response = Response("\n".join(lines), mimetype="text/plain")
    response.headers["Content-Disposition"] = f'attachment; filename="{case.audit.reference}-{unit}.txt"'
    return response


def sampled_kind(case: Case, unit: str) -> Unit:
    """Return a kind of unit that is drawn, or 404."""
    kind = case.scheme.units.get(unit)
    if kind is None or kind.is_agency:
        abort(404)
    return kind


def sample_page(
    case: Case,
    kind: Unit,
    form: SampleForm | None,
    replace: ReplaceForm | None = None,
    choose: ChooseForm | None = None,
    *,
    value: ValueForm | None = None,
) -> str:
    """Return the page of one kind of unit: its list to come, its fixed list, or its draw."""
    session, audit = database.read(), case.audit
    populations = {population.unit: population for population in queries.populations_of(session, audit.id)}
    population = populations.get(kind.code)
    units = queries.units_of(session, audit.id, kind.code)
    fixed = draws.find_fixed(session, audit.id, kind.code)
    given = draws.mixed_into(session, audit.id, kind.code) if fixed else None
    waits = case.is_led and fixed is not None and population is None
    adds = case.is_led and population is not None and case.scheme.cycle is not None
    forms = {
        "form": form if case.is_led and population is None and fixed is None else None,
        "value": value or ValueForm(formdata=None) if waits and given is None else None,
        "replace": (replace or ReplaceForm(formdata=None)).offer(case.scheme, units) if adds else None,
        "choose": choose or ChooseForm(formdata=None) if adds else None,
    }
    return render_template(
        "inspector/sample.html",
        case=case,
        audit=audit,
        scheme=case.scheme,
        unit=kind,
        population=population,
        fixed=fixed,
        offer=draws.find_offer(session, audit.id, kind.code) if case.is_led and not fixed else None,
        given=given,
        head=first_after(session, fixed.fixed_at) if waits and fixed else None,
        waits=waits,
        draw=Form(formdata=None),
        units=units,
        replaced={each.replaces: each for each in units if each.replaces},
        proof=_proof(case, population, units) if population else "",
        forms=[each for each in forms.values() if each],
        **forms,
    )


def _proof(case: Case, population: Population, units: Sequence[SampledUnit]) -> str:
    """Return what a third party needs, beside the list, to repeat the draw; always English plain text."""
    return "\n".join(
        [
            f"audit: {case.audit.reference}",
            f"norm: {case.scheme.id} {case.scheme.version} sha256 {case.scheme.sha256}",
            f"unit: {population.unit}",
            f"population: {population.size}",
            f"population sha256: {population.digest}",
            f"fixed at: {population.frozen_at.isoformat(timespec='seconds')}",
            *_promised(case.audit.id, population),
            f"seed: {population.seed}",
            f"algorithm: {population.algorithm}",
            f"drawn: {population.drawn}",
            *(each.reference for each in units if each.origin is Origin.RANDOM),
            *(f"next: {each.reference} for {each.replaces}" for each in units if each.origin is Origin.REPLACEMENT),
        ]
    )


def _promised(audit_id: UUID, population: Population) -> list[str]:
    """Return the lines about the secret and the value; none for a draw of an older release."""
    session, unit = database.read(), population.unit
    fixed, given = draws.find_fixed(session, audit_id, unit), draws.mixed_into(session, audit_id, unit)
    if fixed is None or given is None:
        return []
    return [
        f"promise of the secret: {fixed.commitment}",
        f"secret: {draws.secret_of(session, audit_id, unit)}",
        f"value ({fixed.draw_from.value}): {given.value}",
    ]
