"""A world for the tests of the walls, a portal that commits for real, what is printed, and a decider."""

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from audits.core.access import Role
from portal.app import create_app
from portal.stores.roles import APP, REGISTER, WORKER
from portal.work import handlers
from tests.conftest import make_settings
from tests.kit.factories.people import make_person
from tests.kit.world import World, make_world


@pytest.fixture(scope="session")
def world(servers, worker_id):
    """A database of its own with a case in every state, and an engine for each role. Nothing in it is ever changed."""
    name = f"world_{worker_id}"
    owned = servers.clone(name)
    # `current_date` is the day in the Netherlands, as in the walls: without this, another one for an hour each night.
    here = {"options": "-c timezone=Europe/Amsterdam"}
    engines = {role: create_engine(servers.url_as(owned, role), connect_args=here) for role in (APP, WORKER, REGISTER)}
    owner = create_engine(owned, connect_args=here)
    with Session(owner) as session:
        keys = make_world(session)
        session.commit()
    yield World(owner, engines, keys)
    for each in (owner, *engines.values()):
        each.dispose()
    servers.drop(name)


@pytest.fixture
def printed(app, monkeypatch):
    """The kinds and facts that handlers printed; each print has bytes of its own, as a seal has."""
    prints = []

    def note(_, kind, facts, **__):
        prints.append((kind, facts))
        return f"{len(prints):064}", 9

    monkeypatch.setattr(handlers, "_print", note)
    with app.app_context():
        yield prints


@pytest.fixture
def real_app(real_db, servers, tmp_path):
    """A portal that commits for real."""
    url = real_db.url.render_as_string(hide_password=False)
    app = create_app(make_settings(tmp_path, url, servers.redis_url), doors=())
    yield app
    app.extensions["sessionmaker"].kw["bind"].dispose()


@pytest.fixture
def decider(session):
    """An actor who may decide."""
    return make_person(session, Role.DECIDER).actor
