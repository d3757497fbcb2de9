"""How far iterators have come: their positions where paths meet, so that branches and loops carry them like variables."""

from __future__ import annotations

from collections.abc import Sequence

from .abstract import LOST, Abstract, Place, Static

Positions = dict[Place, Abstract]
NAME = "position"
"""What a position is called in generated code."""


def same(a: Abstract, b: Abstract) -> bool:
    """Whether two positions are certainly equal."""
    return a is b or (isinstance(a, Static) and isinstance(b, Static) and a.value == b.value)


def meet(before: Positions, paths: Sequence[Positions]) -> tuple[Positions, dict[Place, tuple[Abstract, ...]]]:
    """What is known where paths meet of iterators from before: positions on which all agree, and columns to be joined."""
    known: Positions = {}
    columns: dict[Place, tuple[Abstract, ...]] = {}
    for place in before:
        column = tuple(path.get(place, LOST) for path in paths)
        if all(same(column[0], a) for a in column):
            known[place] = column[0]
        elif any(a is LOST for a in column):
            known[place] = LOST
        else:
            columns[place] = column
    return known, columns


def moved(entered: Positions, paths: Sequence[Positions], places: Sequence[Place]) -> list[Place]:
    """Those of ``places`` that some path leaves at another position than it was entered with."""
    return [p for p in places if any(not same(entered[p], path.get(p, LOST)) for path in paths)]
