"""Writing a value costs less than in Jinja, and comes to the same."""

import flask
import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import pass_context
from markupsafe import Markup, escape

from portal.web.rendering import QuickEnvironment, QuickNamespace, escaped, repeated, written_once


class Tag:
    """Something that knows its own markup."""

    def __html__(self):
        return "<i>"

    def __str__(self):
        return "&"


@pass_context
def seen(context):
    return f"<{context['value']}>"


NAMED = {
    "seen": seen,
    "several": {"rows": [1], "self": 2},
    "tag": Tag(),
    "call": lambda text, end="": text + end,
    "method": "a<b".upper,
    "kind": int,
    "row": {"a": 1},
}
PAGES = [
    "{{ value }}",
    "{{ value | upper }}{{ value ~ value }}{{ [value] }}",
    "<a title='{{ value }}'>{% for each in [value, 1, none, true, tag] %}{{ each }}{% endfor %}</a>",
    "{% macro m(x, y='<') %}<b>{{ x }}{{ y }}</b>{% endmacro %}{{ m(value, y=m(1)) }}{{ m(x=value) ~ '<' }}",
    "{% macro m() %}<p>{{ caller(value) }}</p>{% endmacro %}{% call(x) m() %}{{ x }}{{ value }}{% endcall %}",
    "{% macro m(x, y=2) %}{{ x }}{{ y }}{{ kwargs }}{{ varargs }}{% endmacro %}{{ m(value) }}{{ m(value, 3, 4, z=5) }}",
    (
        "{% macro m(x, caller=none) %}{{ x }}{% if caller %}{{ caller() }}{% endif %}{% endmacro %}"
        "{{ m(value) }}{% call m(1) %}<{% endcall %}"
    ),
    (
        "{% macro m(x) %}{{ x }}{% if caller is defined %}{{ caller() }}{% endif %}{% endmacro %}"
        "{{ m(value) }}{% call m(1) %}<{% endcall %}"
    ),
    "{% set text %}<u>{{ value }}</u>{% endset %}{{ text }}{{ call(text) }}{{ call(value, end='>') }}",
    "{% for x in [value] %}{{ call(x) }}{{ seen() }}{{ method() }}{{ kind('7') }}{% endfor %}",
    "{% set row = {'title': value, 'items': 1} %}{{ row.title }}{{ row.items() | list }}{{ {'tag': row}.tag.title }}",
    "{{ seen.__name__ }}{{ row.none is defined }}{{ row.none | default(value) }}{{ {'none': none}.none }}",
    "{% set list = namespace(several, n=1) %}{% set list.n = list.n + 1 %}{{ list.n }}{{ list.rows }}{{ list.self }}",
    "{% set list = namespace(x=value) %}{{ list.nowhere is defined }}{% set list.items = 1 %}{{ list.items }}",
    "{% set list = namespace(rows=[]) %}{% set list.rows = [value] %}{{ list.rows }}{{ value.title() }}",
    "{{ row['a'] }}{{ row['z'] is defined }}{{ [value][0] }}{{ value[1:] }}{{ {value: {'b': value}}[value]['b'] }}",
    "{{ row[row['a']] is defined }}{{ {1: value}[row['a']] }}{{ value['upper']() }}{{ row['items']() | list }}",
    "{% autoescape false %}{{ value }}{% endautoescape %}{{ value | safe }}{{ value | e }}",
]


@pytest.mark.parametrize("page", PAGES)
@given(value=st.text(max_size=12) | st.text("<>&'\" a", max_size=6) | st.text("<&a").map(Markup))
def test_a_page_comes_out_as_in_jinja(page, value):
    quick, plain = (
        kind(autoescape=True, extensions=["jinja2.ext.do"]).from_string(page).render(value=value, **names, **NAMED)
        for kind, names in ((QuickEnvironment, {"namespace": QuickNamespace}), (jinja2.Environment, {}))
    )
    assert quick == plain


BASE = """{% block title %}<{{ value }}>{% endblock %}{% macro m() %}({{ caller() }}){% endmacro %}
{%- block main %}{% call m() %}{% block inner %}{{ self.title() }}{% endblock %}{% endcall %}{% endblock %}"""
ABOVE = """{% extends "base" %}{% block title %}{% if value %}{{ value }}{% endif %}{% endblock %}
{% block inner %}{{ super() }}{% for x in [1, 2] -%}
{% block each scoped %}{{ x }}{% endblock %}{% endfor %}{% endblock %}"""


@given(value=st.text("<>&'\" ab", max_size=6))
def test_blocks_come_out_as_in_jinja(value):
    loader = jinja2.DictLoader({"base": BASE, "above": ABOVE})
    quick, plain = (kind(autoescape=True, loader=loader) for kind in (QuickEnvironment, jinja2.Environment))
    for name in ("base", "above"):
        assert quick.get_template(name).render(value=value) == plain.get_template(name).render(value=value)


@pytest.mark.parametrize("call", ["m(1, 2)", "m(1, z=2)", "m(y=1)"])
def test_a_macro_refuses_the_arguments_that_it_refuses_in_jinja(call):
    page = "{% macro m(x) %}{{ x }}{% endmacro %}{{ " + call + " }}"
    for kind in (QuickEnvironment, jinja2.Environment):
        with pytest.raises((TypeError, jinja2.UndefinedError)):
            kind(autoescape=True, undefined=jinja2.StrictUndefined).from_string(page).render()


def test_nothing_is_escaped_where_a_template_does_not():
    assert QuickEnvironment(autoescape=False).from_string("{{ value }}").render(value="<&>") == "<&>"


@given(st.text() | st.text("<>&'\" ab"))
def test_what_is_written_is_what_escape_gives(text):
    assert escaped(text) == escape(text)


@given(st.text("<>&'\""))
def test_markup_is_left_alone(text):
    assert escaped(Markup(text)) == text  # noqa: S704  # that is the question


REPEATED = """
{%- macro m(name, other, value) %}<b id="{{ name }}">{{ other }}{{ value }}{{ called() }}</b>{% endmacro %}
{%- for name, other, value in rows %}{{ write(m, name, other, value) }}{% endfor %}"""


def test_what_is_repeated_is_what_the_macro_writes_but_it_is_called_once_for_equal_values():
    rows = [("a", "<x>", "same"), ("b", "y", "same"), ("c", "z", Markup("same")), ("d", "", None), ("e", "&", None)]
    calls, env = [], QuickEnvironment(autoescape=True)
    with flask.Flask("none").app_context():
        page = env.from_string(REPEATED)
        often = page.render(rows=rows, called=lambda: "", write=lambda m, name, other, value: m(name, other, value))
        called = lambda: calls.append(1) or ""  # noqa: E731
        once = page.render(rows=rows, called=called, write=lambda m, *each: repeated(m, each[:2], each[2]))
    assert once == often
    assert len(calls) == 3


def test_what_is_around_pages_is_written_once_for_each_value():
    calls = []
    page = QuickEnvironment(autoescape=True).from_string(
        "{% macro m(x, called) %}<i>{{ x }}{{ called() }}</i>{% endmacro %}"
    )
    macro = page.module.m

    def called():
        calls.append(1)
        return ""

    written = [written_once(macro, value, called) for value in ("a", "<", "a", "<")]
    assert written == ["<i>a</i>", "<i>&lt;</i>"] * 2
    assert len(calls) == 2
    assert isinstance(written[0], Markup)
