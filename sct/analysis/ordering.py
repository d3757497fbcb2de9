"""``sorted``, ``max`` and ``min``: which item comes first is found at run time, as indices into what is ordered."""

from __future__ import annotations

import builtins
import operator
from collections.abc import Sequence
from typing import Any

from ..ir.core import Block, Value
from ..ir.ops import Lit, Slot
from ..ir.types import INT, Array, List, Scalar, Tuple, join_all, strip_const, type_of
from ..runtime import helpers, standard
from . import shapes as sh
from .abstract import Abstract, Mapping, Range, Seq, Static
from .branches import merge, truth
from .callees import SPECIAL, call, call_standard
from .context import Refusal
from .displays import is_own_set
from .infer import Specializer
from .plans import known_items, length, short_range
from .primitives import apply, now, raise_here

UNDECIDED: Abstract = NotImplemented


# ------------------------------------------------------------------------------------------------------------- the order

def _sorted(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    key, reverse = kwargs.get("key"), kwargs.get("reverse", Static(False))
    backwards = bool(sp.static(reverse, "`reverse` of sorted"))
    items = _items(sp, args[0])
    if items is None:
        return call_standard(sp, standard.in_order, [_indexable(sp, args[0]), key or Static(None), Static(backwards)])
    keys = _keys(sp, items, key)
    if all(map(_is_known, keys)):
        values = [sp.static(k, "a key") for k in keys]
        return Seq(list, [items[k] for k in now(helpers.sorting_order, values, backwards)])
    if len(items) < 2:
        return Seq(list, items)
    found = sp.lift(Seq(list, keys))
    order = sp.builder.value("call", [found], List(INT), "order", fn=helpers.sorting_order,
                             args=(Slot(0), Lit(True)) if backwards else (Slot(0),), kwargs={})
    return Seq(list, select(sp, items, [_place(sp, order, k) for k in range(len(items))]))


def _extreme(name: str) -> Any:
    fn = getattr(builtins, name)
    first, general = {"max": (helpers.first_max, standard.largest), "min": (helpers.first_min, standard.smallest)}[name]

    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        rest = {k: a for k, a in kwargs.items() if k != "key" or not _is_none(a)}
        if "default" in rest and len(args) == 1:
            default = rest.pop("default")
            found: Abstract = _or_default(sp, args[0], default, lambda: call(sp, Static(fn), args, rest))
            return found
        key = rest.pop("key", None)
        if rest:
            raise Refusal("SCT204", f"{name} with these keywords is not supported")
        items = _items(sp, args[0]) if len(args) == 1 else args
        if items is None:
            if key is None and not _holds_sequences(args[0]):
                return call(sp, Static(fn), args, {}) if kwargs else UNDECIDED  # `key=None` says nothing
            return call_standard(sp, general, [_indexable(sp, args[0]), key or Static(None)])
        if not items:
            return raise_here(sp, _nothing_to_choose_from(fn))
        return _first(sp, fn, first, items, key)
    return build


def _nothing_to_choose_from(fn: Any) -> Exception:
    """What ``max`` or ``min`` raises, in the words of this version of Python."""
    try:
        fn(())
    except ValueError as error:
        return error
    raise AssertionError("an extreme of nothing")


def _first(sp: Specializer, fn: Any, first: Any, items: list[Abstract], key: Abstract | None) -> Abstract:
    """The item of those in ``items`` that ``max`` or ``min`` returns."""
    if len(items) == 1:
        return items[0]
    if key is None and not any(isinstance(item, Seq) for item in items):
        return _one_of(sp, fn, items)
    keys = _keys(sp, items, key)
    if all(map(_is_known, keys)):
        known: int = now(first, [sp.static(k, "a key") for k in keys])
        return items[known]
    found = sp.lift(Seq(list, keys))
    place = sp.builder.value("call", [found], INT, "place", fn=first, args=(Slot(0),), kwargs={})
    return select(sp, items, [place])[0]


def _one_of(sp: Specializer, fn: Any, items: list[Abstract]) -> Abstract:
    """The least or greatest of several numbers: it may be any of them, so its type covers all of theirs."""
    result = apply(sp, fn, items)
    types = [strip_const(a.type) if isinstance(a, Value) else type_of(a.value) for a in items if isinstance(a, Value | Static)]
    joined = join_all(types)
    if isinstance(result, Value) and len(types) == len(items) and isinstance(joined, Scalar):
        result.type = joined
    return result


def _or_default(sp: Specializer, items: Abstract, default: Abstract, extreme: Any) -> Any:
    """``extreme()`` unless there are no items: a conditional expression where only run time knows."""
    known = _items(sp, items)
    condition: Any = truth(sp, length(sp, items)) if known is None else bool(known)
    if isinstance(condition, bool):
        return extreme() if condition else default
    if not isinstance(condition, Value):
        return condition
    blocks = [Block(), Block()]
    with sp.builder.at(blocks[0]):
        found = extreme()
    shape = sp.join([sh.shape_of(found), sh.shape_of(default)], "the result", "here")
    return merge(sp, condition, blocks, [(found, default)], [shape], [""])[0]


# ------------------------------------------------------------------------------------------------------------- the items

def _items(sp: Specializer, a: Abstract) -> list[Abstract] | None:
    """The items of ``a`` where they are known one by one."""
    if is_own_set(a):
        assert isinstance(a, Static)
        return [Static(v) for v in now(sorted, a.value)]
    return short_range(a) if isinstance(a, Range) else known_items(sp, a)


def _holds_sequences(a: Abstract) -> bool:
    """Whether ``a`` is a run-time list of tuples or lists, one of which comes first."""
    t = strip_const(a.type) if isinstance(a, Value) else None
    return isinstance(t, List) and isinstance(strip_const(t.item), Tuple | List)


def _indexable(sp: Specializer, a: Abstract) -> Abstract:
    """The items of ``a`` as something that can be indexed."""
    t = strip_const(a.type) if isinstance(a, Value) else None
    if isinstance(t, Array | List) or isinstance(a, Range):
        return a
    if isinstance(a, Mapping | Seq):
        return Seq(list, [Static(k) for k in a.items] if isinstance(a, Mapping) else a.items)
    return call(sp, Static(list), [a], {})


def _keys(sp: Specializer, items: list[Abstract], key: Abstract | None) -> list[Abstract]:
    return items if key is None or _is_none(key) else [call(sp, key, [item], {}) for item in items]


def _is_none(a: Abstract) -> bool:
    return isinstance(a, Static) and a.value is None


def _is_known(a: Abstract) -> bool:
    return isinstance(a, Static) or isinstance(a, Seq) and all(map(_is_known, a.items))


def _place(sp: Specializer, order: Value, k: int) -> Value:
    return sp.builder.value("call", [order], INT, fn=operator.getitem, args=(Slot(0), Lit(k)), kwargs={}, effect="reads")


def select(sp: Specializer, items: list[Abstract], places: Sequence[Value]) -> list[Abstract]:
    """``items[k]`` for each of the run-time indices ``places``: a list for each number or array that the items hold."""
    shape = sp.join([sh.generalise(sh.shape_of(item)) for item in items], "an item", "where items are put in order")
    types = [strip_const(t) for t in sh.leaf_types(shape)]
    rows = [sh.leaves(item, shape, sp.builder) for item in items]
    columns = [sp.builder.value("tuple", column, List(t), "items", cls=list)
               for t, column in zip(types, zip(*rows, strict=True), strict=True)]

    def item_at(place: Value) -> Abstract:
        parts = iter([sp.builder.value("call", [column, place], t, fn=operator.getitem, args=(Slot(0), Slot(1)), kwargs={},
                                       effect="reads") for column, t in zip(columns, types, strict=True)])
        return sh.rebuild(shape, lambda t: next(parts))
    return [item_at(place) for place in places]


def _set(kind: type) -> Any:
    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        items = _items(sp, args[0]) if args else []
        if items is None:
            raise Refusal("SCT110", "a set of values that only run time knows is not supported", "use a list")
        return Static(now(kind, [sp.static(item, "an item of a set") for item in items]))
    return build


SPECIAL.update({sorted: _sorted, max: _extreme("max"), min: _extreme("min"), set: _set(set), frozenset: _set(frozenset)})
