"""Specialisation: lowered IR and the types of the arguments in, typed IR out, by abstract interpretation of every op.

What is known while specialising (functions, modules, literals, tuples of known length) is computed away; the rest is emitted
with its type.  Loops and recursive calls are repeated until the types of what they carry no longer change.  Anything that is
not supported becomes an obstacle and a poison value, so that one run finds every obstacle.
"""

from __future__ import annotations

import keyword
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..ir.build import Builder
from ..ir.core import Block, Loc, Op, Value
from ..ir.types import INT, NONE, List, Object, Record, Tuple, Type, holds_record
from . import abstract as ab
from . import shapes as sh
from .abstract import NEVER, POISON, UNBOUND, Abstract, Closure, DataPath, JoinError, Mapping, Seq, Slice, Static
from .context import Context, Exit, Frame, Pending, Refusal
from .positions import Positions, snapshot
from .records import record
from .references import adopt, content, fresh
from .shapes import Shape
from .typecase import Split, split_by_kind, split_rest


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
        self.objects: list[Value] = []
        """The parameters of the callee that is visited which are objects of the differentiated function's arguments."""
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
            return sh.lift(snapshot(content(self, a), self.positions), self.builder, hint)
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
            if known is not None and isinstance(known[0], bool | int | float | str | type(None) | np.integer | np.bool):
                if known[1].steps != (("attr", "inf"),):
                    self.context.guard("value", known[1], known[0])
                return known[0].item() if isinstance(known[0], np.integer | np.bool) else known[0]
            from .trips import computed
            if (number := computed(self, a)) is not None:
                return number
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
            if op.name == "item" and not isinstance(op.operands[0].type, Record):
                return base[0][op.attrs["key"]], base[1].item(op.attrs["key"])
            name = op.attrs["name" if op.name == "attr" else "key"]
            return getattr(base[0], name), base[1].attr(name)
        return None

    def as_abstract(self, value: Value) -> Abstract:
        """A run-time value, with tuples and dicts of known structure opened up."""
        t = value.type
        if isinstance(t, Tuple):
            parts = [self.item_of(value, k, item) for k, item in enumerate(t.items)]
            return Seq(t.cls, parts, None if holds_record(t) else value)
        if t is NONE:
            return Static(None)
        if t == Object(range):
            return ab.Range(*(self.builder.value("attr", [value], INT, name=name) for name in ("start", "stop", "step")))
        if isinstance(t, Record):
            return record(self, value, t)
        if hasattr(t, "items") and not isinstance(t, List):
            return Mapping({k: self.item_of(value, k, item) for k, item in t.items}, None if holds_record(t) else value)
        return value

    def item_of(self, value: Value, key: Any, type: Type) -> Abstract:
        if type is NONE:
            return Static(None)
        return self.as_abstract(self.builder.value("item", [value], type, _item_hint(value, key), key=key))

    def live(self, a: Static) -> Value:
        """An object of the user's module, or in an argument, as a run-time value, read anew at each call."""
        from .data import read_from_parameter
        assert a.path is not None
        if a.path.scope == "param":
            return read_from_parameter(self, a.path, Object(type(a.value)))
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
                joined = sh.join_shapes(joined, shape)
            except JoinError as error:
                lists = joined.tag[:2] == shape.tag[:2] == ("seq", list)
                raise Refusal("SCT701", f"`{name or 'a value'}` may be two things {where}: {error}",
                              _OF_ONE_LENGTH if lists else _OF_ONE_KIND) from None
        return joined

    def instantiate(self, shape: Shape, block: Block, hint: str) -> Abstract:
        """An abstract value of ``shape`` whose leaves are new arguments of ``block``."""
        hints = iter(self.hints([shape], [hint]))
        return sh.rebuild(shape, lambda t: block.add_arg(next(hints), t))

    def hints(self, shapes: Sequence[Shape], names: Sequence[str]) -> list[str]:
        """A name for each run-time value of the given shapes."""
        if not self.context.places:
            return [name for shape, name in zip(shapes, names, strict=True) for _ in sh.leaf_types(shape)]
        return [hint for shape, name in zip(shapes, names, strict=True) for hint in sh.leaf_names(shape, name)]

    def settled(self, shapes: list[Shape], apart: Sequence[Shape] = ()) -> list[Shape]:
        """Shapes behind the end of paths: containers that were made on one of them, and not by ``apart``, are new there."""
        made = set(sh.made_by(apart))
        return [sh.settled(s, lambda p: p in self.positions or p in made) for s in shapes] if self.context.places else shapes


_OF_ONE_KIND = "give it one kind of value on every path, e.g. start an accumulator with np.zeros"
_OF_ONE_LENGTH = "lists of any length hold numbers, arrays, or tuples of them; a list of objects is filled by a loop that " \
    "runs at most 32 times, as the arguments tell"


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


def _made(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    """The list or dict that a comprehension has filled."""
    return [fresh(sp, args[0])]


def _closure(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    n = len(op.attrs["captures"])
    return [Closure(op.attrs["code"], args[:n], args[n:], frame)]


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
    "const": _const, "undef": _undef, "setcell": _setcell, "share": _share, "shared": _shared, "closure": _closure,
    "made": _made,
}
REGIONS: dict[str, RegionHandler] = {}


def _item_hint(value: Value, key: Any) -> str:
    """The name of an item: that of its key, or of the tuple with its place."""
    if isinstance(key, str):
        return key if key.isidentifier() and not keyword.iskeyword(key) else value.hint
    return f"{value.hint}_{key}" if value.hint else ""
