"""``itertools`` over what only run time knows the length of: which items come together is a table of places, or is computed.

``combinations`` and its like choose places, whatever is there: the real function is run on ranges, and its table of integers
says what to take from where.  ``chain``, ``zip_longest`` and ``repeat`` find the item at a place when it is taken.
"""

from __future__ import annotations

import itertools
import operator
from typing import Any

import numpy as np

from ..ir.core import Block, Op, Value
from ..ir.ops import Lit, Slot
from ..ir.types import ANY, MANY, UNIT, Array, List, strip_const
from ..runtime import helpers
from . import abstract as ab
from . import shapes as sh
from .abstract import Abstract, Iteration, Seq, Static
from .branches import merge, truth
from .callees import SPECIAL
from .context import Refusal
from .infer import Specializer
from .iterators import is_lazy
from .operators import binary
from .plans import is_endless, part_plan
from .primitives import apply
from .references import content
from .subscripts import getitem


def is_long(sp: Specializer, a: Abstract) -> bool:
    """Whether ``a`` can be indexed, as it is or as a plan of a loop says."""
    if is_lazy(a) or is_endless(a):
        return False
    held = content(sp, a)
    return isinstance(held, Seq | ab.Range | Iteration) or isinstance(held, Value) and \
        isinstance(strip_const(held.type), Array | List)


# -------------------------------------------------------------------------------------------------------- tables of places

def table(sp: Specializer, fn: Any, pools: list[Abstract], choose: int, repeat: int = 1) -> Abstract:
    """The tuples that ``fn`` makes of items of the ``pools``, of which ``choose`` or one of each stand in a tuple."""
    own = [as_it_is_now(sp, pool) for pool in pools]
    plans = [part_plan(sp, pool) for pool in own]
    counts = [sp.lift(plan.hi) for plan in plans]
    width = len(pools) * repeat if fn is itertools.product else choose
    if width == 0:
        raise Refusal("SCT705", f"itertools.{fn.__name__} of nothing at a time is not supported here", "leave it out")
    places = sp.builder.value("call", counts, Array("int64", (ANY, UNIT if width == 1 else MANY)), "places",
                              fn=helpers.arranged_places, kwargs={}, effect="fresh",
                              args=(Lit(fn.__name__), Lit(repeat if fn is itertools.product else choose),
                                    *map(Slot, range(len(counts)))))
    count = apply(sp, len, [places])
    return Iteration("computed", [Static(item_of_table), count, Seq(tuple, own), Static(width), places])


def item_of_table(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """The tuple at a place: what the row of the table says."""
    pools, width, places, k = args
    assert isinstance(pools, Seq) and isinstance(width, Static)
    plans = [part_plan(sp, pool) for pool in pools.items]
    found = []
    for j in range(width.value):
        place = getitem(sp, places, Seq(tuple, [k, Static(j)]))
        assert isinstance(place, Value) and isinstance(place.owner, Op)
        place.owner.attrs.pop("may_raise", None)  # every row is as long as this
        found.append(plans[j % len(plans)].item(place))
    return Seq(tuple, found)


def as_it_is_now(sp: Specializer, a: Abstract) -> Abstract:
    """The numbers in a vector as they are here, whatever is written into it later; the rows of a matrix are views."""
    held = content(sp, a)
    t = strip_const(held.type) if isinstance(held, Value) else None
    return _snapshot(sp, held, True) if isinstance(held, Value) and isinstance(t, Array) and t.ndim == 1 else a


def _snapshot(sp: Specializer, array: Value, kind: bool | str) -> Value:
    copy = apply(sp, np.copy, [array])
    assert isinstance(copy, Value) and isinstance(copy.owner, Op)
    copy.owner.attrs["snapshot"] = kind
    return copy


def unchanging(sp: Specializer, a: Abstract) -> Abstract | None:
    """A vector that holds something, into which nothing is written later (else that is refused); None for anything else."""
    held = content(sp, a)
    t = strip_const(held.type) if isinstance(held, Value) else None
    if not isinstance(held, Value) or not isinstance(t, Array) or t.ndim != 1 or t.dims == (ANY,):
        return None
    return _snapshot(sp, held, "unchanging")


# --------------------------------------------------------------------------------------------------------- computed items

def chained(sp: Specializer, parts: list[Abstract]) -> Abstract:
    """``itertools.chain(*parts)``."""
    count = part_plan(sp, parts[0]).hi
    for part in parts[1:]:
        count = binary(sp, operator.add, count, part_plan(sp, part).hi)
    return Iteration("computed", [Static(item_of_chain), count, *parts])


def item_of_chain(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """The item at a place of several sequences, one behind the other."""
    first, *rest, k = args
    plan = part_plan(sp, first)
    if not rest:
        return plan.item(sp.lift(k))

    def later() -> Abstract:
        return item_of_chain(sp, [*rest, binary(sp, operator.sub, k, plan.hi)], {})
    return _if_within(sp, plan, k, later)


def longest(sp: Specializer, parts: list[Abstract], fill: Abstract) -> Abstract:
    """``itertools.zip_longest(*parts, fillvalue=fill)``."""
    count = apply(sp, max, [part_plan(sp, part).hi for part in parts])
    return Iteration("computed", [Static(item_of_longest), count, fill, *parts])


def item_of_longest(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """The items at a place, and what fills in for those that are not there."""
    fill, *parts, k = args
    return Seq(tuple, [_if_within(sp, part_plan(sp, part), k, lambda: fill) for part in parts])


def _if_within(sp: Specializer, plan: Any, k: Abstract, otherwise: Any) -> Abstract:
    """The item at a place if there is one, else what ``otherwise`` gives: a conditional expression."""
    condition = truth(sp, binary(sp, operator.lt, k, plan.hi))
    if isinstance(condition, bool):
        return plan.item(sp.lift(k)) if condition else otherwise()  # type: ignore[no-any-return]
    blocks = [Block(), Block()]
    with sp.builder.at(blocks[0]):
        item = plan.item(sp.lift(k))
    with sp.builder.at(blocks[1]):
        other = otherwise()
    shape = sp.join([sh.generalise(sh.shape_of(a)) for a in (item, other)], "an item", "in this iterator")
    return merge(sp, condition, blocks, [(item, other)], [shape], [""])[0]


def repeated(sp: Specializer, a: Abstract, times: Abstract) -> Abstract:
    """``itertools.repeat(a, times)``."""
    return Iteration("computed", [Static(item_of_repetition), apply(sp, max, [times, Static(0)]), a])


def item_of_repetition(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """The same at every place."""
    return args[0]


SPECIAL.update({fn: fn for fn in (item_of_table, item_of_chain, item_of_longest, item_of_repetition)})
