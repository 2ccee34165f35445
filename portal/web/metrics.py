"""`/metrics` for Prometheus: what processes counted, and the state of outbox and periodic tasks.

It is not for the public. With METRICS_TOKEN who asks must send it; without it only this machine is answered, and only
while BASE_URL names this machine too: behind a proxy on the same machine everybody seems to come from it.
"""

import hmac
from collections.abc import Iterable, Iterator

from flask import Flask, Response, abort, current_app, request
from flask.typing import ResponseReturnValue
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from audits.core import clock, outbox
from portal.settings import current_settings, is_loopback
from portal.sight import meters
from portal.stores import database, periodic
from portal.web.access import public


def init_app(app: Flask) -> None:
    """Register the route."""
    app.add_url_rule("/metrics", "metrics", show_metrics)


@public
def show_metrics() -> ResponseReturnValue:
    """Answer with all metrics; the register alone has those of its processes only."""
    if refusal := _refusal():
        return refusal
    text = meters.written()
    if "account.login" in current_app.view_functions:
        registry = CollectorRegistry()
        registry.register(_Collected(_of_database()))
        text += generate_latest(registry)
    return Response(text, content_type=CONTENT_TYPE_PLAIN_0_0_4)


def _refusal() -> Response | None:
    settings, sent = current_settings(), request.authorization
    if settings.metrics_token:
        token = (sent.token or "") if sent and sent.type == "bearer" else ""
        if hmac.compare_digest(token.encode(), settings.metrics_token.encode()):
            return None
        return Response("METRICS_TOKEN is needed.\n", 401, {"WWW-Authenticate": "Bearer"}, content_type="text/plain")
    if not (settings.is_local and is_loopback(request.remote_addr or "")):
        abort(404)
    return None


class _Collected:
    """Metrics that were read before, as the library wants them."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = tuple(metrics)

    def collect(self) -> Iterable[Metric]:
        """Return them."""
        return self._metrics


def _of_database() -> list[Metric]:
    up = GaugeMetricFamily("keurwerk_database_up", "1 if the database answers, else 0.", value=1)
    try:
        session = database.read()
        return [up, *_of_outbox(session), *_of_tasks(session)]
    except SQLAlchemyError:
        return [GaugeMetricFamily(up.name, up.documentation, value=0)]


def _of_outbox(session: Session) -> Iterator[Metric]:
    waiting = GaugeMetricFamily("keurwerk_outbox_waiting", "Jobs that wait, also for another attempt.", labels=["kind"])
    failed = GaugeMetricFamily("keurwerk_outbox_failed", "Jobs that were given up.", labels=["kind"])
    backlog = outbox.backlog(session)
    for kind, count in backlog.waiting.items():
        waiting.add_metric([kind], count)
    for kind, count in backlog.failed.items():
        failed.add_metric([kind], count)
    age = (clock.now() - backlog.oldest).total_seconds() if backlog.oldest else 0
    yield waiting
    yield failed
    yield GaugeMetricFamily("keurwerk_outbox_oldest_seconds", "Age of the oldest job that waits.", value=age)


def _of_tasks(session: Session) -> Iterator[Metric]:
    due = GaugeMetricFamily("keurwerk_task_due_timestamp_seconds", "When a task is due.", labels=["task"])
    ran = GaugeMetricFamily("keurwerk_task_ran_timestamp_seconds", "When a task last did its work.", labels=["task"])
    failures = GaugeMetricFamily("keurwerk_task_failures", "Failures since a task last did its work.", labels=["task"])
    for name, state in sorted(periodic.states(session).items()):
        due.add_metric([name], state.due_at.timestamp())
        failures.add_metric([name], state.failures)
        if state.ran_at:
            ran.add_metric([name], state.ran_at.timestamp())
    yield from (due, ran, failures)
