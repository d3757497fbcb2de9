"""Derivatives taken inside a differentiated function: written by either mode, and differentiated by forward over reverse mode.

A call of ``grad(g)``, of ``jvp`` or of what ``vjp`` returns is an ``invoke`` of a function that stands for the derivative
(``DerivativeOf``).  Its own reverse rule needs no reverse sweep through a reverse sweep, nor through tangents: all of them are
derivatives of one number, the sum of the results each times its cotangent, and second derivatives are symmetric.  So the
cotangents of what a gradient depends on are its own tangents, in the direction of the cotangents of what was returned.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ..analysis.activations import DerivativeOf, GradientOf, TangentOf
from ..analysis.context import Context, Refusal
from ..analysis.effects import effects_once
from ..ir.build import Builder
from ..ir.core import Block, Function, Op, Sharing, Value, walk
from ..ir.ops import Slot, op_effect
from ..ir.types import Array, List, Scalar, strip_const
from . import results
from .control import bar_type
from .emitter import Emitter, bar_hint
from .forward import dot_hint
from .hooks import is_hook
from .masks import varies

if TYPE_CHECKING:
    from .calls import Pairs
    from .reverse import Joint, Reverser
    from .saving import Sweeps


class Derivatives:
    """The derivatives of callees that were asked for in one compilation."""

    def __init__(self, context: Context, pairs: Pairs) -> None:
        self.context = context
        self.pairs = pairs
        self.made: dict[tuple[Function, tuple[int, ...], tuple[int, ...]], Function] = {}
        self.sweeps: dict[Function, Sweeps] = {}
        """Functions that reverse mode wrote as they are before saving."""

    def gradient(self, function: Function, wrt: tuple[int, ...], seeded: tuple[int, ...]) -> Function:
        """The function that returns the gradient of ``function`` by its parameters, or cotangents, ``wrt``."""
        key = (function, wrt, seeded)
        if key not in self.made:
            self.made[key] = standing(function, GradientOf(function, wrt, False, seeded))
        self.write(self.made[key])
        return self.made[key]

    def write(self, function: Function) -> None:
        """Write the body of a function that stands for a derivative, once."""
        info: DerivativeOf = function.info
        if info.written:
            return
        if info.being_written:
            self._refuse(f"`{info.function.name}` takes the derivative of itself", "differentiate another function inside",
                         function)
        info.being_written = True
        if isinstance(info, TangentOf):
            function.body = self._pushed(info)
        else:
            assert isinstance(info, GradientOf)
            if info.seeded and effects_once(info.function):
                self._refuse(f"`{info.function.name}` prints, draws random numbers or changes something, and is pulled back "
                             "inside", "compute it outside of the differentiated function", info.function)
            function.body = self._pulled(function, info)
        info.written, info.being_written = True, False

    def _refuse(self, message: str, hint: str, function: Function) -> None:
        self.context.refuse(Refusal("SCT702", message, hint), function.loc)
        self.context.check()

    def _pulled(self, function: Function, info: GradientOf) -> Block:
        """The cotangents by reverse mode."""
        from .reverse import differentiate, seed_one
        from .saving import save
        bars: list[Value] = []

        def seeds(rev: Reverser, found: list[Value]) -> None:
            for k in info.seeded:
                bars.append(Value(bar_hint(found[k]) or "result_bar", strip_const(found[k].type), rev.function.body))
                rev.accumulate(found[k], bars[-1])

        splicing, count = self.context.splicing, len(info.function.params)
        wrt = [k for k in info.wrt if k < count]
        joint = differentiate(info.function, wrt, seeds if info.seeded else seed_one, self.context, self.pairs,
                              info.seeded or [0])
        joint.function.body.args += bars
        self.context.splicing = True
        gradients = _gradients(joint, info, bars)
        value = joint.results[0] if info.value else None
        rest = results.before_undo(joint, joint.results[1:]) if info.value else []
        returned = [*([value] if value is not None else []), *gradients, *rest]
        joint.reverser.builder.emit("return", returned, single=len(returned) == 1)
        self.context.splicing = splicing
        self.context.check()
        self.pairs.tidy(joint.function)
        self.sweeps[function] = joint.copy(self.context)
        save(joint)
        return joint.function.body

    def _pushed(self, info: TangentOf) -> Block:
        """The tangents by forward mode."""
        from .products import derivative_of_result, returned
        source = info.function
        linear = self.pairs.tangents.get(source, tuple(k in info.directions for k in range(len(source.params))))
        self.context.check()
        made = self.context.copied(linear.function)
        for k, dot in zip(sorted(info.directions), made.params[len(source.params):], strict=True):
            dot.type = strip_const(source.params[k].type)
        end = made.body.ops.pop()
        primal, dots = end.operands[:len(linear.results)], iter(end.operands[len(linear.results):])
        tangents = [next(dots) if varies(mask) else None for mask in linear.results]
        splicing, self.context.splicing = self.context.splicing, True
        emitter, owned = Emitter(self.context, Builder(made.body, end.loc)), set[Value]()
        found = [returned(emitter, v, owned) for v in primal]
        found += [derivative_of_result(emitter, primal[k], strip_const(primal[k].type), tangents[k], owned)
                  for k in info.varied]
        emitter.builder.emit("return", found, single=len(found) == 1)
        self.context.splicing = splicing
        self.context.check()
        self.pairs.tidy(made)
        return made.body


def standing(function: Function, info: DerivativeOf) -> Function:
    """A function that stands for a derivative of ``function``, without its body."""
    body = Block()
    for p in function.params:
        body.add_arg(p.hint, p.type)
    kind = "value_and_grad" if isinstance(info, GradientOf) and info.value else "grad"
    count = 0
    ends = function.body.ops[-1].operands
    if isinstance(info, TangentOf):
        kind, count = "jvp", len(ends) + len(info.varied)
        for k in info.directions:
            body.add_arg(dot_hint(function.params[k]), strip_const(function.params[k].type))
    elif isinstance(info, GradientOf) and info.seeded:
        kind, count = "vjp", len(info.wrt)
        for k in info.seeded:
            body.add_arg(bar_hint(ends[k]) or "result_bar", strip_const(ends[k].type))
    elif isinstance(info, GradientOf) and not any(isinstance(strip_const(function.params[k].type), List) for k in info.wrt):
        count = len(info.wrt) if not info.value else len(info.wrt) + 1 if len(ends) == 1 else 0
    made = Function(f"{function.name}_{kind}", body, function.loc, info)
    if count:
        made.shares = (Sharing(frozenset(), frozenset(), False),) * count
    return made


def _gradients(joint: Joint, info: GradientOf, bars: Sequence[Value]) -> list[Value]:
    """What is returned for each of ``info.wrt``; the derivative by a cotangent is the result that it belongs to."""
    owned: set[Value] = set()
    params, count = joint.function.params, len(info.function.params)
    by_cotangent = [k - count for k in info.wrt if k >= count]
    found = dict(zip(by_cotangent, results.before_undo(joint, [joint.results[info.seeded[j]] for j in by_cotangent]),
                     strict=True))
    return [results.gradient(joint.reverser, params[k], joint.gradients[k], owned) if k < count else
            results.conform(joint.reverser, found[k - count], strip_const(bars[k - count].type), owned) for k in info.wrt]


def is_derivative(function: Function) -> bool:
    """Whether a function stands for a derivative of another."""
    return isinstance(function.info, DerivativeOf)


def reverse_derivative(rev: Reverser, op: Op, totals: list[Value | None]) -> None:
    """The adjoint of a call of a function that stands for a derivative."""
    reverse = _reverse_tangent if isinstance(op.attrs["callee"].info, TangentOf) else _reverse_gradient
    active = tuple(k for k, v in enumerate(op.operands) if v in rev.active)
    problem = _problem(op, active, totals)
    if problem:
        rev.context.refuse(Refusal("SCT702", problem, "compute it outside of the differentiated function"), op.loc)
    else:
        reverse(rev, op, totals, active)


def _reverse_gradient(rev: Reverser, op: Op, totals: list[Value | None], active: tuple[int, ...]) -> None:
    """The adjoint of a call of ``grad(g)``, ``value_and_grad(g)`` or what ``vjp`` returns."""
    info: GradientOf = op.attrs["callee"].info
    cotangents = {k: t for k, t in zip(info.wrt, totals[info.value:], strict=False) if t is not None}
    weight = totals[0] if info.value else None
    gradient = rev.pairs.derivatives.gradient(info.function, active, info.seeded)
    found, dots = _along(rev, op, gradient, op.operands, cotangents, active, primal=weight is not None or not cotangents)
    if weight is not None:
        for k, result in found.items():
            rev.accumulate(op.operands[k], _scaled(rev, result, weight))
    for k, result in dots.items():
        rev.accumulate(op.operands[k], result)


def _reverse_tangent(rev: Reverser, op: Op, totals: list[Value | None], active: tuple[int, ...]) -> None:
    """The adjoint of a call of ``jvp``: the gradient of ``out · out_bar + out_dot · out_dot_bar``.

    With ``b = out_dot_bar`` and the gradient ``G(x, b)`` of ``out · b`` by ``x``, the cotangent of ``x_dot`` is ``G``, and
    that of ``x`` is the tangent of ``G`` along ``x_dot`` and, for ``b``, along ``out_bar``.
    """
    info: TangentOf = op.attrs["callee"].info
    count = len(info.function.params)
    made = len(op.results) - len(info.varied)
    bars = {k: t for k, t in enumerate(totals[:made]) if t is not None}
    dot_bars = {k: t for k, t in zip(info.varied, totals[made:], strict=True) if t is not None}
    directions = dict(zip(info.directions, range(count, len(op.operands)), strict=True))
    seeded = tuple(sorted({*bars, *dot_bars}))
    params = {k for k in active if k < count}
    if not dot_bars:
        gradient = rev.pairs.derivatives.gradient(info.function, tuple(sorted(params)), seeded)
        found, _ = _along(rev, op, gradient, [*op.operands[:count], *bars.values()], {}, sorted(params), primal=True)
        for k, result in found.items():
            rev.accumulate(op.operands[k], result)
        return
    wrt = tuple(sorted(params | {k for k, place in directions.items() if place in active}))
    gradient = rev.pairs.derivatives.gradient(info.function, wrt, seeded)
    given = [*op.operands[:count], *(dot_bars[k] if k in dot_bars else rev.zeros(op.results[k]) for k in seeded)]
    along = {k: op.operands[place] for k, place in directions.items()}
    along |= {count + j: bars[k] for j, k in enumerate(seeded) if k in bars}
    found, dots = _along(rev, op, gradient, given, along, wrt, primal=any(k in active for k in directions.values()))
    for k, result in found.items():
        if directions.get(k) in active:
            rev.accumulate(op.operands[directions[k]], result)
    for k, result in dots.items():
        if k in params:
            rev.accumulate(op.operands[k], result)


def _along(rev: Reverser, op: Op, gradient: Function, given: Sequence[Value], along: dict[int, Value], wrt: Sequence[int],
           primal: bool) -> tuple[dict[int, Value], dict[int, Value]]:
    """Call ``gradient`` and its tangents ``along`` directions: what it returns and how that changes, by parameter."""
    callee, varied = gradient, (False,) * len(wrt)
    if along:
        linear = rev.pairs.tangents.get(gradient, tuple(k in along for k in range(len(given))), primal=primal)
        callee, varied = linear.function, tuple(map(varies, linear.results))
    asked = list(wrt) if primal else []
    dotted = [k for k, mask in zip(wrt, varied, strict=True) if mask]
    types = [*(strip_const(given[k].type) for k in asked), *(bar_type(given[k]) for k in dotted)]
    if not types:
        return {}, {}
    hints = [bar_hint(given[k]) for k in [*asked, *dotted]]
    back = rev.builder.emit("invoke", [*given, *(along[k] for k in sorted(along))], types, hints, callee=callee, effect="pure")
    if op.attrs.get("may_raise") and _ends_its_sweep(op):
        del op.attrs["may_raise"]  # what it would raise is raised here, where the same is computed again
        back.attrs["may_raise"] = True
    return dict(zip(asked, back.results, strict=False)), dict(zip(dotted, back.results[len(asked):], strict=True))


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


def _problem(op: Op, active: tuple[int, ...], totals: list[Value | None]) -> str:
    """Why a call of a derivative cannot be differentiated; empty if it can."""
    info: DerivativeOf = op.attrs["callee"].info
    name = info.function.name
    if op.attrs.get("effect", "pure") in ("io", "random"):
        return f"the derivative of `{name}` is differentiated, but the function prints or draws random numbers"
    if isinstance(info, GradientOf) and any(t is not None for t in totals[info.value + len(info.wrt):]):
        return f"the auxiliary result of `{name}`, whose gradient is taken here, is differentiated"
    if not all(isinstance(strip_const(op.operands[k].type), Scalar | Array | List) for k in active):
        return f"`{name}`, whose derivative is taken here, depends on a container"
    if not _is_one_number(op, active) and _is_hooked(info.function, set()):
        return f"on_gradient changes the derivative of `{name}` on the way, which is differentiated again"
    return ""


def _is_one_number(op: Op, active: tuple[int, ...]) -> bool:
    """Whether this is the derivative of a number by a number, differentiated by that: nothing that could lack symmetry."""
    info = op.attrs["callee"].info
    return isinstance(info, GradientOf) and not info.seeded and not info.value and active == info.wrt \
        and [isinstance(strip_const(op.operands[k].type), Scalar) for k in active] == [True]


def _is_hooked(function: Function, seen: set[Function]) -> bool:
    """Whether ``on_gradient`` changes cotangents in a function: its derivative is not that of what it computes then."""
    if function in seen:
        return False
    seen.add(function)
    inner = function.info.function if is_derivative(function) else function
    return any(is_hook(op) and op.attrs["gives"] != "nothing" or op.name == "invoke" and _is_hooked(op.attrs["callee"], seen)
               for op in walk(inner.body))


def _scaled(rev: Reverser, gradient: Value, weight: Value) -> Value:
    if isinstance(strip_const(gradient.type), List):
        refusal = Refusal("SCT702", "the value of a function is differentiated beside its gradient by a list", "use an array")
        rev.context.refuse(refusal, rev.builder.loc)
    return rev.builder.value("call", [gradient, weight], bar_type(gradient), fn=operator.mul, args=(Slot(0), Slot(1)),
                             kwargs={}, adjoint=True)
