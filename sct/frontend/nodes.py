"""What syntax trees consist of: ``ast.walk`` without its generators, for questions that are asked of every function."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gast

Node = Any
Kinds = type[gast.AST] | tuple[type[gast.AST], ...]


def children(node: Node) -> Iterator[Node]:
    """The nodes right below one, in the order of its fields."""
    for name in node._fields:
        value = getattr(node, name, None)
        if isinstance(value, gast.AST):
            yield value
        elif isinstance(value, list):
            yield from (item for item in value if isinstance(item, gast.AST))


def contains(node: Node, kinds: Kinds) -> bool:
    """Whether a tree has a node of some kinds, the top included.

    >>> contains(gast.parse("[k for k in x]"), gast.ListComp), contains(gast.parse("x[0]"), gast.ListComp)
    (True, False)
    """
    left = [node]
    while left:
        node = left.pop()
        if isinstance(node, kinds):
            return True
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, gast.AST):
                left.append(value)
            elif isinstance(value, list):
                left += [item for item in value if isinstance(item, gast.AST)]
    return False
