"""Tells at a call whether an argument that the function writes to shares memory with anything else that the function sees.

The gradient function works on copies of such arguments, so a write to one of them would not be seen through the other; and the
derivative with respect to one of two names of the same memory is not defined.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from .errors import AliasingError

if TYPE_CHECKING:
    from .compiler import Compiled


def check_apart(compiled: Compiled, values: Sequence[Any]) -> None:
    """Refuse arguments that are written to and share memory with another argument, or with data that the function reads."""
    for position, name in compiled.written.items():
        array = values[position]
        if not isinstance(array, np.ndarray):
            _check_containers(compiled, name, array, [v for k, v in enumerate(values) if k != position])
            continue
        if array is compiled.defaults.get(position):
            raise _refused(compiled, f"`{name}` is written to, and its default would be another one in the next call",
                           f"write to a copy: `{name} = {name}.copy()`")
        if not array.flags.writeable:
            raise _refused(compiled, f"`{name}` is written to, but is read-only", "pass a copy of it")
        if 0 in array.strides and array.size > 1:
            raise _refused(compiled, f"`{name}` is written to, but its elements share memory", "pass a copy of it")
        if position in compiled.reshaped and not array.flags.c_contiguous:
            raise _refused(compiled, f"`{name}` is reshaped and written to, and does not lie in memory in one piece",
                           f"pass np.ascontiguousarray({name})")
        others = [v for k, v in enumerate(values) if k != position]
        others += [space[key] for space, key, _ in compiled.live if key in space]
        if any(np.may_share_memory(array, other) and np.shares_memory(array, other)
               for value in others for other in _arrays(value, 0)):
            raise _refused(compiled, f"`{name}` is written to, and shares memory with something else that the function reads",
                           "pass a copy of it")


def _check_containers(compiled: Compiled, name: str, value: Any, others: list[Any]) -> None:
    """Refuse an argument that changes and holds a list, dict or object in two places, or one that another argument holds."""
    own = [id(c) for c in _containers(value, 0)]
    if len(set(own)) < len(own):
        raise _refused(compiled, f"something in `{name}` changes, and one list, dict or object is in it twice", "pass copies")
    if any(id(c) in own for other in others for c in _containers(other, 0)):
        raise _refused(compiled, f"something in `{name}` changes, and another argument holds it, too", "pass a copy of it")


def _containers(value: Any, depth: int) -> Iterator[Any]:
    """The lists, dicts and objects that can change in nested containers and objects."""
    if isinstance(value, list | tuple | dict):
        if not isinstance(value, tuple):
            yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from _containers(item, depth + 1)
    elif depth < 4 and hasattr(value, "__dict__") and not isinstance(value, type) and not callable(value):
        yield value
        for item in vars(value).values():
            yield from _containers(item, depth + 1)


def _refused(compiled: Compiled, message: str, hint: str) -> AliasingError:
    return AliasingError(message, loc=compiled.typed.loc, hint=hint, code="SCT607")


def _arrays(value: Any, depth: int) -> Iterator[np.ndarray[Any, Any]]:
    """The arrays in nested containers and objects."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _arrays(item, depth + 1)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _arrays(item, depth + 1)
    elif depth < 4 and hasattr(value, "__dict__") and not isinstance(value, type) and not callable(value):
        for item in vars(value).values():
            yield from _arrays(item, depth + 1)
