"""Archival copies: sealed bytes, validation data, time-stamp; accepted by validators as no change."""

import re
from io import BytesIO

import pytest
from asn1crypto import x509 as asn1
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko_certvalidator import ValidationContext

from certificates.seal.keyring.custody import authority_of, ensure_keyring
from certificates.seal.keyring.keys import Purpose
from certificates.seal.keyring.signing import held_key
from certificates.seal.sealing.archiving import Archivist
from certificates.seal.sealing.revocation import RevocationData
from certificates.seal.time.authority import TimeStampAuthority
from tests.kit.paper import paper, sealer_of
from tests.kit.validators import mutool, pdfsig

WORD = "a passphrase of the tests"


@pytest.fixture(scope="module")
def ring(tmp_path_factory):
    return ensure_keyring(tmp_path_factory.mktemp("seal"), "Stichting Keurwerk", WORD)


@pytest.fixture(scope="module")
def sealed(ring):
    sealer = sealer_of(ring.folder, WORD)
    placeholder = sealer.placeholder()
    return sealer.seal(paper(placeholder), placeholder)


@pytest.fixture(scope="module")
def archivist(ring):
    certificates = [ring.certificate(ring.active(purpose)) for purpose in (Purpose.SEAL, Purpose.TIMESTAMP)]
    stamps = TimeStampAuthority(held_key(ring, Purpose.TIMESTAMP))
    return Archivist(stamps, RevocationData(authority_of(ring), certificates, {}))


@pytest.fixture(scope="module", params=[1, 2])
def renewed(request, sealed, archivist):
    data = sealed
    for _ in range(request.param):
        data = archivist.renew(data)
    return data


def context(ring):
    return ValidationContext(trust_roots=[asn1.Certificate.load(ring.roots()[0])], allow_fetching=False)


def test_the_sealed_bytes_stand_at_its_beginning(sealed, renewed):
    assert renewed.startswith(sealed)
    assert len(renewed) - len(sealed) < 20_000


def test_the_seal_is_still_whole_and_the_change_one_that_it_allows(ring, renewed):
    seal, *_ = PdfFileReader(BytesIO(renewed)).embedded_signatures
    status = validate_pdf_signature(seal, context(ring))
    assert status.bottom_line
    assert status.docmdp_ok
    assert status.modification_level is ModificationLevel.LTA_UPDATES


def test_other_programs_speak_of_a_change_as_the_manual_warns(sealed, renewed):
    assert pdfsig(sealed).total
    assert not pdfsig(renewed).total
    assert "edits since signing" in mutool(renewed)


def test_the_last_stamp_is_trusted_and_covers_all(ring, renewed):
    *_, last = PdfFileReader(BytesIO(renewed)).embedded_signatures
    assert last.sig_object_type == "/DocTimeStamp"
    status = validate_pdf_timestamp(last, context(ring))
    assert status.valid
    assert status.intact
    assert status.trusted
    start, before, after, rest = (int(each) for each in re.findall(rb"/ByteRange \[([^]]+)\]", renewed)[-1].split())
    assert (start, after + rest) == (0, len(renewed))
    assert set(renewed[before + 1 : after - 1]) <= set(b"0123456789abcdefABCDEF")


def test_it_brings_word_on_revocation_once(renewed):
    store = PdfFileReader(BytesIO(renewed)).root["/DSS"]
    assert len(store["/Certs"]) == 3
    assert len(store["/CRLs"]) == 1


def test_no_stamp_shows(renewed):
    reader = PdfFileReader(BytesIO(renewed))
    for field in reader.root["/AcroForm"]["/Fields"]:
        assert [float(side) for side in field.get_object()["/Rect"]] == [0, 0, 0, 0]
        assert int(field.get_object()["/F"]) & 0b110 == 0b100
