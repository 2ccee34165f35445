"""Where the register stands: a value that changes with every change that the public can see."""

from typing import Any

from sqlalchemy import Connection, Row, func, select

from certificates.ledger.models import LedgerEntry
from certificates.register.models import RegisterEntry

# Two entries that change at the same moment may be committed in the other order, and then the time stands still; but a
# status changes with an entry in the log, and the log is numbered in the order of commits.
_POSITION = select(
    select(func.max(RegisterEntry.updated_at)).scalar_subquery(), select(func.max(LedgerEntry.index)).scalar_subquery()
)


def position(connection: Connection) -> Row[Any]:
    """Return the position, from two indexes."""
    return connection.execute(_POSITION).one()
