"""The page of an entry whose shape is known is the page that the template writes for it."""

import pytest

from audits.core import clock
from certificates.lifecycle.workflow import CertificateState
from certificates.register.queries import entry_of
from portal.doors.registry import pages
from portal.web.stencil import shapes
from tests.kit.factories.certificates import change, make_certificate
from tests.pages.test_register_pages import STATES, address, store_file

HOSTILE = "<i>Flex</i> & 'Zn' \"BV\" \\u003c 100%"


def lively(session):
    """Return an agency of whose entry every part says something."""
    held = make_certificate(
        session,
        details={"legal_name": HOSTILE, "trade_names": [HOSTILE, "Flex"], "website": "https://flex.example/?a=1&b='2'"},
        conditions=["Pay <every> worker by the 5th."],
    )
    entry = entry_of(session, held.agency_id)
    entry.former_names = ["Oud & Zn"]
    named = [{"name": name, "function": "Planner & co", "key": "x"} for name in ("A. de <Wit>", "B. Bos")]
    entry.details = entry.details | {"contacts": named}
    entry.scope = entry.scope | {"housing_places": 12}
    entry.under_appeal = True
    session.flush()
    return held.agency


def suspended_again(session):
    held = make_certificate(session)
    for state in (CertificateState.SUSPENDED, CertificateState.ACTIVE, CertificateState.SUSPENDED):
        change(session, held, state, clock.today(), f"Reason & {state}")
    return held.agency


MADE = STATES | {"lively": lively, "suspended again": suspended_again}


@pytest.fixture
def shown(client, monkeypatch):
    def show(path, *, shared):
        with monkeypatch.context() as patch:
            if not shared:
                patch.setattr(pages, "_is_plain", lambda _: False)
            answer = client.get(path)
        assert answer.status_code == 200
        return answer.text

    return show


@pytest.mark.parametrize("standing", MADE)
def test_it_is_the_same_page_in_every_state_and_language(app, session, shown, standing):
    path = address(session, MADE[standing](session))
    for language in ("", "?lang=nl", "?lang=en"):
        rendered = shown(path + language, shared=False)
        assert shown(path + language, shared=True) == rendered  # renders the shape
        assert shown(path + language, shared=True) == rendered  # fills it in


def test_agencies_of_the_same_standing_share_a_shape(app, session, shown):
    kept = shapes(app.extensions, pages.ENTRY)
    one, other = make_certificate(session), make_certificate(session, details={"legal_name": HOSTILE})
    store_file(app, session, one)
    store_file(app, session, other, b"%PDF-1.7 another")
    paths = [address(session, each.agency) for each in (one, other)]
    shown(paths[0], shared=True)
    before = len(kept)
    assert shown(paths[1], shared=True) == shown(paths[1], shared=False)
    assert len(kept) == before


def test_a_name_that_needs_quoting_in_addresses_shares_nothing(session):
    entry = entry_of(session, make_certificate(session).agency_id)
    assert pages.may_share(entry)
    entry.public_id = "de-köln-hrb-1"
    assert not pages.may_share(entry)
