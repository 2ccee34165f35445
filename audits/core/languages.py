"""The languages of pages, norms and documents: the only list of them, and the texts of their catalogues.

A further language is one entry here, one catalogue in `portal/translations`, and its texts in the norm. A language of
workers alone has a catalogue of the few texts of the pages for workers (`babel-workers.cfg`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

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
