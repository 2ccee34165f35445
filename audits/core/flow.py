"""A workflow as data: states, named moves, who may make them. Pure; no I/O."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from audits.core.access import Permission
from audits.core.errors import IllegalMoveError

S = TypeVar("S", bound=StrEnum)


class Independence(StrEnum):
    """How the person who makes a move must stand to the case; the aggregate's course knows how to check it."""

    NOTHING = "nothing"
    OWN = "own"  # the inspector to whom it is assigned
    NO_INTEREST = "no_interest"  # no declared interest in the agency
    OUTSIDER = "outsider"  # no part in the evaluation, and no interest


@dataclass(frozen=True, slots=True)
class Move(Generic[S]):
    """One arrow of a workflow; the service that makes it bears the same name."""

    name: str
    sources: frozenset[S]
    target: S
    permission: Permission
    asks: Independence = Independence.NOTHING


def moved_on() -> IllegalMoveError:
    """The refusal of a step that the state of the case does not allow."""
    return IllegalMoveError("This step is not possible now. The case has moved on; please look again.")


class Flow(Generic[S]):
    """The moves of one state machine, checked for sense when it is built."""

    def __init__(self, states: type[S], initial: S, moves: Iterable[Move[S]]) -> None:
        self.states = states
        self.initial = initial
        self.moves: Mapping[str, Move[S]] = {move.name: move for move in moves}
        reached = {initial} | {move.target for move in self.moves.values()}
        if unreachable := set(states) - reached:
            raise ValueError(f"unreachable states: {sorted(unreachable)}")

    def target(self, state: S, name: str) -> S:
        """The state that `name` leads to from `state`; IllegalMoveError if there is no such arrow."""
        move = self.moves[name]
        if state not in move.sources:
            raise moved_on()
        return move.target

    def waiting_for(self, permission: Permission) -> frozenset[S]:
        """The states in which something waits for whoever has this permission: worklists ask it."""
        return frozenset().union(*(move.sources for move in self.moves.values() if move.permission is permission))

    def open_moves(self, state: S) -> list[Move[S]]:
        """The arrows that leave `state`, for buttons and diagrams."""
        return [move for move in self.moves.values() if state in move.sources]
