"""Whose memory callees write to: their callers', some of them.  Such callees become part of their callers, or are lent it.

A pair of halves hands adjoints over as values.  A callee that stores into an argument, or returns another name of memory that
somebody stores into, shares adjoints with its caller: such a call is opened, whatever its length, and the rest is as if the
user had written its body there.  Those that call themselves cannot be opened: their halves are lent the adjoint arrays.  So are
those of all others where opening them would make the text too long.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ..ir.core import Block, Function, Lent, Op, Sharing, Value, walk
from ..ir.types import Object
from .activations import DerivativeOf
from .alias import AliasClasses, check_inplace, has_memory, memory_of_results, stored_into
from .context import Context


def settle_sharing(functions: Sequence[Function]) -> None:
    """Note for each callee which of its results share memory with each other and with its arguments.

    A recursive callee shares what it shares when its own calls are taken to share nothing, then what these share, and so on.
    """
    for function in functions:
        end = function.body.ops[-1] if function.body.ops else None
        count = len(end.operands) if end is not None and end.name == "return" else 0
        function.shares = (Sharing(frozenset(), frozenset(), False),) * count
    pending = True
    while pending:
        pending = False
        for function in functions:
            found = memory_of_results(function)
            pending = pending or found != function.shares
            function.shares = found


def settle_callees(context: Context, entry: Function, lowered: Mapping[Function, Function]) -> bool:
    """Have the callees that write to memory of their callers copied in, or lent it; False if there are no further ones.

    ``lowered`` says for each callee which of the user's functions it is a specialisation of.
    """
    settle_lending([entry, *lowered], entry)
    named = {callee for function in (entry, *lowered) for callee in _naming(function)}
    found = {code for function, code in lowered.items() if function.lent.params or function in named}
    recursive = (found if context.lends else found & (_on_cycles(_calls(lowered)) | context.replayed)) - context.lent
    added = found - context.opened - context.lent | recursive
    context.lent |= recursive
    context.opened |= added
    context.opened -= context.lent
    if not added:
        _take_back(context, lowered)
    return bool(added)


def lend_all(context: Context) -> None:
    """Begin again with calls of what was to be opened."""
    context.lends = True
    context.lent |= context.opened
    context.opened = set()
    context.forget()


def _calls(lowered: Mapping[Function, Function]) -> dict[Function, set[Function]]:
    """Which of the user's functions calls which."""
    found: dict[Function, set[Function]] = {code: set() for code in lowered.values()}
    for function, code in lowered.items():
        found[code] |= {lowered[op.attrs["callee"]] for op in walk(function.body)
                        if op.name == "invoke" and op.attrs["callee"] in lowered}
    return found


def _take_back(context: Context, lowered: Mapping[Function, Function]) -> None:
    """Lend nothing to what is not called in place: a function whose gradient is taken inside may not write to arguments."""
    standing = {f.info.function for f in context.standing.values() if isinstance(f.info, DerivativeOf)}
    for function, code in lowered.items():
        if code not in context.lent or function in standing:
            function.lent = Lent()


def settle_lending(functions: Sequence[Function], entry: Function) -> None:
    """Note for each callee which of its parameters refer to memory that is written to, by it or by those that call it."""
    changed = any(True for function in functions for _ in _written(function))
    while changed:
        before = {function: function.lent for function in functions}
        for function in functions:
            _lend(function, entry)
        changed = any(function.lent != lent for function, lent in before.items())
        if changed:
            settle_sharing(functions)


def _lend(function: Function, entry: Function) -> None:
    names = AliasClasses(function)
    roots = set(map(names.find, _written(function)))
    if function is not entry:
        _add(function, {k for k, p in enumerate(function.params) if has_memory(p) and names.find(p) in roots})
    for op in walk(function.body):
        if op.name == "invoke":
            _lend_to_callee(op, names, roots)


def _add(function: Function, places: set[int], groups: tuple[frozenset[int], ...] = ()) -> None:
    new = tuple(group for group in groups if group not in function.lent.groups)
    function.lent = function.lent.together_with(Lent(frozenset(places), new))


