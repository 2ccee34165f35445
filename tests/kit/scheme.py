"""The published scheme, for tests that need a real one."""

import json
import re
from copy import deepcopy
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

from audits.schemes.source import parse, values_of
from audits.schemes.text import SchemeText

FOLDER = Path(__file__).parents[2] / "audits" / "schemes" / "published"
PUBLISHED = FOLDER / "fair-agency-work-1.0.yaml"
# The same in C, ten times as fast, where PyYAML has it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
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


def plain_norm(version: str = FIRST) -> dict[str, Any]:
    """The published source as maps and lists, for a test to change; `norm_text` makes a source of them again."""
    return deepcopy(_plain(version))


@cache
def _plain(version: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(source(version), Loader=_LOADER)  # noqa: S506 - a safe one
    return loaded


def norm_text(norm: dict[str, Any]) -> str:
    """The source of a norm, with what is named twice written twice."""
    once_more = json.loads(json.dumps(norm, default=str))
    return str(yaml.dump(once_more, Dumper=_DUMPER, allow_unicode=True, sort_keys=False))


def edited(*edits: tuple[str, str], version: str = FIRST) -> str:
    """The published source with the first occurrence of each old text replaced."""
    text = source(version)
    for old, new in edits:
        assert old in text, f"the norm has no {old!r}"
        text = text.replace(old, new, 1)
    return text
