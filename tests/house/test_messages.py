"""Every text has a complete Dutch translation, with the same placeholders."""

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from audits.core.languages import LANGUAGES, WORKERS

ROOT = Path(__file__).parents[2]
CATALOGUE = ROOT / "portal" / "translations" / "nl" / "LC_MESSAGES" / "messages.po"
DOMAIN = sorted(
    path
    for package in ("audits", "certificates")
    for path in (ROOT / package).rglob("*.py")
    if path.parent.name != "verifier"  # a program of its own, in English only
)

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%\{\w+\}|%%")
SENTENCE = re.compile(r"[A-Z%]\S* .*[.?!:]", re.DOTALL)

# Dutch uses the same word.
SAME = {
    "%(days)s wd",
    "Later",
    *(
        "Audit",
        "Audits",
        "Browser",
        "Code",
        "Menu",
        "Norm",
        "Open",
        "Open data",
        "Planner",
        "Scope",
        "Postcode",
        "Privacy",
        "Register",
        "Sector",
        "Team",
    ),
    *("Norm (SHA-256)", "SHA-256", "Score", "Status", "Website"),
    *("%(count)s open", "Audit %(reference)s", "Sector: %(name)s"),
}


@cache
def texts(language="nl"):
    """Pairs of English and Dutch, or another language; the forms of a plural apart."""
    with Path(str(CATALOGUE).replace("/nl/", f"/{language}/")).open("rb") as file:
        messages = [message for message in read_po(file, locale=language, abort_invalid=True) if message.id]
    pairs = []
    for message in messages:
        english, dutch = message.id, message.string
        pairs += [(english, dutch)] if isinstance(english, str) else list(zip(english, dutch, strict=True))
    return pairs


@pytest.mark.long
def test_the_catalogue_has_what_the_source_says_and_no_more():
    run = subprocess.run([ROOT / "bin" / "messages", "check"], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_every_text_is_translated():
    assert [english for english, dutch in texts() if not dutch.strip()] == []


def test_no_translation_is_a_guess():
    assert "fuzzy" not in CATALOGUE.read_text(encoding="utf-8")


def test_both_languages_have_the_same_placeholders():
    different = [
        (english, dutch)
        for english, dutch in texts()
        if sorted(PLACEHOLDER.findall(english)) != sorted(PLACEHOLDER.findall(dutch))
    ]
    assert different == []


def test_no_percent_sign_stands_alone():
    """Templates format every text, also one without placeholders."""
    assert [text for pair in texts() for text in pair if "%" in PLACEHOLDER.sub("", text)] == []


def test_dutch_is_dutch():
    assert {english for english, dutch in texts() if english == dutch} <= SAME


def test_dutch_says_u():
    assert [dutch for _, dutch in texts() if re.search(r"\b(je|jij|jou|jouw|jullie)\b", dutch, re.IGNORECASE)] == []


def test_a_text_ends_alike_in_both_languages():
    """Nothing was cut off, and no space was lost or gained at the seams."""
    assert [pair for pair in texts() if pair[0][-1] in ".:?" and pair[1][-1:] not in {".", ":", "?"}] == []
    assert [pair for pair in texts() if pair[1] != pair[1].strip()] == []


@pytest.mark.parametrize("language", sorted(set(WORKERS) - set(LANGUAGES)))
def test_the_texts_for_workers_are_complete_in_each_of_their_languages(language):
    found = texts(language)
    assert {english for english, _ in found} == {english for english, _ in texts("pl")}
    assert [english for english, said in found if not said.strip() or (english == said and english != "Error:")] == []
    assert [
        pair for pair in found if sorted(PLACEHOLDER.findall(pair[0])) != sorted(PLACEHOLDER.findall(pair[1]))
    ] == []
    assert [pair for pair in found if pair[0][-1] in ".?:" and pair[1][-1] != pair[0][-1]] == []


def test_every_sentence_of_the_domain_is_marked_for_translation():
    """Where extraction cannot see that a sentence is said, `N_` marks it."""
    known = {english for english, _ in texts()}
    assert [(path.name, said) for path in DOMAIN for said in sentences(path) if said not in known] == []


def sentences(path):
    """Yield the texts in a module that read as a sentence, without docstrings and parts of f-strings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    silent = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    silent |= {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    said = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in silent)
    yield from (node.value for node in said if isinstance(node.value, str) and SENTENCE.fullmatch(node.value))


def test_no_subject_of_a_mail_names_an_agency():
    """Mail programs show subjects on screens that others see."""
    subjects = {path.name: path.read_text().partition("\n")[0] for path in (ROOT / "templates" / "mail").glob("*.txt")}
    assert len(subjects) > 60
    assert [name for name, subject in subjects.items() if re.search(r"[(,]\s*(agency|name|names)=", subject)] == []
