"""The press: output accepted by validators, screen readers and archives, with the required content."""

import json
import re
import subprocess
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from itertools import pairwise

import pikepdf
import pytest
import zxingcpp
from PIL import Image

from audits.schemes.cycle import DecisionKind
from certificates import press
from certificates.press import Attached
from certificates.press.documents import DOCUMENTS, facts_digest, facts_json
from certificates.press.printing import Press, PressError
from certificates.seal.sealing.placeholder import FIELD, Placeholder, fill
from tests.kit import snapshot

SAMPLES = {
    "certificate": snapshot.certificate,
    "register_extract": snapshot.register_extract,
    "audit_report": snapshot.audit_report,
    "report_draft": snapshot.report_draft,
    "decision_letter": snapshot.decision_letter,
    "term_letter": snapshot.term_letter,
    "submission_receipt": snapshot.submission_receipt,
    "list_check": snapshot.list_check,
    "poster": snapshot.poster,
}
PARTS = {"pdfaid:part": "3", "pdfaid:conformance": "A", "pdfuaid:part": "1"}


@cache
def sample(kind):
    return press.render(kind, SAMPLES[kind](), language="nl")


def text_of(pdf):
    return subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()


def words_of(pdf):
    return " ".join(text_of(pdf).split())


def tags_of(element):
    """Yield the tags of a structure tree in reading order."""
    if isinstance(element, pikepdf.Array):
        for each in element:
            yield from tags_of(each)
    elif isinstance(element, pikepdf.Dictionary) and "/S" in element:
        yield element.S
        yield from tags_of(element.get("/K", pikepdf.Array()))


def picture_of(pdf, page=1):
    command = ["pdftoppm", "-r", "150", "-f", str(page), "-l", str(page), "-png", "-"]
    return Image.open(BytesIO(subprocess.run(command, input=pdf, capture_output=True, check=True).stdout))


@pytest.mark.parametrize("kind", DOCUMENTS)
class TestEveryDocument:
    def test_it_claims_both_standards(self, kind):
        with pikepdf.open(BytesIO(sample(kind))) as pdf, pdf.open_metadata() as metadata:
            assert {name: metadata[name] for name in PARTS} == PARTS

    def test_its_metadata_is_one_tree(self, kind):
        # A second rdf:RDF is silently ignored by readers, and with it what it claims.
        with pikepdf.open(BytesIO(sample(kind))) as pdf:
            assert pdf.Root.Metadata.read_bytes().count(b"<rdf:RDF") == 1

    def test_it_is_tagged_and_names_its_language_and_title(self, kind):
        with pikepdf.open(BytesIO(sample(kind))) as pdf:
            assert pdf.Root.MarkInfo.Marked
            assert pdf.Root.StructTreeRoot
            assert str(pdf.Root.Lang) == "nl"
            assert pdf.Root.ViewerPreferences.DisplayDocTitle
            assert SAMPLES[kind]().get("reference", "Zonneveld Uitzendbureau B.V.") in str(pdf.docinfo.Title)

    def test_every_figure_has_words(self, kind):
        with pikepdf.open(BytesIO(sample(kind))) as pdf:
            figures = [
                item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/Figure"
            ]
            assert figures
            assert all(str(figure.Alt) for figure in figures)

    def test_what_is_called_a_table_has_headers_for_every_cell(self, kind):
        """PDF/UA-1 clauses 7.1 and 7.5: columns that only stand beside each other are no table to a reader aloud."""
        with pikepdf.open(BytesIO(sample(kind))) as pdf:
            elements = [each for each in pdf.objects if isinstance(each, pikepdf.Dictionary) and "/S" in each]
            headers = {str(each.ID) for each in elements if each.S == "/TH"}
            cells = [each for each in elements if each.S == "/TD"]
            assert cells
            for cell in cells:
                named = {str(header) for header in cell.A.Headers}
                assert named
                assert named <= headers

    def test_its_headings_skip_no_level(self, kind):
        with pikepdf.open(BytesIO(sample(kind))) as pdf:
            levels = [
                int(str(tag)[2:]) for tag in tags_of(pdf.Root.StructTreeRoot.K) if re.fullmatch("/H[1-6]", str(tag))
            ]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))

    def test_all_its_fonts_are_ours_and_embedded(self, kind):
        listed = subprocess.run(["pdffonts", "-"], input=sample(kind), capture_output=True, check=True).stdout.decode()
        rows = listed.splitlines()[2:]
        assert rows
        assert all("+Source-S" in row for row in rows)
        assert all(row.split()[-5:-2] == ["yes", "yes", "yes"] for row in rows)

    def test_its_dates_are_those_of_the_facts(self, kind):
        with pikepdf.open(BytesIO(sample(kind))) as pdf:
            assert str(pdf.docinfo.CreationDate).startswith("D:2027")
            assert pdf.docinfo.CreationDate == pdf.docinfo.ModDate

    def test_the_facts_go_along_as_data(self, kind):
        with pikepdf.open(BytesIO(sample(kind))) as pdf:
            attached = pdf.attachments["printed.json"]
            assert attached.relationship == pikepdf.Name.Data
            assert attached.get_file().read_bytes() == facts_json(SAMPLES[kind]())
            assert [str(item.UF) for item in pdf.Root.AF if "/UF" in item] != []

    def test_the_same_facts_give_the_same_bytes(self, kind):
        assert press.render(kind, SAMPLES[kind](), language="nl") == sample(kind)

    def test_qpdf_finds_nothing_wrong(self, kind, tmp_path):
        (tmp_path / "it.pdf").write_bytes(sample(kind))
        subprocess.run(["qpdf", "--check", tmp_path / "it.pdf"], check=True, capture_output=True)

    def test_a_missing_fact_is_an_error_and_never_a_blank(self, kind):
        facts = SAMPLES[kind]()
        facts.pop("body")
        with pytest.raises(PressError, match="needs body"):
            press.render(kind, facts, language="nl")


