"""The page of an entry: the answer first, then scope, address, last audit, and what machines read of it."""

import json
import subprocess
from datetime import timedelta

import pytest
from sqlalchemy import update

from audits.agencies.models import Agency
from audits.core import clock
from audits.inspections.models import Audit
from certificates.register.models import RegisterEntry
from certificates.register.queries import began, entry_of
from certificates.register.services import rebuild_all
from tests.kit.browser import Browser, words
from tests.kit.factories.certificates import make_certificate
from tests.kit.waiting import PATIENCE
from tests.pages.test_register_pages import STATES, address
from tests.pages.test_strangers import NODE, ROOT

SCHEMA = "https://schema.org/"


@pytest.fixture
def certificate(session):
    return make_certificate(session)


def facts(page):
    return {words(row.dt): words(row.dd) for row in page.soup.select(".kw-entry-side .govuk-summary-list__row")}


def test_it_says_item_by_item_what_one_may_rely_on(app, session, certificate):
    page = Browser(app).open(address(session, certificate.agency))
    assert page.rows == [
        ["Temporary agency work", "Yes"],
        ["Logistics and warehousing", "Yes"],
        ["Meat and fish processing", "Yes"],
        ["Own housing", "Yes"],
        ["Recruits in: Poland", "Yes"],
        ["Recruits in: Romania", "Yes"],
    ]
    assert len(page.soup.select("tbody .kw-status--certified")) == 6


@pytest.mark.parametrize("status", ["suspended", "withdrawn", "expired"])
def test_nothing_is_covered_while_the_certificate_does_not_count(app, session, status):
    page = Browser(app).open(address(session, STATES[status](session)))
    assert {row[1] for row in page.rows} == {"No"}


def test_housing_that_is_not_certified_is_named(app, session, certificate):
    entry = entry_of(session, certificate.agency_id)
    entry.scope = {**entry.scope, "own_housing": False}
    session.flush()
    page = Browser(app).open(address(session, certificate.agency))
    assert ["Own housing", "Not part of this certificate"] in page.rows


def test_it_says_where_the_agency_is_and_how_to_call_it(app, session, certificate):
    page = Browser(app).open(address(session, certificate.agency))
    seat = certificate.snapshot["seat"]
    found = facts(page)
    assert found["Seat"] == f"{seat['street']} {seat['postcode']} {seat['city']} Netherlands"
    assert found["Telephone"] == certificate.agency.phone
    digits = "".join(filter(str.isdigit, certificate.agency.phone))
    assert page.soup.select_one(".kw-entry-side a[href^='tel:']")["href"] == f"tel:{digits}"
    assert page.link(certificate.agency.website) == certificate.agency.website
    assert found["Places of business"] == str(certificate.snapshot["sites"])


def test_a_website_that_is_none_is_only_text(app, session):
    agency = make_certificate(session, details={"website": "javascript:alert(1)"}).agency
    page = Browser(app).open(address(session, agency))
    assert facts(page)["Website"] == "javascript:alert(1)"
    assert not page.soup.select("a[href^='javascript']")


@pytest.mark.parametrize(("language", "said"), [("en", "Initial audit, "), ("nl", "Eerste audit, ")])
def test_it_says_kind_and_month_of_the_last_audit_and_no_day(app, session, certificate, language, said):
    audit = session.get_one(Audit, certificate.decision.audit_id)
    page = Browser(app, language).open(address(session, certificate.agency))
    (line,) = [words(p) for p in page.soup.select("main p") if said in words(p)]
    assert f"{audit.reported_at:%Y}" in line
    assert entry_of(session, certificate.agency_id).details["last_audit"] == {
        "kind": "initial",
        "month": f"{audit.reported_at:%Y-%m}",
    }


def test_an_applicant_has_no_scope_and_no_audit(app, session):
    page = Browser(app).open(address(session, STATES["applied"](session)))
    assert page.rows == []
    assert "Looked at last" not in page.text


