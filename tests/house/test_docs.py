"""The documentation names all settings, commands, permissions, events, outbox kinds and periodic tasks."""

import ast
import re
from pathlib import Path

import pytest

from portal.commands import reference
from portal.demo.guide import GUIDE
from portal.settings import ROOT

DOCS = ROOT / "docs"
OPERATIONS = (DOCS / "operations.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(DOCS.rglob("*.md"))]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize(("path", "text"), reference.pages().items(), ids=lambda each: getattr(each, "name", ""))
def test_the_generated_pages_are_those_of_this_code(path, text):
    assert path.read_text(encoding="utf-8") == text, "run `make docs`"


@pytest.mark.parametrize("setting", [name for name, _ in reference.settings()])
def test_an_operator_finds_every_setting(setting):
    assert f"`{setting}" in OPERATIONS or f"{setting}=" in OPERATIONS


@pytest.mark.parametrize("command", [words.strip("`") for words, _ in reference.command_lines()])
def test_an_operator_finds_every_command(command):
    texts = "".join(path.read_text(encoding="utf-8") for path in PAGES if "dev" not in path.parts)
    assert f"keurwerk {command}" in texts


LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")
NAMED = re.compile(r"`((?:portal|audits|certificates|tests|templates|migrations|bench)/[\w./*-]+)`")


def test_a_link_leads_to_a_file():
    links = [(path, link) for path in PAGES for link in LINK.findall(path.read_text(encoding="utf-8"))]
    assert len(links) > 50
    assert [(name(path), link) for path, link in links if not (path.parent / link).exists()] == []


def test_a_path_of_the_code_that_a_document_names_is_there():
    told = [path for path in PAGES if "decisions" not in path.parts]  # a decision tells of its day
    named = {(name(path), each) for path in told for each in NAMED.findall(path.read_text(encoding="utf-8"))}
    assert len(named) > 80
    there = {each: any(ROOT.glob(each.rstrip("/"))) for _, each in named}
    assert sorted(pair for pair in named if not there[pair[1]]) == []


def tried(document: str) -> list[tuple[str, list[str]]]:
    """The first column of each row of the table in a document, with the tests that the last one names."""
    lines = (DOCS / "dev" / document).read_text().splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("| ")][2:]
    return [(row[0], re.findall(r"`([^`]+)`", row[-1])) for row in rows]


def test_every_kind_of_fault_that_was_found_in_the_office_has_its_tests():
    assert [fault.split()[0] for fault, _ in tried("faults.md")] == [f"1.{number}" for number in range(1, 14)]


@pytest.mark.parametrize(
    ("group", "tests"),
    tried("attacks.md") + tried("faults.md"),
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_what_a_document_says_is_tried_is_tried(group, tests):
    assert tests
    for test in tests:
        file, _, function = test.partition("::")
        tree = ast.parse((ROOT / file).read_text())
        assert function in {
            each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef)
        }, test


@pytest.mark.parametrize("stop", GUIDE, ids=lambda stop: f"{stop.path} {stop.email}")
def test_the_readme_says_what_to_click_as_the_demo_does(stop, app):
    readme = (ROOT / "README.md").read_text().replace("`", "")
    assert " ".join(f"| {stop.path} | {stop.what} | {stop.email} |".split()) in readme
    assert app.url_map.bind("").match(stop.path.partition("?")[0])


def test_each_decision_has_a_number_of_its_own():
    records = sorted((ROOT / "docs" / "decisions").glob("*.md"))
    numbers = [int(path.name[:4]) for path in records]
    assert numbers == list(range(1, len(records) + 1))
    titles = [path.read_text(encoding="utf-8").partition(".")[0] for path in records]
    assert titles == [f"# {number}" for number in numbers]
