"""A page that is filled into the shape of another is the one that a template would write."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from portal.web.stencil import Shapes, Stencil, Unmarked

DAY = date(2026, 11, 30)
TEXT = st.text(max_size=12) | st.sampled_from(["<b>", "'\"&", "0", "x1x"])
DAYS = st.none() | st.dates()
THING = st.tuples(TEXT, st.lists(TEXT, max_size=3), DAYS)


def page(stencil, thing, name="nl-1"):
    """Write a page as templates do."""
    text, texts, day = thing
    text, texts, day = stencil.text(text), stencil.texts(texts), stencil.day(day)
    address, drawing = stencil.literal(name), stencil.markup("<g/>")
    said = f"<p>{escape(text) if text else 'nothing'}</p>{escape(', '.join(texts))}<a href='/{address}'>{drawing}</a>"
    return said + (f"<time datetime='{day.isoformat()}'></time>" if day else "never")


@given(st.lists(THING, max_size=6))
def test_every_page_is_as_if_it_was_rendered(things):
    shapes = Shapes()
    for number, thing in enumerate(things):
        stencil, name = Stencil("en"), f"nl-{number}"
        rendered = page(stencil, thing, name)
        assert shapes.page(stencil, lambda made=rendered: made) == page(Unmarked("en"), thing, name)


def test_a_shape_is_rendered_once_and_the_oldest_is_forgotten():
    shapes, rendered = Shapes(most=2), []

    def ask(thing):
        stencil = Stencil("en")
        made = page(stencil, thing)
        return shapes.page(stencil, lambda: rendered.append(thing) or made)

    one, like_it, other, third = ("a", [], DAY), ("b", [], DAY), ("", [], DAY), ("c", ["d"], None)
    for thing in (one, like_it, other, third, third):
        ask(thing)
    assert rendered == [one, other, third]
    ask(one)
    assert rendered[3:] == [one]


def test_what_is_noted_and_the_language_tell_shapes_apart():
    made = []
    for language, noted in (("en", 1), ("en", 2), ("nl", 1)):
        stencil = Stencil(language)
        stencil.note(noted)
        made.append(stencil.shape)
    assert len(set(made)) == 3


def test_a_mark_is_not_escaped_and_what_it_stands_for_is():
    stencil = Stencil("en")
    mark = stencil.text("<script>")
    assert Markup("<p>{}</p>").format(mark) == f"<p>{mark}</p>"
    assert stencil.fill(stencil.split(f"<p>{mark}</p>")) == "<p>&lt;script&gt;</p>"
