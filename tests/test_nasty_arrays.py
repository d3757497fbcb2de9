"""Nasty programs that write through views and other names of arrays: right in every mode, or refused where marked."""

import math
from functools import partial

import numpy as np

from tests.oracle import judged, program, tried
from tests.points import M, X, Y

PROGRAMS = []
case = partial(program, PROGRAMS)


@case(M)
def views_in_branches(m):
    a = m * 1.0
    s = 0.0
    for k in range(3):
        v = a[k] if k % 2 else a[:, k]
        w = v[::-1]
        w[0] *= v[1]
        s += w[1] * a[0, 0]
        if v[0] > 0.5:
            v = v[1:]
            v += w[0]
        a[k, k] = v[0] * s
    return s + np.sum(a * a)


@case(X)
def view_survives_rebinding_of_base(x):
    a = x * 1.0
    v = a[1:]
    a = a * 2.0
    v *= a[:-1]
    w = a[::2]
    a = v
    a[0] = w[1] * v[1]
    return np.sum(v * v) + np.sum(w) * a[0]


@case(X)
def view_chain_in_while(x):
    a = x * 1.0
    v = a
    while len(v) > 1:
        v[0] *= v[-1]
        v = v[1:]
        v[0] += a[0]
    return np.sum(a * a) * v[0]


@case(X, 2)
@case(X, 0)
def break_with_view(x, n):
    a = x * 1.0
    v = a[:2]
    for k in range(5):
        v *= a[k % 4]
        v = a[k % 3:k % 3 + 2]
        if k == n:
            break
        v[1] += v[0] * v[0]
    v[0] = a[3] * v[1]
    return np.sum(a * a)


@case(X)
def out_aliasing_reverse(x):
    a = x * 1.0
    np.multiply(a, a[::-1], out=a)
    np.add(a[1:], a[:-1], out=a[1:])
    np.subtract(a[:-1], a[1:], out=a[1:])
    return np.sum(a * a * np.arange(1., 5.))


@case(X)
def sub_at_on_view(x):
    a = x * 1.0
    v = a[::-1]
    np.add.at(v, [0, 0, 1], a[:3])
    np.multiply.at(v[1:], [0, 0], a[0])
    return np.sum(a * a * np.arange(1., 5.))


@case(M)
def reshape_noncontig(m):
    a = m * 1.0
    f = a.T.reshape(-1)
    f[0] = 5.0 * m[0, 1]
    g = a.reshape(-1)
    g[1] = f[0] * f[1]
    h = a[:, :2].reshape(-1)
    h *= 3.0
    k = a[:2].reshape(2, 3, 1)
    k[1, 2, 0] *= h[0]
    return np.sum(a * a) + np.sum(f * f) + np.sum(h)


@case(X, True)
@case(X, False)
def conditional_alias(x, c):
    a = x * 1.0
    b = a if c else a.copy()
    b[0] = b[1] * b[2]
    a[1] *= b[0]
    return np.sum(a * b)


@case(X, True)
@case(X, False)
def conditional_alias_of_argument(x, c):
    b = x if c else x.copy()
    b[0] = b[1] * b[2]
    x[1] *= b[0]
    return np.sum(x * b)


@case(X, True)
@case(X, False)
def conditional_view_of_argument(x, c):
    b = x[::-1] if c else x.copy()
    b[0] = b[1] * b[2]
    x[1:] *= b[0]
    return np.sum(x * b)


def _fact(a, n):
    if n == 0:
        return a[0]
    a[n % 4] *= a[n - 1]
    s = _fact(a, n - 1)
    a[n - 1] += s
    return s * a[n % 4]


@case(X)
def recursion_with_writes(x):
    a = x * 1.0
    s = _fact(a, 3)
    return s + np.sum(a * a)


@case(X)
def try_finally_write(x):
    a = x * 1.0
    v = a[1:]
    try:
        s = math.log(a[0])
    finally:
        v *= 2.0
    return s * np.sum(a * a)


@case(X)
def deleted_alias(x):
    a = x * 1.0
    b = a
    del a
    b[0] = b[1] * b[2]
    a = b[1:]
    del b
    a[0] *= a[1]
    return np.sum(a * a)


@case(X)
def nonlocal_swap(x):
    a, b = x * 1.0, x * 2.0

    def swap():
        nonlocal a, b
        a, b = b, a
        a[0] *= b[1]
    swap()
    b[2] = a[0]
    swap()
    return np.sum(a * a * b)


