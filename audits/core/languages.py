"""The languages of pages, norms and documents: the only list of them, and the texts of their catalogues.

A further language is one entry here, one catalogue in `portal/translations`, and its texts in the norm.
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
    """One language: `locale` tells a browser how to write dates, `percent` is the pattern of a share in CLDR terms."""

    code: str
    name: str  # as its own readers call it
    locale: str
    percent: str


DEFAULT = "nl"
"""Read by whoever asks for a language that we do not have, or that a text lacks."""

SOURCE = "en"
"""The language of the texts in the code, which are the keys of the catalogues."""

LANGUAGES: Mapping[str, Language] = MappingProxyType(
    {
        language.code: language
        for language in (
            Language(DEFAULT, "Nederlands", "nl", "0.# %"),
            Language(SOURCE, "English", "en-GB", "0.#%"),
        )
    }
)
"""By code (ISO 639-1), in the order in which people choose."""

NAMES: Mapping[str, str] = MappingProxyType({code: language.name for code, language in LANGUAGES.items()})

IN_EVERY_NORM = (DEFAULT, SOURCE)
"""The languages of scheme format 1.0: a norm has each of its texts in these; one in a later language may be missing."""


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text in a language; where it is missing, that in the default language, else the first there is."""
    return texts.get(language) or texts.get(DEFAULT) or next(iter(texts.values()))


def say(text: str, language: str) -> str:
    """A text of the code in a language; one that its catalogue lacks stays as it is."""
    return catalogue(language).gettext(text)


@lru_cache(maxsize=16)
def catalogue(language: str, folder: Path = CATALOGUES) -> NullTranslations:
    """The compiled texts of a language below `folder`; without any, every text stays as it is."""
    return Translations.load(folder, [language])
