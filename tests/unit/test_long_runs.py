"""The share of the long runs in `make test`, and its fixed examples."""

import os

import hypothesis
import pytest

from tests.kit.long_runs import SHARE, steps


@pytest.mark.parametrize(
    ("full", "share", "now"), [(10_000, 0.01, 100), (10_000, 1, 10_000), (40, 0.01, 1), (3, 0.01, 1), (10, 2, 20)]
)
def test_a_part_of_a_long_run_is_never_nothing(full, share, now):
    assert steps(full, share) == now


def test_a_short_run_draws_the_same_examples_every_time():
    assert float(os.environ.get("KEURWERK_MACHINES", "0.01")) == SHARE
    assert hypothesis.settings.default.derandomize == (SHARE < 1)
    assert hypothesis.settings.default.max_examples == steps(10_000)
