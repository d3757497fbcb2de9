"""``scipy.ndimage``: linear filters, and values between elements: values, both modes, second order."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

ndimage = pytest.importorskip("scipy.ndimage")
signal = pytest.importorskip("scipy.signal")

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
    "by splines": (lambda x, c: ndimage.map_coordinates(x, c) * ndimage.map_coordinates(x, c + 0.7, mode="mirror"),
                   [M, np.array([[0.4, 1.2, 1.9], [2.3, 0.3, 2.2]])]),
    "by splines on a line": (lambda x, c: ndimage.map_coordinates(x, c, cval=2.0),
                             [X, np.array([[0.4, 3.2, 7.9, -0.3]])]),
    "by splines in space": (lambda x, c: ndimage.map_coordinates(x, c),
                            [SPACE, np.array([[0.4, 1.2], [0.3, 0.9], [0.2, 0.9]])]),
    "shift": (lambda x, d: ndimage.shift(x, [d, -0.3]) * ndimage.shift(x, d, order=1, mode="nearest"), [M, 0.4]),
    "zoom": (lambda x: ndimage.zoom(x, 1.7)[:3, :4] * ndimage.zoom(x, (2, 1.2), order=1)[:3, :4], [M]),
    "affine_transform": (lambda x, m, o: ndimage.affine_transform(x, m, o), [M, np.array([[0.9, 0.2], [-0.1, 1.1]]),
                                                                              np.array([0.23, 0.31])]),
    "affine_transform by a diagonal": (lambda x, d: ndimage.affine_transform(x, d, 0.3, output_shape=(3, 2), order=1),
                                       [M, np.array([0.71, 1.23])]),
    "rotate": (lambda x, angle: ndimage.rotate(x, angle), [M, 17.0]),
    "rotate in its frame": (lambda x, angle: ndimage.rotate(x, angle, (0, 1), False, mode="mirror"), [M, -33.0]),
    "derivatives of a Gaussian": (lambda x, s: ndimage.gaussian_filter(x, s, order=(1, 0))
                                  * ndimage.gaussian_filter1d(x, s, order=2) + ndimage.gaussian_filter1d(x, s, 0, 3), [M, 1.1]),
    "gaussian_laplace": (lambda x, s: ndimage.gaussian_laplace(x, s) * ndimage.gaussian_gradient_magnitude(x, s), [M, 1.1]),
    "extremes": (lambda x: ndimage.maximum_filter(x, 3, origin=1) * ndimage.minimum_filter(x, (2, 3), mode="constant"), [M]),
    "extremes in space": (lambda x: ndimage.maximum_filter(x, 2), [SPACE]),
    "ranks": (lambda x: ndimage.median_filter(x, 3) * ndimage.percentile_filter(x, 30, 3)
              * ndimage.rank_filter(x, -2, (3, 2), mode="nearest"), [M]),
    "medians": (lambda x: ndimage.median_filter(x, 4) * signal.medfilt(x), [X]),
    "medians of a plane": (lambda x: signal.medfilt(x, (3, 1)) * signal.medfilt2d(x, 3), [M]),
    "openings": (lambda x: ndimage.grey_opening(x, (3, 3)) * ndimage.grey_closing(x, 3)
                 + ndimage.grey_dilation(x, 3) * ndimage.grey_erosion(x, (1, 3)), [M]),
    "nearest element": (lambda x: ndimage.map_coordinates(x, [[0.4, 1.2, 3.9], [0.3, 2.3, 2.2]], order=0), [M]),
}


@pytest.mark.parametrize("name", [pytest.param(name, marks=[] if k % 4 == 0 else [pytest.mark.long])
                                  for k, name in enumerate(CASES)])
def test_derivatives_and_values(name: str) -> None:
    f, values = CASES[name]
    np.testing.assert_allclose(sct.vjp(f, *values)[0], f(*values), rtol=1e-9, atol=1e-11)
    check_whole(f, values, rtol=1e-5)


@pytest.mark.parametrize(("f", "message"), [
    (lambda x: ndimage.map_coordinates(x, [[0.5], [1.5]], order=2), "order=0, 1 and 3"),
    (lambda x: ndimage.shift(x, 0.5, mode="nearest"), "mode='constant' and mode='mirror'"),
    (lambda x: ndimage.shift(x, 0.5, mode="wrap"), "'mirror' or 'nearest'"),
    (lambda x: ndimage.median_filter(x, footprint=np.ones((3, 3))), "footprint"),
    (lambda x: ndimage.maximum_filter1d(x, 3), "those of boxes have a rule"),
    (lambda x: ndimage.grey_dilation(x, 2), "odd sides"), (lambda x: ndimage.gaussian_filter(x, 1.0, order=4), "order=3"),
    (lambda x: ndimage.rotate(SPACE * x[0, 0], 10.0), "one plane after the other"),
    (lambda x: ndimage.affine_transform(x, np.eye(3)), "homogeneous"),
    (lambda x: ndimage.geometric_transform(x, lambda i: i), "splines on grids"),
    (lambda x: ndimage.laplace(np.arange(5)) * x[:, 0], "integers"), (lambda x: ndimage.label(x)[0] * x, "labels"),
        (lambda x: ndimage.uniform_filter(x, output=np.float32), "`output`"),
])
def test_what_has_no_rule_is_refused(f: Any, message: str) -> None:
    with pytest.raises((sct.SctError, ValueError), match=message):
        sct.grad(lambda x: np.sum(f(x)))(M)
