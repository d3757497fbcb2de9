"""A ``custom_jvp``: calls of ``jvp`` in forward mode; in reverse mode the adjoint of its body, linear in the tangents."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..analysis.abstract import Abstract, Seq, Static
from ..analysis.context import Refusal
from ..analysis.primitives import apply
from ..custom import CustomFunction, custom_jvp
from ..ir.build import Builder
from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import Lit, SeqOf, Slot, template_slots
from ..ir.rewrite import clone_op
from ..ir.types import Array, Tuple, strip_const
from ..runtime import helpers
from ..runtime.custom import fitted
from .control import bar_type
from .custom_parts import RESIDUALS, Call, differentiated, nondiff_of, refuse_stores, spliced_call, whole_bar
from .emitter import Accumulator, Emitter, bar_hint

if TYPE_CHECKING:
    from .forward import _Linearizer
    from .reverse import Reverser


def _tangent(emitter: Emitter, op: Op, operands: list[Value], dots: dict[int, Value], results: list[Value]) -> Abstract:
    """The tangent of the result of a ``custom_jvp``, its rule spliced in."""
    from .rules import to_abstract
    f: custom_jvp = op.attrs["fn"]
    given = [to_abstract(t, operands) for t in op.attrs["args"]]
    tangents = [_dots_of(emitter, t, operands, dots) for t in differentiated(op)]
    if f.jvps is not None:
        out: Abstract = Seq(tuple, list(results)) if op.attrs.get("unpack") else results[0]
        return _sum_of(emitter, op, [spliced_call(emitter, f, "jvp", [t, out, *given], one)
                                     for t, one in _pairs(op, tangents, dots) if one is not None])
    primals = [to_abstract(t, operands) for t in differentiated(op)]
    nondiff = [to_abstract(t, operands) for t in nondiff_of(op)]
    pair = spliced_call(emitter, f, "jvp", [*nondiff, Seq(tuple, primals), Seq(tuple, tangents)])
    if not isinstance(pair, Seq) or len(pair.items) != 2:
        raise Refusal("SCT222", f"the jvp of `{f.__name__}` does not return two things", "return the result and its tangent")
    return pair.items[1]


def _pairs(op: Op, tangents: list[Any], dots: dict[int, Any]) -> Iterator[tuple[Any, Any]]:
    """Each argument that varies: its tangent and the function for it."""
    f, args = op.attrs["fn"], op.attrs["args"]
    if len(f.jvps) != len(args):
        raise Refusal("SCT222", f"defjvps of `{f.__name__}` was given {len(f.jvps)} functions for {len(args)} arguments",
                      "give one for each argument, None where the derivative is zero")
    for k, t in enumerate(args):
        if any(s in dots for s in template_slots(t)):
            yield tangents[k], f.jvps[k]


def _sum_of(emitter: Emitter, op: Op, terms: list[Abstract]) -> Abstract:
    total: Abstract | None = None
    for term in terms:
        total = term if total is None else apply(emitter.sp, operator.add, [total, term])
    return total if total is not None else Static(0.0)


def _dots_of(emitter: Emitter, template: Any, operands: list[Value], dots: dict[int, Value]) -> Abstract:
    """The tangents of an argument, zeros where it does not vary."""
    if isinstance(template, SeqOf):
        return Seq(template.kind, [_dots_of(emitter, t, operands, dots) for t in template.items])
    if not isinstance(template, Slot):
        return Static(0.0) if isinstance(template, Lit) and type(template.value) in (int, float) else Static(None)
    v = operands[template.index]
    if template.index in dots:
        return dots[template.index]
    return emitter.zeros(v) if v.type.differentiable else Static(0.0)


def reverse_jvp(rev: Reverser, op: Op, totals: list[Value | None]) -> None:
    """The adjoint of ``x_dot -> z_dot``, which is linear, applied to ``z_bar``."""
    active = {k: v for k, v in enumerate(op.operands) if v in rev.active}
    for k, bar in transposed_jvp(rev, op, totals, list(active), rev.pairs):
        rev.accumulate(op.operands[k], bar)


def transposed_jvp(rev: Accumulator, op: Op, totals: list[Value | None], active: list[int],
                   pairs: Any) -> list[tuple[int, Value]]:
    """The cotangents of the operands ``active``."""
    from .reverse import differentiate
    from .saving import save
    f: custom_jvp = op.attrs["fn"]
    function, wanted = _linear_part(rev, op, totals, active)
    seeds: list[Value] = []

    def seed(inner: Reverser, results: list[Value]) -> None:
        for k, result in zip(wanted, results, strict=True):
            bar = Value(bar_hint(op.results[k]), bar_type(op.results[k]), inner.function.body)
            seeds.append(bar)
            inner.accumulate(result, bar)

    first = len(op.operands) + len(op.results)
    positions = [first + n for n in range(len(active))]
    joint = differentiate(function, positions, seed, rev.context, pairs)
    rev.context.splicing = True
    body = joint.function.body
    gradients = [joint.gradients[p] for p in positions]
    joint.reverser.builder.emit("return", [g for g in gradients if g is not None], single=False)
    params = list(body.args)
    body.args += seeds
    pairs.tidy(joint.function)
    save(joint)
    dots = params[first:]
    _refuse_nonlinear(f, body, dots)
    values = dict(zip(params, [*op.operands, *op.results], strict=False))
    values.update((dot, rev.zeros(op.operands[k])) for k, dot in zip(active, dots, strict=True))
    for k, bar in zip(wanted, seeds, strict=True):
        whole = whole_bar(rev, op, totals[k], op.results[k], own=False)
        assert whole is not None
        values[bar] = whole
    *ops, end = body.ops
    block = rev.builder.block
    block.ops += [clone_op(inner, values, block) for inner in ops if inner.name != "mark"]
    found = iter([values.get(v, v) for v in end.operands])
    return [(k, next(found)) for k, g in zip(active, gradients, strict=True) if g is not None]


def _linear_part(rev: Emitter, op: Op, totals: list[Value | None], active: list[int]) -> tuple[Function, list[int]]:
    """A function of the operands, the results and the tangents of what is active, which returns the result's tangents."""
    body = Block()
    operands = [body.add_arg(v.hint, v.type) for v in op.operands]
    results = [body.add_arg(r.hint, r.type) for r in op.results]
    dots = {k: body.add_arg(_dot_name(op.operands[k]), bar_type(op.operands[k])) for k in active}
    inner = Emitter(rev.context, Builder(body, op.loc))
    found = _tangent(inner, op, operands, dots, results)
    refuse_stores(op.attrs["fn"], body.ops)
    wanted = [k for k, t in enumerate(totals) if t is not None]
    parts = found.items if op.attrs.get("unpack") and isinstance(found, Seq) else [found]
    if len(parts) != len(op.results):
        raise Refusal("SCT222", f"the jvp of `{op.attrs['fn'].__name__}` returns a tangent that is not nested like the result",
                      "give each result a tangent")
    leaves = [_fitted_tangent(inner, parts[k], results[k]) for k in wanted]
    inner.builder.emit("return", leaves, single=len(leaves) == 1)
    return Function(f"{op.attrs['fn'].__name__}_jvp", body, op.loc), wanted


