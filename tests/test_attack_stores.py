"""More nasty small programs: what is stored where and how, dtypes, layouts, index arrays, algorithms that work in place."""

import math
from functools import partial

import numpy as np
import pytest

from tests.oracle import parameters, program, refusal, run, tried
from tests.points import X, Y

PROGRAMS, REFUSED = [], []
X32 = X.astype(np.float32)
K = np.array([3, 1, 2, 0])
M = np.array([[1.0, 2.0, 0.5], [0.3, -1.0, 2.0], [0.7, 0.1, 0.25]])
LOOSE = {"rtol": 2e-2, "atol": 2e-2}
case = partial(program, PROGRAMS)
refused = partial(program, REFUSED)


@case(X)
def store_mod(x):
    a = x * 4.0
    b = a[1:]
    a %= 0.7
    b %= x[:3]
    a[0] %= x[1]
    return np.sum(a * a)


@case(X)
def store_floordiv(x):
    a = x * 4.0
    b = a[1:]
    b //= 0.7
    a[0] //= x[1]
    return np.sum(a * a)


@case(X)
def pow_store(x):
    a = x * 4.0
    b = a[1:]
    b **= x[:3]
    a[0] **= 3
    a[:] = 2.0 ** a
    return np.sum(a * a)


@case(X)
def neg_pow(x):
    a = np.array([0.0, 2.0, 3.0, 1.0])
    b = a
    a *= x
    b **= 2
    return np.sum(a * b)


@case(X)
def closure_writes_captured(x):
    a = x * 1.0
    def w(k):
        a[k] = a[0] * 2.0
        return a[k]
    s = w(1)
    return s * np.sum(a * a)


@case(X)
def exchanged_views(x):
    a = x * 1.0
    u, v = a[:2], a[2:]
    for _ in range(3):
        u *= v
        u, v = v, u
    return np.sum(a * a)


@case(X)
def exchanged_overlapping_views(x):
    a = x * 1.0
    u, v = a[:3], a[1:]
    for _ in range(3):
        u[0] *= v[1]
        v += u
        u, v = v, u
    return np.sum(a * u * v[0])[()] if False else np.sum(a) * np.sum(u * v)


@case(X)
def rebinding_a_view_by_data(x):
    a = x * 1.0
    v = a[:2]
    for k in range(4):
        v[0] *= x[k]
        if v[0] > 0.3:
            v = a[2:]
        else:
            v = a[1:3]
    return np.sum(a * a) + v[1]


@case(X)
def exit_by_exception_value(x):
    a = x * 1.0
    s = 0.0
    try:
        s = math.log(-x[0])
    except ValueError:
        s = x[0]
    a[0] = s * s
    return np.sum(a * a)


@case(X)
def same_name_new_array(x):
    a = x
    a = a * 1.0
    a[0] = 3.0 * x[0]
    x = a
    x[1] *= a[0]
    return np.sum(x * a)


@case(X, Y)
def argument_rebound_to_other(x, y):
    x[0] = 2.0 * y[1]
    x = y
    x[1] *= y[2]
    return np.sum(x * y)


@case(X, X.copy())
def swapped_arguments(x, y):
    for _ in range(3):
        x[1:] *= y[:-1]
        x, y = y, x
    return np.sum(x * y * y)


@case(M)
def rows_swapped_by_index(m):
    m[[0, 1]] = m[[1, 0]]
    m[0] *= m[2, 1]
    m[:, [0, 2]] = m[:, [2, 0]]
    return np.sum(m * m * np.arange(9.0).reshape(3, 3))


@case(M)
def pivoting(m):
    a = m * 1.0
    p = np.arange(3)
    for k in range(3):
        j = k + int(np.argmax(np.abs(a[k:, k])))
        if j != k:
            t = a[k].copy()
            a[k] = a[j]
            a[j] = t
            p[k], p[j] = p[j], p[k]
        for i in range(k + 1, 3):
            a[i, k] = a[i, k] / a[k, k]
            a[i, k + 1:] -= a[i, k] * a[k, k + 1:]
    return a[0, 0] * a[1, 1] * a[2, 2] + p[0] * a[1, 2]


@case(M)
def gram_schmidt(m):
    q = m.copy()
    r = np.zeros((3, 3))
    for k in range(3):
        r[k, k] = np.sqrt(np.sum(q[:, k] ** 2))
        q[:, k] /= r[k, k]
        for j in range(k + 1, 3):
            r[k, j] = q[:, k] @ q[:, j]
            q[:, j] -= r[k, j] * q[:, k]
    return np.sum(r * r * np.arange(9.0).reshape(3, 3)) + q[0, 1]


