"""Which values are saved and which are computed again: the cheapest choice there is, found as a minimum cut.

The reverse sweep wants some values.  Providing one costs either what saving it costs, or what its operation costs and what
providing the operands costs.  A value that several others need is paid for once, so the choices hang together:

    t = x[i] - x[j]                 wanted: a and b.  Saving both costs twice what saving t alone costs;
    a = t * s                       with t saved, a and b are a product each in the reverse sweep.
    b = t * r

This is a minimum cut (Ford and Fulkerson 1956).  Each value has two nodes, "provided" and "computed again", with an edge from
the first to the second that costs what saving does, one from the second to the sink that costs what the operation does, and
from the second to the first nodes of the operands edges that cannot be cut.  What is wanted hangs on the source.  The values to
save are those whose first edge is cut.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from math import inf
from typing import TypeVar

V = TypeVar("V", bound=Hashable)


def cheapest_saves(wanted: Sequence[V], saving: Callable[[V], float],
                   repeating: Callable[[V], tuple[float, Sequence[V]] | None]) -> set[V]:
    """The values to save so that all that is ``wanted``, in the order of their definition, is provided at the least cost.

    ``saving(v)`` is the cost of saving v, infinite where it cannot be; ``repeating(v)`` that of its operation, with those of
    its operands that must be provided for it, or None where it cannot be repeated.

    >>> again = {"a": (1, ["t"]), "b": (1, ["t"])}
    >>> cheapest_saves(["a", "b"], lambda v: 3, again.get)
    {'t'}
    >>> cheapest_saves(["a"], lambda v: 3, again.get)
    {'a'}
    """
    saved: set[V] = set()
    provided: set[V] = set()
    undecided: list[V] = []
    for v in wanted:
        way = repeating(v)
        if way is None:
            saved.add(v)
        elif provided.issuperset(way[1]):
            if saving(v) < way[0]:
                saved.add(v)
        else:
            undecided.append(v)
            continue
        provided.add(v)
    network = _Network()
    nodes: dict[V, tuple[int, int]] = {}
    for v in undecided:
        network.add(network.source, _nodes(v, nodes, network), inf)
    queue = deque(nodes)
    while queue:
        v = queue.popleft()
        here, again = nodes[v]
        way = repeating(v)
        network.add(here, again, saving(v))
        network.add(again, network.sink, inf if way is None else way[0])
        for o in () if way is None else way[1]:
            if o not in provided:
                if o not in nodes:
                    queue.append(o)
                network.add(again, _nodes(o, nodes, network), inf)
    reached = network.source_side()
    return saved | {v for v, (here, again) in nodes.items() if here in reached and again not in reached}


def _nodes(v: V, nodes: dict[V, tuple[int, int]], network: _Network) -> int:
    """The first node of a value, which is made with the second when it is met for the first time."""
    if v not in nodes:
        nodes[v] = network.node(), network.node()
    return nodes[v][0]


class _Network:
    """Edges with capacities between a source and a sink; the flow through them by Dinitz' method (1970)."""

    def __init__(self) -> None:
        self.heads: list[int] = []
        """Of each edge; edge k ^ 1 is edge k the other way."""
        self.left: list[float] = []
        """The capacity of each edge that no flow takes yet."""
        self.edges: list[list[int]] = []
        """Those that leave each node."""
        self.source, self.sink = self.node(), self.node()

    def node(self) -> int:
        self.edges.append([])
        return len(self.edges) - 1

    def add(self, tail: int, head: int, capacity: float) -> None:
        for a, b, c in ((tail, head, capacity), (head, tail, 0.0)):
            self.edges[a].append(len(self.heads))
            self.heads.append(b)
            self.left.append(c)

    def source_side(self) -> set[int]:
        """The nodes that the source still reaches when as much flows to the sink as can: a minimum cut leaves them."""
        while True:
            level = self._levels()
            if self.sink not in level:
                return set(level)
            following = [0] * len(self.edges)
            while self._augment(level, following):
                pass

    def _levels(self) -> dict[int, int]:
        level = {self.source: 0}
        queue = deque(level)
        while queue:
            node = queue.popleft()
            for k in self.edges[node]:
                if self.left[k] > 0 and self.heads[k] not in level:
                    level[self.heads[k]] = level[node] + 1
                    queue.append(self.heads[k])
        return level

    def _augment(self, level: dict[int, int], following: list[int]) -> bool:
        """Send what one more path takes; ``following`` is the first edge of each node that may still lead to the sink."""
        path: list[int] = []
        node = self.source
        while node != self.sink:
            if following[node] < len(self.edges[node]):
                k = self.edges[node][following[node]]
                head = self.heads[k]
                if self.left[k] > 0 and level.get(head) == level[node] + 1:
                    path.append(k)
                    node = head
                else:
                    following[node] += 1
            elif not path:
                return False
            else:
                node = self.heads[path.pop() ^ 1]
                following[node] += 1
        amount = min(self.left[k] for k in path)
        for k in path:
            self.left[k] -= amount
            self.left[k ^ 1] += amount
        return True
