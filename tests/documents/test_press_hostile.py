"""Unusual and malicious names in documents."""

import random
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from weasyprint.urls import FatalURLFetchingError

from audits.agencies.rules import LONGEST_LEGAL_NAME
from audits.core.errors import RuleError
from audits.core.letters import unprintable
from certificates import press
from certificates.press.fetching import ClosedFetcher
from certificates.press.lettering import font_files, printable
from certificates.seal.sealing.placeholder import fill
from tests.documents.test_press import text_of, words_of
from tests.documents.test_press_compiled import (
    KINDS,
    ROOM,
    made,
    plain,
)
from tests.documents.test_press_compiled import text_of as letters_of
from tests.kit import snapshot
from tests.kit.long_runs import steps

NAMES = {
    "polish": "Żółć Gęślą Jaźń Sp. z o.o.",
    "romanian": "Muncă Ştefan și Țară S.R.L.",
    "bulgarian": "Български Труд ЕООД",
    "ukrainian": "Їжак і Ґанок ТОВ",
    "serbian": "Ђорђе Љубав д.о.о.",
    "icelandic": "Þórður Æðri ehf.",
    "greek": "Εργασία Προσωρινή Α.Ε.",
    "vietnamese": "Nguyễn Đặng Nhân Lực",
    "kazakh": "Қазақ Өңір ЖШС",
    "decomposed": "Ame\u0301lie Uitzendbureau",
    "markup": "<b>Vet & Scheef</b> <script>alert(1)</script>",
    "template": "{{ body.name }} {% raw %} ${7*7}",
    "style": "</style><img src=file:///etc/passwd>",
    "quotes": "\"Van 't Hof\" & 'Zn.' «B.V.»",
    "percent": "100% %(name)s %s",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_is_printed_as_it_is(name):
    pdf = press.render("certificate", snapshot.certificate(legal_name=name, trade_names=[name]), language="nl")
    shown = "".join(words_of(pdf).split())
    composed = "".join(name.replace("e\u0301", "é").split())
    assert shown.count(composed) >= 2
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert name.replace("e\u0301", "é") in str(opened.docinfo.Title)


def test_only_plain_values_are_printed():
    with pytest.raises(TypeError, match="Path"):
        printable({"name": Path("x")})


def test_forty_long_trade_names_flow_to_a_second_page_and_none_is_lost():
    names = [f"Handelsnaam{number}Łódź Personeelsdiensten" for number in range(1, 41)]
    conditions = ["Voorwaarde " + "die lang is " * 20, "Nog een voorwaarde."]
    facts = snapshot.certificate(trade_names=names, conditional=True, conditions=conditions)
    pdf = press.render("certificate", facts, language="nl")
    words = words_of(pdf)
    assert [name for name in names if name.split()[0] not in words] == []
    pages = text_of(pdf).split("\f")
    assert snapshot.REGISTER_URL in pages[0]
    assert snapshot.REGISTER_URL not in pages[1]
    assert facts["number"] in pages[1]


@pytest.mark.parametrize("name", ["W" * 300, "Uitzend " * 60, "x", ("Uitzend " * 79)[:LONGEST_LEGAL_NAME]])
def test_a_name_of_any_length_stays_on_the_page(name):
    pdf = press.render("certificate", snapshot.certificate(legal_name=name), language="nl")
    assert "".join(name.split()) in "".join(words_of(pdf).split())
    assert text_of(pdf).count("\f") <= 1  # one page


def test_the_press_fetches_its_fonts_and_nothing_else(tmp_path):
    (tmp_path / "secret").write_text("secret")
    fonts = font_files(press.FONTS)
    fetcher = ClosedFetcher(fonts, {"ab": b"a picture"})
    assert fetcher.fetch("picture:ab").read() == b"a picture"
    assert fetcher.fetch(next(iter(fonts)))
    assert fetcher.fetch("data:text/plain,hello").read() == b"hello"
    for url in (
        (tmp_path / "secret").as_uri(),
        "picture:cd",
        "http://127.0.0.1:1/",
        "https://example.org/",
        "ftp://example.org/",
    ):
        with pytest.raises(FatalURLFetchingError):
            fetcher.fetch(url)


NASTY = (
    *(
        "\u05e9\u05dc\u05d5\u05dd B.V.",
        "\u0645\u0631\u062d\u0628\u0627",
        "\u202eomgekeerd\u202c",
        "a\u0323\u0301\u0308bc",
        "e\u0301\u0301",
        "Z\u0351\u036b\u0343alg\u0309o",
    ),
    *(
        "\U0001f984 Flex",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "\u6f22\u5b57",
        "\uff21\uff22",
        "\u00ad-\u200b-\ufeff",
        "\ud7ff\ue000\uffff",
        "fi ffi fl ij IJ \u0133",
    ),
    *(
        "W" * 180,
        "lang-" * 30,
        "a/b/c/d/e/f?g!h|i" * 8,
        "een twee drie vier vijf zes zeven acht negen tien " * 5,
        "x" * 26 + " y",
        ".",
    ),
    *("\0\1\7\x1b[31m\x7f", "\r\n\t tab", " \u00a0 \u2009 \u3000 wit ", "eerste\ntweede\n\nderde", "\u2028regel\u2029"),
    *(
        ") Tj ET Q (",
        "\\",
        "(((",
        "\\051\\",
        "<feff>",
        "endobj",
        "endstream endobj",
        "%%EOF",
        "startxref 0",
        "1 0 R",
        "/Contents <0000>",
    ),
    *(
        "<b>&amp;</b>",
        "]]>",
        "<?xpacket end='r'?>",
        "&#0;",
        "</rdf:RDF>",
        "<!--",
        "{{ 7*7 }}",
        "{% raw %}",
        "%(name)s %d %%",
        "${x}",
    ),
    *(
        "KQ01J0ZK",
        "KQ02J0ZK<br>KQ02J1ZK",
        "2999-12-31",
        "BT 1 0 0 -1 0 0 Tm",
        "/ByteRange [0 @@@@@@@@@@ @@@@@@@@@@ @@@@@@@@@@]",
    ),
    *(
        "'; DROP TABLE--",
        "../../etc/passwd",
        "file:///etc/passwd",
        "\u00df\u1e9e\u0130\u0131",
        "\u0404\u0407\u0490 \u040b\u0452",
        "\u0186\u0194",
        "10 \u20ac \u2013 5\u2032",
    ),
)
HOSTILE, BLOCK = steps(5_000), 25
PRINTABLE = [text for text in NASTY if not unprintable(text)]
WORDS = (
    "Zonneveld",
    "Uitzendbureau",
    "van",
    "de",
    "B.V.",
    "\u0141\u00f3d\u017a",
    "\u0161\u010d",
    "\u0422\u0440\u0443\u0434",
    "O'Neill",
    "&",
    "Zn.",
    "AVTo",
    "1.234,56",
)


def hostile(seed):
    """Facts in which any text may be anything; the same for the same seed."""
    draw = random.Random(seed)  # noqa: S311  # a test
    rage = draw.choice([0.1, 0.1, 0.3, 0.8])

    def text(most=4):
        words = draw.choices(WORDS, k=draw.randrange(1, most))
        if draw.random() < rage:
            words.insert(draw.randrange(len(words)), draw.choice(PRINTABLE))
        return " ".join(words)

    def texts(most):
        return [text() for _ in range(draw.choice([1, 1, 2, most] if seed % 5 else [0, 1, most]))]

    kind = draw.choice(list(KINDS))
    facts = {
        "legal_name": text(draw.choice([3, 9, 20])),
        "trade_names": texts(40 if seed % 20 == 0 else 4),
        "sectors": texts(6),
        "activities": texts(3),
        "recruitment_countries": texts(3),
        "conditions": texts(2)[:1],
        "seat": snapshot.SEAT | {"street": text(), "city": text(2)},
        "register_number": text(2),
    }
    more = {"reason": text()} if kind == "register_extract" else {"number": text(3)}
    return kind, KINDS[kind](language="en" if seed % 10 == 1 else "nl", **facts | more)


@pytest.mark.parametrize("text", [text for text in NASTY if text not in PRINTABLE], ids=ascii)
@pytest.mark.parametrize("kind", KINDS)
def test_what_our_faces_lack_is_never_printed(kind, text):
    with pytest.raises(RuleError, match="We cannot print"):
        press.render(kind, KINDS[kind](trade_names=[text]), language="nl", placeholder=ROOM)


@pytest.mark.hypothesis
@pytest.mark.parametrize("first", range(0, HOSTILE, BLOCK))
def test_hostile_documents_say_the_same_whichever_way_they_take(first):
    spliced = 0
    for seed in range(first, first + BLOCK):
        kind, facts = hostile(seed)
        pdf, fast = made(kind, facts)
        if fast:
            spliced += 1
            assert letters_of(pdf) == letters_of(plain(kind, facts)), seed
        sealed = fill(pdf, lambda digest: b"seal")
        with pikepdf.open(BytesIO(sealed)) as opened:
            assert opened.check_pdf_syntax() == [], seed
    assert spliced >= BLOCK / 5
