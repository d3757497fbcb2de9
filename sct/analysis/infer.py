"""Specialisation: lowered IR and the types of the arguments in, typed IR out, by abstract interpretation of every op.

What is known while specialising (functions, modules, literals, tuples of known length) is computed away; the rest is emitted
with its type.  Loops and recursive calls are repeated until the types of what they carry no longer change.  Anything that is
not supported becomes an obstacle and a poison value, so that one run finds every obstacle.
"""

from __future__ import annotations

import keyword
import operator
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..errors import InternalError, Obstacle, raise_all
from ..ir.build import Builder
from ..ir.core import Block, Function, Loc, Op, Value
from ..ir.evaluate import format_parts
from ..ir.ops import Lit, Slot
from ..ir.types import BOOL, INT, NONE, STR, List, Object, OrConst, Table, Tuple, Type, constant, strip_const
from . import abstract as ab
from .abstract import NEVER, POISON, UNBOUND, Abstract, Closure, DataPath, JoinError, Mapping, Seq, Shape, Slice, Static
from .positions import Positions, meet, snapshot
from .references import NeedsPlaces, adopt, content, fresh
from .session import Session
from .typecase import Split, split_by_kind, split_rest


class Refusal(Exception):
    """Raised inside a handler to refuse the current op; becomes an obstacle at the op's line."""

    def __init__(self, code: str, message: str, hint: str = "", loc: Loc | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.hint, self.loc = code, message, hint, loc


@dataclass
class Context:
    """What one compilation collects across all the functions it visits."""

    session: Session
    obstacles: dict[tuple[Any, ...], Obstacle] = field(default_factory=dict)
    guards: dict[tuple[Any, ...], tuple[DataPath, Any]] = field(default_factory=dict)
    """(kind, path) → path and expectation: what dispatch must find unchanged; kinds ``is``, ``type``, ``value``, ``code``,
    and more (``CHECKS`` in dispatch.py)."""
    examples: dict[Value, tuple[Any, DataPath]] = field(default_factory=dict)
    """Run-time values whose current content is at hand (parameters), for what must be static."""
    stack: list[Any] = field(default_factory=list)
    """The lowered functions being visited, outermost first."""
    remembering: list[Any] = field(default_factory=list)
    """The functions with a cache of results whose bodies are being visited for the type of their results."""
    masked: int = 0
    """How exact zeros may arise in cotangents: 0 not, 1 by picking elements, 2 by ``where``, which may hide infinities."""
    signals: bool = field(default_factory=lambda: "raise" in np.geterr().values())
    """Whether NumPy raises here where a number overflows, is divided by zero, or the like."""
    stores: bool = False
    """Whether arrays are stored into: what leaves the function then is copied before the reverse sweep undoes that."""
    opened: set[Function] = field(default_factory=set)
    """The lowered functions whose calls become part of their callers, because they write to what these hand them."""
    lent: set[Function] = field(default_factory=set)
    """Those that do so and call themselves: their calls stay calls, which write."""
    lends: bool = False
    """Whether all of them stay calls: their bodies in all places would be too long."""
    copied_in: int = 0
    """How many ops of opened callees were visited."""
    splicing: bool = False
    """True while the body of a derivative rule is visited: its ops belong to the adjoint."""
    standing: dict[Any, Function] = field(default_factory=dict)
    """Functions that stand for gradients taken inside: (function, parameters, …) → the one that is called."""
    places: bool = False
    """Whether lists, dicts and objects are followed by their places: where one of them changes."""
    tables: set[Loc] = field(default_factory=set)
    """Where dicts are made that need keys which only run time knows."""
    inside: bool = False
    """Whether lists in lists whose length only run time knows change."""
    lists: dict[Value, Abstract] = field(default_factory=dict)
    """Such lists, and what they have been taken out of."""
    apart: bool = False
    """Whether lists of arrays that are arguments are known item by item: where such an array is written to."""
    assigned: set[str] = field(default_factory=set)
    """Names of attributes that are assigned: those of arguments are read on entry."""
    spliced: Block | None = None
    """The block that the rule body now visited becomes part of: what it holds runs whenever the rule applies."""

    given: dict[ab.Place, str] = field(default_factory=dict)
    """Places of the containers and objects in arguments, and the arguments' names."""
    changed: set[str] = field(default_factory=set)
    """Names of the arguments in which something changes (what the caller holds does not)."""

    def begin_again(self, attribute: str, inside: bool = False, table: Loc | None = None) -> None:
        """Forget everything: the function is specialised once more, with the places of what changes."""
        if self.places and (not attribute or attribute in self.assigned) and (not inside or self.inside) \
                and (table is None or table in self.tables):
            raise InternalError("specialisation began again without a reason")
        self.places = True
        self.inside |= inside
        if table is not None:
            self.tables.add(table)
        if attribute:
            self.assigned.add(attribute)
        self.forget()

    def forget(self) -> None:
        """Forget everything that specialisation found out."""
        for found in (self.obstacles, self.guards, self.examples, self.stack, self.remembering, self.standing, self.given,
                      self.changed, self.lists):
            found.clear()
        self.stores = self.splicing = False
        self.session.forget_since(0)

    def refuse(self, refusal: Refusal, loc: Loc) -> None:
        loc = refusal.loc or loc
        key = (loc.file, loc.line, loc.col, refusal.code, refusal.message)
        self.obstacles.setdefault(key, Obstacle(loc, refusal.code, refusal.message, refusal.hint))

    def guard(self, kind: str, path: DataPath, expected: Any) -> None:
        several = expected if kind in ("has", "lacks", "holds") else None
        self.guards[(kind, path.scope, path.root, path.steps, id(path.owner), several)] = (path, expected)

    def check(self) -> None:
        """Raise all obstacles found so far as one error."""
        if self.obstacles:
            raise_all(list(self.obstacles.values()))


@dataclass(eq=False)
class Frame:
    """One activation of a lowered function: what its values are known to be."""

    lowered: Function
    env: dict[Value, Abstract] = field(default_factory=dict)
    places: dict[str, ab.Place] = field(default_factory=dict)
    """Where its variables are that nested functions bind."""
    cells: dict[str, Abstract] = field(default_factory=dict)
    """Current content of variables that nested functions capture and that may be rebound."""
    closure: Closure | None = None
    owner: Any = None
    """The Python function object whose globals and closure cells this code sees."""
    path: DataPath | None = None
    """Where generated code finds ``owner``."""
    origin: Frame | None = None
    """The frame that this one stands for inside a callee that was handed its cells."""


@dataclass
class Exit:
    """How a block ends: the terminator's name and operands; ``tail`` when exits are pending in nested blocks."""

    kind: str
    values: list[Abstract]
    op: Op
    positions: Positions | None = None
    """How far iterators have come there, where that is not how far they have come now."""


@dataclass
class Pending:
    """A ``continue`` or ``break`` whose operands are written once the loop's types are known."""

    block: Block
    kind: str
    values: list[Abstract]
    loc: Loc
    positions: Positions
    """How far iterators have come there."""


class Specializer:
    """Visits lowered blocks and emits typed ops; one instance serves one compilation."""

    def __init__(self, context: Context, builder: Builder) -> None:
        self.context = context
        self.session = context.session
        self.builder = builder
        self.narrowed: dict[Value, Abstract] = {}
        self.pending: list[Pending] = []
        self.splits = 0
        """How many joins without a common type surround the current op (see ``typecase.py``)."""
        self.positions: Positions = {}
        """How many items have been taken from each iterator, at this point of the program."""
        self.trying = 0
        """How many ``try`` statements there are around the current op, in their bodies."""
        self.changes: list[tuple[ab.Place, Block, int]] = []
        """What has changed, and behind how many ops of which block."""
        self.held: Loc | None = None
        """Where everything stands while a function of the standard library is visited: at its call."""
        self.loop_shapes: dict[Any, list[Shape]] = {}
        """Types that each loop carried when it was last visited: the next visit starts from them."""

    def note_change(self, place: ab.Place) -> None:
        """Record that what is at a place changes here."""
        self.changes.append((place, self.builder.block, len(self.builder.block.ops)))

    def place(self, op: Op) -> Loc:
        """Where an op of the function that is visited stands, for the user."""
        return self.held or op.loc

    # ------------------------------------------------------------------------------------------------------- values
    def get(self, frame: Frame, value: Value) -> Abstract:
        """What is known of a lowered value here."""
        found = frame.env[value]
        return self.narrowed.get(found, found) if isinstance(found, Value) else found

    def lift(self, a: Abstract, hint: str = "") -> Value:
        """The abstract value as one run-time value."""
        if isinstance(a, ab.View):
            from .builtin_calls import collect
            a = collect(self, a)
        try:
            return ab.lift(snapshot(content(self, a), self.positions), self.builder, hint)
        except JoinError as error:
            raise Refusal("SCT702", f"{error} cannot be a value at run time here",
                          "call it, or unpack it, where it is made") from None

    def static(self, a: Abstract, what: str) -> Any:
        """The Python value of ``a``; a parameter or global is fixed to its current value by a guard."""
        a = content(self, a)
        if isinstance(a, Static):
            return a.value
        if isinstance(a, Seq):
            items = [self.static(x, what) for x in a.items]
            return a.kind(*items) if hasattr(a.kind, "_fields") else a.kind(items)
        if isinstance(a, Slice):
            return slice(*(self.static(x, what) for x in (a.lo, a.hi, a.step)))
        if isinstance(a, Value):
            known = self.known(a)
            if known is not None and isinstance(known[0], bool | int | float | str | type(None)):
                if known[1].steps != (("attr", "inf"),):
                    self.context.guard("value", known[1], known[0])
                return known[0]
        raise Refusal("SCT703", f"{what} must be known before the function runs",
                      "pass it as a literal, or as an argument of the differentiated function")

    def known(self, value: Value) -> tuple[Any, DataPath] | None:
        """The current content of a run-time value and where it is found, for parameters and globals."""
        if value in self.context.examples:
            return self.context.examples[value]
        op = value.owner
        if not isinstance(op, Op):
            return None
        if op.name == "global":
            return op.attrs["current"], op.attrs["source"]
        if op.name in ("item", "attr"):
            base = self.known(op.operands[0])
            if base is None:
                return None
            if op.name == "item":
                return base[0][op.attrs["key"]], base[1].item(op.attrs["key"])
            return getattr(base[0], op.attrs["name"]), base[1].attr(op.attrs["name"])
        return None

    def as_abstract(self, value: Value) -> Abstract:
        """A run-time value, with tuples and dicts of known structure opened up."""
        t = value.type
        if isinstance(t, Tuple):
            return Seq(t.cls, [self._item(value, k, item) for k, item in enumerate(t.items)], value)
        if t is NONE:
            return Static(None)
        if t == Object(range):
            return ab.Range(*(self.builder.value("attr", [value], INT, name=name) for name in ("start", "stop", "step")))
        if hasattr(t, "items") and not isinstance(t, List):
            return Mapping({k: self._item(value, k, item) for k, item in t.items}, value)
        return value

    def _item(self, value: Value, key: Any, type: Type) -> Abstract:
        if type is NONE:
            return Static(None)
        return self.as_abstract(self.builder.value("item", [value], type, _item_hint(value, key), key=key))

    def live(self, a: Static) -> Value:
        """An object of the user's module as a run-time value, read anew at each call."""
        assert a.path is not None
        return self.builder.value("global", (), Object(type(a.value)), root=a.path.root, path=a.path.steps, source=a.path,
                                  current=a.value)

    # ------------------------------------------------------------------------------------------------------- blocks
    def run_block(self, frame: Frame, block: Block) -> Exit:
        """Visit the ops of a lowered block, emitting into the builder's block; says how it ends."""
        outer = self.narrowed
        self.narrowed = dict(outer)
        try:
            return self.run_ops(frame, block.ops)
        finally:
            self.narrowed = outer

    def run_ops(self, frame: Frame, ops: list[Op]) -> Exit:
        """Visit ops that end a block; where an ``if`` has two outcomes without a join, the rest is visited for each."""
        for k, op in enumerate(ops):
            if not self.context.splicing:
                self.builder.loc = self.place(op)
            try:
                exit = self._visit(frame, op)
            except Split as split:
                try:
                    return split_rest(self, frame, ops[k + 1:], split)
                except Refusal as refusal:
                    self.context.refuse(refusal, self.place(op))
                    return Exit("poison", [], op)
            if exit is not None:
                return exit
        raise AssertionError("a lowered block has no terminator")

    def _visit(self, frame: Frame, op: Op) -> Exit | None:
        if op.name in ("yield", "continue", "break", "return", "test"):
            return Exit(op.name, [self.get(frame, v) for v in op.operands], op)
        handler = REGIONS.get(op.name)
        if handler is not None:
            try:
                return handler(self, frame, op)
            except Refusal as refusal:
                self.context.refuse(refusal, self.builder.loc)
                self.bind(frame, op, [POISON] * len(op.results))
                return Exit("poison", [], op) if op.attrs.get("tail") or op.name == "raise" else None
        self.bind(frame, op, self._apply(frame, op))
        return self.raised(op)

    def raised(self, op: Op) -> Exit | None:
        """How the block ends if what was just visited always raises: nothing behind it ever runs."""
        emitted = self.builder.block.ops
        return Exit("raise", [], op) if emitted and emitted[-1].name == "raise" else None

    def _apply(self, frame: Frame, op: Op) -> list[Abstract]:
        args = [self.get(frame, v) for v in op.operands]
        if self.context.places and op.name not in _TAKES_REFERENCES:
            try:
                args = [content(self, a) for a in args]
            except Refusal as refusal:
                self.context.refuse(refusal, self.builder.loc)
                return [POISON] * len(op.results)
        for marker in (POISON, NEVER):
            if any(a is marker for a in args) and op.name not in _TAKES_ANYTHING:
                return [marker] * len(op.results)
        if any(a is UNBOUND for a in args) and op.name not in _TAKES_UNBOUND and not sp_allows(self, op):
            name = next(v.hint for v, a in zip(op.operands, args, strict=True) if a is UNBOUND)
            self.context.refuse(Refusal("SCT704", f"`{name or 'a variable'}` is used before it is bound"), self.builder.loc)
            return [NEVER] * len(op.results)
        try:
            return SIMPLE[op.name](self, frame, op, args)
        except Refusal as refusal:
            by_kind = split_by_kind(self, frame, op, args) if refusal.code == "SCT708" else None
            if by_kind is not None:
                raise by_kind from None
            self.context.refuse(refusal, self.builder.loc)
        except JoinError as error:
            self.context.refuse(Refusal("SCT702", f"{error} cannot be used here"), self.builder.loc)
        return [POISON] * len(op.results)

    def bind(self, frame: Frame, op: Op, values: list[Abstract]) -> None:
        """Set what the results of a lowered op are, giving fresh temporaries the user's name."""
        for result, value in zip(op.results, values, strict=True):
            if self.context.places:
                value = adopt(self, value)
                if isinstance(value, ab.Reference):
                    self._name(value.place, result.hint)
            frame.env[result] = value
            if isinstance(value, Value) and isinstance(value.owner, Op) and not value.hint and not self.context.splicing:
                value.hint = result.hint

    def _name(self, place: ab.Place, hint: str) -> None:
        """A container, and a run-time list that is its content, are called what the user calls them first."""
        place.name = place.name or hint
        held = self.positions.get(place)
        if isinstance(held, Value) and not held.hint and isinstance(held.owner, Op):
            held.hint = hint

    @contextmanager
    def pending_of(self) -> Any:
        """A fresh list of pending exits for one loop body."""
        saved, self.pending = self.pending, []
        try:
            yield self.pending
        finally:
            self.pending = saved

    def join(self, shapes: list[Shape], name: str, where: str) -> Shape:
        """The join of several shapes; refuses with the variable's name where there is none."""
        joined = shapes[0]
        for shape in shapes[1:]:
            try:
                joined = ab.join_shapes(joined, shape)
            except JoinError as error:
                raise Refusal("SCT701", f"`{name or 'a value'}` may be two things {where}: {error}",
                              "give it one kind of value on every path, e.g. start an accumulator with np.zeros") from None
        return joined

    def instantiate(self, shape: Shape, block: Block, hint: str) -> Abstract:
        """An abstract value of ``shape`` whose leaves are new arguments of ``block``."""
        hints = iter(self.hints([shape], [hint]))
        return ab.rebuild(shape, lambda t: block.add_arg(next(hints), t))

    def hints(self, shapes: Sequence[Shape], names: Sequence[str]) -> list[str]:
        """A name for each run-time value of the given shapes."""
        if not self.context.places:
            return [name for shape, name in zip(shapes, names, strict=True) for _ in ab.leaf_types(shape)]
        return [hint for shape, name in zip(shapes, names, strict=True) for hint in ab.leaf_names(shape, name)]

    def settled(self, shapes: list[Shape], apart: Sequence[Shape] = ()) -> list[Shape]:
        """Shapes behind the end of paths: containers that were made on one of them, and not by ``apart``, are new there."""
        made = set(ab.made_by(apart))
        return [ab.settled(s, lambda p: p in self.positions or p in made) for s in shapes] if self.context.places else shapes


# -------------------------------------------------------------------------------------------------------------- branches

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
        from .loops import length
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
    if op.attrs.get("tail"):
        return _run_tail(sp, frame, op, condition)
    return _run_branches(sp, frame, op, condition)


def _finish(sp: Specializer, frame: Frame, op: Op, exit: Exit) -> Exit | None:
    if exit.kind == "yield":
        sp.bind(frame, op, exit.values)
        return None
    return exit


def _branch(sp: Specializer, frame: Frame, op: Op, condition: Value, taken: int) -> tuple[Block, Exit]:
    block = Block()
    saved, cells, positions = sp.narrowed, dict(frame.cells), sp.positions
    sp.narrowed, sp.positions = dict(saved), dict(positions)
    narrow(sp, condition, taken == 0)
    with sp.builder.at(block):
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
        shapes = [_same(column) or sp.join([ab.shape_of(a) for a in column], name, "after this `if`")
                  for column, name in zip(columns, names, strict=True)]
    except Refusal as refusal:
        raise Split(op, condition, branches, refusal) from None
    shapes += [sp.join([ab.shape_of(a) for a in column], p.name, "after this `if`") for p, column in moved.items()]
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
                      for v in ab.leaves(column[k], shape, sp.builder, name)]
            sp.builder.emit("yield", values)
    types = [t for shape in shapes for t in ab.leaf_types(shape)]
    hints = sp.hints(shapes, names)
    op = sp.builder.emit("if", [condition], types, hints, blocks)
    results = iter(op.results)
    return [ab.rebuild(shape, lambda t: next(results)) for shape in shapes]


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
        sp.narrowed[value] = sp.builder.value("narrow", [value], value.type.base, value.hint)


