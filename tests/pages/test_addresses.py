"""Printed and signed addresses resolve, and are built in one place."""

import inspect
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from certificates import addresses

ROOT = Path(__file__).parents[2]
BASE = "https://register.example"
MADE = [made for name, made in inspect.getmembers(addresses, inspect.isfunction)]


@pytest.mark.parametrize("made", MADE, ids=lambda made: made.__name__)
def test_every_permanent_address_has_a_page(app, made):
    parts = urlsplit(made(BASE, *["KW-2026-00001-58"] * (len(inspect.signature(made).parameters) - 1)))
    assert f"{parts.scheme}://{parts.netloc}" == BASE
    endpoint, _ = app.url_map.bind("register.example").match(parts.path)
    assert endpoint.startswith("registry.")


def test_nobody_else_puts_such_an_address_together():
    made = re.compile(r"""\{(?!API\})[^{}]*\}/(certificates|register|check|about|api/v1)\b""")
    sources = [path for package in ("certificates", "portal") for path in (ROOT / package).rglob("*.py")]
    strays = {str(path.relative_to(ROOT)) for path in sources if made.search(path.read_text())}
    # The visitor of the demo is a stranger: it knows what it read, and no code of ours.
    assert strays - {"portal/demo/visitor.py"} == {"certificates/addresses.py"}
