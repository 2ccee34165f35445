"""Limits on how many files name things that future changes are likely to add to.

Counted as by `git grep -lw NAME -- audits certificates portal templates migrations`, without two kinds of files that no
such change touches: past migrations, which never change again, and catalogues, whose keys are the texts themselves.
"""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLACES = ("audits", "certificates", "portal", "templates", "migrations")
LEFT_OUT = {"__pycache__", "built", "translations", "versions"}


def files_with(pattern: str) -> set[str]:
    """Return the files in which a pattern stands."""
    found = re.compile(pattern)
    files = (path for place in PLACES for path in (ROOT / place).rglob("*") if path.is_file())
    return {
        str(path.relative_to(ROOT))
        for path in files
        if not LEFT_OUT & set(path.relative_to(ROOT).parts)
        and found.search(path.read_text(encoding="utf-8", errors="ignore"))
    }


def test_a_language_is_named_in_the_list_of_languages_alone():
    """Counted by its quoted code: 17 files with the Dutch one in the first edition."""
    assert files_with(r"""["'](nl|en)["']""") == {
        "audits/core/languages.py",
        "certificates/credentials/terms/certification-v1.schema.json",  # published, never changed
    }


def test_a_public_status_stands_in_few_files():
    """Counted by `expired`, the one that is neither a state or a flag of a certificate nor an ordinary word.

    Three migrations list the types of the log.
    """
    assert len(files_with(r"\bexpired\b")) <= 11


def test_a_public_field_of_an_agency_stands_in_few_files():
    """Counted by `own_housing`: 19 files in the first edition. The wall and the words of reported changes name each."""
    assert len(files_with(r"\bown_housing\b")) <= 10


def test_a_state_of_an_audit_stands_in_few_files():
    """Counted by `reviewed`, in capitals too, as the enum has it: 9 files in the first edition, 11 with capitals."""
    assert len(files_with(r"(?i)\breviewed\b")) <= 5
