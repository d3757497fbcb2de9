"""Refuses keys of dicts that carry a derivative and come out of the dict again: typed functions in, refusals out.

What finds an item is compared, so a key passes on no derivative; but the keys that a loop over the dict gives are what was put
there, and what is computed from them would miss its part of the gradient.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..ir.core import Function, Value, walk
from ..ir.types import Table
from .activity import lists_keys, varied_values
from .context import Context, Refusal


def refuse_active_keys(context: Context, function: Function, inputs: Sequence[Value], callees: Sequence[Function]) -> None:
    """Refuse keys that depend on ``inputs`` where some function goes through the keys of a dict."""
    functions = (function, *callees)
    calls = [op for one in functions for op in walk(one.body) if op.name == "call"]
    if not any(lists_keys(op) and op.result.type.differentiable for op in calls):
        return
    for one in functions:
        varied = varied_values(one, inputs if one is function else one.params)
        for op in walk(one.body):
            if op.name == "store" and isinstance(op.operands[0].type, Table) and any(v in varied for v in op.operands[2:]):
                message = "a key of this dict carries a derivative, and the keys are read again"
                context.refuse(Refusal("SCT705", message, "use the position of the number as its key"), op.loc)
    context.check()
