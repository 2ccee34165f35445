"""A page of results whose shape is known is the page that the template writes for it."""

import pytest

from certificates.register.queries import entry_of
from portal.doors.registry import pages
from portal.web.stencil import shapes
from tests.kit.factories.certificates import make_applicant, make_certificate
from tests.pages.test_register_pages import STATES

ASKED = [
    "q=zonnebloem",
    "q=zonenbloem",
    "q=Zonnebloem%20%26%20Zn",
    "q=niets%20daarvan%20%3Cb%3E",
    "q=zonnebloem&lang=nl",
    "q=zonnebloem&lang=en",
    "q=zonnebloem&status=certified",
    "q=zonnebloem&sort=changed",
    "q=zonnebloem&pageSize=1",
    "q=%22%3E%3Cscript%3E",
    "q=Maria%20Zonnebloem-Visser",
    "q=",
    "",
]


@pytest.fixture
def register(session):
    """Agencies of nearly the same name, of every standing."""
    make_certificate(session, details={"legal_name": "Zonnebloem <& Zn> B.V.", "trade_names": ["Bloem", "Zon", "Z"]})
    make_applicant(session, legal_name="Zonnebloen B.V.", city="'s-Gravenhage")
    for make in STATES.values():
        agency = make(session)
    entry_of(session, agency.id).former_names = ["Zonnebloem Oud"]
    session.flush()


@pytest.mark.parametrize("language", ["nl", "en;q=0.8, de"])
def test_it_is_the_same_page_for_every_question(client, register, monkeypatch, language):
    for query in ASKED:
        said = []
        for plain in (False, True, True):  # rendered, kept, filled in
            with monkeypatch.context() as patch:
                if not plain:
                    patch.setattr(pages, "_is_plain", lambda _: False)
                answer = client.get(f"/register?{query}", headers={"Accept-Language": language})
            assert answer.status_code == 200
            said.append(answer.text)
        assert said[1:] == said[:1] * 2, query


def test_searches_that_find_as_much_share_a_shape(app, client, session):
    names = ["Aalscholver", "Boomklever <i>", "Citroenvlinder"]
    for name in names:
        make_certificate(session, details={"legal_name": name})
    kept = shapes(app.extensions, pages.RESULTS)
    assert "Aalscholver" in client.get("/register?q=aalscholver").text
    before = len(kept)
    answer = client.get("/register?q=boomklever+i").text
    assert "Boomklever &lt;i&gt;" in answer
    assert "Aalscholver" not in answer
    assert "citroenvlinder" in client.get("/register?q=citroenvlinder").text
    assert len(kept) == before


def test_many_results_share_nothing(app, client, session):
    kept = shapes(app.extensions, pages.RESULTS)
    for number in range(5):
        make_applicant(session, legal_name=f"Veelvoud {number} B.V.")
    before = len(kept)
    assert "Veelvoud 4" in client.get("/register?q=veelvoud").text
    assert len(kept) == before
