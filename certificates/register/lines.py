"""The whole register as lines of JSON and of CSV, which the database writes: no row becomes an object here.

`COPY` sends both lines of an entry from one read of its row. They say what the open data say of an agency, as
`agency_facts` of the door has it; a test compares the two.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from struct import Struct
from typing import Any, get_type_hints

from sqlalchemy import (
    Boolean,
    ColumnElement,
    FromClause,
    Select,
    String,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import Session

from audits.agencies.rules import Scope
from certificates import addresses
from certificates.lifecycle.rules import LISTED, RELIABLE, Status
from certificates.register.models import RegisterEntry
from certificates.register.rules import in_camels
from certificates.register.search.conditions import APPLIED_UNTIL, shows
from certificates.wording import ConditionTerms

Element = ColumnElement[Any]
Line = tuple[bytes, bytes]
"""An entry in UTF-8, as JSON and as CSV."""
BETWEEN = "|"
"""Parts the values of a list in a cell; no value holds it."""
_STORED = (
    "public_id", "legal_name", "trade_names", "former_names", "country", "register_number", "city", "provisional",
    "under_appeal", "certificate_number", "valid_from", "valid_until", "conditions", "condition_terms", "excepted",
    "scheme",
)  # fmt: skip
_SCOPE = {in_camels(name): (name, json.dumps(value)) for name, value in Scope().plain().items()}
"""Members of a scope in the open data: as they are stored, and what they are where nothing is."""
_SIGNED, _HEAD, _END = b"PGCOPY\n\xff\r\n\0", 19, 2
"""How COPY in binary form begins, and how many bytes its head and its end have."""
_LENGTH = Struct("!i").unpack_from
_PLACE = "\0"  # stands for a name in an address


def lines(session: Session, day: date, base: str, columns: Sequence[str]) -> Iterator[Line]:
    """Yield every entry as of `day` as JSON and as CSV, by its permanent name, listed or not; few are in memory.

    `base` is the address of the portal. Every cell is in quotes, what an entry has not is an empty one, and neither
    line has an end.
    """
    connection = session.connection()
    # COPY takes no parameters; SQLAlchemy writes the values as literals, by their types.
    made = _lines(_on(day), base, columns).compile(connection, compile_kwargs={"literal_binds": True})
    psycopg: Any = connection.connection
    with (
        psycopg.cursor() as cursor,
        cursor.copy(f"COPY ({made}) TO STDOUT (FORMAT binary)", ()) as rows,
    ):
        for sent in rows:
            row = sent[_HEAD:] if sent[: len(_SIGNED)] == _SIGNED else sent
            if len(row) > _END:
                yield _read(row)


def _read(row: Any) -> Line:
    """Return both texts of a row: each has its length before it, and the first their number."""
    (length,) = _LENGTH(row, 2)
    middle = 6 + length
    return bytes(row[6:middle]), bytes(row[middle + 4 :])


def _on(day: date) -> FromClause:
    """Return the entries by name, with what depends on the day or is used twice.

    OFFSET keeps PostgreSQL from computing that for each use; each step is in order, so that none sorts long lines.
    """
    entry = RegisterEntry.__table__.c
    status = case(*((shows(each, day), literal(each.value, String)) for each in LISTED), else_=Status.NONE.value)
    scope = [_member(entry.scope, *stored).label(name) for name, stored in _SCOPE.items()]
    held = select(
        *(entry[name] for name in (*_STORED, "since", "applied_on")),
        *scope,
        func.to_char(func.timezone("UTC", entry.updated_at), 'YYYY-MM-DD"T"HH24:MI:SS"Z"').label("updated_at"),
        func.coalesce(day <= APPLIED_UNTIL, false()).label("applying"),
        status.label("status"),
    )
    shown = held.order_by(entry.public_id).offset(0).subquery("held")
    known = [column for column in shown.c if column.name not in {"since", "applied_on"}]
    reliable = shown.c.status.in_(sorted(RELIABLE))
    found = select(*known, reliable.label("reliable"), _since(shown.c).label("since"))
    return found.order_by(shown.c.public_id).offset(0).subquery("entry")


def _since(held: Any) -> Element:
    """Return the day since which the status holds; as `RegisterEntry.since_on`."""
    ran_out = and_(held.status == Status.EXPIRED, held.since.is_not(None))
    return case(
        (held.status == Status.APPLIED, held.applied_on),
        (held.status == Status.NONE, None),
        (ran_out, func.greatest(held.since, held.valid_until + 1)),
        else_=held.since,
    )


def _lines(entry: FromClause, base: str, columns: Sequence[str]) -> Select[Any, str]:
    cells = _cells(entry.c)
    row = [part for name in columns for part in ('","', cells[name])]
    line = func.concat('"', *row[1:], '"')
    return select(_facts(entry.c, base), line).order_by(entry.c.public_id)


def _facts(entry: Any, base: str) -> Element:
    """Return an agency of the open data as JSON."""
    return _object(
        publicId=_json(entry.public_id),
        legalName=_json(entry.legal_name),
        tradeNames=_json(entry.trade_names),
        formerNames=_json(entry.former_names),
        country=_json(entry.country),
        registerNumber=_json(entry.register_number),
        city=_json(entry.city),
        status=_json(entry.status),
        reliable=_json(entry.reliable),
        statusSince=_json(entry.since),
        provisional=_json(and_(entry.provisional, entry.status == Status.SUSPENDED)),
        exceptedScope=case((entry.status == Status.PARTLY_SUSPENDED, _excepted(entry)), else_="null"),
        underAppeal=_json(entry.under_appeal),
        appliesAgain=_json(and_(entry.applying, ~entry.reliable, entry.status != Status.APPLIED)),
        certificate=case((entry.certificate_number.is_(None), "null"), else_=_mark(entry, base)),
        updatedAt=_json(entry.updated_at),
        links=_object(
            self=_address(addresses.agency_api_url, base, entry.public_id),
            history=_address(addresses.history_api_url, base, entry.public_id),
            page=_address(addresses.register_url, base, entry.public_id),
        ),
    )


def _mark(entry: Any, base: str) -> Element:
    number = entry.certificate_number
    return _object(
        number=_json(number),
        validFrom=_json(entry.valid_from),
        validUntil=_json(entry.valid_until),
        conditions=_json(entry.conditions),
        conditionTerms=_renamed(entry.condition_terms, get_type_hints(ConditionTerms)),
        scope=_object(**{name: entry[name] for name in _SCOPE}),
        scheme=_json(entry.scheme),
        links=_object(
            self=_address(addresses.certificate_api_url, base, number),
            page=_address(addresses.certificate_url, base, number),
            file=_address(addresses.certificate_file_url, base, number),
        ),
    )


def _excepted(entry: Any) -> Element:
    return _object(**{name: _member(entry.excepted, *stored) for name, stored in _SCOPE.items()})


def _member(scope: Element, name: str, default: str) -> Element:
    return func.coalesce(_text(scope[name]), default)


def _cells(entry: Any) -> Mapping[str, Element]:
    """Return every cell that a table may have, as text as it stands between quotes."""
    certified = entry.certificate_number.is_not(None)
    return {
        **{name: entry[name] for name in ("country", "status", "reliable")},
        "publicId": entry.public_id,
        "legalName": _quoted(entry.legal_name),
        "tradeNames": _joined(entry.trade_names),
        "formerNames": _joined(entry.former_names),
        "registerNumber": _quoted(entry.register_number),
        "city": _quoted(entry.city),
        "reliable": _text(entry.reliable),
        "statusSince": _text(entry.since),
        "certificateNumber": entry.certificate_number,
        "validFrom": _text(entry.valid_from),
        "validUntil": _text(entry.valid_until),
        "conditions": _joined(entry.conditions),
        **{name: _joined(entry[name]) for name in _SCOPE if name != "ownHousing"},
        "ownHousing": case((certified, entry.ownHousing)),
        "schemeCode": entry.scheme["code"].astext,
        "schemeVersion": entry.scheme["version"].astext,
        "updatedAt": entry.updated_at,
    }


def _quoted(text: Element) -> Element:
    return func.replace(text, '"', '""')


def _joined(listed: Element) -> Element:
    """Return the values of a list of texts as one cell.

    Most have no sign that JSON or we write in another way; then it is the list without brackets and quotes.
    """
    text = _text(listed)
    plain = and_(func.strpos(text, "\\") == 0, func.strpos(text, BETWEEN) == 0)
    value = func.jsonb_array_elements_text(cast(listed, JSONB)).table_valued("value", with_ordinality="place")
    each = value.render_derived().c
    harmless = _quoted(func.replace(each.value, BETWEEN, "/"))
    return case(
        (text == "[]", ""),
        (plain, func.replace(func.substr(text, 3, func.length(text) - 4), '", "', BETWEEN)),
        else_=select(func.string_agg(harmless, aggregate_order_by(literal(BETWEEN), each.place))).scalar_subquery(),
    )


def _renamed(objects: Element, names: Iterable[str]) -> Element:
    """Return JSON with these members named as in the open data. In a text their quotes have a backslash before them."""
    text = _text(objects)
    for name in names:
        text = func.replace(text, f'"{name}":', f'"{in_camels(name)}":') if "_" in name else text
    return text


def _address(of: Callable[[str, str], str], base: str, name: Element) -> Element:
    """Return an address as JSON; a name in one has letters, digits and hyphens alone."""
    before, after = json.dumps(of(base, _PLACE), ensure_ascii=False).split(json.dumps(_PLACE)[1:-1])
    return func.concat(before, name, after)


def _object(**members: Element) -> Element:
    """Return members, which are JSON already, as an object. `json_build_object` takes four times as long."""
    parts = [part for name, value in members.items() for part in (f',"{name}":', value)]
    return func.concat("{" + parts[0][1:], *parts[1:], "}")


def _json(value: Element) -> Element:
    """Return a value as JSON; null for none."""
    as_it_is = isinstance(value.type, JSONB | Boolean)
    return func.coalesce(_text(value if as_it_is else func.to_json(value)), "null")


def _text(value: Element) -> Element:
    return cast(value, Text)
