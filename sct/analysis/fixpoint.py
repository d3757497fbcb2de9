"""What a loop carries, variables and positions of iterators: its body is visited until their types no longer change."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ..ir.core import Block, Op, Value
from ..ir.types import INT
from . import shapes as sh
from .abstract import LOST, POISON, Abstract, Place
from .branches import arrive
from .context import Exit, Frame, Pending, Refusal
from .infer import Specializer
from .positions import Positions, moved, snapshot
from .references import adopt, bare, groups
from .references import joined as join_contents
from .shapes import Shape


def iterate(sp: Specializer, frame: Frame, op: Op, inits: list[Abstract],
            body: Callable[[Block, list[Abstract], list[Place]], Exit]) -> Carried:
    """Visit the body until what it carries is stable: the shapes of variables and the positions of iterators; close its exits.

    ``body`` is given the block, what is carried into it and the places whose positions are carried behind the variables.
    """
    names = [v.hint for v in op.results]
    key = (frame.lowered, id(op))
    inits = [snapshot(a, sp.positions) for a in inits]
    start = [sh.generalise(sh.shape_of(a)) for a in inits]
    shapes = sp.loop_shapes.get(key)
    shapes = start if shapes is None else _join_all(sp, list(map(sh.renewed, shapes)), start, names)
    before, moving = dict(sp.positions), dict[Place, Shape]()
    known_obstacles = dict(sp.context.obstacles)
    why: dict[Any, Any] = {}  # the obstacles of a visit after which something is unknown: later visits may not meet them again
    for _ in range(12):
        visit = _visit(sp, names, shapes, before, moving, body)
        new, lost = _moved(visit.entered, visit.pending, moving)
        joined = shapes
        for p in visit.pending:
            p.values = [snapshot(a, p.positions) for a in p.values]
            joined = _join_all(sp, joined, sp.settled([sh.shape_of(a) for a in p.values], apart=joined), names)
        held = {place: _held(sp, place, visit.entered, visit.pending, moving) for place in [*moving, *new] if place not in lost}
        settled = visit.following == groups([*visit.entered, *sh.made_by(shapes), *sh.made_by(moving.values())])
        if joined == shapes and held == moving and not lost and settled:
            if not any(s.example is POISON for s in [*shapes, *moving.values()]):
                sp.loop_shapes[key] = shapes
            else:
                sp.loop_shapes.pop(key, None)  # a visit from another start may know
                if sp.context.obstacles == known_obstacles:
                    sp.context.obstacles.update(why)
            return _closed(sp, names, shapes, inits, before, moving, visit)
        before.update(dict.fromkeys(lost, LOST))
        moving = held
        shapes = [sh.generalise(s) for s in joined]
        if any(s.example is POISON for s in shapes):
            why = sp.context.obstacles
        sp.context.obstacles = dict(known_obstacles)
    raise Refusal("SCT712", "the types of what this loop carries do not settle",
                  "keep the number of items and dimensions of every variable the same from one iteration to the next")


@dataclass
class _Visit:
    """One visit of a loop's body."""

    block: Block
    carried: list[Abstract]
    entered: Positions
    """What places hold at the head of the body."""
    pending: list[Pending]
    """How its iterations end."""
    following: Any
    """Which places were known to be one before it."""


def _visit(sp: Specializer, names: list[str], shapes: list[Shape], before: Positions, moving: dict[Place, Shape],
           body: Callable[[Block, list[Abstract], list[Place]], Exit]) -> _Visit:
    block = Block()
    with sp.builder.at(block), sp.pending_of() as pending:
        carried = [sp.instantiate(s, block, name) for s, name in zip(shapes, names, strict=True)]
        carried += [sp.instantiate(s, block, p.name) for p, s in moving.items()]
        entered = {**before, **dict(zip(moving, map(bare, carried[len(names):]), strict=True))}
        sp.positions = dict(entered)
        for a in carried:
            adopt(sp, a)
        following = groups([*entered, *sh.made_by(shapes), *sh.made_by(moving.values())])
        try:
            exit = body(block, carried, list(moving))
            if exit.kind in ("continue", "break"):
                pending.append(Pending(sp.builder.block, exit.kind, exit.values, sp.place(exit.op), sp.positions))
        finally:
            sp.positions = dict(before)
    return _Visit(block, carried, entered, pending, following)


