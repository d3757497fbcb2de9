"""The helpers of generated code as Numba compiles them: the same names and results, one form for each kind of argument.

Importing this module registers them, so that the text under Numba is the text that Python runs.  Python's own helpers look at
their arguments with ``isinstance`` and turn NumPy's warnings off, neither of which compiled code can do.
"""

from __future__ import annotations

import math
from typing import Any

import numba
import numpy as np
from numba import types
from numba.core.errors import TypingError
from numba.extending import overload
from numba.np.unsafe import ndarray as fixed
from numba.typed import Dict

from ..runtime import arrays, checks, helpers, packing, special
from . import einsum as einsum
from . import masks as masks
from . import reductions as reductions

njit: Any = numba.njit
to_fixed_tuple: Any = fixed.to_fixed_tuple
Number = types.Number | types.Boolean


def implements(helper: Any) -> Any:
    """Registers the decorated function, which looks at Numba's types and gives what to compile for them."""
    return overload(helper, strict=False)


def _is_array(*kinds: Any) -> bool:
    return any(isinstance(kind, types.Array) for kind in kinds)


@njit
def backwards(lo: int, hi: int, step: int) -> Any:
    """``reversed(range(lo, hi, step))``."""
    count = len(range(lo, hi, step))
    return range(lo + (count - 1) * step, lo - step, -step)


# ------------------------------------------------------------------------------------------------------------ broadcasting

def items_of(a: Any, count: int) -> Any:
    """The ``count`` items of an array or list, which are about to be unpacked."""
    raise NotImplementedError("for compiled code only")


@overload(items_of, prefer_literal=True, strict=False)
def _items_of(a: Any, count: Any) -> Any:
    if not isinstance(count, types.IntegerLiteral):
        return None
    items = "".join(f"a[{k}], " for k in range(count.literal_value))
    test = f"if len(a) != count: raise ValueError({_NOT_AS_MANY!r})"
    scope: dict[str, Any] = {}
    exec(f"def impl(a, count):\n    {test}\n    return ({items})\n", scope)
    return scope["impl"]


_NOT_AS_MANY = "not as many items as there are names to unpack them to"


@implements(helpers.unbroadcast)
def _unbroadcast(x_bar: Any, x: Any) -> Any:
    if not _is_array(x_bar):
        return lambda x_bar, x: x_bar
    if not _is_array(x):
        return lambda x_bar, x: x_bar.sum()
    extra = x_bar.ndim - x.ndim
    if extra == 0:
        return _summed_over_units

    def impl(x_bar: Any, x: Any) -> Any:
        result = np.zeros(x.shape, x_bar.dtype)
        for index, item in np.ndenumerate(x_bar):
            kept = index[extra:]
            result[_within(kept, x.shape)] += item
        return result
    return impl


def _summed_over_units(x_bar: Any, x: Any) -> Any:
    if x_bar.shape == x.shape:
        return x_bar
    result = np.zeros(x.shape, x_bar.dtype)
    for index, item in np.ndenumerate(x_bar):
        result[_within(index, x.shape)] += item
    return result


def _within(index: Any, shape: Any) -> Any:
    """The element of an array of this shape that was broadcast to the place ``index``."""
    raise NotImplementedError("compiled code only")


@implements(_within)
def _within_impl(index: Any, shape: Any) -> Any:
    count, as_tuple = len(shape), to_fixed_tuple

    def impl(index: Any, shape: Any) -> Any:
        where = np.empty(count, np.int64)
        for k in range(count):
            where[k] = index[k] if shape[k] != 1 else 0
        return as_tuple(where, count)
    return impl


# ------------------------------------------------------------------------------------- products with exact zeros, partials

@njit(error_model="numpy")
def _product(x_bar: Any, partial: Any) -> Any:
    zero = 0.0 * (x_bar if x_bar == x_bar else 0.0)
    return x_bar * partial if x_bar != 0 else zero


@njit(error_model="numpy")
def _quotient(x_bar: Any, divisor: Any) -> Any:
    zero = 0.0 * (x_bar if x_bar == x_bar else 0.0)
    return x_bar / divisor if x_bar != 0 else zero


@implements(helpers.strong_product)
def _strong_product_impl(x_bar: Any, partial: Any) -> Any:
    if not _is_array(x_bar, partial):
        return lambda x_bar, partial: _product(x_bar, partial)
    return lambda x_bar, partial: _elementwise_product(x_bar, partial)


@implements(helpers.product_or_zero)
def _product_or_zero_impl(x: Any, y: Any) -> Any:
    if not _is_array(x, y):
        return lambda x, y: _product(x, y)
    return lambda x, y: _elementwise_product(x, y)


