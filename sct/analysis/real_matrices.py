"""Square roots and logarithms of matrices by ``scipy.linalg``: those of real ones are taken to be real."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scipy import linalg

from ..ir.core import Value
from ..runtime.matrices import real_logm, real_sqrtm
from .abstract import Abstract
from .callees import SPECIAL
from .infer import Specializer
from .mapped import as_array
from .primitives import apply


def _real_where_given_real(fn: Any, real: Any) -> Callable[..., Any]:
    """``fn`` of complex matrices, ``real`` of real ones, whose result is checked when the function runs."""
    def handler(sp: Specializer, args: list[Abstract], kwargs: dict[str, Abstract]) -> Abstract:
        if len(args) != 1 or kwargs:
            return apply(sp, fn, args, kwargs)
        a = as_array(sp, args[0])
        complex_numbers = isinstance(a, Value) and getattr(a.type, "dtype", "").startswith("complex")
        return apply(sp, fn if complex_numbers else real, [a])
    return handler


SPECIAL.update({linalg.sqrtm: _real_where_given_real(linalg.sqrtm, real_sqrtm),
                linalg.logm: _real_where_given_real(linalg.logm, real_logm)})
