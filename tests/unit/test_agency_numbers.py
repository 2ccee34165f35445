"""Bank accounts and postcodes: accepted spellings, and idempotent normalisation."""

import re
from contextlib import suppress
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_97_10

from audits.agencies import numbers
from audits.core.errors import RuleError

# What the registry of the standard says of each country: how many signs of which kind.
STRUCTURES = dict(
    re.findall(r'^([A-Z]{2}) .*bban="([^"]+)"', files("stdnum").joinpath("iban.dat").read_text(), re.MULTILINE)
)
KINDS = {"n": "0123456789", "a": "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "c": "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"}


@st.composite
def ibans(draw, country=None):
    """Return an account number of the right form and check digits, of a bank that may not exist."""
    country = country or draw(st.sampled_from(sorted(STRUCTURES)))
    parts = re.findall(r"([0-9]+)!([nac])", STRUCTURES[country])
    account = "".join(draw(st.text(KINDS[kind], min_size=int(size), max_size=int(size))) for size, kind in parts)
    return country + mod_97_10.calc_check_digits(account + country) + account


@given(ibans(), st.sampled_from(["", "IBAN ", "IBAN: ", "\u200b", "Rekeningnummer: "]))
def test_form_and_check_digits_decide_in_every_country(iban, label):
    assert numbers.clean_iban(iban) == iban
    assert numbers.clean_iban(label + numbers.show_iban(iban).lower()) == iban


@pytest.mark.parametrize("country", sorted(STRUCTURES))
def test_every_country_of_the_standard_has_accounts(country):
    account = "".join(KINDS[kind][0] * int(size) for size, kind in re.findall("([0-9]+)!([nac])", STRUCTURES[country]))
    iban = country + mod_97_10.calc_check_digits(account + country) + account
    assert numbers.clean_iban(iban) == iban


@pytest.mark.parametrize(
    "typed",
    [
        "BE68 5390 0754 7034",  # the example of the standard, of a bank that no table knows
        "BE68.5390.0754.7034",
        "NO93 8601 1117 947",
        "ES91 2100 0418 4502 0005 1332",
        "XX83 1234 5678 9012 3456",  # a country that joins later
    ],
)
def test_no_table_of_banks_or_countries_refuses_an_account(typed):
    assert numbers.clean_iban(typed) == re.sub(r"[ .]", "", typed)


@pytest.mark.parametrize(
    "typed",
    [
        "", "NL91", "NL91ABNA0417164301", "NL91 ABNA 0417 1643", "BE68539007547035", "DE89370400440532013000X",
        "XX00123456789012345", "NL91ABNA0417164300 BIC ABNANL2A", "NL91ABNA041716430０", "4171643 00",
    ],
)  # fmt: skip
def test_a_wrong_account_is_refused_at_its_field(typed):
    with pytest.raises(RuleError) as refusal:
        numbers.clean_iban(typed)
    assert refusal.value.field == "iban"


@pytest.mark.parametrize(("right", "other"), [("02", "99"), ("97", "00"), ("98", "01")])
def test_check_digits_that_the_standard_never_gives_are_refused(right, other):
    """They run from 02 to 98; the other one leaves the same rest."""
    accounts = (f"ABNA{number:010d}" for number in range(1000))
    account = next(each for each in accounts if mod_97_10.calc_check_digits(each + "NL") == right)
    assert numbers.clean_iban(f"NL{right}{account}")
    mod_97_10.validate(f"{account}NL{other}")
    with pytest.raises(RuleError):
        numbers.clean_iban(f"NL{other}{account}")


@pytest.mark.parametrize(
    ("country", "typed", "stored"),
    [
        ("NL", "1011ab", "1011 AB"),
        ("NL", "NL-1011 AB\u200b", "1011 AB"),
        ("PL", "00-950", "00-950"),
        ("PL", "00\u2013950", "00-950"),
        ("GB", " sw1a  1aa ", "SW1A 1AA"),
        ("LV", "LV-1010", "LV-1010"),
        ("CW", "", ""),
        ("SX", "-", ""),
        ("HK", "000000", ""),
        ("AE", "n/a", ""),
        ("SR", "geen", ""),
        ("BQ", "n.v.t.", ""),
        ("CO", "110111", "110111"),  # one that has them in part keeps what was entered
    ],
)
def test_a_postcode_has_one_form_and_is_empty_where_there_is_none(country, typed, stored):
    assert numbers.clean_postcode(country, typed) == stored
    assert numbers.clean_postcode(country, stored) == stored


@pytest.mark.parametrize(
    ("country", "typed"),
    [
        ("NL", "0999 AB"),
        ("NL", "1011"),
        ("NL", ""),
        ("BE", ""),
        ("BE", "-"),
        ("BE", "<1000>"),
        ("DE", "geen?"),
        ("CW", "?!"),
    ],
)
def test_a_wrong_postcode_is_refused(country, typed):
    with pytest.raises(RuleError) as refusal:
        numbers.clean_postcode(country, typed)
    assert refusal.value.field == "postcode"


CODES = st.one_of(
    st.text(max_size=14),
    st.text(st.sampled_from("0123456789ABab -\u2013\u200b"), max_size=12),
    st.from_regex("[1-9][0-9]{3} ?[A-Za-z]{2}", fullmatch=True),
)


@given(st.sampled_from(sorted(numbers.country_codes())), CODES)
def test_a_stored_postcode_stays(country, typed):
    with suppress(RuleError):
        stored = numbers.clean_postcode(country, typed)
        assert numbers.clean_postcode(country, stored) == stored


@given(st.one_of(st.text(max_size=40), ibans()))
def test_a_stored_account_stays(typed):
    with suppress(RuleError):
        assert numbers.clean_iban(numbers.clean_iban(typed)) == numbers.clean_iban(typed)
