"""The reductions of ``sct.runtime.reductions`` as Numba compiles them: one loop nest for each number of dimensions and axes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.core.errors import TypingError
from numba.extending import overload

from ..runtime import reductions

_STARTS = {"sum": "0.0", "mean": "0.0", "prod": "1.0", "max": "-np.inf", "min": "np.inf"}
_STEPS = {"sum": "{z} += {x}", "mean": "{z} += {x}", "prod": "{z} *= {x}",
          "max": "if {x} > {z} or {x} != {x}: {z} = {x}", "min": "if {x} < {z} or {x} != {x}: {z} = {x}"}
"""What an element does to the result; a maximum that is not a number stays it."""


def _text(how: str, ndim: int, axes: tuple[int, ...], keepdims: bool, counts: bool = False) -> str:
    """The loops; ``counts`` says that integers are added up, or what is true counted.

    >>> print(_text("sum", 2, (1,), False))
    def impl(a, keepdims, *axes):
        count = a.shape[1]
        result = np.full((a.shape[0], 1), 0.0)
        for i0 in range(a.shape[0]):
            for i1 in range(a.shape[1]):
                result[i0, 0] += a[i0, i1]
        return result[:, 0]
    """
    names = [f"i{k}" for k in range(ndim)]
    shape = ", ".join("1" if k in axes else f"a.shape[{k}]" for k in range(ndim))
    place = ", ".join("0" if k in axes else names[k] for k in range(ndim))
    lines = ["def impl(a, keepdims, *axes):", f"    count = {' * '.join(f'a.shape[{k}]' for k in axes)}"]
    trailing = "," if ndim == 1 else ""
    if how in ("max", "min"):
        lines += ["    if count == 0:", "        raise ValueError('zero-size array to a reduction that has no identity')"]
    lines.append(f"    result = np.full(({shape}{trailing}), {'0' if counts else _STARTS[how]})")
    lines += [f"{'    ' * (k + 1)}for {name} in range(a.shape[{k}]):" for k, name in enumerate(names)]
    step = _STEPS[how].format(z=f"result[{place}]", x=f"a[{', '.join(names)}]")
    lines.append(f"{'    ' * (ndim + 1)}{step}")
    if how == "mean":
        lines.append("    result /= count")
    index = ", ".join("0" if k in axes else ":" for k in range(ndim))
    return "\n".join([*lines, "    return result" if keepdims else f"    return result[{index}]"])


def _compile(how: str) -> Any:
    def chosen(a: Any, keepdims: Any, *axes: Any) -> Any:
        kinds: Any = axes[0] if len(axes) == 1 and isinstance(axes[0], types.BaseTuple) else axes
        known: list[Any] = [getattr(kind, "literal_value", None) for kind in (keepdims, *kinds)]
        counts = how == "sum" and isinstance(getattr(a, "dtype", None), types.Boolean | types.Integer)
        if None in known or not isinstance(a, types.Array) or not counts and a.dtype != types.float64:
            raise TypingError("only arrays of float64 are reduced along literal axes")
        space: dict[str, Any] = {"np": np}
        exec(_text(how, a.ndim, tuple(known[1:]), known[0], counts), space)
        return space["impl"]
    return chosen


for _how in _STARTS:
    overload(getattr(reductions, f"{_how}_along"), strict=False)(_compile(_how))
