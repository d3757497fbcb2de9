"""The objects of NumPy that are indexed to make an array (``np.r_[a, 0:3]``, ``np.c_[a, b]``), said as joins and ranges."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir.core import Value
from ..ir.types import Array, Scalar, strip_const
from .abstract import Abstract, Seq, Slice, Static
from .context import Refusal
from .infer import Specializer
from .primitives import apply
from .subscripts import BUILDERS


def _parts(sp: Specializer, index: Abstract) -> list[Abstract]:
    """What stands between the commas, slices as the numbers that they go through."""
    items = index.items if isinstance(index, Seq) and index.kind is tuple else [index]
    if any(isinstance(item, Static) and isinstance(item.value, str) for item in items):
        raise Refusal("SCT605", "np.r_ and np.c_ with a text of directions are not supported", "use np.concatenate or np.stack")
    return [_numbers(sp, item) if isinstance(item, Slice) else item for item in items]


def _numbers(sp: Specializer, part: Slice) -> Abstract:
    """``start:stop:step``, or with ``5j`` for the step five numbers, the last included."""
    lo = Static(0) if isinstance(part.lo, Static) and part.lo.value is None else part.lo
    if isinstance(part.step, Static) and isinstance(part.step.value, complex):
        return apply(sp, np.linspace, [lo, part.hi, Static(int(abs(part.step.value)))])
    if isinstance(part.step, Static) and part.step.value is None:
        return apply(sp, np.arange, [part.hi] if lo is not part.lo else [lo, part.hi])
    return apply(sp, np.arange, [lo, part.hi, part.step])


def _ndim(a: Abstract) -> int:
    t = strip_const(a.type) if isinstance(a, Value) else None
    return t.ndim if isinstance(t, Array) else 1 if isinstance(a, Seq) else 0


def _as_precise(sp: Specializer, parts: list[Abstract]) -> list[Abstract]:
    """Python's numbers as those of single precision that they become beside arrays of it, where a join makes all double."""
    plain = [isinstance(part, Static) and type(part.value) in (int, float, complex) or is_python_number(part) for part in parts]
    kinds = [getattr(strip_const(part.type), "dtype", "float64") if isinstance(part, Value) else "float64"
             for part, number in zip(parts, plain, strict=True) if not number]
    if not kinds or not any(plain) or np.result_type(*kinds).name not in ("float32", "complex64"):
        return parts
    numbers = [_example(part) for part, number in zip(parts, plain, strict=True) if number]
    kind = np.result_type(*kinds, *numbers).type
    return [apply(sp, kind, [part]) if number else part for part, number in zip(parts, plain, strict=True)]


def is_python_number(part: Abstract) -> bool:
    t = strip_const(part.type) if isinstance(part, Value) else None
    return isinstance(t, Scalar) and t.python is True


def _example(part: Abstract) -> Any:
    """A number of the same kind."""
    if isinstance(part, Static):
        return part.value
    t = strip_const(part.type)  # type: ignore[union-attr]
    return np.dtype(t.dtype).type(0).item()  # type: ignore[attr-defined]


def _rows(sp: Specializer, index: Abstract) -> Abstract:
    """``np.r_``: one behind the other along the first axis."""
    parts = _as_precise(sp, _parts(sp, index))
    if max(map(_ndim, parts)) > 1:
        return apply(sp, np.concatenate, [Seq(list, parts)])
    return apply(sp, np.hstack, [Seq(list, parts)])


def _columns(sp: Specializer, index: Abstract) -> Abstract:
    """``np.c_``: side by side."""
    parts = _parts(sp, index)
    if not all(_ndim(part) in (1, 2) for part in parts):
        raise Refusal("SCT605", "np.c_ is supported for vectors and matrices", "use np.stack or np.concatenate")
    return apply(sp, np.column_stack, [Seq(list, parts)])


def _grids(sparse: bool) -> Any:
    """``np.mgrid``, ``np.ogrid``: coordinates of a grid."""
    def build(sp: Specializer, index: Abstract) -> Abstract:
        parts = _parts(sp, index)
        if not isinstance(index, Seq):
            return parts[0]
        grids = apply(sp, np.meshgrid, parts, {"indexing": Static("ij"), **({"sparse": Static(True)} if sparse else {})})
        return grids if sparse else apply(sp, np.array, [grids])
    return build


def _itself(sp: Specializer, index: Abstract) -> Abstract:
    """``np.s_``: the index."""
    return index


def _as_tuple(sp: Specializer, index: Abstract) -> Abstract:
    """``np.index_exp``: the index as a tuple."""
    return index if isinstance(index, Seq) and index.kind is tuple else Seq(tuple, [index])


BUILDERS.update({
    id(np.r_): _rows, id(np.c_): _columns, id(np.s_): _itself, id(np.index_exp): _as_tuple, id(np.mgrid): _grids(False),
    id(np.ogrid): _grids(True),
})
