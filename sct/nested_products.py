"""``jvp``, ``vjp`` and ``hvp`` inside a differentiated function: calls of them while the function is specialised."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .analysis import abstract as ab
from .analysis import shapes as sh
from .analysis.abstract import POISON, Abstract, Bound, Seq, Static
from .analysis.activations import GradientOf, Record, TangentOf, operands_of
from .analysis.callees import SPECIAL, SPECIAL_CLASSES, call_standard
from .analysis.context import Refusal
from .analysis.infer import Specializer
from .analysis.plans import known_items
from .analysis.shapes import Shape
from .ir.core import Value
from .ir.ops import Slot
from .ir.types import NONE, STR, Array, Scalar, Type, strip_const
from .nesting import Place, activation, places, refuse_tied, specialised_alone, standing_for, taker
from .runtime import standard
from .runtime.implicit import along


@dataclass
class _Call:
    """A function of the user's at primals: specialised, with what it is called with."""

    record: Record
    operands: list[Value]
    primals: list[Place]
    result: Shape
    """What is differentiated, without the auxiliary result."""
    aux: Shape | None

    @property
    def name(self) -> str:
        return self.record.function.name

    def varied(self) -> list[int]:
        """The results that have a derivative."""
        types = [strip_const(t) for t in sh.leaf_types(self.result)]
        return [k for k, t in enumerate(types) if t.differentiable]


# ----------------------------------------------------------------------------------------------------------------- calls

def _call(sp: Specializer, what: str, fun: Abstract, primals: list[Abstract], has_aux: bool) -> _Call | Abstract:
    """The function that is differentiated, at its primals; a marker where there is nothing to go on with."""
    call, given = activation(sp, fun, primals, {})
    if POISON in call.bound or POISON in call.captured:
        return POISON
    refuse_tied(call, what)
    begun = specialised_alone(sp, call, what)
    if not isinstance(begun, tuple):
        return begun
    record, bound = begun
    found = places(record, call.lowered.info.params[given:], len(call.captured) + given)[:len(primals)]
    result, aux = _parts(record, has_aux)
    made = _Call(record, operands_of(sp, record, bound), found, result, aux)
    _check_result(made)
    return made


def _parts(record: Record, has_aux: bool) -> tuple[Shape, Shape | None]:
    if not has_aux:
        return record.result, None
    if record.result.tag[:2] != ("seq", tuple) or len(record.result.parts) != 2:
        raise Refusal("SCT504", f"with has_aux=True `{record.function.name}` must return (value, aux)", "return a tuple of two")
    return record.result.parts[0], record.result.parts[1]


def _check_result(call: _Call) -> None:
    """Refuse results other than numbers and arrays, and tuples of them."""
    types = [strip_const(t) for t in sh.leaf_types(call.result)]
    if not any(t.differentiable for t in types):
        raise Refusal("SCT503", f"`{call.name}` returns {sh.describe(call.result)}, which has no derivative",
                      "return floats or arrays of floats")
    if not _is_nested_tuple(call.result) or not all(isinstance(t, Scalar | Array) or not t.differentiable for t in types):
        raise Refusal("SCT502", f"`{call.name}`, which is differentiated inside, returns {sh.describe(call.result)}",
                      "return a number, an array or a tuple of them")
    _refuse_complex(call, types)


def _refuse_complex(call: _Call, types: Sequence[Type]) -> None:
    if any(getattr(t, "dtype", "").startswith("complex") for t in types):
        raise Refusal("SCT505", f"`{call.name}`, whose derivative is taken inside, is a function of complex numbers",
                      "separate real and imaginary parts")


def _is_nested_tuple(shape: Shape) -> bool:
    return shape.tag[0] in ("leaf", "static") or shape.tag[0] == "seq" and shape.tag[1] is not list \
        and all(map(_is_nested_tuple, shape.parts))


def _derivatives(shape: Shape, leaves: Iterator[Value]) -> Abstract:
    """Derivatives in the structure of ``shape``, None for what has none."""
    if shape.tag[0] == "leaf":
        return next(leaves) if strip_const(shape.tag[1]).differentiable else Static(None)
    if not shape.parts:
        return Static(None) if shape.tag[0] == "static" else sh.rebuild(shape, lambda t: next(leaves))
    return ab.with_parts(shape.example, [_derivatives(part, leaves) for part in shape.parts])


def _given(sp: Specializer, shape: Shape, a: Abstract, what: str) -> Iterator[Value | None]:
    """A tangent or cotangent for each leaf of ``shape``; None where there is none."""
    if isinstance(a, Static) and a.value is None:
        for _ in sh.leaf_types(shape):
            yield None
    elif shape.tag[0] == "leaf":
        yield _fitting(sp, strip_const(shape.tag[1]), a, what)
    elif shape.parts:
        items = known_items(sp, a)
        if items is None or len(items) != len(shape.parts):
            raise Refusal("SCT408", f"{what} does not have the structure of {sh.describe(shape)}", "give it the same structure")
        for part, item in zip(shape.parts, items, strict=True):
            yield from _given(sp, part, item, what)


