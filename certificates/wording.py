"""Put codes into words, as certificates, extracts and pages print them."""

from collections.abc import Iterable, Mapping
from typing import cast

from audits.agencies.rules import Scope, ScopeInWords
from audits.agencies.wording import country_name
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


def _named(codes: Iterable[str], vocabulary: Mapping[str, Text], language: str) -> list[str]:
    return [vocabulary[code].in_(language) if code in vocabulary else code for code in codes]
