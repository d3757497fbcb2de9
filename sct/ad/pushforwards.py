"""The tangents of a primitive call: by its forward rule, by itself where it is linear, else by transposing its reverse rule."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

import numpy as np

from ..analysis.abstract import POISON, Abstract, Seq, Static
from ..analysis.activity import carries_derivative, is_complex
from ..analysis.alias import DEEP_COPIES
from ..analysis.callees import bind_arguments, call
from ..analysis.context import Frame, Refusal
from ..analysis.inlining import inline
from ..ir.build import Builder
from ..ir.core import Block, Function, Op, Value, walk
from ..ir.ops import IMPLICIT, Lit, SeqOf, Slot, template_slots
from ..ir.rewrite import clone_op
from ..ir.types import ANY, Array, List, OrConst, Scalar, Type, strip_const
from ..rules import registry
from ..rules.registry import Primitive
from ..runtime import helpers
from . import custom, lists, rules
from .control import as_number, bar_type
from .emitter import Accumulator, Emitter

if TYPE_CHECKING:
    from .forward import _Linearizer


def tangents(fwd: _Linearizer, op: Op) -> list[Value | None]:
    """The tangent of each result of a call (None: zero) some of whose operands vary."""
    fn = op.attrs["fn"]
    dots = {k: fwd.dots[v] for k, v in enumerate(op.operands) if v in fwd.masks}
    try:
        if fn in _BY_FIRST:
            first, *others = op.attrs["args"]
            inside = {k: fwd.dot(op.operands[k]) for k in template_slots(first) if k in dots or isinstance(first, SeqOf)}
            if not set(inside) & set(dots):
                return [None] * len(op.results)
            return _applied(fwd, op, inside, {"args": (_zeroed(first) if isinstance(first, SeqOf) else first, *others)})
        if lists.is_list_operation(op):
            items = {k: fwd.dot(v) for k, v in enumerate(op.operands) if v.type.differentiable}
            args = tuple(_zeroed(t) if isinstance(t, SeqOf) else t for t in op.attrs["args"])
            return _applied(fwd, op, items, {"args": args})
        if custom.is_custom(op):
            return custom.forward_custom(fwd, op, dots)
        entry = registry.lookup(fn)
        if entry is None:
            raise Refusal("SCT201", f"no derivative rule for {getattr(fn, '__name__', fn)}",
                          "declare one with sct.rule, or wrap its argument in sct.stop_gradient")
        if not op.results or not carries_derivative(op):
            return [None] * len(op.results)
        for k in _shape_only(op, entry):
            dots.pop(k, None)
        with rules.strong_zeros(fwd.context, fn in (helpers.strong_product, helpers.strong_quotient)):
            return _by_rule(fwd, op, entry, _widened(fwd, op, entry, dots)) if dots else [None] * len(op.results)
    except Refusal as refusal:
        fwd.context.refuse(refusal, op.loc)
        return [None] * len(op.results)


_BY_FIRST: frozenset[Any] = frozenset({operator.getitem, tuple, list, *DEEP_COPIES, np.copy, helpers.folded,
                                         helpers.last_written})
"""Calls that are linear in their first argument, whatever the others are."""


def _widened(fwd: _Linearizer, op: Op, entry: Primitive, dots: dict[int, Value]) -> dict[int, Value]:
    """The tangents in double precision where a function of single precision is computed in it, as densities of SciPy are.

    Elsewhere an operand that is converted, or an array of double precision beside it, makes the product a wider one.
    """
    result = strip_const(op.results[0].type)
    if not entry.elementwise or len(op.results) > 1 or not isinstance(result, Scalar | Array):
        return dots
    given = [strip_const(_stripped(v)[0].type) for v in op.operands]
    kinds = [t.dtype for t in given if isinstance(t, Array) or isinstance(t, Scalar) and t.python is False]
    if result.dtype not in ("float64", "complex128") or set(kinds) != {"float32"}:
        return dots
    return {k: _in_double(fwd, dot) for k, dot in dots.items()}


def _stripped(value: Value) -> tuple[Value, list[Op]]:
    """A value without the conversions that only its type tells, and these, the last one first."""
    passed: list[Op] = []
    while isinstance(value.owner, Op) and value.owner.name in IMPLICIT:
        passed.append(value.owner)
        value = value.owner.operands[0]
    return value, passed


def _in_double(fwd: _Linearizer, dot: Value) -> Value:
    """A tangent of single precision, converted before it is spread."""
    given, passed = _stripped(dot)
    t = strip_const(given.type)
    if not isinstance(t, Scalar | Array) or t.dtype != "float32":
        return dot
    found = rules.as_kind(fwd, given, Array("float64", t.dims)) if isinstance(t, Array) else _number(fwd, np.float64, given)
    for op in reversed(passed):
        kind = op.results[0].type
        if op.name != "convert":
            kind = Array("float64", kind.dims) if isinstance(kind, Array) else kind
            found = fwd.builder.value(op.name, [found], kind, dot.hint)
    return found


def _number(fwd: _Linearizer, kind: type, dot: Value) -> Value:
    """A tangent that is a number as one of NumPy's of this kind."""
    return fwd.sp.lift(call(fwd.sp, Static(kind), [dot], {}))


