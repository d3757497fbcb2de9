"""Backward halves that run later, any number of times: all that they read was read by the forward half, and stays as it was.

Between the two halves of ``vjp`` the caller runs, who may write into arrays, and replace globals and attributes.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..analysis.alias import AliasClasses
from ..analysis.context import Context, Refusal
from ..ir.build import Builder
from ..ir.core import Block, Function, Op, Value, reached_from, walk
from ..ir.ops import SeqOf, Slot
from ..ir.types import Array, Cache, Dict, List, Scalar, Tuple, strip_const
from ..runtime import helpers
from .emitter import Emitter
from .stored import WRITES, Names

_READS = frozenset({"global", "attr", "item"})
"""Ops that look at data from outside: at what they find there, or at a part of it."""


def read_first(function: Function, cotangents: Sequence[Value]) -> None:
    """Move what is read of globals and of the arguments to the beginning, so that neither sweep reads it again."""
    body = function.body
    moved: dict[Op, None] = {}
    at_hand = set(function.params) - set(cotangents)
    for op in walk(body):
        if op.name == "global" or op.name in _READS and op.operands[0] in at_hand:
            moved[op] = None
            at_hand.update(op.results)
    for op in moved:
        assert op.parent is not None
        op.parent.ops.remove(op)
        op.parent = body
    body.ops[:0] = moved


def keep(context: Context, forward: Function, arguments: bool) -> set[Value]:
    """Let the forward half copy the data from outside that it hands over, the ``arguments`` too if nobody else does.

    The result is everything that may share memory with what is handed over.
    """
    classes, kept = _handed_over(forward)
    data = [op.result for op in forward.body.ops if op.name in ("global", "attr")]
    work = [*(forward.params if arguments else ()), *data]
    while work:
        value = work.pop()
        if not _has_copy(value) or classes.find(value) not in kept:
            continue
        users = [op for op in walk(forward.body) if value in op.operands]
        if isinstance(strip_const(value.type), Tuple | Dict) and all(op.name == "item" for op in users):
            work += [op.result for op in users]
        else:
            _own(context, forward, value)
    classes, kept = _handed_over(forward)
    return {v for v in classes.parent if classes.find(v) in kept}


def refuse_late_reads(context: Context, backward: Function) -> None:
    """Refuse a backward half that reads what may have changed since the forward half ran."""
    seen = {backward}
    work = [backward]
    while work:
        for op in walk(work.pop().body):
            if op.name in ("global", "attr"):
                what = op.attrs["name"] if op.name == "attr" else op.attrs["root"]
                message = f"`{what}` is read again when the cotangents are computed, and may have changed by then"
                context.refuse(Refusal("SCT608", message, "pass it as an argument"), op.loc)
            if op.name == "invoke" and op.attrs["callee"] not in seen:
                seen.add(op.attrs["callee"])
                work.append(op.attrs["callee"])
    context.check()


def _handed_over(forward: Function) -> tuple[AliasClasses, set[Value]]:
    """Which values may share memory, and the classes of those in the context, the contents of its lists included."""
    classes = AliasClasses(forward)
    packed = forward.body.ops[-1].operands[-1].owner
    held = list(packed.operands) if isinstance(packed, Op) else []
    held += [op.operands[1] for op in walk(forward.body) if op.name == "push" and op.operands[0] in held]
    return classes, {classes.find(v) for v in held}


def _has_copy(value: Value) -> bool:
    return isinstance(strip_const(value.type), Array | List | Tuple | Dict)


def _own(context: Context, forward: Function, value: Value) -> None:
    """Go on with a copy of ``value``, made where it is read."""
    body = forward.body
    emitter = Emitter(context, Builder(Block(), value.owner.loc if isinstance(value.owner, Op) else forward.loc))
    asked = isinstance(value.type, Array) and _asks_for_layout(forward)
    copy = _copy(emitter, value) if not asked else emitter.builder.value(
        "call", [value], value.type, value.hint, fn=helpers.twin, args=(Slot(0),), kwargs={}, effect="fresh", adjoint=True)
    at = body.ops.index(value.owner) + 1 if isinstance(value.owner, Op) else 0
    replace_uses(body.ops[at:], {value: copy})
    for op in emitter.builder.block.ops:
        op.parent = body
    body.ops[at:at] = emitter.builder.block.ops


def _asks_for_layout(function: Function) -> bool:
    """Whether a function, or one that it calls, does what depends on how an array lies in memory."""
    return any(not one.body.ops or any(op.attrs.get("undecided") for op in walk(one.body))  # without ops it is still being made
               for one in reached_from(function))


def _copy(emitter: Emitter, value: Value) -> Value:
    if isinstance(strip_const(value.type), Array | List):
        return emitter.copy(value)
    return emitter.builder.value("call", [value], value.type, value.hint, fn=helpers.copied, args=(Slot(0),), kwargs={},
                                 effect="fresh", adjoint=True)


def own_written(forward: Function, backward: Function) -> set[Value]:
    """Let the backward half work on copies of what it writes to in its context: undone stores, and adjoint arrays.

    What shares memory with that is copied with it, contexts of callees included, so that it is shared as before.  The result
    is what the context holds of it.
    """
    packed = forward.body.ops[-1].operands[-1].owner
    if not isinstance(packed, Op):
        return set()
    names = _Reach(forward)
    written = {names.find(packed.operands[item.attrs["key"]]) for item in _written_items(backward, {backward})}
    own = [item.result for item in _items(backward) if not isinstance(strip_const(item.result.type), Scalar)
           and names.find(packed.operands[item.attrs["key"]]) in written]
    if own:
        _replicate(backward, own, max(map(backward.body.ops.index, _items(backward))) + 1)
    return set(own)


class _Reach(Names):
    """As the memory is named; a context that a callee's forward half returned may hold all that this was given."""

    def half(self, op: Op) -> None:
        for v in (*op.operands, *op.results) if op.results else ():
            if not isinstance(strip_const(v.type), Scalar):
                self.join(v, op.results[-1])


