"""Turns in-place sums of the forward sweep into ordinary ones where the reverse sweep still needs the array as it was before.

Before:

    function f(%e: float64[:]):
      %0: float64[:] = np.zeros_like(%e) {effect='fresh'}
      %x: float64[:] = iaddv %0, %e {fn=add}
      mark {text='reverse sweep'}
      return %0, %x

After:

    function f(%e: float64[:]):
      %0: float64[:] = np.zeros_like(%e) {effect='fresh'}
      %x: float64[:] = %0 + %e
      mark {text='reverse sweep'}
      return %0, %x

It is not an optimisation but what makes saving references to arrays right: a saved array must not change afterwards.
"""

from __future__ import annotations

from ..analysis.alias import AliasClasses
from ..ir.core import Block, Function, Op, Value, defining_block, enclosing, walk
from ..ir.ops import LOOPS

_KEEPS = frozenset({"push", "tuple", "dict", "return"})


def protect_saved_arrays(fn: Function) -> int:
    """Rewrite every in-place sum of ``fn`` that would change an array which is read later; how many."""
    sums = [op for op in walk(fn.body) if op.name == "iaddv"]
    if not sums:
        return 0
    classes = AliasClasses(fn)
    order = {op: k for k, op in enumerate(walk(fn.body))}
    by_class: dict[Value, list[Op]] = {}
    for op in sums:
        by_class.setdefault(classes.find(op.operands[0]), []).append(op)
    unsafe = {root for root, ops in by_class.items()
              if any(_may_change_after(v, op, order) for v in _read_late(fn) if v in classes.parent and classes.find(v) is root
                     for op in ops)}
    changed = 0
    for root in unsafe:
        for op in by_class[root]:
            op.name = "call"
            changed += 1
    return changed


def _read_late(fn: Function) -> list[Value]:
    """Values that are saved, returned, or read in the reverse sweep."""
    found: dict[Value, None] = {}
    late = False
    for top in fn.body.ops:
        late = late or top.name == "mark"
        for op in [top, *(inner for block in top.blocks for inner in walk(block))]:
            if late or op.name in _KEEPS:
                found.update(dict.fromkeys(op.operands))
    return list(found)


def _may_change_after(value: Value, op: Op, order: dict[Op, int]) -> bool:
    """Whether the in-place op may run after ``value`` got its meaning."""
    definition = value.owner
    block = defining_block(value)
    assert op.parent is not None
    around = list(enclosing(op.parent))
    if any(b.parent is not None and b.parent.name in LOOPS and b in set(enclosing(block)) for b in around):
        return True
    if isinstance(definition, Op):
        inside = any(b.parent is definition for b in around)
        return not inside and order[op] > order[definition]
    return _begins_before(block, op)


def _begins_before(block: Block, op: Op) -> bool:
    """A block argument exists before everything in its block."""
    assert op.parent is not None
    return block in set(enclosing(op.parent)) or block.parent is None
