"""The compiled press gives the same text and picture as the typesetter, or refuses the document."""

import hashlib
import random
import re
import subprocess
from datetime import UTC, datetime
from io import BytesIO
from unittest import mock

import pikepdf
import pytest
import zxingcpp
from PIL import Image, ImageChops, ImageDraw

from audits.core.letters import LETTERS
from certificates import press
from certificates.press import Attached
from certificates.press.compiled import CompiledPress, UnfitError
from certificates.press.compiled.fonts import alphabet, scripts
from certificates.press.compiled.shaping import Face, Line
from certificates.press.documents import facts_json
from certificates.seal.sealing.placeholder import Placeholder, fill
from tests.kit import snapshot

ROOM = Placeholder(at=datetime(2027, 3, 2, 9, tzinfo=UTC), name="Stichting Keurwerk – zegel", hex_digits=8192)
OFFLINE = "https://register.example/check#c=" + "eyJhbGciOiJFUzI1NiJ9" * 16
KINDS = {"certificate": snapshot.certificate, "register_extract": snapshot.register_extract}
DPI = 100

# How much two pictures of one document may differ: glyphs stand up to half a pixel apart, since the typesetter rounds
# the place of each and we do not. Codes are an image here and a path there; they are compared by reading them.
MOST_CHANGED = 0.002  # share of the pixels that change by more than a quarter of black
MOST_MEAN = 0.3  # mean change, of 255


def made(kind, facts, **more):
    """Return a document, and whether it came off the compiled press."""
    before = _press().compiled.printed
    pdf = press.render(kind, facts, **{"language": facts["language"], "placeholder": ROOM} | more)
    return pdf, _press().compiled.printed > before


def fast(kind, facts, **more):
    """Off the compiled press; None when it came from the typesetter after all."""
    pdf, spliced = made(kind, facts, **more)
    return pdf if spliced else None


def plain(kind, facts, **more):
    """From the typesetter."""
    with mock.patch.object(_press().compiled, "render", side_effect=UnfitError("asked to")):
        return press.render(kind, facts, **{"language": facts["language"], "placeholder": ROOM} | more)


def _press():
    return press._press(press.FONTS)


def text_of(pdf):
    run = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return "".join(run.stdout.decode().split())


def picture_of(pdf):
    run = subprocess.run(["pdftoppm", "-r", str(DPI), "-gray", "-"], input=pdf, capture_output=True, check=True)
    return Image.open(BytesIO(run.stdout))


def without_codes(picture):
    """Return the picture with the codes in the foot painted over, and what was read in them."""
    codes = zxingcpp.read_barcodes(picture)
    blank = picture.copy()
    for code in codes:
        corners = code.position
        box = (corners.top_left.x - 8, corners.top_left.y - 8, corners.bottom_right.x + 8, corners.bottom_right.y + 8)
        ImageDraw.Draw(blank).rectangle(box, fill=255)
    return blank, sorted(code.text for code in codes)


def difference(one, other):
    """Share of clearly changed pixels, and mean change."""
    counts = ImageChops.difference(one, other).histogram()
    pixels = one.width * one.height
    return sum(counts[64:]) / pixels, sum(level * count for level, count in enumerate(counts)) / pixels


