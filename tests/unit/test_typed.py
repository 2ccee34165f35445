"""What is pasted loses what nobody sees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audits.core import typed


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
