"""Migration 0007: stored register numbers are normalised by the rule of their country."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from click.testing import CliRunner

from audits.agencies.models import Agency
from audits.agencies.queries import doubles
from audits.agencies.trade_registers import clean_register_number
from certificates.register.queries import entry
from portal.commands.check import check
from portal.stores.roles import WORKER
from tests.kit.browser import Browser
from tests.kit.factories import make_agency, make_applicant, make_certificate

FILE = Path(__file__).parents[2] / "migrations" / "versions" / "0007.py"

# Country, what was stored before, what is stored now.
STORED = [
    ("AT", "0122119M", "122119M"),
    ("CH", "CHE100155212MWST", "CHE100155212"),
    ("CH", "100155212", "CHE100155212"),
    ("CY", "CYHE012345", "HE12345"),
    ("DE", "DUSSELDORF-HRB-12345-AG", "DUSSELDORF-HRB-12345"),
    ("DE", "BERLIN-CHARLOTTENBURG-HRB-12345-B", "BERLIN-CHARLOTTENBURG-HRB-12345"),
    ("GB", "6883289", "06883289"),
    ("GB", "GB06883289", "06883289"),
    ("GB", "SC12345", "SC012345"),
    ("GR", "EL094259216", "094259216"),
    ("GR", "94259216", "094259216"),
    ("IE", "IE0123456", "123456"),
    ("LT", "LT119511515", "119511515"),
    ("LU", "RCSLUXEMBOURGB086532", "B86532"),
    ("MT", "MTC12345", "C12345"),
    ("NO", "NO988077917MVA", "988077917"),
    ("SI", "9331310001", "9331310"),
    ("SK", "686930", "00686930"),
    ("TR", "TR1234567890", "1234567890"),
]
# What is right already, or says something else, stays.
KEPT = [
    ("NL", "12345678"), ("DE", "KIEL-HRB-123-KI"), ("AT", "122119M"), ("SK", "SK2020269786"), ("LT", "100001919017"),
    ("LU", "LU15027442"), ("IN", "IN"), ("GB", "GB123456789"), ("CY", "10259033P"), ("BE", "0403019261"),
]  # fmt: skip


@pytest.fixture
def database_role():
    return WORKER


@pytest.fixture
def migration():
    spec = spec_from_file_location("migration_0007", FILE)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def migrate(session, migration):
    """Run the migration on what the test stored."""

    def migrate():
        session.flush()
        with Operations.context(MigrationContext.configure(session.connection())):
            migration.upgrade()
        session.expire_all()

    return migrate


@pytest.mark.parametrize(("country", "before", "after"), STORED)
def test_what_was_stored_becomes_what_is_stored_today(migration, country, before, after):
    assert migration.form(country, before) == after == clean_register_number(country, before)
    assert migration.form(country, after) == after


@pytest.mark.parametrize(("country", "number"), KEPT)
def test_other_numbers_stay(migration, country, number):
    assert migration.form(country, number) == number


def test_the_public_entry_moves_with_the_number_and_its_old_address_leads_there(app, session, migrate):
    agency = make_certificate(session, details={"country": "GB", "register_number": "6883289"}).agency
    other = make_applicant(session)
    stays = entry(session, f"nl-{other.register_number}").updated_at
    migrate()
    assert agency.register_number == "06883289"
    found = entry(session, "gb-06883289")
    assert found.register_number == "06883289"
    assert {"6883289", "gb6883289", "06883289", "gb06883289"} <= set(found.numbers)
    assert entry(session, f"nl-{other.register_number}").updated_at == stays
    session.commit()
    assert Browser(app).open("/register/gb-6883289").path == "/register/gb-06883289"


def test_of_an_agency_that_registered_twice_one_keeps_its_spelling_and_the_operator_is_told(app, session, migrate):
    first = make_agency(session, country="GR", register_number="EL094259216")
    second = make_agency(session, country="GR", register_number="GR094259216")
    third = make_agency(session, country="GR", register_number="123456789")
    migrate()
    assert {first.register_number, second.register_number} in (
        {"094259216", "GR094259216"},
        {"094259216", "EL094259216"},
    )
    assert third.register_number == "123456789"
    [(country, numbers)] = doubles(session)
    assert (country, set(numbers)) == ("GR", {first.register_number, second.register_number})
    session.commit()
    told = CliRunner().invoke(check, obj=app)
    assert told.exit_code == 1
    assert "094259216" in told.output


def test_doing_it_twice_changes_nothing_more(session, migrate):
    agencies = [make_agency(session, country=country, register_number=number) for country, number in KEPT[:5]]
    migrate()
    migrate()
    assert [(each.country, each.register_number) for each in agencies] == KEPT[:5]
    assert session.query(Agency).count() == len(agencies)
