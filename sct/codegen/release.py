"""Releases arrays that are not needed any more while the reverse sweep goes: a ``del`` for every few of them.

A local variable keeps its array until the function returns.  Along a loop that does not matter, each iteration binds the names
anew; but a long straight program would hold all it has computed, and all adjoints, at the end.  So where several arrays are
dead at the end of a group of the reverse sweep, or a list of arrays that were saved, they are released together, unless the
function is nearly done.  How many: ``TOGETHER``, which bounds the arrays that wait, and keeps short functions as they are.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping

from ..ir.core import Value
from ..ir.types import Array, Cache, List, Tuple, Type, strip_const

TOGETHER = 8
"""As many dead arrays are released together."""


def weights(of: Mapping[Value, str]) -> dict[str, int]:
    """For each name of an array 1, for each name of a list of saved arrays as much as is released together."""
    found: dict[str, int] = {}
    for value, name in of.items():
        found[name] = max(found.get(name, 0), _weight(value.type))
    return {name: weight for name, weight in found.items() if weight}


def _weight(t: Type) -> int:
    t = strip_const(t)
    if isinstance(t, Cache):
        return TOGETHER * bool(_weight(t.item))
    if isinstance(t, Tuple):
        return int(any(map(_weight, t.items)))
    return int(isinstance(t, Array) or isinstance(t, List) and bool(_weight(t.item)))


def release(body: list[ast.stmt], mark: int, boundaries: set[int], weight: Mapping[str, int]) -> list[ast.stmt]:
    """``body`` with what is dead released at ``boundaries``, the places after ``mark`` where a group of statements ends."""
    if sum(weight.values()) < TOGETHER:
        return body
    last = {name: k for k, stmt in enumerate(body) for name in _mentioned(stmt)}
    made = [_bound(stmt) & weight.keys() for stmt in body]
    out: list[ast.stmt] = []
    live: dict[str, None] = {}
    for k, stmt in enumerate(body):
        if k > mark and k in boundaries and _goes_on(body[k:], made[k:]):
            dead = [name for name in live if last[name] < k]
            if sum(weight[name] for name in dead) >= TOGETHER:
                out.append(ast.Delete([ast.Name(name, ast.Del()) for name in dead]))
                for name in dead:
                    del live[name]
        out.append(stmt)
        live.update(dict.fromkeys(sorted(made[k])))
    return out


def _mentioned(stmt: ast.stmt) -> list[str]:
    """The names in a statement: in its text, since the printer writes some expressions as text."""
    return re.findall(r"[^\W\d]\w*", ast.unparse(stmt))


def _bound(stmt: ast.stmt) -> set[str]:
    """The names that a statement certainly binds."""
    targets = stmt.targets if isinstance(stmt, ast.Assign) else []
    return {n.id for target in targets for n in ast.walk(target) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}


def _goes_on(rest: list[ast.stmt], made: list[set[str]]) -> bool:
    """Whether enough follows for memory to matter: a loop, or as many arrays as are released together."""
    return any(isinstance(stmt, ast.For | ast.While) for stmt in rest) or sum(map(len, made)) >= TOGETHER
