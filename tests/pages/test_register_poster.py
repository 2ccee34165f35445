"""The sheet that an agency hangs up: what it says, for whom it is, and that its code leads to the entry."""

import subprocess
from io import BytesIO

import pytest
import zxingcpp
from PIL import Image

from certificates.lifecycle.workflow import CertificateState
from certificates.register.queries import entry_of
from portal.stores.roles import REGISTER
from tests.kit.browser import Browser
from tests.kit.factories.certificates import make_applicant, make_certificate


@pytest.fixture
def database_role():
    """The page asks for no more than the role of the register alone."""
    return REGISTER


@pytest.mark.parametrize(
    ("language", "question"), [("nl", "Heeft dit bureau een keurmerk?"), ("en", "Is this agency certified?")]
)
def test_the_sheet_of_a_certified_agency_leads_to_its_entry(app, session, settings, language, question):
    entry = entry_of(session, make_certificate(session).agency_id)
    page = Browser(app, language).open(f"/register/{entry.public_id}")
    answer = app.test_client().get(page.soup.select_one('a[href*="poster.pdf"]')["href"])
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    said = " ".join(run("pdftotext", "-layout", "-", "-", data=answer.data).decode().split())
    for words in (question, entry.register_number, settings.public_url.partition("://")[2], "Polski", "Українська"):
        assert words in said
    picture = Image.open(BytesIO(run("pdftoppm", "-r", "100", "-png", "-singlefile", "-", data=answer.data)))
    assert [code.text for code in zxingcpp.read_barcodes(picture)] == [
        f"{settings.public_url}/register/{entry.public_id}"
    ]


def test_who_may_not_be_relied_on_has_no_sheet(app, session):
    lost = make_certificate(session, CertificateState.SUSPENDED).agency_id
    for agency_id in (lost, make_applicant(session).id):
        public_id = entry_of(session, agency_id).public_id
        page = Browser(app).open(f"/register/{public_id}")
        assert page.soup.select('a[href*="poster.pdf"]') == []
        assert app.test_client().get(f"/register/{public_id}/poster.pdf").status_code == 404


def run(*command, data):
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout
