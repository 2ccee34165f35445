"""What people type or paste, before it is judged. Pure."""

import unicodedata

_MINUS = "\N{MINUS SIGN}"


def plain(text: str) -> str:
    """The same without signs that nobody sees, every dash a hyphen, every run of spaces one space, none at the ends.

    Web pages and word processors put zero-width spaces, direction marks and dashes of their own into what people copy.
    """
    kept = (sign for sign in unicodedata.normalize("NFC", text) if unicodedata.category(sign) != "Cf")
    dashed = ("-" if sign == _MINUS or unicodedata.category(sign) == "Pd" else sign for sign in kept)
    return " ".join("".join(dashed).split())
