"""Normalise names for search: without case, accents and dots, transliterated, tolerant of one wrong letter."""

import re
import unicodedata
from collections.abc import Iterable

LONGEST_WORD = 40
SHORTEST_NEAR = 4
"""Shorter words must match exactly."""

# Letters that NFKD does not decompose.
_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "ß": "ss", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "ı": "i", "þ": "th", "ħ": "h", "ŧ": "t"}
)
_LATIN = str.maketrans(
    dict(zip("абвгґдезиіклмнопрстуфыэјѕ", "abvggdeziiklmnoprstufyejz", strict=True))
    | {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}
    | {"є": "ye", "ђ": "dj", "љ": "lj", "њ": "nj", "ћ": "c", "џ": "dz"}
)
_APOSTROPHES = re.compile(r"['’‘ʼ`´]")
_INITIALS = re.compile(r"\b([^\W\d_])\.(?=[^\W\d_]\b)")
_WORD = re.compile(r"[^\W_]+")
_BARE = re.compile(r"[\W_]+")

# Legal forms are often left out or confused; they influence the order, never the match.
_FORMS = """
bv nv vof cv ua gmbh ag kg ohg ug ltd limited plc llc inc sarl sas sa srl spa sl slu sro doo ood eood ad ead sp z oo
spzoo kft zrt oy oyj ab as aps uab sia ou sprl bvba ооо тов оод еоод ад еад
"""
LEGAL_FORMS = frozenset(_FORMS.split())


def fold(text: str) -> str:
    """Return lower case without accents; Cyrillic stays Cyrillic."""
    # Twice: compatibility letters may decompose to capitals, and lower case may add accents.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(char for char in plain if not unicodedata.combining(char)).translate(_LETTERS)


def words(text: str, *, apart: bool = False) -> list[str]:
    """Return the folded words of a text, in order: `P.J. d'Hondt` is pj, dhondt; `apart` it is pj, d, hondt."""
    joined = _INITIALS.sub(r"\1", _APOSTROPHES.sub(" " if apart else "", fold(text)))
    return [word[:LONGEST_WORD] for word in _WORD.findall(joined)]


def telling(found: Iterable[str]) -> list[str]:
    """Return the words without legal forms, unless there is nothing else."""
    listed = list(found)
    return [word for word in listed if word not in LEGAL_FORMS] or listed


def latin(word: str) -> str:
    """Transliterate a folded Cyrillic word; return other words unchanged."""
    return word.translate(_LATIN)


def normalise_number(number: str) -> str:
    """Keep only the letters and digits of a number: `KW-2026-00001-13` is kw20260000113."""
    return _BARE.sub("", fold(number))


def deletions(word: str) -> set[str]:
    """Return the word, and from four letters on the word without each one of its letters.

    Two words that differ by one insertion, deletion, substitution or swap of neighbours share at least one of these
    (the symmetric deletion of SymSpell), so that an index on them finds every such typing error.
    """
    if not may_slip(word):
        return {word}
    return {word} | {word[:place] + word[place + 1 :] for place in range(len(word))}


def may_slip(word: str) -> bool:
    """Return whether typing errors are tolerated: not in short words, and not in numbers."""
    return len(word) >= SHORTEST_NEAR and not word.isdecimal()


def osa_distance(one: str, other: str) -> int:
    """Return the optimal string alignment distance: insertions, deletions, substitutions, swaps of neighbours."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [i]
        for j, sign in enumerate(other, start=1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != sign))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == sign:
                best = min(best, earlier[j - 2] + 1)
            row.append(best)
    return row[-1]


def searchable(names: Iterable[str], city: str) -> tuple[str, list[str]]:
    """Return the search columns: all names as `|one name|onename|another|`, and the deletions of every word.

    Each name is there as written, as one word (for searches `oost west` or `oostwest`), and transliterated.
    """
    forms: dict[str, None] = {}
    found: dict[str, None] = {}
    for name in [*names, city]:
        written = words(name)
        for spelled in (written, words(name, apart=True), [latin(word) for word in written]):
            joined = "".join(telling(spelled))[:LONGEST_WORD]
            forms.update(dict.fromkeys([" ".join(spelled), joined]))
            found.update(dict.fromkeys([*spelled, joined]))
    near = {rest for word in found if word for rest in deletions(word) if rest}
    return f"|{'|'.join(form for form in forms if form)}|", sorted(near)
