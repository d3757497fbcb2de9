"""Arithmetic of cotangents: sums over what was broadcast, products in which an exact zero wins over an infinity."""

from __future__ import annotations

from typing import Any

import numpy as np


def unbroadcast(x_bar: Any, x: Any) -> Any:
    """Sum ``x_bar``, which has the shape of a result, over the dimensions along which ``x`` was broadcast.

    The result has the shape of ``x``: a Python number for a Python number, else a NumPy scalar or an array.

    >>> unbroadcast(np.ones((2, 3)), 5.0), unbroadcast(np.ones((2, 3)), np.zeros((2, 1))).tolist()
    (6.0, [[3.0], [3.0]])
    """
    if not isinstance(x, np.ndarray):
        if not isinstance(x_bar, np.ndarray):
            return x_bar
        total = x_bar.sum()
        return total if isinstance(x, np.generic) else total.item()
    if np.shape(x_bar) == x.shape:
        return x_bar
    extra = x_bar.ndim - x.ndim
    units = [extra + k for k in range(x.ndim) if x.shape[k] == 1]
    return x_bar.sum(axis=(*range(extra), *units)).reshape(x.shape)


def strong_product(x_bar: Any, partial: Any) -> Any:
    """``x_bar * partial``, and 0 wherever ``x_bar`` is exactly 0, however infinite or undefined ``partial`` is there.

    A cotangent that is exactly 0 says that the result does not depend on this element at all.

    >>> strong_product(0.0, np.inf), strong_product(np.array([0.0, 2.0]), np.array([np.nan, 3.0])).tolist()
    (0.0, [0.0, 6.0])
    """
    if isinstance(x_bar, float) and isinstance(partial, float):  # most calls come from loops over numbers: these first
        return x_bar * partial if x_bar else x_bar
    if isinstance(x_bar, np.ndarray) or isinstance(partial, np.ndarray):
        return _where_nonzero(np.multiply, x_bar, partial)
    return x_bar if x_bar == 0 else x_bar * partial


def strong_quotient(x_bar: Any, divisor: Any) -> Any:
    """``x_bar / divisor``, 0 wherever ``x_bar`` is exactly 0, and an infinity where only ``divisor`` is 0.

    A derivative may be infinite where the function itself is fine (``sqrt`` at 0), so this neither raises nor warns.

    >>> strong_quotient(1.0, 4.0), strong_quotient(0.0, 0.0), strong_quotient(-1.0, 0.0)
    (0.25, 0.0, -inf)
    """
    if isinstance(x_bar, float) and isinstance(divisor, float) and divisor:  # as above
        return x_bar / divisor if x_bar else x_bar
    if isinstance(x_bar, np.ndarray) or isinstance(divisor, np.ndarray):
        with np.errstate(divide="ignore"):
            return _where_nonzero(np.divide, x_bar, divisor)
    if x_bar == 0:
        return x_bar
    if divisor == 0:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.divide(x_bar, divisor).item()
    return x_bar / divisor


def _where_nonzero(operation: np.ufunc, x_bar: Any, y: Any) -> Any:
    if np.count_nonzero(x_bar) == np.size(x_bar):
        return operation(x_bar, y)
    shape = np.broadcast_shapes(np.shape(x_bar), np.shape(y))
    result = np.zeros(shape, np.result_type(x_bar, y))
    return operation(x_bar, y, out=result, where=np.not_equal(x_bar, 0))
