"""Shadows: for each array that the function stores into, an adjoint array that exists beforehand and is shared as the array is.

The shadow of a view is the same view of the shadow, so that a store is undone on the adjoint at the place where it happened,
whatever name it went through.  Where all names of some memory are arrays made anew and views of them, the shadows are made at
the head of each mirrored block.  Where branches or loops pass references on, the shadows are made beside them in the forward
sweep and passed on with them.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from ..analysis.alias import AliasClasses
from ..analysis.exchanges import moves_references
from ..analysis.opening import is_passed_on, returns_alone
from ..analysis.views import DIAGONALS, is_view
from ..analysis.writes import given_away, written_classes
from ..errors import InternalError
from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import LOOPS, Slot
from ..ir.printing import op_text
from ..ir.rewrite import carried_start, exits
from ..ir.types import BOOL, BOTTOM, FLOAT, UNDEF, List, OrConst, Scalar, Table, Type, constant, is_array, loosely, strip_const
from ..runtime import helpers

if TYPE_CHECKING:
    from .reverse import Reverser

_IMPLICIT_COPIES = ("convert", "broadcast")
"""Ops whose result refers to their operand's memory but has an adjoint of its own, which is added to the operand's; so has the
result of calls that are marked transient."""


class Shadows:
    """Which values of a function have a shadow, and how it comes to be."""

    def __init__(self, function: Function, active: set[Value]) -> None:
        self.root: dict[Value, Value] = {}
        """For each value with a shadow the representative of its memory."""
        self.carried: set[Value] = set()
        """Those whose memory branches or loops pass on: their shadows are made in the forward sweep."""
        self.moving: set[Value] = set()
        """Names of memory that is stored into, and their shadows, as branches and loops pass them on."""
        self.written: set[Value] = set()
        """All names of memory that is stored into."""
        self.given: set[Value] = set()
        """Lists and arrays that become items of a list: its shadow holds theirs."""
        classes, accompanied = AliasClasses(function), set(_needed_early(function))
        for root, members in written_classes(function, classes).items():
            self.written.update(members)
            self.moving.update(v for v in members if is_passed_on(v))
            arrays = [v for v in members if v in active and _may_be_stored(v.type) and not (_is_implicit(v) or _is_unbound(v))]
            self.root.update(dict.fromkeys(arrays, root))
            if any(map(is_passed_on, arrays)) or not accompanied.isdisjoint(members):
                self.carried.update(arrays)
        for op in given_away(function, classes) if self.root else ():
            self.given.update(v for v in op.operands[op.name not in ("tuple", "dict"):] if v in self.root)

    def __contains__(self, value: Value) -> bool:
        return value in self.root

    def share(self, a: Value, b: Value) -> bool:
        """Whether two values may refer to the same memory that is stored into."""
        return a in self.root and self.root[a] is self.root.get(b)


def _may_be_stored(t: Type) -> bool:
    return is_array(t) or isinstance(t, List | Table)


def _is_implicit(value: Value) -> bool:
    op = value.owner
    return isinstance(op, Op) and (op.name in _IMPLICIT_COPIES or bool(op.attrs.get("transient")))


def _is_unbound(value: Value) -> bool:
    return isinstance(value.owner, Op) and value.owner.name == "undef"


def _needed_early(function: Function) -> Iterator[Value]:
    """The names of lent memory whose shadows forward halves take."""
    yield from (function.params[k] for k in function.lent.accompanied)
    for op in walk(function.body):
        if op.name == "invoke":
            yield from (op.operands[k] for k in op.attrs["callee"].lent.accompanied)


def _shadow_ops(op: Op, wanted: Sequence[Value], of: Callable[[Value], Value]) -> Iterator[tuple[Op, dict[Value, Value]]]:
    """The ops that make the shadows of results of ``op``, which makes arrays or a view, with what each is the shadow of."""
    if is_view(op) or op.attrs.get("undecided"):
        operands = [of(op.operands[0]), *op.operands[1:]]
        attrs = {key: value for key, value in op.attrs.items() if key != "may_raise"}
        if attrs["fn"] in DIAGONALS:
            attrs = {"fn": helpers.diagonal, "args": attrs["args"], "kwargs": attrs["kwargs"]}
        yield _adjoint_call(op, operands, attrs, op.results)
        return
    for result in wanted:
        operands, attrs = _zeros_for(op, result)
        yield _adjoint_call(op, operands, {**attrs, "shadow": True}, [result])


def view_of_adjoint(rev: Reverser, op: Op) -> Value:
    """The same view or item of an adjoint as ``op`` is of its operand."""
    (made, shadows), = _shadow_ops(op, op.results, rev.buffers.__getitem__)
    made.parent = rev.builder.block
    rev.builder.block.ops.append(made)
    return shadows[op.result]


def _zeros_for(op: Op, result: Value) -> tuple[list[Value], dict[str, Any]]:
    """The call that makes zeros of the shape and type of a ``result`` of ``op``: operands and attributes."""
    if isinstance(result.type, List | Table):
        return [result], {"fn": helpers.zeros_like, "args": (Slot(0),), "kwargs": {}, "effect": "fresh"}
    if op.name == "call" and op.attrs["fn"] in (np.zeros, np.ones, np.empty):
        return list(op.operands), {**op.attrs, "fn": np.zeros}
    like = op.operands[0] if _is_like_another(op) else result
    return [like], {"fn": np.zeros_like, "args": (Slot(0),), "kwargs": {}, "effect": "fresh"}


def _adjoint_call(op: Op, operands: list[Value], attrs: dict[str, Any],
                  sources: Sequence[Value]) -> tuple[Op, dict[Value, Value]]:
    made = Op("call", operands, [], {**attrs, "adjoint": True}, [], None, op.loc)
    made.results = [Value(_bar(r), loosely(r.type), made) for r in sources]
    return made, dict(zip(sources, made.results, strict=True))


def _is_like_another(op: Op) -> bool:
    """Whether ``op`` makes an array of the shape and type of its operand, which may be there anyway."""
    makes = op.name == "call" and op.attrs["fn"] in (np.zeros_like, np.ones_like, np.empty_like)
    return makes and op.attrs["args"] == (Slot(0),) and not op.attrs["kwargs"] and op.operands[0].type == op.result.type


# ------------------------------------------------------------------------------------------------------ what the callers lend

def take_lent(rev: Reverser, function: Function, lent: Sequence[Value]) -> list[Value]:
    """Let the parameters have the shadows that come with them; those of them that only the reverse sweep takes.

    A parameter whose adjoint the callers do not want has a shadow of its own, for what shares memory with it at other calls.
    """
    late = []
    for k in sorted(function.lent.params):
        param = function.params[k]
        if param not in rev.shadows:
            continue
        if param not in lent:
            (made, shadows), = _own_shadow(function, param)
            function.body.ops.insert(0, made)
            rev.buffers.update(shadows)
            continue
        if param in rev.shadows.carried and k not in function.lent.accompanied:
            raise InternalError(f"the forward sweep passes on the shadow of `{param.hint}`, which it does not have")
        rev.buffers[param] = shadow = Value(_bar(param), param.type, function.body)
        if k in function.lent.accompanied:
            function.body.args.append(shadow)
        else:
            late.append(shadow)
    return late


def _own_shadow(function: Function, param: Value) -> Iterator[tuple[Op, dict[Value, Value]]]:
    attrs = {"fn": np.zeros_like, "args": (Slot(0),), "kwargs": {}, "effect": "fresh", "shadow": True}
    made, shadows = _adjoint_call(function.body.ops[0], [param], attrs, [param])
    made.parent = function.body
    yield made, shadows


# ------------------------------------------------------------------------------------------- at the head of a mirrored block

def open_block(rev: Reverser, block: Block) -> None:
    """Make the shadows of what the forward ``block`` defines, in the current block of the reverse sweep."""
    loc = rev.builder.loc
    new: set[Value] = set()
    for op in block.ops:
        wanted = [r for r in op.results if r in rev.shadows and r not in rev.shadows.carried and r not in rev.shadows.given]
        if not wanted:
            continue
        lists = [r for r in wanted if isinstance(r.type, List | Table) and not is_view(op)]
        rev.buffers.update((r, _list_of_shadows(rev, op) or rev.zeros(r)) for r in lists)
        wanted = [r for r in wanted if r not in lists]
        if not wanted:
            continue
        if op.name == "narrow":
            rev.buffers[op.result] = rev.buffers[op.operands[0]]
            continue
        for made, shadows in _shadow_ops(op, wanted, rev.buffers.__getitem__):
            made.parent = rev.builder.block
            rev.builder.block.ops.append(made)
            rev.buffers.update(shadows)
            if made.attrs.get("shadow") or made.operands[0] in new:
                new.update(made.results)
        if op.attrs.get("undecided") and rev.buffers[op.result] not in new:
            rev.builder.loc = op.loc
            with if_apart(rev, op):
                rev.builder.emit("fill", [rev.buffers[op.result]])  # what came before belongs to the array alone
    rev.builder.loc = loc


def _list_of_shadows(rev: Reverser, op: Op) -> Value | None:
    """The shadow of ``[a, b]`` where ``a`` and ``b`` have shadows of their own."""
    if op.name != "tuple" or not op.operands or any(v not in rev.shadows or v in rev.shadows.given for v in op.operands):
        return None
    return list_of_adjoints(rev, op)


def list_of_adjoints(rev: Reverser, op: Op) -> Value:
    """The list of the adjoints of the operands of ``op``, each of which has one of its own."""
    return rev.builder.value("tuple", [rev.buffers[v] for v in op.operands], loosely(op.result.type), _bar(op.result), cls=list)


@contextmanager
def if_apart(rev: Reverser, op: Op) -> Iterator[None]:
    """Emit what is to be done where an undecided call has made a copy: where its shadow is one."""
    shared = rev.builder.value("call", [rev.buffers[op.result], rev.buffers[op.operands[0]]], BOOL, fn=np.may_share_memory,
                               args=(Slot(0), Slot(1)), kwargs={}, adjoint=True)
    apart = rev.builder.value("call", [shared], BOOL, fn=operator.not_, args=(Slot(0),), kwargs={}, adjoint=True)
    blocks = [Block(), Block()]
    with rev.builder.at(blocks[0]):
        yield
    for block in blocks:
        with rev.builder.at(block):
            rev.builder.emit("yield", [])
    rev.builder.emit("if", [apart], [], [], blocks)


# -------------------------------------------------------------------------------------------------- beside the forward sweep

def accompany(rev: Reverser, function: Function) -> None:
    """Make, in the forward sweep, the shadows of the references that branches and loops pass on."""
    if rev.shadows.carried:
        _Companion(rev.shadows.carried, rev.buffers).block(function.body)
        rev.shadows.moving.update(rev.buffers[v] for v in rev.shadows.carried)


def _changes_keys(op: Op) -> bool:
    """Whether a list has another length after ``op``, or a table perhaps another key."""
    if isinstance(op.operands[0].type, Table):
        return op.name == "store"
    return op.name in ("insert", "remove")


def taken_early(call: Op, shadowed: Container[Value]) -> list[int]:
    """Positions of the operands whose shadows the forward half of a callee takes."""
    return [k for k in sorted(call.attrs["callee"].lent.accompanied) if call.operands[k] in shadowed]


class _Companion:
    def __init__(self, wanted: set[Value], shadow: dict[Value, Value]) -> None:
        self.wanted, self.shadow = wanted, shadow
        self.before: list[Op] = []
        """What is to stand in front of the current op."""

    def block(self, block: Block) -> None:
        done: list[Op] = []
        for op in list(block.ops):
            before, self.before = self.before, []
            made = list(self.visit(op))
            for one in (*self.before, *made):
                one.parent = block
            done += [*self.before, op, *made]
            self.before = before
        block.ops[:] = done

    def visit(self, op: Op) -> Iterator[Op]:
        positions = [k for k, r in enumerate(op.results) if r in self.wanted]
        if op.name in LOOPS:
            self.loop(op, positions)
        elif op.blocks:
            self.branches(op, positions)
        elif positions and op.name == "narrow":
            self.shadow[op.result] = shadow = self.of(op.operands[0], self.before.append)
            if shadow.type != loosely(op.result.type):
                made = Op("narrow", [shadow], [], {"adjoint": True}, [], None, op.loc)
                self.shadow[op.result] = Value(_bar(op.result), loosely(op.result.type), made)
                made.results = [self.shadow[op.result]]
                yield made
        elif op.name == "invoke" and op.attrs["callee"].lent.accompanied:
            yield from self.call(op, positions)
        elif op.operands and op.operands[0] in self.wanted and _changes_keys(op):
            yield from self.length(op)
        elif op.name == "exchange" and op.operands[0] in self.wanted and moves_references(op.operands[0]):
            attrs = {"args": op.attrs["args"], "adjoint": True}
            yield Op("exchange", [self.shadow[op.operands[0]], *op.operands[1:]], [], attrs, [], None, op.loc)
        elif positions and op.name == "tuple" and op.operands and all(v in self.shadow for v in op.operands):
            made = Op("tuple", [self.shadow[v] for v in op.operands], [], dict(op.attrs), [], None, op.loc)
            made.results = [Value(_bar(op.result), loosely(op.result.type), made)]
            self.shadow[op.result] = made.results[0]
            yield made
        elif positions:
            for made, shadows in _shadow_ops(op, [op.results[k] for k in positions], self.shadow.__getitem__):
                self.shadow.update(shadows)
                yield made

    def length(self, op: Op) -> Iterator[Op]:
        """The shadow of a list becomes as long as the list."""
        items, *others = op.operands
        if op.name == "remove":
            made = Op("remove", [self.shadow[items], *others], [], {**op.attrs, "adjoint": True}, [], None, op.loc)
            made.results = [Value("", loosely(op.result.type), made)]
            yield made
            return
        value, *index = others
        bar = self.shadow.get(value)
        if bar is None and isinstance(strip_const(value.type), Scalar):
            zero = Op("const", [], [], {"value": 0.0}, [], None, op.loc)
            zero.results = [Value("", OrConst(BOTTOM, FLOAT), zero)]
            bar = zero.result
            yield zero
        elif bar is None:
            zero = Op("call", [value], [], {"fn": helpers.zeros_like, "args": (Slot(0),), "kwargs": {}, "effect": "fresh",
                                            "adjoint": True}, [], None, op.loc)
            zero.results = [Value("", strip_const(value.type), zero)]
            bar = zero.result
            yield zero
        yield Op(op.name, [self.shadow[items], bar, *index], [], {**op.attrs, "adjoint": True}, [], None, op.loc)

    def call(self, op: Op, positions: list[int]) -> Iterator[Op]:
        """Give the shadows of what is lent to the forward half, which returns those of further names of it."""
        op.attrs["unshadowed"] = len(op.operands), len(op.results)
        op.operands += [self.shadow[op.operands[k]] for k in taken_early(op, self.wanted)]
        alone = [op.results[k] for k in positions if returns_alone(op, op.results[k])]
        self.results(op, [k for k in positions if op.results[k] not in alone])
        for made, shadows in _shadow_ops(op, alone, self.shadow.__getitem__):
            self.shadow.update(shadows)
            yield made

    def loop(self, op: Op, positions: list[int]) -> None:
        start = carried_start(op)
        op.operands += [self.of(op.operands[start + k], self.before.append) for k in positions]
        count = len(op.results)
        for block in op.blocks:
            args = block.args[len(block.args) - count:]
            for k in positions:
                self.shadow[args[k]] = block.add_arg(_bar(args[k]), loosely(args[k].type))
        for block in op.blocks:
            self.block(block)
        for end in exits(op.blocks[-1]):
            if end.name in ("continue", "break"):
                end.operands += [self.of(end.operands[k], _place_before(end)) for k in positions]
        self.results(op, positions)

    def branches(self, op: Op, positions: list[int]) -> None:
        for block in op.blocks:
            self.block(block)
            end = block.ops[-1] if block.ops else None
            if end is not None and end.name == "yield":
                end.operands += [self.of(end.operands[k], _place_before(end)) for k in positions]
        self.results(op, positions)

    def results(self, op: Op, positions: list[int]) -> None:
        for k in positions:
            result = op.results[k]
            self.shadow[result] = Value(_bar(result), loosely(result.type), op)
            op.results.append(self.shadow[result])

    def of(self, value: Value, place: Callable[[Op], None]) -> Value:
        """The shadow of what is passed on; unbound where that is, a constant where it is no array yet."""
        if value in self.shadow:
            return self.shadow[value]
        if not is_array(value.type) and value.type != UNDEF and not _is_unbound(value):
            return _new_constant(value, place)
        if not isinstance(value.owner, Op) or not _is_unbound(value):
            raise InternalError(f"a reference is passed on without its shadow: {value!r}",
                                reproduce=op_text(value.owner) if isinstance(value.owner, Op) else "")
        undef = Op("undef", [], [], {}, [], None, value.owner.loc)
        undef.results = [Value("", UNDEF, undef)]
        place(undef)
        return undef.results[0]


def _new_constant(value: Value, place: Callable[[Op], None]) -> Value:
    """The shadow of ``None`` is ``None``; that of a number is zero, and what is added to it is lost."""
    kind = strip_const(value.type)
    const = Op("const", [], [], {"value": 0 if isinstance(kind, Scalar) else None}, [])
    if isinstance(value.owner, Op):
        const.loc = value.owner.loc
    const.results = [Value("", constant(kind), const)]
    place(const)
    return const.results[0]


def _place_before(op: Op) -> Callable[[Op], None]:
    def place(new: Op) -> None:
        from ..ir.rewrite import insert_before
        insert_before(op, [new])
    return place


def _bar(value: Value) -> str:
    return f"{value.hint}_bar" if value.hint else ""

