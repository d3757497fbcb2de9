"""Nasty programs with arrays in containers, objects and closures: right in every mode, or refused where marked."""

import collections
import dataclasses
import functools

import numpy as np

from tests.oracle import judged, program, tried
from tests.points import M, X

PROGRAMS = []
case = functools.partial(program, PROGRAMS)


@case(X, 3)
def run_time_list_of_arrays(x, n):
    rows = []
    a = x * 1.0
    for k in range(n):
        rows.append(a * k)
        rows[k][0] = a[1]
        rows[-1] *= a
    for k in range(n):
        rows[k][1:] += rows[k - 1][:-1]
    return sum(np.sum(r * r) for r in rows)


@case(X, 3, refused=("AliasingError", "SCT602"))
def run_time_list_of_views(x, n):
    a = x * 1.0
    views = []
    for k in range(n):
        views.append(a[k:])  # refused
    for v in views:
        v[0] *= 2.0
    return np.sum(a * a) + sum(np.sum(v) for v in views)


@case(X, 3, refused=("AliasingError", "SCT602"))
def run_time_list_of_one_array(x, n):
    a = x * 1.0
    same = []
    for k in range(n):
        same.append(a)  # refused
        a[k] *= a[k + 1]
    same[1][0] = 3.0 * x[2]
    return np.sum(same[0] * same[-1])


@case(X, 3, refused=("AliasingError", "SCT602"))
def nested_lists_multiplied(x, n):
    g = [[0.0] * n] * n  # refused
    g[0][1] = x[0] * x[1]
    g[1][2] = x[2]
    return sum(sum(r) for r in g) + g[2][1] ** 2


@case(X, 4)
def nested_lists_aliased_row(x, n):
    g = [[x[0]] * n for _ in range(n)]
    r = g[1]
    for k in range(n):
        r[k] = r[k - 1] * x[k]
        g[1][0] += r[k]
    return sum(g[1]) * g[0][0] + r[0]


@case(X, 4)
def dict_of_run_time_arrays(x, n):
    d = {}
    for k in range(n):
        d[k] = x * k
        d[k][0] = x[k]
    for k in range(n):
        d[k] *= d[(k + 1) % n]
    return sum(np.sum(v * v) for v in d.values())


@case(X)
def list_of_lists_shared(x):
    inner = [x[0], x[1]]
    outer = [inner, inner]
    outer[0][1] = x[2] * x[3]
    outer.append(outer[1])
    outer[2][0] *= 2.0
    inner = [1.0, 2.0]
    inner[0] = outer[1][0]
    return outer[0][0] * outer[1][1] + inner[0]


@case([1.0, 2.0, 3.0])
def list_argument_aliases(p):
    q = p
    r = p[:]
    q[0] = p[1] * p[2]
    r[1] *= q[0]
    p += [r[1]]
    q.append(p[0])
    return sum(v * v for v in q) + r[0]


@case([1.0, 2.0, 3.0], refused=("AliasingError", "SCT602"))
def slice_assignment_of_lists(p):
    p[1:] = p[:-1]
    p[:0] = [p[2] * 2]
    p[::2] = p[1::2]  # refused
    del p[0]
    p[len(p):] = [p[0], p[1] * p[2]]
    p *= 2
    return sum(v * v * (k + 1) for k, v in enumerate(p))


@case({"w": X, "b": [X * 2, 3.0]})
def nested_argument(p):
    w = p["w"]
    p["b"][0][:] = w[::-1]
    p["b"][1] += w[0]
    w *= p["b"][1]
    p["c"] = w[1:]
    p["c"][0] = p["b"][0][0]
    del p["b"][0]
    return np.sum(w * w) + p["b"][0] ** 2


@case(X, 4)
def closures_in_a_loop(x, n):
    fs = []
    a = x * 1.0
    for k in range(4):
        fs.append(lambda v, k=k: v[k] * a[k])
    a[1] = a[0] * 3.0
    s = 0.0
    for f in fs:
        s += f(x)
    return s


@case(X)
def late_binding_closures(x):
    a = x * 1.0
    fs = [lambda: a[k] for k in range(3)]
    a[2] = x[0] * 7
    return fs[0]() + fs[1]() ** 2


