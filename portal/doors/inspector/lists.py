"""Pages for the list of a population: given or asked for, looked at column by column, and fixed."""

import secrets
from collections import Counter
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from audits.core.access import Permission
from audits.core.errors import RuleError
from audits.inspections import draws, rules, services, stratified
from audits.inspections.models import ListOffer
from audits.inspections.population_lists import Look, differs, differs_from_last, look_at
from audits.inspections.tables import FAULTS, SHOWN_FAULTS, Columns, Reading, Table, letters, proposal, read
from audits.inspections.tables import text_of as text_of_cell
from audits.schemes.text import Unit
from certificates.ledger.entries import draw_entry
from certificates.ledger.services import append
from portal.doors.inspector.case import Case, bp, open_case
from portal.doors.inspector.list_forms import ColumnsForm, SampleForm, column_words
from portal.doors.inspector.samples import sample_page, sampled_kind
from portal.forms.form import refused
from portal.stores import database
from portal.web.access import current_actor, needs

_PATH = "/audits/<uuid:audit_id>/samples/<unit>"
_PREVIEW = 5  # rows


@bp.post(_PATH)
@needs(Permission.AUDIT_CONDUCT)
def give_list(audit_id: UUID, unit: str) -> ResponseReturnValue:
    """Keep a list until it is fixed, and show what is in it."""
    case = open_case(audit_id)
    kind = sampled_kind(case, unit)
    form = SampleForm().offer(case.scheme, kind)
    if form.validate_on_submit():
        try:
            table = form.table()
            with database.write() as session:
                name = form.file.data.filename if form.file.data else ""
                services.offer_list(session, current_actor(), audit_id, unit, table, file_name=name, about=form.about())
        except RuleError as error:
            if form.file.data and error.field == "references":
                error.field = "file"
            form.complain(error)
        else:
            return redirect(url_for("inspector.look_at_list", audit_id=audit_id, unit=unit), 303)
    return refused(sample_page(case, kind, form), form)


@bp.post(f"{_PATH}/ask")
@needs(Permission.AUDIT_CONDUCT)
def ask_list(audit_id: UUID, unit: str) -> ResponseReturnValue:
    """Ask the agency for the list."""
    case = open_case(audit_id)
    sampled_kind(case, unit)
    with database.write() as session:
        services.ask_list(session, current_actor(), audit_id, unit)
    flash(_("The agency is asked for this list."), "success")
    return redirect(url_for("inspector.show_sample", audit_id=audit_id, unit=unit), 303)


@bp.get(f"{_PATH}/list")
@needs(Permission.AUDIT_CONDUCT)
def look_at_list(audit_id: UUID, unit: str) -> ResponseReturnValue:
    """Show what is in the list that waits, by the columns that its headings propose."""
    case = open_case(audit_id)
    kind = sampled_kind(case, unit)
    offer, table = _waiting(case, kind)
    proposed = proposal(table)
    return _page(case, kind, offer, table, ColumnsForm.of(case.scheme, kind, offer, table, proposed))


@bp.post(f"{_PATH}/list")
@needs(Permission.AUDIT_CONDUCT)
def fix_list(audit_id: UUID, unit: str) -> ResponseReturnValue:
    """Show the list by other columns; if that is confirmed, fix it and promise the secret of its draw.

    The secret is generated here, after the list was given; its promise goes into the public log.
    """
    case = open_case(audit_id)
    kind = sampled_kind(case, unit)
    offer, table = _waiting(case, kind)
    form = ColumnsForm.of(case.scheme, kind, offer, table, proposal(table))
    if "fix" not in request.form:
        return _page(case, kind, offer, table, form)
    if form.validate_on_submit():
        try:
            _fix(case, kind, form, table)
        except RuleError as error:
            form.complain(error)
        else:
            flash(_("The list is fixed. Nothing is drawn yet."), "success")
            return redirect(url_for("inspector.show_sample", audit_id=audit_id, unit=unit), 303)
    return refused(_page(case, kind, offer, table, form), form)


def _fix(case: Case, kind: Unit, form: ColumnsForm, table: Table) -> None:
    found = read(table, form.columns(), pad=bool(form.pad.data))
    if found.faults:
        raise RuleError(
            "%(count)d cells cannot be taken. Mend them in the file and give it again, or choose other columns.",
            "column_reference",
            count=len(found.faults),
        )
    with database.write() as session:
        fixed = services.fix_list(
            session,
            current_actor(),
            case.audit.id,
            kind.code,
            found.references,
            secret=secrets.token_bytes(rules.SEED_BYTES),
            about=form.about(),
            strata=found.strata,
        )
        if not fixed.size:
            services.draw_list(session, current_actor(), case.audit.id, kind.code)
        append(session, draw_entry(at=fixed.fixed_at, commitment=fixed.commitment))


def _waiting(case: Case, kind: Unit) -> tuple[ListOffer, Table]:
    offer = draws.find_offer(database.read(), case.audit.id, kind.code) if case.is_led else None
    if offer is None or offer.content is None:
        abort(404)
    return offer, Table(**offer.content)


def _page(case: Case, kind: Unit, offer: ListOffer, table: Table, form: ColumnsForm) -> str:
    columns = form.columns()
    found = read(table, columns, pad=bool(form.pad.data))
    look, unread = _look(found)
    declared, parts = services.declared_by(case.audit, kind.code), _parts(kind, found, look)
    before = draws.last_size(database.read(), case.audit, kind.code)
    if unread:
        form.complain(unread)
    return render_template(
        "inspector/population.html",
        case=case,
        audit=case.audit,
        scheme=case.scheme,
        unit=kind,
        offer=offer,
        table=table,
        look=look,
        faults=[[str(each.row), letters(each.column), _(FAULTS[each.reason])] for each in found.faults[:SHOWN_FAULTS]],
        more_faults=max(0, len(found.faults) - SHOWN_FAULTS),
        found=found,
        preview=_preview(table, columns),
        size=sum(parts.values()) if parts else rules.sample_size(kind.sampling, look.size),
        parts=parts,
        strata_words=column_words(),
        declared=declared,
        differs=differs(look.size, declared),
        before=before,
        differs_from_last=differs_from_last(look.size, before),
        form=form,
    )


def _look(found: Reading) -> tuple[Look, RuleError | None]:
    try:
        return look_at(found.references), None
    except RuleError as error:
        error.field = "column_reference"
        return Look((), 0, 0), error


def _parts(kind: Unit, found: Reading, look: Look) -> dict[str, int]:
    """Return how many are drawn of each stratum, where the norm divides the sample and the column is chosen."""
    if kind.strata is None or kind.strata.by not in found.strata:
        return {}
    values = dict(zip(found.references, found.strata[kind.strata.by], strict=True))
    size = rules.sample_size(kind.sampling, look.size)
    return stratified.divided(Counter(values[each] for each in look.members), size, kind.strata.least)


def _preview(table: Table, columns: Columns) -> tuple[list[str], list[list[str]]]:
    """Return the columns that are taken, and the first rows as they are read."""
    named = column_words()
    words = [_("Row"), *(named[name] for name in columns.places)]
    rows = [
        [str(number), *(text_of_cell(row[place]) if place < len(row) else "" for place in columns.places.values())]
        for number, row in table.rows[columns.heading :][:_PREVIEW]
    ]
    return words, rows
