"""Units beside the draw, as inspector and office see them."""

import pytest

from audits.applications.workflow import ApplicationState
from audits.core.access import Role
from audits.inspections import queries
from tests.kit.factories import make_application, make_audit, make_scheme
from tests.kit.inspecting import FILES, path
from tests.kit.scheme import SECOND, source


@pytest.fixture
def drawn(session, inspector):
    """An audit under edition 2 with a list of a hundred files, of which 25 are drawn."""
    version = make_scheme(session, source(SECOND))
    application = make_application(session, state=ApplicationState.ACCEPTED, version=version)
    files = [f"F-{number:03d}" for number in range(1, 101)]
    return make_audit(session, inspector=inspector, application=application, populations={"personnel_file": files})


def test_a_unit_that_cannot_be_judged_gets_a_replacement_and_everybody_sees_which(session, browser, enter, drawn):
    first, *_ = queries.sample_of(session, drawn.id)["personnel_file"]
    browser.open(path(drawn, "samples/personnel_file"))
    form = "form[action$=replacements]"
    page = browser.submit(form, reference=first, status=422)
    assert page.errors == ["Choose a reason."]
    page = browser.submit(form, reference=first, reason_code="unreachable", more="Twice called.")
    added = next(each for each in queries.units_of(session, drawn.id, "personnel_file") if each.replaces)
    assert page.notes == [f"{added.reference} comes in its place."]
    told = " ".join(page.text.split())
    assert f"{first} replaced by {added.reference}: The worker cannot be reached. Twice called." in told
    assert f"next: {added.reference} for {first}" in page.text
    for who, where in ((drawn.inspector, path(drawn, "requirements/PAY-05")), (Role.REVIEWER, "")):
        page = enter(who).open(where or f"/office/audits/{drawn.id}/requirements/PAY-05")
        assert f"{added.reference} Replacement" in " ".join(page.text.split()) or not where
    assert "25 + 1" in enter(Role.REVIEWER).open(f"/office/audits/{drawn.id}").text


def test_a_unit_that_the_inspector_chooses_stands_apart(session, browser, drawn):
    missing = next(unit for unit in ("F-001", "F-002", "F-003") if unit not in drawn_of(session, drawn))
    browser.open(path(drawn, "samples/personnel_file"))
    form = "form[action$=chosen]"
    page = browser.submit(form, references=missing, status=422)
    assert page.errors == ["Say why you look at this one."]
    assert page.value("references") == missing
    page = browser.submit(form, references=missing, reason="A signal.")
    assert page.notes == ["The unit is in the audit. It counts apart from those by lot."]
    assert f"{missing} Chosen by the inspector A signal." in " ".join(page.text.split())
    page = browser.open(path(drawn, "requirements/PAY-05"))
    assert f"{missing} Chosen by the inspector" in " ".join(page.text.split())
    assert len(page.soup.select("fieldset.kw-verdicts")) == 26


def test_under_edition_1_no_unit_is_added(session, browser, inspector):
    audit = make_audit(session, inspector=inspector, populations={"personnel_file": FILES})
    page = browser.open(path(audit, "samples/personnel_file"))
    assert page.soup.select("form[action$=replacements], form[action$=chosen]") == []


def drawn_of(session, audit):
    return queries.sample_of(session, audit.id)["personnel_file"]