def _shape_only(op: Op, entry: Primitive) -> set[int]:
    """The operands from which nothing flows."""
    named = dict(zip(entry.params, op.attrs["args"], strict=False)) | op.attrs["kwargs"]
    return {k for name, template in named.items() if name in entry.shape_only for k in template_slots(template)}


def _by_rule(fwd: _Linearizer, op: Op, entry: Primitive, dots: dict[int, Value]) -> list[Value | None]:
    if entry.jvp is not None:
        rules.refuse_complex(op, entry)
        since = len(fwd.builder.block.ops)
        found = _spliced(fwd, op, entry, dots)
        return [None if dot is None else _conform(fwd, op, dot, r, since) for dot, r in zip(found, op.results, strict=True)]
    linear = _linear_operands(op, entry)
    if set(dots) <= set(linear):
        return _by_linearity(fwd, op, entry, linear, dots)
    return by_transposition(fwd, op, entry.name, dots)


# ------------------------------------------------------------------------------------------------------------- linear calls

_HARMLESS = frozenset({
    "axis", "axes", "keepdims", "dtype", "k", "offset", "axis1", "axis2", "order", "optimize", "shift", "copy", "mode", "ndmin",
    "indices_or_sections", "dx", "n", "shape", "newshape", "endpoint", "num", "repeats", "reps", "source", "destination",
    "indices", "indexing",
})
"""Keywords that say how, not what is added."""


def _linear_operands(op: Op, entry: Primitive) -> dict[int, str]:
    """The operands in which the call is linear, each with the name of its parameter (``*x`` where it is so by itself)."""
    if not set(op.attrs["kwargs"]) <= _HARMLESS | _linear_names(entry) or entry.name == "np.pad" and len(op.attrs["args"]) > 2:
        return {}
    starred = {name.lstrip("*"): name for name in entry.linear_in}
    named = [*zip(_names(op, entry), op.attrs["args"], strict=False), *op.attrs["kwargs"].items()]
    return {k: starred[name] for name, template in named if name in starred for k in template_slots(template)}


def _linear_names(entry: Primitive) -> set[str]:
    return {name.lstrip("*") for name in entry.linear_in}


def _names(op: Op, entry: Primitive) -> list[str]:
    """The names of the parameters that take the arguments given by position; the last one may take several (``*operands``)."""
    names = entry.params or tuple(name.lstrip("*") for name in entry.linear_in)
    return [names[min(k, len(names) - 1)] for k in range(len(op.attrs["args"]))] if names else [""] * len(op.attrs["args"])


