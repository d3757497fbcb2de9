"""Warns of derivatives that end in an array of integers: typed functions in, a warning for each such write out.

What is stored there is cut to an integer, whose derivative is zero wherever it has one: right, but seldom what was meant.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence

from ..errors import DifferentiationWarning
from ..ir.core import Function, Op, Value, walk
from ..ir.types import Array, strip_const
from .activity import varied_values


def warn_of_truncation(function: Function, inputs: Sequence[Value], callees: Sequence[Function]) -> bool:
    """Warn, once for each line, of what depends on ``inputs`` and is stored where no derivative can be.

    The result is whether there is such a line.
    """
    warned = False
    for one in (function, *callees):
        cut = [op for op in walk(one.body) if op.name == "store" and _cuts(op)]
        varied = varied_values(one, inputs if one is function else one.params) if cut else set()
        for op in cut:
            if op.operands[1] in varied:
                _warn(op)
                warned = True
    return warned


def _cuts(op: Op) -> bool:
    target, value = (strip_const(v.type) for v in op.operands[:2])
    return isinstance(target, Array) and not target.differentiable and value.differentiable


def _warn(op: Op) -> None:
    name, t = op.operands[0].hint or "an array", strip_const(op.operands[0].type)
    assert isinstance(t, Array)
    warnings.warn_explicit(f"`{name}` holds values of {t.dtype}: what is stored into it has the derivative zero "
                           "(make it an array of floats: dtype=float)", DifferentiationWarning, op.loc.file, op.loc.line)
