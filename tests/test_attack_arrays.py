"""Programs chosen to go wrong: views, sharing, broadcasting in every position, indices, dtypes, kinks and singular points."""

import functools
import math

import numpy as np
import pytest

import sct
from tests.oracle import check, parameters, program, refusal, right_or_refused, run, tried

A = np.array([0.5, -1.2, 2.0, 0.7])
B = np.array([1.1, 0.4, -0.3, 0.9])
M = np.arange(12.0).reshape(3, 4) / 7 - 0.6
SQUARE = np.array([[2.0, 0.3, -0.4], [0.1, 1.5, 0.2], [-0.3, 0.6, 1.9]])
T3 = np.sin(np.arange(24.0) + 0.5).reshape(2, 3, 4)
EMPTY = np.zeros(0)
PROGRAMS = []
REFUSED = []
IN_PLACE = []
case = functools.partial(program, PROGRAMS)
in_place = functools.partial(program, IN_PLACE)
"""In-place operations on memory that may have several names: right, or refused."""
refused = functools.partial(program, REFUSED)
"""Not supported so far: a clear error, and nothing is computed."""


# ------------------------------------------------------------------------------------- accumulators and shared storage

@case(A)
def integer_accumulator_becomes_array(x):
    t = 0
    for _ in range(3):
        t += x * x
    return np.sum(t * t)


@case(A)
def integer_accumulator_single_trip_shares_nothing(x):
    y = x * x
    t = 0
    for _ in range(1):
        t = t + y
    u = t
    t = t + y
    return np.sum(u * t)


@case(A)
def none_accumulator(x):
    t = None
    for k in range(3):
        if t is None:
            t = x * k
        else:
            t = t + x * x * k
    return np.sum(t * t)


@case(A)
def none_accumulator_chosen_by_data(x):
    best = None
    for v in x:
        if best is None or v > best:
            best = v * v
    return best


@case(A)
def float_accumulator_becomes_array(x):
    t = 0.0
    for _ in range(3):
        t += x * x
    return np.sum(t)


@case(A, 0)
@case(A, 3)
def accumulator_with_zero_or_more_trips(x, n):
    t = 0.0
    for k in range(n):
        t = t + k * x * x
    return np.sum(t) + np.sum(x)


@case(A)
def two_names_of_one_accumulator(x):
    t = np.zeros(4)
    t += x
    u = t * t
    t += u
    return np.sum(t * u)


@case(A)
def fresh_sum_read_before_and_after(x):
    t = x * 2.0
    a = np.sum(t * t)
    t += x
    b = np.sum(t * t)
    return a * b


@case(A)
def augmented_all_operators(x):
    t = x * 1.0
    t += x
    t -= 0.5
    t *= x
    t /= 2.0 + x * x
    return np.sum(t)


@case(M)
def augmented_row_broadcast(m):
    t = m * 1.0
    t += m[0]
    t -= m[:, :1]
    return np.sum(t * t)


@case(A)
def scalar_name_rebinds_on_augmented(x):
    s = x[0]
    t = s
    s += x[1]
    s *= t
    return s * t


@case(A)
def sum_of_row_items_rebinds(x):
    s = x.sum()
    t = s
    s += 1.0
    return s * t


@case(A, B)
def swap_arrays_in_loop(x, y):
    for _ in range(3):
        x, y = y, x * y
    return np.sum(x) + np.sum(y * y)


@case(A)
def previous_value_is_kept(x):
    old = x
    new = x
    for _ in range(3):
        old, new = new, new * old + 1.0
    return np.sum(old) * np.sum(new)


@case(A)
def same_array_under_two_names(x):
    y = x
    z = y
    return np.sum(x * y * z)


@case(A, A)
def same_values_passed_twice(x, y):
    return np.sum(x * y) + np.sum(x / (2.0 + y))


@case(A)
def list_holds_one_array_twice(x):
    xs = [x, x, x * x]
    return np.sum(xs[0] * xs[1]) + np.sum(xs[2])


@case(A)
def copy_then_sum_in_place(x):
    y = x.copy()
    y += x
    y += y
    return np.sum(y * x)


@case(A)
def doubling_in_place(x):
    y = x * x
    for _ in range(3):
        y += y
    return np.sum(y)


NO_ROWS = np.zeros((0, 4))


@case(M, A)
@case(NO_ROWS, A)
def number_that_may_stay_a_number(m, x):
    t = 2.0
    for row in m:
        t = t + row
    return np.sum(x * t) + np.sum(t * t) + np.mean(t) / len(x) + np.max(t)


@case(M, A, 1.3)
@case(NO_ROWS, A, 1.3)
def number_that_may_stay_a_number_times_active(m, x, s):
    t = 2.0
    for row in m:
        t = t + row
    u = t * s
    return np.sum(x * u) + np.sum(u * u) * s + np.mean(u / s) + np.max(u)


@case(M, A, B)
@case(NO_ROWS, A, B)
def integer_that_may_stay_an_integer(m, x, w):
    t = 1
    for row in m:
        t = t + row
    z = np.tanh(t * w + x)
    return np.sum(z * t) - np.sum(np.where(z > 0, t, z))


@case(M + 1.0, A)
@case(NO_ROWS, A)
def two_numbers_that_may_stay_numbers(m, x):
    t = 2.0
    u = 3
    for row in m:
        t = t + row
        u = u + row * row
    return np.sum((t - u) / (x + 2 * u)) + np.sum(np.maximum(t, u))


@case(M, M)
@case(NO_ROWS, M)
def number_against_matrix(m, w):
    t = 1.5
    for row in m:
        t = t + row
    return np.sum(w * t) + np.sum((t - w) ** 2)