def _dot_name(value: Value) -> str:
    return f"{value.hint}_dot" if value.hint else ""


def _fitted_tangent(inner: Emitter, part: Abstract, result: Value) -> Value:
    if isinstance(strip_const(result.type), Array) and isinstance(part, Value):
        part = apply(inner.sp, fitted, [part, result])
    return inner.sp.lift(part)


_SHAPE_ONLY: tuple[Callable[..., Any], ...] = (np.shape, np.ndim, np.size, np.zeros_like, helpers.zeros_like,
                                               helpers.list_of_zeros, helpers.dict_of_zeros, len)


def _refuse_nonlinear(f: CustomFunction, body: Block, dots: list[Value]) -> None:
    """Refuse a tangent whose adjoint depends on the tangents: then it was not linear in them."""
    for op in walk(body):
        for k, v in enumerate(op.operands):
            fn = op.attrs.get("fn")
            if v in dots and not (fn in _SHAPE_ONLY or k == 1 and fn in (helpers.unbroadcast, fitted)):
                raise Refusal("SCT222", f"the jvp of `{f.__name__}` is not linear in the tangents",
                              "a tangent is a sum of products of the given tangents with what depends on the arguments alone")


def tangents_of(fwd: _Linearizer, op: Op, dots: dict[int, Value]) -> list[Value | None]:
    """The tangents of ``z = f(x)``: by a call of ``jvp``, or by its body where they are differentiated again."""
    f: custom_jvp = op.attrs["fn"]
    whole = {k: _spread_dot(fwd, op.operands[k], dot) for k, dot in dots.items()}
    if fwd.context.twice or fwd.context.standing or not fwd.context.directional:
        found = _tangent(fwd, op, op.operands, whole, op.results)
        parts = found.items if op.attrs.get("unpack") and isinstance(found, Seq) else [found]
        return [_fitted_tangent(fwd, part, r) if r.type.differentiable else None
                for part, r in zip(parts, op.results, strict=True)]
    if f.jvps is not None:
        return [_call_jvps(fwd, op, whole)]
    return _call_jvp(fwd, op, whole)


