"""Makes the adjoint arrays that a loop of the forward sweep only exchanges where the reverse sweep begins.

Before:

    function f(%x: float64[:], %n: int):
      %0: int = const 0
      %1: int = const 1
      %a: float64[:] = np.copy(%x) {effect='fresh'}
      %a_bar: float64[:] = np.zeros_like(%a) {effect='fresh', adjoint}
      %b: float64[:] = np.sin(%x)
      %b_bar: float64[:] = np.zeros_like(%b) {effect='fresh', adjoint}
      %c: float64[:], %d: float64[:], %c_bar: float64[:], %d_bar: float64[:] = for %i: int in range(%0, %n, %1) with %a.1: float64[:] = %a, %b.1: float64[:] = %b, %a_bar.1: float64[:] = %a_bar, %b_bar.1: float64[:] = %b_bar:
        store %a.1[0], %n
        continue %b.1, %a.1, %b_bar.1, %a_bar.1
      mark {text='reverse sweep'}
      iadd %c_bar, %c
      return %c_bar, %d_bar

After:

    function f(%x: float64[:], %n: int):
      %0: int = const 0
      %1: int = const 1
      %a: float64[:] = np.copy(%x) {effect='fresh'}
      %b: float64[:] = np.sin(%x)
      %c: float64[:], %d: float64[:] = for %i: int in range(%0, %n, %1) with %a.1: float64[:] = %a, %b.1: float64[:] = %b:
        store %a.1[0], %n
        continue %b.1, %a.1
      mark {text='reverse sweep'}
      %c_bar: float64[:] = np.zeros_like(%c) {effect='fresh', adjoint}
      %d_bar: float64[:] = np.zeros_like(%d) {effect='fresh', adjoint}
      iadd %c_bar, %c
      return %c_bar, %d_bar

It pays because the arrays are not in the way before they are needed, and because nothing is exchanged that is zero.
"""  # noqa: E501

from __future__ import annotations

import numpy as np

from ..ir.core import Function, Op, Value
from ..ir.ops import LOOPS, Slot
from ..ir.rewrite import carried_inits, exits, item_count, keep_carried, use_map


def make_shadows_late(fn: Function) -> int:
    """Move the creation of exchanged shadows in ``fn`` behind the loop that exchanges them, in place; how many."""
    at = next((k for k, op in enumerate(fn.body.ops) if op.name == "mark"), None)
    if at is None:
        return 0
    mark, count = fn.body.ops[at], 0
    for loop in [op for op in fn.body.ops[:at] if op.name in LOOPS]:
        count += _move(fn, loop, mark)
    return count


def _move(fn: Function, loop: Op, mark: Op) -> int:
    found = _exchanged_shadows(fn, loop, mark)
    if not found:
        return 0
    makers = [init.owner for k, init in enumerate(carried_inits(loop)) if k in found]
    place = fn.body.ops.index(mark) + 1
    for k, source in found.items():
        shadow, primal = loop.results[k], loop.results[source]
        op = Op("call", [primal], [shadow], {"fn": np.zeros_like, "args": (Slot(0),), "kwargs": {}, "effect": "fresh",
                                             "adjoint": True}, [], fn.body, mark.loc)
        shadow.owner, shadow.hint = op, _name_in_reverse_loop(fn, shadow) or shadow.hint
        fn.body.ops.insert(place, op)
        place += 1
    keep_carried(loop, [k not in found for k in range(len(loop.results))])
    fn.body.ops[:] = [op for op in fn.body.ops if op not in makers]
    return len(found)


def _name_in_reverse_loop(fn: Function, shadow: Value) -> str:
    """The name of the variable that takes the array over: going backwards, exchanged variables begin exchanged."""
    loops = [op for op in fn.body.ops if op.name in LOOPS and shadow in carried_inits(op)]
    if len(loops) != 1:
        return ""
    body = loops[0].blocks[-1]
    return body.args[item_count(loops[0]) + carried_inits(loops[0]).index(shadow)].hint


def _exchanged_shadows(fn: Function, loop: Op, mark: Op) -> dict[int, int]:
    """For each position that holds zeros in the shape of an array, and is only exchanged as that is: the array's position."""
    inits = carried_inits(loop)
    found: dict[int, int] = {}
    for k, init in enumerate(inits):
        op = init.owner
        made = isinstance(op, Op) and op.attrs.get("adjoint") and op.name == "call" and op.attrs["fn"] is np.zeros_like
        if made and isinstance(op, Op) and not op.attrs["kwargs"] and op.operands[0] in inits:
            found[k] = inits.index(op.operands[0])
    if not found:
        return found
    users = use_map(fn.body)
    found = {k: source for k, source in found.items() if users[inits[k]] == [loop]}
    while found and (bad := [k for k in found if not _moves_with(fn, loop, k, found, mark, users)]):
        for k in bad:
            del found[k]
    return found


def _moves_with(fn: Function, loop: Op, k: int, found: dict[int, int], mark: Op, users: dict[Value, list[Op]]) -> bool:
    """Whether position ``k`` is nothing but zeros all through the loop, and moves as its array does."""
    ends = [end for end in exits(loop.blocks[-1]) if end.name in ("continue", "break")]
    for block in loop.blocks:
        args = block.args[item_count(loop) if block is loop.blocks[-1] else 0:]
        if any(user not in ends for user in users.get(args[k], ())):
            return False
    args = loop.blocks[-1].args[item_count(loop):]
    for end in ends:
        if end.operands[k] not in args:
            return False
        source = args.index(end.operands[k])
        if source not in found or end.operands[found[k]] is not args[found[source]]:
            return False
    early = set(fn.body.ops[:fn.body.ops.index(mark)])
    return not any(_outermost(user) in early for user in users.get(loop.results[k], ()))


def _outermost(op: Op) -> Op:
    """The op of the function's body that ``op`` is, or is in."""
    while op.parent is not None and op.parent.parent is not None:
        op = op.parent.parent
    return op
