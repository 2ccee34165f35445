"""Machine-readable resources: permanent addresses, media types, access from all origins, freshness."""

import json
from base64 import urlsafe_b64decode

import pytest

from audits.core import clock
from certificates.credentials import StatusPurpose, published, read, said, thumbprint
from certificates.credentials.bits import decode
from certificates.lifecycle.workflow import CertificateState
from portal.signing import credentials
from portal.signing.keys import current_keys
from portal.stores.roles import REGISTER
from tests.kit.browser import Browser
from tests.kit.factories.certificates import BASE_URL, change, make_certificate
from tests.kit.published import is_set


@pytest.fixture
def database_role():
    """These pages ask for no more than the role of the register alone."""
    return REGISTER


S = CertificateState


@pytest.fixture
def keys(client):
    """As a stranger gets them: from the address, by thumbprint."""
    from joserfc.jwk import ECKey

    found = client.get("/.well-known/jwks.json").json["keys"]
    return {key["kid"]: ECKey.import_key(key).public_key for key in found}


def open_to_all(response, seconds):
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response.headers["Cache-Control"].startswith(f"public, max-age={seconds}")
    assert "Set-Cookie" not in response.headers
    return response


def test_the_keys_are_served_under_their_thumbprint(app, client, keys):
    response = open_to_all(client.get("/.well-known/jwks.json"), 300)
    assert response.mimetype == "application/jwk-set+json"
    with app.app_context():
        ours = {thumbprint(key): key for key in current_keys().credential_public.values()}
    assert {kid: key.public_numbers() for kid, key in keys.items()} == {
        kid: key.public_numbers() for kid, key in ours.items()
    }
    assert {each["use"] for each in response.json["keys"]} == {"sig"}


def test_the_credential_is_served_as_it_was_signed(client, issued, keys):
    number = issued.number
    for path in (f"/certificates/{number}/credential", f"/certificates/{number}.jwt"):
        response = open_to_all(client.get(path), 60)
        assert response.mimetype == "application/vc+jwt"
        assert response.text == issued.credential
    claims = read(response.text, keys, issuer=BASE_URL)
    assert claims["id"] == f"{BASE_URL}/certificates/{number}/credential"


def test_who_asks_for_json_reads_what_it_says(client, issued, keys):
    number = issued.number
    said = read(issued.credential, keys, issuer=BASE_URL)
    negotiated = client.get(f"/certificates/{number}/credential", headers={"Accept": "application/json"})
    assert "Accept" in negotiated.vary
    for response in (negotiated, client.get(f"/certificates/{number}.json")):
        assert open_to_all(response, 60).mimetype == "application/json"
        assert response.json == said
    for accept in ("*/*", "text/html", "application/vc+jwt, application/json;q=0.5"):
        response = client.get(f"/certificates/{number}/credential", headers={"Accept": accept})
        assert response.mimetype == "application/vc+jwt"


def test_the_badge_is_served_as_its_standard_asks(client, issued):
    signed = open_to_all(client.get(f"/certificates/{issued.number}.badge.jwt"), 60)
    assert signed.mimetype == "text/plain"
    claims = said(signed.text)
    assert claims["id"] == f"{BASE_URL}/certificates/{issued.number}.badge.jwt"
    assert client.get(f"/certificates/{issued.number}.badge.json").json == claims


def test_a_badge_says_where_its_key_is(client, issued):
    kid = json.loads(urlsafe_b64decode(issued.badge.partition(".")[0] + "=="))["kid"]
    response = open_to_all(client.get(kid.removeprefix(BASE_URL)), 300)
    assert response.mimetype == "application/jwk+json"
    (published,) = client.get("/.well-known/jwks.json").json["keys"]
    assert response.json == published
    assert client.get("/credential-keys/AAAA").status_code == 404


def test_the_status_is_where_the_credential_says(client, session, issued, keys, app):
    def bits():
        found = {}
        for entry in read(issued.credential, keys, issuer=BASE_URL)["credentialStatus"]:
            response = open_to_all(client.get(entry["statusListCredential"].removeprefix(BASE_URL)), 60)
            assert response.mimetype == "application/vc+jwt"
            subject = read(response.text, keys, issuer=BASE_URL)["credentialSubject"]
            assert subject["statusPurpose"] == entry["statusPurpose"]
            found[entry["statusPurpose"]] = is_set(decode(subject["encodedList"]), int(entry["statusListIndex"]))
        return found

    assert bits() == {"revocation": False, "suspension": False}
    for state, expected in (
        (S.SUSPENDED, {"revocation": False, "suspension": True}),
        (S.ACTIVE, {"revocation": False, "suspension": False}),
        (S.WITHDRAWN, {"revocation": True, "suspension": True}),
    ):
        change(session, issued, state, clock.today())
        with app.app_context():
            credentials.sign_lists(session)
        session.commit()
        assert bits() == expected


def test_words_and_schema_never_change(client):
    for path, media_type, text in (
        ("/contexts/certification/v1", "application/ld+json", published.context(BASE_URL)),
        ("/schemas/certification/v1", "application/schema+json", published.schema(BASE_URL)),
    ):
        response = open_to_all(client.get(path), 31_536_000)
        assert response.headers["Cache-Control"].endswith("immutable")
        assert response.mimetype == media_type
        assert response.data == text
        assert json.loads(response.data)


def test_an_answer_that_is_still_the_same_is_not_sent_again(client, issued):
    path = f"/status-lists/{StatusPurpose.REVOCATION}/0"
    etag = client.get(path).headers["ETag"]
    assert client.get(path, headers={"If-None-Match": etag}).status_code == 304


@pytest.mark.parametrize(
    "path",
    [
        "/certificates/KW-2026-99999-85/credential",
        "/certificates/KW-2026-99999-85.jwt",
        "/certificates/rubbish.badge.json",
        "/certificates/KW-2026-00001-14.json",
        "/status-lists/revocation/9",
        "/status-lists/revocation/99999999999999999999",
        "/status-lists/message/0",
        "/status-lists/revocation/-1",
        "/contexts/certification/v2",
    ],
)
def test_what_is_not_there_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_a_certificate_from_before_has_no_credential_and_its_page_no_link(app, session, client):
    old = make_certificate(session)
    assert client.get(f"/certificates/{old.number}/credential").status_code == 404
    assert "For machines" not in Browser(app).open(f"/certificates/{old.number}").text


def test_the_page_of_a_certificate_leads_to_all_of_them(app, issued):
    browser = Browser(app)
    browser.open(f"/certificates/{issued.number}")
    for words in ("Credential, signed", "What the credential says", "Open Badge, signed", "Our public keys"):
        browser.open(f"/certificates/{issued.number}")
        browser.follow(words)


def test_the_page_for_codes_has_the_keys_and_works_without_script(app, keys):
    for language in ("en", "nl"):
        page = Browser(app, language).open("/check")
        found = json.loads(page.soup.select_one("#check")["data-keys"])
        assert {key["x"] for key in found.values()} == {
            key["x"] for key in app.test_client().get("/.well-known/jwks.json").json["keys"]
        }
        assert page.soup.select_one("noscript") is not None
        assert page.soup.select_one('main a[href^="/verify"]') is not None
        assert all(each.has_attr("hidden") for each in page.soup.select("[data-outcome], #check-facts"))
