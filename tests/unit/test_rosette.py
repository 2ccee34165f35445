"""The rosette is the same for the same digest, and plainly another for any other."""

import re
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.press.rosette import VIEW, Wreath, rosette_path, rosette_svg, wreaths

DIGEST = sha256(b"facts").digest()
GRID = 50


def neighbour(digest, bit):
    number = int.from_bytes(digest, "big") ^ (1 << bit)
    return number.to_bytes(len(digest), "big")


def ink(digest):
    """The squares of a coarse grid that the figure touches, rim to heart."""
    touched = set()
    for wreath in wreaths(digest):
        for line in range(wreath.lines):
            for step in range(720):
                x, y, *_ = wreath.at(line, step * 6.283185307 / 720)
                touched.add((int((x + 1) / 2 * GRID), int((y + 1) / 2 * GRID)))
    return touched


def test_the_same_digest_gives_the_same_figure():
    rosette_path.__globals__["_path"].cache_clear()
    first = rosette_path(DIGEST, 100)
    rosette_path.__globals__["_path"].cache_clear()
    assert rosette_path(DIGEST, 100) == first


def test_the_figure_is_fixed_for_ever():
    # Documents on paper carry it: whoever changes the drawing must give it another name.
    assert sha256(rosette_path(bytes(32), VIEW).encode()).hexdigest()[:16] == "dce2d0078000e688"


@pytest.mark.parametrize("bit", [0, 1, 7, 128, 255])
def test_one_bit_changes_the_figure_for_the_eye(bit):
    one, other = ink(DIGEST), ink(neighbour(DIGEST, bit))
    different = len(one ^ other) / len(one | other)
    assert different > 0.08


def test_one_bit_changes_nearly_every_measure():
    one, other = wreaths(DIGEST), wreaths(neighbour(DIGEST, 3))
    pairs = [
        (getattr(a, name), getattr(b, name))
        for a, b in zip(one, other, strict=True)
        for name in Wreath.__slots__
        if name != "steps_per_lobe"
    ]
    assert sum(a == b for a, b in pairs) <= len(pairs) // 3


@given(st.binary(min_size=32, max_size=32), st.sampled_from([24.0, 320.0, 1000.0]))
def test_the_figure_stays_inside_its_square_and_every_line_closes(digest, size):
    path = rosette_path(digest, size)
    assert path.count("M") == path.count("z") == sum(wreath.lines for wreath in wreaths(digest))
    for line in path.split("z")[:-1]:
        start, moves = line.removeprefix("M").split("c")
        x, y = first = tuple(float(number) for number in re.findall(r"-?[\d.]+", start))
        numbers = [float(number) for number in re.findall(r"-?\d*\.?\d+", moves)]
        assert len(numbers) % 6 == 0
        for dx, dy in zip(numbers[4::6], numbers[5::6], strict=True):
            x, y = x + dx, y + dy
            assert 0 <= x <= size
            assert 0 <= y <= size
        assert (x, y) == pytest.approx(first, abs=size / 1000)


def test_a_digest_of_another_length_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        rosette_path(b"short", 100)


def test_the_element_has_a_name_only_when_it_means_something():
    assert 'aria-hidden="true"' in rosette_svg(DIGEST)
    named = rosette_svg(DIGEST, title='A "fine" <rosette>')
    assert 'role="img" aria-label="A &#34;fine&#34; &lt;rosette&gt;"' in named