ORDINARY = {
    "certificate": ("certificate", snapshot.certificate, {}),
    "in English, both codes": (
        "certificate",
        lambda: snapshot.certificate(language="en", register_label="KvK number"),
        {"offline_url": OFFLINE},
    ),
    "one condition": (
        "certificate",
        lambda: snapshot.certificate(
            conditional=True, conditions=["Binnen drie maanden krijgt iedereen een loonstrook."]
        ),
        {"offline_url": OFFLINE},
    ),
    "a long name and long lists": (
        "certificate",
        lambda: snapshot.certificate(
            legal_name="Maatschappij voor Uitzending en Detachering van Vaklieden in de Bouw, Zorg en Logistiek B.V.",
            trade_names=[
                "Zonneveld Flex",
                "Łódź Praca",
                "Muncă Țară",
                "Zonneveld Agri",
                "Vaklieden Noord",
                "Ster Werkt",
            ],
            sectors=["glastuinbouw", "logistiek", "voedingsindustrie", "bouw", "zorg", "schoonmaak", "metaal", "vlees"],
        ),
        {},
    ),
    "Cyrillic": (
        "certificate",
        lambda: snapshot.certificate(legal_name="Български Труд ЕООД", trade_names=["Їжак"]),
        {},
    ),
    "Greek and Vietnamese": (
        "certificate",
        lambda: snapshot.certificate(
            legal_name="Εργασία Προσωρινή Α.Ε.", trade_names=["Nguyễn Đặng Ấn", "Αθήναflex ΑΥflexΩ"]
        ),
        {"offline_url": OFFLINE},
    ),
    "words of the machine": (
        "certificate",
        lambda: snapshot.certificate(legal_name="KQ02J0ZK & 2999-12-31 (B.V.)", trade_names=["KQ05J0ZK", "<br>"]),
        {},
    ),
    "no trade names": ("certificate", lambda: snapshot.certificate(trade_names=[], recruitment_countries=[]), {}),
    "extract": ("register_extract", snapshot.register_extract, {"offline_url": OFFLINE}),
    "extract of a suspension": (
        "register_extract",
        lambda: snapshot.register_extract(
            status="suspended", status_label="Geschorst", reason="Lonen zijn te laat betaald."
        ),
        {},
    ),
    "extract without certificate": (
        "register_extract",
        lambda: snapshot.unlisted_extract("none", "Not certified", language="en"),
        {},
    ),
}


@pytest.mark.parametrize(("kind", "facts", "more"), ORDINARY.values(), ids=ORDINARY)
def test_both_ways_give_the_same_text_and_the_same_picture(kind, facts, more):
    spliced, typeset = fast(kind, facts(), **more), plain(kind, facts(), **more)
    assert spliced is not None
    assert text_of(spliced) == text_of(typeset)
    (one, read), (other, there) = (without_codes(picture_of(pdf)) for pdf in (spliced, typeset))
    assert read == there == sorted([facts()["register_url"], *more.values()])
    changed, mean = difference(one, other)
    assert (changed < MOST_CHANGED, mean < MOST_MEAN) == (True, True), (changed, mean)


@pytest.mark.parametrize("kind", KINDS)
def test_switched_off_the_typesetter_prints_the_same_text(kind):
    facts = KINDS[kind]()
    pdf, spliced = made(kind, facts, compiled=False)
    assert not spliced
    assert text_of(pdf) == text_of(fast(kind, facts))


@pytest.mark.parametrize(("kind", "facts", "more"), ORDINARY.values(), ids=ORDINARY)
def test_both_ways_say_the_same_to_machines(kind, facts, more):
    told = []
    for pdf in (fast(kind, facts(), **more), plain(kind, facts(), **more)):
        with pikepdf.open(BytesIO(pdf)) as opened, opened.open_metadata() as metadata:
            links = [str(item.A.URI) for item in opened.pages[0].Annots if "/A" in item]
            figures = [str(item.Alt) for item in opened.objects if "/Alt" in getattr(item, "keys", list)()]
            marked = [str(item.get("/S")) for item in opened.objects if "/S" in getattr(item, "keys", list)()]
            # A break that we asked for leaves an empty element behind; one that the typesetter found does not.
            marked = [tag for tag in marked if tag != "/NonStruct"]
            told.append(
                {
                    "info": {key: str(value) for key, value in opened.docinfo.items()},
                    "xmp": dict(metadata.items()),
                    "attached": {name: file.get_file().read_bytes() for name, file in opened.attachments.items()},
                    "links": links,
                    "figures": sorted(figures),
                    "tags": sorted(marked),
                    "language": str(opened.Root.Lang),
                }
            )
    assert told[0] == told[1]


