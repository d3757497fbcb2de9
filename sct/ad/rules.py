"""Splicing derivative rules: the adjoint of a primitive call, of implicit broadcasting and of number conversion."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from ..analysis import abstract as ab
from ..analysis.abstract import NEVER, POISON, UNBOUND, Abstract, Mapping, Seq, Slice, Static, parts_of
from ..analysis.activity import is_complex
from ..analysis.callees import bind_arguments
from ..analysis.context import Context, Frame, Refusal
from ..analysis.inlining import inline
from ..analysis.primitives import apply
from ..analysis.remembering import refuse_active
from ..ir.core import Block, Op, Value, walk
from ..ir.ops import IMPLICIT, LOOPS, Lit, SeqOf, SliceOf, Slot, template_slots
from ..ir.rewrite import incoming, item_count
from ..ir.types import ANY, MANY, UNIT, Array, List, Scalar, Table, Tuple, Type, strip_const
from ..rules import registry
from ..rules.registry import Primitive
from ..runtime import helpers
from . import custom, hooks, lists
from .custom_halves import splice_vjp
from .emitter import bar_hint

if TYPE_CHECKING:
    from .emitter import Accumulator, Emitter
    from .reverse import Reverser


def reverse_call(rev: Reverser, op: Op, totals: list[Value | None]) -> None:
    """The adjoint of a primitive call whose results have the adjoints ``totals``."""
    fn = op.attrs["fn"]
    try:
        if lists.is_list_operation(op):
            lists.reverse_operation(rev, op, totals[0])
        elif custom.is_custom(op):
            custom.reverse_custom(rev, op, totals)
        elif hooks.is_hook(op):
            assert totals[0] is not None
            hooks.reverse_hook(rev, op, totals[0])
        elif fn is operator.getitem:
            _reverse_read(rev, op, totals[0])
        elif fn is tuple:
            _reverse_unpack(rev, op, totals)
        elif fn is operator.add and _plain_sum(op):
            for operand in op.operands:
                rev.accumulate(operand, totals[0])  # type: ignore[arg-type]
        else:
            with strong_zeros(rev.context, "vanishes" in op.attrs):
                splice(rev, op, totals)
    except Refusal as refusal:
        rev.context.refuse(refusal, op.loc)


@contextmanager
def strong_zeros(context: Context, wanted: bool = True) -> Iterator[None]:
    """Let products in the rules that are applied meanwhile be strong where that is ``wanted``."""
    masked = context.masked
    context.masked = max(masked, int(wanted))
    try:
        yield
    finally:
        context.masked = masked


def _plain_sum(op: Op) -> bool:
    """``x + y``, the most frequent rule, needs no splicing: both cotangents are that of the result."""
    return len(op.operands) == 2


def _reverse_read(rev: Reverser, op: Op, total: Value | None) -> None:
    """``x[i]``: the cotangent is added to the same place of the array's own adjoint."""
    assert total is not None
    base = op.operands[0]
    if base not in rev.active:
        return
    template = op.attrs["args"][1]
    added = _added_dimensions(template) if base not in rev.buffers else ()
    if added and isinstance(strip_const(total.type), Array):
        rev.accumulate(base, fit(rev, _without(rev, total, added), base))
        return
    buffer = rev.buffer(base)
    slots = sorted(set(template_slots(template)))
    leaves = [op.operands[k] for k in slots]
    position = {k: n + 2 for n, k in enumerate(slots)}
    moved = renumber(template, position)
    unique = not any(may_repeat(op.operands[k]) for k in slots) and not has_list(template)
    if isinstance(strip_const(base.type), List | Table):
        lists.add_item(rev, buffer, to_abstract(template, op.operands), total)
    else:
        rev.builder.emit("index_add", [buffer, total, *leaves], args=(Slot(0), moved), unique=unique)


def _added_dimensions(template: Any) -> Sequence[int]:
    """The new axes of ``x[:, None]``, an index that does nothing but add them, from the last to the first."""
    parts = template.items if isinstance(template, SeqOf) and template.kind is tuple else (template,)
    whole = SliceOf(Lit(None), Lit(None), Lit(None))
    if not all(part == Lit(None) or part == whole for part in parts):
        return ()
    return [k for k, part in enumerate(parts) if part == Lit(None)][::-1]


def _without(rev: Reverser, bar: Value, axes: Sequence[int]) -> Abstract:
    """``bar`` without axes of length 1; where it was just summed along one of them, the sum need not keep it."""
    result: Abstract = bar
    for axis in axes:
        summed = _summed_along(result, axis)
        result = apply(rev.sp, np.squeeze, [result, Static(axis)]) if summed is None else \
            apply(rev.sp, np.sum, [summed], {"axis": Static(axis)})
    return result


def _summed_along(bar: Abstract, axis: int) -> Value | None:
    """``v``, where ``bar`` is ``np.sum(v, axis=axis, keepdims=True)``."""
    op = bar.owner if isinstance(bar, Value) else None
    if not isinstance(op, Op) or op.name != "call" or op.attrs["fn"] is not np.sum or len(op.operands) != 1:
        return None
    kept = {"axis": Lit(axis), "keepdims": Lit(True)}
    return op.operands[0] if op.attrs["args"] == (Slot(0),) and op.attrs["kwargs"] == kept else None


def renumber(template: Any, position: dict[int, int]) -> Any:
    from ..ir.ops import map_template
    return map_template(template, lambda k: Slot(position[k]))


def has_list(template: Any) -> bool:
    """Whether an index holds a list that may name an element twice."""
    if isinstance(template, SeqOf):
        return any(map(has_list, template.items)) if template.kind is tuple else not _are_distinct(template.items)
    return False


def _are_distinct(items: Sequence[Any]) -> bool:
    """Whether these are different positions, all counted from the same end."""
    numbers = [item.value for item in items if isinstance(item, Lit) and type(item.value) is int]
    return len(set(numbers)) == len(items) and len({n < 0 for n in numbers}) <= 1


def may_repeat(index: Value) -> bool:
    """Whether an index may name an element twice: an integer array (a mask, an integer, a slice, a permutation cannot)."""
    t = strip_const(index.type)
    return isinstance(t, List) or isinstance(t, Array) and t.dtype != "bool" and not _is_arrangement(index.owner, t)


def _is_arrangement(op: Op | Block | None, t: Array) -> bool:
    """Whether ``op`` gives a vector of different positions, none of them counted from the end, that stays as it is."""
    made = isinstance(op, Op) and op.name == "call" and op.attrs["fn"] in (np.arange, np.argsort, np.flatnonzero)
    return isinstance(op, Op) and made and "rewritten" not in op.attrs and len(op.attrs["args"]) == 1 \
        and not op.attrs["kwargs"] and t.ndim == 1


def _reverse_unpack(rev: Reverser, op: Op, totals: list[Value | None]) -> None:
    if op.operands[0] not in rev.buffers and _are_numbers(op):
        items: list[Abstract] = [t if t is not None else Static(0.0) for t in totals]
        rev.accumulate(op.operands[0], fit(rev, apply(rev.sp, np.array, [Seq(list, items)]), op.operands[0]))
        return
    buffer = rev.buffer(op.operands[0])
    for k, total in enumerate(totals):
        if total is None:
            continue
        if isinstance(strip_const(buffer.type), List):
            lists.add_item(rev, buffer, Static(k), total)
        else:
            rev.builder.emit("index_add", [buffer, total], args=(Slot(0), Lit(k)), unique=True)


def _are_numbers(op: Op) -> bool:
    """Whether a vector of float64 is unpacked into all its elements: their adjoints make up its own."""
    t = strip_const(op.operands[0].type)
    return bool(op.attrs.get("unpack")) and isinstance(t, Array) and t.dtype == "float64" and t.ndim == 1


# ------------------------------------------------------------------------------------------------------ rule application

def refuse_complex(op: Op, entry: Primitive) -> None:
    """Refuse complex arguments where the rule holds for real ones only."""
    if entry.real_only and any(map(is_complex, op.operands)):
        why = f": {entry.real_only}" if isinstance(entry.real_only, str) else ""
        raise Refusal("SCT201", f"no derivative rule for {entry.name} of complex numbers{why}",
                      "separate real and imaginary parts")


