"""Conditions on pages: the holder hands in proof, a decider judges it, and the register shows it."""

from io import BytesIO

import pytest
from sqlalchemy import select

from audits.conditions.models import Condition, ConditionFile
from audits.conditions.workflow import ConditionState
from audits.core.access import Role
from tests.kit.browser import Browser
from tests.kit.factories import give_password, make_certificate, make_person
from tests.pages.agency.test_application_pages import pdf_file

TEXT = "Mend the contracts."


@pytest.fixture
def certificate(session):
    return make_certificate(session, conditions=[TEXT], months=3)


@pytest.fixture
def condition(session, certificate):
    return session.scalars(select(Condition).where(Condition.agency_id == certificate.agency_id)).one()


def test_from_proof_to_the_register(app, enter, session, certificate, condition):
    owner = enter(make_person(session, Role.AGENCY_OWNER, certificate.agency))
    page = owner.open("/agency/")
    assert "days left" in page.text
    owner.follow(TEXT)
    assert owner.submit(status=422).errors == ["Explain how you met the condition."]
    page = owner.submit(explanation="See the file.", files=(BytesIO(pdf_file()), "contract.pdf"))
    assert "Proof is being judged" in page.text
    decider = enter(Role.DECIDER)
    decider.open("/office/")
    page = decider.follow(certificate.agency.legal_name)
    assert "See the file." in page.text
    [file] = session.scalars(select(ConditionFile))
    assert page.soup.select(f"a[href='/files/conditions/{file.id}']")
    page = decider.submit("form[action$=return]", reason="Sign it.")
    assert "Not enough yet" in page.text
    assert "Sign it." in owner.open(f"/agency/conditions/{condition.id}").text
    page = decider.submit("form[action$=met]", reasons="Seen.", grounds="repair_proven")
    assert "Condition met" in page.text
    session.refresh(condition)
    assert condition.state is ConditionState.MET
    assert "Met on" in Browser(app).open(certificate.snapshot["register_url"].replace("http://127.0.0.1:8000", "")).text


def test_who_took_part_is_told_so_and_finds_no_form(enter, session, certificate, condition):
    inspector = certificate.decision.concluded.inspector
    decider = give_password(session, make_person(session, Role.DECIDER))
    certificate.decision.concluded.planner_id = decider.id
    session.flush()
    page = enter(decider).open(f"/office/conditions/{condition.id}")
    assert "You took part in the audit of this agency." in page.text
    assert not page.soup.select("main form")
    assert inspector.id != decider.id


def test_a_page_on_which_more_came_in_decides_nothing(enter, session, certificate, condition):
    owner = enter(make_person(session, Role.AGENCY_OWNER, certificate.agency))
    decider = enter(Role.DECIDER)
    decider.open(f"/office/conditions/{condition.id}")
    owner.open(f"/agency/conditions/{condition.id}")
    owner.submit(explanation="Later.")
    page = decider.submit("form[action$=met]", reasons="Seen.", grounds="repair_proven", status=409)
    assert "The conditions that are not met yet, and their proof" in page.text


def test_another_agency_finds_nothing(enter, session, condition):
    stranger = make_certificate(session).agency
    enter(make_person(session, Role.AGENCY_OWNER, stranger)).open(f"/agency/conditions/{condition.id}", status=404)
