"""What lowering keeps with a function beside its ops: its parameters, what it captures, and the functions nested in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ..ir.core import Function

if TYPE_CHECKING:
    from .capture import Captured


@dataclass(frozen=True, slots=True)
class ParamSpec:
    """One parameter of a function, in the order of its signature."""

    name: str
    kind: str
    """The name of the ``inspect.Parameter`` kind: ``POSITIONAL_OR_KEYWORD``, ``VAR_POSITIONAL`` …"""
    has_default: bool = False


@dataclass(eq=False)
class LoweredInfo:
    """What is known of a lowered function beside its ops."""

    captured: Captured
    """The captured function that it is, or is nested in."""
    path: str
    """Names the function uniquely within the captured one: ``f``, ``f.g:12:4``."""
    params: list[ParamSpec]
    captures: tuple[str, ...] = ()
    """Variables of the enclosing function that arrive by value: the first arguments of the body, before ``params``."""
    cells: dict[str, str] = field(default_factory=dict)
    """Its own variables that nested functions read through a cell: name to cell id."""
    shared: dict[str, str] = field(default_factory=dict)
    """Its own variables that nested functions bind: name to the id of what they share."""

    @property
    def globals(self) -> dict[str, Any]:
        """The live globals of the function's module."""
        return self.captured.globals

    @property
    def free(self) -> tuple[str, ...]:
        """Variables in the closure of the captured function."""
        return tuple(self.captured.closure)


@dataclass(eq=False)
class NestedCode:
    """A ``def`` or ``lambda`` inside a captured function; lowered on first use."""

    name: str
    node: Any
    path: str
    params: list[ParamSpec]
    captures: tuple[str, ...]
    """Variables it receives by value, in the order of the ``closure`` op's first operands."""
    cells: dict[str, str]
    """Variables it reads through a cell: name to cell id."""
    shared: dict[str, str]
    """Variables of enclosing functions that it, or another nested function, binds: name to the id of what they share."""
    lower: Callable[[NestedCode], Function] = field(repr=False)
    _function: Function | None = field(default=None, repr=False)

    def lowered(self) -> Function:
        """Its lowered IR (the same object at each call)."""
        if self._function is None:
            self._function = self.lower(self)
        return self._function