@implements(helpers.quotient_or_zero)
def _quotient_or_zero_impl(x: Any, y: Any) -> Any:
    if not _is_array(x, y):
        return lambda x, y: _quotient(x, y)
    return lambda x, y: _elementwise_quotient(x, y)


@implements(helpers.strong_quotient)
def _strong_quotient_impl(x_bar: Any, divisor: Any) -> Any:
    if not _is_array(x_bar, divisor):
        return lambda x_bar, divisor: _quotient(x_bar, divisor)
    return lambda x_bar, divisor: _elementwise_quotient(x_bar, divisor)


@njit(error_model="numpy")
def _elementwise_product(x_bar: Any, partial: Any) -> Any:
    return np.where(x_bar != 0, x_bar * partial, 0.0)


@njit(error_model="numpy")
def _elementwise_quotient(x_bar: Any, divisor: Any) -> Any:
    return np.where(x_bar != 0, x_bar / divisor, 0.0)


@njit(error_model="numpy")
def _power_slope(x: Any, y: Any) -> Any:
    if y == 0:
        return 0.0
    return y * x ** (y - 1.0)


@implements(helpers.power_dx)
def _power_dx(x: Any, y: Any) -> Any:
    if not _is_array(x, y):
        return lambda x, y: _power_slope(x, y)

    def impl(x: Any, y: Any) -> Any:
        return np.where(np.equal(y, 0), 0.0, y * np.power(x, y - 1.0))
    return impl


@njit(error_model="numpy")
def _log_of_number(x: Any) -> Any:
    return math.log(x) if x > 0 else 0.0 if x == 0 else math.nan


@implements(helpers.log_or_zero)
def _log_or_zero(x: Any) -> Any:
    if not _is_array(x):
        return lambda x: _log_of_number(x)
    return lambda x: np.where(x == 0, 0.0, np.log(x))


@implements(helpers.power_dy)
def _power_dy(x: Any, y: Any, power: Any) -> Any:
    if not _is_array(x, y):
        return lambda x, y, power: power * _log_of_number(x)
    return lambda x, y, power: power * np.where(np.equal(x, 0), 0.0, np.log(x))


@njit(error_model="numpy")
def _mixed_slope(x: Any, y: Any) -> Any:
    if y == 0:
        return 1.0 / x
    if x == 0 and y > 1:
        return 0.0
    return x ** (y - 1.0) * (1.0 + y * np.log(x))


@implements(helpers.power_dxdy)
def _power_dxdy(x: Any, y: Any) -> Any:
    if not _is_array(x, y):
        return lambda x, y: _mixed_slope(x, y)

    def impl(x: Any, y: Any) -> Any:
        slope = np.where(np.equal(y, 0), 1.0 / x, np.power(x, y - 1.0) * (1.0 + y * np.log(x)))
        return np.where(np.equal(x, 0) & (y > 1), 0.0, slope)
    return impl


@njit
def _slope_of_sinc(x: Any) -> Any:
    t = math.pi * x
    s = t * t
    if abs(t) < 0.3:
        return math.pi * (0.0 - t / 3 * (1 - s / 10 * (1 - s / 28 * (1 - s / 54 * (1 - s / 88)))))
    return math.pi * (math.cos(t) - math.sin(t) / t) / t


@implements(helpers.sinc_dx)
def _sinc_dx(x: Any) -> Any:
    if not _is_array(x):
        return lambda x: _slope_of_sinc(x)

    def impl(x: Any) -> Any:
        result = np.empty(x.shape, x.dtype)
        for index, item in np.ndenumerate(x):
            result[index] = _slope_of_sinc(item)
        return result
    return impl


_digamma_of_positive = njit(special.digamma_of_positive)


@implements(helpers.digamma)
def _digamma(x: Any) -> Any:
    def impl(x: Any) -> Any:
        if x > 0.0:
            return _digamma_of_positive(x)
        offset = x - np.round(x)
        return _digamma_of_positive(1.0 - x) - math.pi / math.tan(math.pi * offset) if offset != 0.0 else math.nan
    return impl


# ---------------------------------------------------------------------------------------------------- arrays and their zeros