@case(M, X[:3])
def back_substitution(m, b):
    x = np.zeros(3)
    for i in range(2, -1, -1):
        s = b[i]
        for j in range(i + 1, 3):
            s -= m[i, j] * x[j]
        x[i] = s / m[i, i]
    return np.sum(x * x)


@case(X)
def bubble_sort(x):
    a = x * 1.0
    n = len(a)
    for i in range(n):
        for j in range(n - 1 - i):
            if a[j] > a[j + 1]:
                a[j], a[j + 1] = a[j + 1], a[j]
    return np.sum(a * np.arange(1.0, 5.0) ** 2)


@case(X)
def insertion_sort(x):
    for i in range(1, len(x)):
        key = x[i]
        j = i - 1
        while j >= 0 and x[j] > key:
            x[j + 1] = x[j]
            j -= 1
        x[j + 1] = key
    return np.sum(x * np.arange(1.0, 5.0) ** 2)


@case(X)
def fft_like(x):
    a = x * 1.0
    h = 1
    while h < 4:
        for i in range(0, 4, 2 * h):
            for j in range(i, i + h):
                u, v = a[j], a[j + h]
                a[j], a[j + h] = u + v * u, u - v
        h *= 2
    return np.sum(a * a)


@case(X)
def ring(x):
    r = np.zeros(3)
    s = 0.0
    for k in range(10):
        r[k % 3] = x[k % 4] * r[(k + 1) % 3] + x[0]
        s += np.sum(r) * r[(k + 2) % 3]
    return s


@case(X)
def max_in_place(x):
    a = np.full(4, -np.inf)
    for k in range(4):
        a[k] = max(a[k - 1], x[k] * x[k])
    return np.sum(a[np.isfinite(a)] ** 2)


@case(X)
def nan_where(x):
    a = np.sqrt(np.abs(x - 0.6))
    a[x < 0.6] = np.nan
    a[np.isnan(a)] = 0.0
    return np.sum(a * a * x)


@case(X)
def overwritten_infinite_gradient(x):
    with np.errstate(all="ignore"):
        a = np.sqrt(x - x)
        a[:] = x
        b = np.log(x - x)
        b[1:] = x[1:]
        b[0] = 1.0
    return np.sum(a * b)


@case(X)
def write_zero_times(x):
    a = x * 1.0
    for k in range(0):
        a[k] = 100.0
        b = a
    while len(a) > 10:
        a = a[1:]
        a *= 2.0
    return np.sum(a * a)


@case(X, 0)
def break_before_write(x, n):
    a = x * 1.0
    for k in range(4):
        if k > n:
            break
        v = a[k:]
        v *= x[k]
    v[-1] = v[0] * v[-1]
    return np.sum(a * a)


@case(X)
def while_true_swaps(x):
    a, b = x * 1.0, x * 2.0
    k = 0
    while True:
        b[k % 4] = a[k % 4] * b[0]
        k += 1
        if k == 3:
            continue
        if k > 5 or b[0] > 10.0:
            break
        a, b = b, a
    return np.sum(a * b * b)


@case(X)
def conditional_swap_in_branch_only_returns(x):
    a, b = x * 1.0, x * 2.0
    for k in range(4):
        if a[k] > b[k] * 0.4:
            a, b = b, a
            if k == 2:
                return np.sum(a * b) * a[0]
        a[k] *= b[0]
    return np.sum(a) * b[1]


@case(X)
def aliased_accumulator(x):
    a = np.zeros(4)
    b = a
    for k in range(3):
        a += x * k
        b[k] *= 2.0
        a *= b
        a += 1.0
    return np.sum(a * b)


@case(X)
def list_of_arrays_summed_into_view(x):
    a = np.zeros(8)
    v = a[::2]
    for w in [x, x * 2, x * x]:
        v += w
        a[1::2] = v
    return np.sum(a * a)


@case(X)
def accumulate_rows(x):
    out = np.zeros((3, 4))
    acc = np.zeros(4)
    for k in range(3):
        acc += x * (k + 1)
        out[k] = acc
        acc *= acc
    return np.sum(out * out) + np.sum(acc)


@case(X)
def stack_of_written(x):
    a = x * 1.0
    xs = [a * k for k in range(3)]
    s = np.stack(xs)
    a[0] = 9.0 * x[1]
    s[1] *= a
    return np.sum(s * s) + np.sum(np.concatenate([a, s[0]]) ** 2)


@case(X)
def meshgrid_written(x):
    a, b = np.meshgrid(x, x)
    a[0] *= b[1]
    return np.sum(a * b * b)


