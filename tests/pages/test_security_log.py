"""The security log: its limits, for how long it is kept, and how administrators search it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from audits.core import clock
from audits.core.access import Role
from portal.doors.office.security_log import WORDS
from portal.web import security_log
from portal.web.security_log import Flood, Kind, SecurityEvent
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.people import make_person


@pytest.mark.parametrize("column", ["detail", "visitor", "request_id"])
def test_the_database_takes_codes_only(session, column):
    session.add(SecurityEvent(kind=Kind.REFUSED, happened_at=clock.now(), **{column: "Jan Jansen"}))
    with pytest.raises(IntegrityError, match=f"ck_security_event_{column}"):
        session.flush()


# Strangers cannot fill it


def test_a_flood_is_cut_off_per_kind_and_visitor_and_in_all():
    flood = Flood()
    admitted = [flood.admits(Kind.REFUSED, "a") for _ in range(security_log.A_MINUTE + 5)]
    assert admitted.count(True) == security_log.A_MINUTE
    assert flood.admits(Kind.REFUSED, "b")
    assert flood.admits(Kind.FORGED_FORM, "a")
    rest = [flood.admits(Kind.REFUSED, f"visitor {each}") for each in range(security_log.A_MINUTE_IN_ALL)]
    assert rest.count(True) == security_log.A_MINUTE_IN_ALL - security_log.A_MINUTE - 2


def test_the_next_minute_counts_anew(monkeypatch):
    flood, now = Flood(), clock.now()
    for minute in (0, 1):
        monkeypatch.setattr(clock, "now", lambda minute=minute: now + timedelta(minutes=minute))
        assert flood.admits(Kind.REFUSED, "a")
        assert sum(flood.admits(Kind.REFUSED, "a") for _ in range(100)) == security_log.A_MINUTE - 1


# How it is kept


def old(session, days):
    line = SecurityEvent(kind=Kind.REFUSED, happened_at=clock.now() - timedelta(days=days))
    session.add(line)
    session.flush()
    return line.id


def test_lines_are_cleared_after_the_term_and_not_before(app, session):
    days = app.extensions["settings"].security_log_days
    old(session, days + 1)
    kept = old(session, days - 1)
    with app.app_context():
        security_log.clear_security_log(session)
    assert session.scalars(select(SecurityEvent.id)).all() == [kept]


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("UPDATE security_event SET detail = 'x'", "append-only"),
        ("TRUNCATE security_event", "append-only"),
        ("DELETE FROM security_event", "30 days"),
    ],
)
def test_fresh_traces_cannot_be_taken_away(session, statement, words):
    old(session, 29)
    with pytest.raises(IntegrityError, match=words):
        session.execute(text(statement))


# The page


@pytest.fixture
def several(session):
    """Some lines of two people; the second belongs to an agency."""
    now = clock.now()
    staff = make_person(session, Role.PLANNER, name="Vera Vlot")
    agent = make_person(session, Role.AGENCY_OWNER, make_agency(session), name="Bas Bureau")
    for kind, person, days, visitor in [
        (Kind.SIGNED_IN, staff, 3, "a" * 16),
        (Kind.REFUSED, staff, 2, "a" * 16),
        (Kind.SIGN_IN_FAILED, agent, 1, "b" * 16),
    ]:
        at = now - timedelta(days=days)
        session.add(SecurityEvent(kind=kind, happened_at=at, person_id=person.id, visitor=visitor))
    session.add(SecurityEvent(kind=Kind.ROLES_CHANGED, happened_at=now, person_id=staff.id, subject_id=agent.id))
    session.commit()
    return staff, agent


def kinds(page):
    return [row.select("td")[0].get_text() for row in page.soup.select("tbody tr")]


def boxes(day):
    return [str(day.day), str(day.month), str(day.year)]


def test_the_newest_lines_come_first_with_people_by_name(enter, several):
    page = enter(Role.ADMINISTRATOR).open("/office/security-log/")
    assert kinds(page) == ["Roles changed", "Sign-in failed", "No permission", "Signed in with a password"]
    first = page.soup.select_one("tbody tr").get_text(" ")
    assert "Vera Vlot" in first
    assert "Bas Bureau" in first


def test_the_moment_of_a_line_has_seconds(enter, session):
    at = datetime(2027, 3, 1, 23, 59, 7, tzinfo=UTC)
    session.add(SecurityEvent(kind=Kind.REFUSED, happened_at=at))
    session.commit()
    page = enter(Role.ADMINISTRATOR).open("/office/security-log/")
    assert "2 March 2027, 00:59:07" in page.text


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ({"person": "vlot"}, ["Roles changed", "No permission", "Signed in with a password"]),
        ({"person": "BAS"}, ["Sign-in failed"]),
        ({"kind": "refused"}, ["No permission"]),
        ({"visitor": "b" * 16}, ["Sign-in failed"]),
        ({"kind": "refused", "person": "bas"}, []),
        ({"person": "%"}, []),
        ({"person": "nul\0"}, []),
    ],
)
def test_it_is_searched_by_person_kind_and_visitor(enter, several, typed, found):
    browser = enter(Role.ADMINISTRATOR)
    browser.open("/office/security-log/")
    assert kinds(browser.submit(**typed)) == found


def test_it_is_searched_by_period(enter, several):
    browser, today = enter(Role.ADMINISTRATOR), clock.today()
    browser.open("/office/security-log/")
    page = browser.submit(since=boxes(today - timedelta(days=2)), until=boxes(today - timedelta(days=1)))
    assert kinds(page) == ["Sign-in failed", "No permission"]


def test_a_date_that_does_not_exist_is_told(enter, several):
    browser = enter(Role.ADMINISTRATOR)
    browser.open("/office/security-log/")
    page = browser.submit(since=["31", "2", "2027"], status=422)
    assert page.errors == ["Enter a real date, like 27 3 2027."]


def test_a_code_of_a_visitor_leads_to_all_lines_of_that_visitor(enter, several):
    browser = enter(Role.ADMINISTRATOR)
    browser.open("/office/security-log/")
    assert len(kinds(browser.follow("a" * 16))) == 2


def test_it_goes_on_page_by_page_and_keeps_the_search(enter, session, monkeypatch):
    monkeypatch.setattr(security_log, "PAGE_SIZE", 2)
    monkeypatch.setattr("portal.doors.office.security_log.PAGE_SIZE", 2)
    for days in range(5):
        session.add(SecurityEvent(kind=Kind.REFUSED, happened_at=clock.now() - timedelta(days=days)))
    session.add(SecurityEvent(kind=Kind.SIGNED_IN, happened_at=clock.now()))
    session.commit()
    browser = enter(Role.ADMINISTRATOR)
    browser.open("/office/security-log/")
    seen = [browser.submit(kind="refused", since=boxes(clock.today() - timedelta(days=3)))]
    seen.append(browser.follow("Next page"))
    assert [kinds(page) for page in seen] == [["No permission"] * 2] * 2
    assert not seen[-1].soup.select('[rel="next"]')


@pytest.mark.parametrize("page", ["0", "-7", "x", "99999999999999999999"])
def test_a_page_that_does_not_exist_is_no_accident(enter, several, page):
    assert enter(Role.ADMINISTRATOR).open(f"/office/security-log/?page={page}").status == 200


def test_every_kind_has_words():
    assert set(WORDS) == set(Kind)
