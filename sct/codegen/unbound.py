"""Variables that may be unbound where the printed text copies them: Python would raise there, though the program does not.

In the user's function such a variable is one variable all along and nothing is copied.  Where the reverse sweep still needs its
old value, it becomes two, and the second is set from the first whether that is bound or not.
"""

from __future__ import annotations

from collections.abc import Iterator

from ..ad.saving import bind_unbound
from ..ir.core import Op, Value
from ..ir.ops import LOOPS
from ..ir.rewrite import carried_inits
from .facts import resolve
from .inline import Plan
from .liveness import copies, is_undef
from .names import Names


def bind_copied(plan: Plan, names: Names) -> bool:
    """Bind to None what may be unbound where it is copied to a variable of another name; says whether there was any."""
    found = False
    for op in plan.walk(plan.facts.function.body):
        if op.name == "mark":
            break  # what the reverse sweep copies, the program has read
        for value, target in _copies(plan, op):
            name = names.of.get(resolve(value))
            if name is not None and name != names.of.get(target) and not is_undef(value):
                found |= bind_unbound(resolve(value), set())
    return found


def _copies(plan: Plan, op: Op) -> Iterator[tuple[Value, Value]]:
    if op.name in ("yield", "continue", "break"):
        yield from copies(plan, op)
    elif op.name in LOOPS:
        columns = zip(carried_inits(op), op.results, plan.needed[op], strict=True)
        yield from ((init, result) for init, result, needed in columns if needed)
