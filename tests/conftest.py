"""One PostgreSQL and one Valkey per run, a migrated template, a database per worker, a transaction per test."""

import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

import hypothesis
import psycopg
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import Environment, FileSystemBytecodeCache
from jinja2.bccache import Bucket
from psycopg import _queries
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

from certificates.ledger import memory
from portal.app import create_app
from portal.doors.account import services
from portal.host.embedded import Postgres, Valkey, drop_database
from portal.host.supervisor import migrate
from portal.printer.client import printer
from portal.reader.client import reader
from portal.settings import ROOT, VAR, Settings
from portal.sidecar.lanes import SHELL
from portal.stores import prepared, roles
from portal.stores.roles import APP, OWNER
from portal.web import templating
from portal.web.throttle import Throttle
from tests.kit import long_runs

TEMPLATE = "template"
WAITING = ("tests/journeys/", "tests/chaos/", "tests/bench/", "tests/machines/")
ALONE = ("tests/unit", "tests/house", "tests/processes")  # tests that need no database

# Properties answer to no clock: a busy machine is not a bug. Short runs draw the same examples every time, so that a
# red test is red for everybody; long runs look for new ones.
hypothesis.settings.register_profile(
    "house",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    max_examples=long_runs.steps(10_000),
    derandomize=long_runs.SHARE < 1,
    print_blob=True,
)
hypothesis.settings.load_profile("house")


@dataclass
class Servers:
    """What the controlling process started for everybody: a migrated template database, and a queue.

    Every database of a run carries the run's name: a server that DATABASE_URL names may serve others. Tests make their
    rows as the owner; what they try connects as a role of the running processes.
    """

    database_url: str  # as the owner
    redis_url: str
    run: str = field(default_factory=lambda: uuid4().hex[:8])

    def clone(self, name: str, template: str = TEMPLATE) -> str:
        """A fresh copy of the template; its owner's URL."""
        with self._admin() as connection:
            connection.execute(f'CREATE DATABASE "{self._full(name)}" TEMPLATE "{self._full(template)}"')
            connection.execute(f'REVOKE ALL ON DATABASE "{self._full(name)}" FROM PUBLIC')  # a copy forgets this
            connection.execute(f'GRANT CONNECT ON DATABASE "{self._full(name)}" TO {", ".join(roles.RUNNING)}')
        return self._url(name)

    def url_as(self, database_url: str, role: str = APP) -> str:
        """The address of the same database for another role."""
        return make_url(database_url).set(username=role).render_as_string(hide_password=False)

    def empty(self, name: str) -> str:
        """A database without anything in it; its URL."""
        with self._admin() as connection:
            connection.execute(f'CREATE DATABASE "{self._full(name)}"')
        return self._url(name)

    def drop(self, name: str) -> None:
        with self._admin() as connection:
            drop_database(connection, self._full(name))

    def make_template(self) -> None:
        with self._admin() as connection:
            connection.execute(f'CREATE DATABASE "{self._full(TEMPLATE)}"')
        migrate(self._url(TEMPLATE))

    def _full(self, name: str) -> str:
        return f"keurwerk_test_{self.run}_{name}"

    def _url(self, name: str) -> str:
        return make_url(self.database_url).set(database=self._full(name)).render_as_string(hide_password=False)

    def _admin(self) -> psycopg.Connection:
        plain = make_url(self.database_url).set(drivername="postgresql", database="postgres")
        return psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True)


def pytest_configure(config: pytest.Config) -> None:
    """Remember that servers may be needed; they start with the first test that asks, or before the workers do."""
    config.stash[RUNNING] = []
    if "run" in getattr(config, "workerinput", {}):
        config.stash[SERVERS] = Servers(*(config.workerinput[name] for name in ("database_url", "redis_url", "run")))


def pytest_configure_node(node) -> None:  # xdist's hook
    """Hand the servers' addresses to a worker; without them it would start its own when a test asks."""
    if not _is_alone(node.config):
        node.workerinput.update(asdict(_servers(node.config)))


