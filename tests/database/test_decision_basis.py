"""The digest of a decision's basis changes with each of its parts, and with nothing else."""

import pytest
from sqlalchemy import insert, select, text, update

from audits.agencies.models import Agency
from audits.applications.models import Answer, Evidence
from audits.core import clock
from audits.decisions.basis import audit_basis
from audits.inspections.models import Finding, Population, Verdict
from audits.inspections.workflow import AuditState, FindingState
from tests.kit.factories.decisions import add_findings, finding
from tests.kit.factories.inspections import make_audit

OPEN = FindingState.OPEN


@pytest.fixture
def audit(session):
    return make_audit(session, AuditState.REVIEWED)


def digest(session, audit):
    return audit_basis(session, audit).sha256


def set_value(model, **values):
    def change(session, audit):
        key = {"application_id": audit.application_id} if hasattr(model, "application_id") else {"audit_id": audit.id}
        for name, value in values.items():
            setattr(session.scalars(select(model).filter_by(**key).limit(1)).one(), name, value)

    return change


def set_agency(**values):
    return lambda session, audit: session.execute(update(Agency).where(Agency.id == audit.agency_id).values(**values))


def add_evidence(session, audit):
    session.add(new_evidence(audit, "1" * 64))


def remove_evidence(session, audit):
    session.execute(
        update(Evidence).where(Evidence.application_id == audit.application_id).values(removed_at=clock.now())
    )


def add_population(session, audit):
    session.execute(
        insert(Population).values(
            audit_id=audit.id,
            unit="ship",
            members=["S-1"],
            size=1,
            digest="0" * 64,
            frozen_at=clock.now(),
            frozen_by=audit.inspector_id,
            seed="0" * 64,
            algorithm="sha256-rank-1",
            drawn=1,
        )
    )


def new_evidence(audit, sha256):
    return Evidence(
        application_id=audit.application_id,
        requirement_code="PAY-05",
        scheme_version_id=audit.scheme_version_id,
        filename="a.pdf",
        media_type="application/pdf",
        size=1,
        sha256=sha256,
        uploaded_by=audit.inspector_id,
        uploaded_at=clock.now(),
    )


PARTS = {
    "an answer": set_value(Answer, value="nonconform"),
    "an explanation": set_value(Answer, explanation="New words."),
    "a typed answer": set_value(Answer, details={"beds": "4"}),
    "a file more": add_evidence,
    "a file less": remove_evidence,
    "a list": add_population,
    "a verdict": set_value(Verdict, value="not_applicable"),
    "a note": set_value(Verdict, note="New words."),
    "a grade": set_value(Finding, grade="minor"),
    "the grade that was found": set_value(Finding, grade_found="minor"),
    "the text for the agency": set_value(Finding, agency_text="New words."),
    "points": set_value(Finding, points=1),
    "the state of a finding": set_value(Finding, state=OPEN),
    "a repair": set_value(Finding, solution="New words."),
    "a check of a repair": set_value(Finding, verification_note="New words."),
    "the summary": lambda _, audit: setattr(audit, "summary", "New words."),
    "the recommendation": lambda _, audit: setattr(audit, "recommendation", "New words."),
    "the scope": lambda _, audit: setattr(audit.application, "scope", audit.application.scope | {"sectors": []}),
    "the name": set_agency(legal_name="Another B.V."),
    "the seat": set_agency(city="Breda"),
}


def test_the_digest_of_the_basis_changes_with_every_part_of_it(session, audit):
    session.add(new_evidence(audit, "0" * 64))
    add_findings(session, audit, [finding("major")])
    before = digest(session, audit)
    assert before == digest(session, audit)
    for part, change in PARTS.items():
        with session.begin_nested() as savepoint:
            change(session, audit)
            session.flush()
            assert digest(session, audit) != before, part
            savepoint.rollback()
    assert digest(session, audit) == before


def test_the_digest_of_the_basis_changes_with_the_norm(session, audit):
    before = digest(session, audit)
    with session.no_autoflush:
        audit.scheme_version.sha256 = "f" * 64
        assert digest(session, audit) != before
        session.refresh(audit.scheme_version)


def test_the_digest_of_the_basis_does_not_hang_on_the_order_of_rows(session, audit):
    before = digest(session, audit)
    session.execute(text("CLUSTER verdict USING pk_verdict"))
    session.execute(update(Answer).where(Answer.requirement_code < "D").values(version=Answer.version + 1))
    assert digest(session, audit) == before
