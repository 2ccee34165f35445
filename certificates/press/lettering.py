"""Our fonts: their files, the letters that they have, and how texts are normalised for them."""

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
    """Return the file of each font by its address in the style sheet."""
    return {(path := (folder / name).resolve()).as_uri(): path for _, _, name in FACES}


def font_rules(folder: Path) -> str:
    """Return the @font-face rules of our fonts."""
    return "".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; src: url("{address}") }}'
        for (family, weight, _), address in zip(FACES, font_files(folder), strict=True)
    )


def letters(folder: Path) -> frozenset[str]:
    """Return the letters that all our fonts have; a missing one would be set in another font, or not at all."""
    shared = reduce(frozenset.intersection, (_covered(path) for path in font_files(folder).values()))
    return frozenset(filter(is_letter, map(chr, shared)))


def printable(value: Any) -> Any:
    """Normalise every text of a plain value for print. RuleError for letters that our fonts lack.

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