def _closed(sp: Specializer, names: list[str], shapes: list[Shape], inits: list[Abstract], before: Positions,
            moving: dict[Place, Shape], visit: _Visit) -> Carried:
    """The loop once nothing changes any more: its exits are given what they carry."""
    kept = {k: a for k, a in enumerate(inits) if visit.carried[k] is not POISON and all(
        p.values[k] is visit.carried[k] for p in visit.pending)}
    inits = [*inits, *(snapshot(before[place], before) for place in moving)]
    shapes, names = [*shapes, *moving.values()], names + [p.name for p in moving]
    for p in visit.pending:
        p.values = [*p.values, *(snapshot(p.positions[place], p.positions) for place in moving)]
        _close(sp, p, shapes, names)
    flat = [v for a, s, n in zip(inits, shapes, names, strict=True) for v in sh.leaves(a, s, sp.builder, n)]
    return Carried(visit.block, names, shapes, flat, list(moving), before, kept)


def _held(sp: Specializer, place: Place, entered: Positions, pending: list[Pending], moving: dict[Place, Shape]) -> Shape:
    """The shape of what a place holds from one iteration to the next."""
    if place.counts:
        return sh.leaf_shape(INT)
    first = moving[place] if place in moving else sh.generalise(sh.shape_of(snapshot(entered[place], entered)))
    ends = sp.settled([sh.shape_of(snapshot(p.positions[place], p.positions)) for p in pending], apart=[first])
    return sh.generalise(join_contents(sp, place, [first, *ends], "from one iteration to the next"))


def _moved(entered: Positions, pending: list[Pending], moving: Iterable[Place]) -> tuple[list[Place], list[Place]]:
    """The iterators that an iteration moves on, beyond those that are known to, and those it leaves at unknown positions."""
    paths = [p.positions for p in pending]
    lost = [p for p, a in entered.items() if a is not LOST and any(path.get(p, LOST) is LOST for path in paths)]
    return moved(entered, paths, [p for p in entered if p not in moving and p not in lost]), lost


@dataclass
class Carried:
    """What a loop carries: its body, the names and shapes of the positions, their initial values."""

    block: Block
    names: list[str]
    shapes: list[Shape]
    inits: list[Value]
    moving: list[Place]
    before: Positions
    kept: dict[int, Abstract]
    """What every iteration hands on unchanged, by its position."""


def _join_all(sp: Specializer, a: list[Shape], b: list[Shape], names: list[str]) -> list[Shape]:
    return [sp.join([x, y], name, "from one iteration to the next") for x, y, name in zip(a, b, names, strict=True)]


def _close(sp: Specializer, p: Pending, shapes: list[Shape], names: list[str]) -> None:
    with sp.builder.at(p.block, p.loc):
        values = [v for a, s, n in zip(p.values, shapes, names, strict=True) for v in sh.leaves(a, s, sp.builder, n)]
        sp.builder.emit(p.kind, values)


def finish_loop(sp: Specializer, frame: Frame, op: Op, name: str, operands: list[Value], carried: Carried,
                blocks: list[Block], attrs: dict[str, Any]) -> None:
    """Emit a loop and bind what it carries in the end."""
    types = [t for s in carried.shapes for t in sh.leaf_types(s)]
    hints = sp.hints(carried.shapes, carried.names)
    if not sp.context.splicing:
        sp.builder.loc = sp.place(op)
    typed = sp.builder.emit(name, [*operands, *carried.inits], types, hints, blocks, **attrs)
    results = iter(typed.results)
    final = [sh.rebuild(shape, lambda t: next(results)) for shape in carried.shapes]
    count = len(op.results)
    sp.positions = arrive(sp, dict(carried.before), carried.moving, final[count:])
    frame.env.update((result, adopt(sp, carried.kept.get(k, final[k]))) for k, result in enumerate(op.results))


def mirrored(sp: Specializer, test: Block, op: Op, carried: list[Abstract], moving: list[Place]) -> list[Abstract]:
    """What the test block of a ``while`` sees of what is carried: its variables are given, positions are set."""
    names = [v.hint for v in op.results] + [p.name for p in moving]
    again = [sp.instantiate(sh.carried_shape(a), test, n) for a, n in zip(carried, names, strict=True)]
    count = len(op.results)
    sp.positions = arrive(sp, dict(sp.positions), moving, again[count:])
    return [adopt(sp, a) for a in again[:count]]
