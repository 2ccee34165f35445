"""Normalise the number of a German business: court, section and number, in any order and spelling. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Mapping

from stdnum.de.handelsregisternummer import GERMAN_COURTS
from stdnum.exceptions import InvalidComponent, InvalidFormat

# HRA and HRB, and the registers of cooperatives, companies of civil law (since 2024), partnerships and associations.
_ENTRY = re.compile(
    r"(?P<section>H\W?R\W?[AB]|GNR|GSR|PR|VR)(?:\W*(?:NR|NUMMER|NO)\b)?\W*"
    r"0*(?P<number>[1-9][0-9]{0,2}[ .]?[0-9]{3}|[1-9][0-9]{0,5})(?![0-9])(?P<rest>.*)"
)
_SUFFIX = re.compile(r"\W*(?P<suffix>[A-Z]{1,3})\b(?P<rest>.*)")
# Words that stand around the name of a court.
_LABELS = re.compile(
    r"^\W*IM\b|\b(?:AMTSGERICHTS?|AG|REGISTERGERICHTS?|HANDELSREGISTER(?:S|NUMMER|BLATT)?|REGISTER(?:NUMMER|BLATT)?"
    r"|BEIM?|DES|UNTER|SITZ|EINGETRAGEN)\b"
)
# Where a town lies: `im Breisgau`, `a. d. Lahn`, `(Saar)`.
_WHERE = re.compile(r"(?<=\w)(?:\W+(?:A|AM|AN|I|IM|IN|V|VOR)\b|\W*[(/]).*")
_BERLIN = "BERLIN-CHARLOTTENBURG"
# Two towns are called Frankfurt, so the suffix is needed; a few towns are also written by an English name.
_MORE_NAMES = {
    "FRANKFURT-AM-MAIN": ("Frankfurt Main", "Frankfurt M", "Frankfurt a M", "Frankfurt a Main"),
    "FRANKFURT-ODER": ("Frankfurt O", "Frankfurt a O", "Frankfurt a d Oder", "Frankfurt an der Oder"),
    "OFFENBACH-AM-MAIN": ("Offenbach",),
    _BERLIN: ("Charlottenburg",),
    "BAD-HOMBURG-V-D-H": ("Bad Homburg",),
    "LUDWIGSHAFEN-A-RHEIN-LUDWIGSHAFEN": ("Ludwigshafen",),
    "ST-INGBERT-ST-INGBERT": ("Sankt Ingbert",),
    "ST-WENDEL-ST-WENDEL": ("Sankt Wendel",),
    "WEIDEN-I-D-OPF": ("Weiden",),
    "KOLN": ("Cologne", "Keulen"),
    "MUNCHEN": ("Munich",),
    "NURNBERG": ("Nuremberg", "Neurenberg"),
    "HANNOVER": ("Hanover",),
}
_UMLAUTS = str.maketrans({"Ä": "AE", "Ö": "OE", "Ü": "UE"})


def compact(number: str) -> str:
    """Return the number as `KOLN-HRB-12345`: court, section, number, and the letters that some courts put behind it.

    The result holds only letters, digits and hyphens, because it becomes part of an address. Raises `ValidationError`
    of stdnum when the number is wrong.
    """
    number = number.upper()  # ß becomes SS
    found = _ENTRY.search(number)
    if found is None:
        raise InvalidFormat
    court, suffix = _court_and_suffix(number[: found.start()], found["rest"])
    if court == _BERLIN and suffix == "B":  # Every number of this court has it, and half of the documents leave it out.
        suffix = ""
    section, digits = re.sub(r"\W", "", found["section"]), re.sub(r"\D", "", found["number"])
    return "-".join(filter(None, (court, section, digits, suffix)))


def _court_and_suffix(before: str, behind: str) -> tuple[str, str]:
    """Return the court and the letters behind the number; the court may stand before the section or at the end."""
    before, behind = _LABELS.sub(" ", before), _LABELS.sub(" ", behind)
    suffixed = _SUFFIX.fullmatch(behind)
    if _key(before):
        rest = suffixed["rest"] if suffixed else behind
        if _key(rest):
            raise InvalidFormat
        return _court(before), suffixed["suffix"] if suffixed else ""
    try:
        return _court(behind), ""
    except InvalidComponent:
        if suffixed is None:
            raise
        return _court(suffixed["rest"]), suffixed["suffix"]


def _court(name: str) -> str:
    """Return the name of a court as it is stored; InvalidComponent if no court is called so."""
    for each in (name, _WHERE.sub("", name)):
        if found := _COURTS.get(_key(each)):
            return found
    raise InvalidComponent


def _key(name: str) -> str:
    """Reduce a name to plain letters and digits, for comparison."""
    return re.sub("[^A-Z0-9]", "", _bare(name))


def _bare(text: str) -> str:
    """Remove the accents of a text."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))


def _names() -> Iterator[tuple[str, str]]:
    """Yield every spelling of a court with the name under which it is stored."""
    for court in GERMAN_COURTS:
        stored = re.sub("[^A-Z0-9]+", "-", _bare(court.upper())).strip("-")
        for name in (court, re.sub(r"\(.*\)", "", court), *_MORE_NAMES.get(stored, ())):
            for spelled in (name.upper(), name.upper().translate(_UMLAUTS)):
                yield _key(spelled), stored


_COURTS: Mapping[str, str] = dict(_names())
