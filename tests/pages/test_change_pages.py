"""Pages of reported changes: the agency reports, the office checks, and the register shows what was accepted."""

from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import select

from audits.applications.workflow import ApplicationState
from audits.changes.models import AgencyChange
from audits.changes.workflow import ChangeState
from audits.core import clock
from audits.core.access import Role
from audits.core.outbox import OutboxItem
from certificates.lifecycle.models import Certificate
from certificates.lifecycle.workflow import CertificateState
from portal.stores.roles import WORKER
from portal.work import handlers
from tests.conftest import acting_as
from tests.kit.agency_pages import pdf_file
from tests.kit.factories import make_application, make_certificate, make_person
from tests.kit.factories.changes import report

NAME = "Groenland Uitzenden Holding B.V."
RELIED = "Others rely on these details."


@pytest.fixture
def applicant(session):
    return make_application(session, state=ApplicationState.ACCEPTED).agency


@pytest.fixture
def holder(session):
    return make_certificate(session).agency


def day():
    today = clock.today()
    return [str(today.day), str(today.month), str(today.year)]


def the_change(session):
    session.expire_all()
    return session.scalars(select(AgencyChange)).one()


def told(**values):
    return {"effective_on": day(), "files": (BytesIO(pdf_file()), "extract.pdf")} | values


def test_a_certified_agency_that_renames_itself_reports_that_and_the_register_goes_on(enter, session, holder):
    """The register told of a new name five seconds after it was typed."""
    name, address = holder.legal_name, f"/register/nl-{holder.register_number}?lang=en"
    owner = enter(make_person(session, Role.AGENCY_OWNER, holder))
    page = owner.open("/agency/details")
    assert RELIED in page.text
    page = owner.follow("Report a change: Name and address")
    assert RELIED in page.text
    page = owner.submit(legal_name=NAME, phone="077 765 4321", **told())
    assert page.notes == ["The change is reported. The register shows your present details until we have checked it."]
    assert "Being checked Name and address" in page.text
    assert "077 765 4321" in page.text
    page = owner.open(address)
    assert (name in page.text, NAME in page.text) == (True, False)
    page = owner.open(f"/agency/changes/{the_change(session).id}")
    assert [cell.get_text() for cell in page.soup.select("tbody td")] == [name, NAME]
    planner = enter(Role.PLANNER)
    page = planner.open("/office/")
    assert "Reported changes to check" in page.text
    page = planner.follow(name)
    assert page.link("Look it up in the trade register").endswith(holder.register_number)
    assert "it goes to a decider first: Amended certificate" in page.text
    assert planner.client.get(page.link("extract.pdf")).data.startswith(b"%PDF")
    page = planner.submit(outcome="accept", checked_against="Extract of today.")
    assert "With the decider" in page.text
    page = planner.open(address)
    assert (name in page.text, NAME in page.text) == (True, False)
    page = enter(Role.DECIDER).open("/office/")
    assert "Reported changes to decide on" in page.text


def test_a_change_without_day_or_file_keeps_what_was_typed(enter, session, applicant):
    owner = enter(make_person(session, Role.AGENCY_OWNER, applicant))
    owner.open("/agency/details/seat")
    page = owner.submit(city="Breda", explanation="We moved.", status=422)
    assert page.errors == ["Enter since when this is so."]
    page = owner.submit(effective_on=day(), status=422)
    assert page.errors == ["Add a file that shows this, such as an extract from the trade register."]
    assert (page.value("city"), page.value("explanation")) == ("Breda", "We moved.")
    page = owner.submit(**told(files=(BytesIO(b"not a pdf"), "extract.pdf")), status=422)
    assert "is not what its name says" in page.errors[0]
    assert session.scalars(select(AgencyChange)).all() == []


def test_what_nobody_relies_on_is_saved_without_a_report(enter, session, applicant):
    owner = enter(make_person(session, Role.AGENCY_OWNER, applicant))
    owner.open("/agency/details/seat")
    page = owner.submit(phone="077 765 4321")
    assert page.notes == ["Your changes are saved."]
    owner.open("/agency/details/contacts/new")
    page = owner.submit(name="Bo Vos", function="planner", email="bo@x.example", phone="06 12345678")
    assert page.notes == ["Your changes are saved."]
    assert session.scalars(select(AgencyChange)).all() == []


def test_a_second_report_of_the_same_is_refused_with_what_was_typed(enter, session, applicant):
    report(session, applicant, city="Breda")
    owner = enter(make_person(session, Role.AGENCY_OWNER, applicant))
    owner.open("/agency/details/seat")
    page = owner.submit(city="Goes", **told(), status=409)
    assert "A change of this waits already." in page.errors[0]
    assert page.value("city") == "Goes"


