"""Distances of ``scipy.spatial`` as plain Python: they are looked into."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg, special

from .checks import NoRuleError


def between(u: Any, v: Any, metric: str, p: Any = 2.0, w: Any = None, V: Any = None, VI: Any = None) -> Any:
    """Distances along the last axis, in the metric that ``scipy.spatial.distance.cdist`` calls so.

    >>> float(between(np.array([0.0, 0.0]), np.array([3.0, 4.0]), "euclidean"))
    5.0
    """
    if metric == "euclidean":
        return np.linalg.norm(u - v if w is None else np.sqrt(w) * (u - v), axis=-1)
    if metric == "sqeuclidean":
        return np.sum((u - v) ** 2 if w is None else w * (u - v) ** 2, axis=-1)
    if metric == "seuclidean":
        return np.linalg.norm((u - v) / np.sqrt(V), axis=-1)
    if metric == "cityblock":
        return np.sum(np.abs(u - v) if w is None else w * np.abs(u - v), axis=-1)
    if metric == "chebyshev":
        return np.max(np.abs(u - v) if w is None else np.where(w > 0.0, np.abs(u - v), 0.0), axis=-1)
    if metric == "minkowski":
        return np.linalg.norm(u - v if w is None else w ** (1.0 / p) * (u - v), p, axis=-1)
    if metric == "mahalanobis":
        return rooted(np.sum(((u - v) @ VI) * (u - v), axis=-1))
    if metric == "cosine":
        return 1.0 - cosine_of_angle(u, v, 1.0 if w is None else w)
    if metric == "correlation":
        if w is None:
            u, v, w = u - np.mean(u, axis=-1, keepdims=True), v - np.mean(v, axis=-1, keepdims=True), 1.0
        else:
            w = w / np.sum(w)
            u, v = u - np.sum(w * u, axis=-1, keepdims=True), v - np.sum(w * v, axis=-1, keepdims=True)
        return 1.0 - cosine_of_angle(u, v, w)
    if metric == "braycurtis":
        w = 1.0 if w is None else w
        return np.sum(w * np.abs(u - v), axis=-1) / np.sum(w * np.abs(u + v), axis=-1)
    if metric == "canberra":
        whole = np.abs(u) + np.abs(v)
        each = np.where(whole == 0.0, 0.0, np.abs(u - v) / np.where(whole == 0.0, 1.0, whole))
        return np.sum(each if w is None else w * each, axis=-1)
    if metric == "jensenshannon":
        u, v = u / np.sum(u, axis=-1, keepdims=True), v / np.sum(v, axis=-1, keepdims=True)
        mean = 0.5 * (u + v)
        return rooted(0.5 * np.sum(special.rel_entr(u, mean) + special.rel_entr(v, mean), axis=-1))
    raise NoRuleError("this `metric` of scipy.spatial.distance has no rule: use 'euclidean', 'sqeuclidean', 'seuclidean', "
                     "'cityblock', 'chebyshev', 'minkowski', 'mahalanobis', 'cosine', 'correlation', 'braycurtis', 'canberra' "
                     "or 'jensenshannon'")


def rooted(square: Any) -> Any:
    """The square root, of which the slope at 0 is taken for 0, as that of a norm.

    >>> rooted(np.array([0.0, 4.0])).tolist()
    [0.0, 2.0]
    """
    return np.where(square == 0.0, 0.0, np.sqrt(np.where(square == 0.0, 1.0, square)))[()]


def doubled(x: Any) -> Any:
    """In double precision, in which SciPy computes.

    >>> doubled(np.ones(1, np.float32)).dtype.name
    'float64'
    """
    return x if x.dtype == np.float64 or x.dtype.kind == "c" else x.astype(np.float64)


def cosine_of_angle(u: Any, v: Any, w: Any) -> Any:
    """That between two vectors, whose elements have weights.

    >>> round(float(cosine_of_angle(np.array([1.0, 0.0]), np.array([3.0, 4.0]), 1.0)), 12)
    0.6
    """
    return np.sum(u * v * w, axis=-1) / np.sqrt(np.sum(u * u * w, axis=-1) * np.sum(v * v * w, axis=-1))


def euclidean(u: Any, v: Any, w: Any = None) -> Any:
    """``scipy.spatial.distance.euclidean``."""
    return float(between(u, v, "euclidean", w=w))


def sqeuclidean(u: Any, v: Any, w: Any = None) -> Any:
    """``scipy.spatial.distance.sqeuclidean``."""
    return between(u, v, "sqeuclidean", w=w)


def cityblock(u: Any, v: Any, w: Any = None) -> Any:
    """``scipy.spatial.distance.cityblock``."""
    return between(u, v, "cityblock", w=w)


def chebyshev(u: Any, v: Any, w: Any = None) -> Any:
    """``scipy.spatial.distance.chebyshev``."""
    return between(u, v, "chebyshev", w=w)


def canberra(u: Any, v: Any, w: Any = None) -> Any:
    """``scipy.spatial.distance.canberra``."""
    return between(u, doubled(v), "canberra", w=w)


def braycurtis(u: Any, v: Any, w: Any = None) -> Any:
    """``scipy.spatial.distance.braycurtis``."""
    return between(u, doubled(v), "braycurtis", w=w)


def cosine(u: Any, v: Any, w: Any = None) -> Any:
    """``scipy.spatial.distance.cosine``."""
    return between(u, v, "cosine", w=w)


def correlation(u: Any, v: Any, w: Any = None, centered: bool = True) -> Any:
    """``scipy.spatial.distance.correlation``."""
    return between(u, v, "correlation" if centered else "cosine", w=w)


def mahalanobis(u: Any, v: Any, VI: Any) -> Any:
    """``scipy.spatial.distance.mahalanobis``."""
    return between(u, v, "mahalanobis", VI=VI)


def seuclidean(u: Any, v: Any, V: Any) -> Any:
    """``scipy.spatial.distance.seuclidean``."""
    return float(between(u, v, "seuclidean", V=V))


def minkowski(u: Any, v: Any, p: Any = 2, w: Any = None) -> Any:
    """``scipy.spatial.distance.minkowski``."""
    return float(between(u, v, "minkowski", p, w))


def jensenshannon(p: Any, q: Any, base: Any = None, axis: int = 0) -> Any:
    """``scipy.spatial.distance.jensenshannon``."""
    found = between(np.moveaxis(p, axis, -1), np.moveaxis(q, axis, -1), "jensenshannon")
    return found if base is None else found / np.sqrt(np.log(base))


def cdist(XA: Any, XB: Any, metric: Any = "euclidean", p: Any = 2.0, w: Any = None, V: Any = None, VI: Any = None) -> Any:
    """``scipy.spatial.distance.cdist``.

    >>> cdist(np.array([[0.0], [1.0]]), np.array([[3.0]])).tolist()
    [[3.0], [2.0]]
    """
    XA, XB = doubled(XA), doubled(XB)
    if callable(metric):
        found = np.empty((XA.shape[0], XB.shape[0]))
        for i in range(XA.shape[0]):
            for j in range(XB.shape[0]):
                found[i, j] = metric(XA[i], XB[j])
        return found
    if metric == "seuclidean" and V is None:
        V = np.var(np.concatenate([XA, XB]), axis=0, ddof=1)
    if metric == "mahalanobis" and VI is None:
        VI = np.linalg.inv(np.cov(np.concatenate([XA, XB]).T))
    return between(XA[:, None, :], XB, metric, p, w, V, VI)


def pdist(X: Any, metric: Any = "euclidean", p: Any = 2.0, w: Any = None, V: Any = None, VI: Any = None) -> Any:
    """``scipy.spatial.distance.pdist``.

    >>> pdist(np.array([[0.0], [1.0], [3.0]])).tolist()
    [1.0, 3.0, 2.0]
    """
    X = doubled(X)
    i, j = np.triu_indices(X.shape[0], 1)
    if callable(metric):
        found = np.empty(i.shape[0])
        for k in range(i.shape[0]):
            found[k] = metric(X[i[k]], X[j[k]])
        return found
    if metric == "seuclidean" and V is None:
        V = np.var(X, axis=0, ddof=1)
    if metric == "mahalanobis" and VI is None:
        VI = np.linalg.inv(np.cov(X.T))
    return between(X[i], X[j], metric, p, w, V, VI)


def squareform(X: Any) -> Any:
    """``scipy.spatial.distance.squareform``.

    >>> squareform(np.array([1.0, 3.0, 2.0])).tolist()
    [[0.0, 1.0, 3.0], [1.0, 0.0, 2.0], [3.0, 2.0, 0.0]]
    """
    if X.ndim == 2:
        return X[np.triu_indices(X.shape[0], 1)]
    count = int(np.ceil(np.sqrt(2 * X.shape[0])))
    above = np.zeros((count, count), X.dtype)
    above[np.triu_indices(count, 1)] = X
    return above + above.T


def distance_matrix(x: Any, y: Any, p: Any = 2) -> Any:
    """``scipy.spatial.distance_matrix``."""
    return minkowski_distance(x[:, None, :], y, p)


def minkowski_distance(x: Any, y: Any, p: Any = 2) -> Any:
    """``scipy.spatial.minkowski_distance``."""
    return between(doubled(x), doubled(y), "minkowski", p)


def minkowski_distance_p(x: Any, y: Any, p: Any = 2.0) -> Any:
    """``scipy.spatial.minkowski_distance_p``, the sum of powers of a finite exponent."""
    return np.sum(np.abs(doubled(y) - doubled(x)) ** p, axis=-1)


def procrustes(data1: Any, data2: Any) -> Any:
    """``scipy.spatial.procrustes``.

    >>> found = procrustes(np.array([[0.0, 0.0], [1.0, 0.0], [0.0, 2.0]]), np.array([[1.0, 1.0], [1.0, 2.0], [-1.0, 1.0]]))
    >>> round(float(found[2]), 12)
    0.0
    """
    data1, data2 = doubled(data1), doubled(data2)
    first, second = data1 - np.mean(data1, axis=0), data2 - np.mean(data2, axis=0)
    first, second = first / np.linalg.norm(first), second / np.linalg.norm(second)
    turn, scale = linalg.orthogonal_procrustes(first, second)
    second = scale * second @ turn.T
    return first, second, np.sum((first - second) ** 2)
