"""Dispatch: from the guards of each specialisation a generated function that finds, within fractions of a microsecond, which one fits."""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .analysis.abstract import DataPath
from .analysis.data import read
from .compiler import Compiled
from .errors import place
from .ir.types import MANY, NONE, STR, UNIT, Array, Scalar, Type, type_of

RECENT = 6
"""How many specialisations the generated dispatcher tests before it falls back to the general search."""


class Missing:
    """Marks a parameter that the caller left to its default."""


MISSING = Missing()


class Dispatcher:
    """The specialisations of one gradient function and the generated test that chooses between them."""

    def __init__(self, parameters: Sequence[inspect.Parameter], slow: Callable[..., Any]) -> None:
        self.parameters = list(parameters)
        self.slow = slow
        self.specialisations: list[Compiled] = []
        self.call: Callable[..., Any] = slow
        self.lock = threading.RLock()

    def find(self, arguments: dict[str, Any]) -> Compiled | None:
        """The specialisation whose guards all hold for these arguments."""
        return next((c for c in reversed(self.specialisations) if holds(c, arguments)), None)

    def add(self, compiled: Compiled) -> None:
        """Make a new specialisation the first that is tested."""
        self.specialisations.append(compiled)
        self.call = self._generate() or self.slow

    def _generate(self) -> Callable[..., Any] | None:
        kinds = {p.kind for p in self.parameters}
        if inspect.Parameter.VAR_POSITIONAL in kinds or inspect.Parameter.VAR_KEYWORD in kinds:
            return None
        text, space = dispatcher_text(self.parameters, self.specialisations[-1:-RECENT - 1:-1])
        space.update(_slow=self.slow, _MISSING=MISSING, _annotate=annotate, _ndarray=np.ndarray, _type_of=type_of)
        exec(compile(text, "<sct dispatch>", "exec"), space)
        generated: Callable[..., Any] = space["_dispatch"]
        return generated


def dispatcher_text(parameters: Sequence[inspect.Parameter], candidates: Sequence[Compiled]) -> tuple[str, dict[str, Any]]:
    """The source of the dispatcher and the objects it names."""
    names = [p.name for p in parameters]
    space: dict[str, Any] = {}
    lines = [f"def _dispatch({_signature(parameters)}):"]
    for k, compiled in enumerate(candidates):
        tests = [_test(guard, names, space, f"{k}_{n}") for n, guard in enumerate(compiled.guards)]
        space[f"_f{k}"] = compiled.function
        space[f"_c{k}"] = compiled
        lines.append(f"    if {' and '.join(tests) or 'True'}:")
        for n, (home, name, path) in enumerate(compiled.live):
            space[f"_s{k}_{n}"] = home
            lines.append(f"        _s{k}_{n}[{name!r}] = {_root(path, space, f'{k}_live{n}')}")
        lines += ["        try:", f"            return _f{k}({', '.join(names)})", "        except Exception as _error:",
                  f"            _annotate(_error, _c{k})", "            raise"]
    lines.append(f"    return _slow({', '.join(_forward(p) for p in parameters)})")
    return "\n".join(lines) + "\n", space


def _signature(parameters: Sequence[inspect.Parameter]) -> str:
    parts, seen_keyword = [], False
    positional_only = [p for p in parameters if p.kind is p.POSITIONAL_ONLY]
    for p in parameters:
        if p.kind is p.KEYWORD_ONLY and not seen_keyword:
            parts.append("*")
            seen_keyword = True
        parts.append(p.name if p.default is p.empty else f"{p.name}=_MISSING")
        if positional_only and p is positional_only[-1]:
            parts.append("/")
    return ", ".join(parts)


def _forward(p: inspect.Parameter) -> str:
    return f"{p.name}={p.name}" if p.kind is p.KEYWORD_ONLY else p.name


def _test(guard: tuple[str, DataPath, Any], names: list[str], space: dict[str, Any], tag: str) -> str:
    kind, path, expected = guard
    value = _root(path, space, tag)
    for step, key in path.steps:
        value += f".{key}" if step == "attr" else f"[{key!r}]"
    if kind == "type":
        return _type_test(value, expected, space, tag)
    if kind == "is":
        space[f"_e{tag}"] = expected
        return f"{value} is _e{tag}"
    if kind == "value" and isinstance(expected, bool | int | str):
        return f"type({value}) is {type(expected).__name__} and {value} == {expected!r}"
    space[f"_e{tag}"], space[f"_g{tag}"] = expected, CHECKS[kind]
    return f"_g{tag}({value}, _e{tag})"


