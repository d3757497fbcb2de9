"""Iterators as objects: what is taken from them, when, and what is left.

An ``Iteration`` says how items are found; a ``StoredIterator`` is one that the program can see again, so its position counts.
Items are found when they are taken: what a ``map`` or a generator expression reads is read then.  Where lengths are known while
specialising so is every step; else a loop counts, and a position is an integer of the program.
"""

from __future__ import annotations

import collections
import functools
import itertools
import math
import operator
import weakref
from typing import Any

import numpy as np

from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import generator
from ..ir.types import Array, List, Tuple, strip_const
from . import abstract as ab
from . import shapes as sh
from .abstract import LOST, Abstract, Iteration, Mapping, Place, Range, Seq, Static, StoredIterator
from .branches import emit_guard, merge, truth
from .context import Frame, Refusal
from .infer import Specializer
from .operators import binary
from .plans import BY_INDEX, Counted, from_zero, is_endless, item_at, known_items, plan_for, short_range
from .primitives import apply, raise_here
from .references import content
from .unrolling import Items

ARRANGING = frozenset({
    itertools.accumulate, itertools.chain, itertools.chain.from_iterable, itertools.combinations,
    itertools.combinations_with_replacement, itertools.count, itertools.cycle, itertools.dropwhile, itertools.islice,
    itertools.pairwise, itertools.permutations, itertools.product, itertools.repeat, itertools.starmap, itertools.takewhile,
    itertools.zip_longest,
})
MAKERS = frozenset({enumerate, zip, reversed, map, filter, generator, np.ndindex, np.ndenumerate}) | ARRANGING
"""Builtins whose result is an iterator."""
CONSUMERS = frozenset({list.extend, list, tuple, sum, min, max, sorted, dict, math.fsum, math.prod, functools.reduce, str.join,
                       collections.deque, np.fromiter})
"""Callables that take every item of an iterator before they return."""
_REDUCERS = frozenset({sum, min, max, math.fsum, math.prod, functools.reduce})
"""Those that make one thing of all items."""
_AT_ONCE = CONSUMERS | {any, all, set, frozenset}
"""Callables that are given a list where a generator expression is written."""
_LATER = MAKERS | {iter}
END: Abstract = ab.Marker("end")
"""Nothing is left to be taken."""
AGAIN = "make the list once, as in `xs = list(...)`, and use that"


def is_lazy(a: Abstract) -> bool:
    """Whether taking the items of ``a`` changes something or evaluates something."""
    if isinstance(a, StoredIterator):
        return True
    return isinstance(a, Iteration) and (a.kind in ("map", "filter", "target") or any(map(is_lazy, a.parts)))


# ------------------------------------------------------------------------------------------------------------ making them

def stored(sp: Specializer, source: Abstract) -> StoredIterator:
    """A new iterator over ``source``."""
    place = Place()
    sp.positions[place] = Static(0)
    return StoredIterator(source, place)


