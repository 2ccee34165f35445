"""Credentials and badges: same content as the certificate, conformance to standards, no forgery accepted."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from certificates.credentials import CredentialError, issue, issue_badge, jwks, key_of, read, thumbprint, tokens
from certificates.credentials.bits import SIZE
from certificates.credentials.published import context, schema
from tests.kit.snapshot import NORM, certificate

ISSUER = "https://register.example"
AT = datetime(2027, 3, 1, 12, tzinfo=UTC)
KEY = ec.derive_private_key(7, ec.SECP256R1())
OTHER = ec.derive_private_key(8, ec.SECP256R1())
KEYS = {thumbprint(KEY.public_key()): KEY.public_key()}
MAKERS = {"credential": issue, "badge": issue_badge}


def made(maker=issue, key=KEY, index=SIZE + 5, **changes):
    return maker(certificate(**changes), issuer=ISSUER, status_index=index, key=key, at=AT)


def parts(token):
    """Header and payload, decoded without looking at the signature."""
    return [json.loads(urlsafe_b64decode(part + "==")) for part in token.split(".")[:2]]


def forged(header, payload, key=KEY):
    """Return a token with any header at all, rightly signed."""
    import hashlib

    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA256

    text = ".".join(coded(json.dumps(part).encode()) for part in (header, payload))
    r, s = decode_dss_signature(key.sign(hashlib.sha256(text.encode()).digest(), ec.ECDSA(Prehashed(SHA256()))))
    return f"{text}.{coded(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def coded(data):
    return urlsafe_b64encode(data).rstrip(b"=").decode()


# What it says


def test_the_credential_says_what_the_certificate_says():
    facts = certificate(conditional=True, conditions=["Stuur de loonstroken op."])
    claims = read(made(conditional=True, conditions=["Stuur de loonstroken op."]), KEYS, issuer=ISSUER)
    assert claims["@context"] == ["https://www.w3.org/ns/credentials/v2", f"{ISSUER}/contexts/certification/v1"]
    assert claims["type"] == ["VerifiableCredential", "CertificationCredential"]
    assert claims["id"] == f"{ISSUER}/certificates/{facts['number']}/credential"
    assert claims["issuer"] == {"id": ISSUER, "name": facts["body"]["name"]}
    # 2 March 2027 to 1 March 2028, as days are counted in Amsterdam.
    assert (claims["validFrom"], claims["validUntil"]) == ("2027-03-01T23:00:00Z", "2028-03-01T22:59:59Z")
    subject = claims["credentialSubject"]
    assert subject["type"] == "Certification"
    assert subject["certificationIdentification"] == facts["number"]
    assert subject["name"] == NORM["name"]
    assert (subject["validFrom"], subject["expires"]) == (facts["valid_from"], facts["valid_until"])
    assert subject["about"]["legalName"] == facts["legal_name"]
    assert subject["about"]["id"] == facts["register_url"]
    assert subject["about"]["identifier"]["value"] == facts["register_number"]
    assert subject["isBasedOn"] == {"type": "CreativeWork", **NORM}
    assert subject["conditions"] == ["Stuur de loonstroken op."]
    assert subject["factsDigest"] == facts["digest"]
    assert "certificationStatus" not in json.dumps(claims)  # a status that is signed once is a lie later


def test_its_status_stands_in_two_lists_at_one_place():
    entries = read(made(), KEYS, issuer=ISSUER)["credentialStatus"]
    assert [entry["statusPurpose"] for entry in entries] == ["revocation", "suspension"]
    for entry in entries:
        url = f"{ISSUER}/status-lists/{entry['statusPurpose']}/1"
        assert entry == {
            "id": f"{url}#5",
            "type": "BitstringStatusListEntry",
            "statusPurpose": entry["statusPurpose"],
            "statusListIndex": "5",
            "statusListCredential": url,
        }


def test_the_credential_keeps_its_own_schema():
    wanted = json.loads(schema(ISSUER))
    Draft202012Validator.check_schema(wanted)
    validator = Draft202012Validator(wanted, format_checker=FormatChecker())
    claims = parts(made())[1]
    assert list(validator.iter_errors(claims)) == []
    for name in wanted["required"]:
        assert list(validator.iter_errors({key: value for key, value in claims.items() if key != name}))
    strange = claims | {"credentialSubject": claims["credentialSubject"] | {"certificationStatus": "active"}}
    assert list(validator.iter_errors(strange))


def test_every_word_of_it_is_explained():
    explained = context(ISSUER).decode()
    assert "ISSUER" not in explained
    terms = json.loads(explained)["@context"]
    subject = parts(made())[1]["credentialSubject"]
    for node in (subject, subject["about"], subject["about"]["identifier"], subject["isBasedOn"]):
        assert set(node) - {"name"} <= set(terms[node["type"]]["@context"])  # `name` is the data model's own


def test_the_header_is_that_of_the_standard():
    kid = thumbprint(KEY.public_key())
    assert parts(made())[0] == {"alg": "ES256", "kid": kid, "typ": "vc+jwt", "cty": "vc"}


def test_the_header_of_a_badge_is_that_of_its_own_standard():
    """Open Badges 3.0 section 8.2: JWT is the only type, a key is named by its address, and nothing else is allowed."""
    token, kid = made(issue_badge), thumbprint(KEY.public_key())
    assert parts(token)[0] == {"alg": "ES256", "kid": f"{ISSUER}/credential-keys/{kid}", "typ": "JWT"}
    assert key_of(token) == key_of(made()) == kid
    assert tokens.read(token, typ="JWT", key_for=lambda name: KEYS.get(name.rpartition("/")[2]))["iss"] == ISSUER
    with pytest.raises(CredentialError):
        read(token, KEYS, issuer=ISSUER)


def test_the_badge_has_what_open_badges_asks_for():
    """What the JSON Schema of Open Badges 3.0 asks of its essential classes, and section 8.2 of the JWT."""
    facts, badge = certificate(), parts(made(issue_badge))[1]
    assert badge["@context"][:2] == [
        "https://www.w3.org/ns/credentials/v2",
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
    ]
    assert {"VerifiableCredential", "OpenBadgeCredential"} == set(badge["type"])
    for name in ("id", "name", "validFrom", "validUntil"):
        assert isinstance(badge[name], str)
    assert badge["issuer"] == {"id": ISSUER, "type": ["Profile"], "name": facts["body"]["name"], "url": ISSUER}
    subject, achievement = badge["credentialSubject"], badge["credentialSubject"]["achievement"]
    assert subject["type"] == ["AchievementSubject"]
    assert subject["id"] == facts["register_url"]
    assert achievement["type"] == ["Achievement"]
    assert achievement["achievementType"] == "Certification"
    assert all(achievement[name] for name in ("id", "name", "description", "criteria"))
    assert achievement["criteria"]["id"].startswith(ISSUER)
    # One status object with an id: the schema has no room for a second.
    assert badge["credentialStatus"]["id"] == f"{ISSUER}/status-lists/suspension/1#5"
    assert badge["credentialStatus"]["type"] == "BitstringStatusListEntry"
    assert (badge["iss"], badge["jti"], badge["sub"]) == (ISSUER, badge["id"], subject["id"])
    for claim, name in (("nbf", "validFrom"), ("exp", "validUntil")):
        assert badge[claim] == int(datetime.fromisoformat(badge[name]).timestamp())


@pytest.mark.parametrize("maker", MAKERS.values(), ids=MAKERS)
def test_neither_says_anything_of_a_person_or_more_than_is_printed(maker):
    facts = certificate()
    said = json.dumps(parts(made(maker))[1], ensure_ascii=False)
    for secret in (facts["decided_by"], facts["seat"]["street"], facts["excludes"][0]):
        assert secret not in said


def test_keys_are_published_under_their_thumbprint():
    (published,) = jwks(KEYS.values())["keys"]
    assert (published["kty"], published["crv"], published["alg"], published["use"]) == ("EC", "P-256", "ES256", "sig")
    assert published["kid"] == thumbprint(KEY.public_key())
    assert "d" not in published


def test_the_thumbprint_is_that_of_rfc_7638():
    # The example of RFC 7517 appendix A.1, with the thumbprint that follows from RFC 7638 section 3.
    import hashlib

    x, y = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"
    numbers = [int.from_bytes(urlsafe_b64decode(part + "=")) for part in (x, y)]
    key = ec.EllipticCurvePublicNumbers(*numbers, ec.SECP256R1()).public_key()
    canonical = f'{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}'
    assert thumbprint(key) == coded(hashlib.sha256(canonical.encode()).digest())


# What is refused


def test_a_changed_letter_anywhere_is_refused():
    token = made()
    for place in range(0, len(token), 7):
        changed = token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]
        with pytest.raises(CredentialError):
            read(changed, KEYS, issuer=ISSUER)


HEADER = {"alg": "ES256", "kid": thumbprint(KEY.public_key()), "typ": "vc+jwt", "cty": "vc"}
HOSTILE = {
    "none": HEADER | {"alg": "none"},
    "hmac with the public key": HEADER | {"alg": "HS256"},
    "another curve": HEADER | {"alg": "ES384"},
    "a list of algorithms": HEADER | {"alg": ["ES256"]},
    "no type": {key: value for key, value in HEADER.items() if key != "typ"},
    "the type of the code on paper": HEADER | {"typ": "kw"},
    "an access token": HEADER | {"typ": "JWT"},
    "an unknown key": HEADER | {"kid": thumbprint(OTHER.public_key())},
    "no key": {key: value for key, value in HEADER.items() if key != "kid"},
    "a number as key": HEADER | {"kid": 7},
    "a key of its own": HEADER | {"jwk": jwks([OTHER.public_key()])["keys"][0]},
    "an address for keys": HEADER | {"jku": "https://evil.example/jwks.json"},
    "an extension that must be understood": HEADER | {"crit": ["b64"], "b64": False},
}


@pytest.mark.parametrize("header", HOSTILE.values(), ids=HOSTILE)
def test_a_header_that_is_not_ours_is_refused_though_the_signature_fits(header):
    with pytest.raises(CredentialError):
        read(forged(header, parts(made())[1]), KEYS, issuer=ISSUER)


def test_the_forger_of_these_tests_can_sign():
    assert read(forged(HEADER, parts(made())[1]), KEYS, issuer=ISSUER)["iss"] == ISSUER


def test_the_signature_of_another_is_refused_under_our_name():
    header, payload = parts(made())
    with pytest.raises(CredentialError):
        read(forged(header, payload, OTHER), KEYS, issuer=ISSUER)


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"},
        {"issuer": {"id": "https://evil.example"}},
        {"issuer": None},
        {"type": ["VerifiablePresentation"]},
        {"vc": {}},
    ],
)
def test_a_payload_that_is_no_credential_of_the_issuer_is_refused(changes):
    with pytest.raises(CredentialError):
        read(forged(HEADER, parts(made())[1] | changes), KEYS, issuer=ISSUER)


@pytest.mark.parametrize(
    "token",
    [
        "", ".", "..", "a.b", "a.b.c.d", "a.b.c\n", " a.b.c", "é.b.c", "x" * 200_000,
        f"{coded(b'[]')}.e30.AAAA", f"{coded(b'{')}.e30.AAAA", f"{coded(b'[' * 60_000)}.e30.AAAA",
        f"{coded(json.dumps(HEADER).encode())}.e30.AAAA",
    ],
)  # fmt: skip
def test_what_is_no_token_is_refused(token):
    with pytest.raises(CredentialError):
        read(token, KEYS, issuer=ISSUER)


def test_a_second_spelling_of_a_token_is_refused():
    token = made()
    last = token[-1]  # the last letter of 64 bytes carries four bits that mean nothing
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    for other in letters[letters.index(last) + 1 : letters.index(last) + 4]:
        with pytest.raises(CredentialError):
            read(token[:-1] + other, KEYS, issuer=ISSUER)


@given(st.text())
def test_no_text_makes_the_reader_stumble(text):
    with pytest.raises(CredentialError):
        tokens.read(text, typ="vc+jwt", key_for=KEYS.get)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_no_signed_payload_makes_the_reader_stumble(payload):
    try:
        claims = read(forged(HEADER, payload), KEYS, issuer=ISSUER)
    except CredentialError:
        return
    assert claims["iss"] == ISSUER


def test_the_moment_of_signing_is_told_and_is_not_the_validity():
    first, second = (
        parts(issue(certificate(), issuer=ISSUER, status_index=1, key=KEY, at=AT + timedelta(days=day)))[1]
        for day in (0, 1)
    )
    assert second["iat"] - first["iat"] == 24 * 3600
    assert first["validFrom"] == second["validFrom"]
