"""Every supported letter is printed by both presses as typed; every other letter is an error."""

import re
import subprocess
import unicodedata
from unittest import mock

import pytest
from fontTools.ttLib import TTFont

from audits.core.errors import RuleError
from audits.core.letters import LETTERS, check_printable, spelled, unprintable
from certificates import press
from certificates.press import printing
from certificates.press.lettering import letters
from certificates.press.printing import Press, PressError
from tests.documents.test_press_compiled import (
    KINDS,
    ROOM,
    fast,
    made,
    plain,
)
from tests.kit import snapshot

SCRIPTS = {
    "Latin": "AÀÁÂÃÄÅĀĂĄÆÇĆČĎĐÈÉÊËĒĘĚĞĢĦÌÍÎÏĪĮİĶĹĽŁÑŃŇÒÓÔÕÖŌŐØŒŔŘŚŞŠȘŢŤȚÙÚÛÜŪŮŰŲŴÝŶŸŹŻŽÞÐẞƏ",
    "Vietnamese": "ẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸĂÂĐÊÔƠƯ",
    "Greek": "ΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΆΈΉΊΌΎΏΪΫ",
    "Cyrillic": "АБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯЀЁЂЃЄЅІЇЈЉЊЋЌЍЎЏҐӘҒҚҢӨҰҮҺ",
}
SEEN = [letter for letter in sorted(LETTERS) if not letter.isspace()]
SET_ALONE = [letter for letter in SEEN if unicodedata.category(letter) in {"Lu", "Ll", "Lo", "Nd"}]


def lines(signs):
    return [signs[start : start + 32] for start in range(0, len(signs), 32)]


def text_by_poppler(pdf):
    run = subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True, check=True)
    return _plain(run.stdout)


def text_by_mupdf(pdf, tmp_path):
    (tmp_path / "it.pdf").write_bytes(pdf)
    command = ["mutool", "draw", "-q", "-F", "text", tmp_path / "it.pdf"]
    return _plain(subprocess.run(command, capture_output=True, check=True).stdout)


def _plain(text):
    return "".join(unicodedata.normalize("NFC", text.decode()).split())


def test_the_list_is_what_the_fonts_of_the_press_have_in_common():
    """After a change of fonts: bin/build-assets --letters."""
    assert letters(press.FONTS) == LETTERS


@pytest.mark.parametrize("script", SCRIPTS)
def test_the_list_holds_capitals_and_small_letters_of_every_script(script):
    wanted = SCRIPTS[script] + "".join(letter for letter in SCRIPTS[script].lower() if len(letter) == 1)
    wanted = unicodedata.normalize("NFC", wanted.replace("i\u0307", ""))
    assert [letter for letter in wanted if letter not in LETTERS] == []


def test_a_browser_finds_every_letter_in_our_own_faces(tmp_path):
    """What the register shows is what the certificate shows."""
    built = press.FONTS.parents[2] / "portal" / "static" / "built"
    rules = re.findall(r"@font-face\{([^}]*)\}", (built / "site.css").read_text())
    shown = {}
    for rule in rules:
        face = re.search(r'font-family:"?([^";]*)', rule)[1], re.search(r"font-weight:(\d+)", rule)[1]
        with TTFont(built / re.search(r"fonts/[\w.-]+\.woff2", rule)[0]) as font:
            has = set(font.getBestCmap())
        spans = re.findall(r"U\+([0-9A-F]+)(?:-([0-9A-F]+))?", rule)
        asked = {code for first, last in spans for code in range(int(first, 16), int(last or first, 16) + 1)}
        shown.setdefault(face, set()).update(has & asked)
    assert len(shown) == 4
    assert {face: [sign for sign in sorted(LETTERS) if ord(sign) not in codes] for face, codes in shown.items()} == {
        face: [] for face in shown
    }


@pytest.mark.parametrize("line", lines(SEEN), ids=lambda line: line[0])
def test_every_letter_comes_off_the_typesetter_as_it_was_typed(line, tmp_path):
    words = ["".join(line[start : start + 8]) for start in range(0, len(line), 8)]
    pdf = plain("certificate", snapshot.certificate(legal_name=words[0], trade_names=words))
    for text in (text_by_poppler(pdf), text_by_mupdf(pdf, tmp_path)):
        assert [word for word in words if word not in text] == []
        assert text.count(words[0]) >= 2


