"""The scope of a certificate: codes in data, words in documents, never codes derived from words."""

from importlib import import_module

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audits.agencies import wording
from certificates.lifecycle.models import Certificate
from certificates.register.queries import entry_of
from certificates.register.services import rebuild_all
from tests.kit.factories.certificates import SCOPE, make_certificate, make_grant
from tests.kit.schema import alembic

CODES = {key: value for key, value in SCOPE.items() if key != "housing_places"}
migration = import_module("migrations.versions.0009")


def test_a_certificate_keeps_codes_and_prints_words(session):
    certificate = make_certificate(session, details={"recruitment_countries": ["CZ", "TR"]})
    assert certificate.scope == CODES | {"recruitment_countries": ["CZ", "TR"]}
    assert len(certificate.snapshot["recruitment_countries"]) == 2
    assert not set(certificate.snapshot["recruitment_countries"]) & {"CZ", "TR"}


def test_a_country_under_another_name_stays_the_code_in_the_register(session, monkeypatch):
    certificate = make_certificate(session, details={"recruitment_countries": ["TR"]})
    monkeypatch.setattr(wording, "country_name", lambda _code, _language: "another name")
    rebuild_all(session)
    assert entry_of(session, certificate.agency_id).scope["recruitment_countries"] == ["TR"]


def test_the_scope_of_a_certificate_is_fixed(session):
    make_certificate(session)
    with pytest.raises(IntegrityError, match="what a certificate says is fixed"), session.begin_nested():
        session.execute(text("UPDATE certificate SET scope = '{}'"))


def test_certificates_from_before_get_their_codes(real_db):
    config: Config = alembic(real_db)
    with Session(real_db) as session:
        first = make_certificate(session, details={"recruitment_countries": ["CZ", "TR"]})
        second = make_certificate(session, agency=first.agency)  # only the newest is in the register
        session.commit()
        before = {each.id: each.scope for each in (first, second)}
    real_db.dispose()
    command.downgrade(config, migration.down_revision)
    command.upgrade(config, "head")
    with Session(real_db) as session:
        assert {each.id: each.scope for each in session.query(Certificate)} == before


def test_a_process_of_the_release_before_still_numbers_certificates(session):
    decision = make_grant(session)
    session.execute(
        text(
            "INSERT INTO certificate (id, number, agency_id, decision_id, scheme_version_id, state, conditional,"
            " conditions, valid_from, valid_until, printed, status_index, numbered_at, version)"
            " SELECT gen_random_uuid(), 'KW-0', d.agency_id, d.id, a.scheme_version_id, 'issuing', false, '[]',"
            " now(), now() + interval '1 year', '{}', 7, now(), 1"
            " FROM decision d JOIN audit a ON a.id = d.audit_id WHERE d.id = :id"
        ),
        {"id": decision.id},
    )
    assert session.execute(text("SELECT scope FROM certificate WHERE number = 'KW-0'")).scalar_one() == CODES


@pytest.mark.parametrize(
    ("words", "listed", "codes"),
    [
        (["Poland", "Turkey", "Czech Republic"], {}, ["PL", "TR", "CZ"]),
        (["Polen", "Turkije", "Tsjechië"], {}, ["PL", "TR", "CZ"]),
        (["Poland", "Turkey"], {"recruitment_countries": ["PL", "Turkey"]}, ["PL", "TR"]),
        (["Poland", "Atlantis"], {}, ["PL"]),
    ],
)
def test_the_words_of_a_certificate_are_looked_up_once(words, listed, codes):
    printed = {"activities": ["Uitzenden"], "sectors": ["Bouw", "transport"], "own_housing": True}
    norm = {
        "activities": {"agency_work": {"nl": "Uitzenden", "en": "Agency work"}},
        "sectors": {"construction": {"nl": "Bouw", "en": "Construction"}, "transport": "Transport"},
    }
    found = migration.scope_of(printed | {"recruitment_countries": words}, listed, norm)
    assert found == {
        "activities": ["agency_work"],
        "sectors": ["construction", "transport"],
        "own_housing": True,
        "recruitment_countries": codes,
    }
