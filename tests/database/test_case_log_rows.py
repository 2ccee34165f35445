"""`keurwerk caselog verify` names the first row that is not as it was logged, and entries without a decision."""

import pytest
from click.testing import CliRunner
from sqlalchemy import select, text

from audits.core import clock
from audits.core.access import Role
from audits.core.events import Event
from certificates.ledger.caselog import append_head
from certificates.ledger.entries import EntryType, certificate_entry
from certificates.ledger.services import append
from certificates.lifecycle import services
from portal.commands.caselog import caselog
from portal.stores.roles import WORKER
from tests.kit.factories.ledger import happen, issued
from tests.kit.factories.people import make_person


@pytest.fixture
def database_role():
    return WORKER


@pytest.fixture
def rows(session):
    """The numbers of five rows under one head."""
    happen(session, 2, 2, 2, 2, 2)
    append_head(session)
    return list(session.scalars(select(Event.id).where(Event.name == "case.test").order_by(Event.id)))


def spoil(session, *statements, table="event", **values):
    session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    for each in statements:
        session.execute(text(each), values)
    session.commit()
    session.expire_all()


def said(app, code=1):
    result = CliRunner().invoke(caselog, ["verify"], obj=app)
    assert result.exit_code == code, result.output
    return result.output.strip()


def test_all_is_right(app, session, rows):
    session.commit()
    assert said(app, 0) == f"all is right up to event {rows[-1]}"


def test_a_row_that_was_changed_is_named(app, session, rows):
    spoil(session, "UPDATE event SET data = '[]' WHERE id IN (:one, :other)", one=rows[3], other=rows[1])
    assert said(app).endswith(f"event {rows[1]} was changed")


def test_a_row_that_was_removed_is_named(app, session, rows):
    spoil(session, "DELETE FROM event WHERE id = :one", one=rows[2])
    assert said(app).endswith(f"event {rows[2]} was removed")


def test_rows_that_were_swapped_are_named(app, session, rows):
    one, other = rows[1], rows[3]
    move = "UPDATE event SET id = {} WHERE id = {}"
    moves = (move.format(*places) for places in (("0", ":one"), (":one", ":other"), (":other", "0")))
    spoil(session, *moves, one=one, other=other)
    assert said(app).endswith(f"the events {one} and {other} were swapped")


def test_where_the_log_is_cut_off_is_named(app, session, rows):
    spoil(session, "DELETE FROM event WHERE id >= :one", one=rows[2])
    assert f"cut off before event {rows[2]}: 3 rows are gone" in said(app)


def test_without_the_hashes_the_head_is_named(app, session, rows):
    spoil(session, "DELETE FROM case_log_leaves", table="case_log_leaves")
    spoil(session, "DELETE FROM event WHERE id = :one", one=rows[2])
    assert "are not those that were logged, 1 fewer" in said(app)


@pytest.fixture
def certificate(session):
    certificate = issued(session)
    decider = make_person(session, Role.DECIDER).actor
    services.suspend_certificate(session, decider, certificate.id, reasons="Signals about unpaid wages.")
    session.commit()
    return certificate


def test_entries_belong_to_decisions(app, certificate):
    assert said(app, 0)


def test_an_entry_without_a_decision_is_named(app, session, certificate):
    days = {"valid_from": certificate.valid_from, "valid_until": certificate.valid_until}
    entry = certificate_entry(EntryType.LIFTED, certificate.number, status="certified", at=clock.now(), **days)
    index = append(session, entry)
    session.commit()
    assert said(app) == f"entry {index}: nothing in the history of {certificate.number} is lifted then"


def test_an_entry_whose_decision_was_taken_away_is_named(app, session, certificate):
    spoil(session, "UPDATE certificate_change SET decision_id = NULL", table="certificate_change")
    assert f"{certificate.number} is suspended without a decision" in said(app)


def test_a_decision_that_the_log_does_not_have_is_named(app, session, certificate):
    spoil(session, "DELETE FROM ledger_entry WHERE type = 'suspended'", table="ledger_entry")
    assert f"{certificate.number} is suspended since {clock.now():%Y-%m-%d}" in said(app)
