"""Changes of lists and dicts: assigned and deleted items, methods that change their object, ``+=``.

Each gives the container another content (see ``references.py``).  Where a list has a length that only run time knows, its
content is one run-time value, and a change makes the next one.
"""

from __future__ import annotations

import collections
import functools
import operator
from collections.abc import Callable
from typing import Any

from ..ir.core import Block, Op, Value
from ..ir.ops import Slot, generator
from ..ir.types import BOTTOM, INT, Array, List, OrConst, Table, Type, strip_const
from . import abstract as ab
from . import shapes as sh
from . import tables
from .abstract import Abstract, Mapping, Reference, Seq, Slice, Static, View
from .callees import MAKES_CONTAINERS, SPECIAL, TAKES_REFERENCES, call
from .context import Frame, Refusal
from .displays import sequence_items
from .infer import SIMPLE, Specializer
from .operators import binary, inplace
from .primitives import Arguments, raise_here
from .references import NeedsPlaces, change, content, fresh, kind_of, plain, widen
from .subscripts import getitem

NONE = Static(None)


def _changed(sp: Specializer, a: Abstract) -> Reference:
    """The container that is changed; asks for places where they are not followed yet, refuses where there is none."""
    if isinstance(a, Reference):
        return a
    if not sp.context.places and not sp.context.splicing:
        raise NeedsPlaces
    if isinstance(a, Value) and isinstance(a.type, List | Table) and not sp.context.splicing:
        if not sp.context.inside:
            raise NeedsPlaces(inside=True)
        if a in sp.context.lists:
            found = fresh(sp, a)
            assert isinstance(found, Reference)
            return found
    if sp.context.differentiated and not sp.context.fields_change and not sp.context.splicing:
        sp.context.fields_change, sp.context.places = True, False
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


def appended(sp: Specializer, held: Value, item: Abstract) -> Value:
    """A run-time list with one more item at its end."""
    return _with_item(sp, "insert", held, item, NONE)


def _with_item(sp: Specializer, kind: str, held: Value, item: Abstract, index: Abstract, **attrs: Any) -> Value:
    """A run-time list into which an item has been put."""
    value = sh.held(sp.lift(item), item, content(sp, item))
    assert isinstance(held.type, List)
    joined = sp.join([sh.leaf_shape(held.type.item), sh.leaf_shape(strip_const(value.type))], "the item", "in this list")
    item_type = sh.leaf_type(joined)
    assert item_type is not None
    new = _change_op(sp, kind, [held, sh.convert(value, item_type, sp.builder)], index, [List(item_type)], **attrs)[0]
    if held in sp.context.lists:
        widen(sp, sp.context.lists[held], List(item_type))
    return new


def _change_op(sp: Specializer, kind: str, operands: list[Value], index: Abstract, types: list[Type],
               **attrs: Any) -> list[Value]:
    """Emit a change of a run-time list; what it gives, and last what the list holds then (the same list at run time)."""
    collected = Arguments(sp)
    collected.operands = operands
    template = collected.template(plain(sp, index))[0]
    hints = ["item"] * (len(types) - 1) + [operands[0].hint]
    return sp.builder.emit("change", collected.operands, types, hints, kind=kind, args=(Slot(0), template), **attrs).results


def _extend(sp: Specializer, xs: Reference, held: Seq | Value, args: list[Abstract]) -> Abstract:
    from .plans import known_items
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
    if isinstance(held, Seq) and not held.items and tail is not more:
        change(sp, xs, tail)
    else:
        held = _run_time(sp, held) if isinstance(held, Seq) else held
        change(sp, xs, _extended(sp, held, sp.lift(tail)))
    return NONE


def _extended(sp: Specializer, held: Value, more: Value) -> Value:
    """A run-time list with the items of another one at its end."""
    assert isinstance(held.type, List) and isinstance(more.type, List)
    joined = sp.join([sh.leaf_shape(held.type.item), sh.leaf_shape(more.type.item)], "the items", "of this list")
    item_type = sh.leaf_type(joined)
    assert item_type is not None
    zero, one = (sp.builder.value("const", (), OrConst(BOTTOM, INT), value=n) for n in (0, 1))
    count, block = tables.size(sp, more), Block()
    k, acc = block.add_arg("", INT), block.add_arg(held.hint, List(item_type))
    with sp.builder.at(block):
        sp.builder.emit("continue", [_with_item(sp, "insert", acc, getitem(sp, more, k), NONE)])
    return sp.builder.emit("for", [zero, count, one, held], [List(item_type)], [held.hint], [block], kind="range").result