def _is_alone(config: pytest.Config) -> bool:
    """Whether only tests were asked for that need no database; a worker knows by what it was not handed."""
    if hasattr(config, "workerinput"):
        return "run" not in config.workerinput
    return all(each.startswith(ALONE) for each in config.args)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each worker begin with a folder of its own of those whose tests wait for what they started.

    Workers begin with equal parts, and who is done takes from the ends of the others. What waits leaves its core to
    them, and none of it comes last, when nobody would use that core.
    """
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    waiting: list[list[pytest.Item]] = [[] for _ in range(workers)]
    others: list[pytest.Item] = []
    for item in items:
        place = next((place for place, folder in enumerate(WAITING) if item.nodeid.startswith(folder)), None)
        (others if place is None else waiting[place % workers]).append(item)
    ordered: list[pytest.Item] = []
    for left, first in zip(range(workers, 0, -1), waiting, strict=True):
        size = (len(items) - len(ordered)) // left
        ordered += [*first, *others[: max(0, size - len(first))]]
        del others[: max(0, size - len(first))]
    items[:] = ordered + others


def pytest_collection_finish() -> None:
    """Search for garbage seldom, and not among modules and tests: a seventh of all time went there."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def pytest_unconfigure(config: pytest.Config) -> None:
    for stop in reversed(config.stash.get(RUNNING, [])):
        stop()


RUNNING = pytest.StashKey[list[Callable[[], None]]]()
SERVERS = pytest.StashKey[Servers]()


def _servers(config: pytest.Config) -> Servers:
    if SERVERS not in config.stash:
        database_url, redis_url = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
        state = Path(tempfile.mkdtemp(prefix="keurwerk-test-"))
        state.chmod(0o755)  # the database account passes through; what is inside is shut
        config.stash[RUNNING].append(lambda: shutil.rmtree(state, ignore_errors=True))
        if not database_url:
            postgres = Postgres(state, careless=True)
            postgres.start()
            config.stash[RUNNING].append(postgres.stop)
            database_url = postgres.url("postgres", OWNER)
        else:
            database_url = _with_roles(database_url)
        if not redis_url:
            valkey = Valkey(state)
            valkey.start()
            config.stash[RUNNING].append(valkey.stop)
            redis_url = valkey.url
        servers = config.stash[SERVERS] = Servers(database_url, redis_url)
        servers.make_template()
        config.stash[RUNNING].append(lambda: servers.drop(TEMPLATE))
    return config.stash[SERVERS]


def _with_roles(database_url: str) -> str:
    """Make the roles on another server, all with one password; return the address of the owner."""
    url, password = make_url(database_url), "only-for-tests"
    with psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False)) as connection:
        connection.execute((ROOT / "migrations" / "roles.sql").read_text())
        for role in (OWNER, *roles.RUNNING):
            connection.execute(f"ALTER ROLE {role} PASSWORD '{password}'")
    return url.set(username=OWNER, password=password).render_as_string(hide_password=False)


@pytest.fixture(scope="session", autouse=True)
def sidecars() -> Iterator[None]:
    """The processes that open files and print, once for all tests of a worker; each starts when first asked."""
    printer._lane = SHELL  # nobody loses patience: a busy machine makes no test red
    yield
    for each in (reader, printer):
        each.stop()


@pytest.fixture(scope="session", autouse=True)
def strong_hasher() -> Iterator[PasswordHasher]:
    """Let passwords be hashed in no time; the result is how the portal hashes them."""
    strong, services.HASHER = services.HASHER, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    yield strong
    services.HASHER = strong


@pytest.fixture(scope="session")
def servers(request: pytest.FixtureRequest) -> Servers:
    return _servers(request.config)


@pytest.fixture(scope="session")
def engine(servers: Servers, worker_id: str) -> Iterator[Engine]:
    """This worker's own database."""
    name = worker_id
    engine = create_engine(servers.clone(name), pool_size=2)
    event.listen(engine, "connect", keep_statements)
    yield engine
    engine.dispose()
    servers.drop(name)


def keep_statements(connection: psycopg.Connection, record: object) -> None:
    """Keep prepared statements as the portal does, of all pages: with row policies planning costs more than running."""
    prepared.on_connect(connection, record)
    connection.prepared_max = 500


# Where the places of its values are in a statement, psycopg remembers of 128; the pages have several hundred.
_queries._query2pg = lru_cache(2000)(_queries._query2pg_nocache)


