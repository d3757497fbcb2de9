"""What the derivatives of functions whose author wrote them are put together from: arguments, cotangents, spliced bodies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..analysis.abstract import NEVER, POISON, Abstract, Seq, Static
from ..analysis.callees import call
from ..analysis.context import Refusal
from ..analysis.primitives import apply
from ..custom import CustomFunction, custom_jvp
from ..ir.core import Op, Value, walk
from ..ir.ops import STORES, SeqOf, Slot, op_effect, template_slots
from ..ir.types import Array, Object, Scalar, strip_const
from ..runtime.custom import fitted
from .control import bar_type

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .emitter import Emitter

RESIDUALS = Object(object)
"""The type of what ``fwd`` keeps for ``bwd``."""


class Call:
    """The arguments of a call that is being put together."""

    def __init__(self) -> None:
        self.operands: list[Value] = []

    def slot(self, value: Value) -> Slot:
        if value not in self.operands:
            self.operands.append(value)
        return Slot(self.operands.index(value))

    def moved(self, template: Any, values: Sequence[Value]) -> Any:
        """A template whose slots are those of ``values``."""
        if isinstance(template, Slot):
            return self.slot(values[template.index])
        if isinstance(template, SeqOf):
            return SeqOf(template.kind, tuple(self.moved(t, values) for t in template.items))
        return template

def refuse_active(f: CustomFunction, op: Op, active: Any) -> None:
    """Refuse a derivative with respect to an argument that is said to have none."""
    for k in f.nondiff:
        if k < len(op.attrs["args"]) and any(op.operands[s] in active for s in template_slots(op.attrs["args"][k])):
            raise Refusal("SCT208", f"argument {k} of `{f.__name__}` is among its nondiff_argnums, and carries a derivative",
                          "wrap it in sct.stop_gradient, or give it a cotangent in bwd")


def differentiated(op: Op) -> list[Any]:
    """The templates of the arguments that have cotangents."""
    return [t for k, t in enumerate(op.attrs["args"]) if k not in op.attrs["fn"].nondiff]


def nondiff_of(op: Op) -> list[Any]:
    return [op.attrs["args"][k] for k in op.attrs["fn"].nondiff if k < len(op.attrs["args"])]

def whole_bar(rev: Emitter, op: Op, total: Value | None, result: Value, own: bool) -> Value | None:
    if total is None:
        return rev.zeros(result) if result.type.differentiable else None
    want = strip_const(result.type)
    if isinstance(want, Array) and isinstance(strip_const(total.type), Scalar) and want.ndim:
        from .pushforwards import spread
        total = spread(rev, total, result)
    return rev.copy(total, bar_type(result)) if own and isinstance(want, Array) else total

def spliced_call(emitter: Emitter, f: CustomFunction, part: str, args: list[Abstract], function: Any = None) -> Abstract:
    """What a function of a derivative gives, its body spliced in here."""
    function = function or getattr(f, part)
    known = set(emitter.context.obstacles)
    try:
        found = call(emitter.sp, Static(function), args, {})
    except Refusal as refusal:
        raise _opaque(f, part, refusal.message) from None
    new = [o for key, o in emitter.context.obstacles.items() if key not in known]
    if found is POISON or found is NEVER or new:
        for key in set(emitter.context.obstacles) - known:
            del emitter.context.obstacles[key]
        raise _opaque(f, part, new[0].message if new else "it never returns")
    return found


def _opaque(f: CustomFunction, part: str, reason: str) -> Refusal:
    """Why a function of a derivative cannot be differentiated itself."""
    what = "reverse mode through" if isinstance(f, custom_jvp) else "a second derivative of"
    message = f"{what} `{f.__name__}`, a {f.kind}, needs its {part} to be looked into, and it cannot be: {reason}"
    way_out = ", or use sct.custom_vjp" if isinstance(f, custom_jvp) else ""
    return Refusal("SCT223", message, f"write its {part} in Python{way_out}")


def refuse_stores(f: CustomFunction, ops: list[Op]) -> None:
    for op in (inner for outer in ops for inner in (outer, *(o for block in outer.blocks for o in walk(block)))):
        if op_effect(op) in ("io", "random"):
            message = f"the derivative of `{f.__name__}`, a {f.kind}, is differentiated, and prints or draws random numbers"
            raise Refusal("SCT223", message, "draw them outside and pass them in")
        if op.name in STORES or op.name == "iaddv":
            message = f"the derivative of `{f.__name__}`, a {f.kind}, writes into arrays, and is itself differentiated"
            raise Refusal("SCT223", message, "build them with np.stack or np.concatenate")

def tested(rev: Emitter, bar: Abstract, a: Abstract) -> Abstract:
    """A cotangent of an array with the test of its shape."""
    if isinstance(a, Seq) and isinstance(bar, Seq):
        return Seq(bar.kind, [tested(rev, b, x) for b, x in zip(bar.items, a.items, strict=True)])
    wanted = isinstance(a, Value) and isinstance(strip_const(a.type), Array)
    return apply(rev.sp, fitted, [bar, a]) if wanted and isinstance(bar, Value) else bar