class Counter:
    def __init__(self, n):
        self.data = np.zeros(n)
        self.view = self.data[1:]
        self.n = 0
    def __call__(self, v):
        self.data[self.n] += v
        self.n = (self.n + 1) % len(self.data)
        return self
    def __getitem__(self, k):
        return self.data[k]
    def __setitem__(self, k, v):
        self.data[k] = v
    def __iadd__(self, other):
        self.data += other
        return self
    def __len__(self):
        return len(self.data)


@case(X)
def object_with_view(x):
    c = Counter(4)
    for v in x:
        c(v)(v * v)
    c.view[0] = c.data[0] * c.data[2]
    c[2] = c[1] * 2.0
    c[3] += c[0]
    d = c
    d += x
    c.view *= 2.0
    return np.sum(c.data * d.data)


@case(X, 5)
def object_in_while(x, n):
    c = Counter(4)
    while n:
        c[n % 4] += x[n % 4] * c[(n - 1) % 4] + 1.0
        n -= 1
        if c[0] > 3.0:
            break
    return np.sum(c.view * c.data[:-1])


@dataclasses.dataclass
class Node:
    value: np.ndarray
    next: object = None


@case(X, refused=("AliasingError", "SCT602"))
def linked_nodes(x):
    a = Node(x * 1.0)
    b = Node(a.value[1:], a)
    a.next = b  # refused
    b.next.next.value[0] *= 3.0
    c = a
    for _ in range(3):
        c.value[0] *= c.next.value[1]
        c = c.next
    return np.sum(a.value * a.value)


@case(X)
def namedtuple_of_buffers(x):
    P = Pair(x * 1.0, x * 2.0)
    P.a[0] = P.b[1]
    Q = P._replace(a=P.b)
    Q.a[1] = P.a[0] * 3
    return np.sum(P.a * P.b) + np.sum(Q.a)
Pair = collections.namedtuple("Pair", "a b")


@case(X)
def deque_of_arrays(x):
    d = collections.deque([x * 1.0, x * 2.0])
    d[0][0] = d[1][1]
    d.append(d.popleft())
    d.rotate(1)
    return np.sum(d[0] * d[1])


@case(X, 4)
def generator_of_rows(x, n):
    a = np.outer(x, x)
    g = (r for r in a)
    first = next(g)
    first *= 2.0
    a[1] = first
    s = 0.0
    for r in g:
        r += first
        s += r[0]
    return s + np.sum(a * a)


@case(X)
def map_that_writes(x):
    a = x * 1.0
    def f(k):
        a[k] *= a[k - 1]
        return a[k]
    s = sum(map(f, range(4)))
    t = [f(k) for k in range(3)]
    return s + t[0] * t[2] + a[0]


@case(X)
def lazy_map_then_write(x):
    a = x * 1.0
    m = map(lambda v: v * a[0], a)
    s = next(m)
    a[0] = 5.0 * s
    return s + sum(m)


@case(X)
def reduce_with_writes(x):
    def f(acc, v):
        acc[0] += v * acc[1]
        acc[1] *= v
        return acc
    acc = functools.reduce(f, x, np.ones(2))
    return acc[0] * acc[1]


@case(X)
def sorted_with_key_reading_written(x):
    a = x * 1.0
    a[0] = 3.0 * a[1]
    r = sorted(range(4), key=lambda k: a[k])
    a[r[0]] *= a[r[-1]]
    return np.sum(a * a)


@case(X)
def partial_with_buffer(x):
    buf = np.zeros(4)
    def f(b, k, v):
        b[k] += v
        return b
    g = functools.partial(f, buf)
    g(0, x[0])
    h = g(1, x[1] * x[2])
    h[0] *= 2.0
    return np.sum(buf * buf)


@case(X)
def star_args_aliases(x):
    a = x * 1.0
    def f(*vs, **kw):
        vs[0][0] = vs[1][0] * kw["c"][1]
        vs[-1][-1] += kw["d"]
        return vs[1:]
    r = f(a, a[1:], a[::-1], c=a, d=a[0])
    r[0][1] *= r[1][0]
    return np.sum(a * a)


@case(X)
def unpack_star_list(x):
    a = x * 1.0
    p = [a, a[1:], a[2:]]
    f, *r = p
    r[0][0] = f[0] * 2
    (g, h), q = r, f
    h *= g[0]
    q[0] = h[1]
    return np.sum(a * a)


