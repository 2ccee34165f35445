"""Health checks and error pages while a part is down: status 503 and our own page."""

import shutil
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import text

from audits.core.access import Role
from portal.app import DOORS, create_app
from portal.settings import Settings
from portal.stores import database
from portal.stores.files import open_store
from portal.web import health
from tests.conftest import make_settings
from tests.kit.browser import Browser
from tests.kit.factories.people import make_person

GOOD = {"database": "ok", "queue": "ok", "storage": "ok"}


@pytest.fixture
def build(tmp_path, settings: Settings):
    """A portal whose parts are real, but for those that a test breaks."""

    built: list[Flask] = []

    def build(doors: tuple[str, ...] = DOORS, **broken: str) -> Flask:
        whole = make_settings(tmp_path, settings.database_url, settings.redis_url)
        built.append(create_app(replace(whole, **broken), doors))
        return built[-1]

    yield build
    for app in built:
        app.extensions["sessionmaker"].kw["bind"].dispose()


def state_of(app):
    response = app.test_client().get("/readyz")
    return response.status_code, response.json["status"], response.json["parts"]


def nowhere(tmp_path, kind):
    return f"postgresql+psycopg://x@/x?host={tmp_path}/none" if kind == "database" else f"unix://{tmp_path}/none.sock"


def test_a_portal_whose_parts_answer_is_ready(build):
    assert state_of(build()) == (200, "ok", GOOD)


@pytest.mark.parametrize(("part", "setting"), [("database", "database_url"), ("queue", "redis_url")])
def test_a_part_that_does_not_answer_is_named_and_the_process_still_lives(build, tmp_path, part, setting):
    app = build(**{setting: nowhere(tmp_path, part)})
    assert state_of(app) == (503, "down", GOOD | {part: "down"})
    response = app.test_client().get("/healthz")
    assert (response.status_code, response.json) == (200, {"status": "ok"})


def test_the_register_alone_is_ready_without_a_queue(tmp_path, build):
    register = build(doors=("registry",), redis_url=nowhere(tmp_path, "queue"))
    assert state_of(register) == (200, "ok", {"database": "ok", "storage": "ok"})


@pytest.mark.parametrize("harm", [shutil.rmtree, lambda folder: (shutil.rmtree(folder), folder.write_text("x"))])
def test_a_store_whose_folder_has_gone_is_down(build, tmp_path, harm):
    app = build()
    harm(tmp_path / "files")
    assert state_of(app) == (503, "down", GOOD | {"storage": "down"})


def test_a_store_that_nobody_serves_is_down(build, monkeypatch):
    app = build()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
    }.items():
        monkeypatch.setenv(name, value)
    app.extensions["store"] = open_store("s3://nobody/files", "http://127.0.0.1:9")
    assert state_of(app) == (503, "down", GOOD | {"storage": "down"})


def declare(session, found, serves):
    session.execute(
        text("UPDATE alembic_version SET version_num = :found, serves = :serves"),
        {"found": found, "serves": serves},
    )
    session.commit()


@pytest.mark.parametrize(
    ("found", "serves"),
    [("0000", "0000"), ("0000", None), ("9999", "9998"), ("9999", None)],
    ids=["older", "older, and silent", "later, for later code only", "later, and silent"],
)
def test_tables_that_do_not_serve_this_code_are_not_ready(app, session, found, serves):
    declare(session, found, serves)
    with app.app_context(), pytest.raises(LookupError):
        health.CHECKS["database"]()


def test_later_tables_that_still_serve_this_code_are_ready(app, session):
    declare(session, "9999", database.head())
    with app.app_context():
        health.CHECKS["database"]()


def test_tables_from_before_they_said_whom_they_serve_are_not_ready(app, session):
    session.execute(text("ALTER TABLE alembic_version DROP COLUMN serves"))
    session.commit()
    with app.app_context():
        assert health._try("database", health.CHECKS["database"]) == "down"


def test_strangers_learn_no_details(build, tmp_path):
    answer = build(database_url=nowhere(tmp_path, "database")).test_client().get("/readyz").text
    assert str(tmp_path) not in answer


PAGES = ["/office/", "/office/certificates/", "/agency/", "/inspector/", "/account"]


@pytest.mark.parametrize("language", ["nl", "en"])
def test_pages_without_a_database_say_so_in_a_page_of_ours(build, tmp_path, language):
    browser = Browser(build(database_url=nowhere(tmp_path, "database")), language)
    with browser.client.session_transaction() as cookie:
        cookie["token"] = "of somebody who signed in before"
    for path in PAGES:
        page = browser.open(path, status=503)
        assert (
            page.heading
            == {
                "nl": "De dienst is nu niet beschikbaar",
                "en": "The service is not available now",
            }[language]
        ), path
        assert int(page.response.headers["Retry-After"]) > 0


def test_a_form_sent_to_a_database_that_has_gone_gets_the_same_page(build, tmp_path):
    browser = Browser(build(database_url=nowhere(tmp_path, "database")))
    browser.open("/login")
    page = browser.submit(email="somebody@example.nl", password="vier gele fietsen", status=503)
    assert page.heading == "The service is not available now"


def test_pages_need_no_queue(app, session, tmp_path, monkeypatch):
    monkeypatch.setitem(app.extensions, "queue", None)
    browser = Browser(app).sign_in(session, make_person(session, Role.PLANNER))
    session.commit()
    assert browser.open("/office/").heading == "Work that waits"
    assert browser.open("/").status == 200
