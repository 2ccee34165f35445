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
# A number of the European register network (EUID, Implementing Regulation (EU) 2021/1042) begins with the country and
# the code of the court in XJustiz, to which some courts add a letter for their register: DER3306.HRB49263.
_EUID = re.compile(r"^\W*(?:EUID\W*)?DE(?P<code>[A-Z][0-9]{4})[RV]?\.(?P<rest>[^_]*)(?:_[0-9A-Z]+)?\W*$")
_CODES = """
B8534 Stuttgart, B8535 Mannheim, B8536 Freiburg, B8537 Ulm,
D2102 Augsburg, D2201 Deggendorf, D2304 Kempten, D2404 Landshut, D2505 Memmingen, D2601 München, D2803 Passau,
D2910 Traunstein, D3101 Amberg, D3201 Ansbach, D3304 Fürth, D3310 Nürnberg, D3410 Regensburg, D3413 Straubing,
D3508 Weiden, D4102 Aschaffenburg, D4201 Bamberg, D4301 Bayreuth, D4401 Coburg, D4501 Hof, D4608 Schweinfurt,
D4708 Würzburg, D5701 Ingolstadt, F1103 Charlottenburg,
G1103 Cottbus, G1207 Frankfurt/Oder, G1309 Neuruppin, G1312 Potsdam, H1101 Bremen, K1101 Hamburg,
M1103 Darmstadt, M1114 Offenbach, M1201 Frankfurt am Main, M1202 Bad Homburg, M1203 Königstein, M1301 Fulda,
M1305 Bad Hersfeld, M1405 Friedberg, M1406 Gießen, M1502 Hanau, M1602 Eschwege, M1603 Fritzlar, M1607 Kassel,
M1608 Korbach, M1706 Limburg, M1710 Wetzlar, M1809 Marburg, M1906 Wiesbaden,
N1105 Neubrandenburg, N1206 Rostock, N1209 Stralsund, N1308 Schwerin,
P1103 Braunschweig, P2106 Stadthagen, P2204 Göttingen, P2305 Hannover, P2408 Hildesheim, P2507 Lüneburg,
P2613 Tostedt, P2716 Walsrode, P3101 Aurich, P3210 Oldenburg, P3313 Osnabrück,
R1101 Düsseldorf, R1102 Neuss, R1202 Duisburg, R1304 Kleve, R1402 Krefeld, R1504 Mönchengladbach, R1608 Wuppertal,
R1901 Arnsberg, R2101 Bielefeld, R2103 Gütersloh, R2108 Bad Oeynhausen, R2201 Bochum, R2204 Recklinghausen,
R2307 Lemgo, R2402 Dortmund, R2404 Hamm, R2503 Essen, R2507 Gelsenkirchen, R2602 Hagen, R2604 Iserlohn,
R2706 Steinfurt, R2707 Coesfeld, R2713 Münster, R2809 Paderborn, R2909 Siegen, R3101 Aachen, R3103 Düren, R3201 Bonn,
R3208 Siegburg, R3306 Köln,
T2101 Bad Kreuznach, T2210 Koblenz, T2214 Montabaur, T2304 Mainz, T2408 Wittlich, T3104 Ludwigshafen,
T3201 Kaiserslautern, T3304 Landau, T3403 Zweibrücken,
V1102 Homburg, V1103 Lebach, V1104 Merzig, V1105 Neunkirchen, V1107 Ottweiler, V1109 Saarbrücken, V1110 Saarlouis,
V1111 St. Ingbert, V1112 St. Wendel, V1115 Völklingen, U1104 Dresden, U1206 Chemnitz, U1308 Leipzig, W1215 Stendal,
X1112 Flensburg, X1321 Pinneberg, X1517 Kiel, X1721 Lübeck, Y1206 Jena
"""
_UMLAUTS = str.maketrans({"Ä": "AE", "Ö": "OE", "Ü": "UE"})


def compact(number: str) -> str:
    """Return the number as `KOLN-HRB-12345`: court, section, number, and the letters that some courts put behind it.

    The result holds only letters, digits and hyphens, because it becomes part of an address. Raises `ValidationError`
    of stdnum when the number is wrong.
    """
    number = _with_court(number.upper())  # ß becomes SS
    found = _ENTRY.search(number)
    if found is None:
        raise InvalidFormat
    court, suffix = _court_and_suffix(number[: found.start()], found["rest"])
    if court == _BERLIN and suffix == "B":  # Every number of this court has it, and half of the documents leave it out.
        suffix = ""
    section, digits = re.sub(r"\W", "", found["section"]), re.sub(r"\D", "", found["number"])
    return "-".join(filter(None, (court, section, digits, suffix)))


def _with_court(number: str) -> str:
    """Return a European number with the name of the court instead of its code; any other number as it is."""
    european = _EUID.match(number)
    if european is None:
        return number
    if european["code"] not in _BY_CODE:
        raise InvalidComponent
    return f"{_BY_CODE[european['code']]} {european['rest']}"


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
_BY_CODE: Mapping[str, str] = dict(each.split(maxsplit=1) for each in _CODES.upper().split(","))
