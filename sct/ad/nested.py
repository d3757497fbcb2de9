"""Gradients taken inside a differentiated function: written by reverse mode, and differentiated by forward mode over that.

A call of ``grad(g)`` is an ``invoke`` of a function that stands for the gradient (``GradientOf``).  Its own reverse rule needs
no reverse sweep through a reverse sweep: second derivatives are symmetric, so the cotangents of the arguments are the tangents
of the gradient by these arguments, in the direction of the cotangents of what ``grad(g)`` returned.
"""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from ..analysis.activations import GradientOf
from ..analysis.context import Context, Refusal
from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import Slot, op_effect
from ..ir.types import Array, List, Scalar, strip_const
from . import results
from .control import bar_type
from .emitter import bar_hint

if TYPE_CHECKING:
    from .calls import Pairs
    from .reverse import Reverser


class Gradients:
    """The gradients of callees that were asked for in one compilation."""

    def __init__(self, context: Context, pairs: Pairs) -> None:
        self.context = context
        self.pairs = pairs
        self.made: dict[tuple[Function, tuple[int, ...]], Function] = {}

    def of(self, function: Function, wrt: tuple[int, ...]) -> Function:
        """The function that returns the gradient of ``function`` by its parameters ``wrt``."""
        key = (function, wrt)
        if key not in self.made:
            self.made[key] = Function(f"{function.name}_grad", Block(), function.loc, GradientOf(function, wrt, False))
        self.write(self.made[key])
        return self.made[key]

    def write(self, function: Function) -> None:
        """Write the body of a function that stands for a gradient, once."""
        from .reverse import differentiate, seed_one
        from .saving import save
        standing = function.info
        if standing.written:
            return
        if standing.being_written:
            self.context.refuse(Refusal("SCT702", f"`{standing.function.name}` takes the gradient of itself",
                                        "differentiate another function inside"), function.loc)
            self.context.check()
        standing.being_written = True

        splicing = self.context.splicing
        joint = differentiate(standing.function, standing.wrt, seed_one, self.context, self.pairs, [0])
        self.context.splicing = True
        owned: set[Value] = set()
        params = joint.function.params
        gradients = [results.gradient(joint.reverser, params[k], joint.gradients[k], owned) for k in standing.wrt]
        value = joint.results[0] if standing.value else None
        rest = results.before_undo(joint) if standing.value else []
        returned = [*([value] if value is not None else []), *gradients, *rest]
        joint.reverser.builder.emit("return", returned, single=len(returned) == 1)
        self.context.splicing = splicing
        self.context.check()
        self.pairs.tidy(joint.function)
        save(joint)
        function.body = joint.function.body
        standing.written, standing.being_written = True, False


def is_gradient(function: Function) -> bool:
    """Whether a function stands for the gradient of another."""
    return isinstance(function.info, GradientOf)


def reverse_gradient(rev: Reverser, op: Op, totals: list[Value | None]) -> None:
    """The adjoint of a call of ``grad(g)`` or ``value_and_grad(g)``."""
    standing: GradientOf = op.attrs["callee"].info
    first = int(standing.value)
    active = tuple(k for k, v in enumerate(op.operands) if v in rev.active)
    cotangents = {wrt: t for wrt, t in zip(standing.wrt, totals[first:], strict=False) if t is not None}
    problem = _problem(op, standing, active, totals)
    if problem:
        rev.context.refuse(Refusal("SCT702", problem, "compute it outside of the differentiated function"), op.loc)
        return
    gradient = rev.pairs.gradients.of(standing.function, active)
    weight = totals[0] if standing.value else None
    if cotangents:
        masks = tuple(k in cotangents for k in range(len(op.operands)))
        linear = rev.pairs.tangents.get(gradient, masks, primal=weight is not None)
        varied, callee = linear.results, linear.function
    else:
        varied, callee = (False,) * len(active), gradient
    given = [*op.operands, *(cotangents[k] for k in sorted(cotangents))]
    asked = list(active) if weight is not None or not cotangents else []
    dotted = [k for k, mask in zip(active, varied, strict=True) if mask]
    types = [op.operands[k].type for k in asked] + [bar_type(op.operands[k]) for k in dotted]
    hints = [bar_hint(op.operands[k]) for k in [*asked, *dotted]]
    if not types:
        return
    back = rev.builder.emit("invoke", given, types, hints, callee=callee, effect="pure")
    if op.attrs.get("may_raise") and _ends_its_sweep(op):
        del op.attrs["may_raise"]  # what it would raise is raised here, where the same is computed again
        back.attrs["may_raise"] = True
    for k, result in zip(asked, back.results, strict=False):
        assert weight is not None
        rev.accumulate(op.operands[k], _scaled(rev, result, weight))
    for k, result in zip(dotted, back.results[len(asked):], strict=True):
        rev.accumulate(op.operands[k], result)


def _ends_its_sweep(op: Op) -> bool:
    """Whether nothing that could be noticed runs between ``op`` and the reverse sweep."""
    block = op.parent
    assert block is not None
    for later in block.ops[block.ops.index(op) + 1:]:
        if later.name == "mark":
            return True
        if later.blocks or later.attrs.get("may_raise") or op_effect(later) not in ("pure", "fresh"):
            return False
    return False


def _problem(op: Op, standing: GradientOf, active: tuple[int, ...], totals: list[Value | None]) -> str:
    """Why a call of a gradient cannot be differentiated; empty if it can."""
    if op.attrs.get("effect", "pure") in ("io", "random"):
        return f"the gradient of `{standing.function.name}` is differentiated, but the function prints or draws random numbers"
    if any(t is not None for t in totals[standing.value + len(standing.wrt):]):
        return f"the auxiliary result of `{standing.function.name}`, whose gradient is taken here, is differentiated"
    if not all(isinstance(strip_const(op.operands[k].type), Scalar | Array | List) for k in active):
        return f"`{standing.function.name}`, whose gradient is taken here, depends on a container"
    return ""


def _scaled(rev: Reverser, gradient: Value, weight: Value) -> Value:
    if isinstance(strip_const(gradient.type), List):
        refusal = Refusal("SCT702", "the value of a function is differentiated beside its gradient by a list", "use an array")
        rev.context.refuse(refusal, rev.builder.loc)
    return rev.builder.value("call", [gradient, weight], bar_type(gradient), fn=operator.mul, args=(Slot(0), Slot(1)),
                             kwargs={}, adjoint=True)


def gradients_called(function: Function) -> list[Function]:
    """The functions standing for gradients that ``function`` calls."""
    found: dict[Function, Any] = {}
    for op in walk(function.body):
        if op.name == "invoke" and is_gradient(op.attrs["callee"]):
            found[op.attrs["callee"]] = None
    return list(found)
