"""Search the register by number, name, part of a name, or a name with a typing error."""

from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, Text, bindparam, func, literal, select, tuple_, union_all
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from certificates.lifecycle.rules import Status
from certificates.register.models import RegisterEntry, RegisterSlip
from certificates.register.plain import LISTED, SHOWN, copied
from certificates.register.search import folding, plans
from certificates.register.search.conditions import listed_on, shows, within
from certificates.register.search.counting import Counted, count, count_all
from certificates.register.search.cursor import Cursor, Sort
from certificates.register.search.exact import HAVE_CONTACT, by_contact, contact_in
from certificates.register.search.filters import Facet, Filters
from certificates.register.search.how import How
from certificates.register.search.plans import Plan, Shape, hits
from certificates.register.search.typed import Typed, numbers_in, typed

__all__ = ["LONGEST_QUERY", "PAGE_SIZE", "Asked", "Found", "How", "find", "listed_on", "numbers_in", "search", "shows"]

PAGE_SIZE = 20
LONGEST_QUERY = 200
_MOST_SLIPS = 2000  # rows
_SHORTEST_SLIP = folding.SHORTEST_NEAR - 1  # it may be a longer word without one of its letters
_MOST_NEAR = 40  # words that resemble one
_FEW_ALIKE = 5
_TABLE = RegisterEntry.__table__
_SORTED: tuple[Any, ...] = (RegisterEntry.sort_name, RegisterEntry.public_id, RegisterEntry.updated_at)
_KEYS = {
    Sort.RELEVANCE: ("rank", "sort_name", "public_id"),
    Sort.NAME: ("sort_name", "public_id"),
    Sort.CHANGED: ("updated_at", "public_id"),
}
_SLIPS = select(RegisterSlip.rest, RegisterSlip.word).limit(_MOST_SLIPS)
_SLIPS = _SLIPS.where(RegisterSlip.rest == func.any(bindparam("rests", type_=ARRAY(Text))))
_CONTACT = select(literal(""), literal("")).select_from(RegisterEntry).where(HAVE_CONTACT)
_SLIPS_OR_CONTACT = union_all(_SLIPS.subquery().select(), _CONTACT)
"""Also an empty pair for who has the contact: both are asked when no name has the words, so they share a statement.

Rows and no EXISTS: for that a generic plan looks through the whole register, and hopes for an early hit.
"""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the register on a day."""

    day: date
    text: str = ""
    filters: Filters = field(default_factory=Filters)
    sort: Sort = Sort.RELEVANCE
    cursor: Cursor | None = None
    page: int = 1
    size: int = PAGE_SIZE
    brief: bool = False  # without what a list of results does not show

    @property
    def first(self) -> bool:
        """Return whether the first page is asked for."""
        return self.cursor is None and self.page == 1

    def order(self, how: How) -> Sort:
        """Return the order of the results: without a text nothing fits better than another."""
        return Sort.NAME if self.sort is Sort.RELEVANCE and how in {How.ALL, How.NUMBER} else self.sort


@dataclass(frozen=True, slots=True)
class Found:
    """One page of results; `counted` has the numbers of all pages, `alike` a few whose names resemble the text."""

    entries: list[RegisterEntry]
    counted: Counted
    page: int
    size: int
    how: How
    before: str = ""  # the cursor of the previous page
    after: str = ""  # and of the next one
    alike: list[RegisterEntry] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Return the number of entries on all pages, as far as they are counted."""
        return self.counted.total

    @property
    def pages(self) -> int:
        """Return the number of pages, at least one."""
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, slots=True)
class Resembling:
    """For each unit whether a name has it, and the words of names that differ from it by one slip."""

    known: list[bool]
    near: list[list[str]]
    is_contact: bool


def search(
    session: Session, text: str, *, day: date, status: Status | None = None, page: int = 1, size: int = PAGE_SIZE
) -> Found:
    """Return one page of the entries listed on `day` that match the text; an empty text matches all."""
    filters = Filters({Facet.STATUS: (status.value,)}) if status else Filters()
    return find(session, Asked(day, text, filters, page=page, size=size))


def find(session: Session, asked: Asked, *, page: bool = False) -> Found:
    """Return one page of the entries that match.

    Tried in order: a number; names with all words; names in which each word has at most one wrong letter; names that
    lack one of the words. The first that finds anything is the answer. For a `page` that people read: names that
    resemble a short answer are added, and the whole name of a contact finds the agency.
    """
    asked = replace(asked, text=asked.text.strip()[:LONGEST_QUERY], brief=page)
    if not asked.text:
        return _page(session, asked, plans.everything())
    numbers = numbers_in(asked.text)
    if numbers and _may_be(asked, How.NUMBER):
        found = _page(session, asked, plans.by_number(numbers))
        if found.total:
            return found
    named = typed(asked.text)
    if named is None:
        return Found([], Counted(0), asked.page, asked.size, How.WORDS)
    if _may_be(asked, How.WORDS):
        found = _page(session, asked, plans.by_words(named))
        if found.total:
            return replace(found, alike=_alike(session, asked, named, found)) if page else found
    contact = contact_in(asked.text) if page and asked.first and not asked.filters.chosen else None
    resembling = _resembling(session, named, contact)
    if contact and resembling.is_contact and (known := by_contact(session, contact, asked.day)):
        return Found([entry for entry, _ in known], count_all(known, asked.day), asked.page, asked.size, How.CONTACT)
    return _near(session, asked, named, resembling)


