"""Lets a reverse loop iterate over a list of saved values instead of counting and popping: half the cost of every iteration.

A list that is filled once in each iteration of a loop that runs once has as many items as the mirrored loop has iterations, so
the loop may walk it backwards.  The count of a ``while`` loop is not needed any more then.

Before:

    function f(%x: float, %n: int):
      %0: int = const 0
      %1: int = const 1
      %saved_s: saved(float) = cache
      %s: float = for %i: int in range(%0, %n, %1) with %s.1: float = %x:
        push %saved_s, %s.1
        %s.2: float = math.sin(%s.1)
        continue %s.2
      mark {text='reverse sweep'}
      %s_bar: float = for %j: int in range(%0, %n, %1) with %s_bar.1: float = %x {reverse}:
        %s.3: float = pop %saved_s
        %2: float = math.cos(%s.3)
        %s_bar.2: float = %s_bar.1 * %2
        continue %s_bar.2
      return %s_bar {single}

After:

    function f(%x: float, %n: int):
      %0: int = const 0
      %1: int = const 1
      %saved_s: saved(float) = cache
      %s: float = for %i: int in range(%0, %n, %1) with %s.1: float = %x:
        push %saved_s, %s.1
        %s.2: float = math.sin(%s.1)
        continue %s.2
      mark {text='reverse sweep'}
      %2: reversed = reversed(%saved_s) {adjoint}
      %s_bar: float = for %s.3: float in each(%2) with %s_bar.1: float = %x {adjoint}:
        %3: float = math.cos(%s.3)
        %s_bar.2: float = %s_bar.1 * %3
        continue %s_bar.2
      return %s_bar {single}
"""

from __future__ import annotations

from ..errors import InternalError
from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import IMPLICIT, LOOPS, Slot
from ..ir.rewrite import use_map
from ..ir.types import Cache, Object


def iterate_over_saved(fn: Function) -> int:
    """Rewrite every reverse loop of ``fn`` that can walk a saved list; how many."""
    pushes: dict[Value, list[Op]] = {}
    for op in walk(fn.body):
        if op.name == "push":
            pushes.setdefault(op.operands[0], []).append(op)
    users = use_map(fn.body)
    changed = 0
    for loop in list(walk(fn.body)):
        if loop.name == "for" and loop.attrs["kind"] == "range" and not users.get(loop.blocks[0].args[0]):
            pop = _walkable(loop, pushes)
            if pop is None and loop.attrs.get("walks"):
                raise InternalError("a loop that walks saved values pops none", loc=loop.loc)
            if pop is not None:
                _rewrite(loop, pop)
                changed += 1
    return changed


def _walkable(loop: Op, pushes: dict[Value, list[Op]]) -> Op | None:
    """The pop at the head of ``loop`` whose list has one item for each iteration."""
    for op in loop.blocks[0].ops:
        if op.name == "const" or op.name in IMPLICIT:
            continue
        if op.name != "pop" or not isinstance(op.operands[0].type, Cache):
            return None
        places = pushes.get(op.operands[0], [])
        if loop.attrs.get("walks") or len(places) == 1 and _once_per_iteration(places[0], loop.parent):
            return op
    return None


def _once_per_iteration(push: Op, block: Block | None) -> bool:
    """Whether a push stands directly in the body of a loop in ``block`` that is entered once for each list."""
    assert push.parent is not None and isinstance(push.operands[0].owner, Op)
    loop = push.parent.parent
    return loop is not None and loop.name in LOOPS and loop.blocks[-1] is push.parent \
        and loop.parent is block and push.operands[0].owner.parent is block


def _rewrite(loop: Op, pop: Op) -> None:
    body, home = loop.blocks[0], loop.parent
    assert home is not None
    cache = pop.operands[0]
    walk_back = Op("call", [cache], [], {"fn": reversed, "args": (Slot(0),), "kwargs": {}, "adjoint": True}, [], home, loop.loc)
    walk_back.results = [Value("", Object(reversed), walk_back)]
    home.ops.insert(home.ops.index(loop), walk_back)
    body.ops.remove(pop)
    item = pop.results[0]
    item.owner = body
    body.args[0] = item
    loop.operands[:3] = walk_back.results
    loop.attrs.pop("reverse", None)
    loop.attrs.pop("walks", None)
    loop.attrs.update(kind="each", adjoint=True)
