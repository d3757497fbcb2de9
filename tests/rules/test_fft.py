"""All of ``np.fft`` at odd and even lengths, cropped and padded, along any axes, in every normalisation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sct
from sct.runtime.arrays import fitted
from tests.sampling import a_part

from .arrays import Normal
from .calls import Call, check_rule
from .whole import check_single, check_whole

NORMAL = Normal(0)
real, cplx = NORMAL.real, NORMAL.cplx
F = np.fft


NORMS: list[dict[str, Any]] = [{}, {"norm": "ortho"}, {"norm": "forward"}, {"norm": "backward"}]
SIZED = [((), norm) for norm in NORMS] + [((3,), NORMS[1]), ((6,), NORMS[2]), ((9,), NORMS[0])]
"""The length and the normalisation, by position and by keyword."""
CALLS = [Call(fn, x, *n, **norm) for fn in (F.fft, F.ifft) for x in (real(5), cplx(4)) for n, norm in SIZED]
CALLS += [Call(fn, real(m), *n, **norm) for fn in (F.rfft, F.ihfft) for m in (5, 6) for n, norm in SIZED]
CALLS += [Call(fn, x, *n, **norm) for fn in (F.irfft, F.hfft) for x in (real(4), cplx(4)) for n, norm in SIZED]
CALLS += [Call(fn, x, axis=axis) for fn in (F.fft, F.ifft, F.irfft, F.hfft) for x in (real(3, 4), cplx(3, 4))
          for axis in (0, 1)]
CALLS += [Call(fn, real(3, 4, 2), axis=axis) for fn in (F.rfft, F.ihfft) for axis in (0, -2)]
CALLS += [Call(fn, cplx(3, 4), 5, 0) for fn in (F.fft, F.ifft, F.irfft, F.hfft)]
MANY: list[dict[str, Any]] = [{}, {"axes": (0, 1)}, {"s": (2, 5), "axes": (0, 1)}, {"axes": (1, 0), "norm": "ortho"},
                              {"s": (4, 4), "axes": (-2, -1), "norm": "forward"}, {"s": (3, 3), "axes": (1, 2)}]
CALLS += [Call(fn, cplx(3, 4, 3), **how) for fn in (F.fftn, F.ifftn, F.fft2, F.ifft2, F.irfftn, F.irfft2) for how in MANY]
CALLS += [Call(fn, real(3, 4), **how) for fn in (F.fftn, F.ifft2, F.irfftn) for how in MANY[:3]]
CALLS += [Call(fn, real(3, 4, 5), **how) for fn in (F.rfftn, F.rfft2) for how in MANY]
CALLS += [Call(fn, x, axes=(1,)) for fn in (F.fftn, F.ifftn, F.rfftn, F.irfftn) for x in (real(3, 4),)]
CALLS += [Call(fn, x, *axes) for fn in (F.fftshift, F.ifftshift) for x in (real(5), cplx(3, 4)) for axes in ((), (0,), ((0,),))]
CALLS += [Call(fn, n, 0.3) for fn in (F.fftfreq, F.rfftfreq) for n in (4, 5)] + [Call(F.fftfreq, 4, d=0.3)]
CALLS += [Call(fitted, real(2, 3), (3, 2))]
CALLS += [Call(F.rfft, real(1)), Call(F.fft, real(1)), Call(F.irfft, cplx(2)), Call(F.irfft, cplx(3), 1)]


@pytest.mark.parametrize("call", CALLS, ids=repr)
def test_rule_agrees_with_finite_differences(call: Call) -> None:
    check_rule(call)


@pytest.mark.parametrize("k", a_part(2, range(len(CALLS))), ids=lambda k: repr(CALLS[k]))
def test_derivatives_of_call(k: int, functions: Any) -> None:
    check_whole(*functions[k], order=1)


@pytest.mark.parametrize("fn", [F.fft, F.ifft, F.rfft, F.irfft, F.hfft, F.ihfft, F.fft2, F.rfft2, F.irfftn])
@pytest.mark.parametrize("n", [3, 4])
def test_single_precision_and_curvature(fn: Any, n: int) -> None:
    def power(x):
        return np.abs(fn(x)) ** 3

    check_whole(power, [real(n, n)], rtol=1e-5)
    check_single(power, [real(n, n)])


def test_energy_of_a_signal_and_of_its_spectrum() -> None:
    x = real(7)
    np.testing.assert_allclose(sct.grad(lambda x: np.sum(np.abs(np.fft.fft(x, norm="ortho")) ** 2))(x), 2 * x)


def test_length_that_only_run_time_knows() -> None:
    def f(x, n):
        return np.sum(np.abs(np.fft.rfft(x, n)) ** 2)

    x = real(5)
    np.testing.assert_allclose(sct.grad(f)(x, 3), 2 * np.r_[3 * x[:3] / 2 + np.sum(x[:3]) / 2, 0, 0], rtol=1e-12)
    assert sct.grad(f)(x, 1)[0] == pytest.approx(2 * x[0])


def test_the_same_axis_twice_is_refused() -> None:
    with pytest.raises(sct.SctError, match="along one axis twice"):
        sct.grad(lambda x: np.sum(np.real(np.fft.fftn(x, axes=(0, 0)))))(real(3))


def test_cropped_and_padded() -> None:
    assert fitted(np.arange(6.0).reshape(2, 3), (3, 2)).tolist() == [[0, 1], [3, 4], [0, 0]]
