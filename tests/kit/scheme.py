"""The published scheme, for tests that need a real one."""

from functools import cache
from pathlib import Path

from audits.schemes.source import parse
from audits.schemes.text import SchemeText

PUBLISHED = Path(__file__).parents[2] / "audits" / "schemes" / "published" / "fair-agency-work-1.0.yaml"


@cache
def source() -> str:
    return PUBLISHED.read_text(encoding="utf-8")


@cache
def scheme() -> SchemeText:
    return parse(source())


def edited(*edits: tuple[str, str]) -> str:
    """The published source with the first occurrence of each old text replaced."""
    text = source()
    for old, new in edits:
        assert old in text, f"the norm has no {old!r}"
        text = text.replace(old, new, 1)
    return text
