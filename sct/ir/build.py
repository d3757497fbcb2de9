"""Builders: append ops to a block at a moving insertion point, with the current source location."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from .core import NOWHERE, Block, Loc, Op, Value
from .types import DYN, Type


class Builder:
    """Appends ops to ``block``; ``at`` moves the insertion point for the extent of a ``with`` statement."""

    def __init__(self, block: Block, loc: Loc = NOWHERE) -> None:
        self.block = block
        self.loc = loc

    def emit(self, name: str, /, operands: Sequence[Value] = (), types: Sequence[Type] = (), hints: Sequence[str] = (),
             blocks: Sequence[Block] = (), **attrs: Any) -> Op:
        """Append an op with one result per entry of ``types`` and return it."""
        op = Op(name, list(operands), [], attrs, list(blocks), self.block, self.loc)
        for k, kind in enumerate(types):
            op.results.append(Value(hints[k] if k < len(hints) else "", kind, op))
        for block in blocks:
            block.parent = op
        self.block.ops.append(op)
        return op

    def value(self, name: str, /, operands: Sequence[Value] = (), type: Type = DYN, hint: str = "", **attrs: Any) -> Value:
        """Append an op with one result and return that result."""
        return self.emit(name, operands, [type], [hint], **attrs).result

    @contextmanager
    def at(self, block: Block, loc: Loc | None = None) -> Iterator[Block]:
        """Emit into ``block`` until the ``with`` statement ends."""
        saved, saved_loc = self.block, self.loc
        self.block = block
        if loc is not None:
            self.loc = loc
        try:
            yield block
        finally:
            self.block, self.loc = saved, saved_loc
