"""Takes the registry's entries, gives test cases and checks: each rule's body, run as plain Python, against finite differences.

A rule body is ordinary Python that assigns ``x_bar``; run on NumPy values with ``z`` and ``z_bar`` given, it must agree with
five-point differences of the function itself.  This tests the formulas alone, without the compiler that splices them.

What an entry's ``tests`` may say: ``domain`` (lo, hi), or a dict of these by parameter; ``args``: explicit argument tuples
instead of, or besides, generated ones; ``kwargs``: a list of keyword choices; ``kinds``: ``"python"`` for functions of Python
numbers only; ``wrt``: the parameters to differentiate, where not all inexact ones; ``rtol``: the tolerance, where not 1e-7.

Complex convention: the gradient of a real L(a + ib) is dL/da - i dL/db, so that holomorphic functions need no conjugates.
"""

from __future__ import annotations

import ast
import inspect
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from sct.rules.notation import NAMES
from sct.rules.registry import Primitive
from sct.runtime.helpers import unbroadcast

from .mistakes import tree_of

SHAPES: dict[int, list[tuple[tuple[int, ...], ...]]] = {
    1: [((3,),), ((2, 3),), ((),), ((0,),), ((1,),)],
    2: [((3,), (3,)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((), (2,)), ((0,), (0,)), ((2, 3), (2, 1)), ((1,), (4,))],
    3: [((3,), (3,), (3,)), ((2, 3), (), (3,))],
}
"""Shapes of array arguments by their number: vectors, matrices, 0-d, empty, broadcasting with and without unit dimensions."""


@dataclass
class Case:
    """One call of a primitive; ``rtol`` allows for the element type."""

    args: tuple[Any, ...]
    kwargs: dict[str, Any] = field(default_factory=dict)
    rtol: float = 1e-7

    def __repr__(self) -> str:
        return f"args={self.args!r} kwargs={self.kwargs!r}"


# The body of a rule as a plain function ------------------------------------------------------------------------------------


def rule_tree(entry: Primitive, which: str = "vjp") -> ast.FunctionDef:
    """The syntax tree of an entry's reverse (or forward) rule, without decorators and docstring."""
    return tree_of(getattr(entry, which))


def runnable(entry: Primitive, tree: ast.FunctionDef | None = None) -> Callable[..., dict[str, Any]]:
    """The rule as a function that returns all its local variables."""
    tree = rule_tree(entry) if tree is None else tree
    tree = ast.FunctionDef(tree.name, tree.args, [*tree.body, *ast.parse("return locals()").body], [], lineno=1, col_offset=0)
    module = ast.fix_missing_locations(ast.Module([tree], []))
    scope = dict(NAMES) if isinstance(entry.vjp, str) else dict(entry.vjp.__globals__)  # type: ignore[union-attr]
    exec(compile(module, f"<rule {entry.name}>", "exec"), scope)
    return scope[tree.name]


def cotangents(entry: Primitive, rule: Callable[..., Any], case: Case, z: Any, z_bar: Any) -> dict[str, Any]:
    """What the rule assigns to ``x_bar`` for each parameter ``x``, summed over broadcast dimensions for elementwise rules."""
    assigned = rule(*case.args, **case.kwargs, z=z, z_bar=z_bar)
    found = {}
    for name, value in arguments(rule, case).items():
        x_bar = assigned.get(name + "_bar")
        if x_bar is not None and entry.elementwise:
            x_bar = unbroadcast(x_bar, value) if np.ndim(x_bar) else x_bar
        found[name] = x_bar
    return found


def arguments(rule: Callable[..., Any], case: Case) -> dict[str, Any]:
    """The case's arguments by parameter name."""
    parameters = inspect.signature(rule).parameters
    bound = inspect.signature(rule).replace(parameters=[p for p in parameters.values() if p.name not in ("z", "z_bar")])
    return dict(bound.bind(*case.args, **case.kwargs).arguments)


# Cases ----------------------------------------------------------------------------------------------------------------


def cases(entry: Primitive, rng: np.random.Generator) -> Iterator[Case]:
    """The cases that an entry's metadata ask for: explicit ones, then generated ones."""
    choices = entry.tests.get("kwargs", [{}])
    for kwargs in choices:
        for args in entry.tests.get("args", ()):
            yield Case(args, kwargs, entry.tests.get("rtol", 1e-7))
        if entry.elementwise and ("domain" in entry.tests or "args" not in entry.tests):
            for case in generated(entry, rng):
                yield Case(case.args, kwargs, max(case.rtol, entry.tests.get("rtol", 0.0)))


def generated(entry: Primitive, rng: np.random.Generator) -> Iterator[Case]:
    """Python numbers, NumPy scalars, arrays of many shapes, float32; as many arguments as the rule has required parameters."""
    names = required(entry)
    domain = entry.tests.get("domain", (-2.0, 2.0))
    ranges = [domain.get(name, (-2.0, 2.0)) if isinstance(domain, dict) else domain for name in names]
    for _ in range(3):
        yield Case(tuple(float(rng.uniform(*r)) for r in ranges))
    yield Case(tuple(np.float64(rng.uniform(*r)) for r in ranges))
    if takes_python_numbers_only(entry):
        return
    for shapes in SHAPES[len(names)]:
        yield Case(tuple(np.asarray(rng.uniform(*r, shape)) for r, shape in zip(ranges, shapes, strict=True)))
    if len(names) == 2:
        yield Case((np.asarray(rng.uniform(*ranges[0], 3)), float(rng.uniform(*ranges[1]))))
        yield Case((float(rng.uniform(*ranges[0])), np.asarray(rng.uniform(*ranges[1], 3))))
    yield Case(tuple(rng.uniform(*r, 3).astype("float32") for r in ranges), rtol=2e-5)


def required(entry: Primitive) -> list[str]:
    """The parameters that a generated call passes: those without a default, and optional ones that have a domain."""
    domain = entry.tests.get("domain", ())
    by_name = domain if isinstance(domain, dict) else ()
    parameters = inspect.signature(runnable(entry)).parameters.values()
    positional = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
    return [p.name for p in positional if p.default is p.empty or p.name in by_name]


def takes_python_numbers_only(entry: Primitive) -> bool:
    """Functions of the ``math`` module and others that convert to Python numbers."""
    return entry.tests.get("kinds") == "python" or entry.name.startswith("math.")


# Checks ---------------------------------------------------------------------------------------------------------------


class Reference(NamedTuple):
    """What a rule must find in a case, by differences: independent of the rule, so that it is computed once."""

    case: Case
    z: Any
    z_bar: Any
    slopes: list[tuple[str, tuple[int, ...], Any, Any]]
    """By parameter and place in it: the number or array that is there, and the cotangent that it must get."""


def reference(entry: Primitive, case: Case, rng: np.random.Generator) -> Reference:
    """The result of a case, a cotangent of it, and five-point differences with respect to all that carries derivatives."""
    rule = runnable(entry)
    z = entry.fn(*case.args, **case.kwargs)
    z_bar = random_cotangent(z, rng)
    slopes = [(name, path, leaf, differences(entry, rule, case, name, path, z_bar))
              for name, value in arguments(rule, case).items() if name in entry.tests.get("wrt", [name])
              for path, leaf in leaves(value)]
    return Reference(case, z, z_bar, slopes)


def check(entry: Primitive, case: Case, rng: np.random.Generator) -> None:
    """Assert that the rule's cotangents agree with five-point differences, in value, shape and element type."""
    compare(entry, runnable(entry), reference(entry, case, rng))


def compare(entry: Primitive, rule: Callable[..., Any], right: Reference) -> None:
    case, z, z_bar, slopes = right
    found = cotangents(entry, rule, case, z, z_bar)
    for name, path, leaf, expected in slopes:
        got = found[name]
        for key in path:
            got = got[key] if got is not None else None
        got = np.zeros_like(leaf) if got is None else got
        where = f"{entry.name} ({entry.where}): {name}_bar{list(path) or ''} at {case}"
        assert np.shape(got) == np.shape(leaf), f"{where}: shape {np.shape(got)}, expected {np.shape(leaf)}"
        if isinstance(leaf, np.ndarray) and getattr(z, "dtype", None) == leaf.dtype:  # else the compiler converts
            assert np.asarray(got).dtype == leaf.dtype, f"{where}: {np.asarray(got).dtype}, expected {leaf.dtype}"
        np.testing.assert_allclose(got, expected, rtol=case.rtol, atol=case.rtol, err_msg=where)


def check_transpose(entry: Primitive, case: Case, rng: np.random.Generator) -> None:
    """Assert that ``<z_bar, z_dot> == <x_bar, x_dot>`` between the two rules of an elementwise function of one result."""
    named = arguments(runnable(entry), case)
    z = entry.fn(*case.args, **case.kwargs)
    z_bar = random_cotangent(z, rng)
    x_bars = cotangents(entry, runnable(entry), case, z, z_bar)
    x_dots = {name: random_cotangent(value, rng) for name, value in named.items() if x_bars[name] is not None}
    given = {name + "_dot": x_dot for name, x_dot in x_dots.items() if x_dot is not None}
    forward = runnable(entry, rule_tree(entry, "jvp"))
    z_dot = forward(*case.args, **case.kwargs, z=z, **given)["z_dot"]
    ahead = 0.0 if z_dot is None else np.sum(z_bar * z_dot)
    back = sum(np.sum(x_bars[name] * x_dot) for name, x_dot in x_dots.items() if x_dot is not None)
    np.testing.assert_allclose(ahead, back, rtol=max(case.rtol, 1e-9), atol=case.rtol, err_msg=f"{entry.name} at {case}")


def random_cotangent(z: Any, rng: np.random.Generator) -> Any:
    """A cotangent of the result's shape and type; None for results that carry no derivative."""
    if isinstance(z, tuple | list):
        return type(z)(random_cotangent(item, rng) for item in z)
    kind = np.asarray(z).dtype.kind
    if kind not in "fc":
        return None
    z_bar = rng.uniform(0.5, 1.5, np.shape(z)) + (1j * rng.uniform(0.5, 1.5, np.shape(z)) if kind == "c" else 0.0)
    if isinstance(z, np.ndarray):
        return np.asarray(z_bar, z.dtype)
    return type(z)(z_bar)


def leaves(value: Any, path: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Any]]:
    """The inexact numbers and arrays in a nested argument, each with its path."""
    if isinstance(value, tuple | list):
        for k, item in enumerate(value):
            yield from leaves(item, (*path, k))
    elif isinstance(value, float | complex | np.inexact) or (isinstance(value, np.ndarray) and value.dtype.kind in "fc"):
        yield path, value