@case(X)
def tri_indices(x):
    a = np.outer(x, x)
    i, j = np.triu_indices(4, 1)
    a[i, j] = 0.0
    a[j, i] *= x[0]
    return np.sum(a * a)


@case(X)
def at_least(x):
    s = np.atleast_1d(x[0] * x[1])
    s[0] *= 2.0
    t = np.atleast_1d(x)
    t[0] = s[0]
    return np.sum(x * t)


@case(X)
def astype_copy(x):
    a = x.astype(float)
    a[0] = 5.0 * x[1]
    b = x.astype(np.float64, copy=False)
    b[1] *= a[0]
    return np.sum(a * x)


@case(X)
def array_copy_false(x):
    a = np.array(x)
    b = np.array(x, copy=True)
    c = np.asarray(x)
    a[0] = 5.0 * x[1]
    b[1] *= a[0]
    c[2] = a[0]
    return np.sum(a * x * b)


@case(X)
def ascontiguous(x):
    a = np.ascontiguousarray(x)
    a[0] = x[1] * 3.0
    return np.sum(a * x)


@case(M)
def reshape_then_write_arg(m):
    a = m.reshape(-1)
    b = a * 2.0
    b[0] = m[1, 1] ** 2
    return np.sum(b * b)


@case(M)
def flatten_then_write(m):
    a = m.flatten()
    a[0] = m[1, 1] ** 2
    return np.sum(a * a) + m[0, 0]


@case(M)
def reshape_of_copy(m):
    a = m.copy()
    a.reshape(9)[::2] *= 2.0
    return np.sum(a * a)


@case(X)
def reshape_vector_arg(x):
    a = x.reshape(2, 2)
    a[0] = a[1] * a[0]
    return np.sum(x * x)


@case(X)
def newaxis_broadcast_value(x):
    a = np.zeros((4, 4))
    a[:] = x[:, None]
    a += x
    v = x[None]
    v[0, 1] = a[2, 2]
    return np.sum(a * x)


@case(X)
def copy_method_variants(x):
    a = x.copy(order="C")
    b = np.copy(a)
    a[0] = b[1] * 2
    b[:] = a
    return np.sum(a * b)


@case(X)
def augmented_index_evaluated_once(x):
    a = x * 1.0
    k = [0]
    i = 0
    a[(i := i + 1)] += a[i]
    a[(i := i + 1)] *= a[i]
    return np.sum(a * a) * i


@case(X)
def negative_indices(x):
    a = x * 1.0
    for k in range(1, 4):
        a[-k] *= a[-k - 1]
        a[:-k] += a[-k]
    return np.sum(a * a)


@case(X)
def ellipsis(x):
    a = np.zeros((2, 2, 4))
    a[..., 0] = x[:2]
    a[0, ...] += x
    a[..., 1:3] *= 2
    a[1, ..., -1] = x[2]
    return np.sum(a * a * a)


@case(X, X32, **LOOSE)
def single_plus_double(x, y):
    a = y * 1
    a[1:] += x[1:] * 1.1
    a[0] += x[0] * 1.1
    a[:] *= x
    return float(np.sum(a)) * 1.0


@case(X, X32, **LOOSE)
def single_whole(x, y):
    a = y * 1
    a += x * 1.1
    a *= x
    b = a
    b /= x
    return float(np.sum(a)) * 1.0


@case(X32, **LOOSE)
def single_python(x):
    a = x * 1
    a[1:] += 0.1
    a[0] += 0.1
    a[2] *= math.pi
    a /= 1.1
    b = a
    b *= 0.3
    return float(np.sum(a)) * 1.0


@case(X * 4, K)
def int_buffer_element(x, k):
    k[0] += -1.5
    k[1] = 2.7
    k[2] -= 0.5
    k[3] *= 1.5
    return np.sum(x * k)


@case(X * 4, K)
def int_buffer_from_active(x, k):
    k[0] += x[0]
    k[1:] = x[1:] * 3
    return np.sum(x * k)


@case(X * 4, K)
def int_div_element(x, k):
    k[0] /= 2
    k[1] //= 2
    k[2] %= 2
    k[3] **= 2
    k[:] = k ** 2
    k <<= 1
    k |= 1
    k[1:] &= 3
    return np.sum(x * k)


@case(X)
def bool_ops(x):
    m = x > 0.5
    m |= x < 0.4
    m[0] ^= True
    m[1:] &= x[:-1] < 1.0
    m[2] = 3
    m[3] = x[1]
    return np.sum(x[m] ** 2)


@case(X)
def bool_from_floats(x):
    m = np.zeros(4, dtype=bool)
    m[:] = x - 0.31
    m[0] += 1
    return np.sum(x[m] ** 2)