@implements(helpers.zeros_like)
def _zeros_like(x: Any, *path: Any) -> Any:
    if path:
        return _zeros_like_item(path)
    if isinstance(x, types.Array):
        inexact = isinstance(x.dtype, types.Float | types.Complex)
        return (lambda x, *path: np.zeros_like(x)) if inexact else (lambda x, *path: np.zeros(x.shape))
    if isinstance(x, types.List):
        return lambda x, *path: [helpers.zeros_like(item) for item in x]
    if isinstance(x, types.BaseTuple):
        if len(x) == 0:
            return lambda x, *path: x
        return lambda x, *path: (helpers.zeros_like(x[0]), *helpers.zeros_like(x[1:]))
    if isinstance(x, types.DictType):
        return _zeros_like_dict(x)
    if isinstance(x, Number | types.NoneType):
        return lambda x, *path: 0.0
    raise TypingError(f"zeros like {x}")


def _zeros_like_dict(x: Any) -> Any:
    keys, items = x.key_type, x.value_type
    if isinstance(items, Number):
        items = types.float64
    elif not (isinstance(items, types.Array) and isinstance(items.dtype, types.Float)):
        raise TypingError(f"zeros like {x}")

    def impl(x: Any, *path: Any) -> Any:
        made = Dict.empty(keys, items)
        for key in x:
            made[key] = helpers.zeros_like(x[key])
        return made
    return impl


def _zeros_like_item(path: Any) -> Any:
    kinds: Any = path[0] if isinstance(path[0], types.BaseTuple) else path
    keys = [getattr(kind, "literal_value", None) for kind in kinds]
    if keys == [0]:
        return lambda x, *path: helpers.zeros_like(x[0])
    if keys == [1]:
        return lambda x, *path: helpers.zeros_like(x[1])
    raise TypingError("zeros like an item")


@implements(helpers.copied)
def _copied(x: Any) -> Any:
    if isinstance(x, types.Array):
        return lambda x: x.copy()
    if isinstance(x, types.List):
        return lambda x: [helpers.copied(item) for item in x]
    if isinstance(x, types.BaseTuple):
        return (lambda x: (helpers.copied(x[0]), *helpers.copied(x[1:]))) if len(x) else (lambda x: x)
    if isinstance(x, types.DictType):
        def copied(x: Any) -> Any:
            made = x.copy()
            for key in x:
                made[key] = helpers.copied(x[key])
            return made
        return copied
    return lambda x: x


implements(helpers.list_of_zeros)(_zeros_like)
implements(helpers.with_floats)(_copied)


@implements(helpers.twin)
def _twin(a: Any) -> Any:
    return lambda a: a.copy()


@implements(helpers.index_add)
def _index_add(buffer: Any, index: Any, value: Any) -> Any:
    if not (isinstance(index, types.Array) and index.ndim == 1 and isinstance(index.dtype, types.Integer)):
        raise TypingError("index_add with this kind of index")
    if _is_array(value):
        def impl(buffer: Any, index: Any, value: Any) -> None:
            for k in range(len(index)):
                buffer[index[k]] += value[k]
    else:
        def impl(buffer: Any, index: Any, value: Any) -> None:
            for k in range(len(index)):
                buffer[index[k]] += value
    return impl


@implements(helpers.one_hot)
def _one_hot(items: Any, index: Any, value: Any) -> Any:
    if isinstance(items, types.List | types.UniTuple):
        def of_sequence(items: Any, index: Any, value: Any) -> Any:
            zeros = [0.0 for _ in range(len(items))]
            zeros[index] = value
            return zeros
        return of_sequence
    if not _is_array(items):
        raise TypingError("one_hot of items of several types")

    def impl(items: Any, index: Any, value: Any) -> Any:
        result = np.zeros_like(items)
        result[index] = value
        return result
    return impl


@implements(helpers.last_written)
def _last_written(bar: Any, index: Any) -> Any:
    one = isinstance(index, types.List) and isinstance(index.dtype, types.Integer) \
        or isinstance(index, types.Array) and index.ndim == 1 and isinstance(index.dtype, types.Integer)
    if not one:
        raise TypingError("last_written with this kind of index")

    def impl(bar: Any, index: Any) -> Any:
        taken = np.zeros((len(index), *bar.shape[1:]), bar.dtype)
        for k in range(len(index)):
            last = True
            for j in range(k + 1, len(index)):
                last = last and index[j] % bar.shape[0] != index[k] % bar.shape[0]
            if last:
                taken[k] = bar[index[k]]
        return taken
    return impl


@implements(helpers.diagonal)
def _diagonal(a: Any, offset: Any = 0) -> Any:
    if not (isinstance(a, types.Array) and a.ndim == 2):
        raise TypingError("the diagonal of what is no matrix")
    as_strided = np.lib.stride_tricks.as_strided

    def impl(a: Any, offset: Any = 0) -> Any:
        rows, columns = a.shape[0] + min(offset, 0), a.shape[1] - max(offset, 0)
        start = a[max(-offset, 0):, max(offset, 0):]
        return as_strided(start, (max(min(rows, columns), 0),), (a.strides[0] + a.strides[1],))
    return impl


