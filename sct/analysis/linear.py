"""Lists that change become references: what a function changes of a run-time list is done to the list itself.

While a function is specialised, each change of a list whose length only run time knows gives its next content, whose type may
be wider.  Nothing but the place of the list names a content, and the place names the last one: so all contents are one object.

    %2 = change %1, %x {insert}     →     insert %1, %x
    … %2 is read …                        … %1 is read …
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..ir.core import Function, Op, Value, walk
from ..ir.ops import LOOPS, STORES, Lit, Slot
from ..ir.rewrite import erase_all, incoming, replace_uses, resolve
from ..ir.types import List, Table, Type, join, strip_const
from .alias import AliasClasses
from .exchanges import find_exchanges


def settle_lists(functions: Sequence[Function]) -> None:
    """Let the lists that are changed be changed in place."""
    for function in functions:
        changes = [op for op in walk(function.body) if op.name == "change"]
        if changes:
            share_types(function, _become_references(function, changes))
            find_exchanges(function)


def _become_references(function: Function, changes: list[Op]) -> dict[Value, Value]:
    """Do to lists themselves what was done to their contents; for each content the list."""
    same: dict[Value, Value] = {}
    for op in changes:
        same[op.results.pop()] = op.operands[0]
        op.name = op.attrs.pop("kind")
    erase_all(function.body, lambda op: op.name == "widen")
    replace_uses(function.body, same)
    return same | build_in_place(function)


def build_in_place(function: Function) -> dict[Value, Value]:
    """Let the lists that comprehensions make grow in place where memory of theirs is stored into."""
    classes = AliasClasses(function)
    roots = {classes.find(op.operands[0]) for op in walk(function.body) if op.name in STORES}
    built = [op for op in walk(function.body) if op.name == "append" and classes.find(op.operands[0]) in roots]
    same: dict[Value, Value] = {}
    for op in built:
        same[op.results.pop()] = op.operands[0]
        op.name, op.attrs = "insert", {"args": (Slot(0), Lit(None))}
    replace_uses(function.body, same)
    return same


def share_types(function: Function, same: dict[Value, Value]) -> None:
    """Give all names of a list that is changed the type of what it ever holds."""
    above: dict[Value, Value] = {}
    types: dict[Value, Type] = {}
    for a, b in (*same.items(), *_passed_on(function)):
        if isinstance(a.type, List | Table) and isinstance(b.type, List | Table):
            a, b = resolve(above, a), resolve(above, b)
            shared = join(types.get(a, a.type), types.get(b, b.type))
            if a is not b and shared is not None:
                above[a] = b
            if shared is not None:
                types[b] = shared
    changed = {resolve(above, op.operands[0]) for op in walk(function.body) if op.name in STORES}
    for v in {*above, *types}:
        root = resolve(above, v)
        if root in changed and root in types:
            v.type = types[root]


def _passed_on(function: Function) -> Iterator[tuple[Value, Value]]:
    """The names that branches and loops give to the same value."""
    for op in walk(function.body):
        if op.name == "narrow":
            yield op.result, op.operands[0]
        for k, result in enumerate(op.results if op.blocks else ()):
            for v in incoming(op, k):
                yield v, result
            for block in op.blocks if op.name in LOOPS else ():
                yield block.args[len(block.args) - len(op.results) + k], result


def depth(t: Type) -> int:
    """How many lists and tables are around what a run-time list holds; 0 for what is no list."""
    t = strip_const(t)
    return 1 + depth(t.item) if isinstance(t, List | Table) else 0
