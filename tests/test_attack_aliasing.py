"""Nasty small programs with writes, views and aliases: each gives the value and the gradient, or is refused as listed."""

import copy
import math
from functools import partial

import numpy as np
import pytest

import sct
from tests.oracle import arrays, differences, parameters, program, refusal, run, same, tried
from tests.points import X, Y

PROGRAMS, REFUSED, AUXILIARY, RAISING = [], [], [], []
M = np.array([[1.0, 2.0, 0.5], [0.3, -1.0, 2.0], [0.7, 0.1, 0.2]])
case = partial(program, PROGRAMS)
refused = partial(program, REFUSED)
aux = partial(program, AUXILIARY)
raises = partial(program, RAISING)


# ------------------------------------------------------------------------------------------------- slices that overlap

@case(X)
def running_sums(x):
    x[1:] += x[:-1]
    x[:-1] -= x[1:] * x[:-1]
    return np.sum(x * x * x)


@case(X)
def every_second(x):
    u = x * x
    u[::2] = u[1::2]
    u[1::2] *= u[::2]
    return np.sum(u * u)


@case(X)
def plus_its_reverse(x):
    u = x * 1.0
    u[::-1] += u
    u *= u[::-1]
    u[:] = u[::-1]
    u[1:] = u[:-1][::-1] * u[1:]
    return np.sum(u * np.arange(4.0) * u)


@case(X)
def shifts_both_ways_in_a_loop(x):
    u = x * 1.0
    s = 0.0
    for k in range(3):
        u[1:] = u[:-1] * u[1:]
        u[:-1] = u[1:] + u[0]
        s += u[k] * u[-1]
    return s


@case(X)
def reversed_in_place(x):
    x[:] = x[::-1]
    x[0] *= x[1]
    x[::-1][0] = x[2] * x[0]
    return x[0] * x[3] + np.sum(x**3)


@case(X)
def rolled_by_hand(x):
    last = x[-1]
    for k in range(len(x) - 1, 0, -1):
        x[k] = x[k - 1] * x[k]
    x[0] = last * last
    return np.sum(x * x)


@case(M)
def blocks_of_a_matrix(m):
    m[:2, :2] += m[1:, 1:]
    m[1:, :] *= m[:-1, :]
    m[:, 0], m[:, 2] = m[:, 2], m[:, 0] * 2
    return np.sum(m * m)


@case(M)
def onto_its_transpose(m):
    a = m * 1.0
    a += a.T
    a *= a.T[::-1]
    a.T[:] = a * a
    return np.sum(a * m)


@case(X)
def exchange_of_halves(x):
    a = x * 1.0
    a[:2], a[2:] = a[2:], a[:2]
    return np.sum(a * a * np.array([1.0, 2.0, 3.0, 4.0]))


@case(X)
def exchange_of_overlapping_parts(x):
    a = x * 1.0
    a[:3], a[1:] = a[1:] * 2, a[:3]
    return np.sum(a * a * np.array([1.0, 2.0, 3.0, 4.0]))


@case(X)
def exchange_of_elements(x):
    a = x * x
    i, j = 0, 2
    a[i], a[j] = a[j], a[i]
    a[i], a[i + 1], a[j] = a[j], a[i], a[i + 1] * a[j]
    return np.sum(a * a * np.array([1.0, 2.0, 3.0, 4.0]))


# ----------------------------------------------------------------------------------------------------- views of views

@case(X)
def view_with_a_negative_step(x):
    a = x * 1.0
    b = a[::-1][1:][::2]
    b *= a[:2]
    b[0] += b[1] * b[1]
    return np.sum(a * a) + b[0]


@case(X)
def view_before_and_after(x):
    a = x * 1.0
    before = a[1:]
    a[1] = x[0] * x[0]
    after = a[1:]
    after[0] *= 3.0
    return before[0] * after[0] * before[1]


@case(X)
def copy_beside_view(x):
    a = x * 1.0
    c, v = a.copy(), a[:]
    a *= x[1]
    v[2] = c[2] * v[1]
    return np.sum(a * c) + np.sum(v * v)


@case(X)
def view_of_a_view_in_a_loop(x):
    a = x * 1.0
    s = 0.0
    v = a
    for k in range(3):
        v = v[::-1]
        v[k] *= v[0]
        s += v[1] * a[k]
    return s + np.sum(a)


@case(M)
def through_the_transpose(m):
    t = m.T
    t[0] = m[0] * m[1]
    t[1:, 0] *= m[1, 1]
    m.T[2, 1] += m[0, 0]
    return np.sum(m * m) + t[0, 1]


@case(M)
def through_swapaxes(m):
    a = np.swapaxes(m, 0, 1)
    a[0] *= 2.0
    b = np.moveaxis(a, 0, 1)
    b[0] = a[1] * b[1]
    return np.sum(m * a)


@case(X)
def through_none(x):
    a = x * 1.0
    c = a[:, None]
    c *= x[0]
    r = a[None]
    r[0, 1:] += c[:-1, 0]
    r[..., 0] = c[2]
    return np.sum(a * a)


@case(M)
def through_a_reshape_of_zeros(m):
    a = np.zeros((3, 3))
    f = a.reshape(9)
    a[:] = m
    f[::4] = 1.0
    f[1:3] *= a[1, :2]
    return np.sum(a * a * a)


