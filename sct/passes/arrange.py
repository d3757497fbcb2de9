"""Puts adjoint arithmetic into the order in which a person writes it: products left to right, what is added to a variable last.

Before:

    function f(%x: float, %y: float, %x_bar: float):
      %0: float = %x * %y {adjoint}
      %1: float = 2.0 * %0 {adjoint}
      %2: float = %x_bar + %1 {adjoint}
      %3: float = %y * %y {adjoint}
      %4: float = -%3 {adjoint}
      %5: float = %4 / %x {adjoint}
      %x_bar.1: float = %2 - %5 {adjoint}
      return %x_bar.1 {single}

After (and dead code elimination, which takes what nothing uses any more):

    function f(%x: float, %y: float, %x_bar: float):
      %0: float = 2.0 * %x {adjoint}
      %1: float = %0 * %y {adjoint}
      %2: float = %x_bar + %1 {adjoint}
      %3: float = -%y {adjoint}
      %4: float = %3 * %y {adjoint}
      %5: float = %4 / %x {adjoint}
      %x_bar.1: float = %2 - %5 {adjoint}
      return %x_bar.1 {single}

It prints as ``x_bar += 2.0 * x * y`` and ``x_bar -= -y * y / x`` (as one sum where both belong to one line) and pays in
parentheses not printed; ``simplify`` has absorbed the signs that
can be absorbed before.  Where an array meets several numbers it saves arrays: ``c * (d * a)`` makes two, ``c * d * a`` one.
"""

from __future__ import annotations

import operator
from typing import Any

from ..ir.core import Function, Value
from ..ir.types import ANY, Array, Scalar, Type
from .algebra import Apply, Term
from .simplify import Simplifier

add, sub, mul, div, neg = operator.add, operator.sub, operator.mul, operator.truediv, operator.neg


def arrange(fn: Function) -> int:
    """Reorder adjoint products and sums of ``fn`` in place, up to rounding; how many rewrites."""
    return Simplifier(fn, _rewrite).run()


def _rewrite(fn: Any, args: list[Term], kind: Type, facts: Simplifier) -> Term | Apply | None:
    if fn is mul:
        return _product(args[0], args[1], kind, facts)
    if fn is neg:
        return _sign(args[0], facts)
    if fn in (add, sub):
        return _addition(fn, args[0], args[1], facts)
    return None


def _product(x: Term, y: Term, kind: Type, facts: Simplifier) -> Apply | None:
    """``x * 2.0 = 2.0 * x`` and ``x * (a * b) = x * a * b``"""
    if facts.number(y) is not None and facts.number(x) is None:
        return Apply(mul, (y, x))
    inner = facts.inner(y, mul)
    if inner is None:
        return None
    if inner[1] is x:                                               # x * (a * x) = a * x * x
        return Apply(mul, (y, x))
    first = product_type(x, inner[0])
    costly = isinstance(first, Array) and isinstance(y, Value) and not isinstance(y.type, Array)
    return Apply(mul, (Apply(mul, (x, inner[0]), first), inner[1])) if first is not None and not costly else None


def _sign(x: Term, facts: Simplifier) -> Apply | None:
    """``-(a * b) = -a * b`` and ``-(a / b) = -a / b``"""
    for fn in (mul, div):
        inner = facts.inner(x, fn)
        if inner is not None and isinstance(inner[0], Value):
            return Apply(fn, (Apply(neg, (inner[0],), inner[0].type), inner[1]))
    return None


def _addition(fn: Any, x: Term, y: Term, facts: Simplifier) -> Apply | None:
    """``x_bar + a + b = x_bar + (a + b)`` where both belong to one line: it prints as ``x_bar += a + b``"""
    for inner_fn in (add, sub):
        inner = facts.inner(x, inner_fn)
        if inner is None or not isinstance(inner[0], Value) or inner[0].hint in ("", None) or inner[0].hint != facts.hint:
            continue
        if not facts.same_line(x):
            return None
        total, first = inner
        second = _sum_type(first, y)
        if second is None:
            return None
        if inner_fn is add:                                         # t + a ± b = t + (a ± b)
            return Apply(add, (total, Apply(fn, (first, y), second)))
        if fn is add:                                               # t - a + b = t + (b - a)
            return Apply(add, (total, Apply(sub, (y, first), second)))
        return Apply(sub, (total, Apply(add, (first, y), second)))  # t - a - b = t - (a + b)
    return None


def product_type(x: Term, y: Term) -> Type | None:
    """The type of ``x * y``, where it is known without asking NumPy."""
    a, b = _type(x), _type(y)
    if isinstance(a, Array) and isinstance(b, Array):
        return a if a == b and ANY not in a.dims else None
    if isinstance(a, Array) or isinstance(b, Array):
        array, number = (a, b) if isinstance(a, Array) else (b, a)
        return array if isinstance(number, Scalar) and _is_absorbed(number, array) else None
    if isinstance(a, Scalar) and isinstance(b, Scalar):
        if a.dtype != b.dtype:
            return a if _is_absorbed(b, a) else b if _is_absorbed(a, b) else None
        return a if a.python == b.python else Scalar(a.dtype, False if False in (a.python, b.python) else None)
    return None


def _is_absorbed(number: Scalar, by: Type | None) -> bool:
    """Whether a product with ``number`` has the element type of ``by``: Python's real numbers adapt to NumPy's."""
    assert isinstance(by, Array | Scalar)
    weak = number.python is True and number.dtype in ("float64", "int64") and by.differentiable
    return number.dtype == by.dtype or (weak and (isinstance(by, Array) or by.python is False))


def _sum_type(x: Term, y: Term) -> Type | None:
    """The type of ``x ± y``, for two numbers or two arrays of one shape: adding across shapes first would cost an array."""
    return product_type(x, y) if isinstance(_type(x), Array) == isinstance(_type(y), Array) else None


def _type(x: Term) -> Type | None:
    if isinstance(x, Value):
        return x.type
    return {float: Scalar("float64"), int: Scalar("int64")}.get(type(x.value))