def splice(rev: Accumulator, op: Op, totals: list[Value | None]) -> None:
    """Lower the rule's body, specialise it on these arguments and add what it assigns to the operands' adjoints."""
    if custom.is_custom(op):
        splice_vjp(rev, op, totals)
        return
    entry = registry.lookup(op.attrs["fn"])
    name = entry.name if entry is not None else getattr(op.attrs["fn"], "__name__", str(op.attrs["fn"]))
    if "remembers" in op.attrs:
        raise refuse_active(op.attrs["remembers"])
    if entry is not None:
        refuse_complex(op, entry)
    if entry is None or entry.vjp is None:
        raise Refusal("SCT201", f"no derivative rule for {name}",
                      "declare one with sct.rule, or wrap its argument in sct.stop_gradient")
    kwargs = {k: to_abstract(t, op.operands) for k, t in op.attrs["kwargs"].items()}
    args = [to_abstract(t, op.operands) for t in op.attrs["args"]]
    strong = rev.context.masked == 2 and entry.vjp_strong is not None and _is_numpy(op.results[0])
    rule = rev.context.session.rule(entry, "vjp_strong" if strong else "vjp")
    lowered = rule.lowered
    result = Seq(tuple, list(op.results)) if op.attrs.get("unpack") else op.results[0]
    bars = [_in_precision(rev, t, op, r) if t is not None else Static(None) for t, r in zip(totals, op.results, strict=True)]
    cotangent = Seq(tuple, list(bars)) if op.attrs.get("unpack") else bars[0]
    check_keywords(name, lowered, args, kwargs)
    inputs = {**kwargs, rule.result: result, rule.cotangent: cotangent}
    bound = bind_arguments(lowered, args, inputs, {k: (lambda v=v: Static(v)) for k, v in rule.defaults.items()})
    frame = Frame(lowered, owner=rule.owner)
    rev.sp.builder.loc = op.loc
    rev.context.spliced = block = rev.builder.block
    before = len(block.ops)
    around, rev.sp.context.wanted = rev.sp.context.wanted, rev.active
    try:
        outcome = inline(rev.sp, frame, lowered, bound)
    finally:
        rev.sp.context.wanted = around
    if outcome is POISON:
        return  # what is wrong has been noted
    if not isinstance(outcome, Seq):
        raise Refusal("SCT250", f"the derivative rule of {name} does not run to its end",
                      "assign the cotangents, without `return`")
    parameters = {p.name: a for p, a in zip(lowered.info.params, bound, strict=True)}
    given = dict(zip(rule.outputs, outcome.items, strict=True))
    spliced = {inner for new in block.ops[before:] for inner in (new, *(o for b in new.blocks for o in walk(b)))}
    _let_derivative_raise(op, spliced)
    if "vanishes" in op.attrs:
        _note_guards(spliced)
    for parameter, argument in parameters.items():
        bar = given.get(parameter, UNBOUND)
        if parameter not in (rule.result, rule.cotangent) and _any_active(rev, argument) and _may_be_missing(rev, bar, spliced):
            because = f": {entry.unsaid}" if entry.unsaid else " here"
            raise Refusal("SCT208", f"the derivative rule of {name} gives no derivative with respect to `{parameter}`{because}",
                          "wrap the argument in sct.stop_gradient if it is meant as a constant, or assign "
                          f"`{parameter}_bar` in the rule")
    for argument, bar in _together(rev, [(parameters[parameter], bar) for parameter, bar in given.items()]):
        _contribute(rev, argument, bar, name)


def _together(rev: Accumulator, given: list[tuple[Abstract, Abstract]]) -> list[tuple[Abstract, Abstract]]:
    """The two cotangents of ``u * u`` as one sum, where each would be added to an array."""
    if len(given) == 2 and given[0][0] is given[1][0] and given[0][0] in rev.buffers:
        (argument, first), (_, second) = given
        if isinstance(first, Value) and isinstance(second, Value) and first.type == second.type:
            return [(argument, rev.add(first, second, ""))]
    return given


