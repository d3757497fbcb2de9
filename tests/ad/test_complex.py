"""Complex numbers in both modes and at second order, against differences along complex directions."""

from __future__ import annotations

import numpy as np
import pytest

import sct

RNG = np.random.default_rng(0)


def some(*shape):
    return RNG.normal(size=shape) + 1j * RNG.normal(size=shape)


def stores(x):
    y = np.zeros(4, complex)
    for i in range(4):
        y[i] = x[i] * x[i]
        y[i] *= x[0].real
    y[1:] += x[:-1]
    return np.sum(np.abs(y) ** 3)


def matrix(x):
    return np.outer(x, x) + 2 * np.eye(4)


FUNCTIONS = [
    stores,
    lambda x: np.sum(np.abs(x) ** 2 * np.angle(x)),
    lambda x: np.sum(np.real(np.exp(x) * np.conj(x))),
    lambda x: np.sum(np.imag(np.sin(x) / x[::-1])),
    lambda x: np.linalg.norm(x * x),
    lambda x: np.linalg.norm(x * x, 3) + np.linalg.norm(x, 1),
    lambda x: np.sum(np.abs(np.fft.fft(x, 7) * np.arange(7.0)) ** 3),
    lambda x: np.real(np.vdot(x, x * x)) + np.real(x @ np.conj(x * 2)),
    lambda x: np.sum(np.abs(np.outer(x, x) @ x)),
    lambda x: np.real(np.prod(x)) + np.sum(np.abs(np.cumsum(x) ** 3)),
    lambda x: np.real(np.linalg.det(matrix(x))) + np.linalg.slogdet(matrix(x))[1],
    lambda x: np.sum(np.abs(np.linalg.inv(matrix(x)))) + np.sum(np.abs(np.linalg.solve(matrix(x), x))),
    lambda x: np.sum(np.abs(np.where(np.real(x) > 0, x * x, x))),
    lambda x: np.sum(np.sqrt(x).real ** 3) + np.sum((x.imag * x.real) ** 2),
    lambda x: abs(x[0] * x[1]) ** 2 + np.sum(np.abs(np.concatenate([x, x * x]) ** 2)),
]


@pytest.mark.parametrize("f", FUNCTIONS)
def test_derivatives_of_complex_numbers(f):
    x, v, h = some(4), some(4), 1e-5
    gradient = sct.grad(f)
    slope = (f(x + h * v) - f(x - h * v)) / (2 * h)
    np.testing.assert_allclose(np.real(np.sum(gradient(x) * v)), slope, rtol=1e-6)
    np.testing.assert_allclose(sct.jvp(f, (x,), (v,))[1], slope, rtol=1e-6)
    change = (gradient(x + h * v) - gradient(x - h * v)) / (2 * h)
    np.testing.assert_allclose(sct.hvp(f, (x,), (v,)), change, rtol=1e-5, atol=1e-5)


def test_the_sign_of_a_complex_number_varies():
    assert sct.grad(lambda x: np.sign(x) * x)(3.0) == 1.0
    with pytest.raises(sct.SctError, match="np.sign of complex numbers"):
        sct.grad(lambda z: np.real(np.sign(z)))(1 + 2j)
