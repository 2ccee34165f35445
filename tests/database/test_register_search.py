"""Search of the register by number, name, part of a name, and with typing errors."""

import re
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from audits.core import clock
from certificates.lifecycle.rules import Status
from certificates.lifecycle.workflow import CertificateState
from certificates.register.models import RegisterEntry
from certificates.register.search import plans
from certificates.register.search.query import (
    Asked,
    How,
    find,
    listed_on,
    search,
    shows,
)
from tests.kit.factories.certificates import make_applicant, make_certificate
from tests.kit.factories.register import fill_register

TODAY = clock.today()
HOSTILE = ("%" * 500, "a" * 5000, "ge%on", "\\", "'\"", "a b c d e f g h i j k l", "'); --", "\u200b\u202e", "\ufffd")


def test_a_number_comes_before_names_that_hold_it(session):
    make_applicant(session, legal_name="12345678 Uitzendingen B.V.", register_number="87654321")
    make_applicant(session, legal_name="Ander B.V.", register_number="12345678")
    found = search(session, "12345678", day=TODAY)
    assert (found.how, [each.legal_name for each in found.entries]) == (How.NUMBER, ["Ander B.V."])


def test_a_certificate_is_found_by_its_number_in_any_writing_and_so_is_an_older_one(session):
    first = make_certificate(session, issued=TODAY - timedelta(days=700))
    second = make_certificate(session, agency=first.agency)
    for typed in (first.number, second.number.lower(), second.number.replace("-", " "), second.number.replace("-", "")):
        found = search(session, typed, day=TODAY)
        assert [each.agency_id for each in found.entries] == [first.agency_id]


def test_a_typing_error_in_a_number_finds_nothing(session):
    make_applicant(session, legal_name="Ander B.V.", register_number="12345678")
    assert search(session, "12345679", day=TODAY).total == 0


def test_nothing_typed_is_the_whole_register_page_by_page(session):
    for name in ("Ééns", "drie", "Twee", "Vier", "van Acht"):
        make_applicant(session, legal_name=name)
    pages = [search(session, " ", day=TODAY, page=page, size=2) for page in (1, 2, 3, 4)]
    assert [[each.legal_name for each in page.entries] for page in pages] == [
        ["drie", "Ééns"], ["Twee", "van Acht"], ["Vier"], [],
    ]  # fmt: skip
    assert {(page.total, page.pages, page.how) for page in pages} == {(5, 3, How.ALL)}


def test_an_application_disappears_from_the_search_by_itself(session):
    make_applicant(session, legal_name="Lang Geleden B.V.", accepted=TODAY - timedelta(days=93))
    assert search(session, "lang geleden", day=TODAY).total == 0
    assert search(session, "", day=TODAY).total == 0
    assert search(session, "lang geleden", day=TODAY - timedelta(days=1)).total == 1


def test_a_hostile_query_is_only_a_query(session):
    make_applicant(session, legal_name="Gewoon B.V.")
    for typed in HOSTILE:
        assert search(session, typed, day=TODAY).total in {0, 1}


def test_the_search_and_the_page_mean_the_same_by_every_status(session):
    """The filter says it in SQL, the page in Python: the two must not drift apart."""
    agency_days = [(date(2026, 1, 3), 3), (date(2026, 1, 31), 1), (None, 3)]
    for state in (None, CertificateState.ACTIVE, CertificateState.SUSPENDED, CertificateState.WITHDRAWN):
        for conditional in (True, False):
            for applied, months in agency_days:
                certificate = make_certificate(session, issued=date(2025, 1, 1), months=14)
                row = session.get(RegisterEntry, certificate.agency_id)
                row.state, row.conditional = state, conditional
                row.applied_on, row.applied_months = applied, months
                row.valid_until = date(2026, 2, 28) if state else None
    session.flush()
    for day in (date(2026, 1, 1), date(2026, 2, 28), date(2026, 3, 1), date(2026, 4, 3), date(2026, 4, 4)):
        rows = list(session.scalars(select(RegisterEntry)))
        shown = {each.agency_id for each in session.scalars(select(RegisterEntry).where(listed_on(day)))}
        assert shown == {each.agency_id for each in rows if each.status_on(day) is not Status.NONE}
        for status in set(Status) - {Status.NONE}:
            picked = set(session.scalars(select(RegisterEntry.agency_id).where(shows(status, day))))
            assert picked == {each.agency_id for each in rows if each.status_on(day) is status}, (day, status)


