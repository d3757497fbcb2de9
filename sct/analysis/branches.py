"""Branches: both sides of an ``if`` are visited where run time decides, and what they leave is joined."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..ir.core import Block, Loc, Op, Value
from ..ir.ops import Lit, Slot
from ..ir.types import BOOL, NONE, List, OrConst, Table, Tuple, constant, strip_const
from . import abstract as ab
from . import shapes as sh
from .abstract import NEVER, POISON, Abstract, Mapping, Seq, Static
from .context import Exit, Frame, Pending, Refusal
from .infer import REGIONS, SIMPLE, Specializer
from .positions import Positions, meet, snapshot
from .references import adopt, content
from .references import joined as join_contents
from .shapes import Shape
from .typecase import Split


def truth(sp: Specializer, a: Abstract) -> bool | Value | Any:
    """The truth of an abstract value: known now, or a run-time value to test."""
    if a in (POISON, NEVER):
        return a
    a = content(sp, a)
    if isinstance(a, Static):
        return bool(a.value)
    if isinstance(a, Seq | Mapping):
        return bool(a.items)
    if isinstance(a, Value):
        return a
    if isinstance(a, ab.Range):
        from .plans import length
        return truth(sp, length(sp, a))
    if isinstance(a, ab.Reference) and (hasattr(a.kind, "__bool__") or hasattr(a.kind, "__len__")):
        from .instances import method_of
        return truth(sp, method_of(sp, a, "__bool__" if hasattr(a.kind, "__bool__") else "__len__", []))
    return True


def run_if(sp: Specializer, frame: Frame, op: Op) -> Exit | None:
    """An ``if``: only the taken branch when the condition is known, else both and a join of what they yield."""
    condition = truth(sp, sp.get(frame, op.operands[0]))
    if isinstance(condition, bool):
        return _finish(sp, frame, op, sp.run_block(frame, op.blocks[0 if condition else 1]))
    if not isinstance(condition, Value):
        for block in op.blocks:
            with sp.builder.at(Block()):
                sp.run_block(frame, block)
        sp.bind(frame, op, [condition] * len(op.results))
        return Exit("poison", [], op) if op.attrs.get("tail") else None
    condition = _as_it_is_now(sp, condition)
    if op.attrs.get("tail"):
        return _run_tail(sp, frame, op, condition)
    return _run_branches(sp, frame, op, condition)


def _as_it_is_now(sp: Specializer, condition: Value) -> Value:
    """A condition that stays what it is: whether a list or dict holds something may change before the reverse sweep asks."""
    if not sp.context.places or not isinstance(strip_const(condition.type), List | Table):
        return condition
    return sp.builder.value("call", [condition], BOOL, fn=bool, args=(Slot(0),), kwargs={})


def _finish(sp: Specializer, frame: Frame, op: Op, exit: Exit) -> Exit | None:
    if exit.kind == "yield":
        sp.bind(frame, op, exit.values)
        return None
    return exit


def _branch(sp: Specializer, frame: Frame, op: Op, condition: Value, taken: int) -> tuple[Block, Exit]:
    block = Block()
    saved, cells, positions = sp.narrowed, dict(frame.cells), sp.positions
    sp.narrowed, sp.positions = dict(saved), dict(positions)
    with sp.builder.at(block):
        narrow(sp, condition, taken == 0)
        exit = sp.run_block(frame, op.blocks[taken])
    exit.positions = sp.positions
    sp.narrowed, frame.cells, sp.positions = saved, cells, positions
    return block, exit


def _run_tail(sp: Specializer, frame: Frame, op: Op, condition: Value) -> Exit:
    """An ``if`` that holds exits of the enclosing loop: they stay pending until the loop's types are known."""
    blocks, kinds = [], set()
    for taken in (0, 1):
        block, exit = _branch(sp, frame, op, condition, taken)
        kinds.add(exit.kind)
        if exit.kind in ("continue", "break"):
            sp.pending.append(Pending(block, exit.kind, exit.values, sp.place(exit.op), exit.positions or sp.positions))
        blocks.append(block)
    sp.builder.emit("if", [condition], blocks=blocks, tail=True)
    return Exit("raise" if kinds == {"raise"} else "tail", [], op)


def _run_branches(sp: Specializer, frame: Frame, op: Op, condition: Value) -> Exit | None:
    loc = sp.builder.loc
    then, then_exit = _branch(sp, frame, op, condition, 0)
    if then_exit.kind == "raise":
        emit_guard(sp, condition, then, 0, loc)
        narrow(sp, condition, False)
        return _finish(sp, frame, op, sp.run_block(frame, op.blocks[1]))
    other, other_exit = _branch(sp, frame, op, condition, 1)
    sp.builder.loc = loc
    if other_exit.kind == "raise":
        emit_guard(sp, condition, other, 1, loc)
        narrow(sp, condition, True)
        for inner in then.ops:
            inner.parent = sp.builder.block
        sp.builder.block.ops.extend(then.ops)
        sp.positions = then_exit.positions or sp.positions
        return _finish(sp, frame, op, then_exit)
    if "poison" in (then_exit.kind, other_exit.kind):
        sp.bind(frame, op, [POISON] * len(op.results))
        return None
    join_branches(sp, frame, op, condition, [(then, then_exit), (other, other_exit)])
    return None


def emit_guard(sp: Specializer, condition: Value, raising: Block, position: int, loc: Loc) -> None:
    """``if condition: raise …`` with the other branch left to the enclosing block."""
    sp.builder.loc = loc
    empty = Block()
    blocks = [raising, empty] if position == 0 else [empty, raising]
    op = sp.builder.emit("if", [condition], blocks=blocks)
    empty.ops.append(Op("yield", [], [], {}, [], empty, op.loc))


