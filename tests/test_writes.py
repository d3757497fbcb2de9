"""Writes into arrays: stores in straight lines, branches and loops, what they overwrite, arguments that are written to."""

from functools import partial

import numpy as np
import pytest

import sct
from tests.oracle import check, parameters, program, refusal, run, tried

PROGRAMS, REFUSED = [], []
X = np.array([0.31, 0.71, 1.1])
M = np.array([[1.0, 2.0, 0.5], [0.3, -1.0, 2.0], [0.7, 0.1, 0.2]])
case = partial(program, PROGRAMS)
refused = partial(program, REFUSED)


# ------------------------------------------------------------------------------------------------------------ local arrays

@case(X)
def elements_and_slices(x):
    a = np.zeros(3)
    a[0] = x[0] * x[1]
    a[1:] = x[1:]
    return a[0] * a[2] + np.sum(a * a)


@case(0.9, 5)
def recurrence(x, n):
    a = np.ones(n)
    for i in range(1, n):
        a[i] = a[i - 1] * x
    return a[n - 1] + a[1]


@case(X)
def in_branches(x):
    y = x * 2.0
    for i in range(len(x)):
        if x[i] > 0.4:
            y[i] = np.sin(y[i]) * x[0]
        else:
            y[i] += x[i] * 3
    return np.sum(y * y)


@case(X, 3)
def in_while(x, n):
    a = x * 1.0
    s = 0.0
    while n > 0:
        a[1:] = a[:-1] * a[1:]
        a[0] /= x[1]
        s += np.sum(np.sin(a))
        n -= 1
    return s


@case(X, 2)
def made_anew_in_a_loop(x, n):
    s = 0.0
    for i in range(n):
        t = np.zeros(3)
        w = t[1:]
        t[0] = x[0] * i
        w[:] = x[:2] * x[1]
        t *= t
        s += np.sum(t) * x[2]
    return s


@case(X)
def views_in_nested_loops(x):
    s = 0.0
    for i in range(3):
        r = np.zeros((2, 2))
        q = r.T
        for j in range(2):
            row = r[j]
            row[0] = x[i] * x[j]
            q[0] *= row[0]
        if i == 1:
            r[1] += x[:2]
        s += np.sum(r * r)
    return s


@case(X)
def onto_itself(x):
    a = x * 1.0
    a *= a
    a += a
    a[1:] += a[:-1]
    a[1:] *= a[:-1]
    a[:-1] = a[1:]
    return np.sum(a * a)


@case(X)
def swapped_rows(x):
    a = np.outer(x, x)
    a[0], a[1] = a[1], a[0]
    a.T[2] += x * a[0]
    return np.sum(a * a * a)


@case(X)
def written_over_after_literal_indices(x):
    for k in range(2):
        x[:] = x[[0, 2, 0]] * x
        x[1:] *= x[[True, False, True]]
    return np.sum(x)


@case(X, np.array([1, 1, 3]))
@case(X, np.array([4, 1, 3]))
def integer_arrays(x, idx):
    a = np.zeros(5)
    a[idx] = x
    a[idx] += 2 * x
    a[idx] *= x
    return np.sum(a * a * np.arange(5.0))


@case(X, 3)
def listed_indices_in_a_loop(x, n):
    a = x * 1.0
    s = 0.0
    for k in range(n):
        if k != 1:
            np.add.at(a, [2, 0, 2], np.sin(a))
        a[[0, 1]] *= a[[1, 2]]
        s += a[0] * a[2]
        a[[2, 1], ] = np.cos(a[1:])
    return s + np.sum(a)


@case(X)
def masks(x):
    m = x > 0.5
    a = x * 2
    a[a > 1.0] = x[0]
    a[m] = x[m] * x[m]
    m[0] = True
    a[m] *= x[m]
    return np.sum(a * a)


@case(X)
def indices_written_later(x):
    k = np.array([0, 1, 2])
    s = 0.0
    for _ in range(3):
        s += x[k[0]] * x[k[1]] ** 2 + np.sum(x[k] * np.arange(3.0))
        k[0] = (k[0] + 1) % 3
        k[1:] = k[1:][::-1]
    return s


@case(X)
def constants_written_later(x):
    w = np.ones(3)
    s = 0.0
    for i in range(4):
        s += np.sum(w * x * x)
        w *= 0.5
        w[i % 3] += i
    return s


