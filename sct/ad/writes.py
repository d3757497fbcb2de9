"""The adjoint of ``store``: first the memory as it was before, then the cotangent taken out of the place and handed on.

Every store saves what it overwrites, so that the reverse sweep reads of each array what the forward sweep read at that point;
``passes/undo.py`` drops that again where nobody reads it.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..analysis.alias import may_alias
from ..analysis.context import Refusal
from ..analysis.subscripts import from_value
from ..ir.core import Block, Op, Value, walk
from ..ir.ops import IMPLICIT, Lit, Slot, template_slots
from ..ir.rewrite import index_template, insert_before
from ..ir.types import INT, Array, List, Scalar, Table, loosely, strip_const
from ..rules import registry
from ..runtime import helpers
from . import rules

if TYPE_CHECKING:
    from .emitter import Emitter
    from .reverse import Reverser


def keep_overwritten(rev: Reverser, body: Block) -> None:
    """In front of each store of the forward sweep: read what it overwrites."""
    for op in [op for op in walk(body) if op.name == "store"]:
        scratch = Block()
        rev.builder.loc = op.loc
        with rev.builder.at(scratch):
            if isinstance(op.operands[0].type, Table):
                rev.overwritten[op] = _value_before(rev, op)
                insert_before(op, scratch.ops)
                continue
            old = read_place(rev, op, op.operands[0])
            rev.overwritten[op] = old = old if isinstance(op.operands[0].type, List) else _copied(rev, old)
            if isinstance(old.owner, Op) and old.owner.attrs.get("fn") is np.copy:
                old.owner.attrs["overwritten"] = True
        insert_before(op, scratch.ops)


def reverse_store(rev: Reverser, op: Op) -> None:
    """Undo the store, then take its cotangent out of the shadow."""
    target, value = op.operands[:2]
    if not isinstance(target.type, Table):  # what another key has does not matter
        _put(rev, op, target, rev.overwritten[op], undo=True)
    if target not in rev.shadows:
        return
    fn = op.attrs.get("fn")
    if target in rev.shadows.carried and value in rev.shadows and isinstance(target.type, List | Table):
        raise Refusal("SCT602", "an item of this list changes, and is exchanged for another one where lists are passed on",
                      "change the items of the list one by one, or use an array")
    if fn is None:
        taken = _taken(rev, op)
        _clear(rev, op)
        if isinstance(target.type, List | Table):
            _hand_on(rev, value, taken)
        else:
            rev.accumulate(value, taken)
    elif fn in (operator.add, operator.sub):
        if value in rev.active:
            taken = _taken(rev, op)
            rev.accumulate(value, taken if fn is operator.add else _negative(rev, taken))
    elif _is_constant(fn):
        _clear(rev, op)
    else:
        _combined(rev, op, value)


def reverse_insert(rev: Reverser, op: Op) -> None:
    """Take the item out again; its cotangent is in the shadow at the same place."""
    target, value = op.operands[:2]
    place = _inserted_at(op)
    _take_out(rev, target, place, undo=True)
    if target in rev.shadows:
        _hand_on(rev, value, _take_out(rev, rev.buffers[target], place))


def reverse_remove(rev: Reverser, op: Op) -> None:
    """Put the item back; its cotangent comes to the same place of the shadow."""
    target, item = op.operands[0], op.result
    if isinstance(target.type, Table):
        if target in rev.shadows:
            key = rules.renumber(index_template(op), {k: k + 1 for k in range(len(op.operands))})
            rev.builder.emit("store", [rev.buffers[target], _owned_bar(rev, item), *op.operands[1:]], args=(Slot(0), key),
                             adjoint=True)
        return
    place = _taken_from(op)
    _put_in(rev, target, item, place, undo=True)
    if target in rev.shadows:
        _put_in(rev, rev.buffers[target], _owned_bar(rev, item), place)


def reverse_exchange(rev: Reverser, op: Op) -> None:
    """The items go back to their places, and so do their adjoints."""
    for items in (op.operands[0], rev.buffers[op.operands[0]] if op.operands[0] in rev.shadows else None):
        if items is not None:
            undo: dict[str, Any] = {"undo": True} if items is op.operands[0] else {}
            rev.builder.emit("exchange", [items, *op.operands[1:]], args=op.attrs["args"], adjoint=True, **undo)


def _owned_bar(rev: Reverser, item: Value) -> Value:
    """The cotangent of an item that has been taken out, for the shadow to keep."""
    bar = rev.total(item)
    if bar is None:
        return rev.zeros(item)
    return bar if isinstance(strip_const(item.type), Scalar) or item in rev.buffers else rev.copy(bar)


def _value_before(rev: Reverser, op: Op) -> Value:
    """What a table has for a key that it may not have, for the form of its cotangent."""
    held = op.operands[0].type
    assert isinstance(held, Table)
    if isinstance(strip_const(held.item), Scalar):
        return op.operands[1]
    key = rules.renumber(index_template(op), {k + 2: k + 1 for k in range(len(op.operands))})
    return rev.builder.value("call", [op.operands[0], *op.operands[2:]], held.item, fn=dict.get, args=(Slot(0), key), kwargs={},
                             effect="reads", adjoint=True, spelled="method", spelled_name="get")


def _hand_on(rev: Reverser, value: Value, bar: Value) -> None:
    """Give ``value`` what was taken out of the shadow of a list: it is its shadow, where it has one."""
    if value in rev.shadows.given:
        if value not in rev.shadows.carried:  # else the two are one object
            rev.buffers[value] = bar
    else:
        rev.accumulate(value, bar)


def _take_out(rev: Reverser, items: Value, place: Lit | Op, **attrs: Any) -> Value:
    assert isinstance(items.type, List)
    index, operands = _index(rev, items, place)
    return rev.builder.value("remove", [items, *operands], strip_const(items.type.item), "" if attrs else "item_bar",
                             args=(Slot(0), index or Slot(1)), adjoint=True, **attrs)


def _put_in(rev: Reverser, items: Value, value: Value, place: Lit | Op, **attrs: Any) -> None:
    index, operands = _index(rev, items, place)
    rev.builder.emit("insert", [items, value, *operands], args=(Slot(0), index or Slot(2)), adjoint=True, **attrs)


def _index(rev: Reverser, items: Value, place: Lit | Op) -> tuple[Lit | None, list[Value]]:
    """Where an item of ``items`` has been inserted, or taken from, by an op whose index may be negative or too large."""
    if isinstance(place, Lit):
        return place, []
    template, given = index_template(place), place.operands[1 if place.name == "remove" else 2:]
    fn = helpers.taken_from if place.name == "remove" else helpers.inserted_at
    index = Slot(1) if isinstance(template, Slot) else template
    attrs: dict[str, Any] = {"fn": fn, "args": (Slot(0), index), "kwargs": {}, "effect": "reads", "adjoint": True}
    return None, [rev.builder.value("call", [items, *given], INT, **attrs)]


def _inserted_at(op: Op) -> Lit | Op:
    """Where the item is that has been inserted, if that is certain."""
    template = index_template(op)
    if template == Lit(None):
        return Lit(-1)
    return Lit(0) if template == Lit(0) else op


def _taken_from(op: Op) -> Lit | Op:
    """Where to insert an item so that it is where it has been taken from, if that is certain."""
    template = index_template(op)
    if template == Lit(-1):
        return Lit(None)
    return template if isinstance(template, Lit) and template.value >= 0 else op


def _is_constant(fn: Any) -> bool:
    """Whether the derivative of an operator is zero, as that of ``//`` is."""
    entry = registry.lookup(fn)
    return entry is not None and entry.zero


