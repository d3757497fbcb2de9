"""Takes functions in IR that read data of the user's module, makes that data parameters: compiled code cannot look anything up.

A function gets one parameter for each piece of data that it or a function that it calls reads, and hands it on.
"""

from __future__ import annotations

from typing import Any

from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import Slot
from ..ir.rewrite import replace_uses

Key = tuple[Any, ...]


def take_data(main: Function, callees: list[Function]) -> list[Op]:
    """Make the data that ``main`` and its callees read their last parameters; the ops that say where it is found, in order."""
    functions = [*callees, main]
    reads = {function: {_key(op): op for op in walk(function.body) if op.name == "global"} for function in functions}
    calls = {function: [op for op in walk(function.body) if op.name == "invoke"] for function in functions}
    settled = False
    while not settled:
        settled = True
        for function in functions:
            for op in calls[function]:
                missing = reads[op.attrs["callee"]].keys() - reads[function].keys()
                reads[function].update({key: reads[op.attrs["callee"]][key] for key in missing})
                settled &= not missing
    for function in functions:
        given = _parameters(function, reads[function])
        for op in calls[function]:
            hand_on(op, [given[key] for key in reads[op.attrs["callee"]]])
    return list(reads[main].values())


def _key(op: Op) -> Key:
    source = op.attrs["source"]
    return source.scope, op.attrs.get("root"), tuple(op.attrs.get("path", ())), id(source.owner)


def _parameters(function: Function, read: dict[Key, Op]) -> dict[Key, Value]:
    ops = [op for op in walk(function.body) if op.name == "global"]
    given = {key: function.body.add_arg(_hint(op), op.results[0].type) for key, op in read.items()}
    if ops:
        replace_uses(function.body, {op.results[0]: given[_key(op)] for op in ops})
        for op in ops:
            assert isinstance(op.parent, Block)
            op.parent.ops.remove(op)
    return given


def _hint(op: Op) -> str:
    steps = [key for kind, key in op.attrs.get("path", ()) if kind == "attr"]
    return op.results[0].hint or (steps[-1] if steps else str(op.attrs.get("root")))


def hand_on(call: Op, values: list[Value]) -> None:
    """Call a function with these values, too, as its last ones."""
    if "args" in call.attrs:
        call.attrs["args"] = (*call.attrs["args"], *(Slot(len(call.operands) + k) for k in range(len(values))))
    call.operands = [*call.operands, *values]
