"""What links agencies: keys of traces that are equal for spellings of the same, and what signs weigh."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.links.rules import MANY, REPORTED_FROM, WEIGHTS, Sign, compare, rarity, total
from audits.links.traces import TraceKind, traces_of

NOTHING = {
    "legal_name": "",
    "trade_names": [],
    "former_names": [],
    "street": "",
    "city": "",
    "phone": "",
    "website": "",
    "iban": "",
    "branches": [],
    "controlling_persons": [],
    "contacts": [],
}


def traces(**facts):
    return traces_of(NOTHING | facts, b"key")


def keys(kind, **facts):
    return {trace.key for trace in traces(**facts) if trace.kind is kind}


def persons(name):
    return keys(TraceKind.PERSON, controlling_persons=[{"name": name}])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Олег Ковальчук", "Oleg Kowalczuk"),
        ("Piotr Nowak", "Nowak Piotr"),
        ("Łukasz Wójcik", "Lukasz Wojcik"),
        ("Jan van den Berg", "Jan Berg"),
        ("D'Angelo Rossi", "DAngelo Rossi"),
        ("Anna Kowalska", "Anna Kowalski"),
        ("Yuriy Petrov", "Юрий Петров"),
        ("Müller Hans", "Mueller Hans"),
    ],
)
def test_spellings_of_a_person_have_one_key(one, other):
    assert persons(one) == persons(other) != set()


@pytest.mark.parametrize(("one", "other"), [("Jan Bakker", "Jan Visser"), ("Jan Bakker", "Piet Bakker")])
def test_other_people_have_other_keys(one, other):
    assert persons(one) != persons(other)


def test_a_brother_has_the_same_family_name_and_a_woman_its_other_form():
    found = [
        keys(TraceKind.FAMILY, controlling_persons=[{"name": name}]) for name in ("Jan Nowakowski", "Ewa Nowakowska")
    ]
    assert found[0] == found[1] == {"novakovski"}


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        (TraceKind.PHONE, {"phone": "+31 6 12345678"}, {"phone": "06-12 34 56 78"}),
        (TraceKind.DOMAIN, {"website": "https://www.avondzon.nl/over"}, {"website": "http://avondzon.nl"}),
        (TraceKind.NAME, {"legal_name": "Avondzon Uitzendbureau B.V."}, {"trade_names": ["Avond-zon Personeel"]}),
        (TraceKind.ADDRESS, {"street": "Havenkade 41", "city": "Breda"}, {"street": "HAVENKADE  41", "city": "breda"}),
        (TraceKind.BANK, {"iban": "NL91ABNA0417164300"}, {"iban": "NL91ABNA0417164300"}),
    ],
)
def test_spellings_of_one_thing_have_one_key(kind, one, other):
    assert keys(kind, **one) == keys(kind, **other) != set()


def test_mail_of_a_public_provider_leaves_no_domain():
    contact = {"name": "Bo Vos", "email": "Bo+work@gmail.com", "phone": ""}
    assert keys(TraceKind.DOMAIN, contacts=[contact]) == set()
    assert keys(TraceKind.MAIL, contacts=[contact]) == {"bo@gmail.com"}


def test_a_bank_account_is_only_there_as_a_keyed_hash():
    [trace] = traces(iban="NL91ABNA0417164300")
    assert "0417164300" not in trace.key + trace.shown
    assert trace.key != next(iter(traces_of(NOTHING | {"iban": "NL91ABNA0417164300"}, b"other"))).key


@given(st.text(), st.text(), st.text())
def test_any_text_leaves_traces_or_none_but_never_an_error(name, street, phone):
    people = [{"name": name}]
    for trace in traces(
        legal_name=name, street=street, city=name, phone=phone, website=street, controlling_persons=people
    ):
        assert trace.key


def test_a_few_doors_apart_weighs_and_many_doors_do_not():
    def weight(number):
        mine, theirs = traces(street="Kade 41", city="Breda"), traces(street=f"Kade {number}", city="Breda")
        return {hit.sign: hit.weight for hit in compare(mine, theirs, {})}

    assert weight(41) == {Sign.SAME_ADDRESS: 3}
    assert weight(35) == {Sign.NEAR_DOOR: 2}
    assert weight(61) == {}


def test_what_many_share_weighs_nothing_and_a_name_keeps_a_quarter():
    mine = traces(phone="06 12345678", controlling_persons=[{"name": "Jan Bakker"}])
    many = {(trace.kind, trace.key): MANY for trace in mine}
    assert {hit.sign: hit.weight for hit in compare(mine, mine, {})} == {Sign.SAME_PHONE: 4, Sign.SAME_PERSON: 4}
    assert [hit.sign for hit in compare(mine, mine, many)] == [Sign.SAME_FAMILY]
    assert (rarity(2), rarity(3), rarity(MANY)) == (1.0, 0.5, 0.0)


def test_one_thing_counts_once_and_two_things_together_more():
    facts = {"legal_name": "Avondzon", "controlling_persons": [{"name": "Jan Bakker"}]}
    signs = [hit.sign for hit in compare(traces(**facts), traces(**facts), {})]
    assert signs == [Sign.SAME_PERSON, Sign.SAME_NAME]
    assert total([4, 3]) == 8
    assert total([]) == 0


def test_no_sign_but_a_person_a_number_or_an_account_is_reported_alone():
    alone = {sign for sign, weight in WEIGHTS.items() if total([weight]) >= REPORTED_FROM}
    assert alone == {Sign.SAME_BANK, Sign.SAME_PERSON, Sign.SAME_PHONE, Sign.SAME_MAIL}
