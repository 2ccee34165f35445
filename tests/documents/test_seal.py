"""Sealed files are recognised; every change or imitation gets its own reason."""

import subprocess
from datetime import UTC, datetime
from functools import cache
from io import BytesIO

import pikepdf
import pytest

from audits.core import clock
from certificates import press
from certificates.seal import (
    SealError,
    SealOutcome,
    SealReason,
    SealReport,
    ensure_keyring,
    examine,
)
from certificates.seal.keyring.custody import create_key, mark_compromised
from certificates.seal.keyring.keys import Keyring, Purpose
from tests.kit import snapshot
from tests.kit.paper import sealer_of

BODY = "Stichting Keurwerk"
WORD = "a passphrase of the tests"
AT = datetime(2030, 5, 4, 9, 30, tzinfo=UTC)
ALTERED, NOT_OURS, UNREADABLE = SealOutcome.ALTERED, SealOutcome.NOT_OURS, SealOutcome.UNREADABLE


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("seal") / "keys"
    ensure_keyring(made, BODY, WORD)
    return made


@pytest.fixture(scope="module")
def root(folder):
    return Keyring.open(folder).roots()[0]


def pressed(placeholder=None):
    return press.render("certificate", snapshot.certificate(), language="nl", placeholder=placeholder)


@cache
def unsealed():
    return pressed()


def seal(folder, at=AT):
    """Return a certificate with the seal of this folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "now", lambda: AT)
        sealer = sealer_of(folder, WORD)
        placeholder = sealer.placeholder(at)
        return sealer.seal(pressed(placeholder), placeholder)


@pytest.fixture(scope="module")
def sealed(folder):
    return seal(folder)


class TestSealing:
    def test_a_sealed_file_is_genuine_and_tells_when(self, sealed, root):
        assert examine(sealed, root) == SealReport(SealOutcome.GENUINE, None, AT)

    def test_the_time_is_now_unless_said_otherwise(self, folder, root):
        assert examine(seal(folder, at=None), root).sealed_at == AT

    def test_pdfsig_finds_it_valid_over_the_whole_document(self, sealed, tmp_path):
        (tmp_path / "it.pdf").write_bytes(sealed)
        said = subprocess.run(
            ["pdfsig", "-nocert", tmp_path / "it.pdf"], capture_output=True, check=False
        ).stdout.decode()
        assert "Signature is Valid" in said
        assert "Total document signed" in said
        assert "ETSI.CAdES.detached" in said

    def test_qpdf_finds_nothing_wrong(self, sealed, tmp_path):
        (tmp_path / "it.pdf").write_bytes(sealed)
        subprocess.run(["qpdf", "--check", tmp_path / "it.pdf"], check=True, capture_output=True)

    def test_it_is_a_certification_that_allows_no_change_and_shows_nothing(self, sealed):
        with pikepdf.open(BytesIO(sealed)) as pdf:
            field = pdf.Root.AcroForm.Fields[0]
            assert pdf.Root.Perms.DocMDP.objgen == field.V.objgen
            assert field.V.Reference[0].TransformParams.P == 1
            assert [float(side) for side in field.Rect] == [0, 0, 0, 0]
            assert str(field.TU) == "Electronic seal"
            assert int(field.F) & 0b110 == 0b100  # printed, not hidden: PDF/A-3, 6.3.2

    def test_it_keeps_what_the_press_claimed(self, sealed):
        with pikepdf.open(BytesIO(sealed)) as pdf, pdf.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"], metadata["pdfuaid:part"]) == (
                "3",
                "A",
                "1",
            )
            assert "printed.json" in pdf.attachments


def flipped(pdf, position):
    changed = bytearray(pdf)
    changed[position] ^= 0x20
    return bytes(changed)


class TestExamining:
    def test_another_authority_of_the_same_name_is_not_ours(self, sealed, root, tmp_path):
        ensure_keyring(tmp_path, BODY, WORD)
        forged = seal(tmp_path)
        assert examine(forged, Keyring.open(tmp_path).roots()[0]).genuine
        assert examine(forged, root) == SealReport(NOT_OURS, SealReason.IMPOSTOR, AT)

    def test_a_file_is_sealed_once(self, folder, sealed):
        sealer = sealer_of(folder, WORD)
        with pytest.raises(SealError, match="not one"):
            sealer.seal(sealed, sealer.placeholder())

    def test_only_what_was_printed_with_room_is_sealed(self, folder):
        sealer = sealer_of(folder, WORD)
        with pytest.raises(SealError, match="no empty rooms"):
            sealer.seal(unsealed(), sealer.placeholder())

    def test_too_large_a_file_is_not_read(self, sealed, root):
        verdict = examine(sealed, root, max_bytes=len(sealed) - 1)
        assert verdict == SealReport(UNREADABLE, SealReason.TOO_LARGE)

    def test_no_single_byte_can_change_unseen(self, sealed, root):
        positions = range(101, len(sealed), len(sealed) // 60)
        assert [position for position in positions if examine(flipped(sealed, position), root).genuine] == []

    def test_the_last_and_the_first_byte_count(self, sealed, root):
        assert not examine(flipped(sealed, 0), root).genuine
        assert not examine(flipped(sealed, len(sealed) - 1), root).genuine
        assert not examine(sealed[:-1], root).genuine


def test_nothing_of_a_key_reaches_the_file(folder, sealed):
    for path in folder.glob("*.key"):
        assert path.read_bytes().splitlines()[1] not in sealed


def test_what_a_retired_key_sealed_still_counts_and_what_a_lost_one_did_does_not(tmp_path):
    ring = ensure_keyring(tmp_path, BODY, WORD)
    old_key = ring.active(Purpose.SEAL).id
    old = seal(tmp_path)
    create_key(tmp_path, Purpose.SEAL, BODY, WORD)
    create_key(tmp_path, Purpose.TIMESTAMP, BODY, WORD)
    new = seal(tmp_path)

    def judged(pdf):
        now = Keyring.open(tmp_path)
        return examine(pdf, now.roots(), sealers=now.sealers(), distrusted=now.distrusted())

    assert [judged(pdf).genuine for pdf in (old, new)] == [True, True]
    assert judged(old).signer != judged(new).signer
    mark_compromised(tmp_path, old_key, reason="a laptop was stolen")
    assert [judged(pdf).genuine for pdf in (old, new)] == [False, True]
    assert judged(old).reason is SealReason.COMPROMISED_KEY
