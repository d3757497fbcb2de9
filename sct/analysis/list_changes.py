"""Changes of lists: their methods, of a list whose items are known and of one whose length only run time knows.

Where a list has a length that only run time knows, its content is one run-time value, and a change makes the next one.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from ..ir.core import Block, Value
from ..ir.ops import Slot
from ..ir.types import BOTTOM, INT, List, OrConst, Scalar, Table, Type, strip_const
from . import shapes as sh
from . import tables
from .abstract import Abstract, Reference, Seq, Slice, Static
from .callees import SPECIAL, TAKES_REFERENCES, call
from .context import Refusal
from .infer import Specializer
from .operators import binary
from .primitives import Arguments, raise_here
from .references import NeedsPlaces, change, content, copied, fresh, goes_on, kind_of, plain
from .subscripts import getitem

NONE = Static(None)


def changed(sp: Specializer, a: Abstract) -> Reference:
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


def list_content(sp: Specializer, a: Reference) -> Seq | Value:
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
    goes_on(sp, held, new)
    return new


def _change_op(sp: Specializer, kind: str, operands: list[Value], index: Abstract, types: list[Type],
               **attrs: Any) -> list[Value]:
    """Emit a change of a run-time list; what it gives, and last what the list holds then (the same list at run time)."""
    collected = Arguments(sp)
    collected.operands = operands
    template = collected.template(plain(sp, index))[0]
    hints = ["item"] * (len(types) - 1) + [operands[0].hint]
    return sp.builder.emit("change", collected.operands, types, hints, kind=kind, args=(Slot(0), template), **attrs).results


def extend(sp: Specializer, xs: Reference, held: Seq | Value, args: list[Abstract]) -> Abstract:
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
        held = run_time(sp, held) if isinstance(held, Seq) else held
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
    new = sp.builder.emit("for", [zero, count, one, held], [List(item_type)], [held.hint], [block], kind="range").result
    goes_on(sp, held, new)
    return new


def refilled(sp: Specializer, held: Value, new: Abstract) -> Value:
    """The very list ``held``, which another one holds, with other items: its own are taken out, then the new ones put in."""
    if not isinstance(held.type, List) or not isinstance(strip_const(held.type.item), Scalar):
        raise Refusal("SCT602", "all that this holds is replaced, but a list or dict whose length only run time knows holds it",
                      "put a new one into the list: `rows[k] = ...`")
    items = [sp.lift(item) for item in new.items] if isinstance(new, Seq) else None
    more = copied(sp, sp.lift(new)) if items is None else None
    emptied = _emptied(sp, held)
    if more is not None:
        return _extended(sp, emptied, more)
    for item in items or ():
        emptied = appended(sp, emptied, item)
    return emptied


def _emptied(sp: Specializer, held: Value) -> Value:
    """A run-time list from which all items are taken, one by one."""
    assert isinstance(held.type, List)
    zero, one = (sp.builder.value("const", (), OrConst(BOTTOM, INT), value=n) for n in (0, 1))
    count, block = tables.size(sp, held), Block()
    block.add_arg("", INT)
    acc = block.add_arg(held.hint, held.type)
    with sp.builder.at(block):
        rest = _change_op(sp, "remove", [acc], Static(-1), [held.type.item, held.type], may_raise=True)[1]
        sp.builder.emit("continue", [rest])
    new = sp.builder.emit("for", [zero, count, one, held], [held.type], [held.hint], [block], kind="range").result
    goes_on(sp, held, new)
    return new


def _sum(sp: Specializer, a: Abstract, b: Abstract) -> Abstract:
    """Two lists joined, of which one may be empty."""
    for x, y in ((a, b), (b, a)):
        if isinstance(x, Seq) and not x.items:
            return binary(sp, operator.add, y, Seq(list, [])) if isinstance(y, Value) else y
    return binary(sp, operator.add, a, b)


def _pop(sp: Specializer, xs: Reference, held: Seq | Value, args: list[Abstract]) -> Abstract:
    index = plain(sp, args[0]) if args else Static(-1)
    if isinstance(held, Seq) and not tables.is_known(sp, index):
        held = run_time(sp, held)
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
    item, rest = taken(sp, held, index)
    change(sp, xs, rest)
    return item


def taken(sp: Specializer, held: Value, index: Abstract) -> tuple[Abstract, Abstract]:
    """An item of a run-time list, and the others; for a slice only these."""
    if isinstance(index, Slice):
        return NONE, _sum(sp, *_around(sp, held, index))
    assert isinstance(held.type, List)
    if held.type.item == BOTTOM:
        return raise_here(sp, IndexError("pop from empty list")), held
    item, rest = _change_op(sp, "remove", [held], index, [held.type.item, held.type], may_raise=True)
    goes_on(sp, held, rest)
    return sp.as_abstract(item), rest


def _insert(sp: Specializer, xs: Reference, held: Seq | Value, args: list[Abstract]) -> Abstract:
    index, item = args
    if isinstance(held, Seq) and not isinstance(index, Static):
        held = run_time(sp, held)
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
    "append": _append, "extend": extend, "pop": _pop, "insert": _insert, "reverse": _reverse, "clear": _clear,
    "remove": _remove,
}


def _list_method(name: str) -> Any:
    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        base = args[0]
        if kind_of(content(sp, base)) is not list and not (isinstance(base, Reference) and base.kind is list):
            return NotImplemented  # type: ignore[no-any-return]
        if kwargs and name != "sort":
            raise Refusal("SCT709", f"this always raises TypeError: `list.{name}` takes no keywords")
        xs = changed(sp, base)
        if name == "sort":
            return _sort(sp, xs, list_content(sp, xs), kwargs)
        return _LIST[name](sp, xs, list_content(sp, xs), args[1:])
    return build


def replaced(sp: Specializer, held: Value, index: Abstract, value: Abstract) -> Abstract:
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
    held = a if isinstance(a, Value) else run_time(sp, _as_seq(a))
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


def run_time(sp: Specializer, held: Seq) -> Value:
    """A list whose items are changed at places that only run time knows, as one run-time value.

Where a list has a length that only run time knows, its content is one run-time value, and a change makes the next one.
"""
    value = sp.lift(held)
    if not isinstance(value.type, List):
        raise Refusal("SCT703", "the items of this list have different types, so the place that is changed must be a literal",
                      "use a list of numbers, or several variables")
    return value


SPECIAL.update({getattr(list, name): _list_method(name) for name in (*_LIST, "sort")})
TAKES_REFERENCES.update({getattr(list, name) for name in (*_LIST, "sort")})
