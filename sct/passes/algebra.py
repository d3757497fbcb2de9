"""The rewriting rules of ``simplify``: from one call and its arguments to a shorter form, or None.

Each rule reads as an equation.  The result is a term that exists, a literal, or ``Apply(fn, …)`` with terms inside.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ..ir.core import Op, Value
from ..ir.ops import IMPLICIT, Lit
from ..ir.types import ANY, Array, Scalar, Type, strip_const
from ..runtime import helpers

Term = Value | Lit
add, sub, mul, div, neg, power = (
    operator.add, operator.sub, operator.mul, operator.truediv, operator.neg, operator.pow)


@dataclass(frozen=True, eq=False)
class Apply:
    """``fn(*args)``, yet to become an op."""

    fn: Callable[..., Any]
    args: tuple[Term | Apply, ...]
    kind: Type | None = None
    """The type of the result, where it is not that of the op that is rewritten."""


Found = Term | Apply | None


class Facts(Protocol):
    """What rules may ask about a term."""

    def number(self, term: Term) -> int | float | None:
        """The number that the term is known to be."""

    def inner(self, term: Term, fn: Any, shared: bool = False) -> list[Term] | None:
        """The arguments, where the term is an adjoint ``fn(…)`` that nothing else uses (or may use, if ``shared``)."""

    def product(self, x: Term, y: Term) -> Value | None:
        """A value computed already that is ``x * y``."""

    def is_arithmetic_only(self, term: Term) -> bool:
        """Whether all that use the term are adjoint sums, products and quotients, which can take a sign over."""


def rewrite(fn: Any, args: list[Term], kind: Type, facts: Facts) -> Found:
    """The simpler form of ``fn(*args)``, whose result has type ``kind``."""
    try:
        rule = _RULES.get((fn, len(args)))
    except TypeError:
        return None
    if rule is None:
        return None
    if fn in _FOLDED:
        numbers = [facts.number(arg) for arg in args]
        if None not in numbers:
            return _fold(fn, numbers, kind)
    found = rule(*args, kind=kind, facts=facts)
    return None if isinstance(found, Apply) and found.fn is neg and _is_truth(found.args[0]) else found


def _is_truth(x: Term | Apply) -> bool:
    """Whether this is a truth value of NumPy's, or an array of them: these have no negative, but can be subtracted from 0."""
    t = strip_const(x.type) if isinstance(x, Value) else None
    return isinstance(t, Array | Scalar) and t.dtype == "bool" and getattr(t, "python", False) is not True


def _fold(fn: Callable[..., Any], numbers: list[Any], kind: Type) -> Lit | None:
    """The value of an operator on known numbers, where it is finite and of the type inferred."""
    try:
        value = fn(*numbers)
    except (ArithmeticError, ValueError):
        return None
    dtype = {int: "int64", float: "float64"}.get(type(value))
    fits = isinstance(kind, Scalar) and kind.python is not False and kind.dtype == dtype
    return Lit(value) if fits and math.isfinite(value) else None


def _negated(term: Term, facts: Facts, shared: bool = True) -> Term | None:
    """``x``, where the term is ``-x``."""
    found = facts.inner(term, neg, shared)
    return found[0] if found is not None else None


def _multiple(term: Term, facts: Facts, shared: bool = False) -> tuple[float, Term]:
    """``(c, x)`` where the term is ``c * x``; ``(1, term)`` for any other."""
    product = facts.inner(term, mul, shared) or ()
    for factor, rest in zip(product, reversed(product), strict=True):
        number = facts.number(factor)
        if number is not None:
            return number, rest
    return 1, term


def _collected(x: Term, y: Term, sign: int, kind: Type, facts: Facts) -> Found:
    """``a + c * x + d * x = a + (c + d) * x``, also without ``a`` and with minus."""
    number, base = _multiple(y, facts, shared=x is y)
    if not _is_number(kind) or not isinstance(base, Value):
        return None
    if x is y and sign == 1:                                        # c * x + c * x = 2 * c * x
        return _scaled_by(2 * number, base)
    terms = _terms(x, facts)
    for k, (other, same) in enumerate(terms):
        total = other + sign * number
        if same is base and total != 0:                             # x - x stays: it is NaN where x is infinite
            terms[k] = total, base
            return _sum(terms)
    return None


def _terms(x: Term, facts: Facts) -> list[tuple[float, Term]]:
    """The one or two summands of ``x`` with their factors."""
    for fn, sign in ((add, 1), (sub, -1)):
        found = facts.inner(x, fn)
        if found is not None:
            number, base = _multiple(found[1], facts)
            return [_multiple(found[0], facts), (sign * number, base)]
    return [_multiple(x, facts)]


