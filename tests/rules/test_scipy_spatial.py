"""``scipy.spatial``: distances of vectors, and between all rows of matrices; of a point from itself, too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

spatial = pytest.importorskip("scipy.spatial")

import sct  # noqa: E402
from tests.sampling import a_part  # noqa: E402

from .arrays import Normal  # noqa: E402
from .whole import check_whole  # noqa: E402

distance = spatial.distance
real = Normal(17).real
X, Y, W = real(4, 3), real(5, 3), np.array([0.5, 1.0, 2.0])
U, V, P = X[0].copy(), Y[0].copy(), np.abs(X) + 0.1
METRICS: dict[str, tuple[Any, Any]] = {
    "euclidean": (lambda x, y: distance.cdist(x, y, "euclidean"), lambda x: distance.pdist(x, "euclidean")),
    "sqeuclidean": (lambda x, y: distance.cdist(x, y, "sqeuclidean"), lambda x: distance.pdist(x, "sqeuclidean")),
    "seuclidean": (lambda x, y: distance.cdist(x, y, "seuclidean"), lambda x: distance.pdist(x, "seuclidean")),
    "cityblock": (lambda x, y: distance.cdist(x, y, "cityblock"), lambda x: distance.pdist(x, "cityblock")),
    "chebyshev": (lambda x, y: distance.cdist(x, y, "chebyshev"), lambda x: distance.pdist(x, "chebyshev")),
    "minkowski": (lambda x, y: distance.cdist(x, y, "minkowski"), lambda x: distance.pdist(x, "minkowski")),
    "mahalanobis": (lambda x, y: distance.cdist(x, y, "mahalanobis"), lambda x: distance.pdist(x, "mahalanobis")),
    "cosine": (lambda x, y: distance.cdist(x, y, "cosine"), lambda x: distance.pdist(x, "cosine")),
    "correlation": (lambda x, y: distance.cdist(x, y, "correlation"), lambda x: distance.pdist(x, "correlation")),
    "braycurtis": (lambda x, y: distance.cdist(x, y, "braycurtis"), lambda x: distance.pdist(x, "braycurtis")),
    "canberra": (lambda x, y: distance.cdist(x, y, "canberra"), lambda x: distance.pdist(x, "canberra")),
}


@pytest.mark.parametrize("metric", a_part(3, METRICS))
def test_between_all_rows(metric: str) -> None:
    rows, pairs = METRICS[metric]
    check_whole(rows, [X, Y], rtol=1e-5)
    check_whole(pairs, [Y], rtol=1e-5)
    np.testing.assert_allclose(sct.vjp(rows, X, Y)[0], rows(X, Y), rtol=1e-11)
    np.testing.assert_allclose(sct.vjp(pairs, Y)[0], pairs(Y), rtol=1e-11)


CASES: dict[str, tuple[Any, list[Any]]] = {
    "euclidean": (lambda a, b, w: distance.euclidean(a, b, w) * distance.sqeuclidean(a, b, w=w), [U, V, W]),
    "cityblock": (lambda a, b, w: distance.cityblock(a, b, w) * distance.canberra(a, b, w), [U, V, W]),
    "chebyshev": (lambda a, b: distance.chebyshev(a, b) * distance.chebyshev(a, b, W), [U, V]),
    "braycurtis": (lambda a, b, w: distance.braycurtis(a, b, w) - distance.seuclidean(a, b, w), [U, V, W]),
    "cosine": (lambda a, b, w: distance.cosine(a, b, w) + distance.cosine(a, b), [U, V, W]),
    "correlation": (lambda a, b, w: distance.correlation(a, b, w) + distance.correlation(a, b, centered=False), [U, V, W]),
    "minkowski": (lambda a, b, w: distance.minkowski(a, b, 3, w), [U, V, W]),
    "mahalanobis": (lambda a, b, p: distance.mahalanobis(a, b, p), [U, V, np.linalg.inv(np.cov(Y.T))]),
    "jensenshannon": (lambda a, b: distance.jensenshannon(a, b, 2.0) * distance.jensenshannon(a.T, b.T, axis=1),
                      [P, P[::-1] + 1]),
    "a function": (lambda a, b: distance.cdist(a, b, lambda p, q: np.sum(p * q) ** 2), [X, Y]),
    "a function of pairs": (lambda a: distance.pdist(a, distance.cosine), [X]),
    "with weights": (lambda a, b, w: distance.cdist(a, b, w=w), [X, Y, W]),
    "squareform": (lambda d: distance.squareform(d), [np.abs(U)]),
    "squareform of a matrix": (lambda a: distance.squareform(a + a.T), [X[:3] * (1.0 - np.eye(3))]),
    "distance_matrix": (lambda a, b: spatial.distance_matrix(a, b, 3) * spatial.minkowski_distance(a[:, None], b), [X, Y]),
    "minkowski_distance_p": (lambda a, b: spatial.minkowski_distance_p(a, b[:4], 3), [X, Y]),
    "procrustes": (lambda a, b: spatial.procrustes(a, b)[1] * spatial.procrustes(a, b)[2], [X, Y[:4].copy()]),
}


@pytest.mark.parametrize("name", a_part(3, CASES))
def test_derivatives_and_values(name: str) -> None:
    f, values = CASES[name]
    if name != "squareform of a matrix":  # of which SciPy wants the diagonal to be zero
        check_whole(f, values, rtol=1e-5)
    np.testing.assert_allclose(sct.vjp(f, *values)[0], f(*values), rtol=1e-11)


def test_the_distance_of_a_point_from_itself_has_the_slope_of_a_norm_there() -> None:
    slope = sct.grad(lambda x: np.sum(distance.cdist(x, x)))(Y)
    np.testing.assert_allclose(slope, sct.grad(lambda x: 2.0 * np.sum(distance.pdist(x)))(Y), rtol=1e-10)
    scale = np.linalg.inv(np.cov(Y.T))
    slope = sct.grad(lambda x: np.sum(distance.cdist(x, x, "mahalanobis", VI=scale)))(Y)
    apart = sct.grad(lambda x: 2.0 * np.sum(distance.pdist(x, "mahalanobis", VI=scale)))(Y)
    np.testing.assert_allclose(slope, apart, rtol=1e-10)


@pytest.mark.parametrize(("f", "message"), [
    (lambda x: distance.cdist(x, x, "hamming"), "has no rule: use 'euclidean'"),
    (lambda x: distance.cdist(x, x, out=x), "with `out` has no rule"),
    (lambda x: distance.hamming(x[0], x[1]), "counts elements that are equal"),
    (lambda x: spatial.KDTree(x).query(x)[0], "which points are neighbours"),
])
def test_what_has_no_rule_is_refused(f: Any, message: str) -> None:
    with pytest.raises((sct.SctError, ValueError), match=message):
        sct.grad(lambda x: np.sum(f(x)))(X)