def _may_be(asked: Asked, how: How) -> bool:
    return asked.cursor is None or asked.cursor.how is how


def _near(session: Session, asked: Asked, named: Typed, resembling: Resembling) -> Found:
    found = _page(session, asked, plans.by_near_words(named, resembling.near, resembling.known))
    if found.total or len(named.units) == 1:
        return found
    return _page(session, asked, plans.by_some_words(named, resembling.near))


def _alike(session: Session, asked: Asked, named: Typed, found: Found) -> list[RegisterEntry]:
    """Return a few entries whose names resemble the text, beside those that have its words."""
    if found.after or not asked.first:
        return []
    resembling = _resembling(session, named)
    if not any(resembling.near):
        return []
    wider = replace(asked, size=found.total + _FEW_ALIKE)
    seen = {entry.agency_id for entry in found.entries}
    rows = _rows(session, wider, plans.by_near_words(named, resembling.near, resembling.known))[0]
    return [entry for entry, _ in rows if entry.agency_id not in seen][:_FEW_ALIKE]


def _page(session: Session, asked: Asked, plan: Plan) -> Found:
    rows, before, after = _rows(session, asked, plan)
    if asked.first and not after and not (rows and asked.filters.chosen):
        counted = count_all(rows, asked.day)
    else:
        counted = count(session, plan, asked.filters, asked.day)
    return Found([entry for entry, _ in rows], counted, asked.page, asked.size, plan.how, before, after)


def _rows(session: Session, asked: Asked, plan: Plan) -> tuple[list[tuple[RegisterEntry, list[str]]], str, str]:
    """Return the entries of a page with their tags, and the cursors of the pages before and after it."""
    sort, back = asked.order(plan.how), asked.cursor is not None and asked.cursor.back
    cursor = asked.cursor if asked.cursor and asked.cursor.sort is sort else None
    shape = plan.shape(asked.filters.query)
    query = _statement(
        shape, asked.filters.statuses, asked.day, sort, back, begins=cursor is not None, brief=asked.brief
    )
    values = plan.values(asked.filters.query) | {"size": asked.size + 1, "skipped": (asked.page - 1) * asked.size}
    if cursor:
        values |= {f"last{place}": value for place, value in enumerate(cursor.key)}
    rows = session.connection().execute(query, values).all()
    columns = LISTED if asked.brief else SHOWN
    here, more = rows[: asked.size], len(rows) > asked.size
    here = here[::-1] if back else here
    if not here:
        return [], "", ""
    keys = [tuple(row[len(columns) + 1 :]) for row in (here[0], here[-1])]
    first, last_key = (Cursor(plan.how, sort, key, back=at == 0) for at, key in enumerate(keys))
    has_before = more if back else not asked.first
    has_after = True if back else more
    found = [(copied(columns, row), row[len(columns)]) for row in here]
    return found, str(first) if has_before else "", str(last_key) if has_after else ""


@lru_cache(maxsize=256)
def _statement(
    shape: Shape, statuses: tuple[Status, ...], day: date, sort: Sort, back: bool, *, begins: bool, brief: bool
) -> Select[Any]:
    """Return the statement of a page; `begins` behind the last entry that was seen."""
    found = hits(shape, within(statuses, day), *_SORTED)
    keys = [found.c[name] for name in _KEYS[sort]]
    down = (sort is Sort.CHANGED) != back
    query = select(*(LISTED if brief else SHOWN), _TABLE.c.tags, *keys)
    query = query.select_from(_TABLE.join(found, found.c.agency_id == _TABLE.c.agency_id))
    if begins:
        last = tuple_(*(bindparam(f"last{place}", type_=key.type) for place, key in enumerate(keys)))
        query = query.where(tuple_(*keys) < last if down else tuple_(*keys) > last)
    query = query.order_by(*(key.desc() if down else key for key in keys))
    return query.limit(bindparam("size", type_=Integer)).offset(bindparam("skipped", type_=Integer))


def _resembling(session: Session, named: Typed, contact: dict[str, Any] | None = None) -> Resembling:
    """Return which words of names the units have or resemble, and whether somebody is such a contact."""
    left = {word: folding.deletions(word) for unit in named.units for word in unit.like if len(word) >= _SHORTEST_SLIP}
    rests = sorted({rest for each in left.values() for rest in each})
    by_rest: dict[str, set[str]] = {}
    query, values = (_SLIPS_OR_CONTACT, {"rests": rests, "contact": contact}) if contact else (_SLIPS, {"rests": rests})
    for rest, word in session.connection().execute(query, values) if rests or contact else ():
        by_rest.setdefault(rest, set()).add(word)
    known, near = [], []
    for unit in named.units:
        found = {word for like in unit.like for rest in left.get(like, ()) for word in by_rest.get(rest, ())}
        known.append(any(like in found for like in unit.like))
        slips = (word for word in found - set(unit.like) if any(folding.is_slip(like, word) for like in unit.like))
        near.append(sorted(slips, key=len)[:_MOST_NEAR])
    return Resembling(known, near, "" in by_rest)
