"""The few functions that generated code may call, by name: plain Python and NumPy, so that a saved adjoint can carry them.

Each does one thing that has no plain NumPy spelling: undo broadcasting, multiply so that an exact zero wins over an infinity,
accumulate at repeated indices, and the special functions that some derivatives need.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .checks import expected, same_extent
from .copies import copied, dict_of_zeros, in_types_of, list_of_zeros, of_class, replicated, twin, with_floats, zeros_like
from .cotangents import strong_product, strong_quotient, unbroadcast
from .places import added_at, diagonal, flat_index, folded, index_add, inserted_at, last_written, one_hot, replaced, taken_from
from .sequences import arranged_places, first_max, first_min, products_of_others, sorting_order
from .special import (
    bessel_i,
    digamma,
    log_or_zero,
    polygamma,
    power_dx,
    power_dxdy,
    power_dy,
    product_or_zero,
    quotient_or_zero,
    sinc_dx,
)

__all__ = ["added_at", "arranged_places", "bessel_i", "copied", "diagonal", "dict_of_zeros", "digamma", "expected",
           "first_max", "first_min", "flat_index", "folded", "in_types_of", "index_add", "inserted_at", "last_written",
           "list_of_zeros", "log_or_zero", "of_class", "one_hot", "polygamma", "power_dx", "power_dxdy", "power_dy",
           "product_or_zero", "products_of_others", "quotient_or_zero", "replaced", "replicated", "same_extent", "sinc_dx",
           "sorting_order", "strong_product", "strong_quotient", "taken_from", "twin", "unbroadcast", "with_floats",
           "zeros_like"]

HELPERS: dict[str, Callable[..., Any]] = {name: globals()[name] for name in __all__}
"""The helpers by the name under which generated code calls them."""
