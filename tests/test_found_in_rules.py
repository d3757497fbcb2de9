"""Calls of NumPy that random programs found to go wrong, each in a program of a line or two.

The truth are finite differences of the program itself, along a direction; forward mode is held against them, too.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sct

RNG = np.random.default_rng(11)
V, M = RNG.normal(size=3), RNG.normal(size=(3, 4))
Z = RNG.normal(size=(3, 2)) + 1j * RNG.normal(size=(3, 2))
ZERO_D = np.array(0.7)


def weighed(v: Any) -> Any:
    """One number of all elements, real and imaginary parts, in which no two weigh the same."""
    w = np.cos(np.arange(np.size(v)) * 1.7 + 0.3).reshape(np.shape(v))
    return np.sum(np.real(v) * w) + np.sum(np.imag(v) * np.sin(w))


def along(a: Any, d: Any, h: float) -> Any:
    """``a + h * d`` as what ``a`` is."""
    return np.asarray(a + h * d, a.dtype) if isinstance(a, np.ndarray) else type(a)(a + h * d)


def verify(fn: Callable[..., Any], *args: Any) -> None:
    """Value, gradient and tangent of ``fn``, and their types, with respect to all arguments."""
    places = tuple(range(len(args)))
    value, grads = sct.value_and_grad(fn, places)(*args)
    expected = fn(*args)
    assert type(value) is type(expected) and value == expected
    for g, a in zip(grads, args, strict=True):
        assert type(g) is type(a) and np.shape(g) == np.shape(a) and np.asarray(g).dtype == np.asarray(a).dtype
    rng = np.random.default_rng(3)
    dots = [rng.normal(size=np.shape(a)) + (1j * rng.normal(size=np.shape(a)) if np.iscomplexobj(a) else 0.0) for a in args]
    dots = [np.asarray(d, a.dtype) if isinstance(a, np.ndarray) else type(a)(d) for d, a in zip(dots, args, strict=True)]
    slope = sum(np.sum(np.real(g * d)) for g, d in zip(grads, dots, strict=True))
    if any(np.asarray(a).dtype in (np.float32, np.complex64) for a in args):
        truth, tolerance = slope, 1e-4
    else:
        h, tolerance = 1e-5, 1e-6
        ends = [fn(*(along(a, d, s) for a, d in zip(args, dots, strict=True))) for s in (h, -h)]
        truth = (ends[0] - ends[1]) / (2 * h)
    assert abs(slope - truth) < tolerance * max(1.0, abs(truth)), (slope, truth)
    value, dot = sct.jvp(fn, args, tuple(dots))
    assert value == expected and abs(dot - truth) < tolerance * max(1.0, abs(truth)), (dot, truth)


def grid_with_constants(a: Any) -> Any:
    x, y = np.meshgrid(a, [1.0, 2.0])
    return np.sum(x * y**2 + y)


def grid_between_constants(a: Any, b: Any) -> Any:
    x, y, z = np.meshgrid(a, np.arange(2.0), b, indexing="ij")
    return np.sum(x * y * z**2 + y)


@pytest.mark.parametrize(("fn", "args"), [
    (grid_with_constants, (V,)), (grid_between_constants, (V, M[0])),
    (lambda a: np.einsum("i,ij,j->", a, np.ones((3, 3)), a), (V,)),
])
def test_constants_among_the_arguments_have_no_tangent(fn: Callable[..., Any], args: tuple[Any, ...]) -> None:
    verify(fn, *args)


def calls_twice(a: Any) -> Any:
    return weighed(a) + weighed(np.sin(a)) + weighed(a)


def calls_and_reads(a: Any) -> Any:
    v = a[...]
    return weighed(a) + weighed(v) + weighed(v[None])


def sums_of_numbers(a: Any) -> Any:
    v = a.copy()
    v *= 3.0
    return np.sum(v) + np.sum(-a) + weighed(np.einsum("", a))


@pytest.mark.parametrize("fn", [calls_twice, calls_and_reads, sums_of_numbers])
@pytest.mark.parametrize("a", [ZERO_D, np.array(0.7 - 0.2j)])
def test_the_gradient_of_a_0d_array_is_one(fn: Callable[..., Any], a: Any) -> None:
    verify(lambda x: np.real(fn(x)) + weighed(x), a)


@pytest.mark.parametrize("x", [0.7, 0.3, np.float64(0.3), np.float32(0.3), ZERO_D])
def test_a_number_and_what_its_maximum_starts_with(x: Any) -> None:
    verify(lambda x: np.max(x, initial=0.5) * 2.0 + np.min(x, initial=0.5) * 3.0, x)
    if not isinstance(x, np.float32):
        verify(lambda x, s: np.maximum.reduce(x, initial=s, axis=None) + np.amax(x, initial=s, where=x > 0.5) * s, x, 0.4)


@pytest.mark.parametrize(("fn", "args"), [
    (lambda a: weighed(np.hypot.reduce(a, axis=-1)), (M,)), (lambda a: weighed(np.hypot.reduce(a)), (M[:1],)),
    (lambda a: weighed(np.hypot.reduce(a, axis=(0, 1), keepdims=True)), (M,)),
    (lambda a: weighed(np.hypot.reduce(a)), (M[:0],)),
    (lambda a, s: weighed(np.hypot.reduce(a, where=a > 0.0, initial=s, axis=1)), (M, 0.4)),
])
def test_lengths_start_at_the_origin(fn: Callable[..., Any], args: tuple[Any, ...]) -> None:
    verify(fn, *args)


@pytest.mark.parametrize("fn", [
    lambda a: weighed(np.var(a, axis=0, dtype=complex, ddof=1)), lambda a: weighed(np.std(a, axis=0, dtype=complex)),
    lambda a: weighed(np.nanvar(a, dtype=complex)), lambda a: weighed(np.nanstd(a, axis=1, dtype=complex)),
    lambda a: weighed(np.nansum(a, dtype=complex)), lambda a: weighed(np.nanprod(a, dtype=complex)),
])
@pytest.mark.parametrize("a", [Z, M, 0.3])
def test_reductions_computed_in_complex_numbers(fn: Callable[..., Any], a: Any) -> None:
    if np.ndim(a):
        verify(fn, a)
    else:
        verify(lambda a: fn(np.stack([a, 2.0 * a])[:, None]) + weighed(np.nansum(a, dtype=complex)), a)


@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
def test_a_real_type_leaves_imaginary_parts_out() -> None:
    for fn in (np.prod, np.cumprod, np.nanprod, np.nancumprod, np.multiply.reduce, np.multiply.accumulate, np.sum):
        verify(lambda a, fn=fn: weighed(fn(a, axis=0, dtype=float)), Z)
    for fn in (np.var, np.std, np.nanvar, np.nanstd):
        with pytest.raises(sct.SctError, match="real dtype"):
            sct.grad(lambda a, fn=fn: weighed(fn(a, axis=0, dtype=float)))(Z)


@pytest.mark.parametrize(("subscripts", "a", "b"), [
    ("ij,jk->ik", M[:, :1], M.T), ("ij,jk->ik", M, V[:1, None]), ("ij,ij->i", M[:, :1], M), ("ij,ij->", M, M[:1]),
    ("ij,ij->", M[:, :1], M[:1]), ("...k,kl->...l", M[:1], M[:1]),
])
def test_a_sum_over_what_is_spread(subscripts: str, a: Any, b: Any) -> None:
    def fn(a: Any, b: Any) -> Any:
        return weighed(np.einsum(subscripts, a, b))
    verify(fn, a.copy(), b.copy())


def test_subscripts_are_numbers() -> None:
    verify(lambda a: weighed(np.einsum(a, [3], np.sin(a), [0])) + np.einsum(a, [0], a[a > -9.0], [0]), V)
    verify(lambda a: weighed(np.einsum(a, [0, 1], a, [2, 1], [2, 0])) + weighed(np.einsum(a, [..., 1], [...])), M)
    with pytest.raises(sct.SctError, match="lists of numbers below 26"):
        sct.grad(lambda a: np.einsum(a, [30], a, [30]))(V)


def test_operands_of_a_ufunc_with_a_type_are_literals() -> None:
    verify(lambda a: weighed(np.add(a, True, dtype=float)) + weighed(np.multiply(a, np.float32(1.5), dtype=complex)), V)


def test_numbers_are_joined_in_the_precision_of_arrays() -> None:
    single = np.array([1.0, 2.3], np.float32)
    verify(lambda a: weighed(np.r_[a, 0.1, 3]), single)
    verify(lambda a, s: weighed(np.r_[a, s]) + weighed(np.r_[a, 1j]), single, 0.3)
    verify(lambda a, s: weighed(np.r_[a, s]), single, np.float64(0.3))


def test_ends_of_several_numbers() -> None:
    verify(lambda a: np.sum(np.ediff1d(a, to_end=[1.0, 2.0], to_begin=-3) ** 2), M)


def test_no_slopes_of_a_number() -> None:
    def fn(a: Any, b: Any) -> Any:
        slopes = np.gradient(a, axis=None)
        return b * len(slopes) + 2.0 * a
    verify(fn, ZERO_D, 0.3)


@pytest.mark.parametrize("start", [-3, -2, -1, 0, 1, 2, 3])
@pytest.mark.parametrize("axis", [-3, -1, 0, 1])
def test_an_axis_is_rolled_before_one_counted_from_the_end(axis: int, start: int) -> None:
    verify(lambda a: weighed(np.rollaxis(a, axis, start)), RNG.normal(size=(2, 2, 2)))


@pytest.mark.parametrize("x", [0.3, np.float64(0.3), np.float32(0.3)])
def test_a_number_is_converted(x: Any) -> None:
    verify(lambda x: np.abs(x).astype(complex).real * 2.0, x)
    single = sct.grad(lambda x: np.abs(x).astype(np.float32) * np.cbrt(np.abs(x), dtype=np.float32))(x)
    assert type(single) is type(x) and abs(single - 4 / 3 * 0.3 ** (1 / 3)) < 1e-6
    _, dot = sct.jvp(lambda x: np.abs(x).astype(np.float32) * np.cbrt(np.abs(x), dtype=np.float32), (x,), (type(x)(1.0),))
    assert abs(dot - single) < 1e-6


@pytest.mark.parametrize("a", [np.array(0.7, np.float32), np.array([0.7], np.float32), np.array([0.7, 0.2], np.float32)])
def test_single_precision_stays_single_in_calls(a: Any) -> None:
    verify(lambda a: weighed(a) + weighed(np.sin(a)) + weighed(np.nansum(a)), a)


def writes_to_what_is_read_as_real(a: Any) -> Any:
    v = 2.0 * a
    v[0] = a[1]
    return np.sum(np.real(v) * a)


def test_the_real_part_of_real_numbers_is_the_array_itself() -> None:
    verify(writes_to_what_is_read_as_real, M)
    pytest.importorskip("numba")
    found = sct.grad(writes_to_what_is_read_as_real, backend="numba")(M)
    np.testing.assert_allclose(found, sct.grad(writes_to_what_is_read_as_real)(M), rtol=1e-12)


def reduces(a: Any, reduction: Any = np.prod) -> Any:
    return reduction(a) * reduction(a[1:])


def test_a_function_of_numpy_is_an_argument() -> None:
    gradient = sct.grad(reduces)
    np.testing.assert_allclose(gradient(np.array([1.0, 2.0, 3.0])), [36.0, 36.0, 24.0])
    np.testing.assert_allclose(gradient(np.array([1.0, 2.0, 3.0]), np.sum), [5.0, 11.0, 11.0])
    np.testing.assert_allclose(gradient(np.array([1.0, 2.0, 3.0]), np.max), [0.0, 0.0, 6.0])
