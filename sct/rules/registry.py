"""The registry: what is known of each primitive (a Python callable that is never looked into)."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Primitive:
    """Everything declared about one callable; filled in by the notations of ``notation.py``."""

    fn: Callable[..., Any]
    name: str
    """How the callable is written in messages and tables: ``np.sum``, ``math.exp``, ``x / y``."""
    elementwise: bool = False
    """Operands are broadcast against each other and converted to the result's element type before the rule applies."""
    vjp: Callable[..., Any] | str | None = None
    """The reverse rule: a rule function, or the source text of one."""
    vjp_strong: str | None = None
    """The same rule with strong zeros, for programs in which ``where`` hides infinite values."""
    jvp: Callable[..., Any] | str | None = None
    """The forward rule, likewise."""
    jvp_plain: Callable[..., Any] | str | None = None
    """The forward rule without strong zeros, for adjoints: where they need them they are computed with them."""
    formula: bool = False
    """The callable is a formula of ours: calls are replaced by its body once all derivatives are taken."""
    linear_in: tuple[str, ...] = ()
    """Parameters in which the result is (multi)linear: the forward rule is the callable itself on tangents."""
    carrying: tuple[str, ...] = ()
    """Parameters to which the reverse rule gives a cotangent: arrays or numbers, and a list that is given is an array."""
    parts: tuple[str, ...] = ()
    """Parameters that take a sequence of arrays: its items, which may be lists, are made arrays."""
    as_given: tuple[str, ...] = ()
    """Parameters whose lists stay lists, because their nesting means something or their items must be Python's numbers."""
    nested: tuple[str, ...] = ()
    """Parameters of the forward rule that take tuples: it gets a tuple of their tangents, None where there is none."""
    unsaid: str = ""
    """Why the rule gives no derivative with respect to the parameters that it leaves out."""
    shape_only: tuple[str, ...] = ()
    """Parameters of which only the shape or the length matters: nothing flows from them."""
    zero: bool = False
    """The derivative is zero (or does not exist) everywhere: the result never carries a derivative."""
    effect: str = "pure"
    """``pure``, ``fresh``, ``reads``, ``writes``, ``io`` or ``random``; io and random are never replayed."""
    alias: str = "fresh"
    """What the result may share memory with: ``fresh`` nothing, ``view`` its first argument, ``maybe`` perhaps, ``copy``
    only if the keyword ``copy`` says so."""
    infer: Callable[..., Any] | None = None
    """Result type from argument types, where running the callable on dummies cannot tell."""
    params: tuple[str, ...] = ()
    """Parameter names in positional order, as the rule names them."""
    keywords: frozenset[str] | None = None
    """Keywords the rule accepts; None: any (zero-derivative primitives)."""
    singular: bool = False
    """The partials may be infinite: products with an exactly zero cotangent are zero (strong zeros)."""
    real_only: bool | str = False
    """The reverse rule, or that the derivative is zero, holds for real arguments; complex ones are refused, a text says why."""
    where: str = ""
    """``file:line`` of the last declaration."""
    places: dict[str, str] = field(default_factory=dict)
    """``file:line`` of the declaration of each rule, by its kind: ``vjp``, ``jvp``."""
    user: bool = False
    """Whether the rules are the user's."""
    names: dict[str, Any] | None = None
    """The names that the text of a rule may use; None: those of our own rules."""
    tests: dict[str, Any] = field(default_factory=dict)
    """Metadata for the generated tests: domains, shapes, keyword choices."""


_PRIMITIVES: dict[Any, Primitive] = {}
_METHODS: dict[str, Callable[..., Any]] = {}
_ATTRIBUTES: dict[str, Callable[..., Any]] = {}
_REFUSALS: dict[Any, tuple[str, str]] = {}
_OF_CONSTANTS: set[Any] = set()


_FAMILIES: dict[str, tuple[str, ...]] = {}
"""Packages whose rules are not registered yet, and the modules that register them."""


def lookup(fn: Any) -> Primitive | None:
    """The primitive registered for a callable, or None."""
    try:
        found = _PRIMITIVES.get(fn)
        if found is None and _FAMILIES and load_families():
            found = _PRIMITIVES.get(fn)
        return found
    except TypeError:
        return None


def family(package: str, *rules: str) -> None:
    """The rules of ``package``, an optional one, are in the modules ``rules``, which are imported when they may be needed."""
    _FAMILIES[package] = (*_FAMILIES.get(package, ()), *rules)


def load_families() -> bool:
    """Register the rules of the packages that the program has imported by now; whether there are new ones.

    Nobody can call what nobody has imported: so no package is imported for its rules, and none is asked for in vain.
    """
    imported = [package for package in _FAMILIES if package in sys.modules]
    for package in imported:
        for rules in _FAMILIES[package]:
            importlib.import_module(rules)
        _FAMILIES.pop(package, None)
    return bool(imported)


def register(fn: Callable[..., Any], name: str) -> Primitive:
    """The entry of ``fn``, made on first use."""
    found = _PRIMITIVES.get(fn)
    if found is None:
        found = _PRIMITIVES[fn] = Primitive(fn, name)
    return found


def primitives() -> list[Primitive]:
    """All primitives in the order of registration."""
    return list(_PRIMITIVES.values())


def method(name: str) -> Callable[..., Any] | None:
    """The function that the ndarray (or NumPy scalar) method ``name`` is a spelling of."""
    return _METHODS.get(name)


def attribute(name: str) -> Callable[..., Any] | None:
    """The function that the ndarray attribute ``name`` is a spelling of (``T`` → ``np.transpose``)."""
    return _ATTRIBUTES.get(name)


def takes_constants(fn: Any) -> bool:
    """Whether a callable without a rule may be called with constants: its results are constants, too."""
    return fn in _OF_CONSTANTS


def refusal(fn: Any) -> tuple[str, str] | None:
    """Why a callable will not get a rule, and what to do instead; None where nobody has said so."""
    try:
        found = _REFUSALS.get(fn)
        if found is None and _FAMILIES and load_families():
            found = _REFUSALS.get(fn)
        return found
    except TypeError:
        return None


def is_named(fn: Any) -> bool:
    """Whether a callable has an entry, or is refused for a reason of its own."""
    return lookup(fn) is not None or refusal(fn) is not None
