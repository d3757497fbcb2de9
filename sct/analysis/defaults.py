"""Options of a primitive that its rule does not know: those that are what they are by default are left out of the call."""

from __future__ import annotations

import functools
import inspect
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np

from ..rules import registry
from ..rules.registry import Primitive
from .abstract import Abstract, Static
from .context import Refusal

_PLAIN = (bool, int, float, str, type(None))


def by_position(fn: Callable[..., Any], args: list[Abstract], kwargs: dict[str, Abstract]) \
        -> tuple[list[Abstract], dict[str, Abstract]]:
    """The arguments of a call where those that must be given are passed by position: ``np.sum(a=x)`` is ``np.sum(x)``."""
    names = _required(fn)[len(args):]
    if not kwargs or not names or names[0] not in kwargs:
        return args, kwargs
    rest = dict(kwargs)
    first = [rest.pop(name) for name in itertools.takewhile(rest.__contains__, names) if name is not None]
    return [*args, *first], rest


def without_defaults(entry: Primitive, args: list[Abstract], kwargs: dict[str, Abstract]) \
        -> tuple[list[Abstract], dict[str, Abstract]]:
    """The arguments of a call without those that say what the function does anyway.

    What is passed by position, behind the parameters that the rule takes so, is passed by keyword.
    """
    if entry.keywords is None or not kwargs and len(args) <= len(entry.params):
        return args, kwargs
    default = _defaults(entry.fn)
    known = entry.keywords.union(entry.params)
    args, further = _named(entry, args)
    further = {name: a for name, a in further.items() if not _says_nothing(name, a, default)}
    rest = {name: a for name, a in kwargs.items() if name in known or not _says_nothing(name, a, default)}
    return args, {**further, **rest}


def _says_nothing(name: str, a: Abstract, default: dict[str, Any]) -> bool:
    """Whether an option is what it is by default, or the only device there is."""
    return name in default and (_is(a, default[name]) or name == "device" and _is(a, "cpu"))


def _named(entry: Primitive, args: list[Abstract]) -> tuple[list[Abstract], dict[str, Abstract]]:
    """The arguments by position that a rule takes, and those behind them by name, where they may be named."""
    names = _named_or_not(entry.fn)
    count = len(entry.params)
    further = names[count : len(args)]
    if len(args) > len(names) or None in further:
        return args, {}
    return args[:count], {name: a for name, a in zip(further, args[count:], strict=True) if name is not None}


def refuse_unknown(entry: Primitive | None, kwargs: dict[str, Abstract]) -> None:
    """Refuse an option that the rule does not know where what is declared of the result would hold without it only."""
    if getattr(entry and entry.infer, "takes_options", False):
        refuse_options(entry, kwargs)


def refuse_options(entry: Primitive | None, kwargs: dict[str, Abstract]) -> None:
    """Refuse an option that the rule does not know."""
    if entry is None or entry.keywords is None or entry.vjp is None:
        return
    for name in kwargs:
        if name not in entry.keywords.union(entry.params):
            raise Refusal("SCT204", f"the derivative rule of {entry.name} does not support the keyword `{name}`",
                          "compute the same without it")


def refuse_untaken(fn: Any, method: str, kwargs: dict[str, Abstract]) -> None:
    """Refuse a keyword that the function takes of which this method of arrays is a spelling, but not the method itself."""
    if fn is registry.method(method) or fn is getattr(np.ndarray, method, None):
        for name in kwargs:
            if error := _error_of(method, name):
                raise Refusal("SCT709", f"this always raises TypeError: {error}", "pass it by position, or leave it out")


class _Nothing:
    """Is no argument that any method accepts."""


@functools.cache
def _error_of(method: str, keyword: str) -> str:
    """What NumPy says where a method of arrays does not take a keyword; it is asked, because signatures do not tell."""
    for count in range(3):
        try:
            getattr(np.ones(1), method)(*[_Nothing()] * count, **{keyword: _Nothing()})
        except Exception as error:
            if any(text in str(error) for text in ("no keyword argument", "unexpected keyword", "invalid keyword")):
                return str(error)
    return ""


def _is(a: Abstract, default: Any) -> bool:
    """Whether an argument is this plain value."""
    return isinstance(a, Static) and isinstance(a.value, _PLAIN) and isinstance(default, _PLAIN) and a.value == default \
        and (a.value is None) == (default is None)


@functools.cache
def _defaults(fn: Callable[..., Any]) -> dict[str, Any]:
    """What the parameters of a function are by default; nothing where it does not tell."""
    return {p.name: p.default for p in _parameters(fn) if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)}


@functools.cache
def _named_or_not(fn: Callable[..., Any]) -> tuple[str | None, ...]:
    """The names of the positional parameters of a function, None for those without one.

    There are none where it takes any number of them.
    """
    if any(p.kind is p.VAR_POSITIONAL for p in _parameters(fn)):
        return ()
    positional = [p for p in _parameters(fn) if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return tuple(p.name if p.kind is p.POSITIONAL_OR_KEYWORD else None for p in positional)


def takes_keyword(fn: Callable[..., Any], name: str) -> bool:
    """Whether a function takes a keyword of this name, or does not tell."""
    parameters = _parameters(fn)
    return not parameters or any(p.name == name or p.kind is p.VAR_KEYWORD for p in parameters)


@functools.cache
def _required(fn: Callable[..., Any]) -> tuple[str | None, ...]:
    """The names of the first parameters of a function that have no default; None for those that take no name."""
    first = itertools.takewhile(_is_required, _parameters(fn))
    return tuple(p.name if p.kind is p.POSITIONAL_OR_KEYWORD else None for p in first)


def _is_required(p: inspect.Parameter) -> bool:
    return p.default is p.empty and p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)


@functools.cache
def _parameters(fn: Callable[..., Any]) -> tuple[inspect.Parameter, ...]:
    """The parameters of a function, none where it does not tell."""
    try:
        return tuple(inspect.signature(fn).parameters.values())
    except (TypeError, ValueError):
        return ()