class TestTheFile:
    CREDENTIAL = Attached("credential.jwt", b"eyJ.eyJ.sig", "application/vc+jwt", "The credential")
    STORE = {"certificates": (b"one", b"two"), "ocsps": (b"answer",), "crls": (b"list",)}

    def made(self, kind="certificate", **more):
        placeholder = Placeholder(at=ROOM.at, name=ROOM.name, hex_digits=4096, **more)
        return fast(kind, KINDS[kind](), placeholder=placeholder, offline_url=OFFLINE, attachments=[self.CREDENTIAL])

    @pytest.mark.parametrize("kind", KINDS)
    def test_qpdf_finds_nothing_wrong(self, kind, tmp_path):
        (tmp_path / "it.pdf").write_bytes(fill(self.made(kind, **self.STORE), lambda digest: b"seal"))
        run = subprocess.run(["qpdf", "--check", tmp_path / "it.pdf"], capture_output=True, text=True, check=False)
        assert (run.returncode, run.stderr) == (0, "")

    def test_it_has_one_revision_with_the_room_where_readers_look(self):
        pdf = fill(self.made(**self.STORE), lambda digest: b"seal of " + digest)
        assert pdf.count(b"startxref") == pdf.count(b"%%EOF") == 1
        with pikepdf.open(BytesIO(pdf)) as opened:
            root = opened.Root
            (field,) = root.AcroForm.Fields
            assert field.V.objgen == root.Perms.DocMDP.objgen
            assert field.P.objgen == opened.pages[0].objgen
            assert field.objgen in [item.objgen for item in opened.pages[0].Annots]
            stored = tuple(tuple(item.read_bytes() for item in root.DSS[key]) for key in ("/Certs", "/OCSPs", "/CRLs"))
            assert stored == tuple(self.STORE.values())

    def test_what_is_attached_is_data_of_the_document(self):
        with pikepdf.open(BytesIO(self.made())) as opened:
            files = {str(item.UF): item for item in opened.Root.AF}
            assert set(files) == set(opened.attachments) == {"printed.json", "credential.jwt"}
            assert {str(item.AFRelationship) for item in files.values()} == {"/Data"}
            assert files["printed.json"].EF.F.read_bytes() == facts_json(snapshot.certificate())
            assert str(files["credential.jwt"].EF.F.Subtype) == "/application/vc+jwt"

    def test_the_same_order_gives_the_same_bytes_and_another_another_identity(self):
        one, again, other = self.made(), self.made(), self.made(**self.STORE)
        assert one == again
        identities = [
            re.search(rb"/ID \[<(\w+)>", pdf)[1] for pdf in (one, fast("certificate", snapshot.certificate()))
        ]
        assert len(set(identities)) == 2
        assert hashlib.sha256(one).digest() != hashlib.sha256(other).digest()

    def test_all_its_fonts_are_ours_and_every_letter_has_a_width_and_a_meaning(self):
        with pikepdf.open(BytesIO(self.made())) as opened:
            for font in opened.pages[0].Resources.Font.values():
                assert "+Source-S" in str(font.BaseFont)
                (descendant,) = font.DescendantFonts
                meant = {int(code, 16) for code in re.findall(rb"\n<(\w{4})> <", font.ToUnicode.read_bytes())}
                assert meant - {0} <= _covered(descendant.W)
                assert descendant.FontDescriptor.FontFile2.read_bytes()[:4] == b"\0\1\0\0"


def _covered(widths):
    """Return the glyphs that an array /W speaks of."""
    covered, start = set(), 0
    for item in widths:
        if isinstance(item, pikepdf.Array):
            covered |= set(range(start, start + len(item)))
        else:
            start = int(item)
    return covered


def test_ordinary_documents_come_off_the_compiled_press():
    draw = random.Random(11)  # noqa: S311  # a test
    cities, firsts = (
        ("Utrecht", "Venlo", "’s-Hertogenbosch"),
        ("Zonneveld", "Łódź", "Müller & Zn.", "Van 't Hof", "Țară"),
    )
    before, layouts = _press().compiled.printed, len(_press().compiled._layouts)
    for number in range(100):
        facts = snapshot.certificate(
            number=f"KW-2027-{number:05d}-11",
            legal_name=f"{draw.choice(firsts)} Uitzendbureau {number} B.V.",
            seat=snapshot.SEAT | {"street": f"Havenstraat {draw.randrange(300)}", "city": draw.choice(cities)},
            trade_names=draw.sample(firsts, draw.randrange(4)),
            register_number=f"{draw.randrange(10**8):08d}",
        )
        assert press.render("certificate", facts, language="nl", placeholder=ROOM)
    assert _press().compiled.printed - before >= 98
    assert len(_press().compiled._layouts) - layouts < 12


