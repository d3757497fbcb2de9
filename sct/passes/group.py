"""Saves together what one iteration saves: one list of tuples instead of a list for each value.

Values that are pushed in one block and popped in one block share a list.  They are pushed where the last of them is known.
Arrays and lists are pushed before the user's variables get their next ones, so that no old one is kept alive by a name of its
own; of a number the next value waits under another name, which costs less than a list, if there are few of them.

Before:

    function f(%x: float, %n: int):
      %0: int = const 0
      %1: int = const 1
      %saved_s: saved(float) = cache
      %saved_c: saved(float) = cache
      %s: float = for %i: int in range(%0, %n, %1) with %s.1: float = %x:
        push %saved_s, %s.1
        %c: float = math.cos(%s.1)
        push %saved_c, %c
        %s.2: float = %s.1 * %c
        continue %s.2
      mark {text='reverse sweep'}
      %s_bar: float = for %j: int in range(%0, %n, %1) with %s_bar.1: float = %x {reverse}:
        %c.1: float = pop %saved_c
        %s.3: float = pop %saved_s
        %2: float = %c.1 - %s.3
        %s_bar.2: float = %s_bar.1 * %2
        continue %s_bar.2
      return %s_bar {single}

After:

    function f(%x: float, %n: int):
      %0: int = const 0
      %1: int = const 1
      %saved: saved(tuple(float, float)) = cache
      %s: float = for %i: int in range(%0, %n, %1) with %s.1: float = %x:
        %c: float = math.cos(%s.1)
        %2: tuple(float, float) = tuple %s.1, %c {cls=tuple}
        push %saved, %2
        %s.2: float = %s.1 * %c
        continue %s.2
      mark {text='reverse sweep'}
      %s_bar: float = for %j: int in range(%0, %n, %1) with %s_bar.1: float = %x {reverse}:
        %3: tuple(float, float) = pop %saved
        %s.3: float = item %3 {key=0}
        %c.1: float = item %3 {key=1}
        %4: float = %c.1 - %s.3
        %s_bar.2: float = %s_bar.1 * %4
        continue %s_bar.2
      return %s_bar {single}

It pays because CPython makes a tuple of ten for less than two calls of ``append``, and because it is how one writes it by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..ir.core import Block, Function, Op, Value, walk
from ..ir.types import Cache, Scalar, Tuple


@dataclass
class _Save:
    """One value that is saved: pushed at one place, popped at one place."""

    cache: Op
    push: Op
    pop: Op
    first: int = 0
    """Position in the block at which the value is known."""
    last: int = 0
    """Position up to which it can be pushed under its own name."""
    limit: int = 0
    """Position up to which it can be pushed at all."""

    @property
    def value(self) -> Value:
        return self.push.operands[1]


def group_saved(fn: Function) -> int:
    """Merge the lists of saved values of ``fn`` where they can be merged; how many lists are gone."""
    saves = list(_saves(fn))
    together: dict[tuple[Block | None, ...], list[_Save]] = {}
    for save in saves:
        together.setdefault((save.push.parent, save.pop.parent, save.cache.parent), []).append(save)
    gone = 0
    names = _Names(len(saves))
    for (pushed, popped, home), members in together.items():
        assert pushed is not None and popped is not None and home is not None
        for group in _groups(pushed, members) if len(members) > 1 else ():
            if len(group) > 1:
                _merge(home, pushed, popped, group, names.of(group))
                gone += len(group) - 1
    return gone


def _saves(fn: Function) -> Iterator[_Save]:
    """The saved values whose list is used by one push and one pop and nothing else."""
    users: dict[Value, list[Op]] = {}
    for op in walk(fn.body):
        for value in op.operands:
            if isinstance(value.type, Cache):
                users.setdefault(value, []).append(op)
    for cache in list(walk(fn.body)):
        found = users.get(cache.results[0], []) if cache.name == "cache" else []
        if sorted(op.name for op in found) == ["pop", "push"]:
            push, pop = sorted(found, key=lambda op: op.name == "pop")
            yield _Save(cache, push, pop)


class _Names:
    def __init__(self, total: int) -> None:
        self.first = True

    def of(self, group: list[_Save]) -> str:
        """The first list is just what was saved, others are told apart by what they hold."""
        first, self.first = self.first, False
        hints = [save.value.hint for save in group if save.value.hint]
        return "saved" if first or not hints else f"saved_{hints[0]}"


_WORTH_A_LIST = 3
"""So many variables may wait for their next values to spare a list: a line for each, of two for the list."""


def _groups(block: Block, members: list[_Save]) -> list[list[_Save]]:
    """As few groups as possible whose values are all known, and not yet replaced, at some place in the block."""
    position = {op: k for k, op in enumerate(block.ops)}
    for save in members:
        owner = save.value.owner
        save.first = position[owner] + 1 if isinstance(owner, Op) and owner in position else 0
        save.last = _next_of_that_name(block, save)
        save.limit = len(block.ops) - 1 if isinstance(save.value.type, Scalar) else save.last
    in_time = list(_grouped(members, lambda save: save.last))
    late = list(_grouped(members, lambda save: save.limit))
    waiting = sum(save.last < group[-1].first for group in late for save in group)
    return late if waiting <= _WORTH_A_LIST * (len(in_time) - len(late)) else in_time


def _grouped(members: list[_Save], limit: Callable[[_Save], int]) -> Iterator[list[_Save]]:
    waiting = sorted(members, key=limit)
    while waiting:
        end = limit(waiting[0])
        group = [save for save in waiting if save.first <= end]
        waiting = [save for save in waiting if save.first > end]
        yield sorted(group, key=lambda save: (save.first, _rank(save.value)))


def _rank(value: Value) -> int:
    """The place of a value among those that are defined together with it."""
    owner = value.owner
    return owner.results.index(value) if isinstance(owner, Op) else owner.args.index(value) if owner is not None else 0


def _next_of_that_name(block: Block, save: _Save) -> int:
    """Where the block first gives the variable a new value; its end if it does not."""
    hint = save.value.hint
    for k, op in enumerate(block.ops[save.first:-1], save.first):
        if hint and any(v.hint == hint for inner in (op, *(o for b in op.blocks for o in walk(b))) for v in inner.results):
            return k
    return len(block.ops) - 1


def _merge(home: Block, pushed: Block, popped: Block, group: list[_Save], name: str) -> None:
    values = [save.value for save in group]
    kind = Tuple(tuple(v.type for v in values))
    last = group[-1]
    cache = _op(last.cache, "cache", [], name, Cache(kind))
    packed = _op(last.push, "tuple", values, "", kind, cls=tuple)
    push = Op("push", [cache.results[0], packed.results[0]], [], {}, [], pushed, last.push.loc)
    taken = _op(last.pop, "pop", [cache.results[0]], "", kind)
    items = []
    for k, save in enumerate(group):
        item = Op("item", [taken.results[0]], save.pop.results, {"key": k}, [], popped, save.pop.loc)
        item.results[0].owner = item
        items.append(item)
    at = min(home.ops.index(save.cache) for save in group)
    _replace(home, {save.cache for save in group}, at, [cache])
    known = last.value.owner  # the groups before this one have moved what comes after it
    place = pushed.ops.index(known) + 1 if isinstance(known, Op) and last.first else 0
    _replace(pushed, {save.push for save in group}, place, [packed, push])
    pops = {save.pop for save in group}
    _replace(popped, pops, min(popped.ops.index(op) for op in pops), [taken, *items])


def _op(like: Op, name: str, operands: list[Value], hint: str, kind: Tuple | Cache, **attrs: object) -> Op:
    op = Op(name, operands, [], attrs, [], like.parent, like.loc)
    op.results.append(Value(hint, kind, op))
    return op


def _replace(block: Block, old: set[Op], at: int, new: list[Op]) -> None:
    """Take ``old`` out of the block and put ``new`` at position ``at`` of what was there before."""
    block.ops[:] = [*(op for op in block.ops[:at] if op not in old), *new, *(op for op in block.ops[at:] if op not in old)]
