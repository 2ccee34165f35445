"""A hirer follows forty suppliers, by mouse, without JavaScript, and with few clicks."""

import pytest
from sqlalchemy.orm import Session

from tests.kit.factories import make_agency
from tests.kit.factories.certificates import make_certificate

MOST_CLICKS = 6
HEADS = ("Anker", "Brug", "Distel", "Eik", "Fakkel", "Granaat", "Heron", "Kompas")
TAILS = ("dijk", "haven", "molen", "straat", "veld")
SUPPLIERS = len(HEADS) * len(TAILS)


@pytest.fixture(scope="module")
def suppliers(portal):
    with Session(portal.tables) as session:
        names = [f"{head}{tail} Uitzendbureau B.V." for head in HEADS for tail in TAILS]
        made = [make_certificate(session, agency=make_agency(session, legal_name=name)).agency for name in names]
        session.flush()
        lines = [each.register_number if place % 2 else each.legal_name for place, each in enumerate(made)]
        session.commit()
    return lines


@pytest.mark.parametrize("javascript", [True, False])
def test_forty_suppliers_are_followed_with_six_clicks(screen, portal, suppliers, javascript):
    window, clicks = screen(javascript=javascript), []

    def press(name, role="button"):
        clicks.append(name)
        window.click(name, role)

    address = f"hirer-{javascript}@bouw.example".lower()
    window.open("/")
    press("Get a message when an agency changes", "link")
    window.fill(names="\n".join(suppliers))
    press("Look these up")
    assert window.page.locator("input[name=agencies]:checked").count() == SUPPLIERS
    window.fill(email=address)
    press("Follow these agencies")
    assert window.heading == "Look in your mailbox"
    clicks.append("the link in the message")
    window.open(portal.link_for(address))
    press("Yes, send me messages")
    assert window.heading == "The agencies that you follow"
    assert window.page.locator("input[name=agencies]:checked").count() == SUPPLIERS
    assert len(clicks) <= MOST_CLICKS, clicks
    press("Stop all messages")
    press("Stop, and delete my address")
    assert window.heading == "You get no more messages"
