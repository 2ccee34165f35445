"""Which letters our documents can be printed in, and what to say of a text that holds others. Pure.

The list comes from the fonts of the press: `bin/build-assets --letters` writes it, a test compares it with them.
"""

import json
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from audits.core.errors import RuleError

_LISTED = Path(__file__).with_name("letters.json")
_MOST_NAMED = 10

# Other codes for signs that we have: people see no difference.
_SAME = {
    **dict.fromkeys("\t\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u200a\u205f\u3000", " "),
    "\u202f": "\u00a0",
    **dict.fromkeys("\u2028\u2029", "\n"),
    **dict.fromkeys("\u2010\u2011", "-"),
    **dict(zip("\u02bb\u02bc\u2215", "\u2018\u2019\u2044", strict=True)),
    **{each: unicodedata.normalize("NFKC", each) for each in "\u0132\u0133\ufb00\ufb01\ufb02\ufb03\ufb04\ufb06"},
}
_SAME_CODES = str.maketrans(_SAME)
# Marks for machines and for the direction of reading: nobody sees them.
_UNSEEN = re.compile(
    "[\0-\x09\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufe0e\ufe0f\ufeff]"
)


def _listed() -> Iterator[str]:
    for span in json.loads(_LISTED.read_text(encoding="ascii"))["letters"]:
        first, _, last = span.partition("-")
        yield from map(chr, range(int(first, 16), int(last or first, 16) + 1))


LETTERS = frozenset(_listed())
"""What every face of the press has, as composed letters (Unicode NFC); a mark by itself is none."""

# Nearly every text is made of these alone and needs no second look.
_PLAIN = re.compile(f"[{re.escape(''.join(sorted(LETTERS)))}\n]*")


def spelled(text: str) -> str:
    """The text as it is printed: in composed letters, with one code for each sign, without what nobody sees."""
    return text if _PLAIN.fullmatch(text) else _spelled(text)


def is_letter(sign: str) -> bool:
    """Whether a character of a font belongs in the list: it stands by itself and is printed as it is."""
    return unicodedata.category(sign)[0] not in "MC" and _spelled(sign) == sign


def check_printable(value: Any, field: str | None = None) -> None:
    """RuleError at `field`, with the letters, unless every text in this plain value can be printed as it was typed."""
    if complaint := not_printed(value, field):
        raise complaint


def not_printed(value: Any, field: str | None = None) -> RuleError | None:
    """The same complaint, for who collects them."""
    letters = unprintable(value)
    if not letters:
        return None
    return RuleError(
        "We cannot print these characters: %(letters)s. Use Latin, Greek or Cyrillic letters and ordinary signs.",
        field,
        letters=letters,
    )


def unprintable(value: Any) -> str:
    """The letters in a plain value that we cannot print, as a sentence lists them; empty when there are none."""
    found = list(dict.fromkeys(letter for text in _texts(value) for letter in _strange(text)))
    return " ".join(found[:_MOST_NAMED]) + (" …" if len(found) > _MOST_NAMED else "")


def _spelled(text: str) -> str:
    composed = unicodedata.normalize("NFC", text.replace("\r\n", "\n"))
    return _UNSEEN.sub("", composed.translate(_SAME_CODES))


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            yield from _texts(list(value.values()))
        case list() | tuple():
            for each in value:
                yield from _texts(each)
        case _:
            pass


def _strange(text: str) -> Iterator[str]:
    """The letters that we lack, each with its marks."""
    if not _PLAIN.fullmatch(text):
        yield from (_named(each) for each in _clusters(spelled(text)) if not _PLAIN.fullmatch(each))


def _clusters(text: str) -> Iterator[str]:
    """The letters of a text, each with the marks that follow it."""
    cluster = ""
    for sign in text:
        if cluster and unicodedata.category(sign)[0] != "M":
            yield cluster
            cluster = ""
        cluster += sign
    if cluster:
        yield cluster


def _named(cluster: str) -> str:
    """A letter as people can recognise it: a mark by itself on a circle, what cannot be shown by its number."""
    if not cluster.isprintable():
        return " ".join(f"U+{ord(sign):04X}" for sign in cluster)
    return f"\u25cc{cluster}" if unicodedata.category(cluster[0])[0] == "M" else cluster
