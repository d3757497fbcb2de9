"""``try``: its body and its handlers are visited like the branches of an ``if``, without a condition that could be known.

Which of them runs depends on what the body raises, and in which order: there, and in what is called from there, nothing that
may raise is left out, whether or not a derivative needs it.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ..ir.core import Block, Function, Op, walk
from ..ir.ops import op_effect
from ..ir.types import Object, Scalar, strip_const
from . import abstract as ab
from . import shapes as sh
from .abstract import LOST, NEVER, POISON, Place, Seq
from .activations import DerivativeOf
from .branches import arrive
from .context import Exit, Frame, Refusal
from .half_done import ANYTHING, after, may_be_caught
from .infer import REGIONS, Specializer
from .positions import Positions, meet, moved, snapshot
from .typecase import move_into


@dataclass
class _Way:
    """One way through the statement: the body, or a handler with the classes that it handles."""

    block: Block
    exit: Exit
    classes: tuple[Any, ...] = ()
    name: str = ""


def run_try(sp: Specializer, frame: Frame, op: Op) -> Exit | None:
    """A ``try`` with handlers; one that only passes exceptions on is left out."""
    handled = [_classes(sp, sp.get(frame, v)) for v in op.operands]
    before, cells, narrowed = dict(sp.positions), dict(frame.cells), sp.narrowed
    ways: list[_Way] = []
    count = len(sp.changes)
    caught = [cls for classes in handled for cls in classes or ANYTHING]
    for k, block in enumerate(op.blocks):
        sp.positions, frame.cells, sp.narrowed = dict(before), dict(cells), dict(narrowed)
        if k == 1:
            half = _changed_before_it_fails(sp, ways[0].block, sp.changes[count:], caught)
        if ways:
            _lose(sp, before, ways[0].exit, half)
        with _trying(sp, not k):
            ways.append(_visit(sp, frame, block, handled[k - 1] if k else (), op.attrs["names"][k - 1] if k else ""))
    sp.positions, frame.cells, sp.narrowed = before, cells, narrowed
    sp.builder.loc = sp.place(op)
    if any(op_effect(inner) == "writes" and inner.name != "store" for inner in walk(ways[0].block) if not inner.blocks):
        raise Refusal("SCT103", "the body of this `try` changes an array or a container, perhaps before it fails",
                      "make the change behind the `try`")
    while len(ways) > 1 and _passes_on(ways[-1]):
        ways.pop()
    if len(ways) == 1:
        return _only(sp, frame, op, ways[0])
    return _close(sp, frame, op, ways)


def _classes(sp: Specializer, a: ab.Abstract) -> tuple[Any, ...]:
    """The classes of an ``except`` clause; none for one that handles everything."""
    if isinstance(a, Seq):
        return tuple(sp.static(item, "a class of exceptions") for item in a.items)
    found = sp.static(a, "the class of exceptions")
    return () if found is None else found if isinstance(found, tuple) else (found,)


def _visit(sp: Specializer, frame: Frame, lowered: Block, classes: tuple[Any, ...], name: str) -> _Way:
    block = Block()
    for arg in lowered.args:
        frame.env[arg] = block.add_arg(name, Object(classes[0] if len(classes) == 1 else BaseException))
    with sp.builder.at(block):
        exit = sp.run_block(frame, lowered)
    exit.positions = sp.positions
    return _Way(block, exit, classes, name)


@contextmanager
def _trying(sp: Specializer, body: bool) -> Iterator[None]:
    sp.trying += body
    try:
        yield
    finally:
        sp.trying -= body


def _changed_before_it_fails(sp: Specializer, body: Block, changes: list[tuple[Place, Block, int]],
                             caught: list[type]) -> Callable[[Place], bool]:
    """Whether a place may have changed already when the body raises something that is caught."""
    found: dict[Place, bool] = {}
    for place, block, at in changes:
        later = after(block, at, body)
        failing = later is None or any(_may_fail(op) and may_be_caught(op, caught) for op in later)
        found[place] = found.get(place, False) or failing
    return lambda place: found.get(place, True)


def _may_fail(op: Op) -> bool:
    return op.name not in _FAILING or not _never_raises(op)


def _lose(sp: Specializer, before: Positions, body: Exit, half: Callable[[Place], bool]) -> None:
    """What the body has changed and an exception may have left half done is not known in a handler."""
    later = body.positions or {}
    sp.positions.update((place, LOST) for place in moved(before, [later], list(before)) if half(place))


def _passes_on(way: _Way) -> bool:
    """Whether a handler does nothing but raise again what it caught."""
    if way.exit.kind != "raise":
        return False
    *ops, end = way.block.ops
    return end.name == "raise" and not end.operands and not end.attrs.get("unreachable") and all(
        op_effect(op) in ("pure", "fresh", "reads") and not op.attrs.get("may_raise") and not op.blocks for op in ops)


def _only(sp: Specializer, frame: Frame, op: Op, way: _Way) -> Exit | None:
    move_into(way.block, sp.builder.block)
    sp.positions = way.exit.positions or sp.positions
    if way.exit.kind != "yield":
        return _ended(sp, frame, op, [way])
    sp.bind(frame, op, way.exit.values)
    return None


def _ended(sp: Specializer, frame: Frame, op: Op, ways: list[_Way]) -> Exit | None:
    """Nothing runs on behind the statement."""
    poison = any(way.exit.kind == "poison" for way in ways)
    sp.bind(frame, op, [POISON if poison else NEVER] * len(op.results))
    return None if poison else Exit("raise", [], op)


def _close(sp: Specializer, frame: Frame, op: Op, ways: list[_Way]) -> Exit | None:
    handlers, names = tuple(way.classes for way in ways[1:]), tuple(way.name for way in ways[1:])
    blocks = [way.block for way in ways]
    ends = [way for way in ways if way.exit.kind == "yield"]
    if any(way.exit.kind == "poison" for way in ways):
        return _ended(sp, frame, op, ways)
    if not ends:
        sp.builder.emit("try", blocks=blocks, handlers=handlers, names=names)
        sp.builder.emit("raise", unreachable=True)
        return _ended(sp, frame, op, ways)
    known, places = _met(sp.positions, [way.exit.positions or {} for way in ends])
    count = len(op.results)
    given = [[snapshot(a, way.exit.positions or {}) for a in way.exit.values] for way in ends]
    columns = [*zip(*given, strict=True), *places.values()]
    hints = [*(r.hint for r in op.results), *(p.name for p in places)]
    shapes = sp.settled([sp.join([sh.shape_of(a) for a in column], name, "after this `try`")
                         for column, name in zip(columns, hints, strict=True)])
    for k, way in enumerate(ends):
        with sp.builder.at(way.block):
            values = [v for column, s, n in zip(columns, shapes, hints, strict=True)
                      for v in sh.leaves(column[k], s, sp.builder, n)]
            sp.builder.emit("yield", values)
    types = [t for s in shapes for t in sh.leaf_types(s)]
    typed = sp.builder.emit("try", [], types, sp.hints(shapes, hints), blocks,
                            handlers=handlers, names=names)
    results = iter(typed.results)
    joined = [sh.rebuild(s, lambda t: next(results)) for s in shapes]
    sp.positions = arrive(sp, known, list(places), joined[count:])
    sp.bind(frame, op, joined[:count])
    return None


def _met(before: Positions, paths: list[Positions]) -> tuple[Positions, dict[Place, tuple[ab.Abstract, ...]]]:
    """What is known behind the statement, and what its ways hand on: of a single way, too, for it is a block of its own."""
    if len(paths) > 1:
        return meet(before, paths)
    (path,) = paths
    handed = {p for p in moved(before, paths, list(before)) if path.get(p, LOST) is not LOST}
    known = {place: path.get(place, LOST) for place in before if place not in handed}
    return known, {place: (snapshot(path[place], path),) for place in before if place in handed}


# ------------------------------------------------------------------------------------------------- what must raise for itself

_TOTAL = frozenset({operator.add, operator.sub, operator.mul, operator.neg, operator.pos, operator.lt, operator.le, operator.gt,
                    operator.ge, operator.eq, operator.ne, operator.not_, operator.is_, operator.is_not})
"""Operators that never raise on Python numbers of one kind."""


_FAILING = ("call", "invoke", "iaddv", "attr", "global")
"""Ops that may raise for what they are given."""


def settle_handled(functions: Sequence[Function]) -> None:
    """Mark (``handled``) all ops whose exceptions a handler may see: those in a ``try`` and in the functions called there."""
    work = [op.blocks[0] for function in functions for op in walk(function.body) if op.name == "try"]
    seen: set[Block] = set()
    while work:
        block = work.pop()
        if block in seen:
            continue
        seen.add(block)
        for op in walk(block):
            if op.name == "invoke":
                callee = op.attrs["callee"]
                work.append(callee.info.function.body if isinstance(callee.info, DerivativeOf) else callee.body)
            if op.name in _FAILING and not _never_raises(op):
                op.attrs["may_raise"] = op.attrs["handled"] = True


def _never_raises(op: Op) -> bool:
    types = [strip_const(v.type) for v in op.operands]
    python = all(isinstance(t, Scalar) and t.python for t in types)
    return op.name == "call" and op.attrs["fn"] in _TOTAL and python and len({t.differentiable for t in types}) == 1


REGIONS["try"] = run_try
