"""Takes the function that an integral is of, says where it may jump as the variable passes a place that its parameters move.

The derivative of an integral by a parameter is the integral of the derivative only where the integrand is continuous: what a
jump adds when its place moves, no point of the integrand shows (Flanders, Differentiation under the Integral Sign, 1973,
section 4).  A test or a rounding of what depends on the variable and on the parameter may be such a jump; in a derivative, so
may be what has a kink in the function, as ``abs``.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable
from typing import Any

import numpy as np

from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import Lit, Slot, op_effect
from ..ir.rewrite import unconverted
from ..ir.types import Array, List, strip_const
from ..rules import registry
from ..runtime.helpers import first_max, first_min
from .activations import DerivativeOf

SMOOTH = {len, isinstance, operator.is_, operator.is_not, np.shape, np.ndim, np.size, np.isnan, np.isfinite, np.isinf,
          np.iscomplexobj}
"""What is constant without a jump, though it is given what varies."""
JUMPS = {operator.mod, divmod, math.fmod, math.remainder, math.copysign, math.modf, math.frexp, math.atan2, np.remainder,
         np.fmod, np.divmod, np.modf, np.frexp, np.copysign, np.heaviside, np.nextafter, np.unwrap, np.angle, np.arctan2,
         np.unique, np.histogram}
"""What has a derivative almost everywhere, and jumps."""
KINKS = {abs, max, min, math.fabs, math.hypot, np.abs, np.fabs, np.hypot, np.linalg.norm, np.maximum, np.minimum, np.fmax,
         np.fmin, np.max, np.min, np.nanmax, np.nanmin, np.ptp, np.clip, np.sort, np.partition, np.median, np.quantile,
         np.percentile, np.interp, first_max, first_min}
"""What is continuous, and its derivative is not."""
ROOTS = {math.sqrt, np.sqrt}
POWERS = {operator.pow, math.pow, pow, np.power, np.float_power}
"""What has a kink where it is given a square."""
_OTHER_KINKS = ("huber", "erfcx_slope")


def find_jump(function: Function, variable: Iterable[int], parameters: Iterable[int], derivative: bool = False,
              searched: frozenset[Any] = frozenset()) -> Op | None:
    """An operation of ``function`` that may jump where its parameters at ``variable`` and at ``parameters`` meet; None if there
    is none.  Of a ``derivative`` of the function that is asked for, kinks are jumps.  What was ``searched`` calls it."""
    given = (function, frozenset(variable), frozenset(parameters), derivative)
    return None if given in searched else _Search(*given, searched | {given}).first()


class _Search:
    """What depends on the variable (1), and what on the parameters (2), in one function."""

    def __init__(self, function: Function, variable: frozenset[int], parameters: frozenset[int], derivative: bool,
                 searched: frozenset[Any]) -> None:
        self.function, self.derivative, self.searched = function, derivative, searched
        self.ops = list(walk(function.body))
        self.on: dict[Value, int] = {p: (k in variable) + 2 * (k in parameters) for k, p in enumerate(function.params)}
        self.memory = 0
        while self._spread():
            pass

    def of(self, values: Iterable[Value]) -> int:
        found = 0
        for v in values:
            found |= self.on.get(v, 0) | (self.memory if isinstance(strip_const(v.type), Array | List) else 0)
        return found

    def _spread(self) -> bool:
        """Go through all operations once; whether there was anything new."""
        before = sum(self.on.values()) + self.memory
        for op in self.ops:
            mask = self.of(op.operands)
            inner = [v for block in op.blocks for v in block.args]
            for block in op.blocks:
                mask |= self.of(block.ops[-1].operands if block.ops else ())
            if op_effect(op) == "writes":
                self.memory |= mask
            for v in (*op.results, *inner):
                self.on[v] = self.on.get(v, 0) | mask
        return sum(self.on.values()) + self.memory != before

    def first(self) -> Op | None:
        for op in self.ops:
            if self.of(op.operands) == 3 and self._may_jump(op):
                return op
            if op.name == "try" and (failing := self._fails(op.blocks[0])) is not None:
                return failing
        return None

    def _fails(self, body: Block) -> Op | None:
        """What raises beyond a place that moves, for a handler that computes something else."""
        return next((op for op in walk(body) if op.attrs.get("may_raise") and self.of(op.operands) == 3), None)

    def _may_jump(self, op: Op) -> bool:
        callee = op.attrs.get("callee")
        if isinstance(callee, Function):
            return self._within(op, callee) is not None
        if op.name != "call":
            return False
        fn = op.attrs["fn"]
        varying = [v for v in op.operands if strip_const(v.type).differentiable and self.on.get(v, 0)]
        if not varying or _hashable(fn) in SMOOTH or self.of(varying) != 3:
            return False
        entry = registry.lookup(fn)
        if fn in JUMPS or entry is not None and entry.zero:
            return True
        return self.derivative and (fn in KINKS or _is_root_of_square(op) or getattr(fn, "__name__", "") in _OTHER_KINKS)

    def _within(self, op: Op, callee: Function) -> Op | None:
        """Such an operation of a function that is called, or of the one that a derivative of is called."""
        derivative, info = self.derivative, callee.info
        while isinstance(info, DerivativeOf):
            callee, derivative = info.function, True
            info = callee.info
        masks = [self.of([v]) for v in op.operands[: len(callee.params)]]
        places = [{k for k, mask in enumerate(masks) if mask & bit} for bit in (1, 2)]
        return find_jump(callee, places[0], places[1], derivative, self.searched)


def _is_root_of_square(op: Op) -> bool:
    """Whether an operation is ``sqrt(u**2)``, in whatever form: the absolute value of ``u``."""
    root = op.attrs["fn"] in ROOTS or op.attrs["fn"] in POWERS and not isinstance(_exponent(op), int)
    inner = unconverted(op.operands[0]).owner
    if not root or not isinstance(inner, Op) or inner.name != "call":
        return False
    if inner.attrs["fn"] in POWERS:
        return _exponent(inner) in (2, 4, 6)
    factors = inner.operands if inner.attrs["fn"] in (operator.mul, np.multiply) else []
    return inner.attrs["fn"] is np.square or len(factors) == 2 and _alike(factors[0], factors[1])


def _alike(a: Value, b: Value, steps: int = 4) -> bool:
    """Whether two values are computed alike, in a few operations."""
    a, b = unconverted(a), unconverted(b)
    p, q = a.owner, b.owner
    if a is b or not steps or not (isinstance(p, Op) and isinstance(q, Op) and p.name == q.name == "call"):
        return a is b
    same: bool = p.attrs["fn"] is q.attrs["fn"] and p.attrs["args"] == q.attrs["args"] and len(p.operands) == len(q.operands)
    return same and all(map(_alike, p.operands, q.operands, [steps - 1] * len(p.operands)))


def _exponent(power: Op) -> Any:
    """The exponent of a power, where it is written down."""
    given = power.attrs["args"][1]
    if isinstance(given, Lit):
        return given.value
    owner = unconverted(power.operands[given.index]).owner if isinstance(given, Slot) else None
    return owner.attrs["value"] if isinstance(owner, Op) and owner.name == "const" else None


def _hashable(fn: Any) -> Any:
    return fn if getattr(fn, "__hash__", None) else None
