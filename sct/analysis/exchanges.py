"""Items that change places in a list, ``xs[i], xs[j] = xs[j], xs[i]``: two loads and two stores in, one ``exchange`` out.

    %1 = %xs[%j]
    %2 = %xs[%i]
    store %xs[%i], %1          →     exchange %xs[%i], %xs[%j]
    store %xs[%j], %2

An exchange is its own inverse: it saves nothing, and the adjoints of the items change places as the items do, be they numbers
or references to arrays and lists that are written to.
"""

from __future__ import annotations

import operator
from collections import Counter

from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import Lit, SliceOf, Slot, map_template, op_effect, template_slots
from ..ir.rewrite import index_template, use_counts
from ..ir.types import List, Scalar, strip_const


def find_exchanges(function: Function) -> None:
    """Say as one op where two items of a list change places."""
    uses = use_counts(function.body)
    for block in {op.parent for op in walk(function.body) if op.name == "store" and isinstance(op.operands[0].type, List)}:
        assert block is not None
        for second in [op for op in block.ops if op.name == "store"]:
            _replace_if_exchange(block, second, uses)


def _replace_if_exchange(block: Block, second: Op, uses: Counter[Value]) -> None:
    """Let an exchange stand where ``second`` is the last of its four ops."""
    items = second.operands[0]
    first = next((op for op in reversed(block.ops[:block.ops.index(second)]) if op.name == "store"), None)
    if first is None or first.operands[0] is not items or not isinstance(items.type, List):
        return
    loads = [_load(block, op, uses) for op in (first, second)]
    if None in loads or not _cross(loads, first, second):  # type: ignore[arg-type]
        return
    ours = {first, second, *loads}
    begin = min(block.ops.index(load) for load in loads if load is not None)
    between = [op for op in block.ops[begin:block.ops.index(second)] if op not in ours]
    behind = set(block.ops[block.ops.index(first):])
    if any(op_effect(op) not in ("pure", "fresh", "reads") or op in behind and _reads(op, items) for op in between):
        return
    _replace(block, ours, first, second)  # type: ignore[arg-type]


def _load(block: Block, store: Op, uses: Counter[Value]) -> Op | None:
    """Where in the block the item that is stored has been taken out of the same list, for this alone."""
    value = store.operands[1]
    op = value.owner
    if not isinstance(op, Op) or op.parent is not block or op.name != "call" or op.attrs["fn"] is not operator.getitem:
        return None
    single = not isinstance(index_template(op), SliceOf) and "fn" not in store.attrs
    return op if single and op.operands[0] is store.operands[0] and uses[value] == 1 else None


def _cross(loads: list[Op], first: Op, second: Op) -> bool:
    """Whether each of two items is stored where the other one was."""
    one, other = loads
    items = first.operands[0]
    return one is not other and _same_place(one, second, items) and _same_place(other, first, items)


def _same_place(a: Op, b: Op, items: Value) -> bool:
    x, y = (map_template(index_template(op), lambda k, op=op: Lit(0)) for op in (a, b))  # type: ignore[misc]
    slots = [[op.operands[k] for k in template_slots(index_template(op))] for op in (a, b)]
    return x == y and len(slots[0]) == len(slots[1]) and all(
        _same_number(v, w, items) for v, w in zip(*slots, strict=True))


def _same_number(a: Value, b: Value, items: Value) -> bool:
    """Whether two indices are equal: one value, or computed in the same way from what is not in the list."""
    if a is b:
        return True
    x, y = a.owner, b.owner
    if not isinstance(x, Op) or not isinstance(y, Op) or x.name != y.name or x.attrs != y.attrs or x.blocks or y.blocks:
        return False
    known = x.name in ("const", "tuple") or x.name == "call" and op_effect(x) in ("pure", "reads") and not _reads(x, items)
    return known and len(x.operands) == len(y.operands) and all(
        _same_number(v, w, items) for v, w in zip(x.operands, y.operands, strict=True))


def _reads(op: Op, items: Value) -> bool:
    """Whether ``op`` may read the list: a number is not taken out of a list of lists."""
    numbers = all(isinstance(strip_const(r.type), Scalar) for r in op.results)
    apart = numbers and op.attrs.get("fn") is operator.getitem and moves_references(items)
    return op_effect(op) == "reads" and not apart


def _replace(block: Block, ours: set[Op], first: Op, second: Op) -> None:
    operands = [first.operands[0], *first.operands[2:], *second.operands[2:]]
    back, shift = -1, len(first.operands) - 3
    places = (map_template(index_template(first), lambda k: Slot(k + back)),
              map_template(index_template(second), lambda k: Slot(k + shift)))
    exchange = Op("exchange", operands, [], {"args": (Slot(0), *places), "may_raise": True}, [], block, second.loc)
    block.ops[block.ops.index(second)] = exchange
    block.ops[:] = [op for op in block.ops if op not in ours]


def moves_references(items: Value) -> bool:
    """Whether the items of a list are references: their adjoints are, too, and change places with them."""
    t = items.type
    return isinstance(t, List) and not isinstance(strip_const(t.item), Scalar)
