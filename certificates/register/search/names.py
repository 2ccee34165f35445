"""Spell a name in every way in which people type it: what the register stores, and what a search asks for. Pure."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from certificates.register.search.folding import LONGEST_WORD, may_slip, telling, words
from certificates.register.search.noise import LEGAL_FORMS, SHORT
from certificates.register.search.romanising import romanised

FORM = 2
"""Version of what `searchable` returns. Raise it when that changes: rows of an older version are then made anew."""

FORMER, PLACE = "~", "@"
"""Signs before the forms of a former name and of a place, which are no name of the agency today."""
WHOLE = "="
"""Sign before a word that is a whole name, so that an index finds just those who are called so."""

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "Ä": "ae", "Ö": "oe", "Ü": "ue", "Å": "aa", "Ø": "oe"})  # fmt: skip  # noqa: E501
_AND = re.compile(r"\s[&+]\s")
_JOINS = (" en ", " and ", " und ")
_PARTS = re.compile(r"\d+|\D+")
_SEPARATORS = re.compile(rf"[| {FORMER}{PLACE}]+")


@dataclass(frozen=True, slots=True)
class Searchable:
    """The search columns of an entry.

    `folded` holds every form of every name, as `|jansen en zonen bv|jansen zonen|jansenzonen|~a former one|@a place|`;
    `words` every word of them, also two neighbours as one word.
    """

    folded: str
    words: list[str]


def searchable(names: Iterable[str], former: Iterable[str] = (), city: str = "") -> Searchable:
    """Return the search columns for the names of an agency, its former names, and its town."""
    forms: dict[str, None] = {}
    found: set[str] = set()
    marked = [("", name) for name in names] + [(FORMER, name) for name in former] + [(PLACE, city)]
    for sign, name in marked:
        for spelled in spellings(name):
            made = phrases(spelled)
            joined = [form for form in made if " " not in form]
            forms.update(dict.fromkeys([sign + form for form in made]))
            found.update(spelled, joined_neighbours(spelled), joined)
            if not sign:
                found.update([WHOLE + form for form in joined])
    return Searchable(f"|{'|'.join(form for form in forms if form)}|", sorted(found))


def spellings(name: str) -> list[list[str]]:
    """Return the words of a name as they are written, and in the other ways in which they may be."""
    ways = [words(name), words(name, apart=True)]
    if (spelled_out := name.translate(_UMLAUTS)) != name:
        ways.append(words(spelled_out))
    ways += [words(latin) for latin in romanised(name)]
    ways += [words(_AND.sub(join, name)) for join in _JOINS if _AND.search(name)]
    found = dict.fromkeys([tuple(way) for way in ways if way])  # most are the same, and so are their variants
    others = [tuple(other) for way in found for other in _variants(way)]
    return [list(way) for way in dict.fromkeys([*found, *others])]


def phrases(spelled: Sequence[str]) -> list[str]:
    """Return the forms of a whole name: all words, those that tell, those as one word, all but legal forms as one."""
    tell = telling(spelled)
    formless = "".join(word for word in spelled if word not in LEGAL_FORMS)
    made = [" ".join(spelled), " ".join(tell), "".join(tell)[:LONGEST_WORD], formless[:LONGEST_WORD]]
    return list(dict.fromkeys(form for form in made if form))


def joined_neighbours(spelled: Sequence[str]) -> Iterator[str]:
    """Yield two or three neighbours as one word."""
    formless, tell = [word for word in spelled if word not in LEGAL_FORMS], telling(spelled)
    for way in (formless, tell) if tell != formless else (formless,):
        for length in (2, 3):
            for start in range(len(way) - length + 1):
                yield "".join(way[start : start + length])[:LONGEST_WORD]


def slipping(folded: str) -> list[str]:
    """Return the words of the forms in which a typing error is tolerated."""
    return sorted(word for word in set(_SEPARATORS.split(folded)) if may_slip(word))


def variants_of(word: str) -> set[str]:
    """Return a folded word and what stands for it: the long form of a short one, y for ij."""
    return {word, SHORT.get(word, word), word.replace("ij", "y")}


def _variants(way: Sequence[str]) -> Iterator[list[str]]:
    """Yield the name with y for ij, short words in full, letters apart from digits, and single letters joined."""
    yield [word.replace("ij", "y") for word in way]
    yield [SHORT.get(word, word) for word in way]
    yield [part for word in way for part in (_PARTS.findall(word) if not word.isdecimal() else [word])]
    yield list(_joined_letters(way))


def _joined_letters(way: Sequence[str]) -> Iterator[str]:
    run = ""
    for word in way:
        if len(word) == 1:
            run += word
            continue
        if run:
            yield run
        run = ""
        yield word
    if run:
        yield run
