"""Passwords, addresses and the way back after signing in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.core.errors import RuleError
from audits.people.rules import clean_name
from portal.doors.account.rules import check_password, own_path
from portal.web.addresses import address_group

WHO = {"name": "Marieke van den Berg", "email": "m.vandenberg@zuiderzon.nl"}


@pytest.mark.parametrize(
    "password",
    [
        "vier gele fietsen zingen",
        "тихая река под снегом",
        "9482716350812745",
        "correct-paard-batterij",
        "fietsen langs de vliet",
        "Amsterdam, vaak regen",
        "q" * 5 + "xyzwvutsrqa",
    ],
)
def test_a_password_that_nobody_else_has_is_fine_whatever_it_is_made_of(password):
    check_password(password, **WHO)


@pytest.mark.parametrize(
    "password",
    [
        "kort en goed",
        "x" * 201,
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "123456789012",
        "987654321098",
        "Welkom2024!!!!",
        "Wachtwoord-123",
        "PASSWORD12345",
        "Amsterdam2026!",
        "liverpool123",
        "Den Haag 2026",
        "P@ssw0rd!2026",
        "W3lk0m-123456",
        "Zaterdag-0712",
        "111111111112",
        "1212121212334",
        "marieke fietst graag",
        "mijn vandenberg woord",
        "m.vandenberg@zuiderzon.nl",
    ],
)
def test_a_password_that_is_short_or_easily_guessed_is_refused(password):
    if password == "kort en goed":
        password = password[:11]
    with pytest.raises(RuleError) as refusal:
        check_password(password, **WHO)
    assert refusal.value.field == "password"


@pytest.mark.parametrize("target", ["/agency/", "/office/audits/1?tab=findings", "/login?next=/x", "/a//b"])
def test_a_way_back_on_this_site_is_kept(target):
    assert own_path(target) == target


@pytest.mark.parametrize(
    "target",
    [
        "",
        None,
        "agency",
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/a\nb",
        "///evil.example",
        "javascript:alert(1)",
        "/ok\r\nSet-Cookie: a=b",
    ],
)
def test_a_way_back_that_leads_elsewhere_is_dropped(target):
    assert own_path(target) is None


@given(st.text())
def test_a_kept_way_back_always_begins_on_this_site(target):
    kept = own_path(target)
    assert kept is None or (kept[0] == "/" and kept[:2] not in {"//", "/\\"})


@pytest.mark.parametrize(
    ("address", "group"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        (None, ""),
        ("unix", ""),
    ],
)
def test_one_household_is_one_address(address, group):
    assert address_group(address) == group


def test_a_name_stands_on_one_line():
    assert clean_name("  Jan \n de\tVries ") == "Jan de Vries"
    for name in ("", "  ", "Jan\0", "x" * 121):
        with pytest.raises(RuleError):
            clean_name(name)