def test_a_status_can_be_asked_for(session):
    make_applicant(session, legal_name="Zelfde Naam B.V.")
    make_certificate(session, CertificateState.SUSPENDED, details={"legal_name": "Zelfde Naam Oost B.V."})
    found = search(session, "zelfde naam", day=TODAY, status=Status.SUSPENDED)
    assert [each.legal_name for each in found.entries] == ["Zelfde Naam Oost B.V."]


@pytest.fixture(scope="module")
def large(servers, worker_id):
    from sqlalchemy import create_engine

    engine = create_engine(servers.clone(f"large_{worker_id}"))
    with engine.begin() as connection:
        connection.execute(text("SET LOCAL synchronous_commit = on"))  # else VACUUM may not mark the pages yet
        fill_register(connection, 20_000)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE register_entry"))
    yield engine
    engine.dispose()
    servers.drop(f"large_{worker_id}")


@pytest.mark.parametrize(
    ("typed", "how"),
    [
        ("70012345", How.NUMBER),
        ("KW-2026-12345-00", How.NUMBER),
        ("havenwerk zorg", How.WORDS),
        ("havenwerk", How.WORDS),
        ("werk123", How.NEAR),  # inside a word
        ("havnewerk", How.NEAR),
        ("havnewerk logistik", How.NEAR),
        ("kadewerk12x45", How.NEAR),
        ("bv", How.WORDS),
    ],
)
def test_at_twenty_thousand_agencies_an_index_answers_every_search(large, typed, how):
    with large.connect() as connection, Session(connection) as session:
        asked = []
        event.listen(connection, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
        found = search(session, typed, day=TODAY)
        assert found.how is how
        assert found.total or how is How.NEAR
        selects = [each for each in asked if "register_entry" in each[0]]
        assert 1 <= len(selects) <= 4
        for statement, values in selects if typed != "bv" else selects[:0]:
            plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values))
            assert "Bitmap Index Scan" in plan, plan
            assert "Seq Scan" not in plan, plan


def test_a_plan_that_is_kept_for_all_contacts_looks_at_an_index_too(large):
    """After a few executions PostgreSQL keeps a plan that knows no values; a typing error must not pay for that."""
    with large.connect() as connection, Session(connection) as session:
        asked = []
        event.listen(connection, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
        find(session, Asked(TODAY, "logistiik ergens"), page=True)
        (slips,) = (each for each in asked if "register_slip" in each[0])
        connection.exec_driver_sql("SET plan_cache_mode = force_generic_plan")
        statement = re.sub(r"%\((\w+)\)s(::JSONB)?", lambda found: f"${list(slips[1]).index(found[1]) + 1}", slips[0])
        kinds = ", ".join(
            "jsonb" if name == "contact" else "text[]" if name == "rests" else "text" for name in slips[1]
        )
        connection.exec_driver_sql(f"PREPARE kept ({kinds}) AS {statement}")
        values = ", ".join("NULL" for _ in slips[1])
        plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN EXECUTE kept ({values})"))
        assert "Seq Scan on register_entry" not in plan, plan


def test_at_twenty_thousand_agencies_the_first_page_and_the_figures_look_at_an_index(large):
    from certificates.register.queries import figures

    with large.connect() as connection, Session(connection) as session:
        asked = []
        event.listen(connection, "before_cursor_execute", lambda *args: asked.append((args[2], args[3])))
        counted = figures(session, TODAY)
        assert counted.certified + counted.lost > 10_000
        ((statement, values),) = asked
        plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {statement}", values))
        assert "Seq Scan" not in plan, plan
        everything = search(session, "", day=TODAY)
        assert (everything.total, everything.counted.more) == (10_000, True)


def test_no_more_near_candidates_are_read_than_can_be_judged(large, monkeypatch):
    monkeypatch.setattr(plans, "_MOST_WHOLE", 30)
    with large.connect() as connection, Session(connection) as session:
        assert search(session, "logistiik", day=TODAY).total == 30
