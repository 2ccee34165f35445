"""Malicious uploads, each with its expected result."""

import io
from contextlib import suppress
from types import SimpleNamespace

import pikepdf
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image
from werkzeug.datastructures import FileStorage

from audits.core.errors import RuleError
from portal.forms import uploads
from tests.kit.compound import LEAST, compound
from tests.kit.workbook import workbook
from tests.unit.strange_files import (
    EICAR,
    JPEG,
    PLAIN,
    PNG,
    TEMPLATE,
    attach,
    click,
    document,
    heic,
    hidden_deep,
    in_object_stream,
    jpeg_claiming,
    mail,
    moving,
    opened,
    outlook,
    outlook_in_rich_text,
    outlook_inside,
    outside,
    pdf,
    picture,
    png_claiming,
    script,
    set_page,
    set_root,
    zipped,
)

MEGA = 1024 * 1024
EMPTY, TOO_LARGE, TYPE, LIES, BROKEN = "is empty", "is larger", "must be a PDF", "not what its name", "is damaged"
LOCKED, ACTIVE, PIXELS, NUMBER = "password", "scripts", "too many pixels", "citizen service number"
MOVES, COSTLY, MACROS = "moves", "too complicated", "macros"
OUTWARD = "sends or opens something by itself"

# Of a program that Outlook lets run inside a mail.
OBJECT = compound({"__properties_version1.0": bytes(LEAST), "__attach_version1.0_#00000000": {"x": bytes(LEAST)}})