def _by_linearity(fwd: _Linearizer, op: Op, entry: Primitive, linear: dict[int, str],
                  dots: dict[int, Value]) -> list[Value | None]:
    """The call on the tangents: of all the arguments in which it is linear jointly, or of one at a time and summed up.

    A product of the items of a sequence, its only argument (``np.linalg.multi_dot``), or of ``*operands`` has a term for each.
    """
    groups: dict[tuple[str, int], dict[int, Value]] = {}
    factors = op.attrs["args"] if len(entry.linear_in) == 1 else ()
    nested = {k for template in factors if isinstance(template, SeqOf) or len(factors) > len(entry.params)
              for k in template_slots(template)}
    for k, name in linear.items():
        separate = name.startswith("*")
        group = groups.setdefault((name if separate else "", k if separate and k in nested else -1), {})
        v = op.operands[k]
        if isinstance(strip_const(v.type), Scalar | Array | List):
            group[k] = dots[k] if k in dots else _zero(fwd, op, v)
    total: list[Value | None] = [None] * len(op.results)
    terms = {key: group for key, group in groups.items() if set(group) & set(dots)}
    for (star, item), group in terms.items():
        names = {star.lstrip("*")} if star else {n for n in entry.linear_in if not n.startswith("*")}
        literals = _without_literals(op, entry, names if item < 0 else set())
        for k, (so_far, term) in enumerate(zip(total, _applied(fwd, op, group, literals), strict=True)):
            if term is not None and len(terms) > 1:
                term.hint = ""
            total[k] = term if so_far is None or term is None else fwd.add(so_far, term)
    return total


def _without_literals(op: Op, entry: Primitive, names: set[str]) -> dict[str, Any]:
    """The templates of a call with zeros for the literals among the arguments ``names``: a constant has no tangent."""
    args = tuple(_zeroed(t) if name in names else t for name, t in zip(_names(op, entry), op.attrs["args"], strict=True))
    return {"args": args, "kwargs": {name: _zeroed(t) if name in names else t for name, t in op.attrs["kwargs"].items()}}


def _zeroed(template: Any) -> Any:
    """The template with zeros for the numbers in it; that an argument is None says something of the others."""
    if isinstance(template, SeqOf):
        return SeqOf(template.kind, tuple(map(_zeroed, template.items)))
    return Lit(0.0) if isinstance(template, Lit) and template.value is not None else template


def _zero(fwd: _Linearizer, op: Op, value: Value) -> Value:
    """A zero tangent; a plain number where it will be broadcast anyway."""
    condition, result = strip_const(op.operands[0].type), strip_const(op.results[0].type)
    if op.attrs["fn"] is np.where and isinstance(condition, Array) and isinstance(result, Array):
        return fwd.constant(0.0) if condition.dims == result.dims and ANY not in result.dims else fwd.dot(value)
    return fwd.dot(value)


def _applied(fwd: _Linearizer, op: Op, replaced: dict[int, Value],
             templates: dict[str, Any] | None = None) -> list[Value | None]:
    """The call with some operands, and perhaps the templates of its arguments, replaced."""
    operands = [replaced.get(k, v) for k, v in enumerate(op.operands)]
    if len(op.results) == 1:
        return [fwd.like(op, operands, op.results[0], **(templates or {}))]
    attrs = {k: a for k, a in op.attrs.items() if k != "may_raise"} | (templates or {})
    made = fwd.builder.emit("call", operands, [bar_type(r) for r in op.results], **{**attrs, "adjoint": True})
    return list(made.results)


# ------------------------------------------------------------------------------------------------------------ forward rules

