"""The notations in which derivative rules are written; each fills in one entry of the registry.

From light to full control::

    partials("z = np.tanh(x)", x="1 - z*z")                  # elementwise: one partial derivative per argument
    linear(np.trace, "x")                                      # the forward rule is the function itself
    zero(np.argmax, np.floor)                                  # no derivative: a list of functions

    @formula(x="-2.0 * z * product_or_zero(z, x)")             # what partials may call, with the derivative that it has
    def lorentzian(x):
        return 1.0 / (1.0 + x * x)

    @vjp(np.sum)
    def sum_vjp(x, axis=None, keepdims=False, *, z, z_bar):    # z is the result, z_bar its cotangent
        if axis is not None and not keepdims:                  # decided when the rule is applied
            z_bar = np.expand_dims(z_bar, axis)
        x_bar = np.broadcast_to(z_bar, x.shape)                # assigning x_bar gives the cotangent of x

The bodies are spliced into the generated code as source.  Only the ``…_bar`` that are needed, and what they read, survive;
what the surviving statements read of ``x`` and ``z`` is what the forward sweep must keep.
"""

from __future__ import annotations

import inspect
import math
import operator
import sys
import types
from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import RuleError
from ..runtime.helpers import HELPERS
from . import registry
from .registry import Primitive, register

NAMES: dict[str, Any] = {"np": np, "math": math, "operator": operator, **HELPERS}
"""Names that the text of a ``partials`` line may use."""

_OPERATORS: dict[str, Callable[..., Any]] = {
    "x + y": operator.add, "x - y": operator.sub, "x * y": operator.mul, "x / y": operator.truediv,
    "x // y": operator.floordiv, "x % y": operator.mod, "x ** y": operator.pow, "-x": operator.neg, "+x": operator.pos,
}


def _where(depth: int = 2) -> str:
    frame = sys._getframe(depth)
    return f"{frame.f_code.co_filename}:{frame.f_lineno}"


def _claim(fn: Callable[..., Any], name: str, slot: str) -> Primitive:
    """The entry of ``fn``, whose rule of this kind is declared now and for the first time."""
    here = _where(3)
    try:
        entry = register(fn, name)
    except TypeError:
        raise RuleError(f"{name}, at {here}, is not hashable: rules belong to functions", code="SCT252",
                        hint="declare the rule for a function, not for an object that is made anew each time") from None
    if getattr(entry, slot) or (slot == "vjp" and entry.zero):
        raise RuleError(f"{name} has a {slot} rule already, declared at {entry.places.get(slot, entry.where)}, "
                        f"and gets another at {here}", code="SCT251", hint="remove one of them")
    entry.where = entry.places[slot] = here
    entry.real_only = entry.real_only or name.startswith(tuple(_REAL))
    return entry


def partials(primal: str, *, singular: bool = False, tests: dict[str, Any] | None = None, **partial: str) -> None:
    """Declare an elementwise function by its partial derivatives.

    ``primal`` reads ``z = f(x, y)`` or ``z = x * y``; each keyword gives the partial derivative with respect to that argument
    as an expression in the arguments and ``z``.  ``singular=True`` marks partials that can be infinite: where the cotangent
    is exactly zero the product is zero then.  A partial written ``1 / d`` or ``-1 / d`` divides the cotangent, ``1 / d / e``
    does so twice; each divisor must be one name, one call or one pair of parentheses.  ``0`` says that the function is constant
    wherever it has a derivative.  The function may be one of the caller's module; the partials use ``np``, ``math`` and our
    helpers.
    """
    result, _, call = (part.strip() for part in primal.partition("="))
    fn, params = _parse_call(call, sys._getframe(1).f_globals)
    entry = _claim(fn, call if call in _OPERATORS else call.split("(")[0], "vjp")
    entry.elementwise, entry.singular, entry.params = True, singular, tuple(p.partition("=")[0] for p in params)
    entry.keywords, entry.carrying = frozenset(), tuple(partial)
    entry.tests = tests or {}
    entry.vjp = partials_vjp(result, params, partial, singular)
    entry.vjp_strong = partials_vjp(result, params, partial, True)
    entry.jvp = partials_jvp(result, params, partial, singular)


