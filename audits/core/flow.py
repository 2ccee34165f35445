"""A workflow as data: states, named moves, who may make them. Pure; no I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from audits.core.access import Permission
from audits.core.errors import IllegalMoveError

S = TypeVar("S", bound=StrEnum)


class Independence(StrEnum):
    """How independent of the case the actor must be; the course of the aggregate knows how to check it."""

    NOTHING = "nothing"
    OWN = "own"  # is the inspector to whom it is assigned, or stands in for them
    TEAM = "team"  # the same, or somebody of its team who judges
    NO_INTEREST = "no_interest"  # has no declared interest in the agency
    OUTSIDER = "outsider"  # took no part in any audit of the present cycle, and has no interest


@dataclass(frozen=True, slots=True)
class Move(Generic[S]):
    """One transition of a workflow; the service that makes it has the same name."""

    name: str
    sources: frozenset[S]
    target: S
    permission: Permission
    asks: Independence = Independence.NOTHING


def moved_on() -> IllegalMoveError:
    """Return the error for a move that the present state does not allow."""
    return IllegalMoveError("This step is not possible now. The case has moved on; please look again.")


class Flow(Generic[S]):
    """The moves of one state machine; inconsistent tables are refused when it is built."""

    def __init__(self, states: type[S], initial: S, moves: Iterable[Move[S]]) -> None:
        self.states = states
        self.initial = initial
        self.moves: Mapping[str, Move[S]] = {move.name: move for move in moves}
        reached = {initial} | {move.target for move in self.moves.values()}
        if unreachable := set(states) - reached:
            raise ValueError(f"unreachable states: {sorted(unreachable)}")

    def target(self, state: S, name: str) -> S:
        """Return the state that `name` leads to from `state`; IllegalMoveError if there is no such move."""
        move = self.moves[name]
        if state not in move.sources:
            raise moved_on()
        return move.target

    @property
    def unfinished(self) -> frozenset[S]:
        """Return the states from which a move leads on."""
        return frozenset().union(*(move.sources for move in self.moves.values()))

    def waiting_for(self, permission: Permission) -> frozenset[S]:
        """Return the states in which somebody with this permission can act; worklists use it."""
        return frozenset().union(*(move.sources for move in self.moves.values() if move.permission is permission))

    def open_moves(self, state: S) -> list[Move[S]]:
        """Return the moves that are possible in `state`, for buttons and diagrams."""
        return [move for move in self.moves.values() if state in move.sources]