def _spliced(fwd: _Linearizer, op: Op, entry: Primitive, dots: dict[int, Value]) -> list[Value | None]:
    """The tangents by the body of the forward rule; None where it says that nothing flows from the operands that vary."""
    plain = entry.jvp_plain is not None and op.attrs.get("adjoint")
    rule = fwd.context.session.rule(entry, "jvp_plain" if plain else "jvp")
    kwargs = {k: rules.to_abstract(t, op.operands) for k, t in op.attrs["kwargs"].items()}
    args = [rules.to_abstract(t, list(map(_unbroadcast, op.operands))) for t in op.attrs["args"]]
    rules.check_keywords(entry.name, rule.lowered, args, kwargs)
    tangent = {f"{name}_dot": a for name, a in _nested_dots(op, rule, dots, entry.nested).items()}
    result = Seq(tuple, list(op.results)) if op.attrs.get("unpack") else op.results[0]
    for name in tangent.keys() - {p.name for p in rule.lowered.info.params}:
        because = f": {entry.unsaid}" if entry.unsaid else ""
        raise Refusal("SCT208", f"the forward rule of {entry.name} gives no derivative with respect to `{name[:-4]}`{because}",
                      "wrap the argument in sct.stop_gradient if it is meant as a constant")
    inputs: dict[str, Abstract] = {**kwargs, rule.result: result, **tangent}
    bound = bind_arguments(rule.lowered, args, inputs, {k: (lambda v=v: Static(v)) for k, v in rule.defaults.items()})
    fwd.builder.loc = op.loc
    outcome = inline(fwd.sp, Frame(rule.lowered, owner=rule.owner), rule.lowered, bound)
    if outcome is POISON or not isinstance(outcome, Seq):
        raise Refusal("SCT250", f"the forward rule of {entry.name} does not run to its end", f"assign `{rule.result}_dot`")
    items = outcome.items[0].items if op.attrs.get("unpack") and isinstance(outcome.items[0], Seq) else outcome.items[:1]
    return [None if isinstance(dot, Static) and dot.value is None else fwd.sp.lift(dot) for dot in items]


def _nested_dots(op: Op, rule: Any, dots: dict[int, Value], nested: tuple[str, ...]) -> dict[str, Abstract]:
    """For each parameter of a rule the tangent of its argument, for those in ``nested`` a tuple of tangents."""
    names = [p.name for p in rule.lowered.info.params if p.kind in ("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD")]
    found: dict[str, Abstract] = {}
    for name, template in {**dict(zip(names, op.attrs["args"], strict=False)), **op.attrs["kwargs"]}.items():
        if isinstance(template, Slot) and template.index in dots:
            found[name] = dots[template.index]
        elif isinstance(template, SeqOf) and name in nested:
            found[name] = Seq(template.kind, [dots[t.index] if isinstance(t, Slot) and t.index in dots else Static(None)
                                              for t in template.items])
        elif any(k in dots for k in template_slots(template)):
            name = getattr(op.attrs["fn"], "__name__", "this")
            raise Refusal("SCT201", f"the forward rule of {name} takes no nested tangents", "pass one array")
    return found


def _unbroadcast(value: Value) -> Value:
    """What implicit broadcasting will spread: at run time it is that."""
    op = value.owner
    return op.operands[0] if isinstance(op, Op) and op.name == "broadcast" else value


def _conform(fwd: _Linearizer, op: Op, dot: Value, result: Value, since: int) -> Value:
    """The tangent, made in this block from op ``since`` on, in the element type and the shape of the result it belongs to."""
    have, want = strip_const(dot.type), strip_const(result.type)
    whole = _spans_operands(fwd, op, dot, since)
    if isinstance(have, Array) and isinstance(want, Array | Scalar) and have.dtype != want.dtype:
        dot = rules.unconvert(fwd, dot, result)
    if isinstance(have, Scalar) and have.python is not True and have.dtype == "float64" and want == Scalar("float32", False):
        dot = _number(fwd, np.float32, dot)
    if isinstance(have, Scalar) and isinstance(want, Scalar) and want.dtype.startswith("complex") and not is_complex(dot):
        dot = _number(fwd, np.dtype(want.dtype).type, dot)
    if isinstance(want, Array) and not whole and (isinstance(dot.type, OrConst) or not _has_shape(op, have, want)):
        dot = spread(fwd, dot, result)
    return dot


