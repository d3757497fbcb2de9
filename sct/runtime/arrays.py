"""Array functions that derivative formulas need and NumPy lacks.

The first two replace a division that fails at zero (``prod(x) / x``, ``det(x) * inv(x).T``); generated code may call them.
"""

from __future__ import annotations

import contextlib
from typing import Any

import numpy as np

__all__ = ["cofactors", "cofactors_along", "fitted", "matching", "mirror_counts", "phase", "product_of_others", "reflected",
           "settled", "well_conditioned"]


class Undetermined(ValueError):
    """Something that a derivative depends on has none at these values; the caller is told at which line of theirs."""


def product_of_others(x: Any, axis: int = -1) -> Any:
    """For each element the product of all other ones along ``axis``: those before it times those behind it.

    >>> product_of_others(np.array([2.0, 0.0, 5.0])).tolist()
    [0.0, 10.0, 0.0]
    """
    v = np.moveaxis(x, axis, -1)
    one = np.ones_like(v[..., :1])
    before = np.cumprod(np.concatenate([one, v[..., :-1]], axis=-1), axis=-1)
    behind = np.cumprod(np.concatenate([one, v[..., :0:-1]], axis=-1), axis=-1)[..., ::-1]
    return np.moveaxis(before * behind, -1, axis)


def cofactors(x: Any, det: Any) -> Any:
    """The gradient of ``det`` of a square matrix (or of each of a stack), whose determinant is at hand.

    For regular matrices it is ``det * inv(x).T``; where one is singular all are found from their singular values.

    >>> cofactors(np.array([[1.0, 2.0], [2.0, 4.0]]), 0.0).round(12).tolist()
    [[4.0, -2.0], [-2.0, 1.0]]
    """
    if np.all(det):
        with contextlib.suppress(np.linalg.LinAlgError):  # what SciPy takes for the determinant is rounded otherwise
            return np.expand_dims(det, (-2, -1)) * np.swapaxes(np.linalg.inv(x), -1, -2)
    u, s, vh = np.linalg.svd(x)
    sign = np.linalg.det(u) * np.linalg.det(vh)
    found = (u * np.expand_dims(product_of_others(s), -2)) @ vh
    return (np.conj(found) if np.iscomplexobj(found) else found) * np.expand_dims(sign, (-2, -1))


def cofactors_along(x: Any, x_dot: Any) -> Any:
    """The derivative of ``cofactors(x)`` along ``x_dot``, of singular matrices, too.

    In the bases of the singular vectors what is left of a diagonal matrix without two rows and columns has the product of all
    other elements for a determinant.

    >>> cofactors_along(np.zeros((2, 2)), np.array([[1.0, 2.0], [3.0, 4.0]])).tolist()
    [[4.0, -3.0], [-2.0, 1.0]]
    """
    u, s, vh = np.linalg.svd(x)
    ut, v = np.swapaxes(u, -1, -2), np.swapaxes(vh, -1, -2)
    sign = np.expand_dims(np.linalg.det(u) * np.linalg.det(vh), (-2, -1))
    turned = np.conj(ut) @ x_dot @ np.conj(v)
    same = np.eye(x.shape[-1], dtype=s.dtype)
    others = (1.0 - same) * product_of_others(np.expand_dims(s, -2) * (1.0 - same) + same)
    within = others @ np.expand_dims(np.sum(same * turned, axis=-1), -1) * same - np.swapaxes(others * turned, -1, -2)
    return sign * np.conj(u @ np.conj(within) @ vh)


def cofactors_turning(g: Any) -> Any:
    """The cotangent of the matrix of ``cofactors_along``, for third derivatives: an error, its factors may have none."""
    raise Undetermined("the third derivative of a determinant has no rule where the matrix is singular, or nearly so")


def well_conditioned(x: Any) -> bool:
    """Whether the square of the inverse of a matrix (of each of a stack) has half of its digits right.

    >>> well_conditioned(np.eye(2)), well_conditioned(np.ones((2, 2))), well_conditioned(np.diag([1.0, 1e-6]))
    (True, False, False)
    """
    try:
        inverse = np.linalg.inv(x)
    except np.linalg.LinAlgError:
        return False
    condition = np.linalg.norm(x, axis=(-2, -1)) * np.linalg.norm(inverse, axis=(-2, -1))
    return bool(np.all(condition < np.finfo(inverse.dtype).eps ** -0.25))


