"""Other systems that print and sign the same certificate, as their manuals show and as well tuned as possible."""

import json
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, cast

from asn1crypto import cms, keys, x509
from cryptography import x509 as pyca
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from pyhanko.sign.timestamps import DummyTimeStamper, TimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore
from weasyprint import CSS, HTML, Attachment
from weasyprint.text.fonts import FontConfiguration

from bench.papers import Paper
from certificates import press
from certificates.documents.stages import DocumentKind
from certificates.press import TEMPLATES
from certificates.press.drawing import qr
from certificates.press.lettering import font_files, font_rules
from certificates.press.phrasing import phrased
from certificates.press.rosette import rosette_svg, wreaths
from certificates.seal.time.authority import TimeStamps

Print = Callable[[Paper], bytes]
Sign = Callable[[bytes], bytes]
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_RESERVED = 16384  # hex digits for a signature with its time-stamp


def page(paper: Paper) -> str:
    """Return our own page as HTML."""
    ours = press._press(press.FONTS)
    texts = phrased(DocumentKind.CERTIFICATE, paper.facts, ours._words("nl"))
    return ours._page(DocumentKind.CERTIFICATE, texts, "nl", paper.offline_url)


def style() -> str:
    """Return our own style sheet."""
    sheets = ("document", "sheet", "certificate")
    return font_rules(press.FONTS) + "".join((TEMPLATES / f"{name}.css").read_text() for name in sheets)


def weasyprint_tutorial(paper: Paper) -> bytes:
    """Print as the manual shows: fonts and style sheet are read for each document."""
    fonts = FontConfiguration()
    return _weasyprint(paper, CSS(string=style(), font_config=fonts), fonts)


def weasyprint_tuned() -> Print:
    """Print with fonts and style sheet read once."""
    fonts = FontConfiguration()
    sheet = CSS(string=style(), font_config=fonts)
    return lambda paper: _weasyprint(paper, sheet, fonts)


def _weasyprint(paper: Paper, sheet: CSS, fonts: FontConfiguration) -> bytes:
    document = HTML(string=page(paper)).render(stylesheets=[sheet], font_config=fonts, pdf_variant="pdf/a-3a")
    facts = Attachment(string=press.facts_json(paper.facts), name="printed.json", relationship="Data")
    credential = Attachment(string=paper.credential.data, name="credential.jwt", relationship="Data")
    document.metadata.attachments = [facts, credential]
    pdf: bytes = document.write_pdf(pdf_variant="pdf/a-3a")
    return pdf