def _spans_operands(fwd: _Linearizer, op: Op, dot: Value, since: int) -> bool:
    """Whether a tangent combines, element by element, all that decides the shape of the result: ``x_dot * y + y_dot * x``.

    What is combined with these besides them spreads to nothing larger, for the tangent fits the result.
    """
    entry = registry.lookup(op.attrs["fn"])
    if entry is None or not entry.elementwise or isinstance(dot.type, OrConst):
        return False
    left = {_unbroadcast(v) for v in op.operands if isinstance(strip_const(v.type), Array)}
    stand_for = {v: v for v in left} | {fwd.dots[v]: _unbroadcast(v) for v in op.operands if v in fwd.masks}
    made, work = set(fwd.builder.block.ops[since:]), [dot]
    while work and left:
        value = work.pop()
        if value is op.results[0]:
            return True
        if value in stand_for and isinstance(value.type, Array):
            left.discard(stand_for[value])
        elif value.owner in made and _combines(value.owner):
            work += value.owner.operands
    return not left


def _combines(op: Op) -> bool:
    """Whether the elements of the result are those of the operands, or combined with each other place by place."""
    entry = registry.lookup(op.attrs["fn"]) if op.name == "call" else None
    return op.name in IMPLICIT or entry is not None and entry.elementwise


def _has_shape(op: Op, have: Type, want: Array) -> bool:
    """Whether a tangent certainly has all the dimensions of the result."""
    arrays = sum(isinstance(strip_const(_unbroadcast(v).type), Array) for v in op.operands)
    return isinstance(have, Array) and have.dims == want.dims and (ANY not in want.dims or arrays <= 1)


def spread(fwd: Emitter, dot: Value, like: Value) -> Value:
    """The tangent spread over the shape of ``like``."""
    if isinstance(like.type, OrConst):
        like = fwd.builder.value("narrow", [like], like.type.base)  # a constant in its place has no tangent
    shape = call(fwd.sp, Static(np.shape), [like], {})
    return fwd.sp.lift(call(fwd.sp, Static(np.broadcast_to), [dot, shape], {}))


# ------------------------------------------------------------------------------------------------------------ transposition

class _Cotangents(Accumulator):
    """Takes what a reverse rule gives, as a reverse sweep would."""

    def __init__(self, fwd: Emitter, builder: Builder, active: set[Value]) -> None:
        super().__init__(fwd.context, builder)
        self.active = active
        self.bars, self.buffers = {}, {}

    def accumulate(self, value: Value, contribution: Value) -> None:
        if value in self.active:
            before = self.bars.get(value)
            self.bars[value] = contribution if before is None else self.add(before, contribution)


def by_transposition(fwd: _Linearizer, op: Op, name: str, dots: dict[int, Value]) -> list[Value | None]:
    """``z_dot``, the derivative of ``<x_bar, x_dot>`` by ``z_bar``: a reverse rule is linear in ``z_bar``, so its own adjoint
    is the forward rule."""
    from .reverse import Reverser, differentiate

    wanted = [r.type.differentiable and (len(op.results) == 1 or r in fwd.used) for r in op.results]
    if not any(wanted):
        return [None] * len(op.results)
    function, positions, actives = _reverse_rule(fwd, op, name, dots, wanted)
    given: list[Value] = []

    def seeds(rev: Reverser, results: list[Value]) -> None:
        for k, result in zip(actives, results, strict=True):
            seed = Value(fwd.dots[op.operands[k]].hint, bar_type(op.operands[k]), rev.function.body)
            given.append(seed)
            rev.accumulate(result, seed)

    joint = differentiate(function, positions, seeds, fwd.context, fwd.tangents.pairs)
    fwd.context.splicing = True
    body = joint.function.body
    first = len(op.operands) + len(op.results)
    found = [joint.gradients[first + k] if first + k in positions else None for k in range(len(op.results))]
    joint.reverser.builder.emit("return", [v for v in found if v is not None], single=False)
    params = list(body.args)
    body.args += given
    fwd.tangents.pairs.tidy(joint.function)
    from .saving import save
    save(joint)
    values = dict(zip(params, [*op.operands, *op.results], strict=False))
    values.update(zip(given, (_seed(fwd, op, k, dots[k]) for k in actives), strict=True))
    _provide_cotangents(fwd, op, joint.function, params[len(op.operands) + len(op.results):], values)
    since = len(fwd.builder.block.ops)
    results = _spliced_in(fwd, joint.function, values)
    return [None if v is None else _conform(fwd, op, next(results), r, since) for v, r in zip(found, op.results, strict=True)]