def _fitting(sp: Specializer, want: Type, a: Abstract, what: str) -> Value:
    """A tangent or cotangent of the type ``want``."""
    value = sp.lift(a)
    have = strip_const(value.type)
    same = isinstance(have, Scalar) and isinstance(want, Scalar) or \
        isinstance(have, Array) and isinstance(want, Array) and have.ndim == want.ndim
    if not same or not want.differentiable or getattr(have, "dtype", None) != getattr(want, "dtype", None):
        raise Refusal("SCT408", f"{what} is {have}, for {want}", "give it the same type and number of dimensions")
    return value


def _of_shape(sp: Specializer, a: Value, like: Value) -> Value:
    """``a``, which run time refuses if it has another shape than ``like``."""
    if a is like or not isinstance(strip_const(like.type), Array):
        return a
    checked = call_standard(sp, standard.of_shape, [a, like])
    return checked if isinstance(checked, Value) else a


def _options(what: str, sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> dict[str, Any]:
    """The arguments of ``jvp``, ``vjp`` or ``hvp`` by name; options as Python values."""
    try:
        bound = inspect.signature(_offered[what]).bind(*args, **kwargs)
    except TypeError as error:
        raise Refusal("SCT709", f"this always raises TypeError: {what}() {error}") from None
    given = dict(bound.arguments)
    for name in ("has_aux", "debug_nans"):
        given[name] = bool(sp.static(given[name], f"`{name}` of {what}")) if name in given else False
    if given["debug_nans"]:
        raise Refusal("SCT409", "debug_nans=True is set for a derivative that is taken inside", "set it for the outermost one")
    return given


def _one_each(sp: Specializer, primals: Abstract, tangents: Abstract) -> tuple[list[Abstract], list[Abstract]]:
    found = [known_items(sp, a) for a in (primals, tangents)]
    if found[0] is None or found[1] is None or len(found[0]) != len(found[1]):
        raise Refusal("SCT408", "primals and tangents are not tuples of one length",
                      "pass two tuples, with one item for each argument")
    return found[0], found[1]


# ---------------------------------------------------------------------------------------------------------- forward mode

def _jvp(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    given = _options("jvp", sp, args, kwargs)
    return push(sp, given["fun"], *_one_each(sp, given["primals"], given["tangents"]), has_aux=given["has_aux"])


def push(sp: Specializer, fun: Abstract, primals: list[Abstract], tangents: list[Abstract], has_aux: bool = False,
         fits: bool = False) -> Abstract:
    """``(out, out_tangent)``, and the auxiliary result; ``fits`` says that tangents have the shapes of the primals."""
    call = _call(sp, "tangent", fun, primals, has_aux)
    if not isinstance(call, _Call):
        return call
    function = call.record.function
    dots: dict[int, Value] = {}
    for (shape, leaves), tangent in zip(call.primals, tangents, strict=True):
        found = _given(sp, shape, tangent, "a tangent")
        dots |= {k: dot if fits else _of_shape(sp, dot, call.operands[k])
                 for k, dot in zip(leaves, found, strict=True) if dot is not None}
    _refuse_complex(call, [strip_const(function.params[k].type) for k in dots])
    types = list(sh.leaf_types(call.record.result))
    varied = call.varied()
    dot_types = [strip_const(types[k]) for k in varied]
    callee = standing_for(sp, TangentOf(function, tuple(sorted(dots)), tuple(varied)))
    op = sp.builder.emit("invoke", [*call.operands, *(dots[k] for k in sorted(dots))], [*types, *dot_types], callee=callee,
                         effect="pure", may_raise=True)
    made = iter(op.results)
    whole = sh.rebuild(call.record.result, lambda t: next(made))
    change = _derivatives(call.result, made)
    if call.aux is None:
        return Seq(tuple, [whole, change])
    assert isinstance(whole, Seq)
    return Seq(tuple, [whole.items[0], change, whole.items[1]])


def _along(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``along(f, args, dots)`` in a rule."""
    return push(sp, args[0], *_one_each(sp, args[1], args[2]), fits=True)


SPECIAL[along] = _along


# ---------------------------------------------------------------------------------------------------------- reverse mode

@dataclass(frozen=True)
class _Pull:
    """What ``vjp`` returns: called with what the function was called with, what it returned, and a cotangent of that."""

    call: Any
    """With operands and results that are those of whoever calls."""
    fits: bool = False
    """Whether the cotangents have the shapes of the results."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Pull) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def _key(self) -> tuple[Any, ...]:
        call = self.call
        return self.fits, call.record.function, tuple((shape, tuple(leaves)) for shape, leaves in call.primals), call.result


def _vjp(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    given = _options("vjp", sp, args, kwargs)
    return vjp_of(sp, given["fun"], list(given.get("primals", ())), given["has_aux"])


def vjp_of(sp: Specializer, fun: Abstract, primals: list[Abstract], has_aux: bool = False, fits: bool = False) -> Abstract:
    """``(out, vjp_fn)``, and the auxiliary result; ``fits`` says that cotangents have the shapes of the results."""
    call = _call(sp, "cotangent", fun, primals, has_aux)
    if not isinstance(call, _Call):
        return call
    if not _differentiable(call):
        raise Refusal("SCT407", f"none of the primals of `{call.name}` is differentiable", "pass a float or an array of floats")
    held = [_kept(sp, v) for v in call.operands]
    op = sp.builder.emit("invoke", held, list(sh.leaf_types(call.record.result)), callee=call.record.function, effect="pure",
                         may_raise=True)
    found = iter(op.results)
    whole = sh.rebuild(call.record.result, lambda t: next(found))
    results = [_kept(sp, v) for v in op.results[:len(list(sh.leaf_types(call.result)))]]
    pull = Bound(Static(_Pull(replace(call, operands=[]), fits)), [*held, *results])
    if call.aux is None:
        return Seq(tuple, [whole, pull])
    assert isinstance(whole, Seq)
    return Seq(tuple, [whole.items[0], pull, whole.items[1]])


def _differentiable(call: _Call) -> tuple[int, ...]:
    """The parameters that make up the primals and are differentiable."""
    params = call.record.function.params
    wrt = tuple(k for _, leaves in call.primals for k in leaves if strip_const(params[k].type).differentiable)
    _refuse_complex(call, [strip_const(params[k].type) for k in wrt])
    return wrt


def _kept(sp: Specializer, value: Value) -> Value:
    """``value`` as it is now, whatever is stored in it later: see ``settle_kept``."""
    t = strip_const(value.type)
    if isinstance(t, Array):
        return sp.builder.value("call", [value], t, value.hint, fn=np.copy, args=(Slot(0),), kwargs={}, effect="fresh",
                                kept=True)
    if not isinstance(t, Scalar) and t not in (NONE, STR):
        raise Refusal("SCT702", f"`vjp` inside a differentiated function is given {t}", "pass numbers and arrays")
    return value


def _pull(sp: Specializer, pull: Static, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """``vjp_fn(cotangent)``."""
    call: _Call = pull.value.call
    function = call.record.function
    count = len(function.params)
    made = count + len(list(sh.leaf_types(call.result)))
    if len(args) + len(kwargs) != made + 1 or kwargs.keys() - {"cotangent"}:
        raise Refusal("SCT709", "this always raises TypeError: vjp_fn() takes one cotangent")
    cotangent = [*args, *kwargs.values()][-1]
    operands, results = [sp.lift(a) for a in args[:count]], [sp.lift(a) for a in args[count:made]]
    wrt, seeded = _differentiable(call), call.varied()
    bars = list(_given(sp, call.result, cotangent, "a cotangent"))
    if any(bars[k] is None for k in seeded):
        raise Refusal("SCT408", f"a cotangent of what `{call.name}` returns is None", "pass zeros")
    seeds = [bar if pull.value.fits else _of_shape(sp, bar, results[k]) for k in seeded if (bar := bars[k]) is not None]
    callee = standing_for(sp, GradientOf(function, wrt, False, tuple(seeded)))
    op = sp.builder.emit("invoke", [*operands, *seeds], [strip_const(function.params[k].type) for k in wrt],
                         [f"{function.params[k].hint}_bar" for k in wrt], callee=callee, effect="pure", may_raise=True)
    gradients = iter(op.results)
    return Seq(tuple, [_derivatives(shape, gradients) for shape, _ in call.primals])


# ---------------------------------------------------------------------------------------------------------- second order

def _hvp(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
    """The change of the gradient along tangents."""
    given = _options("hvp", sp, args, kwargs)
    primals, tangents = _one_each(sp, given["primals"], given["tangents"])
    directions = tuple(k for k, a in enumerate(tangents) if not (isinstance(a, Static) and a.value is None))
    if not directions:
        raise Refusal("SCT408", "no primal has a tangent", "give at least one of them a direction")
    found = push(sp, taker(given["fun"], directions if len(directions) > 1 else directions[0]), primals, tangents)
    return found.items[1] if isinstance(found, Seq) else found


_offered: dict[str, Any] = {}
"""What the user knows as ``jvp`` and so on."""


def offer(jvp: Any, vjp: Any, hvp: Any) -> None:
    """Let specialisation know calls of ``jvp``, ``vjp`` and ``hvp``."""
    _offered.update(jvp=jvp, vjp=vjp, hvp=hvp)
    SPECIAL.update({jvp: _jvp, vjp: _vjp, hvp: _hvp})
    SPECIAL_CLASSES[_Pull] = _pull
