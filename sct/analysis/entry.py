"""What the differentiated function writes to of its arguments: takes a typed function, gives one that works on copies of it.

An array is copied under its own name, ``a = a.copy()``; one that a container or object holds is taken out of it at the head
of the function, ``v = p.v.copy()``, and has that one name from then on.  The caller's stay as they are, and the derivative is
with respect to what they held on entry.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from typing import Any

import numpy as np

from ..ir.core import Function, Op, Value, walk
from ..ir.ops import Slot
from ..ir.rewrite import insert_before, replace_all_uses, replace_uses
from ..ir.types import Array, Dict, List, Object, Record, Scalar, Table, Tuple, Type, strip_const
from ..runtime import helpers
from .alias import AliasClasses, Path, has_memory, made_to_be_returned, path_in_argument
from .written import Written


def parts_read(function: Function) -> list[Path]:
    """The arguments and parts of them that ``function`` uses, other than to read a part of them, and that refer to memory."""
    used = dict.fromkeys(v for op in walk(function.body) if op.name not in ("attr", "item") for v in op.operands)
    paths = [path_in_argument(v, function) for v in used if has_memory(v)]
    return list(dict.fromkeys(path for path in paths if path is not None))


def take_apart_returned(function: Function, names: AliasClasses, written: Container[Value]) -> None:
    """Return new containers with the items of those that arguments are or hold, where some of these are ``written``."""
    for op in [function.body.ops[-1], *made_to_be_returned(function)]:
        for k, value in enumerate(op.operands):
            path = path_in_argument(value, function)
            if path is not None and isinstance(value.type, Dict | Tuple) and names.find(value) in written:
                op.operands[k] = _item_by_item(function, value, op)


def mark_returned(function: Function) -> None:
    """Mark what is made only to be returned: the differentiated function returns copies of it."""
    for op in made_to_be_returned(function):
        op.attrs["returned"] = True


def _item_by_item(function: Function, value: Value, user: Op) -> Value:
    """A new container with the items of ``value``, made for ``user``."""
    t = value.type
    if not isinstance(t, Dict | Tuple):
        return value
    pairs = list(t.items) if isinstance(t, Dict) else list(enumerate(t.items))
    items = []
    for key, kind in pairs:
        item = _before(user, "item", [value], kind, key=key)
        items.append(_item_by_item(function, item, user))
    if isinstance(t, Dict):
        cls = t.cls if isinstance(t, Record) else dict
        return _before(user, "dict", items, Object(cls), keys=tuple(key for key, _ in pairs), cls=cls)
    return _before(user, "tuple", items, Object(t.cls), cls=t.cls)


def _before(user: Op, name: str, operands: list[Value], kind: Type, **attrs: Any) -> Value:
    made = Op(name, operands, [], attrs, [], user.parent, user.loc)
    made.results = [Value("", kind, made)]
    insert_before(user, [made])
    return made.result


def paths_to_copy(function: Function, members: Iterable[Value]) -> list[Path]:
    """Where the arrays and lists of a class come from that are arguments, or that arguments hold."""
    found = [path_in_argument(v, function) for v in members if isinstance(v.type, Array | List | Table)]
    return list(dict.fromkeys(path for path in found if path is not None))


def copy_what_is_written(function: Function, classes: Iterable[list[Value]],
                         doubtful: Callable[[Value], bool]) -> list[Written]:
    """Copy, of all names of memory that ``function`` writes to, those that are arguments or parts of them.

    A matrix is copied with its layout, unless it is ``doubtful`` whether it is reshaped: then it must be in C order, as the
    copy is.
    """
    found: dict[Path, bool] = {}
    for members in classes:
        found.update(dict.fromkeys(paths_to_copy(function, members), any(map(doubtful, members))))
    return [written for path, reshaped in found.items() if (written := _copied(function, path, reshaped)) is not None]


def _copied(function: Function, path: Path, reshaped: bool) -> Written | None:
    param, steps = path
    array = param
    for k in range(len(steps)):
        array = _taken_out(function, (param, steps[:k + 1]))
    first = function.body.ops[0] if array is param else array.owner
    assert isinstance(first, Op)
    _copy(function, array, first, reshaped)
    return Written(param.hint, steps, reshaped) if isinstance(array.type, Array) else None


def _taken_out(function: Function, path: Path) -> Value:
    """What is at ``path``, read once, at the head of the function."""
    ops = [op for op in walk(function.body) if op.name in ("attr", "item") and path_in_argument(op.result, function) == path]
    first, *others = ops
    assert first.parent is not None
    replace_uses(function.body, {op.result: first.result for op in others})
    for op in ops:
        assert op.parent is not None
        op.parent.ops.remove(op)
    place = first.operands[0].owner
    at = function.body.ops.index(place) + 1 if isinstance(place, Op) else 0
    first.parent = function.body
    function.body.ops.insert(at, first)
    return first.result


def _copy(function: Function, array: Value, first: Op, reshaped: bool) -> None:
    """Let everything use a copy of ``array``, made behind ``first`` if that gives it, else before it."""
    plain = isinstance(array.type, Array) and (reshaped or array.type.ndim < 2)
    method: dict[str, Any] = {"spelled": "method", "spelled_name": "copy"} if plain else {}
    of_numbers = isinstance(array.type, List) and isinstance(strip_const(array.type.item), Scalar)
    fn = np.copy if isinstance(array.type, Array) else list if of_numbers else helpers.copied
    copy = Op("call", [], [], {"fn": fn, "args": (Slot(0),), "kwargs": {}, "effect": "fresh", **method}, [],
              function.body, first.loc)
    copy.results = [Value(array.hint, array.type, copy)]
    replace_all_uses(array, copy.result, function.body)
    copy.operands = [array]
    if isinstance(array.owner, Op):
        array.hint = ""  # the copy has its name
    if array.owner is first:
        function.body.ops.insert(function.body.ops.index(first) + 1, copy)
    else:
        insert_before(first, [copy])