def _lend_to_callee(call: Op, names: AliasClasses, roots: set[Value]) -> None:
    """The callee is lent what it gives further names to, and sees which of its arguments are names of one memory."""
    callee: Function = call.attrs["callee"]
    if callee.shares is not None:
        written = [callee.shares[k].params for k, v in enumerate(call.results) if has_memory(v) and names.find(v) in roots]
        _add(callee, {k for places in written for k in places})
    same: dict[Value, set[int]] = {}
    for k, v in enumerate(call.operands):
        if has_memory(v):
            same.setdefault(names.find(v), set()).add(k)
    _add(callee, set(), tuple(frozenset(places) for places in same.values() if len(places) > 1 and places & callee.lent.params))


def _naming(function: Function) -> Iterator[Function]:
    """The callees that return other names of memory that is written to."""
    written = list(_written(function))
    if not written:
        return
    names = AliasClasses(function)
    for value in (v for root in set(map(names.find, written)) for v in names.members.get(root, ())):
        op = value.owner
        if isinstance(op, Op) and op.name == "invoke" and not returns_alone(op, value):
            yield op.attrs["callee"]
    yield from _given_containers(function, names, set(map(names.find, written)))


def _given_containers(function: Function, names: AliasClasses, roots: set[Value]) -> Iterator[Function]:
    """The callees that are given an object which may hold memory that is written to: what they read of it is not copied."""
    for op in walk(function.body):
        if op.name == "invoke" and any(isinstance(v.type, Object) and names.find(v) in roots for v in op.operands):
            yield op.attrs["callee"]


def settle_accompanied(functions: Sequence[Function]) -> None:
    """Note for each callee which adjoint arrays must be there in its forward half; writes are settled."""
    changed = True
    while changed:
        changed = False
        for function in (f for f in functions if f.lent.params):
            found = _accompanied(function)
            changed = changed or found != function.lent.accompanied
            function.lent = replace(function.lent, accompanied=found)


def _accompanied(function: Function) -> frozenset[int]:
    names = AliasClasses(function)
    passed_on = {names.find(v) for v in names.parent if has_memory(v) and is_passed_on(v)}
    for op in walk(function.body):
        if op.name == "return":
            passed_on |= {names.find(v) for v in op.operands if has_memory(v)}
        elif op.name == "invoke":
            passed_on |= {names.find(op.operands[k]) for k in op.attrs["callee"].lent.accompanied}
    return frozenset(k for k in function.lent.params if names.find(function.params[k]) in passed_on)


def _written(function: Function) -> Iterator[Value]:
    """The arrays that a function stores into, changes in place where others may see it, or has a callee do so."""
    yield from stored_into(function)
    yield from (op.operands[0] for op, _ in check_inplace(function))


def is_passed_on(value: Value) -> bool:
    """Whether a branch, a loop or a callee gives a value its name: its adjoint array is not a view that is known here."""
    op = value.owner
    if isinstance(op, Block):
        return op.parent is not None
    return isinstance(op, Op) and (bool(op.blocks) or op.name == "invoke" and not returns_alone(op, value))


def returns_alone(call: Op, result: Value) -> bool:
    """Whether a result of a call is memory that nothing else refers to: it was made there."""
    shares = call.attrs["callee"].shares
    k = call.results.index(result)
    return shares is not None and k < len(shares) and shares[k].alone


def _on_cycles(calls: Mapping[Function, set[Function]]) -> set[Function]:
    """Those that call themselves, directly or not.

    >>> sorted(_on_cycles({"f": {"g"}, "g": {"h"}, "h": {"g"}, "k": {"k"}}))
    ['g', 'h', 'k']
    """
    return {node for node in calls if node in _reached(node, calls)}


def _reached(node: Function, calls: Mapping[Function, set[Function]]) -> set[Function]:
    found: set[Function] = set()
    work = [node]
    while work:
        new = calls.get(work.pop(), set()) - found
        found |= new
        work += new
    return found
