"""Scale of the long tests: in full in `make machines`, about one per cent with fixed seeds in `make test`."""

import os

SHARE = float(os.environ.get("KEURWERK_MACHINES", "0.01"))
"""The part of each long run that is done now: 1 is all of it."""


def steps(full: int, share: float = SHARE) -> int:
    """Return how many steps, or examples, of `full` are done now; at least one.

    For `@settings(max_examples=steps(15_000))` and for `stateful_step_count`.
    """
    return max(1, round(full * share))
