"""Activity: which values depend on the differentiated inputs (varied) and also influence the result (useful)."""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence

import numpy as np

from ..ir.core import Block, Function, Op, Value, enclosing, walk
from ..ir.ops import LOOPS, STORES, Lit, Slot
from ..ir.rewrite import incoming
from ..ir.types import Array, Scalar, Table, strip_const
from ..rules import registry
from .alias import AliasClasses, lent_to, stored_into

_PASS = frozenset({"convert", "broadcast", "narrow", "tuple", "dict", "item", "append"})


def active_values(function: Function, inputs: Iterable[Value], outputs: Iterable[Value]) -> set[Value]:
    """The values of a typed function that need an adjoint when ``outputs`` are differentiated with respect to ``inputs``."""
    varied = _grow(function, set(inputs), forward=True)
    useful = _grow(function, set(outputs), forward=False)
    return {v for v in varied & useful if v.type.differentiable}


def varied_values(function: Function, inputs: Iterable[Value]) -> set[Value]:
    """The values that depend differentiably on ``inputs``."""
    return _grow(function, set(inputs), forward=True)


def _grow(function: Function, seeds: set[Value], forward: bool) -> set[Value]:
    """The closure of ``seeds`` along differentiable data flow, in one direction."""
    edges: dict[Value, list[Value]] = {}
    for source, target in _flow(function):
        if forward:
            edges.setdefault(source, []).append(target)
        else:
            edges.setdefault(target, []).append(source)
    reached = set(seeds)
    work = list(seeds)
    while work:
        for neighbour in edges.get(work.pop(), ()):
            if neighbour not in reached and neighbour.type.differentiable:
                reached.add(neighbour)
                work.append(neighbour)
    return reached


def _flow(function: Function) -> Iterable[tuple[Value, Value]]:
    """Every pair (used value, value it flows into) along which a derivative may flow."""
    targets = list(stored_into(function))
    if targets:
        yield from _flow_through_memory(function, targets)
    for op in walk(function.body):
        if op.name in _PASS or op.name == "invoke" or (op.name in ("call", "iaddv") and carries_derivative(op)):
            for operand in op.operands:
                for result in (*op.results, *(lent_to(op) if op.name == "invoke" else ())):
                    yield operand, result
        elif op.name in LOOPS:
            yield from _loop_flow(op)
        elif op.name in ("if", "with", "try"):
            for block in op.blocks:
                if block.ops and block.ops[-1].name == "yield":
                    yield from zip(block.ops[-1].operands, op.results, strict=True)


def _flow_through_memory(function: Function, targets: Sequence[Value]) -> Iterable[tuple[Value, Value]]:
    """What is stored flows to every name of the memory: they are active together, or not at all."""
    classes = AliasClasses(function)
    for root in set(map(classes.find, targets)):
        for member in classes.members.get(root, ()):
            yield member, root
            yield root, member
    for op in walk(function.body):
        if op.name == "remove":
            yield op.operands[0], op.results[0]
        elif op.name in STORES and op.name != "exchange":
            yield op.operands[1], op.operands[0]


def _loop_flow(op: Op) -> Iterable[tuple[Value, Value]]:
    """A carried position is one variable: its initial value, argument, next values and result flow into each other."""
    inits = op.operands[first_init(op):]
    for block in op.blocks:
        args = block.args[len(block.args) - len(op.results):]
        for init, arg, result in zip(inits, args, op.results, strict=True):
            yield init, arg
            yield init, result
            yield arg, result
    body = op.blocks[-1]
    args = body.args[len(body.args) - len(op.results):]
    for exit in loop_exits(body):
        for value, arg, result in zip(exit.operands, args, op.results, strict=True):
            yield value, result
            if exit.name == "continue":
                yield value, arg


def first_init(op: Op) -> int:
    """The position of a loop's first initial value among its operands."""
    if op.name == "while":
        return 0
    return 3 if op.attrs["kind"] == "range" else 1


def loop_exits(block: Block) -> Iterable[Op]:
    """The ``continue`` and ``break`` ops that end the body of a loop, through its tail ``if``s."""
    if not block.ops:
        return
    last = block.ops[-1]
    if last.name in ("continue", "break"):
        yield last
    elif last.name == "if" and last.attrs.get("tail"):
        for inner in last.blocks:
            yield from loop_exits(inner)


def carries_derivative(op: Op) -> bool:
    """Whether the result of a primitive call depends differentiably on its operands (by the registry)."""
    entry = registry.lookup(op.attrs["fn"])
    constant = entry is not None and entry.zero and not (entry.real_only and any(map(is_complex, op.operands)))
    return not constant and not lists_keys(op)


def is_complex(value: Value) -> bool:
    """Whether a value is a complex number, or an array of them."""
    t = strip_const(value.type)
    return isinstance(t, Array | Scalar) and t.dtype.startswith("complex")


def lists_keys(op: Op) -> bool:
    """Whether ``op`` is the list of the keys of a table, which carry no derivative, floats or not."""
    return op.attrs["fn"] is list and isinstance(op.operands[0].type, Table)


