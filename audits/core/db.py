"""The declarative base that every table shares, and the column types that recur."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Protocol, cast
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, CursorResult, DateTime, Delete, Enum, FetchedValue, MetaData, Table, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session, mapped_column
from sqlalchemy.types import UserDefinedType

from audits.core.errors import IllegalMoveError

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

Id = Annotated[UUID, mapped_column(primary_key=True, default=uuid4)]


class Xid8(UserDefinedType[int]):
    """A transaction id of PostgreSQL."""

    cache_ok = True

    def get_col_spec(self, **_: Any) -> str:
        """Return the type's name in SQL."""
        return "xid8"


# The transaction that added a row. No role may write it: triggers look for the event of a change by it.
Txid = Annotated[int | None, mapped_column(Xid8, server_default=text("pg_current_xact_id()"), deferred=True)]


# Filled by a trigger from the parent; the composite foreign key beside it holds both together.
ItsAgency = Annotated[UUID, mapped_column(server_default=FetchedValue(), deferred=True)]


class Base(DeclarativeBase):
    """Declarative base of every table; migrations are compared with its metadata."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: DateTime(timezone=True), dict[str, Any]: JSONB, list[str]: JSONB}


def delete_counted(session: Session, rows: Delete) -> int:
    """Delete rows; return how many."""
    return cast("CursorResult[Any]", session.execute(rows)).rowcount


def table_of(kind: type[Base]) -> Table:
    """Return the table of a class, for statements that add rows without the ORM, at a third of its cost."""
    return cast(Table, kind.__table__)


def one_or_many(rows: list[dict[str, Any]]) -> list[dict[str, Any]] | dict[str, Any]:
    """Return rows as a statement that adds them takes them: a list of one costs SQLAlchemy twice as much as the one."""
    return rows[0] if len(rows) == 1 else rows


def stored(states: type[StrEnum]) -> Enum:
    """Return a string column type that reads as the enum.

    The values are a named CHECK, so that migrations can add one.
    """
    return Enum(states, native_enum=False, create_constraint=False, length=40, values_callable=_values)


def one_of(column: str, values: Iterable[str]) -> CheckConstraint:
    """Return the CHECK constraint for a column of type `stored`."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def broken_constraint(refusal: DBAPIError) -> str:
    """Return the name of the constraint or trigger that refused a statement, or an empty text."""
    return getattr(getattr(refusal.orig, "diag", None), "constraint_name", None) or ""


class Versioned(Protocol):
    """A row with a version number for optimistic locking."""

    @property
    def version(self) -> int:
        """Return the number of times the row was written."""
        ...


def seen(row: Versioned | None, version: int | None) -> None:
    """Raise IllegalMoveError if the row changed since the person saw `version`.

    0 means that there was no row yet; None skips the check.
    """
    if version is not None and version != (row.version if row else 0):
        raise IllegalMoveError("Somebody changed this in the meantime. Reload the page and look again.")


def _values(states: type[StrEnum]) -> list[str]:
    return [state.value for state in states]