def differences(entry: Primitive, rule: Callable[..., Any], case: Case, name: str, path: tuple[int, ...], z_bar: Any) -> Any:
    """Five-point differences of ``<z_bar, f>`` with respect to one leaf of one argument, computed in float64."""
    wide = {k: widened(v) for k, v in arguments(rule, case).items()}
    leaf = at_path(wide[name], path)
    slope = np.zeros(np.shape(leaf), np.result_type(leaf, 1.0))
    for index in np.ndindex(slope.shape):
        def shifted(step: complex, index: Any = index) -> float:
            moved = replaced(wide[name], path, displaced(leaf, index, step))
            return pairing(z_bar, call(entry, rule, wide | {name: moved}))
        slope[index] = five_point(shifted, 1e-4)
        if np.iscomplexobj(slope):
            slope[index] -= 1j * five_point(shifted, 1e-4j)
    return slope


def five_point(shifted: Callable[[complex], float], h: complex) -> float:
    """The derivative at 0 along ``h``, with an error of order ``|h|**4``."""
    return (8 * (shifted(h) - shifted(-h)) - (shifted(2 * h) - shifted(-2 * h))) / (12 * abs(h))


def call(entry: Primitive, rule: Callable[..., Any], named: dict[str, Any]) -> Any:
    """The function at arguments given by the rule's parameter names."""
    args, kwargs = [], {}
    for p in inspect.signature(rule).parameters.values():
        if p.name not in named:
            continue
        if p.kind is p.VAR_POSITIONAL:
            args += named[p.name]
        elif p.kind is p.KEYWORD_ONLY or (p.default is not p.empty and len(named) > len(args) + 1 and p.name in KEYWORDS):
            kwargs[p.name] = named[p.name]
        else:
            args.append(named[p.name])
    return entry.fn(*args, **kwargs)