@case(X)
def tuple_swap_views(x):
    a = x * 1.0
    u, v = a[:2], a[2:]
    for _ in range(3):
        u, v = v, u
        u *= v
    u[:], v[:] = v, u
    u[:], v[:] = v.copy(), u.copy()
    return np.sum(a * a * np.arange(1., 5.))


@case(X, 3)
def views_swapped_runtime(x, n):
    a = x * 1.0
    u, v = a[:2], a[2:]
    for k in range(n):
        u *= v
        u, v = v, u
        u[0] += 0.3
    return np.sum(a * a * np.arange(1., 5.)) + u[0] * v[1]


@case(X, 4)
def overlapping_views_swapped(x, n):
    a = x * 1.0
    u, v = a[:3], a[1:]
    for k in range(n):
        u *= v
        u, v = v, u
    return np.sum(a * a * np.arange(1., 5.)) + u[0] * v[1]


@case(X, 4)
def sliding_view(x, n):
    a = x * 1.0
    v = a[:1]
    for k in range(1, n):
        w = a[k:k + 1]
        w *= v
        v = w
    return v[0] * np.sum(a)


@case(X, 3)
def view_from_previous_iteration(x, n):
    a = x * 1.0
    v = a
    for k in range(n):
        w = a[k:]
        v[0] *= 2.0 + w[0]
        v = w
    return np.sum(a * a) + v[0]


@case(X, 3)
def buffer_replaced_while_view_kept(x, n):
    a = x * 1.0
    v = a[1:]
    for k in range(n):
        v *= a[:-1]
        if k == 1:
            a = a * 2.0
        a[0] += v[0]
    return np.sum(a * a) + np.sum(v * v)


@case(X, 3)
def conditional_copy_in_loop(x, n):
    a = x * 1.0
    b = a
    for k in range(n):
        if k % 2:
            b = a.copy()
        else:
            b = a
        b[k] = a[0] * a[1] * 2
        a[0] += b[2]
    return np.sum(a * b)


@case(X, 3)
def slices_of_run_time_bounds(x, n):
    a = x * 1.0
    i, j = 0, n
    while i < j:
        a[i:j] += a[j - 1]
        a[i], a[j] = a[j], a[i]
        a[:i + 1] *= a[i]
        i += 1
        j -= 1
    return np.sum(a * a * np.arange(1., 5.))


@case(X)
def where_out_mask(x):
    a = x * 1.0
    np.multiply(a, a, out=a, where=a > 0.5)
    np.divide(a, a[::-1], out=a[:], where=np.array([True, False, True, False]))
    np.copyto(a, a[::-1], where=a > 0.7)
    return np.sum(a * a * np.arange(1., 5.))


@case(X, refused=("AliasingError", "SCT603"))
def power_and_matmul_inplace(x):
    a = np.outer(x, x) + np.eye(4)
    b = a
    a @= a
    a **= 2.0
    b[0] **= a[1, 1]
    a.T[...] @= b if False else a  # refused
    return np.sum(np.log(a)) + b[0, 1]


@case(X)
def integer_array_state(x):
    idx = np.arange(4)
    a = x * 1.0
    v = idx[::-1]
    for k in range(3):
        v[k] = idx[k]
        a[idx] = a[v] * a
        idx[0], idx[1] = idx[1], idx[0]
    return np.sum(a * a)


@case(X)
def bool_mask_view(x):
    mask = np.zeros(4, bool)
    half = mask[:2]
    a = x * 1.0
    half[:] = True
    a[mask] *= a[0]
    half[0] = False
    mask |= a > 0.6
    a[mask] += a[~mask].sum()
    return np.sum(a * a)


@case(M)
def swapaxes_of_slice(m):
    a = m * 1.0
    b = a[:2].T
    c = b[1:]
    c[0] = b[0] * a[2, 0]
    b[...] = c[0]
    a[:, 0] = b[:, 0]
    return np.sum(a * a)


@case(M)
def rolled(m):
    a = m * 1.0
    b = np.roll(a, 1)
    b[0] = 2.0
    a[:] = np.roll(a, 1, axis=0) * b
    a = a.T
    a[0] += b[0]
    return np.sum(a * a)


