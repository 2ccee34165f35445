"""A norm of somebody else as we read it: a tree of nodes, and a list of what we cannot carry. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

Words = Mapping[str, str]  # by language; partial


@dataclass(frozen=True, slots=True)
class Node:
    """A heading or a requirement, or both. `key` is unique, `ref` the code of its makers, which may be missing."""

    key: str
    parent: str | None
    ref: str
    title: Words
    text: Words
    assessable: bool
    guidance: Words = field(default_factory=dict)
    points: tuple[str, ...] = ()


@dataclass
class Catalogue:
    """A norm of somebody else. Every parent stands before its child."""

    name: str
    title: Words
    version: str
    locale: str
    nodes: list[Node] = field(default_factory=list)
    lost: Counter[str] = field(default_factory=Counter)  # what we cannot carry: a sentence, and how often

    @property
    def requirements(self) -> list[Node]:
        """Return the nodes that are judged, in order."""
        return [node for node in self.nodes if node.assessable]

    @cached_property
    def _by_key(self) -> dict[str, Node]:
        return {each.key: each for each in self.nodes}

    def above(self, node: Node) -> Iterator[Node]:
        """Yield the nodes above one, nearest first."""
        seen = {node.key}
        while node.parent is not None and node.parent in self._by_key and node.parent not in seen:
            node = self._by_key[node.parent]
            seen.add(node.key)
            yield node