@case(X, 0.7)
def all_operators(x, c):
    a = x.copy()
    for i in range(3):
        a[i] **= c
        a[i] /= 2 * c
        a[i] -= c
    a /= c + 3
    a **= 2
    return np.sum(a)


@case(X)
def spread_values(x):
    a = np.zeros((3, 3))
    a[:] = x
    a[0] = x[0]
    a[:, 1] *= x
    a += x[:, None]
    a[1:, :2] -= x[2]
    a[...] = a * a.T
    a[[0, 2]] *= 2.0
    a[[0, 1], [1, 2]] = x[:2]
    a[np.array([True, False, True]), 0] = x[1]
    return np.sum(a * a)


@case(X)
def early_return(x):
    a = np.zeros(3)
    for i in range(3):
        a[i] = x[i] * x[0]
        if a[i] > 0.2:
            return a[i] * a[0]
    return np.sum(a)


@case(X)
def walked_while_written(x):
    a = x * 1.0
    s = 0.0
    for i, v in enumerate(a):
        if i + 1 < 3:
            a[i + 1] += v * v
        s += v
    return s


@case(X)
def rows_of_a_matrix(x):
    a = np.outer(x, x)
    for row in a:
        row *= row[0]
    for k, row in enumerate(a):
        row[k] = x[k] ** 2
    return np.sum(a * a)


@case(X)
def zero_dimensional(x):
    a = np.array(1.0)
    a[...] = x[0] * x[1]
    a[()] *= 2
    return float(a * a)


@case(np.array(0.7))
def zero_dimensional_argument(x):
    v = x[...]
    x *= x
    v += 0.5
    return float(x)


@case(X * 4)
def operators_with_steps(x):
    a = x * 1.0
    b = a[1:]
    a %= 0.7
    b %= x[:2]
    b //= 0.13
    a += x
    a //= 2.0
    return np.sum(a * x) + np.sum(b % 0.3)


@case(X)
def two_results(x):
    a, b = np.meshgrid(x, x)
    a[0] *= b[1]
    return np.sum(a * b * b)


@case(X, 3)
def buffers_like_what_they_replace(x, n):
    a = x
    for _ in range(n):
        b = np.empty_like(a)
        b[0] = a[-1]
        b[1:] = a[:-1] * a[1:]
        a = b
    return np.sum(a * a)


@case(X)
def under_errstate(x):
    a = x * 1.0
    with np.errstate(all="ignore"):
        a[0] = x[1] * x[2]
        b = a[1:]
        b /= x[0]
    return np.sum(a * a)


@case(X)
def held_by_a_list(x):
    a = x * 1.0
    pair = [a, a * 2]
    pair[0][1] = x[0]
    pair[1][0] *= 3
    return np.sum(a * pair[1])


# ------------------------------------------------------------------------------------------------------ names of the memory

@case(X, 1.0)
@case(X, -1.0)
def made_in_a_branch(x, c):
    b = x * 2 if c > 0 else np.ones(3)
    b[1] = x[0] * b[0]
    b[0] *= x[1]
    return np.sum(b * b)


@case(X)
def one_of_two(x):
    a = x * 1.0
    b = x * 2.0
    s = 0.0
    for i in range(3):
        c = a if x[i] > 0.5 else b
        c[i] *= x[0]
        c *= 1.1
        s += np.sum(c * c)
    return s + np.sum(a * b)


@case(np.array([0.1, 0.5, 0.2, 0.9, 0.4]), 4, 0.3)
@case(np.array([0.1, 0.5, 0.2, 0.9, 0.4]), 3, 0.3)
@case(np.array([0.1, 0.5, 0.2, 0.9, 0.4]), 0, 0.3)
def heat(u0, steps, k):
    u = u0.copy()
    v = u.copy()
    for _ in range(steps):
        v[1:-1] = u[1:-1] + k * (u[2:] * u[2:] - 2.0 * u[1:-1] + u[:-2])
        u, v = v, u
    return np.sum(u * u)


@case(X)
def three_levels(x):
    a, b, c = x * 1.0, x * x, x + 1
    for _ in range(4):
        c[1:] = a[:-1] * b[1:]
        b[0] += c[1]
        a, b, c = b, c, a
    return np.sum(a * b * c)


@case(X)
def exchanged_in_a_branch(x):
    a, b = x * 1.0, x * x
    for i in range(4):
        b[1:] *= a[:-1]
        if i % 2:
            a, b = b, a
        else:
            b[0] = np.sin(a[1])
    return np.sum(a * b * b)


