"""Displays, lists that comprehensions fill, slices and formatted strings: what literals of containers become."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

from ..ir.core import Op, Value
from ..ir.evaluate import format_parts
from ..ir.ops import Lit, Slot
from ..ir.types import STR, Array, List, Table, strip_const
from . import abstract as ab
from . import shapes as sh
from .abstract import NEVER, POISON, Abstract, Iteration, Mapping, Seq, Slice, Static
from .branches import not_iterable, opened
from .context import Frame, Refusal
from .infer import SIMPLE, Specializer
from .references import NeedsPlaces, content, fresh


def _build(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    kind = op.attrs["kind"]
    if any(a is POISON for a in args):
        return [POISON]
    if any(a is NEVER for a in args):
        return [NEVER]
    items: list[Abstract] = []
    if op.attrs.get("accumulates"):
        return [_set_of(sp, []) if kind is set else Seq(kind, [])]
    stars = op.attrs.get("star") or (False,) * len(args)
    if kind is list:
        args = [_taken_whole(sp, a) if star else a for a, star in zip(args, stars, strict=True)]
    if kind is list and any(star and _is_run_time_list(content(sp, a)) for a, star in zip(args, stars, strict=True)):
        return [fresh(sp, _joined(sp, args, stars))]
    for a, star in zip(args, stars, strict=True):
        items.extend(sequence_items(sp, a, "unpacking with `*`") if star else [a])
    if kind is set:
        return [fresh(sp, _set_of(sp, items))]
    return [fresh(sp, Seq(kind, items))]


def _taken_whole(sp: Specializer, a: Abstract) -> Abstract:
    """All items of what only run time knows the length of, as a list."""
    from .callees import call
    from .iterators import is_lazy
    from .plans import known_items
    held = content(sp, a)
    long = is_lazy(a) or isinstance(held, Iteration) or isinstance(held, Value) and isinstance(held.type, Array)
    return call(sp, Static(list), [a], {}) if long and known_items(sp, a) is None else a


def _is_run_time_list(a: Abstract) -> bool:
    return isinstance(a, Value) and isinstance(a.type, List)


def _joined(sp: Specializer, args: list[Abstract], stars: Sequence[bool]) -> Abstract:
    """``[x, *xs, y]`` where only run time knows the length of ``xs``: a sum of lists."""
    from .operators import binary
    total: Abstract = Seq(list, [])
    for a, star in zip(args, stars, strict=True):
        part = content(sp, a)
        if not star or not _is_run_time_list(part):
            part = Seq(list, sequence_items(sp, a, "unpacking with `*`") if star else [a])
        total = binary(sp, operator.add, total, part)
    return total


def is_own_set(a: Abstract) -> bool:
    """Whether ``a`` is a set that nothing outside the function can change."""
    return isinstance(a, Static) and (type(a.value) is frozenset or type(a.value) in (set, WornSet) and a.path is None)


class WornSet(set[Any]):
    """A set from which items were taken: those put in later may stand elsewhere than in one that is new."""


def items_in_order(values: Any) -> list[Abstract]:
    """The items of a set in the order in which Python goes through them, where this is known."""
    if type(values) is not WornSet and all(type(v) is int and 0 <= v < 8 for v in values):
        return [Static(v) for v in sorted(values)]  # each stands at the place that is its value, however large the table
    raise Refusal("SCT711", "in which order the items of a set come is not known", "iterate over `sorted(...)`")


def _set_of(sp: Specializer, items: list[Abstract]) -> Static:
    """A set of objects that are all known; the first item may be a set that is added to."""
    values = [sp.static(item, "an item of a set") for item in items]
    start = values.pop(0) if values and isinstance(values[0], set) else set()
    try:
        return Static(start.union(values))
    except TypeError as error:
        raise Refusal("SCT709", f"this always raises TypeError: {error}") from None


def sequence_items(sp: Specializer, a: Abstract, what: str) -> list[Abstract]:
    """The items of something whose length is known."""
    a = opened(sp, content(sp, a), not_iterable)
    if isinstance(a, Seq):
        return a.items
    if isinstance(a, Static) and isinstance(a.value, str | tuple | list | range):
        return [Static(v) for v in a.value]
    if isinstance(a, Static) and is_own_set(a):
        return items_in_order(a.value)
    if isinstance(a, ab.Range):
        bounds = [sp.static(x, "the range") for x in (a.lo, a.hi, a.step)]
        return [Static(v) for v in range(*bounds)]
    if isinstance(a, Mapping):
        return [Static(k) for k in a.items]
    from .trips import items_of_array
    items = _items_left(sp, a)
    if items is None:
        items = items_of_array(sp, a)
    if items is not None:
        return items
    raise Refusal("SCT705", f"{what} needs a sequence whose length is known", "index it instead")


def _items_left(sp: Specializer, a: Abstract) -> list[Abstract] | None:
    """The items of an iterator, where all of them are known one by one."""
    from .iterators import drain, is_lazy, known
    from .plans import known_items
    if not is_lazy(a):
        return known_items(sp, a) if isinstance(a, ab.Iteration) else None
    items = drain(sp, a) if known(sp, a) else None
    return items.items if isinstance(items, Seq) else None


def _dict(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    if any(a is POISON for a in args):
        return [POISON]
    n = op.attrs["n"]
    items: dict[Any, Abstract] = {}
    for key, value, spread in zip(args[:n], args[n:], op.attrs.get("spread") or (False,) * n, strict=True):
        held = content(sp, value)
        if not spread:
            items[sp.static(key, "a dict key")] = value
        elif isinstance(held, Mapping):
            items.update(held.items)
        else:
            raise Refusal("SCT705", "`**` in a dict display needs a dict whose keys are known")
    made: Abstract = Mapping(items)
    if op.attrs.get("accumulates") and op.loc in sp.context.tables:
        from .tables import made as made_table
        return [made_table(sp, Mapping({}))]
    return [made if op.attrs.get("accumulates") else fresh(sp, made)]


def _slice(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    return [Slice(*args)]


def _append(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    from .tables import is_known, put
    acc, *added = args
    if isinstance(acc, Mapping) and not is_known(sp, added[0]):
        raise NeedsPlaces(tables=[op.loc])
    if isinstance(acc, Value) and isinstance(acc.type, Table):
        return [put(sp, Static(None), acc, *added)]
    if isinstance(acc, Mapping):
        return [Mapping({**acc.items, sp.static(added[0], "a dict key"): added[1]})]
    (item,) = added
    if isinstance(acc, Static):
        return [_set_of(sp, [Static(acc.value), item])]
    if isinstance(acc, Seq):
        return [Seq(acc.kind, [*acc.items, item])]
    value = sh.held(sp.lift(item), item, content(sp, item))
    assert isinstance(acc, Value) and isinstance(acc.type, List)
    joined = sp.join([sh.leaf_shape(acc.type.item), sh.leaf_shape(strip_const(value.type))], "the item", "in this list")
    item_type = sh.leaf_type(joined)
    assert item_type is not None
    return [sp.builder.value("append", [acc, value], List(item_type), acc.hint)]


def _format(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    if sp.context.splicing and all(isinstance(a, Static) for a in args):
        return [Static(format_parts(op.attrs["parts"], [a.value for a in args if isinstance(a, Static)]))]
    leaves: list[Value] = []
    slots: list[Slot | Lit] = []
    for a in args:
        if isinstance(a, Value) or (isinstance(a, Seq) and a.runtime is not None):
            slots.append(Slot(len(leaves)))
            leaves.append(sp.lift(a))
        elif isinstance(a, Static):
            slots.append(Lit(a.value))
        else:
            slots.append(Slot(len(leaves)))
            leaves.append(sp.lift(a))
    return [sp.builder.value("format", leaves, STR, parts=op.attrs["parts"], args=tuple(slots))]


SIMPLE.update({"build": _build, "dict": _dict, "slice": _slice, "append": _append, "format": _format})
