"""The sheet of one requirement: a row per drawn unit, as stored or as just typed."""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from flask_babel import gettext

from audits.core.typed import tidy
from audits.inspections.cells import Drawn, UnitStand
from audits.inspections.grading import Insufficient, Origin, count_units, shortfall
from audits.inspections.judging import Method, complaint
from audits.inspections.queries import VerdictRow
from audits.schemes.text import Requirement, SchemeText
from portal.language.i18n import current_language, sentence

_LONGEST = 10  # maximum digits of a version
_DIGEST = 12  # characters


@dataclass(slots=True)
class Reason:
    """Why a stored verdict changes; an item of the error summary."""

    id: str
    text: str = ""
    errors: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Row:
    """One unit at its place in the draw. `key` is the prefix of its field names, which reveals no reference."""

    key: str
    reference: str
    place: int
    value: str = ""
    note: str = ""
    shown: str = ""  # version and digest of the verdict that the page showed; see `shown_as`
    method: Method | None = None
    bulk: bool = False
    stored: str = ""  # the verdict as it is stored; empty if there is none
    is_touched: bool = False
    origin: Origin = Origin.RANDOM
    errors: list[str] = field(default_factory=list)
    reason: Reason = field(init=False)

    def __post_init__(self) -> None:
        """Name the field for the reason after the row."""
        self.reason = Reason(f"{self.key}-reason")

    @property
    def is_stored(self) -> bool:
        """Return whether there was a verdict when the page was made."""
        return bool(self.stored)

    @property
    def id(self) -> str:
        """Return the target of the error summary: the note if a verdict was chosen, else the verdict."""
        return f"{self.key}-note" if self.value else self.key


class Sheet:
    """All rows of one requirement, with the form interface of the error summary."""

    form_errors: Sequence[str] = ()

    def __init__(
        self,
        scheme: SchemeText,
        requirement: Requirement,
        units: Sequence[UnitStand | Drawn],
        seen: Mapping[str, VerdictRow],
        *,
        more_beside: bool = True,
    ) -> None:
        self.scheme = scheme
        self.requirement = requirement
        self.more_beside = more_beside  # whether there may be private notes or files
        self.is_agency = scheme.units[requirement.unit].is_agency
        self.rows = [_row(f"{requirement.code}-{unit.place}", unit, seen.get(unit.reference)) for unit in units]
        self.seen = count_units(scheme, ((unit.origin, _value(seen, unit.reference)) for unit in units))
        self.falls_short = any(scheme.verdicts[row.value].nonconforming for row in seen.values())

    def __iter__(self) -> Iterator[Row | Reason]:
        for row in self.rows:
            yield row
            yield row.reason

    @property
    def short(self) -> Insufficient | None:
        """Return what is missing of the least share of units that the scheme wants assessed, as it is stored."""
        least = self.requirement.assessed
        return shortfall(self.requirement.code, least, self.seen) if least and self.rows else None

    @property
    def open(self) -> int:
        """Return the number of units without a verdict."""
        return sum(not row.is_stored for row in self.rows)

    def read(self, typed: Mapping[str, str]) -> bool:
        """Read what the person changed; return whether all of that is valid.

        A row that still holds what the page showed stays as it is stored now: a page that was opened earlier never
        puts an older verdict back.
        """
        for row in self.rows:
            row.reason.text = tidy(typed.get(row.reason.id, ""))
            value, note = typed.get(row.key, ""), tidy(typed.get(f"{row.key}-note", ""))
            shown = typed.get(f"{row.key}-shown", "")
            method = method_of(typed.get(f"{row.key}-method", ""))
            if shown == shown_as(value, note, version_of(shown), method if value else None):
                continue
            row.value, row.note, row.shown, row.is_touched = value, note, shown, True
            row.method = method
            row.errors = self._errors(row)
        return not any(row.errors for row in self.rows)

    def verdicts(self) -> dict[str, tuple[str, str]]:
        """Return the rows that the person filled in or changed, in the shape of the service."""
        return {row.reference: (row.value, row.note) for row in self.rows if row.is_touched and row.value}

    def methods(self) -> dict[str, Method | None]:
        """Return how these verdicts were reached."""
        return {row.reference: row.method for row in self.rows if row.is_touched}

    def versions(self) -> dict[str, int]:
        """Return the versions of the verdicts on the page."""
        return {row.reference: version_of(row.shown) for row in self.rows}

    def show_stored(self, stored: Mapping[tuple[str, str], VerdictRow]) -> None:
        """Keep what was typed, show what was stored in the meantime, and let the next save replace it."""
        for row in self.rows:
            newest = stored.get((self.requirement.code, row.reference))
            if newest is None:
                continue
            row.shown, row.stored = shown_as(*newest), newest.value
            name = self.scheme.verdicts[newest.value].name.in_(current_language())
            words = " ".join([gettext("Stored now:"), f"{name}.", newest.note]).strip()
            row.errors = [self._named(row, words)]

    @property
    def reasons(self) -> str:
        """Return why verdicts change, every reason once."""
        return "\n".join(dict.fromkeys(row.reason.text for row in self.rows if row.is_touched and row.reason.text))

    def ask_reason(self, codes: Collection[str], words: str) -> None:
        """Complain at every verdict that changes without a reason, if this requirement is among `codes`."""
        if self.requirement.code in codes:
            for row in self.rows:
                if row.is_touched and row.is_stored and row.value != row.stored:
                    row.reason.errors = [self._named(row, words)]

    def _named(self, row: Row, words: str) -> str:
        return words if self.is_agency else f"{self.requirement.code}, {row.reference}: {words}"

    def _errors(self, row: Row) -> list[str]:
        # An empty row is allowed, unless it has a note without a verdict or would delete a verdict.
        if not row.value and not row.note and not row.is_stored:
            return []
        problem = complaint(self.scheme, row.value, row.note)
        if problem is None:
            return []
        return [self._named(row, sentence(problem))]


def shown_as(value: str, note: str, version: int, method: Method | None = None, bulk: bool = False) -> str:  # noqa: ARG001  # the columns of a VerdictRow
    """Return version and digest of a verdict: by them a row tells later whether somebody changed it on the page."""
    digest = hashlib.sha256(f"{value}\n{method or ''}\n{note}".encode()).hexdigest()
    return f"{version}-{digest[:_DIGEST]}"


_NOTHING_SHOWN = shown_as("", "", 0)


def method_of(typed: str) -> Method | None:
    """Return the method that was chosen, or None."""
    return Method(typed) if typed in list(Method) else None


def _row(key: str, unit: UnitStand | Drawn, stored: VerdictRow | None) -> Row:
    row = Row(key, unit.reference, unit.place, origin=unit.origin)
    if stored is None:
        row.shown = _NOTHING_SHOWN
    else:
        row.value, row.note, row.shown, row.stored = stored.value, stored.note, shown_as(*stored), stored.value
        row.method, row.bulk = stored.method, stored.bulk
    return row


def version_of(shown: str) -> int:
    """Parse a version from the page; anything invalid counts as 0."""
    typed = shown.partition("-")[0]
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < _LONGEST else 0


def _value(seen: Mapping[str, VerdictRow], reference: str) -> str | None:
    return seen[reference].value if reference in seen else None
