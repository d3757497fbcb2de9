"""What other tools make of a Python function: what Numba has, which is followed, and wrappers, which are named."""

from __future__ import annotations

import functools
import sys
import types
from typing import Any

import numpy as np

TOOLS = frozenset({"jax", "jaxlib", "torch", "autograd", "tensorflow", "casadi", "pytensor", "theano", "mxnet"})
"""Libraries that differentiate what they are given themselves."""


class Handle:
    """Calls a function that is not hashable (those of ``ctypes``), and can be looked up itself."""

    def __init__(self, fun: Any) -> None:
        self.fun = fun
        self.__name__ = getattr(fun, "__name__", type(fun).__name__)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.fun(*args, **kwargs)


_HANDLES: dict[int, Handle] = {}


def hashable(fun: Any) -> Any:
    """``fun`` itself, or what calls it if it is not hashable."""
    try:
        hash(fun)
    except TypeError:
        return _HANDLES.setdefault(id(fun), Handle(fun))
    return fun


def compiled_from(fun: Any) -> types.FunctionType | None:
    """The Python function that a Numba dispatcher (``@njit``) compiles; None for anything else.

    Numba is not imported for it: where it is not loaded, nothing is a dispatcher.
    """
    dispatcher = sys.modules.get("numba.core.dispatcher")
    if dispatcher is None or not isinstance(fun, dispatcher.Dispatcher):
        return None
    inner = getattr(fun, "py_func", None)
    return inner if isinstance(inner, types.FunctionType) else None


def is_parallel_range(fun: Any) -> bool:
    """Whether this is ``numba.prange``, which is ``range`` where nothing is compiled."""
    numba = sys.modules.get("numba")
    return numba is not None and fun is getattr(numba, "prange", None)


def chooses_by_type(fun: Any) -> bool:
    """Whether a function is a ``functools.singledispatch`` one, or a method of that kind."""
    return isinstance(fun, types.FunctionType) and fun.__code__ in _SINGLE_DISPATCH


@functools.singledispatch
def _example(x: Any) -> Any:
    return x


class _Example:
    @functools.singledispatchmethod
    def method(self, x: Any) -> Any:
        return x


_SINGLE_DISPATCH = (_example.__code__, getattr(_Example().method, "__code__", None))  # type: ignore[attr-defined]


def way_out(fun: Any) -> str:
    """What to do instead of calling ``fun``, of which no derivative is known."""
    home = (getattr(type(fun) if not isinstance(fun, types.FunctionType) else fun, "__module__", None) or "").split(".")[0]
    own = (getattr(fun, "__module__", None) or "").split(".")[0]
    if home in TOOLS or own in TOOLS:
        return "make it a sct.custom_vjp whose bwd calls that tool's derivative, or write it with NumPy"
    if isinstance(fun, np.vectorize):
        return "call the function under it, `.pyfunc`, in a loop, or declare its derivative with sct.rule"
    if home == "numba":
        return "call the Python function under it, or declare its derivative with sct.rule or sct.custom_vjp"
    if isinstance(getattr(fun, "__wrapped__", None), types.FunctionType):
        return "call the function under it, `.__wrapped__`, if it computes the same; or declare a rule (sct.rule)"
    return "declare its derivative with sct.rule or sct.custom_vjp, or wrap the value it depends on in sct.stop_gradient"
