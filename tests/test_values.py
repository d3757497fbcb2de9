"""Numbers, arrays of every rank, reads, literals, reductions and kinks: value and gradient right for each kind of value."""

import math
from functools import partial

import numpy as np
import pytest

import sct
from tests.oracle import program, run, tried

A = np.array([0.5, -1.2, 2.0, 0.7])
M = np.arange(12.0).reshape(3, 4) / 7 - 0.6
T = np.arange(24.0).reshape(2, 3, 4) / 9 - 1.1
PROGRAMS = []
case = partial(program, PROGRAMS)


@case(np.float64(1.3), np.float32(0.4), rtol=1e-4)
def numpy_scalars(x, y):
    return x * np.float64(y) * x


@case(np.float32(0.4), rtol=0.02, atol=0.01, expected=np.float32(0.8))
def single_scalar(x):
    return x * x


@case(A.astype(np.float32), expected=(2 * A).astype(np.float32), rtol=1e-05)
def single_array(a):
    return (a * a).sum()


@case(A.astype(np.float32), A, wrt=(0,), expected=A.astype(np.float32), rtol=1e-05)
def single_with_double(a, b):
    return (a * b).sum()


@case(np.array(1.3))
def zero_dimensional(a):
    return np.sin(a) * a


@case(np.array(1.3))
def zero_dimensional_sum(a):
    return (a * a).sum()


@case(np.array([1.3]), A)
def one_item(a, b):
    return (a * b).sum()


@case(np.ones((3, 1)), M)
def column(a, b):
    return (a * b / (b * b + 2)).sum()


@case(np.ones((1, 4)), np.ones((3, 1)))
def row_and_column(a, b):
    return ((a + b) ** 2 * a).sum()


@case(2.0, M)
def number_with_array(k, m):
    return (k * m - m / k + k**m).sum()


@case(M, A)
def row_with_matrix(m, a):
    return (m * a + np.maximum(m, a) + np.multiply(m, a) - np.minimum(a, m * 2)).sum()


@case(T, M)
def three_dimensions(t, m):
    return (t * m).sum(axis=(0, 2)).max() + t.mean(1)[0, 1]


@case(np.zeros((0,)))
def empty_array(a):
    return a.sum() + 1.0


@case(M)
def items_of_a_matrix(m):
    return m[1, 2] * m[-1, -2] + m[0].sum() * m[:, 1].sum()


@case(M)
def strided_slices_and_ellipsis(m):
    return m[::2, 1:3].sum() * m[1, ::-1][0] + m[..., 0] @ m[..., 1]


@case(M)
def new_axes(m):
    return (m[None] * m[:, None, :]).sum() + m[:, :, np.newaxis][1, 2, 0]


@case(A)
def repeated_integer_array(a):
    return (a[np.array([0, 0, 2])] * np.array([1.0, 2.0, 3.0])).sum() * a[[1, 1, 1]].sum()


@case(M)
def masks(m):
    return m[m > 0].sum() * m[m[:, 0] < 0].sum()


@case(M)
def pairs_of_integer_arrays(m):
    return (m[[0, 1, 1], [2, 2, 2]] ** 2).sum() + m[np.ix_([0, 2], [1, 1])].sum() * m[0, 0]


@case(T)
def separated_integer_and_list(t):
    return (t[0, :, [0, 1, 1]] * np.arange(6.0).reshape(2, 3).repeat(1, 0)[[0, 1, 1]]).sum()


@case(T)
def slices_with_integer_arrays(t):
    return t[:, [0, 0, 2], 1].prod() + t[1, ..., [2, 2]].sum()


@case(A)
def index_true_and_none(a):
    return a[True].sum() * a[None, 1:][0, 0]


@case(A, 1)
def index_from_an_argument(a, k):
    return a[k] * a[k:][0] * a[:k].sum() * a[-k]


@case(M, (1, 2), wrt=(0,))
def index_tuple_argument(m, ix):
    return m[ix] * m[ix[0]][ix[1]]


@case(A)
def slice_objects(a):
    s = slice(1, 3)
    return a[s].sum() * a[slice(None, None, 2)][1]


@case(A)
def index_from_the_data(a):
    return a[a.argmax()] * a[np.argsort(a)][0] * a[-1]


@case(A, np.array([2, 0, 2]), wrt=(0,))
def integer_array_argument(a, ix):
    return (a[ix] ** 2).sum() + np.take(a, ix).sum() * a[ix[0]]


