"""Finds views that are used up before their memory is stored into: a typed function in, such calls marked ``transient``.

Of some calls only run time knows whether they copy (``reshape``), others give views that cannot be written through
(``np.diagonal``): their shadows cannot be the same call on a shadow.  Where nobody stores into the memory as long as the result
is in use, it does not matter which it is: the result has an adjoint of its own, as a copy has, which its rule hands back.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator

from ..ir.core import Block, Op, Value, enclosing, walk
from ..ir.ops import IMPLICIT
from ..ir.types import Array, List, Scalar, strip_const
from ..rules import registry
from .alias import AliasClasses, may_alias


def mark_transient(classes: AliasClasses, op: Op, users: dict[Value, list[Op]]) -> bool:
    """Mark the call ``op`` and what makes views of its result, if nothing stores into the memory while they are in use."""
    made, used = _extent(op, users)
    if not made or op.parent is None:
        return False
    root = classes.find(op.results[0])
    if any(_stores(inner, root, classes) for inner in _between(op, used)):
        return False
    for one in made:
        one.attrs["transient"] = True
    return True


def _extent(op: Op, users: dict[Value, list[Op]]) -> tuple[list[Op], list[Op]]:
    """The ops that make ``op``'s result and views of it, and all that use these; no ops at all where one goes elsewhere."""
    made, used = [op], []
    for one in made:
        if not _makes_arrays(one):
            return [], []
        for value in one.results:
            for user in users.get(value, ()):
                if not _reads(user, value):
                    return [], []
                used.append(user)
                if user.name in IMPLICIT or user.name == "call" and _refers_to_operand(user):
                    made.append(user)
    return made, used


def _refers_to_operand(call: Op) -> bool:
    return may_alias(call) and not all(isinstance(strip_const(r.type), Scalar) for r in call.results)


def _makes_arrays(op: Op) -> bool:
    reads = op.name == "call" and op.attrs["fn"] is operator.getitem
    known = op.name in IMPLICIT or reads or registry.lookup(op.attrs["fn"]) is not None
    return known and all(isinstance(r.type, Array | List if reads else Array) for r in op.results)


def _reads(user: Op, value: Value) -> bool:
    """Whether ``user`` does no more with an array than to read it, or to make an array of it."""
    if user.name in ("store", "iaddv"):
        return user.operands.index(value) == 1 and user.operands.count(value) == 1
    return user.name == "call" and user.attrs.get("effect", "pure") in ("pure", "reads", "fresh") or user.name in (
        "convert", "broadcast")


def _between(op: Op, used: list[Op]) -> Iterator[Op]:
    """What may run after ``op`` and before the last of ``used``, all of which are in its block or inside ops of its block."""
    block = op.parent
    assert block is not None
    position = {one: k for k, one in enumerate(block.ops)}
    ends = [position[_ancestor(user, block)] for user in used]
    last = max(ends, default=position[op])
    for one in block.ops[position[op] + 1:last + 1]:
        if one is not block.ops[last]:
            yield one
        for inner in one.blocks:
            yield from walk(inner)


def _ancestor(op: Op, block: Block) -> Op:
    """The op of ``block`` that is ``op``, or that it is inside of."""
    assert op.parent is not None
    inside = op
    for around in enclosing(op.parent):
        if around is block:
            break
        assert around.parent is not None
        inside = around.parent
    return inside


def _stores(op: Op, root: Value, classes: AliasClasses) -> bool:
    if op.name in ("store", "iaddv"):
        return classes.find(op.operands[0]) is root
    return op.name == "invoke" and any(classes.find(v) is root for v in op.operands)
