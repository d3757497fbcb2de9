"""``raise`` and ``assert``: which exception ends a block."""

from __future__ import annotations

from ..ir.core import Op, Value
from ..ir.ops import Lit
from ..ir.types import NONE
from ..runtime.checks import NoRuleError
from .abstract import POISON, Abstract, Static
from .branches import narrow, truth
from .context import Exit, Frame, Refusal
from .infer import REGIONS, SIMPLE, Specializer


def _raise(sp: Specializer, frame: Frame, op: Op) -> Exit:
    args = [sp.get(frame, v) for v in op.operands]
    if sp.context.splicing and sp.builder.block is sp.context.spliced:
        raise Refusal("SCT200", _what_is_raised(args), "compute the same in another way, or write a rule for it with sct.rule")
    if (said := _says_no_rule(args[:1])) is not None:
        raise Refusal("SCT204", said, "compute the same in another way, or write a rule for it with sct.rule")
    if POISON not in args:
        values = [sp.builder.value("const", (), NONE, value=a.value) if isinstance(a, Static) and a.value is None
                  else _exception(sp, a) for a in args]
        sp.builder.emit("raise", values)
    else:
        sp.builder.emit("raise")
    return Exit("raise", [], op)


def _what_is_raised(args: list[Abstract]) -> str:
    """The text of an exception that a derivative rule raises for these arguments, whatever their values."""
    error = args[0] if args else None
    op = error.owner if isinstance(error, Value) else None
    if isinstance(op, Op) and op.name == "call" and all(isinstance(t, Lit) for t in op.attrs["args"]):
        return ", ".join(str(t.value) for t in op.attrs["args"]) or op.attrs["fn"].__name__
    return f"the derivative rule raises {getattr(getattr(error, 'value', None), '__name__', 'an exception')}"


def _says_no_rule(args: list[Abstract]) -> str | None:
    """The text of the exception by which one of our own functions says that a call has no rule."""
    op = args[0].owner if args and isinstance(args[0], Value) else None
    return _what_is_raised(args) if isinstance(op, Op) and op.attrs.get("fn") is NoRuleError else None


def _exception(sp: Specializer, a: Abstract) -> Value:
    if isinstance(a, Static) and isinstance(a.value, type) and issubclass(a.value, BaseException):
        from .primitives import construct
        return construct(sp, a.value, [], {})
    return sp.lift(a)


def _assert(sp: Specializer, frame: Frame, op: Op, args: list[Abstract]) -> list[Abstract]:
    condition = truth(sp, args[0])
    if condition is not True:
        operands = [sp.lift(a) if isinstance(a, Value) else sp.lift(Static(bool(condition)) if k == 0 else a)
                    for k, a in enumerate(args)]
        sp.builder.emit("assert", operands)
        if isinstance(condition, Value):
            narrow(sp, condition, True)
    return []


SIMPLE["assert"] = _assert
REGIONS["raise"] = _raise
