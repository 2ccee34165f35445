"""A second database server by streaming replication: the register is read from it, also by many, and it takes over."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, select
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Role
from certificates.lifecycle.workflow import CertificateState as S
from certificates.register.models import RegisterEntry
from certificates.register.services import rebuild_all
from portal.app import create_app
from portal.doors.registry.newer import keep
from portal.host.embedded import Postgres
from portal.host.processes import starter, stop
from portal.host.supervisor import migrate
from portal.stores.kept import path_in
from portal.stores.roles import APP, REGISTER
from tests.chaos.crowd import Crowd
from tests.chaos.person import until
from tests.conftest import make_settings
from tests.kit.browser import PASSWORD, Browser
from tests.kit.factories import make_person
from tests.kit.factories.certificates import change, make_certificate
from tests.kit.factories.people import give_password
from tests.kit.long_runs import SHARE, steps
from tests.kit.waiting import PATIENCE

CHANGES = max(5, steps(200))
VISIBLE = 5.0  # seconds after which a change is shown everywhere


class Pair:
    """A server, and a copy of it that follows it by streaming replication; both end with the test."""

    def __init__(self, folder: Path) -> None:
        self.primary = Postgres(folder / "primary")
        self._account = self.primary._account
        self._home = self.primary._home
        self._data, self._sockets, self._log = (folder / "standby" / name for name in ("data", "run", "log"))
        self._second: subprocess.Popen[bytes] | None = None
        for each in (folder / "standby", self._sockets):
            each.mkdir()
            each.chmod(0o700)
            if self._account:
                shutil.chown(each, self._account)

    def start(self) -> None:
        """Start the first, with a role for replication as an operator makes it."""
        self.primary.start()
        self.primary.stop()
        self._binaries = self.primary._binaries()
        role = "CREATE ROLE standby LOGIN REPLICATION"
        self._run("postgres", "--single", "-D", str(self._home / "data"), "postgres", words=role)
        self.primary.start()
        account = self._account or pwd.getpwuid(os.geteuid()).pw_name
        for name, line in {
            "hba": "local replication standby peer map=here",
            "ident": f"here {account} standby",
        }.items():
            with (self._home / f"pg_{name}.conf").open("a") as rules:
                rules.write(f"{line}\n")
        self.primary.process.send_signal(signal.SIGHUP)

    def follow(self) -> None:
        """Copy the first and let the copy follow."""
        source = ["-h", str(self.primary._sockets), "-U", "standby"]
        self._run("pg_basebackup", *source, "-D", str(self._data), "-R", "-X", "stream", "-c", "fast")
        rules = [f"{name}_file={self._home / f'pg_{name}.conf'}" for name in ("hba", "ident")]
        settings = [*rules, "listen_addresses=", f"unix_socket_directories={self._sockets}", "timezone=UTC"]
        command = [str(self._binaries / "postgres"), "-D", str(self._data)]
        with self._log.open("ab") as log:
            self._second = subprocess.Popen(
                [*command, *(word for setting in settings for word in ("-c", setting))],
                stdout=log,
                stderr=log,
                cwd="/",
                preexec_fn=starter(signal.SIGINT, self._account),
            )

    def take_over(self) -> None:
        """Lose the first without notice, and make the second take changes."""
        self.primary.process.send_signal(signal.SIGQUIT)
        self.primary.process.wait()
        self._run("pg_ctl", "promote", "-w", "-t", str(PATIENCE), "-D", str(self._data))

    def lose_second(self) -> None:
        """Lose the second without notice."""
        assert self._second
        self._second.send_signal(signal.SIGQUIT)
        self._second.wait()
        self._second = None

    def stop(self) -> None:
        stop(self._second, signal.SIGINT)
        self.primary.stop()

    def there(self, url: str) -> str:
        """The address of a database at the second, from its address at the first."""
        return make_url(url).set(query={"host": str(self._sockets)}).render_as_string(hide_password=False)

    def _run(self, program: str, *options: str, words: str | None = None) -> None:
        done = subprocess.run(
            [str(self._binaries / program), *options],
            cwd="/",
            input=words,
            preexec_fn=starter(account=self._account),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr


@pytest.fixture
def pair():
    folder = Path(tempfile.mkdtemp(prefix="keurwerk-pair-"))
    folder.chmod(0o755)  # the database account passes through
    found = Pair(folder)
    found.start()
    yield found
    found.stop()
    shutil.rmtree(folder)


@contextmanager
def rows(url):
    engine = create_engine(url)
    with Session(engine) as session:
        yield session
    engine.dispose()


@pytest.fixture
def build(tmp_path, servers):
    built = []

    def build(url, **options):
        built.append(create_app(make_settings(tmp_path, url, servers.redis_url), **options))
        return Browser(built[-1])

    yield build
    for app in built:
        app.extensions["sessionmaker"].kw["bind"].dispose()


def add_certificate(session):
    """A certificate in the register; its entry."""
    certificate = make_certificate(session)
    rebuild_all(session)
    session.commit()
    return (
        session.scalars(select(RegisterEntry).where(RegisterEntry.agency_id == certificate.agency_id)).one().public_id
    )


def eventually(browser, path):
    """Wait until a page is there: the second is a moment behind."""
    end = time.monotonic() + PATIENCE
    while browser.client.get(path).status_code != 200:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_standby_serves_the_register_and_takes_over(pair, build):
    here = pair.primary.create_database("portal")  # as its owner, who may write rows that no move has led to
    migrate(here)
    with rows(here) as session:
        decider = give_password(session, make_person(session, Role.DECIDER)).email
        early = add_certificate(session)
    pair.follow()
    with rows(here) as session:
        late = add_certificate(session)  # streamed, not copied
    there = pair.there(here)

    register = build(pair.there(pair.primary.url("portal", REGISTER)), doors=("registry",))
    for entry in (early, late):
        eventually(register, f"/register/{entry}")
    portal = build(pair.there(pair.primary.url("portal", APP)))
    portal.open("/login")
    page = portal.submit(email=decider, password=PASSWORD, status=503)
    assert "We are moving to another database server." in page.text

    pair.take_over()
    portal.open("/login")
    assert portal.submit(email=decider, password=PASSWORD).path.startswith("/office")
    for entry in (early, late):
        register.open(f"/register/{entry}")
    with rows(there) as session:
        portal.open(f"/register/{add_certificate(session)}")


def test_the_register_reads_from_whichever_is_there_and_without_both_says_as_of_when(pair, build, tmp_path):
    here = pair.primary.create_database("portal")
    migrate(here)
    with rows(here) as session:
        entry = add_certificate(session)
    pair.follow()
    either = make_url(pair.primary.url("portal", REGISTER))
    first = either.query["host"]
    both = either.set(query={"host": (str(pair._sockets), first)}).render_as_string(hide_password=False)
    register = build(both, doors=("registry",))
    eventually(register, f"/register/{entry}")
    with rows(here) as session:
        keep(session, path_in(make_settings(tmp_path, here, "").cache_dir))

    pair.lose_second()
    eventually(register, f"/register/{entry}")
    assert "Register entry as of" not in register.open(f"/register/{entry}").text
    pair.primary.stop()
    page = register.open(f"/register/{entry}")
    assert "Register entry as of" in page.text
    assert page.response.headers["Warning"].startswith("110")
    pair.primary.start()
    eventually(register, f"/register/{entry}")
    assert "Register entry as of" not in register.open(f"/register/{entry}").text


class Asking(Crowd):
    """People who ask a register for what changed last, five times a second each; none may be led back in time."""

    def __init__(self, register, path):
        super().__init__(range(10))
        self._client, self._path = register.client.application.test_client, path
        self.back = []

    def _ask(self, number):
        seen = -1
        while not self._end.wait(0.2):
            with self._client() as client:
                answer = client.get(self._path)
            self.answers[answer.status_code] += 1
            found = last_change(answer)
            if found < seen:
                self.back.append((seen, found))
            seen = max(seen, found)


def last_change(answer):
    """The number of the change that the history of an agency begins with."""
    reason = answer.get_json()["history"][0]["reason"] if answer.status_code == 200 else None
    return int(reason) if reason else -1


def test_while_fifty_a_second_ask_a_standby_it_shows_each_change_and_leads_nobody_back(pair, build):
    here = pair.primary.create_database("portal")
    migrate(here)
    with rows(here) as session:
        certificate = make_certificate(session)
        session.commit()
        path = f"/api/v1/agencies/nl-{certificate.agency.register_number}/history"
        pair.follow()
        register = build(pair.there(pair.primary.url("portal", REGISTER)), doors=("registry",))
        eventually(register, path)
        crowd, delays = Asking(register, path), []
        with crowd.asking():
            for number in range(CHANGES):
                crowd.wait_for(10)
                state = S.ACTIVE if number % 2 else S.SUSPENDED
                change(session, certificate, state, clock.today(), str(number))
                session.commit()
                begin = time.monotonic()
                until(lambda number=number: last_change(register.client.get(path)) == number)
                delays.append(round(time.monotonic() - begin, 2))
    sys.stdout.write(f"seconds until the standby showed it: {delays}; {dict(crowd.answers)}\n")
    assert crowd.back == []
    assert crowd.answers.keys() == {200}
    assert SHARE < 1 or max(delays) <= VISIBLE
