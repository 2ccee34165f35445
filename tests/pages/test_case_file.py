"""What a reviewer and a decider see of a case: observations, every round, every file, every changed verdict."""

import pytest

from audits.core.access import Role
from audits.core.files import StoredFile
from audits.inspections import queries, services
from tests.kit.factories import make_audit, make_person
from tests.kit.factories.inspections import draw, judge
from tests.kit.scheme import scheme

FIRST = {"cause": "An old form.", "extent": "Two files.", "solution": "A new form.", "effectiveness": "A monthly look."}
SECOND = dict.fromkeys(FIRST, "Better.")


@pytest.fixture
def audit(session):
    """A reviewed audit: a verdict was changed, and a corrective action took two rounds with a file each."""
    audit = make_audit(session)
    draw(session, audit, {"personnel_file": ["F-001", "F-002"]}, all_units=True)
    judge(session, audit, {"PAY-05": ("nonconform", "Hours are missing.")}, rest=True)
    actor = audit.inspector.actor
    fixed = {"F-002": ("conform", "")}
    services.record_sheets(session, actor, audit.id, {"PAY-05": fixed}, reasons={"PAY-05": "The hours came later."})
    services.report_audit(session, actor, audit.id, summary="All was looked at.")
    session.flush()
    owner = make_person(session, Role.AGENCY_OWNER, audit.agency).actor
    (finding,) = queries.findings_of(session, audit.id)
    for number, said in enumerate((FIRST, SECOND)):
        services.submit_corrective_action(session, owner, finding.id, version=finding.version, **said)
        file = StoredFile(f"{number}a" * 32, 3, "application/pdf", f"proof-{number}.pdf")
        services.add_corrective_action_file(session, owner, finding.id, file)
        session.flush()
        check = services.accept_corrective_action if number else services.return_corrective_action
        check(session, actor, finding.id, note="Show more." if not number else "Seen on site.")
        session.flush()
    reviewer = make_person(session, Role.REVIEWER).actor
    services.review_audit(session, reviewer, audit.id, recommendation="Complete.")
    session.flush()
    return audit


@pytest.mark.parametrize(("role", "rest"), [(Role.REVIEWER, ""), (Role.DECIDER, ""), (Role.DECIDER, "/decision")])
def test_nothing_of_a_finding_is_hidden_from_who_judges_it(enter, audit, role, rest):
    page = enter(role).open(f"/office/audits/{audit.id}{rest}")
    assert "F-001: Hours are missing." in page.text
    assert all(text in page.text for said in (FIRST, SECOND) for text in said.values())
    assert all(text in page.text for text in ("Show more.", "Seen on site.", "proof-0.pdf", "proof-1.pdf"))


@pytest.mark.parametrize(
    ("role", "rest"),
    [(Role.REVIEWER, ""), (Role.DECIDER, "/decision"), (Role.REVIEWER, "/requirements/PAY-05")],
)
def test_every_changed_verdict_is_shown_with_its_reason(enter, audit, role, rest):
    page = enter(role).open(f"/office/audits/{audit.id}{rest}")
    row = next(row for row in page.soup.select("tr") if "The hours came later." in row.get_text())
    words = " ".join(row.get_text(" ").split())
    change = ("PAY-05", "F-002", "Does not conform → Conforms", "Hours are missing.", audit.inspector.name)
    assert [text for text in change if text not in words] == []


def test_who_reviews_reads_every_verdict_with_its_note(enter, audit):
    browser = enter(Role.REVIEWER)
    browser.open(f"/office/audits/{audit.id}/requirements")
    page = browser.follow(f"PAY-05 {scheme().requirement('PAY-05').title['en']}")
    assert ["F-001", "Does not conform", "Hours are missing."] in page.rows
    browser.open(f"/office/audits/{audit.id}/requirements/XXX-99", status=404)


def test_the_trail_says_why_a_verdict_changed(enter, audit):
    assert "The hours came later." in enter(Role.REVIEWER).open(f"/office/audits/{audit.id}").text