@case(M)
def three_axes(m):
    a = np.zeros((2, 3, 3))
    a[0] = m
    a[1] = a[0].T
    t = a.transpose(2, 0, 1)
    t[0, 1] = a[1, :, 2] * a[0, 1]
    a[:, 1:, ::2] *= a[:, :2, 1:2]
    a[..., 0] = a[..., 1]
    t[1][0, 2] = a.sum()
    return np.sum(a * a)


@case(X)
def try_fallback_with_views(x):
    a = x * 1.0
    v = a[:2]
    try:
        L = np.linalg.cholesky(np.outer(v, v) - np.eye(2))
        r = L[0, 0]
    except np.linalg.LinAlgError:
        v *= 2.0
        r = a[0] * a[1]
    return r * np.sum(a)


@case(X)
def ternary_targets(x):
    a, b = x * 1.0, x * 2.0
    (a if x[0] > 0 else b)[0] = 5.0 * x[1]
    (a, b)[int(x[1] > 0)][1] *= a[0]
    {"p": a, "q": b}["p"][2] = b[1]
    return np.sum(a * b)


@case(X)
def or_and_views(x):
    a, c = x * 1.0, None
    b = c or a[1:] if False else (a[1:] if c is None else c)
    b[0] *= a[0]
    c = b
    c[1] += b[0]
    return np.sum(a * a)


@case(X)
def augmented_of_call_result(x):
    a = x * 1.0
    def get():
        return a
    get()[1] += get()[0] * 3
    get()[:2] *= get()[2:]
    get().T[...] += a[0]
    return np.sum(a * a)


@case(X)
def nested_function_returns_view(x):
    a = x * 1.0
    def outer(k):
        v = a[k:]
        def inner(j):
            v[0] *= a[j]
            return v[j:]
        return inner
    f = outer(1)
    w = f(1)
    w[0] *= a[1]
    f(0)[2] = w[0]
    return np.sum(a * a)


@case(X)
def arange_overwritten(x):
    i = np.arange(4)
    i[1] = 0
    a = x * 1.0
    a[i] = x * x
    a[i] *= a
    return np.sum(a * a) + np.sum(x[i] ** 2)


@case(X)
def arange_read_then_overwritten(x):
    i = np.arange(4)
    s = np.sum(x[i] ** 2)
    i[1:] = i[:-1]
    i[:] = i // 2
    s += np.sum(x[i] ** 3)
    return s


@case(X)
def argsort_inplace_mod(x):
    i = np.argsort(x)
    i %= 2
    a = x * 1.0
    a[i] += x
    a[i] = a * x
    return np.sum(a * a) + np.sum(x[i] ** 3)


def _spoil(i):
    i[0] = i[1]
    return i


@case(X)
def arange_overwritten_by_callee(x):
    i = np.arange(4)
    _spoil(i)
    j = _spoil(np.arange(4))
    a = x * 1.0
    a[i] = a * x
    a[j] = a[::-1] * x
    return np.sum(a * a) + np.sum(x[i] ** 3)


def _spoil_rec(i, n):
    if n == 0:
        return 0.0
    i[n] = i[n - 1]
    _spoil_rec(i, n - 1)
    return 1.0


@case(X)
def arange_overwritten_by_recursion(x):
    i = np.arange(4)
    s = _spoil_rec(i, 3)
    a = x * 1.0
    a[i] = a * x
    return s * np.sum(a * a) + np.sum(x[i] ** 3)


def _grow(a, n):
    if n == 0:
        return a[0]
    a[n] *= a[n - 1]
    return _grow(a, n - 1) + a[n]


@case(X)
def elements_iterated_while_recursion_writes(x):
    a = x * 1.0
    s = 0.0
    for v in a:
        s += v * v * _grow(a, 3)
    return s + np.sum(a)


@case(X)
def comprehension_while_recursion_writes(x):
    a = x * 1.0
    t = [v * _grow(a, 3) for v in a]
    u = list(a)
    it = iter(a)
    s = next(it)
    _grow(a, 2)
    s += next(it) * u[1]
    return sum(t) * s


@case(X)
def arange_in_dict(x):
    d = {"i": np.arange(4), "a": x * 1.0}
    d["i"][2] = 1
    d["a"][d["i"]] *= x
    d["a"][d["i"]] = d["a"] * x
    return np.sum(d["a"] ** 2)


