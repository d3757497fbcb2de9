"""``jacrev``, ``jacfwd`` and ``hessian`` inside a differentiated function: one product for each element, in a loop."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import Any

from .analysis.abstract import Abstract, Bound, Seq, Static
from .analysis.callees import SPECIAL, SPECIAL_CLASSES, call, call_standard
from .analysis.context import Refusal
from .analysis.data import from_data
from .analysis.infer import Specializer
from .ir.core import Value
from .ir.types import Array, Scalar, strip_const
from .nested_products import push, vjp_of
from .nesting import taker
from .runtime import standard


@dataclass(frozen=True)
class _Taker:
    """Calls the Jacobian of the function that is its first argument."""

    kind: str
    argnums: int | tuple[int, ...]


@dataclass(frozen=True)
class _Change:
    """Calls ``jvp`` of a function at one argument, given both and a tangent."""


def _make(kind: str) -> Any:
    """``jacrev(f, argnums)`` inside a function: something that can be called."""
    def build(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        try:
            given = dict(inspect.signature(_offered[kind]).bind(*args, **kwargs).arguments)
        except TypeError as error:
            raise Refusal("SCT709", f"this always raises TypeError: {kind}() {error}") from None
        fun = given.pop("fun")
        options = {name: sp.static(a, f"`{name}` of {kind}") for name, a in given.items()}
        return Bound(Static(_Taker(kind, _checked(kind, options))), [fun])
    return build


def _checked(kind: str, options: dict[str, Any]) -> int | tuple[int, ...]:
    """The positions of the arguments; refuses what only works from outside."""
    argnums = options.pop("argnums", 0)
    set_ones = [name for name, value in options.items() if value]
    positions = tuple(argnums) if isinstance(argnums, tuple | list) else argnums
    if set_ones or not all(type(k) is int and k >= 0 for k in (positions if isinstance(positions, tuple) else (positions,))):
        what = f"{set_ones[0]}=True" if set_ones else f"argnums={argnums!r}"
        raise Refusal("SCT702", f"`{kind}` with {what} inside a differentiated function",
                      "number the arguments, and use sct.jvp or sct.vjp for the rest")
    if kind == "hessian" and isinstance(positions, tuple):
        raise Refusal("SCT702", "`hessian` by several arguments inside a differentiated function",
                      "use sct.jacfwd of sct.grad for each pair of them")
    return positions


def _take(sp: Specializer, made: Static, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    kind, argnums = made.value.kind, made.value.argnums
    fun, *values = args
    several = argnums if isinstance(argnums, tuple) else (argnums,)
    if kwargs or any(k >= len(values) for k in several):
        raise Refusal("SCT702", f"`{kind}` by an argument that is not given by position", "pass all arguments by position")
    found = [_jacobian(sp, kind, fun, values, k) for k in several]
    return Seq(tuple, found) if isinstance(argnums, tuple) else found[0]


def _jacobian(sp: Specializer, kind: str, fun: Abstract, values: list[Abstract], k: int) -> Abstract:
    if kind == "hessian":
        return _jacobian(sp, "jacfwd", taker(fun, k), values, k)
    if len(values) > 1:
        fun = Bound(Static(standard.at_place), [fun, Seq(tuple, values[:k]), Seq(tuple, values[k + 1:])])
    x = sp.lift(values[k])
    _check(x, kind, "is differentiated by")
    if kind == "jacrev":
        outcome = vjp_of(sp, fun, [x], fits=True)
        if not isinstance(outcome, Seq):
            return outcome
        out, pull_back = outcome.items
        if _check(out, kind, "is taken of a function that returns"):
            return call_standard(sp, standard.jacobian_by_rows, [pull_back, out, x])
        return _only(call(sp, pull_back, [Static(1.0)], {}))
    change = Bound(Static(_Change()), [fun, x])
    if isinstance(strip_const(x.type), Array):
        out = call(sp, fun, [x], {})
        _check(out, kind, "is taken of a function that returns")
        return call_standard(sp, standard.jacobian_by_columns, [change, out, x])
    return call(sp, change, [Static(1.0)], {})


def _check(a: Abstract, kind: str, what: str) -> bool:
    """Whether a value is an array, rather than a number; refuses everything else."""
    t = strip_const(a.type) if isinstance(a, Value) else None
    if not isinstance(t, Array | Scalar) or t.dtype != "float64":
        raise Refusal("SCT702", f"`{kind}` inside a differentiated function {what} {t or 'several values'}",
                      "pass and return one float or array of float64, or use sct.jvp or sct.vjp")
    return isinstance(t, Array)


def _only(a: Abstract) -> Abstract:
    return a.items[0] if isinstance(a, Seq) else a


def _changed(sp: Specializer, made: Static, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    fun, x, dot = args
    found = push(sp, fun, [x], [dot], fits=True)
    if not isinstance(found, Seq):
        return found
    _check(found.items[1], "jacfwd", "is taken of a function that returns")
    return found.items[1]


def _call_object(sp: Specializer, fn: Static, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """A Jacobian of the user's module."""
    made = fn.value
    path = fn.path
    assert path is not None
    options = {"argnums": made.argnums, "has_aux": made._has_aux, "holomorphic": made._holomorphic,
               "debug_nans": made._debug_nans}
    fun = from_data(sp, made.fun, path.attr("fun"))
    return _take(sp, Static(_Taker(made._kind, _checked(made._kind, options))), [fun, *args], kwargs)


_offered: dict[str, Any] = {}
"""What the user knows as ``jacrev`` and so on."""


def offer(jacrev: Any, jacfwd: Any, hessian: Any, jacobian: type) -> None:
    """Let specialisation know calls of these, and of objects of the class that they return."""
    _offered.update(jacrev=jacrev, jacfwd=jacfwd, hessian=hessian)
    SPECIAL.update({fn: _make(kind) for kind, fn in _offered.items()})
    SPECIAL_CLASSES.update({_Taker: _take, _Change: _changed, jacobian: _call_object})