def _sum(terms: list[tuple[float, Term]]) -> Term | Apply:
    first = _scaled_by(*terms[0])
    if len(terms) == 1:
        return first
    number, base = terms[1]
    return Apply(sub, (first, _scaled_by(-number, base))) if number < 0 else Apply(add, (first, _scaled_by(number, base)))


def _scaled_by(number: float, base: Term) -> Term | Apply:
    return base if number == 1 else Apply(mul, (Lit(float(number)), base))


def _negative_multiple(term: Term, facts: Facts) -> Apply | None:
    """``c * x``, where the term is ``-c * x`` with a number c > 0, or with a negated c."""
    found = facts.inner(term, mul)
    if found is None:
        return None
    number, minus = facts.number(found[0]), _negated(found[0], facts)
    if minus is not None:
        return Apply(mul, (minus, found[1]))
    return Apply(mul, (Lit(-number), found[1])) if number is not None and number < 0 else None


def _neg(x: Term, *, kind: Type, facts: Facts) -> Found:
    inner = _negated(x, facts)                                      # -(-x) = x
    if inner is not None:
        return inner
    difference = facts.inner(x, sub)                                # -(x - y) = y - x
    if difference is not None:
        return Apply(sub, (difference[1], difference[0]))
    product = facts.inner(x, mul) or ()                             # -(c * x) = -c * x
    for factor, rest in zip(product, reversed(product), strict=True):
        number = facts.number(factor)
        if number is not None:
            return Apply(mul, (Lit(-number), rest))
        if isinstance(kind, Array) and isinstance(factor, Value) and isinstance(factor.type, Scalar):
            return Apply(mul, (Apply(neg, (factor,), factor.type), rest))
    return None


def _add(x: Term, y: Term, *, kind: Type, facts: Facts) -> Found:
    if facts.number(x) == 0:                                        # 0 + y = y
        return y
    if facts.number(y) == 0:                                        # x + 0 = x
        return x
    minus = _negated(y, facts) or _negative_multiple(y, facts)      # x + -y = x - y;  x + -c * y = x - c * y
    if minus is not None:
        return Apply(sub, (x, minus))
    minus = _negated(x, facts) or _negative_multiple(x, facts)      # -x + y = y - x
    if minus is not None:
        return Apply(sub, (y, minus))
    number = facts.number(y)                                        # x + -c = x - c
    if number is not None and number < 0:
        return Apply(sub, (x, Lit(-number)))
    return _collected(x, y, 1, kind, facts) or _float_literal(add, x, y, kind, facts)


def _sub(x: Term, y: Term, *, kind: Type, facts: Facts) -> Found:
    if facts.number(y) == 0:                                        # x - 0 = x
        return x
    if facts.number(x) == 0:                                        # 0 - y = -y
        return Apply(neg, (y,))
    minus = _negated(y, facts) or _negative_multiple(y, facts)      # x - -y = x + y;  x - -c * y = x + c * y
    if minus is not None:
        return Apply(add, (x, minus))
    number = facts.number(y)                                        # x - -c = x + c
    if number is not None and number < 0:
        return Apply(add, (x, Lit(-number)))
    return _collected(x, y, -1, kind, facts) or _float_literal(sub, x, y, kind, facts)


def _mul(x: Term, y: Term, *, kind: Type, facts: Facts) -> Found:
    for number, other in ((facts.number(x), y), (facts.number(y), x)):
        if number == 1:                                             # 1 * y = y
            return other
        if number == -1:                                            # -1 * y = -y
            return Apply(neg, (other,))
        if number is not None and (found := _scaled(number, other, kind, facts)) is not None:
            return found
        if number is None and (found := _double(x if other is y else y, other, facts)) is not None:
            return found
    if kind == Scalar("float64") and (_is_of_constant(x, facts) or _is_of_constant(y, facts)):
        return Lit(0.0)
    minus = _sign(x, kind, facts)                                   # -x * y = -(x * y)
    if minus is not None:
        return Apply(neg, (Apply(mul, (minus, y)),))
    minus = _sign(y, kind, facts)                                   # x * -y = -(x * y)
    if minus is not None:
        return Apply(neg, (Apply(mul, (x, minus)),))
    return (_quotient(x, y, facts) or _quotient(y, x, facts) or _factor(x, y, kind, facts) or _known_product(x, y, facts)
            or _chosen(x, y, kind, facts) or _chosen(y, x, kind, facts) or _unconverted(x, y, facts)
            or _float_literal(mul, x, y, kind, facts))


