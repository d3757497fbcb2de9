"""``checkpoint``: functions and loops of which the forward sweep keeps nothing; in a plain run they are what they are."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from typing import Any


def checkpoint(fun: Any) -> Any:
    """Mark a function, or what a loop goes through, as something that the reverse sweep runs again.

    Where ``checkpoint(fun)`` is called in a differentiated function, the forward sweep only calls ``fun``; the reverse sweep
    calls the forward half of its derivative, which saves what is needed, and then the backward half.  So what the function
    saves is in memory only while it is being reversed, for one more call of it.

    ``for i in checkpoint(range(n)):`` and ``while checkpoint(error > tol):`` mark a loop.  The forward sweep then saves what
    the loop carries about sqrt(n) times rather than n times; the reverse sweep runs each segment between two of these once
    more, saving everything, before it goes through the segment backwards (A. Griewank, A. Walther, Evaluating Derivatives,
    2nd ed. 2008, section 12.1).

    A function comes back as one that does the same, has the same name and can be pickled; everything else comes back as it is.
    In forward mode a checkpoint has no effect.

    >>> import math, sct
    >>> @sct.checkpoint
    ... def layer(x):
    ...     return math.sin(x) * math.exp(x)
    >>> layer(0.0), sct.grad(layer)(0.0)
    (0.0, 1.0)
    """
    if isinstance(fun, Checkpointed) or not callable(fun):
        return fun
    return Checkpointed(fun)


class Checkpointed:
    """A function of which the forward sweep keeps nothing but the arguments."""

    def __init__(self, fun: Callable[..., Any]) -> None:
        self.fun = fun
        """The original function."""
        for name in ("__module__", "__name__", "__qualname__", "__doc__"):
            if hasattr(fun, name):
                setattr(self, name, getattr(fun, name))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.fun(*args, **kwargs)

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)

    @property
    def __signature__(self) -> Any:
        import inspect

        return inspect.signature(self.fun)

    def __repr__(self) -> str:
        return f"<checkpoint of {getattr(self.fun, '__qualname__', self.fun)!s}>"

    def __reduce__(self) -> Any:
        """By qualified name where it is found under it, as a decorated function is."""
        found: Any = sys.modules.get(getattr(self, "__module__", ""))
        for part in getattr(self, "__qualname__", "").split("."):
            found = getattr(found, part, None)
        return self.__qualname__ if found is self else (Checkpointed, (self.fun,))


remat = checkpoint