@case(X)
def int8_overflow(x):
    k = np.zeros(4, dtype=np.int8)
    with np.errstate(all="ignore"):
        k[:] = 100
        k += k
        k[1] = 7
    return np.sum(x * k)


@case(X)
def uint(x):
    k = np.zeros(4, dtype=np.uint8)
    k[:] = [1, 2, 3, 200]
    k[0] -= 1
    k[1:] += 100
    return np.sum(x * k)


@case(X)
def int_promoted(x):
    a = np.arange(4)
    b = a * x
    a[0] = 7
    b[0] = a[0]
    a = a * 1.5
    a[1] = x[1]
    return np.sum(a * b)


@case(X)
def zero_d_plus(x):
    a = np.array(2.0)
    a += x[1]
    a *= x[0]
    b = a
    b -= 1
    return float(a * b)


@case(X)
def zero_d_view(x):
    a = x * 1.0
    v = a[1, ...]
    v += x[0]
    v[...] *= 2.0
    w = a[2:3].reshape(())
    w[()] = v
    return np.sum(a * a)


@case(np.array(0.7))
def zero_d_argument(x):
    x[()] = x * x
    x *= 2.0
    return float(x)


@case(np.array(0.7))
def zero_d_value(x):
    a = np.zeros(3)
    a[0] = x
    a[1:] = x * x
    a[:] *= x
    return np.sum(a * a)


@case(X)
def single_element_array_into_number(x):
    a = x * 1.0
    a[0] = x[1:2][0]
    a[1] = np.sum(x)
    a[2:3] = x[:1]
    a[[3]] = x[:1]
    return np.sum(a * a)


@case(X)
def lists_as_values(x):
    a = np.zeros((2, 2))
    a[0] = [x[0], x[1] * 2]
    a[:, 1] = (x[2], 3)
    a += [[1, x[0]], [x[1], 2]]
    a[1, :] *= [2, x[3]]
    return np.sum(a * a)


@case(X)
def python_numbers(x):
    a = np.zeros(4)
    a[0] = 1
    a[1] = True
    a[2] = 2.5
    a[3] = float(x[0])
    a[0] += 3
    a[1] -= math.sin(x[0])
    return np.sum(a * a * x)


@case(X)
def strided_targets(x):
    a = np.zeros(9)
    a[8:0:-2] = x
    a[::-3] += a[::3]
    a[-1:-4:-1] *= x[1:]
    return np.sum(a * a)


@case(X, 1, 3)
def slices_of_variables(x, i, j):
    a = x * 1.0
    a[i:j] = a[i - 1:j - 1] * a[i:j]
    i += 1
    a[:i] *= a[i]
    j -= 1
    a[j:] += x[j:] * a[j]
    return np.sum(a * a)


@case(X)
def index_arrays_2d(x):
    a = x * 1.0
    i = np.array([[0, 1], [2, 3]])
    a[i] = np.outer(x[:2], x[:2])
    a[i[::-1]] += np.outer(x[2:], x[:2])
    return np.sum(a * a)


@case(X)
def mixed_advanced(x):
    a = np.zeros((3, 4, 2))
    i = np.array([0, 2])
    a[i, :, 1] = x
    a[:, i, 0] += x[0]
    a[1, i] = x[:2, None]
    a[..., i, :] *= 2.0
    return np.sum(a * a)


@case(X)
def repeated_mixed(x):
    a = np.ones((3, 4))
    i = np.array([0, 0, 2])
    a[i, 1] = x[:3]
    a[i, :] *= x
    a[i] += x
    return np.sum(a * a)


@case(X)
def repeated_assignment_of_rows(x):
    a = np.zeros((3, 4))
    i = np.array([1, 1, 0])
    v = np.outer(x[:3], x)
    a[i] = v
    return np.sum(a * a)


@case(X)
def bool_scalar_index(x):
    a = x * 1.0
    a[x > 0.5] = a[x > 0.5][::-1]
    a[a == a.max()] = 0.0
    return np.sum(a * a)


@case(X)
def two_masks(x):
    a = np.outer(x, x)
    m = x > 0.5
    a[m, 0] = x[m]
    a[np.ix_(m, m)] *= 2.0
    a[m][:, m] *= 100.0
    return np.sum(a * a)


@case(X)
def fancy_is_a_copy(x):
    a = x * 1.0
    b = a[[0, 1, 2]]
    b[0] = x[3] * b[1]
    c = a[x > 0.5]
    c *= 5.0
    a[1] = b[0]
    return np.sum(a) + np.sum(b * b) + np.sum(c)


