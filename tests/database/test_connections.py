"""State that a database connection keeps between requests."""

from uuid import uuid4

import pytest
from sqlalchemy import cast, literal, select, text
from sqlalchemy.dialects.postgresql import JSONB

from portal.app import create_app
from portal.stores import database
from portal.web.access import public


@pytest.fixture
def maker(settings):
    app = create_app(settings)
    maker = app.extensions["sessionmaker"]
    yield maker
    maker.kw["bind"].dispose()


def test_a_statement_is_planned_once_although_every_request_ends_with_a_rollback(maker):
    query = text("SELECT count(*) FROM person WHERE name = :name")
    for _ in range(8):
        with maker() as session:
            session.execute(query, {"name": "Emma"})
            session.rollback()
    with maker() as session:
        prepared = session.scalars(text("SELECT statement FROM pg_prepared_statements")).all()
    assert any("count(*) FROM person" in statement for statement in prepared)


def test_a_statement_is_prepared_the_second_time(maker):
    query = text("SELECT count(*) FROM person WHERE id = CAST(:id AS uuid)")
    for _ in range(3):
        with maker() as session:
            session.execute(query, {"id": uuid4()})
    kept = text("SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%AS uuid)'")
    with maker() as session:
        assert session.execute(kept).all() == [(0, 2)]


def test_columns_are_described_once_and_of_the_right_statement(maker):
    one, other = text("SELECT 1 AS a, 2 AS b"), text("SELECT 'x' AS c")
    for _ in range(3):
        with maker() as session:
            assert [tuple(row._mapping.items()) for row in session.execute(one)] == [(("a", 1), ("b", 2))]
            assert [tuple(row._mapping.items()) for row in session.execute(other)] == [(("c", "x"),)]
            assert not session.execute(text("SET LOCAL work_mem = '1MB'")).returns_rows
    with maker() as session:
        connection = session.connection().connection.driver_connection
        cursor = connection.cursor()
        assert cursor.execute("SELECT 1 AS a").description is cursor.execute("SELECT 1 AS a").description


def test_a_prepared_statement_still_works_after_a_transaction_that_failed(maker):
    query = text("SELECT 1 / CAST(:divisor AS int)")
    for _ in range(8):
        with maker() as session:
            assert session.scalar(query, {"divisor": 1}) == 1
    with maker() as session, pytest.raises(Exception, match="division by zero"):
        session.scalar(query, {"divisor": 0})
    with maker() as session:
        assert session.scalar(query, {"divisor": 1}) == 1


def backend(maker):
    with maker() as session:
        return session.scalar(text("SELECT pg_backend_pid()"))


def end(engine, pid):
    with engine.connect() as other:
        other.execute(text("SELECT pg_terminate_backend(:pid, 5000)"), {"pid": pid})


def test_a_connection_whose_server_has_gone_is_replaced_before_anybody_uses_it(maker, engine, monkeypatch):
    monkeypatch.setattr(database, "REST_SECONDS", 0)
    before = backend(maker)
    assert backend(maker) == before
    end(engine, before)
    assert backend(maker) != before


def test_a_connection_that_was_used_a_moment_ago_is_not_asked(maker, monkeypatch):
    asked = []
    monkeypatch.setattr(maker.kw["bind"].dialect, "do_ping", asked.append)
    for rest in (3600, 0):
        monkeypatch.setattr(database, "REST_SECONDS", rest)
        backend(maker), backend(maker)
    assert len(asked) == 2


def test_an_answer_that_is_complete_is_sent_although_the_server_goes_before_the_request_ends(settings, engine):
    app = create_app(settings)

    @app.get("/asked")
    @public
    def asked():
        pid = database.read().scalar(text("SELECT pg_backend_pid()"))
        end(engine, pid)
        return "complete"

    answer = app.test_client().get("/asked", base_url=settings.base_url)
    assert (answer.status_code, answer.text) == (200, "complete")
    assert app.extensions["engine"].pool.checkedout() == 0
    app.extensions["engine"].dispose()


def test_json_comes_back_as_it_was_stored_and_never_twice_as_the_same_object(maker):
    for said in ({}, [], None, 1.5, True, "é ü", {"a": [{}, "☃"]}, [[]]):
        with maker() as session:
            once, again = (session.scalar(select(cast(literal(said, JSONB), JSONB))) for _ in range(2))
        assert once == again == said
        assert once is not again or not isinstance(said, dict | list)
