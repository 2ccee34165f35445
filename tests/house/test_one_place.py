"""Limits on how many files name things that future changes are likely to add to.

The first edition was counted with `git grep -lw NAME -- audits certificates portal templates migrations`. Catalogues
are left out: their keys are the texts themselves. What a past migration or a published format says can never change
and is counted all the same.
"""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLACES = ("audits", "certificates", "portal", "templates", "migrations")
BUILT = {"__pycache__", "built", "translations"}


def files_with(pattern: str) -> set[str]:
    """The files of the product in which a pattern stands.

    Without the verifier, a program of its own that imports none, and the walls, which repeat what the migrations say.
    """
    found = re.compile(pattern)
    sources = (path for place in PLACES for path in (ROOT / place).rglob("*") if path.is_file())
    sources = (
        path for path in sources if path.parent.name not in {"verifier", "walls"} and not BUILT & set(path.parts)
    )
    return {
        str(path.relative_to(ROOT))
        for path in sources
        if not BUILT & set(path.parts)
        and path.parent.name != "verifier"
        and found.search(path.read_text(encoding="utf-8", errors="ignore"))
    }


def test_a_language_is_named_in_the_list_of_languages_alone():
    """Counted by its quoted code: 17 files with the Dutch one in the first edition."""
    assert files_with(r"""["'](nl|en)["']""") == {
        "audits/core/languages.py",
        "certificates/credentials/terms/certification-v1.schema.json",  # published, never changed
        "migrations/versions/0001.py",
    }


def test_a_public_status_stands_in_few_files():
    """Counted by `expired`, the one that is neither a state or a flag of a certificate nor an ordinary word.

    Two migrations list the types of the log.
    """
    assert len(files_with(r"\bexpired\b")) <= 10


def test_a_public_field_of_an_agency_stands_in_few_files():
    """Counted by `own_housing`: 19 files in the first edition."""
    assert len(files_with(r"\bown_housing\b")) <= 9


def test_a_state_of_an_audit_stands_in_few_files():
    """Counted by `reviewed`, in capitals too, as the enum has it: 9 files in the first edition, 11 with capitals."""
    assert len(files_with(r"(?i)\breviewed\b")) <= 5