def _spread_dot(fwd: _Linearizer, value: Value, dot: Value) -> Value:
    """A tangent of the shape of its value: what is broadcast later in other calls is not in this one."""
    have, want = strip_const(dot.type), strip_const(value.type)
    if isinstance(want, Array) and (not isinstance(have, Array) or have.dims != want.dims):
        from .pushforwards import spread
        return spread(fwd, dot, value)
    return dot


def _call_jvp(fwd: _Linearizer, op: Op, dots: dict[int, Value]) -> list[Value | None]:
    """``z, z_dot = f_jvp((x,), (x_dot,))`` in place of ``z = f(x)``."""
    f: custom_jvp = op.attrs["fn"]
    made, operands, several = Call(), list(op.operands), bool(op.attrs.get("unpack"))
    nondiff = [made.moved(t, operands) for t in nondiff_of(op)]
    primals = tuple(made.moved(t, operands) for t in differentiated(op))
    block = fwd.builder.block
    block.ops.remove(op)
    tangents = tuple(_dot_template(fwd, made, t, operands, dots) for t in differentiated(op))
    block.ops.append(op)
    op.operands, results = made.operands, op.results
    op.attrs = {"fn": f.jvp, "args": (*nondiff, SeqOf(tuple, primals), SeqOf(tuple, tangents)), "kwargs": {}, "unpack": True,
                **{name: op.attrs[name] for name in ("may_raise", "effect", "distinct") if op.attrs.get(name)}}
    types = [bar_type(r) if r.type.differentiable else RESIDUALS for r in results]
    if not several:
        dot = Value(f"{results[0].hint}_dot" if results[0].hint else "z_dot", types[0], op)
        op.results = [results[0], dot]
        return [_tested_dot(fwd, dot, results[0])]
    packed = Value(f"{f.__name__}_result", Tuple(tuple(r.type for r in results), tuple), op)
    packed_dot = Value(f"{f.__name__}_result_dot", Tuple(tuple(types), tuple), op)
    op.results = [packed, packed_dot]
    for k, r in enumerate(results):
        item = Op("item", [packed], [r], {"key": k, "size": len(results)}, [], block, op.loc)
        r.owner = item
        block.ops.append(item)
    found = [fwd.builder.value("item", [packed_dot], t, f"{r.hint}_dot" if r.hint else "", key=k, size=len(results))
             for k, (r, t) in enumerate(zip(results, types, strict=True))]
    return [_tested_dot(fwd, dot, r) if r.type.differentiable else None for dot, r in zip(found, results, strict=True)]


def _tested_dot(fwd: _Linearizer, dot: Value, result: Value) -> Value:
    return fwd.sp.lift(apply(fwd.sp, fitted, [dot, result])) if isinstance(strip_const(result.type), Array) else dot


def _dot_template(fwd: _Linearizer, made: Call, template: Any, operands: list[Value], dots: dict[int, Value]) -> Any:
    if isinstance(template, SeqOf):
        return SeqOf(template.kind, tuple(_dot_template(fwd, made, t, operands, dots) for t in template.items))
    if not isinstance(template, Slot):
        return Lit(0.0) if isinstance(template, Lit) and type(template.value) in (int, float) else Lit(None)
    v = operands[template.index]
    if template.index in dots:
        return made.slot(dots[template.index])
    return made.slot(fwd.zeros(v)) if v.type.differentiable else Lit(0.0)


def _call_jvps(fwd: _Linearizer, op: Op, dots: dict[int, Value]) -> Value | None:
    """``z_dot = df_dx(x_dot, z, x, y) + df_dy(y_dot, z, x, y)`` after ``z = f(x, y)``."""
    if op.attrs.get("unpack"):
        raise Refusal("SCT222", f"defjvps of `{op.attrs['fn'].__name__}`, which returns several results", "use defjvp")
    result, total = op.results[0], None
    for template, one in _pairs(op, list(op.attrs["args"]), dots):
        if one is None:
            continue
        made = Call()
        args = (_dot_template(fwd, made, template, op.operands, dots), made.slot(result),
                *(made.moved(t, op.operands) for t in op.attrs["args"]))
        term = fwd.builder.value("call", made.operands, bar_type(result), fn=one, args=args, kwargs={}, adjoint=True)
        term = _tested_dot(fwd, term, result)
        total = term if total is None else fwd.add(total, term)
    return total
