"""Pasted text loses invisible characters."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.core import typed
from audits.core.errors import RuleError


@pytest.mark.parametrize(
    ("pasted", "kept"),
    [
        ("\u200b12345678\ufeff", "12345678"),
        ("\u202a06\u201112345678\u202c", "06-12345678"),
        ("071 – 123 — 45", "071 - 123 - 45"),
        ("\u22125", "-5"),
        (" a\u00a0\u2009b\n\tc ", "a b c"),
        ("soft\u00adhyphen", "softhyphen"),
        ("Cafe\u0301", "Café"),
        ("12_34", "12_34"),
    ],
)
def test_unseen_signs_go_and_dashes_and_spaces_become_plain(pasted, kept):
    assert typed.plain(pasted) == kept


@given(st.text())
def test_plain_text_stays_plain(text):
    assert typed.plain(typed.plain(text)) == typed.plain(text)


@given(st.text(st.sampled_from(" \t\n\u00a0\u200b\u2060\u202eab-")) | st.text())
def test_a_text_is_blank_if_nothing_of_it_is_kept(text):
    assert typed.is_blank(text) == (typed.plain(text) == "")


@pytest.mark.parametrize("email", ["a@b.nl", "jan.de-vries+keur@uitzend.example.org"])
@pytest.mark.parametrize(
    "pasted", ["{}", "  {} ", "{}\u200b", "\u202a{}\u202c", "<{}>", "mailto:{}", "{},", "{};", "{}.", "\ufeff{}"]
)
def test_an_address_is_kept_without_what_was_pasted_with_it(email, pasted):
    assert typed.clean_email(pasted.format(email)) == email


@pytest.mark.parametrize(
    "email",
    [
        "",
        "jan",
        "jan@b",
        "a b@c.nl",
        "jan@b.nl\nBcc: x@y.nl",
        "Jan <jan@b.nl>",
        "Jan<jan@b.nl>",
        "<a@b.nl>, <c@d.nl>",
        "a@b.nl,c@d.nl",
        "jan@b..nl",
        "ján@b.nl",
        "a\0@b.nl",
        "a" * 65 + "@b.nl",
        "a@" + "b" * 250 + ".nl",
    ],
)
def test_what_is_no_single_address_is_refused(email):
    with pytest.raises(RuleError):
        typed.clean_email(email)


@given(st.one_of(st.text(max_size=40), st.from_regex(r"[<a-c.]{1,4}@[a-c.]{1,6}[>,;\u200b]{0,2}", fullmatch=True)))
def test_a_kept_address_stays(text):
    with suppress(RuleError):
        assert typed.clean_email(typed.clean_email(text)) == typed.clean_email(text)


@pytest.mark.parametrize(
    ("number", "kept"),
    [
        ("020 123 4567", "020 123 4567"),
        ("+31 (0)20 123.45.67", "+31 (0)20 123.45.67"),
        ("06-12345678", "06-12345678"),
        ("06\u201112345678", "06-12345678"),
        ("(020) 123 45 67", "(020) 123 45 67"),
        ("071 – 123 45 67", "071 - 123 45 67"),
        ("020 1234567 ext. 12", "020 1234567 ext. 12"),
        ("020 1234567, toestel 12", "020 1234567, toestel 12"),
        ("020 1234567 x12", "020 1234567 x12"),
        ("Tel. 020 1234567", "020 1234567"),
        ("T: +31 20 1234567", "+31 20 1234567"),
        ("\u202a+31 6 12345678\u202c", "+31 6 12345678"),
        ("0031 (0)20 123 45 67", "0031 (0)20 123 45 67"),
        ("+(48) 22 123 45 67", "+(48) 22 123 45 67"),
        ("020/1234567", "020/1234567"),
        ("(+599) 9 123 45 67", "(+599) 9 123 45 67"),
    ],
)
def test_a_telephone_number_is_kept_as_people_write_it(number, kept):
    assert typed.clean_phone(number) == kept
    assert typed.clean_phone(kept) == kept


@pytest.mark.parametrize(
    "number",
    [
        "",
        "bel maar",
        "112",
        "1" * 40,
        "+",
        "()",
        "020 1234567 vraag naar Jan",
        "020 1234567 / 06 12345678",
        "+31+20123456",
    ],
)
def test_other_things_are_no_telephone_number(number):
    with pytest.raises(RuleError) as refusal:
        typed.clean_phone(number)
    assert refusal.value.field == "phone"


@given(st.text(st.sampled_from("+() .-/0123456789,extTl:\u200b\u2013"), max_size=45))
def test_a_kept_telephone_number_stays(text):
    with suppress(RuleError):
        assert typed.clean_phone(typed.clean_phone(text)) == typed.clean_phone(text)
