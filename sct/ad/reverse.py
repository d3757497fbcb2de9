"""Reverse mode: a typed function in, one function out that holds its forward sweep followed by its reverse sweep.

The reverse sweep is written freely in terms of forward values; ``saving.py`` then decides how those that are out of scope there
reach it.  Adjoints of values that are only combined as wholes are SSA values (the first contribution assigns, later ones add);
arrays that are read by element, or used inside loops, get one buffer that contributions are added to in place.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from typing import Any

from ..analysis.abstract import Static
from ..analysis.activity import active_values, carries_derivative
from ..analysis.context import Context, Refusal
from ..analysis.views import is_view
from ..errors import InternalError
from ..ir.build import Builder
from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import STORES, Lit, SeqOf, Slot
from ..ir.printing import op_text
from ..ir.types import Array, List, Scalar, Table, Tuple, Type, strip_const
from . import calls, control, lists, replay, rules, tuples, writes
from .drawing import Source
from .emitter import Accumulator, bar_hint, make_buffers_float
from .relay import hand_on
from .reread import read_again
from .saving import Sweeps
from .shadows import Shadows, accompany, if_apart, list_of_adjoints, open_block, take_lent, view_of_adjoint


class Reverser(Accumulator):
    """Builds the reverse sweep of one function; one instance per (function, active inputs, needed results)."""

    def __init__(self, function: Function, inputs: Sequence[Value], outputs: Sequence[Value], context: Context,
                 pairs: calls.Pairs) -> None:
        super().__init__(context, Builder(function.body, function.loc))
        self.function = function
        self.pairs = pairs
        self.active = active_values(function, inputs, outputs)
        self.shadows = Shadows(function, self.active)
        self.overwritten: dict[Op, Value] = {}
        """For each store what its place held before."""
        self.kept: dict[Op, list[tuple[Value, Value]]] = {}
        """For each op that is replayed the memory that it writes to, and the copy of what that held before."""
        self.drawn: dict[Op, tuple[Source, Value]] = {}
        """For each op that is replayed and draws random numbers what it draws from, and the copy of that."""
        self.bars, self.buffers = {}, {}
        self.arrived: set[Value] = set()
        """Views whose adjoints are views of those of what they view."""
        self.mirror: dict[Block, Block] = {}
        """For each forward block the reverse block that undoes it."""
        self.replaced: dict[Value, Value] = {}
        """Forward values that have another name in their mirrored block (induction variables)."""

    # ---------------------------------------------------------------------------------------------------- accumulation
    def accumulate(self, value: Value, contribution: Value) -> None:
        """Add ``contribution`` to the adjoint of ``value``."""
        if value not in self.active:
            return
        contribution = rules.unconvert(self, contribution, value)  # a Python number spread over an array is of float64
        if isinstance(strip_const(value.type), List):
            lists.accumulate(self, value, contribution)
        elif isinstance(strip_const(value.type), Table):
            lists.accumulate_table(self, value, contribution)
        elif value in self.buffers:
            self.builder.emit("iadd", [self.buffers[value], contribution])
        elif value in self.bars:
            self.bars[value] = self.add(self.bars[value], contribution, bar_hint(value))
        else:
            if not contribution.hint and isinstance(contribution.owner, Op) and contribution.owner.name == "call":
                contribution.hint = bar_hint(value)
            self.bars[value] = contribution

    def buffer(self, value: Value) -> Value:
        """The owned adjoint array of ``value``, made at the current place on first use: that of a view is a view."""
        if not self.lies_in_buffer(value):
            start = self.bars.pop(value, None)
            buffer = self.zeros(value) if start is None else self.copy(start, control.bar_type(value))
            buffer.hint = bar_hint(value)
            self.buffers[value] = buffer
        return self.buffers[value]

    def lies_in_buffer(self, value: Value) -> bool:
        """Let the adjoint of a view or item, ``m[i]``, be the same one of the adjoint of ``m``, where that is owned already.

        That of a list of arrays, ``[a, b]``, is a list of theirs.  What is added to it has arrived; all must be known for as
        long, so this is for the block that defines ``value``.
        """
        op = value.owner
        if value in self.buffers:
            return True
        if value in self.bars or value in self.shadows or not isinstance(op, Op) or op.parent is None or len(op.results) > 1 \
                or self.mirror.get(op.parent) is not self.builder.block:
            return False
        parts = op.operands[:1] if is_view(op) else op.operands if _holds_arrays(op) else []
        if not parts or any(v in self.shadows or not self.lies_in_buffer(v) for v in parts):
            return False
        self.buffers[value] = view_of_adjoint(self, op) if is_view(op) else list_of_adjoints(self, op)
        self.arrived.add(value)
        return True

    def total(self, value: Value) -> Value | None:
        """The complete adjoint of ``value`` (None: zero); called when everything that uses it has been reversed."""
        if value in self.buffers:
            return self.buffers[value]
        return self.bars.get(value)

    # ---------------------------------------------------------------------------------------------------------- blocks
    def reverse_block(self, block: Block) -> None:
        """Emit the adjoints of the ops of ``block`` (its terminator is the caller's business), last op first."""
        ops = block.ops[:-1] if block.ops else []
        for op in reversed(list(ops)):
            self.builder.loc = op.loc
            self.reverse_op(op)

    def reverse_op(self, op: Op) -> None:
        """The adjoint of one op."""
        handler = HANDLERS.get(op.name)
        if replay.replays(op):
            replay.reverse_replayed(self, op)
        elif handler is not None:
            handler(self, op)
        elif any(v in self.active for v in op.operands) and any(v in self.active for v in op.results):
            raise InternalError(f"`{op.name}` carries a derivative that the reverse sweep would lose", loc=op.loc,
                                reproduce=op_text(op))

    def is_reference(self, op: Op) -> bool:
        """Whether ``op`` makes a view whose shadow is a view: what was added to it has arrived."""
        return op.results[0] in self.arrived or all(r in self.shadows for r in op.results) and is_view(op)

    @contextmanager
    def scope(self, block: Block, forward: Sequence[Block]) -> Any:
        """Emit into ``block``, the mirror of the ``forward`` blocks, with adjoints of its own for what is local there."""
        bars, buffers = self.bars, self.buffers
        self.bars, self.buffers = dict(bars), dict(buffers)
        for inner in forward:
            self.mirror[inner] = block
        with self.builder.at(block):
            for inner in forward:
                open_block(self, inner)
            yield
        self.bars, self.buffers = bars, buffers

    def outer_values(self, op: Op) -> list[Value]:
        """Active values that the regions of ``op`` use but do not define, in order of first use."""
        inside: set[Any] = set()
        for block in op.blocks:
            inside.update(block.args)
            for inner in walk(block):
                inside.update(inner.results)
                for nested in inner.blocks:
                    inside.update(nested.args)
        found: dict[Value, None] = {}
        for block in op.blocks:
            for inner in walk(block):
                for v in inner.operands:
                    if v not in inside and v in self.active:
                        found[v] = None
        return list(found)


# ------------------------------------------------------------------------------------------------------------ plain ops

def _call(rev: Reverser, op: Op) -> None:
    if not carries_derivative(op):
        return
    totals = [rev.total(r) for r in op.results]
    if all(t is None for t in totals) or not any(v in rev.active for v in op.operands):
        return
    if rev.is_reference(op):
        return
    if op.attrs.get("undecided") and op.result in rev.shadows:
        with if_apart(rev, op):
            rules.reverse_call(rev, op, totals)
        return
    if op.name == "call" and not carries_derivative(op):
        return  # `np.empty_like(a)`, active for what is stored there later
    rules.reverse_call(rev, op, totals)


def _narrow(rev: Reverser, op: Op) -> None:
    """A tuple that is indexed at run time is one list there: its adjoint is a tuple again."""
    total, kind = rev.total(op.result), control.bar_type(op.operands[0])
    if total is not None and op.result not in rev.shadows:
        opened = isinstance(kind, Tuple) and isinstance(strip_const(op.result.type), List)
        rev.accumulate(op.operands[0], tuples.of_items(rev, total, kind) if opened else total)


def _convert(rev: Reverser, op: Op) -> None:
    total = rev.total(op.result)
    if total is not None:
        rev.accumulate(op.operands[0], rules.unconvert(rev, total, op.operands[0]))


def _broadcast(rev: Reverser, op: Op) -> None:
    total = rev.total(op.result)
    if total is not None:
        rev.accumulate(op.operands[0], rules.unbroadcast(rev, total, op.operands[0], op.result.type))


def _holds_arrays(op: Op) -> bool:
    """Whether ``op`` makes a list of arrays or lists."""
    item = strip_const(op.result.type.item) if op.name == "tuple" and isinstance(op.result.type, List) else None
    return isinstance(item, List) or isinstance(item, Array) and item.ndim != 0


def _tuple(rev: Reverser, op: Op) -> None:
    total = rev.total(op.result)
    if total is None or op.result in rev.arrived:
        return
    for k, item in enumerate(op.operands):
        if item in rev.shadows and op.result in rev.shadows:
            if item in rev.shadows.given:
                rev.buffers[item] = lists.item(rev, total, Static(k))
        elif item in rev.active:
            rev.accumulate(item, rev.builder.value("call", [total], control.bar_type(item), fn=operator.getitem,
                                                   args=(Slot(0), Lit(k)), kwargs={}, adjoint=True))


def _dict(rev: Reverser, op: Op) -> None:
    """A dict that is made with some items: their adjoints are in its shadow."""
    total = rev.total(op.result)
    if total is None or not isinstance(op.result.type, Table):
        return
    for key, item in zip(op.attrs["keys"], op.operands, strict=True):
        if item in rev.active or item in rev.shadows.given:
            bar = rev.builder.value("call", [total], control.bar_type(item), fn=operator.getitem, args=(Slot(0), Lit(key)),
                                    kwargs={}, effect="reads", adjoint=True)
            if item in rev.shadows.given:
                rev.buffers[item] = bar
            else:
                rev.accumulate(item, bar)


def _item(rev: Reverser, op: Op) -> None:
    """Items of parameters are inputs themselves; those of other tuples give their adjoint back to the tuple."""
    total = rev.total(op.result)
    if total is not None and op.operands[0] in rev.active and not _is_input(op.operands[0]):
        rev.accumulate(op.operands[0], tuples.with_item(rev, op.operands[0], op.attrs["key"], total))


def _is_input(value: Value) -> bool:
    """Whether a value is a parameter or an item of one."""
    op = value.owner
    if isinstance(op, Op):
        return op.name == "item" and _is_input(op.operands[0])
    return op is not None and op.parent is None


def _append(rev: Reverser, op: Op) -> None:
    """The list adjoint gives back what belongs to the appended item; the rest belongs to the list before."""
    total = rev.total(op.result)
    if total is None:
        return
    acc, item = op.operands
    if item in rev.active:
        rev.accumulate(item, rev.builder.value("pop", [total], control.bar_type(item), bar_hint(item)))
    else:
        rev.builder.value("pop", [total], control.bar_type(item))
    rev.bars[acc] = total


def _store(rev: Reverser, op: Op) -> None:
    if op.attrs.get("adjoint"):
        return  # it keeps a shadow as long as its list
    try:
        _STORES[op.name](rev, op)
    except Refusal as refusal:
        rev.context.refuse(refusal, op.loc)


HANDLERS: dict[str, Callable[[Reverser, Op], None]] = {
    "call": _call, "iaddv": _call, "narrow": _narrow, "convert": _convert, "broadcast": _broadcast, "tuple": _tuple,
    "item": _item, "dict": _dict, "append": _append,
    "if": control.reverse_if, "for": control.reverse_for, "while": control.reverse_while,
    "with": control.reverse_with, "invoke": calls.reverse_invoke, "try": control.reverse_try,
    **dict.fromkeys(STORES, _store),
}
_STORES = {"store": writes.reverse_store, "insert": writes.reverse_insert, "remove": writes.reverse_remove,
           "exchange": writes.reverse_exchange}


# ------------------------------------------------------------------------------------------------------- whole functions

class Joint(Sweeps):
    """A function's forward and reverse sweep, and what the one returned and the other found."""

    def __init__(self, function: Function, reverser: Reverser, results: list[Value], mark: Op,
                 gradients: dict[int, Any]) -> None:
        super().__init__(function, mark, reverser.mirror, reverser.replaced, reverser.context.fused)
        self.reverser = reverser
        self.results = results
        """What the primal returns."""
        self.gradients = gradients
        """Adjoint of each differentiated parameter: a value, or nested tuples and dicts of them, None for zero."""
        self.late: list[Value] = []
        """Shadows that the callers lend to the reverse sweep alone."""


def differentiate(primal: Function, wrt: Sequence[int], seeds: Callable[[Reverser, list[Value]], None],
                  context: Context, pairs: calls.Pairs, outputs: Sequence[int] | None = None,
                  shadowed: Sequence[int] = (), added: Sequence[int] = ()) -> Joint:
    """Forward and reverse sweep of ``primal`` with respect to the parameters at positions ``wrt``.

    ``seeds`` sets the adjoints of the results, once the reverse sweep has begun; the parameters that are ``shadowed`` are
    lent, with adjoint arrays that are there already and take what is added to them; so have those in ``added``, to which
    nobody writes.
    """
    values: dict[Value, Value] = {}
    function = context.copied(primal, values)
    end = function.body.ops.pop()
    if end.name != "return":
        raise InternalError("a function without a return was differentiated")
    results = list(end.operands)
    lent = [function.params[k] for k in shadowed]
    inputs = [*(function.params[k] for k in (*wrt, *added)), *lent]
    wanted = [*(results if outputs is None else [results[k] for k in outputs]), *lent]
    leaves = _inputs_and_items(function, inputs)
    rev = Reverser(function, leaves, wanted, context, pairs)
    rev.builder.loc = end.loc
    lists.check(rev)
    late = [*take_lent(rev, function, lent), *(_given_adjoint(rev, function.params[k]) for k in added)]
    context.splicing = True
    try:
        writes.keep_overwritten(rev, function.body)
        replay.keep_state(rev, function.body)
        accompany(rev, function)
        rev.builder.loc = end.loc
        mark = rev.builder.emit("mark", text="reverse sweep")
        forward = Block([], function.body.ops[:-1] + [mark])
        rev.mirror[function.body] = function.body
        open_block(rev, forward)
        seeds(rev, results)
        rev.reverse_block(forward)
        gradients = {k: _structure(rev, function.params[k]) for k in wrt}
    finally:
        context.splicing = False
    make_buffers_float(function)
    joint = Joint(function, rev, results, mark, gradients)
    joint.late = late
    read_again(joint, rev.overwritten, results)
    hand_on(joint)
    return joint


def _given_adjoint(rev: Reverser, param: Value) -> Value:
    """The adjoint of a parameter as one that the callers own, to be added to."""
    rev.buffers[param] = bar = Value(bar_hint(param), control.bar_type(param), rev.function.body)
    return bar


def seed_one(rev: Reverser, results: list[Value]) -> None:
    """The adjoint of the one number that a function returns first: it is what is differentiated."""
    kind = strip_const(results[0].type)
    one = 1 + 0j if isinstance(kind, Scalar) and kind.dtype.startswith("complex") else 1.0
    rev.accumulate(results[0], rev.constant(one))


def _inputs_and_items(function: Function, inputs: list[Value]) -> list[Value]:
    """The inputs and, for tuples and dicts, the items that the function takes out of them."""
    found = list(inputs)
    known = set(inputs)
    for op in function.body.ops:
        if op.name == "item" and op.operands[0] in known:
            found.append(op.result)
            known.add(op.result)
    return found


def _structure(rev: Reverser, value: Value, whole: Value | None = None) -> Any:
    """The adjoint of a parameter with the parameter's own nesting; ``whole`` is what came to it as an item of a tuple."""
    t = strip_const(value.type)
    own = rev.total(value)
    total = own if whole is None else whole if own is None else rev.add(own, whole)
    if isinstance(t, Tuple) or hasattr(t, "items") and not isinstance(t, List):
        if total is not None and not isinstance(t, Tuple):
            raise InternalError(f"the adjoint of `{value.hint}` is not that of its items", loc=rev.function.loc)
        keyed = list(enumerate(t.items)) if isinstance(t, Tuple) else list(t.items)
        found = {key: _item_structure(rev, value, key, item, total if isinstance(t, Tuple) else None) for key, item in keyed}
        return SeqOf(t.cls, tuple(found.values())) if isinstance(t, Tuple) else found
    return total


def _item_structure(rev: Reverser, value: Value, key: Any, t: Type, total: Value | None) -> Any:
    part = tuples.item(rev, total, key, t) if total is not None and t.differentiable else None
    for op in rev.function.body.ops:
        if op.name == "item" and op.operands[0] is value and op.attrs["key"] == key:
            nested = _structure(rev, op.result, part)
            return nested if nested is not None else (rev.zeros(op.result) if t.differentiable else Lit(None))
    if part is not None:
        return part
    return Lit(None) if not t.differentiable else rev.zeros(rev.builder.value("item", [value], t, key=key))
