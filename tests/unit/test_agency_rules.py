"""The profile of an agency: normalised, or rejected at the right field."""

import itertools
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.agencies import numbers
from audits.agencies.rules import (
    AgencyDetails,
    BranchDetails,
    ContactDetails,
    ControllingPersonDetails,
    ProfileSection,
    clean_branch,
    clean_contact,
    clean_controlling_person,
    clean_details,
    clean_names,
    clean_website,
    missing_sections,
    names_after,
)
from audits.core.errors import RuleError

BARE = AgencyDetails(
    legal_name="Nieuw Werk B.V.",
    country="NL",
    register_number="12345678",
    street="Kade 3",
    postcode="1011 AB",
    city="Amsterdam",
)
WHOLE = replace(
    BARE,
    phone="020 1234567",
    activities=("payrolling",),
    sectors=("care",),
    headcount=12,
    recruitment_countries=("PL",),
    iban="NL91ABNA0417164300",
    account_holder="Nieuw Werk",
)


def test_countries_have_names_in_both_languages_and_no_unions_among_them():
    codes = numbers.country_codes()
    assert {"NL", "PL", "UA", "XK", "GB"} <= codes
    assert not {"EU", "UN", "ZZ", "XA"} & codes
    assert numbers.country_names("nl").keys() == codes
    assert numbers.country_names("nl")["PL"] == "Polen"


@pytest.mark.parametrize("code", ["", "nl ", "XX", "EU", "NLD"])
def test_only_a_country_is_a_country(code):
    if code.strip().upper() == "NL":
        assert numbers.clean_country(code) == "NL"
    else:
        with pytest.raises(RuleError):
            numbers.clean_country(code)


def test_an_iban_is_stored_without_spaces_and_shown_in_groups():
    stored = numbers.clean_iban("nl91 abna 0417 1643 00")
    assert stored == "NL91ABNA0417164300"
    assert numbers.show_iban(stored) == "NL91 ABNA 0417 1643 00"


@given(st.integers(0, 17), st.characters(categories=["Lu", "Nd"], max_codepoint=127))
def test_one_wrong_sign_in_an_iban_is_always_found(place, sign):
    right = "NL91ABNA0417164300"
    wrong = right[:place] + sign + right[place + 1 :]
    if wrong != right:
        with pytest.raises(RuleError):
            numbers.clean_iban(wrong)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("", ""),
        ("www.example.nl", "https://www.example.nl"),
        ("http://example.nl/over?x=1", "http://example.nl/over?x=1"),
        ("https://uitzendbureau-łódź.pl", "https://uitzendbureau-łódź.pl"),
    ],
)
def test_a_website_is_a_web_address(typed, stored):
    assert clean_website(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.nl",
        "https://",
        "https://localhost",
        "https://user@example.nl",
        "https://example.nl:99999",
        "https://example.nl:8080",
        "https://exa mple.nl",
        "https://-a.nl",
        "https://[::1",
        "not a website",
        "https://example.nl/" + "x" * 200,
    ],
)
def test_what_could_run_or_lead_astray_is_no_website(typed):
    with pytest.raises(RuleError) as refusal:
        clean_website(typed)
    assert refusal.value.field == "website"


def test_trade_names_lose_doubles_and_empty_lines():
    assert clean_names([" A  b ", "", "A b", "C"]) == ("A b", "C")
    with pytest.raises(RuleError):
        clean_names(str(number) for number in range(21))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"legal_name": " "}, "legal_name"),
        ({"legal_name": "A\u202eb"}, "legal_name"),
        ({"legal_name": "x" * 626}, "legal_name"),
        ({"trade_names": ("x" * 201,)}, "trade_names"),
        ({"legal_name": "漢字 B.V."}, "legal_name"),
        ({"trade_names": ("Oost", "ქართული")}, "trade_names"),
        ({"street": "→ 1"}, "street"),
        ({"city": "東京"}, "city"),
        ({"country": "XX"}, "country"),
        ({"street": ""}, "street"),
        ({"city": ""}, "city"),
        ({"headcount": -1}, "headcount"),
        ({"headcount": 500_001}, "headcount"),
        ({"own_housing": True, "housing_places": -1}, "housing_places"),
        ({"recruitment_countries": ("PL", "??")}, "country"),
        ({"iban": "NL00"}, "iban"),
        ({"phone": "x"}, "phone"),
    ],
)
def test_wrong_details_are_refused_at_their_field(change, field):
    with pytest.raises(RuleError) as refusal:
        clean_details(replace(BARE, **change))
    assert refusal.value.field == field


