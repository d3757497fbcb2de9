"""Takes functions in IR, refuses what compiled code would do otherwise than Python without a word.

It gives ``nan`` for ``math.log(-1.0)`` and infinity for ``math.exp(1e3)``, so that a handler around them would not run.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator
from typing import Any

from ..errors import MissingRuleError
from ..ir.core import Function, Op, walk

_TOTAL = frozenset({math.tanh, math.atan, math.atan2, math.asinh, math.fabs, math.copysign, math.erf, math.erfc, math.degrees,
                    math.radians, math.isnan, math.isinf, math.isfinite})
"""Functions that no number makes raise."""
_QUIET = (operator.pow, operator.lshift, pow, int, float, round)


def refuse_silent(function: Function) -> None:
    """Refuse every ``try`` that may wait for an exception which compiled code does not raise."""
    for op in walk(function.body):
        if op.name == "try":
            for inner in _run(op, {function}):
                fn = inner.attrs["fn"]
                name = f"{fn.__module__}.{fn.__name__}" if fn.__module__ == "math" else fn.__name__
                message = f"under Numba `{name}` raises nothing where it raises in Python, and a `try` is around it"
                raise MissingRuleError(message, loc=inner.loc, code="SCT210",
                                       hint='use backend="python", or test the argument before')


def _run(op: Op, seen: set[Function]) -> Iterator[Op]:
    """The calls of what is quiet under Numba in the body of a ``try``, those in functions that it calls included."""
    work = [op.blocks[0]]
    while work:
        for inner in walk(work.pop()):
            if inner.name == "call" and _is_quiet(inner.attrs["fn"]):
                yield inner
            elif inner.name == "invoke" and inner.attrs["callee"] not in seen:
                seen.add(inner.attrs["callee"])
                work.append(inner.attrs["callee"].body)


def _is_quiet(fn: Any) -> bool:
    """Whether a function may raise for some numbers in Python only."""
    of_math = getattr(fn, "__module__", None) == "math"
    return any(fn is one for one in _QUIET) or of_math and not any(fn is one for one in _TOTAL)
