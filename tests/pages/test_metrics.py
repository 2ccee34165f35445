"""`/metrics`: for whom it is, what it holds, and that it still answers when the database does not."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import text

from audits.core import clock
from audits.core.outbox import OutboxItem
from certificates.documents.stages import DocumentKind
from certificates.seal import KeysError
from portal.app import create_app
from portal.printer.client import Printer, PrinterError
from portal.reader.client import RefusedError, reader
from portal.settings import ROOT
from portal.sidecar.client import Answer
from portal.sidecar.lanes import PEOPLE, SHELL, BusyError
from portal.signing import remote, sealing
from portal.stores import periodic
from tests.kit import snapshot

NOW = datetime(2027, 3, 3, 12, 0, tzinfo=UTC)
TOKEN = "a token for whoever asks for numbers"


def numbers(app, **options):
    """Every sample of an answer, by its name and the values of its labels."""
    response = app.test_client().get("/metrics", **options)
    assert response.status_code == 200
    families = text_string_to_metric_families(response.text)
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


# For whom


@pytest.fixture
def build(settings):
    def build(**changes):
        return create_app(replace(settings, **changes), doors=("registry",))

    return build


def status(app, address="127.0.0.1", **headers):
    return app.test_client().get("/metrics", environ_overrides={"REMOTE_ADDR": address}, headers=headers).status_code


def test_without_a_token_only_this_machine_is_answered(build):
    app = build()
    assert [status(app, each) for each in ("127.0.0.1", "::1", "203.0.113.7", "10.0.0.1")] == [200, 200, 404, 404]


def test_without_a_token_nobody_is_answered_where_people_come_from_elsewhere(build):
    for proxies in (0, 1):
        app = build(base_url="https://register.example", proxies=proxies)
        assert status(app) == 404
        assert status(app, **{"X-Forwarded-For": "127.0.0.1"}) == 404


def test_with_a_token_who_sends_it_is_answered(build):
    app = build(base_url="https://register.example", metrics_token=TOKEN)
    assert status(app, "203.0.113.7", Authorization=f"Bearer {TOKEN}") == 200
    for wrong in ("Bearer", "Bearer ", f"Bearer {TOKEN}x", f"Basic {TOKEN}", "Bearer \u00e9", TOKEN):
        assert status(app, Authorization=wrong) == 401
    response = app.test_client().get("/metrics")
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, "Bearer")
    assert "keurwerk_" not in response.text


# What it holds


def test_requests_by_route_and_class_of_status(app):
    before = numbers(app)
    for path in ("/healthz", "/healthz", "/invitation/s3cret", "/no/such/s3cret"):
        app.test_client().get(path)
    after = numbers(app)
    names = ("keurwerk_requests_total", "keurwerk_request_seconds_count")
    grown = {key: after[key] - before.get(key, 0) for key in after if key[0] in names}
    assert grown["keurwerk_requests_total", "/healthz", "2xx"] == 2
    assert grown["keurwerk_requests_total", "/<any(invitation, reset, objection):purpose>/<token>", "4xx"] == 1
    assert grown["keurwerk_requests_total", "none", "4xx"] == 1
    assert grown["keurwerk_requests_total", "/metrics", "2xx"] == 1
    assert grown["keurwerk_request_seconds_count", "/healthz"] == 2
    assert "s3cret" not in str(after)


def test_what_other_processes_do_and_refuse(app, monkeypatch):
    before = numbers(app)
    with pytest.raises(RefusedError):
        reader.ask(SHELL, "upload", b"no picture", extension="png", own=[])
    reader.ask(SHELL, "list", b"12", is_table=False)
    monkeypatch.setattr(Printer, "exchange", lambda *_: Answer({"failed": "PressError"}, b""))
    with pytest.raises(PrinterError):
        Printer().prepare(DocumentKind.REGISTER_EXTRACT, {}, None)
    monkeypatch.setattr(remote, "PAUSES", (0.0,))
    with pytest.raises(KeysError):
        remote.RemoteSigner("unix:///nowhere").remembered()
    after = numbers(app)
    grown = {key: after[key] - before.get(key, 0) for key in after if key[0].startswith("keurwerk_asked")}
    done, refused = "keurwerk_asked_seconds_count", "keurwerk_asked_refused_total"
    for task in (("reader", "upload"), ("printer", "register_extract"), ("signer", "remembered")):
        assert (grown[done, *task], grown[refused, *task]) == (1, 1)
    assert (grown[done, "reader", "list"], grown.get((refused, "reader", "list"), 0)) == (1, 0)


def test_the_outbox(app, session, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    assert numbers(app)["keurwerk_outbox_oldest_seconds",] == 0
    for minutes, kind, ended in (
        (5, "mail", {}),
        (2, "mail", {}),
        (9, "certificate.seal", {"failed_at": NOW}),
        (99, "mail", {"done_at": NOW}),
    ):
        added = NOW - timedelta(minutes=minutes)
        session.add(OutboxItem(kind=kind, payload={"email": "s3cret"}, created_at=added, due_at=added, **ended))
    session.flush()
    found = numbers(app)
    counts = {key: value for key, value in found.items() if key[0].startswith("keurwerk_outbox")}
    assert counts == {
        ("keurwerk_outbox_waiting", "mail"): 2,
        ("keurwerk_outbox_failed", "certificate.seal"): 1,
        ("keurwerk_outbox_oldest_seconds",): 300,
    }
    assert found["keurwerk_database_up",] == 1


def test_periodic_tasks(app, session, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)
    periodic.note_run(session, "files.check", again=timedelta(hours=1))
    for _ in range(2):
        periodic.note_failure(session, "document.renew", "OSError", again=timedelta(minutes=1))
    session.flush()
    found = numbers(app)
    tasks = {key: value for key, value in found.items() if key[0].startswith("keurwerk_task")}
    assert tasks == {
        ("keurwerk_task_due_timestamp_seconds", "document.renew"): NOW.timestamp() + 60,
        ("keurwerk_task_due_timestamp_seconds", "files.check"): NOW.timestamp() + 3600,
        ("keurwerk_task_ran_timestamp_seconds", "files.check"): NOW.timestamp(),
        ("keurwerk_task_failures", "document.renew"): 2,
        ("keurwerk_task_failures", "files.check"): 0,
    }


def test_seals(app):
    key = ("keurwerk_seals_total", "decision_letter")
    before = numbers(app).get(key, 0)
    with app.app_context():
        sealing.sealed_document(DocumentKind.DECISION_LETTER, snapshot.decision_letter())
    assert numbers(app)[key] - before == 1


@pytest.mark.usefixtures("busy_reader")
def test_files_that_the_reader_has_no_place_for(app):
    key = ("keurwerk_turned_away_total", "people")
    before = numbers(app).get(key, 0)
    with pytest.raises(BusyError):
        reader.ask(PEOPLE, "upload", b"")
    assert numbers(app)[key] - before == 1


def test_connections_in_use(settings, app):
    alone = create_app(settings, doors=())
    engine = alone.extensions["sessionmaker"].kw["bind"]
    used = ("keurwerk_database_connections",)
    with engine.connect(), engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        assert numbers(app)[used] == 2
        connection.invalidate()
    found = numbers(app)
    assert (found[used], found["keurwerk_database_connections_max",]) == (0, 10)
    engine.dispose()


def test_the_register_alone_tells_of_its_processes_only(build):
    names = {key[0] for key in numbers(build(database_url="postgresql+psycopg://x@/x?host=/none"))}
    assert "keurwerk_requests_total" in names
    assert not {name for name in names if name.startswith(("keurwerk_outbox", "keurwerk_task", "keurwerk_database_up"))}


def test_without_a_database_the_rest_is_still_told(settings):
    app = create_app(replace(settings, database_url="postgresql+psycopg://x@/x?host=/none"))
    found = numbers(app)
    assert found["keurwerk_database_up",] == 0
    assert ("keurwerk_requests_total", "/metrics", "2xx") in numbers(app)


def test_the_page_of_alerts_names_what_there_is(app, session):
    written = (ROOT / "docs" / "metrics.md").read_text()
    known = set(re.findall(r"# TYPE (keurwerk_\w+)", app.test_client().get("/metrics").text))
    known = {name for name in known if not name.endswith("_created")}  # not told by several processes
    named = set(re.findall(r"keurwerk_\w+", written))
    assert {name.removesuffix("_bucket") for name in named} == known