class TestTheCompiledPress:
    @pytest.mark.parametrize("line", lines(SET_ALONE), ids=lambda line: line[0])
    def test_every_letter_comes_off_it_as_it_was_typed(self, line, tmp_path):
        words = ["".join(line[start : start + 8]) for start in range(0, len(line), 8)]
        pdf = fast("certificate", snapshot.certificate(legal_name=words[0], trade_names=words))
        assert pdf is not None, "left to the typesetter"
        for text in (text_by_poppler(pdf), text_by_mupdf(pdf, tmp_path)):
            assert [word for word in words if word not in text] == []
            assert text.count(words[0]) >= 2

    @pytest.mark.parametrize("script", SCRIPTS)
    def test_a_document_carries_the_letters_of_its_own_scripts_only(self, script):
        latin = fast("certificate", snapshot.certificate())
        other = fast("certificate", snapshot.certificate(legal_name=SCRIPTS[script][:12]))
        assert len(latin) < 120_000
        assert (len(other) > len(latin) + 10_000) == (script != "Latin")
        assert len(other) < 160_000


@pytest.mark.parametrize("form", ["NFD", "NFC"])
@pytest.mark.parametrize("name", ["Nguyễn Đặng Ấn Tượng", "Εργασία Ώθηση ΐΰ", "Їжак Йога Ѝ", "Żółć Ångström Ţepeş"])
def test_letters_typed_in_parts_are_printed_whole_whichever_press(name, form):
    typed = unicodedata.normalize(form, name)
    facts = snapshot.certificate(legal_name=typed, trade_names=[typed])
    spliced, is_fast = made("certificate", facts)
    assert is_fast
    for pdf in (spliced, plain("certificate", facts)):
        assert text_by_poppler(pdf).count("".join(name.split())) >= 2


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Ame\u0301lie", "Amélie"),
        ("kop\0\7\x1bstaart", "kopstaart"),
        ("uitzend\u202e\u200b\u2066bureau", "uitzendbureau"),
        ("zacht\u00adkoppel ©\ufe0f", "zachtkoppel ©"),
        ("smal\u202fwit, breed\u3000wit\ten tab", "smal\u00a0wit, breed wit en tab"),
        ("A\u2010B\u2011C", "A-B-C"),
        ("een\r\ntwee\u2028drie", "een\ntwee\ndrie"),
        ("\u0132sland ﬁets Мар\u02bcян", "IJsland fiets Мар’ян"),
        ("plain ASCII, žluťoučký kůň", "plain ASCII, žluťoučký kůň"),
    ],
)
def test_other_codes_for_the_same_sign_are_printed_as_that_sign(typed, shown):
    assert (spelled(typed), unprintable(typed)) == (shown, "")
    assert spelled(shown) == shown


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("漢字 B.V. 漢", "漢 字"),
        ("ქართული", "ქ ა რ თ უ ლ ი"),
        ("Vrolijk 🦄", "🦄"),
        ("ＡＢＣ", "Ａ Ｂ Ｃ"),
        ("Ẹ̀kọ́ q\u0303", "Ẹ̀ ọ́ q̃"),
        ("\u0301 los", "\u25cc\u0301"),
        ("\ue000\ud800", "U+E000 U+D800"),
        ("5 ≥ 3 → 2", "≥ →"),
        ("אבגדהוזחטיכלמ", "א ב ג ד ה ו ז ח ט י …"),
        ({"names": ["漢", "Ελλάς"], "count": 3, "seat": {"city": "字"}}, "漢 字"),
    ],
)
def test_letters_that_we_lack_are_named_with_their_marks(typed, named):
    assert unprintable(typed) == named
    with pytest.raises(RuleError) as refusal:
        check_printable(typed, "legal_name")
    assert (refusal.value.field, refusal.value.params) == ("legal_name", {"letters": named})


class TestTheLastWall:
    """Whatever came past all rules is not printed: not as a question mark, not as a box, not in a stranger's face."""

    @pytest.mark.parametrize("kind", KINDS)
    def test_the_press_names_the_letters(self, kind):
        facts = KINDS[kind](trade_names=["Εργασία", "ქ"])
        with pytest.raises(RuleError, match="We cannot print these characters: ქ"):
            press.render(kind, facts, language="nl", placeholder=ROOM)

    @pytest.mark.parametrize("name", ["漢字 B.V.", "Vrolijk 🦄", "ქართული", "→"])
    def test_the_typesetter_asks_no_other_face(self, name):
        with mock.patch.object(printing, "printable", dict), pytest.raises(PressError, match="our faces lack"):
            press.render("certificate", snapshot.certificate(legal_name=name), language="nl", placeholder=ROOM)

    def test_a_press_whose_fonts_lack_letters_does_not_start(self, monkeypatch):
        monkeypatch.setattr(printing, "LETTERS", LETTERS | {"漢"})
        with pytest.raises(PressError, match="build-assets"):
            Press(press.FONTS)
