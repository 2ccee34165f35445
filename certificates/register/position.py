"""Where the register stands: a value that changes with every change that the public can see."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Row, Text, cast, func, select

from audits.schemes.models import SchemeVersion
from certificates.ledger.models import LedgerEntry
from certificates.register.models import RegisterEntry


def _number(transaction: Any) -> ColumnElement[int]:
    return cast(cast(transaction, Text), BigInteger)


# Two entries that change at the same moment may be committed in the other order, and then the time stands still; but a
# status changes with an entry in the log, and the log is numbered in the order of commits.
_POSITION = select(
    select(func.max(RegisterEntry.updated_at)).scalar_subquery(),
    select(func.max(LedgerEntry.index)).scalar_subquery(),
    select(func.count()).select_from(SchemeVersion).scalar_subquery(),  # few, and none is ever changed
    _number(func.pg_snapshot_xmin(func.pg_current_snapshot())),
    _number(func.pg_snapshot_xmax(func.pg_current_snapshot())),
)


def position(connection: Connection) -> Row[Any]:
    """Return the position, from two indexes; behind it the oldest transaction that runs, and the next to begin."""
    return connection.execute(_POSITION).one()