@pytest.fixture(scope="session")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the files, mail and keys of this worker."""
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="session")
def settings(state: Path, request: pytest.FixtureRequest) -> Settings:
    """Of the application of this worker; where no test needs a database, servers that are not there."""
    if _is_alone(request.config):
        return make_settings(state, "postgresql+psycopg://nobody@localhost/nothing", "redis://localhost:1")
    engine, servers = request.getfixturevalue("engine"), request.getfixturevalue("servers")
    owned = engine.url.render_as_string(hide_password=False)
    return make_settings(state, servers.url_as(owned), servers.redis_url)


def make_settings(state: Path, database_url: str, redis_url: str, **changes: object) -> Settings:
    """Settings of a portal whose files all lie below `state`."""
    values = {
        "secret_key": "a key for tests alone, of many letters",
        "storage_url": (state / "files").as_uri(),
        "mail_url": f"file://{state / 'mail'}",
        "seal_dir": state / "seal",
        "metrics_dir": state / "metrics",
        "cache_dir": state / "cache",
        "second_reading_percent": 0,  # no test hangs on a lot
        "fonts_dir": VAR / "assets" / "fonts",
        "max_evidence_bytes": 10 * 1024 * 1024,  # small, for tests of what is too large
        "testing": True,
    }
    return Settings(database_url=database_url, redis_url=redis_url, **(values | changes))


class Compiled(FileSystemBytecodeCache):
    """Templates that a worker of this run compiled already, by language: 330 in two of them take 5 s of CPU."""

    def get_bucket(self, environment: Environment, name: str, filename: str | None, source: str) -> Bucket:
        assert isinstance(environment, templating.Environment)
        return super().get_bucket(environment, f"{environment.language} {name}", filename, source)


@pytest.fixture(scope="session")
def built_app(settings: Settings, state: Path, worker_id: str) -> Flask:
    """The application, built once per worker."""
    app = create_app(settings)
    of_run = state.parent if worker_id == "master" else state.parents[1]
    (of_run / "templates").mkdir(exist_ok=True)
    app.jinja_env.bytecode_cache = Compiled(str(of_run / "templates"))
    return app


@pytest.fixture
def connection(engine: Engine):
    """A connection in a transaction that is undone after the test."""
    with engine.connect() as connection:
        outer = connection.begin()
        yield connection
        outer.rollback()


@pytest.fixture
def make_session(connection) -> sessionmaker[Session]:
    """Sessions whose commits end with the test."""
    return sessionmaker(connection, join_transaction_mode="create_savepoint")


@pytest.fixture
def session(make_session) -> Iterator[Session]:
    with make_session() as session:
        yield session


@pytest.fixture
def database_role() -> str:
    """As whom the application works; tests of workers say otherwise."""
    return APP


@pytest.fixture
def app_sessions(make_session, database_role: str) -> sessionmaker[Session]:
    """Return sessions of the application, in the test's transaction."""
    return acting_as(database_role, make_session)


@pytest.fixture
def app(built_app: Flask, app_sessions, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """The application in the test's transaction, with the rights of its own role and a queue that only notes.

    What its keys remember of the log ends with that transaction.
    """
    monkeypatch.setitem(built_app.extensions, "sessionmaker", app_sessions)
    monkeypatch.setitem(built_app.extensions, "queue", NotedQueue())
    for name in shared_throttles(built_app):  # they count across tests
        monkeypatch.setitem(built_app.extensions, name, Throttle())
    yield built_app
    (built_app.extensions["settings"].seal_dir / memory.FILE).unlink(missing_ok=True)


def shared_throttles(app: Flask) -> list[str]:
    """Name the throttles that count in the store of all processes; tests give each its own memory."""
    return [name for name in app.extensions if name.endswith("_throttle")]


def acting_as(role: str, make_session: sessionmaker[Session]) -> sessionmaker[Session]:
    """Sessions in the same transaction that have the rights of `role` from their begin to their end."""
    connection: Connection = make_session.kw["bind"]

    class Acting(Session):
        def commit(self) -> None:
            """Let the deferred triggers speak, which otherwise wait for a commit that no test comes to."""
            self.flush()
            self.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
            self.execute(text("SET CONSTRAINTS ALL DEFERRED"))
            super().commit()

    def become(name: str) -> None:  # past SQLAlchemy: tests count the statements of a page
        cursor = connection.connection.cursor()
        cursor.execute(f"SET LOCAL ROLE {name}")
        if name == OWNER:
            cursor.execute("SELECT become(NULL, NULL, '')")

    acting: set[SessionTransaction] = set()  # of the session of a request, and of one that writes beside it

    @event.listens_for(Acting, "after_begin")
    def begin(_, transaction, __):
        acting.add(transaction)
        become(role)

    @event.listens_for(Acting, "after_transaction_end")
    def end(_, transaction):
        acting.discard(transaction)
        if transaction.parent is None and not acting and connection.in_transaction():
            become(OWNER)

    return sessionmaker(connection, class_=Acting, join_transaction_mode="create_savepoint")


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def real_db(servers: Servers) -> Iterator[Engine]:
    """A database of its own, for tests that need real commits and several connections."""
    name = uuid4().hex[:12]
    engine = create_engine(servers.clone(name), pool_size=10)
    yield engine
    engine.dispose()
    servers.drop(name)


class NotedQueue:
    """A queue that remembers the ids it was notified with."""

    def __init__(self) -> None:
        self.notified: list[str] = []

    def enqueue(self, _: str, item_id: str, **__: object) -> None:
        self.notified.append(item_id)
