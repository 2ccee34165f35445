"""Spell Cyrillic and Greek names in Latin letters, each language after its own official table. Pure.

A name does not say its language, so that every table that knows all of its letters is used, and all results are stored
beside each other. Bulgarian: Transliteration Act 2009. Ukrainian: resolution 55 of the Cabinet, 2010. Greek: ELOT 743.
Serbian and Macedonian: their own Latin alphabets. Russian: as names are written abroad, and as passports have it.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from functools import lru_cache

_FOREIGN = re.compile(r"[\u0370-\u03ff\u0400-\u04ff\u1f00-\u1fff]")
_START = re.compile(r"(?<![^\W\d_])([єїйюя])")
_UKRAINIAN_START = {"є": "ye", "ї": "yi", "й": "y", "ю": "yu", "я": "ya"}
_COMMON = dict(zip("абвгдезиклмнопрстуф", "abvgdeziklmnoprstuf", strict=True))


def _table(words: str) -> dict[str, str]:
    """Return the common letters with those of `words`: pairs like `ж zh`; a letter alone is left out."""
    pairs = (pair.partition("=") for pair in words.split())
    return dict(_COMMON) | {letter: latin for letter, _, latin in pairs}


_BULGARIAN = _table("ж=zh й=y х=h ц=ts ч=ch ш=sh щ=sht ъ=a ь=y ю=yu я=ya")
_UKRAINIAN = _table("г=h ґ=g є=ie ж=zh и=y і=i ї=i й=i х=kh ц=ts ч=ch ш=sh щ=shch ь= ю=iu я=ia '= ’= ʼ=")
_RUSSIAN = _table("ё=e ж=zh й=y х=kh ц=ts ч=ch ш=sh щ=shch ъ= ы=y ь= э=e ю=yu я=ya")
_PASSPORT = _RUSSIAN | {"й": "i", "ъ": "ie", "ю": "iu", "я": "ia"}
_SERBIAN = _table("ђ=dj ж=z ј=j љ=lj њ=nj ћ=c х=h ц=c ч=c џ=dz ш=s")
_SERBIAN_PLAIN = {**_SERBIAN, "ђ": "d"}
_MACEDONIAN = _table("ѓ=gj ж=zh ѕ=dz ј=j љ=lj њ=nj ќ=kj х=h ц=c ч=ch џ=dzh ш=sh")
_GREEK = dict(zip("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprsstyfo", strict=True)) | {"θ": "th", "χ": "ch", "ψ": "ps"}
_EVERYDAY_GREEK = {**_GREEK, "χ": "h", "υ": "i"}
_VOICELESS = "θκξπσςτφχψ"


def _by(table: Mapping[str, str]) -> Callable[[str], str]:
    return lambda text: "".join(table.get(letter, letter) for letter in text)


def _bulgarian(text: str) -> str:
    text = re.sub(r"ия(?![^\W\d_])", "иa", text)  # the end -ия is -ia, not -iya
    return _by(_BULGARIAN)(text.replace("българиa", "bulgaria"))


def _ukrainian(text: str) -> str:
    text = _START.sub(lambda found: _UKRAINIAN_START[found[1]], text.replace("зг", "zgh"))
    return _by(_UKRAINIAN)(text)


def _greek(table: Mapping[str, str], pair: str) -> Callable[[str], str]:
    """Return a function for Greek; `pair` is what becomes of omicron and upsilon."""

    def spell(text: str) -> str:
        # The diaeresis keeps two vowels apart; every other sign on a letter is left out.
        apart = unicodedata.normalize("NFD", text).replace("ι\u0308", "i").replace("υ\u0308", "y")
        text = "".join(sign for sign in apart if not unicodedata.combining(sign))
        text = re.sub(r"(?<![^\W\d_])μπ|μπ(?![^\W\d_])", "b", text)
        text = re.sub(rf"([αεη])υ(?=[{_VOICELESS}]|\b)", r"\1f", text)
        text = re.sub(r"([αεη])υ", r"\1v", text).replace("ου", pair)
        for two, latin in (("γγ", "ng"), ("γκ", "gk"), ("γξ", "nx"), ("γχ", "nch")):
            text = text.replace(two, latin)
        return _by(table)(text)

    return spell


_SPELL: tuple[Callable[[str], str], ...] = (
    _bulgarian,
    _ukrainian,
    *(_by(table) for table in (_RUSSIAN, _PASSPORT, _SERBIAN, _SERBIAN_PLAIN, _MACEDONIAN)),
    _greek(_GREEK, "ou"),
    _greek(_EVERYDAY_GREEK, "u"),
)


@lru_cache(maxsize=1024)
def romanised(text: str) -> tuple[str, ...]:
    """Return the spellings of a Cyrillic or Greek text in lower-case Latin letters; none for any other text."""
    if not _FOREIGN.search(text):
        return ()
    plain = unicodedata.normalize("NFC", text.casefold()).replace("ς", "σ")
    return tuple(dict.fromkeys(latin for spell in _SPELL if not _FOREIGN.search(latin := spell(plain))))