def test_rows_are_reported_new_changed_and_gone(enter, session, applicant):
    owner, branch = enter(make_person(session, Role.AGENCY_OWNER, applicant)), applicant.branches[0].name
    owner.open("/agency/details/branches/new")
    page = owner.submit(name="Breda", street="B 1", postcode="4811 AB", city="Breda", country="NL", status=422)
    assert page.errors == ["Enter since when this is so."]
    owner.submit(**told())
    page = owner.open("/agency/details")
    assert f"Branches and locations: {'Breda'} added" in page.text
    owner.follow("Change")  # the first row of a list that can be changed
    page = owner.open(f"/agency/details/branches/{applicant.branches[0].id}")
    page = owner.follow(f"Report that {branch} is no longer in the list")
    page = owner.submit(status=422)
    assert page.errors == ["Enter since when this is so."]
    page = owner.submit(**told())
    assert f"Branches and locations: {branch} removed" in page.text
    person = applicant.controlling_persons[0]
    owner.open(f"/agency/details/controlling_persons/{person.id}")
    page = owner.submit(function="proxy holder", **told())
    assert f"People in control: {person.name} changed" in page.text


def test_the_agency_follows_its_report_and_withdraws_it(enter, session, applicant):
    change = report(session, applicant, city="Breda")
    owner = enter(make_person(session, Role.AGENCY_EDITOR, applicant))
    page = owner.open("/agency/changes/")
    page = owner.follow("Name and address")
    assert "We check this by" in page.text
    page = owner.submit('form[action$="/withdraw"]')
    assert "Withdrawn by the agency" in page.text
    assert the_change(session).state is ChangeState.WITHDRAWN
    owner.post(f"/agency/changes/{change.id}/withdraw")


def test_the_office_declines_with_a_reason_that_the_agency_reads(enter, session, applicant):
    change = report(session, applicant, city="Breda")
    planner = enter(Role.PLANNER)
    address = f"/office/changes/{change.id}"
    planner.open(address)
    page = planner.submit(outcome="accept", status=422)
    assert page.errors == ["Say what you checked this against."]
    page = planner.submit(outcome="decline", status=422)
    assert page.errors == ["Give the reason."]
    planner.submit(outcome="decline", reason="The register says Venlo.")
    page = enter(make_person(session, Role.AGENCY_SIGNATORY, applicant)).open(f"/agency/changes/{change.id}")
    assert "Declined" in page.text
    assert "The register says Venlo." in page.text
    assert page.soup.select_one('form[action$="/withdraw"]') is None


def test_an_accepted_change_of_an_applicant_is_public_at_once(enter, session, applicant):
    change = report(session, applicant, city="Breda")
    planner = enter(Role.PLANNER)
    page = planner.open(f"/office/changes/{change.id}")
    assert page.soup.select("[name=consequences]") == []
    page = planner.submit(outcome="accept", checked_against="Extract of today.")
    assert "Nothing besides" in page.text
    session.expire_all()
    assert applicant.city == "Breda"


def test_a_special_audit_is_on_the_list_of_the_planner(enter, session, holder):
    change = report(session, holder, account_holder="Somebody else")
    planner = enter(Role.PLANNER)
    planner.open(f"/office/changes/{change.id}")
    planner.submit(outcome="accept", checked_against="Statement of the bank.", consequences=["special_audit"])
    assert "Special audits to plan after a reported change" in planner.open("/office/").text
    planner.follow(holder.legal_name)
    page = planner.follow("Plan the special audit")
    assert page.soup.select_one('[name="kind"][checked]')["value"] == "special"
    inspector = make_person(session, Role.INSPECTOR)
    session.commit()
    planner.open(page.path)
    tomorrow = clock.today() + timedelta(days=1)
    when = [str(tomorrow.day), str(tomorrow.month), str(tomorrow.year)]
    planner.submit(kind="special", inspector=str(inspector.id), planned_on=when, occasion="Another account.")
    assert "Special audits to plan after a reported change" not in planner.open("/office/").text


def test_a_page_that_is_outdated_is_a_conflict(enter, session, applicant):
    owner = make_person(session, Role.AGENCY_OWNER, applicant)
    change = report(session, applicant, owner, city="Breda")
    planner = enter(Role.PLANNER)
    planner.open(f"/office/changes/{change.id}")
    agency = enter(owner)
    agency.open(f"/agency/changes/{change.id}")
    agency.submit('form[action$="/withdraw"]')
    planner.submit(outcome="accept", checked_against="Extract of today.", status=409)
    session.expire_all()
    assert applicant.city == "Venlo"


def test_a_decider_sends_a_change_back(enter, session, holder):
    change = report(session, holder, city="Breda")
    planner, decider = enter(Role.PLANNER), enter(Role.DECIDER)
    planner.open(f"/office/changes/{change.id}")
    planner.submit(outcome="accept", checked_against="Extract of today.")
    decider.open(f"/office/changes/{change.id}")
    page = decider.submit('form[action$="/return"]', status=422)
    assert page.errors == ["Give the reason."]
    page = decider.submit('form[action$="/return"]', reason="The extract is of another year.")
    assert page.notes == ["The change is back with the office."]
    assert "The extract is of another year." in page.text


