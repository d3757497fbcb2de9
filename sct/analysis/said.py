"""Functions of libraries that are said in NumPy: our own, of the same parameters, are looked into in their place."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from ..ir.core import Value
from .abstract import Abstract, Static
from .activity import is_complex
from .callees import SPECIAL, call_standard
from .context import Refusal
from .handing import given_by_name, is_default
from .infer import Specializer
from .mapped import as_array, is_number

Handler = Callable[[Specializer, list[Abstract], dict[str, Abstract]], Abstract]


def say(pairs: dict[Any, Any], arrays: tuple[str, ...], real_only: bool = False) -> None:
    """Look into ours (the values) in the place of theirs (the keys); parameters among ``arrays`` are given arrays."""
    for theirs, ours in pairs.items():
        SPECIAL[theirs] = _in_place_of(theirs, ours, arrays, real_only)


def in_line(*functions: Any) -> None:
    """Look into those of our functions that others of them call with options: what is known of these stays known."""
    for fn in functions:
        SPECIAL[fn] = _in_line(fn)


def _in_line(fn: Any) -> Handler:
    parameters = inspect.signature(fn).parameters

    def handler(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        given = given_by_name(fn, args, kwargs)
        return call_standard(sp, fn, [given.get(name, Static(p.default)) for name, p in parameters.items()])
    return handler


def _in_place_of(theirs: Any, ours: Any, arrays: tuple[str, ...], real_only: bool) -> Handler:
    parameters, known = inspect.signature(ours).parameters, inspect.signature(theirs).parameters

    def handler(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        given: dict[str, Any] = given_by_name(theirs, args, kwargs)
        given |= given.pop("kwargs", {}) if "kwargs" in known else {}
        for name in given.keys() - parameters.keys():
            if not is_default(theirs, name, given[name]):
                raise Refusal("SCT204", f"{_name(theirs)} with `{name}` has no rule",
                              "leave it out, or compute the same with NumPy")
        passed = [given.get(name, Static(p.default)) for name, p in parameters.items()]
        prepared = [_prepared(sp, name, a, arrays) for name, a in zip(parameters, passed, strict=True)]
        if real_only and any(isinstance(a, Value) and is_complex(a) for a in prepared):
            raise Refusal("SCT201", f"{_name(theirs)} of complex numbers has no rule",
                          "pass np.real(…), np.imag(…) or np.abs(…)")
        return call_standard(sp, ours, prepared)
    return handler


def _name(theirs: Any) -> str:
    return f"{theirs.__module__.split('._')[0]}.{theirs.__name__}"


def _prepared(sp: Specializer, name: str, a: Abstract, arrays: tuple[str, ...]) -> Abstract:
    if name not in arrays or isinstance(a, Static) and a.value is None or is_number(a):
        return a
    return as_array(sp, a)
