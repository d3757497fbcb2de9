"""Dicts with keys that only run time knows: ``d[i] = v`` in a loop, memos, groups.

Where a dict turns out to need such a key, the function is specialised once more, and what is made at that place of the source
is one run-time value from the start: a *table*.  Like the lists that change it is a reference (``linear.py``): what is done to
it is seen by all who hold it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import reduce
from typing import Any

from ..ir.core import Block, Value
from ..ir.ops import Slot, contains
from ..ir.types import BOOL, BOTTOM, INT, List, OrConst, Table, Tuple, Type, join_all, join_keys, strip_const
from . import shapes as sh
from .abstract import Abstract, Mapping, Reference, Seq, Static, View
from .context import Refusal
from .infer import Specializer
from .primitives import Arguments, raise_here
from .references import NeedsPlaces, borrowed, change, content, goes_on, plain

HINT = "use keys that are literals, or a dict that is made in this function"


def is_known(sp: Specializer, key: Abstract) -> bool:
    """Whether a key is known before the function runs."""
    key = plain(sp, key)
    if isinstance(key, Seq):
        return all(is_known(sp, item) for item in key.items)
    return isinstance(key, Static) or isinstance(key, Value) and sp.known(key) is not None


def needed(sp: Specializer, d: Abstract) -> Exception:
    """What to raise where the dict ``d`` turns out to need keys that only run time knows."""
    if isinstance(d, Reference) and not sp.context.tables.issuperset(d.place.sites):
        return NeedsPlaces(tables=d.place.sites)
    if not isinstance(d, Reference) and not sp.context.places and not sp.context.splicing:
        return NeedsPlaces()
    return Refusal("SCT703", "the key of this dict must be known before the function runs", HINT)


def as_one_value(sp: Specializer, a: Abstract) -> Abstract:
    """A dict or list that has just been made, as one value at run time where it can be."""
    if isinstance(a, Mapping):
        return made(sp, a)
    if isinstance(a, Seq) and a.kind is list:
        held = sp.lift(a)
        return held if isinstance(held.type, List) else a
    return a


def made(sp: Specializer, items: Mapping, hint: str = "") -> Value:
    """A dict that has just been made, as a table."""
    keys = [_type_of(Static(key)) for key in items.items]
    values = [sh.held(sp.lift(v), v, content(sp, v)) for v in items.items.values()]
    no_key: Type = BOTTOM
    kind = Table(reduce(join_keys, keys, no_key), _joined([strip_const(v.type) for v in values]))
    return sp.builder.value("dict", values, kind, hint, keys=tuple(items.items))


def _joined(types: list[Type]) -> Type:
    found = join_all(types)
    if found is None:
        raise Refusal("SCT703", "the values of this dict are of different types, so its keys must be literals", HINT)
    return found


def _type_of(key: Abstract) -> Type:
    if isinstance(key, Seq):
        return Tuple(tuple(_type_of(item) for item in key.items))
    if isinstance(key, Static) and isinstance(key.value, tuple):
        return Tuple(tuple(_type_of(Static(item)) for item in key.value))
    t = sh.leaf_type(sh.shape_of(key))
    if t is None:
        raise Refusal("SCT703", "this cannot be the key of a dict here", HINT)
    t = strip_const(t)
    return t.const if isinstance(t, OrConst) else t


def held_table(sp: Specializer, a: Abstract) -> Value | None:
    """The table that a name refers to now."""
    found = content(sp, a)
    return found if isinstance(found, Value) and isinstance(found.type, Table) else None


def put(sp: Specializer, d: Abstract, held: Value, key: Abstract, value: Abstract) -> Value:
    """``d[key] = value``: what the table holds then."""
    key, item = plain(sp, key), sh.held(sp.lift(value), value, content(sp, value))
    assert isinstance(held.type, Table)
    kind = Table(join_keys(held.type.key, _type_of(key)), _joined([held.type.item, strip_const(item.type)]))
    assert not isinstance(kind.item, OrConst)
    collected = Arguments(sp)
    collected.operands = [held, sh.convert(item, kind.item, sp.builder)]
    template = collected.template(key)[0]
    new = sp.builder.value("change", collected.operands, kind, held.hint, kind="store", args=(Slot(0), template))
    goes_on(sp, held, new)
    if isinstance(d, Reference):
        change(sp, d, new)
    return new


def load(sp: Specializer, d: Abstract, held: Value, key: Abstract) -> Abstract:
    """``d[key]``."""
    assert isinstance(held.type, Table)
    if held.type.item == BOTTOM:
        return raise_here(sp, KeyError("it is empty"))  # as far as is known now
    collected = Arguments(sp)
    args = (collected.slot(held), collected.template(plain(sp, key))[0])
    found = sp.as_abstract(_call(sp, operator.getitem, collected.operands, held.type.item, args, may_raise=True))
    return borrowed(sp, d, found)


def _call(sp: Specializer, fn: Any, operands: list[Value], t: Type, args: tuple[Any, ...], **attrs: Any) -> Value:
    return sp.builder.value("call", operands, t, fn=fn, args=args, kwargs={}, effect="reads", **attrs)


def has(sp: Specializer, held: Value, key: Abstract) -> Value:
    """``key in d``."""
    collected = Arguments(sp)
    return _call(sp, contains, collected.operands, BOOL, (collected.slot(held), collected.template(plain(sp, key))[0]))


def size(sp: Specializer, held: Value) -> Value:
    """``len(d)``."""
    return sp.builder.value("call", [held], INT, fn=len, args=(Slot(0),), kwargs={})


def keys(sp: Specializer, held: Value) -> Value:
    """``list(d)``."""
    assert isinstance(held.type, Table)
    return sp.builder.value("call", [held], List(held.type.key), fn=list, args=(Slot(0),), kwargs={}, effect="fresh")


def get(sp: Specializer, d: Abstract, held: Value, key: Abstract, default: Abstract) -> Abstract:
    """``d.get(key, default)``."""
    blocks = [Block(), Block()]
    with sp.builder.at(blocks[0]):
        found = sp.lift(load(sp, Static(None), held, key))
    with sp.builder.at(blocks[1]):
        other = sp.lift(default)
    joined = sp.join([sh.leaf_shape(found.type), sh.leaf_shape(other.type)], "the value", "of `get`")
    t = sh.leaf_type(joined)
    assert t is not None
    for block, value in zip(blocks, (found, other), strict=True):
        with sp.builder.at(block):
            sp.builder.emit("yield", [sh.convert(value, t, sp.builder)])
    return sp.as_abstract(sp.builder.emit("if", [has(sp, held, key)], [t], [""], blocks).result)


def ensure(sp: Specializer, d: Reference, held: Value, key: Abstract, default: Callable[[], Abstract]) -> Value:
    """``d.setdefault(key, default)``: what the table holds then."""
    condition, blocks = has(sp, held, key), [Block(), Block()]
    with sp.builder.at(blocks[1]):
        new = put(sp, Static(None), held, key, default())
        sp.builder.emit("yield", [new])
    with sp.builder.at(blocks[0]):
        sp.builder.emit("yield", [held])
    after = sp.builder.emit("if", [condition], [new.type], [held.hint], blocks).result
    change(sp, d, after)
    return after


def take(sp: Specializer, d: Abstract, held: Value, key: Abstract) -> tuple[Abstract, Value]:
    """``d.pop(key)``, and what the table holds then."""
    assert isinstance(held.type, Table)
    if held.type.item == BOTTOM:
        return raise_here(sp, KeyError("it is empty")), held  # as far as is known now
    collected = Arguments(sp)
    collected.operands = [held]
    template = collected.template(plain(sp, key))[0]
    item, rest = sp.builder.emit("change", collected.operands, [held.type.item, held.type], ["item", held.hint], kind="remove",
                                 args=(Slot(0), template), may_raise=True).results
    if isinstance(d, Reference):
        change(sp, d, rest)
    return sp.as_abstract(item), rest


def items_of(sp: Specializer, view: View | Value) -> tuple[Value, Callable[[Abstract], Abstract]]:
    """How to go through a table or a view of it: its keys, and what belongs to the number of a key."""
    base: Abstract = view.base if isinstance(view, View) else view
    held = held_table(sp, base)
    assert held is not None
    names = keys(sp, held)

    def item(k: Abstract) -> Abstract:
        from .subscripts import from_value
        key = from_value(sp, names, k)
        if not isinstance(view, View) or view.kind == "keys":
            return key
        now = held_table(sp, base)
        assert now is not None
        value = load(sp, base, now, key)
        return value if view.kind == "values" else Seq(tuple, [key, value])
    return names, item
