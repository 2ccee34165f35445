"""What the pages of the desk have in common: cells, the facts beside them, and the way to the next page."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from audits.applications.models import Answer, Evidence
from audits.inspections.earlier_findings import EarlierFinding, found_before
from audits.inspections.grading import codes_before
from audits.inspections.judging import plain_verdict
from audits.schemes.text import Requirement, SchemeText
from portal.doors.inspector.case import Case
from portal.doors.inspector.sheet import Row, Sheet
from portal.language.i18n import current_language
from portal.stores import database


@dataclass(frozen=True, slots=True)
class Cell:
    """One requirement at one unit: its row, in the sheet of its requirement."""

    sheet: Sheet
    row: Row

    @property
    def item(self) -> Requirement:
        """Return the requirement."""
        return self.sheet.requirement


@dataclass(frozen=True, slots=True)
class Facts:
    """What stands beside a cell: the agency's answer with its files, and what earlier audits found."""

    answer: Answer | None = None
    files: Sequence[Evidence] = ()
    found: Sequence[EarlierFinding] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """The page before or after this one."""

    name: str
    href: str


def found_on(case: Case) -> Callable[[str], list[EarlierFinding]]:
    """Return a function from a requirement to what earlier audits found on it, under whatever code it had."""
    found = found_before(database.read(), case.audit.id)
    return lambda code: [each for each in found if each.code in codes_before(case.scheme, code)]


def falling(scheme: SchemeText) -> list[str]:
    """Return the codes of the nonconforming verdicts."""
    return [kind.code for kind in scheme.verdicts.values() if kind.nonconforming]


def plain_name(scheme: SchemeText) -> str:
    """Return the word for the conforming verdict in the reader's language."""
    return scheme.verdicts[plain_verdict(scheme)].name.in_(current_language())
