"""Copies of arrays that are read again later, as the pullback of ``vjp`` reads its primals: made where something is written."""

from __future__ import annotations

from collections.abc import Sequence

from ..ir.core import Function, walk
from ..ir.ops import op_effect
from ..ir.rewrite import erase_all, replace_uses


def settle_kept(functions: Sequence[Function]) -> None:
    """Drop the copies that were made for what may be written in between (``kept``), if ``functions`` write to nothing."""
    ops = [op for function in functions for op in walk(function.body)]
    if not any(op.attrs.get("kept") for op in ops) or any(op.name == "iaddv" or op_effect(op) == "writes" for op in ops):
        return
    for function in functions:
        values = {op.result: op.operands[0] for op in walk(function.body) if op.attrs.get("kept")}
        for value, source in list(values.items()):
            while source in values:
                source = values[source]
            values[value] = source
        replace_uses(function.body, values)
        erase_all(function.body, lambda op: bool(op.attrs.get("kept")))