def _double(x: Term, y: Term, facts: Facts) -> Found:
    """``np.float64(1) * y = y`` in double precision, ``np.float64(c) * y = c * y`` where ``y`` has it anyway."""
    found = facts.inner(x, np.float64, shared=True)
    if found is None or not isinstance(y, Value):
        return None
    if isinstance(y.owner, Op) and (y.owner.name in IMPLICIT or "adjoint" in y.owner.attrs):
        return None  # the type of what the adjoint computes of converted values may be wider than what is there
    t = strip_const(y.type)
    if not isinstance(t, Scalar | Array) or t.dtype != "float64" and facts.number(found[0]) != 1:
        return None
    if t.dtype == "float64":
        return Apply(mul, (found[0], y)) if isinstance(t, Array) or t.python is False else None
    return Apply(np.float64, (y,)) if isinstance(t, Scalar) and t.python is False else None


def _is_of_constant(term: Term, facts: Facts) -> bool:
    """Whether a partial derivative is that of ``x ** 0``, which does not depend on ``x``."""
    found = facts.inner(term, helpers.power_dx)
    return found is not None and facts.number(found[1]) == 0


def _chosen(x: Term, y: Term, kind: Type, facts: Facts) -> Found:
    """``where(c, 0.0, 1.0) * y = where(c, 0.0, y)``, which is 0 also where y is infinite"""
    found = facts.inner(x, np.where)
    if found is None or len(found) != 3 or not _has_the_shape(y, x) or not isinstance(kind, Array):
        return None
    numbers = [facts.number(term) for term in found[1:]]
    if sorted(map(repr, numbers)) != ["0.0", "1.0"] or getattr(y, "type", None) != kind:
        return None
    return Apply(np.where, (found[0], *(y if number else Lit(0.0) for number in numbers)))


def _has_the_shape(y: Term, x: Term) -> bool:
    """Whether the types say that two arrays have one shape."""
    if not isinstance(x, Value) or not isinstance(y, Value):
        return False
    a, b = x.type, y.type
    return isinstance(a, Array) and isinstance(b, Array) and a.dims == b.dims and ANY not in a.dims


def _unconverted(x: Term, y: Term, facts: Facts) -> Found:
    """``1.0 * k * y = k * y`` with a whole number k: the other factor makes a float of it"""
    for product, other, turned in ((facts.inner(x, mul), y, False), (facts.inner(y, mul), x, True)):
        if product is None or facts.number(product[0]) != 1.0 or not isinstance(other, Value):
            continue
        rest = product[1]
        if _is_python(rest, "int64") and _is_python(other, "float64"):
            return Apply(mul, (other, rest) if turned else (rest, other))
    return None


def _is_python(term: Term, dtype: str) -> bool:
    return isinstance(term, Value) and isinstance(term.type, Scalar) and term.type == Scalar(dtype)


def _sign(term: Term, kind: Type, facts: Facts) -> Term | None:
    """``x``, where the term is ``-x`` and taking the sign outside leaves no ``-x`` behind, nor costs an array more."""
    if not _is_like(term, kind):
        return None
    return _negated(term, facts, shared=facts.is_arithmetic_only(term))


def _is_like(term: Term, kind: Type) -> bool:
    """Whether the term is a number where the result is a number, an array where it is an array."""
    return isinstance(term, Value) and isinstance(term.type, Array) == isinstance(kind, Array)


def _factor(x: Term, y: Term, kind: Type, facts: Facts) -> Found:
    """``x * (c * y) = c * (x * y)``: numbers come to the front, where they meet"""
    if not _is_number(kind) or facts.number(x) is not None or facts.number(y) is not None:
        return None
    if not _is_like(x, kind) or not _is_like(y, kind):
        return None
    number, base = _multiple(x, facts)
    if number != 1:
        return Apply(mul, (Lit(number), Apply(mul, (base, y))))
    number, base = _multiple(y, facts)
    return Apply(mul, (Lit(number), Apply(mul, (x, base)))) if number != 1 else None


def _known_product(x: Term, y: Term, facts: Facts) -> Found:
    """``a * b * y = a * z``, where z = b * y is there already"""
    for product, other in ((facts.inner(x, mul), y), (facts.inner(y, mul), x)):
        for kept, joined in zip(product or (), reversed(product or ()), strict=True):
            known = facts.product(joined, other)
            if known is not None:
                return Apply(mul, (kept, known))
    return None


def _scaled(number: float, other: Term, kind: Type, facts: Facts) -> Found:
    """``c * (d * x) = (c * d) * x``"""
    product = facts.inner(other, mul)
    if product is None or not _is_number(kind):
        return None
    for factor, rest in ((product[0], product[1]), (product[1], product[0])):
        known = facts.number(factor)
        if known is not None and math.isfinite(known * number):
            return Apply(mul, (Lit(known * number), rest))
    return None


