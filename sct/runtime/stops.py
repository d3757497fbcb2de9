"""Functions that say what is not to be differentiated: they run as they are, in the user's function as in generated code."""

from __future__ import annotations

from typing import TypeVar

T = TypeVar("T")


def stop_gradient(x: T) -> T:
    """``x`` itself, as a constant: no derivative flows through it.

    >>> import sct
    >>> sct.grad(lambda x: stop_gradient(x * x) * x)(3.0)
    9.0
    """
    return x
