"""The test browser sees each fault of a page."""

from types import SimpleNamespace

import pytest

from tests.kit.browser import Page, check_page
from tests.kit.pages import read_page

GOOD = """<!doctype html><html lang="nl"><head><title>Zoeken</title></head><body><main id="main"><h1>Zoeken</h1>
<form novalidate method="post" action="/x"><input type="hidden" name="csrf_token" value="1">
<label for="q">Naam</label><input id="q" name="q" aria-describedby="hint"><p id="hint">Of nummer</p></form>
<a href="#main">Verder</a></main></body></html>"""


def judge(text):
    request = SimpleNamespace(path="/x", query_string=b"")
    check_page(Page(SimpleNamespace(get_data=lambda as_text: text, request=request, status_code=200)))


def test_a_good_page_is_good():
    judge(GOOD)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("<h1>Zoeken</h1>", "<h1>Zoeken</h1><h1>Zoeken</h1>", "2 headings of the first rank"),
        ("<title>Zoeken", "<title>Vinden", "does not begin with heading"),
        ("<title>Zoeken", "<title>Fout: Zoeken", "disagree"),
        ('lang="nl"', "", "no language"),
        ('id="hint"', 'id="q"', "id q 2 times"),
        ('href="#main"', 'href="#top"', "nothing has the id top"),
        ('aria-describedby="hint"', 'aria-describedby="hint more"', "nothing has the id more"),
        ('for="q"', 'for="p"', "nothing has the id p"),
        ('for="q"', "", "field q has no label"),
        ('name="csrf_token"', 'name="token"', "has no token"),
        ("novalidate", "", "lets the browser judge"),
        ("<p", '<p style="color: red"', "style or script inside"),
        ("<p", "<style>p {}</style><p", "style or script inside"),
        ("<p", "<script>go()</script><p", "style or script inside"),
        ("<p", '<p onclick="go()"', "an event handler"),
        ("Of nummer", "None", "not filled in"),
        ("Of nummer", "%(number)s", "not filled in"),
    ],
)
def test_each_fault_is_seen(old, new, said):
    with pytest.raises(AssertionError, match=said):
        judge(GOOD.replace(old, new, 1))


def test_a_page_is_mended_as_browsers_do():
    page = read_page(
        "<!doctype html><p>one<p>two<table><tr><td>3</table><textarea>\n four</textarea><br>&eacute;<!-- no -->"
    )
    assert str(page.body) == (
        "<body><p>one</p><p>two</p><table><tbody><tr><td>3</td></tr></tbody></table>"
        "<textarea> four</textarea><br/>é</body>"
    )
