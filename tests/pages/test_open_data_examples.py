"""The examples of the page about open data and of the documents are run as they stand there."""

import html
import subprocess
import sys

import pytest

from certificates.ledger.entries import EntryType
from portal.doors.registry.about import EXAMPLES
from portal.settings import ROOT
from tests.kit.browser import Browser
from tests.kit.factories import make_agency
from tests.kit.factories.certificates import make_certificate
from tests.kit.waiting import PATIENCE
from tests.pages.test_feeds import log
from tests.pages.test_strangers import NODE, served

__all__ = ["served"]
RUN = {
    "curl": ["sh", "-eu"],
    "Python": [sys.executable, "-"],
    "JavaScript": [NODE, "--input-type=module", "-"],
}


@pytest.fixture
def texts(app):
    """The examples as somebody copies them from the page."""
    blocks = Browser(app).open("/open-data").soup.select("main details pre")
    return {name: html.unescape(block.get_text()) for (name, _), block in zip(EXAMPLES, blocks, strict=True)}


@pytest.mark.parametrize("name", RUN)
def test_an_example_runs_as_it_stands(app, session, served, texts, name):
    certificate = make_certificate(session, agency=make_agency(session, register_number="12345678"))
    log(session, make_certificate(session), EntryType.ISSUED, "certified")
    log(session, certificate, EntryType.SUSPENDED, "suspended")
    session.commit()
    text = texts[name].replace(app.extensions["settings"].public_url, served)
    run = subprocess.run(RUN[name], input=text, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert run.returncode == 0, run.stderr
    assert certificate.agency.legal_name in run.stdout
    assert "87654321" in run.stdout
    assert "unknown" in run.stdout
    assert "nl-12345678" in run.stdout
    assert "suspended" in run.stdout


def test_the_documents_have_the_same_examples(app, texts):
    page = (ROOT / "docs" / "open-data.md").read_text()
    for text in texts.values():
        assert text.replace(app.extensions["settings"].public_url, "https://keurwerk.example").strip() in page
