"""Normalise text that people type or paste, before it is validated. Pure."""

import re
import unicodedata

from audits.core.errors import RuleError

LONGEST_EMAIL = 254
LONGEST_PHONE = 40

# Exactly one address: no spaces, no display name, no line break that could inject a mail header.
_EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
# At least six digits, so not 112; at most 18: fifteen (E.164), plus 00 in front and (0) in the middle.
_PHONE = re.compile(
    r"\(?\+?[ (]*(?:[0-9][ ()/.-]*){6,18}(?:(?:,? ?(?:ext|tst|toestel|intern|x|#)[ .:]*)[0-9]{1,6})?", re.IGNORECASE
)
_PHONE_LABEL = re.compile(
    r"^(?:tel|telefoon|telefoonnummer|phone|mob|mobiel|mobile|gsm|t|m)[ .:]+(?=[+(0-9])", re.IGNORECASE
)
_MINUS = "\N{MINUS SIGN}"


def plain(text: str) -> str:
    """Remove invisible characters, turn every dash into a hyphen and every run of spaces into one, and trim.

    Text copied from web pages and word processors contains zero-width spaces, direction marks and special dashes.
    """
    if text.isascii():  # nothing in it is invisible, or another dash
        return " ".join(text.split())
    kept = (sign for sign in unicodedata.normalize("NFC", text) if unicodedata.category(sign) != "Cf")
    dashed = ("-" if sign == _MINUS or unicodedata.category(sign) == "Pd" else sign for sign in kept)
    return " ".join("".join(dashed).split())


def is_blank(text: str) -> bool:
    """Return whether there is nothing to see in a text: space, and signs without a shape. Stops at the first sign."""
    return all(sign.isspace() or unicodedata.category(sign) == "Cf" for sign in text)


def tidy(text: str) -> str:
    """Return a text of several lines as it is kept: line ends as one character, as browsers count, no space around."""
    return text.replace("\r\n", "\n").strip()


def clean_email(email: str) -> str:
    """Return the address without a display name or `mailto:`. RuleError at `email` if it is no single address."""
    email = plain(email).strip("<>,;. ").removeprefix("mailto:")
    if len(email) > LONGEST_EMAIL or not _EMAIL.fullmatch(email):
        raise RuleError("Enter an e-mail address in the right form, like name@example.nl.", "email")
    return email


def clean_phone(number: str) -> str:
    """Return a telephone number as written, perhaps with an extension. RuleError at `phone`."""
    number = _PHONE_LABEL.sub("", plain(number))
    if len(number) > LONGEST_PHONE or not _PHONE.fullmatch(number):
        raise RuleError("Enter a telephone number, like 020 123 4567 or +31 20 123 4567.", "phone")
    return number