@implements(arrays.product_of_others)
def _product_of_others(x: Any, axis: Any = -1) -> Any:
    if not (isinstance(x, types.Array) and x.ndim == 1):
        raise TypingError("product_of_others of what is no vector")

    def impl(x: Any, axis: Any = -1) -> Any:
        result = np.ones_like(x)
        for k in range(1, len(x)):
            result[k] = result[k - 1] * x[k - 1]
        behind = 1.0
        for k in range(len(x) - 1, -1, -1):
            result[k] *= behind
            behind *= x[k]
        return result
    return impl


@implements(helpers.sorting_order)
def _sorting_order(keys: Any, reverse: Any = False) -> Any:
    def merged(keys: Any, reverse: Any = False) -> Any:
        order, width = list(range(len(keys))), 1
        while width < len(order):
            sorted_runs = order[:0]  # typed, and empty
            for start in range(0, len(order), 2 * width):
                i, middle = start, min(start + width, len(order))
                j, stop = middle, min(start + 2 * width, len(order))
                while i < middle and j < stop:
                    first, second = (order[i], order[j]) if reverse else (order[j], order[i])
                    if keys[first] < keys[second]:
                        sorted_runs.append(order[j])
                        j += 1
                    else:
                        sorted_runs.append(order[i])
                        i += 1
                sorted_runs += order[i:middle]
                sorted_runs += order[j:stop]
            order = sorted_runs
            width *= 2
        return order
    return merged


# ------------------------------------------------------------------------------------------------------------------ indices

@implements(checks.within)
def _within_bounds(lo: Any, hi: Any, extent: Any, *rounds: Any) -> Any:
    if not rounds or isinstance(rounds[0], types.BaseTuple) and not len(rounds[0]):
        return lambda lo, hi, extent, *rounds: _all_within(lo, hi, extent)

    def impl(lo: Any, hi: Any, extent: Any, *rounds: Any) -> None:
        for count in rounds:
            if count <= 0:
                return
        _all_within(lo, hi, extent)
    return impl


@njit
def _all_within(lo: Any, hi: Any, extent: Any) -> None:
    if lo < hi and (lo < -extent or hi > extent):
        raise IndexError("index is out of bounds")


# ---------------------------------------------------------------------------------------------------- divisions of Python's

_divided, _floor_divided, _remainder, _power = map(njit(error_model="python"), (
    checks.divided, checks.floor_divided, checks.remainder, checks.power))
implements(checks.divided)(lambda a, b: lambda a, b: _divided(a, b))
implements(checks.floor_divided)(lambda a, b: lambda a, b: _floor_divided(a, b))
implements(checks.remainder)(lambda a, b: lambda a, b: _remainder(a, b))
implements(checks.power)(lambda a, b: lambda a, b: _power(a, b))


# --------------------------------------------------------------------------------------------------------- lists as arrays

@implements(packing.as_arrays)
def _as_arrays(data: Any, extents: Any) -> Any:
    count, as_tuple = len(extents), to_fixed_tuple

    def impl(data: Any, extents: Any) -> Any:
        made = []
        start = 0
        shape = np.empty(count, np.int64)
        for i in range(len(extents[0])):
            size = 1
            for k in range(count):
                shape[k] = extents[k][i]
                size *= shape[k]
            made.append(data[start:start + size].reshape(as_tuple(shape, count)))
            start += size
        return made
    return impl


@implements(packing.as_lists)
def _as_lists(items: Any, lengths: Any) -> Any:
    def impl(items: Any, lengths: Any) -> Any:
        made = []
        start = 0
        for n in lengths:
            made.append(items[start:start + n])
            start += n
        return made
    return impl


@implements(packing.as_tuples)
def _as_tuples(*columns: Any) -> Any:
    return lambda *columns: list(zip(*columns))  # noqa: B905 - Numba's knows no `strict`


# ------------------------------------------------------------------------------------------------------------ as they stand

def _unchanged(helper: Any) -> Any:
    def chosen(*_: Any) -> Any:
        return helper
    return chosen


for _name in ("same_extent", "inserted_at", "taken_from", "first_max", "first_min", "replaced", "products_of_others", "folded"):
    implements(getattr(helpers, _name))(_unchanged(getattr(helpers, _name)))
implements(checks.inside)(_unchanged(checks.inside))
implements(packing.empty_list)(_unchanged(packing.empty_list))