@case(X)
def exchanged_until_a_break(x):
    a, b = x * 1.0, x * x
    for _ in range(6):
        b[1:] *= a[:-1]
        if b[1] < 0.01:
            break
        a, b = b, a
    else:
        a[0] *= 2
    return np.sum(a * b * b)


@case(X)
def shrinking_view(x):
    a = x * 1.0
    s = 0.0
    while len(a) > 0:
        a[0] *= x[1]
        s += np.sum(a * a)
        a = a[1:]
    return s


@case(X)
def copied_on_the_way(x):
    a = x * 1.0
    s = 0.0
    for i in range(3):
        a[i] = a[i] * a[0]
        b = a
        a = a.copy()
        s += b[0] * b[i]
    return s + np.sum(a)


@case(X)
def reshaped(x):
    a = np.zeros((2, 3))
    f = a.reshape(-1)
    f[:3] = x
    a[1] = x * f[:3]
    f.reshape(3, 2)[1:, 0] *= x[1:]
    a.ravel()[::2] += x
    return np.sum(f * f * np.arange(6.0))


@case(X)
def reshaped_vector(x):
    u = x.ravel()
    v = x[::-2].reshape(1, 2)
    v *= u[:2]
    return np.sum(x.reshape(3, 1) * u)


@case(M)
def reshaped_matrix(m):
    f = m.reshape(-1)
    f[::4] *= m[0, 1]
    np.ravel(m[1:])[0] += f[2]
    a, b = np.outer(m[0], m[1]), m @ m
    for k in range(3):
        a.ravel()[k] *= b[k].reshape(3, 1)[0, 0]
        a, b = b, a
    (a * b).reshape(-1)[0] = 3.0
    return np.sum(m * m) + np.sum(a * b * b)


@case(X)
def with_other_dimensions(x):
    a = np.zeros((1, 3))
    b = a.squeeze()
    b[:] = x * x
    c = np.atleast_2d(b)
    c[0, 1:] *= x[:2]
    d = np.asarray(c)
    d += x
    np.expand_dims(d, 0)[0, 0, 0] = x[1]
    return np.sum(a * b * c)


# --------------------------------------------------------------------------- views and copies that are used up in between

@case(M)
def diagonal_between_writes(m):
    a = m @ m
    s = 0.0
    for k in range(3):
        s += np.sum(np.log(np.abs(np.diag(a)))) * a[k, 0]
        a[k, k] *= a[0, k]
        s += np.sum(np.diagonal(a)[1:] ** 2) + np.trace(a)
        a[k] += np.diag(a)
    return s


@case(M)
@case(M.T)
@case(np.asfortranarray(M))
def maybe_views_between_writes(m):
    s = 0.0
    for k in range(2):
        f = m.reshape(-1)
        g = f[2:5] * f[0]
        h = m.T.ravel()
        for i in range(4):
            s += g[i % 3] * h[i] * np.sin(f[i + 1])
        m[k] = m[k + 1] * m[0]
        m[:, 1] *= m.reshape(9)[::4]
        np.multiply(m, m.ravel()[3], out=m)
    return s + np.sum(m)


@case(X)
def spread_view_between_writes(x):
    a = x * 2.0
    s = 0.0
    for i in range(3):
        b = np.broadcast_to(a, (2, 3))
        s += np.sum(b[1] * b[0] * x) + np.sum(np.real(a) ** 3)
        a[i] = s * a[0] * 0.1
    return s


@case(X)
def stored_where_it_was_read(x):
    a = np.outer(x, x)
    a[0] = np.diag(a)
    a[:, 2] += a.T.ravel()[2:5]
    a[1:] *= np.diag(a)
    return np.sum(a * a * a)


@case(M)
def kept_over_a_write_by_a_view(m):
    f = m.T.ravel()[1:]
    s = np.sum(f)
    m[1] *= 2.0
    return s + np.sum(f * f)


# ----------------------------------------------------------------------------------------------------------------- arguments

@case(X, 1.7)
def argument_through_a_view(a, c):
    b = a[1:]
    b *= c
    return b[0] * a[2]


@case(M)
def gauss_seidel(u):
    for _ in range(2):
        for i in range(1, 2):
            for j in range(1, 2):
                u[i, j] = 0.25 * (u[i - 1, j] * u[i + 1, j] + u[i, j - 1] + u[i, j + 1])
    return np.sum(u * u)


