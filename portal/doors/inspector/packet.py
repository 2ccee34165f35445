"""What the offline desk holds of an audit: units, what stands on each cell, and the desk itself per kind of unit."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

from flask import render_template

from audits.applications.models import Answer
from audits.applications.queries import answers_of
from audits.core import clock
from audits.core.letters import LETTERS
from audits.inspections import entries
from audits.inspections.cell_files import MOST_FILES, cell_files
from audits.inspections.cells import UnitStand
from audits.inspections.counts import counts_of
from audits.inspections.grading import Origin
from audits.inspections.judging import NOTE_LIMIT
from audits.inspections.models import SampledUnit
from audits.inspections.private import private_notes
from audits.inspections.queries import units_of, verdicts_of
from audits.inspections.standing import standing_on
from audits.schemes.text import Unit
from portal.doors.inspector.board import Cell, Facts, Past, Step, past_of
from portal.doors.inspector.case import Case
from portal.doors.inspector.counting import CountForm
from portal.doors.inspector.sheet import Sheet
from portal.forms import asked
from portal.forms.form import Form
from portal.language.i18n import current_language
from portal.stores import database
from portal.web.access import current_actor

DAYS = 14  # that a device may work on without a word from the portal
BLANK = 0  # the place of the unit of which the desk is drawn; a device puts others in


def packet_of(case: Case) -> dict[str, Any]:
    """Return an audit as the offline desk holds it."""
    now, session = clock.now(), database.read()
    units = units_of(session, case.audit.id)
    answers, past = answers_of(session, case.audit.certification_id), past_of(case)
    return {
        "audit": str(case.audit.id),
        "reference": case.audit.reference,
        "agency": case.audit.agency.legal_name,
        "scheme": case.scheme.sha256,
        "person": str(current_actor().id),
        "open": case.is_open,
        "now": entries.moment(now),
        "until": entries.moment(now + timedelta(days=DAYS)),
        "limit": NOTE_LIMIT,
        "letters": _spans(),
        "kinds": [
            _kind(case, kind, [each for each in units if each.unit == kind.code], answers, past)
            for kind in case.scheme.units.values()
            if case.scheme.on_unit(kind.code)
        ],
        "cells": _cells(case, units),
        "counts": _counts(case, units),
        "private": _private(case, units),
        "files": _files(case, units),
        "most": MOST_FILES,
    }


def _kind(
    case: Case,
    kind: Unit,
    units: Sequence[SampledUnit],
    answers: Mapping[str, Answer],
    past: Callable[[str], Past],
) -> dict[str, Any]:
    facts = {item.code: Facts(answers.get(item.code), (), *past(item.code)) for item in case.scheme.on_unit(kind.code)}
    return {
        "code": kind.code,
        "name": kind.name.in_(current_language()),
        "plural": kind.plural.in_(current_language()),
        "agency": kind.is_agency,
        "units": [{"place": each.position, "name": each.reference} for each in units],
        "codes": [item.code for item in case.scheme.on_unit(kind.code)],
        "html": _desk(case, kind, facts) if units else "",
        "counts": _counting(kind) if units and kind.counts else None,
    }


def _counting(kind: Unit) -> dict[str, Any]:
    """Return the form for what is counted at a kind of unit, and what a device must know to read it."""
    form = CountForm.of(kind, asks_why=True)
    html = render_template("inspector/offline_counts.html", form=form)
    return {"html": html, "questions": [asked.told_of(each, current_language()) for each in kind.counts]}


def _counts(case: Case, units: Sequence[SampledUnit]) -> dict[str, list[dict[str, Any]]]:
    """Return what was counted at each unit, by the cell of its counts, the newest last."""
    places = {(each.unit, each.reference): each.position for each in units}
    return {
        entries.count_cell(kind, places[kind, reference]): [
            {"digest": each.digest, "values": dict(each.values)} for each in stand
        ]
        for (kind, reference), stand in counts_of(database.read(), case.audit.id, case.scheme).items()
    }


def _desk(case: Case, kind: Unit, facts: Mapping[str, Facts]) -> str:
    """Return the desk of a kind of unit, with a blank sheet per requirement."""
    blank = UnitStand("…", BLANK, Origin.RANDOM, 0, 0)
    sheets = [Sheet(case.scheme, item, [blank], {}) for item in case.scheme.on_unit(kind.code)]
    cells = [Cell(sheet, sheet.rows[0]) for sheet in sheets]
    return render_template(
        "inspector/offline_desk.html",
        audit=case.audit,
        scheme=case.scheme,
        kind=kind,
        cells=cells,
        groups=[
            (chapter, list(its))
            for chapter, its in groupby(cells, lambda cell: case.scheme.chapters[cell.item.chapter])
        ],
        facts=facts,
        before=Step("{}", "#prev"),
        after=Step("{}", "#next"),
        form=Form(),
    )


def _cells(case: Case, units: Sequence[SampledUnit]) -> dict[str, list[dict[str, str]]]:
    """Return what stands on each cell; a verdict that is older than the chains has no digest."""
    session, audit = database.read(), case.audit
    places = {(each.unit, each.reference): each.position for each in units}
    found: dict[str, list[dict[str, str]]] = {}
    for code, rows in verdicts_of(session, audit.id).items():
        unit = case.scheme.requirement(code).unit
        for reference, row in rows.items():
            cell = entries.cell_of(code, unit, places[unit, reference])
            stored = {"value": row.value, "note": row.note, "method": row.method or ""}
            found[cell] = [{"digest": "", "by": "", "at": ""} | stored]
    for cell, stand in standing_on(session, audit.id).items():
        found[cell] = [
            {
                "digest": each.digest,
                "value": each.value,
                "note": each.note,
                "method": each.method or "",
                "by": each.by,
                "at": entries.moment(each.at),
            }
            for each in stand
        ]
    return found


def _private(case: Case, units: Sequence[SampledUnit]) -> dict[str, str]:
    """Return one's own private notes by cell; those of colleagues stay at the portal."""
    found: dict[str, str] = {}
    places = {(each.unit, each.reference): each.position for each in units}
    for unit in {each.unit for each in units}:
        notes = private_notes(database.read(), current_actor(), case.audit.id, unit)
        for (code, reference), note in notes.items():
            if note.own:
                found[entries.cell_of(code, unit, places[unit, reference])] = note.own
    return found


def _files(case: Case, units: Sequence[SampledUnit]) -> dict[str, list[str]]:
    """Return the names of the pictures and files on each cell; they themselves stay at the portal."""
    found: dict[str, list[str]] = {}
    for unit in {each.unit for each in units}:
        for files in cell_files(database.read(), case.audit.id, unit).values():
            for file in files:
                if file.withdrawn_at is None:
                    found.setdefault(file.entry.cell, []).append(file.filename)
    return found


def _spans() -> list[list[int]]:
    """Return the letters that can be printed, as first and last numbers."""
    spans: list[list[int]] = []
    for number in sorted(map(ord, LETTERS)):
        if spans and spans[-1][1] == number - 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return spans
