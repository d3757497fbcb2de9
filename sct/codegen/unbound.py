"""Variables that may be unbound where the printed text copies them: Python would raise there, though the program does not.

In the user's function such a variable is one variable all along and nothing is copied.  Where the reverse sweep still needs its
old value, it becomes two, and the second is set from the first whether that is bound or not.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator

from ..ad.saving import bind_unbound
from ..ir.core import Block, Op, Value, walk
from ..ir.ops import LOOPS
from ..ir.rewrite import carried_inits, incoming
from .facts import resolve
from .liveness import copies, is_undef
from .names import Names
from .plan import Plan


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


def leave_to_python(plan: Plan) -> bool:
    """Mark the tests of variables that Python makes anyway, since the text goes on to read them; says whether any changed."""
    changed = False
    for op in walk(plan.facts.function.body):
        if op.name == "bound":
            free = op.attrs.get("free")  # of a nested function or comprehension, for which Python has another exception
            implied = len(op.operands) > 1 and not free and _is_left_unbound(op.operands[1], set()) and _is_read_next(plan, op)
            changed |= implied != bool(op.attrs.pop("implied", False))
            op.attrs |= {"implied": True} if implied else {}
    return changed


def _is_left_unbound(value: Value, seen: set[Value]) -> bool:
    """Whether the printed variable is unbound wherever the user's is (to be saved or copied, some are bound to None)."""
    value = resolve(value)
    if value in seen:
        return True
    seen.add(value)
    owner = value.owner
    if isinstance(owner, Op) and owner.name == "const":
        return not owner.attrs.get("unbound")
    if isinstance(owner, Block):
        region, k = owner.parent, owner.args.index(value) - 1 + (owner.parent is not None and owner.parent.name == "while")
    else:
        region, k = owner, owner.results.index(value) if owner is not None else -1
    return k < 0 or region is None or not region.blocks or all(_is_left_unbound(v, seen) for v in incoming(region, k))


def _is_read_next(plan: Plan, test: Op) -> bool:
    """Whether the text reads the variable behind a test before anything else can be noticed."""
    assert test.parent is not None
    readers = {op: root for op, root in plan.users.get(resolve(test.operands[1]), ()) if op.parent is test.parent}
    statements = {root for op, root in readers.items()
                  if op.name in _READ and root is not None and root.parent is test.parent}
    for op in test.parent.ops[test.parent.ops.index(test) + 1:]:
        if op in statements:  # an expression is read where the statement is that it is a part of
            return op.name not in LOOPS
        if any(map(_can_be_noticed, (op, *(inner for block in op.blocks for inner in walk(block))))):
            return False
    return False


_READ = frozenset({"call", "invoke", "tuple", "dict", "format", "push", "return", "if", "assert"})
"""Ops that read all their operands whenever they run (carried variables are only copied)."""


def _can_be_noticed(op: Op) -> bool:
    """Whether an op may raise, or has an effect outside."""
    if op.name in ("call", "iaddv"):
        total = not op.attrs.get("may_raise") and (not op.attrs.get("adjoint") or op.attrs["fn"] in _TOTAL)
        return not total or op.attrs.get("effect", "pure") not in ("pure", "fresh", "reads")
    return op.name in ("invoke", "raise", "assert", "with", "try", "while") or (
        op.name == "bound" and not op.attrs.get("implied"))


_TOTAL = frozenset({operator.add, operator.sub, operator.mul, operator.neg})


def _copies(plan: Plan, op: Op) -> Iterator[tuple[Value, Value]]:
    if op.name in ("yield", "continue", "break"):
        yield from copies(plan, op)
    elif op.name in LOOPS:
        columns = zip(carried_inits(op), op.results, plan.needed[op], strict=True)
        yield from ((init, result) for init, result, needed in columns if needed)