@pytest.mark.parametrize(
    "facts",
    [
        pytest.param(snapshot.certificate(conditions=["Eén.", "Twee."], conditional=True), id="several conditions"),
        pytest.param(snapshot.certificate(trade_names=[f"Handelsnaam nummer {n}" for n in range(40)]), id="40 names"),
        pytest.param(snapshot.certificate(legal_name="Werk\u2044Rust ½"), id="signs that are not set letter by letter"),
        pytest.param(snapshot.certificate(legal_name="Col·laboració S.L."), id="three letters that belong together"),
        pytest.param(snapshot.certificate(legal_name="W" * 300), id="a word without end"),
        pytest.param(snapshot.certificate(legal_name="Van-der-Berg-" * 20), id="breaks that we do not know"),
        pytest.param(
            snapshot.certificate(register_url="https://register.example/Łódź a"), id="an address with letters"
        ),
        pytest.param(snapshot.certificate(legal_name="/ByteRange [0 @@@@@@@@@@ "), id="words of the seal"),
    ],
)
def test_what_no_slot_can_hold_is_set_by_the_typesetter(facts):
    assert fast("certificate", facts) is None
    assert text_of(press.render("certificate", facts, language="nl", placeholder=ROOM)) == text_of(
        plain("certificate", facts)
    )


def test_layouts_are_remembered_within_bounds():
    compiled = CompiledPress(press.FONTS)
    with mock.patch("certificates.press.compiled._MOST_LAYOUTS", 2), mock.patch.object(_press(), "compiled", compiled):
        for name in ("Een", "Twee", "Drie", "Drie", "Een"):
            facts = snapshot.certificate(body={"name": name, "address": "Hier 1"})
            assert name in text_of(fast("certificate", facts))
            assert len(compiled._layouts) <= 2


# A line that mixes scripts is several runs for HarfBuzz; those are compared with the typesetter, above.
ORDINARY_SIGNS = {"more Latin": "aeijlnrtvwyAFLPTVWY .,'-1", "Greek": " .,'-1", "Cyrillic": " .,'-1"}
FACES = ("SourceSerif4-Regular", "SourceSerif4-Semibold", "SourceSans3-Regular")


def test_every_script_is_tried():
    assert scripts(LETTERS) == set(ORDINARY_SIGNS)


@pytest.mark.parametrize("script", ORDINARY_SIGNS)
@pytest.mark.parametrize("name", FACES)
def test_pair_by_pair_is_as_harfbuzz_sets_the_whole(name, script):
    path, ordinary, draw = press.FONTS / f"{name}.ttf", ORDINARY_SIGNS[script], random.Random(3)  # noqa: S311  # a test
    signs = alphabet(path, {script})
    if script != "more Latin":
        signs = sorted(set(signs) - set(alphabet(path, ())))
    for features in ((), ("tnum",), ("tnum", "lnum")):
        face = Face(path, "nl", features)
        for _ in range(150):
            text = "".join(draw.choice(signs if draw.random() < 0.3 else ordinary) for _ in range(40))
            try:
                line = face.line(text)
            except UnfitError:
                continue  # letters that change with their neighbours are for the typesetter
            whole = face._shaped(text)
            assert line.width == pytest.approx(sum(place.x_advance for place in whole.glyph_positions))
            assert glyphs_of(line) == [info.codepoint for info in whole.glyph_infos]


def glyphs_of(line: Line):
    return [int(code, 16) for run in re.findall(rb"<(\w*)>", line.shown) for code in re.findall(rb"\w{4}", run)]