@case(X)
def through_reshape_of_zeros_in_a_loop(x):
    s = 0.0
    for k in range(3):
        a = np.ones((2, 2))
        f = a.ravel()
        f *= x
        a[0] *= x[k]
        s += np.sum(f * f) * a[1, 1]
    return s


@case(M)
def through_asarray(m):
    a = np.asarray(m)
    a[0] *= a[1]
    return np.sum(m * m)


@case(M)
def written_through_row_and_column(m):
    a = m * 1.0
    row, col = a[1], a[:, 1]
    row *= col
    col += row
    row[1] = col[0] * col[2]
    return np.sum(a * a)


@case(M)
def flipped(m):
    a = m * 1.0
    np.flip(a, 0)[0] = a[0] * a[1]
    np.fliplr(a)[:, 0] *= 2.0
    np.rot90(a)[0] += a[0]
    return np.sum(a * a)


@case(M)
def through_split(m):
    a = m * 1.0
    first, second, third = np.split(a, 3)
    first *= second
    third[0, 0] = first[0, 1]
    return np.sum(a * a)


# --------------------------------------------------------------------------------------------------- rows by iteration

@case(M)
def rows_written(m):
    for row in m:
        row *= row[1]
        row[0] += row[2]
    return np.sum(m * m)


@case(M)
def rows_of_rows(m):
    a = m * 1.0
    for i, row in enumerate(a):
        for j, other in enumerate(a):
            if i < j:
                row += other * other[i]
            elif i > j:
                row[j] = other[i]
    return np.sum(a * a)


@case(M, M * 2.0)
def rows_together(a, b):
    for p, q in zip(a, b):
        p *= q
        q[0] = p[1]
    return np.sum(a * b)


@case(M)
def rows_and_next_rows(m):
    a = m * 1.0
    for p, q in zip(a[:-1], a[1:]):
        q += p * p[0]
    return np.sum(a * a)


@case(M)
def rows_unpacked(m):
    a, b, c = m
    a *= b
    c[:] = a + b
    return np.sum(m * m)


@case(M)
def last_row_kept(m):
    a = m * 1.0
    for row in a:
        row[1] = row[0] * row[2]
    row[0] = a[0, 0] * a[1, 1]
    return np.sum(a * a)


@case(M)
def rows_reversed(m):
    a = m * 1.0
    s = 0.0
    for row in reversed(a):
        row *= 1.5
        a[0] += row
        s += row[0] * a[0, 1]
    return s


@case(M)
def columns_by_transposition(m):
    a = m * 1.0
    for k, col in enumerate(a.T):
        col[k] = col[0] * col[1]
        col /= 2.0 + k
    return np.sum(a * a)


@case(X)
def elements_read_while_overwritten(x):
    s = 0.0
    for v in x:
        x[1:] = x[1:] * v
        s += v * v
    return s


# --------------------------------------------------------------------------------------------------- kept in containers

@case(X)
def kept_in_a_tuple(x):
    a, b = x * 1.0, x + 1.0
    pair = (a, b, a[1:])
    pair[0][0] = pair[1][1] * pair[1][1]
    pair[2][:] *= pair[1][:-1]
    c, d, e = pair
    d[:] = c * e[0]
    return np.sum(a * b)


@case(X)
def kept_in_a_dict(x):
    d = {"a": x * 1.0, "b": x * x}
    d["a"][1:] = d["b"][:-1]
    v = d["b"]
    v *= d["a"]
    return np.sum(d["a"] * d["b"])


@case(X)
def in_a_closure(x):
    a = x * 1.0

    def read(k):
        return a[k] * a[0]
    s = read(1)
    a[1] = s * x[2]
    s += read(1)
    a[0] = 3.0 * x[0]
    return s + read(1)


@case(X)
def in_a_lambda(x):
    a = x * x
    total = lambda: np.sum(a * a)
    s = total()
    a[1:] *= s
    return s * total()


@case(X)
def closure_after_rebinding(x):
    a = x * 1.0
    read = lambda k: a[k] ** 2
    a[0] = x[1] * 2
    s = read(0)
    a = a * 3.0
    a[0] *= x[2]
    return s + read(0)


@case(X)
def comprehension_over_what_is_written(x):
    a = x * 1.0
    squares = [v * v for v in a]
    a[:] = a[::-1] * 2
    more = [a[k] * squares[k] for k in range(4)]
    a[0] = more[1]
    return sum(more) + a[0] * a[1]


@case(X)
def generator_read_after_a_write(x):
    a = x * 1.0
    lazy = (v * v for v in a)
    a[1:] *= a[0]
    s = sum(lazy)
    a[0] = s
    return s * a[0] * a[1]


@case(X)
def iterator_read_after_a_write(x):
    a = x * 1.0
    it = iter(a)
    s = next(it)
    a[1] = s * s
    s += next(it) * 2
    a[1] = 5.0 * s
    return s * next(it) + a[1]


@case(M, refused=("AliasingError", "SCT601"))
def rows_starred(m):
    a = m * 1.0
    first, *rest = a
    first *= rest[0]
    rest[1][0] = first[1]
    return np.sum(a * a)


@case(X, refused=("AliasingError", "SCT601"))
def list_of_rows_summed(x):
    a = np.outer(x, x)
    rows = [a[0], a[2]]
    rows[0][1] = 2.0 * x[3]
    rows[1] *= rows[0]
    return np.sum(sum(rows) * a[1]) + np.sum(a * a)


