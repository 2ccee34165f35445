"""Read the parameters of addresses: the same on pages and in the open data; all that are wrong are named at once."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from flask import request

from certificates.lifecycle.rules import LISTED
from certificates.register.places import ABROAD, PROVINCES, UNKNOWN
from certificates.register.queries import Asked
from certificates.register.search.cursor import Cursor, Sort
from certificates.register.search.filters import NO, YES, Facet, Filters
from certificates.register.search.query import LONGEST_QUERY, PAGE_SIZE
from portal.doors.registry.problems import InvalidQueryError

LARGEST_PAGE = 100
DEEPEST_PAGE = 10_000
MOST_VALUES = 20

Read = Callable[[str], Any]


def read_query(known: Mapping[str, Read], lists: Mapping[str, Read] | None = None) -> dict[str, Any]:
    """Parse the query parameters; those of `lists` may be repeated. InvalidQueryError names all that are wrong."""
    read: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for name, values in request.args.lists():
        try:
            read[name] = _values(name, values, known, lists or {})
        except ValueError as error:
            errors[name] = str(error)
    if errors:
        raise InvalidQueryError(errors)
    return read


def read_asked(day: date, *, also: tuple[str, ...] = ()) -> Asked:
    """Return what is asked of the register; `also` are further parameters of this address."""
    read = read_query(_SEARCH | dict.fromkeys(also, str), _FACETS)
    cursor: Cursor | None = read.get("cursor")
    if cursor and "page" in read:
        raise InvalidQueryError({"page": "cannot be given with cursor"})
    if cursor and cursor.sort is not read.get("sort", cursor.sort) and "sort" in request.args:
        raise InvalidQueryError({"cursor": "is of another sort"})
    chosen = {facet: tuple(dict.fromkeys(read[facet.value])) for facet in Facet if read.get(facet.value)}
    return Asked(
        day,
        read.get("q", ""),
        Filters(chosen),
        read.get("sort") or (cursor.sort if cursor else Sort.RELEVANCE),
        cursor,
        read.get("page", 1),
        read.get("pageSize", PAGE_SIZE),
    )


def plain(asked: Asked) -> dict[str, Any]:
    """Return the parameters that ask for the same again, from the first page on."""
    chosen: dict[str, Any] = {facet.value: list(values) for facet, values in asked.filters.chosen.items()}
    kept = {"q": asked.text} | chosen
    if asked.sort is not Sort.RELEVANCE:
        kept["sort"] = asked.sort.value
    if asked.size != PAGE_SIZE:
        kept["pageSize"] = asked.size
    return {name: value for name, value in kept.items() if value}


def _values(name: str, values: list[str], known: Mapping[str, Read], lists: Mapping[str, Read]) -> Any:
    if name in lists:
        if len(values) > MOST_VALUES:
            raise ValueError(f"must be given at most {MOST_VALUES} times")
        return [lists[name](value) for value in values if value]  # a form sends what was left empty
    if name not in known:
        raise ValueError("unknown parameter")
    if len(values) > 1:
        raise ValueError("given more than once")
    return known[name](values[0])


def whole_number(low: int, high: int, digits: int = 9) -> Read:
    """Read a whole number of at most so many digits within bounds."""

    def read(value: str) -> int:
        if value.isascii() and value.isdigit() and len(value) <= digits and low <= int(value) <= high:
            return int(value)
        raise ValueError(f"must be a whole number from {low} to {high}")

    return read


def _text(value: str) -> str:
    if len(value) > LONGEST_QUERY:
        raise ValueError(f"must have at most {LONGEST_QUERY} characters")
    return value


def _word(value: str) -> str:
    if not value.isprintable():
        raise ValueError("must be printable")
    return _text(value)


def _one_of(*allowed: str) -> Read:
    def read(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"must be one of {', '.join(allowed)}")
        return value

    return read


def _country(value: str) -> str:
    if len(value) == 2 and value.isascii() and value.isalpha() and value.isupper():  # noqa: PLR2004
        return value
    raise ValueError("must be the code of a country, like PL")


def _sort(value: str) -> Sort:
    return Sort(_one_of(*Sort)(value))


def _cursor(value: str) -> Cursor:
    try:
        return Cursor.read(value)
    except ValueError as wrong:
        raise ValueError("must come from a link to another page of results") from wrong


_SEARCH: dict[str, Read] = {
    "q": _text,
    "sort": _sort,
    "cursor": _cursor,
    "page": whole_number(1, DEEPEST_PAGE),
    "pageSize": whole_number(1, LARGEST_PAGE),
}
_FACETS: dict[str, Read] = {facet.value: _word for facet in Facet} | {
    Facet.STATUS.value: _one_of(*LISTED),
    Facet.PROVINCE.value: _one_of(*PROVINCES, ABROAD, UNKNOWN),
    Facet.HOUSING.value: _one_of(YES, NO),
    Facet.CONDITIONS.value: _one_of(YES, NO),
    Facet.RECRUITS_IN.value: _country,
}
