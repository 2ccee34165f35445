"""Pages for administrators: work that failed, and periodic tasks."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import select

from audits.core import clock, outbox
from audits.core.access import Role
from audits.core.outbox import OutboxItem
from portal.doors.office.failed_jobs import TASKS
from portal.stores import periodic
from portal.work.schedule import PERIODIC_TASKS


def test_failed_work_shows_its_kind_and_error_and_never_its_content(app, enter, session):
    outbox.enqueue(session, "mail", template="secret-template", email="somebody@example.nl")
    session.flush()
    item = session.scalars(select(OutboxItem)).one()
    item.failed_at, item.last_error, item.attempts = clock.now(), "OSError: refused", 6
    browser = enter(Role.ADMINISTRATOR)
    page = browser.open("/office/failed-jobs/")
    assert "OSError: refused" in page.text
    assert "somebody@example.nl" not in page.response.text
    page = browser.submit()
    assert page.notes == ["It will be tried again."]
    assert "No job has failed." in page.text
    session.expire_all()
    assert (item.failed_at, item.attempts) == (None, 0)
    assert app.extensions["queue"].notified == [str(item.id)]


def test_to_try_again_what_does_not_exist_is_not_found(enter):
    browser = enter(Role.ADMINISTRATOR)
    page = browser.open("/office/failed-jobs/")
    token = page.value("csrf_token")
    browser.post(f"/office/failed-jobs/{uuid4()}/retry", {"csrf_token": token}, status=404)


def test_failed_work_is_shown_page_by_page(app, enter, session, monkeypatch):
    monkeypatch.setattr(outbox, "PAGE_SIZE", 1)
    now = clock.now()
    for minute, error in enumerate(("Newest", "Oldest")):
        given_up = {"failed_at": now - timedelta(minutes=minute), "last_error": error}
        session.add(OutboxItem(kind="mail", payload={}, created_at=now, due_at=now, **given_up))
    browser = enter(Role.ADMINISTRATOR)
    page = browser.open("/office/failed-jobs/")
    assert ("Newest" in page.text, "Oldest" in page.text) == (True, False)
    page = browser.follow("Next page")
    assert ("Newest" in page.text, "Oldest" in page.text) == (False, True)
    browser.submit()
    assert app.extensions["queue"].notified == [str(given_up_as(session, "Oldest"))]


def given_up_as(session, error):
    return session.scalars(select(OutboxItem.id).where(OutboxItem.last_error == error)).one()


# Periodic tasks


def cells(page, task):
    row = page.soup.find("th", string=task).find_parent("tr")
    return [" ".join(cell.get_text().split()) for cell in row.find_all("td")]


def test_every_periodic_task_has_words():
    assert list(TASKS) == [task.name for task in PERIODIC_TASKS]


def test_periodic_tasks_show_last_run_next_run_and_last_error(enter, session, monkeypatch):
    fixed = datetime(2027, 3, 3, 12, 0, tzinfo=UTC)
    monkeypatch.setattr(clock, "now", lambda: fixed)
    browser = enter(Role.ADMINISTRATOR)
    page = browser.open("/office/failed-jobs/")
    assert cells(page, "Check stored files") == ["Never", "As soon as a worker runs", "–"]
    assert "Periodic tasks are late." in page.text
    for name in TASKS:
        periodic.note_run(session, name, again=timedelta(hours=1))
    periodic.note_failure(session, "files.check", "OSError: <b>disk</b>", again=timedelta(minutes=1))
    session.flush()
    page = browser.open("/office/failed-jobs/")
    error = "3 March 2027, 13:00: OSError: <b>disk</b> It failed once."
    assert cells(page, "Check stored files") == ["3 March 2027, 13:00", "3 March 2027, 13:01", error]
    assert "Periodic tasks are late." not in page.text
    monkeypatch.setattr(clock, "now", lambda: fixed + timedelta(minutes=7))
    session.expire_all()
    page = browser.open("/office/failed-jobs/")
    assert cells(page, "Check stored files")[1] == "3 March 2027, 13:01 late"
    assert "Periodic tasks are late." in page.text