# -------------------------------------------------------------------------------------------------------------- buffers

@case(X, 3)
@case(X, 0)
def swapped_buffers(x, n):
    a, b = x.copy(), np.zeros(4)
    for _ in range(n):
        b[:] = a * a[::-1]
        a, b = b, a
    return np.sum(a * b) + a[0]


@case(X, 5, 0.2)
@case(X, 5, 0.02)
@case(X, 1, 0.2)
@case(X, 0, 0.2)
def swapped_until_return(x, n, limit):
    a, b = x.copy(), x * 2
    for _ in range(n):
        b[1:] = a[:-1] * a[1:]
        if b[2] < limit:
            return np.sum(a * b * b)
        a, b = b, a
    return np.sum(a * a * b)


@case(X, 6)
def swapped_with_continue(x, n):
    a, b = x.copy(), x * 2
    for k in range(n):
        b[k % 4] = a[1] * a[2]
        if k % 3 == 1:
            continue
        a[0] *= b[k % 4]
        a, b = b, a
    return np.sum(a * a * b)


@case(X, 4)
def three_buffers(x, n):
    old, now, new = x.copy(), x * 1.1, np.empty(4)
    for _ in range(n):
        new[0], new[-1] = now[0], 0.0
        new[1:-1] = 2 * now[1:-1] - old[1:-1] * now[2:] + now[:-2]
        old, now, new = now, new, old
    return np.sum(now * old)


@case(X, 4)
def three_buffers_in_while(x, n):
    a, b, c = x.copy(), x * 1.1, x * x
    while n > 0:
        c *= a
        c[0] = b[1]
        if n % 2:
            a, b, c = c, a, b
        else:
            a, c = c, a
        n -= 1
    return np.sum(a * b * b * c)


@case(X, 3)
def nested_swaps(x, n):
    a, b = x.copy(), x * 0.5
    for i in range(n):
        for j in range(i):
            b[j] = a[j] * a[j + 1]
            a, b = b, a
        a, b = b, a
        a[0] += b[1] * b[1]
    return np.sum(a * b)


@case(X, 3)
def fresh_buffer_each_time(x, n):
    a = x
    for _ in range(n):
        b = np.empty_like(a)
        b[0] = a[-1]
        b[1:] = a[:-1] * a[1:]
        a = b
    return np.sum(a * a)


@case(X, 3)
def fresh_buffer_and_old_one(x, n):
    a = x * 1.0
    b = a
    for _ in range(n):
        c = np.zeros_like(a)
        c[1:] = a[1:] * b[:-1]
        b[0] = c[1] + a[0]
        b = a
        a = c
    return np.sum(a * b) + b[0]


@case(X, 3)
@case(X, 0)
def shrinking(x, n):
    a = x * 1.0
    for _ in range(n):
        a[0] *= a[-1]
        a[1:] += a[0]
        a = a[1:]
    return np.sum(a * a)


@case(X)
def recursion_on_halves(x):
    a = x * x
    return _energy(a, 4) + a[0]


def _energy(a, n):
    b = a[:n] * 1.0
    b[0] *= b[-1]
    if n == 1:
        return b[0]
    return _energy(b, n - 1) * b[1]


@case(X, 3)
def buffer_reused(x, n):
    t = np.zeros(4)
    s = 0.0
    for k in range(n):
        t[:] = x * k
        t *= t
        s += np.sum(np.sin(t)) * t[k]
    return s


@case(X, 2)
def matrix_of_states(x, n):
    states = np.zeros((n + 1, 4))
    states[0] = x
    for k in range(n):
        states[k + 1] = states[k] * states[k][::-1] + states[0]
    return np.sum(states[-1] * states[0])


# -------------------------------------------------------------------------------------------------- conditional aliases

@case(X, 1)
@case(X, 0)
def one_or_the_other(x, c):
    a, w = x * 1.0, x * x
    b = a if c else w
    b[0] = 1.0
    b[1] *= b[2]
    return np.sum(a * w)


@case(X, 1)
@case(X, 0)
def argument_or_fresh(x, c):
    b = x if c else x * 2.0
    b[0] = b[1] * b[1]
    return np.sum(b * x)


@case(X, Y, 1)
@case(X, Y, 0)
def one_of_two_arguments(x, y, c):
    z = x if c else y
    z[1:] *= z[:-1]
    return np.sum(x * y * y)


@case(X, 2)
@case(X, 0)
def view_bound_on_some_paths(x, n):
    a = x * 1.0
    for k in range(n):
        v = a[k:]
        v *= 2.0
    if n:
        v[0] = a[0] * a[0]
    return np.sum(a * a)


@case(X, 3)
def alias_in_the_loop(x, n):
    a, b = x * 1.0, x * 2.0
    v = a
    for k in range(n):
        v[k] = b[k] * a[k + 1]
        v = b if k % 2 == 0 else a
        v *= 0.5
    return np.sum(a * b * v)


@case(X, 0.5)
@case(X, 5.0)
def write_in_one_branch(x, c):
    a = x * 1.0
    if np.sum(a) > c:
        a[1:] = a[:-1]
        a *= a
    s = np.sum(a * x)
    if s > c:
        pass
    else:
        a[0] = s
    return np.sum(a) * s