def test_the_certificate_says_every_fact():
    facts = snapshot.certificate(
        conditional=True, conditions=["Binnen drie maanden een loonstrook.", "Ook in het Pools."]
    )
    words = words_of(press.render("certificate", facts, language="nl"))
    plain = [
        facts[name]
        for name in ("number", "legal_name", "register_label", "register_number", "decided_by", "register_url")
    ]
    listed = [
        item
        for name in ("trade_names", "activities", "sectors", "recruitment_countries", "conditions", "excludes")
        for item in facts[name]
    ]
    nested = [*facts["seat"].values(), facts["norm"]["name"], facts["norm"]["version"], *facts["body"].values()]
    dates = ["1 maart 2027", "2 maart 2027", "1 maart 2028"]
    digests = [press_words(facts["digest"], 32), press_words(facts["norm"]["sha256"], 16)]
    missing = [item for item in plain + listed + nested + dates + digests if item not in words]
    assert missing == []


def press_words(digest, length):
    return " ".join(digest[start : start + 4] for start in range(0, length, 4))


OFFLINE = "https://register.example/check#c=" + "eyJhbGciOiJFUzI1NiJ9" * 16
ROOM = Placeholder(
    at=datetime(2027, 3, 2, 9, tzinfo=UTC),
    name="Stichting Keurwerk – zegel",
    hex_digits=8192,
    certificates=(b"certificate one", b"certificate two"),
    ocsps=(b"an answer",),
    crls=(b"a list",),
)
CREDENTIAL = Attached("credential.jwt", b"eyJ.eyJ.sig", "application/vc+jwt", "The credential")


@pytest.mark.parametrize("kind", DOCUMENTS)
class TestRoomAndAttachments:
    @staticmethod
    def roomy(kind, **changes):
        return press.render(kind, SAMPLES[kind](), language="nl", placeholder=ROOM, attachments=[CREDENTIAL], **changes)

    def test_the_room_is_where_readers_look(self, kind):
        with pikepdf.open(BytesIO(self.roomy(kind))) as pdf:
            root = pdf.Root
            (field,) = root.AcroForm.Fields
            assert (int(root.AcroForm.SigFlags), str(field.FT), str(field.T)) == (3, "/Sig", FIELD)
            assert field.V.objgen == root.Perms.DocMDP.objgen
            assert field.P.objgen == pdf.pages[0].objgen
            assert field.objgen in [item.objgen for item in pdf.pages[0].Annots]
            assert int(field.V.Reference[0].TransformParams.P) == 1
            stored = {name: [item.read_bytes() for item in root.DSS[name]] for name in ("/Certs", "/OCSPs", "/CRLs")}
            assert stored == {"/Certs": list(ROOM.certificates), "/OCSPs": list(ROOM.ocsps), "/CRLs": list(ROOM.crls)}

    def test_it_has_one_revision_that_a_seal_fits_in(self, kind):
        pdf = self.roomy(kind)
        sealed = fill(pdf, lambda digest: b"seal of " + digest)
        assert len(sealed) == len(pdf)
        assert sealed.count(b"%%EOF") == sealed.count(b"startxref") == 1
        assert b"seal of ".hex().encode() in sealed

    def test_what_is_attached_is_data_of_the_document(self, kind):
        with pikepdf.open(BytesIO(self.roomy(kind))) as pdf:
            assert set(pdf.attachments) == {"printed.json", "credential.jwt"}
            files = {str(item.UF): item for item in pdf.Root.AF}
            assert len(pdf.Root.AF) == len(files) == 2
            assert {str(item.AFRelationship) for item in files.values()} == {"/Data"}
            credential = files["credential.jwt"].EF.F
            assert credential.read_bytes() == CREDENTIAL.data
            assert str(credential.Subtype) == "/application/vc+jwt"
            assert str(files["credential.jwt"].Desc) == CREDENTIAL.description

    def test_two_attachments_of_one_name_are_refused(self, kind):
        with pytest.raises(PressError, match="same name"):
            press.render(kind, SAMPLES[kind](), language="nl", attachments=[CREDENTIAL, CREDENTIAL])