@case(X)
def mask_from_other_buffer(x):
    a, b = x * 1.0, x[::-1] * 1.0
    for _ in range(3):
        m = a > b
        a[m], b[m] = b[m], a[m]
        a *= 1.1
        b[~m] += a[~m]
    return np.sum(a * b)


@case(X)
def sort_then_search(x):
    a = x * 1.0
    a.sort()
    k = int(np.searchsorted(a, 0.6))
    a[k:] *= a[k - 1]
    return np.sum(a * np.arange(4.0))


@case(X)
def argmax_of_written(x):
    a = x * 1.0
    s = 0.0
    for _ in range(4):
        k = np.argmax(a)
        s += a[k] ** 2
        a[k] = 0.1 * x[0]
    return s


@case(X)
def cumulative_in_place(x):
    a = np.cumsum(x)
    a[1:] -= a[:-1]
    a[:] = np.cumprod(a)
    return np.sum(a * a)


@case(X)
def concatenation_of_views(x):
    a = x * 1.0
    b = np.concatenate([a[:2], a[2:]])
    a[0] = 3.0 * b[1]
    b[3] = a[0]
    return np.sum(a * b)


@case(X)
def roll_is_fresh(x):
    a = x * 1.0
    b = np.roll(a, 1)
    b[0] *= 3.0
    a[0] = b[1]
    return np.sum(a * b)


@case(X)
def tile_repeat(x):
    a = x * 1.0
    b = np.tile(a, 1)
    c = np.repeat(a, 1)
    b[0] = 3.0
    c[1] = b[0] * x[0]
    return np.sum(a * b * c)


@case(X)
def where_one_result(x):
    a = x * 1.0
    b = np.where(True, a, a)
    b[0] = 3.0
    return np.sum(a * b)


@case(X)
def positive_is_a_copy(x):
    a = +x
    a[0] = 3.0
    b = np.abs(a)
    b[1] = a[0]
    c = abs(b)
    c *= 2.0
    d = np.real(c) * 1.0
    d[0] = 1.0
    return np.sum(a * b * c * x)


@case(X)
def round_is_a_copy(x):
    a = np.nan_to_num(x)
    a[0] = 3.0
    b = a.clip(0.4, 0.9)
    b[0] = a[0] * x[2]
    return np.sum(a * b * x)


@case(M)
def tril_triu(m):
    a = np.tril(m)
    a[0, 2] = m[1, 1]
    b = np.triu(a)
    b += a.T
    return np.sum(a * b)


@case(M)
def diag_of_vector(m):
    d = np.diag(m)
    e = np.diag(d * 2.0)
    e[0, 1] = d[1]
    f = np.diag(e)
    return np.sum(f * e)


@case(M)
def inverse_written(m):
    a = np.linalg.inv(m)
    a[0] *= a[1]
    b = a @ m
    b -= np.eye(3)
    return np.sum(b * b)


@case(M)
def transpose_of_args(m):
    a = m.transpose()
    a[0, 1] = 3.0 * m[2, 2]
    b = np.transpose(m, (1, 0))
    b[1] *= m[0]
    c = m.swapaxes(0, 1)
    c[2, 0] = b[0, 0]
    return np.sum(m * m)


@case(np.arange(24.0).reshape(2, 3, 4) / 10)
def three_dimensions(t):
    for plane in t:
        for row in plane:
            row[1:] *= row[:-1]
        plane[0] += plane[-1]
    v = t[:, 1, ::2]
    v *= t[:, 0, 1::2]
    w = t.transpose(2, 0, 1)
    w[0] = w[1] * w[2]
    return np.sum(t * t)


@case(M)
def hsplit(m):
    a = m * 1.0
    for piece in np.hsplit(a, 3):
        piece *= 2.0
    return np.sum(a * a)


@case(M)
def array_of_rows(m):
    a = np.array([m[0], m[1] * 2])
    a[0] *= a[1]
    b = np.array(a)
    b[1, 1] = m[2, 2]
    return np.sum(a * b)


@case(M, 2)
def power_loop(m, n):
    p = np.eye(3)
    for _ in range(n):
        p = p @ m
        p[0, 0] += 1.0
        p /= np.sum(np.abs(p))
    return np.sum(p * m)


@case(X)
def del_and_rebind(x):
    a = x * 1.0
    b = a[1:]
    del a
    a = b * 2.0
    b[0] = a[1]
    a[0] *= b[0]
    return np.sum(a * b)


@case(X)
def maximum_over_a_comprehension(v):
    v[v > 0.5] = 0.7
    return np.sum(v) + max(v[2] for e in v)


