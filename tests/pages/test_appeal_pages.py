"""Appeals on pages: an agency appeals, somebody who took no part hears it and decides, and the register says so."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from audits.core import clock
from audits.core.access import Role
from audits.decisions.models import Decision
from audits.decisions.queries import waiting_decision
from audits.disputes.models import Appeal
from audits.disputes.workflow import AppealState
from audits.schemes.cycle import DecisionKind
from certificates.lifecycle.services import suspend_certificate
from tests.kit.browser import Browser
from tests.kit.factories import make_certificate, make_person, make_scheme
from tests.kit.scheme import SECOND, short


@pytest.fixture
def certificate(session):
    return make_certificate(session)


@pytest.fixture
def first(session):
    return make_person(session, Role.DECIDER)


@pytest.fixture
def suspension(session, certificate, first):
    suspend_certificate(session, first.actor, certificate.id, reasons="Pay was late.", grounds=["misuse_of_mark"])
    session.flush()
    query = select(Decision).where(Decision.certificate_id == certificate.id, Decision.kind == DecisionKind.SUSPEND)
    return session.scalars(query).one()


def register_page(app, certificate):
    return Browser(app).open(certificate.snapshot["register_url"].replace("http://127.0.0.1:8000", ""))


def test_from_the_letter_to_the_outcome(app, enter, session, certificate, suspension):
    owner = enter(make_person(session, Role.AGENCY_OWNER, certificate.agency))
    owner.open("/agency/")
    assert "Lodge an appeal" in owner.follow("Decisions").text
    owner.open(f"/agency/appeals/against/{suspension.id}")
    assert owner.submit(status=422).errors == ["Say why you disagree."]
    page = owner.submit(reasons="We paid in time.")
    assert "Nobody handles it yet" in page.text
    assert "The agency has appealed against a decision" in register_page(app, certificate).text
    api = Browser(app).client.get(f"/api/v1/agencies/nl-{certificate.agency.register_number}").get_json()
    assert api["underAppeal"] is True
    appeal = session.scalars(select(Appeal)).one()
    decider = enter(Role.DECIDER)
    decider.open("/office/")
    decider.follow(certificate.agency.legal_name)
    page = decider.submit("form[action$=take]")
    assert "You can decide once what was said" in page.text
    assert decider.submit("form[action$=hear]", status=422).errors
    page = decider.submit("form[action$=hear]", heard="It showed the statements.")
    assert "It showed the statements." in page.text
    decider.submit("form[action$=decide]", outcome="dismissed", reasons="They were of another month.")
    session.refresh(appeal)
    assert appeal.state is AppealState.DECIDED
    page = owner.open(f"/agency/appeals/{appeal.id}")
    assert "They were of another month." in page.text
    assert "The agency has appealed" not in register_page(app, certificate).text
    assert "No further appeal" in owner.open("/agency/appeals/").text


def test_upheld_is_confirmed_by_a_second_decider(enter, session, certificate, suspension):
    owner = enter(make_person(session, Role.AGENCY_OWNER, certificate.agency))
    owner.open(f"/agency/appeals/against/{suspension.id}")
    owner.submit(reasons="We paid in time.")
    appeal = session.scalars(select(Appeal)).one()
    decider, second = enter(Role.DECIDER), enter(Role.DECIDER)
    decider.open(f"/office/appeals/{appeal.id}")
    decider.submit("form[action$=take]")
    decider.submit("form[action$=hear]", heard="It showed the statements.")
    page = decider.submit("form[action$=decide]", outcome="upheld", reasons="They were right.")
    assert "takes two deciders" in page.text
    second.open("/office/")
    second.open(next(each["href"] for each in second.page.soup.select("a[href*=proposals]")))
    second.submit("form[action$=confirm]")
    session.refresh(certificate)
    assert certificate.state == "active"


def test_a_day_late_has_its_word_and_its_next_step(enter, session, certificate, suspension, monkeypatch):
    now = clock.now() + timedelta(days=60)
    monkeypatch.setattr(clock, "now", lambda: now)
    owner = enter(make_person(session, Role.AGENCY_OWNER, certificate.agency))
    assert "Appeal late" in owner.open("/agency/appeals/").text
    page = owner.open(f"/agency/appeals/against/{suspension.id}")
    assert "The term to appeal ended on" in page.text
    page = owner.submit(reasons="We paid in time.", status=422)
    assert page.errors[0].startswith("The term to appeal is over. Say why you are late")
    page = owner.submit(reasons="We paid in time.", late_because="I was in hospital.")
    assert "Your appeal came too late." in page.text
    appeal = session.scalars(select(Appeal)).one()
    decider = enter(Role.DECIDER)
    decider.open(f"/office/appeals/{appeal.id}")
    assert decider.submit("form[action$=take]", status=422).errors == ["Give the reason."]
    page = decider.submit("form[action$=take]", because="The hospital confirms it.")
    assert "The hospital confirms it." in page.text


def test_the_office_enters_one_on_paper_with_its_day(enter, session, certificate, suspension):
    planner = enter(Role.PLANNER)
    planner.open(f"/office/appeals/against/{suspension.id}")
    today = clock.today()
    day = [str(today.day), str(today.month), str(today.year)]
    page = planner.submit(received_on=day, reasons="They write that they paid.")
    assert "(on paper)" in page.text
    assert not page.soup.select("main form")
    assert "Being handled" not in planner.open("/office/appeals/").text


def test_who_decided_is_told_so_and_finds_no_form(enter, session, certificate, first, suspension):
    owner = enter(make_person(session, Role.AGENCY_OWNER, certificate.agency))
    owner.open(f"/agency/appeals/against/{suspension.id}")
    owner.submit(reasons="We paid in time.")
    appeal = session.scalars(select(Appeal)).one()
    page = enter(first).open(f"/office/appeals/{appeal.id}")
    assert "You took part in the decision that this appeal is against." in page.text
    assert not page.soup.select("main form")
    owner.open(f"/agency/appeals/{appeal.id}")
    assert "You took your appeal back." in owner.submit("form[action$=withdraw]").text


def test_an_appeal_that_holds_the_decision_back_is_said_so_everywhere(app, enter, session):
    held = "\nappeal: {holds_back: [withdraw]}\nrequirements:\n"
    make_scheme(session, short(SECOND).replace("\nrequirements:\n", held))
    certificate = make_certificate(session)
    decider, owner = enter(Role.DECIDER), enter(make_person(session, Role.AGENCY_OWNER, certificate.agency))
    page = decider.open(f"/office/certificates/{certificate.id}/withdraw")
    assert "after the term to appeal" in page.text
    page = decider.submit(reasons="Pay was late.", grounds="misuse_of_mark")
    assert "Done. It counts from" in page.text
    assert "if the agency does not appeal" in page.text
    owner.open(f"/agency/appeals/against/{waiting_decision(session, certificate.agency_id).id}")
    assert "the decision does not count" in owner.page.text
    page = owner.submit(reasons="We paid in time.")
    assert "The norm holds the decision back" in page.text
    appeal = session.scalars(select(Appeal)).one()
    assert "The norm holds the decision back" in decider.open(f"/office/appeals/{appeal.id}").text
    text = register_page(app, certificate).text
    assert "Yes. This agency is certified today." in text
    assert "The norm holds it back until" in text