def make(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``iter(xs)``: iterators are their own."""
    if len(args) != 1:
        raise Refusal("SCT711", "iter with a sentinel is not supported", "write the `while` loop")
    (a,) = args
    held = content(sp, a)
    t = strip_const(held.type) if isinstance(held, Value) else None
    if isinstance(a, StoredIterator):
        return a
    from .instances import has_method, method_of
    if has_method(a, "__iter__"):
        return method_of(sp, a, "__iter__", [])
    if isinstance(held, Seq | Mapping | Range | Iteration) or isinstance(t, Array | List | Tuple) or \
            (isinstance(a, Static) and isinstance(a.value, str | tuple | list)):
        return stored(sp, a)
    raise Refusal("SCT711", "an iterator over this is not supported", "iterate over it with a for loop")


def make_mapped(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``map(f, xs, …)``."""
    return Iteration("map", [args[0], Iteration("zip", args[1:])])


def make_filtered(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``filter(f, xs)``: which of the items of ``xs`` come is found one after the other."""
    return Iteration("filter", [args[0], Static(""), make(sp, args[1:], {})])


def make_generator(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``(e for t in xs if c)``: its functions of ``t`` read their variables when an item is taken."""
    target, source, *tests, element = args
    inner = make(sp, [source], {}) if tests else source
    for test in tests:
        inner = Iteration("filter", [test, target, inner])
    return Iteration("map", [element, Iteration("target", [target, inner])])


def only_here(frame: Frame, op: Op) -> bool:
    """Whether an iterator is consumed where it is made and seen by nobody else."""
    users = _users(frame.lowered).get(op.result, [])
    if len(users) != 1 or users[0].parent is not op.parent:
        return False
    user = users[0]
    if user.name in ("for", "unpack"):
        return user.operands[0] is op.result
    callee = frame.env.get(user.operands[0]) if user.name == "call" and user.operands[0] is not op.result else None
    return isinstance(callee, Static) and _among(callee.value, CONSUMERS | _LATER)


def _among(obj: Any, known: frozenset[Any]) -> bool:
    return any(obj is k for k in known)


_USERS: weakref.WeakKeyDictionary[Function, dict[Value, list[Op]]] = weakref.WeakKeyDictionary()


def _users(lowered: Function) -> dict[Value, list[Op]]:
    found = _USERS.get(lowered)
    if found is None:
        found = _USERS[lowered] = {}
        for op in walk(lowered.body):
            for v in op.operands:
                found.setdefault(v, []).append(op)
    return found


def takes_all(fn: Abstract) -> bool:
    """Whether a callable takes the items of its argument once, in order, before it returns."""
    while isinstance(fn, ab.Bound):
        fn = fn.fn
    return isinstance(fn, Static) and _among(fn.value, _AT_ONCE)


def is_by_index(a: Abstract) -> bool:
    """Whether ``a`` goes over the elements of an array in order."""
    return isinstance(a, Iteration) and a.kind in BY_INDEX


def is_backwards(a: Abstract) -> bool:
    """Whether ``a`` goes over a sequence from its end."""
    return isinstance(a, Iteration) and a.kind == "reversed"


def given_to(sp: Specializer, fn: Any, args: list[Abstract]) -> list[Abstract]:
    """The arguments of a call: what consumes iterators at once is given lists, what would keep them is refused."""
    if _among(fn, CONSUMERS):
        return [drain(sp, a) if is_lazy(a) or is_by_index(a) or is_backwards(a) and _among(fn, _REDUCERS) else a for a in args]
    lazy = any(is_lazy(a) or is_by_index(a) for a in args)
    if not lazy or _among(fn, _LATER) or fn in (next, isinstance, callable, type):
        return args
    name = getattr(fn, "__name__", "this function")
    raise Refusal("SCT711", f"an iterator is passed to `{name}`, which may take some of its items",
                  f"pass a list: `{name}(list(...))`")


# ---------------------------------------------------------------------------------------------------------- item by item

def known(sp: Specializer, a: Abstract) -> bool:
    """Whether every item of ``a`` can be found while specialising."""
    if isinstance(a, StoredIterator):
        return isinstance(sp.positions.get(a.place), Static) and known(sp, a.source)
    if isinstance(a, Iteration):
        parts = [p for p in sources(a) if not is_endless(p)]
        return bool(parts) and a.kind != "filter" and all(known(sp, p) or short_range(p) is not None for p in parts) \
            and not all(isinstance(p, Range) for p in parts)
    return known_items(sp, a) is not None


def _items(sp: Specializer, a: Abstract) -> list[Abstract] | None:
    return short_range(a) if isinstance(a, Range) else known_items(sp, a)


def sources(a: Iteration) -> list[Abstract]:
    """The iterables among the parts of an iteration."""
    if a.kind.endswith("zip"):
        return a.parts
    if a.kind in ("endless", "computed") or a.kind in BY_INDEX:
        return []
    return a.parts[:1] if a.kind == "enumerate" else a.parts[{"reversed": 0, "map": 1, "target": 1, "filter": 2}[a.kind]:]


def pull(sp: Specializer, a: Abstract, k: Abstract, guarded: bool = True) -> Abstract:
    """The next item of ``a``, of which ``k`` have been taken, or ``END``; where only run time knows, the end raises."""
    if isinstance(a, StoredIterator):
        taken = position(sp, a)
        item = pull(sp, a.source, taken, guarded)
        if item is not END:
            sp.positions[a.place] = binary(sp, operator.add, taken, Static(1))
        return item
    if isinstance(a, Iteration) and is_lazy(a):
        return _pull_composite(sp, a, k, guarded)
    if is_endless(a):
        return item_at(sp, a, k)
    items = _items(sp, a) if isinstance(k, Static) else None
    if items is not None and isinstance(k, Static):
        rest = items[k.value:]
        return rest[0] if rest else END
    plan = from_zero(sp, a, counted(sp, a))
    if guarded:
        more = binary(sp, operator.lt, k, plan.hi)
        if isinstance(more, Static) and not more.value:
            return END
        if isinstance(more, Value):
            stop_unless(sp, more)
    return plan.item(sp.lift(k))


def _pull_composite(sp: Specializer, a: Iteration, k: Abstract, guarded: bool) -> Abstract:
    from .callees import call
    if a.kind == "filter":
        raise Refusal("SCT711", "the next item of a filter is not known before the function runs", "loop over it")
    if a.kind == "strict zip":
        raise Refusal("SCT204", "zip(strict=True) of iterators is not supported", "leave `strict` out")
    items = []
    for part in sources(a):
        item = pull(sp, part, k, guarded)
        if item is END:
            return END
        items.append(item)
    if a.kind == "enumerate":
        return Seq(tuple, [binary(sp, operator.add, a.parts[1], k), items[0]])
    if a.kind == "map":
        return call(sp, a.parts[0], arguments(sp, items[0]), {})
    if a.kind == "target":
        return Seq(tuple, matched(sp, a.parts[0], items[0]))
    assert a.kind == "zip"
    return Seq(tuple, items)


def arguments(sp: Specializer, item: Abstract) -> list[Abstract]:
    """The arguments that an item of the ``zip`` (or target) under a ``map`` stands for."""
    return item.items if isinstance(item, Seq) else [item]


def matched(sp: Specializer, target: Abstract, item: Abstract) -> list[Abstract]:
    """The variables of a target, given by its structure: ``""`` is one variable, a tuple of structures is unpacked."""
    return _matched(sp, sp.static(target, "the target"), item)


def _matched(sp: Specializer, structure: Any, item: Abstract) -> list[Abstract]:
    from .subscripts import unpacked
    if structure == "":
        return [item]
    parts = unpacked(sp, item, len(structure))
    return [v for s, part in zip(structure, parts, strict=True) for v in _matched(sp, s, part)]


def position(sp: Specializer, a: StoredIterator) -> Abstract:
    """How many items have been taken from an iterator; refused where that cannot be told."""
    found = sp.positions.get(a.place, LOST)
    if found is LOST:
        raise Refusal("SCT711", "how far this iterator has come is not known here", AGAIN)
    return found


def stop_unless(sp: Specializer, more: Value) -> None:
    """``if not more: raise StopIteration``."""
    raising, condition = Block(), apply(sp, operator.not_, [more])
    assert isinstance(condition, Value)
    with sp.builder.at(raising):
        raise_here(sp, StopIteration())
    emit_guard(sp, condition, raising, 0, sp.builder.loc)


def take_next(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``next(it)`` and ``next(it, default)``."""
    it, *default = args
    if not isinstance(it, StoredIterator):
        if isinstance(it, Iteration):
            it = stored(sp, it)
        else:
            raise Refusal("SCT711", "next is called with something that is not an iterator", "make one: `iter(xs)`")
    if default and not known(sp, it):
        return _next_or(sp, it, default[0])
    item = pull(sp, it, Static(0))
    if item is not END:
        return item
    if default:
        return default[0]
    return raise_here(sp, StopIteration())


def _next_or(sp: Specializer, it: StoredIterator, default: Abstract) -> Abstract:
    """The next item if there is one: a conditional expression."""
    if any(map(is_lazy, ab.parts_of(it.source) or ())) or isinstance(it.source, Iteration) and is_lazy(it.source):
        raise Refusal("SCT711", "next with a default is supported for iterators over sequences", "loop over it")
    taken = position(sp, it)
    plan = from_zero(sp, it.source, counted(sp, it.source))
    more = truth(sp, binary(sp, operator.lt, taken, plan.hi))
    sp.positions[it.place] = binary(sp, operator.add, taken, Static(1))
    if isinstance(more, bool):
        return plan.item(sp.lift(taken)) if more else default
    blocks = [Block(), Block()]
    with sp.builder.at(blocks[0]):
        item = plan.item(sp.lift(taken))
    try:
        shape = sp.join([sh.shape_of(item), sh.shape_of(default)], "the next item", "here")
    except Refusal:
        raise Refusal("SCT711", "the next item and the default are two kinds of value",
                      "give a default of the items' type") from None
    return merge(sp, more, blocks, [(item, default)], [shape], [""])[0]


# ------------------------------------------------------------------------------------------------------------- all items

class TakesMore(Exception):
    """The body of a loop takes items from the iterator that the loop goes through."""


class Pulled(Items):
    """The items of an iterator of known length, taken one at a time; the loop's body may take some itself."""

    def __init__(self, sp: Specializer, a: Abstract) -> None:
        self.sp, self.source, self.rounds = sp, a, 0
        self.next: Abstract = END

    def more(self) -> bool:
        if not known(self.sp, self.source):
            raise TakesMore
        return not _at_end(self.sp, self.source, self.rounds)

    def take(self) -> Abstract:
        item = pull(self.sp, self.source, Static(self.rounds))
        self.rounds += 1
        return item


def _at_end(sp: Specializer, a: Abstract, rounds: int) -> bool:
    """Whether nothing is left to be taken; what the last attempt takes from a longer part of a ``zip`` is gone."""
    before = dict(sp.positions)
    if _reaches_end(sp, a, rounds):
        return True
    sp.positions = before
    return False


def _reaches_end(sp: Specializer, a: Abstract, k: int) -> bool:
    """Take a round's items without looking at them."""
    if isinstance(a, StoredIterator):
        taken = position(sp, a).value  # type: ignore[union-attr]
        if _reaches_end(sp, a.source, taken):
            return True
        sp.positions[a.place] = Static(taken + 1)
        return False
    if isinstance(a, Iteration):
        return any(_reaches_end(sp, part, k) for part in sources(a))
    items = _items(sp, a)
    assert items is not None
    return k >= len(items)


def drain(sp: Specializer, a: Abstract) -> Abstract:
    """All the items that are left, as a list."""
    if not known(sp, a):
        from .rounds import collect
        return collect(sp, a)
    items, taken = Pulled(sp, a), list[Abstract]()
    while items.more():
        taken.append(items.take())
    return Seq(list, taken)


def counted(sp: Specializer, a: Abstract) -> Counted:
    """The plan of a re-iterable of run-time length."""
    plan = plan_for(sp, a)
    if not isinstance(plan, Counted):
        raise Refusal("SCT711", "an iterator over this is not supported", "loop over it")
    return plan