@case(M, A)
@case(NO_ROWS, A)
def number_centred(m, x):
    t = 0.5
    for row in m:
        t = t + row
    u = t - np.mean(t)
    return np.mean(u**2) + np.var(t) + np.sum(np.exp(-t) * x) + np.sum(np.stack([x, x * t])[1])


@case(M, A)
@case(NO_ROWS, A)
def number_in_callee(m, x):
    def g(v):
        s = 0.0
        for _ in range(2):
            s = s + v * v
        return s
    t = 0.5
    for row in m:
        t = t + row
    return np.sum(g(t) * x) + np.sum(g(t * x))


@case(M)
@case(NO_ROWS)
def mean_of_rows(m):
    t = 0
    for row in m:
        t += row * row
    return np.sum(np.sqrt(t / (len(m) + 1)) * 0.5)


# ------------------------------------------------------------------------------------------------------ views and indices

@case(M)
def row_of_matrix_twice(m):
    r = m[0]
    s = m[0]
    return np.sum(r * s * m[1])


@case(M)
def element_by_chained_and_tuple_index(m):
    return m[1][2] * m[1, 2] + m[-1][-1] * m[-1, 0]


@case(M)
def view_of_view(m):
    v = m.T[1:3][::-1]
    return np.sum(v * v[0]) + v[0, 1] * m[1, 2]


@case(T3)
def ellipsis_and_newaxis(t):
    a = t[..., 1]
    b = t[1, ..., None]
    c = t[None, 0, :, ::2]
    return np.sum(a * a) + np.sum(b) * np.sum(c * c)


@case(A)
def negative_steps(x):
    return np.sum(x[::-1] * x) + np.sum(x[-1:-3:-1] ** 2) + np.sum(x[3:0:-2] * x[0])


@case(A)
def slices_out_of_range(x):
    return np.sum(x[2:100]) + np.sum(x[10:]) + np.sum(x[-100:2] ** 2)


@case(A)
def integer_array_with_repeats(x):
    i = np.array([0, 0, 3, -1, 0])
    return np.sum(x[i] * x[i] * np.arange(5.0))


@case(M)
def two_integer_arrays(m):
    return np.sum(m[np.array([0, 0, 2]), np.array([1, 1, -1])] ** 2)


@case(M)
def integer_array_and_slice(m):
    return np.sum(m[:, [0, 0, 1]] ** 2) + np.sum(m[[2, 2], 1:] * m[0, 1:])


@case(T3)
def integer_arrays_around_a_slice(t):
    return np.sum(t[[0, 1, 1], :, [1, 1, 1]] ** 2)


@case(M)
def list_index_of_rows(m):
    rows = [2, 0, 0]
    return np.sum(m[rows] * np.array([[1.0], [2.0], [3.0]]))


@case(A)
def mask_some(x):
    return np.sum(x[x > 0] ** 2)


@case(A)
def mask_none(x):
    return np.sum(x[x > 100] ** 2) + x[0]


@case(A)
def mask_all(x):
    return np.prod(x[x < 100])


@case(M)
def mask_of_matrix(m):
    return np.sum(m[m > 0] * 2.0) + np.sum(m[m[:, 0] > -0.5] ** 2)


@case(A)
def mask_with_invert_and_and(x):
    big = x > 0
    small = x < 1.0
    return np.sum(x[big & small] ** 3) + np.sum(x[~big]) - np.sum(x[big | small])


@case(A)
def index_by_argmax(x):
    return x[np.argmax(x)] * x[np.argmin(x)] ** 2


@case(A)
def gather_by_argsort(x):
    return np.sum(x[np.argsort(x)] * np.arange(4.0))


@case(A)
def indices_run_backwards(x):
    s = 0.0
    for i in range(-1, -5, -1):
        s = s * 0.5 + x[i] * x[i - 0]
    return s


@case(A)
def triangular_reads(x):
    s = 0.0
    for i in range(len(x)):
        for j in range(i):
            s += x[i] * x[j] ** 2
    return s


@case(M)
def rows_with_break(m):
    s = 0.0
    for row in m:
        if row[0] > 0.0:
            break
        s += np.sum(row * row)
    return s * row[1]


@case(M)
def rows_zip_columns(m):
    s = 0.0
    for row, column, k in zip(m, m.T, range(10)):
        s += row[k] * np.sum(column) * k
    return s


@case(M)
def rows_enumerate_reversed(m):
    s = 0.0
    for k, row in enumerate(reversed(m)):
        s += (k + 1) * row[k] * row[0]
    return s


@case(M)
def unpack_rows(m):
    a, b, c = m
    first, *rest = a
    return np.sum(a * b) + np.sum(c) * first * rest[1]


@case(np.zeros((0, 3)), A)
def loop_over_no_rows(m, x):
    s = np.sum(x)
    for row in m:
        s = s * np.sum(row)
    return s


@case(T3)
def nested_loops_over_axes(t):
    s = 0.0
    for plane in t:
        for row in plane:
            for v in row:
                s += v * v * row[0]
    return s


# --------------------------------------------------------------------------------------------------------- broadcasting

@case(A, M)
def broadcast_left_and_right(x, m):
    return np.sum(x * m) + np.sum(m / (x + 3.0)) + np.sum(x - m) - np.sum(m - x)


@case(np.ones((3, 1)) * 0.7, A)
def broadcast_both_sides(c, x):
    return np.sum(c * x) + np.sum(c**2 / (3.0 + x)) + np.sum((c - x) ** 2)


