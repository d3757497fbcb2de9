"""The few functions that generated code may call: plain Python and NumPy, so that a saved adjoint can carry them along.

Each does one thing that has no plain NumPy spelling: undo broadcasting, multiply so that an exact zero wins over an infinity,
accumulate at repeated indices, and the special functions that some derivatives need.
"""

from __future__ import annotations

import cmath
import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

__all__ = ["added_at", "arranged_places", "bessel_i", "copied", "diagonal", "digamma", "expected", "first_max", "first_min",
           "flat_index", "folded", "index_add", "inserted_at", "last_written", "log_or_zero", "one_hot", "polygamma",
           "power_dx", "products_of_others", "replaced", "replicated", "same_extent", "sinc_dx", "sorting_order",
           "strong_product", "strong_quotient", "taken_from", "twin", "unbroadcast", "with_floats", "zeros_like"]


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

    >>> strong_product(0.0, math.inf), strong_product(np.array([0.0, 2.0]), np.array([np.nan, 3.0])).tolist()
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


def last_written(bar: np.ndarray[Any, Any], index: Any) -> np.ndarray[Any, Any]:
    """The cotangent of ``v`` in ``x[index] = v``: where an element is named several times, the last value stays.

    >>> last_written(np.array([1.0, 2.0]), np.array([0, 0, 1]))
    array([0., 1., 2.])
    """
    taken: np.ndarray[Any, Any] = bar[index]
    number = np.arange(taken.size).reshape(taken.shape)
    last = np.zeros(bar.shape, dtype=int)
    last[index] = number
    taken[last[index] != number] = 0.0
    return taken


def replicated(held: Any, made: dict[int, Any] | None = None) -> Any:
    """Copies of the arrays in nested tuples, lists and dicts that share memory with each other as the originals do.

    >>> a = np.zeros(3)
    >>> b, view = replicated((a, a[1:]))
    >>> b[2] = 5.0
    >>> view.tolist(), a.tolist()
    ([0.0, 5.0], [0.0, 0.0, 0.0])
    """
    made = {} if made is None else made
    if isinstance(held, np.ndarray):
        owner = held
        while isinstance(owner.base, np.ndarray):
            owner = owner.base
        if id(owner) not in made:
            made[id(owner)] = owner.copy(order="K").ravel(order="K")
        offset = held.ctypes.data - owner.ctypes.data if held.size else 0
        return np.ndarray(held.shape, held.dtype, made[id(owner)], offset, held.strides)
    if type(held) is list:
        if id(held) not in made:
            made[id(held)] = [replicated(item, made) for item in held]
        return made[id(held)]
    if type(held) is dict:
        if id(held) not in made:
            made[id(held)] = {key: replicated(item, made) for key, item in held.items()}
        return made[id(held)]
    if isinstance(held, tuple):
        items = [replicated(item, made) for item in held]
        return type(held)(*items) if hasattr(held, "_fields") else tuple(items)
    return held