def _in_precision(rev: Emitter, bar: Value, op: Op, result: Value) -> Value:
    """The cotangent of ``result`` in its precision: a Python number would take on that of a narrower operand it multiplies."""
    have, want = strip_const(bar.type), strip_const(result.type)
    if not isinstance(have, Scalar) or have.python is False or not isinstance(want, Scalar | Array) or not _is_numpy(result):
        return bar
    if not any(_eps(v) > np.finfo(want.dtype).eps for v in op.operands):
        return bar
    dtype = np.finfo(want.dtype).dtype.name if have.dtype == "float64" else want.dtype
    hint = bar.hint or bar_hint(result) or "z_bar"
    return rev.builder.value("call", [bar], Scalar(dtype, False), hint, fn=np.dtype(dtype).type, args=(Slot(0),), kwargs={},
                             adjoint=True)


def _eps(value: Value) -> float:
    """The rounding error of an operand as it is at run time, where implicit conversions do nothing; 0 for Python's numbers."""
    while isinstance(value.owner, Op) and value.owner.name in IMPLICIT:
        value = value.owner.operands[0]
    t = strip_const(value.type)
    return float(np.finfo(t.dtype).eps) if _is_numpy(value) and t.differentiable else 0.0  # type: ignore[attr-defined]


def _note_guards(spliced: set[Op]) -> None:
    """Say of strong operations that the cotangent in them may be zero because of the program's paths, and of nothing else."""
    for one in spliced:
        if one.name == "call" and one.attrs["fn"] in (helpers.strong_product, helpers.strong_quotient):
            one.attrs["guards"] = True


_RAISES_ALIKE = {math.sin: math.cos, math.cos: math.sin}
"""Functions and a function in their derivative that raises for the same arguments."""


def _let_derivative_raise(op: Op, spliced: set[Op]) -> None:
    """An op whose derivative is computed need not run for what it may raise alone.

    ``math.cos(x)`` raises where ``math.sin(x)`` does: whoever drops one looks at the other (attribute ``alike``).  The square
    of a Python number overflows where its derivative is a number like any other: the gradient is right there, and to run the
    forward sweep for that would double the cost of a sum of squares.
    """
    fn = op.attrs["fn"]
    if op.attrs.get("handled"):
        return
    alike = [one for one in spliced if one.name == "call" and one.attrs["fn"] is _RAISES_ALIKE.get(fn, op)
             and one.operands == op.operands]
    if alike:
        op.attrs["alike"] = alike[0]
    elif fn is operator.pow and _only_overflows(op):
        op.attrs.pop("may_raise", None)


def _only_overflows(power: Op) -> bool:
    exponent = power.attrs["args"][1]
    literal = isinstance(exponent, Lit) and isinstance(exponent.value, int | float) and exponent.value >= 0
    return literal and not _is_numpy(power.results[0])


def _may_be_missing(rev: Emitter, bar: Abstract, spliced: set[Op]) -> bool:
    """Whether a rule, now the ops ``spliced``, may leave a cotangent unassigned: ``x_bar = None`` says that it is zero."""
    if isinstance(bar, Value):
        return _may_be_undef(bar, spliced, set())
    if bar is UNBOUND or bar is NEVER:
        return bar is UNBOUND or not rev.context.obstacles
    return any(_may_be_missing(rev, part, spliced) for part in parts_of(bar) or ())


def _may_be_undef(value: Value, spliced: set[Op], seen: set[Value]) -> bool:
    """Whether a value stands for a variable that is not bound on some path through the ``spliced`` ops."""
    op = value.owner.parent if isinstance(value.owner, Block) else value.owner
    if op not in spliced or value in seen:
        return False
    seen.add(value)
    if op.name in LOOPS and isinstance(value.owner, Block):
        k = value.owner.args.index(value) - item_count(op)
    elif op.blocks and isinstance(value.owner, Op):
        k = op.results.index(value)
    else:
        return op.name == "undef"
    return k >= 0 and any(_may_be_undef(v, spliced, seen) for v in incoming(op, k))


