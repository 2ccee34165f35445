"""Entry points of the worker; like routes, they open the transaction."""

import logging
from datetime import timedelta
from uuid import UUID

from audits.core import outbox
from audits.core.errors import RuleError
from portal.stores import database, queue
from portal.work.handlers import HANDLERS

LATE = timedelta(seconds=5)

log = logging.getLogger(__name__)


def deliver(item_id: str) -> bool:
    """Run one outbox item; a failure is recorded in a transaction of its own, and retried later.

    Domain errors, such as a name that cannot be printed, are not retried: a person must look at them.
    """
    item = UUID(item_id)
    try:
        with database.write() as session:
            return outbox.deliver(session, item, HANDLERS)
    except Exception as error:
        log.exception("a promise could not be kept", extra={"item_id": item_id})
        with database.write() as session:
            outbox.fail(session, item, _told(error), final=isinstance(error, RuleError))
        return False


def sweep() -> int:
    """Notify the worker of overdue items: lost notifications and due retries. Items still in the queue are skipped."""
    if not queue.is_empty():
        return 0
    late = outbox.overdue(database.read(), older_than=LATE)
    queue.nudge(late)
    return len(late)


def _told(error: Exception) -> str:
    """Return the error text for the page of failed jobs; the log has the rest."""
    first = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__
