"""The forms of ops and types that simplification looks for: plain calls, items of what was built, constants, equal kinds."""

from __future__ import annotations

import numbers
import operator
from collections.abc import Iterator
from typing import Any, TypeGuard

import numpy as np

from ..ir.core import Block, Op, Value
from ..ir.ops import LOOPS, Lit, Slot
from ..ir.types import BOTTOM, Array, OrConst, Scalar, Type
from .algebra import Apply, Term

PLAIN = (Slot, Lit)
"""What the template of an argument is that is not nested (as a tuple: making a union for each question takes longer)."""
_ARITHMETIC = (operator.add, operator.sub, operator.mul, operator.truediv, operator.neg)


def plain_args(op: Op, reading: bool = False) -> list[Term] | None:
    """Operands and literals of an adjoint call that has nothing but those; None for any other call.

    What the reverse sweep recomputes of the forward sweep is never changed (a condition must come out the same), only read.
    """
    attrs = op.attrs
    if not (attrs.get("adjoint") or (reading and attrs.get("recomputed"))) or attrs.get("effect", "pure") != "pure":
        return None
    if attrs.get("kwargs") or attrs.get("spelled") or attrs.get("unpack"):
        return None
    args = op.attrs["args"]
    if not all(isinstance(a, PLAIN) for a in args):
        return None
    return [op.operands[a.index] if isinstance(a, Slot) else a for a in args]


def is_removable(op: Op) -> bool:
    """Whether nothing is lost with an adjoint call that nothing uses."""
    attrs = op.attrs
    kept = not attrs.get("adjoint") or attrs.get("may_raise")
    return op.name == "call" and not kept and attrs.get("effect", "pure") in ("pure", "reads", "fresh")


def is_arithmetic(op: Op) -> bool:
    return op.name == "call" and bool(op.attrs.get("adjoint")) and op.attrs["fn"] in _ARITHMETIC


def is_division(op: Op | Block | None) -> TypeGuard[Op]:
    """Whether an op may raise because of its divisor: an op that takes over its division belongs to its line, too."""
    return isinstance(op, Op) and op.name == "call" and op.attrs["fn"] is operator.truediv


def transposed_twice(op: Op) -> Value | None:
    """``x``, where an op of the adjoint is ``x.T.T``."""
    inner = op.operands[0].owner if op.attrs.get("adjoint") and _is_transpose(op) else None
    return inner.operands[0] if isinstance(inner, Op) and inner.name == "call" and _is_transpose(inner) else None


def _is_transpose(op: Op) -> bool:
    return op.attrs["fn"] is np.transpose and len(op.attrs["args"]) == 1 and not op.attrs["kwargs"]


def built_item(op: Op) -> Value | None:
    """The item itself, where it is taken from a tuple or dict that was built here."""
    owner, key = op.operands[0].owner, op.attrs["key"]
    if not isinstance(owner, Op):
        return None
    if owner.name == "tuple" and owner.attrs.get("cls", tuple) is not list and type(key) is int:
        found = owner.operands[key] if -len(owner.operands) <= key < len(owner.operands) else None
    elif owner.name == "dict" and key in owner.attrs["keys"]:
        found = owner.operands[list(owner.attrs["keys"]).index(key)]
    else:
        found = None
    return found if found is not None and found.type == op.result.type else None


def constant_of(value: Value) -> tuple[type, str] | None:
    """What identifies a constant; None for any other value."""
    owner = value.owner
    if not isinstance(owner, Op) or owner.name != "const":
        return None
    constant = owner.attrs["value"]
    return type(constant), repr(constant)


def as_number(value: Any, kind: Type) -> Any:
    """A literal in the type of what it replaces: ``True``, fractions and the items of an ``IntEnum`` count as numbers."""
    real = isinstance(kind, Scalar | Array) and kind.dtype.startswith("float")
    return float(value) if real and isinstance(value, numbers.Real) and not isinstance(value, float) else value


def leaves_of(new: Term | Apply) -> Iterator[Term]:
    """The values and literals of an expression."""
    if not isinstance(new, Apply):
        yield new
        return
    for arg in new.args:
        yield from leaves_of(arg)


def computes_integer(value: Value) -> bool:
    """Whether what is typed as a float is a sum or product of integers, as a slope of 1 or -1 is."""
    op = value.owner
    if not isinstance(value.type, Scalar) or not value.type.differentiable:
        return isinstance(value.type, Scalar)
    if not isinstance(op, Op) or not is_arithmetic(op) or op.attrs["fn"] is operator.truediv:
        return False
    return all(type(t.value) is int if isinstance(t, Lit) else computes_integer(op.operands[t.index]) for t in op.attrs["args"])


def loop_around(block: Block | None) -> Op | None:
    """The innermost loop whose body ``block`` is part of."""
    while block is not None and block.parent is not None and block.parent.name not in LOOPS:
        block = block.parent.parent
    return block.parent if block is not None else None


def same_kind(a: Type, b: Type) -> bool:
    """Whether a value of type ``a`` may stand where one of type ``b`` stood; only what one side does not know may differ."""
    a, b = _of_literal(a), _of_literal(b)
    if isinstance(a, Array) and isinstance(b, Array):
        return (a.dtype, a.ndim) == (b.dtype, b.ndim)
    if isinstance(a, Scalar) and isinstance(b, Scalar):
        return a.dtype == b.dtype and (a.python == b.python or None in (a.python, b.python))
    return a == b


def _of_literal(kind: Type) -> Type:
    """The type of a constant's value, which is not the base of a union."""
    return kind.const if isinstance(kind, OrConst) and kind.base == BOTTOM else kind
