"""What a certificate covers: stated at submission, granted item by item, and nothing that an agency edits later."""

from importlib import import_module

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from audits.agencies.rules import StatedScope
from audits.applications import services as applications
from audits.applications.workflow import ApplicationState
from audits.core import clock
from audits.core.access import Role
from audits.core.errors import RuleError
from audits.decisions.basis import audit_basis
from audits.decisions.models import Decision
from audits.decisions.rules import Outcome
from audits.decisions.scope import grantable
from audits.decisions.services import decide
from audits.inspections.queries import populations_of
from audits.inspections.workflow import AuditState
from certificates.lifecycle import services
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.snapshot import decision_letter_facts
from certificates.register.extract import extract_facts, subject_of
from certificates.register.queries import entry_of
from certificates.register.services import rebuild_all, refresh_entry
from tests.kit.factories.applications import make_application, make_scheme
from tests.kit.factories.certificates import BASE_URL, BODY, make_certificate, make_grant
from tests.kit.factories.inspections import make_audit
from tests.kit.factories.people import make_person
from tests.kit.schema import alembic
from tests.kit.scheme import SECOND, scheme, source

migration = import_module("migrations.versions.0022")
SCOPE = ("activities", "sectors", "recruitment_countries", "own_housing")
HOUSING = scheme(SECOND).housing_units  # files and interviews about housing are no housing location
WIDER = {
    "activities": ["temporary_agency_work", "payrolling"],
    "sectors": ["construction", "care"],
    "recruitment_countries": ["UA"],
    "own_housing": True,
    "housing_places": 900,
}


@pytest.fixture
def audit(session):
    return make_audit(session, AuditState.REVIEWED)


def widen(session, agency):
    """What the owner of an agency ticks on its pages."""
    for name, value in WIDER.items():
        setattr(agency, name, value)
    session.flush()


def grant(session, audit, items=None):
    decider = make_person(session, Role.DECIDER).actor
    return decide(session, decider, audit.id, outcome=Outcome.GRANT, reasons="All was weighed.", scope=items)


def issue(session, decision):
    certificate = services.number_certificate(session, decision.id, base_url=BASE_URL, body=BODY)
    session.flush()
    services.issue_certificate(session, certificate.id, sha256="a" * 64, size=9, language="nl")
    session.flush()
    return certificate


def said_everywhere(session, certificate):
    """The scope as the certificate, the register and an extract say it."""
    refresh_entry(session, certificate.agency_id)
    entry = entry_of(session, certificate.agency_id)
    subject = subject_of(session, entry.public_id)
    words = {"language": "en", "status_label": "x", "base_url": BASE_URL, "body": BODY, "chance": b"12345"}
    extract = extract_facts(session, subject, asked_at=clock.now(), **words)
    return (
        {name: certificate.snapshot[name] for name in SCOPE},
        dict(certificate.scope),
        dict(entry.scope),
        {name: extract[name] for name in SCOPE},
    )


# Nothing moves by what an agency edits


@pytest.mark.parametrize("moment", ["before the decision", "before the number", "after the issue"])
def test_a_sector_ticked_after_the_audit_is_nowhere(session, audit, moment):
    stated = dict(audit.application.scope)
    shown = audit_basis(session, audit).shown
    if moment == "before the decision":
        widen(session, audit.agency)
    assert audit_basis(session, audit).shown == shown
    decision = grant(session, audit)
    if moment == "before the number":
        widen(session, audit.agency)
    certificate = issue(session, decision)
    before = said_everywhere(session, certificate)
    widen(session, audit.agency)
    rebuild_all(session)  # after each batch the session forgets what it read
    certificate, audit, decision = (session.get_one(type(each), each.id) for each in (certificate, audit, decision))
    assert said_everywhere(session, certificate) == before
    assert before[1] == before[2] == {name: stated[name] for name in SCOPE}
    assert (audit.application.scope, decision.scope) == (stated, stated)


def test_a_new_name_between_decision_and_number_is_not_printed(session, audit):
    decision, name = grant(session, audit), audit.agency.legal_name
    letter = decision_letter_facts(session, decision, body=BODY)
    audit.agency.legal_name, audit.agency.trade_names, audit.agency.city = "Groot en Bekend B.V.", ["Groot"], "Breda"
    session.flush()
    snapshot = issue(session, decision).snapshot
    assert (snapshot["legal_name"], snapshot["trade_names"]) == (name, ["Oosterlicht"])
    assert snapshot["seat"]["city"] == "Venlo"
    assert decision_letter_facts(session, decision, body=BODY)["agency"] == letter["agency"]


def test_a_submission_takes_over_what_the_agency_says_then(session):
    signatory = make_person(session, Role.AGENCY_SIGNATORY, (draft := make_application(session, answers=True)).agency)
    assert draft.scope is None
    applications.submit_application(session, signatory.actor, draft.id, declared_name=signatory.name)
    session.flush()
    first = dict(draft.scope)
    assert first == StatedScope.of({name: getattr(draft.agency, name) for name in WIDER}).plain()
    widen(session, draft.agency)
    reviewer = make_person(session, Role.PLANNER).actor
    applications.return_application(session, reviewer, draft.id, reason="Incomplete.")
    session.flush()
    assert draft.scope == first
    applications.submit_application(session, signatory.actor, draft.id, declared_name=signatory.name)
    session.flush()
    assert draft.scope == WIDER


