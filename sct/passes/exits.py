"""Leaves out the iteration in which a loop was left, where it has nothing to undo.

``while …: …; if converged: break; …`` saves at the top of each iteration, and the reverse loop begins with an iteration that
does nothing but note that it was the last.  Saving after the test instead makes list and reverse loop one iteration shorter,
and the number of the exit is not needed.

Before:

    function f(%x: float, %n: int):
      %0: int = const 0
      %1: int = const 1
      %one: float = const 1.0
      %saved_s: saved(float) = cache
      %exit: int, %s: float = for %i: int in range(%0, %n, %1) with %exit.1: int = %0, %s.1: float = %x:
        push %saved_s, %s.1
        %2: bool = %s.1 < 0.5
        if %2 {tail}:
          break %1, %s.1 {exit=1}
        else:
          %s.2: float = math.sin(%s.1)
          continue %exit.1, %s.2
      mark {text='reverse sweep'}
      %exit.2: int, %s_bar: float = for %j: int in range(%0, %n, %1) with %exit.3: int = %exit, %s_bar.1: float = %one:
        %s.3: float = pop %saved_s
        %3: bool = %exit.3 == 1
        if %3 {tail}:
          continue %0, %s_bar.1
        else:
          %4: float = math.cos(%s.3)
          %s_bar.2: float = %s_bar.1 * %4
          continue %exit.3, %s_bar.2
      return %s_bar {single}

After (and dead code elimination):

    function f(%x: float, %n: int):
      %0: int = const 0
      %1: int = const 1
      %one: float = const 1.0
      %saved_s: saved(float) = cache
      %s: float = for %i: int in range(%0, %n, %1) with %s.1: float = %x:
        %2: bool = %s.1 < 0.5
        if %2 {tail}:
          break %s.1 {exit=1}
        else:
          push %saved_s, %s.1
          %s.2: float = math.sin(%s.1)
          continue %s.2
      mark {text='reverse sweep'}
      %s_bar: float = for %j: int in range(%0, %n, %1) with %s_bar.1: float = %one {walks}:
        %s.3: float = pop %saved_s
        %3: float = math.cos(%s.3)
        %s_bar.2: float = %s_bar.1 * %3
        continue %s_bar.2
      return %s_bar {single}

The loop that is marked ``walks`` has one iteration for each item of the lists popped at its head, whatever its range says;
``iterate_over_saved`` makes it so.
"""

from __future__ import annotations

import operator

from ..ir.core import Block, Function, Op, Value
from ..ir.ops import IMPLICIT, LOOPS, Lit
from ..ir.rewrite import carried_inits, exits, is_tail, item_count, keep_carried, use_map


def drop_idle_exits(fn: Function) -> int:
    """Shorten the reverse loops of ``fn`` that begin with an idle iteration, in place; how many."""
    users = use_map(fn.body)
    return sum(_shorten(loop, users) for loop in list(fn.body.ops) if loop.name == "for" and loop.attrs["kind"] == "range")


def _shorten(loop: Op, users: dict[Value, list[Op]]) -> int:
    body = loop.blocks[0]
    choice, test = body.ops[-1], body.ops[-1].operands[0].owner if body.ops[-1].name == "if" else None
    if users.get(body.args[0]) or not is_tail(choice) or not isinstance(test, Op) or test.attrs.get("fn") is not operator.eq:
        return 0
    heads = [op for op in body.ops[:-1] if op is not test]
    pops = [op for op in heads if op.name == "pop"]
    k = body.args.index(test.operands[0]) - item_count(loop) if test.operands[0] in body.args else -1
    if k < 0 or not pops or any(op.name not in ("pop", "const", *IMPLICIT) for op in heads) or users.get(loop.results[k]):
        return 0
    left = carried_inits(loop)[k].owner
    if not _is_idle(choice.blocks[0], body, k) or not _only_tells(loop, test, k, users) or not isinstance(left, Op):
        return 0
    goes_on = _after_the_exit(left, test) if left.name in LOOPS and left.parent is loop.parent else None
    pushes = [_push_of(pop, left, users) for pop in pops]
    if goes_on is None or None in pushes:
        return 0
    for push in pushes:
        assert push is not None and push.parent is not None
        push.parent.ops.remove(push)
        push.parent = goes_on
    goes_on.ops[:0] = [push for push in pushes if push is not None]
    _flatten(loop, choice, test, k)
    return 1


def _is_idle(block: Block, body: Block, k: int) -> bool:
    """Whether a branch hands on everything as it is, but for the number of the exit."""
    *others, end = block.ops
    args = body.args[1:]
    return end.name == "continue" and all(op.name == "const" for op in others) and all(
        value is arg for j, (value, arg) in enumerate(zip(end.operands, args, strict=True)) if j != k)


def _only_tells(loop: Op, test: Op, k: int, users: dict[Value, list[Op]]) -> bool:
    """Whether the number of the exit serves this test only, and is 0 from the first iteration on."""
    exit = test.operands[0]
    ends = list(exits(loop.blocks[0]))
    reset = all(end.operands[k] is exit or _number(end.operands[k]) == 0 for end in ends)
    return reset and set(users.get(exit, ())) <= {test, *ends} and users.get(test.results[0]) == [loop.blocks[0].ops[-1]]


def _after_the_exit(left: Op, test: Op) -> Block | None:
    """The branch of the forward loop that goes on where the other, which is all of its exits, leaves the loop."""
    choice = left.blocks[-1].ops[-1]
    breaks = [end for end in exits(left.blocks[-1]) if end.name == "break"]
    if not is_tail(choice) or len(breaks) != 1 or breaks[0].attrs.get("exit") != _compared(test):
        return None
    for leaves, goes_on in (choice.blocks, reversed(choice.blocks)):
        if leaves.ops[-1] is breaks[0]:
            return goes_on
    return None


def _compared(test: Op) -> int | None:
    literal = test.attrs["args"][-1]
    return literal.value if isinstance(literal, Lit) else _number(test.operands[-1])


def _push_of(pop: Op, left: Op, users: dict[Value, list[Op]]) -> Op | None:
    """The one push for ``pop``, if it stands directly in the body of the forward loop."""
    cache = pop.operands[0]
    pushes = [op for op in users.get(cache, ()) if op.name == "push"]
    alone = len(pushes) == 1 and len(users[cache]) == 2 and pushes[0].parent is left.blocks[-1]
    return pushes[0] if alone else None


def _flatten(loop: Op, choice: Op, test: Op, k: int) -> None:
    body, busy = loop.blocks[0], choice.blocks[1]
    body.ops[-1:] = busy.ops
    body.ops.remove(test)
    for op in busy.ops:
        op.parent = body
    keep_carried(loop, [j != k for j in range(len(loop.results))])
    loop.attrs["walks"] = True


def _number(value: Value) -> int | None:
    owner = value.owner
    number = owner.attrs["value"] if isinstance(owner, Op) and owner.name == "const" else None
    return number if type(number) is int else None