@case(X, 3)
@case(X, 8)
def write_in_else_of_a_loop(x, n):
    a = x * 1.0
    for k in range(n):
        a[k % 4] *= a[(k + 1) % 4]
        if k == 5:
            break
    else:
        a[:2] = a[2:] * a[1]
    return np.sum(a * a)


@case(X)
def write_in_else_of_a_while(x):
    a = x * 1.0
    while a[0] < 2.0:
        a[0] *= 2.0
        a[1:] *= a[0]
    else:
        a[2] = a[0] * a[1]
    return np.sum(a)


@case(X, 2)
def writes_then_continue(x, n):
    a = x * 1.0
    for i in range(4):
        a[i] *= a[0]
        if i == n:
            continue
        a[0] += a[i] * a[i]
    return np.sum(a)


@case(X)
def condition_read_from_what_is_written(x):
    a = x * 1.0
    for i in range(4):
        if a[i] > 0.6:
            a[i] = 0.5 * a[i] * a[0]
        if a[i] > 0.3 and a[0] < 9.0:
            a[(i + 1) % 4] += a[i]
    return np.sum(a * a)


# ------------------------------------------------------------------------------------------------------ masks and indices

@case(X - 0.6)
def negatives_cut_off(x):
    x[x < 0] = 0.0
    return np.sum(x * x)


@case(X - 0.6)
def mask_kept(x):
    a = x * 1.0
    m = a > 0
    a[m] = a[m] ** 2
    a[~m] *= a[0]
    a[a > 0.1] += 1.0
    return np.sum(a * x * m)


@case(X)
def mask_written_later(x):
    m = x > 0.5
    s = 0.0
    for k in range(4):
        s += np.sum(x[m] ** 2)
        m[k] = not m[k]
    return s


@case(X, np.array([2, 0, 3]))
def gathered_and_scattered(x, i):
    a = x * 1.0
    a[i] = a[i[::-1]] * a[i]
    a[i[:2]] *= a[1]
    return np.sum(a * a * np.arange(1.0, 5.0))


@case(X, np.array([0, 0, 1, 0]))
def repeats_add_once(x, i):
    a = np.ones(3)
    a[i] += x
    a[i] *= x
    a[i] -= x * a[0]
    return np.sum(a * a)


@case(X, np.array([0, 0, 1, 0]))
def repeats_with_at(x, i):
    a = x[:3] * 1.0
    np.add.at(a, i, x * a[1])
    np.add.at(a, i, 1.0)
    return np.sum(a * a)


@case(X, np.array([1, 2, 0, 3]))
def index_overwritten(x, i):
    a = x * 1.0
    s = 0.0
    for k in range(4):
        a[i] = a * a[k]
        s += a[i[k]] * a[k]
        i[k] = (i[k] + 1) % 4
        i[:2] = i[1::-1]
    return s


@case(X)
def index_from_argsort(x):
    a = x * x
    i = np.argsort(-a)
    a[i] = x
    a[i[0]] *= a[i[-1]]
    return np.sum(a * x * np.arange(4.0))


@case(M, np.array([0, 2]), np.array([1, 1]))
def matrix_indices(m, i, j):
    m[i, j] = m[j, i] * m[0, 0]
    m[i] *= m[j]
    m[:, j] += m[:, i]
    m[i, 1:] *= 2.0
    return np.sum(m * m)


@case(M)
def matrix_mask(m):
    a = m * 1.0
    a[a < 0.4] = m[1, 2]
    a[a.T > 1.5] *= 0.5
    a[np.array([True, False, True])] += m[0]
    return np.sum(a * a)


@case(X)
def where_on_what_is_written(x):
    a = x * 1.0
    b = np.where(a > 0.6, a, a * a)
    a[1:] = b[:-1]
    c = np.where(a > b, a, b)
    b *= c
    a *= 2.0
    return np.sum(b * c * a)


@case(X)
def diagonal_by_indices(x):
    a = np.outer(x, x)
    k = np.arange(4)
    a[k, k] = x
    a[k, k[::-1]] *= 2.0
    return np.sum(a * a)


# ------------------------------------------------------------------------------------------------------------- dtypes

@case(X * 3)
def truncated(x):
    k = np.zeros(4, dtype=int)
    k[:] = [1, 2, 0, 3]
    k[0] = 2
    return np.sum(x[k] * k)


@case(X * 3, expected=np.zeros(4))
def floats_into_integers(x):
    k = np.zeros(4, dtype=int)
    k[:] = x
    k[1] = x[2] * 2
    return np.sum(k * 1.0)


@case(X, rtol=1e-3, atol=1e-3)
def single_precision(x):
    a = np.zeros(4, dtype=np.float32)
    a[:] = x
    a *= a
    a[1:] += a[:-1]
    return float(np.sum(a))


@case(X)
def bool_buffer(x):
    seen = np.zeros(4, dtype=bool)
    s = 0.0
    for k in [1, 2, 1, 3, 2]:
        if not seen[k]:
            s += x[k] ** 2
        seen[k] = True
    return s * np.sum(x[seen])


@case(X)
def integers_counted(x):
    count = np.zeros(4, dtype=int)
    s = 0.0
    for k in [1, 2, 1, 3, 1]:
        count[k] += 1
        s += x[k] * count[k] * x[count[k] - 1]
    return s


@case(X)
def zero_dimensional(x):
    a = np.zeros(())
    a[()] = x[0]
    a += x[1]
    b = a[...]
    b *= a
    return float(a) * x[2]


