"""A holder that changes its name: reported, checked by the office, amended by a decider, in the register at the end."""

import time
from io import BytesIO

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from audits.core import clock
from audits.core.access import Role
from portal.demo.cast import PASSWORD as STAFF_PASSWORD
from portal.demo.cast import STAFF
from tests.kit.browser import PASSWORD
from tests.kit.factories import give_password, make_certificate, make_person
from tests.kit.waiting import PATIENCE

NAME = "Hernoemd Werk B.V."
RELIED = "Others rely on these details."


def extract() -> dict[str, object]:
    out = BytesIO()
    Image.new("L", (60, 40), 200).save(out, "PNG")
    return {"name": "extract.png", "mimeType": "image/png", "buffer": out.getvalue()}


@pytest.fixture
def holder(portal):
    """Return the address of an owner, the old name, the register's page and the number of the certificate."""
    with Session(portal.tables) as session, session.begin():
        certificate = make_certificate(session, details={"legal_name": "Voorheen Werk B.V."})
        owner = give_password(session, make_person(session, Role.AGENCY_OWNER, certificate.agency))
        page = f"/register/nl-{certificate.agency.register_number}?lang=en"
        return owner.email, certificate.agency.legal_name, page, certificate.number


def test_a_holder_is_renamed_by_a_report_and_a_decision(portal, screen, holder):
    email, name, address, number = holder
    owner = screen().sign_in(email, PASSWORD).open("/agency/details")
    assert RELIED in owner.text
    owner.link("Report a change: Name and address").fill(legal_name=NAME)
    owner.click("Report the change")
    assert "Enter since when this is so." in owner.text
    today = clock.today()
    for place, part in enumerate((today.day, today.month, today.year)):
        owner.page.locator('[name="effective_on"]').nth(place).fill(str(part))
    owner.page.locator('input[type="file"]').set_input_files(extract())
    owner.click("Report the change")
    assert "The change is reported." in owner.page.locator("body").inner_text()
    owner.link("Name and address")
    assert "We check this by" in owner.text
    owner.open("/agency/changes/")
    owner.open("/agency/details/branches/new")

    visitor = screen().open(address)
    assert visitor.heading == name

    planner = screen(javascript=False).sign_in(STAFF["planner"].email, STAFF_PASSWORD).open("/office/").link(name)
    planner.choose("outcome", "accept").fill(checked_against="Extract of today.").click("Record what you found")
    assert "With the decider" in planner.text
    planner = screen().sign_in(STAFF["planner"].email, STAFF_PASSWORD).open("/office/")
    assert visitor.open(address).heading == name

    decider = screen().sign_in(STAFF["decider"].email, STAFF_PASSWORD).link(name)
    decider.click("Decide on the amended certificate")
    decider.fill(reasons="The trade register says so.").click("Amend the certificate")
    assert "Certificate amended" in decider.text

    assert visitor.open(address).heading == NAME  # from the decision on
    end = time.monotonic() + PATIENCE
    while number in owner.open("/agency/").text or "being made" in owner.text:
        assert time.monotonic() < end, "no amended certificate came"
        owner.page.wait_for_timeout(500)
    newest = owner.page.locator("dd").first.inner_text()
    assert f"Certificate number {newest}" in " ".join(visitor.open(address).text.split())
    assert visitor.heading == NAME
    assert name in visitor.text  # as a former name
    owner.open("/agency/")
    assert owner.heading == NAME
