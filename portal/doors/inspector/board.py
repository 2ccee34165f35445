"""What the pages of the desk have in common: cells, the facts beside them, and the way to the next page."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from flask import request

from audits.applications.models import Answer, Evidence
from audits.core.languages import in_language
from audits.core.typed import tidy
from audits.inspections.cell_files import CellFile, cell_files
from audits.inspections.counted_words import CountedTable, in_words
from audits.inspections.counts import Count, against, counts_of
from audits.inspections.earlier_findings import EarlierFinding, EarlierVerdict, earlier
from audits.inspections.grading import codes_before
from audits.inspections.private import CellKey, PrivateNotes, private_digest, private_notes
from audits.schemes.text import Requirement, SchemeText, Unit, VerdictKind
from portal.doors.inspector.case import Case
from portal.doors.inspector.sheet import Row, Sheet
from portal.language.i18n import current_language
from portal.stores import database
from portal.web.access import current_actor


@dataclass(frozen=True, slots=True)
class Cell:
    """One requirement at one unit: its row, in the sheet of its requirement, the private notes on it, and its files.

    No notes: the offline desk, whose script puts notes and pictures there.
    """

    sheet: Sheet
    row: Row
    private: PrivateNotes | None = None
    private_shown: str = ""  # digest of one's own note as it is stored
    files: Sequence[CellFile] = ()

    @property
    def item(self) -> Requirement:
        """Return the requirement."""
        return self.sheet.requirement


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands beside a cell: the agency's answer with its files, and what earlier audits found and judged.

    `against` is what was counted at its unit and speaks against a verdict that conforms, in words.
    """

    answer: Answer | None = None
    files: Sequence[Evidence] = ()
    found: Sequence[EarlierFinding] = ()
    judged: Sequence[EarlierVerdict] = ()
    against: Sequence[str] = ()

    def last(self, scheme: SchemeText) -> VerdictKind | None:
        """Return the verdict that stands for an earlier audit: a nonconforming one if there was any."""
        kinds = [scheme.verdicts[each.value] for each in self.judged if each.value in scheme.verdicts]
        return next((kind for kind in kinds if kind.nonconforming), kinds[0] if kinds else None)


@dataclass(frozen=True, slots=True)
class Counted:
    """What somebody counted at a unit, in words, and what of it is not as the norm wants it."""

    count: Count
    facts: list[list[str]]
    tables: list[CountedTable]
    against: list[tuple[Requirement, str]]


@dataclass(frozen=True, slots=True)
class Step:
    """The page before or after this one."""

    name: str
    href: str


_NONE = PrivateNotes()
Past = tuple[list[EarlierFinding], list[EarlierVerdict]]


def past_of(case: Case) -> Callable[[str], Past]:
    """Return a function from a requirement to what earlier audits found and judged, under whatever code it had."""
    found, judged = earlier(database.read(), case.audit.id)

    def past(code: str) -> Past:
        codes = codes_before(case.scheme, code)
        newest = max((judged[each] for each in codes if each in judged), key=lambda its: its[0].day, default=[])
        return [each for each in found if each.code in codes], newest

    return past


def cells_of(case: Case, sheets: Sequence[Sheet], *, reference: str | None = None) -> list[Cell]:
    """Return the cells of sheets on one kind of unit, with the notes on them as stored or as just typed, and files."""
    if not any(sheet.more_beside for sheet in sheets):
        return [_cell(sheet, row, {}, {}, request.form) for sheet in sheets for row in sheet.rows]
    item = sheets[0].requirement
    code = item.code if reference is None else None
    kept = private_notes(database.read(), current_actor(), case.audit.id, item.unit, reference=reference, code=code)
    files = cell_files(database.read(), case.audit.id, item.unit, reference=reference, code=code)
    return [_cell(sheet, row, kept, files, request.form) for sheet in sheets for row in sheet.rows]


def counts_at(case: Case, kind: Unit, reference: str) -> list[Count]:
    """Return what was counted at a unit; several where two people counted apart."""
    if not kind.counts:
        return []
    key = (kind.code, reference)
    return counts_of(database.read(), case.audit.id, case.scheme, key=key).get(key, [])


def counted_on(case: Case, kind: Unit, counts: Sequence[Count]) -> list[Counted]:
    """Return what was counted at a unit of a kind, in words."""
    return [_counted(case, kind, each) for each in counts]


def _counted(case: Case, kind: Unit, count: Count) -> Counted:
    language = current_language()
    broken = [
        (item, in_language(check.message, language))
        for item in case.scheme.on_unit(kind.code)
        for check in against(case.scheme, item, count.values)
    ]
    return Counted(count, *in_words(kind.counts, count.values, language), broken)


def _cell(
    sheet: Sheet,
    row: Row,
    kept: Mapping[CellKey, PrivateNotes],
    files: Mapping[CellKey, Sequence[CellFile]],
    sent: Mapping[str, str],
) -> Cell:
    key = sheet.requirement.code, row.reference
    stored = kept.get(key, _NONE)
    typed = sent.get(f"{row.key}-private")
    private = stored if typed is None else stored._replace(own=tidy(typed))
    there = [file for file in files.get(key, ()) if file.withdrawn_at is None]
    return Cell(sheet, row, private, private_digest(stored.own), there)


def falling(scheme: SchemeText) -> list[str]:
    """Return the codes of the nonconforming verdicts."""
    return [kind.code for kind in scheme.verdicts.values() if kind.nonconforming]
