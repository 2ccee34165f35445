"""The languages of pages, norms and documents: the only list of them, and the texts of their catalogues.

A further language is one entry here, one catalogue in `portal/translations`, and its texts in the norm. A language of
workers alone has a catalogue of the few texts of the pages for workers (`babel-workers.cfg`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from babel import Locale
from babel.languages import get_official_languages
from babel.support import NullTranslations, Translations

CATALOGUES = Path(__file__).resolve().parents[2] / "portal" / "translations"


@dataclass(frozen=True, slots=True)
class Language:
    """One language: `locale` tells a browser how to write dates, `percent` and `day` are patterns in CLDR terms.

    `alpha3` is its code in ISO 639-3, by which catalogues name it.
    """

    code: str
    name: str  # its name in the language itself
    locale: str
    percent: str
    day: str = "long"
    alpha3: str = ""


DEFAULT = "nl"
"""Shown to readers whose language we lack, and for texts that are not translated into theirs."""

SOURCE = "en"
"""The language of the texts in the code, which are the keys of the catalogues."""

LANGUAGES: Mapping[str, Language] = MappingProxyType(
    {
        language.code: language
        for language in (
            Language(DEFAULT, "Nederlands", "nl", "0.# %", "d MMMM y", "NLD"),
            Language(SOURCE, "English", "en-GB", "0.#%", "d MMMM y", "ENG"),
        )
    }
)
"""By code (ISO 639-1), in the order in which people choose."""

NAMES: Mapping[str, str] = MappingProxyType({code: language.name for code, language in LANGUAGES.items()})

WORKERS: Mapping[str, Language] = MappingProxyType(
    {
        **LANGUAGES,
        **{
            language.code: language
            for language in (
                Language("pl", "Polski", "pl", "0.#%"),
                Language("ro", "Română", "ro", "0.# %"),
                Language("bg", "Български", "bg", "0.#%"),
                Language("uk", "Українська", "uk", "0.#%"),
                Language("es", "Español", "es", "0.# %"),
                Language("hu", "Magyar", "hu", "0.#%"),
            )
        },
    }
)
"""Languages of the pages for workers."""

IN_EVERY_NORM = (DEFAULT, SOURCE)
"""The languages that scheme format 1.0 requires for each text; later languages may be missing in older schemes."""


_NAMED = frozenset(Locale(SOURCE).languages)


@lru_cache(maxsize=300)
def spoken_in(country: str) -> tuple[str, ...]:
    """Return the official languages of a country (ISO 3166-1 alpha-2) by CLDR, in ISO 639; none if it has none.

    Those that only serve as such in practice, as English in the United States, count where no other does.
    """
    found = get_official_languages(country) or get_official_languages(country, de_facto=True)
    codes = dict.fromkeys(code.partition("_")[0] for code in found)  # without the script
    return tuple(code for code in codes if code in _NAMED)


SPOKEN = frozenset(code for country in Locale(SOURCE).territories for code in spoken_in(country)) | frozenset(WORKERS)
"""Languages that somebody may be known to speak: each is official somewhere."""


def language_name(code: str, language: str) -> str:
    """Return the name of a language by its code, or the code itself if it has no name."""
    return str(Locale(language).languages.get(code, code))


def in_language(texts: Mapping[str, str], language: str) -> str:
    """Return the text in a language, else in the default language, else in any."""
    return texts.get(language) or texts.get(DEFAULT) or next(iter(texts.values()))


def say(text: str, language: str) -> str:
    """Translate a text of the code; without a translation, return it unchanged."""
    return catalogue(language).gettext(text)


@lru_cache(maxsize=16)
def catalogue(language: str, folder: Path = CATALOGUES) -> NullTranslations:
    """Load the compiled catalogue of a language below `folder`; if there is none, texts stay untranslated."""
    return Translations.load(folder, [language])
