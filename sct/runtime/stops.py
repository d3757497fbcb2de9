"""Functions that say what is not to be differentiated: they run as they are, in the user's function as in generated code."""

from __future__ import annotations

from typing import Any, TypeVar

T = TypeVar("T")


def stop_gradient(x: T) -> T:
    """``x`` itself, as a constant: no derivative flows through it.  A tuple, list or dict is a new one of such constants.

    >>> import sct
    >>> sct.grad(lambda x: stop_gradient(x * x) * x)(3.0)
    9.0
    """
    stopped: Any = x
    if isinstance(x, tuple | list):
        items = [stop_gradient(item) for item in x]
        stopped = type(x)(*items) if hasattr(x, "_fields") else type(x)(items)
    elif type(x) is dict:
        stopped = {key: stop_gradient(item) for key, item in x.items()}
    return stopped  # type: ignore[no-any-return]