class _Authority:
    """A root that issues certificates."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.root = self._certificate("root", self._key.public_key(), None)

    def issue(self, name: str, public: Any, purpose: Any = None) -> pyca.Certificate:
        return self._certificate(name, public, purpose)

    def _certificate(self, name: str, public: Any, purpose: Any) -> pyca.Certificate:
        subject, issuer = (pyca.Name([pyca.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (name, "root"))
        draft = pyca.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(public)
        draft = draft.serial_number(pyca.random_serial_number())
        draft = draft.not_valid_before(_NOW).not_valid_after(_NOW + timedelta(days=3650))
        if purpose is not None:
            draft = draft.add_extension(pyca.ExtendedKeyUsage([purpose]), critical=True)
        return draft.sign(self._key, hashes.SHA256())


def pyhanko_tutorial(folder: Path) -> Sign:
    """Sign as the manual shows: `SimpleSigner` with an RSA key and its own time-stamper, level B-T."""
    authority = _Authority()
    key, stamp_key = (rsa.generate_private_key(65537, 3072) for _ in range(2))
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(key.private_bytes(*plain))
    certificate = authority.issue("seal", key.public_key())
    for name, each in {"cert.pem": certificate, "root.pem": authority.root}.items():
        (folder / name).write_bytes(each.public_bytes(serialization.Encoding.PEM))
    der = stamp_key.private_bytes(serialization.Encoding.DER, *plain[1:])
    stamped_by = authority.issue("stamp", stamp_key.public_key(), ExtendedKeyUsageOID.TIME_STAMPING)
    stamper = DummyTimeStamper(_parsed(stamped_by), keys.PrivateKeyInfo.load(der))
    signer = signers.SimpleSigner.load(
        str(folder / "key.pem"), str(folder / "cert.pem"), ca_chain_files=(str(folder / "root.pem"),)
    )

    def sign(pdf: bytes) -> bytes:
        signed = signers.sign_pdf(
            IncrementalPdfFileWriter(BytesIO(pdf)), _metadata(), signer=signer, timestamper=stamper
        )
        return signed.getvalue()

    return sign


def pyhanko_tuned(stamps: TimeStamps) -> Sign:
    """Sign with a cached key, a known size, and our own time-stamps."""
    authority, key = _Authority(), ec.generate_private_key(ec.SECP256R1())
    signer = _HeldKey(key, authority.issue("seal", key.public_key()), authority.root)
    stamper = _OurStamps(stamps)

    def sign(pdf: bytes) -> bytes:
        writer = IncrementalPdfFileWriter(BytesIO(pdf))
        signed = signers.sign_pdf(writer, _metadata(), signer=signer, timestamper=stamper, bytes_reserved=_RESERVED)
        return signed.getvalue()

    return sign


def _metadata() -> signers.PdfSignatureMetadata:
    return signers.PdfSignatureMetadata(
        field_name="Seal",
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )


class _HeldKey(signers.Signer):
    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: pyca.Certificate, root: pyca.Certificate) -> None:
        self._key = key
        super().__init__(
            signing_cert=_parsed(certificate), cert_registry=SimpleCertificateStore.from_certs([_parsed(root)])
        )

    async def async_sign_raw(self, data: bytes, digest_algorithm: str, dry_run: bool = False) -> bytes:  # noqa: ARG002
        return bytes(72) if dry_run else self._key.sign(data, ec.ECDSA(hashes.SHA256()))


class _OurStamps(TimeStamper):
    def __init__(self, stamps: TimeStamps) -> None:
        super().__init__()
        self._stamps = stamps

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:  # noqa: ARG002
        return cms.ContentInfo.load(self._stamps.stamp(message_digest))

    async def async_dummy_response(self, md_algorithm: str) -> cms.ContentInfo:
        return await self.async_timestamp(bytes(32), md_algorithm)


def _parsed(certificate: pyca.Certificate) -> x509.Certificate:
    return x509.Certificate.load(certificate.public_bytes(serialization.Encoding.DER))


def _rows(paper: Paper) -> list[tuple[str, str]]:
    """Return the facts as labels and texts."""
    texts = phrased(DocumentKind.CERTIFICATE, paper.facts, press._press(press.FONTS)._words("nl"))
    labels = {
        "register_number": texts["register_label"],
        "seat": "Hoofdvestiging",
        "sites": "Aantal vestigingen",
        "trade_names": "Handelsnamen",
        "activities": "Activiteiten",
        "sectors": "Sectoren",
        "recruitment_countries": "Werft in",
        "decision": "Besluit",
        "excludes": "Geldt niet voor",
    }
    return [(label, texts[name]) for name, label in labels.items() if texts[name]]


def reportlab() -> Print:
    """Draw on its canvas: no tags, no PDF/A, no attachments."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.pdfgen.canvas import Canvas

    for name in (_SERIF, _BOLD, _SANS):
        pdfmetrics.registerFont(TTFont(name, str(press.FONTS / f"{name}.ttf")))

    def make(paper: Paper) -> bytes:
        out = BytesIO()
        canvas = Canvas(out, pagesize=(210 * _MM, 297 * _MM))
        canvas.setTitle(f"Certificaat {paper.facts['number']}")
        _draw_rosette(canvas, paper.facts["digest"])
        _draw_texts(canvas, paper)
        _draw_code(canvas, paper.facts["register_url"], 26 * _MM)
        _draw_code(canvas, paper.offline_url, 148 * _MM)
        canvas.save()
        return out.getvalue()

    return make


_MM = 72 / 25.4
_SERIF, _BOLD, _SANS = "SourceSerif4-Regular", "SourceSerif4-Semibold", "SourceSans3-Regular"


def _draw_rosette(canvas: Any, digest: str) -> None:
    canvas.saveState()
    canvas.translate(105 * _MM, 200 * _MM)
    canvas.scale(0.0103 * _MM, 0.0103 * _MM)
    for wreath in wreaths(bytes.fromhex(digest)):
        x, y, numbers = wreath.line()
        for _ in range(wreath.lines):
            path = canvas.beginPath()
            path.moveTo(x, y)
            for start in range(0, len(numbers), 6):
                path.curveTo(*numbers[start : start + 6])
            canvas.drawPath(path)
            canvas.rotate(360 / wreath.lines)
    canvas.restoreState()