def _root(path: DataPath, space: dict[str, Any], tag: str) -> str:
    if path.scope == "param":
        return path.root
    root = DataPath(path.scope, path.root, (), path.owner)
    if path.scope == "global":
        space[f"_m{tag}"] = path.owner.space
        return f"_m{tag}[{path.root!r}]"
    space[f"_p{tag}"], space["_read"] = root, read
    return f"_read(_p{tag})"


def _type_test(value: str, t: Type, space: dict[str, Any], tag: str) -> str:
    if t is NONE:
        return f"{value} is None"
    if t is STR:
        return f"type({value}) is str"
    if isinstance(t, Scalar):
        python = {"float64": "float", "int64": "int", "bool": "bool", "complex128": "complex"}
        if t.python:
            return f"type({value}) is {python[t.dtype]}"
        space[f"_t{tag}"] = np.dtype(t.dtype).type
        return f"type({value}) is _t{tag}"
    if isinstance(t, Array):
        return _array_test(value, t, space, tag)
    space[f"_t{tag}"] = t
    return f"_type_of({value}) == _t{tag}"


def _array_test(value: str, t: Array, space: dict[str, Any], tag: str) -> str:
    space[f"_d{tag}"] = np.dtype(t.dtype)
    tests = [f"type({value}) is _ndarray", f"{value}.dtype is _d{tag}", f"{value}.ndim == {t.ndim}"]
    if t.ndim == 1:
        tests.append(f"{value}.size {'==' if t.dims[0] == UNIT else '!='} 1")
    elif t.ndim and all(d == MANY for d in t.dims):
        tests.append(f"1 not in {value}.shape")
    elif t.ndim:
        tests.append(f"tuple([n == 1 for n in {value}.shape]) == {tuple(d == UNIT for d in t.dims)}")
    return " and ".join(tests)


# ---------------------------------------------------------------------------------------------------------- general search

def holds(compiled: Compiled, arguments: dict[str, Any]) -> bool:
    """Whether every guard of a specialisation holds now."""
    try:
        return all(CHECKS[kind](fetch(path, arguments), expected) for kind, path, expected in compiled.guards)
    except (AttributeError, KeyError, IndexError, TypeError, ValueError):
        return False


def fetch(path: DataPath, arguments: dict[str, Any]) -> Any:
    """What a path leads to now."""
    if path.scope != "param":
        return read(path)
    value = arguments[path.root]
    for kind, key in path.steps:
        value = getattr(value, key) if kind == "attr" else value[key]
    return value


def _same_value(value: Any, expected: Any) -> bool:
    return type(value) is type(expected) and bool(value == expected)


def _same_code(value: Any, expected: Any) -> bool:
    return getattr(value, "__code__", None) is expected.__code__ and value.__globals__ is expected.__globals__ and \
        value.__defaults__ == expected.__defaults__


def _same_method(value: Any, expected: Any) -> bool:
    return bool(value == expected)


CHECKS: dict[str, Callable[[Any, Any], bool]] = {
    "type": lambda value, t: type_of(value) == t,
    "is": lambda value, expected: value is expected,
    "value": _same_value,
    "code": _same_code,
    "method": _same_method,
    "keys": lambda value, expected: tuple(value) == expected,
    "length": lambda value, expected: len(value) == expected,
}


def run(compiled: Compiled, arguments: Sequence[Any]) -> Any:
    """Call a specialisation after refreshing the module data that it reads."""
    for space, name, path in compiled.live:
        space[name] = read(path)
    try:
        return compiled.function(*arguments)
    except Exception as error:
        annotate(error, compiled)
        raise


def annotate(error: BaseException, compiled: Compiled) -> None:
    """Add a note that names the user's line to an exception raised by generated code."""
    if getattr(error, "__notes__", None):
        return
    trace, found = error.__traceback__, None
    maps = {e.filename: e for e in compiled.emitted}
    while trace is not None:
        emitted = maps.get(trace.tb_frame.f_code.co_filename)
        if emitted is not None:
            found = emitted, trace.tb_lineno
        trace = trace.tb_next
    if found is None:
        return
    emitted, line = found
    loc = emitted.emitted.line_map.get(line)
    if loc is not None:
        where = f"{place(loc)}: {loc.text}"
        mark = emitted.reverse_line
        error.add_note(f"while running the adjoint of {where}" if mark and line > mark else f"while running {where}")
