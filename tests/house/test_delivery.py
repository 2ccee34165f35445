"""Releases name one version, and every way to run the tests runs the same ones."""

import json
import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
COMMANDS = re.findall(r"^([a-z]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_there_is_one_version():
    assert json.loads((ROOT / "package.json").read_text())["version"] == VERSION
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert {lock["version"], lock["packages"][""]["version"]} == {VERSION}
    newest = re.search(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert newest[1] == VERSION


def test_both_forges_run_the_same_command():
    github = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())
    gitlab = yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text())
    assert [step["run"] for step in github["jobs"]["test"]["steps"] if "run" in step] == [".ci/run"]
    assert gitlab["test"]["script"] == [".ci/run"]
    assert "make test" in (ROOT / ".ci/run").read_text()


def test_both_forges_ask_the_same_of_a_change():
    templates = (".github/pull_request_template.md", ".gitlab/merge_request_templates/Default.md")
    one, other = ((ROOT / each).read_text() for each in templates)
    assert one == other


def test_no_hook_fetches_anything():
    hooks = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    assert {each["repo"] for each in hooks["repos"]} == {"local"}
    assert {hook["language"] for each in hooks["repos"] for hook in each["hooks"]} == {"system"}


@pytest.mark.parametrize("command", COMMANDS)
def test_a_contributor_finds_every_command(command):
    assert f"make {command}" in (ROOT / "CONTRIBUTING.md").read_text()


def test_every_command_is_one():
    """Not the name of a file: make would say that it is up to date."""
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split()
    assert sorted(phony) == sorted(COMMANDS)


def test_no_text_holds_a_conflict_that_nobody_solved():
    texts = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "Makefile", ROOT / "pyproject.toml"]
    assert [each.name for each in texts if re.search(r"^(<{7}|>{7}) ", each.read_text(), re.MULTILINE)] == []
