"""Takes generated functions, lets those with the same text be one: a callee is often specialised for types that print alike."""

from __future__ import annotations

from collections.abc import Sequence

from ..ir.core import Function, walk
from .emit import Emitted, emit
from .externals import identifier


def merge_equal(functions: Sequence[Function], roots: Sequence[Function]) -> list[Function]:
    """The ``functions`` that are left, callees first; they and the ``roots`` call these instead of their equals."""
    alike: dict[str, list[Function]] = {}
    for function in functions:
        alike.setdefault(identifier(function.name), []).append(function)
    same: dict[Function, Function] = {}
    printed = {f: emit(f, name=identifier(f.name)) for f in functions if len(alike[identifier(f.name)]) > 1}
    for function, one in printed.items():
        for other in alike[identifier(function.name)]:
            if other is function:
                break
            if other not in same and _equal(one, printed[other], {**same, function: other}):
                same[function] = other
                break
    left = [function for function in functions if function not in same]
    for op in (op for function in (*left, *roots) for op in walk(function.body) if op.name == "invoke"):
        op.attrs["callee"] = same.get(op.attrs["callee"], op.attrs["callee"])
    return left


def _equal(one: Emitted, other: Emitted, same: dict[Function, Function]) -> bool:
    """Whether two functions are the same text of the same names, if those are the ``same`` that are said to be."""
    return one.text == other.text and one.data == other.data and one.imports.keys() == other.imports.keys() and all(
        _resolved(value, same) is _resolved(other.imports[name], same) for name, value in one.imports.items())


def _resolved(value: object, same: dict[Function, Function]) -> object:
    return same.get(value, value) if isinstance(value, Function) else value
