"""The sheet of one requirement: a row per drawn unit, as stored or as the inspector just typed it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from audits.inspections.judging import complaint
from audits.inspections.queries import VerdictRow
from audits.schemes.text import Requirement, SchemeText
from portal.language.i18n import sentence


@dataclass(slots=True)
class Row:
    """One unit. `key` is the stem of its field names: the place in the draw, so that no reference is in a name."""

    key: str
    reference: str
    value: str = ""
    note: str = ""
    is_stored: bool = False
    errors: list[str] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Where the error summary leads: the note if a verdict was chosen, else the verdict."""
        return f"{self.key}-note" if self.value else self.key


class Sheet:
    """All rows of one requirement. Behaves like a form for the error summary."""

    form_errors: Sequence[str] = ()

    def __init__(
        self, scheme: SchemeText, requirement: Requirement, drawn: Sequence[str], seen: Mapping[str, VerdictRow]
    ) -> None:
        self.scheme = scheme
        self.requirement = requirement
        self.is_agency = scheme.units[requirement.unit].is_agency
        self.rows = [
            Row(f"{requirement.code}-{place}", reference, *seen.get(reference, ("", "")), is_stored=reference in seen)
            for place, reference in enumerate(drawn, start=1)
        ]

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    @property
    def open(self) -> int:
        """How many units are not judged yet."""
        return sum(not row.is_stored for row in self.rows)

    @property
    def nonconforming(self) -> int:
        """How many stored verdicts count against the agency."""
        return sum(row.is_stored and self.scheme.verdicts[row.value].nonconforming for row in self.rows)

    def read(self, typed: Mapping[str, str], fill: str = "") -> bool:
        """Take over what was typed, with `fill` as the verdict of rows left empty; whether every row holds."""
        for row in self.rows:
            row.value = typed.get(row.key, "") or fill
            row.note = typed.get(f"{row.key}-note", "").replace("\r\n", "\n").strip()
            row.errors = self._errors(row)
        return not any(row.errors for row in self.rows)

    def verdicts(self) -> dict[str, tuple[str, str]]:
        """The rows that say something, as the service takes them."""
        return {row.reference: (row.value, row.note) for row in self.rows if row.value}

    def _errors(self, row: Row) -> list[str]:
        # An empty row can wait, unless there is a note without a verdict or a verdict to lose.
        if not row.value and not row.note and not row.is_stored:
            return []
        problem = complaint(self.scheme, row.value, row.note)
        if problem is None:
            return []
        words = sentence(problem)
        return [words if self.is_agency else f"{self.requirement.code}, {row.reference}: {words}"]
