"""Read what a visitor typed: words with all that may stand for them, or numbers. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from audits.agencies.trade_registers import TRADE_REGISTERS, clean_register_number
from audits.core.errors import RuleError
from certificates.register.search.folding import LONGEST_WORD, normalise_number, telling, words
from certificates.register.search.names import phrases, spellings, variants_of
from certificates.register.search.noise import LEGAL_FORMS

MOST_WORDS = 8
_SHORTEST_PREFIX = 3  # a shorter word must be a whole word
_FEWEST_DIGITS = 4
_LONGEST_JOIN = 5  # words
_KVK, _BRANCH = 8, 12  # digits
_ADDRESS = re.compile(
    r"(?:https?://)?(?:[^\s/@]+@)?(?:www\.)?(?P<name>[^\s./@:]{3,})(?:\.[a-z]{2,3})?\.[a-z]{2,}(?:[/?#]\S*)?",
    re.IGNORECASE,
)
_RUNS = re.compile(r"[0-9](?:[\s.\-]*[0-9]){6,}")
# What people call the number, which is no part of it.
_LABELS = re.compile(
    r"\b(?:kvk|btw|vat|nip|krs|cui|rsin|handelsregister|vestiging|vestigingsnummer|nummer|nr|no)\b[-.:#\s]*"
)


@dataclass(frozen=True, slots=True)
class Unit:
    """One word that tells something: `like` are words that may stand for it, `joined` those that hold it."""

    like: tuple[str, ...]
    joined: tuple[str, ...]

    def query(self, more: Iterable[str] = ()) -> str:
        """Return it as a part of a tsquery; `more` are words that resemble it."""
        words = [*self.fitting, *((word, False) for word in more)]
        parts = [f"'{word}'" + (":*" if begins else "") for word, begins in words]
        return f"({' | '.join(parts)})"

    @property
    def fitting(self) -> list[tuple[str, bool]]:
        """Return the words one of which an entry must hold, each with whether a word may also only begin so."""
        likes = [(word, len(word) >= _SHORTEST_PREFIX) for word in self.like]
        return likes + [(word, False) for word in self.joined]


@dataclass(frozen=True, slots=True)
class Typed:
    """A typed name: its units, all of which an entry must hold, and its forms as a whole."""

    words: tuple[str, ...]
    units: tuple[Unit, ...]
    whole: tuple[str, ...]  # as written
    formless: tuple[str, ...]  # without legal forms, as one word
    tell: tuple[str, ...]  # only what tells something

    @property
    def query(self) -> str:
        """Return the tsquery of entries that hold all units."""
        return " & ".join(unit.query() for unit in self.units)


def typed(text: str) -> Typed | None:
    """Return the words of a text; None when there are none."""
    text = _name_in_address(text.strip()) or text
    base = words(text)[:MOST_WORDS]
    if not base:
        return None
    ways = [way for way in spellings(text) if len(way) >= len(base)]
    tell = telling(base)
    places = [place for place, word in enumerate(base) if word in tell]
    forms = [form for way in spellings(text) for form in phrases(way)]
    return Typed(
        words=tuple(base),
        units=tuple(_unit(base, ways, tell, place) for place in places),
        whole=tuple(dict.fromkeys(" ".join(way) for way in spellings(text))),
        formless=tuple(dict.fromkeys("".join(w for w in way if w not in LEGAL_FORMS)[:LONGEST_WORD] for way in ways)),
        tell=tuple(dict.fromkeys(forms)),
    )


def numbers_in(text: str) -> list[str]:
    """Return possible numbers in the text, normalised: all of it, its digits, or the end of a pasted address.

    Also a KvK number without its leading zero or with the number of a branch behind it, and the number of another
    country as it is written there.
    """
    plain = _LABELS.sub("", text.casefold())
    whole = normalise_number(plain)
    digits = "".join(char for char in whole if char.isdigit())
    if len(digits) < _FEWEST_DIGITS:
        return []
    if whole == digits and len(digits) == _KVK:
        return [digits]
    tail = normalise_number(re.split(r"[?#]", text)[0].rstrip("/").rsplit("/", maxsplit=1)[-1])
    runs = [normalise_number(run) for run in _RUNS.findall(text)]
    found = {whole, digits, tail, *runs, *_kvk([digits, *runs]), *_of_countries(text, whole)}
    return sorted(number for number in found if len(number) >= _FEWEST_DIGITS)


def _kvk(digits: Iterable[str]) -> set[str]:
    padded = {run.zfill(_KVK) for run in digits if len(run) == _KVK - 1}
    return padded | {run[:_KVK] for run in digits if len(run) == _BRANCH}


def _of_countries(text: str, whole: str) -> set[str]:
    """Return the number as each trade register writes it; a country is tried if its code stands before the number."""
    code = whole[:2].upper().replace("EL", "GR")
    tried = {code} & TRADE_REGISTERS.keys() | {"DE", "HU", "FR", "BG", "CZ"}
    found: set[str] = set()
    for country in tried:
        for number in (text, whole[2:] if country == code else text):
            try:
                found.add(normalise_number(clean_register_number(country, number)))
            except RuleError:
                continue
    return found


def _unit(base: Sequence[str], ways: Iterable[Sequence[str]], tell: Sequence[str], place: int) -> Unit:
    same = {way[place] for way in ways if len(way) == len(base)} | {base[place]}
    like = {other for word in same for other in variants_of(word)}
    joined = set(_spans(base, place))
    if base[place] in tell:
        joined |= set(_spans(tell, tell.index(base[place])))
    return Unit(tuple(sorted(like)), tuple(sorted(joined - like)))


def _spans(row: Sequence[str], place: int) -> Iterable[str]:
    """Yield neighbours that include this place, written as one word."""
    for start in range(max(0, place - _LONGEST_JOIN + 1), place + 1):
        for end in range(max(place + 1, start + 2), min(len(row), start + _LONGEST_JOIN) + 1):
            yield "".join(row[start:end])[:LONGEST_WORD]
    if len(row) > _LONGEST_JOIN:
        yield "".join(row)[:LONGEST_WORD]


def _name_in_address(text: str) -> str:
    """Return the name in the address of a website or a mail address; empty if the text is something else."""
    found = _ADDRESS.fullmatch(text)
    return found["name"] if found else ""
