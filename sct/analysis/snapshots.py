"""Copies made only in case an array is written to: they go where nothing is written into its memory."""

from __future__ import annotations

from ..ir.core import Function, Op, walk
from ..ir.rewrite import erase_all, replace_uses
from .alias import AliasClasses
from .context import Context, Refusal


def settle_snapshots(context: Context, function: Function) -> None:
    """Use the array itself instead of a copy marked ``snapshot`` where both hold the same as long as the function runs."""
    found = [op for op in walk(function.body) if op.name == "call" and op.attrs.get("snapshot")]
    if not found:
        return
    classes = AliasClasses(function)
    written = {classes.find(op.operands[0]) for op in walk(function.body) if op.name in ("store", "iaddv")}
    idle: set[Op] = set()
    for op in found:
        if op.attrs.pop("snapshot") is True and classes.find(op.operands[0]) in written:
            continue
        if classes.find(op.operands[0]) in written:
            context.refuse(Refusal("SCT601", "the items of this iterator are kept, and the array that it goes through is "
                                   "written to", "go through a copy: `a.copy()`"), op.loc)
        idle.add(op)
    replace_uses(function.body, {op.result: op.operands[0] for op in idle})
    erase_all(function.body, idle.__contains__)