@case(np.ones((1, 1)) * 0.7, M)
def broadcast_unit_matrix(c, m):
    return np.sum(c * m * m) + np.sum(m - c)


@case(np.ones((1, 4)) * 0.7, np.ones((1, 4)) * 0.2)
def unit_against_unit(a, b):
    return np.sum(a * b * b)


@case(1.3, M)
def scalar_against_matrix(s, m):
    return np.sum(s * m) + np.sum(m**2 * s) + np.sum(s - m) + np.sum(m / s)


@case(np.float64(1.3), M)
def numpy_scalar_against_matrix(s, m):
    return np.sum(s * m * s)


@case(np.array(1.3), M)
def zero_dim_against_matrix(s, m):
    return np.sum(s * m * s) + s


@case(np.array(1.3))
def zero_dim_alone(s):
    return s * s + np.sin(s)


@case(np.array(1.3))
def zero_dim_item(s):
    return s.item() * s[()] + float(s)


@case(np.array([1.3]))
def one_element(s):
    return s[0] * s.item() + s.sum() * float(s[0])


@case(T3, A, np.ones((3, 1)) * 1.2)
def broadcast_three(t, x, c):
    return np.sum(t * x * c) + np.sum(np.maximum(t, x)) + np.sum(np.where(t > 0, c, x))


@case(EMPTY, 2.0)
def empty_array(e, s):
    return np.sum(e * s) + s * s + np.prod(e) * s


@case(np.zeros((0, 4)), A)
def empty_rows(e, x):
    return np.sum(e * x) + np.sum(e + x) + np.sum(x * x)


@case(A)
def accumulate_with_broadcast_from_scalar(x):
    t = x[0]
    for k in range(3):
        t = t + x * k
    return np.sum(t * t)


@case(A, M)
def rank_grows_in_loop(x, m):
    t = 1.0
    t = t * x
    t = t * m
    return np.sum(t * x)


@case(A)
def outer_by_newaxis(x):
    d = x[:, None] - x[None, :]
    return np.sum(d * d * x)


@case(A, B)
def ufuncs_broadcast(x, y):
    c = y[:, np.newaxis]
    return np.sum(np.hypot(x, c)) + np.sum(np.arctan2(x, c)) + np.sum(np.logaddexp(x, c)) + np.sum(np.minimum(x, c))


@case(np.abs(A) + 0.1, np.abs(M) + 0.2)
def powers_broadcast(x, m):
    return np.sum(x**m) + np.sum(m**x) + np.sum(2.0**m) + np.sum(m**2) + np.sum(np.power(m, 3))


@case(M)
def reductions_with_axes(m):
    a = np.sum(m, axis=0) * np.mean(m, 0)
    b = np.sum(m, axis=1, keepdims=True) * m
    c = m.sum(-1) @ m
    d = np.sum(m, axis=(0, 1)) * np.mean(m, axis=None)
    return np.sum(a) + np.sum(b) + np.sum(c) + d


@case(T3)
def reductions_over_two_axes(t):
    a = np.sum(t, axis=(0, 2))
    b = np.mean(t, axis=(-1, 0), keepdims=True)
    c = np.max(t, axis=1)
    d = np.min(t, axis=(1, 2), keepdims=True)
    return np.sum(a * a) + np.sum(b * t) + np.sum(c**2) + np.sum(d * t)


# ------------------------------------------------------------------------------------------------------------- dtypes

@case(np.float32(1.5), 2.0, rtol=1e-3, expected=(np.float32(4.0), 6.0))
def single_times_python_float(a, b):
    return float(a * b) * b


@case(A.astype(np.float32), wrt=(0,), rtol=1e-3, expected=2 * A.astype(np.float32))
def single_array(x):
    return np.sum(x * x)


@case(A.astype(np.float32), B, rtol=1e-3, expected=(B, A.astype(np.float32)))
def single_and_double_arrays(x, y):
    return np.sum(x * y)


@case(A.astype(np.float32), rtol=1e-3, expected=2 * A.astype(np.float32))
def single_array_cast_up(x):
    y = x.astype(np.float64)
    return np.sum(y * y)


S = A.astype(np.float32)


@case(S, 1.5, rtol=1e-3, expected=(np.full(4, 3.0), 2.0 * float(np.sum(S))))
def single_array_and_number(x, s):
    return np.sum(x * s) * 2.0


@case(A, np.float32(1.5), rtol=1e-3, expected=(np.full(4, 1.5), float(np.sum(A))))
def double_array_and_single_number(x, s):
    return np.sum(x * s)


@case(S, M, rtol=1e-3, expected=(np.sum(M, axis=0), np.tile(S, (3, 1))))
def single_vector_double_matrix(x, m):
    return np.sum(m @ x)


@case(np.float64(1.5), 2.0)
def numpy_scalar_and_python_float(a, b):
    return a * b + b * b + a**b


@case(1.5, 3)
def integer_argument_becomes_float(x, n):
    t = n
    for _ in range(n):
        t = t * x
    return t


@case(1.5, np.arange(4))
def integer_array_times_float(x, k):
    return np.sum(k * x) + np.sum(x**k) + (k / 2.0 * x).sum()


@case(A, np.array([True, False, True, False]))
def boolean_array_times_floats(x, b):
    return np.sum(x * b) + np.sum(x[b]) + np.sum(np.where(b, x, -x * x))


@case(2.5)
def python_int_powers(x):
    return x**2 + x**-3 + x**True + 2**x + x**0.5 + (x + 1) ** (x - 1)


@case(-2.5)
def negative_base_integer_power(x):
    return x**3 + x**2.0 + x**-2 + pow(x, 3) + x**0


