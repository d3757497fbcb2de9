"""Callees that stay functions: specialised once for the types of their arguments, by a fixpoint where they call themselves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ..errors import Obstacle
from ..ir.core import Block, Function, Value
from ..ir.types import NONE, Object, OrConst, strip_const
from . import abstract as ab
from . import shapes as sh
from .abstract import NEVER, POISON, Abstract, Closure, DataPath
from .context import Frame, Refusal
from .infer import Specializer
from .references import holds_container, plain, references, with_places
from .shapes import Shape


@dataclass
class Record:
    """A callee specialised to argument shapes: its typed function and the shape of its result."""

    function: Function
    result: Shape
    arguments: list[Shape]
    used: bool = False
    """Whether the assumed result was consulted while the body was being visited (a recursive call)."""
    done: bool = False
    own_containers: bool = False
    """Whether all containers in the result are made by the callee, so that they may change."""
    endless: bool = False
    """Whether nothing but its own calls could give a result: Python raises ``RecursionError`` in the end."""
    obstacles: dict[tuple[Any, ...], Obstacle] = field(default_factory=dict)
    """What was refused in its body: reported whenever it is called."""


@dataclass
class DerivativeOf:
    """What a function is that stands for a derivative of another: its body is written when it is asked for."""

    function: Function
    """Specialised, of the same parameters."""
    written: bool = field(default=False, kw_only=True)
    being_written: bool = field(default=False, kw_only=True)


@dataclass
class GradientOf(DerivativeOf):
    """Reverse mode: returns the cotangents of parameters."""

    wrt: tuple[int, ...]
    """The parameters by which it is differentiated."""
    value: bool = False
    """Whether it returns the value of ``function`` first, before the gradients (and after them what else that returns)."""
    seeded: tuple[int, ...] = ()
    """The results for which it takes a cotangent each, as further parameters; of none, it is the gradient of the one number
    that is returned first.  What it is differentiated by may be one of these: the derivative is that result."""


@dataclass
class TangentOf(DerivativeOf):
    """Forward mode: takes a tangent of each parameter in ``directions`` and returns the results, then their tangents."""

    directions: tuple[int, ...]
    varied: tuple[int, ...]
    """The results whose tangents it returns, zero or not."""


@dataclass
class TypedInfo:
    """What a typed function is a specialisation of."""

    name: str
    result: Shape | None = None
    recursive: bool = False
    extra: dict[str, Any] = field(default_factory=dict)


def invoke(sp: Specializer, frame: Frame, lowered: Function, bound: list[Abstract]) -> Abstract:
    record, bound = specialised(sp, frame, lowered, bound)
    if record.result.tag == ("marker", "never"):
        end_by_invoking(sp, record, bound)
        return NEVER
    operands = operands_of(sp, record, bound)
    types = list(sh.leaf_types(record.result))
    op = sp.builder.emit("invoke", operands, types, callee=record.function, effect=_effect(sp, lowered), may_raise=True)
    results = iter(op.results)
    result = sh.rebuild(record.result, lambda t: next(results))
    return with_places(sp, result) if record.own_containers else result


def _effect(sp: Specializer, lowered: Function) -> str:
    return "writes" if lowered in sp.context.lent else "pure"


NESTED = 100
"""How many specialisations of one function may be under way: a recursion over a tuple has one for each of its lengths."""


def specialised(sp: Specializer, frame: Frame, lowered: Function, bound: list[Abstract]) -> tuple[Record, list[Abstract]]:
    """The specialisation of a callee for these arguments, made on first use, and all that it takes."""
    around = Surroundings([frame.closure, *bound])
    bound = [*bound, *around.contents]
    shapes = [run_time_shape(sh.shape_of(a)) for a in bound]
    known = [_known_object(sp, v) for a, s in zip(bound, shapes, strict=True) for v in _run_time(a, s)]
    objects = tuple(k and (k[1].scope, k[1].root, k[1].steps, id(k[0])) for k in known)
    key = (lowered, tuple(shapes), around.places, sp.context.signals, objects)
    record: Record | None = sp.session.typed(key)
    if record is None:
        record = specialise(sp, frame, lowered, shapes, key, around, known)
    elif not record.done:
        record.used = True
        record.function.info.recursive = True
    else:
        sp.context.obstacles.update(record.obstacles)
    return record, bound


def operands_of(sp: Specializer, record: Record, bound: list[Abstract]) -> list[Value]:
    """The run-time values with which a specialised callee is called."""
    return [v for a, s in zip(bound, record.arguments, strict=True) for v in sh.leaves(a, s, sp.builder)]


def end_by_invoking(sp: Specializer, record: Record, bound: list[Abstract]) -> None:
    """Call a function that always raises: the caller's block ends there."""
    body = record.function.body
    if not record.endless and not (record.done and body.ops and body.ops[-1].name == "raise"):
        return  # a recursive call whose result is still to be found
    operands = operands_of(sp, record, bound)
    sp.builder.emit("invoke", operands, [], callee=record.function, effect="pure", may_raise=True)
    sp.builder.emit("raise", unreachable=True)


