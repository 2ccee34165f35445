"""Decide with which finding of a report a picture stands that was chosen for it. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from audits.inspections.cell_files import CellFile
from audits.inspections.private import CellKey
from audits.inspections.rules import FoundFinding
from audits.schemes.text import SchemeText

Chosen = Mapping[CellKey, Sequence[CellFile]]
Rows = Mapping[str, Any]  # verdicts on a requirement, each with a `value`, by the reference of the unit


class Printed(NamedTuple):
    """A picture that was chosen, on which cell, and whether it stands in the report as things are."""

    requirement: str
    reference: str
    caption: str
    stands: bool


def units_shown(scheme: SchemeText, code: str, rows: Rows, *, by_hand: bool) -> list[str]:
    """Return the units whose pictures stand with a finding: those that fell short.

    With a finding by hand it is the others, so that no picture stands twice; of confidential units there is none.
    """
    if scheme.units[scheme.requirement(code).unit].confidential:
        return []
    return [reference for reference, row in rows.items() if scheme.verdicts[row.value].nonconforming is not by_hand]


def printed(
    scheme: SchemeText, chosen: Chosen, seen: Mapping[str, Rows], found: Sequence[FoundFinding], by_hand: set[str]
) -> list[Printed]:
    """Return every picture that was chosen; `by_hand` are the requirements on which there is a finding by hand."""
    short = {item.requirement for item in found}
    shown = {
        (code, reference)
        for codes, is_by_hand in ((short, False), (by_hand, True))
        for code in codes
        for reference in units_shown(scheme, code, seen.get(code, {}), by_hand=is_by_hand)
    }
    return [
        Printed(code, reference, file.caption or "", (code, reference) in shown)
        for (code, reference), files in sorted(chosen.items())
        for file in files
    ]
