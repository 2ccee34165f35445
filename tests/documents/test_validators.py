"""Every kind of sealed document passes third-party validators: archive, accessibility, seal, syntax."""

from io import BytesIO

import pikepdf
import pytest

from certificates import press
from certificates.press.documents import DOCUMENTS
from certificates.seal import Keyring, ensure_keyring
from certificates.seal.keyring.custody import authority_of
from certificates.seal.keyring.keys import Purpose
from certificates.seal.keyring.signing import held_key
from certificates.seal.sealing.archiving import Archivist
from certificates.seal.sealing.revocation import RevocationData
from certificates.seal.time.authority import TimeStampAuthority
from tests.documents.test_press_compiled import made, plain
from tests.documents.test_press_hostile import hostile
from tests.kit import snapshot, validators
from tests.kit.paper import sealer_of

SAMPLES = {kind: getattr(snapshot, kind) for kind in DOCUMENTS}
LANGUAGES = ("nl", "en")
CASES = [(kind, language) for kind in SAMPLES for language in LANGUAGES]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("seal") / "keys"
    ensure_keyring(made, "Stichting Keurwerk", "a passphrase")
    return made


@pytest.fixture(scope="module")
def sealed(folder):
    sealer = sealer_of(folder, "a passphrase")
    placeholder = sealer.placeholder()
    return {
        (kind, language): sealer.seal(
            press.render(
                kind,
                SAMPLES[kind](language=language),
                language=language,
                placeholder=placeholder,
                pictures=snapshot.pictures(),
            ),
            placeholder,
        )
        for kind, language in CASES
    }


@pytest.fixture(scope="module")
def verdicts(sealed):
    """Of all documents at once, and of three that must fail: without tags, without claim, in a foreign font."""
    certificate = sealed["certificate", "nl"]
    return validators.verapdf(
        sealed
        | {
            "no tags": without_tags(certificate),
            "no claim": without_claim(certificate),
            "Helvetica": set_in_helvetica(certificate),
        }
    )


@pytest.mark.parametrize("case", CASES, ids="-".join)
class TestEveryDocument:
    def test_verapdf_finds_an_archive_file_that_everybody_can_read(self, verdicts, case):
        for flavour in ("3a", "ua1"):
            verdict = verdicts[case, flavour]
            assert verdict.passed, verdict.failures
            assert verdict.checks > 1000

    def test_pdfsig_finds_one_valid_seal_over_everything(self, sealed, case):
        assert validators.pdfsig(sealed[case]) == (1, True, True)

    def test_mutool_finds_it_unchanged(self, sealed, case):
        assert "The document is unchanged since signing." in validators.mutool(sealed[case])

    def test_openssl_accepts_the_seal(self, sealed, folder, case):
        assert validators.openssl_cades(sealed[case], Keyring.open(folder).roots()[0])
        assert validators.openssl_timestamp(sealed[case], Keyring.open(folder).roots()[0])

    def test_qpdf_finds_no_fault(self, sealed, case):
        assert validators.qpdf(sealed[case]) == 0

    def test_pikepdf_finds_what_an_archive_asks_for(self, sealed, case):
        with pikepdf.open(BytesIO(sealed[case])) as pdf, pdf.open_metadata() as metadata:
            assert metadata.pdfa_status == "3A"
            assert metadata["pdfuaid:part"] == "1"
            assert pdf.Root.MarkInfo.Marked
            assert all(str(each.AFRelationship) == "/Data" for each in pdf.Root.AF)
            assert len(pdf.Root.AF) == len(pdf.attachments) > 0
            fonts = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/FontFile2" in each]
            assert fonts


def test_the_archival_form_is_an_archive_file_too(sealed, folder):
    ring = Keyring.open(folder, "a passphrase")
    certificates = [ring.certificate(ring.active(purpose)) for purpose in (Purpose.SEAL, Purpose.TIMESTAMP)]
    stamps = TimeStampAuthority(held_key(ring, Purpose.TIMESTAMP))
    archivist = Archivist(stamps, RevocationData(authority_of(ring), certificates, {}))
    once = archivist.renew(sealed["certificate", "nl"])
    verdicts = validators.verapdf({"once": once, "twice": archivist.renew(once)})
    assert {case: verdict.failures for case, verdict in verdicts.items() if not verdict.passed} == {}
    assert len(verdicts) == 4


@pytest.mark.parametrize("block", range(2))
def test_both_ways_through_the_press_get_the_same_verdicts_for_hostile_facts(folder, block):
    """A hundred documents as they came, and every fourth of the spliced ones as the typesetter sets it."""
    sealer = sealer_of(folder, "a passphrase")
    placeholder, documents = sealer.placeholder(), {}
    for seed in range(50 * block, 50 * (block + 1)):
        kind, facts = hostile(seed)
        pdf, spliced = made(kind, facts, placeholder=placeholder)
        documents[f"{seed}, {'spliced' if spliced else 'typeset'}"] = sealer.seal(pdf, placeholder)
        if spliced and seed % 4 == 0:
            documents[f"{seed}, asked to be typeset"] = sealer.seal(
                plain(kind, facts, placeholder=placeholder), placeholder
            )
    assert len(documents) > 50
    verdicts = validators.verapdf(documents)
    assert len(verdicts) == 2 * len(documents)
    assert {case: verdict.failures for case, verdict in verdicts.items() if not verdict.passed} == {}


class TestTheJudgesLook:
    @pytest.mark.parametrize(
        ("name", "flavour", "rule"),
        [("no tags", "3a", "6.7.3.3"), ("no claim", "ua1", "5-1"), ("Helvetica", "3a", "6.2.11.4.1")],
    )
    def test_verapdf_fails_what_must_fail(self, verdicts, name, flavour, rule):
        verdict = verdicts[name, flavour]
        assert not verdict.passed
        assert rule in verdict.failures

    def test_the_others_fail_a_changed_byte(self, sealed, folder):
        good = sealed["certificate", "nl"]
        place = good.index(b"stream") + 100
        bad = good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :]
        assert not validators.pdfsig(bad).valid
        assert "unchanged since signing" not in validators.mutool(bad)
        assert not validators.openssl_cades(bad, Keyring.open(folder).roots()[0])

    def test_qpdf_fails_half_a_file(self, sealed):
        good = sealed["certificate", "nl"]
        assert validators.qpdf(good[: len(good) // 2]) != 0


def without_tags(pdf):
    return changed(pdf, lambda opened: opened.Root.__delitem__("/StructTreeRoot"))


def without_claim(pdf):
    def act(opened):
        text = opened.Root.Metadata.read_bytes().replace(b'pdfuaid:part="1"', b"")
        opened.Root.Metadata.write(text)

    return changed(pdf, act)


def set_in_helvetica(pdf):
    def act(opened):
        page = opened.pages[0]
        page.Resources.Font["/Loose"] = opened.make_indirect(
            pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
        )
        page.contents_add(b"/Artifact BMC BT /Loose 9 Tf 20 20 Td (loose) Tj ET EMC")

    return changed(pdf, act)


def changed(pdf, act):
    with pikepdf.open(BytesIO(pdf)) as opened:
        act(opened)
        target = BytesIO()
        opened.save(target)
        return target.getvalue()