KEYWORDS = frozenset({"axis", "keepdims", "deg"})


def widened(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return type(value)(widened(item) for item in value)
    if isinstance(value, np.ndarray | np.generic) and value.dtype == np.float32:
        return value.astype("float64")
    return value


def at_path(value: Any, path: tuple[int, ...]) -> Any:
    for key in path:
        value = value[key]
    return value


def replaced(value: Any, path: tuple[int, ...], leaf: Any) -> Any:
    if not path:
        return leaf
    items = list(value)
    items[path[0]] = replaced(items[path[0]], path[1:], leaf)
    return type(value)(items)


def displaced(leaf: Any, index: tuple[int, ...], step: complex) -> Any:
    if not isinstance(leaf, np.ndarray):
        return leaf + step
    moved = leaf.copy()
    moved[index] += step
    return moved


def pairing(z_bar: Any, z: Any) -> float:
    """The inner product of a cotangent and a result; parts without a cotangent do not count."""
    if z_bar is None:
        return 0.0
    if isinstance(z, tuple | list):
        return math.fsum(pairing(b, v) for b, v in zip(z_bar, z, strict=True))
    return float(np.sum(np.real(np.asarray(z_bar, np.result_type(z_bar, 1.0)) * np.where(np.isfinite(z), z, 0.0))))