@case(np.zeros(0))
def empty(x):
    a = x * 2.0
    a[:] = 1.0
    a *= x
    a[1:] += a[:-1]
    return np.sum(a) + 1.0


@case(X)
def empty_places(x):
    a = x * 1.0
    a[2:2] = a[4:]
    a[5:] *= x[0]
    a[np.array([], dtype=int)] = x[0]
    a[a > 100.0] = x[1]
    return np.sum(a * a)


@case(X)
def spread(x):
    a = np.zeros((2, 3, 4))
    a[:] = x
    a[1] += x[:3, None]
    a[:, 1, :] *= x[0]
    a[:, :, 2] = x[1:]
    a[0, :, 1:2] = x[1:, None]
    return np.sum(a * a)


@case(X)
def nan_overwritten(x):
    with np.errstate(all="ignore"):
        a = np.log(x - 1.0)
        a[x < 1.0] = 0.0
        b = np.full(4, np.nan)
        b[1:] = x[1:]
        b[0] = np.inf
        b[:2] = x[:2] * 2
    return np.sum(a * b) + np.sum(b * b)


@case(X)
def augmented(x):
    a = x * 4.0
    a **= 2
    a /= 3
    a %= 0.7
    a -= 1
    return np.sum(a * a)


@case(X)
def floor_division(x):
    a = x * 4.0
    a //= 0.7
    a += x
    return np.sum(a * a)


@case(M)
def matrix_product_in_place(m):
    a = m * 1.0
    b = a @ a
    a @= b
    return np.sum(a * b)


@case(M)
def matrix_product_into_itself(m):
    a = m * 1.0
    b = a
    a[:] = a @ a
    a[0] = a @ b[0]
    return np.sum(a * b)


# -------------------------------------------------------------------------------------------------------------- spellings

@case(X)
def out_is_an_input(x):
    a = x * 1.0
    np.multiply(a, a, out=a)
    np.add(a[1:], a[:-1], out=a[1:])
    np.exp(a, out=a)
    np.subtract(a, a[::-1], a)
    return np.sum(a * x)


@case(X)
def sorted_and_indexed(x):
    a = x * np.array([1.0, -1.0, 2.0, 0.5])
    b = a[1:]
    a.sort()
    b *= a[0]
    a[::-1].sort()
    b[1:].sort()
    return np.sum(a * a * np.arange(4.0))


@case(M)
def matrix_sorted(m):
    a = m * np.arange(1.0, 10.0).reshape(3, 3)
    a.sort(axis=0)
    a[0] *= a[2] * 1.1
    a.sort()
    return np.sum(a * np.arange(9.0).reshape(3, 3))


@case(X)
def filled(x):
    a = x * 1.0
    a[1:].fill(x[0])
    a[:2].fill(2)
    return np.sum(a * a * x)


@case(X)
def copied_into(x):
    a, b = np.zeros(4), x * x
    np.copyto(a, b)
    b[0] = 1.0
    np.copyto(a[1:], b[:-1])
    np.copyto(b, x[0])
    return np.sum(a * a) + np.sum(b)


# --------------------------------------------------------------------------------------------------- what is saved, and when

@case(X)
def sum_read_before_overwriting(x):
    a = x * 1.0
    s = a.sum()
    q = np.sum(a * a)
    a[:] = 0.0
    a[0] = s * q
    p = a.mean()
    a *= p
    return a[0] * s + q


@case(X)
def many_nonlinear_reads(x):
    a = x * 1.0
    s = 0.0
    for i in range(4):
        for j in range(4):
            s += np.sin(a[i] * a[j])
            a[i] = a[i] * 0.5 + a[j] * a[j] * 0.2
            s += a[i] * a[j]
    return s


@case(X)
def reads_in_another_loop(x):
    a = x * 1.0
    s = 0.0
    for i in range(3):
        a[i] *= a[i + 1]
        for j in range(4):
            s += a[j] ** 3
        a[0] = np.cos(a[i])
    return s


@case(M)
def elimination(m):
    a = m * 1.0
    for k in range(3):
        a[k, k] += 3.0
    for k in range(3):
        for i in range(k + 1, 3):
            a[i, k] /= a[k, k]
            a[i, k + 1:] -= a[i, k] * a[k, k + 1:]
    return np.log(a[0, 0] * a[1, 1] * a[2, 2])


@case(M @ M.T + 3 * np.eye(3))
def cholesky(a):
    for j in range(3):
        a[j, j] = np.sqrt(a[j, j] - np.sum(a[j, :j] ** 2))
        for i in range(j + 1, 3):
            a[i, j] = (a[i, j] - np.sum(a[i, :j] * a[j, :j])) / a[j, j]
    return a[0, 0] * a[1, 1] * a[2, 2] * a[2, 0]


@case(X)
def table(x):
    t = np.zeros((4, 4))
    t[0] = x
    t[:, 0] = x
    for i in range(1, 4):
        for j in range(1, 4):
            t[i, j] = min(t[i - 1, j], t[i, j - 1] * 1.01) + x[i] * x[j]
    return t[-1, -1]


@case(X, 3)
def histogram(x, n):
    h = np.zeros(n)
    for v in x:
        h[int(v * n) % n] += v * v
    h /= np.sum(h)
    return np.sum(h * h)


