"""How far iterators have come, and what variables hold that several functions bind, where paths meet.

Branches and loops carry both like variables.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..ir.core import Value
from .abstract import LOST, Abstract, Place, Reference, Static, parts_of, with_parts
from .shapes import static_key

Positions = dict[Place, Abstract]
NAME = "position"
"""What a position is called in generated code."""


def same(a: Abstract, b: Abstract) -> bool:
    """Whether two positions are certainly equal."""
    return a is b or (isinstance(a, Static) and isinstance(b, Static) and static_key(a.value) == static_key(b.value))


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
        elif place.kind is not None:
            columns[place] = tuple(snapshot(a, path) for a, path in zip(column, paths, strict=True))
        else:
            columns[place] = column
    return known, columns


def moved(entered: Positions, paths: Sequence[Positions], places: Sequence[Place]) -> list[Place]:
    """Those of ``places`` that some path leaves at another position than it was entered with."""
    return [p for p in places if any(not same(entered[p], path.get(p, LOST)) for path in paths)]


def snapshot(a: Abstract, positions: Positions) -> Abstract:
    """``a`` with the content of every container in it as it is at ``positions``."""
    if isinstance(a, Reference):
        found = positions.get(a.place, LOST)
        return Reference(a.place, None if found is LOST else snapshot(found, positions))
    parts = None if isinstance(a, Value | Static) else parts_of(a)
    if not parts:
        return a
    inside = [snapshot(p, positions) for p in parts]
    return a if all(new is old for new, old in zip(inside, parts, strict=True)) else with_parts(a, inside)