def _is_numpy(value: Value) -> bool:
    t = strip_const(value.type)
    return isinstance(t, Array) or (isinstance(t, Scalar) and t.python is not True)


_WITHOUT = {"where": "give `out`, which says what the other elements are, or use np.where"}
"""What to do without a keyword."""


def check_keywords(name: str, lowered: Any, args: list[Abstract], kwargs: dict[str, Abstract]) -> None:
    params = {p.name for p in lowered.info.params}
    if any(p.kind == "VAR_KEYWORD" for p in lowered.info.params):
        return
    for keyword in kwargs:
        if keyword not in params:
            raise Refusal("SCT204", f"the derivative rule of {name} does not support the keyword `{keyword}`",
                          _WITHOUT.get(keyword, "compute the same without it"))
    positional = [p for p in lowered.info.params if p.kind in ("POSITIONAL_ONLY", "POSITIONAL_OR_KEYWORD")]
    variadic = any(p.kind == "VAR_POSITIONAL" for p in lowered.info.params)
    if len(args) > len(positional) and not variadic:
        raise Refusal("SCT204", f"the derivative rule of {name} supports at most {len(positional)} positional arguments",
                      "pass the others by keyword, or compute the same without them")


def to_abstract(template: Any, operands: list[Value]) -> Abstract:
    """The abstract argument that a template describes."""
    if isinstance(template, Slot):
        return operands[template.index]
    if isinstance(template, Lit):
        return _literal(template.value)
    if isinstance(template, SeqOf):
        return Seq(template.kind, [to_abstract(t, operands) for t in template.items])
    assert isinstance(template, SliceOf)
    return Slice(*(to_abstract(t, operands) for t in (template.lo, template.hi, template.step)))


def _literal(value: Any) -> Abstract:
    return Seq(list, list(map(_literal, value))) if type(value) is list else Static(value)


def _contribute(rev: Accumulator, argument: Abstract, bar: Abstract, name: str) -> None:
    """Add the cotangent ``bar`` that the rule of ``name`` assigned to ``argument``, following its nesting."""
    if bar in (UNBOUND, NEVER, POISON) or (isinstance(bar, Static) and bar.value is None) or not _any_active(rev, argument):
        return
    if isinstance(argument, Value):
        fitted = fit(rev, bar, argument)
        _check_form(fitted, argument, name)
        rev.accumulate(argument, fitted)
    elif isinstance(argument, Seq) and isinstance(bar, Seq) and len(argument.items) == len(bar.items):
        for item, part in zip(argument.items, bar.items, strict=True):
            _contribute(rev, item, part, name)
    elif isinstance(argument, Seq) and isinstance(bar, Value):
        from ..analysis.subscripts import from_value
        for k, item in enumerate(argument.items):
            if _any_active(rev, item):
                _contribute(rev, item, from_value(rev.sp, bar, Static(k)), name)
    elif isinstance(argument, Mapping) and isinstance(bar, Mapping) and argument.items.keys() == bar.items.keys():
        for key, item in argument.items.items():
            _contribute(rev, item, bar.items[key], name)
    else:
        raise Refusal("SCT250", f"the derivative rule of {name} gives a cotangent that is not nested like its argument",
                      "give a tuple, list or dict argument a cotangent of the same form, with None where it is zero")


def _check_form(bar: Value, argument: Value, name: str) -> None:
    """Refuse as the cotangent of a list, or as that of a number or an array, what would be taken for something else."""
    have, want = strip_const(bar.type), strip_const(argument.type)
    misfit = isinstance(want, List) and _dimensions(have) != _dimensions(want)
    if misfit or isinstance(want, Scalar | Array) and isinstance(have, List):
        raise Refusal("SCT250", f"the derivative rule of {name} gives {have} as the cotangent of {want}",
                      "convert the argument with np.asarray first")


def _dimensions(t: Type) -> int | None:
    """How many indices an element of a nested list, or of an array, has; None for a list of something else."""
    if isinstance(t, List):
        inner = _dimensions(strip_const(t.item))
        return None if inner is None else inner + 1
    return t.ndim if isinstance(t, Array) else 0 if isinstance(t, Scalar) else None


