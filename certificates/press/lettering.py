"""Our typefaces: which files, which letters they hold, and what becomes of a text with others."""

import re
import unicodedata
from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont

FACES = (
    ("Source Sans 3", 400, "SourceSans3-Regular.ttf"),
    ("Source Sans 3", 600, "SourceSans3-Semibold.ttf"),
    ("Source Serif 4", 400, "SourceSerif4-Regular.ttf"),
    ("Source Serif 4", 600, "SourceSerif4-Semibold.ttf"),
)
"""Family, weight, file."""

UNPRINTABLE = "?"
_BLANKS = {"\t": " ", "\u202f": "\u00a0", "\u2011": "-", "\u2028": "\n", "\u2029": "\n"}


def font_files(folder: Path) -> dict[str, Path]:
    """The address of every face as the style sheet names it -> its file."""
    return {(path := (folder / name).resolve()).as_uri(): path for _, _, name in FACES}


def font_rules(folder: Path) -> str:
    """The @font-face rules that make our faces known."""
    return "".join(
        f'@font-face {{ font-family: "{family}"; font-weight: {weight}; src: url("{address}") }}'
        for (family, weight, _), address in zip(FACES, font_files(folder), strict=True)
    )


class Lettering:
    """What our four faces can print between them: letters that one of them lacks would be set in a stranger's face."""

    def __init__(self, folder: Path) -> None:
        self._letters = reduce(frozenset.intersection, (_letters(path) for path in font_files(folder).values()))
        # Nearly every text is made of letters that stay as they are: those need no second look.
        self._plain = re.compile(f"[{re.escape(''.join(filter(_stays, map(chr, self._letters))))}\n]*")

    def printable(self, value: Any) -> Any:
        """The same plain value with every text in letters that we have.

        A letter with marks that we lack loses its last mark, and what is left after that becomes a question mark:
        PDF/A forbids a letter without a shape. Control characters and those that reverse the reading order are left
        out. The document's attachment keeps the text as it was.
        """
        match value:
            case str():
                return value if self._plain.fullmatch(value) else "".join(self._spelled(value))
            case dict():
                return {key: self.printable(item) for key, item in value.items()}
            case list() | tuple():
                return [self.printable(item) for item in value]
            case None | bool() | int() | float():
                return value
            case _:
                raise TypeError(f"a printed fact is a plain value, not {type(value).__name__}")

    def _spelled(self, text: str) -> Iterator[str]:
        for letter in unicodedata.normalize("NFC", text.replace("\r\n", "\n")):
            plain = _BLANKS.get(letter, letter)
            if plain == "\n":
                yield plain
            elif unicodedata.category(plain) not in {"Cc", "Cf", "Cs"}:
                yield plain if ord(plain) in self._letters else self._nearest(plain)

    def _nearest(self, letter: str) -> str:
        parts = unicodedata.normalize("NFKD", letter)
        while parts:
            known = unicodedata.normalize("NFC", parts)
            if all(ord(part) in self._letters for part in known):
                return known
            parts = parts[:-1] if unicodedata.combining(parts[-1]) else ""
        return "" if unicodedata.combining(letter) else UNPRINTABLE


def _stays(letter: str) -> bool:
    """Whether a letter is printed as it is, whatever stands next to it."""
    kind = unicodedata.category(letter)
    alone = kind[0] != "M" and kind not in {"Cc", "Cf", "Cs"}
    return alone and letter not in _BLANKS and unicodedata.normalize("NFC", letter) == letter


def _letters(path: Path) -> frozenset[int]:
    with TTFont(path, lazy=True) as font:
        return frozenset(font.getBestCmap())