@case(X, X * 2)
def one_argument_into_the_other(x, y):
    x[0] = y[1] * 2
    x[1:] *= y[1:] * y[0]
    return np.sum(x * y * y)


def _squares(v, c):
    for _ in range(2):
        v = v * c
    out = np.zeros(3)
    for i in range(3):
        out[i] = v[i] * v[i] * c
    out[0] *= out[1]
    return out


@case(X)
def callee_with_a_local_array(x):
    s = _squares(x, x[0])
    t = _squares(s, 0.7)
    return np.sum(s * t)


# -------------------------------------------------------------------------------------------------- what is spread in a store

@case(np.outer(X, X), np.array([[0.5]]), 2)
@case(np.outer(np.arange(5.0), np.arange(1.0, 6.0)), M, 2)
@case(M, np.array([0.5]), 2)
@case(np.ones((4, 5)) + np.arange(5.0), np.array([[0.3], [0.1]]), 1)
@case(np.ones((4, 3)) + np.arange(3.0), np.array([[0.3], [0.1]]), 1)
def added_to_a_stencil(u0, f, n):
    u, v = u0.copy(), u0.copy()
    for _ in range(n):
        v[1:-1, 1:-1] = 0.25 * (u[:-2, 1:-1] + u[1:-1, 2:] - 0.1 * f) * u[1:-1, 1:-1]
        v[1:-1, 1:-1] -= 0.5 * (f * 2.0 + u[2:, 1:-1])
        u, v = v, u
    return np.sum(u * u)


@case(np.outer(X, X), M)
@case(np.outer(X, X), M[:1])
@case(np.outer(X, X), M[:, :1])
def slices_of_arrays_of_measured_sizes(u, f):
    n, m = u.shape
    a = np.zeros((n, m))
    b = np.zeros((m, n))
    for k in range(2):
        a[1:, :] = (u[:-1] + f[:1, :] * u[1:, :]) * a[:-1, :] + f[:1]
        b[::2] += f[::2] * 0.5 + u[k]
        b[::2] *= np.sin(a[:1] + f[:1])
    return np.sum(a) + np.sum(b * a.T)


# ----------------------------------------------------------------------------------------------------------------- spellings

@case(X)
def with_out(x):
    y = np.zeros(3)
    np.multiply(x, x, out=y)
    np.sin(y, y)
    z = np.add(y, 1.0, out=y)
    return np.sum(z * y)


@case(M)
def with_out_of_functions(m):
    y = np.zeros((3, 3))
    np.dot(m, m, out=y)
    np.clip(y, -0.5, 1.5, out=y)
    y[0] *= 3.0
    z = np.cumsum(m[1], out=y[2])
    return np.sum(y * y) + z[0]


@case(M)
def the_shape_is_no_reference(m):
    n, k = m.shape
    for i in range(m.shape[0] - 1):
        m[i, i] *= m[n - 1, k - 1]
    return np.sum(m * m) / np.size(m)


@case(X, 3)
def made_like_another(x, n):
    a, b = np.zeros_like(x), np.empty_like(x)
    for i in range(n):
        b[:] = np.sin(a) + x[i]
        a, b = b, a
    return np.sum(a * b)


@case(X)
def with_fill_and_copyto(x):
    y = x * 1.0
    y.fill(x[0])
    y[1] = x[1]
    np.copyto(y[2:], x[:1] * 2)
    return np.sum(y * y * x)


@case(X, np.array([0, 2, 2]))
def with_add_at(x, idx):
    y = x * 2.0
    np.add.at(y, idx, x * x)
    np.add.at(y, [0, 0], x[1])
    return np.sum(y * y)


@case(X)
def with_sort(x):
    y = x * np.array([3.0, -1.0, 2.0])
    y.sort()
    y[0] *= y[1]
    return np.sum(y * np.arange(3.0))


test_program = tried(run, PROGRAMS)


# ------------------------------------------------------------------------------------------------------------------ refusals

G = np.ones(3)


@refused(X, code="SCT608")
def global_array(x):
    G[0] = x[1]
    return np.sum(x * G)


@case(M)
def maybe_a_view(m):
    f = (m * 1.0).reshape(-1)
    f[:3] *= 2.0
    return np.sum(f * f)


@case(X)
def reshaped_in_another_order(x):
    a = np.zeros((3, 1))
    a[:, 0] = x
    f = np.ravel(a, "F")
    f[0] *= x[1]
    return np.sum(a) + np.sum(f)


