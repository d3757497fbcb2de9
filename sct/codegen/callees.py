"""Takes generated callees, says which of them are printed and under which names.

Those with the same text are one: a callee is often specialised for several types that print alike.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..ir.core import Function, called_by, walk
from .emit import Emitted, emit


def still_called(functions: Sequence[Function], roots: Sequence[Function]) -> list[Function]:
    """Those of ``functions`` that ``roots`` call, directly or not."""
    found: set[Function] = set()
    work = list(roots)
    while work:
        for op in walk(work.pop().body):
            for callee in called_by(op):
                if callee not in found:
                    found.add(callee)
                    work.append(callee)
    return [function for function in functions if function in found]


def merge_equal(functions: Sequence[Function], roots: Sequence[Function]) -> list[Function]:
    """The ``functions`` that are left, callees first; they and the ``roots`` call these instead of their equals."""
    alike: dict[str, list[Function]] = {}
    for function in functions:
        alike.setdefault(printed_name(function.name), []).append(function)
    same: dict[Function, Function] = {}
    printed = {f: emit(f, name=printed_name(f.name)) for f in functions if len(alike[printed_name(f.name)]) > 1}
    for function, one in printed.items():
        for other in alike[printed_name(function.name)]:
            if other is function:
                break
            if other not in same and _equal(one, printed[other], {**same, function: other}):
                same[function] = other
                break
    left = [function for function in functions if function not in same]
    for op in (op for function in (*left, *roots) for op in walk(function.body)):
        if op.name == "invoke":
            op.attrs["callee"] = same.get(op.attrs["callee"], op.attrs["callee"])
        for handed in op.attrs.get("hands", ()):
            handed.function = same.get(handed.function, handed.function)
    return left


def _equal(one: Emitted, other: Emitted, same: dict[Function, Function]) -> bool:
    """Whether two functions are the same text of the same names, if those are the ``same`` that are said to be."""
    return one.text == other.text and one.data == other.data and one.imports.keys() == other.imports.keys() and all(
        _resolved(value, same) is _resolved(other.imports[name], same) for name, value in one.imports.items())


def _resolved(value: object, same: dict[Function, Function]) -> object:
    return same.get(value, value) if isinstance(value, Function) else value


def named_apart(functions: list[Function], roots: Sequence[Function]) -> list[Function]:
    """The functions, with numbered names where they were specialised twice."""
    seen = {function.name for function in roots}
    for function in functions:
        base, k = printed_name(function.name), 2
        function.name = base
        while function.name in seen:
            function.name, k = f"{base}_{k}", k + 1
        seen.add(function.name)
    return functions


def printed_name(name: str) -> str:
    """The name of a function in the text: a lambda has none."""
    return name if name.isidentifier() else "fn"
