"""Names that people have, and names that people try."""

from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from weasyprint.urls import FatalURLFetchingError

from certificates import press
from certificates.press.fetching import ClosedFetcher
from certificates.press.lettering import Lettering, font_files
from tests import printed
from tests.unit.test_press import text_of, words_of

NAMES = {
    "polish": "Żółć Gęślą Jaźń Sp. z o.o.",
    "romanian": "Muncă Ştefan și Țară S.R.L.",
    "bulgarian": "Български Труд ЕООД",
    "ukrainian": "Їжак і Ґанок ТОВ",
    "serbian": "Ђорђе Љубав д.о.о.",
    "icelandic": "Þórður Æðri ehf.",
    "decomposed": "Ame\u0301lie Uitzendbureau",
    "markup": "<b>Vet & Scheef</b> <script>alert(1)</script>",
    "template": "{{ body.name }} {% raw %} ${7*7}",
    "style": "</style><img src=file:///etc/passwd>",
    "quotes": "\"Van 't Hof\" & 'Zn.' «B.V.»",
    "percent": "100% %(name)s %s",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_is_printed_as_it_is(name):
    pdf = press.render("certificate", printed.certificate(legal_name=name, trade_names=[name]), language="nl")
    shown = "".join(words_of(pdf).split())
    composed = "".join(name.replace("e\u0301", "é").split())
    assert shown.count(composed) >= 2
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert name.replace("e\u0301", "é") in str(opened.docinfo.Title)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Nguyễn Ấn", "Nguyên Ân"),
        ("漢字 B.V.", "?? B.V."),
        ("Vrolijk 🦄", "Vrolijk ?"),
        ("ＡＢＣ ﬁnance", "ABC finance"),
        ("kop\u0000\u0007\u001bstaart", "kopstaart"),
        ("uitzend\u202e\u200b\u2066bureau", "uitzendbureau"),
        ("smal\u202fwit", "smal\u00a0wit"),
    ],
)
def test_letters_that_we_lack_get_the_nearest_that_we_have(name, shown):
    assert Lettering(press.FONTS).printable(name) == shown


def test_only_plain_values_are_printed():
    with pytest.raises(TypeError, match="Path"):
        Lettering(press.FONTS).printable({"name": Path("x")})


def test_forty_long_trade_names_flow_to_a_second_page_and_none_is_lost():
    names = [f"Handelsnaam{number}Łódź Personeelsdiensten" for number in range(1, 41)]
    conditions = ["Voorwaarde " + "die lang is " * 20, "Nog een voorwaarde."]
    facts = printed.certificate(trade_names=names, conditional=True, conditions=conditions)
    pdf = press.render("certificate", facts, language="nl")
    words = words_of(pdf)
    assert [name for name in names if name.split()[0] not in words] == []
    pages = text_of(pdf).split("\f")
    assert printed.REGISTER_URL in pages[0]
    assert printed.REGISTER_URL not in pages[1]
    assert facts["number"] in pages[1]


@pytest.mark.parametrize("name", ["W" * 300, "Uitzend " * 60, "x"])
def test_a_name_of_any_length_stays_on_the_page(name):
    pdf = press.render("certificate", printed.certificate(legal_name=name), language="nl")
    assert "".join(name.split()) in "".join(words_of(pdf).split())


def test_the_press_fetches_its_fonts_and_nothing_else(tmp_path):
    (tmp_path / "secret").write_text("secret")
    fonts = font_files(press.FONTS)
    fetcher = ClosedFetcher(fonts)
    assert fetcher.fetch(next(iter(fonts)))
    assert fetcher.fetch("data:text/plain,hello").read() == b"hello"
    for url in ((tmp_path / "secret").as_uri(), "http://127.0.0.1:1/", "https://example.org/", "ftp://example.org/"):
        with pytest.raises(FatalURLFetchingError):
            fetcher.fetch(url)