@case(X)
def arange_by_out(x):
    i = np.arange(4)
    np.minimum(i, 2, out=i)
    a = x * 1.0
    a[i] = a * x
    return np.sum(a * a) + np.sum(x[i] ** 3)


@case(X)
def arange_swapped_with_other(x):
    i, j = np.arange(4), np.array([0, 0, 1, 2])
    a = x * 1.0
    for k in range(3):
        a[i] = a * x
        i, j = j, i
    return np.sum(a * a) + np.sum(x[i] ** 3)


@case(X, refused=("AliasingError", "SCT602"))
def row_of_a_list_comprehension(x):
    r = x * 1.0
    n = len(x)
    rows = [r for _ in range(n)]  # refused
    rows[0][1] = 3.0 * x[0]
    return sum(np.sum(q * q) for q in rows)


@case(X, refused=("AliasingError", "SCT602"))
def row_of_a_list_appended_in_nested_loop(x):
    rows = []
    for i in range(len(x)):
        r = x * i
        for j in range(2):
            rows.append(r)  # refused
    rows[0][1] = 3.0 * x[0]
    rows[3][1] = 3.0 * x[0]
    return sum(np.sum(q * q) for q in rows)


@case(X, refused=("AliasingError", "SCT602"))
def dict_values_shared(x):
    d = {}
    r = x * 1.0
    for k in range(len(x)):
        d[k] = r  # refused
    d[1][0] = 5.0 * x[1]
    return sum(np.sum(q * q) for q in d.values())


@case(X, refused=("MissingRuleError", "SCT201"))
def dict_fromkeys_shared(x):
    d = dict.fromkeys(["a", "b"], x * 1.0)  # refused
    d["a"][0] = 5.0 * x[1]
    return np.sum(d["b"] * d["a"])


@case(X)
def list_extended_by_itself(x):
    rows = [x * 1.0, x * 2.0]
    rows.extend(rows)
    rows += rows[:1]
    rows[0][0] = 5.0 * x[1]
    return sum(np.sum(q * q) for q in rows)


@case(X, refused=("AliasingError", "SCT602"))
def run_time_list_extended_by_itself(x):
    rows = [x * k for k in range(len(x))]
    rows.extend(rows)  # refused
    rows[0][0] = 5.0 * x[1]
    return sum(np.sum(q * q) for q in rows)


@case(X, refused=("AliasingError", "SCT602"))
def run_time_list_copied(x):
    rows = [x * k for k in range(len(x))]  # refused
    other = list(rows)
    third = rows[:]
    fourth = rows.copy()
    rows[0][0] = 5.0 * x[1]
    other[1][1] = x[0]
    return sum(np.sum(q * q) for q in other) + np.sum(third[0] * fourth[1])


@case([[1.0, 2.0], [3.0, 4.0]], refused=("AliasingError", "SCT602"))
def rows_of_list_argument(p):
    q = p[0]  # refused
    q[1] = p[1][0] * 3
    p[1] = q
    p[1][0] *= 2
    return p[0][0] * p[0][1] + p[1][1]


@case([[1.0, 2.0], [3.0, 4.0]], 2)
def rows_of_list_argument_run_time(p, n):
    for k in range(n):
        p[k][1] = p[k - 1][0] * 3
    q = p[n - 1]
    q[0] *= q[1]
    return p[0][0] * p[0][1] + p[1][1] * p[1][0]


@case([[1.0, 2.0], [3.0, 4.0]], 2, refused=("AliasingError", "SCT602"))
def rows_of_list_argument_sliced(p, n):
    q = [r[:] for r in p]
    w = p[:]
    for k in range(n):
        q[k][1] = p[k][0] * 3
        w[k][0] = 5.0 * q[k][1]  # refused
    return p[0][0] * p[0][1] + p[1][1] * p[1][0] + q[0][1] * q[1][0]


@case(X, refused=("AliasingError", "SCT602"))
def array_of_list_of_views(x):
    a = np.outer(x, x)
    rows = list(a)  # refused
    rows[0][1] = 5.0
    b = np.array(rows)
    b[1] *= 2
    c = np.stack([a[0], a[1]])
    c[0] = 7.0
    return np.sum(a * a) + np.sum(b * b) + np.sum(c[1])


