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

from collections.abc import Iterable

from ..analysis.alias import AliasClasses
from ..ir.core import Block, Function, Op, Value, defining_block, enclosing, walk
from ..ir.ops import LOOPS
from ..ir.rewrite import incoming

_KEEPS = frozenset({"push", "tuple", "dict", "return"})


def protect_saved_arrays(fn: Function) -> int:
    """Rewrite every in-place sum of ``fn`` that would change an array which is read later; how many."""
    sums = [op for op in walk(fn.body) if op.name == "iaddv"]
    if not sums:
        return 0
    classes = AliasClasses(fn)
    order = {op: k for k, op in enumerate(walk(fn.body))}
    late: dict[Value, list[Value]] = {}
    for value in _read_late(fn):
        if value in classes.parent:
            late.setdefault(classes.find(value), []).append(value)
    unsafe = []
    for op in sums:
        root = classes.find(op.operands[0])
        read = late.get(root, ())
        anew = _made_anew_in(classes, root) if read else set()
        if any(_may_change_after(value, op, order, anew) for value in read):
            unsafe.append(op)
    for op in unsafe:
        op.name = "call"
    return len(unsafe)


def _read_late(fn: Function) -> list[Value]:
    """Values that are saved, returned, or read in the reverse sweep."""
    found: dict[Value, None] = {}
    late = False
    for top in fn.body.ops:
        late = late or top.name == "mark"
        for op in [top, *(inner for block in top.blocks for inner in walk(block))]:
            if late or op.name in _KEEPS:
                found.update(dict.fromkeys(op.operands))
    return _with_sources(found)


def _with_sources(values: Iterable[Value]) -> list[Value]:
    """The values and those that regions passed on to become them: ``t`` of a branch outlives it under another name."""
    found = dict.fromkeys(values)
    work = list(found)
    while work:
        for source in _passed_on(work.pop()):
            if source not in found:
                found[source] = None
                work.append(source)
    return list(found)


def _passed_on(value: Value) -> Iterable[Value]:
    """What a branch hands out under this name; a loop hands out what its own statements may still read."""
    op = value.owner
    return incoming(op, op.results.index(value)) if isinstance(op, Op) and op.blocks and op.name not in LOOPS else ()


def _made_anew_in(classes: AliasClasses, root: Value) -> set[Block]:
    """The blocks in which the whole class lives: each time round a loop with such a body it is other memory."""
    if classes.is_foreign(root):
        return set()
    return set.intersection(*(set(enclosing(defining_block(value))) for value in classes.members[root]))


def _may_change_after(value: Value, op: Op, order: dict[Op, int], anew: set[Block]) -> bool:
    """Whether the in-place op may run after ``value`` got its meaning, on the same memory."""
    definition = value.owner
    block = defining_block(value)
    assert op.parent is not None
    around = list(enclosing(op.parent))
    shared = set(enclosing(block)) - anew
    if any(b.parent is not None and b.parent.name in LOOPS and b in shared for b in around):
        return True
    if isinstance(definition, Op):
        inside = any(b.parent is definition for b in around)
        return not inside and order[op] > order[definition]
    return _begins_before(block, op)


def _begins_before(block: Block, op: Op) -> bool:
    """A block argument exists before everything in its block."""
    assert op.parent is not None
    return block in set(enclosing(op.parent)) or block.parent is None