def _run_time(a: Abstract, shape: Shape) -> Iterator[Value | None]:
    """For each run-time leaf of ``shape`` the value in ``a`` that fills it, where there is one already."""
    if shape.tag[0] == "leaf":
        yield a if isinstance(a, Value) else None
    elif shape.parts:
        parts = ab.parts_of(a)
        for k, part in enumerate(shape.parts):
            yield from _run_time(parts[k] if parts is not None else a, part)


def _known_object(sp: Specializer, value: Value | None) -> tuple[Any, DataPath] | None:
    """The object that is behind a parameter whose attributes the callee may read, and where it is found."""
    return sp.known(value) if value is not None and isinstance(strip_const(value.type), Object) else None


def run_time_shape(shape: Shape) -> Shape:
    """Literal numbers become parameters, so that one specialisation serves them all (and recursion ends)."""
    widened = sh.generalise(shape)
    if widened.tag[0] == "leaf":
        t = widened.tag[1]
        return widened if isinstance(t, OrConst) and t.const is NONE else sh.leaf_shape(strip_const(t))
    if widened.parts:
        return Shape(widened.tag, tuple(map(run_time_shape, widened.parts)), widened.example)
    return widened


def specialise(sp: Specializer, frame: Frame, lowered: Function, shapes: list[Shape], key: Any,
               around: Surroundings, known: list[Any]) -> Record:
    """Visit a callee with parameters of the given shapes, repeating until the result of recursive calls is settled."""
    if sp.context.stack.count(lowered) >= NESTED:
        raise Refusal("SCT712", f"`{lowered.name}` calls itself with arguments of ever other types, or ever other functions",
                      "write it as a loop, or pass arguments of the same types")
    never = sh.shape_of(NEVER)
    record = Record(Function(lowered.name, Block(), lowered.loc, TypedInfo(lowered.name)), never, shapes)
    sp.session.remember(key, record)
    mark = sp.session.mark()
    outer, narrowed, pending, loop_shapes = sp.builder.block, sp.narrowed, sp.pending, sp.loop_shapes
    loc, positions, held, objects = sp.builder.loc, sp.positions, sp.held, sp.objects
    sp.loop_shapes, sp.held = {}, None
    obstacles = dict(sp.context.obstacles)
    sp.context.stack.append(lowered)
    try:
        for _ in range(8):
            sp.context.obstacles = dict(obstacles)
            sp.session.forget_since(mark)
            record.used = False
            anew = Frame(lowered, closure=frame.closure, owner=frame.owner, path=frame.path)
            result = _visit_body(sp, anew, record, around, known)
            record.endless = result == record.result == never and record.used and not record.endless
            if not record.endless and (result == record.result or not record.used):
                record.result = result
                break
            record.result = sh.join_shapes(record.result, result)
    finally:
        sp.builder.block, sp.narrowed, sp.pending, sp.builder.loc = outer, narrowed, pending, loc
        sp.loop_shapes, sp.positions, sp.held, sp.objects = loop_shapes, positions, held, objects
        record.obstacles = {key: o for key, o in sp.context.obstacles.items() if key not in obstacles}
        sp.context.stack.pop()
    record.done = True
    record.function.info.result = record.result
    if sp.context.splicing:  # the functions of the program itself are settled together
        from .exceptions import settle_handled
        settle_handled([record.function])
    return record


