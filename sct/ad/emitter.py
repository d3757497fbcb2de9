"""What both modes emit: zero derivatives with the structure of a value, copies, sums, literals."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from ..analysis.context import Context
from ..analysis.infer import Specializer
from ..analysis.mixed import mixed_values
from ..ir.build import Builder
from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import IMPLICIT, LOOPS, Lit, SeqOf, Slot
from ..ir.rewrite import incoming
from ..ir.types import BOTTOM, FLOAT, INT, Array, List, OrConst, Scalar, Table, Tuple, Type, join, strip_const
from ..runtime import helpers
from . import control, lists, tuples


class Emitter:
    """Emits derivative code at a moving place."""

    def __init__(self, context: Context, builder: Builder) -> None:
        self.context = context
        self.builder = builder
        self.sp = Specializer(context, builder)
        self.precisions: dict[Value, str | None] = {}
        """The element types at run time, where they have been asked for."""

    def add(self, x: Value, y: Value, hint: str = "") -> Value:
        """``x + y`` of two adjoints of the same value."""
        if is_zero(x):
            return y
        if is_zero(y):
            return x
        t = join(strip_const(x.type), strip_const(y.type)) or x.type
        if isinstance(t, Tuple):
            return tuples.add(self, x, y, t)
        if isinstance(t, Array) and not t.ndim:
            t = Scalar(t.dtype, False)  # NumPy's sum of 0-d arrays is a number
        return self.builder.value("call", [x, y], t, hint, fn=operator.add, args=(Slot(0), Slot(1)), kwargs={}, adjoint=True)

    def zeros(self, value: Value) -> Value:
        """A zero adjoint with the structure of ``value``."""
        t = control.bar_type(value)
        if isinstance(t, Scalar):
            return self.constant(0j if t.dtype.startswith("complex") else 0.0)
        missing = bind_everywhere(value, set())
        if isinstance(t, Tuple):
            return tuples.zeros(self, value, t)
        if isinstance(t, List | Table) and (missing or _is_constant_on_some_path(value)):
            fn: Callable[..., Any] = helpers.list_of_zeros if isinstance(t, List) else helpers.dict_of_zeros
            return self.builder.value("call", [value], t, bar_hint(value), fn=fn, args=(Slot(0),), kwargs={}, effect="fresh",
                                      adjoint=True)
        if isinstance(t, List) and isinstance(t.item, Scalar):
            return self.zeros_of_list(value, t)
        fn = np.zeros_like if isinstance(t, Array) else helpers.zeros_like
        zeros = self.builder.value("call", [value], t, bar_hint(value), fn=fn, args=(Slot(0),), kwargs={}, effect="fresh",
                                   adjoint=True)
        if isinstance(t, List) and _is_tuple(value):
            return self.builder.value("call", [zeros], t, zeros.hint, fn=list, args=(Slot(0),), kwargs={}, effect="fresh",
                                      adjoint=True)
        return zeros

    def zeros_of_list(self, value: Value, t: Type, zero: float = 0.0) -> Value:
        """``[0.0] * len(value)``."""
        count = self.builder.value("call", [value], INT, fn=len, args=(Slot(0),), kwargs={}, adjoint=True)
        return self.builder.value("call", [count], t, bar_hint(value), fn=operator.mul,
                                  args=(SeqOf(list, (Lit(zero),)), Slot(0)), kwargs={}, effect="fresh", adjoint=True)

    def copy(self, value: Value, want: Type | None = None) -> Value:
        """A copy that this sweep owns; an array where the adjoint of a 0-d array is a number."""
        t = strip_const(value.type)
        if isinstance(t, List | Table):
            return lists.copy(self, value)
        if isinstance(t, Tuple):
            return value  # nothing is added to it in place
        if isinstance(want, Array) and isinstance(t, Scalar):
            return self.builder.value("call", [value], want, value.hint, fn=np.array, args=(Slot(0),), kwargs={},
                                      effect="fresh", adjoint=True)
        return self.builder.value("call", [value], t, value.hint, fn=np.copy, args=(Slot(0),), kwargs={}, effect="fresh",
                                  adjoint=True, spelled="method", spelled_name="copy")

    def constant(self, number: complex) -> Value:
        """A literal of the reverse sweep."""
        kind = Scalar("complex128") if isinstance(number, complex) else FLOAT
        return self.builder.value("const", (), OrConst(BOTTOM, kind), value=number)


class Accumulator(Emitter):
    """Takes cotangents: a reverse sweep, or what stands for one where a single rule is applied."""

    active: set[Value]
    """The values that cotangents are wanted of."""
    bars: dict[Value, Value]
    """Adjoints accumulated so far, of values that are combined as wholes."""
    buffers: dict[Value, Value]
    """Adjoint arrays that are owned and added to in place."""

    def accumulate(self, value: Value, contribution: Value) -> None:
        """Add ``contribution`` to the adjoint of ``value``."""
        raise NotImplementedError


def make_buffers_float(function: Function) -> None:
    """Say that adjoints and tangents are floats where they are made after the example of what may be an array of ints."""
    mixed = mixed_values(function)
    for op in walk(function.body) if mixed else ():
        if op.attrs.get("fn") is np.zeros_like and op.attrs.get("adjoint") and op.operands[0] in mixed:
            op.attrs["kwargs"].setdefault("dtype", Lit(float))


def bind_everywhere(value: Value, visited: set[Value]) -> bool:
    """Bind a variable to None on the paths that leave it unbound: its zero adjoint must be made from something.

    The result says whether there is such a path.
    """
    op = value.owner
    if value in visited:
        return False
    visited.add(value)
    sources: list[Value] = []
    if isinstance(op, Block):
        loop = op.parent
        if loop is None or loop.name not in LOOPS:
            return False
        position = op.args.index(value) - (len(op.args) - len(loop.results))
        if position >= 0:
            sources = list(incoming(loop, position))
    elif isinstance(op, Op) and op.name == "undef":
        op.name, op.attrs = "const", {"value": None, "unbound": True}
        return True
    elif isinstance(op, Op) and op.name == "const":
        return op.attrs["value"] is None
    elif isinstance(op, Op) and op.name in ("if", "with", "try", *LOOPS):
        sources = list(incoming(op, op.results.index(value)))
    bound = [bind_everywhere(source, visited) for source in sources]  # every source, not only up to the first
    return any(bound)


def _is_constant_on_some_path(value: Value) -> bool:
    """Whether a value that is typed as a container may be None or a number at run time."""
    while isinstance(value.owner, Op) and value.owner.name in IMPLICIT:
        value = value.owner.operands[0]
    return isinstance(value.type, OrConst) and value.type.base is not BOTTOM


def _is_tuple(value: Value) -> bool:
    """Whether a value of the type of a list is a tuple, indexed by a number that only run time knows."""
    op = value.owner
    return isinstance(op, Op) and op.name == "narrow" and isinstance(strip_const(op.operands[0].type), Tuple)


def bar_hint(value: Value) -> str:
    """The name of an adjoint: ``x_bar`` for a named value, none for a temporary."""
    return f"{value.hint}_bar" if value.hint else ""


def is_zero(value: Value) -> bool:
    """Whether an adjoint is the literal zero."""
    owner = value.owner
    return isinstance(owner, Op) and owner.name == "const" and owner.attrs["value"] == 0
