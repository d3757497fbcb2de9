"""Which callees must become part of their callers, because their memory is the callers': those that write to arguments.

A pair of halves hands adjoints over as values.  A callee that stores into an argument, or returns another name of memory that
somebody stores into, shares adjoints with its caller: such a call is opened, whatever its length, and the rest is as if the
user had written its body there.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..ir.core import Function, Op, Value, walk
from ..ir.ops import STORES
from ..ir.types import Object
from .alias import AliasClasses, check_inplace, memory_of_results


def settle_sharing(functions: Sequence[Function]) -> None:
    """Note for each callee which of its results share memory with each other and with its arguments."""
    pending = list(functions)
    while pending:
        before = len(pending)
        for function in list(pending):
            if all(op.attrs["callee"].shares is not None for op in walk(function.body) if op.name == "invoke"):
                function.shares = memory_of_results(function)
                pending.remove(function)
        if len(pending) == before:
            return  # those that call themselves: what their results share is not known


def callees_to_open(functions: Sequence[Function], entry: Function) -> set[Function]:
    """The callees among ``functions`` that write to memory of their callers, or hand out names of memory that is written to."""
    found: dict[Function, set[int]] = {}
    classes = {function: AliasClasses(function) for function in functions}
    changed = True
    while changed:
        before = {function: set(places) for function, places in found.items()}
        for function in functions:
            names = classes[function]
            roots = {names.find(v) for v in _written(function, found)}
            places = {k for k, p in enumerate(function.params) if names.find(p) in roots}
            if function is not entry and places:
                found.setdefault(function, set()).update(places)
            for callee in (*_shared_by(names, roots), *_given_containers(function, names, roots)):
                found.setdefault(callee, set())
        changed = found != before
    return set(found)


def _written(function: Function, opened: dict[Function, set[int]]) -> Iterator[Value]:
    """The arrays that a function stores into, changes in place where others may see it, or has a callee do so."""
    yield from (op.operands[0] for op in walk(function.body) if op.name in STORES)
    yield from (op.operands[0] for op, _ in check_inplace(function))
    for op in walk(function.body):
        if op.name == "invoke":
            yield from (op.operands[k] for k in opened.get(op.attrs["callee"], ()))


def _shared_by(names: AliasClasses, roots: set[Value]) -> Iterator[Function]:
    """The callees that return other names of memory that is written to."""
    for value in (v for root in roots for v in names.members[root]):
        op = value.owner
        if isinstance(op, Op) and op.name == "invoke" and not returns_alone(op, value):
            yield op.attrs["callee"]


def _given_containers(function: Function, names: AliasClasses, roots: set[Value]) -> Iterator[Function]:
    """The callees that are given an object which may hold memory that is written to: what they read of it is not copied."""
    for op in walk(function.body):
        if op.name == "invoke" and any(isinstance(v.type, Object) and names.find(v) in roots for v in op.operands):
            yield op.attrs["callee"]


def returns_alone(call: Op, result: Value) -> bool:
    """Whether a result of a call is memory that nothing else refers to: it was made there."""
    shares = call.attrs["callee"].shares
    k = call.results.index(result)
    return shares is not None and shares[k].alone
