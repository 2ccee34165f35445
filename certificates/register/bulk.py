"""Look up many numbers at once; each finds what a search for it alone finds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import Text, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import Session, load_only

from audits.core.errors import N_, RuleError
from certificates.register.models import RegisterEntry
from certificates.register.rules import may_rely
from certificates.register.search.conditions import listed_on
from certificates.register.search.query import LONGEST_QUERY, numbers_in

MOST = 10_000
_TOO_MANY = N_("A list may have at most 10,000 numbers; this one has %(count)s. Divide it.")
_EMPTY = N_("There is no number in the list.")
_SHOWN = (
    RegisterEntry.public_id,
    RegisterEntry.legal_name,
    RegisterEntry.country,
    RegisterEntry.register_number,
    RegisterEntry.city,
    RegisterEntry.state,
    RegisterEntry.conditional,
    RegisterEntry.provisional,
    RegisterEntry.since,
    RegisterEntry.applied_on,
    RegisterEntry.applied_months,
    RegisterEntry.valid_until,
    RegisterEntry.certificate_number,
    RegisterEntry.sort_name,
)


class Outcome(StrEnum):
    """What came of one number."""

    FOUND = "found"
    SEVERAL = "several"
    UNKNOWN = "unknown"
    UNREADABLE = "unreadable"  # it has too few digits for a number


@dataclass(frozen=True, slots=True)
class Checked:
    """A number as it was asked for, and the entries that have it."""

    asked: str
    outcome: Outcome
    entries: tuple[RegisterEntry, ...] = ()

    def is_reliable(self, day: date) -> bool:
        """Return whether one agency has the number, and one may rely on it on `day`."""
        return self.outcome is Outcome.FOUND and may_rely(self.entries[0].status_on(day))


def check_all(session: Session, asked: Sequence[str], day: date) -> list[Checked]:
    """Look up every number, in order, with one statement. RuleError for an empty list, and for one that is too long."""
    texts = [stripped for text in asked if (stripped := text.strip())]
    if not texts:
        raise RuleError(_EMPTY)
    if len(texts) > MOST:
        raise RuleError(_TOO_MANY, count=len(texts))
    numbers = {text: numbers_in(text[:LONGEST_QUERY]) for text in dict.fromkeys(texts)}
    entries = _by_number(session, {number for each in numbers.values() for number in each}, day)
    return [_checked(text, numbers[text], entries) for text in texts]


def _checked(text: str, numbers: Sequence[str], known: dict[str, list[RegisterEntry]]) -> Checked:
    if not numbers:
        return Checked(text, Outcome.UNREADABLE)
    if len(numbers) == 1:
        found = known.get(numbers[0], [])
    else:
        found = list({entry.agency_id: entry for number in numbers for entry in known.get(number, ())}.values())
    if not found:
        return Checked(text, Outcome.UNKNOWN)
    if len(found) == 1:
        return Checked(text, Outcome.FOUND, (found[0],))
    return Checked(text, Outcome.SEVERAL, tuple(sorted(found, key=lambda entry: (entry.sort_name, entry.public_id))))


_ASKED = func.unnest(bindparam("numbers", type_=ARRAY(Text))).column_valued("asked")


def _by_number(session: Session, numbers: set[str], day: date) -> dict[str, list[RegisterEntry]]:
    """Return the listed entries by each of the numbers that they have."""
    query = (
        select(_ASKED, RegisterEntry)
        .join(RegisterEntry, RegisterEntry.numbers.contains(array([_ASKED])))
        .where(listed_on(day))
        .options(load_only(*_SHOWN, raiseload=True))
    )
    known: dict[str, list[RegisterEntry]] = {}
    for number, entry in session.execute(query, {"numbers": sorted(numbers)}):
        known.setdefault(number, []).append(entry)
    return known
