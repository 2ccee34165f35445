"""Rules about the source that no linter checks."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("portal", "audits", "certificates")
SOURCES = sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
TEMPLATES = sorted(
    [*(ROOT / "templates").rglob("*.html"), *(ROOT / "certificates" / "press" / "templates").rglob("*.html")]
)


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_file_is_one_room(path):
    assert len(path.read_text().splitlines()) <= 400


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_function_fits_a_glance(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno - node.lineno < 50, f"{node.name} is {node.end_lineno - node.lineno + 1} lines long"


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_module_says_in_its_first_line_what_it_is_for(path):
    text = ast.get_docstring(ast.parse(path.read_text()))
    assert text
    assert text.splitlines()[0].endswith((".", "…"))


RIDDLE = re.compile(r"(What|Who|Whom|Whoever|Whatever|Whose|Those|That|Nobody|Somebody)\b")


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_the_docstring_of_a_function_begins_with_a_verb(path):
    functions = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)]
    assert [each.name for each in functions if RIDDLE.match(ast.get_docstring(each) or "")] == []


def test_only_one_place_commits():
    committing = {name(path) for path in SOURCES if re.search(r"\.commit\(", path.read_text())}
    assert committing == {"portal/stores/database.py"}


DOOR = re.compile(r"/(?:account|agency|files|inspector|login|office|register-agency|reset)(?:/|$)")


@pytest.mark.parametrize("path", [path for path in SOURCES if name(path).split("/")[0] != "portal"], ids=name)
def test_the_domain_knows_no_page_of_the_portal(path):
    said = [node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)]
    assert [text for text in said if isinstance(text, str) and DOOR.match(text)] == []


def test_the_check_of_pages_would_notice():
    assert all(DOOR.match(text) for text in ("/agency/", "/office/audits/", "/login"))
    assert not DOOR.match("/register/")


def test_no_module_is_called_after_nothing():
    nothing = {"utils", "util", "helpers", "helper", "misc", "common", "base"}
    assert [name(path) for path in SOURCES if path.stem in nothing] == []


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_a_template_holds_no_style_and_no_script_of_its_own(path):
    text = path.read_text()
    if "press" not in path.parts:
        assert not re.search(r"\sstyle=", text)
        assert "<style" not in text
    assert not re.search(r"\son[a-z]+=", text)
    assert not re.search(r"<script(?![^>]*(src=|application/ld\+json))", text)
    assert "|safe" not in text.replace(" ", "")
