"""One database session per request or job; the only place that commits."""

import json
import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import psycopg
from flask import Flask, current_app, g, has_app_context, has_request_context, request
from sqlalchemy import Connection, Engine, Executable, create_engine, event
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker
from sqlalchemy.pool import QueuePool

from audits.core.outbox import take_enqueued
from portal.settings import Settings
from portal.sight.meters import meters
from portal.stores import prepared, queue

CONNECT_SECONDS = 5
POOL_SIZE, POOL_OVERFLOW = 5, 5
REST_SECONDS = 1.0  # a server is not restarted within this
_EMPTY: Mapping[bytes, Callable[[], Any]] = {b"{}": dict, b"[]": list}  # what most columns of JSON hold
_decode = json.JSONDecoder().decode
MIGRATIONS = Path(__file__).parents[2] / "migrations"


def init_app(app: Flask, settings: Settings) -> None:
    """Add the engine to the application; it connects on first use."""
    engine = create_engine(
        settings.database_url,
        pool_size=POOL_SIZE,
        max_overflow=POOL_OVERFLOW,
        pool_use_lifo=True,  # the one used last has its statements prepared, planned and in the caches
        hide_parameters=True,  # keep personal data out of logged errors
        json_deserializer=_from_json,
        connect_args={"connect_timeout": CONNECT_SECONDS},
    )
    event.listen(engine, "connect", prepared.on_connect)
    event.listen(engine, "connect", lambda *_: meters().connections_max.set(POOL_SIZE + POOL_OVERFLOW))
    event.listen(engine, "checkin", _note_rest)
    event.listen(engine, "checkout", partial(_ask_if_rested, engine))
    event.listen(engine, "checkout", partial(_count_use, engine, 0))
    event.listen(engine, "checkin", partial(_count_use, engine, -1))  # told before it is back
    app.extensions["engine"] = engine
    app.extensions["reading_engine"] = engine.execution_options(isolation_level="AUTOCOMMIT")
    app.extensions["sessionmaker"] = sessionmaker(engine)
    app.teardown_appcontext(_close)


def disconnect(app: Flask) -> None:
    """Close the connections that wait in the pool, at the end of a command."""
    app.extensions["engine"].dispose()


def read(*, whole: bool = False) -> Session:
    """Return the session of this request; without `write` nothing is committed.

    `whole`, asked by the first who reads: in a transaction in any case, as a cursor needs one.
    """
    if "session" not in g:
        g.session = current_app.extensions["sessionmaker"](**({} if whole else _reading()))
        g.session.info["request_id"] = g.get("request_id")
    session: Session = g.session
    return session


def connection() -> Connection:
    """Return a connection for an answer that is made beside Flask, for nobody in particular; close it."""
    engine: Engine = current_app.extensions["reading_engine"]
    return engine.connect()


def _reading() -> dict[str, Any]:
    """Return options of the session for a public page that nobody is signed in on: without BEGIN and ROLLBACK.

    Each statement sees what is committed, in a transaction or not; there is no actor to set.
    """
    app = current_app
    if not has_request_context() or request.method not in {"GET", "HEAD"} or request.blueprint != "registry":
        return {}
    if app.config["SESSION_COOKIE_NAME"] in request.cookies:
        return {}
    own = app.extensions["sessionmaker"].kw.get("bind") is app.extensions["engine"]
    return {"bind": app.extensions["reading_engine"]} if own else {}


@contextmanager
def write() -> Iterator[Session]:
    """Commit the changes of the block, or roll back; then notify the worker."""
    if has_request_context() and request.method in {"GET", "HEAD", "OPTIONS"}:
        raise RuntimeError("a safe request must not write")
    session = read()
    try:
        yield session
        session.commit()
    except BaseException:
        session.rollback()
        take_enqueued(session)
        raise
    queue.notify(take_enqueued(session))


def at_begin(statement: Executable, values: Mapping[str, Any]) -> None:
    """Begin every later transaction of this request with this statement, which sets the actor."""
    g.at_begin = (statement, values)


@event.listens_for(Session, "after_begin")
def _begin(_: Session, __: SessionTransaction, connection: Connection) -> None:
    # The actor ends with its transaction, so that connections return to the pool without one.
    if has_app_context() and (said := g.get("at_begin")):
        connection.execute(*said)


@lru_cache(maxsize=1)
def head() -> str:
    """Return the newest migration of this code; migrations are numbered and have a single head."""
    return max(path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def is_served(found: str, serves: str | None) -> bool:
    """Return whether tables of revision `found`, which support code back to `serves`, support this code."""
    return found == head() or (found > head() and serves is not None and serves <= head())


def _from_json(data: bytes) -> Any:
    """Return a JSON value of the database, which is UTF-8: json.loads would guess that for each of a hundred a page."""
    known = _EMPTY.get(data)
    return known() if known else _decode(str(data, "utf-8"))


def _note_rest(_: object, record: Any) -> None:
    record.info["rests_since"] = time.monotonic()


def _ask_if_rested(engine: Engine, connection: Any, record: Any, _: object) -> None:
    """Ask a connection that was not used for a moment whether its server is still there, and get another one if not.

    SQLAlchemy's own `pool_pre_ping` asks at every use: one more statement per page on a busy day.
    """
    if time.monotonic() - record.info.get("rests_since", math.inf) < REST_SECONDS:
        return
    try:
        engine.dialect.do_ping(connection)
    except psycopg.Error as gone:
        raise InvalidatePoolError from gone


def _count_use(engine: Engine, more: int, *_: object) -> None:
    """Set the gauge to what the pool says: counting ourselves would drift with each connection that breaks."""
    if isinstance(engine.pool, QueuePool):
        meters().connections.set(max(0, engine.pool.checkedout() + more))


def _close(_: BaseException | None) -> None:
    session: Session | None = g.pop("session", None)
    if session is not None:
        # A connection that broke after the answer was made has nothing left to undo; the answer is still sent.
        with suppress(DBAPIError):
            session.close()
