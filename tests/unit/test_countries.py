"""Countries as people type them."""

import pytest

from audits.agencies.countries import country_of
from audits.agencies.numbers import country_codes, country_names
from audits.core.languages import LANGUAGES

TYPED = {
    "GB": ["UK", "U.K.", "Groot-Brittannië", "Great Britain", "Engeland", "verenigd koninkrijk", "gb"],
    "US": ["USA", "U.S.A.", "Verenigde Staten", "United States of America"],
    "TR": ["Turkey", "Turkiye", "Türkiye", "TURKIJE"],
    "UA": ["Oekraine", "Oekraïne", "Украина", "Ukraine"],
    "CZ": ["Tsjechie", "Tsjechië", "Czech Republic", "Czechia", "Česko"],
    "MK": ["Noord Macedonië", "Noord-Macedonie", "Macedonië", "North Macedonia"],
    "RS": ["Servie", "Srbija"],
    "CI": ["Ivory Coast", "Ivoorkust", "Cote d'Ivoire", "Côte d’Ivoire"],
    "BA": ["Bosnië", "Bosnië & Herzegovina", "Bosnie en Herzegovina", "Bosnia and Herzegovina"],
    "VN": ["Viet Nam", "Vietnam"],
    "PH": ["Filippijnen", "Filipijnen", "Philippines"],
    "PL": ["Polska", "Polen", "poland"],
    "DE": ["Deutschland", "Duitsland"],
    "BG": ["България", "Bulgarije"],
    "GR": ["Ελλάδα", "Griekenland"],
    "CD": ["Congo - Kinshasa", "Congo Kinshasa"],
}


@pytest.mark.parametrize("code", TYPED)
def test_a_country_is_known_by_what_people_call_it(code):
    assert {typed: country_of(typed) for typed in TYPED[code]} == dict.fromkeys(TYPED[code], code)


@pytest.mark.parametrize("typed", ["", "-", "Utopia", "Congo", "Korea", "Nederlandd"])
def test_what_is_no_country_or_may_be_two_is_unknown(typed):
    assert country_of(typed) is None


def test_every_country_has_its_own_name_in_every_language_and_none_holds_a_comma():
    """The form takes a comma for the end of a name."""
    names = {name: code for language in LANGUAGES for code, name in country_names(language).items()}
    assert {name: country_of(name) for name in names} == names
    assert {code: country_of(code) for code in country_codes()} == {code: code for code in country_codes()}
    assert not any("," in name or ";" in name for name in names)
