"""Axes, flags and orders that are arguments of the differentiated function: each value has a derivative of its own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sct
from tests.sampling import a_part

from .arrays import Normal
from .whole import check_whole

NORMAL = Normal(31)
ROW, COLUMN, V = NORMAL.real(1, 4), NORMAL.real(4, 1), NORMAL.real(4)


def reduced(x, v, axis):
    return (np.sum(x, axis=axis) * v, np.prod(x, axis) * v, x.max(axis) * v, np.mean(x, axis=axis) * v, x.var(axis=axis) * v,
            np.ptp(x, axis) * v, np.median(x, axis=axis) * v, np.nansum(x, axis=axis) * v, np.quantile(x, 0.3, axis=axis) * v,
            np.average(x, axis=axis) * v, np.add.reduce(x, axis) * v, np.linalg.norm(x, axis=axis) * v)


def arranged(x, v, axis):
    return (np.take(x, 0, axis=axis) * v, np.moveaxis(x, axis, 0) * v, np.swapaxes(x, axis, 0) * v,
            np.repeat(x, 2, axis) * v[0], np.concatenate([x, x], axis=axis) * v[0], np.stack([x, x], axis=axis)[0] * v[0],
            np.expand_dims(x, axis)[0] * v[0],
            np.insert(x, 0, 2.0, axis=axis) * v[0], np.append(x, x, axis=axis) * v[0], np.rollaxis(x, axis) * v,
            np.trapezoid(x, axis=axis) * v, np.cumsum(x, axis) * v, np.logaddexp.reduce(x, axis=axis) * v)


def indexed(x, v, axis):
    first = np.zeros((1, 1), int)
    return np.take_along_axis(x, first, axis=axis) * v, np.sort(x, axis=axis) * v, v[np.argmax(x, axis=axis)] * v[0]


def kept(x, v, axis, keepdims):
    return (np.sum(x, axis=axis, keepdims=keepdims) * v, np.prod(x, axis, keepdims=keepdims) * v,
            np.max(x, axis, None, keepdims) * v, x.std(axis=axis, keepdims=keepdims) * v)


def computed(x, v, axis):
    return np.prod(x, axis - 1) * v, np.max(x, axis=-axis) * v, np.sum(x, axis=min(axis, x.ndim - 1)) * v


AXES: list[Any] = [0, 1, -1, -2, np.int64(0)]
CASES = [(f, x, (axis,)) for f in (reduced, arranged, indexed) for x in (ROW, COLUMN) for axis in AXES]
SEVERAL: list[Any] = [0, 1, None, (0, 1), (-1,)]
CASES += [(kept, x, (axis, keepdims)) for x in (ROW, COLUMN) for axis in SEVERAL for keepdims in (True, False)]
CASES += [(computed, x, (1,)) for x in (ROW, COLUMN)]


def total(f, x, v, *options):
    found = 0.0
    for part in f(x, v, *options):
        found += np.sum(np.sin(part))
    return found


@pytest.mark.parametrize(("f", "x", "options"), a_part(5, CASES), ids=range(len(CASES)))
def test_options_that_are_arguments(f: Any, x: Any, options: tuple[Any, ...]) -> None:
    along, none = (np.cos(x), np.sin(V)), [None] * len(options)
    gradient = sct.grad(total, (1, 2))

    def slope(value):
        return (value(x + 1e-4 * along[0], V + 1e-4 * along[1]) - value(x - 1e-4 * along[0], V - 1e-4 * along[1])) / 2e-4

    expected = slope(lambda x, v: total(f, x, v, *options))
    bars = gradient(f, x, V, *options)
    assert [b.shape for b in bars] == [x.shape, V.shape]
    np.testing.assert_allclose(np.sum(bars[0] * along[0]) + np.sum(bars[1] * along[1]), expected, rtol=1e-6)
    np.testing.assert_allclose(sct.jvp(total, (f, x, V, *options), (None, *along, *none))[1], expected, rtol=1e-6)
    for got, k in zip(sct.hvp(total, (f, x, V, *options), (None, *along, *none)), (0, 1), strict=True):
        np.testing.assert_allclose(got, slope(lambda x, v, k=k: gradient(f, x, v, *options)[k]), rtol=1e-4, atol=1e-5)


def test_each_value_has_a_derivative_of_its_own() -> None:
    gradient = sct.grad(lambda x, v, axis: np.sum(np.sum(x, axis=axis) * v * v))
    for axis in (0, 1, 0, 1):
        expected = np.broadcast_to(V**2, (1, 4)) if axis == 0 else np.full((1, 4), np.sum(V**2))
        np.testing.assert_allclose(gradient(ROW, V, axis), expected)


def test_an_axis_that_is_a_counter() -> None:
    def moments(x):
        found = 0.0
        for axis in range(2):
            found += np.sum(np.sum(x, axis=axis) ** 2)
        return found

    np.testing.assert_allclose(sct.grad(moments)(ROW), 2 * ROW + 2 * np.sum(ROW))


def test_indices_along_an_axis_are_broadcast() -> None:
    x = NORMAL.real(3, 4)
    check_whole(lambda a: np.take_along_axis(a, np.array([[0], [2]]).T, axis=1), [x])
    check_whole(lambda a: np.take_along_axis(a, np.array([[2, 0, 0, 1]]), axis=0), [x])
    check_whole(lambda a: np.take_along_axis(a, np.array([[3], [1], [1]]), axis=1), [x])
    check_whole(lambda a: np.take_along_axis(a, np.array([[3, 0], [1, 1], [0, 2]]), axis=1), [x[:1]])
