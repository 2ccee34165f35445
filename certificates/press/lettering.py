"""Our typefaces: which files, which letters they hold, and how a text is spelled in them."""

from functools import reduce
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont

from audits.core.letters import check_printable, is_letter, spelled

FACES = (
    ("Source Sans 3", 400, "SourceSans3-Regular.ttf"),
    ("Source Sans 3", 600, "SourceSans3-Semibold.ttf"),
    ("Source Serif 4", 400, "SourceSerif4-Regular.ttf"),
    ("Source Serif 4", 600, "SourceSerif4-Semibold.ttf"),
)
"""Family, weight, file."""


def font_files(folder: Path) -> dict[str, Path]:
    """The address of every face as the style sheet names it -> its file."""
    return {(path := (folder / name).resolve()).as_uri(): path for _, _, name in FACES}


def font_rules(folder: Path) -> str:
    """The @font-face rules that make our faces known."""
    return "".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; src: url("{address}") }}'
        for (family, weight, _), address in zip(FACES, font_files(folder), strict=True)
    )


def letters(folder: Path) -> frozenset[str]:
    """The letters that all our faces have: one that a face lacks would be set in a stranger's face, or not at all."""
    shared = reduce(frozenset.intersection, (_covered(path) for path in font_files(folder).values()))
    return frozenset(filter(is_letter, map(chr, shared)))


def printable(value: Any) -> Any:
    """The same plain value with every text as it is printed. RuleError for one with letters that we lack.

    The document's attachment keeps the text as it was.
    """
    check_printable(value)
    return _spelled(value)


def _spelled(value: Any) -> Any:
    match value:
        case str():
            return spelled(value)
        case dict():
            return {key: _spelled(item) for key, item in value.items()}
        case list() | tuple():
            return [_spelled(item) for item in value]
        case None | bool() | int() | float():
            return value
        case _:
            raise TypeError(f"a printed fact is a plain value, not {type(value).__name__}")


def _covered(path: Path) -> frozenset[int]:
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())