@case(X)
def prefix_sums(x):
    c = np.zeros(5)
    for k in range(4):
        c[k + 1] = c[k] + x[k] * x[k]
    return np.max(c[2:] - c[:-2]) * c[-1]


@case(X)
def number_that_becomes_an_array(x):
    t = 0
    for k in range(3):
        t = t + x * k
    t += x
    t *= x
    return np.sum(t * t)


@case(X)
def sum_into_a_number_then_array(x):
    t = 0.0
    t += x[0]
    t *= x
    t += x
    return np.sum(t * t)


@case(X)
def value_is_a_view_of_the_target(x):
    a = x * 1.0
    v = a[::-1]
    a[:] = v
    a *= v
    a[1:] = v[1:]
    v[0] = v[1] * a[1]
    return np.sum(a * a * np.arange(1.0, 5.0))


@case(X)
def used_after_its_buffer_is_gone(x):
    a = x * 1.0
    b = a * a
    a[:] = b[::-1]
    del a
    b *= b[::-1]
    return np.sum(b)


@case(X)
def write_before_and_after_with(x):
    a = x * 1.0
    with np.errstate(all="ignore"):
        v = a[1:]
        v /= a[0]
    v *= a[:-1]
    return np.sum(a * a)


@case(X)
def read_by_a_callee_in_between(x):
    a = x * 1.0
    s = _norm(a)
    a[1:] *= s
    t = _norm(a[::-1])
    a[0] = t
    return s * t * _norm(a)


def _norm(v):
    return np.sqrt(np.sum(v * v))


@case(X)
def result_of_a_callee_written(x):
    a = _doubled(x)
    a[0] *= a[1]
    b = _doubled(a)
    b[1:] = a[:-1]
    return np.sum(a * b)


def _doubled(v):
    return v * 2.0


@case(X)
def result_that_may_be_the_argument(x):
    a = _positive(x)
    a[0] *= a[1]
    return np.sum(a * x)


def _positive(v):
    return v if v[0] > 0 else -v


@case(M)
def diagonal_read(m):
    a = m * 1.0
    d = np.diagonal(a)
    s = np.sum(d * d)
    a[0, 0] = s * a[1, 1]
    return np.sum(d * d)


@case(M)
def real_part(m):
    a = m * 1.0
    a.real[0] *= 2.0
    return np.sum(a * a)


# ------------------------------------------------------------------------------- auxiliary results: fresh, as they were then

@aux(X)
def the_argument(x):
    return np.sum(x * x), x


@aux(X)
def view_of_the_argument(x):
    return np.sum(x * x), x[1:]


@aux(X)
def view_of_a_written_array(x):
    a = x * 1.0
    a[0] = a[1]**2
    v = a[1:]
    s = np.sum(a * a)
    a[2] = 7.0 * s
    return s, v


@aux(X)
def written_argument(x):
    x[0] = x[1]**2
    return np.sum(x * x), x


@aux(X)
def names_of_one_array(x):
    a = x * 1.0
    b = a
    a[0] = a[1]**2
    return np.sum(a * b), (a, b, a[::-1], x)


@aux(X)
def containers_of_buffers(x):
    a, b = x * 1.0, x * 2.0
    for k in range(3):
        b[k] = a[k] * b[0]
        a, b = b, a
    return np.sum(a * b), {"a": a, "b": [b, b[1:]]}


@aux(X)
def recorded_states(x):
    a = x * 1.0
    rec = np.zeros((3, 4))
    for k in range(3):
        a[1:] *= a[:-1]
        rec[k] = a
    return np.sum(rec[-1] * a), rec


@aux(X, 1)
@aux(X, 0)
def either(x, c):
    a = x * 1.0
    a[0] = a[1] * a[2]
    s = np.sum(a * a)
    a[1] = 3.0
    if c:
        return s, a
    return s, x


@aux(X)
def mask_from_before(x):
    a = x * 1.0
    a[0] = a[1] * a[2]
    s = np.sum(np.sin(a))
    m = a > 0.5
    a[1] = 3.0
    return s, m


@aux(X)
def indices_written(x):
    idx = np.array([0, 1, 2, 3])
    s = 0.0
    for k in range(3):
        s += x[idx[k]] * x[idx[0]]
        idx[0] = k
        idx[1:] = idx[:-1]
    return s, idx


@aux(X)
def numbers_and_text(x):
    a = x * 1.0
    a[0] = np.sin(a[1])
    s = np.sum(a * a)
    t = a.sum()
    a[1] = 3.0
    return s, (t, a[1], float(a[0]), f"{a[0]}")


@aux(X)
def views_of_all_kinds(x):
    a = np.zeros((2, 4))
    a[0] = x
    a[1] = a[0] * x
    s = np.sum(a * a)
    a *= a
    return s, (a.T, a.reshape(-1), a[0], np.diagonal(a))


@aux(X)
def sum_in_place(x):
    y = x * 2.0
    y += 1.0
    s = np.sum(y * y)
    y *= 3.0
    return s, y


@aux(X)
def view_from_a_function(x):
    g = lambda v: v[1:]
    a = x * 1.0
    b = g(a)
    b *= 2.0
    return np.sum(a * a), b


# --------------------------------------------------------------------------------------- exceptions before and after writes

@raises(X)
def raised_by_hand(x):
    x[0] = 5.0
    if x[0] > 1:
        raise ValueError("no")
    return np.sum(x)


