"""Say in which province a Dutch town lies. Pure."""

from functools import lru_cache
from importlib.resources import files

from certificates.register.search.folding import words

ABROAD, UNKNOWN = "abroad", "unknown"
PROVINCES = {
    "DR": "Drenthe",
    "FL": "Flevoland",
    "FR": "Friesland",
    "GE": "Gelderland",
    "GR": "Groningen",
    "LI": "Limburg",
    "NB": "Noord-Brabant",
    "NH": "Noord-Holland",
    "OV": "Overijssel",
    "UT": "Utrecht",
    "ZE": "Zeeland",
    "ZH": "Zuid-Holland",
}


def province_of(country: str, city: str) -> str:
    """Return the code of the province; `abroad`, or `unknown` for a name that no province or more than one has."""
    return province_of_towns().get(" ".join(words(city)), UNKNOWN) if country == "NL" else ABROAD


@lru_cache(maxsize=1)
def province_of_towns() -> dict[str, str]:
    """Return the code of the province of every listed town, by its folded name."""
    lines = files("certificates.register").joinpath("places.txt").read_text(encoding="utf-8").splitlines()
    listed = [line.split(": ", 1) for line in lines if not line.startswith("#")]
    return {town: province for province, towns in listed for town in towns.split(", ")}