@case(X)
def maybe_a_view_of_a_local(x):
    a = np.outer(x, x).T
    f = a.ravel()
    f[:3] *= 2.0
    return np.sum(a * f.reshape(3, 3))


@refused(X, code="SCT604")
def float_result_into_integers(x):
    y = np.zeros(3, dtype=int)
    np.multiply(x, x, out=y)
    return np.sum(x * y)


@pytest.mark.parametrize(("fun", "args", "options"), parameters(REFUSED))
def test_refused(fun, args, options):
    assert refusal(fun, *args).code == options["code"]


def overlapping():
    z = np.arange(4.0)
    yield X, X
    yield z[:3], z[1:]
    yield z, z[::2]


@pytest.mark.parametrize(("x", "y"), list(overlapping()))
def test_arguments_that_share_memory(x, y):
    with pytest.raises(sct.errors.AliasingError, match="shares memory"):
        sct.grad(lambda a, b: _first_into_second(a, b))(x, y)


def _first_into_second(a, b):
    b[0] = a[1] * 2
    return np.sum(a[0] * b)


def test_read_only_argument():
    x = X.copy()
    x.flags.writeable = False
    with pytest.raises(sct.errors.AliasingError, match="read-only"):
        sct.grad(argument_through_a_view)(x, 2.0)


def test_layout_of_a_reshaped_argument():
    def f(m):
        m.reshape(-1)[0] = m[1, 1] ** 2
        return np.sum(m)
    assert np.array_equal(sct.grad(f)(M), [[0.0, 1.0, 1.0], [1.0, -1.0, 1.0], [1.0, 1.0, 1.0]])
    for m in (np.asfortranarray(M), np.zeros((3, 4))[:, 1:]):
        with pytest.raises(sct.errors.AliasingError, match="one piece"):
            sct.grad(f)(m)


def test_argument_that_is_a_global():
    def f(x):
        x[0] = 2 * x[1]
        return np.sum(x * G)
    with pytest.raises(sct.errors.AliasingError, match="shares memory"):
        sct.grad(f)(G)
    assert np.array_equal(sct.grad(f)(X), [0.0, 3.0, 1.0])


def test_auxiliary_results_are_not_undone():
    def f(x):
        a = x * 1.0
        a[0] = a[1] * a[1]
        s = np.sum(np.sin(a))
        a[1] = 7.0
        return s, a
    _, aux = sct.grad(f, has_aux=True)(X)
    assert np.array_equal(aux, f(X)[1])


# -------------------------------------------------------------------------------------------------------------------- texts

def test_a_linear_stencil_saves_nothing():
    def f(u0, k, n):
        u = u0.copy()
        v = u.copy()
        for _ in range(n):
            v[1:-1] = u[1:-1] + k * (u[2:] - 2.0 * u[1:-1] + u[:-2])
            u, v = v, u
        return np.sum(u)
    gradient = sct.grad(f)
    gradient(np.arange(5.0), 0.1, 2)
    assert "append" not in gradient.source


def test_an_element_loop_saves_and_restores_nothing():
    gradient = sct.grad(recurrence)
    gradient(0.9, 5)
    text = gradient.source
    assert "append" not in text
    assert "    a_list[i] = " in text.split("# reverse sweep")[0]
    assert "    a_list[i] = " not in text.split("# reverse sweep")[1] and "    a[i] = " not in text


def test_a_written_argument_is_copied_and_views_are_views():
    gradient = sct.grad(argument_through_a_view)
    gradient(X, 1.7)
    lines = [line.strip() for line in gradient.source.splitlines()]
    assert "a = a.copy()" in lines
    assert "b_bar = a_bar[1:]" in lines
    assert "b_bar[...] = b_bar * c" in lines


def test_an_update_in_place_leaves_its_cotangent_in_place():
    def f(u, k):
        for _ in range(3):
            u[1:-1] = u[1:-1] + k * u[2:]
        return np.sum(u * u)
    gradient = sct.grad(f)
    gradient(X, 0.3)
    reverse = gradient.source.split("# reverse sweep")[1]
    assert "= 0.0" not in reverse and ".copy()" not in reverse and "u_bar = 2.0 * u" in reverse


def test_a_view_that_is_taken_over_by_a_later_write_is_not_elided():
    def f(a):
        a[0] = a[1] * 2
        a[1] = a[0] * 3
        a[:2] = a[1:] * a[0]
        return np.sum(a * a)
    check(f, X)
    check(f, M)
