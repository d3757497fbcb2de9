"""Takes functions whose derivatives are taken, writes out the formulas that rules call by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..analysis.context import Context, Frame
from ..analysis.infer import Specializer
from ..analysis.inlining import inline
from ..ir.build import Builder
from ..ir.core import Block, Function, Op, Value, walk
from ..ir.rewrite import insert_before, replace_uses
from ..rules import registry
from .rules import to_abstract


def write_out_formulas(context: Context, functions: Iterable[Function]) -> None:
    """Replace calls of formulas by their bodies.

    Before this they are functions like any other, whose derivatives are not those of what they compute.
    """
    for function in functions:
        calls = [op for op in walk(function.body) if op.name == "call" and _is_formula(op.attrs["fn"])]
        replace_uses(function.body, {op.result: _written_out(context, op) for op in calls})
        for op in calls:
            assert op.parent is not None
            op.parent.ops.remove(op)


def _is_formula(fn: Any) -> bool:
    entry = registry.lookup(fn)
    return entry is not None and entry.formula


def _written_out(context: Context, call: Op) -> Value:
    """What a call is, computed before it."""
    body = Block()
    sp = Specializer(context, Builder(body, call.loc))
    lowered = context.session.lowered(call.attrs["fn"])
    arguments = [to_abstract(template, call.operands) for template in call.attrs["args"]]
    context.splicing, splicing = True, context.splicing
    try:
        value = sp.lift(inline(sp, Frame(lowered, owner=call.attrs["fn"]), lowered, arguments))
    finally:
        context.splicing = splicing
    value.hint = value.hint or call.result.hint
    insert_before(call, body.ops)
    return value
