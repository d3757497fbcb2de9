"""Takes functions in IR, has loops of the reverse sweep count upwards where the order of their rounds does not matter.

A mirrored loop counts down.  If all that its rounds do is add to elements that no other round touches, either order gives the
same bits, and compilers make vector instructions of a loop that counts upwards.

    for j in range(m - 1, -1, -1):                  for j in range(m):
        w_bar[j] += p_bar * X[i, j]         →           w_bar[j] += p_bar * X[i, j]
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..ir.core import Function, Op, Value, walk
from ..ir.ops import Lit, SeqOf, SliceOf, Slot, op_effect
from ..ir.rewrite import index_template
from ..ir.types import Array, Scalar, strip_const
from ..passes.memory import Memory


def count_upwards(function: Function) -> int:
    """Turn what can be of the mirrored loops of ``function``; how many."""
    memory, turned = Memory(function), 0
    for loop in [op for op in walk(function.body) if op.name == "for" and op.attrs.get("reverse") and not op.results]:
        if loop.attrs.get("kind", "range") == "range" and _is_one(loop.operands[2]) and _is_without_order(loop, memory):
            del loop.attrs["reverse"]
            turned += 1
    return turned


def _is_one(step: Value) -> bool:
    return isinstance(step.owner, Op) and step.owner.name == "const" and step.owner.attrs["value"] == 1


def _is_without_order(loop: Op, memory: Memory) -> bool:
    """Whether no round of a loop reads or writes what another one writes."""
    index = loop.blocks[0].args[0]
    *ops, end = loop.blocks[0].ops
    written = [op for op in ops if op.name == "index_add"]
    if end.name != "continue" or not all(op in written or _only_reads(op) for op in ops):
        return False
    if not all(any(part is index for part in _scalars(op)) for op in written):
        return False
    buffers = [memory.root(op.operands[0]) for op in written]
    taken = [v for op in ops for v in op.operands[1 if op in written else 0:] if isinstance(v.type, Array)]
    read = set(map(memory.root, taken))
    return bool(written) and len(set(buffers)) == len(buffers) and not read & set(buffers)


def _only_reads(op: Op) -> bool:
    """Whether an op computes or reads numbers; views are not followed."""
    if op.blocks or op_effect(op) not in ("pure", "reads"):
        return False
    return all(isinstance(strip_const(result.type), Scalar) for result in op.results)


def _scalars(op: Op) -> Iterator[Any]:
    """The numbers in the index of an op which names each element once."""
    template = index_template(op)
    parts = template.items if isinstance(template, SeqOf) and template.kind is tuple else (template,)
    for part in parts:
        if isinstance(part, Slot) and isinstance(strip_const(op.operands[part.index].type), Scalar):
            yield op.operands[part.index]
        elif not isinstance(part, Lit | SliceOf):
            return
