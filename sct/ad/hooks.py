"""``on_gradient``: calls of hooks on adjoints in the reverse sweep."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from ..analysis.abstract import Static
from ..analysis.callees import call
from ..analysis.context import Refusal
from ..ir.core import Function, Op, Value, walk
from ..ir.ops import Slot
from ..runtime.custom import hooked, on_gradient
from .control import bar_type
from .custom_parts import RESIDUALS, tested, whole_bar
from .emitter import Emitter, bar_hint

if TYPE_CHECKING:
    from .reverse import Reverser


def is_hook(op: Op) -> bool:
    """Whether a call is one of ``on_gradient``."""
    return op.attrs.get("fn") is on_gradient


def reverse_hook(rev: Reverser, op: Op, total: Value) -> None:
    """Call the hook on the adjoint: ``x_bar = clip(x_bar)``."""
    x = op.operands[0]
    gives = op.attrs["gives"]
    bar = whole_bar(rev, op, total, op.results[0], own=gives == "anything")
    assert bar is not None
    if not bar.hint:
        bar.hint = bar_hint(x) or "x_bar"
    if op.attrs.get("hook") is None and (rev.context.twice or rev.context.standing):
        rev.accumulate(x, _spliced_hook(rev, op, bar))
    else:
        new = _call_hook(rev, op, bar)
        twice = rev.context.twice or bool(rev.context.standing)
        rev.accumulate(x, bar if gives == "nothing" else new if gives == "number" else _replaced(rev, new, bar, x, twice))
    drop_hook(op)


def drop_hooks(functions: Iterable[Function]) -> None:
    """Leave of every hook that no adjoint came to what it is in the primal."""
    for op in (op for function in functions for op in walk(function.body)):
        if is_hook(op):
            drop_hook(op)


def drop_hook(op: Op) -> None:
    """Leave of ``on_gradient(x, fn)`` what it is: ``x``."""
    op.name, op.operands, op.attrs = "narrow", op.operands[:1], {}


def _replaced(rev: Emitter, new: Value, bar: Value, x: Value, twice: bool) -> Value:
    if twice:
        return rev.sp.lift(tested(rev, new, x))
    return rev.builder.value("call", [new, bar], bar_type(x), bar_hint(x), fn=hooked, args=(Slot(0), Slot(1)), kwargs={},
                             effect="reads", adjoint=True)


def _call_hook(rev: Reverser, op: Op, bar: Value) -> Value:
    """The call of a hook; one that is defined in the function is a generated function, given what it captured, too."""
    t = bar_type(op.results[0]) if op.attrs["gives"] == "number" else RESIDUALS
    hint = bar_hint(op.operands[0]) if op.attrs["gives"] == "number" else ""
    if op.attrs.get("hook") is None:
        return rev.builder.value("call", [bar], t, hint, fn=op.attrs["args"][1].value, args=(Slot(0),), kwargs={}, effect="io",
                                 adjoint=True)
    operands = list(op.operands[1:])
    operands.insert(op.attrs["place"], bar)
    if op.attrs["gives"] == "nothing":
        rev.builder.emit("invoke", operands, [], callee=op.attrs["hook"], effect="io")
        return bar
    t = bar_type(op.results[0])
    return rev.builder.value("invoke", operands, t, hint, callee=op.attrs["hook"], effect="io")


def _spliced_hook(rev: Reverser, op: Op, bar: Value) -> Value:
    """The body of a hook, for an adjoint that is differentiated again."""
    fn = op.attrs["args"][1].value
    try:
        found = call(rev.sp, Static(fn), [bar], {})
    except Refusal as refusal:
        name = getattr(fn, "__name__", str(fn))
        message = f"a second derivative needs the hook `{name}` to be looked into, and it cannot be: {refusal.message}"
        raise Refusal("SCT223", message, "write it in Python") from None
    if isinstance(found, Static) and found.value is None:
        return bar
    return rev.sp.lift(tested(rev, found, op.operands[0]))
