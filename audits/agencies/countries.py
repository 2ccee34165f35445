"""Recognise a country in the words that people type for it. Pure."""

import re
from functools import cache

from audits.agencies.numbers import bare, country_codes, country_names
from audits.core.languages import LANGUAGES

# Beside the names of CLDR in the languages of the portal: short and older names, parts that people give for the whole,
# common misspellings, and what countries where agencies recruit call themselves. A name that may be two countries is
# in no row: Congo, Korea.
_ALSO = {
    "AE": "uae, vae, emiraten, emirates", "AL": "shqiperia", "AT": "osterreich",
    "BA": "bosnie, bosnia, bosna i hercegovina",
    "BE": "belgique, belgien", "BG": "българия, bulgariya", "BY": "wit rusland, belarus, беларусь",
    "CH": "schweiz, suisse, svizzera", "CI": "ivory coast", "CV": "cape verde", "CY": "kypros, κυπρος",
    "CZ": "czech republic, tsjechische republiek, cesko, ceska republika", "DE": "deutschland", "DK": "danmark",
    "EE": "eesti", "ES": "espana", "FI": "suomi", "FR": "frankreich",
    "GB": "uk, u k, groot brittannie, great britain, britain, engeland, england, schotland, scotland, wales,"
    " noord ierland, northern ireland",
    "GR": "ellada, hellas, ελλαδα", "HK": "hongkong, hong kong", "HR": "hrvatska", "HU": "magyarorszag",
    "IE": "eire", "IT": "italia", "LT": "lietuva", "LV": "latvija", "MD": "moldavie", "ME": "crna gora",
    "MK": "macedonie, macedonia, makedonija, македонија", "MM": "myanmar, birma, burma", "MO": "macau, macao",
    "NL": "holland, the netherlands", "NO": "norge", "PH": "filippijnen, filipinas, pilipinas", "PL": "polska",
    "PS": "palestina, palestine", "RS": "srbija, србија", "RU": "россия, russische federatie, russian federation",
    "SE": "sverige", "SI": "slovenija", "SK": "slovensko", "SZ": "swaziland", "TL": "oost timor, east timor",
    "TR": "turkey", "UA": "украина, україна", "US": "usa, u s a, u s, amerika, america, verenigde staten van amerika,"
    " united states of america", "VN": "viet nam",
}  # fmt: skip
_SIGNS = re.compile(r"\b(?:and|en|und)\b|[\W_]+")  # with the words that some write for `&`


def country_of(typed: str) -> str | None:
    """Return the code of a country by its code or a name in any language of the portal, however it is spelled."""
    return _names().get(_folded(typed))


@cache
def _names() -> dict[str, str]:
    names = {code.casefold(): code for code in country_codes()}
    names |= {_folded(name): code for code, also in _ALSO.items() for name in also.split(", ")}
    return names | {_folded(name): code for language in LANGUAGES for code, name in country_names(language).items()}


def _folded(name: str) -> str:
    """Return a name in lower case, without accents and signs."""
    return " ".join(_SIGNS.sub(" ", bare(name).casefold()).split())
