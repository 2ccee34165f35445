"""The offline QR code: short for every name, and only our signature is accepted."""

import json
from base64 import urlsafe_b64decode

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from certificates.credentials import (
    CredentialError,
    issue,
    offline_keys,
    offline_token,
    offline_url,
    read_offline,
    thumbprint,
    tokens,
)
from tests.documents.test_credentials import (
    AT,
    ISSUER,
    KEY,
    KEYS,
    OTHER,
)
from tests.kit.snapshot import certificate

REGISTER = "https://register.keurwerk.example"


def test_an_ordinary_certificate_makes_a_short_address():
    url = offline_url(REGISTER, certificate(), KEY)
    assert url.startswith(f"{REGISTER}/check#c=")
    assert len(url) <= 350


def test_it_says_what_counts():
    facts = certificate()
    assert read_offline(offline_token(facts, KEY), KEYS) == {
        "n": facts["number"],
        "a": facts["legal_name"],
        "r": facts["register_number"],
        "f": "20270302",
        "u": "20280301",
        "d": facts["digest"][:12],
    }
    assert read_offline(offline_token(certificate(conditional=True), KEY), KEYS)["c"] == 1


@given(st.text(min_size=1), st.text(min_size=1))
def test_no_name_makes_it_long(name, number):
    facts = certificate(legal_name=name * 20, register_number=number)
    url = offline_url(REGISTER, facts, KEY)
    assert len(url) < 500
    said = read_offline(url.partition("=")[2], KEYS)["a"]
    assert said == facts["legal_name"] or (said.endswith("…") and facts["legal_name"].startswith(said[:-1].rstrip()))


def test_a_long_name_is_cut_between_words_and_shows_it():
    name = "Stichting tot bevordering van eerlijk en veilig uitzendwerk in de land- en tuinbouw van Noordoost-Nederland"
    said = read_offline(offline_token(certificate(legal_name=name), KEY), KEYS)["a"]
    assert said == "Stichting tot bevordering van eerlijk en veilig uitzendwerk in de land- en tuinbouw van…"


def test_a_credential_is_no_code_and_a_code_is_no_credential():
    from certificates.credentials import read

    with pytest.raises(CredentialError):
        read_offline(issue(certificate(), issuer=ISSUER, status_index=1, key=KEY, at=AT), KEYS)
    with pytest.raises(CredentialError):
        read(offline_token(certificate(), KEY), KEYS, issuer=ISSUER)


def test_the_code_of_another_is_refused():
    def short(kid):
        return kid[:6]

    for token in (
        offline_token(certificate(), OTHER),
        tokens.sign({"n": "x"}, KEY, typ="kw"),
        tokens.sign(
            {"n": "KW", "a": "b", "r": "c", "d": "d", "f": "20280101", "u": "20270101"}, KEY, typ="kw", named=short
        ),
        tokens.sign(
            {"n": 1, "a": "b", "r": "c", "d": "d", "f": "20260101", "u": "20270101"}, KEY, typ="kw", named=short
        ),
    ):
        with pytest.raises(CredentialError):
            read_offline(token, KEYS)


@given(st.integers(0, 348), st.integers(0, 5))
def test_a_flipped_bit_is_found(place, bit):
    token = offline_token(certificate(), KEY)
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    place %= len(token)
    if token[place] == ".":
        return
    changed = token[:place] + letters[letters.index(token[place]) ^ 1 << bit] + token[place + 1 :]
    with pytest.raises(CredentialError):
        read_offline(changed, KEYS)


def test_the_page_gets_the_keys_by_the_name_that_codes_give_them():
    retired = ec.derive_private_key(9, ec.SECP256R1()).public_key()
    keys = offline_keys(KEYS | {thumbprint(retired): retired})
    header = json.loads(urlsafe_b64decode(offline_token(certificate(), KEY).split(".")[0] + "=="))
    assert header["kid"] in keys
    assert len(keys) == 2
    assert all(set(key) == {"kty", "crv", "x", "y"} for key in keys.values())