@pytest.mark.parametrize("kind", ["certificate", "register_extract"])
def test_a_phone_reads_both_codes_from_the_page(kind):
    page = picture_of(press.render(kind, SAMPLES[kind](), language="en", offline_url=OFFLINE))
    codes = {code.text: code for code in zxingcpp.read_barcodes(page)}
    assert set(codes) == {snapshot.REGISTER_URL, OFFLINE}
    corners = codes[OFFLINE].position
    assert (corners.top_right.x - corners.top_left.x) / 150 * 25.4 >= 32


@pytest.mark.parametrize(
    ("status", "word", "says"),
    [
        ("certified", "Certified", "meets the requirements"),
        ("conditional", "Certified with conditions", "must meet conditions"),
        ("suspended", "Suspended", "does not count for now"),
        ("withdrawn", "Withdrawn", "was taken back"),
        ("expired", "Expired", "has ended"),
        ("applied", "Applied, not certified", "Nothing is decided"),
        ("none", "Not certified", "no certificate for this agency"),
    ],
)
def test_an_extract_says_the_status_and_the_moment(status, word, says):
    facts = snapshot.register_extract(status=status, status_label=word, language="en")
    if status in {"applied", "none"}:
        facts = snapshot.unlisted_extract(status, word, language="en")
    words = words_of(press.render("register_extract", facts, language="en"))
    for text in (word, says, "On 14 June 2027 at 09:03:27 (UTC+2)", "Ask again for today", facts["reference"]):
        assert text in words
    assert ("KW-2027-00017-58" in words) == (facts["certificate_number"] is not None)


def test_the_report_says_how_the_sample_was_drawn_and_what_was_found():
    words = words_of(sample("audit_report"))
    for fact in (
        "ab12" * 16,
        "cd34" * 16,
        "sha256-rank-1",
        "F-014, F-077, F-191",
        "1 januari 2026 tot en met 31 december 2026",
        "27,3",
        "Vestiging Rotterdam M. Jansen 7,5",
        "2,4",
        "29,2",
        "Alle elf hebben",
        "PAY-09",
        "Iedere deur ging meteen open.",
        "Uitzenden, Logistiek, Eigen huisvesting, Polen.",
    ):
        assert fact in words


def test_the_report_prints_its_pictures_as_figures_with_their_captions():
    facts, pictures = snapshot.audit_report(), snapshot.pictures()
    pdf = press.render("audit_report", facts, language="nl", pictures=pictures)
    assert "F-014: Loonstrook zonder uitleg, met 3 regels" in words_of(pdf)
    assert "wordt niet meer bewaard" not in words_of(pdf)
    with pikepdf.open(BytesIO(pdf)) as opened:
        (printed,) = (each for each in opened.objects if getattr(each, "get", dict)("/Subtype") == "/Image")
        assert printed.read_raw_bytes() == pictures[snapshot.PICTURE]
        alts = [str(each.Alt) for each in opened.objects if "/Alt" in getattr(each, "keys", list)()]
        assert "Loonstrook zonder uitleg, met 3 regels" in alts


def test_a_picture_that_is_gone_is_told_and_one_of_somebody_else_is_not_fetched():
    assert "met 3 regels (de foto wordt niet meer bewaard)" in words_of(sample("audit_report"))
    strange = [{"sha256": "file:///etc/passwd", "caption": "x", "reference": ""}]
    facts = snapshot.audit_report(findings=[snapshot.finding(pictures=strange)])
    assert "x (de foto wordt niet meer bewaard)" in words_of(press.render("audit_report", facts, language="nl"))


def letter(**changes):
    return words_of(press.render("decision_letter", snapshot.decision_letter(language="en", **changes), language="en"))