@case(M)
def views_and_copies(m):
    return m.T[2] @ m.T[1] + m.reshape(4, 3)[1] @ m.ravel()[:3] + m.flatten()[5] * m.copy()[1, 1]


@case(M)
def methods_with_axes(m):
    return m.sum(axis=0, keepdims=True)[0, 1] * m.mean(axis=1)[0] + m.dot(m.T)[0, 1] + m.max()


@case(M)
def shape_and_statistics(m):
    return m.shape[0] * m.sum() + m.ndim * m.size * m[0, 0] + len(m) * m.min() + m.std() + m.var(axis=0)[1]


@case(A)
def conversions(a):
    return a.astype(float)[1] * a.astype(np.float64)[0]


@case(A, rtol=0.001)
def conversions_that_lose_the_derivative(a):
    return (a + 0.1).astype(int).sum() * a.sum() + a.clip(0, 1).sum() + (a + 0.02).round(1).sum()


@case(M)
def axis_methods(m):
    return (
        m.swapaxes(0, 1)[1, 2]
        + m.transpose()[1, 0] * m.transpose(1, 0)[0, 1]
        + m.squeeze().trace()
        + m.diagonal().sum()
        + m.cumsum()[5]
        + m.cumsum(axis=1)[1, 2]
        + m.prod()
    )


@case(M)
def repeat_take_sort(m):
    return m.repeat(2, axis=0)[3].sum() + m.take([0, 1])[1] + np.sort(m, axis=None)[2] + m.conj().real.sum() + m.imag.sum()


@case(1.3, 0.4)
def literal_vector(x, y):
    return np.array([x, y * x, 1]) @ np.array([y, 2, x])


@case(1.3, 0.4)
def literal_matrix(x, y):
    m = np.array([[math.cos(x), -math.sin(x)], [math.sin(x), math.cos(x)]])
    return m @ m @ np.array([x, y]) @ np.array([1.0, y])


@case(A)
def literal_of_arrays(a):
    return np.array([a, a * 2]).sum(axis=0) @ np.array([a[0]] * 4)


@case(A)
def mixed_literals_and_joins(a):
    return (
        np.array([[a[0], a[1]], [1, a[2]]])[0, 1]
        + np.asarray([a[0], 2.0])[0]
        + np.stack([a, a])[1, 0]
        + np.concatenate([a, [a[0]], [1.0]])[4]
    )


@case(A)
def filled_arrays(a):
    return (
        (np.zeros(4) + np.ones_like(a) * a[0] + np.full(4, a[1]) + np.full_like(a, a[2])) @ a
        + np.eye(4)[0] @ a
        + np.linspace(0, 1, 4) @ a
        + np.linspace(a[0], a[1], 3)[1]
    )


@case(1.3)
def infinite_untaken_branch(x):
    return x * np.where(x > 0, np.sqrt(x), 0.0)


@case(np.array([0.0, 1.0, 4.0]), expected=np.array([0.0, 0.5, 0.25]))
def infinite_untaken_branch_at_zero(a):
    return np.where(a > 0, np.sqrt(a), 0.0).sum()


@case(np.array([0.0, 3.0, 2.0]), expected=np.array([6.0, 0.0, 0.0]))
def product_with_a_zero(a):
    return np.prod(a)


@case(np.zeros(3), expected=np.zeros(3))
def norm_at_zero(a):
    return np.linalg.norm(a)


@case(0.0, expected=0.0)
def abs_at_zero(x):
    return abs(x)


@case(0.0, expected=0.0)
def powers_of_zero(x):
    return x**2 + x**0


@case(2.0, expected=0.0)
def zero_to_a_power(y):
    return 0.0**y


@case(A)
def logarithm_where_positive(a):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(a > 0, np.log(a), a * a).sum()


@case(1.3)
def minimum_and_maximum_of_numbers(x):
    return max(x, 1.0) * min(x, 2.0) + max(x, x)


@case(np.array([1.0, 1.0, 0.0]), expected=np.array([0.5, 0.5, 0.0]))
def tied_maximum(a):
    return a.max()


@case(A)
def where_and_initial(a):
    return np.sum(a, where=a > 0) + np.mean(a, where=a < 1) + np.sum(a, initial=3.0) * a[0]


@case(A)
def products(a):
    return (
        np.einsum("i,i->", a, a)
        + np.einsum("i,j->ij", a, a)[1, 2]
        + np.outer(a, a)[0, 1]
        + np.inner(a, a)
        + np.tensordot(a, a, 1)
    )


