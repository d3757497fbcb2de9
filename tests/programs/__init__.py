"""Whole scientific programs that write into arrays, as people write them: plain NumPy, for tests and benchmarks alike.

Each is registered with a function that makes its arguments at a given size, so that the same program runs small where it is
judged and large where it is timed.  Importing this package imports no part of the compiler.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Program:
    """A function, and arguments for it at any size."""

    fun: Callable[..., Any]
    arguments: Callable[[int], tuple[Any, ...]]
    """Arguments of size ``n``."""
    size: int
    """The size at which finite differences are affordable."""
    large: int
    """The size at which its time is measured."""
    refused: str = ""
    """Why there is no gradient yet; empty where there is one."""

    @property
    def name(self) -> str:
        return self.fun.__name__


PROGRAMS: list[Program] = []


def program(arguments: Callable[[int], tuple[Any, ...]], size: int, large: int, refused: str = "") -> Any:
    """Registers the decorated function."""
    def register(fun: Callable[..., Any]) -> Callable[..., Any]:
        PROGRAMS.append(Program(fun, arguments, size, large, refused))
        return fun
    return register


from . import containers, dynamics, equations, geometry, learning, linear_algebra, sequences, signals  # noqa: E402, F401
