"""Drops conversions of a gradient to Python's numbers where they are Python's numbers already.

Whether a number is Python's or NumPy's is left open while adjoints are accumulated; once the reverse sweep is settled, most
can be told.

Before:

    function f(%x: float, %y: float64?):
      %0: float64? = 2.0 * %x {adjoint}
      %x_bar: float = float(%0) {adjoint}
      %1: float64? = 2.0 * %y {adjoint}
      %y_bar: float = float(%1) {adjoint}
      return %x_bar, %y_bar

After (and dead code elimination):

    function f(%x: float, %y: float64?):
      %0: float64? = 2.0 * %x {adjoint}
      %1: float64? = 2.0 * %y {adjoint}
      %y_bar: float = float(%1) {adjoint}
      return %0, %y_bar

It pays lines that say nothing and, for the gradient of a list of numbers, a pass over all of them.
"""

from __future__ import annotations

import operator

import numpy as np

from ..ad.results import is_python
from ..ir.core import Function, Op, Value, walk
from ..ir.ops import Lit, SeqOf
from ..ir.rewrite import replace_uses, use_map
from ..rules.shaping import tolist_method
from .forms import computes_integer


def drop_conversions(fn: Function) -> int:
    """Replace the results of needless conversions by their operands; how many."""
    users = use_map(fn.body)
    replaced: dict[Value, Value] = {}
    for op in walk(fn.body):
        if op.name == "call" and op.attrs.get("adjoint"):
            found = _converted(op, users)
            if found is not None:
                replaced[op.result] = found
    replace_uses(fn.body, replaced)
    return len(replaced)


def _converted(op: Op, users: dict[Value, list[Op]]) -> Value | None:
    """The value that ``op`` converts to what it is."""
    if op.attrs["fn"] is float and len(op.operands) == 1:
        return op.operands[0] if is_python(op.operands[0]) and not computes_integer(op.operands[0]) else None
    if op.attrs["fn"] is not tolist_method:
        return None
    array = op.operands[0].owner
    if not isinstance(array, Op) or array.name != "call" or array.attrs["fn"] is not np.array or array.attrs["kwargs"]:
        return None
    items = array.operands[0]
    return items if _holds_python_numbers(items, users) and users[array.result] == [op] else None


def _holds_python_numbers(items: Value, users: dict[Value, list[Op]]) -> bool:
    """Whether a list that starts as ``[0.0] * n`` is only added to, read and converted, and each item stays a ``float``."""
    made = items.owner
    if not isinstance(made, Op) or made.name != "call" or made.attrs["fn"] is not operator.mul:
        return False
    start = made.attrs["args"][0]
    if not isinstance(start, SeqOf) or not all(isinstance(item, Lit) and type(item.value) is float for item in start.items):
        return False
    converted = 0
    for op in users.get(items, ()):
        if op.name == "index_add" and op.operands[0] is items:
            if not is_python(op.operands[1]):
                return False
        elif op.name == "call" and op.attrs["fn"] is np.array:
            converted += 1
        elif op.name != "call" or op.attrs["fn"] is not len:
            return False
    return converted == 1