def _seed(fwd: _Linearizer, op: Op, k: int, dot: Value) -> Value:
    """The tangent of an operand as the rule sees the operand: broadcast, and a number for a number."""
    if isinstance(strip_const(op.operands[k].type), Scalar):
        dot = as_number(fwd, dot, op.operands[k])
    return spread(fwd, dot, op.results[0]) if _unbroadcast(op.operands[k]) is not op.operands[k] else dot


def _reverse_rule(fwd: _Linearizer, op: Op, name: str, dots: dict[int, Value],
                  wanted: list[bool]) -> tuple[Function, list[int], list[int]]:
    """A function of the operands, the results and their cotangents that returns the cotangents of the operands that vary."""
    body = Block()
    builder = Builder(body, op.loc)
    operands = [body.add_arg(v.hint, v.type) for v in op.operands]
    known = {new: fwd.sp.known(v) for v, new in zip(op.operands, operands, strict=True)}
    fwd.context.examples.update({v: found for v, found in known.items() if found is not None})
    results = [body.add_arg(r.hint, r.type) for r in op.results]
    bars = [body.add_arg(f"{r.hint}_bar" if r.hint else "", bar_type(r)) for r in op.results]
    taken: _Cotangents = _Cotangents(fwd, builder, {operands[k] for k in dots})
    mock = Op("call", operands, results, dict(op.attrs), [], body, op.loc)
    rules.splice(taken, mock, [b if want else None for b, want in zip(bars, wanted, strict=True)])
    fwd.context.check()
    actives = [k for k in dots if operands[k] in taken.bars]
    builder.emit("return", [taken.bars[operands[k]] for k in actives], single=False)
    _without_buffers(body)
    first = len(operands) + len(results)
    positions = [first + k for k, want in enumerate(wanted) if want]
    return Function(f"{name}_rule", body, op.loc), positions, actives


def _without_buffers(body: Block) -> None:
    """Let each addition into an array that a rule has made give another array: values can be transposed, memory cannot."""
    now: dict[Value, Value] = {}
    for k, op in enumerate(body.ops):
        buffer = op.operands[0] if op.operands else None
        op.operands = [now.get(v, v) for v in op.operands]
        if any(inner.name in ADDITIONS for block in op.blocks for inner in walk(block)):
            raise Refusal("SCT201", f"a derivative rule that adds into an array inside of a `{op.name}` has no forward rule",
                          "write the forward rule, too")
        if op.name == "index_add":
            assert buffer is not None
            attrs = {"fn": helpers.added_at, "args": (Slot(0), op.attrs["args"][1], Slot(1)), "kwargs": {}, "adjoint": True}
            now[buffer] = added = Value(buffer.hint, strip_const(buffer.type))
            body.ops[k] = added.owner = Op("call", op.operands, [added], attrs, [], body, op.loc)


ADDITIONS = frozenset({"iadd", "index_add", "store", "fill"})
"""Ops that change the array that is their first operand."""


def _provide_cotangents(fwd: _Linearizer, op: Op, function: Function, bars: list[Value], values: dict[Value, Value]) -> None:
    """Zeros for the cotangents, of which at most the shape is still asked."""
    used = {v for inner in walk(function.body) for v in inner.operands}
    for bar, result in zip(bars, op.results, strict=False):
        if bar in used:
            values[bar] = fwd.zeros(result)


def _spliced_in(fwd: _Linearizer, function: Function, values: dict[Value, Value]) -> Any:
    *ops, end = function.body.ops
    block = fwd.builder.block
    for inner in ops:
        if inner.name != "mark":
            block.ops.append(clone_op(inner, values, block))
    return iter([values.get(v, v) for v in end.operands])

