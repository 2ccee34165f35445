"""Put codes into words, as certificates, extracts and pages print them."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import TypedDict, cast

from babel.dates import format_date

from audits.agencies.rules import Scope, ScopeInWords
from audits.agencies.wording import country_name
from audits.core.errors import N_
from audits.core.languages import say
from audits.schemes.text import SchemeText
from audits.schemes.words import Text


def scope_in_words(scope: Scope, scheme: SchemeText, language: str) -> ScopeInWords:
    """Return a scope in words of its scheme version; a code without a name stays a code."""
    words = {
        "activities": _named(scope.activities, scheme.activities, language),
        "sectors": _named(scope.sectors, scheme.sectors, language),
        "recruitment_countries": [country_name(code, language) for code in scope.recruitment_countries],
    }
    return cast(ScopeInWords, scope.plain() | words)


_HOUSING = N_("Own housing")


def items_in_words(scope: Scope, scheme: SchemeText, language: str) -> list[str]:
    """Return each item of a scope in words, as one list."""
    words = scope_in_words(scope, scheme, language)
    housing = [say(_HOUSING, language)] if scope.offers_housing else []
    return [*words["activities"], *words["sectors"], *housing, *words["recruitment_countries"]]


class ConditionTerms(TypedDict):
    """A condition of a certificate as it is public: its text, its last day, and the day on which it was met."""

    text: str
    due_on: str
    met_on: str | None


_DUE = N_("To be met by %(day)s.")


def conditions_in_words(terms: Iterable[ConditionTerms], language: str) -> list[str]:
    """Return each condition that is not met yet, with its last day."""
    return [_due(each, language) for each in terms if each["met_on"] is None]


def _due(terms: ConditionTerms, language: str) -> str:
    day = format_date(date.fromisoformat(terms["due_on"]), "d MMMM y", locale=language)
    stop = "" if terms["text"].endswith((".", "!", "?")) else "."
    return f"{terms['text']}{stop} {say(_DUE, language) % {'day': day}}"


def _named(codes: Iterable[str], vocabulary: Mapping[str, Text], language: str) -> list[str]:
    return [vocabulary[code].in_(language) if code in vocabulary else code for code in codes]
