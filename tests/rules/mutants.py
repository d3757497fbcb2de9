"""Takes functions of our rules, puts mistakes into them, asks whether derivatives that were right then come out wrong.

A mutant takes the place of the function's code, so that the compiler reads it wherever the function is used: in rules that are
spliced, in functions that rules call, in those that run beside generated code.
"""

from __future__ import annotations

import ast
import functools
import linecache
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

import sct
from sct import custom, session

from . import harness
from .mistakes import bounded, tree_of, versions
from .whole import direction, weighted


class Use(NamedTuple):
    """A function whose derivatives go through rules, with its arguments."""

    fun: Callable[..., Any]
    values: list[Any]
    order: int = 2
    raises: bool = False


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


def derivatives(use: Use) -> Iterator[Any]:
    """Value, tangent, gradient and second derivative of the weighted sum of what a function returns: one after the other."""
    values, argnums = use.values, tuple(range(len(use.values)))
    result = 0.0 if use.raises else use.fun(*values)
    several = isinstance(result, tuple)
    weights = harness.random_cotangent(tuple(result) if several else (result,), np.random.default_rng(1))
    total = weighted(use.fun, len(values), several, weights)
    along = tuple(direction(v, np.random.default_rng(2)) for v in values)
    yield from sct.jvp(total, tuple(values), along)
    yield from sct.grad(total, argnums)(*values)
    if use.order == 2:
        second = sct.hvp(total, tuple(values), along)
        yield from second if isinstance(second, tuple) else [second]


def results(use: Use) -> Iterator[Any]:
    """The derivatives; where they raise, or SciPy does, which is what is right for some uses: the message."""
    try:
        with np.errstate(all="ignore"):
            yield from derivatives(use)
    except Exception as error:
        yield str(error)


@contextmanager
def looked_on() -> Iterator[set[types.CodeType]]:
    """The code of all functions that are called in the meantime."""
    seen: set[types.CodeType] = set()
    before = sys.getprofile()
    sys.setprofile(lambda frame, event, _: seen.add(frame.f_code) if event == "call" else None)
    try:
        yield seen
    finally:
        sys.setprofile(before)


class Right:
    """What is right for a use, and which functions it goes through: found when it is asked for the first time."""

    def __init__(self, use: Use) -> None:
        self.use = use

    @functools.cached_property
    def found(self) -> tuple[list[Any], set[types.CodeType]]:
        """The derivatives; the code of the functions that were compiled, as rules or as parts of them, or that were called."""
        forget()
        session._lowered.clear()
        with looked_on() as called:
            values = list(results(self.use))
            assert self.use.raises == (str in map(type, values))
        compiled = (*session._lowered, *(rule for rule, _ in session._rules.values()))
        return values, called | {fn.__code__ for fn in compiled if isinstance(fn, types.FunctionType)}

    def concerns(self, function: types.FunctionType) -> bool:
        return function.__code__ in self.found[1]

    def notices(self, mutant: Mutant, folder: Path, rtol: float = 1e-6) -> bool:
        """Whether a derivative is another than the right one, or there is none; those behind it are not computed."""
        right, _ = self.found
        with put_in(mutant, folder):
            try:
                return not all(a == b if self.use.raises else np.allclose(a, b, rtol=rtol, atol=rtol, equal_nan=True)
                               for a, b in zip(results(self.use), right, strict=True))
            except Exception:
                return True
