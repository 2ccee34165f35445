"""A list that the inspector asks for: what the agency sees and gives, and how the inspector fixes it."""

from io import BytesIO

from audits.core.access import Role
from audits.inspections import draws, queries
from audits.inspections.models import ListOffer
from tests.kit.factories import make_audit, make_person
from tests.kit.inspecting import fix_and_draw, path
from tests.pages.inspector.test_population_pages import audit_of, facts

UNIT = "personnel_file"
CSV = "personeelsnummer;naam;vestiging;fase\n" + "".join(f"{n:04d};x;Venlo;A\n" for n in range(1, 141))


def give(browser, audit, content, status=200, name="export.csv"):
    browser.open(f"/agency/lists/{audit.id}/{UNIT}")
    return browser.submit(file=(BytesIO(content.encode()), name), status=status)


def test_an_agency_gives_the_list_that_was_asked_for_and_the_inspector_fixes_it(session, browser, enter, inspector):
    audit = audit_of(session, inspector)
    browser.open(path(audit, "samples", UNIT))
    page = browser.submit(f'form[action$="{UNIT}/ask"]')
    assert page.notes == ["The agency is asked for this list."]
    theirs = enter(make_person(session, Role.AGENCY_OWNER, audit.agency))
    assert "Give a list: Personnel files" in theirs.open("/agency/").text
    page = give(theirs, audit, CSV)
    assert facts(page)["Never stored"] == "naam"
    page = browser.open(path(audit, "samples", UNIT, "list"))
    assert (facts(page)["Units"], facts(page)["Given by"]) == ("140", "The agency")
    fix_and_draw(browser, source="payroll_export")
    population = queries.get_population(session, audit.id, UNIT)
    stored = draws.find_list(session, audit.id, UNIT)
    assert (population.size, stored.members[0], set(stored.strata)) == (140, "0001", {"site", "contract_phase"})
    assert session.get(ListOffer, (audit.id, UNIT)) is None
    theirs.open(f"/agency/lists/{audit.id}/{UNIT}", 404)


def test_a_list_that_says_who_people_are_is_refused_and_the_one_before_stays(session, browser, enter, inspector):
    audit = audit_of(session, inspector)
    browser.open(path(audit, "samples", UNIT))
    browser.submit(f'form[action$="{UNIT}/ask"]')
    theirs = enter(make_person(session, Role.AGENCY_OWNER, audit.agency))
    give(theirs, audit, CSV)
    page = give(theirs, audit, CSV.replace("fase", "geboortedatum"), 422)
    assert "who people are: naam, geboortedatum" in page.errors[0]
    assert len(session.get_one(ListOffer, (audit.id, UNIT), populate_existing=True).content["rows"]) == 141


def test_a_list_of_the_inspector_ends_the_question_and_stays_unseen(session, browser, enter, inspector):
    audit = audit_of(session, inspector)
    browser.open(path(audit, "samples", UNIT))
    browser.submit(f'form[action$="{UNIT}/ask"]')
    page = browser.submit("form[enctype]", references="F-1", source="wage_tax_return")
    assert "Given by" not in facts(page)
    enter(make_person(session, Role.AGENCY_OWNER, audit.agency)).open(f"/agency/lists/{audit.id}/{UNIT}", 404)


def test_nobody_is_asked_for_those_to_whom_we_speak_in_confidence(session, browser, inspector):
    audit = audit_of(session, inspector)
    page = browser.open(path(audit, "samples/interview"))
    assert "Their list does not come from the agency." in page.text
    assert not page.soup.select('form[action$="/ask"]')


def test_an_agency_that_knows_of_no_audit_is_not_asked(session, browser, inspector):
    audit = make_audit(session, inspector=inspector, announced=False)
    page = browser.open(path(audit, "samples", UNIT))
    assert "The agency does not know of this audit" in page.text
    assert not page.soup.select('form[action$="/ask"]')