def formula(*, tests: dict[str, Any] | None = None, **partial: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare an elementwise formula that partial derivatives may call, by its own partial derivatives.

    Derivatives of such a call are those that are given here, not those of what the formula computes; the generated code holds
    its body, not the call.
    """
    def declare(fn: Callable[..., Any]) -> Callable[..., Any]:
        NAMES[fn.__name__] = fn
        primal = f"z = {fn.__name__}({', '.join(inspect.signature(fn).parameters)})"
        partials(primal, singular=False, tests=tests, **partial)
        register(fn, fn.__name__).formula = True
        return fn
    return declare


def _parse_call(call: str, caller: dict[str, Any]) -> tuple[Callable[..., Any], tuple[str, ...]]:
    if call in _OPERATORS:
        return _OPERATORS[call], tuple(name for name in ("x", "y") if name in call)
    path, _, rest = call.partition("(")
    params = tuple(p.strip() for p in rest.rstrip(")").split(","))
    return eval(path, {**caller, **NAMES}), params


def _term(name: str, partial: str, factor: str, singular: bool) -> str:
    """The text of ``factor`` times a partial derivative, as one would write it by hand."""
    if partial in ("1", "1.0"):
        return factor
    if partial in ("-1", "-1.0"):
        return f"-{factor}"
    for head, sign in (("1 / ", ""), ("-1 / ", "-")):
        if partial.startswith(head):
            for divisor in _divisors(partial.removeprefix(head)):
                factor = f"strong_quotient({factor}, {divisor})" if singular else f"{factor} / {divisor}"
            return sign + factor
    return f"strong_product({factor}, {partial})" if singular else f"{factor} * ({partial})"


def _divisors(text: str) -> list[str]:
    """What stands between the outermost strokes: ``(3 * z) / z`` divides twice."""
    found, depth = [""], 0
    for part in text.split(" / "):
        found[-1] += part if not depth or not found[-1] else f" / {part}"
        depth = found[-1].count("(") - found[-1].count(")")
        if not depth:
            found.append("")
    return found[:-1]


def partials_vjp(result: str, params: tuple[str, ...], partial: dict[str, str], singular: bool) -> str:
    """The text of the reverse rule that partial derivatives make up."""
    lines = [f"def rule({', '.join(params)}, *, {result}, {result}_bar):"]
    terms = {name: None if text == "0" else _term(name, text, result + "_bar", singular) for name, text in partial.items()}
    lines += [f"    {name}_bar = {term}" for name, term in terms.items()]
    return "\n".join(lines)


def partials_jvp(result: str, params: tuple[str, ...], partial: dict[str, str], singular: bool) -> str:
    """The text of the forward rule that partial derivatives make up: it takes tangents of the arguments that have one."""
    lines = [f"def rule({', '.join([*params, '*', result, *(f'{name}_dot=None' for name in partial)])}):"]
    lines.append(f"    {result}_dot = None")
    for name, text in partial.items():
        if text == "0":
            continue
        term = _term(name, text, name + "_dot", singular)
        lines.append(f"    if {name}_dot is not None:")
        lines.append(f"        {result}_dot = {term} if {result}_dot is None else {result}_dot + {term}")
    return "\n".join(lines)


def vjp(fn: Callable[..., Any], name: str | None = None, **declared: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a reverse rule by a Python body (see the module's header).

    The rule's parameters are those of ``fn`` that it supports, then keyword-only ``z`` (the result, a tuple for several) and
    ``z_bar`` (its cotangent; a tuple with None for those that have none).  A call with any other keyword is refused.
    A parameter that takes a tuple or list gets its ``…_bar`` as a sequence of the same length.  ``declared`` sets further
    fields of the registry entry (``alias=``, ``effect=``, ``infer=``, ``tests=``).
    """
    def declare(rule: Callable[..., Any]) -> Callable[..., Any]:
        entry = _claim(fn, name or name_of(fn), "vjp")
        entry.vjp = rule
        describe(entry, rule)
        _set(entry, declared)
        return rule
    return declare


def jvp(fn: Callable[..., Any]) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a forward rule: the parameters of ``fn``, then ``*, z`` and ``x_dot`` for each differentiable ``x`` or None."""
    def declare(rule: Callable[..., Any]) -> Callable[..., Any]:
        _claim(fn, name_of(fn), "jvp").jvp = rule
        return rule
    return declare


def linear(fn: Callable[..., Any], *params: str) -> None:
    """The result is linear in ``params`` jointly: the forward rule is ``fn`` itself applied to the tangents."""
    register(fn, name_of(fn)).linear_in = params


def bilinear(fn: Callable[..., Any], *params: str) -> None:
    """The result is linear in each of ``params`` separately: the forward rule is the product rule."""
    register(fn, name_of(fn)).linear_in = tuple(f"*{p}" for p in params)


def zero(*fns: Callable[..., Any], **declared: Any) -> None:
    """Functions whose derivative is zero wherever it exists, or whose results are not numbers."""
    for fn in fns:
        entry = _claim(fn, name_of(fn), "vjp")
        entry.zero = True
        _set(entry, declared)


def refuse(*fns: Callable[..., Any], because: str, instead: str = "", constants: bool = False) -> None:
    """Functions that get no rule: the reason, and the way out, are part of the error that a call of one is.

    With ``constants`` they may be called where no argument can carry a derivative.
    """
    registry._REFUSALS.update(dict.fromkeys(fns, (because, instead)))
    if constants:
        registry._OF_CONSTANTS.update(fns)


def refuse_named(module: Any, names: str, *, because: str, instead: str = "", constants: bool = False) -> None:
    """The same for functions of a module, by their names; those that this version of it lacks are left out."""
    found = (getattr(module, name) for name in names.split() if hasattr(module, name))
    refuse(*found, because=because, instead=instead, constants=constants)


def declare(fn: Callable[..., Any], **declared: Any) -> None:
    """Set further facts of a primitive: ``alias``, ``effect``, ``infer``, ``elementwise`` …"""
    _set(register(fn, name_of(fn)), declared)


def method(*names: str, of: Callable[..., Any] | None = None) -> None:
    """``x.name(…)`` is a spelling of ``np.name(x, …)`` (or of ``of``)."""
    for name in names:
        registry._METHODS[name] = of or getattr(np, name)
        entry = registry.lookup(of)
        if entry is not None and entry.name.startswith("sct."):
            entry.name = f"x.{name}"


def attribute(name: str, of: Callable[..., Any]) -> None:
    """``x.name`` is a spelling of ``of(x)``."""
    registry._ATTRIBUTES[name] = of


def describe(entry: Primitive, rule: Callable[..., Any]) -> None:
    """Note the parameters of the function as those of its rule."""
    parameters = inspect.signature(rule).parameters.values()
    last = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]
    special = {name for result in last if f"{result}_bar" in last for name in (result, f"{result}_bar")}
    special |= {name for name in last if name.endswith("_dot")}
    if not special:
        entry.vjp = None
        raise RuleError(f"the rule of {entry.name} at {entry.where} takes no result and cotangent",
                        hint=f"def {rule.__name__}(x, *, z, z_bar): …")
    entry.params = tuple(p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD, p.VAR_POSITIONAL))
    entry.keywords = frozenset(p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)) - special
    assigned = rule.__code__.co_varnames
    entry.carrying = tuple(p.name for p in parameters if p.name not in special and f"{p.name}_bar" in assigned)


def _set(entry: Primitive, declared: dict[str, Any]) -> None:
    for field, value in declared.items():
        if not hasattr(entry, field):
            raise RuleError(f"{entry.name}: a primitive has no field {field!r}")
        setattr(entry, field, value)


def name_of(fn: Callable[..., Any]) -> str:
    """How generated code and messages write a callable: ``np.sum``, ``math.exp``, ``len``."""
    if isinstance(fn, types.MethodType) and fn in registry._PRIMITIVES:
        return registry._PRIMITIVES[fn].name  # the method of one object, as of a distribution
    if isinstance(ufunc := getattr(fn, "__self__", None), np.ufunc):
        return f"{name_of(ufunc)}.{fn.__name__}"
    module = getattr(fn, "__module__", None) or ("numpy" if isinstance(fn, np.ufunc) else "builtins")
    name = getattr(fn, "__name__", repr(fn))
    for prefix, modules in _PREFIXES:
        for owner in modules:
            if vars(owner).get(name) is fn:
                return f"{prefix}{name}"
    return name if module == "builtins" or HELPERS.get(name) is fn else f"{module}.{name}"


def area(name: str, module: Any, real_only: bool = False) -> None:
    """Rules and generated code call the functions of ``module`` ``name.function``; its rules may hold for real numbers only."""
    NAMES[name] = module
    if real_only:
        _REAL.append(f"{name}.")
    _PREFIXES.append((f"{name}.", (module,)))


_REAL: list[str] = []
"""Beginnings of the names of areas whose rules hold for real numbers only."""
_PREFIXES: list[tuple[str, tuple[Any, ...]]] = [
    ("np.", (np,)), ("np.linalg.", (np.linalg,)), ("np.fft.", (np.fft,)), ("np.random.", (np.random,)), ("math.", (math,)),
    ("operator.", (operator,)),
]
