"""Takes one call of a primitive, checks its rule and its result type: the rule's body is run as plain Python.

The cotangent of every inexact number and array in the arguments, however nested, must agree with five-point differences of the
function itself; the declared result type must cover what NumPy returns.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
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
        self.only: int | tuple[int, ...] | None = None

    @functools.cached_property
    def seeded(self) -> tuple[Any, Any]:
        """The result, and a cotangent of it."""
        with np.errstate(all="ignore"):
            z = self.fn(*self.args, **self.kwargs)
        z_bar = harness.random_cotangent(tuple(z) if isinstance(z, tuple) else z, np.random.default_rng(1))
        kept = self.only if isinstance(self.only, tuple) else (self.only,)
        return z, z_bar if self.only is None else tuple(v if k in kept else None for k, v in enumerate(z_bar))

    @functools.cached_property
    def slopes(self) -> list[tuple[str, tuple[int, ...], Any, Any]]:
        """What the rule must find, by differences: by parameter and place in it, what is there and its slope."""
        rule = harness.runnable(self.entry)
        with np.errstate(all="ignore"):
            return [(name, path, leaf, slope(self, rule, name, path, leaf, self.seeded[1]))
                    for name, value in bind(rule, self).arguments.items()
                    if name not in OPTIONS or (name == "p" and self.fn is not np.linalg.cond)
                    for path, leaf in harness.leaves(value)]

    def alone(self, *places: int) -> Call:
        """The same call where one of several results, or those at some ``places``, are the only ones with a cotangent."""
        other = Call(self.fn, *self.args, **self.kwargs)
        other.only = places[0] if len(places) == 1 else places
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
    rule = harness.runnable(call.entry) if rule is None else rule
    z, z_bar = call.seeded
    assigned = rule(*call.args, **call.kwargs, z=z, z_bar=z_bar)
    for name, path, leaf, expected in call.slopes:
        got = assigned.get(f"{name}_bar")
        if got is None and f"{name}_bar" in assigned:
            np.testing.assert_allclose(expected, 0.0, atol=rtol, err_msg=f"{call}: {name}")
            continue
        for key in path:
            got = got if got is None else got[key]
        if got is None and f"{name}_bar" in assigned:
            got = np.zeros_like(leaf)
        compare(got, leaf, expected, f"{call}: {name}_bar{list(path) or ''}", rtol)


OPTIONS = ("ord", "rcond", "rtol", "det", "p")
"""Numbers that choose what is computed, or that follow from another argument; they carry no derivative."""


def compare(got: Any, leaf: Any, expected: Any, where: str, rtol: float) -> None:
    assert got is not None, f"{where}: the rule does not assign it"
    assert np.shape(got) == np.shape(leaf), f"{where}: shape {np.shape(got)}, expected {np.shape(leaf)}"
    if getattr(leaf, "dtype", None) == np.float32:
        rtol = 3e-5
    assert not (isinstance(leaf, np.ndarray) and isinstance(got, list)), f"{where}: a list, expected an array"
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


def by_primitive(calls: list[Call]) -> dict[str, list[Call]]:
    """The calls grouped by what they call."""
    groups: dict[str, list[Call]] = {}
    for call in calls:
        groups.setdefault(call.entry.name, []).append(call)
    return groups