@case(X)
def stacked_after_a_write(v):
    v[v > 0.5] = 0.7
    return np.sum(v) + np.sum(np.stack([v, v * 2]))


@case(X)
def zipped_with_itself(v):
    v[v > 0.5] = 0.7
    return sum(p * q for p, q in zip(v, v, strict=True))


@case(X)
def pairs_in_a_list(v):
    s = v * 2
    m = s * v
    v[v > 0.5] = 0.7
    return sum(p * q for p, q in [(v[0], s[1])])


@case(X)
def written_from_pairs(v):
    v[v > 0.5] = 0.7
    for a, b in [(np.cos(sum(p * q for p, q in zip(v, v, strict=True))), 4), (v[0], 2)]:
        v[0] = a * b
    return np.sum(v)


@case(X)
def listed_and_written(v):
    v[1] = v[0]
    t = v.tolist()
    v[0] = t[1] * 2
    u = list(v)
    v[0] = u[2] * u[0]
    return np.sum(v) + t[3]


@case(X)
def starred_elements(v):
    a, *b = v * 2.0
    v[1] = a * b[0]
    c, *d = v
    v[2] = d[1] * c
    return np.sum(v)


@case(X, 2)
@case(X, 0)
def array_after_a_number(v, n):
    s = 0.0
    for k in range(n):
        s = v * s + 1.0
    v[0] = np.sum(s)
    return np.sum(v)


@case(X)
def extremes_of_what_was_written(v):
    v[0] = v[1] ** 2
    return max(v) * min(v) + sorted(v)[1] * sum(v)


@case(X)
def enumerated_while_written(v):
    for a, b in enumerate(v):
        v[a] = b * v[-1]
    w = [e for e in v if e > 0.2]
    v[0] = 3.0
    return sum(w)


@case(X)
def enumeration_kept(v):
    it = enumerate(v)
    s = 0.0
    for k, e in it:
        v[3] = e * s + 1
        s += e
    return s


@case(X)
def name_taken_over(v):
    s = 0.0
    v[0] = s
    s = v
    s[1] = 2.0 * v[2]
    return np.sum(s * v)


@case(X)
def vector_reshaped(v):
    u = np.ravel(v)
    v += np.cos(u * v)
    u[0] = v.reshape(-1)[2] * v.reshape(2, 2)[0, 0]
    return np.sum(v * v)


@case(M)
def products_reshaped(m):
    a = m @ m
    f = a.reshape(-1)
    f[:3] *= a[1]
    b = np.outer(m[0], m[1])
    b.ravel()[::2] = m[2, 1]
    c = (a * b + 1.0).reshape(9, 1)
    c[0] = f[3]
    d = m[0].reshape(3, 1)
    d *= a[0, 0]
    return np.sum(m * m) + np.sum(a * b) * np.sum(c)


@case(M)
def planes_reshaped(m):
    a = np.zeros((3, 2, 2))
    for k, row in enumerate(a):
        row.ravel()[:] = m[k, 0]
        row.reshape(4)[1:] *= m[0]
    a[1].reshape(-1)[0] = 3 * m[2, 2]
    a[:2].reshape(-1)[3] = a[0, 0, 0] * 2
    return np.sum(a * a)


@case(M)
def buffers_reshaped(m):
    a, b = np.zeros((2, 2)), np.ones((2, 2))
    for k in range(3):
        a.reshape(-1)[k] = b.ravel()[0] * m[k, k]
        a, b = b, a
    return np.sum(a * b * b)


@case(M)
def real_parts(m):
    np.real(m)[0] = 2.0
    m.real[1] *= m[2]
    return np.sum(m * m)


@case(M)
def diagonals(m):
    d = np.diagonal(m)
    m[0, 0] = d[1] * d[2]
    e = m.diagonal()
    m[1, 1] = e[0] * 2
    f = np.diag(m)
    m[2, 2] = f[0]
    return np.sum(d * e * f)


@case(M)
def upper_diagonal(m):
    d = np.diagonal(m, 1)
    m[0, 1] = d[1] * d[0]
    return np.sum(d * m[0, :2])


@case(X)
def converted_or_not(x):
    a = x.astype(float, copy=False)
    a[0] = x[1] * 2
    b = x.astype(np.float32, copy=False)
    b[0] = x[2]
    return float(np.sum(a * x))


@case(M)
def matrix_reshaped(m):
    m.reshape(-1)[0] = m[1, 1] * 2.0
    m.ravel()[1:3] *= m[0, 0]
    return np.sum(m * m)


