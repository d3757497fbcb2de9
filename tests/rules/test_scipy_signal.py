"""``scipy.signal``: convolutions, correlations and linear filters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

signal = pytest.importorskip("scipy.signal")

import sct  # noqa: E402
from sct.rules import registry  # noqa: E402

from .arrays import Normal  # noqa: E402
from .calls import Call, check_rule  # noqa: E402
from .whole import check_single, check_whole  # noqa: E402

registry.load_families()
real = Normal(6).real


PAIRS = [(real(5), real(3)), (real(3), real(4)), (real(2), real(2))]
CPAIR = (real(4) + 1j * real(4), real(3) + 1j * real(3))
CALLS = [Call(fn, *pair, mode) for fn in (signal.convolve, signal.correlate) for pair in PAIRS
         for mode in ("full", "same", "valid")]
CALLS += [Call(fn, *CPAIR, "same") for fn in (signal.convolve, signal.correlate, signal.fftconvolve)]
CALLS += [Call(fn, *pair, mode=mode) for fn in (signal.fftconvolve, signal.oaconvolve)
          for pair, mode in zip(PAIRS, ("full", "same", "valid"))]
CALLS += [Call(signal.convolve, *PAIRS[0], "full", "direct"), Call(signal.correlate, *PAIRS[1], "full", "fft")]
CALLS += [Call(signal.lfilter, real(3), np.array([1.3, 0.4]), real(6)), Call(signal.lfilter, real(2), np.array([0.7]), real(4)),
          Call(signal.lfilter, real(2), np.array([1.2, 0.4, -0.2]), real(5, 2), 0),
          Call(signal.lfilter, real(3), np.array([1.0, 0.3]), real(2))]
FROM_STATE = [(real(3), np.array([1.2, 0.4]), real(5), -1, real(2)),
              (real(2), np.array([1.3, 0.4, -0.2]), real(4, 2), 0, real(2, 1)),
              (real(3), np.array([0.8]), real(1), -1, real(2)), (real(2), 1.4, real(3), -1, real(1)),
              (0.7, np.array([1.3, 0.4]), real(3), -1, real(1))]
CALLS += [call for args in FROM_STATE for call in (Call(signal.lfilter, *args), Call(signal.lfilter, *args).alone(0),
                                                   Call(signal.lfilter, *args).alone(1))]
IMAGE, KERNEL = real(4, 5), real(3, 2)
CALLS += [Call(fn, IMAGE, KERNEL, mode) for fn in (signal.convolve2d, signal.correlate2d) for mode in ("same", "valid", "full")]
CALLS += [Call(signal.fftconvolve, IMAGE, KERNEL, "same"), Call(signal.correlate, IMAGE, KERNEL, "same")]
CALLS += [Call(signal.correlate2d, IMAGE[:2] + 1j * IMAGE[2:], KERNEL[:2] - 1j * KERNEL[1:], "same")]
CALLS += [Call(signal.detrend, IMAGE), Call(signal.detrend, IMAGE, 0, "constant"), Call(signal.detrend, IMAGE, bp=[0, 2])]
CALLS += [Call(signal.savgol_filter, real(8), 5, 2), Call(signal.savgol_filter, real(7), 7, 3, deriv=2, delta=0.5)]
CALLS += [Call(signal.lfilter, real(3), 1.3, real(4)), Call(signal.lfilter, 0.7, np.array([1.3, 0.4]), real(4))]

CALLS += [Call(signal.upfirdn, real(3), real(4), *rest) for rest in ((), (2, 3), (3, 2), (1, 4))]
CALLS += [Call(signal.upfirdn, real(1), real(4), 2, 8), Call(signal.upfirdn, real(3), real(2, 2, 3), 2)]
CALLS += [Call(signal.upfirdn, real(3), IMAGE, 3, 2, 0), Call(signal.upfirdn, real(2) + 1j * real(2), real(4) - 1j * real(4),
    2)]


@pytest.mark.parametrize("call", CALLS, ids=repr)
def test_rule_agrees_with_finite_differences(call: Call) -> None:
    check_rule(call, rtol=1e-6)


@pytest.mark.parametrize("k", range(0, len(CALLS), 2), ids=lambda k: repr(CALLS[k]))
def test_derivatives_of_call(k: int, functions: Any) -> None:
    check_whole(*functions[k], rtol=1e-5)


@pytest.mark.parametrize("k", [0, 24], ids=lambda k: repr(CALLS[k]))
def test_single_precision(k: int, functions: Any) -> None:
    check_single(*functions[k])


@pytest.mark.parametrize("f", [
    lambda a: signal.fftconvolve(a, a, axes=0), lambda a: signal.hilbert(a, 8), lambda a: signal.convolve(a, np.ones((2, 2))),
    lambda a: signal.convolve2d(np.stack([a, a]), np.ones((2, 2)), boundary="wrap"), lambda a: signal.wiener(a),
    lambda a: signal.savgol_filter(a, 3, 1, mode="nearest"), lambda a: signal.filtfilt([0.5, 0.5], [1.0, 0.1], a, padlen=2),
])
def test_what_has_no_rule_is_refused(f: Any) -> None:
    with pytest.raises(sct.SctError):
        sct.grad(lambda a: np.sum(f(a)))(PAIRS[0][0])


@pytest.mark.parametrize("fn", [signal.convolve, signal.correlate, signal.fftconvolve], ids=lambda fn: fn.__name__)
def test_lists_of_numbers(fn: Any) -> None:
    """Constants in a list have no tangent, and the items of a list are no factors of a product."""
    check_whole(lambda a, b: fn([a, b, 1.0], [b, 2.0]), [1.2, 0.4])
    check_whole(lambda a, b: fn(in1=[a, 3, b], in2=[2, 1]), [1.2, 0.4])


def in_blocks(b: Any, x: Any) -> Any:
    """A signal that comes in pieces: each begins with the state that the one before it has left."""
    state, total = np.zeros(2), 0.0
    for k in range(3):
        y, state = signal.lfilter(b, [1.2, -0.4], x[2 * k : 2 * k + 2], zi=state)
        total += np.sum(y**2)
    return total


def test_filtering_in_blocks_is_filtering() -> None:
    b, x = real(3), real(6)
    check_whole(in_blocks, [b, x])
    at_once = sct.grad(lambda b, x: np.sum(signal.lfilter(b, [1.2, -0.4], x) ** 2), (0, 1))(b, x)
    for got, want in zip(sct.grad(in_blocks, (0, 1))(b, x), at_once, strict=True):
        np.testing.assert_allclose(got, want)


def test_coefficients_that_are_numbers() -> None:
    check_whole(lambda b, x: signal.lfilter(b, 1.0, x) + signal.lfilter(b, 2, x), [real(3), real(5)])
    check_whole(lambda x: signal.lfilter([1, 2], [2, 1], x, zi=None), [real(5)])


def test_no_signal() -> None:
    gradient = sct.grad(lambda b, a, x: np.sum(signal.lfilter(b, a, x)), (0, 1, 2))
    found = gradient(np.array([1.0, 2.0]), np.array([1.0, 0.5]), np.zeros(0))
    assert [g.tolist() for g in found] == [[0.0, 0.0], [0.0, 0.0], []]


SIGNAL, B, A = real(20), np.array([0.2, 0.5, 0.2]), np.array([1.1, -0.4, 0.2])
SECTIONS = [(lambda s, x: signal.sosfilt([[1.0, s, 0.3, 1.0, 0.2 * s, 0.1], [s, 1.0, 0.2, 1.0, 0.3, 0.1]], x), [0.7, SIGNAL]),
            (lambda b, a, x: signal.filtfilt(b, a, x), [B, A, SIGNAL]), (lambda b, a: signal.lfilter_zi(b, a), [B, A]),
            (lambda x: np.abs(signal.hilbert(x)), [SIGNAL]), (lambda x: signal.hilbert(x), [SIGNAL[:9].copy()])]


@pytest.mark.parametrize(("f", "values"), SECTIONS, ids=["sosfilt", "filtfilt", "lfilter_zi", "hilbert", "hilbert, odd"])
def test_filters_that_are_looked_into(f: Any, values: list[Any]) -> None:
    check_whole(f, values, rtol=1e-5)
    np.testing.assert_allclose(sct.vjp(f, *values)[0], f(*values), rtol=1e-9, atol=1e-12)


def test_curvature_by_the_step_of_a_smoothing_filter() -> None:
    check_whole(lambda x, delta: signal.savgol_filter(x, 7, 3, deriv=1, delta=delta), [SIGNAL, 0.4], rtol=1e-5)


def test_sections_that_are_not_normalised_are_an_error() -> None:
    sections = np.array([[1.0, 0.5, 0.0, 2.0, 0.1, 0.0]])
    for primal in (lambda x: np.sum(signal.sosfilt(sections, x)), lambda x: np.sum(signal.sosfilt(x[0] * sections, x))):
        with pytest.raises(ValueError, match="should be all ones"):
            sct.grad(primal)(np.ones(4))