def _items(backward: Function) -> list[Op]:
    """The ops that take a backward half's context apart."""
    return [op for op in backward.body.ops if op.name == "item" and op.operands[0] is backward.params[0]]


def _written_items(backward: Function, seen: set[Function]) -> list[Op]:
    """The items of its context that a backward half writes to, or gives to one that does."""
    names, targets = _written_names(backward, seen)
    return [item for item in _items(backward) if names.find(item.result) in targets]


def _written_names(backward: Function, seen: set[Function]) -> tuple[Names, set[Value]]:
    """The memory that a backward half writes to or has its callees write to, by its representatives."""
    names = Names(backward)
    written = [op.operands[0] for op in walk(backward.body) if op.name in WRITES]
    for op in walk(backward.body):
        if op.name == "invoke" and op.attrs.get("effect") == "writes":
            written += [op.operands[k] for k in _written_params(op.attrs["callee"], seen)]
    return names, {names.find(v) for v in written}


def _written_params(callee: Function, seen: set[Function]) -> list[int]:
    """Which parameters, the context or the adjoint arrays that are lent, a backward half writes to; all while that is open."""
    if callee in seen:
        return list(range(len(callee.params)))
    names, targets = _written_names(callee, seen | {callee})
    held = any(names.find(item.result) in targets for item in _items(callee))
    return [k for k, param in enumerate(callee.params) if names.find(param) in targets or k == 0 and held]


def _replicate(backward: Function, own: list[Value], at: int) -> None:
    """Emit the call; it counts as one that reads and may return its arguments, since its results share memory as these do."""
    body = backward.body
    together = Slot(0) if len(own) == 1 else SeqOf(tuple, tuple(map(Slot, range(len(own)))))
    op = Op("call", list(own), [], {"fn": helpers.replicated, "args": (together,), "kwargs": {}, "effect": "reads",
                                    "adjoint": True}, [], body, backward.loc)
    op.results = [Value(v.hint, v.type, op) for v in own]
    replace_uses(body.ops[at:], dict(zip(own, op.results, strict=True)))
    body.ops.insert(at, op)


def copy_saved_lists(backward: Function, own: set[Value]) -> None:
    """Let the backward half take its saved values from copies, so that the context stays as the forward half made it.

    What is its ``own`` already needs no further copy.
    """
    taken = [op for op in backward.body.ops if op.name == "item" and op.operands[0] is backward.body.args[0]
             and op.result not in own]
    for op in reversed(taken):
        _copy_list(op.result, taken[-1])
    for op in list(walk(backward.body)):
        if op.name == "pop":
            _copy_list(op.result, op)


def _copy_list(saved: Value, after: Op) -> None:
    if not isinstance(saved.type, Cache):
        return
    block = after.parent
    assert block is not None
    block, at = _where_used(saved, block, block.ops.index(after) + 1)
    copy = Op("call", [saved], [], {"fn": list, "args": (Slot(0),), "kwargs": {}, "effect": "fresh"}, [], block, after.loc)
    copy.results = [Value(saved.hint or "saved", saved.type, copy)]
    replace_uses(block.ops[at:], {saved: copy.results[0]})
    block.ops.insert(at, copy)


def _where_used(saved: Value, block: Block, at: int) -> tuple[Block, int]:
    """The branch, and the place in it, that all uses of a list are in: elsewhere there may be none."""
    while True:
        users = [op for op in block.ops[at:] if any(saved in one.operands for one in _with_inside(op))]
        if len(users) != 1 or users[0].name != "if" or saved in users[0].operands:
            return block, at
        inside = [b for b in users[0].blocks if any(saved in op.operands for op in walk(b))]
        if len(inside) != 1:
            return block, at
        block, at = inside[0], 0


def _with_inside(op: Op) -> list[Op]:
    return [op, *(one for block in op.blocks for one in walk(block))]


def replace_uses(ops: Sequence[Op], values: dict[Value, Value]) -> None:
    """Let ``ops`` and what is nested in them use other values."""
    for op in ops:
        op.operands = [values.get(v, v) for v in op.operands]
        for block in op.blocks:
            replace_uses(block.ops, values)