def join_branches(sp: Specializer, frame: Frame, op: Op, condition: Value, branches: list[tuple[Block, Exit]]) -> None:
    names = [r.hint for r in op.results]
    paths = [exit.positions or sp.positions for _, exit in branches]
    columns = list(zip(*([snapshot(a, path) for a in exit.values] for (_, exit), path in zip(branches, paths, strict=True)),
                       strict=True))
    known, moved = meet(sp.positions, paths)
    try:
        shapes = [_same(column) or sp.join([sh.shape_of(a) for a in column], name, "after this `if`")
                  for column, name in zip(columns, names, strict=True)]
    except Refusal as refusal:
        raise Split(op, condition, branches, refusal) from None
    shapes += [join_contents(sp, p, map(sh.shape_of, column), "after this `if`") for p, column in moved.items()]
    places = [p.name for p in moved]
    joined = merge(sp, condition, [b for b, _ in branches], [*columns, *moved.values()], sp.settled(shapes), names + places)
    sp.positions = arrive(sp, known, list(moved), joined[len(names):])
    sp.bind(frame, op, joined[:len(names)])


def arrive(sp: Specializer, known: Positions, moved: Sequence[ab.Place], contents: Sequence[Abstract]) -> Positions:
    """What holds where paths have met: ``known``, and the contents that were joined."""
    sp.positions = known
    for place, a in zip(moved, contents, strict=True):
        known[place] = adopt(sp, a)
    return known


def _same(column: tuple[Abstract, ...]) -> Shape | None:
    """A marker shape for a position where both branches give the same thing: nothing needs to be yielded."""
    return Shape(("static", ("same", id(column[0]))), (), column[0]) if column[0] is column[1] else None


def merge(sp: Specializer, condition: Value, blocks: list[Block], columns: Sequence[tuple[Abstract, ...]], shapes: list[Shape],
          names: list[str]) -> list[Abstract]:
    """Close both blocks with ``yield`` and emit the ``if``: the joined abstract values."""
    for k, block in enumerate(blocks):
        with sp.builder.at(block):
            values = [v for column, shape, name in zip(columns, shapes, names, strict=True)
                      for v in sh.leaves(column[k], shape, sp.builder, name)]
            sp.builder.emit("yield", values)
    types = [t for shape in shapes for t in sh.leaf_types(shape)]
    hints = sp.hints(shapes, names)
    op = sp.builder.emit("if", [condition], types, hints, blocks)
    results = iter(op.results)
    return [sh.rebuild(shape, lambda t: next(results)) for shape in shapes]


def narrow(sp: Specializer, condition: Value, holds: bool) -> None:
    """Record what ``x is None`` (or its negation) says of ``x`` where it is known to hold or not."""
    op = condition.owner
    if not isinstance(op, Op) or op.name != "call":
        return
    fn = op.attrs["fn"]
    if fn is operator.not_ and isinstance(op.operands[0], Value):
        narrow(sp, op.operands[0], not holds)
    if fn is isinstance and isinstance(t := op.operands[0].type, OrConst) and op.attrs["args"][1:] == (Lit(np.ndarray),):
        sp.narrowed[op.operands[0]] = sp.builder.value("narrow", [op.operands[0]], t.base if holds else constant(t.const),
                                                       op.operands[0].hint)
    if fn not in (operator.is_, operator.is_not) or op.attrs["args"][1:] != (Lit(None),):
        return
    value = op.operands[0]
    if not isinstance(value.type, OrConst) or value.type.const is not NONE:
        return
    if (fn is operator.is_) == holds:
        sp.narrowed[value] = Static(None)
    else:
        sp.narrowed[value] = sp.as_abstract(sp.builder.value("narrow", [value], value.type.base, value.hint))


def not_iterable(kind: str) -> Exception:
    """What Python raises where something else than a sequence is gone through."""
    return TypeError(f"'{kind}' object is not iterable")


def opened(sp: Specializer, a: Abstract, failure: Callable[[str], Exception]) -> Abstract:
    """The tuple that a variable holds which may be None or a number; where it is that, Python raises what ``failure`` says.

    The items of a tuple are reads that raise nothing themselves, and go where no derivative needs them.
    """
    if not isinstance(a, Value) or not isinstance(t := a.type, OrConst) or not isinstance(t.base, Tuple):
        return a
    from .primitives import construct
    none, raising = t.const is NONE, Block()
    with sp.builder.at(raising):
        error = failure("NoneType" if none else str(t.const))
        sp.builder.emit("raise", [construct(sp, type(error), list(map(Static, error.args)), {})])
    test: dict[str, Any] = {"fn": operator.is_ if none else isinstance, "args": (Slot(0), Lit(None if none else tuple))}
    condition = sp.builder.value("call", [a], BOOL, kwargs={}, **test)
    emit_guard(sp, condition, raising, 0 if none else 1, sp.builder.loc)
    sp.narrowed[a] = found = sp.as_abstract(sp.builder.value("narrow", [a], t.base, a.hint))
    return found


def _not(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    condition = truth(sp, args[0])
    if isinstance(condition, bool):
        return [Static(not condition)]
    assert isinstance(condition, Value)
    return [sp.builder.value("call", [condition], BOOL, fn=operator.not_, args=(Slot(0),), kwargs={})]


SIMPLE["not"] = _not
REGIONS["if"] = run_if
