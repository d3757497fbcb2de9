"""What Numba lacks is done by what it knows: the compiled gradient against central differences."""

import math
from collections import namedtuple

import numpy as np
import pytest

import sct
from sct.testing.differences import finite_difference

pytest.importorskip("numba")

Point = namedtuple("Point", "x y")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SCT_CACHE_DIR", str(tmp_path))


def reduced(x):
    largest = np.sum(np.max(x, axis=1, keepdims=True) * x) + np.sum(np.min(x, axis=0) ** 2)
    means = np.sum(np.mean(x, axis=0, keepdims=True) ** 2) + np.sum(np.mean(x, axis=-1) ** 3)
    return largest + means + np.sum(np.sum(x, axis=1, keepdims=True) ** 2)


def spread_out(x, k):
    with np.errstate(divide="ignore"):
        y = np.clip(x[0], -1.5, 1.5) + math.log(2.5 + x[1], 2)
    items = [x[0], x[1] * 2.0, x[2]]
    s = sum(a * (j + 1.0) for j, a in enumerate(sorted(items, reverse=True)))
    z = np.stack([x, x * 2.0]).astype(float)
    return y * s + np.prod(x) + z[1, 0] + np.inner(x, x) + items[k] ** 2 + x.tolist()[1] if not not items else 0.0


def sorted_by_key(x):
    ordered = sorted([(v, k * 1.0) for k, v in enumerate(x)])
    return sum((j + 1.0) * v * v + 0.1 * k * v for j, (v, k) in enumerate(ordered))


def overwritten(x, v, places):
    y = x * 1.0
    y[places] = v
    return np.sum(y * y)


def one_of(x, k):
    items = [v * 2.0 for v in x]
    return items[k] * items[0]


X = np.array([0.7, -0.4, 1.3])


@pytest.mark.parametrize(("fun", "args"), [
    (reduced, (np.random.default_rng(0).random((3, 4)),)), (spread_out, (X, 1)), (sorted_by_key, (X,)), (one_of, (X, 2)),
    (overwritten, (X, np.array([0.3, 0.8, 2.0]), np.array([1, 1, 0]))),
], ids=lambda given: getattr(given, "__name__", ""))
def test_the_first_argument(fun, args):
    np.testing.assert_allclose(sct.grad(fun, backend="numba")(*args), finite_difference(fun, args), rtol=1e-6, atol=1e-8)


def test_of_values_that_go_to_one_place_the_last_one_counts():
    v_bar = sct.grad(overwritten, 1, backend="numba")(X, np.array([0.3, 0.8, 2.0]), np.array([1, 1, 0]))
    np.testing.assert_allclose(v_bar, [0.0, 1.6, 4.0])


def test_the_maximum_of_what_holds_nan_is_nan():
    def highest(x):
        return np.sum(np.max(x, axis=1))

    value, _ = sct.value_and_grad(highest, backend="numba")(np.array([[1.0, np.nan, 3.0]]))
    assert math.isnan(value)
    with pytest.raises(ValueError, match="zero-size"):
        sct.grad(highest, backend="numba")(np.zeros((2, 0)))


def squared_item(items, k):
    return items[k] ** 2 * 3.0


def product_of_point(points, k):
    return points[k].x * points[k].y


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_containers_that_are_read_by_a_run_time_index(backend):
    assert sct.grad(squared_item, backend=backend)([1.0, 2.0, 3.0], 1) == [0.0, 12.0, 0.0]
    assert sct.grad(squared_item, backend=backend)((1.0, 2.0, 3.0), 1) == (0.0, 12.0, 0.0)


@pytest.mark.parametrize("backend", ["python", "numba"])
def test_a_list_of_named_tuples_has_a_gradient_of_named_tuples(backend):
    found = sct.grad(product_of_point, backend=backend)([Point(1.0, 2.0), Point(3.0, 4.0)], 1)
    assert found == [(0.0, 0.0), (4.0, 3.0)] and all(type(item) is Point for item in found)
