"""The sheet of one requirement: a row per drawn unit, as stored or as just typed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext

from audits.inspections.judging import complaint
from audits.inspections.queries import VerdictRow
from audits.schemes.text import Requirement, SchemeText
from portal.language.i18n import current_language, sentence

_LONGEST = 10  # maximum digits of a version


@dataclass(slots=True)
class Row:
    """One unit. `key` is the prefix of its field names: its position in the draw, which reveals no reference."""

    key: str
    reference: str
    value: str = ""
    note: str = ""
    version: int = 0  # version of the verdict on the page; 0: there was none
    is_stored: bool = False
    errors: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Return the target of the error summary: the note if a verdict was chosen, else the verdict."""
        return f"{self.key}-note" if self.value else self.key


class Sheet:
    """All rows of one requirement, with the form interface of the error summary."""

    form_errors: Sequence[str] = ()

    def __init__(
        self, scheme: SchemeText, requirement: Requirement, drawn: Sequence[str], seen: Mapping[str, VerdictRow]
    ) -> None:
        self.scheme = scheme
        self.requirement = requirement
        self.is_agency = scheme.units[requirement.unit].is_agency
        self.rows = [
            _row(f"{requirement.code}-{place}", reference, seen.get(reference))
            for place, reference in enumerate(drawn, start=1)
        ]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    @property
    def open(self) -> int:
        """Return the number of units without a verdict."""
        return sum(not row.is_stored for row in self.rows)

    @property
    def nonconforming(self) -> int:
        """Return the number of nonconforming stored verdicts."""
        return sum(row.is_stored and self.scheme.verdicts[row.value].nonconforming for row in self.rows)

    def read(self, typed: Mapping[str, str], fill: str = "") -> bool:
        """Read the typed values, with `fill` as verdict of empty rows; return whether all rows are valid."""
        for row in self.rows:
            row.value = typed.get(row.key, "") or fill
            row.note = typed.get(f"{row.key}-note", "").replace("\r\n", "\n").strip()
            row.version = _number(typed.get(f"{row.key}-version", ""))
            row.errors = self._errors(row)
        return not any(row.errors for row in self.rows)

    def verdicts(self) -> dict[str, tuple[str, str]]:
        """Return the filled rows in the shape of the service."""
        return {row.reference: (row.value, row.note) for row in self.rows if row.value}

    def versions(self) -> dict[str, int]:
        """Return the versions of the verdicts on the page."""
        return {row.reference: row.version for row in self.rows}

    def show_stored(self, stored: Mapping[tuple[str, str], VerdictRow]) -> None:
        """Keep what was typed, show what was stored in the meantime, and let the next save overwrite it."""
        for row in self.rows:
            newest = stored.get((self.requirement.code, row.reference))
            if newest is None:
                continue
            row.version, row.is_stored = newest.version, True
            name = self.scheme.verdicts[newest.value].name.in_(current_language())
            words = " ".join([gettext("Stored now:"), f"{name}.", newest.note]).strip()
            row.errors = [words if self.is_agency else f"{self.requirement.code}, {row.reference}: {words}"]

    def _errors(self, row: Row) -> list[str]:
        # An empty row is allowed, unless it has a note without a verdict or would delete a verdict.
        if not row.value and not row.note and not row.is_stored:
            return []
        problem = complaint(self.scheme, row.value, row.note)
        if problem is None:
            return []
        words = sentence(problem)
        return [words if self.is_agency else f"{self.requirement.code}, {row.reference}: {words}"]


def _row(key: str, reference: str, stored: VerdictRow | None) -> Row:
    if stored is None:
        return Row(key, reference)
    return Row(key, reference, stored.value, stored.note, stored.version, is_stored=True)


def _number(typed: str) -> int:
    """Parse a version from the page; anything invalid counts as 0."""
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < _LONGEST else 0
