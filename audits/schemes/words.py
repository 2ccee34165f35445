"""The texts of a scheme, by language, and their conversion from plain maps."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from audits.core.languages import LANGUAGES, in_language

T = TypeVar("T")


class Text(Mapping[str, str]):
    """A text by language; never empty, immutable."""

    __slots__ = ("_texts",)

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = dict(texts)

    @classmethod
    def shared(cls, name: str) -> "Text":
        """Return a text that is the same in every language."""
        return cls(dict.fromkeys(LANGUAGES, name))

    def __getitem__(self, language: str) -> str:
        return self._texts[language]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __hash__(self) -> int:
        return hash(frozenset(self._texts.items()))

    def __repr__(self) -> str:
        return f"Text({self._texts!r})"

    def in_(self, language: str) -> str:
        """Return the text in a language, with the fallback of `languages.in_language`."""
        return in_language(self._texts, language)


def text_of(plain: Mapping[str, str] | str) -> Text:
    """Convert to Text; a plain string is a name that all languages share."""
    return Text.shared(plain) if isinstance(plain, str) else Text(plain)


def texts_of(plain: Mapping[str, Any]) -> Mapping[str, Text]:
    """Convert a map of texts."""
    return table_of(plain, lambda _, text: text_of(text))


def table_of(plain: Mapping[str, Any], make: Callable[[str, Any], T]) -> Mapping[str, T]:
    """Convert a map from codes; `make` gets code and value. The order stays."""
    return MappingProxyType({code: make(code, item) for code, item in plain.items()})
