"""Equal digests give equal rosettes; different ones give visibly different rosettes."""

import re
from hashlib import sha256
from math import cos, gcd, pi, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.press.rosette import VIEW, Wreath, rosette_svg, wreaths

DIGEST = sha256(b"facts").digest()
GRID = 50


def neighbour(digest, bit):
    number = int.from_bytes(digest, "big") ^ (1 << bit)
    return number.to_bytes(len(digest), "big")


def on_line(wreath, angle):
    """Return where the line of a wreath is by the formula in the docstring, in a circle of radius 1."""
    swell = (1 + wreath.depth * cos(wreath.lines * angle)) / (1 + wreath.depth)
    radius = wreath.middle + wreath.height * swell * cos(wreath.lobes * angle)
    return radius * sin(angle), -radius * cos(angle)


def ink(digest):
    """Return the squares of a coarse grid that the figure touches, rim to heart."""
    touched = set()
    for wreath in wreaths(digest):
        for turn in range(wreath.lines):
            turned = 2 * pi * turn / wreath.lines + wreath.lean
            for step in range(720):
                x, y = on_line(wreath, step * 2 * pi / 720)
                x, y = x * cos(turned) - y * sin(turned), x * sin(turned) + y * cos(turned)
                touched.add((int((x + 1) / 2 * GRID), int((y + 1) / 2 * GRID)))
    return touched


def test_the_same_digest_gives_the_same_figure():
    assert [wreath.line() for wreath in wreaths(DIGEST)] == [wreath.line() for wreath in wreaths(DIGEST)]
    assert rosette_svg(DIGEST) == rosette_svg(bytes(DIGEST))


def test_the_figure_is_fixed_for_ever():
    # Documents on paper carry it: whoever changes the drawing must give it another name.
    assert sha256(rosette_svg(bytes(32)).encode()).hexdigest()[:16] == "77586530a38daa5d"


@pytest.mark.parametrize("bit", [0, 1, 7, 128, 255])
def test_one_bit_changes_the_figure_for_the_eye(bit):
    one, other = ink(DIGEST), ink(neighbour(DIGEST, bit))
    different = len(one ^ other) / len(one | other)
    assert different > 0.08


def test_one_bit_changes_nearly_every_measure():
    one, other = wreaths(DIGEST), wreaths(neighbour(DIGEST, 3))
    pairs = [(getattr(a, name), getattr(b, name)) for a, b in zip(one, other, strict=True) for name in Wreath.__slots__]
    assert sum(a == b for a, b in pairs) <= len(pairs) // 3


@given(st.binary(min_size=32, max_size=32))
def test_the_figure_stays_inside_its_square_and_every_line_closes(digest):
    for wreath in wreaths(digest):
        x, y, numbers = wreath.line()
        assert len(numbers) == 6 * 2 * wreath.lobes
        assert numbers[-2:] == [x, y]
        assert all(x * x + y * y <= (VIEW / 2) ** 2 for x, y in zip(numbers[4::6], numbers[5::6], strict=True))
        assert gcd(wreath.lobes, wreath.lines) == 1


@given(st.binary(min_size=32, max_size=32))
def test_crests_and_troughs_are_those_of_the_formula_and_the_line_is_smooth_there(digest):
    for wreath in wreaths(digest):
        x, y, numbers = wreath.line()
        ends = [(x, y), *zip(numbers[4::6], numbers[5::6], strict=True)]
        for step, end in enumerate(ends):
            exact = on_line(wreath, step * pi / wreath.lobes)
            assert end == pytest.approx([0.495 * VIEW * number for number in exact], abs=1)
        for before, end, after in zip(numbers[2::6], numbers[4::6], [*numbers[6::6], numbers[0]], strict=True):
            assert end - before == pytest.approx(after - end, abs=1)


def test_the_lines_of_a_wreath_are_one_line_turned():
    svg = rosette_svg(DIGEST)
    names = re.findall(r'<path id="([^"]+)"', svg)
    assert len(names) == len(set(names)) == 3
    assert [svg.count(f'href="#{name}"') + 1 for name in names] == [wreath.lines for wreath in wreaths(DIGEST)]


def test_a_digest_of_another_length_is_refused():
    with pytest.raises(ValueError, match="32 bytes"):
        wreaths(b"short")


def test_the_element_has_a_name_only_when_it_means_something():
    assert 'aria-hidden="true"' in rosette_svg(DIGEST)
    named = rosette_svg(DIGEST, title='A "fine" <rosette>')
    assert 'role="img" aria-label="A &#34;fine&#34; &lt;rosette&gt;"' in named