def _sum(sp: Specializer, a: Abstract, b: Abstract) -> Abstract:
    """Two lists joined, of which one may be empty."""
    for x, y in ((a, b), (b, a)):
        if isinstance(x, Seq) and not x.items:
            return binary(sp, operator.add, y, Seq(list, [])) if isinstance(y, Value) else y
    return binary(sp, operator.add, a, b)


def _pop(sp: Specializer, xs: Reference, held: Seq | Value, args: list[Abstract]) -> Abstract:
    index = plain(sp, args[0]) if args else Static(-1)
    if isinstance(held, Seq) and not tables.is_known(sp, index):
        held = _run_time(sp, held)
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
    """An item of a run-time list, and the others; for a slice only these."""
    if isinstance(index, Slice):
        return NONE, _sum(sp, *_around(sp, held, index))
    assert isinstance(held.type, List)
    if held.type.item == BOTTOM:
        return raise_here(sp, IndexError("pop from empty list")), held
    item, rest = _change_op(sp, "remove", [held], index, [held.type.item, held.type], may_raise=True)
    return sp.as_abstract(item), rest


def _insert(sp: Specializer, xs: Reference, held: Seq | Value, args: list[Abstract]) -> Abstract:
    index, item = args
    if isinstance(held, Seq) and not isinstance(index, Static):
        held = _run_time(sp, held)
    if isinstance(held, Seq):
        k = sp.static(index, "the place of `insert`")
        items = list(held.items)
        items.insert(k, item)
        change(sp, xs, Seq(list, items))
        return NONE
    change(sp, xs, _with_item(sp, "insert", held, item, index))
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


def _sort(sp: Specializer, xs: Reference, held: Seq | Value, kwargs: dict[str, Abstract]) -> Abstract:
    change(sp, xs, content(sp, call(sp, Static(sorted), [held], kwargs)))
    return NONE


_LIST: dict[str, ListMethod] = {
    "append": _append, "extend": _extend, "pop": _pop, "insert": _insert, "reverse": _reverse, "clear": _clear,
    "remove": _remove,
}


def _list_method(name: str) -> Any:
    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        base = args[0]
        if kind_of(content(sp, base)) is not list and not (isinstance(base, Reference) and base.kind is list):
            return NotImplemented  # type: ignore[no-any-return]
        if kwargs and name != "sort":
            raise Refusal("SCT709", f"this always raises TypeError: `list.{name}` takes no keywords")
        xs = _changed(sp, base)
        if name == "sort":
            return _sort(sp, xs, _list_content(sp, xs), kwargs)
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
            items[_key(sp, d, key)] = value
    change(sp, d, Mapping({**items, **kwargs}))
    return NONE


def _key(sp: Specializer, d: Reference, key: Abstract) -> Any:
    """A key of the dict ``d`` that is known; if it is not, the dict has to be a table."""
    if not tables.is_known(sp, key):
        raise tables.needed(sp, d)
    return sp.static(plain(sp, key), "the key of a dict")


