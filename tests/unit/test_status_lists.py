"""Status lists: bit order of the standard, and rejection of malicious input."""

import gzip
import zlib
from base64 import urlsafe_b64encode
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from certificates.credentials import CredentialError, StatusPurpose, read, status_list, thumbprint
from certificates.credentials.bits import SIZE, decode, encode, packed
from tests.kit.published import is_set

ISSUER = "https://register.example"
AT = datetime(2027, 3, 1, 12, tzinfo=UTC)
KEY = ec.derive_private_key(7, ec.SECP256R1())
KEYS = {thumbprint(KEY.public_key()): KEY.public_key()}


def multibase(data):
    return "u" + urlsafe_b64encode(data).rstrip(b"=").decode()


@given(st.sets(st.integers(0, SIZE - 1), max_size=300))
def test_exactly_the_given_places_are_set_and_come_back(positions):
    bits = decode(encode(packed(positions)))
    assert len(bits) * 8 == SIZE
    found = {8 * place + bit for place, byte in enumerate(bits) if byte for bit in range(8) if byte & 128 >> bit}
    assert found == positions


@given(st.sets(st.integers(0, SIZE - 1), min_size=1, max_size=50), st.integers(0, SIZE - 1))
def test_one_change_changes_one_bit(positions, other):
    before, after = packed(positions), packed(positions ^ {other})
    assert sum((a ^ b).bit_count() for a, b in zip(before, after, strict=True)) == 1


def test_the_first_place_is_the_left_most_bit():
    assert packed([0])[0] == 0b1000_0000
    assert packed([9])[1] == 0b0100_0000
    assert packed([SIZE - 1])[-1] == 0b0000_0001


def test_the_same_bits_are_the_same_text():
    assert encode(packed([1, 2, 70_000])) == encode(packed([70_000, 2, 1, 1]))


def test_the_text_is_gzip_that_others_can_open():
    import base64

    text = encode(packed([5]))
    assert text[0] == "u"
    assert "=" not in text
    assert gzip.decompress(base64.urlsafe_b64decode(text[1:] + "=" * (-(len(text) - 1) % 4))) == packed([5])


@pytest.mark.parametrize(
    "text",
    [
        "", "u", "z" + encode(packed([]))[1:], encode(packed([]))[:-8], "u!!!", "ué",
        multibase(b"no gzip at all"),
        multibase(zlib.compress(bytes(SIZE // 8))),  # another envelope
        multibase(gzip.compress(bytes(100), mtime=0)),  # so few that a reader gives away whom it asks about
        multibase(gzip.compress(bytes(50_000_000), mtime=0)),  # a bomb
    ],
)  # fmt: skip
def test_a_list_that_is_none_is_refused(text):
    with pytest.raises(CredentialError):
        decode(text)


@given(st.binary(max_size=200))
def test_no_bytes_make_the_reader_stumble(data):
    with pytest.raises(CredentialError):
        decode(multibase(data))


@pytest.mark.parametrize("purpose", StatusPurpose)
def test_a_list_is_a_credential_of_its_own_that_lasts_a_day(purpose):
    claims = read(status_list(ISSUER, purpose, 3, packed([77]), key=KEY, at=AT), KEYS, issuer=ISSUER)
    url = f"{ISSUER}/status-lists/{purpose}/3"
    assert claims["id"] == url
    assert claims["type"] == ["VerifiableCredential", "BitstringStatusListCredential"]
    assert (claims["validFrom"], claims["validUntil"]) == ("2027-03-01T12:00:00Z", "2027-03-02T12:00:00Z")
    subject = claims["credentialSubject"]
    assert (subject["id"], subject["type"], subject["statusPurpose"]) == (
        f"{url}#list",
        "BitstringStatusList",
        purpose.value,
    )
    assert is_set(decode(subject["encodedList"]), 77)
    assert not is_set(decode(subject["encodedList"]), 78)