HEADINGS = {
    DecisionKind.GRANT: "We grant you the certificate",
    DecisionKind.GRANT_WITH_CONDITIONS: "We grant you the certificate, with conditions",
    DecisionKind.REFUSE: "We do not grant you the certificate",
    DecisionKind.SUSPEND: "We suspend your certificate",
    DecisionKind.LIFT: "Your certificate counts again",
    DecisionKind.WITHDRAW: "We withdraw your certificate",
    DecisionKind.END: "Your certificate has ended, as you asked",
    DecisionKind.EXTEND_SCOPE: "Your certificate covers more",
    DecisionKind.CLOSE: "We close an audit without effect",
}


@pytest.mark.parametrize("kind", HEADINGS)
def test_the_letter_says_the_decision_in_its_heading_and_until_when_to_object(kind):
    words = letter(kind=kind.value, certificate_number="KW-2027-00017-58", valid_until="2028-02-29")
    assert HEADINGS[kind] in words
    assert "12 April 2027" in words


@pytest.mark.parametrize("status", ["certified", "conditional", "suspended", "withdrawn", "ended"])
def test_the_letter_to_a_refused_holder_says_what_the_register_shows_of_the_certificate(status):
    held = {"certificate_number": "KW-2027-00017-58", "valid_until": "2028-02-29"}
    words = letter(kind="refuse", register=status, **held)
    assert "KW-2027-00017-58" in words
    assert "shows no certificate" not in words
    assert "The register shows no certificate for you." in letter(kind="refuse", register="none")


def test_a_letter_says_what_is_granted_and_what_is_declined():
    assert "does not cover it: Bouw, Eigen huisvesting." in letter()
    assert "does not cover it" not in letter(declined=[])
    assert "What the certificate covers" not in letter(kind="refuse", register="none", granted=[], declined=[])


def test_a_letter_without_an_audit_names_no_score():
    assert "Score" in letter()
    assert "Score" not in letter(kind="suspend", register="suspended", score=None, certificate_number="KW-1")


def test_the_qr_code_leads_to_the_register():
    codes = zxingcpp.read_barcodes(picture_of(sample("certificate")))
    assert [code.text for code in codes] == [snapshot.REGISTER_URL]


def test_a_certificate_with_conditions_says_so_and_another_does_not():
    plain = words_of(press.render("certificate", snapshot.certificate(language="en"), language="en"))
    bound = snapshot.certificate(language="en", conditional=True, conditions=["Within three months."])
    assert "with conditions" not in plain
    assert "with conditions" in words_of(press.render("certificate", bound, language="en"))


def test_each_language_writes_its_own_dates():
    english = press.render("certificate", snapshot.certificate(language="en"), language="en")
    assert "2 March 2027" in words_of(english)
    with pikepdf.open(BytesIO(english)) as pdf:
        assert str(pdf.Root.Lang) == "en"


def test_a_digest_of_other_facts_is_refused():
    facts = snapshot.certificate() | {"legal_name": "Somebody Else B.V."}
    with pytest.raises(PressError, match="digest"):
        press.render("certificate", facts, language="nl")


def test_the_digest_does_not_depend_on_the_order_of_the_facts():
    facts = snapshot.certificate()
    assert facts_digest(dict(reversed(facts.items()))) == facts["digest"]


def test_an_unknown_kind_is_refused():
    with pytest.raises(PressError, match="invoice"):
        press.render("invoice", {}, language="nl")


def test_a_press_without_fonts_says_what_to_do(tmp_path):
    with pytest.raises(PressError, match="build-assets"):
        Press(tmp_path)


def test_an_attachment_keeps_the_text_as_it_was():
    facts = snapshot.certificate(legal_name="Ame\u0301lie \u2011 B.V.")
    with pikepdf.open(BytesIO(press.render("certificate", facts, language="nl"))) as pdf:
        attached = json.loads(pdf.attachments["printed.json"].get_file().read_bytes())
    assert attached["legal_name"] == "Ame\u0301lie \u2011 B.V."


@pytest.mark.parametrize(
    ("language", "first", "number"), [("nl", "8 maart 2027", "4,5"), ("en", "8 March 2027", "4.5")]
)
def test_a_letter_with_a_plan_says_when_where_who_and_what_changed(language, first, number):
    words = words_of(press.render("term_letter", snapshot.plan_letter(), language=language))
    for said in ("AU-2027-00003", "Petra Vos", "Anna Bos", "Seat, Venlo", first, number, "personeelsdossiers"):
        assert said in words
    fresh = snapshot.plan_letter()["plan"] | {"changed": None, "days": []}
    assert "Anna Bos" not in words_of(press.render("term_letter", snapshot.plan_letter(plan=fresh), language=language))
