"""Tells at a call whether an argument that the function writes to shares memory with anything else that the function sees.

The gradient function works on copies of such arguments, so a write to one of them would not be seen through the other; and the
derivative with respect to one of two names of the same memory is not defined.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import AliasingError
from .runtime.records import fields_of

if TYPE_CHECKING:
    from .analysis.written import Steps, Written
    from .loaded import Compiled


def must_be_apart(compiled: Compiled) -> bool:
    """Whether there is anything to test at a call."""
    return bool(compiled.written or compiled.changed)


def defaults_of(fun: Any, written: Sequence[tuple[int, Written]]) -> dict[int, Any]:
    """For the parameters of ``fun`` that are written to the arrays that they are by default."""
    parameters = inspect.signature(fun).parameters if written else {}
    defaults = {position: parameters[one.param].default for position, one in written if one.param in parameters}
    return {position: default for position, default in defaults.items() if isinstance(default, np.ndarray)}


def check_apart(compiled: Compiled, values: Sequence[Any]) -> None:
    """Refuse arguments that are written to and share memory with another argument, or with data that the function reads."""
    data: list[tuple[Steps, Any]] = [((), space[key]) for space, key, _ in compiled.live if key in space]
    for position, name in compiled.changed.items():
        others = [v for k, v in enumerate(values) if k != position]
        _check_containers(compiled, name, values[position], [*others, *(v for _, v in data)])
    if not compiled.written:
        return
    given = [((("argument", k), *steps), follow(values[k], steps)) for k, steps in compiled.read]
    seen = list(_arrays([*given, *data]))
    for position, written in compiled.written:
        array = follow(values[position], written.steps)
        _check_array(compiled, position, written, array)
        own = (("argument", position), *written.steps)
        if any(steps != own and np.may_share_memory(array, other) and np.shares_memory(array, other) for steps, other in seen):
            raise _refused(compiled, f"`{spelled(written)}` is written to, and shares memory with something else that the "
                           "function reads", "pass a copy of it")


def _check_array(compiled: Compiled, position: int, written: Written, array: np.ndarray[Any, Any]) -> None:
    """Refuse an array that cannot be written to as the function does it."""
    name = spelled(written)
    if array is compiled.defaults.get(position):
        raise _refused(compiled, f"`{name}` is written to, and its default would be another one in the next call",
                       f"write to a copy: `{name} = {name}.copy()`")
    if not array.flags.writeable:
        raise _refused(compiled, f"`{name}` is written to, but is read-only", "pass a copy of it")
    if 0 in array.strides and array.size > 1:
        raise _refused(compiled, f"`{name}` is written to, but its elements share memory", "pass a copy of it")
    if written.reshaped and not array.flags.c_contiguous:
        raise _refused(compiled, f"`{name}` is reshaped and written to, and does not lie in memory in one piece",
                       f"pass np.ascontiguousarray({name})")


def follow(value: Any, steps: Steps) -> Any:
    """What is found in an argument."""
    for kind, key in steps:
        value = getattr(value, key) if kind == "attr" else value[key]
    return value


def spelled(written: Written) -> str:
    """An array in an argument as an expression."""
    return written.param + "".join(f".{key}" if kind == "attr" else f"[{key!r}]" for kind, key in written.steps)


def _check_containers(compiled: Compiled, name: str, value: Any, others: list[Any]) -> None:
    """Refuse an argument that changes and holds a list, dict or object in two places, or one that another argument holds."""
    own = [id(c) for c in _containers(value)]
    if len(set(own)) < len(own):
        raise _refused(compiled, f"something in `{name}` changes, and one list, dict or object is in it twice", "pass copies")
    if any(id(c) in own for other in others for c in _containers(other)):
        raise _refused(compiled, f"something in `{name}` changes, and another argument, or what else is read, holds it, too",
                       "pass a copy of it")


def _containers(value: Any) -> Iterator[Any]:
    """The lists, dicts and objects that can change in nested containers and objects, each as often as it is held."""
    work, seen = [(value, 0)], set[int]()
    while work:
        value, depth = work.pop()
        held = _held_in(value, depth)
        if held is None:
            continue
        if not isinstance(value, tuple):
            yield value
        if id(value) not in seen:
            seen.add(id(value))
            work += [(item, depth + 1) for item in held]


def _held_in(value: Any, depth: int) -> list[Any] | None:
    """What a container or an object holds; None for the rest, and for what lies deep in objects of which little is known."""
    if isinstance(value, list | tuple | dict):
        return list(value.values() if isinstance(value, dict) else value)
    names = fields_of(value)
    if names is not None:
        return [getattr(value, name) for name in {*names, *getattr(value, "__dict__", ())}]
    if depth < 4 and hasattr(value, "__dict__") and not isinstance(value, type) and not callable(value):
        return list(vars(value).values())
    return None


def _refused(compiled: Compiled, message: str, hint: str) -> AliasingError:
    return AliasingError(message, loc=compiled.typed.loc, hint=hint, code="SCT607")


def _arrays(values: list[tuple[Steps, Any]]) -> Iterator[tuple[Steps, np.ndarray[Any, Any]]]:
    """The arrays in nested containers, objects and functions, with the way to each; of several ways there, two are enough."""
    work, visits = list(values), Counter[int]()
    while work:
        steps, value = work.pop()
        if isinstance(value, np.ndarray):
            yield steps, value
            continue
        visits[id(value)] += 1
        if visits[id(value)] > 2:
            continue
        if isinstance(value, list | tuple):
            work += [((*steps, ("item", k)), item) for k, item in enumerate(value)]
        elif isinstance(value, dict):
            work += [((*steps, ("item", k)), item) for k, item in value.items()]
        else:
            work += [((*steps, ("attr", name)), item) for name, item in _held_by(value)]


def _held_by(value: Any) -> Iterator[tuple[str, Any]]:
    """What an object or a function holds, by name."""
    if isinstance(value, type | types.ModuleType):
        return
    if isinstance(value, types.FunctionType):
        yield "__defaults__", value.__defaults__
        for cell in value.__closure__ or ():
            try:
                yield "__closure__", cell.cell_contents
            except ValueError:  # not bound yet
                continue
    elif isinstance(value, types.MethodType):
        yield "__self__", value.__self__
    elif isinstance(value, functools.partial):
        yield from (("func", value.func), ("args", value.args), ("keywords", value.keywords))
    else:
        yield from getattr(value, "__dict__", {}).items()
        for cls in type(value).__mro__:
            slots = vars(cls).get("__slots__", ())
            for name in (slots,) if isinstance(slots, str) else slots:
                if hasattr(value, name):
                    yield name, getattr(value, name)
