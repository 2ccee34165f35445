"""One session per request or job; the one place that commits."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from flask import Flask, current_app, g, has_app_context, has_request_context, request
from sqlalchemy import Connection, create_engine, event, text
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

from audits.core.access import Actor
from audits.core.outbox import take_enqueued
from portal.settings import Settings
from portal.stores import queue

CONNECT_SECONDS = 5
MIGRATIONS = Path(__file__).parents[2] / "migrations"


def init_app(app: Flask, settings: Settings) -> None:
    """Give the application its engine; connections are made when first needed."""
    engine = create_engine(
        settings.database_url,
        pool_size=5,
        max_overflow=5,
        pool_pre_ping=True,
        hide_parameters=True,  # what people typed is no business of the logs
        connect_args={"connect_timeout": CONNECT_SECONDS},
    )
    app.extensions["sessionmaker"] = sessionmaker(engine)
    app.teardown_appcontext(_close)


def read() -> Session:
    """The session of this request; nothing is committed unless `write` is used."""
    if "session" not in g:
        g.session = current_app.extensions["sessionmaker"]()
    session: Session = g.session
    return session


@contextmanager
def write() -> Iterator[Session]:
    """Commit what the block did, or undo all of it; then nudge the worker."""
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
    queue.nudge(take_enqueued(session))


def act_for(actor: Actor, sees: str) -> None:
    """Let every later transaction of this request act for the person who was found; the one in hand does already."""
    g.acting = {"person": actor.id, "agency": actor.agency_id, "sees": sees}


@event.listens_for(Session, "after_begin")
def _act(_: Session, __: SessionTransaction, connection: Connection) -> None:
    # Settings end with their transaction: a connection that goes back to the pool acts for nobody.
    if has_app_context() and (acting := g.get("acting")):
        connection.execute(_BECOME, acting)


_BECOME = text("SELECT become(:person, :agency, :sees)")


@lru_cache(maxsize=1)
def head() -> str:
    """The newest migration that this code knows: they are numbered, and have one head."""
    return max(path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def is_served(found: str, serves: str | None) -> bool:
    """Whether tables of revision `found`, which serve code back to revision `serves`, are good enough for this code."""
    return found == head() or (found > head() and serves is not None and serves <= head())


def _close(_: BaseException | None) -> None:
    session: Session | None = g.pop("session", None)
    if session is not None:
        session.close()