class Box:
    def __init__(self, v):
        self._v = v
    @property
    def v(self):
        return self._v
    @v.setter
    def v(self, new):
        self._v = new


@case(X)
def augmented_through_property(x):
    box = Box(x * 1.0)
    alias = box.v
    box.v += x
    box.v *= alias
    alias[0] = box.v[1] ** 2
    box.v[1:] -= alias[:-1]
    return np.sum(box.v * alias)


class Base:
    shared = 2.0
    def __init__(self, a):
        self.a = a
    def step(self):
        self.a[0] *= self.a[1]


class Derived(Base):
    def __init__(self, a, b):
        super().__init__(a)
        self.b = b
    def step(self):
        super().step()
        self.b[1:] += self.a[:-1]
        self.a, self.b = self.b, self.a


@case(X)
def hierarchy_with_shared_arrays(x):
    a = x * 1.0
    one = Derived(a, x * 2.0)
    two = Derived(a, one.b)
    one.step()
    two.step()
    one.step()
    return np.sum(one.a * two.b) + np.sum(a * one.b)


@case(X)
def same_array_in_two_parameters(x):
    a = x * 1.0
    _mix(a, a)
    _mix(a, a[::-1])
    _mix(a[1:], a[:-1])
    return np.sum(a * a * np.arange(1., 5.))


def _mix(p, q):
    p[0] = q[1] * q[0]
    q[-1] += p[0] * p[1]
    p *= q


def _tail(v):
    return v[1:]


@case(X)
def returned_view_of_argument(x):
    t = _tail(x)
    t[0] = x[0] * x[3]
    u = _tail(t)
    u *= x[1]
    x[3] = u[0]
    return np.sum(x * x) + t[2]


def _pick(a, b, k):
    if k % 2:
        return a
    return b


@case(X, Y, 1)
@case(X, Y, 2)
def returns_one_of_two(x, y, k):
    a, b = x * 1.0, y * 1.0
    c = _pick(a, b, k)
    c[0] = a[1] * b[1]
    d = _pick(c, a, k + 1)
    d *= b
    return np.sum(a * b) + np.sum(c * d)


def _early(a, n):
    for k in range(4):
        a[k] *= 1.5
        if k == n:
            return a[k:]
        a[k] += a[k - 1]
    return a * 2.0


@case(X, 2)
@case(X, 9)
def early_return_view_or_fresh(x, n):
    a = x * 1.0
    b = _early(a, n)
    b[0] = a[1] * a[2]
    return np.sum(a * a) + np.sum(b * b)


@case(X)
def default_argument_array(x):
    def f(v, w=x * 2.0):
        w[0] *= v[1]
        return np.sum(w * v)
    s = f(x)
    s += f(x)
    return s * f(x * 2.0)


@case(X)
def swapped_in_containers(x):
    p = [x * 1.0, x * 2.0, x + 1.0]
    for k in range(4):
        p[0][0] *= p[1][1]
        p[2][1:] = p[0][:-1]
        p[0], p[1], p[2] = p[1], p[2], p[0]
    return np.sum(p[0] * p[1] * p[2])


@case(X)
def dict_of_views(x):
    a = x * 1.0
    d = {"lo": a[:2], "hi": a[2:], "all": a}
    d["lo"] *= d["hi"]
    d["all"][1] = d["hi"][0] * 2.0
    d["hi"] = d["hi"] * d["lo"]
    d["hi"][0] = 7.0
    d["lo"], d["hi"] = d["hi"], d["lo"]
    d["hi"] += d["lo"]
    return np.sum(a * a) + np.sum(d["lo"] * d["hi"])


@case(M)
def a_plus_transpose(m):
    m += m.T
    m -= m.T * m
    m[:] = m[::-1].T
    m.T[...] = m @ m
    return np.sum(m * m)


@case(X)
def inplace_broadcast(x):
    a = np.ones((3, 4)) * x
    a += x
    a *= x[:3, None]
    a[1] -= a[0, 0]
    a[:, :1] *= a[:, 1:2]
    a -= a[0]
    a *= a[:, :1]
    return np.sum(a * a)


@case(X)
def enumerate_rows_while_base_written(x):
    a = np.outer(x, x)
    s = 0.0
    for i, row in enumerate(a):
        a[(i + 1) % 4] += row * 0.5
        row[i] = s
        s += np.sum(row * row)
        a = a * 1.0
    return s + np.sum(a)


