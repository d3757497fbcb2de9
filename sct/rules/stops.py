"""The rules of what stops, tests or shows derivatives."""

# A rule says what it has found by assigning x_bar.
# ruff: noqa: F841
# mypy: allow-untyped-defs, allow-untyped-calls, no-check-untyped-defs

from __future__ import annotations

from typing import Any

import numpy as np

from ..ir.types import Type, strip_const
from ..runtime.custom import fitted
from ..runtime.stops import stop_gradient
from .notation import declare, linear, vjp, zero

zero(stop_gradient, alias="view")


def fitted_type(args: Any, kwargs: Any) -> Type | None:
    """That of the number or array that an adjoint belongs to."""
    return strip_const(args[1]) if isinstance(args[1], Type) else None


@vjp(fitted, infer=fitted_type, alias="maybe", shape_only=("x",),
     tests={"args": [(np.ones(2), np.zeros(2)), (np.ones((2, 3)), np.zeros((2, 3)))], "wrt": ["bar"]})
def fitted_vjp(bar, x, *, z, z_bar):
    bar_bar = z_bar


linear(fitted, "bar")
declare(fitted, keywords=frozenset())
