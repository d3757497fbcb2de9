"""Keywords that carry a derivative or say how NumPy computes: both modes and second order, or refused by name."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import sct

from .arrays import Normal
from .whole import check_whole

NORMAL = Normal(12)
real, cplx = NORMAL.real, NORMAL.cplx
V, M, C, Z = real(3), real(2, 3), real(4), cplx(3, 4)
MASK = np.array([[True, False, True, True], [True, True, False, True], [True, True, True, True]])
BASES = np.abs(real(3)) + 1.0
LOWER = np.tril(real(3, 3)) + 3.0 * np.eye(3)


def sum_by_items(a):
    total = 0.0
    for k in range(a.size):
        total += k * a.item(k) ** 2
    return total


CASES: list[tuple[Any, list[Any]]] = [
    # what is put around an array
    (lambda a, c: np.pad(a, 1, constant_values=c), [M, 0.7]),
    (lambda a, c, d: np.pad(a, (1, 2), constant_values=(c, d)), [M, 0.7, 1.1]),
    (lambda a, c: np.pad(a, (1, 2), constant_values=((c,),)), [M, 0.7]),
    (lambda a, c, d: np.pad(a, (1, 2), constant_values=((c, d),)), [M, 0.7, 1.1]),
    (lambda a, c, d: np.pad(a, ((1, 2), (0, 3)), constant_values=((c, d), (c * d, 0))), [M, 0.7, 1.1]),
    (lambda a, c, d: np.pad(a, ((1, 2), (0, 3)), constant_values=((c,), (d,))), [M, 0.7, 1.1]),
    (lambda a, c, d: np.pad(a, 2, "constant", constant_values=[c, d]), [V, 0.7, 1.1]),
    (lambda a, c: np.pad(a, ((1, 2), (0, 3)), constant_values=c), [M, real(2, 2)]),
    (lambda a, c: np.pad(a, ((1, 2), (0, 3)), constant_values=c), [M, real(2, 1)]),
    (lambda a, c: np.pad(a, 1, constant_values=c), [cplx(3), 0.3 - 0.4j]),
    # ranges
    (lambda a, b, c: np.logspace(a, b, 5, base=c), [0.3, 1.2, 2.3]),
    (lambda a, b, c: np.logspace(a, b, 5, False, c), [V, 1.2, 2.3]),
    (lambda a, b, c: np.logspace(a, b, 4, base=c, axis=1), [V, real(2, 1), BASES]),
    (lambda a, b, c: np.logspace(a, b, 4, base=c, axis=-1), [0.2, 0.7, BASES]),
    (lambda a, b, c: np.logspace(a, b, 4, base=c), [V, 0.7, np.abs(M) + 1.0]),
    (lambda a, c: np.zeros_like(a, shape=(3, 4)) + c, [real(1, 4), C]),
    (lambda a, c: np.zeros_like(a, None, "K", True, (3, 4)) + c, [real(1, 4), C]),
    (lambda a, b: np.linspace(a, b, 5, retstep=True), [0.2, 0.7]),
    (lambda a, b: np.linspace(a, b, 5, retstep=True)[1] ** 2, [0.2, 0.7]),
    (lambda a, b: np.linspace(a, b, 5, False, True, None, 1), [V, 0.7]),
    (lambda a, b: np.linspace(a, b, 5, endpoint=False, retstep=True, axis=-1), [V, real(2, 1)]),
    (lambda a, b: np.geomspace(a, b, 4), [0.2 + 0.3j, 1.7 - 0.2j]),
    # methods that take something else than the functions of their names
    (lambda a, b: np.array([0, 1, 2, 1]).choose(a, b, a * b), [C, real(4)]),
    (lambda a, b: np.array([5, 1, 9, 0]).choose(a, b, mode="clip"), [C, real(4)]),
    (lambda a, c: a.clip(-0.5) * a.clip(max=c) * a.clip(min=-0.3, max=c), [M, 0.7]),
    (lambda a: np.clip(a, None, None) * a.clip(None, None), [M]),
    (lambda a: np.prod(a, axis=0, initial=None) * np.multiply.reduce(a, initial=None), [M]),
    (lambda a: a.astype(np.dtype("f8")) * np.zeros(3, np.dtype(float)), [M]),
    # the first element that a ufunc accumulates is that of the array
    (lambda a: np.floor_divide.accumulate(a, axis=1) * a, [np.abs(M) + 1.0]),
    (lambda a: np.floor_divide.reduce(a[:1]) * a, [M]),
    # one result of several
    (lambda a, w: np.average(a, axis=1, weights=w, returned=True)[1] ** 2, [M, np.abs(V) + 0.5]),
    (lambda a: np.average(a, returned=True)[1] * a, [M]),
    # functions of elements
    (lambda a: np.vectorize(lambda q: q * q if q > 0.0 else 0, otypes=[float], doc="squares")(a), [M]),
    (lambda a: np.vectorize(pyfunc=lambda q: q * q, otypes="D", cache=True)(a), [V]),
    (lambda a: np.fromiter((q * q for q in a if q > -9.0), dtype=float) * np.fromiter(a, float), [V]),
    (lambda a: np.fromfunction(function=lambda i: a * i, shape=(3,)), [0.7]),
    # truth values have no negative
    (lambda a: (0 - (a > 0)) * a**2 + (-1 * (a < 0.5)) * a**3, [M]),
    # one element, and none
    (lambda a: np.sort(a) * np.partition(a, 0), [np.array([[1.3]])]), (lambda a: np.linalg.eigvals(a), [np.array([[1.3]])]),
    (lambda a: np.take_along_axis(a, np.zeros((1, 3), int), 0), [real(1, 3)]), (lambda a: np.trapezoid(a), [np.array([1.3])]),
    (lambda a: np.cumulative_sum(a) * np.cumulative_prod(a), [np.array(1.3)]), (lambda a: np.poly(a), [np.array([1.3])]),
    (lambda a: np.logaddexp.reduce(a), [np.array(1.3)]), (lambda a: np.full(3, a), [real(1, 1)]),
    (lambda a: np.full_like(V, a), [real(1, 3)]),
    (lambda a: np.sum(np.diff(a[:0])) + a, [V]), (lambda a: np.take(a, 0) * np.compress([True], a)[0], [np.array(1.5)]),
    # single elements
    (lambda a: a.item(3) * a.item(-1) + a.item(0, 1) + a.item((1, 2)) ** 2, [M]),
    (lambda a: a.item(1) * a.item(-1) + a.item((0,)) ** 3, [V]),
    (sum_by_items, [M]),
    # how a ufunc computes
    (lambda a: np.sin(a, dtype=np.float64), [V]),
    (lambda a: np.exp(a, dtype="float64", casting="no", order="C"), [M]),
    (lambda a, b: np.add(a, b, dtype=float, order="F") ** 2, [M, 2.0]),
    (lambda a, b: np.multiply(a, b, subok=False), [M, V]),
    (lambda a, b: np.multiply(a, b, dtype=complex), [M, 2.0]),
    (lambda a, b: np.multiply([1, 2, 3], a, dtype=float) * b, [M, 2.0]),
    (lambda a, b: np.power(a, b, dtype=float), [1.5, 2.0]),
    (lambda a: np.exp(a, casting="unsafe") * np.sin(a, casting="no"), [V]),
    (lambda a, b: np.abs(np.complex128(a, b)) * np.real(np.complex128(a) * Z[0, 0]), [0.5, -1.2]),
    # by name and by position
    (lambda a: np.sum(a, 0, None, None, True) * np.std(a, 0, None, None, 1, True), [M]),
    (lambda a: np.copy(a=a) * np.asarray(a=a) * np.nan_to_num(x=a) * np.ascontiguousarray(a=a), [M]),
    (lambda a, b: np.linalg.multi_dot(arrays=[a, b, a]), [M, real(3, 2)]),
    (lambda a: np.linspace(a, 2.0, 4, device="cpu") * np.broadcast_arrays(a, V[:1], subok=False)[0][0], [0.7]),
    # levels of quantiles
    (lambda a, q: np.quantile(a, q, method="hazen", axis=1), [Z.real, np.array([[0.41, 0.02], [0.57, 0.99]])]),
    (lambda a, q: np.percentile(a, q, method="weibull"), [Z.real, 37.0]),
    (lambda a, q: np.quantile(a, q) + np.quantile(a, q, method="median_unbiased"), [np.array([1.3]), 0.4]),
    # only the lower triangle of a Hermitian matrix is read
    (lambda a: np.linalg.pinv(a, hermitian=True), [LOWER @ LOWER.T + np.triu(real(3, 3), 1)]),
    # spreads of complex numbers, and fits that are not unique
    (lambda a: np.var(a), [Z]), (lambda a: np.std(a, axis=1, ddof=1), [Z]),
    (lambda a, m: np.var(a, 1, mean=m), [Z, cplx(3, 1)]),
    (lambda a: np.std(a, axis=1, where=np.array([True, False, True, True]), keepdims=True), [Z]),
    (lambda a: np.nanvar(np.where(MASK, a, np.nan), axis=1), [Z]), (lambda a: np.nanstd(np.where(MASK, a, np.nan)), [Z]),
    (lambda a: np.cov(a), [Z]), (lambda a, b: np.cov(a, b), [cplx(4), C]), (lambda a: np.cov(a[0]), [Z]),
    (lambda a: np.cov(a, aweights=[1.0, 2.0, 3.0, 4.0], fweights=[1, 2, 1, 1]), [Z]),
    (lambda a: np.corrcoef(a), [Z]), (lambda a, b: np.corrcoef(a, b), [cplx(4), C]),
    (lambda x, y: np.polyfit(x, y, 2), [C, cplx(4)]), (lambda x, y: np.polyfit(x, y, 2), [cplx(4), cplx(4)]),
    (lambda x, y, w: np.polyfit(x, y, 1, w=w), [C, cplx(4, 2), real(4) + 3.0]),
    (lambda x, y: np.polyfit(x, y, 4), [V, real(3)]), (lambda x, y, w: np.polyfit(x, y, 3, w=w), [V, real(3), V + 3.0]),
    (lambda x, y: np.polyfit(x, y, 3, 0.1), [C, real(4)]), (lambda y: np.polyfit([1.0, 1.0, 2.0, 2.0], y, 2), [C]),
]


@pytest.mark.filterwarnings("ignore:Polyfit may be poorly conditioned")
@pytest.mark.parametrize(("f", "values"), CASES, ids=range(len(CASES)))
def test_derivatives(f: Any, values: list[Any]) -> None:
    check_whole(f, values, rtol=1e-5, h=3e-4)


def test_single_precision_by_a_keyword() -> None:
    x = real(3).astype(np.float32)
    out, slope = sct.value_and_grad(lambda x: np.sum(np.exp(x, dtype=np.float64)))(x)
    assert slope.dtype == np.float32 and out == np.sum(np.exp(x, dtype=np.float64))
    out, change = sct.jvp(lambda x: np.exp(x, dtype=np.float32), (V,), (V,))
    assert out.dtype == change.dtype == np.float32


IN_TYPE: list[Any] = [
    lambda a, t: np.maximum.reduce(a, dtype=t), lambda a, t: np.minimum.reduceat(a, [0, 2], dtype=t),
    lambda a, t: np.logaddexp.accumulate(a, dtype=t), lambda a, t: np.cumprod(a, dtype=t),
    lambda a, t: np.real(np.nansum(a.astype(np.float32), dtype=complex)) * t(2.0),
]


@pytest.mark.parametrize("f", IN_TYPE, ids=range(len(IN_TYPE)))
def test_results_asked_for_in_single_precision(f: Any) -> None:
    x, along = real(4), real(4)
    step = 1e-6 * along
    slope = 2 * np.sum(along)
    if f is not IN_TYPE[-1]:
        slope = (np.sum(f(x + step, np.float64)) - np.sum(f(x - step, np.float64))) / 2e-6
    slopes = sct.grad(lambda x: np.sum(f(x, np.float32)))(x)
    assert slopes.dtype == np.float64
    np.testing.assert_allclose(np.sum(slopes * along), slope, rtol=1e-5)
    np.testing.assert_allclose(sct.jvp(lambda x: np.sum(f(x, np.float32)), (x,), (along,))[1], slope, rtol=1e-5)


def test_a_start_of_another_precision() -> None:
    slopes = sct.grad(lambda a, b: np.max(a, initial=b), (0, 1))(np.array([0.5, 1.3], np.float32), np.float64(9.1))
    assert slopes[0].tolist() == [0.0, 0.0] and slopes[1] == 1.0


def sorted_in_place(a):
    z = a * 1.0
    z.sort(axis=0, order=None)
    z.sort(stable=True)
    z.partition(1, axis=0, order=None)
    return z * a


def test_options_of_writers() -> None:
    check_whole(sorted_in_place, [M])


def test_order_of_the_result() -> None:
    assert sct.jvp(lambda a: np.add(a, 1.0, order="F"), (M,), (M,))[0].flags.f_contiguous


@pytest.mark.parametrize(("f", "said"), [
    (lambda x: np.exp(x, dtype=int), "always raises TypeError"),
    (lambda x: np.exp(x, dtype="f4", casting="no"), "Cannot cast ufunc 'exp'"),
    (lambda x: np.exp(x, where=[True, False, True]), "give `out`"),
    (lambda x: np.exp(x, signature="d->d"), "`signature`"),
    (lambda x: np.matmul(x, x, axes=[0, 0, ()]), "`axes`"),
    (lambda x: np.pad(x, 1, "linear_ramp", end_values=1.0), "`end_values`"),
    (lambda x: np.pad(x, 1, "reflect", reflect_type="odd"), "`reflect_type`"),
    (lambda x: np.median(x, overwrite_input=True), "`overwrite_input`"),
    (lambda x: np.polyfit([0.0, 1.0, 2.0], x, 1, full=True)[0], "`full`"),
    (lambda x: np.poly(x + 1j), "conjugate pairs"),
    (lambda x: np.fft.hfft(x, out=np.zeros(4)), "`out`"),
    (lambda x: np.polyfit([0.0, 1.0, 2.0], x, 1, cov=True)[0], "`cov`"),
    (lambda x: np.trim_zeros(x, "fb", 0), "`axis`"),
    (lambda x: np.floor_divide.reduceat(x, [0, 1]), "maxima and minima of parts"),
    (lambda x: np.arctan2.reduce(x[None], axis=None), "several axes"),
    (lambda x: np.vectorize(lambda q: q * q, signature="()->()")(x), "`signature`"),
    (lambda x: np.fromiter((q for q in x), float, count=2), "`count`"),
    (lambda x: np.polyval(x[None], 2.0), "vectors of coefficients"),
], ids=range(18))
def test_what_is_refused_by_name(f: Any, said: str) -> None:
    with pytest.raises(sct.SctError, match=said):
        sct.grad(lambda x: np.sum(np.real(f(x))))(V)


@pytest.mark.parametrize(("f", "a"), [
    (lambda a: a.swapaxes(axis1=0, axis2=1), M), (lambda a: a.swapaxes(0, axis2=1), M), (lambda a: a.conj(out=None), M),
    (lambda a: a.conjugate(dtype=np.float64), M), (lambda a: a.ravel(out=np.zeros(6)), M),
    (lambda a: a.reshape(3, 2, out=np.zeros((3, 2))), M), (lambda a: a.repeat(2, out=np.zeros(12)), M),
    (lambda a: a.copy(out=np.zeros((2, 3))), M), (lambda a: a.std(correction=1), M), (lambda a: a.clip(a_min=-0.5), M),
    (lambda a: a.clip(-0.5, 0.5, max=0.7), M), (lambda a: a.clip(0.5, a=a), M), (lambda a: (1.0 * a).fill(value=0.0), M),
    (lambda a: np.sum(a, axis=0)[0].conj(out=None), M), (lambda a: np.ravel(a, out=np.zeros(6)), M),
    (lambda a: np.linalg.inv(a, out=np.zeros((3, 3))), LOWER), (lambda a: np.sort(a, out=np.zeros((2, 3))), M),
])
def test_what_numpy_does_not_take_is_refused(f: Any, a: Any) -> None:
    with pytest.raises(TypeError):
        f(a)
    with pytest.raises(sct.SctError, match="this always raises TypeError"):
        sct.vjp(f, a)
