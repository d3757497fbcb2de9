"""Transforms of ``scipy.fft`` along several axes, as plain Python: they are looked into."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import fft


def dctn(x: Any, type: int = 2, axes: Any = None, norm: Any = None) -> Any:
    """``scipy.fft.dctn``: along one axis after the other.

    >>> dctn(np.ones((1, 1))).tolist()
    [[4.0]]
    """
    for axis in range(x.ndim) if axes is None else axes:
        x = fft.dct(x, type, axis=axis, norm=norm)
    return x


def idctn(x: Any, type: int = 2, axes: Any = None, norm: Any = None) -> Any:
    """``scipy.fft.idctn``.

    >>> idctn(np.full((1, 1), 4.0)).tolist()
    [[1.0]]
    """
    for axis in range(x.ndim) if axes is None else axes:
        x = fft.idct(x, type, axis=axis, norm=norm)
    return x


def dstn(x: Any, type: int = 2, axes: Any = None, norm: Any = None) -> Any:
    """``scipy.fft.dstn``.

    >>> dstn(np.ones((1, 1))).tolist()
    [[4.0]]
    """
    for axis in range(x.ndim) if axes is None else axes:
        x = fft.dst(x, type, axis=axis, norm=norm)
    return x


def idstn(x: Any, type: int = 2, axes: Any = None, norm: Any = None) -> Any:
    """``scipy.fft.idstn``.

    >>> idstn(np.full((1, 1), 4.0)).tolist()
    [[1.0]]
    """
    for axis in range(x.ndim) if axes is None else axes:
        x = fft.idst(x, type, axis=axis, norm=norm)
    return x


SWAPPED: Any = {None: "forward", "backward": "forward", "ortho": "ortho", "forward": "backward"}
"""The scale of a transform, by that of its inverse."""


def hfftn(x: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """``scipy.fft.hfftn``: a spectrum that is real, as an inverse transform to real numbers.

    >>> hfftn(np.array([[1.0, 2.0]])).tolist()
    [[3.0, -1.0]]
    """
    return np.fft.irfftn(np.conj(x), s, axes, SWAPPED[norm])


def ihfftn(x: Any, s: Any = None, axes: Any = None, norm: Any = None) -> Any:
    """``scipy.fft.ihfftn``.

    >>> ihfftn(np.array([[3.0, -1.0]])).real.tolist()
    [[1.0, 2.0]]
    """
    return np.conj(np.fft.rfftn(x, s, axes, SWAPPED[norm]))


def hfft2(x: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    """``scipy.fft.hfft2``.

    >>> hfft2(np.array([[1.0, 2.0]])).tolist()
    [[3.0, -1.0]]
    """
    return hfftn(x, s, axes, norm)


def ihfft2(x: Any, s: Any = None, axes: Any = (-2, -1), norm: Any = None) -> Any:
    """``scipy.fft.ihfft2``.

    >>> ihfft2(np.array([[3.0, -1.0]])).real.tolist()
    [[1.0, 2.0]]
    """
    return ihfftn(x, s, axes, norm)