@case(X)
def iter_list_while_appending(x):
    t = [x[0], x[1]]
    s = 0.0
    for v in t:
        s += v
        if len(t) < 5:
            t.append(v * s)
    return s + t[-1]


@case(X, 3, refused=("AliasingError", "SCT602"))
def iter_list_while_removing(x, n):
    t = [v * v for v in x]
    s = 0.0
    for k, v in enumerate(t):  # refused
        s += v * (k + 1)
        if k < n:
            t.pop(0)
    return s + sum(t)


@case(X, 2)
def queue(x, n):
    q = list(x)
    s = 0.0
    while q:
        v = q.pop(0)
        s = s * 0.5 + v
        if v > 0.4 and n > 0:
            q.append(v * v * s)
            n -= 1
    return s


@case(X, 4, refused=("AliasingError", "SCT601"))
def stack_of_arrays(x, n):
    st = [x * 1.0]
    for k in range(n):
        a = st.pop()  # refused
        a[k] *= 2.0
        st.append(a * x)
        st.append(a)
    return sum(np.sum(a * a) for a in st)


@case(X, 4)
def ring_buffer_of_arrays(x, n):
    ring = [x * 1.0, x * 2.0, x * 3.0]
    for k in range(n):
        ring[k % 3][:] = ring[(k + 1) % 3] * ring[(k + 2) % 3]
        ring[k % 3][0] += 1.0
    return sum(np.sum(a * a) for a in ring)


@case(X, 4)
def ring_buffer_replaced(x, n):
    ring = [x * 1.0, x * 2.0, x * 3.0]
    for k in range(n):
        ring[k % 3] = ring[(k + 1) % 3] * ring[(k + 2) % 3]
        ring[(k + 1) % 3][0] += 1.0
    return sum(np.sum(a * a) for a in ring)


@case(X, 4)
def ring_buffer_rotated(x, n):
    ring = [x * 1.0, x * 2.0, x * 3.0]
    for k in range(n):
        a = ring.pop(0)
        a[0] = ring[0][1] * 2
        ring.append(a)
    return sum(np.sum(a * a * (j + 1)) for j, a in enumerate(ring))


@case(X, 4)
def lists_exchanged(x, n):
    a, b = [x[0], x[1]], [x[2], x[3]]
    for k in range(n):
        a[0] += b[1] * b[0]
        a, b = b, a
    return a[0] * b[1] + a[1] * b[0] ** 2


@case(X, 4, refused=("AliasingError", "SCT602"))
def objects_exchanged(x, n):
    a, b = Cell(x[0]), Cell(x[1])
    for k in range(n):
        a.v += b.v * x[2]  # refused
        a, b = b, a
    return a.v * b.v


class Cell:
    def __init__(self, v):
        self.v = v


@case(X, 2)
def conditional_container(x, c):
    a, b = [x[0], x[1]], [x[2], x[3]]
    t = a if c > 1 else b
    t[0] = t[1] * 3
    return a[0] * b[0] + t[0]


@case(X, 2, refused=("AliasingError", "SCT602"))
def conditional_object(x, c):
    a, b = Cell(x[0]), Cell(x[1])
    t = a if c > 1 else b
    t.v *= 3
    return a.v * b.v + t.v  # refused


@case(X, 2)
def object_in_two_lists(x, n):
    c = Cell(x * 1.0)
    l1, l2 = [c, 1.0], {"k": c}
    l1[0].v[0] = 3.0 * x[1]
    l2["k"].v = l2["k"].v * 2
    c.v[1] = l1[0].v[0]
    return np.sum(l1[0].v * l2["k"].v)


@case(X, 3)
def none_then_view(x, n):
    a = x * 1.0
    prev = None
    for k in range(n):
        cur = a[k:k + 2]
        if prev is not None:
            prev *= cur
            cur[0] += prev[1]
        prev = cur
    return np.sum(a * a) + prev[0]


@case(X, 3)
def best_so_far_alias(x, n):
    best, a = None, x * 1.0
    for k in range(n):
        a[k] *= a[k + 1] + 1.0
        if best is None or np.sum(a) > np.sum(best):
            best = a
        else:
            best = a.copy()
        a = a * 0.9
        best[0] = 0.5
    return np.sum(best * best) + np.sum(a)


# ---------------------------------------------------------------------------------------------------------------- harness

test_program = tried(judged, PROGRAMS)