def _combined(rev: Reverser, op: Op, value: Value) -> None:
    """``a[i] *= v``: the rule of the operator, with the place as it was and its cotangent."""
    old, taken, shadow = rev.overwritten[op], _taken(rev, op), rev.buffers[op.operands[0]]
    apart = not _repeats(op) and not rev.shadows.share(_behind(value), op.operands[0])
    if not apart:
        _clear(rev, op)
    again = rev.builder.emit("call", [old, value], [strip_const(old.type)], fn=op.attrs["fn"], args=(Slot(0), Slot(1)),
                             kwargs={}, adjoint=True)
    rev.active.add(old)
    rules.reverse_call(rev, again, [taken])
    rev.active.discard(old)
    before = rev.bars.pop(old, None)
    if before is None:
        _clear(rev, op)
    elif apart:
        _put(rev, op, shadow, before)
    else:
        rev.builder.emit("index_add", [shadow, before, *op.operands[2:]], args=op.attrs["args"], unique=not _repeats(op))


def _negative(rev: Reverser, bar: Value) -> Value:
    return rev.builder.value("call", [bar], strip_const(bar.type), fn=operator.neg, args=(Slot(0),), kwargs={}, adjoint=True)


def _behind(value: Value) -> Value:
    while isinstance(value.owner, Op) and value.owner.name in IMPLICIT:
        value = value.owner.operands[0]
    return value


