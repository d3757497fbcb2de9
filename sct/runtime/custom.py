"""What generated code calls beside the functions of a derivative that its author wrote: tests of what these return."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import numpy as np

from .helpers import copied

T = TypeVar("T")


def on_gradient(x: T, fn: Callable[[Any], Any]) -> T:
    """``x`` itself; ``fn`` is given the adjoint of ``x`` at this place of the reverse sweep, and may replace it.

    ``fn`` takes the adjoint, a number or an array like ``x``, and returns another one, or None to leave it.  The generated
    code calls it at this place, in the order of the reverse sweep: in a loop the last iteration comes first.  It is called
    wherever ``x`` has an adjoint, that is, where the result depends on ``x``, and ``x`` on what is differentiated; an adjoint
    that happens to be zero is shown, too.  Forward mode ignores it.

    >>> import numpy as np, sct
    >>> def clip(g):
    ...     return np.clip(g, -1.0, 1.0)
    >>> sct.grad(lambda x: (sct.on_gradient(x, clip) ** 2).sum())(np.array([0.25, 3.0]))
    array([0.5, 1. ])
    """
    return x


def fitted(bar: Any, x: Any, what: str = "cotangent") -> Any:
    """``bar`` as an adjoint or tangent of the number or array ``x``: zero for None, of its type, refused if of another shape.

    >>> fitted(None, 2.0), fitted(np.array(1.5), 2.0), fitted(np.ones(2, np.float32), np.zeros(2))
    (0.0, 1.5, array([1., 1.]))
    """
    if bar is None:
        return np.zeros_like(x) if isinstance(x, np.ndarray) else type(x)(0.0)
    found = np.asarray(bar)
    if found.shape != np.shape(x):
        raise ValueError(f"a {what} of shape {found.shape} was returned for a value of shape {np.shape(x)}")
    if found.dtype.kind not in ("fiub" if np.asarray(x).dtype.kind == "f" else "fiubc"):
        raise TypeError(f"a {what} of type {found.dtype} was returned for a value of type {np.asarray(x).dtype}")
    if isinstance(x, np.ndarray):
        return found.astype(x.dtype, copy=False)
    return type(x)(found.item())


def cotangents(found: Any, *args: Any) -> tuple[Any, ...]:
    """The cotangents that ``bwd`` returned, one by one for the numbers and arrays in ``args``.

    An argument given as None has no cotangent; a number may be given as its class.

    >>> cotangents(([1.0, None], 7), (0.5, float), None)
    (1.0, 0.0)
    """
    if not isinstance(found, tuple | list):
        raise TypeError(f"a tuple of {len(args)} cotangents is expected, but a {type(found).__name__} was returned")
    if len(found) != len(args):
        raise ValueError(f"{len(found)} cotangents were returned for {len(args)} arguments")
    return tuple(bar for one, x in zip(found, args, strict=True) for bar in _nested(one, x))


def _nested(bar: Any, x: Any) -> Iterator[Any]:
    """The cotangents of the items of ``x``, from that of ``x`` nested like it, or None."""
    if x is None:
        return
    if not isinstance(x, tuple | list):
        yield fitted(bar, x(0.0) if isinstance(x, type) else x)
        return
    if bar is not None and (not isinstance(bar, tuple | list) or len(bar) != len(x)):
        raise ValueError(f"a cotangent that is no {type(x).__name__} of {len(x)} items was returned for one")
    for k, item in enumerate(x):
        yield from _nested(None if bar is None else bar[k], item)


def unshared(res: Any) -> Any:
    """A copy of what ``fwd`` kept, for one of several runs of ``bwd``, which may change it; what cannot be copied stays itself.

    >>> res = [1.0, {"k": np.zeros(2)}]
    >>> unshared(res)[1] is res[1]
    False
    """
    try:
        return copy.deepcopy(res)
    except Exception:
        return copied(res)


def hooked(new: Any, bar: Any) -> Any:
    """The adjoint that a hook returned in place of ``bar``; None leaves it.

    >>> hooked(None, 2.0), hooked(1.0, 2.0)
    (2.0, 1.0)
    """
    return bar if new is None else fitted(new, bar, "new adjoint")
