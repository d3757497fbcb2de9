"""Takes one call of a primitive, checks its rule and its result type: the rule's body is run as plain Python.

The cotangent of every inexact number and array in the arguments, however nested, must agree with five-point differences of the
function itself; the declared result type must cover what NumPy returns.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from sct.ir.types import ANY, Array, List, Scalar, Tuple, Type, type_of
from sct.rules.registry import Primitive, lookup

from . import harness


class Call:
    """A call of a primitive, as a test case."""

    def __init__(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> None:
        self.fn, self.args, self.kwargs = fn, args, kwargs
        entry = lookup(fn)
        assert entry is not None, f"{fn} has no rule"
        self.entry: Primitive = entry
        self.only: int | None = None

    def alone(self, k: int) -> Call:
        """The same call where the ``k``-th of several results is the only one with a cotangent."""
        other = Call(self.fn, *self.args, **self.kwargs)
        other.only = k
        return other

    def __repr__(self) -> str:
        given = [brief(a) for a in self.args] + [f"{k}={brief(v)}" for k, v in self.kwargs.items()]
        return f"{self.entry.name}({', '.join(given)})" + (f"[{self.only}]" if self.only is not None else "")


def brief(value: Any) -> str:
    """An argument as a test's name shows it."""
    if isinstance(value, np.ndarray):
        return f"{value.dtype.name}{list(value.shape)}".replace("float64", "")
    if isinstance(value, tuple | list):
        return "[" + ", ".join(map(brief, value)) + "]"
    return f"{value:.2g}" if isinstance(value, float) else getattr(value, "__name__", str(value))


def check_rule(call: Call, rtol: float = 1e-7, rule: Callable[..., Any] | None = None) -> None:
    """Assert that the rule's cotangents have the argument's shapes and agree with five-point differences."""
    rng = np.random.default_rng(1)
    rule = harness.runnable(call.entry) if rule is None else rule
    z = call.fn(*call.args, **call.kwargs)
    z_bar = harness.random_cotangent(tuple(z) if isinstance(z, tuple) else z, rng)
    if call.only is not None:
        z_bar = tuple(v if k == call.only else None for k, v in enumerate(z_bar))
    assigned = rule(*call.args, **call.kwargs, z=z, z_bar=z_bar)
    bound = bind(rule, call)
    for name, value in bound.arguments.items():
        if name in OPTIONS and (name != "p" or call.fn is np.linalg.cond):
            continue
        for path, leaf in harness.leaves(value):
            if f"{name}_bar" in assigned and assigned[f"{name}_bar"] is None:
                flat = slope(call, rule, name, path, leaf, z_bar)
                np.testing.assert_allclose(flat, 0.0, atol=rtol, err_msg=f"{call}: {name}")
                continue
            got = assigned.get(f"{name}_bar")
            for key in path:
                got = got if got is None else got[key]
            if got is None and f"{name}_bar" in assigned:
                got = np.zeros_like(leaf)
            compare(got, leaf, slope(call, rule, name, path, leaf, z_bar), f"{call}: {name}_bar{list(path) or ''}", rtol)


OPTIONS = ("ord", "rcond", "rtol", "det", "p")
"""Numbers that choose what is computed, or that follow from another argument; they carry no derivative."""


def compare(got: Any, leaf: Any, expected: Any, where: str, rtol: float) -> None:
    assert got is not None, f"{where}: the rule does not assign it"
    assert np.shape(got) == np.shape(leaf), f"{where}: shape {np.shape(got)}, expected {np.shape(leaf)}"
    if getattr(leaf, "dtype", None) == np.float32:
        rtol = 3e-5
    got = np.real(got) if np.isrealobj(leaf) else got  # a real number has no other direction to move in
    np.testing.assert_allclose(got, expected, rtol=rtol, atol=rtol, err_msg=where)


def bind(rule: Callable[..., Any], call: Call) -> inspect.BoundArguments:
    """The call's arguments by the rule's parameter names."""
    signature = inspect.signature(rule)
    own = [p for p in signature.parameters.values() if p.name not in ("z", "z_bar")]
    return signature.replace(parameters=own).bind(*call.args, **call.kwargs)


def slope(call: Call, rule: Callable[..., Any], name: str, path: tuple[int, ...], leaf: Any, z_bar: Any) -> Any:
    """Five-point differences of ``<z_bar, z>`` in one leaf of one argument, in float64."""
    wide = harness.widened(leaf)
    found = np.zeros(np.shape(leaf), complex if np.iscomplexobj(leaf) else float)
    for index in np.ndindex(found.shape):
        def at(step: complex, index: Any = index) -> float:
            moved = bind(rule, call)
            moved.arguments[name] = harness.replaced(moved.arguments[name], path, harness.displaced(wide, index, step))
            return harness.pairing(z_bar, call.fn(*moved.args, **moved.kwargs))
        found[index] = harness.five_point(at, 1e-4)
        if np.iscomplexobj(found):
            found[index] -= 1j * harness.five_point(at, 1e-4j)
    return found


# Result types ---------------------------------------------------------------------------------------------------------


def check_type(call: Call) -> None:
    """Assert that the declared result type covers the result."""
    assert call.entry.infer is not None
    declared = call.entry.infer(as_types(call.args), {k: as_types(v) for k, v in call.kwargs.items()})
    result = call.fn(*call.args, **call.kwargs)
    assert covers(declared, result), f"{call}: declared {declared}, NumPy returns {type_of(result)}"


def as_types(value: Any) -> Any:
    """An argument as ``infer`` gets it: numbers that carry derivatives and arrays by type, the rest as they are."""
    if isinstance(value, tuple | list):
        return type(value)(as_types(v) for v in value)
    return type_of(value) if isinstance(value, float | np.generic | np.ndarray) else value


def covers(declared: Type, value: Any) -> bool:
    if isinstance(declared, Array):
        actual = type_of(value)
        return isinstance(actual, Array) and actual.dtype == declared.dtype and actual.ndim == declared.ndim and all(
            d in (ANY, a) for d, a in zip(declared.dims, actual.dims, strict=True))
    if isinstance(declared, Tuple):
        return isinstance(value, declared.cls) and len(value) == len(declared.items) and all(map(covers, declared.items, value))
    if isinstance(declared, List):
        return isinstance(value, list) and all(covers(declared.item, v) for v in value)
    return isinstance(declared, Scalar) and declared == type_of(value)


# Mistakes -------------------------------------------------------------------------------------------------------------


def unnoticed(calls: list[Call]) -> Iterator[str]:
    """Each wrong version of the rule that all these calls of one primitive would let pass."""
    for what, tree in harness.mutants(calls[0].entry):
        if what.startswith(("0.0 ", "np.zeros_like(")):
            continue  # the negative of zero is zero
        rule = harness.runnable(calls[0].entry, tree)
        if all(passes(call, rule) for call in calls):
            yield what


def passes(call: Call, rule: Callable[..., Any]) -> bool:
    try:
        check_rule(call, rule=rule)
    except Exception:
        return False
    return True


def by_primitive(calls: list[Call]) -> dict[str, list[Call]]:
    """The calls grouped by what they call."""
    groups: dict[str, list[Call]] = {}
    for call in calls:
        groups.setdefault(call.entry.name, []).append(call)
    return groups
