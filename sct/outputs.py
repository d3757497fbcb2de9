"""What a differentiated function may return: one number for a gradient, anything with a derivative for the products."""

from __future__ import annotations

from .analysis.abstract import Abstract, Seq
from .analysis.shapes import run_time_leaves
from .errors import NonScalarOutputError
from .ir.core import Function, Loc, Op
from .ir.types import BOTTOM, NONE, Array, OrConst, Scalar, Type, strip_const
from .request import Request


def check_output(function: Function, result: Abstract, end: Op, request: Request) -> None:
    """Refuse a result that is not differentiable, or not the one number that a gradient needs."""
    if request.structured:
        _check_structured(function, result, end)
        return
    if request.has_aux:
        check_pair(function, result, end.loc)
    elif isinstance(result, Seq):
        raise _not_scalar(function, f"a {result.kind.__name__} of {len(result.items)} items", end, "SCT500")
    t: Type = strip_const(end.operands[0].type)
    if not isinstance(t, Scalar):
        raise _not_scalar(function, str(t), end, "SCT501" if isinstance(t, Array) else "SCT502")
    if not t.differentiable:
        raise NonScalarOutputError(f"`{function.name}` returns {t}, which has no derivative", loc=end.loc,
                                   hint="return a float: multiply by 1.0 if the number is meant to be real", code="SCT503")
    if t.dtype.startswith("complex") and not request.holomorphic:
        raise NonScalarOutputError(f"`{function.name}` returns a complex number", loc=end.loc,
                                   hint="return its real part or its absolute value, or set holomorphic=True", code="SCT505")
    if request.holomorphic and not t.dtype.startswith("complex"):
        raise NonScalarOutputError(f"`{function.name}` returns a real number, with holomorphic=True", loc=end.loc,
                                   hint="leave holomorphic=True out", code="SCT505")


def check_pair(function: Function, result: Abstract, loc: Loc) -> None:
    if not (isinstance(result, Seq) and result.kind is tuple and len(result.items) == 2):
        raise NonScalarOutputError(f"with has_aux=True `{function.name}` must return (value, aux)", loc=loc,
                                   hint="return a tuple of two", code="SCT504")


def _check_structured(function: Function, result: Abstract, end: Op) -> None:
    """Refuse a result in which nothing can be differentiated, or of which only run time tells what can."""
    types = [v.type for v in run_time_leaves(result)]
    if not any(strip_const(t).differentiable for t in types):
        what = ", ".join(str(strip_const(t)) for t in types) or "nothing that depends on its arguments"
        raise NonScalarOutputError(f"`{function.name}` returns {what}, which has no derivative", loc=end.loc,
                                   hint="return floats or arrays of floats", code="SCT503")
    if any(isinstance(t, OrConst) and t.base is not BOTTOM and t.differentiable and t.const is NONE for t in types):
        raise NonScalarOutputError(f"`{function.name}` returns None on some paths", loc=end.loc,
                                   hint="return a number or an array on every path", code="SCT502")


def _not_scalar(function: Function, what: str, end: Op, code: str) -> NonScalarOutputError:
    return NonScalarOutputError(
        f"`{function.name}` returns {what}, but grad needs one number", loc=end.loc,
        hint="sum it up, or use sct.vjp (one cotangent) or sct.jacrev (the whole Jacobian)", code=code)
