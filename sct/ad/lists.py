"""Adjoints of run-time lists: a list of the adjoints of the items, which grows item by item and never by ``+``."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from ..analysis.abstract import Abstract, Range, Seq, Slice, Static
from ..analysis.alias import DEEP_COPIES
from ..analysis.context import Refusal
from ..analysis.primitives import Arguments, apply
from ..analysis.shapes import run_time_leaves
from ..analysis.subscripts import getitem
from ..ir.core import Block, Op, Value
from ..ir.ops import Slot
from ..ir.types import BOTTOM, INT, Array, Dict, List, OrConst, Scalar, Table, Tuple, Type, strip_const
from ..runtime import helpers
from . import tuples

if TYPE_CHECKING:
    from .emitter import Emitter
    from .reverse import Reverser


def accumulate(rev: Reverser, value: Value, contribution: Value) -> None:
    """Add ``contribution``, a list or an array with one row per item, to the adjoint of the list ``value``."""
    owner = contribution.owner
    if isinstance(owner, Op) and owner.name == "call" and owner.attrs["fn"] is helpers.one_hot:
        from .rules import to_abstract
        _, index, bar = (to_abstract(t, owner.operands) for t in owner.attrs["args"])
        if _is_whole(index):
            accumulate(rev, value, rev.sp.lift(bar))  # the copy of a list
            return
        add_item(rev, rev.buffer(value), index, rev.sp.lift(bar))
    elif value in rev.buffers or value in rev.bars:
        add_items(rev, rev.buffer(value), contribution)
    elif isinstance(strip_const(contribution.type), Array):
        rev.bars[value] = _call(rev, list, [contribution], strip_const(value.type))
    else:
        rev.bars[value] = contribution


def accumulate_table(rev: Reverser, value: Value, contribution: Value) -> None:
    """Add ``contribution`` to the adjoint of the dict ``value``, key by key."""
    t = strip_const(value.type)
    assert isinstance(t, Table)
    if value not in rev.buffers and value not in rev.bars:
        rev.bars[value] = contribution
        return
    buffer, keys = rev.buffer(value), _call(rev, list, [contribution], List(t.key), effect="fresh")
    _for_each(rev, keys, lambda k: item(rev, keys, k), lambda k: item(rev, contribution, item(rev, keys, k)))(buffer)


def _is_whole(index: Abstract) -> bool:
    """Whether an index is ``[:]``."""
    parts = (index.lo, index.hi, index.step) if isinstance(index, Slice) else ()
    return bool(parts) and all(isinstance(a, Static) and a.value is None for a in parts)


def check(rev: Reverser) -> None:
    """Refuse lists of dicts: what an item of such a dict contributes has no place to be added to.

    So are lists that are arguments, of tuples with items that have no derivative: the gradient has None there.
    """
    for value in rev.active:
        t = strip_const(value.type)
        if isinstance(t, List) and value in rev.function.params and _has_gaps(t.item):
            refusal = Refusal("SCT700", f"`{value.hint}` is a list of tuples, of which some items have no derivative",
                              "pass floats, or one list or array for each item of the tuples")
            rev.context.refuse(refusal, rev.function.loc)
        if isinstance(t, List) and isinstance(strip_const(t.item), Dict):
            refusal = Refusal("SCT700", f"`{value.hint or 'a value'}` is a list of unknown length that holds dicts",
                              "use one list or array for each item of the dicts")
            rev.context.refuse(refusal, value.owner.loc if isinstance(value.owner, Op) else rev.function.loc)
    rev.context.check()


def _has_gaps(t: Type) -> bool:
    """Whether a tuple holds something without a derivative."""
    t = strip_const(t)
    return isinstance(t, Tuple) and not all(item.differentiable and not _has_gaps(item) for item in t.items)


def copy(rev: Emitter, value: Value) -> Value:
    """A list or dict that this sweep owns, its arrays included."""
    t = strip_const(value.type)
    assert isinstance(t, List | Table)
    fn = list if isinstance(t, List) and isinstance(strip_const(t.item), Scalar) else helpers.copied
    return _call(rev, fn, [value], t, effect="fresh")


def add_items(rev: Emitter, buffer: Value, bar: Value) -> None:
    """``buffer[k] += bar[k]`` for every item of ``bar``."""
    _for_each(rev, bar, lambda k: k)(buffer)


def add_item(rev: Emitter, buffer: Value, index: Abstract, bar: Value) -> None:
    """``buffer[index] += bar`` for an adjoint list or dict and an index, a slice or a key."""
    t = strip_const(buffer.type)
    assert isinstance(t, List | Table)
    kind = strip_const(t.item)
    if isinstance(index, Slice):
        whole = Range(Static(0), _call(rev, len, [buffer], INT), Static(1))
        places = rev.sp.lift(getitem(rev.sp, whole, index))
        _for_each(rev, bar, lambda k: item(rev, places, k))(buffer)
    elif isinstance(kind, List):
        add_items(rev, item(rev, buffer, index), bar)
    elif isinstance(kind, Tuple):
        _at(rev, "store", buffer, tuples.add(rev, item(rev, buffer, index), bar, kind), index, adjoint=True)
    else:
        _at(rev, "index_add", buffer, bar, index, unique=True)


def _at(rev: Emitter, name: str, buffer: Value, value: Value, index: Abstract, **attrs: Any) -> None:
    """What ``name`` does with ``value`` at the place ``index`` of ``buffer``."""
    collected = Arguments(rev.sp)
    collected.operands = [buffer, value]
    template = collected.template(index)[0]
    rev.builder.emit(name, collected.operands, args=(Slot(0), template), **attrs)


def _for_each(rev: Emitter, bar: Value, place: Any, part: Any = None) -> Any:
    """A loop that adds every item of ``bar``, or its ``part``, to a buffer, at ``place`` of its number."""
    def add_to(buffer: Value) -> None:
        zero, one = (rev.builder.value("const", (), OrConst(BOTTOM, INT), value=n) for n in (0, 1))
        count = _call(rev, len, [bar], INT)
        block = Block()
        k = block.add_arg("", INT)
        with rev.builder.at(block):
            add_item(rev, buffer, place(k), part(k) if part is not None else item(rev, bar, k))
            rev.builder.emit("continue", [])
        rev.builder.emit("for", [zero, count, one], [], [], [block], kind="range")
    return add_to


def item(rev: Emitter, sequence: Value, index: Abstract) -> Value:
    """``sequence[index]``."""
    return rev.sp.lift(getitem(rev.sp, sequence, index))


# --------------------------------------------------------------------------------------------------- joining and repeating

def is_list_operation(op: Op) -> bool:
    """Whether a call joins or repeats lists."""
    made = (operator.add, operator.mul, list, *DEEP_COPIES)
    return op.attrs["fn"] in made and isinstance(strip_const(op.results[0].type), List)


def reverse_operation(rev: Reverser, op: Op, total: Value | None) -> None:
    """The adjoint of ``xs + ys`` and of ``xs * n``."""
    from .rules import to_abstract
    assert total is not None
    if len(op.attrs["args"]) == 1:
        rev.accumulate(op.operands[0], total)  # a copy
        return
    x, y = (to_abstract(t, op.operands) for t in op.attrs["args"])
    if op.attrs["fn"] is operator.add and isinstance(y, Seq) and y.items:
        last = Static(-len(y.items))  # counted from the end, for which the list before is not needed
        _give(rev, x, _slice(rev, total, Static(None), last))
        _give_items(rev, y, total, -len(y.items))
    elif op.attrs["fn"] is operator.add:
        count = _count(rev, x)
        _give(rev, x, _slice(rev, total, Static(None), count))
        _give(rev, y, _slice(rev, total, count, Static(None)))
    else:
        sequence = y if _is_number(x) else x
        count = rev.sp.lift(_count(rev, sequence))
        repeated = strip_const(total.type)
        if isinstance(repeated, List) and isinstance(strip_const(repeated.item), Tuple | List):
            _give_repeated(rev, sequence, total, count)
            return
        _give(rev, sequence, _call(rev, helpers.folded, [total, count], strip_const(total.type), effect="fresh"))


def _give_repeated(rev: Reverser, sequence: Any, total: Value, count: Value) -> None:
    """Add the adjoint ``total`` of a list of tuples or lists that repeats ``count`` items to those of the items."""
    if not isinstance(sequence, Value):
        raise Refusal("SCT700", "a list of tuples or lists is written out and repeated", "use a comprehension over a range")
    _for_each(rev, total, lambda k: apply(rev.sp, operator.mod, [k, count]))(rev.buffer(sequence))


def _is_number(a: Abstract) -> bool:
    return isinstance(a, Static) or (isinstance(a, Value) and isinstance(strip_const(a.type), Scalar))


def _count(rev: Reverser, a: Any) -> Abstract:
    return _call(rev, len, [a], INT) if isinstance(a, Value) else Static(len(a.items))


def _slice(rev: Reverser, total: Value, lo: Abstract, hi: Abstract) -> Value:
    return rev.sp.lift(getitem(rev.sp, total, Slice(lo, hi, Static(None))))


def _give(rev: Reverser, a: Any, bar: Value) -> None:
    """Add the adjoint ``bar`` of a list: as a whole, or to the items of a list that is written out."""
    if isinstance(a, Value):
        rev.accumulate(a, bar)
    else:
        _give_items(rev, a, bar)


def _give_items(rev: Reverser, written: Seq, bar: Value, first: int = 0) -> None:
    """Add the items of ``bar`` from ``first`` on to those of a list or tuple that is written out, at any depth."""
    for k, part in enumerate(written.items, first):
        if isinstance(part, Seq) and any(v in rev.active for v in run_time_leaves(part)):
            _give_items(rev, part, item(rev, bar, Static(k)))
        elif isinstance(part, Value) and part in rev.active:
            rev.accumulate(part, item(rev, bar, Static(k)))


def _call(rev: Emitter, fn: Any, operands: list[Value], t: Type, **attrs: Any) -> Value:
    hint = "" if fn is len else operands[0].hint
    return rev.builder.value("call", operands, t, hint, fn=fn, args=tuple(Slot(k) for k in range(len(operands))), kwargs={},
                             adjoint=True, **attrs)
