"""The colours of the brand have enough contrast, and no other colours are used."""

import re
from itertools import product
from pathlib import Path

import pytest

from certificates.lifecycle.rules import STATUSES

SCSS = Path(__file__).parents[2] / "portal" / "assets" / "scss"
TOKENS = dict(re.findall(r"^\$([\w-]+): (#[0-9a-f]{6});", (SCSS / "_tokens.scss").read_text(), re.MULTILINE))

TOKENS |= {status.value: facts.colour for status, facts in STATUSES.items()}

GROUNDS = ["paper", "band"]
TEXTS = ["ink", "ink-hover", "quiet", "link", "link-hover", "link-visited"]
MEANINGS = [*(status.value for status in STATUSES), "error", "success"]
REVERSED = ["ink", "ink-hover", "error", "withdrawn"]  # grounds of buttons, with the colour of paper as text


def luminance(colour: str) -> float:
    """Relative luminance after WCAG 2.2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(TOKENS[one]), luminance(TOKENS[other])), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_black_on_white_is_twenty_one_to_one():
    assert (luminance("#ffffff") + 0.05) / (luminance("#000000") + 0.05) == pytest.approx(21)


@pytest.mark.parametrize(("text", "ground"), [*product(TEXTS + MEANINGS, GROUNDS), *product(["paper"], REVERSED)])
def test_text_stands_out_from_its_ground(text: str, ground: str):
    assert contrast(text, ground) >= 4.5


def test_the_focused_stands_out():
    assert contrast("focus-text", "focus") >= 4.5


@pytest.mark.parametrize("ground", GROUNDS)
def test_lines_that_mean_something_can_be_seen(ground: str):
    assert contrast("line", ground) >= 3


@pytest.mark.parametrize(("text", "ground"), [("ink", "map-light"), ("ink", "map-middle"), ("paper", "map-dark")])
def test_a_number_on_the_map_stands_out_from_its_province(text: str, ground: str):
    assert contrast(text, ground) >= 4.5


def test_every_colour_is_measured():
    known = {*GROUNDS, *TEXTS, *MEANINGS, "line", "focus", "focus-text", "map-light", "map-middle", "map-dark"}
    decoration = {"rule"}
    assert set(TOKENS) == known | decoration


def test_no_style_sheet_brings_a_colour_of_its_own():
    strays = {
        (path.name, colour)
        for path in SCSS.glob("*.scss")
        if path.name not in {"_tokens.scss", "_print.scss"}
        for colour in re.findall(r"#[0-9a-f]{3,8}\b", path.read_text())
    }
    assert strays == set()
