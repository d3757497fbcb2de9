"""Adjoints of tuples that are one value at run time, such as a loop's variable that starts as None: tuples of adjoints."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from ..analysis.context import Refusal
from ..ir.core import Op, Value
from ..ir.ops import Lit, Slot
from ..ir.types import NONE, Scalar, Tuple, Type, loosely, strip_const
from ..runtime import helpers
from .control import bar_type

if TYPE_CHECKING:
    from .emitter import Emitter
    from .reverse import Reverser


def with_item(rev: Reverser, value: Value, key: Any, bar: Value) -> Value:
    """The adjoint of the tuple ``value`` to which its item ``key`` contributes ``bar`` and the others nothing."""
    t = strip_const(value.type)
    if not isinstance(t, Tuple):
        refusal = Refusal("SCT700", f"`{value.hint or 'a value'}` is {t} or None, which is not supported",
                          "use one variable for each item")
        rev.context.refuse(refusal, value.owner.loc if isinstance(value.owner, Op) else rev.function.loc)
        rev.context.check()
    assert isinstance(t, Tuple)
    kind = bar_type(value)
    assert isinstance(kind, Tuple)
    items = [bar if k == key else _zero(rev, value, (k,), item) for k, item in enumerate(kind.items)]
    return _tuple(rev, items, kind)


def zeros(rev: Emitter, value: Value, kind: Type) -> Value:
    """A zero of the type ``kind`` for the tuple ``value``, which may be None where this is not used."""
    return _zero(rev, value, (), kind)


def add(rev: Emitter, x: Value, y: Value, t: Tuple) -> Value:
    """The sums of the items of two adjoints."""
    pairs = [(item(rev, x, k, kind), item(rev, y, k, kind)) for k, kind in enumerate(t.items)]
    return _tuple(rev, [a if kind is NONE else rev.add(a, b) for (a, b), kind in zip(pairs, t.items, strict=True)], t)


def _zero(rev: Emitter, value: Value, path: tuple[int, ...], kind: Type) -> Value:
    """A zero of the type ``kind`` for the item of ``value`` at ``path``."""
    if kind is NONE:
        return rev.builder.value("const", (), NONE, value=None)
    if isinstance(kind, Scalar):
        return rev.constant(0.0)
    if isinstance(kind, Tuple):
        return _tuple(rev, [_zero(rev, value, (*path, k), item) for k, item in enumerate(kind.items)], kind)
    keys = tuple(map(Lit, path))
    return rev.builder.value("call", [value], kind, fn=helpers.zeros_like, args=(Slot(0), *keys), kwargs={}, adjoint=True)


def of_items(rev: Emitter, total: Value, kind: Type) -> Value:
    """The adjoint of the type ``kind`` of a tuple, from the list ``total`` of the adjoints of its items."""
    if kind is NONE:
        return rev.builder.value("const", (), NONE, value=None)
    if not isinstance(kind, Tuple):
        return total
    return _tuple(rev, [of_items(rev, item(rev, total, k, part), part) for k, part in enumerate(kind.items)], kind)


def item(rev: Emitter, bar: Value, key: int, t: Type) -> Value:
    """The item ``key`` of an adjoint."""
    made = bar.owner
    if isinstance(made, Op) and made.name == "tuple":
        return made.operands[key]
    return rev.builder.value("call", [bar], loosely(t), fn=operator.getitem, args=(Slot(0), Lit(key)), kwargs={}, adjoint=True)


def _tuple(rev: Emitter, items: list[Value], t: Type) -> Value:
    return rev.builder.value("tuple", items, t, cls=tuple)
