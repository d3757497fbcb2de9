"""Calls of ``scipy.integrate`` with functions: those that capture variables are given these as arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scipy import integrate

from ..ir.core import Value
from ..ir.types import ANY, FLOAT, Array, Type
from ..runtime import integrals, trajectories
from .abstract import Abstract, Seq, Static
from .attributes import PARTS
from .callees import SPECIAL
from .context import Refusal
from .handing import given_by_name, hand_over, items_of_args, respelled
from .infer import Specializer
from .mapped import as_array
from .primitives import apply


def _integral(fn: Any) -> Any:
    """``quad``, or our own of functions that return arrays."""
    def handler(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        given = given_by_name(fn, args, kwargs)
        (func,), flat = hand_over(sp, [given["func"]], [[FLOAT]], items_of_args(given))
        if func is given["func"]:
            return apply(sp, fn, args, kwargs)
        return apply(sp, fn, *respelled(fn, {**given, "func": func, "args": Seq(tuple, flat)}, len(args)))
    return handler


def state_type(y0: Abstract) -> Type:
    """A state: a vector as long as the start."""
    t = y0.type if isinstance(y0, Value) else None
    return Array("float64", t.dims if isinstance(t, Array) and t.ndim == 1 else (ANY,))


def _start(sp: Specializer, a: Abstract) -> Abstract:
    """The start, or the moments, as an array, where it is written as a list."""
    return as_array(sp, a) if isinstance(a, Seq) else a


def _odeint(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    given = given_by_name(integrate.odeint, args, kwargs)
    y0 = _start(sp, given["y0"])
    first = sp.static(given.get("tfirst", Static(False)), "`tfirst` of odeint")
    lead: list[Type] = [FLOAT, state_type(y0)] if first else [state_type(y0), FLOAT]
    (func,), flat = hand_over(sp, [given["func"]], [lead], items_of_args(given))
    given.update({"y0": y0, "t": _start(sp, given["t"])})
    if func is not given["func"]:
        given.update({"func": func, "args": Seq(tuple, flat)})
    return apply(sp, integrate.odeint, *respelled(integrate.odeint, given, len(args)))


def _with_options(fn: Any, args: list[Abstract], kwargs: dict[str, Abstract]) -> dict[str, Abstract]:
    """The arguments by name, those among the further keywords, too."""
    given: dict[str, Any] = given_by_name(fn, args, kwargs)
    options = given.pop("options", {})
    return {**given, **options}


def _solve_ivp(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    given = _with_options(integrate.solve_ivp, args, kwargs)
    for name in ("dense_output", "events", "vectorized"):
        if name in given and not (isinstance(given[name], Static) and given[name].value in (None, False)):  # type: ignore[union-attr]
            raise Refusal("SCT204", f"scipy.integrate.solve_ivp with `{name}` has no rule", "ask for the moments with `t_eval`")
        given.pop(name, None)
    return _trajectory(sp, given)


def _trajectory(sp: Specializer, given: dict[str, Abstract]) -> Abstract:
    """``trajectory_of`` of functions that take time and state."""
    for name in {"y0", "t_eval"} & set(given):
        given[name] = _start(sp, given[name])
    lead: list[Type] = [FLOAT, state_type(given["y0"])]
    names = [name for name in ("fun", "jac") if name in given and _is_callable(given[name])]
    handed, flat = hand_over(sp, [given[name] for name in names], [lead] * len(names), items_of_args(given))
    given.update(zip(names, handed, strict=True))
    leading = [given.pop(name) for name in ("fun", "t_span", "y0")]
    given.pop("args", None)
    return apply(sp, trajectories.trajectory_of, [*leading, given.pop("t_eval", Static(None)), Seq(tuple, flat)], given)


def _is_callable(a: Abstract) -> bool:
    return not isinstance(a, Static) or callable(a.value)


def _trajectory_in_rule(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    return _trajectory(sp, _with_options(trajectories.trajectory_of, args, kwargs))


def _pull_back(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``pull_back(fun, back, t_span, y0, t, y, args, y_bar)`` in a rule."""
    fun, back, t_span, y0, t, y, items, y_bar = args
    assert isinstance(items, Seq)
    leads: Sequence[Sequence[Type]] = [[FLOAT, state_type(y0)], [FLOAT, Array("float64", (ANY,))]]
    (fun, back), flat = hand_over(sp, [fun, back], leads, items.items)
    return apply(sp, trajectories.pull_back, [fun, back, t_span, y0, t, y, Seq(tuple, flat), y_bar], kwargs)


SPECIAL.update({
    integrate.quad: _integral(integrate.quad), integrals.vector_integral: _integral(integrals.vector_integral),
    integrate.odeint: _odeint, integrate.solve_ivp: _solve_ivp, trajectories.trajectory_of: _trajectory_in_rule,
    trajectories.pull_back: _pull_back,
})
PARTS[trajectories.Trajectory] = "scipy.integrate.solve_ivp"