def _any_active(rev: Accumulator, a: Abstract) -> bool:
    if isinstance(a, Value):
        return a in rev.active and not (isinstance(a.type, Scalar | Array | Tuple | List) and not a.type.differentiable)
    return any(_any_active(rev, part) for part in parts_of(a) or ())


def fit(rev: Emitter, bar: Abstract, value: Value) -> Value:
    """The cotangent as one run-time value, real for a real argument."""
    return _real_for(rev, rev.sp.lift(bar), value)


# ------------------------------------------------------------------------------------------------------- implicit ops

def unconvert(rev: Emitter, bar: Value, operand: Value) -> Value:
    """The cotangent in the element type of ``operand``: narrowed, and real for a real number."""
    have, want = strip_const(bar.type), strip_const(operand.type)
    if not isinstance(have, Scalar | Array) or not isinstance(want, Scalar | Array):
        return bar
    bar = _real_for(rev, bar, operand)
    have = strip_const(bar.type)
    if isinstance(have, Array) and isinstance(want, Array) and have.dtype != want.dtype:
        return as_kind(rev, bar, Array(want.dtype, have.dims))
    return bar


def as_kind(rev: Emitter, bar: Value, t: Array) -> Value:
    """An array as one of another element type."""
    args = (Slot(0), Lit(np.dtype(t.dtype).type))
    return rev.builder.value("call", [bar], t, bar.hint, fn=np.ndarray.astype, args=args, kwargs={}, spelled="method",
                             spelled_name="astype", adjoint=True)


def _real_for(rev: Emitter, bar: Value, operand: Value) -> Value:
    """The real part of a complex cotangent where ``operand`` is real: a real number has no other direction to move in."""
    if not is_complex(bar) or not _is_real(strip_const(operand.type)):
        return bar
    real = apply(rev.sp, np.real, [bar])
    assert isinstance(real, Value)
    return real


def _is_real(t: Type) -> bool:
    """Whether values of this type are real numbers, or arrays of them."""
    return isinstance(t, Scalar | Array) and t.dtype.startswith("float")


def unbroadcast(rev: Reverser, bar: Value, operand: Value, result: Type) -> Value:
    """The cotangent summed over the dimensions along which ``operand`` was broadcast."""
    want, full = strip_const(operand.type), strip_const(result)
    have = strip_const(bar.type)
    if not isinstance(full, Array) or not isinstance(have, Array):
        return bar
    if isinstance(want, Scalar):
        return _sum(rev, bar)
    assert isinstance(want, Array)
    lead = full.ndim - want.ndim
    pairs = list(zip(want.dims, full.dims[lead:], strict=True))
    if any(w == ANY for w, _ in pairs):
        return _helper(rev, bar, operand, want)
    units = [lead + k for k, (w, f) in enumerate(pairs) if w == UNIT and f != UNIT]
    if units:
        bar = _sum(rev, bar, axis=tuple(units) if len(units) > 1 else units[0], keepdims=True)
    if lead:
        bar = _sum(rev, bar, axis=tuple(range(lead)) if lead > 1 else 0)
    return bar


def _sum(rev: Reverser, bar: Value, axis: Any = None, keepdims: bool = False) -> Value:
    kwargs: dict[str, Abstract] = {}
    if axis is not None:
        kwargs["axis"] = Seq(tuple, [Static(k) for k in axis]) if isinstance(axis, tuple) else Static(axis)
    if keepdims:
        kwargs["keepdims"] = Static(True)
    total = apply(rev.sp, np.sum, [bar], kwargs)
    assert isinstance(total, Value)
    return total


def _helper(rev: Reverser, bar: Value, operand: Value, want: Array) -> Value:
    return rev.builder.value("call", [bar, operand], Array(strip_const(bar.type).dtype, want.dims),  # type: ignore[attr-defined]
                             fn=helpers.unbroadcast, args=(Slot(0), Slot(1)), kwargs={}, adjoint=True)


_ = (ab, MANY, Tuple)