def settled(basis: Any, slope: Any, count: int) -> Any:
    """The cotangent ``slope`` of an orthogonal matrix, carried over to its first ``count`` columns, which the others complete.

    The others stay orthogonal to the first ones.  Nothing says how they turn among themselves: no result may depend on it.

    >>> settled(np.eye(2), np.array([[1.0, 4.0], [2.0, 0.0]]), 1).tolist()
    [[1.0], [-2.0]]
    """
    first, added, added_bar = basis[..., :count], basis[..., count:], slope[..., count:]
    turned = np.swapaxes(added_bar, -1, -2) @ added
    turning = turned - np.conj(np.swapaxes(turned, -1, -2))
    rounding = np.sqrt(np.finfo(slope.dtype).eps)
    if np.any(np.linalg.norm(turning, axis=(-2, -1)) > rounding * np.linalg.norm(added_bar, axis=(-2, -1))):
        raise Undetermined("vectors that complete a basis have no derivative: a change of the matrix may turn them among "
                           "themselves, and the result would change; use full_matrices=False, or for qr mode='economic'")
    return slope[..., :count] - np.conj(added @ (np.swapaxes(added_bar, -1, -2) @ first))


def reflected(basis: Any, count: int) -> bool:
    """Whether the columns behind the first ``count`` are those that reflections leave, as in a factorisation ``qr``.

    Where a column needed no reflection they are other ones.

    >>> reflected(np.linalg.qr(np.ones((3, 1)), mode="complete")[0], 1), reflected(np.eye(3), 1)
    (True, False)
    """
    moved = basis - np.eye(basis.shape[-1], dtype=basis.dtype)
    first = moved[..., :count]
    adjoint = np.conj(np.swapaxes(first, -1, -2))
    try:
        added = first @ np.linalg.solve(adjoint[..., :count], adjoint[..., count:])
    except np.linalg.LinAlgError:
        return False
    return bool(np.allclose(added, moved[..., count:], atol=np.sqrt(np.finfo(basis.dtype).eps)))


def fitted(x: Any, shape: tuple[int, ...]) -> Any:
    """``x`` cropped, or padded with zeros behind, to ``shape``.

    >>> fitted(np.array([1.0, 2.0, 3.0]), (2,)).tolist(), fitted(np.array([1.0]), (2,)).tolist()
    ([1.0, 2.0], [1.0, 0.0])
    """
    z = np.zeros(shape, x.dtype)
    common = tuple(slice(min(m, n)) for m, n in zip(x.shape, shape, strict=True))
    z[common] = x[common]
    return z


def mirror_counts(z: Any, axis: int) -> Any:
    """How often each frequency of a half spectrum counts in the real signal ``z``, in a shape that broadcasts along ``axis``.

    >>> mirror_counts(np.zeros(4), 0).tolist(), mirror_counts(np.zeros(5), 0).tolist()
    ([1.0, 2.0, 1.0], [1.0, 2.0, 2.0])
    """
    n = z.shape[axis]
    counts = np.full(n // 2 + 1, 2.0, z.dtype)
    counts[0] = 1.0
    if n % 2 == 0:
        counts[-1] = 1.0
    return np.reshape(counts, (-1,) + (1,) * (z.ndim - 1 - axis % z.ndim))


def phase(x: Any) -> Any:
    """``x / abs(x)`` of complex numbers, 0 at 0.

    >>> phase(3.0 + 4.0j), phase(np.zeros(1, complex)).tolist()
    ((0.6+0.8j), [0j])
    """
    if isinstance(x, complex) and not isinstance(x, np.generic):
        return x / abs(x) if x else 0j
    return np.sign(x)


def matching(wanted: Any, given: Any) -> Any:
    """Where each of ``wanted`` is in ``given``, the same numbers in another order, with other rounding errors.

    >>> matching(np.array([1.0, 2.0, 1.0]), np.array([2.0, 1.0 + 1e-15, 1.0])).tolist()
    [2, 0, 1]
    """
    distance = np.abs(np.expand_dims(wanted, -1) - np.expand_dims(given, -2))
    order = np.zeros(wanted.shape, int)
    for k in range(wanted.shape[-1]):
        nearest = np.argmin(distance[..., k, :], axis=-1)
        order[..., k] = nearest
        np.put_along_axis(distance, np.expand_dims(nearest, (-2, -1)), np.inf, axis=-1)
    return order
