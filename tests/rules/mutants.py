"""Takes functions of our rules, puts mistakes into them, asks whether derivatives that were right then come out wrong.

A mutant takes the place of the function's code, so that the compiler reads it wherever the function is used: in rules that are
spliced, in functions that rules call, in those that run beside generated code.
"""

from __future__ import annotations

import ast
import linecache
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import sct
from sct import custom, session

from .mistakes import bounded, tree_of, versions


class Use(NamedTuple):
    """A function whose derivatives go through rules, with its arguments."""

    fun: Callable[..., Any]
    values: list[Any]


class Mutant(NamedTuple):
    """A function of the package, what is wrong with it, and its syntax tree."""

    function: types.FunctionType
    what: str
    tree: ast.FunctionDef


def functions_of(module: types.ModuleType, static: bool = False) -> list[types.FunctionType]:
    """The functions that a module defines, rules under all their names; if asked for, what is decided when compiling."""
    found = [fn for name, fn in vars(module).items() if isinstance(fn, types.FunctionType) and fn.__module__ == module.__name__]
    return [fn for fn in dict.fromkeys(found) if (static or not hasattr(fn, "is_static")) and not fn.__closure__]


def mutants_of(function: types.FunctionType) -> Iterator[Mutant]:
    """The function with each mistake."""
    for what, tree in versions(tree_of(function)):
        yield Mutant(function, f"{function.__name__}: {what}", bounded(tree))


@contextmanager
def put_in(mutant: Mutant, folder: Path) -> Iterator[None]:
    """Has the function be the mutant for a while."""
    function, right = mutant.function, mutant.function.__code__
    path = folder / f"{function.__name__}_{abs(hash(mutant.what))}.py"
    path.write_text(ast.unparse(mutant.tree) + "\n")
    linecache.checkcache(str(path))
    scope: dict[str, Any] = {}
    exec(compile(path.read_text(), str(path), "exec"), function.__globals__, scope)
    function.__code__ = scope[function.__name__].__code__
    forget(function)
    try:
        yield
    finally:
        function.__code__ = right
        forget(function)


def forget(function: types.FunctionType | None = None) -> None:
    """Have a rule read or all of them, read anew, and everything compiled anew; other functions tell by their code."""
    for key, (rule, _) in list(session._rules.items()):
        if function is None or rule is function:
            del session._rules[key]
    custom.announce_change()


def derivatives(use: Use, order: int = 2) -> Iterator[Any]:
    """Gradient, tangent and second derivative of the sum of what a function returns, with weights: one after the other."""
    values, count = use.values, len(use.values)

    def total(*args: Any) -> Any:
        z = fun(*args)
        return np.sum(z * np.linspace(0.7, 1.6, np.size(z)).reshape(np.shape(z)))
    fun = use.fun
    dots = tuple(np.sqrt(np.arange(2.0, 2.0 + np.size(v))).reshape(np.shape(v)) if np.ndim(v) else 0.8 for v in values)
    wrapped = of_count(total, count)
    yield from sct.grad(wrapped, tuple(range(count)))(*values)
    yield sct.jvp(wrapped, tuple(values), dots)[1]
    if order == 2:
        second = sct.hvp(wrapped, tuple(values), dots)
        yield from second if isinstance(second, tuple) else [second]


def of_count(total: Callable[..., Any], count: int) -> Callable[..., Any]:
    """A new function of so many arguments, about which nothing is known yet."""
    return (lambda a: total(a), lambda a, b: total(a, b), lambda a, b, c: total(a, b, c),
            lambda a, b, c, d: total(a, b, c, d))[count - 1]


def read_for(use: Use) -> set[types.FunctionType]:
    """The functions that were compiled, as rules or as parts of them, for the derivatives of a use."""
    forget()
    session._lowered.clear()
    list(derivatives(use))
    return {fn for fn in (*session._lowered, *(rule for rule, _ in session._rules.values()))}


def notices(use: Use, right: list[Any], rtol: float) -> bool:
    """Whether a derivative is another than the right one, or there is none; those behind it are not computed."""
    try:
        with np.errstate(all="ignore"):
            return not all(np.allclose(a, b, rtol=rtol, atol=rtol, equal_nan=True)
                           for a, b in zip(derivatives(use), right, strict=True))
    except Exception:
        return True
