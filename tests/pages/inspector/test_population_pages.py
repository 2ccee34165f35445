"""A list before it is fixed: what an inspector sees of it, and what must be said first."""

from io import BytesIO

import pytest

from audits.applications.workflow import ApplicationState
from audits.core.access import Role
from audits.inspections import draws, queries
from tests.kit.factories import make_agency, make_application, make_audit, make_scheme
from tests.kit.inspecting import FIX, fix_and_draw, path
from tests.kit.scheme import FIRST, SECOND, source

UNIT = "personnel_file"
EXPORT = "Dossiernummer;Naam;Vestiging\n" + "".join(f"F-{number:03d};x;Venlo\n" for number in range(1, 141))


def audit_of(session, inspector, version=SECOND, **details):
    agency = make_agency(session, **({"headcount": 140} | details))
    application = make_application(
        session, state=ApplicationState.ACCEPTED, version=make_scheme(session, source(version)), agency=agency
    )
    audit = make_audit(session, application=application, inspector=inspector)
    session.flush()
    return audit


def facts(page):
    return {
        row.select_one("dt").get_text(strip=True): " ".join(row.select_one("dd").get_text(" ").split())
        for row in page.soup.select(".govuk-summary-list__row")
    }


def test_an_export_with_a_heading_is_looked_at_before_it_is_fixed(session, browser, inspector):
    audit = audit_of(session, inspector)
    browser.open(path(audit, "samples", UNIT))
    page = browser.submit(file=(BytesIO((EXPORT + "F-007;x;Venlo\n").encode()), "export.csv"), source="payroll_export")
    seen = facts(page)
    assert (seen["Units"], seen["Doubles that are left out"], seen["Never stored"]) == ("140", "1", "Naam")
    assert page.soup.select_one("select[name=heading] option[selected]")["value"] == "1"
    assert (seen["The agency declared"], seen["Will be drawn"]) == ("140 workers", "26")
    assert queries.populations_of(session, audit.id) == []
    page = fix_and_draw(browser)
    population = queries.get_population(session, audit.id, UNIT)
    assert (population.size, population.source, population.declared) == (140, "payroll_export", 140)
    assert "Dossiernummer" not in draws.members_of(session, population)
    assert facts(page)["Source of the list"] == "Export of the payroll system, made by the agency"


def test_a_first_line_that_is_no_heading_after_all_is_kept(session, browser, inspector):
    audit = audit_of(session, inspector, headcount=3)
    browser.open(path(audit, "samples", UNIT))
    browser.submit(references="zeven\nF-1\nF-2", source="agency_list")
    fix_and_draw(browser, heading="0")
    assert draws.members_of(session, queries.get_population(session, audit.id, UNIT)) == ["F-1", "F-2", "zeven"]


def test_a_list_that_differs_from_what_was_declared_needs_a_reason(session, browser, enter, inspector):
    audit = audit_of(session, inspector)
    browser.open(path(audit, "samples", UNIT))
    page = browser.submit(references="F-1\nF-2", source="wage_tax_return")
    assert "The list differs from what the agency declared." in page.text
    page = browser.submit(button=FIX, status=422)
    assert page.errors == ["The list differs from what the agency declared, or from that of the audit before. Say why."]
    fix_and_draw(browser, difference="The others left in May.")
    page = enter(Role.REVIEWER).open(f"/office/audits/{audit.id}")
    told = "Wage tax return with receipt of the tax service, independent of the agency"
    assert f"Personnel files {told} The agency declared 140 workers. The others left in May." in " ".join(
        page.text.split()
    )


def test_the_source_of_a_list_must_be_said(session, browser, inspector):
    audit = audit_of(session, inspector)
    browser.open(path(audit, "samples", UNIT))
    page = browser.submit(references="F-1", status=422)
    assert page.errors == ["Say where the list comes from."]
    assert page.value("references") == "F-1"


@pytest.mark.parametrize("houses", [True, False])
def test_a_list_of_houses_is_held_against_the_housing_that_was_stated(session, browser, inspector, houses):
    audit = audit_of(session, inspector, own_housing=houses, housing_places=8 if houses else 0)
    for typed, differs in (({"none": "y"}, houses), ({"references": "H-1"}, not houses)):
        browser.open(path(audit, "samples/housing_location"))
        page = browser.submit(**typed, source="agency_list")
        assert ("The list differs" in page.text) is differs
        assert facts(page)["The agency declared"] == ("Yes, own housing" if houses else "No own housing")


def test_names_are_pointed_out(session, browser, inspector):
    audit = audit_of(session, inspector)
    browser.open(path(audit, "samples", UNIT))
    page = browser.submit(references="F-2\nJan Kowalski", source="agency_list")
    assert "Lines that look like names of people: 1." in page.text


def test_under_edition_1_no_source_is_asked_and_no_reason(session, browser, inspector):
    audit = audit_of(session, inspector, FIRST)
    page = browser.open(path(audit, "samples", UNIT))
    assert page.soup.select("select[name=source]") == []
    page = browser.submit(references="F-1\nF-2")
    assert "The list differs from what the agency declared." in page.text
    fix_and_draw(browser)
    assert queries.get_population(session, audit.id, UNIT).size == 2
