"""``scipy.ndimage``: linear filters, and values between elements: values, both modes, second order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

ndimage = pytest.importorskip("scipy.ndimage")

import sct  # noqa: E402

from .arrays import Normal  # noqa: E402
from .whole import check_whole  # noqa: E402

real = Normal(6).real
X, M, SPACE = real(9), real(5, 6), real(3, 4, 3)
W, K = real(3), real(3, 2)
CASES: dict[str, tuple[Any, list[Any]]] = {
    "correlate1d": (lambda x, w: ndimage.correlate1d(x, w, axis=0) + ndimage.correlate1d(x, w, mode="constant", cval=0.3,
        origin=1), [M, W]),
    "convolve1d": (lambda x, w: ndimage.convolve1d(x, w, mode="wrap")+ndimage.convolve1d(x, w[:2], mode="mirror"), [M, W]),
    "convolve1d to a side": (lambda x, w: ndimage.convolve1d(x, w, origin=1) + ndimage.convolve1d(x, w[:2], origin=-1), [M, W]),
    "nearest element of a line": (lambda x: ndimage.map_coordinates(x, [[0.4, 1.2, 3.9]], order=0), [X]),
    "uniform_filter": (lambda x: ndimage.uniform_filter(x, 3)+ndimage.uniform_filter(x, (2, 4),
        mode="nearest")+ndimage.uniform_filter1d(x, 4), [M]),
    "gaussian_filter": (lambda x, s: ndimage.gaussian_filter(x, s)+ndimage.gaussian_filter(x, (0.5, 0.8), mode="constant",
        truncate=3.0), [M, 0.7]),
    "gaussian_filter1d": (lambda x, s: ndimage.gaussian_filter1d(x, s, mode="wrap"), [X, 0.7]),
    "correlate": (lambda x, w: ndimage.correlate(x, w)+ndimage.convolve(x, w, mode="constant", cval=0.5), [M, K]),
    "differences": (lambda x: ndimage.sobel(x, 0)+ndimage.sobel(x)+ndimage.prewitt(x, mode="nearest")*ndimage.laplace(x), [M]),
    "on a line": (lambda x, c: ndimage.map_coordinates(x, c, order=1), [X, np.array([[0.4, 3.2, 7.9, 9.3, -0.3]])]),
    "on a plane, nearest": (lambda x, c: ndimage.map_coordinates(x, c, order=1, mode="nearest"), [M, np.array([[0.4, 3.2,
        3.9], [9.3, -0.3, 2.2]])]),
    "in space": (lambda x, c: ndimage.map_coordinates(x, c, order=1, cval=0.2), [SPACE, np.array([[0.4, 1.2, 0.9, 5.0], [0.3,
        2.3, 2.2, 1.1],[.2,.9,1.7,1.1]])]),
    "nearest element": (lambda x: ndimage.map_coordinates(x, [[0.4, 1.2, 3.9], [0.3, 2.3, 2.2]], order=0), [M]),
}


@pytest.mark.parametrize("name", [pytest.param(name, marks=[] if k % 3 == 0 else [pytest.mark.long])
                                  for k, name in enumerate(CASES)])
def test_derivatives_and_values(name: str) -> None:
    f, values = CASES[name]
    np.testing.assert_allclose(sct.vjp(f, *values)[0], f(*values), rtol=1e-9, atol=1e-11)
    check_whole(f, values, rtol=1e-5)


@pytest.mark.parametrize(("f", "message"), [
    (lambda x: ndimage.map_coordinates(x, [[0.5], [1.5]]), "orders 0 and 1"), (lambda x: ndimage.median_filter(x, 3),
        "values tell"),
    (lambda x: ndimage.gaussian_filter(x, 1.0, order=1), "`order`"), (lambda x: ndimage.zoom(x, 2), "splines on grids"),
    (lambda x: ndimage.laplace(np.arange(5)) * x[:, 0], "integers"), (lambda x: ndimage.label(x)[0] * x, "labels"),
        (lambda x: ndimage.uniform_filter(x, output=np.float32), "`output`"),
])
def test_what_has_no_rule_is_refused(f: Any, message: str) -> None:
    with pytest.raises((sct.SctError, ValueError), match=message):
        sct.grad(lambda x: np.sum(f(x)))(M)
