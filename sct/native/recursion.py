"""Takes functions in IR whose halves call themselves, keeps what they hand over in lists: a nested record has no type in Numba.

A forward half that calls itself returns a record which holds the record of the inner call.  Instead it appends each item of
the record to a list of its own, which the outermost function makes, and returns the place; the backward half reads there.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator

from ..ad.calls import CONTEXT, ContextNames
from ..ir.build import Builder
from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import Slot
from ..ir.rewrite import incoming, replace_uses
from ..ir.types import INT, NONE, Array, Cache, List, Scalar, Tuple, Type, strip_const
from .data import hand_on
from .examples import empty_list, example


class _Untold(Exception):
    """Raised where a type has no example."""


def unfold_recursion(main: Function, callees: list[Function]) -> None:
    """Let the halves that call themselves hand over places in lists."""
    functions = [*callees, main]
    calls = {f: [op for op in walk(f.body) if op.name == "invoke"] for f in functions}
    pairs = {f: back for f in callees if reaches(f, f, calls) and (back := _backward(f, callees)) is not None}
    if pairs:
        _Unfolding(main, functions, calls, pairs).run()


def reaches(start: Function, goal: Function, calls: dict[Function, list[Op]]) -> bool:
    """Whether ``start`` calls ``goal``, perhaps through others."""
    seen: set[Function] = set()
    work = [start]
    while work:
        for op in calls.get(work.pop(), []):
            callee = op.attrs["callee"]
            if callee is goal:
                return True
            if callee not in seen:
                seen.add(callee)
                work.append(callee)
    return False


def _record(function: Function) -> Op | None:
    """The record that a forward half returns."""
    end = function.body.ops[-1]
    made = end.operands[-1].owner if end.name == "return" and end.operands else None
    is_forward = isinstance(function.info, ContextNames) and not function.info.backward
    return made if is_forward and isinstance(made, Op) and made.name == "tuple" and made.result.type == CONTEXT else None


def _backward(forward: Function, callees: list[Function]) -> Function | None:
    """The backward half that reads the record of ``forward``: both know the same names of its items."""
    record = _record(forward)
    for f in callees if record is not None else ():
        own = isinstance(f.info, ContextNames) and f.info.backward and f.info.names is forward.info.names
        if own and f.params and f.params[0].type == CONTEXT:
            return f
    return None


class _Unfolding:
    def __init__(self, main: Function, functions: list[Function], calls: dict[Function, list[Op]],
                 pairs: dict[Function, Function]) -> None:
        self.main, self.functions, self.calls, self.pairs = main, functions, calls, pairs
        self.needs: dict[Function, dict[Function, None]] = {f: {} for f in functions}
        """For each function the forward halves whose lists it uses, or hands on."""

    def run(self) -> None:
        """Make the lists in the main function, hand them on, and use them."""
        head = Block()
        builder = Builder(head, self.main.loc)
        try:
            made = {forward: [self.empty(builder, v) for v in self.items(forward)] for forward in self.pairs}
        except _Untold:
            return
        self.find_needs()
        lists = {f: {forward: self.lists_in(f, forward, made[forward]) for forward in self.needs[f]} for f in self.functions}
        for f in self.functions:
            for call in self.calls[f]:
                hand_on(call, [v for forward in self.needs[call.attrs["callee"]] for v in lists[f][forward]])
        for forward, backward in self.pairs.items():
            self.bind(forward)
            self.keep(forward, lists[forward][forward])
            self.look_up(backward, lists[backward][forward])
        for op in head.ops:
            op.parent = self.main.body
        self.main.body.ops[:0] = head.ops

    def items(self, forward: Function) -> list[Value]:
        record = _record(forward)
        assert record is not None
        return record.operands

    def find_needs(self) -> None:
        for forward, backward in self.pairs.items():
            self.needs[forward][forward] = self.needs[backward][forward] = None
        settled = False
        while not settled:
            settled = True
            for f in self.functions:
                for call in self.calls[f]:
                    missing = self.needs[call.attrs["callee"]].keys() - self.needs[f].keys()
                    self.needs[f].update(dict.fromkeys(g for g in self.pairs if g in missing))
                    settled &= not missing

    def lists_in(self, f: Function, forward: Function, made: list[Value]) -> list[Value]:
        """The lists of a forward half as a function knows them."""
        if f is self.main:
            return made
        return [f.body.add_arg(v.hint, v.type) for v in made]

    # ---- the lists

    def empty(self, builder: Builder, item: Value) -> Value:
        """A list for items like this one, without any."""
        hint = f"kept_{item.hint}" if item.hint else "kept"
        return empty_list(builder, self.example(builder, item.type, item), Cache(item.type), hint)

    def example(self, builder: Builder, t: Type, value: Value | None) -> Value:
        """Some value of a type."""
        t = strip_const(t)
        if t == CONTEXT:
            if not self.is_place(value):
                raise _Untold
            return builder.value("const", (), INT, value=-1)
        if isinstance(t, Scalar | Array):
            return example(builder, t)
        if isinstance(t, Cache | List):
            inner = self.example(builder, t.item, self.pushed(value) if value is not None else None)
            return empty_list(builder, inner, t)
        if isinstance(t, Tuple) and t.cls is tuple and t.items:
            return builder.value("tuple", [self.example(builder, part, None) for part in t.items], t, cls=tuple)
        raise _Untold

    def pushed(self, cache: Value) -> Value | None:
        """A value that is saved in a list."""
        pushes = (op for f in self.pairs for op in walk(f.body) if op.name == "push" and op.operands[0] is cache)
        return next((op.operands[1] for op in pushes), None)

    def is_place(self, value: Value | None) -> bool:
        """Whether a record is that of a half which calls itself."""
        sources = list(self.sources(value, set())) if value is not None else []
        return bool(sources) and all(callee in self.pairs for callee in sources)

    def sources(self, value: Value, seen: set[Value]) -> Iterator[Function | None]:
        """The functions that made a record; None where that is not known."""
        op = value.owner
        if value in seen:
            return
        seen.add(value)
        if isinstance(op, Op) and op.name == "invoke":
            yield op.attrs["callee"]
        elif isinstance(op, Op) and op.name in ("if", "for", "while"):
            for source in incoming(op, op.results.index(value)):
                yield from self.sources(source, seen)
        elif not (isinstance(op, Op) and op.name in ("const", "undef")):
            yield None

    # ---- the halves

    def bind(self, forward: Function) -> None:
        """Give what is not bound on a path, and never read there, a value of its type."""
        for op in [op for op in walk(forward.body) if op.name == "if"]:
            for block in op.blocks:
                end = block.ops[-1]
                for k, value in enumerate(end.operands if end.name == "yield" else ()):
                    if _is_none(value) and strip_const(op.results[k].type) is not NONE:
                        before = Block()
                        end.operands[k] = self.example(Builder(before, op.loc), op.results[k].type, op.results[k])
                        end.operands[k].type = op.results[k].type  # a place has the type of the record
                        for new in before.ops:
                            new.parent = block
                        block.ops[-1:-1] = before.ops

    def keep(self, forward: Function, lists: list[Value]) -> None:
        """Append the items of the record to the lists; the place is what is handed over."""
        record = _record(forward)
        assert record is not None and record.parent is not None
        new = Block()
        builder = Builder(new, record.loc)
        for kept, item in zip(lists, record.operands, strict=True):
            builder.emit("push", [kept, item])
        one = builder.value("const", (), INT, value=1)
        count = builder.value("call", lists[:1], INT, fn=len, args=(Slot(0),), kwargs={}, effect="reads") if lists else one
        place = builder.value("call", [count, one], INT, "place", fn=operator.sub, args=(Slot(0), Slot(1)), kwargs={})
        at = record.parent.ops.index(record)
        for op in new.ops:
            op.parent = record.parent
        record.parent.ops[at:at + 1] = new.ops
        replace_uses(forward.body, {record.result: place})

    def look_up(self, backward: Function, lists: list[Value]) -> None:
        """Read the items of the record at the place."""
        place = backward.params[0]
        place.hint = "place"
        for op in [op for op in walk(backward.body) if op.name == "item" and op.operands[0] is place]:
            op.operands = [lists[op.attrs["key"]], place]
            op.name, op.attrs = "call", {"fn": operator.getitem, "args": (Slot(0), Slot(1)), "kwargs": {}, "effect": "reads"}


def _is_none(value: Value) -> bool:
    op = value.owner
    return isinstance(op, Op) and (op.name == "undef" or op.name == "const" and op.attrs["value"] is None)


