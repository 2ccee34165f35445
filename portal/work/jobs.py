"""Entry points of the worker; like routes, they open the transaction."""

import logging
from datetime import timedelta
from time import perf_counter
from uuid import UUID

from audits.core import outbox
from audits.core.access import ActorKind
from audits.core.errors import DomainError, RuleError
from portal.sight import logs
from portal.stores import database, queue
from portal.work.handlers import HANDLERS

LATE = timedelta(seconds=5)

log = logging.getLogger(__name__)


def deliver(item_id: str) -> bool:
    """Run one outbox item; a failure is recorded in a transaction of its own, and retried later.

    Domain errors, such as a name that cannot be printed, are not retried: a person must look at them.
    """
    item, began = UUID(item_id), perf_counter()
    logs.begin(item_id=item_id, actor_kind=ActorKind.SYSTEM.value)
    try:
        logs.add(**outbox.origin_of(database.read(), item))
        with database.write() as session:
            done = outbox.deliver(session, item, HANDLERS)
        log.info("outbox item", extra={"done": done, "ms": round((perf_counter() - began) * 1000, 1)})
    except Exception as error:
        log.exception("an outbox item failed")
        with database.write() as session:
            outbox.fail(session, item, _told(error), final=isinstance(error, RuleError))
        return False
    finally:
        logs.end()
    return done


def sweep() -> int:
    """Notify the worker of overdue items: lost notifications and due retries. Items still in the queue are skipped."""
    if not queue.is_empty():
        return 0
    late = outbox.overdue(database.read(), older_than=LATE)
    queue.notify(late)
    return len(late)


def _told(error: Exception) -> str:
    """Return the error text for the page of failed jobs; the log has the places. A sentence of our own stays whole."""
    return f"{type(error).__name__}: {error}" if isinstance(error, DomainError) else logs.shortened(error)