def _draw_texts(canvas: Any, paper: Paper) -> None:
    from reportlab.lib.utils import simpleSplit

    facts, y = paper.facts, 145.0
    for font, size, height, text in (
        (_SANS, 11, 245, "CERTIFICAAT"),
        (_BOLD, 26, 215, facts["legal_name"]),
        (_BOLD, 15, 195, facts["norm"]["name"]),
        (_SERIF, 11, 180, f"Geldig van {facts['valid_from']} tot en met {facts['valid_until']}"),
    ):
        canvas.setFont(font, size)
        canvas.drawCentredString(105 * _MM, height * _MM, text)
    for label, text in _rows(paper):
        canvas.setFont(_SANS, 8.5)
        canvas.drawString(26 * _MM, y * _MM, label)
        canvas.setFont(_SERIF, 9)
        for line in simpleSplit(text, _SERIF, 9, 116 * _MM):
            canvas.drawString(68 * _MM, y * _MM, line)
            y -= 4.3
        y -= 2


def _draw_code(canvas: Any, text: str, x: float) -> None:
    from reportlab.graphics import renderPDF
    from reportlab.graphics.barcode.qr import QrCodeWidget
    from reportlab.graphics.shapes import Drawing

    side = 36 * _MM
    drawing = Drawing(side, side)
    drawing.add(QrCodeWidget(text, barWidth=side, barHeight=side))
    renderPDF.draw(drawing, canvas, x, 20 * _MM)


_TYPST = """
#let it = json(bytes(sys.inputs.it))
#set document(title: "Certificaat " + it.number, author: "Stichting Keurwerk")
#set text(font: "SourceSerif4 Regular", size: 9pt, lang: "nl")
#set page(paper: "a4", margin: 26mm)
#pdf.attach("printed.json", bytes(it.printed), relationship: "data", mime-type: "application/json", description: "The facts")
#pdf.attach("credential.jwt", bytes(it.credential), relationship: "data", mime-type: "application/vc+jwt", description: "The credential")
#place(top + center, image(bytes(it.rosette), format: "svg", width: 103mm, alt: "Rozet"))
#align(center)[
  #v(10mm) CERTIFICAAT #v(8mm)
  #text(26pt, font: "SourceSerif4 Semibold", it.legal_name) #v(4mm)
  #text(15pt, font: "SourceSerif4 Semibold", it.norm) #v(4mm)
  Geldig van #it.valid_from tot en met #it.valid_until #v(30mm)
]
#table(columns: (42mm, 1fr), stroke: none, ..it.rows.flatten())
#place(bottom + left, image(bytes(it.code), format: "svg", width: 36mm, alt: "QR-code"))
#place(bottom + right, image(bytes(it.offline), format: "svg", width: 36mm, alt: "QR-code"))
"""


def typst(folder: Path) -> Print:
    """Print with a warm compiler: PDF/A-3a and PDF/UA-1 with attachments."""
    import typst as engine

    (folder / "certificate.typ").write_text(_TYPST)
    compiler = engine.Compiler(str(folder / "certificate.typ"), font_paths=[str(press.FONTS)], ignore_system_fonts=True)

    def make(paper: Paper) -> bytes:
        facts = paper.facts
        given = {name: facts[name] for name in ("number", "legal_name", "valid_from", "valid_until")} | {
            "norm": facts["norm"]["name"],
            "rows": _rows(paper),
            "rosette": str(rosette_svg(bytes.fromhex(facts["digest"]))),
            "code": str(qr(facts["register_url"], "")),
            "offline": str(qr(paper.offline_url, "")),
            "printed": press.facts_json(facts).decode(),
            "credential": paper.credential.data.decode(),
        }
        return cast(bytes, compiler.compile(sys_inputs={"it": json.dumps(given)}, pdf_standards=["a-3a", "ua-1"]))

    return make


def chromium(stack: ExitStack, executable: str) -> Print:
    """Print in a warm browser, with our own page and style sheet."""
    from playwright.sync_api import sync_playwright

    # In a thread of its own, because its driver occupies the event loop that pyHanko needs.
    aside = stack.enter_context(ThreadPoolExecutor(1))
    driver = aside.submit(lambda: sync_playwright().start()).result()
    stack.callback(lambda: aside.submit(driver.stop).result())
    tab = aside.submit(
        lambda: driver.chromium.launch(executable_path=executable, args=["--no-sandbox"]).new_page()
    ).result()
    sheet = style()
    for address, path in font_files(press.FONTS).items():
        # Pages without an address may not read files.
        sheet = sheet.replace(address, "data:font/ttf;base64," + b64encode(path.read_bytes()).decode())

    def make(paper: Paper) -> bytes:
        tab.set_content(page(paper).replace("</head>", f"<style>{sheet}</style></head>"))
        return tab.pdf(prefer_css_page_size=True, tagged=True)

    return lambda paper: aside.submit(make, paper).result()