# ------------------------------------------------------------------------------------------------------------- the place

def read_place(emitter: Emitter, op: Op, array: Value) -> Value:
    """What ``array`` holds at the place of the store."""
    template = index_template(op)
    if template == Lit(...):
        return array
    return emitter.sp.lift(from_value(emitter.sp, array, rules.to_abstract(template, op.operands)))


def _copied(rev: Reverser, value: Value) -> Value:
    """The same contents in memory of their own."""
    if not isinstance(strip_const(value.type), Array):
        return value
    owner = value.owner
    read = isinstance(owner, Op) and owner.name == "call" and owner.attrs["fn"] is operator.getitem
    if read and isinstance(owner, Op) and owner.attrs.get("adjoint") and not may_alias(owner):
        return value
    copy = rev.copy(value)
    copy.hint = ""
    return copy


def _taken(rev: Reverser, op: Op) -> Value:
    """The cotangent of what is stored, in memory of its own; of a place that is named twice, that of the last."""
    shadow = rev.buffers[op.operands[0]]
    place = read_place(rev, op, shadow)
    if isinstance(op.operands[0].type, List | Table):
        return place
    if not _repeats(op) or op.attrs.get("at"):
        return _copied(rev, place)
    slots = sorted(set(template_slots(index_template(op))))
    position = {k: n + 1 for n, k in enumerate(slots)}
    index = rules.renumber(index_template(op), position)
    return rev.builder.value("call", [shadow, *(op.operands[k] for k in slots)], strip_const(place.type),
                             fn=helpers.last_written, args=(Slot(0), index), kwargs={}, adjoint=True, effect="reads")


def _repeats(op: Op) -> bool:
    """Whether the index may name an element twice."""
    template = index_template(op)
    return rules.has_list(template) or any(rules.may_repeat(op.operands[k]) for k in template_slots(template))


def _clear(rev: Reverser, op: Op) -> None:
    """What was there before the store has no influence: no cotangent goes further back."""
    shadow = rev.buffers[op.operands[0]]
    if isinstance(op.operands[0].type, Table) and not isinstance(strip_const(op.operands[1].type), Scalar):
        before = rev.overwritten[op]
        zero = rev.builder.value("call", [before], loosely(before.type), fn=helpers.zeros_like, args=(Slot(0),), kwargs={},
                                 effect="fresh", adjoint=True)
        _put(rev, op, shadow, zero)
    elif isinstance(op.operands[0].type, List | Table):
        _put(rev, op, shadow, rev.zeros(rev.overwritten[op]))
    elif index_template(op) == Lit(...):
        rev.builder.emit("fill", [shadow])
    else:
        _put(rev, op, shadow, rev.constant(0.0))


def _put(rev: Reverser, op: Op, array: Value, value: Value, **attrs: Any) -> None:
    rev.builder.emit("store", [array, value, *op.operands[2:]], args=op.attrs["args"], adjoint=True, **attrs)
