"""Find the references and strata of a population in a table that somebody sent, and what stands in the way. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from audits.core.errors import N_, RuleError
from audits.inspections.pseudonyms import (
    MAX_LENGTH,
    checked_references,
    holds_citizen_number,
    holds_mail_address,
    listed,
)
from audits.schemes.strata import Stratum

REFERENCE = "reference"
LONGEST_VALUE = 80
SHOWN_FAULTS = 20
HEADING_WITHIN = 15  # rows in which titles of a report may stand above the heading

HEADINGS: Mapping[str, frozenset[str]] = {
    REFERENCE: frozenset(
        {
            "code", "dossier", "dossiernummer", "employee id", "employee number", "file", "file number", "id",
            "medewerkernummer", "nr", "number", "nummer", "personeelsnummer", "persnr", "reference", "referentie",
            "relatienummer", "verwijzing", "werknemer", "werknemersnummer", "worker", "worker number",
        }
    ),
    Stratum.SITE: frozenset({"branch", "filiaal", "kantoor", "location", "locatie", "office", "site", "vestiging"}),
    Stratum.HIRER: frozenset({"client", "hirer", "inlener", "klant", "opdrachtgever", "user company"}),
    Stratum.HOUSING: frozenset({"accommodation", "housing", "huisvesting", "huisvestingslocatie", "woonlocatie"}),
    Stratum.PAY_PERIOD: frozenset({"loonperiode", "loontijdvak", "pay period", "periode", "period", "verloning"}),
    Stratum.CONTRACT_PHASE: frozenset({"contractfase", "contract phase", "fase", "phase"}),
    Stratum.LEAVER: frozenset({"datum uit dienst", "leaver", "left", "uit dienst", "uitdienst", "vertrokken"}),
    Stratum.NATIONALITY_GROUP: frozenset({"herkomst", "nationality group", "nationaliteitsgroep", "origin"}),
}  # fmt: skip

FAULTS: Mapping[str, str] = {
    "empty": N_("The reference is empty."),
    "formula": N_("This cell holds a formula. Copy the column and paste it as values."),
    "error": N_("This cell holds an error."),
    "date": N_("The program made a date of this reference. Give the column the format text and type it again."),
    "time": N_("The program made a time or an unsure day of this. Give the column the format text and type it again."),
    "long": N_("A number this long lost its last digits. Give the column the format text and type it again."),
    "fraction": N_("This is a number with decimals, and no reference."),
    "truth": N_("This is yes or no, and no reference."),
    "too long": N_("This is too long: at most 60 characters for a reference, 80 for another column."),
}
_AROUND = " .:#"
_NEVER_A_VALUE = {"formula", "error", "time", "long"}


@dataclass(frozen=True, slots=True)
class Table:
    """A table as the reader found it: rows with their numbers, and what a person must know of the file."""

    rows: Sequence[Any]
    hidden: int = 0
    encoding: str = "utf-8"
    lost: Sequence[int] = ()

    @property
    def width(self) -> int:
        """Return the number of columns."""
        return max((len(row) for _, row in self.rows), default=0)

    def plain(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"rows": self.rows, "hidden": self.hidden, "encoding": self.encoding, "lost": self.lost}


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column holds what, from 0, and the place of the heading among the rows, from 1; 0 if there is none."""

    places: Mapping[str, int]
    heading: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that cannot be taken, with the number of its row and the key of its reason in `FAULTS`, or a sentence."""

    row: int
    column: int
    reason: str


@dataclass(slots=True)
class Reading:
    """What a table says under some columns. `short` counts numbers that may have lost zeros in front."""

    references: list[str] = field(default_factory=list)
    strata: dict[str, list[str]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    digits: int = 0
    short: int = 0


def of_text(text: str) -> Table:
    """Return the table of a pasted list: one reference per line, further columns behind tabs."""
    lines = ([cell.strip() for cell in line.split("\t")] for line in text.splitlines())
    return Table([[number, cells] for number, cells in enumerate(lines, start=1) if any(cells)])


def text_of(cell: Any) -> str:
    """Return the text of a cell."""
    return cell if isinstance(cell, str) else str(cell[1])


def proposal(table: Table) -> Columns:
    """Return the columns by their headings in Dutch or English; without a heading the first column is the reference."""
    for place, (_number, row) in enumerate(table.rows[:HEADING_WITHIN], start=1):
        found = _named(row)
        if REFERENCE in found or len(found) > 1:
            return Columns({REFERENCE: 0, **found}, place)
    return Columns({REFERENCE: 0}, int(_has_plain_heading(table)))


def read(table: Table, columns: Columns, *, pad: bool = False) -> Reading:
    """Return references and strata under these columns; cells that cannot be taken are faults, by row.

    `pad` puts zeros in front of numbers that are shorter than the others, which a person must ask for.
    """
    found = Reading(strata={name: [] for name in columns.places if name != REFERENCE})
    listed = table.rows[columns.heading :]
    found.digits = _digits(listed, columns.places[REFERENCE])
    for number, row in listed:
        _take(found, number, row, columns.places, pad=pad)
    return found


def personal_columns(table: Table, columns: Columns) -> list[tuple[int, str]]:
    """Return the columns with names of people or days of birth, by their heading: place and heading."""
    if not columns.heading:
        return []
    _number, row = table.rows[columns.heading - 1]
    return [(place, text_of(cell)) for place, cell in enumerate(row) if _folded(cell) in _NAMES | _BIRTHS]


def admitted(table: Table) -> tuple[Table, list[str]]:
    """Return the table without columns of names, and their headings; RuleError for what says who somebody is.

    That are days of birth, e-mail addresses and citizen numbers: none of them is ever stored.
    """
    columns = proposal(table)
    personal = personal_columns(table, columns)
    named = ", ".join(heading for _, heading in personal)
    if any(heading.casefold().strip(_AROUND) in _BIRTHS for _, heading in personal):
        raise RuleError(_REFUSED_BIRTHS, "references", columns=named)
    dropped = {place for place, _ in personal}
    kept = [[number, [cell for place, cell in enumerate(row) if place not in dropped]] for number, row in table.rows]
    clean = Table([each for each in kept if any(each[1])], table.hidden, table.encoding, table.lost)
    columns = proposal(clean)
    for place in range(clean.width):
        _check_column(clean, columns, place)
    rows = [[number, [_storable(cell) for cell in row]] for number, row in clean.rows]
    return replace(clean, rows=rows), [heading for _, heading in personal]


def _storable(cell: Any) -> Any:
    """Return a cell without what the database cannot hold; of references the check refuses it."""
    return cell.replace("\0", "") if isinstance(cell, str) else cell


def letters(place: int) -> str:
    """Return the name that spreadsheets give a column: A for 0, AA for 26."""
    before, last = divmod(place, 26)
    return (letters(before - 1) if before else "") + chr(ord("A") + last)


def _check_column(table: Table, columns: Columns, place: int) -> None:
    """Refuse a column of direct identifiers; by chance one number in eleven passes the test of citizen numbers."""
    cells = [(number, text_of(row[place])) for number, row in table.rows[columns.heading :] if place < len(row)]
    filled = [(number, text) for number, text in cells if text]
    if place == columns.places[REFERENCE]:
        checked_references([text[:MAX_LENGTH] for _, text in filled], [number for number, _ in filled])
        return
    mails = [number for number, text in filled if holds_mail_address(text)]
    citizens = [number for number, text in filled if holds_citizen_number(text)]
    if mails or 3 * len(citizens) > len(filled):
        message = _REFUSED_MAILS if mails else _REFUSED_CITIZENS
        raise RuleError(message, "references", column=letters(place), lines=listed(mails or citizens))


def _named(row: Sequence[Any]) -> dict[str, int]:
    """Return the first column for each thing that a heading names."""
    found: dict[str, int] = {}
    for place, cell in enumerate(row):
        for name, words in HEADINGS.items():
            if _folded(cell) in words:
                found.setdefault(str(name), place)
    return found


def _folded(cell: Any) -> str:
    return text_of(cell).casefold().replace("_", " ").strip(_AROUND)


def _has_plain_heading(table: Table) -> bool:
    """Return whether the first line has no digit and nearly all others have one, in the first column."""
    first = [text_of(row[0]) for _, row in table.rows]
    if not first[1:] or any(character.isdigit() for character in first[0]):
        return False
    numbered = sum(any(character.isdigit() for character in text) for text in first[1:])
    return 10 * numbered >= 9 * (len(first) - 1)


def _digits(rows: Sequence[Any], place: int) -> int:
    """Return how long the references of digits alone are; 0 unless some are kept as numbers."""
    cells = [row[place] for _, row in rows if place < len(row)]
    if not any(isinstance(cell, list) and cell[0] == "number" for cell in cells):
        return 0
    return max((len(text_of(cell)) for cell in cells if text_of(cell).isdecimal()), default=0)


def _take(found: Reading, number: int, row: Sequence[Any], places: Mapping[str, int], *, pad: bool) -> None:
    cells: dict[str, Any] = {name: row[place] if place < len(row) else "" for name, place in places.items()}
    faults = list(_faults_of(number, cells, places))
    if faults:
        found.faults += faults
        return
    cell = cells.pop(REFERENCE)
    text = text_of(cell)
    if isinstance(cell, list) and cell[0] == "number" and len(text) < found.digits:
        found.short += 1
        text = text.zfill(found.digits) if pad else text
    found.references.append(text)
    for name, value in cells.items():
        found.strata[name].append(text_of(value))


def _faults_of(number: int, cells: Mapping[str, Any], places: Mapping[str, int]) -> Iterator[Fault]:
    for name, cell in cells.items():
        kind, text = ("", cell) if isinstance(cell, str) else cell
        longest = MAX_LENGTH if name == REFERENCE else LONGEST_VALUE
        if kind in _NEVER_A_VALUE or (name == REFERENCE and kind in {"date", "truth"}):
            yield Fault(number, places[name], kind)
        elif name == REFERENCE and kind == "number" and not text.isdecimal():
            yield Fault(number, places[name], "fraction")
        elif name == REFERENCE and not text:
            yield Fault(number, places[name], "empty")
        elif len(text) > longest:
            yield Fault(number, places[name], "too long")


_NAMES = frozenset(
    {
        "achternaam", "first name", "full name", "naam", "name", "surname", "last name", "roepnaam", "voorletters",
        "voornaam", "voornamen", "volledige naam",
    }
)  # fmt: skip
_BIRTHS = frozenset({"birth date", "birthdate", "date of birth", "dob", "geb datum", "geb.datum", "geboortedatum"})
_REFUSED_BIRTHS = N_(
    "This list says who people are: %(columns)s. Take these columns out, and give each worker a number of your own."
    " Keep the key to these numbers with you."
)
_REFUSED_MAILS = N_(
    "Column %(column)s holds e-mail addresses, in row %(lines)s. Nothing was kept. Take the column out, and give each"
    " worker a number of your own, like F-001. Keep the key to these numbers with you."
)
_REFUSED_CITIZENS = N_(
    "Column %(column)s holds citizen numbers, in row %(lines)s. Nothing was kept. Take the column out, and give each"
    " worker a number of your own, like F-001. Keep the key to these numbers with you."
)