def _setdefault(sp: Specializer, d: Reference, held: Mapping, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    key = _key(sp, d, args[0])
    if key not in held.items:
        change(sp, d, Mapping({**held.items, key: args[1] if len(args) > 1 else NONE}))
    return _dict_content(sp, d).items[key]


def _dict_pop(sp: Specializer, d: Reference, held: Mapping, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    key = _key(sp, d, args[0])
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


def _update_table(sp: Specializer, d: Reference, held: Value, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    for more in [content(sp, a) for a in args]:
        if not isinstance(more, Mapping):
            raise Refusal("SCT602", "a dict with keys that only run time knows takes items one by one",
                          "write a loop: `for k, v in …: d[k] = v`")
        kwargs = {**more.items, **kwargs}
    for key, value in kwargs.items():
        held = tables.put(sp, d, held, Static(key), value)
    return NONE


def _ensured(sp: Specializer, d: Reference, held: Value, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    key, *default = args
    return tables.load(sp, d, tables.ensure(sp, d, held, key, lambda: default[0] if default else NONE), key)


def _table_pop(sp: Specializer, d: Reference, held: Value, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    if len(args) > 1:
        raise Refusal("SCT602", "`pop` with a default is not supported for a dict with keys that only run time knows",
                      "write `if k in d: x = d.pop(k)`")
    return tables.take(sp, d, held, args[0])[0]


def _clear_table(sp: Specializer, d: Reference, held: Value, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    change(sp, d, tables.made(sp, Mapping({}), held.hint))
    return NONE


def _no_table(sp: Specializer, d: Reference, held: Value, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    raise Refusal("SCT602", "which item is the last is not known of a dict with keys that only run time knows", "name the key")


_TABLE: dict[str, Any] = {
    "update": _update_table, "setdefault": _ensured, "pop": _table_pop, "popitem": _no_table, "clear": _clear_table,
}
_DICT: dict[str, Any] = {
    "update": _update, "setdefault": _setdefault, "pop": _dict_pop, "popitem": _popitem, "clear": _clear_dict,
}


def _dict_method(name: str) -> Any:
    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        if kind_of(content(sp, args[0])) is not dict:
            return NotImplemented  # type: ignore[no-any-return]
        d = _changed(sp, args[0])
        held = tables.held_table(sp, d)
        found = held if held is not None else _dict_content(sp, d)
        return _dict_method_of(name)(sp, d, found, args[1:], kwargs)  # type: ignore[no-any-return]
    return build


def _dict_method_of(name: str) -> Any:
    def run(sp: Specializer, d: Reference, held: Any, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        return (_TABLE if isinstance(held, Value) else _DICT)[name](sp, d, held, args, kwargs)  # type: ignore[no-any-return]
    return run


def _get(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``d.get(key, default)`` of a dict that may have to be a table."""
    held = content(sp, args[0])
    if isinstance(held, Value) and isinstance(held.type, Table):
        return tables.get(sp, args[0], held, args[1], args[2] if len(args) > 2 else NONE)
    if isinstance(held, Mapping) and not tables.is_known(sp, args[1]):
        raise tables.needed(sp, args[0])
    return _PLAIN_GET(sp, [held, *args[1:]], kwargs)  # type: ignore[no-any-return]


def _defaultdict(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``collections.defaultdict(factory)``: a dict that gets an item wherever one is missing."""
    if sp.context.splicing:
        return NotImplemented  # type: ignore[no-any-return]
    if not sp.context.places:
        raise NeedsPlaces
    factory, *given = args or [NONE]
    made = fresh(sp, content(sp, call(sp, Static(dict), given, kwargs)))
    assert isinstance(made, Reference)
    made.place.factory = None if factory == NONE else factory
    return made


def with_default(sp: Specializer, d: Abstract, key: Abstract) -> None:
    """Let a ``defaultdict`` have an item for ``key``."""
    factory = d.place.factory if isinstance(d, Reference) else None
    if factory is None or not isinstance(d, Reference):
        return
    held = tables.held_table(sp, d)
    if held is not None:
        tables.ensure(sp, d, held, key, lambda: call(sp, factory, [], {}))
        return
    known = _dict_content(sp, d)
    place = _key(sp, d, key)
    if place not in known.items:
        change(sp, d, Mapping({**known.items, place: call(sp, factory, [], {})}))


def _view(name: str, otherwise: Any) -> Any:
    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        if isinstance(args[0], Reference) and (isinstance(content(sp, args[0]), Mapping)
                                               or tables.held_table(sp, args[0]) is not None):
            return View(args[0], name)
        return otherwise(sp, args, kwargs)  # type: ignore[no-any-return]
    return build


# ------------------------------------------------------------------------------------------------------------- statements

def store_item(sp: Specializer, base: Abstract, index: Abstract, value: Abstract, fn: Callable[..., Any] | None) -> None:
    """``base[index] = value`` or ``base[index] fn= value`` for a list or a dict."""
    target = _changed(sp, base)
    if fn is not None:
        before = content(sp, getitem(sp, base, index))
        value = inplace(sp, fn, before, value)
        if isinstance(before, Value) and isinstance(before.type, Array):
            return  # the array in the list has been changed itself
    held = content(sp, target)
    if isinstance(held, Value) and isinstance(held.type, Table):
        tables.put(sp, target, held, index, value)
        return
    if isinstance(held, Mapping):
        change(sp, target, Mapping({**held.items, _key(sp, target, index): value}))
        return
    held = _list_content(sp, target)
    index = plain(sp, index)
    if isinstance(held, Seq) and not isinstance(index, Static | Slice):
        held = _run_time(sp, held)
    if isinstance(held, Value):
        change(sp, target, _replaced(sp, held, index, value))
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


def _replaced(sp: Specializer, held: Value, index: Abstract, value: Abstract) -> Abstract:
    """A run-time list with another item at a place, or with other items in place of a slice."""
    if not isinstance(index, Slice):
        return _with_item(sp, "store", held, value, index, may_raise=True)
    before, after = _around(sp, held, index)
    from .builtin_calls import collect
    from .plans import known_items
    items = known_items(sp, value)
    middle = Seq(list, list(items)) if items is not None else collect(sp, content(sp, value))
    return _prolonged(sp, _prolonged(sp, before, middle), after)


def _prolonged(sp: Specializer, a: Abstract, b: Abstract) -> Abstract:
    """Two new lists in one, which may be the first."""
    if isinstance(a, Seq) and (not a.items or isinstance(b, Seq)):
        return Seq(list, [*a.items, *b.items]) if isinstance(b, Seq) else b
    held = a if isinstance(a, Value) else _run_time(sp, _as_seq(a))
    if isinstance(b, Seq):
        for item in b.items:
            held = appended(sp, held, item)
        return held
    return _extended(sp, held, sp.lift(b))


def _around(sp: Specializer, held: Value, index: Slice) -> tuple[Abstract, Abstract]:
    """What a run-time list holds before and after a slice."""
    lo, hi = (None if a is NONE or isinstance(a, Static) and a.value is None else a for a in (index.lo, index.hi))
    whole = isinstance(index.step, Static) and index.step.value in (None, 1)
    numbers = [a.value for a in (lo, hi) if isinstance(a, Static)]
    same_end = len(numbers) == 2 and (numbers[0] < 0) == (numbers[1] < 0)
    ordered = lo is None or hi is None or same_end and numbers[0] <= numbers[1]
    if not whole or not ordered:
        raise Refusal("SCT602", "this slice of a list whose length only run time knows cannot be replaced",
                      "build the list anew: `xs = xs[:i] + ys + xs[j:]`, or use an array")
    before = Seq(list, []) if lo is None else getitem(sp, held, Slice(NONE, lo, NONE))
    after = Seq(list, []) if hi is None else getitem(sp, held, Slice(hi, NONE, NONE))
    return before, after


def _run_time(sp: Specializer, held: Seq) -> Value:
    """A list whose items are changed at places that only run time knows, as one run-time value."""
    value = sp.lift(held)
    if not isinstance(value.type, List):
        raise Refusal("SCT703", "the items of this list have different types, so the place that is changed must be a literal",
                      "use a list of numbers, or several variables")
    return value


def _del_item(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    base, index = args
    target = _changed(sp, base)
    held = content(sp, target)
    if isinstance(held, Mapping) or isinstance(held, Value) and isinstance(held.type, Table):
        _dict_method_of("pop")(sp, target, held, [index], {})
        return []
    held = _list_content(sp, target)
    index = plain(sp, index)
    if isinstance(held, Seq) and not isinstance(index, Slice) and not tables.is_known(sp, index):
        held = _run_time(sp, held)
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


SPECIAL[collections.defaultdict] = _defaultdict
_PLAIN_GET = SPECIAL[dict.get]
SPECIAL[dict.get] = _get
SPECIAL.update({getattr(list, name): _list_method(name) for name in (*_LIST, "sort")})
SPECIAL.update({getattr(dict, name): _dict_method(name) for name in _DICT})
SPECIAL.update({getattr(dict, name): _view(name, SPECIAL[getattr(dict, name)]) for name in ("keys", "values", "items")})
SPECIAL.update({list.copy: _copy, dict.copy: _copy})
SIMPLE["del_item"] = _del_item
TAKES_REFERENCES.update({getattr(list, name) for name in (*_LIST, "sort")}, {getattr(dict, name) for name in _DICT})
TAKES_REFERENCES.update({list.copy, dict.copy, dict.keys, dict.values, dict.items, dict.get})
TAKES_REFERENCES.update({enumerate, zip, reversed, map, filter, generator, iter, next, isinstance, type, callable, getattr,
                         hasattr, functools.partial, functools.reduce, list, tuple, dict, super})
MAKES_CONTAINERS.update({list, dict, list.copy, dict.copy, sorted})
