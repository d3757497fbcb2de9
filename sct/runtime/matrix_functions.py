"""Functions of matrices and matrices of a special form of ``scipy.linalg``, as plain Python: they are looked into."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import linalg


def cosm(A: Any) -> Any:
    """``scipy.linalg.cosm``.

    >>> cosm(np.zeros((2, 2))).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    if np.iscomplexobj(A):
        return 0.5 * (linalg.expm(1j * A) + linalg.expm(-1j * A))
    return np.real(linalg.expm(1j * A))


def sinm(A: Any) -> Any:
    """``scipy.linalg.sinm``.

    >>> sinm(np.zeros((1, 1))).tolist()
    [[0.0]]
    """
    if np.iscomplexobj(A):
        return -0.5j * (linalg.expm(1j * A) - linalg.expm(-1j * A))
    return np.imag(linalg.expm(1j * A))


def tanm(A: Any) -> Any:
    """``scipy.linalg.tanm``.

    >>> tanm(np.zeros((1, 1))).tolist()
    [[0.0]]
    """
    return linalg.solve(cosm(A), sinm(A))


def coshm(A: Any) -> Any:
    """``scipy.linalg.coshm``.

    >>> coshm(np.zeros((1, 1))).tolist()
    [[1.0]]
    """
    return 0.5 * (linalg.expm(A) + linalg.expm(-A))


def sinhm(A: Any) -> Any:
    """``scipy.linalg.sinhm``.

    >>> sinhm(np.zeros((1, 1))).tolist()
    [[0.0]]
    """
    return 0.5 * (linalg.expm(A) - linalg.expm(-A))


def tanhm(A: Any) -> Any:
    """``scipy.linalg.tanhm``.

    >>> tanhm(np.zeros((1, 1))).tolist()
    [[0.0]]
    """
    return linalg.solve(coshm(A), sinhm(A))


def expm_frechet(A: Any, E: Any, compute_expm: bool = True) -> Any:
    """``scipy.linalg.expm_frechet``: a corner of the exponential of a block triangle (Higham 2008, theorem 3.6), in double
    precision as SciPy's.

    >>> expm_frechet(np.zeros((1, 1)), np.ones((1, 1)), False).tolist()
    [[1.0]]
    """
    size = A.shape[0]
    top = np.concatenate([A, E], axis=1)
    whole = linalg.expm(np.concatenate([top, np.concatenate([np.zeros(E.shape), A], axis=1)], axis=0))
    if compute_expm:
        return whole[:size, :size], whole[:size, size:]
    return whole[:size, size:]


def circulant(c: Any) -> Any:
    """``scipy.linalg.circulant`` of a vector.

    >>> circulant(np.array([1.0, 2.0, 3.0])).tolist()
    [[1.0, 3.0, 2.0], [2.0, 1.0, 3.0], [3.0, 2.0, 1.0]]
    """
    places = np.arange(len(c))
    return c[(np.expand_dims(places, 1) - places) % len(c)]


def hankel(c: Any, r: Any = None) -> Any:
    """``scipy.linalg.hankel`` of vectors.

    >>> hankel(np.array([1.0, 2.0])).tolist()
    [[1.0, 2.0], [2.0, 0.0]]
    """
    if r is None:
        along = np.concatenate([c, np.zeros_like(c)])
        return along[np.expand_dims(np.arange(len(c)), 1) + np.arange(len(c))]
    along = np.concatenate([c, r[1:]])
    return along[np.expand_dims(np.arange(len(c)), 1) + np.arange(len(r))]


def companion(a: Any) -> Any:
    """``scipy.linalg.companion`` of one polynomial.

    >>> companion(np.array([2.0, 4.0, 6.0])).tolist()
    [[-2.0, -3.0], [1.0, 0.0]]
    """
    first = np.expand_dims(-a[1:] / (1.0 * a[0]), 0)
    return np.concatenate([first, np.eye(len(a) - 2, len(a) - 1, dtype=first.dtype)], axis=0)


def leslie(f: Any, s: Any) -> Any:
    """``scipy.linalg.leslie``.

    >>> leslie(np.array([0.1, 2.0]), np.array([0.2])).tolist()
    [[0.1, 2.0], [0.2, 0.0]]
    """
    below = np.concatenate([np.diag(s), np.zeros((len(s), 1), s.dtype)], axis=1)
    return np.concatenate([np.expand_dims(f, 0), below], axis=0)


def fiedler(a: Any) -> Any:
    """``scipy.linalg.fiedler`` of a vector.

    >>> fiedler(np.array([1.0, 4.0])).tolist()
    [[0.0, 3.0], [3.0, 0.0]]
    """
    return np.abs(np.expand_dims(a, 1) - a)


def convolution_matrix(a: Any, n: int, mode: str = "full") -> Any:
    """``scipy.linalg.convolution_matrix`` of a vector.

    >>> convolution_matrix(np.array([1.0, 2.0]), 2).tolist()
    [[1.0, 0.0], [2.0, 1.0], [0.0, 2.0]]
    """
    count = len(a)
    padded = np.concatenate([np.zeros(n - 1, a.dtype), a, np.zeros(n - 1, a.dtype)])
    rows = np.arange(count + n - 1)
    least = min(n, count) - 1
    if mode == "same":
        rows = rows[least // 2 : count + n - 1 - (least - least // 2)]
    if mode == "valid":
        rows = rows[least : count + n - 1 - least]
    return padded[np.expand_dims(rows, 1) - np.arange(n) + (n - 1)]


def khatri_rao(a: Any, b: Any) -> Any:
    """``scipy.linalg.khatri_rao``.

    >>> khatri_rao(np.eye(2), np.ones((1, 2))).tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """
    products = np.expand_dims(a, 1) * np.expand_dims(b, 0)
    return np.reshape(products, (-1, b.shape[1]))


def orthogonal_procrustes(A: Any, B: Any) -> Any:
    """``scipy.linalg.orthogonal_procrustes``: the orthogonal factor of ``A.T @ B``, and its nuclear norm (Schönemann 1966).

    >>> r, scale = orthogonal_procrustes(np.eye(2), 2.0 * np.eye(2))
    >>> r.round(12).tolist(), round(float(scale), 12)
    ([[1.0, 0.0], [0.0, 1.0]], 4.0)
    """
    turn, stretch = linalg.polar(A.T @ B)
    return turn, np.trace(stretch)


def solve_circulant(c: Any, b: Any) -> Any:
    """``scipy.linalg.solve_circulant`` of vectors, by Fourier transforms (Golub and Van Loan 2013, section 4.8.2).

    >>> solve_circulant(np.array([2.0, 0.0]), np.array([1.0, 3.0])).round(12).tolist()
    [0.5, 1.5]
    """
    found = np.fft.ifft(np.fft.fft(b) / np.fft.fft(c))
    return found if np.iscomplexobj(b) or np.iscomplexobj(c) else np.real(found)
