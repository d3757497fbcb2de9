"""Calls of the solvers of ``scipy.optimize``: functions that capture variables are given these as arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from scipy import optimize

from ..ir.types import ANY, FLOAT, Array, Scalar, Type
from ..rules.shapes import facts
from ..runtime import solutions, standard
from .abstract import Abstract, Bound, Mapping, Seq, Static, parts_of
from .attributes import PARTS
from .callees import SPECIAL
from .context import Refusal
from .handing import given_by_name, hand_over, is_default, items_of_args, respelled
from .infer import Specializer
from .primitives import Arguments, apply

Handler = Callable[[Specializer, list[Abstract], dict[str, Abstract]], Abstract]


def is_none(a: Abstract) -> bool:
    return isinstance(a, Static) and a.value is None


def seen(sp: Specializer, a: Abstract) -> Any:
    """What type inference sees of an argument."""
    return Arguments(sp).template(a)[1]


Unknown = Callable[[Any], Type]


def _handed(sp: Specializer, given: dict[str, Abstract], functions: dict[str, int], unknown: Type) -> bool:
    """Hand over the functions among the arguments, each with how often it takes the unknown; whether there was need."""
    names = [name for name in functions if name in given and callable_here(given[name])]
    handed, flat = hand_over(sp, [given[name] for name in names], [[unknown] * functions[name] for name in names],
                             items_of_args(given))
    if all(one is given[name] for one, name in zip(handed, names, strict=True)):
        return False
    given.update(zip(names, handed, strict=True), args=Seq(tuple, flat))
    return True


def callable_here(a: Abstract) -> bool:
    """Whether an argument is a function, rather than an option."""
    return not isinstance(a, Static) or callable(a.value)


def is_true(a: Abstract | None) -> bool:
    return isinstance(a, Static) and a.value is True


def _solver(fn: Any, functions: Sequence[str], unknown: Unknown, start: str = "") -> Handler:
    """A call of ``fn``, which calls its arguments named ``functions`` with an unknown of the type that the start tells."""
    def handler(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        given = given_by_name(fn, args, kwargs)
        if not _handed(sp, given, dict.fromkeys(functions, 1), unknown(seen(sp, given[start]) if start else None)):
            return apply(sp, fn, args, kwargs)
        return apply(sp, fn, *respelled(fn, given, len(args)))
    return handler


def _with_result(fn: Any, ours: Any, functions: dict[str, int], unknown: Unknown, start: str, pair: str,
                 refused: Sequence[str]) -> Handler:
    """A call of ``fn``, of whose result ``ours`` returns the parts; ``pair`` is the option with which one function returns
    value and derivative."""
    leading = ["f" if "f" in functions else "fun", *([start] if start else [])]

    def handler(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        given = {name: a for name, a in given_by_name(fn, args, kwargs).items()
                 if not (is_none(a) or name in refused and (_is_empty(a) or is_default(fn, name, a))) or name == start}
        for name in refused:
            if name in given:
                raise Refusal("SCT204", f"scipy.optimize.{fn.__name__} with `{name}` has no rule",
                              "solve without it, or differentiate the equations that hold at the solution: optimize.fsolve")
        if is_true(given.get(pair)):
            both = given[leading[0]]
            given[leading[0]] = Bound(Static(standard.first_of_pair), [both])
            given[pair] = Bound(Static(standard.second_of_pair), [both])
        _handed(sp, given, functions, unknown(seen(sp, given[start]) if start else None))
        given["args"] = Seq(tuple, items_of_args(given))
        options = {name: _constant(sp, a, name) for name, a in given.items() if name not in (*leading, "args")}
        return apply(sp, ours, [*(given[name] for name in leading), given["args"]], options)
    return handler


def _is_empty(a: Abstract) -> bool:
    return isinstance(a, Seq) and not parts_of(a)


def _constant(sp: Specializer, a: Abstract, name: str) -> Abstract:
    """An option, whose items, if it is a dict, must be known."""
    if not isinstance(a, Mapping):
        return a
    return Static({key: sp.static(item, f"`{key}` of `{name}`") for key, item in a.items.items()})


def vector(start: Any) -> Type:
    """The unknowns of a system: as many as the start has elements."""
    return Array("float64", facts(start)[1] or (ANY,))


def like_start(start: Any) -> Type:
    dims = facts(start)[1]
    return Array("float64", dims) if dims else FLOAT


def number(start: Any) -> Type:
    return FLOAT


def numpy_number(start: Any) -> Type:
    return Scalar("float64", False)


for bracketing in (optimize.brentq, optimize.brenth, optimize.bisect, optimize.ridder, optimize.toms748):
    SPECIAL[bracketing] = _solver(bracketing, ["f"], number)
SPECIAL[optimize.newton] = _solver(optimize.newton, ["func", "fprime", "fprime2"], numpy_number)
SPECIAL[optimize.fsolve] = _solver(optimize.fsolve, ["func", "fprime"], vector, "x0")
SPECIAL[optimize.fixed_point] = _solver(optimize.fixed_point, ["func"], like_start, "x0")
SPECIAL[optimize.root] = _with_result(optimize.root, solutions.root_of, {"fun": 1, "jac": 1}, vector, "x0", "jac", ["callback"])
SPECIAL[optimize.minimize] = _with_result(
    optimize.minimize, solutions.minimum_of, {"fun": 1, "jac": 1, "hess": 1, "hessp": 2}, vector, "x0", "jac",
    ["bounds", "constraints", "callback"])
SPECIAL[optimize.least_squares] = _with_result(
    optimize.least_squares, solutions.fitted_of, {"fun": 1, "jac": 1}, vector, "x0", "",
    ["bounds", "callback", "loss", "f_scale", "x_scale", "kwargs"])
SPECIAL[optimize.root_scalar] = _with_result(
    optimize.root_scalar, solutions.crossing_of, {"f": 1, "fprime": 1, "fprime2": 1}, number, "", "fprime", [])
SPECIAL[optimize.minimize_scalar] = _with_result(
    optimize.minimize_scalar, solutions.lowest_of, {"fun": 1}, number, "", "", ["bounds"])
PARTS.update({
    solutions.Solution: "scipy.optimize.root or minimize", solutions.Crossing: "scipy.optimize.root_scalar",
    solutions.Lowest: "scipy.optimize.minimize_scalar", solutions.Fitted: "scipy.optimize.least_squares",
})