def _quotient(x: Term, y: Term, facts: Facts) -> Found:
    """``x * (1 / y) = x / y``"""
    found = facts.inner(y, div)
    return Apply(div, (x, found[1])) if found is not None and facts.number(found[0]) == 1 else None


def _div(x: Term, y: Term, *, kind: Type, facts: Facts) -> Found:
    number = facts.number(y)
    if number == 1:                                                 # x / 1 = x
        return x
    if number == -1:                                                # x / -1 = -x
        return Apply(neg, (x,))
    minus = _sign(x, kind, facts)                                   # -x / y = -(x / y)
    if minus is not None:
        return Apply(neg, (Apply(div, (minus, y)),))
    minus = _sign(y, kind, facts)                                   # x / -y = -(x / y)
    if minus is not None:
        return Apply(neg, (Apply(div, (x, minus)),))
    return _float_literal(div, x, y, kind, facts)


def _pow(x: Term, y: Term, *, kind: Type, facts: Facts) -> Found:
    number = facts.number(y)
    if number == 1:                                                 # x ** 1 = x
        return x
    if number == 2 and isinstance(x, Value) and getattr(x.type, "dtype", "") == getattr(kind, "dtype", ""):
        return Apply(mul, (x, x))                                   # x ** 2 = x * x
    if number == 0 and isinstance(kind, Scalar) and kind.python and kind.dtype == "float64":
        return Lit(1.0)                                             # x ** 0 = 1
    return None


def _where(condition: Term, x: Term, y: Term, *, kind: Type, facts: Facts) -> Found:
    return x if x is y else None                                    # where(c, x, x) = x


def _unbroadcast(x_bar: Term, x: Term, *, kind: Type, facts: Facts) -> Found:
    """Nothing to sum where the types say that the shapes are equal: dimensions that broadcast and are not 1 are equal."""
    if not isinstance(x_bar, Value) or not isinstance(x, Value):
        return None
    a, b = x_bar.type, x.type
    if isinstance(a, Scalar) and isinstance(b, Scalar):
        return x_bar
    equal = isinstance(a, Array) and isinstance(b, Array) and a.dims == b.dims and ANY not in a.dims
    return x_bar if equal else None


def _strong_product(x: Term, y: Term, *, kind: Type, facts: Facts) -> Found:
    """With a finite factor that is not zero the strong product is the product."""
    numbers = [number for term in (x, y) if (number := facts.number(term)) is not None]
    return Apply(mul, (x, y)) if any(math.isfinite(number) and number != 0 for number in numbers) else None


def _strong_quotient(x: Term, y: Term, *, kind: Type, facts: Facts) -> Found:
    """A number that is not zero divided by NumPy's numbers: nothing to guard against, and nothing raises."""
    number = facts.number(x)
    quiet = isinstance(y, Value) and (isinstance(y.type, Array) or isinstance(y.type, Scalar) and y.type.python is False)
    return Apply(div, (x, y)) if quiet and number is not None and math.isfinite(number) and number != 0 else None


def _total(x: Term, *, kind: Type, facts: Facts) -> Found:
    """``sum(-x) = -sum(x)``"""
    minus = _negated(x, facts, shared=False)
    return Apply(neg, (Apply(np.sum, (minus,)),)) if minus is not None else None


def _is_number(kind: Type) -> bool:
    return isinstance(kind, Scalar | Array) and kind.differentiable


def _float_literal(fn: Any, x: Term, y: Term, kind: Type, facts: Facts) -> Found:
    """``2 * x = 2.0 * x`` on float64: CPython multiplies two floats faster than an int and a float."""
    if not (isinstance(kind, Scalar | Array) and kind.dtype == "float64"):
        return None
    for k, term in enumerate((x, y)):
        if isinstance(term, Lit) and type(term.value) is int and abs(term.value) < 2**53:
            return Apply(fn, (Lit(float(term.value)), y) if k == 0 else (x, Lit(float(term.value))))
    return None


def _folded_only(*args: Term, kind: Type, facts: Facts) -> Found:
    return None


_FOLDED = frozenset({add, sub, mul, div, neg, power, operator.floordiv, operator.mod, operator.pos})
_RULES: dict[tuple[Any, int], Callable[..., Found]] = {
    (neg, 1): _neg, (add, 2): _add, (sub, 2): _sub, (mul, 2): _mul, (div, 2): _div, (power, 2): _pow,
    (operator.floordiv, 2): _folded_only, (operator.mod, 2): _folded_only, (operator.pos, 1): _folded_only,
    (np.where, 3): _where, (helpers.unbroadcast, 2): _unbroadcast, (helpers.strong_product, 2): _strong_product,
    (helpers.strong_quotient, 2): _strong_quotient, (np.sum, 1): _total,
}