def test_the_pages_speak_dutch(enter, session, holder):
    change = report(session, holder, sectors=("logistics", "construction"))
    owner = enter(make_person(session, Role.AGENCY_OWNER, holder, language="nl"), language="nl")
    assert "Anderen gaan uit van deze gegevens." in owner.open("/agency/details/scope").text
    page = owner.open(f"/agency/changes/{change.id}")
    assert "Bouw" in page.text
    planner = enter(make_person(session, Role.PLANNER, language="nl"), language="nl")
    page = planner.open(f"/office/changes/{change.id}")
    assert "Besluit over de reikwijdte" in page.text
    assert "Het certificaat geldt niet voor wat nieuw is." in page.text
    planner.submit(outcome="accept", checked_against="Gesprek met de bestuurder.")
    decider = enter(make_person(session, Role.DECIDER, language="nl"), language="nl")
    decider.open(f"/office/changes/{change.id}")
    page = decider.follow("Beslis over de kleinere reikwijdte")
    assert page.heading == "Beperk de reikwijdte van het certificaat"
    decider.submit(reasons="Het bureau deed dit niet meer.")
    session.expire_all()
    assert holder.sectors == ["logistics", "construction"]


@pytest.fixture
def work(app, make_session, monkeypatch):
    """Do as a worker does what a decision has queued, without paper."""
    monkeypatch.setattr(handlers, "_print", lambda *_, **__: ("a" * 64, 9))

    def work():
        with app.app_context(), acting_as(WORKER, make_session)() as session:
            for kind in ("certificate.number", "certificate.seal", "register.refresh"):
                for item in session.scalars(select(OutboxItem).where(OutboxItem.kind == kind)).all():
                    handlers.HANDLERS[kind](session, item.payload)
                    session.flush()
            session.commit()

    return work


def test_a_name_that_was_found_right_is_in_the_register_when_a_decider_has_amended(enter, session, holder, work):
    name, address = holder.legal_name, f"/register/nl-{holder.register_number}?lang=en"
    owner = enter(make_person(session, Role.AGENCY_OWNER, holder))
    planner, decider = enter(Role.PLANNER), enter(Role.DECIDER)
    owner.open("/agency/details/seat")
    owner.submit(legal_name=NAME, **told())
    planner.open("/office/")
    planner.follow(name)
    planner.submit(outcome="accept", checked_against="Extract of today.")
    decider.open("/office/")
    decider.follow(name)
    page = decider.follow("Decide on the amended certificate")
    assert [cell.get_text() for cell in page.soup.select("tbody td")] == [name, NAME]
    assert NAME not in decider.open(address).text
    decider.open(page.path)
    page = decider.submit(reasons="The trade register says so.")
    assert "Certificate amended" in page.text
    work()
    session.expire_all()
    theirs = select(Certificate).where(Certificate.agency_id == holder.id).order_by(Certificate.numbered_at)
    old, new = session.scalars(theirs)
    assert (old.state, new.state) == (CertificateState.REPLACED, CertificateState.ACTIVE)
    page = owner.open(address)
    assert page.heading == NAME
    assert (name in page.text, new.number in page.text) == (True, True)  # the former name
    assert NAME in owner.open("/agency/").text
    assert "Accepted" in owner.open(f"/agency/changes/{the_change(session).id}").text


def test_a_decider_who_saw_less_than_there_is_decides_nothing(enter, session, holder):
    change = report(session, holder, legal_name=NAME)
    planner, decider = enter(Role.PLANNER), enter(Role.DECIDER)
    planner.open(f"/office/changes/{change.id}")
    planner.submit(outcome="accept", checked_against="Extract of today.")
    decider.open(f"/office/changes/{change.id}")
    decider.follow("Decide on the amended certificate")
    report(session, holder, account_holder="Somebody else")
    session.commit()
    page = decider.submit(reasons="The trade register says so.", status=409)
    assert "Changed: The changes that the agency reported" in page.text
    assert page.value("reasons") == "The trade register says so."
    decider.submit(reasons="The trade register says so.")
    assert holder.legal_name == NAME


def test_a_suspended_certificate_offers_no_amendment(enter, session):
    certificate = make_certificate(session, CertificateState.SUSPENDED)
    change = report(session, certificate.agency, legal_name=NAME)
    planner, decider = enter(Role.PLANNER), enter(Role.DECIDER)
    planner.open(f"/office/changes/{change.id}")
    planner.submit(outcome="accept", checked_against="Extract of today.")
    page = decider.open(f"/office/certificates/{certificate.id}")
    assert "Amend after a reported change" not in page.text
    decider.open(f"/office/certificates/{certificate.id}/amend", status=409)
