"""The functions behind ``jvp``, ``vjp`` and ``hvp``: derivatives times vectors, in the structure of the user's own results."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from ..analysis.abstract import Abstract, Instance, Mapping, Seq, Static
from ..analysis.context import Context
from ..analysis.records import fields_in
from ..analysis.shapes import run_time_leaves
from ..ir.build import Builder
from ..ir.core import Block, Function, Op, Value
from ..ir.ops import IMPLICIT, LOOPS, SeqOf
from ..ir.rewrite import incoming
from ..ir.types import NONE, Dict, Record, Scalar, Tuple, Type, strip_const
from . import results
from .calls import ContextNames, Pair, Pairs
from .emitter import Emitter
from .forward import dot_hint
from .masks import Mask, varies
from .rules import strong_zeros

if TYPE_CHECKING:
    from .reverse import Joint, Reverser


# ---------------------------------------------------------------------------------------------------------- forward mode

def pushforward(context: Context, pairs: Pairs, function: Function, result: Abstract, directions: Sequence[int],
                has_aux: bool) -> Function:
    """``f(x)`` and its change along ``x_dot``: a tangent for each parameter at the positions ``directions``."""
    made, primal, tangents = _linearised(context, pairs, function, directions)
    emitter = Emitter(context, Builder(made.body, made.body.ops[-1].loc if made.body.ops else made.loc))
    owned: set[Value] = set()
    aux = [results.independent(emitter, primal.pop(), owned)] if has_aux else []
    values = [returned(emitter, v, owned) for v in primal]
    varying = zip(primal, tangents[:len(primal)], strict=True)
    dots = [derivative_of_result(emitter, v, strip_const(v.type), dot, owned) for v, dot in varying]
    out, out_dot = compose(emitter, result, iter(values)), compose(emitter, result, iter(dots), derivative=True)
    emitter.builder.emit("return", [out, out_dot, *aux], single=False)
    return made


def _linearised(context: Context, pairs: Pairs, function: Function,
                directions: Sequence[int]) -> tuple[Function, list[Value], list[Value | None]]:
    """``function`` with tangents and without its end: the results that this handed on, and a tangent of each that varies."""
    linear = pairs.tangents.get(function, tuple(k in directions for k in range(len(function.params))))
    context.check()
    return linear.function, *_without_end(function, linear.function, linear.results, directions)


def _without_end(function: Function, made: Function, masks: Sequence[Mask],
                 directions: Sequence[int]) -> tuple[list[Value], list[Value | None]]:
    """What a function with tangents hands on at its end, which is taken away."""
    count = len(masks)
    for k, dot in zip(sorted(directions), made.params[len(function.params):], strict=True):
        if isinstance(strip_const(dot.type), Scalar):
            dot.type = strip_const(function.params[k].type)
    end = made.body.ops.pop()
    dots = iter(end.operands[count:])
    return end.operands[:count], [next(dots) if varies(mask) else None for mask in masks]


def derivative_of_result(emitter: Emitter, value: Value, want: Type, found: Value | None, owned: set[Value]) -> Value:
    """The tangent of a result as a new value of type ``want``; None where that is not differentiable."""
    if not want.differentiable:
        return emitter.builder.value("const", (), NONE, value=None)
    made = results.zero(emitter, value, want) if found is None else results.conform(emitter, found, want, owned)
    if made is not found:
        made.hint = dot_hint(value)
    return made


# ---------------------------------------------------------------------------------------------------------- reverse mode

def halves(context: Context, pairs: Pairs, function: Function, result: Abstract, wrt: Sequence[int],
           has_aux: bool) -> tuple[Function, Function]:
    """``f(x)`` with what its derivative needs, and the gradients by the parameters ``wrt`` for a cotangent of the result."""
    from .reverse import differentiate
    leaves = list(run_time_leaves(result))
    needed = tuple(k for k, v in enumerate(leaves) if strip_const(v.type).differentiable)
    bars: list[Value] = []

    def seeds(rev: Reverser, found: list[Value]) -> None:
        bar = Value(_bar_name(result), _bar_type(result), rev.function.body)
        bars.append(bar)
        cotangents = items_of(rev, result, bar)
        for k in needed:
            rev.accumulate(found[k], cotangents[k])

    pair = Pair(Function(f"{function.name}_forward", Block(), function.loc),
                Function(f"{function.name}_backward", Block(), function.loc), tuple(wrt), needed)
    pair.forward.info = pair.backward.info = ContextNames()
    joint = differentiate(function, wrt, seeds, context, pairs, needed)
    context.check()
    gradients = _gradients(joint, wrt)
    held = pairs.halve(joint, pair, bars, gradients, outermost=True)
    pair.backward.body.ops[-1].attrs["single"] = False
    _end_forward(context, pair.forward, result, has_aux, held)
    return pair.forward, pair.backward


def _gradients(joint: Joint, wrt: Sequence[int]) -> list[Value]:
    rev, owned = joint.reverser, set[Value]()
    rev.context.splicing = True
    made = [results.gradient(rev, joint.function.params[k], joint.gradients[k], owned) for k in wrt]
    rev.context.splicing = False
    rev.context.check()
    return made


def _end_forward(context: Context, forward: Function, result: Abstract, has_aux: bool, held: set[Value]) -> None:
    """Return the result in its own structure, then the context; writing into the one does not change the other."""
    body = forward.body
    *found, packed = body.ops.pop().operands
    emitter = Emitter(context, Builder(body, body.ops[-1].loc))
    owned = set(held)
    aux = [results.independent(emitter, found.pop(), owned)] if has_aux else []
    out = compose(emitter, result, iter([returned(emitter, v, owned) for v in found]))
    emitter.builder.emit("return", [out, packed, *aux], single=False)


# ------------------------------------------------------------------------------------------------------------ second order

def curvature(context: Context, pairs: Pairs, function: Function, wrt: Sequence[int], directions: Sequence[int],
              sequence: bool, has_aux: bool) -> Function:
    """The change of the gradient by the parameters ``wrt`` along tangents of those at ``directions``: forward over reverse."""
    from .reverse import differentiate, seed_one
    from .saving import save

    joint = differentiate(function, wrt, seed_one, context, pairs, [0])
    context.check()
    rev = joint.reverser
    context.splicing = True
    leaves = [leaf for k in wrt for leaf in _leaves(rev, joint.function.params[k], joint.gradients[k])]
    context.splicing = False
    rev.builder.emit("return", [*(v for v, _ in leaves), *results.before_undo(joint, joint.results[1:])], single=False)
    pairs.tidy(joint.function)
    varied = tuple(k in directions for k in range(len(function.params)))
    with strong_zeros(context):  # of the tangents of a Hessian's columns all are zero but one
        masks = pairs.tangents.beside(joint.function, varied, replaced=joint.replaced)
    made = joint.function
    made.name = f"{function.name}_grad"
    primal, tangents = _without_end(function, made, masks, directions)
    emitter = Emitter(context, Builder(made.body, made.loc))
    owned: set[Value] = set()
    aux = [results.independent(emitter, primal.pop(), owned)] if has_aux else []
    varying = zip(leaves, primal, tangents[:len(primal)], strict=True)
    found = iter([derivative_of_result(emitter, v, want, dot, owned) for (_, want), v, dot in varying])
    products = [_regrouped(emitter, joint.gradients[k], strip_const(function.params[k].type), found) for k in wrt]
    product = results.tuple_of(emitter, products) if sequence else products[0]
    emitter.builder.emit("return", [product, *aux], single=not aux)
    pairs.tidy(made)
    save(joint)
    return made


def _leaves(rev: Reverser, param: Value, gradient: Any) -> Iterator[tuple[Value, Type]]:
    """The parts of the gradient by one parameter, each with the type that it has in the parameter."""
    t = strip_const(param.type)
    if isinstance(gradient, SeqOf | dict):
        for item, kind in _items(gradient, t):
            if isinstance(item, SeqOf | dict | Value):
                yield from _leaves(rev, Value("", kind), item)
    else:
        yield gradient if gradient is not None else results.zero(rev, param, t), t


def _items(gradient: Any, t: Type) -> list[tuple[Any, Type]]:
    if isinstance(gradient, dict):
        assert isinstance(t, Dict)
        return [(gradient[key], item) for key, item in t.items]
    assert isinstance(t, Tuple)
    return list(zip(gradient.items, t.items, strict=True))


def _regrouped(emitter: Emitter, gradient: Any, t: Type, found: Iterator[Value]) -> Value:
    if not isinstance(gradient, SeqOf | dict):
        return next(found)
    items = [_regrouped(emitter, item, strip_const(kind), found) if isinstance(item, SeqOf | dict | Value) else
             emitter.builder.value("const", (), NONE, value=None) for item, kind in _items(gradient, t)]
    if isinstance(gradient, dict):
        return results.record_of(emitter, dict(zip(gradient, items, strict=True)), t)
    return results.tuple_of(emitter, items, gradient.kind)


# --------------------------------------------------------------------------------------------------------------- structure

def returned(emitter: Emitter, value: Value, owned: set[Value]) -> Value:
    """A result that shares memory with nothing, and is a float where some path gives an integer instead."""
    t = strip_const(value.type)
    if isinstance(t, Scalar) and t.differentiable and t.python and _may_be_integer(value):
        return results.conform(emitter, emitter.builder.value("convert", [value], Scalar(t.dtype, None), value.hint), t, owned)
    return results.independent(emitter, value, owned)


def _may_be_integer(value: Value) -> bool:
    """Whether a number is an integer at run time on some path: conversions of what paths are joined with do nothing there."""
    seen, work = {value}, [value]
    while work:
        one = work.pop()
        if not strip_const(one.type).differentiable:
            return True
        sources = [v for v in _passed_on(one) if v not in seen]
        work += sources
        seen.update(sources)
    return False


def _passed_on(value: Value) -> Sequence[Value]:
    """The values that become ``value`` without any computation."""
    op = value.owner
    if isinstance(op, Op):
        if op.blocks:
            return list(incoming(op, op.results.index(value)))
        return op.operands if op.name in IMPLICIT else ()
    loop = op.parent if op is not None else None
    if loop is None or loop.name not in LOOPS or op is None:
        return ()
    k = op.args.index(value) - (len(op.args) - len(loop.results))
    return list(incoming(loop, k)) if k >= 0 else ()


def compose(emitter: Emitter, a: Abstract, leaves: Iterator[Value], derivative: bool = False) -> Value:
    """One value with the structure of ``a`` and these leaves; literals other than numbers have no derivative."""
    if isinstance(a, Value):
        return next(leaves)
    if isinstance(a, Seq):
        return results.tuple_of(emitter, [compose(emitter, item, leaves, derivative) for item in a.items], a.kind)
    if isinstance(a, Mapping):
        items = [compose(emitter, item, leaves, derivative) for item in a.items.values()]
        return results.record_of(emitter, dict(zip(a.items, items, strict=True)), dict)
    if isinstance(a, Instance):
        made = {name: compose(emitter, a.attrs[name], leaves, derivative) for name in sorted(a.attrs)}
        return results.record_of(emitter, {name: made[name] for name in (fields_in(a) if derivative else a.attrs)}, a.cls)
    assert isinstance(a, Static)
    return emitter.sp.lift(a) if not derivative else emitter.builder.value("const", (), NONE, value=None)


def items_of(emitter: Emitter, a: Abstract, whole: Value) -> list[Value]:
    """The leaves of ``whole``, which has the structure of ``a``."""
    parts = _keyed(a)
    if isinstance(a, Value):
        return [whole]
    found = []
    for key, part in parts:
        if isinstance(a, Instance) and key not in fields_in(a):
            found += [emitter.builder.value("const", (), NONE, value=None) for _ in run_time_leaves(part)]
        elif any(True for _ in run_time_leaves(part)):
            hint = f"{part.hint}_bar" if isinstance(part, Value) and part.hint else ""
            item = emitter.builder.value("item", [whole], _bar_type(part), hint, key=key, size=len(parts))
            found += items_of(emitter, part, item)
    return found


def _keyed(a: Abstract) -> list[tuple[Any, Abstract]]:
    """The parts of a container, in the order of ``run_time_leaves``."""
    if isinstance(a, Instance):
        return sorted(a.attrs.items())
    return list(enumerate(a.items)) if isinstance(a, Seq) else list(a.items.items()) if isinstance(a, Mapping) else []


def _bar_type(a: Abstract) -> Type:
    if isinstance(a, Value):
        return strip_const(a.type) if strip_const(a.type).differentiable else NONE
    if isinstance(a, Seq):
        return Tuple(tuple(map(_bar_type, a.items)), a.kind)
    if isinstance(a, Mapping):
        return Dict(tuple((key, _bar_type(item)) for key, item in a.items.items()))
    if isinstance(a, Instance):
        return Record(tuple((name, _bar_type(a.attrs[name])) for name in fields_in(a)), a.cls)
    return NONE


def _bar_name(a: Abstract) -> str:
    return f"{a.hint}_bar" if isinstance(a, Value) and a.hint else "result_bar"
