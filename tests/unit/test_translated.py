"""Translation at template compile time gives the same result as `gettext` at run time."""

import pytest
from jinja2 import Environment

from portal.language.translated import Translator

NAME = "<b>O'Neill</b>"


def render(source, language="nl", *, escapes=True, **values):
    environment = Environment(autoescape=escapes)  # noqa: S701  # mails are plain text
    tree = Translator(language, escapes=escapes).visit(environment.parse(source))
    return environment.from_string(tree).render(values)


@pytest.mark.parametrize(
    ("source", "dutch", "english"),
    [
        ("{{ _('Back') }}", "Terug", "Back"),
        ("{{ _('Back') ~ '<' }}", "Terug&lt;", "Back&lt;"),
        ("{{ html_lang() }}", "nl", "en"),
        ("{{ _('%(percent)s percent', percent=7) }}", "7 procent", "7 percent"),
        ("{% macro m(text) %}<i>{{ text }}</i>{% endmacro %}{{ m(_('Back')) }}", "<i>Terug</i>", "<i>Back</i>"),
    ],
)
def test_each_language_has_its_own_text(source, dutch, english):
    assert (render(source), render(source, "en")) == (dutch, english)


def test_values_are_escaped_where_the_template_escapes():
    source = "{{ _('Remove %(name)s', name=name) }}"
    assert render(source, name=NAME) == "Verwijder &lt;b&gt;O&#39;Neill&lt;/b&gt;"
    assert render(source, escapes=False, name=NAME) == f"Verwijder {NAME}"


def test_a_text_with_values_that_is_used_further_is_escaped_once():
    source = "{% set text = _('Remove %(name)s', name=name) %}{{ text }}{{ _('Remove %(name)s', name=name) ~ '<' }}"
    once = "Verwijder &lt;b&gt;O&#39;Neill&lt;/b&gt;"
    assert render(source, name=NAME) == f"{once}{once}&lt;"


def test_texts_inside_the_values_of_a_text_are_translated_too():
    assert render("{{ _('Remove %(name)s', name=_('Back')) }}") == "Verwijder Terug"


def test_a_text_that_is_only_known_at_the_page_is_left_to_the_page():
    assert render("{{ _(text) }}", _=str.upper, text="back") == "BACK"
