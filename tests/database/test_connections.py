"""What a connection of the portal keeps from one request to the next."""

import pytest
from sqlalchemy import text

from portal.app import create_app


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


def test_a_prepared_statement_still_works_after_a_transaction_that_failed(maker):
    query = text("SELECT 1 / CAST(:divisor AS int)")
    for _ in range(8):
        with maker() as session:
            assert session.scalar(query, {"divisor": 1}) == 1
    with maker() as session, pytest.raises(Exception, match="division by zero"):
        session.scalar(query, {"divisor": 0})
    with maker() as session:
        assert session.scalar(query, {"divisor": 1}) == 1
