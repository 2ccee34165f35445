"""The published scheme, for tests that need a real one."""

from functools import cache
from pathlib import Path

from audits.schemes.source import parse
from audits.schemes.text import SchemeText

FOLDER = Path(__file__).parents[2] / "audits" / "schemes" / "published"
PUBLISHED = FOLDER / "fair-agency-work-1.0.yaml"
FIRST, SECOND = "1.0", "1.1"  # of edition 1 and of edition 2 of the file


@cache
def source(version: str = FIRST) -> str:
    return (FOLDER / f"fair-agency-work-{version}.yaml").read_text(encoding="utf-8")


@cache
def scheme(version: str = FIRST) -> SchemeText:
    return parse(source(version))


def edited(*edits: tuple[str, str], version: str = FIRST) -> str:
    """The published source with the first occurrence of each old text replaced."""
    text = source(version)
    for old, new in edits:
        assert old in text, f"the norm has no {old!r}"
        text = text.replace(old, new, 1)
    return text