HOSTILE = {
    "nothing at all": ("a.pdf", b"", EMPTY),
    "one byte too many": ("a.pdf", PLAIN + b"\n" * (MEGA + 1 - len(PLAIN)), TOO_LARGE),
    "a program": ("setup.exe", b"MZ" + b"\0" * 200, TYPE),
    "a program named as a PDF": ("setup.pdf", b"MZ" + b"\0" * 200, LIES),
    "no extension": ("report", PLAIN, TYPE),
    "only an extension": (".pdf", b"x", LIES),
    "a double extension that ends wrong": ("report.pdf.exe", PLAIN, TYPE),
    "a drawing with a script": ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", TYPE),
    "a drawing named as a picture": ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", LIES),
    "a web page named as a PDF": ("a.pdf", b"<!doctype html><script>1</script>%PDF-1.7", LIES),
    "a web page before a PDF": ("a.pdf", b"<script>1</script>\n" + PLAIN, LIES),
    "a document with macros": ("a.docm", zipped(["word/vbaProject.bin"]), TYPE),
    "an archive": ("a.zip", zipped(), TYPE),
    "an archive behind a PDF": ("a.pdf", PLAIN + zipped(), LIES),
    "an archive behind a PNG": ("a.png", PNG + zipped(), LIES),
    "an archive behind a JPEG": ("a.jpg", JPEG + zipped(), LIES),
    "a virus test file": ("a.pdf", EICAR, LIES),
    "a picture of another kind": ("a.jpg", PNG, LIES),
    "a PDF named as a picture": ("a.png", PLAIN, LIES),
    "a moving picture": ("a.gif", picture("GIF"), TYPE),
    "only the first bytes of a picture of a telephone": ("a.heic", b"\0\0\0\x18ftypheic" + b"\0" * 50, BROKEN),
    "a film named as a picture": ("a.heic", b"\0\0\0\x18ftypisom" + b"\0" * 50, LIES),
    "a moving picture of the newer kind": ("a.webp", moving(2, "WEBP"), MOVES),
    "a TIFF of too many pages": ("a.tiff", moving(101, "TIFF"), MOVES),
    "half a TIFF": ("a.tif", picture("TIFF", (300, 300))[:900], BROKEN),
    "a workbook with macros": ("a.xlsx", workbook([["a"]], more={"xl/vbaProject.bin": b"x"}), MACROS),
    "a workbook with a program": ("a.xlsx", workbook([["a"]], more={"xl/embeddings/oleObject1.bin": b"x"}), MACROS),
    "a workbook that says it has macros": (
        "a.xlsx",
        workbook([["a"]], more={"[Content_Types].xml": b"macroEnabled"}),
        MACROS,
    ),
    "a workbook that asks another program": ("a.xlsx", workbook([["a"]], more={"xl/e.xml": b"<ddeLink/>"}), OUTWARD),
    "a workbook with entities": (
        "a.xlsx",
        workbook([["a"]], more={"xl/e.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]>"}),
        OUTWARD,
    ),
    "a workbook with a path in a name": ("a.xlsx", workbook([["a"]], more={"../../a.xml": b"x"}), BROKEN),
    "a workbook with a password": ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, LOCKED),
    "a workbook of more parts than any has": (
        "a.xlsx",
        workbook([["a"]], more={f"xl/{number}.xml": b"" for number in range(2001)}),
        COSTLY,
    ),
    "an archive named as a workbook": ("a.xlsx", zipped(), LIES),
    "a workbook named as a document": ("a.docx", workbook([["a"]]), LIES),
    "a document with a template elsewhere": ("a.docx", document(rels=TEMPLATE), OUTWARD),
    "half a document": ("a.docx", document()[:200], BROKEN),
    "a document of another kind": ("a.odt", opened("application/vnd.oasis.opendocument.spreadsheet"), LIES),
    "an open document with macros": ("a.odt", opened(more={"Basic/Standard/script.xml": "x"}), MACROS),
    "an open document with a password": (
        "a.odt",
        opened(more={"META-INF/manifest.xml": "<manifest:encryption-data/>"}),
        LOCKED,
    ),
    "a web page named as text": ("a.txt", b"<!DOCTYPE html><p>x", LIES),
    "a program named as text": ("a.csv", b"MZ\0\0", LIES),
    "text with signs that steer": ("a.txt", b"a\x1b[2Jb", LIES),
    "a PDF named as text": ("a.txt", PLAIN, LIES),
    "text that is no mail": ("a.eml", b"Hello.\n", LIES),
    "a mail with a program": ("a.eml", mail(("tool.exe", b"MZ")), TYPE),
    "a mail with a workbook with macros": (
        "a.eml",
        mail(("a.xlsx", workbook([["a"]], more={"xl/vbaProject.bin": b"x"}))),
        MACROS,
    ),
    "mails in mails in mails": ("a.eml", mail(("b.eml", mail(("c.eml", mail(("d.eml", mail())))))), COSTLY),
    "a PDF with a web page inside": ("a.pdf", pdf(attach("a.html", b"<p>")), ACTIVE),
    "a program inside that is named as proof": ("a.pdf", pdf(attach("a.tlog-proof", b"MZ1")), ACTIVE),
    "a list with a column of citizen numbers": (
        "a.xlsx",
        workbook([["Naam", "BSN"], ["Jan", 111222333]]),
        "citizen service numbers",
    ),
    "a text with a citizen number": ("a.txt", b"Jan, BSN: 111222333, since May", "citizen service numbers"),
    "a document with a citizen number": ("a.docx", document("BSN 111.222.333"), "citizen service numbers"),
    "a payroll with accounts": (
        "a.csv",
        b"Werknemer;IBAN\nJan;NL91ABNA0417164300\nPiet;NL02ABNA0123456789\n",
        "bank accounts",
    ),
    "the lines of a passport": (
        "a.txt",
        b"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10\n",
        "passport",
    ),
    "a mail with a list of citizen numbers": ("a.eml", mail(("a.csv", b"bsn\n111222333\n")), "citizen service numbers"),
    "a mail of Outlook with a program": ("a.msg", outlook(("tool.exe", b"MZ")), TYPE),
    "a mail of Outlook with a file that is something else": ("a.msg", outlook(("a.pdf", b"MZ")), LIES),
    "mails of Outlook in each other": (
        "a.msg",
        outlook(mails=[outlook_inside("1", outlook_inside("2", outlook_inside("3", outlook_inside("4"))))]),
        COSTLY,
    ),
    "a mail of Outlook with an object": ("a.msg", OBJECT, ACTIVE),
    "another compound file": ("a.msg", compound({"WordDocument": bytes(LEAST)}), LIES),
    "a mail of the other kind": ("a.msg", mail(), LIES),
    "half a mail of Outlook": ("a.msg", outlook()[:1500], BROKEN),
    "a citizen number in a mail of Outlook": ("a.msg", outlook(body="BSN 111222333"), "citizen service numbers"),
    "a citizen number in the rich text of a mail of Outlook": (
        "a.msg",
        outlook_in_rich_text(rb"BSN: 111\b 222\b0 333"),
        "citizen service numbers",
    ),
    "a citizen number in the foot of a mail of Outlook": (
        "a.msg",
        outlook_in_rich_text(rb"{\footer BSN: \'31\u49? 1222333}"),
        "citizen service numbers",
    ),
    "a list with citizen numbers in a mail in a mail": (
        "a.msg",
        outlook(mails=[outlook_inside("x BSN: 111222333")]),
        "citizen service numbers",
    ),
    "only the first bytes of a PDF": ("a.pdf", b"%PDF-1.7\n", BROKEN),
    "half a PDF": ("a.pdf", PLAIN[: len(PLAIN) // 2], BROKEN),
    "noise behind the first bytes of a PDF": ("a.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 9, BROKEN),
    "a PDF without pages": ("a.pdf", pdf(lambda document: document.pages.__delitem__(0)), BROKEN),
    "only the first bytes of a PNG": ("a.png", PNG[:8], BROKEN),
    "half a PNG": ("a.png", PNG[: len(PNG) // 2], BROKEN),
    "a PNG with a wrong checksum": ("a.png", PNG[:20] + b"\xff" + PNG[21:], BROKEN),
    "half a JPEG": ("a.jpg", picture("JPEG", (900, 900), quality=100)[:2000], BROKEN),
    "only the first bytes of a JPEG": ("a.jpeg", JPEG[:3], BROKEN),
    "a picture that unpacks to a flood": ("a.png", png_claiming(60_000, 60_000), PIXELS),
    "a picture just too large": ("a.png", png_claiming(10_000, 5_001), PIXELS),
    "a picture without a line": ("a.png", png_claiming(10, 0), BROKEN),
    "a picture that is gone through many times": ("a.jpg", jpeg_claiming(51), COSTLY),
    "a picture that moves": ("a.png", moving(2), MOVES),
    "a PDF with a password": ("a.pdf", pdf(encryption=pikepdf.Encryption(owner="a", user="b")), LOCKED),
    "a script at opening": ("a.pdf", pdf(set_root(OpenAction=script(JS=String("1")))), ACTIVE),
    "a script by name": (
        "a.pdf",
        pdf(set_root(Names=Dictionary(JavaScript=Dictionary(Names=Array([String("x"), script(JS=String("1"))]))))),
        ACTIVE,
    ),
    "a script at a page": ("a.pdf", pdf(set_page(AA=Dictionary(O=script(JS=String("1"))))), ACTIVE),
    "a script deep down": ("a.pdf", pdf(hidden_deep), ACTIVE),
    "a script in a packed object": (
        "a.pdf",
        pdf(in_object_stream, object_stream_mode=pikepdf.ObjectStreamMode.generate),
        ACTIVE,
    ),
    "a script in a stream": (
        "a.pdf",
        pdf(set_root(OpenAction=lambda d: d.make_indirect(Dictionary(S=Name.Rendition, JS=Stream(d, b"1"))))),
        ACTIVE,
    ),
    "a program that starts": ("a.pdf", pdf(set_root(OpenAction=script("/Launch", F=String("cmd.exe")))), ACTIVE),
    "a form with programs of its own": (
        "a.pdf",
        pdf(set_root(AcroForm=lambda d: Dictionary(XFA=Stream(d, b"<x/>"), Fields=Array([])))),
        ACTIVE,
    ),
    "a program inside": ("a.pdf", pdf(attach("tool.exe")), ACTIVE),
    "an archive inside": ("a.pdf", pdf(attach("all.zip")), ACTIVE),
    "a program inside that is named as text": ("a.pdf", pdf(attach("list.csv", b"MZ\0\0")), ACTIVE),
    "text inside that is named as XML": ("a.pdf", pdf(attach("invoice.xml", b"MZ")), ACTIVE),
    "an address at opening": ("a.pdf", pdf(set_root(OpenAction=script("/URI", URI=String("https://x.nl")))), OUTWARD),
    "an address after a step to a page": (
        "a.pdf",
        pdf(set_root(OpenAction=script("/GoTo", Next=script("/URI", URI=String("https://x.nl"))))),
        OUTWARD,
    ),
    "an address at a page": (
        "a.pdf",
        pdf(set_page(AA=Dictionary(O=script("/URI", URI=String("https://x.nl"))))),
        OUTWARD,
    ),
    "a form that is sent": ("a.pdf", pdf(click(script("/SubmitForm", F=String("https://x.nl")))), OUTWARD),
    "a document elsewhere": ("a.pdf", pdf(click(script("/GoToR", F=String("//x.nl/a.pdf")))), OUTWARD),
    "a film elsewhere": ("a.pdf", pdf(click(script("/Rendition"))), OUTWARD),
    "content elsewhere": ("a.pdf", pdf(outside), OUTWARD),
    "a picture without picture data": ("a.png", PNG[:33] + PNG[-12:], BROKEN),
    "a citizen number as its name": ("paspoort 111222333.pdf", PLAIN, NUMBER),
    "a citizen number between hyphens": ("loonstrook-111.222.333-jan.png", PNG, NUMBER),
}

HARMLESS = {
    "a workbook": ("a.xlsx", workbook([["Uren", 8]]), uploads.MEDIA_TYPES["xlsx"]),
    "a document": ("a.docx", document(), uploads.MEDIA_TYPES["docx"]),
    "an open document": ("a.odt", opened(), uploads.MEDIA_TYPES["odt"]),
    "a table as an office saves it": ("a.csv", "Naam;Plaats\nZoë;Køge\n".encode("cp1252"), "text/csv"),
    "a text": ("a.txt", "Kwartaal één".encode(), "text/plain"),
    "a mail with a PDF": ("a.eml", mail(("a.pdf", PLAIN)), "message/rfc822"),
    "a mail of Outlook with a table": ("a.msg", outlook(("a.csv", b"Naam;Plaats\nZo;K\n")), uploads.MEDIA_TYPES["msg"]),
    "a mail of Outlook in rich text": (
        "a.msg",
        outlook_in_rich_text(rb"Order 111222333 caf\'e9"),
        uploads.MEDIA_TYPES["msg"],
    ),
    "a mail of Outlook in another": ("a.msg", outlook(mails=[outlook_inside("Hello")]), uploads.MEDIA_TYPES["msg"]),
    "a scan of some pages": ("a.tif", moving(3, "TIFF"), "image/tiff"),
    "a picture of the newer kind": ("a.webp", picture("WEBP"), "image/webp"),
    "a picture of a telephone": ("a.heic", heic(), "image/heic"),
    "a photo under another name": ("a.jfif", JPEG, "image/jpeg"),
    "our own attachments": ("a.pdf", pdf(attach("printed.json", b"{}")), "application/pdf"),
    "our proof": ("a.pdf", pdf(attach("a.tlog-proof", b"c2sp.org/tlog-proof@v1\n")), "application/pdf"),
    "an archived PDF with a picture": ("a.pdf", pdf(attach("logo.png", PNG)), "application/pdf"),
    "an archived PDF with a workbook": ("a.pdf", pdf(attach("a.xlsx", workbook([["a"]]))), "application/pdf"),
    "a PDF behind a blank line": ("a.pdf", b"\r\n" + PLAIN, "application/pdf"),
    "a PDF with zeros behind it": ("a.pdf", PLAIN + b"\0" * 2000, "application/pdf"),
    "a PDF whose table is elsewhere": ("a.pdf", PLAIN.replace(b"startxref\n", b"startxref\n9"), "application/pdf"),
    "a PDF that may not be printed": (
        "a.pdf",
        pdf(encryption=pikepdf.Encryption(owner="a", user="", allow=pikepdf.Permissions(print_lowres=False))),
        "application/pdf",
    ),
    "an invoice number that passes the test": ("a.txt", b"Factuur 111222333 van mei", "text/plain"),
    "an account of a customer": ("a.txt", b"Betaald op NL91ABNA0417164300", "text/plain"),
    "a PDF": ("extract.pdf", PLAIN, "application/pdf"),
    "a PDF in capitals": ("EXTRACT.PDF", PLAIN, "application/pdf"),
    "a PDF with packed objects": (
        "a.pdf",
        pdf(object_stream_mode=pikepdf.ObjectStreamMode.generate),
        "application/pdf",
    ),
    "an electronic invoice": ("a.pdf", pdf(attach("factur-x.xml")), "application/pdf"),
    "a PDF with a link": (
        "a.pdf",
        pdf(set_page(Annots=Array([Dictionary(A=Dictionary(S=Name.URI, URI=String("https://example.nl")))]))),
        "application/pdf",
    ),
    "a PDF that opens at a page": ("a.pdf", pdf(set_root(OpenAction=script("/GoTo"))), "application/pdf"),
    "an attached list in UTF-16": ("a.pdf", pdf(attach("a.csv", "é;1".encode("utf-16"))), "application/pdf"),
    "a picture": ("a.png", PNG, "image/png"),
    "a photo": ("a.jpg", JPEG, "image/jpeg"),
    "a photo with the long extension": ("a.jpeg", JPEG, "image/jpeg"),
    "a photo that comes step by step": ("a.jpg", picture("JPEG", (90, 60), progressive=True), "image/jpeg"),
    "two photos in one, as telephones make them": ("a.jpg", b"", "image/jpeg"),
    "a grey picture": ("a.png", b"", "image/png"),
    "a number that is no citizen number": ("factuur 123456789.pdf", PLAIN, "application/pdf"),
}
out = io.BytesIO()
Image.new("L", (9, 9)).save(out, "PNG")
HARMLESS["a grey picture"] = ("a.png", out.getvalue(), "image/png")
out = io.BytesIO()
Image.new("RGB", (9, 9)).save(out, "MPO", save_all=True, append_images=[Image.new("RGB", (9, 9))])
HARMLESS["two photos in one, as telephones make them"] = ("a.jpg", out.getvalue(), "image/jpeg")


@pytest.fixture
def judge():
    app = Flask(__name__)
    app.extensions["settings"] = SimpleNamespace(max_evidence_bytes=MEGA, clamd_url="")

    def accept(*files):
        with app.app_context():
            good, refusals = uploads.sift(FileStorage(io.BytesIO(data), filename=name) for name, data in files)
        if refusals:
            raise refusals[0]
        return good

    return accept


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_with_its_own_message(judge, case):
    name, data, words = HOSTILE[case]
    with pytest.raises(RuleError, match=words) as refusal:
        judge((name, data))
    assert refusal.value.field == "files"


@pytest.mark.parametrize("case", HARMLESS)
def test_a_harmless_file_passes_with_the_type_that_its_bytes_are(judge, case):
    name, data, media_type = HARMLESS[case]
    [upload] = judge((name, data))
    upload.file.seek(0)
    assert (upload.media_type, upload.size, upload.file.read()) == (media_type, len(data), data)


@given(st.lists(st.tuples(st.integers(0, len(PNG) - 1), st.integers(0, 255)), max_size=4), st.integers(0, len(PNG)))
def test_a_spoiled_picture_passes_or_is_refused_and_nothing_else(spoils, end):
    data = bytearray(PNG)
    for place, value in spoils:
        data[place] = value
    with suppress(RuleError):
        uploads.media_type_of("a.png", io.BytesIO(bytes(data[:end])))


def test_one_bad_file_refuses_the_good_ones_with_it(judge):
    with pytest.raises(RuleError):
        judge(("good.pdf", PLAIN), ("bad.pdf", b"MZ"))


def test_an_empty_file_box_is_no_file(judge):
    assert judge(("", b"")) == []


def test_too_many_files_at_once_are_refused(judge):
    with pytest.raises(RuleError, match="at most 30 files"):
        judge(*[("a.pdf", PLAIN)] * 31)


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\Users\\jan\\extract.pdf", "extract.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\0b\r\nc.pdf", "abc.pdf"),
        ("wide\u200bspace.pdf", "widespace.pdf"),
        ('a"<b>|c?.pdf', "a__b__c_.pdf"),
        ("...", "file"),
        ("", "file"),
        (".pdf", "file.pdf"),
        ("Extract.PDF", "Extract.pdf"),
        ("naïef.pdf", "naïef.pdf"),
        ("x" * 300 + ".pdf", "x" * 89 + ".pdf"),
    ],
)
def test_a_name_loses_what_steers_and_keeps_what_people_read(given_name, kept):
    assert uploads.safe_name(given_name) == kept


@given(st.text(max_size=400))
def test_no_name_at_all_stays_dangerous(name):
    safe = uploads.safe_name(name)
    assert 0 < len(safe) <= uploads.LONGEST_NAME
    assert safe.isprintable()
    assert not set('/\\<>:"|?*') & set(safe)
    assert not safe.startswith(".")
    assert uploads.safe_name(safe) == safe