# --------------------------------------------------------------------------------------------------------- simple handlers

def _const(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    return [Static(op.attrs["value"])]


def _undef(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    return [UNBOUND]


def _setcell(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    frame.cells[op.attrs["cell"]] = args[0]
    return []


def _share(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    sp.note_change(_place(frame, op.attrs["place"]))
    sp.positions[_place(frame, op.attrs["place"])] = args[0]
    return []


def _shared(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    found = sp.positions.get(_place(frame, op.attrs["place"]), ab.LOST)
    if found is ab.LOST:
        raise Refusal("SCT105", f"what `{op.results[0].hint}` holds, which a nested function binds, is not known here",
                      "return the new value from that function")
    return [sp.narrowed.get(found, found) if isinstance(found, Value) else found]


def _place(frame: Frame, name: str) -> ab.Place:
    """The place of a variable of this function or one around it."""
    owner: Frame = frame
    while name not in owner.lowered.info.shared.values():
        assert owner.closure is not None
        owner = owner.closure.frame
    if name not in owner.places:
        owner.places[name] = ab.Place(name.split("@")[0], counts=False)
    return owner.places[name]


def _build(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    kind = op.attrs["kind"]
    if any(a is POISON for a in args):
        return [POISON]
    if any(a is NEVER for a in args):
        return [NEVER]
    items: list[Abstract] = []
    if op.attrs.get("accumulates"):
        return [_set_of(sp, []) if kind is set else Seq(kind, [])]
    stars = op.attrs.get("star") or (False,) * len(args)
    if kind is list and any(star and _is_run_time_list(content(sp, a)) for a, star in zip(args, stars, strict=True)):
        return [fresh(sp, _joined(sp, args, stars))]
    for a, star in zip(args, stars, strict=True):
        items.extend(sequence_items(sp, a, "unpacking with `*`") if star else [a])
    if kind is set:
        return [fresh(sp, _set_of(sp, items))]
    return [fresh(sp, Seq(kind, items))]


def _is_run_time_list(a: Abstract) -> bool:
    return isinstance(a, Value) and isinstance(a.type, List)


def _joined(sp: Specializer, args: list[Abstract], stars: Sequence[bool]) -> Abstract:
    """``[x, *xs, y]`` where only run time knows the length of ``xs``: a sum of lists."""
    from .primitives import binary
    total: Abstract = Seq(list, [])
    for a, star in zip(args, stars, strict=True):
        part = content(sp, a)
        if not star or not _is_run_time_list(part):
            part = Seq(list, sequence_items(sp, a, "unpacking with `*`") if star else [a])
        total = binary(sp, operator.add, total, part)
    return total


def is_own_set(a: Abstract) -> bool:
    """Whether ``a`` is a set that nothing outside the function can change."""
    return isinstance(a, Static) and (type(a.value) is frozenset or type(a.value) in (set, WornSet) and a.path is None)


class WornSet(set[Any]):
    """A set from which items were taken: those put in later may stand elsewhere than in one that is new."""


def items_in_order(values: Any) -> list[Abstract]:
    """The items of a set in the order in which Python goes through them, where this is known."""
    if type(values) is not WornSet and all(type(v) is int and 0 <= v < 8 for v in values):
        return [Static(v) for v in sorted(values)]  # each stands at the place that is its value, however large the table
    raise Refusal("SCT711", "in which order the items of a set come is not known", "iterate over `sorted(...)`")


def _set_of(sp: Specializer, items: list[Abstract]) -> Static:
    """A set of objects that are all known; the first item may be a set that is added to."""
    values = [sp.static(item, "an item of a set") for item in items]
    start = values.pop(0) if values and isinstance(values[0], set) else set()
    try:
        return Static(start.union(values))
    except TypeError as error:
        raise Refusal("SCT709", f"this always raises TypeError: {error}") from None


def sequence_items(sp: Specializer, a: Abstract, what: str) -> list[Abstract]:
    """The items of something whose length is known."""
    a = content(sp, a)
    if isinstance(a, Seq):
        return a.items
    if isinstance(a, Static) and isinstance(a.value, str | tuple | list | range):
        return [Static(v) for v in a.value]
    if isinstance(a, Static) and is_own_set(a):
        return items_in_order(a.value)
    if isinstance(a, ab.Range):
        bounds = [sp.static(x, "the range") for x in (a.lo, a.hi, a.step)]
        return [Static(v) for v in range(*bounds)]
    if isinstance(a, Mapping):
        return [Static(k) for k in a.items]
    items = _items_left(sp, a)
    if items is not None:
        return items
    raise Refusal("SCT705", f"{what} needs a sequence whose length is known", "index it instead")


def _items_left(sp: Specializer, a: Abstract) -> list[Abstract] | None:
    """The items of an iterator, where all of them are known one by one."""
    from .iterators import drain, is_lazy, known
    from .loops import known_items
    if not is_lazy(a):
        return known_items(sp, a) if isinstance(a, ab.Iteration) else None
    items = drain(sp, a) if known(sp, a) else None
    return items.items if isinstance(items, Seq) else None


def _dict(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    if any(a is POISON for a in args):
        return [POISON]
    n = op.attrs["n"]
    items: dict[Any, Abstract] = {}
    for key, value, spread in zip(args[:n], args[n:], op.attrs.get("spread") or (False,) * n, strict=True):
        held = content(sp, value)
        if not spread:
            items[sp.static(key, "a dict key")] = value
        elif isinstance(held, Mapping):
            items.update(held.items)
        else:
            raise Refusal("SCT705", "`**` in a dict display needs a dict whose keys are known")
    made: Abstract = Mapping(items)
    if op.attrs.get("accumulates") and op.loc in sp.context.tables:
        from .tables import made as made_table
        return [made_table(sp, Mapping({}))]
    return [made if op.attrs.get("accumulates") else fresh(sp, made)]


def _made(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    """The list or dict that a comprehension has filled."""
    return [fresh(sp, args[0])]


def _slice(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    return [Slice(*args)]


def _closure(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    n = len(op.attrs["captures"])
    return [Closure(op.attrs["code"], args[:n], args[n:], frame)]


def _append(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    from .tables import is_known, put
    acc, *added = args
    if isinstance(acc, Mapping) and not is_known(sp, added[0]):
        raise NeedsPlaces(table=op.loc)
    if isinstance(acc, Value) and isinstance(acc.type, Table):
        return [put(sp, Static(None), acc, *added)]
    if isinstance(acc, Mapping):
        return [Mapping({**acc.items, sp.static(added[0], "a dict key"): added[1]})]
    (item,) = added
    if isinstance(acc, Static):
        return [_set_of(sp, [Static(acc.value), item])]
    if isinstance(acc, Seq):
        return [Seq(acc.kind, [*acc.items, item])]
    value = ab.held(sp.lift(item), item, content(sp, item))
    assert isinstance(acc, Value) and isinstance(acc.type, List)
    joined = sp.join([ab.leaf_shape(acc.type.item), ab.leaf_shape(strip_const(value.type))], "the item", "in this list")
    item_type = ab.leaf_type(joined)
    assert item_type is not None
    return [sp.builder.value("append", [acc, value], List(item_type), acc.hint)]


def _format(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    if sp.context.splicing and all(isinstance(a, Static) for a in args):
        return [Static(format_parts(op.attrs["parts"], [a.value for a in args if isinstance(a, Static)]))]
    leaves: list[Value] = []
    slots: list[Slot | Lit] = []
    for a in args:
        if isinstance(a, Value) or (isinstance(a, Seq) and a.runtime is not None):
            slots.append(Slot(len(leaves)))
            leaves.append(sp.lift(a))
        elif isinstance(a, Static):
            slots.append(Lit(a.value))
        else:
            slots.append(Slot(len(leaves)))
            leaves.append(sp.lift(a))
    return [sp.builder.value("format", leaves, STR, parts=op.attrs["parts"], args=tuple(slots))]


def _raise(sp: Specializer, frame: Frame, op: Op) -> Exit:
    args = [sp.get(frame, v) for v in op.operands]
    if sp.context.splicing and sp.builder.block is sp.context.spliced:
        raise Refusal("SCT200", _what_is_raised(args), "compute the same in another way, or write a rule for it with sct.rule")
    if POISON not in args:
        values = [sp.builder.value("const", (), NONE, value=a.value) if isinstance(a, Static) and a.value is None
                  else _exception(sp, a) for a in args]
        sp.builder.emit("raise", values)
    else:
        sp.builder.emit("raise")
    return Exit("raise", [], op)


def _what_is_raised(args: list[Abstract]) -> str:
    """The text of an exception that a derivative rule raises for these arguments, whatever their values."""
    error = args[0] if args else None
    op = error.owner if isinstance(error, Value) else None
    if isinstance(op, Op) and op.name == "call" and all(isinstance(t, Lit) for t in op.attrs["args"]):
        return ", ".join(str(t.value) for t in op.attrs["args"]) or op.attrs["fn"].__name__
    return f"the derivative rule raises {getattr(getattr(error, 'value', None), '__name__', 'an exception')}"


def _exception(sp: Specializer, a: Abstract) -> Value:
    if isinstance(a, Static) and isinstance(a.value, type) and issubclass(a.value, BaseException):
        from .primitives import construct
        return construct(sp, a.value, [], {})
    return sp.lift(a)


def _assert(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    condition = truth(sp, args[0])
    if condition is not True:
        operands = [sp.lift(a) if isinstance(a, Value) else sp.lift(Static(bool(condition)) if k == 0 else a)
                    for k, a in enumerate(args)]
        sp.builder.emit("assert", operands)
        if isinstance(condition, Value):
            narrow(sp, condition, True)
    return []


def _not(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    condition = truth(sp, args[0])
    if isinstance(condition, bool):
        return [Static(not condition)]
    assert isinstance(condition, Value)
    return [sp.builder.value("call", [condition], BOOL, fn=operator.not_, args=(Slot(0),), kwargs={})]


def sp_allows(sp: Specializer, op: Op) -> bool:
    """A rule returns the cotangents that it assigned; those that it did not assign on this path count as none."""
    return sp.context.splicing and op.name == "build"


_TAKES_ANYTHING = frozenset({"build", "closure", "setcell", "share", "dict"})
"""Lowered ops that may be given poison."""
_TAKES_REFERENCES = frozenset({
    "build", "dict", "setcell", "share", "closure", "made", "append", "read", "call", "attr", "getitem", "unpack", "binary",
    "unary", "inplace", "compare", "store_item", "store_attr", "del_item", "del_attr",
})
"""Lowered ops that are given containers as such; the others get their contents."""
_TAKES_UNBOUND = frozenset({"setcell", "share", "closure", "read"})

SimpleHandler = Callable[[Specializer, Frame, Op, list[Abstract]], list[Abstract]]
RegionHandler = Callable[[Specializer, Frame, Op], Exit | None]

SIMPLE: dict[str, SimpleHandler] = {
    "const": _const, "undef": _undef, "setcell": _setcell, "share": _share, "shared": _shared, "build": _build, "dict": _dict,
    "slice": _slice, "closure": _closure,
    "append": _append, "format": _format, "assert": _assert, "not": _not,
    "made": _made,
}
REGIONS: dict[str, RegionHandler] = {"if": run_if, "raise": _raise}


def _item_hint(value: Value, key: Any) -> str:
    """The name of an item: that of its key, or of the tuple with its place."""
    if isinstance(key, str):
        return key if key.isidentifier() and not keyword.iskeyword(key) else value.hint
    return f"{value.hint}_{key}" if value.hint else ""
