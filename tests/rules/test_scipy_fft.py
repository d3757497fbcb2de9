"""``scipy.fft``: Fourier transforms as NumPy's, cosine and sine transforms by rules of their own."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

fft = pytest.importorskip("scipy.fft")

import sct  # noqa: E402

from .arrays import Normal  # noqa: E402
from .calls import Call, check_rule  # noqa: E402
from .whole import check_whole  # noqa: E402

real = Normal(8).real
X, M = real(5), real(3, 4)
CALLS = [Call(fn, x, kind, **how) for fn in (fft.dct, fft.idct, fft.dst, fft.idst) for kind in (1, 2, 3, 4)
         for x, how in ((X, {}), (M, {"axis": 0}), (M, {"norm": "ortho"}), (X, {"norm": "forward"}))]
CALLS += [Call(fn, np.abs(X), 1, *rest) for fn in (fft.fht, fft.ifht) for rest in ((0,), (1, 0, 1))]


@pytest.mark.parametrize("call", CALLS, ids=repr)
def test_rule_agrees_with_finite_differences(call: Call) -> None:
    check_rule(call)


COMPILED = [
    lambda x: fft.dct(x) * fft.idct(x, norm="ortho") + fft.dst(x, 3) * fft.idst(x, type=3), lambda x: fft.fft(x, 7),
    lambda x: fft.dct([x[0], x[1] * x[2], 1.0]) + fft.fft([x[3], 2.0, x[4]]).real,
    lambda x: fft.irfft(fft.rfft(x) * fft.rfftfreq(5)), lambda x: np.abs(fft.fftshift(fft.ifft(x, norm="ortho", workers=1))),
    lambda x: fft.fft2(np.outer(x, x)) + fft.ifftn(np.outer(x, x * x), axes=(0, 1)), lambda x: fft.hfft(fft.ihfft(x)),
]


@pytest.mark.parametrize("f", COMPILED, ids=["cosines", "cropped", "lists", "real", "shifted", "axes", "hermitian"])
def test_compiled(f: Any) -> None:
    check_whole(f, [X], rtol=1e-5)
    np.testing.assert_allclose(sct.vjp(f, X)[0], f(X), rtol=1e-10, atol=1e-12)


SEVERAL_AXES = [
    lambda x: fft.dctn(x) + fft.idctn(x, 3, axes=(0,)), lambda x: fft.dstn(x, norm="ortho") * fft.idstn(x, type=1),
    lambda x: fft.hfftn(x * (1 + 2j)) + fft.hfft2(x) ** 2,
    lambda x: np.abs(fft.ihfftn(x, axes=(1, 0))), lambda x: fft.ihfft2(x).imag,
    lambda x: fft.fht(x, 0.3, 0.5) + fft.ifht(x * x, 0.2, 0.5, bias=0.3),
]


@pytest.mark.parametrize("f", SEVERAL_AXES, ids=["cosines", "sines", "hermitian", "inverse", "plane", "Hankel"])
def test_along_several_axes(f: Any) -> None:
    check_whole(f, [M], rtol=1e-5)
    np.testing.assert_allclose(sct.vjp(f, M)[0], f(M), rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("f", [lambda x: fft.dct(x, 5), lambda x: fft.dct(x, n=3), lambda x: fft.dctn(x, s=(3,)),
                               lambda x: fft.dct(x, 2, 3), lambda x: fft.fht(x, x[0] + 2.0, 0.5),
                                   lambda x: fft.fhtoffset(x[0], 0.5),
                               lambda x: np.real(fft.fft(x, overwrite_x=True))])
def test_other_transforms_are_refused(f: Any) -> None:
    with pytest.raises(sct.SctError):
        sct.grad(lambda x: np.sum(f(x)))(X)