def _visit_body(sp: Specializer, frame: Frame, record: Record, around: Surroundings, known: list[Any]) -> Shape:
    body = Block()
    record.function.body = body
    sp.builder.block, sp.narrowed, sp.pending, sp.positions = body, {}, [], {}
    hints = [arg.hint for arg in frame.lowered.body.args] + around.hints
    places, given = [], []
    for hint, shape in zip(hints, record.arguments, strict=True):
        places.append(len(body.args))
        given.append(sp.instantiate(shape, body, hint))
    count = len(frame.lowered.body.args)
    places.append(len(body.args))
    record.function.info.extra["written"] = set(range(places[count - len(frame.lowered.info.params)], places[count]))
    examples = {v: k for v, k in zip(body.args, known, strict=True) if k is not None}
    sp.context.examples.update(examples)
    sp.objects = list(examples)
    inside, (frame.closure, *given) = around.enter(given, [frame.closure, *given])
    frame.env.update(zip(frame.lowered.body.args, given, strict=False))
    exit = sp.run_block(frame, frame.lowered.body)
    if exit.kind != "return":
        return sh.shape_of(POISON if exit.kind == "poison" else NEVER)
    record.own_containers = not holds_container(exit.values[0])
    value = _given_back(sp, exit.values[0])
    if any(place in inside for place in _frames_of([value])):
        raise Refusal("SCT702", f"`{record.function.name}` returns a function that reads a variable which is rebound",
                      "pass the value on as a default argument of that function")
    shape = run_time_shape(sh.shape_of(value))
    if record.result.tag != ("marker", "never"):
        shape = sh.join_shapes(shape, record.result)
    if shape.tag[0] != "marker":
        values = sh.leaves(value, shape, sp.builder)
        sp.builder.emit("return", values, single=len(values) == 1)
    return shape


def _given_back(sp: Specializer, a: Abstract) -> Abstract:
    """What a function returns, as its caller sees it: containers of its own, each held once."""
    if not sp.context.places:
        return a
    found = [r.place.group for r in references(a, sp.positions)]
    if len(set(found)) < len(found):
        raise Refusal("SCT602", "a container is returned in two places", "return a copy of it")
    return plain(sp, a)


class Surroundings:
    """The variables of enclosing functions that nested functions among ``values`` read through cells when they run.

    A callee that becomes a function of its own takes their contents as further parameters: nothing rebinds them while it runs.
    """

    def __init__(self, values: list[Any]) -> None:
        found: dict[tuple[Frame, str], Abstract] = {}
        work = list(values)
        while work:
            a = work.pop()
            if isinstance(a, Closure):
                for place, content in cells_of(a):
                    if place not in found:
                        found[place] = content
                        work.append(content)
            if a is not None:
                work += ab.parts_of(a) or []
        self.cells = list(found)
        self.contents = list(found.values())
        self.places = tuple((frame.origin or frame, name) for frame, name in found)
        self.hints = [name.split("@")[0] for _, name in found]

    def enter(self, given: list[Abstract], values: list[Any]) -> tuple[set[Frame], list[Any]]:
        """Frames that hold what arrived (the last of ``given``) instead of the contents, and ``values`` as seen from there."""
        frames: dict[Frame, Frame] = {}
        for frame, _ in self.cells:
            _mirror(frame, frames)
        contents = [_seen_from(a, frames) for a in given[len(given) - len(self.cells):]]
        for (frame, name), held in zip(self.cells, contents, strict=True):
            frames[frame].cells[name] = held
        return set(frames.values()), [_seen_from(a, frames) for a in values]


def cells_of(closure: Closure) -> Iterator[tuple[tuple[Frame, str], Abstract]]:
    """The cells that a nested function reads, each with the frame it is in and what it holds now."""
    for name in closure.code.cells.values():
        frame: Frame | None = closure.frame
        while frame is not None and name not in frame.cells:
            frame = frame.closure.frame if frame.closure is not None else None
        if frame is not None:
            yield (frame, name), frame.cells[name]


def _mirror(frame: Frame, frames: dict[Frame, Frame]) -> Frame:
    """A frame for what ``frame`` holds, as a callee sees it."""
    if frame not in frames:
        frames[frame] = Frame(frame.lowered, owner=frame.owner, path=frame.path, origin=frame.origin or frame)
    return frames[frame]


def _seen_from(a: Any, frames: dict[Frame, Frame]) -> Any:
    parts = ab.parts_of(a) if a is not None else None
    if parts is None:
        return a
    moved = ab.with_parts(a, [_seen_from(p, frames) for p in parts])
    if isinstance(moved, Closure):
        moved.frame = _frame_seen_from(moved, frames)
    return moved


def _frame_seen_from(closure: Closure, frames: dict[Frame, Frame]) -> Frame:
    """The frame of a nested function in a callee: one that holds every cell it reads, whichever frame that was in."""
    homes = {place[0] for place, _ in cells_of(closure)}
    if not homes & set(frames):
        return closure.frame  # type: ignore[no-any-return]
    if len(homes) == 1:
        return frames[homes.pop()]
    raise Refusal("SCT702", "this nested function reads variables of several functions around it that are rebound",
                  "pass them as arguments")


def _frames_of(values: list[Any]) -> Iterator[Frame]:
    for a in values:
        if isinstance(a, Closure):
            yield from (frame for (frame, _), _ in cells_of(a))
        if a is not None:
            yield from _frames_of(ab.parts_of(a) or [])
