"""The published scheme, for tests that need a real one."""

import re
from functools import cache, lru_cache
from pathlib import Path

from audits.schemes.source import parse, values_of
from audits.schemes.text import SchemeText

FOLDER = Path(__file__).parents[2] / "audits" / "schemes" / "published"
PUBLISHED = FOLDER / "fair-agency-work-1.0.yaml"
FIRST, SECOND = "1.0", "1.1"  # of edition 1 and of edition 2 of the file


@cache
def source(version: str = FIRST) -> str:
    return (FOLDER / f"fair-agency-work-{version}.yaml").read_text(encoding="utf-8")


@cache
def short(version: str = FIRST) -> str:
    """The published source with few of its requirements: valid, with all other parts, and parsed in half the time."""
    head, requirements, rest = source(version).partition("\nrequirements:\n")
    head = re.sub(r"(requirements: \[[A-Z]+-\d+)[^]]*]", r"\1]", head)  # a list keeps its first
    kept: dict[str, str] = {}
    for item in re.split(r"(?m)^(?=  [A-Z]+-\d+:)", rest):
        code = item.strip().partition(":")[0]
        chapter = code.partition("-")[0]
        if code in head or not any(known.startswith(chapter) for known in kept):
            kept[code] = item
    return head + requirements + "".join(kept.values())


@lru_cache(maxsize=32)
def values(text: str) -> str:
    """The values of a scheme, read once in a run: reading takes longer than all the rest of publishing."""
    return values_of(text)


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