def twin(a: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A copy that lies in memory as ``a`` does.

    >>> a = np.zeros((4, 6))[::2, ::3]
    >>> twin(a).strides == a.strides
    True
    """
    copy: np.ndarray[Any, Any] = replicated(a)
    return copy


def index_add(buffer: np.ndarray[Any, Any], index: Any, value: Any) -> None:
    """``buffer[index] += value`` where an element that ``index`` names several times receives every contribution.

    >>> b = np.zeros(3)
    >>> index_add(b, np.array([0, 0, 2]), 1.0)
    >>> b.tolist()
    [2.0, 0.0, 1.0]
    """
    np.add.at(buffer, index, value)


def added_at(array: Any, index: Any, value: Any) -> Any:
    """A copy of ``array`` to which ``index_add`` has added ``value``.

    >>> added_at(np.zeros(3), np.array([0, 0, 2]), 1.0).tolist()
    [2.0, 0.0, 1.0]
    """
    result = array.copy()
    np.add.at(result, index, value)
    return result


def bessel_i(n: int, x: Any) -> Any:
    """The modified Bessel function of the first kind, of the whole order ``n``, by its power series, which has no cancellation.

    >>> round(bessel_i(1, 2.0), 12), bessel_i(0, np.zeros(2)).tolist()
    (1.590636854637, [1.0, 1.0])
    """
    n = abs(n)
    half = np.asarray(x) / 2.0
    term = half**n / math.factorial(n)
    total, k = term, 0
    while np.any(np.abs(term) > 1e-17 * np.abs(total)):
        k += 1
        term = term * (half * half / (k * (k + n)))
        total = total + term
    return total if isinstance(x, np.ndarray) else total[()] if isinstance(x, np.generic) else float(total)


def flat_index(positions: Any, shape: tuple[int, ...]) -> tuple[Any, ...]:
    """The index of the elements at ``positions`` in C order, counted from the end where they are negative.

    >>> [int(k) for k in flat_index(-1, (2, 3))]
    [1, 2]
    """
    return np.unravel_index(np.where(np.less(positions, 0), np.add(positions, math.prod(shape)), positions), shape)


def diagonal(a: np.ndarray[Any, Any], offset: int = 0) -> np.ndarray[Any, Any]:
    """The diagonal of a matrix as a view that can be written through, which ``np.diagonal`` forbids.

    >>> a = np.zeros((2, 2))
    >>> diagonal(a)[:] = 1.0
    >>> a.tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    view = np.diagonal(a, offset)
    view.flags.writeable = True
    return view


_FLOATS = frozenset({float, np.float64})


def zeros_like(x: Any, *path: int) -> Any:
    """A zero cotangent for a container, or for its item at ``path``: 0.0 for each number, an array of zeros for each array.

    None instead of a container has no items, and its cotangent is never used.

    >>> zeros_like([1.0, 2.0]), zeros_like((1.0, np.ones(2)), 1), zeros_like(None, 1)
    ([0.0, 0.0], array([0., 0.]), 0.0)
    """
    for key in path:
        x = None if x is None else x[key]
    if isinstance(x, list | tuple):
        kind = list if isinstance(x, list) else tuple
        return kind([0.0]) * len(x) if _FLOATS.issuperset(map(type, x)) else kind(map(zeros_like, x))
    if isinstance(x, dict):
        return {key: zeros_like(item) for key, item in x.items()}
    if not isinstance(x, np.ndarray):
        return 0.0
    return np.zeros_like(x, dtype=None if x.dtype.kind in "fc" else float)


def copied(x: Any) -> Any:
    """A container, the containers and the arrays in it, all new.

    >>> copied([[1.0], (2.0, {"a": 3.0})])
    [[1.0], (2.0, {'a': 3.0})]
    """
    if isinstance(x, np.ndarray):
        return x.copy()
    if isinstance(x, dict):
        return {key: copied(item) for key, item in x.items()}
    if not isinstance(x, list | tuple):
        return x
    items = [copied(item) for item in x]
    return items if isinstance(x, list) else type(x)(*items) if hasattr(x, "_fields") else tuple(items)


def with_floats(x_bar: Any) -> Any:
    """A new container in which Python's floats stand for NumPy's: the gradient by one that holds Python's.

    >>> with_floats([(np.float64(1.0), np.ones(1)), (2.0, np.ones(1))])
    [(1.0, array([1.])), (2.0, array([1.]))]
    """
    if isinstance(x_bar, list | tuple):
        items = np.array(x_bar).tolist() if _FLOATS.issuperset(map(type, x_bar)) else list(map(with_floats, x_bar))
        return items if isinstance(x_bar, list) else type(x_bar)(*items) if hasattr(x_bar, "_fields") else tuple(items)
    return float(x_bar) if isinstance(x_bar, np.float64) else copied(x_bar)


def of_class(items: list[Any], cls: Any) -> list[Any]:
    """The tuples of a list as named tuples.

    >>> from collections import namedtuple
    >>> of_class([(1.0, 2.0)], namedtuple("Point", "x y"))
    [Point(x=1.0, y=2.0)]
    """
    return [cls(*item) for item in items]


def same_extent(a: int, b: int) -> None:
    """Raises ``ValueError`` where arrays are combined whose dimensions differ, in code that spreads none of length 1.

    >>> same_extent(3, 3)
    """
    if a != b:
        raise ValueError("operands have different shapes; compiled code spreads no dimension of length 1 here")


def replaced(items: list[Any], index: int, value: Any) -> list[Any]:
    """The list with another value at one place.

    >>> replaced([1.0, 2.0, 3.0], -1, 5.0)
    [1.0, 2.0, 5.0]
    """
    result = items[:]
    result[index] = value
    return result


def inserted_at(items: list[Any], index: int) -> int:
    """Where ``items.insert(index, x)`` has put ``x``.

    >>> [inserted_at([7, 8, 9], index) for index in (1, 5, -1, -9)]
    [1, 2, 1, 0]
    """
    before = len(items) - 1
    return min(index, before) if index >= 0 else max(before + index, 0)


def taken_from(items: list[Any], index: int) -> int:
    """Where ``items.pop(index)`` has taken an item from, as the place to insert it again.

    >>> [taken_from([7, 8], index) for index in (1, -1, -3)]
    [1, 2, 0]
    """
    return index if index >= 0 else len(items) + 1 + index


def folded(items: list[Any], count: int) -> list[Any]:
    """The sums of every ``count``-th item: what repeating a list of ``count`` items gives back to each of them.

    >>> folded([1.0, 2.0, 10.0, 20.0], 2)
    [11.0, 22.0]
    """
    result: list[Any] = copied(items[:count])
    for k in range(count, len(items)):
        result[k % count] = result[k % count] + items[k]
    return result


def one_hot(items: Any, index: int, value: Any) -> Any:
    """Zeros like the array, or as many as in the sequence ``items``, with ``value`` at ``index``.

    >>> one_hot((4.0, 5.0, 6.0), 1, 7.0), one_hot(np.array([4.0, 5.0]), 0, 7.0).tolist()
    ((0.0, 7.0, 0.0), [7.0, 0.0])
    """
    if isinstance(items, np.ndarray):
        result = np.zeros_like(items)
        result[index] = value
        return result
    zeros = [0.0] * len(items)
    zeros[index] = value
    return tuple(zeros) if isinstance(items, tuple) else zeros


def expected(value: Any, kind: Any) -> Any:
    """``value``, which a function remembered from an earlier call, if it is what the function returns today.

    ``kind`` is a class, ``[dtype, ndim]`` for an array, ``None``, or a tuple of kinds for a tuple.

    >>> expected((2.0, np.ones(3)), (float, ["float64", 1]))[0]
    2.0
    """
    if isinstance(kind, tuple) and type(value) is tuple and len(value) == len(kind):
        return tuple(map(expected, value, kind))
    if isinstance(kind, list):
        fits = type(value) is np.ndarray and [value.dtype.name, value.ndim] == kind
    else:
        fits = value is None if kind is None else type(value) is kind
    if not fits:
        found = f"an array of {value.dtype}[{value.ndim}]" if isinstance(value, np.ndarray) else f"a {type(value).__name__}"
        raise TypeError(f"a cached function returned {found} where its source says {kind}: clear its cache (cache_clear())")
    return value


def first_max(items: Sequence[Any]) -> int:
    """The index of the item that the builtin ``max`` returns: the first largest, NaNs compared as Python compares them.

    >>> first_max([1.0, 3.0, 3.0])
    1
    """
    best = 0
    for k in range(1, len(items)):
        if items[k] > items[best]:
            best = k
    return best


def first_min(items: Sequence[Any]) -> int:
    """The index of the item that the builtin ``min`` returns: the first smallest.

    >>> first_min([2.0, 1.0, 1.0])
    1
    """
    best = 0
    for k in range(1, len(items)):
        if items[k] < items[best]:
            best = k
    return best


def sorting_order(keys: Sequence[Any], reverse: bool = False) -> list[int]:
    """The permutation that ``sorted`` applies: equal keys keep their order, also in reverse.

    >>> sorting_order([2.0, 1.0, 2.0]), sorting_order([2.0, 1.0, 2.0], True)
    ([1, 0, 2], [0, 2, 1])
    """
    return sorted(range(len(keys)), key=keys.__getitem__, reverse=reverse)


def arranged_places(kind: str, count: int, *sizes: int) -> np.ndarray[Any, Any]:
    """Which items ``itertools`` puts together, a row of places for each tuple: ``count`` of one pool, or each of a product.

    >>> arranged_places("combinations", 2, 3).tolist(), arranged_places("product", 1, 1, 2).tolist()
    ([[0, 1], [0, 2], [1, 2]], [[0, 0], [0, 1]])
    """
    fn = getattr(itertools, kind)
    pools = [range(size) for size in sizes]
    rows = list(fn(*pools, repeat=count) if kind == "product" else fn(*pools, count))
    return np.array(rows, dtype=int).reshape(len(rows), count * len(sizes))


def products_of_others(items: Sequence[Any], start: Any = 1) -> list[Any]:
    """For each item the product of ``start`` and all other items: two running products, no division, so zeros are exact.

    >>> products_of_others([2.0, 0.0, 5.0])
    [0.0, 10.0, 0.0]
    """
    results: list[Any] = []
    before = start
    for item in items:
        results.append(before)
        before = before * item
    after = 1
    for k in range(len(results) - 1, -1, -1):
        results[k] = results[k] * after
        after = after * items[k]
    return results


def power_dx(x: Any, y: Any) -> Any:
    """The partial derivative of ``x ** y`` with respect to ``x``: ``y * x ** (y - 1)``, and 0 for ``y == 0`` at any ``x``.

    At ``x == 0`` it is 0 for ``y > 1``, 1 for ``y == 1``, infinite for ``0 < y < 1``; it neither raises nor warns.

    >>> power_dx(3.0, 2), power_dx(0.0, 0), power_dx(0.0, 1.0), power_dx(0.0, 0.5)
    (6.0, 0.0, 1.0, inf)
    """
    if isinstance(x, np.ndarray) or isinstance(y, np.ndarray):
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            return np.where(np.equal(y, 0), 0.0, y * np.power(_inexact(x, y), y - 1))
    if y == 0:
        return 0.0
    if isinstance(y, complex) or y >= 1:
        return y * x ** (y - 1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        partial = y * np.power(_inexact(x, y), y - 1)
    return partial if isinstance(x, np.generic) or isinstance(y, np.generic) else partial.item()


def _inexact(x: Any, y: Any) -> Any:
    """``x`` in the element type of ``x ** y``; integers would refuse negative exponents."""
    return np.asarray(x, np.result_type(x, y, 0.0))[()]


def log_or_zero(x: Any) -> Any:
    """``log(x)`` for the derivative of ``x ** y`` in ``y``: 0 at ``x == 0``, where ``x ** y`` is constant; NaN below.

    >>> log_or_zero(1.0), log_or_zero(0.0), log_or_zero(np.array([0.0, 1.0])).tolist()
    (0.0, 0.0, [0.0, 0.0])
    """
    if not isinstance(x, np.ndarray | np.generic):
        if isinstance(x, complex):
            return cmath.log(x) if x else 0j
        return math.log(x) if x > 0 else 0.0 if x == 0 else math.nan
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(np.equal(x, 0), 0.0, np.log(_inexact(x, x)))[()]  # of small integers NumPy takes it in half precision


def sinc_dx(x: Any) -> Any:
    """The derivative of ``np.sinc``: ``(cos(pi x) - sinc(x)) / x``, by its Taylor series near 0, where that cancels.

    >>> sinc_dx(0.0), float(round(sinc_dx(0.5), 12))
    (0.0, -1.273239544735)
    """
    t = math.pi * x
    near = np.abs(t) < 0.3
    away = np.where(near, 1.0, t)
    s = t * t
    series = 0.0 - t / 3 * (1 - s / 10 * (1 - s / 28 * (1 - s / 54 * (1 - s / 88))))
    slope = math.pi * np.where(near, series, (np.cos(away) - np.sin(away) / away) / away)
    if isinstance(x, np.ndarray | np.generic):
        return slope[()]
    return complex(slope) if isinstance(x, complex) else float(slope)


def digamma(x: float) -> float:
    """The logarithmic derivative of the gamma function (Abramowitz and Stegun 1964, 6.3.7, 6.3.5, 6.3.18).

    Reflection for negative ``x``, upward recurrence to ``x >= 10``, then the asymptotic series; about 15 digits.  Poles
    (0, -1, -2 …) give NaN.

    >>> round(digamma(1.0), 14)
    -0.57721566490153
    """
    if x <= 0.0:
        offset = x - round(x)
        return digamma(1.0 - x) - math.pi / math.tan(math.pi * offset) if offset else math.nan
    return digamma_of_positive(x)


def digamma_of_positive(x: float) -> float:
    """``digamma`` where it needs no reflection; compiled code takes this as it is."""
    shift = 0.0
    while x < 10.0:
        shift += 1.0 / x
        x += 1.0
    s = 1.0 / (x * x)
    series = s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s * (1 / 240 - s * (1 / 132 - s * (691 / 32760 - s / 12))))))
    return math.log(x) - 0.5 / x - series - shift


_BERNOULLI = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66, -691 / 2730, 7 / 6, -3617 / 510)
"""The Bernoulli numbers B2, B4 … B16."""


def polygamma(n: int, x: float) -> float:
    """The ``n``-th derivative of ``digamma`` (Abramowitz and Stegun 1964, 6.4.6, 6.4.11), for second and higher derivatives.

    >>> round(polygamma(1, 1.0) - math.pi**2 / 6, 14)
    0.0
    """
    if n == 0:
        return digamma(x)
    if x <= 0.0 and x == math.floor(x):
        return math.nan
    shift = 0.0
    while x < 10.0 + n:
        shift += x ** -(n + 1)
        x += 1.0
    series = math.factorial(n - 1) / x**n + math.factorial(n) / (2 * x ** (n + 1))
    for k, b in enumerate(_BERNOULLI, start=1):
        series += b * math.factorial(2 * k + n - 1) / (math.factorial(2 * k) * x ** (2 * k + n))
    series += math.factorial(n) * shift
    return series if n % 2 else -series


HELPERS: dict[str, Callable[..., Any]] = {name: globals()[name] for name in __all__}
"""The helpers by the name under which generated code calls them."""
