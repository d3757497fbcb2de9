"""The derivatives of functions whose author wrote them: calls of ``fwd`` and ``bwd``, of ``jvp``.

At first order these are called as they are, under their own names.  Where the result is differentiated again, and for reverse
mode through a ``jvp``, their bodies are spliced as those of rules are: ``z_bar`` goes in, and the adjoints come out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..analysis.context import Refusal
from ..custom import CustomFunction, custom_jvp, custom_vjp
from ..ir.core import Op, Value
from ..ir.types import Tuple, strip_const
from .custom_halves import call_halves, splice_vjp
from .custom_parts import refuse_active
from .custom_tangents import reverse_jvp, tangents_of

if TYPE_CHECKING:
    from .forward import _Linearizer
    from .reverse import Reverser


def is_custom(op: Op) -> bool:
    """Whether a call is one of a function with a derivative of its author's."""
    return isinstance(op.attrs.get("fn"), CustomFunction)


def reverse_custom(rev: Reverser, op: Op, totals: list[Value | None]) -> None:
    """The adjoint of ``z = f(x)``."""
    f = op.attrs["fn"]
    refuse_active(f, op, rev.active)
    if isinstance(f, custom_jvp):
        reverse_jvp(rev, op, totals)
    elif rev.context.twice or rev.context.standing:
        splice_vjp(rev, op, totals)
        op.attrs["reversed"] = True
    else:
        call_halves(rev, op, totals)


def forward_custom(fwd: _Linearizer, op: Op, dots: dict[int, Value]) -> list[Value | None]:
    """The tangents of ``z = f(x)``."""
    f = op.attrs["fn"]
    refuse_active(f, op, {op.operands[k] for k in dots})
    if isinstance(f, custom_vjp):
        if fwd.context.directional and not op.attrs.get("reversed"):
            raise Refusal("SCT205", f"forward mode through `{f.__name__}`, a custom_vjp",
                          "use grad, vjp or jacrev, or declare the derivative with sct.custom_jvp, which serves both modes")
        if any(isinstance(strip_const(r.type), Tuple) for r in op.results):
            raise Refusal("SCT223", f"a second derivative of `{f.__name__}`, a custom_vjp that returns nested tuples",
                          "return one flat tuple")
        from .pushforwards import by_transposition
        return by_transposition(fwd, op, f.__name__, dots)
    return tangents_of(fwd, op, dots)
