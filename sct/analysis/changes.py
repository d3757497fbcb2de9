"""Changes of lists and dicts: assigned and deleted items, methods that change their object, ``+=``.

Each gives the container another content (see ``references.py``).  Where a list has a length that only run time knows, its
content is one run-time value, and a change makes the next one.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable
from typing import Any

from ..ir.core import Op, Value
from ..ir.ops import generator
from ..ir.types import List, Scalar, strip_const
from ..runtime import helpers
from . import abstract as ab
from .abstract import Abstract, Mapping, Reference, Seq, Slice, Static, View
from .callees import MAKES_CONTAINERS, SPECIAL, TAKES_REFERENCES, call
from .infer import SIMPLE, Frame, Refusal, Specializer, sequence_items
from .primitives import apply, binary, inplace, raise_here
from .references import NeedsPlaces, change, content, fresh, kind_of, plain
from .subscripts import getitem

NONE = Static(None)


def _changed(sp: Specializer, a: Abstract) -> Reference:
    """The container that is changed; asks for places where they are not followed yet, refuses where there is none."""
    if isinstance(a, Reference):
        return a
    if not sp.context.places and not sp.context.splicing:
        raise NeedsPlaces
    kind = kind_of(a)
    what = f"this {kind.__name__}" if kind is not None else "this"
    raise Refusal("SCT602", f"{what} is changed, but it belongs to a module, to a container whose length only run time knows, "
                  "or to a caller", "change a copy that this function makes, or use an array: `a = np.array(xs)`")


def _list_content(sp: Specializer, a: Reference) -> Seq | Value:
    """The content of a list that is changed."""
    found = content(sp, a)
    if isinstance(found, Value) and isinstance(found.type, List):
        return found
    if isinstance(found, Seq) and found.kind is list:
        return found
    raise Refusal("SCT602", "what is changed here is not certainly a list", "start with a list on every path")


def _as_seq(a: Abstract) -> Seq:
    assert isinstance(a, Seq)
    return a


# ------------------------------------------------------------------------------------------------------------------ lists

ListMethod = Callable[[Specializer, Reference, Seq | Value, list[Abstract]], Abstract]


def _append(sp: Specializer, xs: Reference, held: Seq | Value, args: list[Abstract]) -> Abstract:
    (item,) = args
    change(sp, xs, Seq(list, [*held.items, item]) if isinstance(held, Seq) else appended(sp, held, item))
    return NONE


def appended(sp: Specializer, acc: Value, item: Abstract) -> Value:
    """A run-time list with one more item: the same one at run time, where nothing else needs it as it was."""
    value = ab.held(sp.lift(item), item)
    assert isinstance(acc.type, List)
    joined = sp.join([ab.leaf_shape(acc.type.item), ab.leaf_shape(strip_const(value.type))], "the item", "in this list")
    item_type = ab.leaf_type(joined)
    assert item_type is not None
    return sp.builder.value("append", [acc, ab.convert(value, item_type, sp.builder)], List(item_type), acc.hint, linear=True)


def _extend(sp: Specializer, xs: Reference, held: Seq | Value, args: list[Abstract]) -> Abstract:
    from .loops import known_items
    (more,) = args
    items = known_items(sp, more)
    if items is not None and isinstance(held, Seq):
        change(sp, xs, Seq(list, [*held.items, *items]))
        return NONE
    if items is not None:
        for item in items:
            held = appended(sp, held, item)  # type: ignore[arg-type]
        change(sp, xs, held)
        return NONE
    from .builtin_calls import collect
    more = content(sp, more)
    tail = more if isinstance(more, Value) and isinstance(more.type, List) else collect(sp, more)
    change(sp, xs, _sum(sp, held, tail))
    return NONE


def _sum(sp: Specializer, a: Abstract, b: Abstract) -> Abstract:
    """Two lists joined, of which one may be empty."""
    for x, y in ((a, b), (b, a)):
        if isinstance(x, Seq) and not x.items:
            return binary(sp, operator.add, y, Seq(list, [])) if isinstance(y, Value) else y
    return binary(sp, operator.add, a, b)


def _pop(sp: Specializer, xs: Reference, held: Seq | Value, args: list[Abstract]) -> Abstract:
    index = args[0] if args else Static(-1)
    if isinstance(held, Seq):
        if not held.items:
            return raise_here(sp, IndexError("pop from empty list"))
        k = sp.static(index, "the index of `pop`")
        if not -len(held.items) <= k < len(held.items):
            return raise_here(sp, IndexError("pop index out of range"))
        items = list(held.items)
        item = items.pop(k)
        change(sp, xs, Seq(list, items))
        return item
    item, rest = _taken(sp, held, index)
    change(sp, xs, rest)
    return item


def _taken(sp: Specializer, held: Value, index: Abstract) -> tuple[Abstract, Abstract]:
    """An item at an end of a run-time list, and the others."""
    if not isinstance(index, Static) or index.value not in (0, -1):
        raise Refusal("SCT606", "an item is taken from inside of a list whose length only run time knows",
                      "take it from an end: `pop()` or `pop(0)`")
    item = getitem(sp, held, index)
    rest = Slice(Static(1), NONE, NONE) if index.value == 0 else Slice(NONE, Static(-1), NONE)
    return item, getitem(sp, held, rest)


def _insert(sp: Specializer, xs: Reference, held: Seq | Value, args: list[Abstract]) -> Abstract:
    index, item = args
    k = sp.static(index, "the place of `insert`")
    if isinstance(held, Seq):
        items = list(held.items)
        items.insert(k, item)
        change(sp, xs, Seq(list, items))
        return NONE
    if k != 0:
        raise Refusal("SCT606", "an item is inserted inside of a list whose length only run time knows",
                      "insert it at the front, or append it")
    change(sp, xs, binary(sp, operator.add, Seq(list, [item]), held))
    return NONE


def _reverse(sp: Specializer, xs: Reference, held: Seq | Value, args: list[Abstract]) -> Abstract:
    new = Seq(list, held.items[::-1]) if isinstance(held, Seq) else getitem(sp, held, Slice(NONE, NONE, Static(-1)))
    change(sp, xs, new)
    return NONE


def _clear(sp: Specializer, xs: Reference, held: Seq | Value, args: list[Abstract]) -> Abstract:
    change(sp, xs, Seq(list, []))
    return NONE


def _remove(sp: Specializer, xs: Reference, held: Seq | Value, args: list[Abstract]) -> Abstract:
    found = _find(sp, held, args[0])
    if found is None:
        return raise_here(sp, ValueError("list.remove(x): x not in list"))
    items = list(_as_seq(held).items)
    del items[found]
    change(sp, xs, Seq(list, items))
    return NONE


def _find(sp: Specializer, held: Seq | Value, wanted: Abstract) -> int | None:
    """Where a list holds something that is known while specialising."""
    wanted = content(sp, wanted)
    for k, item in enumerate(held.items if isinstance(held, Seq) else [held]):
        if isinstance(item, Static) and isinstance(wanted, Static):
            if item.value is wanted.value or item.value == wanted.value:
                return k
        elif item is wanted and not isinstance(item, Value):
            return k
        else:
            raise Refusal("SCT606", "which item this is depends on values that only run time knows",
                          "keep the position of the item, and use it")
    return None


def _sort(sp: Specializer, xs: Reference, held: Seq | Value, args: list[Abstract]) -> Abstract:
    raise Refusal("SCT606", "`list.sort` is not supported", "write `xs = sorted(xs)`")


_LIST: dict[str, ListMethod] = {
    "append": _append, "extend": _extend, "pop": _pop, "insert": _insert, "reverse": _reverse, "clear": _clear,
    "remove": _remove, "sort": _sort,
}


def _list_method(name: str) -> Any:
    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        base = args[0]
        if kind_of(content(sp, base)) is not list and not (isinstance(base, Reference) and base.kind is list):
            return NotImplemented  # type: ignore[no-any-return]
        if kwargs and name != "sort":
            raise Refusal("SCT709", f"this always raises TypeError: `list.{name}` takes no keywords")
        xs = _changed(sp, base)
        return _LIST[name](sp, xs, _list_content(sp, xs), args[1:])
    return build


def _copy(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``xs.copy()``."""
    base = content(sp, args[0])
    if isinstance(base, Seq | Mapping):
        return fresh(sp, ab.with_parts(base, list(ab.parts_of(base) or ())))
    return call(sp, Static(list), args, kwargs)


