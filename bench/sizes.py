"""How much is measured: a benchmark at its real size, or in small so that it cannot rot."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Sizes:
    """`n` operations in a turn, so many turns (rounds) of each system, beside which revision, over how many agencies."""

    n: int
    rounds: int
    agencies: int = 20_000
    against: str = ""

    @property
    def small(self) -> bool:
        """Whether this only tries that everything works; then no figure counts."""
        return self.rounds == 1
