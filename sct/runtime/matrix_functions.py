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
    return c[np.expand_dims(places, 1) - places]  # before the first element comes the last


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
    first = np.expand_dims(-a[1:] / a[0], 0)
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


def matmul_toeplitz(c_or_cr: Any, x: Any) -> Any:
    """``scipy.linalg.matmul_toeplitz``: a part of the product with a circulant matrix (Golub and Van Loan 2013, section 4.8.2).

    >>> matmul_toeplitz((np.array([1.0, 2.0]), np.array([1.0, 3.0])), np.array([1.0, 1.0])).round(12).tolist()
    [4.0, 3.0]
    """
    c, r = c_or_cr if isinstance(c_or_cr, tuple) else (c_or_cr, np.conj(c_or_cr))
    first, row = np.asarray(c), np.asarray(r)
    column = np.concatenate([first, row[:0:-1], np.zeros(0)])  # of double precision, as SciPy has it
    size = column.shape[0]
    columns = np.expand_dims(x, 1) if x.ndim == 1 else x
    product = np.expand_dims(np.fft.fft(column), 1) * np.fft.fft(columns, size, axis=0)
    found = np.fft.ifft(product, axis=0)[: first.shape[0]]
    whole = found if np.iscomplexobj(column) or np.iscomplexobj(x) else np.real(found)
    return whole[:, 0] if x.ndim == 1 else whole


def diagsvd(s: Any, M: int, N: int) -> Any:
    """``scipy.linalg.diagsvd``.

    >>> diagsvd(np.array([1.0, 2.0]), 2, 3).tolist()
    [[1.0, 0.0, 0.0], [0.0, 2.0, 0.0]]
    """
    if s.shape[0] == M:
        return np.where(np.eye(M, N) > 0.0, np.expand_dims(s, 1), 0.0)
    return np.where(np.eye(M, N) > 0.0, s, 0.0)


def subspace_angles(A: Any, B: Any) -> Any:
    """``scipy.linalg.subspace_angles`` of matrices with independent columns: small angles by their sines, large ones by
    their cosines (Knyazev and Argentati 2002, algorithm 3.1).

    >>> subspace_angles(np.eye(3, 1), np.ones((3, 1))).round(6).tolist()
    [0.955317]
    """
    first, second = np.linalg.qr(A)[0], np.linalg.qr(B)[0]
    inner = transposed(first) @ second
    cosines = np.clip(np.linalg.svd(inner, compute_uv=False)[::-1], -1.0, 1.0)
    left = second - first @ inner if first.shape[1] >= second.shape[1] else first - second @ transposed(inner)
    sines = np.clip(np.linalg.svd(left, compute_uv=False), -1.0, 1.0)
    small = cosines * cosines >= 0.5
    return np.where(small, np.arcsin(np.where(small, sines, 0.5)), np.arccos(np.where(small, 0.5, cosines)))


def transposed(a: Any) -> Any:
    """The transpose, conjugated.

    >>> transposed(np.array([[1.0, 2.0j]])).tolist()
    [[(1-0j)], [-2j]]
    """
    return np.conj(a.T) if np.iscomplexobj(a) else a.T
