"""Cache built SQL statements: building one costs more than sending it and reading its rows."""

from collections.abc import Callable, Collection, Hashable, Mapping
from enum import Enum
from functools import wraps
from typing import Any, ParamSpec, TypeVar, TypeVarTuple, cast

from sqlalchemy import ColumnElement, Result, Select, bindparam, literal_column
from sqlalchemy.orm import Session
from sqlalchemy.sql import Executable
from sqlalchemy.sql.selectable import TypedReturnsRows

from audits.core.access import Actor

P = ParamSpec("P")
S = TypeVar("S", bound=Executable)
Ts = TypeVarTuple("Ts")
ONE: ColumnElement[int] = literal_column("1")
"""For LIMIT below a join: with a placeholder PostgreSQL supposes a tenth of all rows, and plans anew at every use."""


def built_once(build: Callable[P, S]) -> Callable[P, tuple[S, dict[str, Any]]]:
    """Decorate a function so that it builds its statement once per shape of its arguments.

    Later calls return the same statement with other values. `build` gets placeholders for ids, texts, numbers, moments
    and collections of these, and may only hand them to SQL. The roles of an actor, enums, flags and None belong to the
    shape and are passed unchanged.
    The result is what a session executes: the statement and its values. Arguments are positional.
    """
    known: dict[tuple[Hashable, ...], S] = {}

    @wraps(build)
    def bound(*args: P.args, **_: P.kwargs) -> tuple[S, dict[str, Any]]:
        values: dict[str, Any] = {}
        shape = tuple(_take(f"value_{place}", value, values) for place, value in enumerate(args))
        statement = known.get(shape)
        if statement is None:
            places = [_place(f"value_{place}", value) for place, value in enumerate(args)]
            statement = known[shape] = cast(Callable[..., S], build)(*places)
        return statement, values

    return bound


def one_page(query: Select[*Ts], page: int, size: int) -> Select[*Ts]:
    """Limit a query in order to one page, counted from 1, and a row more: it tells whether there is another page."""
    return query.limit(size + 1).offset((max(page, 1) - 1) * size)


def rows(session: Session, query: TypedReturnsRows[*Ts], values: Mapping[str, Any]) -> Result[*Ts]:
    """Execute a query that selects columns alone, without what a session prepares to make objects of rows.

    That is two fifths of the cost of a query that finds one row. Changes of the session are written first, as ever.
    """
    if session.autoflush:
        session.flush()
    return session.connection().execute(query, values)


def _take(name: str, value: object, values: dict[str, Any]) -> Hashable:
    """Return the part of the shape that one argument contributes, and add its values to `values`."""
    if isinstance(value, Actor):
        values[f"{name}_id"] = value.id
        if value.agency_id is not None:
            values[f"{name}_agency"] = value.agency_id
        return value.roles, value.agency_id is not None
    if _is_shape(value):
        return type(value), value
    values[name] = list(cast(Collection[Any], value)) if _is_collection(value) else value
    return _is_collection(value)


def _place(name: str, value: object) -> Any:
    """Return the placeholder for one argument while the statement is built."""
    if isinstance(value, Actor):
        agency: Any = None if value.agency_id is None else bindparam(f"{name}_agency")
        return Actor(cast(Any, bindparam(f"{name}_id")), value.roles, agency)
    return value if _is_shape(value) else bindparam(name, expanding=_is_collection(value))


def _is_shape(value: object) -> bool:
    return value is None or isinstance(value, bool | Enum)


def _is_collection(value: object) -> bool:
    return isinstance(value, Collection) and not isinstance(value, str | bytes)
