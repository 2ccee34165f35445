"""The worker: deliver outbox items, and sweep for overdue ones: `python -m portal.work.worker`."""

import logging
import os
import threading
from importlib import import_module
from typing import Any

from flask import Flask
from rq import SimpleWorker
from rq.serializers import JSONSerializer
from sqlalchemy.exc import SQLAlchemyError

from portal.app import create_app
from portal.settings import Settings, settings_or_exit
from portal.sight import logs, meters
from portal.stores import queue, roles
from portal.stores.queue import QueueDownError
from portal.work import jobs, outward_lane, parts, schedule

SWEEP_SECONDS = 5.0
# Detect a killed worker by its heartbeat within about a minute instead of rq's seven.
WORKER_TTL = 25
MAINTENANCE_SECONDS = 5
MONITORING_SECONDS = 2

log = logging.getLogger(__name__)


def main() -> None:
    """Work until told to stop."""
    settings = settings_or_exit(os.environ)  # noqa: TID251 - an entry point, like wsgi.py
    logs.set_up("worker", settings)
    meters.set_up(settings)
    roles.check_at_start(settings.database_url, roles.WORKER)
    app = make_app(settings)
    for trouble in parts.troubles(settings):
        log.error("%s", trouble)  # the worker starts anyway: outbox items wait until the part is back
    import_module("certificates.press.printing")  # load WeasyPrint now, instead of during the first job
    stop = threading.Event()
    for beside in (sweep_until, outward_lane.run_until):
        threading.Thread(target=beside, args=(app, stop), daemon=True).start()
    waiting = queue.of(app)
    worker = PortalWorker(
        app,
        [waiting],
        connection=waiting.connection,
        serializer=JSONSerializer,
        worker_ttl=WORKER_TTL,
        maintenance_interval=MAINTENANCE_SECONDS,
        job_monitoring_interval=MONITORING_SECONDS,
    )
    worker.work(with_scheduler=False, logging_level="WARNING")
    stop.set()


def make_app(settings: Settings) -> Flask:
    """Build the portal with every door, because messages link to pages of all of them."""
    return create_app(settings)


class PortalWorker(SimpleWorker):
    """Runs each job in an application context, and so in a database session of its own.

    In this process, not in a fork per job: loaded fonts and layouts are reused, and after a crash the sweep repeats the
    job.
    """

    def __init__(self, app: Flask, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._app = app

    def perform_job(self, *args: Any, **kwargs: Any) -> bool:
        """Run one job."""
        with self._app.app_context():
            return bool(super().perform_job(*args, **kwargs))


def sweep_until(app: Flask, stop: threading.Event) -> None:
    """Sweep and run due tasks every few seconds; tolerates a database or queue that is down."""
    while not stop.wait(SWEEP_SECONDS):
        try:
            with app.app_context():
                jobs.sweep()
            schedule.run_due(app)
        except (SQLAlchemyError, QueueDownError):
            log.warning("the sweep found no database or no queue")
        except Exception:  # keep this thread alive: it is the safety net
            log.exception("the sweep failed")


if __name__ == "__main__":
    main()