@case(X)
def zip_rows_with_itself(x):
    a = np.outer(x, x)
    for r, c in zip(a, a.T):
        r += c
        c *= r[0]
    return np.sum(a * a)


@case(X)
def lambda_default_captures_view(x):
    a = x * 1.0
    g = lambda k, v=a[1:]: v[k] * a[k]
    s = g(0)
    a[1] = s * s
    s += g(0)
    a = a[::-1]
    a[0] *= 2.0
    return s + g(2)


@case(X)
def list_append_same_array(x):
    a = x * 1.0
    hist = []
    for k in range(3):
        a[k] *= a[k + 1]
        hist.append(a.copy())
        a = hist[-1]
    a[0] = 3.0 * x[0]
    return sum(np.sum(h * h) for h in hist)


@case(X)
def list_append_alias_then_write(x):
    a = x * 1.0
    hist = []
    hist.append(a)
    hist.append(a[1:])
    a *= a[::-1]
    hist[1][0] = hist[0][0]
    return np.sum(hist[0] * a) + np.sum(hist[1])


@case(X)
def tuple_assignment_evaluation_order(x):
    a = x * 1.0
    i = 0
    i, a[i], a[i + 1] = 2, a[1] * 2, a[0] * 3
    a[i], i = a[0] * a[1], 1
    a[i], a[i] = a[2], a[3]
    return np.sum(a * a * np.arange(1., 5.))


@case(X)
def chained_assignment(x):
    a = b = x * 1.0
    a[0] = b[1] = c = a[2] * b[3]
    d = a[1:] = b[:-1] * 1.0
    d[0] *= c
    return np.sum(a * a) + np.sum(d * b[1:])


@case(X)
def walrus_view(x):
    a = x * 1.0
    (v := a[1:])[0] *= 3.0
    if (w := v[1:])[0] > 0:
        w[0] = v[0] * a[0]
    return np.sum(a * a)


@case(X)
def index_expression_with_side_effect(x):
    a = x * 1.0
    k = 0

    def nxt():
        nonlocal k
        k += 1
        return k
    a[nxt()] += a[nxt()]
    a[nxt() - 1] *= a[0]
    return np.sum(a * a) * k


@case(X)
def value_writes_the_target(x):
    a = x * 1.0

    def f():
        a[0] = a[1] * 2.0
        return a[2]
    a[0] += f()
    a[1] = f() * a[0]
    s = a[0] * f() + a[0]
    return s + np.sum(a * a)


@case(M)
def ellipsis_and_newaxis_views(m):
    a = m * 1.0
    v = a[..., None]
    v[0, :, 0] = a[1] * a[2]
    w = a[None, ..., 1]
    w[0] *= v[..., 0][:, 0]
    a[...] *= a
    return np.sum(v * v) + np.sum(w)


@case(M, refused=("AliasingError", "SCT601"))
def diag_and_trace(m):
    a = m * 1.0
    d = np.diagonal(a)
    a[1, 1] = d[0] * d[2]
    np.fill_diagonal(a, d * 2.0)
    np.fill_diagonal(a[:, ::-1], a[0])  # refused
    return np.sum(a * a) * d[1]


@case(M)
def row_swap_fancy(m):
    a = m * 1.0
    a[[0, 2]] = a[[2, 0]]
    a[[0, 1], :] += a[[1, 1], :]
    a[:, [0, 1]] = a[:, [1, 0]] * a[:, :1]
    a[[0, 1, 2], [2, 1, 0]] *= a[0, 0]
    return np.sum(a * a * np.arange(9.).reshape(3, 3))


@case(X)
def gathered_copy_is_not_a_view(x):
    a = x * 1.0
    g = a[[0, 1, 2]]
    g[0] = 9.0 * a[3]
    m = a[a > 0.5]
    m *= 2.0
    t = a.take([1, 2])
    t[0] = 1.0
    return np.sum(a * a) + np.sum(g * g) + np.sum(m) * np.sum(t)


@case(X)
def sort_of_views(x):
    a = x * 1.0
    a[::-1].sort()
    a[1:3].sort()
    np.ndarray.sort(a[:2])
    a[0] *= a[1]
    return np.sum(a * a * np.arange(1., 5.))


@case(X)
def asarray_and_array(x):
    a = x * 1.0
    b = np.asarray(a)
    c = np.array(a)
    d = np.array(a, copy=False) if False else np.atleast_1d(a)
    b[0] = c[1] * 2.0
    d[2] *= b[0]
    e = np.ascontiguousarray(a)
    e[3] = d[2]
    f = np.ascontiguousarray(a[::2])
    f[0] = 100.0
    return np.sum(a * c) + np.sum(f)