@raises(X, 7)
def position_too_large(x, k):
    x[0] = 5.0
    x[k] = 1.0
    return np.sum(x)


@raises(X)
def shapes_that_differ(x):
    x[0] = 5.0
    x[:2] = x[1:]
    return np.sum(x)


@raises(X, 9)
def position_too_large_in_a_loop(x, n):
    a = x * 1.0
    for k in range(n):
        a[k] *= 2.0
    return np.sum(a)


@raises(X)
def sum_of_other_shape(x):
    a = x * 1.0
    a[:3] += np.array([1.0, 2.0])
    return np.sum(a)


@raises(X)
def masked_with_too_many(x):
    a = x * 1.0
    a[x > 0.5] = np.array([1.0, 2.0, 3.0, 4.0])
    return np.sum(a)


@raises(X)
def index_array_out_of_range(x):
    a = x * 1.0
    a[[0, 5]] = 1.0
    return np.sum(a)


@raises(X)
def assertion(x):
    a = x * 1.0
    a /= 0
    assert np.isfinite(a).all(), "infinite"
    return np.sum(a)


@raises(X)
def division_under_errstate(x):
    with np.errstate(all="raise"):
        a = x * 1.0
        a /= 0
    return np.sum(a)


@raises(X)
def row_of_a_reshape(x):
    a = x * 1.0
    a.reshape(2, 2)[0] = a[:3]
    return np.sum(a)


@raises(X)
def read_only_diagonal(x):
    d = np.diagonal(np.outer(x, x))
    d[0] = 1.0
    return np.sum(d)


@raises(X, -1.0)
def logarithm_of_a_negative(x, c):
    x *= 2.0
    x[0] = math.log(c)
    return np.sum(x)


@raises(X)
def unbound_array(x):
    b[0] = 1.0  # noqa: F821
    b = x * 1.0
    return np.sum(b)


@raises(X, 0)
def array_unbound_without_trips(x, n):
    for k in range(n):
        b = x * 1.0
    b[0] = 1.0
    return np.sum(b)


@raises(X)
def out_of_another_shape(x):
    a = x * 1.0
    np.add(a, a[:3], out=a)
    return np.sum(a)


@raises(X)
def sum_into_a_new_axis(x):
    a = x * 1.0
    a[None] += np.ones((3, 4))
    return np.sum(a)


# ---------------------------------------------------------------------------------------------------------------- refused

@case(X)
def in_try_finally(x):
    a = x * 1.0
    try:
        s = np.sum(a * a)
    finally:
        a[0] = 2.0
    a *= s
    return np.sum(a)


@refused(X, code="SCT601")
def broadcast_then_written(x):
    a = x * 1.0
    b = np.broadcast_to(a, (2, 4))
    s = np.sum(b * b)
    a[0] = s
    return np.sum(b * x)


@case(M)
def flat_written(m):
    a = m * 1.0
    a.flat[0] = m[1, 1] ** 2
    return np.sum(a * a)


@refused(X, code="SCT709")
def two_indices_of_a_vector(x):
    a = x * 1.0
    a[0, 1] = 1.0
    return np.sum(a)


@refused(X, code="SCT601")
def write_into_a_broadcast(x):
    b = np.broadcast_to(x, (2, 4))
    b[0] = 1.0
    return np.sum(b)


@refused(X, code="SCT603")
def sum_that_is_larger(x):
    a = x * 1.0
    a += np.ones((2, 4))
    return np.sum(a)


@refused(X, code="SCT604")
def halves_into_integers(x):
    k = np.arange(4)
    k += 0.5
    return np.sum(k * x)


@refused(X, code="SCT604")
def quotients_into_integers(x):
    k = np.arange(4)
    k[0] = np.nan
    k[1:] /= 2
    return np.sum(k * x)


@refused(X, code="SCT603")
def vector_into_an_element(x):
    a = x * 1.0
    a[0] = x
    return np.sum(a)


@refused(X, code="SCT601")
def text_into_an_element(x):
    a = x * 1.0
    a[0] = "text"
    return np.sum(a)


@refused(X, code="SCT705")
def float_as_an_index(x):
    a = x * 1.0
    a[1.0] = 2.0
    return np.sum(a)


@refused(X, code="SCT601")
def item_of_a_tuple(x):
    t = (x * 1.0, 2.0)
    t[0] *= 2.0
    return np.sum(t[0])


# ---------------------------------------------------------------------------------------------------------------- harness

test_program = tried(run, PROGRAMS)


@pytest.mark.parametrize(("fun", "args", "options"), parameters(REFUSED))
def test_refused(fun, args, options):
    assert refusal(fun, *args).code == options["code"]


@pytest.mark.parametrize(("fun", "args", "options"), parameters(AUXILIARY))
def test_auxiliary_results(fun, args, options):
    """They are what the function returns, can be written and share memory with nothing; the gradient is that without them."""
    expected = fun(*copy.deepcopy(args))
    given = copy.deepcopy(args)
    result, bar = sct.value_and_grad(fun, has_aux=True)(*given)
    assert same(result, expected)
    assert same(given, args)
    found = [*arrays(result), bar]
    for k, array in enumerate(found):
        assert array.flags.writeable
        assert not any(np.may_share_memory(array, other) for other in [*arrays(given), *found[:k]])
    for k, slope in enumerate(bar):
        assert np.isclose(slope, differences(lambda *a: fun(*a)[0], args, {}, 0, (k,)), rtol=1e-6)


