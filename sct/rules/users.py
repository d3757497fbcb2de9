"""``rule``: a derivative rule of the user's, in the notation of our own, spliced into generated code as source."""

from __future__ import annotations

import functools
import inspect
import re
import types
from collections.abc import Callable
from typing import Any

from ..custom import DECLARED, CustomFunction, announce_change
from ..errors import RuleError
from . import registry
from .notation import NAMES, describe, name_of, partials_jvp, partials_vjp
from .registry import Primitive

_SOURCES: dict[tuple[int, str], tuple[str, str]] = {}
"""For each rule of a user's (of an entry, of a kind) the module and the name of its declaration."""


def declare_rule(fun: Callable[..., Any], singular: bool, partials: dict[str, str], space: dict[str, Any]) -> Any:
    """What ``sct.rule`` does, for partial derivatives that are written in a module whose names are ``space``."""
    _check(fun)
    DECLARED.append(fun)
    if partials:
        _declare_partials(fun, partials, singular, space)
        return fun

    def declare(body: Callable[..., Any]) -> Callable[..., Any]:
        _declare_body(fun, body)
        return body
    return declare


def _check(fun: Any) -> None:
    """Refuse what cannot have a rule."""
    bound = isinstance(fun, types.BuiltinFunctionType) and not isinstance(fun.__self__, types.ModuleType | None)
    if bound or isinstance(fun, types.MethodType | functools.partial):
        kind = "a bound method" if not isinstance(fun, functools.partial) else "a partial"
        raise RuleError(f"{fun!r} is {kind}", code="SCT252", hint="declare the rule for the function under it")
    if isinstance(fun, CustomFunction):
        raise RuleError(f"{fun!r} has a derivative of its own", code="SCT251", hint=f"use {fun.define}")
    if not callable(fun) or isinstance(fun, type):
        raise RuleError(f"{fun!r} is not a function", code="SCT252", hint="declare the rule for a function")
    try:
        hash(fun)
    except TypeError:
        raise RuleError(f"{fun!r} is not hashable: rules belong to functions", code="SCT252",
                        hint="declare the rule for a Python function that calls it") from None


def _declare_partials(fun: Any, partials: dict[str, str], singular: bool, space: dict[str, Any]) -> None:
    """Register partial derivatives as both rules of ``fun``; their names are looked up in ``space``."""
    params = _parameters(fun, partials)
    entry = _entry(fun, "vjp", space.get("__name__", ""), "partials")
    entry.elementwise, entry.singular, entry.params, entry.keywords = True, singular, params, frozenset(params)
    result = "z"
    while result in params:
        result += "_"
    entry.vjp = partials_vjp(result, params, partials, singular)
    entry.vjp_strong = partials_vjp(result, params, partials, True)
    entry.jvp = partials_jvp(result, params, partials, singular)
    entry.names = _Names(space)
    announce_change()


class _Names(dict[str, Any]):
    """The functions and modules of the user's module, as they are when they are asked for.

    Data is left out: generated code would not notice that it changed.
    """

    def __init__(self, space: dict[str, Any]) -> None:
        super().__init__(NAMES)
        self.update((name, value) for name, value in space.items()
                    if name not in NAMES and (isinstance(value, types.ModuleType) or callable(value)))


def _parameters(fun: Any, partials: dict[str, str]) -> tuple[str, ...]:
    """The names of the arguments in order: the function's own, or those of the partials where it does not have these."""
    own = _own_parameters(fun)
    if own is None or not set(partials) & set(own):
        return tuple(partials)
    unknown = [name for name in partials if name not in own]
    if unknown:
        raise RuleError(f"`{name_of(fun)}` has no argument `{unknown[0]}`", hint=f"its arguments are {', '.join(own)}")
    last = max(map(list(own).index, partials))
    taken = tuple(name for k, (name, required) in enumerate(own.items()) if k <= last or required)
    for name in own:
        if name not in taken and any(re.search(rf"\b{name}\b", text) for text in partials.values()):
            raise RuleError(f"a partial derivative of {name_of(fun)} reads `{name}`, which has a default",
                            hint="declare the rule as a function that has this default, too")
    return taken


def _own_parameters(fun: Any) -> dict[str, bool] | None:
    """The positional parameters of a function, and whether they must be given; None where there is no signature to read."""
    try:
        parameters = inspect.signature(fun).parameters.values()
    except (TypeError, ValueError):
        return None
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    return {p.name: p.default is p.empty for p in positional}


def _declare_body(fun: Any, body: Callable[..., Any]) -> None:
    """Register ``body`` as the reverse rule or the forward rule of ``fun``, whichever its parameters say."""
    parameters = inspect.signature(body).parameters.values()
    last = [p.name for p in parameters if p.kind is p.KEYWORD_ONLY]
    positional = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if any(f"{name}_bar" in last for name in last):
        kind = "vjp"
    elif any(name.endswith("_dot") for name in last) and any(not name.endswith("_dot") for name in last):
        kind = "jvp"
    else:
        raise RuleError(f"the rule `{body.__name__}` of {name_of(fun)} takes no result and cotangent",
                        hint=f"def {body.__name__}(x, *, z, z_bar): … or def {body.__name__}(x, *, z, x_dot=None): …")
    own = list(_own_parameters(fun) or ())
    for k, name in enumerate(positional):
        if name in own and own.index(name) != k:
            raise RuleError(f"the rule `{body.__name__}` takes `{name}` as argument {k}, but {name_of(fun)} takes it as "
                            f"argument {own.index(name)}", hint="give the rule the parameters of its function")
    entry = _entry(fun, kind, body.__module__, body.__qualname__)
    setattr(entry, kind, body)
    if kind == "vjp":
        entry.vjp_strong = None
    describe(entry, body)
    entry.where = entry.places[kind] = f"{body.__code__.co_filename}:{body.__code__.co_firstlineno}"
    announce_change()


def _entry(fun: Any, kind: str, module: str, name: str) -> Primitive:
    """The entry of ``fun``, which has no rule of this kind yet, or one that was declared under the same name."""
    entry = registry.lookup(fun)
    if entry is None:
        entry = registry.register(fun, name_of(fun))
        entry.user, entry.alias = True, "maybe"
    elif not entry.user:
        raise RuleError(f"{entry.name} has a rule of sct's own", code="SCT251",
                        hint="wrap it in a function of your own, and give that a rule")
    source = (module, name)
    before = _SOURCES.get((id(entry), kind), source)
    kinds = ("vjp", "jvp") if name == "partials" else (kind,)
    if before != source or any(_SOURCES.get((id(entry), k), source) != source for k in kinds):
        raise RuleError(f"{entry.name} has a {kind} rule already, `{before[1]}`, and gets another, `{name}`", code="SCT251",
                        hint="remove one of them")
    _SOURCES.update({(id(entry), k): source for k in kinds})
    return entry
