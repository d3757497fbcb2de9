"""A ``custom_vjp`` in reverse mode: calls of ``fwd`` and ``bwd``, or their bodies where the adjoint is differentiated again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..analysis.abstract import Abstract, Seq, Static
from ..analysis.context import Refusal
from ..analysis.custom_calls import check_cotangents
from ..custom import CustomFunction, custom_vjp
from ..ir.core import Op, Value
from ..ir.ops import Lit, SeqOf, Slot, template_slots
from ..ir.types import Array, Scalar, Tuple, strip_const
from ..runtime.custom import cotangents, unshared
from .control import bar_type
from .custom_parts import RESIDUALS, Call, differentiated, nondiff_of, refuse_stores, spliced_call, tested, whole_bar
from .emitter import Accumulator, Emitter, bar_hint

if TYPE_CHECKING:
    from .reverse import Reverser


def call_halves(rev: Reverser, op: Op, totals: list[Value | None]) -> None:
    """``z, res = f_fwd(x)`` in the forward sweep, ``x_bar, = f_bwd(res, z_bar)`` in the reverse sweep."""
    f, looked = op.attrs["fn"], op.attrs["looked"]
    given, args, nondiff = list(op.operands), differentiated(op), nondiff_of(op)
    made = Call()
    bar = _result_bar(rev, op, totals, made, own=looked is None)
    _copy_operands(rev, op)
    fixed = op.attrs.get("fixed")
    res = _call_fwd(op, f, rev.shadows.written)
    given_back = res if fixed or not rev.pairs.repeatable else _for_this_run(rev, res)
    template = (*(made.moved(t, given) for t in nondiff), made.slot(given_back), bar)
    attrs: dict[str, Any] = {"fn": f.bwd, "args": template, "kwargs": {}, "effect": "reads", "adjoint": True}
    if looked is not None and all(isinstance(t, Lit) or kind != "any" for t, kind in zip(args, looked, strict=True)):
        types = [bar_type(given[t.index]) if isinstance(t, Slot) and kind == "number" else RESIDUALS
                 for t, kind in zip(args, looked, strict=True)]
        hints = [_bar_name(f, given[t.index], op, t) if isinstance(t, Slot) else "" for t in args]
        back = rev.builder.emit("call", made.operands, types, hints, unpack=True, **attrs)
        for t, kind, result in zip(args, looked, back.results, strict=True):
            if isinstance(t, Slot) and kind == "number":
                rev.accumulate(given[t.index], result)
        return
    found = rev.builder.value("call", made.operands, RESIDUALS, **attrs)
    like = Call()
    first = like.slot(found)
    shown = tuple(_exemplar(like, t, given) for t in args)
    named = [(given[k], _bar_name(f, given[k], op, t)) for t in args for k in template_slots(t) if given[k].type.differentiable]
    leaves = [v for v, _ in named]
    back = rev.builder.emit("call", like.operands, [bar_type(v) for v in leaves], [hint for _, hint in named],
                            fn=cotangents, args=(first, *shown), kwargs={}, effect="reads", adjoint=True, unpack=True)
    for v, result in zip(leaves, back.results, strict=True):
        rev.accumulate(v, result)


def _for_this_run(rev: Reverser, res: Value) -> Value:
    """What ``bwd`` is given where it runs several times: a copy that it may change."""
    return rev.builder.value("call", [res], RESIDUALS, fn=unshared, args=(Slot(0),), kwargs={}, effect="fresh",
                             adjoint=True)


def _bar_name(f: CustomFunction, value: Value, op: Op, template: Any) -> str:
    """The name of a cotangent, after its value or after the parameter of the function."""
    names = list(f.__signature__.parameters) if f.__signature__ is not None else []
    k = op.attrs["args"].index(template)
    return bar_hint(value) or (f"{names[k]}_bar" if k < len(names) and isinstance(template, Slot) else "")


def _exemplar(made: Call, template: Any, given: list[Value]) -> Any:
    """What says of an argument how its cotangent must be: the array itself, the class of a number, None where it has none."""
    if isinstance(template, SeqOf):
        return SeqOf(template.kind, tuple(_exemplar(made, t, given) for t in template.items))
    if not isinstance(template, Slot) or not given[template.index].type.differentiable:
        return Lit(None)
    t = strip_const(given[template.index].type)
    if isinstance(t, Scalar) and t.python is not None:
        python = {"float64": float, "complex128": complex}
        return Lit(python[t.dtype] if t.python else np.dtype(t.dtype).type)
    return made.slot(given[template.index])


def _result_bar(rev: Emitter, op: Op, totals: list[Value | None], made: Call, own: bool) -> Any:
    """The template of the cotangent of the result: arrays of its own shape, ``own`` ones where their user may write to them."""
    bars = [whole_bar(rev, op, t, r, own) for t, r in zip(totals, op.results, strict=True)]
    templates = [Lit(None) if bar is None else made.slot(bar) for bar in bars]
    return SeqOf(tuple, tuple(templates)) if op.attrs.get("unpack") else templates[0]


def _copy_operands(rev: Reverser, op: Op) -> None:
    """Give ``fwd`` copies of arrays that are written to, or may be until ``bwd`` runs: what it keeps must stay as it is."""
    block = op.parent
    assert block is not None
    for k, v in enumerate(op.operands):
        if isinstance(strip_const(v.type), Array) and (v in rev.shadows.written or rev.pairs.repeatable):
            copy = _copy_of(v, Value("", strip_const(v.type), op), op)
            block.ops.insert(block.ops.index(op), copy)
            op.operands[k] = copy.result


def _copy_of(v: Value, result: Value, op: Op) -> Op:
    """The op that makes ``result`` a copy of ``v``, where ``op`` is."""
    attrs = {"fn": np.copy, "args": (Slot(0),), "kwargs": {}, "effect": "fresh", "spelled": "method", "spelled_name": "copy"}
    copy = Op("call", [v], [result], attrs, [], op.parent, op.loc)
    result.owner = copy
    return copy


def _call_fwd(op: Op, f: custom_vjp, written: set[Value]) -> Value:
    """Turn the call into one of ``fwd``; what it hands to ``bwd``, which a write to the result does not reach.

    The array that an opaque ``fwd`` returns may be a buffer that it uses again.
    """
    several, results, block = bool(op.attrs.get("unpack")), op.results, op.parent
    assert block is not None
    name = next((r.hint for r in results if r.hint), "") or f.__name__
    res = Value("res", RESIDUALS, op)
    keep = {name: op.attrs[name] for name in ("may_raise", "effect", "distinct") if op.attrs.get(name)}
    own_array = op.attrs["looked"] is not None or op.attrs.get("own")
    op.attrs = {"fn": f.fwd, "args": op.attrs["args"], "kwargs": {}, "unpack": True, **keep}
    kept = [r for r in results if r not in written and (own_array or not isinstance(strip_const(r.type), Array))]
    own = [r if r in kept else Value(r.hint, r.type, op) for r in results]
    after = [_copy_of(v, r, op) for v, r in zip(own, results, strict=True) if v is not r]
    if several:
        packed = Value(f"{name}_result", Tuple(tuple(r.type for r in results), tuple), op)
        items = [Op("item", [packed], [v], {"key": k, "size": len(own)}, [], block, op.loc) for k, v in enumerate(own)]
        for item in items:
            item.result.owner = item
        after, own = [*items, *after], [packed]
    op.results = [*own, res]
    at = block.ops.index(op) + 1
    block.ops[at:at] = after
    return res


# -------------------------------------------------------------------------------------------------- splicing fwd and bwd

def splice_vjp(rev: Accumulator, op: Op, totals: list[Value | None]) -> None:
    """Splice the bodies of ``fwd`` and ``bwd``, for an adjoint that is differentiated again."""
    from .rules import _contribute, to_abstract
    f: custom_vjp = op.attrs["fn"]
    given = [to_abstract(t, op.operands) for t in op.attrs["args"]]
    block = rev.builder.block
    before = len(block.ops)
    pair = spliced_call(rev, f, "fwd", given)
    if not isinstance(pair, Seq) or len(pair.items) != 2:
        raise Refusal("SCT222", f"the fwd of `{f.__name__}` does not return two things", "return the result and what bwd needs")
    bars = [whole_bar(rev, op, t, r, own=False) for t, r in zip(totals, op.results, strict=True)]
    shown: list[Abstract] = [Static(None) if bar is None else bar for bar in bars]
    nondiff = [to_abstract(t, op.operands) for t in nondiff_of(op)]
    found = spliced_call(rev, f, "bwd", [*nondiff, pair.items[1], Seq(tuple, shown) if op.attrs.get("unpack") else shown[0]])
    args = [to_abstract(t, op.operands) for t in differentiated(op)]
    check_cotangents(f, found, args)
    refuse_stores(f, block.ops[before:])
    assert isinstance(found, Seq)
    for a, bar in zip(args, found.items, strict=True):
        _contribute(rev, a, tested(rev, bar, a), f.__name__)


