"""Search the register by number, name, part of a name, or a name with a typing error."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select, true
from sqlalchemy.orm import Session, defer

from certificates.lifecycle.rules import Status
from certificates.lifecycle.workflow import CertificateState
from certificates.register.models import RegisterEntry
from certificates.register.rules import APPLIED_FOR
from certificates.register.search import folding

PAGE_SIZE = 20
LONGEST_QUERY = 200
_MOST_WORDS = 8
_MOST_NEAR = 500  # maximum number of candidates for typing errors
_TRIGRAM = 3  # minimum length for the trigram index on infixes
_FEWEST_DIGITS = 4
_HIDDEN = (defer(RegisterEntry.near), defer(RegisterEntry.folded), defer(RegisterEntry.numbers))


class How(StrEnum):
    """Which kind of match found the entries."""

    ALL = "all"
    NUMBER = "number"
    WORDS = "words"
    NEAR = "near"


@dataclass(frozen=True, slots=True)
class Found:
    """One page of results; `total` counts all pages."""

    entries: list[RegisterEntry]
    total: int
    page: int
    size: int
    how: How

    @property
    def pages(self) -> int:
        """Return the number of pages, at least one."""
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, slots=True)
class _Ask:
    """Parameters that all statements of one search share."""

    session: Session
    listed: ColumnElement[bool]
    page: int
    size: int


def search(
    session: Session, text: str, *, day: date, status: Status | None = None, page: int = 1, size: int = PAGE_SIZE
) -> Found:
    """Return one page of the entries listed on `day` that match the text; an empty text matches all.

    Tried in order: a number; names with all words; names in which each word has at most one wrong letter. The first
    that finds anything is the answer. At most three statements.
    """
    ask = _Ask(session, and_(listed_on(day), shows(status, day) if status else true()), page, size)
    text = text.strip()[:LONGEST_QUERY]
    if not text:
        return _page(ask, true(), How.ALL)
    if numbers := numbers_in(text):
        found = _page(ask, RegisterEntry.numbers.overlap(numbers), How.NUMBER)
        if found.total:
            return found
    typed = folding.words(text)[:_MOST_WORDS]
    if not typed:
        return Found([], 0, page, size, How.WORDS)
    words = folding.telling(typed)
    found = _page(ask, and_(*map(holds, words)), How.WORDS, typed)
    return found if found.total else _near(ask, words, typed)


def listed_on(day: date) -> ColumnElement[bool]:
    """Return the SQL condition for entries in the search; applications are listed only for a while."""
    return and_(
        RegisterEntry.listed,
        or_(RegisterEntry.state.is_not(None), RegisterEntry.applied_on >= day - APPLIED_FOR),
    )


def shows(status: Status, day: date) -> ColumnElement[bool]:
    """Return the SQL condition for this status on `day`; equivalent to RegisterEntry.status_on."""
    state, valid = RegisterEntry.state, RegisterEntry.valid_until >= day
    active = state == CertificateState.ACTIVE
    return {
        Status.APPLIED: and_(state.is_(None), RegisterEntry.applied_on >= day - APPLIED_FOR),
        Status.CERTIFIED: and_(active, valid, ~RegisterEntry.conditional),
        Status.CONDITIONAL: and_(active, valid, RegisterEntry.conditional),
        Status.SUSPENDED: state == CertificateState.SUSPENDED,
        Status.WITHDRAWN: state == CertificateState.WITHDRAWN,
        Status.ENDED: state == CertificateState.ENDED,
        Status.REPLACED: false(),  # the newest certificate of an agency never is
        Status.EXPIRED: and_(active, ~valid),
        Status.NONE: false(),  # not listed in the search
    }[status]


def numbers_in(text: str) -> list[str]:
    """Return possible numbers in the text, normalised: all of it, its digits, or the end of a pasted address."""
    normalise_number = folding.normalise_number(text)
    digits = "".join(char for char in normalise_number if char.isdigit())
    if len(digits) < _FEWEST_DIGITS:
        return []
    tail = folding.normalise_number(re.split(r"[?#]", text)[0].rstrip("/").rsplit("/", maxsplit=1)[-1])
    return sorted({normalise_number, digits, tail})


def holds(word: str) -> ColumnElement[bool]:
    """Return the condition that a name contains the word, also transliterated; short words must match whole words."""
    return or_(*(_holds(form) for form in {word, folding.latin(word)} if form))


def is_near(word: str) -> ColumnElement[bool]:
    """Return the condition that a name may contain the word with one wrong letter; `_slips` verifies it."""
    near = {rest for form in {word, folding.latin(word)} for rest in folding.deletions(form) if rest}
    return or_(holds(word), RegisterEntry.near.overlap(sorted(near)))


def _holds(word: str) -> ColumnElement[bool]:
    if len(word) < _TRIGRAM:
        return RegisterEntry.near.contains([word])
    return RegisterEntry.folded.like(f"%{word}%")  # a folded word needs no escaping in LIKE


def _order(typed: Sequence[str]) -> list[ColumnElement[Any]]:
    """Return the order: the exact name, names that begin so, names with these whole words, the rest."""
    alphabet: list[ColumnElement[Any]] = [RegisterEntry.sort_name.expression, RegisterEntry.public_id.expression]
    if not typed:
        return alphabet
    phrase, joined, folded = " ".join(typed), "".join(folding.telling(typed)), RegisterEntry.folded
    rank = case(
        (or_(folded.like(f"%|{phrase}|%"), folded.like(f"%|{joined}|%")), 0),
        (folded.like(f"|{phrase}%"), 1),
        (folded.like(f"%|{phrase}%"), 2),
        (RegisterEntry.near.contains(list(typed)), 3),
        else_=4,
    )
    return [rank, *alphabet]


def _page(ask: _Ask, fits: ColumnElement[bool], how: How, typed: Sequence[str] = ()) -> Found:
    query = select(RegisterEntry, func.count().over()).options(*_HIDDEN).where(ask.listed, fits)
    rows = ask.session.execute(query.order_by(*_order(typed)).limit(ask.size).offset((ask.page - 1) * ask.size)).all()
    total = rows[0][1] if rows else 0
    if not rows and ask.page > 1:  # beyond the last page the window function yields no row, hence no total
        total = ask.session.scalar(select(func.count()).select_from(RegisterEntry).where(ask.listed, fits)) or 0
    return Found([row[0] for row in rows], total, ask.page, ask.size, how)


def _near(ask: _Ask, words: Sequence[str], typed: Sequence[str]) -> Found:
    hidden = (defer(RegisterEntry.near), defer(RegisterEntry.numbers))
    query = select(RegisterEntry).options(*hidden).where(ask.listed, *map(is_near, words))
    candidates = ask.session.scalars(query.order_by(*_order(typed)).limit(_MOST_NEAR))
    counted = [(slips, entry) for entry in candidates if (slips := _slips(words, entry.folded)) is not None]
    fitting = [entry for _, entry in sorted(counted, key=lambda pair: pair[0])]
    first = (ask.page - 1) * ask.size
    return Found(fitting[first : first + ask.size], len(fitting), ask.page, ask.size, How.NEAR)


def _slips(words: Sequence[str], folded: str) -> int | None:
    """Return how many of the words have a wrong letter in this entry; None if one is missing."""
    there = set(re.split(r"[| ]", folded))
    slips = 0
    for word in words:
        forms = {word, folding.latin(word)}
        if any(form in folded for form in forms):
            continue
        if not any(folding.osa_distance(form, other) <= 1 for form in forms for other in there if _alike(form, other)):
            return None
        slips += 1
    return slips


def _alike(one: str, other: str) -> bool:
    return abs(len(one) - len(other)) <= 1 and folding.may_slip(one) and not other.isdecimal()
