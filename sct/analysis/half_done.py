"""Writes in the body of a ``try``: tells whether a handler may run when some of them have happened and others have not.

A handler that runs finds the memory as it was before the statement if nothing it catches can be raised once the body has begun
to write.  Then the body and the handlers are the branches of an ``if``.  A handler that always raises needs no such proof: no
derivative is computed then.
"""

from __future__ import annotations

import operator
from collections.abc import Iterator

import numpy as np

from ..ir.core import Block, Op, Value, enclosing, walk
from ..ir.ops import INFIX, LOOPS, Lit, SeqOf, Slot
from ..ir.rewrite import index_template
from ..ir.types import Array, List, Scalar, strip_const
from ..rules import registry

ANYTHING: tuple[type, ...] = (BaseException,)


def half_done(op: Op) -> Op | None:
    """What may raise after the write ``op`` inside a ``try`` whose handlers catch it; None if there is nothing."""
    assert op.parent is not None
    for block in enclosing(op.parent):
        statement = block.parent
        if statement is None or statement.name != "try" or block is not statement.blocks[0]:
            continue
        caught = list(_caught(statement))
        later = after(op.parent, op.parent.ops.index(op) + 1, block) or []
        failing = next((one for one in later if _is_marked(one) and may_be_caught(one, caught)), None) if caught else None
        if failing is not None:
            return failing
    return None


def _caught(statement: Op) -> Iterator[type]:
    """The classes of exceptions behind which the program goes on."""
    for classes, block in zip(statement.attrs["handlers"], statement.blocks[1:], strict=True):
        if block.ops[-1].name != "raise":
            yield from classes or ANYTHING


def after(block: Block, at: int, body: Block) -> list[Op] | None:
    """What may run in ``body`` behind the first ``at`` ops of ``block``, all of a loop around it included.

    None if the block is not part of ``body`` as it stands.
    """
    found: list[Op] = []
    while True:
        for later in block.ops[at:]:
            found += [later, *(one for inner in later.blocks for one in walk(inner))]
        if block is body:
            return found
        around = block.parent
        if around is None or around.parent is None or block not in around.blocks:
            return None
        if around.name in LOOPS:
            found += [one for inner in around.blocks for one in walk(inner)]
        block, at = around.parent, around.parent.ops.index(around) + 1


def may_be_caught(op: Op, caught: list[type]) -> bool:
    """Whether ``op`` may raise something of the classes ``caught``."""
    return any(issubclass(kind, c) or kind is BaseException for kind in raised_by(op) for c in caught)


def raised_by(op: Op) -> tuple[type, ...]:
    """The exceptions, apart from those of an interpreter in distress, that an op may raise; ``ANYTHING`` if it is not known."""
    if op.name in _RAISING:
        return ANYTHING
    if op.name in ("insert", "remove", "exchange") or op.name == "store" and not isinstance(op.operands[0].type, Array):
        return (IndexError, KeyError) if op.attrs.get("may_raise") else ()
    if op.name == "store":
        return _of_place(op) if op.attrs.get("may_raise") else ()
    if op.name != "call":
        return ANYTHING if op.name in ("iaddv", "attr", "global") else ()
    fn, kinds = op.attrs["fn"], [strip_const(v.type) for v in op.operands]
    if fn is operator.getitem and isinstance(kinds[0], List):
        return (IndexError,)
    if fn is operator.getitem and isinstance(kinds[0], Array):
        return (IndexError,)
    floats = all(isinstance(t, Array | Scalar) and t.dtype.startswith("float") for t in kinds)
    if fn in _SMOOTH and floats and not any(isinstance(t, Array) for t in kinds):
        return (FloatingPointError,)
    entry = registry.lookup(fn)
    arrays = sum(isinstance(t, Array) for t in kinds)
    numpy = arrays or all(isinstance(t, Scalar) and t.python is False for t in kinds)
    elementwise = (fn in INFIX or isinstance(fn, np.ufunc)) and entry is not None and entry.elementwise
    if numpy and elementwise and floats:
        return (FloatingPointError, ValueError) if arrays > 1 else (FloatingPointError,)
    if fn in (operator.truediv, operator.floordiv, operator.mod):
        return (ZeroDivisionError, OverflowError, FloatingPointError)
    return ANYTHING


_RAISING = ("raise", "assert", "bound", "invoke")


def _is_marked(op: Op) -> bool:
    """Whether an op of a function whose handlers are settled may raise."""
    return op.name in _RAISING or bool(op.attrs.get("may_raise"))


def _of_place(op: Op) -> tuple[type, ...]:
    """What a store raises: an index out of range, a value of another shape."""
    template = index_template(op)
    items = template.items if isinstance(template, SeqOf) else (template,)
    single = all(_is_number(op.operands[item.index]) if isinstance(item, Slot) else isinstance(item, Lit) and
                 type(item.value) is int for item in items)
    return (IndexError,) if single and _is_number(op.operands[1]) else (IndexError, ValueError, FloatingPointError)


_SMOOTH = (operator.add, operator.sub, operator.mul, operator.neg, operator.pos)


def _is_number(value: Value) -> bool:
    return isinstance(strip_const(value.type), Scalar)
