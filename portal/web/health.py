"""Liveness and readiness, for load balancers and operators; no details for strangers."""

from collections.abc import Callable, Iterable

from flask import Flask, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal.stores import database, files, queue, roles
from portal.stores.files import StorageDownError
from portal.stores.queue import QueueDownError
from portal.web.access import public


def init_app(app: Flask) -> None:
    """Register both routes."""
    app.add_url_rule("/healthz", "healthz", healthz)
    app.add_url_rule("/readyz", "readyz", readyz)


@public
def healthz() -> ResponseReturnValue:
    """Answer that the process is alive."""
    return jsonify(status="ok")


@public
def readyz() -> ResponseReturnValue:
    """Answer whether all dependencies respond, the tables support this code, and its role has no excess rights."""
    parts = {name: _try(name, check) for name, check in CHECKS.items() if name in _needed()}
    ready = all(state == "ok" for state in parts.values())
    return jsonify(status="ok" if ready else "down", parts=parts), 200 if ready else 503


def _database() -> None:
    found, serves = database.read().execute(text("SELECT version_num, serves FROM alembic_version")).one()
    if not database.is_served(found, serves):
        raise LookupError("the tables are of another version")
    roles.check_database(database.read().connection())


def _storage() -> None:
    files.store().check()


CHECKS: dict[str, Callable[[], None]] = {"database": _database, "queue": queue.check, "storage": _storage}


def _needed() -> Iterable[str]:
    """Return the parts without which this application cannot work: the register alone puts nothing into the queue."""
    alone = current_app.blueprints.keys() == {"registry"}
    return CHECKS.keys() - {"queue"} if alone else CHECKS.keys()


def _try(name: str, check: Callable[[], None]) -> str:
    try:
        check()
    except (SQLAlchemyError, QueueDownError, StorageDownError, LookupError, OSError) as error:
        current_app.logger.warning("%s is down: %s", name, " ".join(str(error).split()))
        return "down"
    except roles.RoleError as error:
        current_app.logger.error("%s", error)
        return "down"
    return "ok"
