"""Values typed as floats that may turn out to be ints: ``0 if done else x``, and arrays made of such numbers alone.

The program computes with what it has, so ``c * np.arange(3)`` is an array of ints where ``c`` is one.  Its cotangent is not:
what adjoints are added up in must not be made after the example of such an array.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Sequence

from ..ir.core import Function, Op, Value, walk
from ..ir.ops import LOOPS, Lit, SeqOf
from ..ir.rewrite import carried_inits, incoming, item_count
from ..ir.types import Scalar, Type, strip_const


def settle_mixed(functions: Sequence[Function]) -> None:
    """Note with each function which of its parameters may be given ints for floats, by the calls in ``functions``."""
    if not any(_has_conversion(function) for function in functions):
        return
    work = list(functions)
    while work:
        function = work.pop()
        mixed = mixed_values(function)
        for call in walk(function.body):
            if call.name != "invoke" or not hasattr(call.attrs["callee"].info, "extra"):
                continue
            given = call.attrs["callee"].info.extra.setdefault("mixed", set())
            more = {k for k, v in enumerate(call.operands) if v in mixed} - given
            if more:
                given |= more
                work.append(call.attrs["callee"])


def mixed_values(function: Function) -> set[Value]:
    """The values of ``function`` that are typed as floats and may be ints, or may be made of ints, when it runs."""
    given = getattr(function.info, "extra", {}).get("mixed", ())
    found = {function.params[k] for k in given if k < len(function.params)}
    if not found and not _has_conversion(function):
        return found
    ops, size = list(walk(function.body)), -1
    while size != len(found):
        size = len(found)
        for op in ops:
            found.update(v for v in _mixed_by(op, found) if v.type.differentiable or op.name == "cache")
    return found


def _has_conversion(function: Function) -> bool:
    return any(op.name == "convert" and _from_int(op) or _chooses_int(op) for op in walk(function.body))


def _from_int(op: Op) -> bool:
    have = strip_const(op.operands[0].type)
    return isinstance(have, Scalar) and not have.differentiable and op.results[0].type.differentiable


def _chooses_int(op: Op) -> bool:
    """Whether an op gives back one of its operands as it is, and one of them is an int: ``max(0, x)``."""
    if op.name != "call" or op.attrs["fn"] not in (max, min) or not op.results[0].type.differentiable:
        return False
    literals = (t.value for t in _flat(op.attrs["args"]) if isinstance(t, Lit))
    return any(isinstance(value, int) for value in literals) or not all(_is_number(v.type) for v in op.operands)


def _mixed_by(op: Op, found: set[Value]) -> Iterable[Value]:
    """What is mixed by this op, given what is."""
    if op.name in LOOPS:
        for k, (init, result) in enumerate(zip(carried_inits(op), op.results, strict=True)):
            if init in found or any(v in found for v in incoming(op, k)):
                yield result
                yield from (block.args[k + (item_count(op) if block is op.blocks[-1] else 0)] for block in op.blocks)
    elif op.name in ("if", "with", "try"):
        yield from (r for k, r in enumerate(op.results) if any(v in found for v in incoming(op, k)))
    elif op.name == "push" and op.operands[1] in found:
        yield op.operands[0]
    elif op.name == "convert" and _from_int(op) or _chooses_int(op) or op.name == "call" and _mixes(op, found):
        yield from op.results
    elif op.name in _PASS and any(v in found for v in op.operands):
        yield from op.results


_PASS = frozenset({"convert", "broadcast", "narrow", "tuple", "dict", "item", "append", "pop", "invoke", "iaddv"})


def _mixes(op: Op, found: set[Value]) -> bool:
    """Whether a primitive may make ints of its operands: none of its numbers is certainly a float."""
    fn = op.attrs["fn"]
    if fn in (max, min):
        return any(v in found for v in op.operands)
    if fn is operator.truediv or isinstance(fn, type) or getattr(fn, "__module__", "") == "math":
        return False
    if not any(v in found for v in op.operands):
        return False
    literals = any(isinstance(t, Lit) and type(t.value) is float for t in _flat(op.attrs["args"]))
    return not literals and all(v in found for v in op.operands if _is_number(v.type))


def _is_number(t: Type) -> bool:
    return strip_const(t).differentiable


def _flat(templates: Iterable[object]) -> Iterable[object]:
    for t in templates:
        yield from _flat(t.items) if isinstance(t, SeqOf) else (t,)
