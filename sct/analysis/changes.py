"""Statements that change lists and dicts: assigned and deleted items, ``+=``; their methods are in modules of their own.

Each change gives the container another content (see ``references.py``).
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any

from ..ir.core import Op, Value
from ..ir.ops import generator
from ..ir.types import Array, Table
from . import abstract as ab
from . import tables
from .abstract import Abstract, Mapping, Seq, Slice, Static
from .callees import MAKES_CONTAINERS, SPECIAL, TAKES_REFERENCES, call
from .context import Frame, Refusal
from .dict_changes import dict_method_of, known_key, update
from .displays import sequence_items
from .infer import SIMPLE, Specializer
from .list_changes import changed, extend, list_content, replaced, run_time, taken
from .operators import binary, inplace
from .references import change, content, fresh, plain
from .subscripts import getitem


def store_item(sp: Specializer, base: Abstract, index: Abstract, value: Abstract, fn: Callable[..., Any] | None) -> None:
    """``base[index] = value`` or ``base[index] fn= value`` for a list or a dict."""
    target = changed(sp, base)
    if fn is not None:
        before = content(sp, getitem(sp, base, index))
        value = inplace(sp, fn, before, value)
        if isinstance(before, Value) and (isinstance(before.type, Array) or before in sp.context.lists):
            return  # the array or list in the list has been changed itself
    held = content(sp, target)
    if isinstance(held, Value) and isinstance(held.type, Table):
        tables.put(sp, target, held, index, value)
        return
    if isinstance(held, Mapping):
        change(sp, target, Mapping({**held.items, known_key(sp, target, index): value}))
        return
    held = list_content(sp, target)
    index = plain(sp, index)
    if isinstance(held, Seq) and not isinstance(index, Static | Slice):
        held = run_time(sp, held)
    if isinstance(held, Value):
        change(sp, target, replaced(sp, held, index, value))
        return
    items = list(held.items)
    if isinstance(index, Slice):
        where = sp.static(index, "the slice of a list")
        given = sequence_items(sp, value, "assignment to a slice")
        try:
            items[where] = given
        except ValueError as error:
            raise Refusal("SCT709", f"this always raises ValueError: {error}") from None
    else:
        items[_place(sp, held, index)] = value
    change(sp, target, Seq(list, items))


def _place(sp: Specializer, held: Seq, index: Abstract) -> int:
    k = sp.static(index, "the place in a list")
    if not isinstance(k, int) or not -len(held.items) <= k < len(held.items):
        raise Refusal("SCT709", f"this always raises IndexError: index {k} of {len(held.items)} items")
    return k


def _del_item(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    base, index = args
    target = changed(sp, base)
    held = content(sp, target)
    if isinstance(held, Mapping) or isinstance(held, Value) and isinstance(held.type, Table):
        dict_method_of("pop")(sp, target, held, [index], {})
        return []
    held = list_content(sp, target)
    index = plain(sp, index)
    if isinstance(held, Seq) and not isinstance(index, Slice) and not tables.is_known(sp, index):
        held = run_time(sp, held)
    if isinstance(held, Value):
        change(sp, target, taken(sp, held, index)[1])
        return []
    items = list(held.items)
    del items[sp.static(index, "the slice of a list") if isinstance(index, Slice) else _place(sp, held, index)]
    change(sp, target, Seq(list, items))
    return []


def change_in_place(sp: Specializer, fn: Callable[..., Any], x: Abstract, y: Abstract) -> Abstract:
    """``x fn= y`` where ``x`` is a list or a dict: what ``x`` is afterwards."""
    target = changed(sp, x)
    held = content(sp, target)
    if fn is operator.add and not isinstance(held, Mapping):
        extend(sp, target, list_content(sp, target), [y])
    elif fn is operator.mul and not isinstance(held, Mapping):
        change(sp, target, binary(sp, operator.mul, held, y))
    elif fn is operator.or_ and isinstance(held, Mapping):
        update(sp, target, held, [y], {})
    else:
        raise Refusal("SCT709", f"this always raises TypeError: a {target.kind.__name__} has no such operator")
    return target


def _copy(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``xs.copy()``."""
    base = content(sp, args[0])
    if isinstance(base, Seq | Mapping):
        return fresh(sp, ab.with_parts(base, list(ab.parts_of(base) or ())))
    return call(sp, Static(list), args, kwargs)


SPECIAL.update({list.copy: _copy, dict.copy: _copy})
SIMPLE["del_item"] = _del_item
TAKES_REFERENCES.update({list.copy, dict.copy})
TAKES_REFERENCES.update({enumerate, zip, reversed, map, filter, generator, iter, next, isinstance, type, callable, getattr,
                         hasattr, functools.partial, functools.reduce, list, tuple, dict, super})
MAKES_CONTAINERS.update({list, dict, list.copy, dict.copy, sorted})