def test_the_questions_about_housing_stay_as_they_were_submitted(session):
    application = make_application(
        session, version=make_scheme(session, source(SECOND)), state=ApplicationState.SUBMITTED, answers=False
    )
    assert application.offers_housing
    application.agency.own_housing = False
    session.flush()
    assert application.offers_housing


# What a decider grants


def test_a_decider_declines_items(session, audit):
    kept = ("activities:temporary_agency_work", "sectors:logistics", "recruitment_countries:PL")
    decision = grant(session, audit, kept)
    letter = decision_letter_facts(session, decision, body=BODY)
    assert [len(letter[part]) for part in ("granted", "declined")] == [3, 3]  # one sector, housing, one country
    certificate = issue(session, decision)
    printed, *codes, extract = said_everywhere(session, certificate)
    for scope in codes:
        assert scope == {
            "activities": ["temporary_agency_work"],
            "sectors": ["logistics"],
            "recruitment_countries": ["PL"],
            "own_housing": False,
        }
    assert len(printed["sectors"]) == len(extract["recruitment_countries"]) == 1
    assert printed["own_housing"] is extract["own_housing"] is False


@pytest.mark.parametrize(
    ("items", "words"),
    [
        (["activities:temporary_agency_work", "sectors:construction"], "not stated or not audited"),
        (["activities:temporary_agency_work"], "at least one activity and one sector"),
        ([], "at least one activity and one sector"),
    ],
)
def test_a_grant_covers_no_more_than_was_stated_and_not_nothing(session, audit, items, words):
    with pytest.raises(RuleError, match=words) as refusal, session.begin_nested():
        grant(session, audit, items)
    assert refusal.value.field == "scope"


def test_a_refusal_grants_nothing(session, audit):
    decider = make_person(session, Role.DECIDER).actor
    decision = decide(session, decider, audit.id, outcome=Outcome.REFUSE, reasons="No.")
    assert decision.scope is None


@pytest.mark.parametrize("version", ["1.0", SECOND])
def test_housing_is_granted_only_if_housing_was_audited(session, version):
    application = make_application(
        session, version=make_scheme(session, source(version)), state=ApplicationState.ACCEPTED
    )
    seen = make_audit(session, AuditState.REVIEWED, application=application)
    assert application.offers_housing
    assert grantable(seen, populations_of(session, seen.id)).offers_housing


def test_housing_of_which_no_location_was_listed_is_not_on_the_register(session):
    audit = make_audit(session, AuditState.REVIEWED, populations={unit: [] for unit in HOUSING})
    assert audit.application.offers_housing
    with pytest.raises(RuleError, match="not audited"), session.begin_nested():
        grant(session, audit, audit.application.stated.items())
    certificate = issue(session, grant(session, audit))
    assert [each["own_housing"] for each in said_everywhere(session, certificate)] == [False] * 4


# Walls, and what is from before


def test_a_certificate_covers_what_was_granted(session):
    decision = make_grant(session)
    session.execute(text("ALTER TABLE decision DISABLE TRIGGER decision_kept"))
    session.execute(text('UPDATE decision SET scope = scope || \'{"sectors": ["logistics"]}\''))
    session.expire_all()
    certificate = services.number_certificate(session, decision.id, base_url=BASE_URL, body=BODY)
    certificate.scope = certificate.scope | {"sectors": ["logistics", "meat_fish"]}
    with pytest.raises(IntegrityError, match="nobody granted this scope"):
        session.flush()


def test_a_decision_from_before_covers_what_its_application_stated(session):
    decision = make_grant(session)
    session.execute(text("ALTER TABLE decision DISABLE TRIGGER decision_kept"))
    session.execute(text("UPDATE decision SET scope = NULL"))
    session.expire_all()
    widen(session, decision.agency)
    certificate = services.number_certificate(session, decision.id, base_url=BASE_URL, body=BODY)
    session.flush()
    stated = session.get_one(Decision, decision.id).concluded.application.scope
    assert certificate.scope == {name: stated[name] for name in SCOPE}


def test_applications_from_before_get_the_scope_of_their_certificate(real_db):
    with Session(real_db) as session:
        certificate = make_certificate(session)
        running = make_application(session, state=ApplicationState.SUBMITTED)
        draft = make_application(session)
        printed, scope = dict(certificate.snapshot), dict(certificate.scope)
        widen(session, certificate.agency)
        ids = {"certified": certificate.decision.concluded.application_id, "running": running.id, "draft": draft.id}
        stated = dict(running.scope)
        session.commit()
        certificate_id = certificate.id
    real_db.dispose()
    command.downgrade(alembic(real_db), migration.down_revision)
    command.upgrade(alembic(real_db), "head")
    with real_db.connect() as connection:
        found = dict(connection.execute(text("SELECT id, scope FROM application")).all())
        assert connection.scalar(text("SELECT count(*) FROM decision WHERE scope IS NOT NULL")) == 0
    assert {name: found[ids["certified"]][name] for name in SCOPE} == scope
    assert (found[ids["running"]], found[ids["draft"]]) == (stated, None)
    with Session(real_db) as session:
        kept = session.get_one(Certificate, certificate_id)
        assert (kept.snapshot, kept.scope) == (printed, scope)