@case(np.asfortranarray(M))
def copy_reshaped(m):
    a = m.copy()
    a.reshape(-1)[0] = m[1, 1] * 2.0
    a.ravel()[1:3] *= m[0, 0]
    return np.sum(a * m)


@case(M)
def rows_reshaped(m):
    v = m.T.T
    v[0] *= 2.0
    r = np.ravel(m[1:])
    r[0] = 2.0 * m[0, 0]
    c = m[:, 1]
    s = c.reshape(3, 1)
    s[0] = 4.0 * m[1, 0]
    return np.sum(m * m)


@case(X)
def squeeze_axis(x):
    a = np.zeros((1, 4))
    b = np.squeeze(a, 0)
    b[:] = x
    c = a.squeeze(axis=0)
    c *= b
    return np.sum(a * a)


@case(X)
def expand(x):
    a = np.expand_dims(x, (0, 2))
    a[0, 1, 0] = x[0] * 3
    return np.sum(x * x)


@case(X[:3])
def the_same_elements(x):
    a = x.astype(float, copy=False)
    a[0] = x[1] * 2
    b = np.asarray(a, dtype=np.float64).real
    b[1] *= a[0]
    c = np.asarray(a, dtype=complex)
    c[2] = 0.0
    d = np.atleast_1d(x[0] * x[1])
    d[0] *= 3.0
    return np.sum(x * a * b) * d[0]


@case(X[:3])
def doubles_into_singles(x):
    a = np.ones(3, dtype=np.float32)
    a *= 3
    a += x * 0.0
    return np.sum(a * x)


@case(np.array([0.0, 0.5, 2.0]), expected=np.array([0.0, 1.0 + np.sqrt(0.5), 0.5 + np.sqrt(0.125)]))
def infinities_overwritten(x):
    with np.errstate(all="ignore"):
        a = 2.0 * np.sqrt(x)
        a[0] = 1.0
        b = np.log(x) * 0.5
        b[x == 0.0] = 0.0
    return np.sum(a * 0.5 + b * np.array([1.0, 1.0, 2.0]))


@case(X[:3])
def kept_over_a_write(x):
    a = np.outer(x, x)
    d = np.diag(a)
    s = d[0] * d[1]
    a[1, 1] = x[0]
    return s + d[1]


@case(M)
def kept_over_a_write_in_a_loop(m):
    f = m.reshape(-1)
    s = 0.0
    for i in range(3):
        s += f[i] * f[1]
        m[0, 1] *= 2.0
    return s


@case(X[:3])
def passed_on_by_a_branch(x):
    a = np.outer(x, x)
    d = np.diag(a) if x[0] > 0.0 else x
    a[1, 1] = x[0]
    return np.sum(d * x)


@case(X)
def max_out(x):
    a = x - 0.6
    np.maximum(a, 0.0, out=a)
    np.minimum(a, 0.3, a)
    np.clip(a, 0.05, 0.2, out=a)
    return np.sum(a * x)


@case(X)
def dot_out(x):
    a = np.zeros((4, 4))
    np.dot(np.outer(x, x), np.outer(x, x), out=a)
    np.matmul(a, a, out=a)
    return np.sum(a)


# ---------------------------------------------------------------------------------------------------------------- refused

@refused(X, code="SCT601")
def fortran_order_by_hand(x):
    a = np.asfortranarray(np.outer(x, x))
    b = a.T
    b[0] = a[1] * 2.0
    return np.sum(a * b * a)


@case(M)
def contiguous_of_transposed(m):
    a = np.ascontiguousarray(m.T)
    a[0] = m[1] * 3.0
    return np.sum(a * m)


@case(M)
def reshape_of_computed(m):
    a = (m * 2.0).reshape(9)
    a[:3] *= a[3:6]
    return np.sum(a * a)


@case(X)
def ufunc_method_writes(x):
    a = x * 1.0
    np.subtract.at(a, [0, 0], x[1])
    np.multiply.at(a, [1, 1], x[2])
    return np.sum(a * a)


@case(X)
def put(x):
    a = x * 1.0
    np.put(a, [0, 2], x[:2] * 2)
    a.put([1], x[0])
    return np.sum(a * a)


@case(M)
def fill_diagonal(m):
    a = m * 1.0
    np.fill_diagonal(a, m[0] * 2)
    return np.sum(a * a)


@case(X)
def putmask_place(x):
    a = x * 1.0
    np.putmask(a, a > 0.5, x * x)
    np.place(a, a < 0.4, [0.1])
    return np.sum(a * a)


@case(X)
def copyto_where(x):
    a = x * 1.0
    np.copyto(a, x * x, where=a > 0.5)
    return np.sum(a * a)