# ------------------------------------------------------------------------------------------------------------------ dicts

def _dict_content(sp: Specializer, a: Reference) -> Mapping:
    found = content(sp, a)
    if not isinstance(found, Mapping):
        raise Refusal("SCT602", "what is changed here is not certainly a dict", "start with a dict on every path")
    return found


def _update(sp: Specializer, d: Reference, held: Mapping, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    items = dict(held.items)
    for more in [content(sp, a) for a in args]:
        if isinstance(more, Mapping):
            items.update(more.items)
            continue
        for pair in sequence_items(sp, more, "update"):
            key, value = sequence_items(sp, pair, "update")
            items[_key(sp, key)] = value
    change(sp, d, Mapping({**items, **kwargs}))
    return NONE


def _key(sp: Specializer, key: Abstract) -> Any:
    """A key of a dict, which must be known."""
    key = plain(sp, key)
    if not isinstance(key, Static | Seq):
        known = sp.known(key) if isinstance(key, Value) else None
        if known is None:
            raise Refusal("SCT703", "the key of a dict must be known before the function runs",
                          "use keys that are literals, or a list or an array that is indexed by numbers")
    return sp.static(key, "the key of a dict")


def _setdefault(sp: Specializer, d: Reference, held: Mapping, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    key = _key(sp, args[0])
    if key not in held.items:
        change(sp, d, Mapping({**held.items, key: args[1] if len(args) > 1 else NONE}))
    return _dict_content(sp, d).items[key]


def _dict_pop(sp: Specializer, d: Reference, held: Mapping, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    key = _key(sp, args[0])
    if key not in held.items:
        return args[1] if len(args) > 1 else raise_here(sp, KeyError(key))
    change(sp, d, Mapping({k: v for k, v in held.items.items() if k != key}))
    return held.items[key]


def _popitem(sp: Specializer, d: Reference, held: Mapping, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    if not held.items:
        return raise_here(sp, KeyError("popitem(): dictionary is empty"))
    *others, (key, value) = held.items.items()
    change(sp, d, Mapping(dict(others)))
    return Seq(tuple, [Static(key), value])


def _clear_dict(sp: Specializer, d: Reference, held: Mapping, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    change(sp, d, Mapping({}))
    return NONE


_DICT: dict[str, Any] = {
    "update": _update, "setdefault": _setdefault, "pop": _dict_pop, "popitem": _popitem, "clear": _clear_dict,
}


def _dict_method(name: str) -> Any:
    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        if kind_of(content(sp, args[0])) is not dict:
            return NotImplemented  # type: ignore[no-any-return]
        d = _changed(sp, args[0])
        return _DICT[name](sp, d, _dict_content(sp, d), args[1:], kwargs)  # type: ignore[no-any-return]
    return build


def _view(name: str, otherwise: Any) -> Any:
    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        if isinstance(args[0], Reference) and isinstance(content(sp, args[0]), Mapping):
            return View(args[0], name)
        return otherwise(sp, args, kwargs)  # type: ignore[no-any-return]
    return build


# ------------------------------------------------------------------------------------------------------------- statements

def store_item(sp: Specializer, base: Abstract, index: Abstract, value: Abstract, fn: Callable[..., Any] | None) -> None:
    """``base[index] = value`` or ``base[index] fn= value`` for a list or a dict."""
    target = _changed(sp, base)
    if fn is not None:
        value = inplace(sp, fn, getitem(sp, base, index), value)
    held = content(sp, target)
    if isinstance(held, Mapping):
        change(sp, target, Mapping({**held.items, _key(sp, index): value}))
        return
    held = _list_content(sp, target)
    if isinstance(held, Value):
        change(sp, target, _replaced(sp, held, plain(sp, index), value))
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
    if not isinstance(index, Static):
        raise Refusal("SCT703", "the place in a list that is assigned to must be known before the function runs",
                      "use an array: `xs = np.array(xs)`")
    k = index.value
    if not isinstance(k, int) or not -len(held.items) <= k < len(held.items):
        raise Refusal("SCT709", f"this always raises IndexError: index {k} of {len(held.items)} items")
    return k


def _replaced(sp: Specializer, held: Value, index: Abstract, value: Abstract) -> Abstract:
    """A run-time list of numbers with another one at a place that may be computed."""
    t = held.type
    given = content(sp, value)
    number = isinstance(given, Static) and ab.is_number(given.value) or \
        isinstance(given, Value) and isinstance(strip_const(given.type), Scalar)
    if isinstance(index, Slice) or not number or not isinstance(t, List) or not isinstance(strip_const(t.item), Scalar):
        raise Refusal("SCT602", "in a list whose length only run time knows, single numbers alone can be assigned",
                      "use an array: `xs = np.array(xs)`, or append to another list")
    return apply(sp, helpers.replaced, [held, index, given])


def _del_item(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    base, index = args
    target = _changed(sp, base)
    held = content(sp, target)
    if isinstance(held, Mapping):
        _dict_pop(sp, target, held, [index], {})
        return []
    held = _list_content(sp, target)
    if isinstance(held, Value):
        change(sp, target, _taken(sp, held, index)[1])
        return []
    items = list(held.items)
    del items[sp.static(index, "the slice of a list") if isinstance(index, Slice) else _place(sp, held, index)]
    change(sp, target, Seq(list, items))
    return []


def change_in_place(sp: Specializer, fn: Callable[..., Any], x: Abstract, y: Abstract) -> Abstract:
    """``x fn= y`` where ``x`` is a list or a dict: what ``x`` is afterwards."""
    target = _changed(sp, x)
    held = content(sp, target)
    if fn is operator.add and not isinstance(held, Mapping):
        _extend(sp, target, _list_content(sp, target), [y])
    elif fn is operator.mul and not isinstance(held, Mapping):
        change(sp, target, binary(sp, operator.mul, held, y))
    elif fn is operator.or_ and isinstance(held, Mapping):
        _update(sp, target, held, [y], {})
    else:
        raise Refusal("SCT709", f"this always raises TypeError: a {target.kind.__name__} has no such operator")
    return target


SPECIAL.update({getattr(list, name): _list_method(name) for name in _LIST})
SPECIAL.update({getattr(dict, name): _dict_method(name) for name in _DICT})
SPECIAL.update({getattr(dict, name): _view(name, SPECIAL[getattr(dict, name)]) for name in ("keys", "values", "items")})
SPECIAL.update({list.copy: _copy, dict.copy: _copy})
SIMPLE["del_item"] = _del_item
TAKES_REFERENCES.update({getattr(list, name) for name in _LIST}, {getattr(dict, name) for name in _DICT})
TAKES_REFERENCES.update({list.copy, dict.copy, dict.keys, dict.values, dict.items})
TAKES_REFERENCES.update({enumerate, zip, reversed, map, filter, generator, iter, next, isinstance, type, callable, getattr,
                         hasattr, functools.partial, functools.reduce, list, tuple, dict, super})
MAKES_CONTAINERS.update({list, dict, list.copy, dict.copy, sorted})
