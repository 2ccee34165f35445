"""Public pages that no other journey judges: axe, and no sideways scrolling on a telephone or a tablet."""

import pytest
from sqlalchemy.orm import Session

from audits.agencies.rules import LONGEST_LEGAL_NAME
from portal.signing.private_links import Purpose, token_of
from tests.kit.factories.agencies import make_agency
from tests.kit.factories.certificates import make_certificate
from tests.kit.following import add_webhook, followed_list

PATHS = [
    "/login",
    "/open-data",
    "/privacy",
    "/bulk-check",
    "/complaints",
    "/complaints/about-us",
    "/practice",
    "/follow",
    "/follow?agency={agency}",
    "/follow/{token}",
    "/follow/{token}/stop",
    "/follow/{token}/webhook",
    "/register/{agency}/wrong",
    "/register/{agency}/work",
]
TABLET = {"width": 820, "height": 1180}


@pytest.fixture(scope="module")
def things(portal):
    with Session(portal.tables) as session, portal.app.app_context():
        agency = make_certificate(session).agency
        followed = followed_list(session, agency, address="tablet@bouw.example")
        add_webhook(session, followed)
        session.commit()
        return {"agency": f"nl-{agency.register_number}", "token": token_of(Purpose.FOLLOW, followed)}


@pytest.mark.parametrize("path", PATHS)
def test_a_public_page_is_accessible_and_fits_a_tablet(screen, things, path):
    window = screen().open(path.format(**things))
    window.page.set_viewport_size(TABLET)
    assert window.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_the_longest_legal_name_fits_a_telephone(screen, portal):
    """In words, and as one word."""
    for name in ("Bemiddelingscoöperatie " * 28, f"{'Seizoenarbeidersbemiddeling' * 23} B.V."):
        with Session(portal.tables) as session:
            agency = make_agency(session, legal_name=name.strip()[:LONGEST_LEGAL_NAME])
            make_certificate(session, agency=agency)
            session.commit()
            number = agency.register_number
        for path in (f"/register/nl-{number}?lang=nl", f"/?q={number}", f"/register/nl-{number}/wrong"):
            screen().open(path)


def test_a_checked_list_is_accessible_and_fits_a_tablet(screen, things):
    window = screen().open("/bulk-check").fill(numbers=f"{things['agency']}\n99999999\nx")
    window.click("Check the list")
    window.page.set_viewport_size(TABLET)
    assert window.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_a_chapter_of_the_practice_and_its_result_are_accessible_and_fit_a_tablet(screen, things):
    window = screen().open("/practice")
    for button in ("Continue", "See what would count against you"):
        window.click(button)
        window.page.set_viewport_size(TABLET)
        assert window.page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
