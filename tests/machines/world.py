"""The place of a life: people and agencies, a database of its own, and a clock that moves only when told."""

import hashlib
from collections.abc import Iterator, Set
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from threading import Lock
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from audits.agencies.models import Agency
from audits.core import clock
from audits.core.access import Role
from audits.people.services import set_small_body
from certificates.ledger import memory
from portal.stores import database, files
from portal.stores.roles import WORKER
from portal.work import handlers
from portal.work.worker import make_app
from tests.conftest import NotedQueue, Servers, make_settings
from tests.kit.factories import make_person, make_scheme
from tests.kit.factories.links import make_lonely_agency
from tests.kit.factories.people import give_password
from tests.machines.norm import short

R = Role
STAFF = [
    *[{role} for role in (R.PLANNER, R.INSPECTOR, R.REVIEWER, R.DECIDER) for _ in range(2)],
    {R.PLANNER, R.INSPECTOR, R.REVIEWER, R.DECIDER},
    {R.INSPECTOR, R.DECIDER},
]
AGENCIES = 3
_MORNING = datetime(2027, 1, 4, 8, tzinfo=UTC)


class Clock:
    """A clock that never shows the same moment twice, so that "newest" and "before" are defined."""

    def __init__(self) -> None:
        self.moment = _MORNING
        self._lock = Lock()  # three machines may ask at once

    def now(self) -> datetime:
        with self._lock:
            self.moment += timedelta(milliseconds=1)
            return self.moment

    def wait(self, days: int) -> None:
        self.moment += timedelta(days=days)


class World:
    """The application, and a template database with everybody in it; each life gets a copy."""

    def __init__(self, servers: Servers, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.clock = Clock()
        self._serial = count(1)
        self._papers = count(1)
        monkeypatch.setattr(clock, "now", self.clock.now)
        # Paper is what costs, and other tests are about it: here a document is a few bytes in the store.
        monkeypatch.setattr(handlers, "_print", self._print)
        self._servers = servers
        self._template = f"life-{uuid4().hex[:8]}"  # two workers may live at once
        settings = make_settings(folder, servers.clone(self._template), servers.redis_url)
        self.app = make_app(settings)
        self._memory = settings.seal_dir / memory.FILE
        self.app.extensions["queue"] = NotedQueue()
        self._move_in()

    @contextmanager
    def life(self) -> Iterator[Flask]:
        """Yield the application on a fresh copy, on the same morning for every life."""
        name = f"{self._template}-{next(self._serial)}"
        # With the rights of a worker, which sees all rows, so that the triggers of the database judge each step.
        engine = create_engine(self._servers.url_as(self._servers.clone(name, self._template), WORKER))
        self.app.extensions["sessionmaker"].configure(bind=engine)
        self.app.extensions["queue"].notified.clear()
        self.clock.moment = _MORNING
        try:
            yield self.app
        finally:
            engine.dispose()
            self._memory.unlink(missing_ok=True)  # the log of the next life is another one
            self._servers.drop(name)

    def close(self) -> None:
        """Drop the template."""
        self._servers.drop(self._template)

    def _move_in(self) -> None:
        with self.app.app_context(), database.write() as session:
            make_scheme(session, short())
            set_small_body(session, allowed=True, because="Two of the staff plan and audit.")
            # Who worked for an agency stays away from it for longer than any life lasts.
            session.execute(text("ALTER TABLE scheme_version DISABLE TRIGGER USER"))
            session.execute(text("UPDATE scheme_version SET cooling_off_months = 600"))
            session.execute(text("ALTER TABLE scheme_version ENABLE TRIGGER USER"))
            self.staff: list[UUID] = [self._somebody(session, roles) for roles in STAFF]
            agencies = [make_lonely_agency(session) for _ in range(AGENCIES)]
            self.agencies: list[UUID] = [agency.id for agency in agencies]
            self.signatories: list[UUID] = [
                self._somebody(session, {R.AGENCY_SIGNATORY, R.AGENCY_EDITOR}, agency) for agency in agencies
            ]
            session.flush()
            session.execute(text("ANALYZE"))
        self.app.extensions["sessionmaker"].kw["bind"].dispose()  # a template may have no visitors

    @staticmethod
    def _somebody(session: Session, roles: Set[Role], *agency: Agency) -> UUID:
        """Make a person with a password: who never used the invitation would lose the account after some weeks."""
        return give_password(session, make_person(session, roles, *agency)).id

    def _print(self, _session: Session, kind: str, facts: object, **_: object) -> tuple[str, int]:
        """Store new bytes before the transaction ends, as the press does."""
        data = f"{kind} {next(self._papers)} {hashlib.sha256(repr(facts).encode()).hexdigest()}".encode()
        return files.store().put(data), len(data)