def test_places_to_sleep_count_only_with_own_housing():
    assert clean_details(replace(BARE, housing_places=9)).housing_places == 0


def test_cleaning_twice_is_cleaning_once():
    once = clean_details(replace(WHOLE, trade_names=(" a ",), website="x.nl", recruitment_countries=("pl", "NL", "PL")))
    assert clean_details(once) == once
    assert once.recruitment_countries == ("NL", "PL")


def test_a_letter_with_marks_is_one_sign_however_it_was_typed():
    apart = replace(WHOLE, legal_name="Nguye\u0302\u0303n \u0391\u0301", trade_names=("Ame\u0301lie", "Amélie"))
    once = clean_details(apart)
    assert (once.legal_name, once.trade_names) == ("Nguyễn \u0386", ("Amélie",))
    assert clean_details(once) == once


def test_details_survive_the_way_through_plain_values():
    assert AgencyDetails.of(WHOLE.plain() | {"something": "else"}) == WHOLE


def test_every_name_that_an_agency_had_is_a_former_name_and_the_present_one_never():
    former = names_after([], "A", "B")
    assert former == ["A"]
    former = names_after(former, "B", "C")
    assert former == ["A", "B"]
    assert names_after(former, "C", "A") == ["B", "C"]


@given(st.lists(st.sampled_from("ABCD"), min_size=2, max_size=9))
def test_former_names_are_all_names_but_the_last(names):
    former = []
    for old, new in itertools.pairwise(names):
        if old != new:
            former = names_after(former, old, new)
    assert set(former) == set(names) - {names[-1]}
    assert len(former) == len(set(former))


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"phone": ""}, ProfileSection.SEAT),
        ({"activities": ()}, ProfileSection.SCOPE),
        ({"sectors": ()}, ProfileSection.SCOPE),
        ({"headcount": 0}, ProfileSection.WORKERS),
        ({"recruitment_countries": ()}, ProfileSection.WORKERS),
        ({"own_housing": True}, ProfileSection.WORKERS),
        ({"iban": ""}, ProfileSection.BANK),
        ({"account_holder": ""}, ProfileSection.BANK),
    ],
)
def test_a_part_without_its_facts_is_missing(change, part):
    assert missing_sections(replace(WHOLE, **change), controlling_persons=1, contacts=1) == [part]


def test_an_agency_right_after_registration_misses_everything():
    assert missing_sections(BARE, controlling_persons=0, contacts=0) == [
        section for section in ProfileSection if section is not ProfileSection.BRANCHES
    ]
    assert missing_sections(WHOLE, controlling_persons=1, contacts=1) == []


ADA = ControllingPersonDetails(name="Ada Bos", function="director", since=date(2015, 3, 1), share_percent=33.33)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"function": ""}, "function"),
        ({"share_percent": 101}, "share_percent"),
        ({"share_percent": -1}, "share_percent"),
        ({"since": date(2026, 1, 2)}, "since"),
        ({"other_agencies": "x" * 2001}, "other_agencies"),
    ],
)
def test_a_wrong_person_in_control_is_refused_at_the_field(change, field):
    assert clean_controlling_person(ADA, date(2026, 1, 1)) == ADA
    with pytest.raises(RuleError) as refusal:
        clean_controlling_person(replace(ADA, **change), date(2026, 1, 1))
    assert refusal.value.field == field


def test_branches_and_contacts_are_brought_into_form():
    branch = BranchDetails(name=" Venlo ", street="A 1", postcode="5911ab", city="Venlo", country="nl")
    assert clean_branch(branch).postcode == "5911 AB"
    contact = ContactDetails(name="Bo  Vos", function="planner", email=" bo@x.nl ", phone="06 12345678")
    assert (clean_contact(contact).name, clean_contact(contact).email) == ("Bo Vos", "bo@x.nl")
    with pytest.raises(RuleError) as refusal:
        clean_contact(replace(contact, email="bo"))
    assert refusal.value.field == "email"
