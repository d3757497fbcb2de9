"""Says of operations on elements of arrays which they are, and how long they take."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..ir.core import Op, Value
from ..ir.types import Array
from ..passes.places import TRANSPARENT, is_elementwise_op
from ..passes.shapes import ndim
from ..runtime import helpers

LITTLE = 12
"""How many operations on elements are repeated in each statement that uses their result, rather than kept in an array."""
_WEIGHTS: dict[Any, int] = {operator.truediv: 4, np.where: 1, **dict.fromkeys(
    (operator.add, operator.sub, operator.mul, operator.neg, operator.lt, operator.le, operator.gt, operator.ge, operator.eq,
     operator.ne, operator.and_, operator.or_, np.isnan, np.maximum, np.minimum, np.abs), 1)}
"""How long quick operations take, in times an addition."""


def is_unbroadcast(op: Op) -> bool:
    """Whether an adjoint is brought to a shape that it has already, if no dimension was spread."""
    return op.name == "call" and op.attrs["fn"] is helpers.unbroadcast and ndim(op.operands[0]) == ndim(op.operands[1])


def is_outer(op: Op) -> bool:
    """Whether an op multiplies each element of one vector with each of another."""
    return op.name == "call" and op.attrs["fn"] is np.outer and not op.attrs.get("kwargs") and all(
        isinstance(v.type, Array) and v.type.ndim == 1 and v.type.dtype == "float64" for v in op.operands)


def depends_on_layout(op: Op) -> bool:
    """Whether an op gives a view of an array or a copy, as it lies in memory."""
    return op.name == "call" and bool(op.attrs.get("undecided"))


def is_spared(value: Value, users: Sequence[Op], all_users: dict[Value, list[Op]]) -> bool:
    """Whether all that uses a value may become a loop over its elements, beside its definition."""
    assert isinstance(value.owner, Op)
    for user in users:
        stored = user.name in ("store", "iadd", "index_add") and user.operands[0] is not value
        passed = user.name in TRANSPARENT and is_spared(user.results[0], all_users.get(user.results[0], ()), all_users)
        summed = user.name == "call" and user.attrs["fn"] is np.sum
        if user.parent is not value.owner.parent or not (stored or passed or summed or is_elementwise_op(user)
                                                         or is_unbroadcast(user)):
            return False
    return True


def is_little(value: Value) -> bool:
    """Whether few quick operations on elements make a value, of which the last is one; the results of others are loaded."""
    op = value.owner
    if not isinstance(op, Op) or not is_elementwise_op(op):
        return True
    return _weight(op) is not None and _room_beside(value, LITTLE) >= 0


def _room_beside(value: Value, room: int) -> int:
    """What remains of ``room`` for operations beside those that make ``value``; negative if there is not enough."""
    op = value.owner
    if not isinstance(op, Op) or not isinstance(value.type, Array) or room < 0:
        return room
    if op.name in TRANSPARENT or is_unbroadcast(op):
        return _room_beside(op.operands[0], room)
    weight = _weight(op) if is_elementwise_op(op) else None
    if weight is None:
        return room
    room -= weight
    for operand in op.operands:
        room = _room_beside(operand, room)
    return room


def _weight(op: Op) -> int | None:
    return _WEIGHTS.get(op.attrs["fn"])
