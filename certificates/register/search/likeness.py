"""Tell whether a visitor could take one agency for another."""

from collections.abc import Sequence
from datetime import date

from certificates.register.models import RegisterEntry
from certificates.register.rules import may_rely
from certificates.register.search.folding import is_slip, telling, words
from certificates.register.search.names import variants_of


def easily_confused(entries: Sequence[RegisterEntry], day: date) -> bool:
    """Return whether two of the entries have almost the same name, and one may rely on only one of them."""
    reliable = [entry for entry in entries if may_rely(entry.status_on(day))]
    others = [entry for entry in entries if not may_rely(entry.status_on(day))]
    return any(_alike(one.legal_name, other.legal_name) for one in reliable for other in others)


def _alike(one: str, other: str) -> bool:
    """Return whether the words that tell in the shorter name stand in the longer one, perhaps with a slip."""
    short, long = sorted((telling(words(one)), telling(words(other))), key=len)
    if len(short) < 2 and len(short) != len(long):  # noqa: PLR2004  # one word stands in many names
        return False
    return all(any(_same(word, each) for each in long) for word in short)


def _same(one: str, other: str) -> bool:
    return bool(variants_of(one) & variants_of(other)) or is_slip(one, other)