@case(X)
def squeeze_expand(x):
    a = x * 1.0
    b = np.expand_dims(a, 0)
    c = b.squeeze()
    d = np.squeeze(b, axis=0)
    b[0, 0] = c[1] * d[2]
    c *= b[0, ::-1]
    return np.sum(a * d)


@case(2.0)
def number_rebinding_not_inplace(x):
    a = x
    b = a
    a += 1.0
    a *= b
    c = np.float64(a)
    d = c
    c += b
    return a * b * c * d


@case(X)
def element_is_a_copy(x):
    a = x * 1.0
    e = a[0]
    a[0] = 5.0 * x[1]
    e += 1.0
    r = a[1:2]
    a[1] = e * a[0]
    return e * r[0] * a[0]


@case(X)
def zero_d_views(x):
    a = x * 1.0
    z = a[0, ...]
    z += a[1]
    z[...] = z * a[2]
    w = a[1:2].reshape(())
    w *= z
    return np.sum(a * a)


@case(X)
def matmul_out(x):
    a = np.outer(x, x)
    b = np.zeros(4)
    np.matmul(a, x, out=b)
    np.dot(a, b, out=x)
    b *= x
    np.matmul(a, b, out=a[0])
    return np.sum(a * a) + np.sum(b)


@case(X)
def sum_out(x):
    a = np.outer(x, x)
    b = np.zeros(4)
    np.sum(a, axis=0, out=b)
    np.cumsum(b, out=b)
    a.sum(axis=1, out=a[0])
    np.clip(a, 0.1, 0.6, out=a)
    np.maximum(a[0], a[1], out=a[1])
    return np.sum(a * a) + np.sum(b * b)


# ------------------------------------------------------------------------------------------- found by random programs of names

@case(X, Y)
def real_part_of_a_view(x, y):
    b = np.concatenate([x, y])
    a = b[1:5]
    a[np.real(a) < 0.6] += 0.3 * x[1]
    np.real(a)[0] *= y[0]
    return np.sum(b * b)


def _powers(a, n):
    if n == 0:
        return a[0]
    a[n] = a[n - 1] * a[n] + 0.1
    return _powers(a, n - 1) * 0.5 + a[n]


@case(X, Y)
def lent_to_a_recursion_from_a_with(x, y):
    s = 0.0
    with np.errstate(all="ignore"):
        m = np.outer(y, x)
    for k in range(4):
        s = s + _powers(m[:, k], 3)
    return s * np.sum(m)


@case(X, Y, 2)
@case(X, Y, 1)
def exchanged_and_chosen(x, y, n):
    a = x * 1.0
    for _ in range(n):
        x, a = a, x
    b = a * x
    c = a if b[1] < 0.6 else y.copy()
    c[:] = 0.5 * c + b[2]
    return np.sum(b) + np.sum(c * a * x)


def _spoil(i):
    i[0] = i[1]
    return i


@case(X)
def positions_overwritten(x):
    i, j, order = np.arange(4), _spoil(np.arange(4)), np.argsort(x)
    i[1:] = i[:-1]
    order %= 2
    a = x * 1.0
    a[i] = a * x
    a[j] *= a[::-1]
    a[order] = a * x
    return np.sum(a * a) + np.sum(x[i] ** 3) * np.sum(x[order] ** 2)


@case(X)
def positions_overwritten_through_a_view(x):
    i = np.arange(4)
    back = i[::-1]
    a = x * 1.0
    for k in range(3):
        back[k] = i[k]
        a[i] = a[back] * a
        i[0], i[1] = i[1], i[0]
    return np.sum(a * a)


@case(X, 0)
@case(X, 1, raises=UnboundLocalError)
@case(X, 2, raises=UnboundLocalError)
def deleted_in_a_loop(x, n):
    a, c = x * 1.0, 2.0
    for _ in range(n):
        c = np.sum(a)
        del a
    return np.sum(x * x) + c + np.sum(a)  # noqa: F821


@case(X, 2, 4)
@case(X, 2, 1, raises=UnboundLocalError)
def deleted_number_in_a_loop(x, n, limit):
    c = 2.0
    for k in range(n):
        if k >= limit:
            del c
    return c * x[0]


# ---------------------------------------------------------------------------------------------------------------- harness

test_program = tried(judged, PROGRAMS)
