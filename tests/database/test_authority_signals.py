"""Signals from authorities: noted with source and term, counted while they live, ended, and forgotten."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from audits.core import clock
from audits.core.access import AGENCY_ROLES, Role
from audits.core.errors import IllegalMoveError, NotAllowedError, NotFoundError, RuleError
from audits.signals.models import AuthoritySignal
from audits.signals.queries import authority_signals, get_authority_signal, list_living, living_signals
from audits.signals.rules import About, Source, counts_until
from audits.signals.services import end_signal, note_signal
from portal.stores.retention import AUTHORITY_SIGNALS_KEPT
from portal.work.forgetting import forget_authority_signals
from tests.database.test_confidential import everything_read_by
from tests.kit.factories import make_agency, make_person
from tests.kit.world_of_agencies import add_interest

SAID = "Boete opgelegd voor te weinig loon, zaak 12/26."


def note(session, actor, agency, received_on=None, **said):
    told = {"source": Source.LABOUR_INSPECTORATE, "about": About.PAY, "text": SAID} | said
    return note_signal(session, actor, agency.id, received_on=received_on or clock.today(), **told)


@pytest.fixture
def planner(session):
    return make_person(session, Role.PLANNER)


@pytest.fixture
def agency(session):
    return make_agency(session)


@pytest.mark.parametrize(("received", "months", "until"), [
    ("2026-11-30", None, "2027-11-29"), ("2024-02-29", None, "2025-02-27"), ("2026-08-31", 6, "2027-02-27"),
    ("2026-12-01", 12, "2027-11-30"),
])  # fmt: skip
def test_it_counts_for_twelve_months_unless_the_scheme_says_otherwise(received, months, until):
    assert counts_until(date.fromisoformat(received), months) == date.fromisoformat(until)


def test_it_is_counted_while_it_lives(session, planner, agency, monkeypatch):
    other, today = make_agency(session), clock.today()
    note(session, planner.actor, agency)
    note(session, planner.actor, agency, today - timedelta(days=300))
    ended = note(session, planner.actor, agency)
    end_signal(session, planner.actor, ended.id, because="The fine was annulled.")
    assert living_signals(session, [agency.id, other.id], today) == {agency.id: 2}
    assert len(list_living(session, planner.actor, today)) == 2
    assert len(authority_signals(session, planner.actor, agency.id)) == 3
    last = counts_until(today, None)
    assert living_signals(session, [agency.id], last) == {agency.id: 1}
    assert living_signals(session, [agency.id], last + timedelta(days=1)) == {}


def test_only_once_and_with_a_reason_does_one_end(session, planner, agency):
    signal = note(session, planner.actor, agency)
    with pytest.raises(RuleError) as refused:
        end_signal(session, planner.actor, signal.id, because=" ")
    assert refused.value.field == "because"
    end_signal(session, planner.actor, signal.id, because="Annulled.")
    with pytest.raises(IllegalMoveError):
        end_signal(session, planner.actor, signal.id, because="Again.")


@pytest.mark.parametrize(("days", "field"), [(1, "received_on"), (-366, "received_on"), (0, None), (-300, None)])
def test_it_came_in_on_a_day_that_makes_it_count(session, planner, agency, days, field):
    day = clock.today() + timedelta(days=days)
    if field is None:
        assert note(session, planner.actor, agency, day).received_on == day
        return
    with pytest.raises(RuleError) as refused:
        note(session, planner.actor, agency, day)
    assert refused.value.field == field


@pytest.mark.parametrize("said", [{"text": ""}, {"text": "x" * 4001}, {"its_reference": "x" * 101}])
def test_too_much_or_nothing_is_refused(session, planner, agency, said):
    with pytest.raises(RuleError):
        note(session, planner.actor, agency, **said)


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.PLANNER, Role.SYSTEM}))
def test_nobody_else_reads_or_notes_them(session, planner, agency, role):
    note(session, planner.actor, agency)
    person = make_person(session, role, agency if role in AGENCY_ROLES else None)
    with pytest.raises(NotAllowedError):
        authority_signals(session, person.actor, agency.id)
    with pytest.raises(NotAllowedError):
        note(session, person.actor, agency)


def test_who_has_an_interest_in_the_agency_does_not_know_of_them(session, planner, agency):
    signal, tied = note(session, planner.actor, agency), make_person(session, Role.PLANNER)
    add_interest(session, tied.id, agency.id)
    session.flush()
    assert authority_signals(session, tied.actor, agency.id) == []
    with pytest.raises(NotFoundError):
        get_authority_signal(session, tied.actor, signal.id)
    for act in (
        lambda: note(session, tied.actor, agency),
        lambda: end_signal(session, tied.actor, signal.id, because="x"),
    ):
        with pytest.raises(NotAllowedError):
            act()


def test_the_agency_reads_no_row_of_it_anywhere(session, planner, agency):
    note(session, planner.actor, agency)
    rows = everything_read_by(session, agency.id)
    assert [table for table, text_of in rows.items() if SAID in text_of] == []


def test_one_is_forgotten_a_year_after_it_counted(session, planner, agency):
    today = clock.today()
    for days in (1, 0):
        last = today - AUTHORITY_SIGNALS_KEPT - timedelta(days=days)
        told = {"source": Source.TAX, "reference": "", "about": About.PAY, "text": "x", "noted_at": clock.now()}
        session.add(AuthoritySignal(agency_id=agency.id, received_on=last, until=last, noted_by=planner.id, **told))
    session.flush()
    assert forget_authority_signals(session) == 1
    assert session.scalars(select(AuthoritySignal.until)).one() == today - AUTHORITY_SIGNALS_KEPT
