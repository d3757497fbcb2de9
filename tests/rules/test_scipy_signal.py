"""``scipy.signal``: convolutions, correlations and linear filters."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

signal = pytest.importorskip("scipy.signal")

import sct  # noqa: E402
from sct.rules import registry  # noqa: E402

from .arrays import Normal  # noqa: E402
from .calls import Call, by_primitive, check_rule, unnoticed  # noqa: E402
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


@pytest.mark.parametrize("call", CALLS, ids=repr)
def test_rule_agrees_with_finite_differences(call: Call) -> None:
    check_rule(call, rtol=1e-6)


@pytest.mark.parametrize("name", by_primitive(CALLS))
def test_mistake_is_noticed(name: str) -> None:
    assert not list(unnoticed(by_primitive(CALLS)[name]))


@pytest.mark.parametrize("k", range(0, len(CALLS), 2), ids=lambda k: repr(CALLS[k]))
def test_derivatives_of_call(k: int, functions: Any) -> None:
    check_whole(*functions[k], rtol=1e-5)


@pytest.mark.parametrize("k", [0, len(CALLS) - 4], ids=lambda k: repr(CALLS[k]))
def test_single_precision(k: int, functions: Any) -> None:
    check_single(*functions[k])


@pytest.mark.parametrize("f", [
    lambda a: signal.convolve(np.stack([a, a]), np.ones((2, 2))), lambda a: signal.fftconvolve(a, a, axes=0),
    lambda a: signal.lfilter(np.ones(2), np.ones(1), a, zi=np.zeros(1))[0], lambda a: signal.hilbert(a),
])
def test_what_has_no_rule_is_refused(f: Any) -> None:
    with pytest.raises(sct.SctError):
        sct.grad(lambda a: np.sum(f(a)))(PAIRS[0][0])
