"""The size of a benchmark: its real one, or a small one with which the tests keep it working."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """`n` operations per turn, `rounds` turns of each system, with so many agencies, compared with a revision."""

    n: int
    rounds: int
    agencies: int = 20_000
    against: str = ""

    @property
    def small(self) -> bool:
        """Return whether this run only checks that everything works; then its figures mean nothing."""
        return self.rounds == 1
