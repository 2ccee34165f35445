"""What an administrator and Prometheus see of a running portal: several web processes and a worker."""

from datetime import timedelta
from urllib.request import urlopen
from uuid import uuid4

from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import select

from audits.core import clock
from audits.core.outbox import PAGE_SIZE, OutboxItem
from portal.demo.story import PASSWORD, STAFF
from portal.stores import database, periodic
from portal.web.security_log import Kind, SecurityEvent
from tests.kit.waiting import PATIENCE, until

EMAIL = STAFF["administrator"].email


def rows(portal, query):
    with portal.app.app_context():
        return list(database.read().scalars(query))


def numbers(portal):
    with urlopen(f"{portal.url}/metrics", timeout=PATIENCE) as response:
        families = list(text_string_to_metric_families(response.read().decode()))
    return {(each.name, *each.labels.values()): each.value for family in families for each in family.samples}


def test_who_tried_what_is_on_a_page(portal, screen):
    window = screen()
    window.sign_in(EMAIL, "not the password").sign_in(EMAIL, PASSWORD).open("/office/security-log/")
    assert "Sign-in failed" in window.text
    failed, entered = rows(
        portal,
        select(SecurityEvent)
        .where(SecurityEvent.kind.in_([Kind.SIGN_IN_FAILED, Kind.SIGNED_IN]))
        .order_by(SecurityEvent.id.desc())
        .limit(2),
    )[::-1]
    assert (failed.kind, entered.kind) == (Kind.SIGN_IN_FAILED, Kind.SIGNED_IN)
    assert failed.person_id == entered.person_id
    assert failed.visitor == entered.visitor  # of two processes maybe: they share the key
    assert failed.request_id != entered.request_id


def test_failed_work_is_tried_again_from_its_second_page(portal, screen):
    now, last = clock.now(), uuid4()
    with portal.app.app_context(), database.write() as session:
        for minutes in range(PAGE_SIZE + 1):
            given_up = {"failed_at": now - timedelta(minutes=minutes), "last_error": f"OSError: error {minutes}"}
            own = {"id": last if minutes == PAGE_SIZE else uuid4(), "kind": "credentials.sign_lists"}
            session.add(OutboxItem(**own, **given_up, payload={}, created_at=now, due_at=now, attempts=6))
        long = f"OperationalError: {'connection refused ' * 20}"
        periodic.note_failure(session, "files.check", long, again=timedelta(hours=1))
    dutch = screen().sign_in(EMAIL, PASSWORD).open("/office/failed-jobs/?lang=nl")
    assert "Het openbare logboek ondertekenen" in dutch.text
    window = screen().sign_in(EMAIL, PASSWORD).open("/office/failed-jobs/")
    assert f"OSError: error {PAGE_SIZE}" not in window.text
    window.link("Next page")
    assert f"OSError: error {PAGE_SIZE}" in window.text
    window.click("Try again")
    assert "It will be tried again." in window.text
    until(lambda: rows(portal, select(OutboxItem.id).where(OutboxItem.id == last, OutboxItem.done_at.is_not(None))))


def test_the_counts_of_all_processes_are_added_up(portal):
    key, before = ("keurwerk_requests_total", "/readyz", "2xx"), numbers(portal)
    for _ in range(20):
        urlopen(f"{portal.url}/readyz", timeout=PATIENCE).close()
    after = numbers(portal)
    assert after[key] - before.get(key, 0) == 20
    # ten for each process that used the database: a web process, and the worker
    until(lambda: numbers(portal)["keurwerk_database_connections_max",] >= 20)
    until(lambda: ("keurwerk_task_ran_timestamp_seconds", "ledger.checkpoint") in numbers(portal))
