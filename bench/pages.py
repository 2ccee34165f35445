"""`make bench ONLY=pages`: what a page costs at 20,000 agencies and 1,000,000 answers, beside the same bytes for nothing."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import event, make_url, select, text

from bench import load, seed
from bench.results import Report, Row, Target
from portal.app import create_app
from portal.demo.case import Case
from portal.demo.cast import EDITOR, STAFF
from portal.doors.account.services import open_session
from portal.host import processes
from portal.host.embedded import Postgres, Valkey
from portal.host.supervisor import migrate, web_command, worker_command
from portal.settings import ROOT, Settings
from portal.stores import database
from portal.stores.roles import APP, WORKER

PORT, BARE_PORT = 8377, 8378
N, BARE_N, CONNECTIONS = 400, 4000, 4
STATEMENTS, MEMORY_MB = 8, 200


def main() -> None:
    """Fill, serve, measure, compare."""
    report = Report("pages")
    with ExitStack() as stack:
        state = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="keurwerk-bench-")))
        state.chmod(0o755)
        settings = _settings(stack, state)
        env = _environment(settings)
        stack.enter_context(_child(worker_command(), _environment(settings, WORKER)))
        begin = time.perf_counter()
        cases = seed.fill(settings)
        print(f"filled in {time.perf_counter() - begin:.0f} s: {_counts(settings)}")
        app = create_app(settings)
        pages = _pages(app, cases)
        web = stack.enter_context(_child(web_command(PORT), env))
        bodies = state / "bodies"
        bodies.mkdir()
        for name, (path, cookie) in pages.items():
            measured = _measure(report, name, "keurwerk", PORT, path, web.pid, N, cookie)
            (bodies / name.replace(" ", "-")).write_bytes(measured.body)
            count = _statements(app, path, cookie)
            report.targets.append(
                Target(f"SQL statements, {name}", f"<= {STATEMENTS}", str(count), count <= STATEMENTS)
            )
        memory = max(load.resident_mb(pid) for pid in load.tree(web.pid))
        report.targets.append(
            Target("memory of a web process", f"< {MEMORY_MB} MB", f"{memory:.0f} MB", memory < MEMORY_MB)
        )
        bare = stack.enter_context(_child(web_command(BARE_PORT, "bench.bare:app"), env | {"BARE_BODIES": str(bodies)}))
        for name in pages:
            _measure(report, name, "bare WSGI", BARE_PORT, f"/{name.replace(' ', '-')}", bare.pid, BARE_N, "")
    report.write()


def _settings(stack: ExitStack, state: Path) -> Settings:
    postgres, valkey = Postgres(state), Valkey(state)
    for server in (postgres, valkey):
        server.start()
        stack.callback(server.stop)
    url = postgres.create_database("bench")
    migrate(url)
    return Settings(
        database_url=url,
        redis_url=valkey.url,
        secret_key="b" * 48,
        storage_url=f"file://{state / 'files'}",
        mail_url=f"file://{state / 'mail'}",
        seal_dir=state / "seal",
        base_url=f"http://127.0.0.1:{PORT}",
    )


def _environment(settings: Settings, role: str = APP) -> dict[str, str]:
    """That of a child, which is not the owner of the tables as we are."""
    names = ("database_url", "redis_url", "secret_key", "storage_url", "mail_url", "seal_dir", "base_url")
    own = {name.upper(): str(getattr(settings, name)) for name in names}
    own["DATABASE_URL"] = make_url(settings.database_url).set(username=role, password=None).render_as_string()
    return dict(os.environ) | own  # noqa: TID251 - an entry point


@contextmanager
def _child(command: list[str], env: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(command, env=env, cwd=ROOT, preexec_fn=processes.starter(), stdout=sys.stderr)
    try:
        yield process
    finally:
        processes.stop(process)


def _pages(app: Flask, cases: dict[str, Case]) -> dict[str, tuple[str, str]]:
    """Path and cookie of every page that is measured."""
    draft, audit, decision = cases["draft"], cases["audit"], cases["decision"]
    editor = _cookie(app, draft._part(EDITOR).email)
    inspector, decider = (_cookie(app, STAFF[role].email) for role in ("inspector", "decider"))
    entry = f"/register/nl-{cases['certified'].details.register_number}"
    return {
        "register entry": (entry, ""),
        "register search": ("/register?q=polderkracht+agri", ""),
        "register typo": ("/register?q=polderkarcht+agri", ""),
        "task list": (f"/agency/applications/{draft.application_id}", editor),
        "question page": (f"/agency/applications/{draft.application_id}/questions/PAY-05", editor),
        "audit page": (f"/inspector/audits/{audit.audit_id}", inspector),
        "audit requirement": (f"/inspector/audits/{audit.audit_id}/requirements/PAY-05", inspector),
        "decision page": (f"/office/audits/{decision.audit_id}/decision", decider),
    }


def _cookie(app: Flask, email: str) -> str:
    from audits.people.models import Person

    with app.app_context(), database.write() as session:
        person = session.scalars(select(Person).where(Person.email == email)).one()
        token = open_session(session, person).token
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["token"] = token
    name = app.config["SESSION_COOKIE_NAME"]
    return f"{name}={client.get_cookie(name).value}"


def _measure(report: Report, case: str, system: str, port: int, path: str, pid: int, n: int, cookie: str) -> load.Load:
    _wait(port, path, cookie)
    pids = load.tree(pid)
    load.run(port, path, n=max(40, n // 10), connections=CONNECTIONS, pids=pids, cookie=cookie)  # warm
    found = load.run(port, path, n=n, connections=CONNECTIONS, pids=pids, cookie=cookie)
    report.rows.append(
        Row(system, case, n, found.cpu / n * 1000, found.wall_ms(0.5), found.wall_ms(0.95), n / found.elapsed)
    )
    return found


def _wait(port: int, path: str, cookie: str) -> None:
    end = time.monotonic() + 30
    while True:
        try:
            load.once(port, path, cookie)
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
        else:
            return


def _statements(app: Flask, path: str, cookie: str) -> int:
    seen: list[str] = []
    engine = app.extensions["sessionmaker"].kw["bind"]

    def note(_c, _k, statement, *_):
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    client = app.test_client()
    if cookie:
        client.set_cookie(*cookie.split("=", 1))
    answer = client.get(path)
    event.remove(engine, "before_cursor_execute", note)
    if answer.status_code != 200:  # noqa: PLR2004
        raise RuntimeError(f"{path} answers {answer.status_code}")
    return len(seen)


def _counts(settings: Settings) -> str:
    app = create_app(settings, doors=())
    with app.app_context():
        one = database.read().execute(text("SELECT (SELECT count(*) FROM agency), (SELECT count(*) FROM answer)")).one()
    return f"{one[0]:,} agencies, {one[1]:,} answers"


if __name__ == "__main__":
    main()
