"""The rule of what stops derivatives."""

from __future__ import annotations

from ..runtime.stops import stop_gradient
from .notation import zero

zero(stop_gradient, alias="view")
