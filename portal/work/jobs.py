"""What a worker runs. Entry points, like routes: they open the transaction."""

import logging
from datetime import timedelta
from uuid import UUID

from audits.core import outbox
from portal.stores import database, queue
from portal.work.handlers import HANDLERS

LATE = timedelta(seconds=5)

log = logging.getLogger(__name__)


def deliver(item_id: str) -> bool:
    """Keep one promise; a failure is counted in a transaction of its own and tried again later."""
    item = UUID(item_id)
    try:
        with database.write() as session:
            return outbox.deliver(session, item, HANDLERS)
    except Exception as error:
        log.exception("a promise could not be kept", extra={"item_id": item_id})
        with database.write() as session:
            outbox.fail(session, item, _told(error))
        return False


def sweep() -> int:
    """Nudge again what has waited too long: lost nudges and due retries. What still waits in the queue is not lost."""
    if not queue.is_empty():
        return 0
    late = outbox.overdue(database.read(), older_than=LATE)
    queue.nudge(late)
    return len(late)


def _told(error: Exception) -> str:
    """What the page of failed work shows; the rest is in the log."""
    first = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {first}" if first else type(error).__name__