def masking(function: Function) -> int:
    """How exact zeros may get into cotangents: 2 if ``np.where`` and its like choose, 1 if elements are picked, else 0.

    What is overwritten has no cotangent, either: chosen by a mask that is like ``np.where``, else like an element not picked.
    """
    level = _overwriting(function)
    for op in walk(function.body) if level < 2 else ():
        if op.name == "call":
            if op.attrs["fn"] in _CHOOSING or _leaves_out(op):
                return 2
            if op.attrs["fn"] in _PICKING or _picks_from_intermediate(op) or _multiplies_by_mask(op):
                level = 1
    return level


def _overwriting(function: Function) -> int:
    """How much ``masking`` there is by stores into what was computed (arrays of constants and copies hold no infinities)."""
    stores = [op for op in walk(function.body) if op.name == "store" and "fn" not in op.attrs]
    if any(_is_mask(index) for op in stores for index in op.operands[2:]):
        return 2
    if not stores:
        return 0
    classes = AliasClasses(function)
    if any(map(_is_computed, {v for op in stores for v in classes.members.get(classes.find(op.operands[0]), ())})):
        return 1
    into = [classes.find(op.operands[0]) for op in stores]
    return int(any((into.count(memory) > 1 or not _writes_each_place_once(op)) and _comes_of_more(op.operands[1], set())
                   for op, memory in zip(stores, into, strict=True)))


def _writes_each_place_once(store: Op) -> bool:
    """Whether every loop around a store counts through an index of it."""
    around = [block.parent for block in enclosing(store.parent) if block.parent is not None] if store.parent is not None else []
    loops = [op for op in around if op.name in LOOPS]
    return all(op.name == "for" and op.attrs["kind"] == "range" and op.blocks[0].args[0] in store.operands[2:] for op in loops)


def _comes_of_more(value: Value, seen: set[Value]) -> bool:
    """Whether what is stored may come of more than sums and products, on some path."""
    if value in seen or not strip_const(value.type).differentiable:
        return False
    seen.add(value)
    op = value.owner
    loop = op.parent if isinstance(op, Block) else None
    if isinstance(op, Op) and op.blocks:
        return any(_comes_of_more(v, seen) for v in incoming(op, op.results.index(value)))
    if isinstance(op, Op):
        return op.name == "call" and op.attrs["fn"] not in _TAME and carries_derivative(op) or \
            op.name in ("call", "iaddv", "invoke", *_PASS) and (op.name == "invoke" or any(
                _comes_of_more(v, seen) for v in op.operands))
    if loop is None or loop.name not in LOOPS or op is None:
        return False
    k = op.args.index(value) - (len(op.args) - len(loop.results))
    return k >= 0 and any(_comes_of_more(v, seen) for v in incoming(loop, k))


def _is_computed(value: Value) -> bool:
    """Whether an infinity may have come into a value by more than sums and products."""
    op = value.owner
    if not isinstance(op, Op):
        return False
    if op.name == "call" and op.attrs["fn"] not in _TAME and carries_derivative(op):
        return True
    return op.name in ("call", "iaddv", *_PASS) and any(map(_is_computed, op.operands))


_TAME = frozenset({np.copy, np.array, np.asarray, np.full, np.outer, operator.getitem, operator.mul, operator.add,
                   operator.sub, operator.neg})
"""Calls whose partial derivatives are finite where their arguments are."""


def _leaves_out(op: Op) -> bool:
    """A reduction of the elements that its keyword ``where`` chooses."""
    chosen = op.attrs["kwargs"].get("where")
    return chosen is not None and not (isinstance(chosen, Lit) and chosen.value is True)


def _multiplies_by_mask(op: Op) -> bool:
    """``(x > 0) * y`` and ``0.0 * y``: products that are zero by intention."""
    if op.attrs["fn"] not in (operator.mul, np.multiply):
        return False
    factors = [op.operands[a.index] if isinstance(a, Slot) else a for a in op.attrs["args"]]
    return any(isinstance(f, Lit) and f.value == 0 or isinstance(f, Value) and _is_mask(f) for f in factors)


def _is_mask(value: Value) -> bool:
    t = strip_const(value.type)
    return isinstance(t, Array | Scalar) and t.dtype == "bool"


_CHOOSING = frozenset({np.where, np.select, np.piecewise, np.choose, np.nan_to_num, np.nansum, np.nanmean})
_PICKING = frozenset({np.maximum, np.minimum, np.fmax, np.fmin, np.clip, np.abs, np.max, np.min, np.prod, np.sort,
                      np.linalg.norm, np.take, np.diag, np.diagonal, np.trace, np.tril, np.triu, np.compress, np.extract})


def _picks_from_intermediate(op: Op) -> bool:
    """An element or slice of an array that was computed: the cotangent of the rest of the array is zero."""
    return op.attrs["fn"] in (operator.getitem, tuple) and isinstance(op.operands[0].owner, Op | Block) \
        and not _is_parameter(op.operands[0])


def _is_parameter(value: Value) -> bool:
    return isinstance(value.owner, Block) and value.owner.parent is None
