"""The year of an agency: five lanes, who did what with before and after, what comes, and who may decide."""

from datetime import timedelta

import pytest

from audits.core import clock
from audits.core.access import Role
from audits.core.events import record
from audits.deadlines.rules import DeadlineKind
from audits.deadlines.services import open_deadline
from audits.inspections.events import VerdictsRecorded
from audits.inspections.workflow import AuditState
from audits.people.models import Interest
from certificates.lifecycle.services import end_certificate, lift_suspension, suspend_certificate
from tests.kit.factories import make_agency, make_person
from tests.kit.factories.certificates import make_certificate
from tests.kit.factories.inspections import make_audit


def page_of(agency_id, **query):
    return f"/office/agencies/{agency_id}" + "".join(f"?{key}={value}" for key, value in query.items())


def rows(page, caption="Events, newest first"):
    (table,) = [each for each in page.soup.select("table") if each.caption.text == caption]
    return [[cell.get_text(" ", strip=True) for cell in row.select("th, td")] for row in table.select("tbody tr")]


def labels(page):
    return [mark.title.text for mark in page.soup.select(".kw-year__mark")]


@pytest.fixture
def certificate(session, app):
    certificate = make_certificate(session)
    decider = make_person(session, Role.DECIDER, name="Hendrik Jansen")
    with app.app_context():
        suspend_certificate(session, decider.actor, certificate.id, reasons="Passports in a safe.")
        lift_suspension(session, decider.actor, certificate.id, reasons="Given back.")
    session.commit()
    return certificate


def test_it_says_who_did_what_and_what_became_of_the_certificate(enter, certificate):
    page = enter(Role.PLANNER).open(page_of(certificate.agency_id))
    assert page.heading.startswith(certificate.agency.legal_name)
    events = [(what.split(" (")[0], who, moved) for _, what, who, moved, _ in rows(page)]
    assert ("Suspension lifted Given back.", "Hendrik Jansen", "Suspended → Active") in events
    assert ("Certificate suspended Passports in a safe.", "Hendrik Jansen", "Active → Suspended") in events
    assert ("Certificate suspended", "Hendrik Jansen", "") in events  # the decision itself
    assert any(words.startswith("Suspension lifted, ") for words in labels(page))
    assert [what for _, what in rows(page, "What comes")] == ["Last day of the certificate"]


def test_events_are_chosen_by_what_they_are_about(enter, certificate):
    browser = enter(Role.PLANNER)
    everything = len(rows(browser.open(page_of(certificate.agency_id))))
    some = rows(browser.open(page_of(certificate.agency_id, show="decisions")))
    assert 0 < len(some) <= everything
    assert (
        browser.page.soup.select_one(".kw-chips [aria-current]").get_text(" ", strip=True) == f"Decisions {len(some)}"
    )
    assert len(rows(browser.open(page_of(certificate.agency_id, show="nonsense")))) == everything


def test_work_within_a_task_is_left_out(enter, session):
    audit = make_audit(session, AuditState.IN_PROGRESS)
    told = VerdictsRecorded(requirement="CON-01", units=1)
    record(session, told, subject_id=audit.id, actor=audit.inspector.actor, agency_id=audit.agency_id)
    page = enter(Role.REVIEWER).open(page_of(audit.agency_id))
    assert "Verdicts recorded" not in page.text
    assert any(words.startswith("Initial audit, ") for words in labels(page))


def test_what_is_to_be_repaired_is_drawn_and_has_its_last_day(enter, session):
    audit = make_audit(session, AuditState.REPORTED, {"PAY-05": ("nonconform", "No.")})
    page = enter(Role.REVIEWER).open(page_of(audit.agency_id))
    assert any(words.startswith("1 open, ") for words in labels(page))
    assert [what for _, what in rows(page, "What comes")] == ["PAY-05 to be repaired"]


def test_it_says_who_may_decide_and_who_may_not(enter, session, certificate):
    tied, free = (make_person(session, Role.DECIDER, name=name) for name in ("Bas Tied", "Cas Free"))
    session.add(Interest(person_id=tied.id, agency_id=certificate.agency_id, nature="Kin.", declared_at=clock.now()))
    page = enter(Role.PLANNER).open(page_of(certificate.agency_id))
    found = dict(rows(page, "Who may decide"))
    assert found[tied.name] == "No, by independence"
    assert found[free.name] == "Yes"


def test_an_agency_without_a_case_has_an_empty_year(enter, session):
    page = enter(Role.PLANNER).open(page_of(make_agency(session).id))
    assert labels(page) == []
    assert "There is nothing here yet." in page.text


def test_an_agency_that_is_not_there_is_not_found(enter):
    enter(Role.PLANNER).open(page_of("00000000-0000-0000-0000-000000000000"), status=404)


def test_a_planned_audit_is_ahead(enter, session):
    audit = make_audit(session, AuditState.PLANNED, planned_on=clock.today() + timedelta(days=9))
    page = enter(Role.PLANNER).open(page_of(audit.agency_id))
    assert [what for _, what in rows(page, "What comes")] == [f"Initial audit, {audit.reference}"]


def test_terms_and_a_decision_that_waits_for_its_day_are_ahead(enter, session, certificate):
    day = clock.today() + timedelta(days=9)
    about = {"subject_id": certificate.decision.concluded.certification_id, "agency_id": certificate.agency_id}
    open_deadline(session, DeadlineKind.SURVEILLANCE, **about, due_on=day, owner_role=Role.PLANNER)
    decider, until = make_person(session, Role.DECIDER).actor, day + timedelta(days=1)
    end_certificate(session, decider, certificate.id, reasons="They stop.", effective_on=until.isoformat())
    session.flush()
    page = enter(Role.PLANNER).open(page_of(certificate.agency_id))
    found = [what for _, what in rows(page, "What comes")]
    assert found[:2] == ["Surveillance audit at the latest", "Certificate ended at the holder's request: from this day"]
