"""The protocol through which a stage asks for the products of a later one (what callees lower to, their adjoint pairs)."""

from __future__ import annotations

from typing import Any, Protocol

from ..ir.core import Function
from ..rules.registry import Primitive


class Session(Protocol):
    """Implemented by ``sct.session``; everything is cached there."""

    def lowered(self, fun: Any) -> Function:
        """The lowered IR of a Python function."""

    def nested(self, code: Any) -> Function:
        """The lowered IR of a function defined inside another."""

    def rule(self, entry: Primitive, which: str) -> Any:
        """The lowered IR of the rule ``which`` (``vjp`` or ``jvp``) of a primitive."""

    def typed(self, key: Any) -> Any:
        """The record of a callee specialised before under ``key``, or None."""

    def remember(self, key: Any, record: Any) -> None:
        """Store the record of a specialised callee."""

    def specialised(self) -> list[Function]:
        """The specialised callees, in the order in which they were met."""

    def sources(self) -> dict[Function, Function]:
        """For each specialised callee the lowered function that it is a specialisation of."""

    def mark(self) -> int:
        """A point in the sequence of records, for ``forget_since``."""

    def forget_since(self, mark: int) -> None:
        """Drop the records stored after ``mark``: they rest on an assumption about a recursive call that was too narrow."""