@case(np.array([-2.0, 0.0, 1.5]), expected=np.array([12.0 - 4.0, 0.0, 6.75 + 3.0]))
def negative_and_zero_base(x):
    return np.sum(x**3) + np.sum(x**2)


@case(np.array([0.0, 2.0]), expected=np.array([1.0, 1.0]))
def power_zero_and_one(x):
    return np.sum(x**0) + np.sum(x**1)


@case(A)
def clip_between(x):
    return np.sum(np.clip(x, -1.0, 1.0) * x) + np.sum(x.clip(0.0, None))


@case(7.3, -2.1)
@case(-7.3, 2.1)
def modulo_signs(x, y):
    return x % y * x + divmod(x, y)[1] * y + x // y * y + math.fmod(x, y)


@case(A, np.array([0.3, 0.7, -0.9, 1.1]))
def modulo_of_arrays(x, y):
    return np.sum(x % y * x) + np.sum(np.fmod(x, y)) + np.sum(x // y * y) + np.sum(np.mod(x, 0.37))


@case(A + 0.07)
def rounding(x):
    return np.sum(np.round(x) * x) + round(x[0]) * x[1] + np.sum(np.floor(x) * x) + np.trunc(x[1]) * x[2] + int(x[2]) * x[0]


# -------------------------------------------------------------------------------------------------- kinks, singular points

@case(np.array([3.0, 0.0, 2.0]), expected=np.array([0.0, 6.0, 0.0]))
def product_with_a_zero(x):
    return np.prod(x)


@case(np.array([3.0, 0.0, 0.0]), expected=np.array([0.0, 0.0, 0.0]))
def product_with_two_zeros(x):
    return np.prod(x)


@case(np.array([1.0, 4.0, 0.0, -1.0]), expected=np.array([0.5, 0.25, 0.0, 0.0]))
def square_root_under_where(x):
    with np.errstate(all="ignore"):
        return np.sum(np.where(x > 0, np.sqrt(x), 0.0))


@case(np.array([1.0, 2.0, 0.0]), expected=np.array([-1.0, -0.25, 1.0]))
def reciprocal_under_where(x):
    with np.errstate(all="ignore"):
        return np.sum(np.where(x != 0, 1.0 / x, x))


@case(np.array([1.0, 2.0, 0.0]), expected=np.array([1.0, 0.5, 0.0]))
def logarithm_under_where(x):
    with np.errstate(all="ignore"):
        y = np.log(x)
        return np.sum(np.where(x > 0, y, 0.0))


@case(np.array([1.0, 0.0]), expected=np.array([0.5, 0.0]))
def square_root_masked_by_index(x):
    with np.errstate(all="ignore"):
        y = np.sqrt(x)
    return y[0]


@case(np.array([3.0, 4.0]), expected=np.array([0.6, 0.8]))
def norm(x):
    return np.linalg.norm(x)


@case(A)
def norms(x):
    orders = np.linalg.norm(x, 1) + np.linalg.norm(x, 3) + np.linalg.norm(x, np.inf)
    return orders + np.linalg.norm(x[:2]) * np.linalg.norm(x[2:])


@case(M)
def norms_of_matrix(m):
    return np.linalg.norm(m) + np.sum(np.linalg.norm(m, axis=1)) + np.sum(np.linalg.norm(m, axis=0, keepdims=True) * m)


@case(A)
def variance_and_deviation(x):
    return np.var(x) + np.std(x) + np.var(x, ddof=1) + x.std() * x.mean()


@case(M)
def deviation_with_axis(m):
    return np.sum(np.std(m, axis=0) * m) + np.sum(m.var(axis=1, keepdims=True, ddof=1) * m)


@case(A)
def sort_and_cumulate(x):
    return np.sum(np.sort(x) * np.arange(4.0)) + np.sum(np.cumsum(x) ** 2) + np.cumsum(x)[2] * x[0]


@case(M)
def sort_and_cumulate_along_axes(m):
    return np.sum(np.sort(m, axis=0) * m) + np.sum(np.cumsum(m, axis=1) * m) + np.sum(np.cumsum(m) ** 2)


@case(M)
def products_along_axes(m):
    return np.sum(np.prod(m, axis=0)) + np.sum(np.prod(m, axis=1, keepdims=True) * m) + np.prod(m[0])


@case(A)
def extrema_of_kinds(x):
    return np.max(x) * np.min(x) + max(x) * min(x[0], x[1]) + max(x[0], x[1], 0.1) + np.maximum(x[0], 0.0) + abs(x[1])


# ------------------------------------------------------------------------------------------------------ shapes, linear algebra

@case(M)
def shapes_and_back(m):
    a = m.reshape(4, 3)
    b = m.ravel()[::2]
    c = m.reshape(-1)[3]
    d = np.transpose(m) @ m
    e = m.flatten() * 2.0
    return np.sum(a * a[0]) + np.sum(b * b) * c + np.sum(d) + np.sum(e * m.reshape(12))


@case(T3)
def axes_permuted(t):
    u = np.transpose(t, (2, 0, 1))
    v = np.swapaxes(t, 0, 2)
    w = np.moveaxis(t, 0, -1)
    return np.sum(u[1] * u[2]) + np.sum(v[0] ** 2) + np.sum(w * w[..., :1])


@case(A, B)
def joins(x, y):
    a = np.concatenate([x, y, x])
    b = np.stack([x, y], axis=1)
    c = np.vstack((x, y))
    d = np.hstack([x, y[:2]])
    return np.sum(a[3:9] ** 2) + np.sum(b[:, 1] * b[:, 0]) + np.sum(c @ c.T) + np.prod(d[2:5])


@case(A)
def array_literals(x):
    m = np.array([[x[0], 1.0], [x[1] * x[2], x[3]]])
    v = np.array([x[0], 2, x[0]])
    return np.sum(m @ m) + np.sum(v * v)


@case(1.2, 0.5)
def array_literal_of_scalars(a, b):
    r = np.array([[np.cos(a), -np.sin(a)], [np.sin(a), np.cos(a)]])
    return np.sum(r @ np.array([b, a * b]))


@case(A, M)
def all_products(x, m):
    return np.sum(m @ x) + np.dot(x, x) + x @ x + np.sum(x @ m.T) + np.sum(np.outer(x, x) @ x) + np.inner(x, x) + np.vdot(x, x)


@case(T3, M)
def batched_products(t, m):
    products = np.sum(t @ m.T) + np.sum((m[None] @ m.T) ** 2)
    return products + np.sum(np.einsum("bij,kj->bik", t, m) ** 2) + np.sum(np.tensordot(t, m, 2))


@case(T3, np.sin(np.arange(4.0)).reshape(1, 4, 1))
def batched_product_broadcasts(t, c):
    return np.sum((t @ c) ** 2)


@case(SQUARE)
def linear_algebra(a):
    return (np.linalg.det(a) + np.sum(np.linalg.inv(a)) + np.sum(np.linalg.solve(a, a[0])) + np.linalg.slogdet(a)[1]
            + np.trace(a @ a))


@case(SQUARE)
def cholesky_of_symmetric(a):
    c = np.linalg.cholesky(a @ a.T + np.eye(3))
    return np.sum(c * c[:, :1]) + np.sum(np.log(np.diag(c)))


@case(A)
def spreads(x):
    return (np.sum(np.repeat(x, 2) * np.tile(x, 2)) + np.sum(np.broadcast_to(x, (3, 4)) ** 2)
            + np.sum(np.roll(x, 1) * x) + np.sum(np.flip(x) * np.expand_dims(x, 1)) + np.sum(np.full(4, x[0]) * x))


@case(A)
def constructors_are_constants(x):
    z = np.zeros_like(x) + np.ones_like(x) * x + np.full_like(x, 2.0)
    return np.sum(z * z) + np.sum(np.linspace(0.0, 1.0, 4) * x) + np.sum(np.eye(4) * x)


@case(A)
def full_like_of_active(x):
    return np.sum(np.full_like(x, x[0]) * x)


@case(0.3, 2.1)
def linspace_of_active(a, b):
    return np.sum(np.linspace(a, b, 5) ** 2)


@case(A)
def diag_and_squeeze(x):
    d = np.diag(x)
    return np.sum(d @ d) + np.sum(np.squeeze(x[None, :, None]) * x) + np.sum(np.triu(np.outer(x, x)))


@case(A + 0.07)
def methods(x):
    return (x.dot(x) + x.max() * x.min() + x.prod() + x.cumsum()[1] + x.copy().sum() + x.T @ x + x.astype(float).mean()
            + x.round().sum())


@case(A)
def shape_attributes(x):
    return np.sum(x) / x.size * x.shape[0] + x.ndim * x[0] + len(x) * x[1] ** 2


@case(M)
def convolution_by_slices(m):
    s = m[1:, 1:] - m[:-1, :-1] + m[1:, :-1] * m[:-1, 1:]
    return np.sum(s**2)


@case(np.abs(A) + 0.5)
def ufunc_zoo(x):
    return np.sum(np.exp(x) + np.log(x) + np.sqrt(x) + np.sin(x) * np.cos(x) + np.tan(x / 3) + np.arcsin(x / 3) + np.arctan(x)
                  + np.sinh(x) + np.tanh(x) + np.log1p(x) + np.expm1(x) + np.log2(x) + np.cbrt(x) + np.square(x)
                  + np.reciprocal(x))


@case(A)
def where_with_scalars(x):
    return np.sum(np.where(x > 0, 1.0, x)) + np.sum(np.where(x > 0, x[0], 0)) + np.where(x[0] > 0, x[0], x[1]) * x[2]


# ------------------------------------------------------------------------------------------ in place: right, or refused

@in_place(A)
def in_place_01(x):
    t = 0
    for k in range(3):
        t += x * x
        u = t * 2
    return np.sum(u * t)


@in_place(A)
def in_place_02(x):
    y = x * x
    t = 0
    for k in range(3):
        t += y
    return np.sum(y * t)


@in_place(A)
def in_place_03(x):
    y = x * x
    t = None
    for k in range(3):
        if t is None: t = y
        else: t += y
    return np.sum(y * t)


@in_place(A)
def in_place_04(x):
    t = x * 1.0
    s = 0.0
    for k in range(3):
        s += np.sum(t * t)
        t += x
    return s


@in_place(A)
def in_place_05(x):
    t = np.zeros_like(x)
    for k in range(3):
        v = x * k
        t += v * v
        t *= x
    return np.sum(t)


@in_place(A)
def in_place_06(x):
    t = np.zeros_like(x)
    outs = []
    for k in range(3):
        t += x
        outs = outs + [t]
    return np.sum(outs[0] * outs[2])


@in_place(A)
def in_place_07(x):
    t = x.copy()
    v = t[1:]
    t += 1.0
    return np.sum(t) + v[0]


@in_place(A)
def in_place_08(x):
    t = x.reshape(2, 2)
    t += 1.0
    return np.sum(t * x[0])


@in_place(A)
def in_place_09(x):
    t = np.abs(x)
    def f():
        return np.sum(t * t)
    a = f()
    t += x
    return a + f()


@in_place(A)
def in_place_10(x):
    t = x * 2.0
    if x[0] > 0:
        t += x
    else:
        t -= x
    return np.sum(t * t)


@in_place(A)
def in_place_11(x):
    t = x * 2.0
    w = t if x[0] > 100 else x * 1.0
    t += x
    return np.sum(w * t)


@in_place(A)
def in_place_12(x):
    def add(a, b):
        a += b
        return a
    t = x * 2.0
    return np.sum(add(t, x)) + np.sum(t)


@in_place(A)
def in_place_13(x):
    def add(a, b):
        a = a * 1.0
        a += b
        return a
    t = x * 2.0
    return np.sum(add(t, x) * t)


@in_place(A)
def in_place_14(x):
    t = np.broadcast_to(x[0], (4,)) * 1.0
    t += x
    return np.sum(t * t)


@in_place(A)
def in_place_15(x):
    t = np.asarray(x * 1.0)
    u = np.ravel(t)
    t += 1.0
    return np.sum(u * t)


@in_place(A)
def in_place_16(x):
    t = np.array(x)
    t += x
    return np.sum(t * x)


@in_place(A)
def in_place_17(x):
    t = np.array(x, copy=False) if False else np.asarray(x)
    t = t + 0.0
    t *= 2.0
    return np.sum(t * x)


@in_place(A)
def in_place_18(x):
    t = x * x
    t **= 2
    t //= 0.3
    t %= 2.0
    return np.sum(t * x)


@in_place(A)
def in_place_19(x):
    t = x * x
    t @= np.eye(4)
    return np.sum(t)


@in_place(A)
def in_place_20(x):
    a = b = x * 2.0
    a += 1.0
    return np.sum(a * b)


@in_place(A)
def in_place_21(x):
    a = x * 2.0
    b = a
    b = b + 1.0
    b += a
    return np.sum(a * b)


@in_place(A)
def in_place_22(x):
    t = x * 0.5
    for k in range(3):
        old = t
        t = t * x
        t += old
    return np.sum(t * old)


@in_place(M)
def in_place_23(m):
    t = np.zeros(4)
    for row in m:
        t += row
        t *= 0.5
    return np.sum(t * m[0])


@in_place(M)
def in_place_24(m):
    t = m[0] * 1.0
    for row in m[1:]:
        t += row * t
    return np.sum(t)


@in_place(np.arange(4), 1.5)
def in_place_25(k, s):
    t = k * s
    t += k
    return np.sum(t * t)


@in_place(A)
def in_place_26(x):
    t = np.zeros(4, dtype=int)
    t = t + x
    t += x
    return np.sum(t * t)


@in_place(A)
def in_place_27(x):
    t = np.ones((2, 4))
    t += x
    t *= x[:2, None]
    return np.sum(t * t)


@in_place(A)
def in_place_28(x):
    t = np.where(x > 0, x, 0.0)
    t += np.maximum(t, x)
    t += t[::-1]
    return np.sum(t * t)


@in_place(A)
def in_place_29(x):
    d = {"t": x * 1.0}
    t = d["t"]
    t += x
    return np.sum(d["t"] * t)


@in_place(A)
def in_place_30(x):
    t, u = x * 1.0, x * 2.0
    for _ in range(3):
        t, u = u, t
        t += x
    return np.sum(t * u)


@in_place(A)
def in_place_31(x):
    t = x * 1.0
    while np.sum(t) < 50:
        t += t
    return np.sum(t * x)


@in_place(A)
def in_place_32(x):
    t = x * 1.0
    for k in range(5):
        t += x
        if t[0] > 1.4: break
    else:
        t *= 2
    return np.sum(t * t)


@in_place(A)
def in_place_33(x):
    ys = [x * 1.0, x * 2.0]
    y = ys[0]
    y += 1.0
    return np.sum(ys[0] * ys[1])


@in_place(A)
def in_place_34(x):
    def gen():
        t = x * 1.0
        return t, t
    a, b = gen()
    a += 1.0
    return np.sum(b * a)


@in_place(A)
def in_place_35(x):
    s = np.sum(x)
    t = s
    s += x
    return np.sum(s * t)


@in_place(A)
def in_place_36(x):
    z = np.cumsum(x)
    y = np.transpose(z)
    z -= x
    return np.sum(y)


@in_place(A)
def in_place_37(x):
    t = np.diag(x)
    t = t + np.eye(4)
    t += np.outer(x, x)
    d = np.diag(t)
    t = t * 2
    return np.sum(d * d) + np.trace(t)


@in_place(A, B)
def in_place_38(x, y):
    acc = np.zeros(4)
    for k in range(3):
        acc += x if k % 2 else y
    return np.sum(acc * acc)


@in_place(A)
def in_place_39(x):
    acc = np.zeros(4)
    tmp = acc
    for k in range(3):
        tmp = tmp + x
        tmp += acc
    return np.sum(tmp * tmp)


@in_place(np.array(1.5))
def in_place_40(s):
    t = s * 1.0
    u = t
    t += s
    return t * u


@in_place(np.array(1.5))
def in_place_41(s):
    t = np.array(s)
    u = t
    t += s
    return float(t * u)


@in_place(np.float64(1.5))
def in_place_42(s):
    t = s
    t += s
    return t * s


@in_place(A)
def in_place_43(x):
    t = np.zeros_like(x)
    outs = []
    for k in range(3):
        t += x
        outs = outs + [t]
    return np.sum(outs[0] * outs[2])


@in_place(A)
def in_place_44(x):
    t = x * 1.0
    ys = [t] * 2
    t += x
    return np.sum(ys[0] * t)


@in_place(A)
def in_place_45(x):
    t = x * 1.0
    ys = [t for _ in range(3)]
    t += x
    return np.sum(ys[0] * t)


@in_place(A)
def in_place_46(x):
    t = x * 1.0
    ys = [t for v in x if v > 0]
    t += x
    return np.sum(ys[0] * t)


@in_place(A)
def in_place_47(x):
    t = x * 1.0
    p = None
    for k in range(2):
        p = (t, x) if p is None else p
    t += x
    return np.sum(p[0] * t)


@in_place(A)
def in_place_48(x):
    t = x * 1.0
    d = None
    for k in range(2):
        d = {"t": t} if d is None else d
    t += x
    return np.sum(d["t"] * t)


@in_place(A)
def in_place_49(x):
    t = x * 1.0
    def mk(v):
        for _ in range(2): pass
        return [v, v]
    ys = mk(t)
    t += x
    return np.sum(ys[0] * t)


@in_place(A)
def in_place_50(x):
    t = x * 1.0
    def mk(v):
        for _ in range(2): w = v[1:]
        return w
    w = mk(t)
    t += x
    return np.sum(w) + np.sum(t)


@in_place(A)
def in_place_51(x):
    t = x * 1.0
    m = np.stack([t, t])
    t += x
    return np.sum(m * t)


@in_place(A)
def in_place_52(x):
    t = x * 1.0
    m = np.asarray([t, t])
    t += x
    return np.sum(m * t)


@in_place(A)
def in_place_53(x):
    t = x * 1.0
    u = max([t[0], t[1]])
    t += x
    return u * np.sum(t)


@in_place(A)
def in_place_54(x):
    t = np.outer(x, x)
    rows = [r for r in t]
    t += 1.0
    return np.sum(rows[0] * t)


@in_place(A)
def in_place_55(x):
    t = np.outer(x, x)
    rows = list(t)
    t += 1.0
    return np.sum(rows[0] * t)


@in_place(A)
def in_place_56(x):
    t = np.outer(x, x)
    a, b, c, d = t
    t += 1.0
    return np.sum(a * t)


@in_place(A)
def in_place_57(x):
    t = x * 1.0
    u = np.squeeze(t[None])
    t += 1.0
    return np.sum(u * t)


@in_place(A)
def in_place_58(x):
    t = x * 1.0
    u = t[:]
    u += 1.0
    return np.sum(u * t)


@in_place(A)
def in_place_59(x):
    t = x * 1.0
    u = t[[0, 1, 2, 3]]
    u += 1.0
    return np.sum(u * t)


@in_place(A)
def in_place_60(x):
    t = x * 1.0
    u = t[t > 0]
    u += 1.0
    t += 2.0
    return np.sum(u) * np.sum(t)


@in_place(A)
def in_place_61(x):
    t = x * 1.0
    u = t.astype(float)
    u += 1.0
    return np.sum(u * t)


@in_place(A)
def in_place_62(x):
    t = x * 1.0
    u = t.astype(float, copy=False)
    u += 1.0
    return np.sum(u * t)


@in_place(A)
def in_place_63(x):
    t = x * 1.0
    u = np.atleast_1d(t)
    u += 1.0
    return np.sum(u * t)


@in_place(A)
def in_place_64(x):
    t = x * 1.0
    u = t.flatten()
    u += 1.0
    return np.sum(u * t)


@in_place(A)
def in_place_65(x):
    t = x * 1.0
    u = np.real(t)
    u += 1.0
    return np.sum(u * t)


@in_place(A)
def in_place_66(x):
    t = x * 1.0
    u = np.swapaxes(t[None], 0, 1)
    u += 1.0
    return np.sum(u) * np.sum(t)


@in_place(A)
def in_place_67(x):
    t = np.outer(x, x)
    u = np.diag(t)
    t += 1.0
    return np.sum(u)


@in_place(A)
def in_place_68(x):
    t = x * 1.0
    u = np.broadcast_to(t, (2, 4))
    t += 1.0
    return np.sum(u)


@in_place(A)
def in_place_69(x):
    t = x * 1.0
    u = np.flip(t)
    t += 1.0
    return np.sum(u * t)


@in_place(A)
def in_place_70(x):
    t = x * 1.0
    u = np.split(t, 2)[0]
    t += 1.0
    return np.sum(u) * np.sum(t)


@in_place(A)
def in_place_71(x):
    t = x * 1.0
    it = (t, t)
    for u in it:
        u += 1.0
    return np.sum(t)


@in_place(A)
def in_place_72(x):
    t = x * 1.0
    u = t if np.sum(t) > -100 else None
    t += 1.0
    return np.sum(u * t)


@in_place(A)
def in_place_73(x):
    t = x * 1.0
    f = lambda a=t: a
    t += 1.0
    return np.sum(f() * t)


@in_place(A)
def in_place_74(x):
    from_ = np.maximum(x, x)
    u = functools.reduce(lambda a, b: a, [from_, x])
    from_ += 1.0
    return np.sum(u * from_)


@in_place(A)
def in_place_75(x):
    t = np.clip(x, -10, 10)
    u = np.where(x > -100, t, x)
    t += 1.0
    return np.sum(u * t)


@in_place(A)
def in_place_76(x):
    t = np.sort(x)
    u = np.roll(t, 1)
    t += u
    v = np.nan_to_num(t)
    t += v
    return np.sum(u * t * v)


@in_place(A)
def in_place_77(x):
    t = np.outer(x, x)
    u = np.einsum("ij->ji", t)
    t += 1.0
    return np.sum(u * t)


@in_place(M, A)
def in_place_78(m, x):
    h = np.einsum("ij,j->i", m, x)
    h += 1.0
    return np.sum(h * h)


@in_place(A)
def in_place_79(x):
    t = np.outer(x, x)
    u = np.diag(np.diag(t))
    u += t
    return np.sum(u * t)


@in_place(A)
def in_place_80(x):
    t = x * 1.0
    u = np.diff(t)
    u += 1.0
    return np.sum(u) * np.sum(t)


@in_place(A)
def in_place_81(x):
    t = np.exp(x)
    u = np.float64(t)
    t += 1.0
    return np.sum(u * t)


# --------------------------------------------------------------------------------------------------- writes must be refused

def writes_element(x):
    x[0] = 2.0
    return np.sum(x * x)


def writes_fresh_element(x):
    y = np.zeros(4)
    for i in range(4):
        y[i] = x[i] * x[i]
    return np.sum(y)


def adds_to_element(x):
    y = x * 1.0
    y[0] += x[1]
    return np.sum(y * y)


def adds_to_argument(x):
    x += 1.0
    return np.sum(x * x)


def adds_to_alias_of_argument(x):
    acc = x
    for _ in range(2):
        acc += x
    return np.sum(acc)


def adds_to_alias_of_local(x):
    y = x * 2.0
    acc = y
    acc += x
    return np.sum(y * acc)


def adds_to_view(x):
    y = np.outer(x, x)
    r = y[0]
    r += x
    return np.sum(y)


def adds_to_viewed(x):
    y = np.outer(x, x)
    r = y[0]
    y += x
    return np.sum(r)


def adds_to_transpose(x):
    y = np.outer(x, x)
    y.T[0] += x
    return np.sum(y)


def adds_to_ravel(x):
    y = np.outer(x, x)
    r = y.ravel()
    r += 1.0
    return np.sum(y * y)


def adds_to_asarray(x):
    y = np.asarray(x)
    y += 1.0
    return np.sum(x * y)


def adds_to_loop_row(m):
    s = 0.0
    for row in m:
        row += 1.0
        s += np.sum(row * row)
    return s


def adds_to_list_item(x):
    xs = [x * 1.0, x * 2.0]
    for v in xs:
        v += 1.0
    return np.sum(xs[0] * xs[1])


def adds_to_tuple_item(x):
    y = x * 2.0
    pair = (y, y)
    y += x
    return np.sum(pair[0] * pair[1])


def adds_to_maybe_argument(x):
    y = x * 1.0 if x[0] > 100 else x
    y += 1.0
    return np.sum(x * y)


def adds_in_callee(x):
    def bump(v):
        v += 1.0
        return v
    return np.sum(bump(x) * x)


def adds_to_captured(x):
    y = x * 2.0

    def get():
        return y
    z = get()
    z += 1.0
    return np.sum(y * y)


def adds_after_first_trip_alias(x):
    t = 0
    for _ in range(3):
        t = t + x if isinstance(t, int) else t
        u = t
        t += x
    return np.sum(u * t)


def adds_to_previous(x):
    t = x * 1.0
    prev = t
    for _ in range(2):
        prev = t
        t += x
    return np.sum(prev * t)


def writes_with_out(x):
    y = np.zeros(4)
    np.multiply(x, x, out=y)
    return np.sum(y)


def writes_with_positional_out(x):
    y = x * 1.0
    np.sin(x, y)
    return np.sum(y)


def writes_with_out_of_sum(x):
    y = np.zeros(())
    x.sum(0, None, y)
    return y * 1.0


def writes_with_method(x):
    x.sort()
    return np.sum(x * np.arange(4.0))


def writes_with_fill(x):
    y = x * 1.0
    y.fill(2.0)
    return np.sum(y * x)


def writes_with_add_at(x):
    y = x * 1.0
    np.add.at(y, [0, 0], x[0])
    return np.sum(y * x)


def writes_with_copyto(x):
    y = np.zeros(4)
    np.copyto(y, x)
    return np.sum(y * y)


def writes_attribute(x):
    y = x * 1.0
    y.shape = (2, 2)
    return np.sum(y[0] * y[1])


WRITES = [
    (f, (M if f is adds_to_loop_row else A,)) for f in (
        writes_element, writes_fresh_element, adds_to_element, adds_to_argument, adds_to_alias_of_argument,
        adds_to_alias_of_local, adds_to_view, adds_to_viewed, adds_to_transpose, adds_to_ravel, adds_to_asarray,
        adds_to_loop_row, adds_to_list_item, adds_to_tuple_item, adds_to_maybe_argument, adds_in_callee,
        adds_to_captured, adds_after_first_trip_alias, adds_to_previous, writes_with_out, writes_with_positional_out,
        writes_with_out_of_sum, writes_with_method, writes_with_fill, writes_with_add_at, writes_with_copyto,
        writes_attribute)
]


test_program = tried(run, PROGRAMS)


@pytest.mark.parametrize(("fun", "args", "options"), parameters(REFUSED))
def test_refused(fun, args, options):
    assert not isinstance(refusal(fun, *args, **options), sct.errors.InternalError)


@pytest.mark.parametrize(("fun", "args"), [pytest.param(f, a, id=f.__name__) for f, a in WRITES])
def test_writes_are_right_or_refused(fun, args):
    right_or_refused(fun, *args)


@pytest.mark.parametrize(("fun", "args", "options"), parameters(IN_PLACE))
def test_in_place_is_right_or_refused(fun, args, options):
    try:
        check(fun, *args, **options)
    except sct.errors.InternalError:
        raise
    except sct.errors.SctError:
        pass