@case(M)
def linear_algebra(m):
    return (
        np.linalg.slogdet(m @ m.T + np.eye(3))[1]
        + np.linalg.solve(m @ m.T + np.eye(3), m)[0, 0]
        + np.linalg.inv(m @ m.T + np.eye(3))[0, 1]
        + np.linalg.cholesky(m @ m.T + np.eye(3))[1, 0]
    )


@case(A)
def reshaping_functions(a):
    return (
        np.clip(a, -1, 1).sum()
        + np.roll(a, 1) @ a
        + np.flip(a) @ a
        + np.tile(a, 2)[5]
        + np.broadcast_to(a, (2, 4)).sum()
        + np.expand_dims(a, 0)[0, 1]
        + np.diag(a)[1, 1]
        + np.diff(a)[0]
    )


@case(1.3)
def complex_intermediate(x):
    return (x + 2j * x).real * abs(x + 1j)


@case(A)
def complex_arrays(a):
    return np.abs(np.fft.fft(a)).sum() if False else np.real((a + 1j) * (a - 2j)).sum()


@case(1.3)
def complex_constructor(x):
    z = complex(x, 2.0)
    w = z * z
    return w.real + w.imag * x


@case(1.3, 0.4)
def reductions_of_a_list(x, y):
    return np.sum([x, y * y, x * y]) * np.mean([x, y])


@case(1.3, 0.4)
def reductions_of_a_tuple(x, y):
    return np.max((x, y)) * np.prod([x, y, 2.0])


@case(1.3, 0.4)
def dot_of_lists(x, y):
    return np.dot([x, y], [y, x * x]) + np.sin([x, y]).sum()


@case(1.3, 0.4)
def norm_of_a_list(x, y):
    return np.linalg.norm([x, y])


@case(1.3, 0.4)
def transposed_literal(x, y):
    return np.array([[x, y], [y, x * y]]).T[0, 1] + np.array((x, [y][0])) @ np.array([1, 2])


@case(1.3, 0.4)
def array_with_list(x, y):
    return (np.array([x, y]) * [1, 2]).sum() + (np.array([x, y]) + (x, y))[0]


@case(1.3, 0.4)
def determinant_of_a_literal(x, y):
    return np.linalg.det(np.array([[x, y], [y, x]])) * np.trace([[x, 1], [2, y]])


@case(A)
def sum_of_a_comprehension(a):
    return np.sum([v * v for v in a])


@case(A)
def array_of_a_comprehension(a):
    return np.array([v * v for v in a])[1]


@case(A)
def mean_of_a_comprehension(a):
    return np.mean([v * v for v in a]) + np.max([v for v in a])


@case(A)
def dot_of_a_comprehension(a):
    return np.dot([v * v for v in a], a)


@case(A, refused=("MissingRuleError", "SCT200"))
def joined_lists_of_a_loop(a):
    return np.concatenate([[v, v * v] for v in a]).sum()


@case(A)
def joined_arrays_of_a_loop(a):
    return np.concatenate([np.array([v, v * v]) for v in a]) @ np.arange(8)


@case(A)
def matrix_of_a_comprehension(a):
    return (np.array([[v * w for w in a] for v in a]) @ a)[2]


@case(A)
def sine_of_a_comprehension(a):
    return np.sin([v * v for v in a]) @ a


@case(A)
def stacked_comprehensions(a):
    return np.stack([a * v for v in a], axis=1)[0] @ a + np.stack([a * v for v in a])[1, 2]


@case(M)
def array_of_row_sums(m):
    return np.asarray([r.sum() for r in m]) @ m[:, 0]


@case(A)
def product_of_a_filtered_comprehension(a):
    return np.array([v * v for v in a if v > 0]).prod()


test_program = tried(run, PROGRAMS)


SLOPES = [(lambda x: abs(x), -1.0), (lambda x: abs(-x), -1.0), (lambda x: -abs(x), 1.0), (lambda x: 2 - abs(-x), 1.0)]


@pytest.mark.parametrize(("fun", "expected"), SLOPES)
def test_slopes_of_one_are_floats(fun, expected):
    slope = sct.grad(fun)(-0.5)
    assert type(slope) is float and slope == expected
    assert type(sct.value_and_grad(fun, argnums=(0,))(-0.5)[1][0]) is float