@case(X)
def add_where_out(x):
    a = x * 1.0
    np.add(a, x, out=a, where=x > 0.5)
    return np.sum(a * a)


@case(X)
def sum_out(x):
    a = np.zeros(())
    b = np.zeros(4)
    np.sum(x, out=a)
    np.cumsum(x, out=b)
    return np.sum(b * a)


@case(X)
def put_along_axis(x):
    a = np.outer(x, x)
    i = np.argmax(a, axis=1)[:, None]
    np.put_along_axis(a, i, 0.0, axis=1)
    return np.sum(a * a)


@case(X)
def slice_object(x):
    a = x * 1.0
    s = slice(1, None, 2)
    a[s] *= x[s]
    t = np.s_[::-1]
    a[t] += x
    return np.sum(a * a)


@refused(X, code="SCT601")
def diff_n0(x):
    a = x * 1.0
    b = np.diff(a, 0)
    b[0] = 2.0 * x[1]
    return np.sum(a * a)


@case(X)
def viewed(x):
    a = x.view()
    a[0] = 2.0
    return np.sum(a * x)


@refused(X, code="SCT601")
def require(x):
    a = np.require(x, requirements=["C"])
    a[0] = 2.0 * x[1]
    return np.sum(a * x)


@case(X)
def broadcast_arrays(x):
    a, b = np.broadcast_arrays(x, 1.0)
    c = a * 2
    c[0] = x[1]
    return np.sum(a * c)


@case(M)
def einsum_view(m):
    a = m * 1.0
    d = np.einsum("ii->i", a)
    d *= 2.0
    t = np.einsum("ij->ji", a)
    t[0] = a[1]
    return np.sum(a * a)


@case(X, 1)
def array_or_number(v, c):
    s = v if c else 2.0
    v[0] = v[1] * 3
    return np.sum(v * s)


@case(X, 2)
def none_or_array(v, n):
    p = None
    for k in range(n):
        p = v
        v[k] *= 2.0
    if p is not None:
        p[0] = v[1] * v[0]
    return np.sum(v)


@case(X)
def write_in_a_try(v):
    try:
        s = math.log(v[0])
        v[0] = s
    except ValueError:
        s = 0.0
    return np.sum(v) * s


@case(X)
def write_in_a_try_with_finally(v):
    a = v * 1.0
    try:
        a[0] = a[1] * a[2]
        s = np.sum(a)
    finally:
        a[1] = 0.0
    return s + np.sum(a * a)


@refused(np.asfortranarray(M), code="SCT607")
def reshaped_in_the_order_of_fortran(m):
    f = m.reshape(-1)
    m[0, 1] = m[1, 1] * 2.0
    return np.sum(f * f) + np.sum(m)


@case(M)
def transposed_and_reshaped(m):
    f = m.T.reshape(-1)
    m[0, 1] = m[1, 1] * 2.0
    return np.sum(f * f) + np.sum(m)


@case(X)
def ravel_f(x):
    a = np.zeros((2, 2))
    a[:] = x[:2]
    f = np.ravel(a, "F")
    f[0] *= x[3]
    return np.sum(f * f * x) + np.sum(a)


@case(X)
def ravel_f_method(x):
    a = np.zeros((2, 2))
    a[:] = x[:2]
    f = a.ravel("F")
    f[0] *= x[3]
    return np.sum(f * f * x) + np.sum(a)


@case(X)
def reshape_f(x):
    a = np.zeros((2, 2))
    a[:] = x[:2]
    f = np.reshape(a, (4,), "F")
    f[0] *= x[3]
    return np.sum(f * f * x) + np.sum(a)


@case(X)
def reshape_f_kw(x):
    a = np.zeros((2, 2))
    a[:] = x[:2]
    f = np.reshape(a, (4,), order="F")
    g = a.reshape(4, order="F")
    f[0] *= x[3]
    return np.sum(f * g * x) + np.sum(a)


@case(X)
def zeros_f(x):
    a = np.zeros((2, 2), order="F")
    a[:] = x[:2]
    f = a.reshape(4)
    f[0] *= x[3]
    return np.sum(f * f * x) + np.sum(a)


@case(X)
def zeros_f_positional(x):
    a = np.zeros((2, 2), float, "F")
    a[:] = x[:2]
    f = a.reshape(4)
    f[0] *= x[3]
    return np.sum(f * f * x) + np.sum(a)


# ---------------------------------------------------------------------------------------------------------------- harness

test_program = tried(run, PROGRAMS)


@pytest.mark.parametrize(("fun", "args", "options"), parameters(REFUSED))
def test_refused(fun, args, options):
    assert refusal(fun, *args).code == options["code"]
