"""Says where a Python number may stand for a NumPy number: where what is computed, and what is raised, is the same.

Sums, differences, products, comparisons and the functions of ``math`` and NumPy give the same values.  Divisions by zero,
powers that overflow, ``//``, ``%`` and ``round`` do not, and what leaves the function, is printed or is put into a container
must remain what it was.  Only warnings differ: NumPy's scalars warn when a sum or a product overflows, Python's do not.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from ..ir.core import Op, Value
from ..ir.ops import LOOPS, Lit, SeqOf, Slot, template_slots
from ..ir.rewrite import carried_start, index_template, unconverted
from ..ir.types import Array, List, Scalar, strip_const
from ..runtime import helpers
from .covering import at_least
from .kinds import CHOICES, COMPARISONS, NUMPY, Kinds

_SUMS = frozenset({operator.add, operator.sub, operator.mul, operator.neg, operator.pos, operator.abs, abs,
                   helpers.strong_product, helpers.strong_quotient})
_LOGIC = frozenset({operator.and_, operator.or_, operator.xor})
_TESTS = frozenset({operator.not_, bool})
_NUMBERS = frozenset({"float64", "int64", "bool"})
"""Element types that a ``float`` and a ``np.float64`` turn into the same type."""


def exact(kinds: Kinds, op: Op, k: int) -> bool:
    """Whether operand ``k`` of ``op`` may be Python's number where it was NumPy's."""
    value = op.operands[k]
    t = strip_const(value.type)
    if not isinstance(t, Scalar) or t.dtype not in _NUMBERS:
        return False
    if op.name == "call":
        return _call(kinds, op, k, t.dtype)
    if op.name in ("if", "test", "bound") or op.name == "assert" and k == 0:
        return True
    if op.name in ("yield", "continue", "break", *LOOPS):
        return op.name == "for" and k < carried_start(op) or _passed_on(op, k, t)
    if op.name in ("narrow", "push", "tuple"):
        return op.name == "narrow" or _saved(kinds, op)
    if op.name in ("store", "index_add", "iadd", "iaddv"):
        return _written(op, k, t.dtype)
    return False


def _passed_on(op: Op, k: int, t: Scalar) -> bool:
    """Whether the variable that takes the value holds numbers of its type only."""
    if op.name in LOOPS:
        targets = op.results[k - carried_start(op):]
    else:
        region = op.parent.parent if op.parent is not None else None
        while region is not None and (op.name != "yield" and region.name not in LOOPS):
            region = region.parent.parent if region.parent is not None else None
        targets = region.results[k:] if region is not None else []
    held = strip_const(targets[0].type) if targets else None
    return isinstance(held, Scalar) and held.dtype == t.dtype


def _saved(kinds: Kinds, op: Op) -> bool:
    """Whether a value only goes to lists of saved values that are filled and emptied in this function."""
    if op.name == "push":
        return op.operands[0] not in kinds.leaking
    pushes = [push for found in kinds.saved.values() for push in found if push.operands[1] is op.results[0]]
    return len(pushes) == kinds.uses[op.results[0]] > 0 and all(_saved(kinds, push) for push in pushes)


def _written(op: Op, k: int, dtype: str) -> bool:
    array = op.operands[0].type
    if op.name in ("store", "index_add") and k in template_slots(index_template(op)):
        return dtype == "int64" and k > 1 and isinstance(array, Array | List)
    if not isinstance(array, Array) or array.dtype != "float64" or dtype != "float64" or k == 0:
        return False
    return op.attrs.get("fn") in (None, operator.add, operator.sub, operator.mul)


def _call(kinds: Kinds, op: Op, k: int, dtype: str) -> bool:
    fn, args = op.attrs["fn"], op.attrs["args"]
    if fn is operator.getitem and not op.attrs.get("spelled"):
        return dtype == "int64" and k > 0 and isinstance(op.operands[0].type, Array | List) and Slot(k) in _parts(args[1])
    if op.attrs.get("kwargs") or op.attrs.get("spelled") or not all(isinstance(part, Slot | Lit) for part in args):
        return False
    try:
        hash(fn)
    except TypeError:
        return False
    if fn in _TESTS:
        return True
    if dtype == "bool":
        return fn in _LOGIC
    if getattr(fn, "__module__", "") == "math" or fn is float or fn is int:
        return dtype == "float64"
    others = [_dtype(op.operands[part.index]) if isinstance(part, Slot) else _literal(part.value)
              for part in args if part != Slot(k)]
    if not all(other in _NUMBERS for other in others):
        return False
    if fn in COMPARISONS:
        return True
    if dtype == "int64" and not (others and all(other == "float64" for other in others)):
        return False
    return fn in _SUMS or fn in CHOICES and _numbers(op) or isinstance(fn, np.ufunc) and dtype == "float64" \
        or fn is operator.truediv and _cannot_fail(kinds, op, k)


def _parts(template: Any) -> tuple[Any, ...]:
    return template.items if isinstance(template, SeqOf) and template.kind is tuple else (template,)


def _dtype(value: Value) -> str:
    """The element type that a number or array has at run time."""
    t = strip_const(unconverted(value).type)
    return t.dtype if isinstance(t, Scalar | Array) else ""


def _literal(value: Any) -> str:
    return {float: "float64", int: "int64", bool: "bool"}.get(type(value), "")


def _numbers(op: Op) -> bool:
    return len(op.operands) + sum(isinstance(part, Lit) for part in op.attrs["args"]) > 1 \
        and all(isinstance(strip_const(v.type), Scalar) and _dtype(v) == "float64" for v in op.operands)


def _cannot_fail(kinds: Kinds, op: Op, k: int) -> bool:
    """Whether NumPy divides in any case, or the divisor is not zero."""
    divisor = op.attrs["args"][1]
    for part in op.attrs["args"]:
        if isinstance(part, Slot) and part.index != k:
            other = op.operands[part.index]
            if isinstance(other.type, Array) and other.owner is not None and unconverted(other) is other \
                    or kinds.now(op, part.index) == NUMPY and isinstance(strip_const(unconverted(other).type), Scalar):
                return True
    if isinstance(divisor, Lit):
        return bool(divisor.value != 0)
    value = unconverted(op.operands[divisor.index])
    owner = value.owner
    if isinstance(owner, Op) and owner.name == "const":
        return bool(owner.attrs["value"] != 0)
    return at_least(value, kinds.fn) > 0