def test_the_register_is_rebuilt_with_the_same_details(session, certificate):
    agency_id = certificate.agency_id
    entry = entry_of(session, agency_id)
    before = dict(entry.details)
    assert before["phone"]
    session.execute(update(RegisterEntry).values(details={}))
    session.execute(update(Agency).values(phone="+31 77 7654321"))
    session.expire_all()
    rebuild_all(session)
    assert entry_of(session, agency_id).details == before | {"phone": "+31 77 7654321"}


def test_a_library_of_others_reads_the_same_from_the_linked_data(app, session, certificate):
    page = Browser(app).open(address(session, certificate.agency))
    document = page.soup.select_one('script[type="application/ld+json"]').string
    run = subprocess.run(
        [NODE, ROOT / "tests" / "kit" / "strangers" / "linked.mjs"],
        input=document, capture_output=True, text=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    said = {
        (each["predicate"]["value"].removeprefix(SCHEMA), each["object"]["value"].removeprefix(SCHEMA))
        for each in json.loads(run.stdout)
    }
    seat = certificate.snapshot["seat"]
    assert said >= {
        ("legalName", certificate.agency.legal_name),
        ("streetAddress", seat["street"]),
        ("postalCode", seat["postcode"]),
        ("telephone", certificate.agency.phone),
        ("certificationIdentification", certificate.number),
        ("certificationStatus", "CertificationActive"),
        ("expires", certificate.valid_until.isoformat()),
    }


def test_a_list_shows_two_trade_names_and_how_many_more(app, session):
    names = [f"Naam {number}" for number in range(1, 21)]
    make_certificate(session, details={"trade_names": names})
    also = Browser(app).open("/").soup.select_one(".kw-results__also")
    assert words(also) == "Naam 1, Naam 2 and 18 other names"


def test_the_menu_is_reached_on_a_telephone_too(app, session, certificate):
    page = Browser(app).open(address(session, certificate.agency))
    assert page.soup.select_one("header a.kw-menu-link")["href"] == "#menu"
    foot = {words(a) for a in page.soup.select("#menu a")}
    assert foot == {words(a) for a in page.soup.select("header .kw-navigation a")}


@pytest.fixture
def suspended(session):
    """A certificate of forty days ago that was suspended yesterday."""
    return STATES["suspended"](session)


def asked(app, session, agency, **days):
    query = "&".join(f"{name}={day}" for name, day in days.items())
    return Browser(app).open(f"{address(session, agency)}?lang=en&{query}")


def test_it_says_what_held_on_a_day(app, session, suspended):
    today = clock.today()
    assert "Certified" in words(
        asked(app, session, suspended, on=today - timedelta(days=10)).soup.select_one(".kw-past")
    )
    page = asked(app, session, suspended, on=today)
    assert "Suspended" in words(page.soup.select_one(".kw-past"))
    assert "Wages were late." in words(page.soup.select_one(".kw-past"))
    known = today - timedelta(days=5)
    past = words(asked(app, session, suspended, on=today, known=known).soup.select_one(".kw-past"))
    assert "Certified" in past
    assert f"As we knew it on {known.day} {known:%B %Y}." in past


def test_a_day_before_we_began_gets_a_clear_word(app, session, suspended):
    begun = began(session)
    assert f"Our register begins on {begun.day} {begun:%B %Y}." in asked(app, session, suspended, on="1990-01-01").text
    later = make_certificate(session, issued=clock.today()).agency
    assert "We knew of no certificate." in asked(app, session, later, on=clock.today() - timedelta(days=1)).text


@pytest.mark.parametrize("typed", ["yesterday", "31-03-2027", "2027-02-30", "9999-12-31"])
def test_a_day_that_cannot_be_meant_gets_a_clear_word(app, session, suspended, typed):
    page = asked(app, session, suspended, on=typed)
    assert words(page.soup.select_one(".govuk-error-message")) in {
        "Enter days as year-month-day, like 2027-03-31.",
        "Choose days that are not in the future.",
    }
    assert page.soup.select_one(".kw-past") is None