@pytest.mark.parametrize(("fun", "args", "options"), parameters(RAISING))
def test_exceptions(fun, args, options):
    """The gradient raises what the function raises, and the caller's arrays are as they were."""
    with pytest.raises(Exception) as expected:
        fun(*copy.deepcopy(args))
    given = copy.deepcopy(args)
    with pytest.raises(expected.type) as found:
        sct.grad(fun)(*given)
    assert not isinstance(found.value, sct.errors.SctError)
    assert same(given, args)


# ------------------------------------------------------------------------------------------------ arguments and what is outside

OUTSIDE = np.ones(4)
WAYS = {
    "fortran": lambda m: np.asfortranarray(m),
    "every second": lambda m: np.repeat(np.repeat(m, 2, 0), 2, 1)[::2, ::2],
    "reversed": lambda m: m[::-1, ::-1].copy()[::-1, ::-1],
    "transposed": lambda m: m.T.copy().T,
    "part": lambda m: np.pad(m, 1)[1:-1, 1:-1],
}


def layouts(m):
    a = m.T
    a[0] *= m[1]
    b = m[::-1]
    b[:2] += m[1:] * m[0, 0]
    for row in m:
        row[1:] = row[:-1] * row[1:]
    c = np.copy(m)
    c[0] = m[:, 1]
    return np.sum(m * c)


@pytest.mark.parametrize("way", WAYS)
def test_layouts_of_an_argument(way):
    m = WAYS[way](M)
    expected = sct.value_and_grad(layouts)(M)
    given = m.copy()
    found = sct.value_and_grad(layouts)(m)
    assert np.isclose(found[0], expected[0], rtol=1e-14)
    assert np.allclose(found[1], expected[1], rtol=1e-12)
    assert np.array_equal(m, given)


def _both(x, y):
    x[0] = y[1] * 2.0
    return np.sum(x * y)


def _read(x, y, n=0):
    a = x * y
    a[0] = y[1] * x[n]
    return np.sum(a * a)


SHARING = {
    "the same": lambda z: (z[:3], z[:3]), "overlapping": lambda z: (z[:3], z[1:]), "reversed": lambda z: (z[:3], z[2::-1]),
    "parts in turn": lambda z: (z[:3], z[::2]),
}


@pytest.mark.parametrize("way", SHARING)
def test_arguments_that_share_memory(way):
    """Refused where one is written to, right where none is."""
    z = np.array([0.3, 0.7, 1.1, 0.5, 0.2, 0.9])
    x, y = SHARING[way](z)
    if len(x) != len(y):
        y = y[:len(x)]
        x = x[:len(y)]
    for _ in range(2):
        with pytest.raises(sct.errors.AliasingError) as refused:
            sct.grad(_both, argnums=(0, 1))(x, y)
        assert refused.value.code == "SCT607"
    found = sct.grad(_read, argnums=(0, 1))(x, y)
    expected = sct.grad(_read, argnums=(0, 1))(x.copy(), y.copy())
    assert all(map(np.array_equal, found, expected))


def test_interleaved_arguments_share_nothing():
    z = np.array([0.3, 0.7, 1.1, 0.5, 0.2, 0.9])
    given = z.copy()
    found = sct.grad(_both, argnums=(0, 1))(z[::2], z[1::2])
    expected = sct.grad(_both, argnums=(0, 1))(z[::2].copy(), z[1::2].copy())
    assert all(map(np.array_equal, found, expected))
    assert np.array_equal(z, given)


@pytest.mark.parametrize("x", [np.broadcast_to(1.0, 4), np.broadcast_to(np.array([1.0]), (4,))])
def test_elements_that_share_memory(x):
    writable = np.lib.stride_tricks.as_strided(np.ones(1), (4,), (0,))
    for array in (x, writable):
        with pytest.raises(sct.errors.AliasingError):
            sct.grad(running_sums)(array)


def _default(x, memory=np.zeros(4)):
    memory[0] += x[0]
    return np.sum(memory * x)


def _global(x):
    OUTSIDE[1] = 2.0 * x[0]
    return np.sum(OUTSIDE * x)


def _closure():
    kept = np.ones(4)

    def f(x):
        kept[1:] *= x[1:]
        return np.sum(kept * x)
    return f, kept


def _alias_of_a_global(x):
    a = OUTSIDE if x[0] > 0.0 else x
    a[0] = x[1]
    return np.sum(a * x)


def _attribute(x):
    _attribute.memory[0] = x[0]
    return np.sum(_attribute.memory)


_attribute.memory = np.zeros(4)


@pytest.mark.parametrize("fun", [_default, _global, _closure()[0], _alias_of_a_global, _attribute])
def test_arrays_from_outside_are_not_written(fun):
    """Refused before anything is computed."""
    before = OUTSIDE.copy(), _default.__defaults__[0].copy(), _attribute.memory.copy()
    with pytest.raises(sct.errors.SctError):
        sct.grad(fun)(X)
    assert np.array_equal(before[0], OUTSIDE)
    assert np.array_equal(before[1], _default.__defaults__[0])
    assert np.array_equal(before[2], _attribute.memory)


def test_repeated_calls_do_not_see_each_other():
    gradient = sct.value_and_grad(three_buffers)
    first = gradient(X, 4)
    gradient(Y, 3)
    assert same(gradient(X, 4), first)
