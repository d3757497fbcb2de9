"""Lists whose length only run time knows: changed in place, their items too, in all modes, or refused by name."""

import math
from functools import partial, reduce

import numpy as np
import pytest

import sct
from tests.oracle import X, accepted, in_other_modes, program, run, tried

PROGRAMS = []
CHANGED = ("AliasingError", "SCT602")
case = partial(program, PROGRAMS)


def at_tuple(x, where):
    return np.sum(x[tuple(where)])


def at_tuple_of_array(x, where):
    return np.sum(x[tuple(np.array(where))])


def at_tuple_from_loop(x, where):
    t = [1]
    for k in range(2):
        t = tuple(where)
    return np.sum(x[t])


def at_tuple_perhaps(x, where):
    return np.sum(x[tuple(where) if len(where) > 1 else [1]])


def store_at_tuple(x, where):
    y = x * 1.0
    y[tuple(where)] = 3.0
    return np.sum(y)


@pytest.mark.parametrize("f", [at_tuple, at_tuple_of_array, at_tuple_from_loop, at_tuple_perhaps, store_at_tuple])
def test_tuple_of_unknown_length_is_no_index(f):
    """It was taken for a list, which picks rows where a tuple picks an element: the gradient was silently another one."""
    with pytest.raises(sct.SctError, match="a tuple whose length only run time knows"):
        sct.grad(f)(np.ones((5, 6)), [1, 2])


def test_list_beside_a_tuple_is_an_index():
    def f(x, where):
        return np.sum(x[list(where) + [0]] ** 2) * len(tuple(where))
    np.testing.assert_array_equal(sct.grad(f)(np.ones((3, 2)), np.array([1, 2])), [[4.0] * 2] * 3)


class Gain:
    def __init__(self, factor):
        self.factor = factor


@case(X)
def lists_joined_by_sum(a):
    rows = [[v, v * v] for v in a]
    joined = sum(rows, [a[0]])
    return sum(k * v for k, v in enumerate(joined)) + sum(sum(rows, []))


@case(X)
def reversed_and_reduced(a):
    xs = [v * v for v in a]
    return sum(reversed(xs)) + max(reversed(xs)) * min(reversed(xs)) + reduce(lambda p, q: 0.5 * p + q, reversed(xs)) \
        + math.prod(reversed(xs)) + math.fsum(reversed(xs))


@case(X)
def dicts_of_what_is_gone_through(a):
    table, other = dict(enumerate(v * v for v in a)), dict(zip(range(3), a.tolist()))
    return table[0] * table[3] + sum(dict(enumerate(a)).values()) + other[1] * other[2] * sum(table.values())


@case(X)
def objects_beside_numbers(a):
    gains, parts = [Gain(a[0]), Gain(a[1] ** 2)], [{"w": a[2]}, {"w": a[3]}]
    s = 0.0
    for gain, v in zip(gains, a):
        s += gain.factor * v
    for part, f, v in zip(parts, [math.sin, lambda t: t * a[0]], a):
        s += part["w"] * f(v)
    return s


@case(X)
def counted_by_name(a):
    s = 0.0
    for k, v in enumerate(iterable=a, start=2):
        s += k * v * v
    for place in np.ndindex():
        s += np.array(a[0])[place] ** 2
    return s


@case(X)
def list_pop(a):
    xs = [a[0]]
    for i in range(1, 4):
        xs.append(xs[-1] * a[i])
    s = 0.0
    while xs:
        s += xs.pop() ** 2
    return s


@case(X)
def list_stack(a):
    st = [(0, 4)]
    s = 0.0
    while st:
        lo, hi = st.pop()
        if hi - lo == 1:
            s += a[lo] ** 2 * (lo + 1)
        else:
            m = (lo + hi) // 2
            st.append((lo, m))
            st.append((m, hi))
    return s


@case(X)
def list_insert(a):
    xs = []
    for i in range(4):
        xs.insert(0, a[i] ** 2)
    return sum((x * (i + 1) for i, x in enumerate(xs)))


@case(X)
def list_setitem(a):
    xs = [0.0] * 4
    for i in range(4):
        xs[i] = a[i] ** 2
    for i in range(1, 4):
        xs[i] = xs[i] * xs[i - 1]
    return xs[3]


@case(X)
def list_extend(a):
    xs = []
    for i in range(3):
        xs.extend([a[i], a[i + 1] ** 2])
    return np.array(xs).sum() * xs[1]


@case(X)
def list_aug(a):
    xs = []
    for i in range(3):
        xs += [a[i], a[i + 1] ** 2]
    return sum(xs) * xs[1]


@case(X)
def list_arrays(a):
    xs = [a * a]
    for i in range(3):
        xs.append(np.sin(xs[-1]) * a)
    return sum(np.sum(x) for x in xs)


@case(X)
def list_arrays_write(a):
    xs = [np.zeros(4) for _ in range(3)]
    for i in range(3):
        xs[i][1] = a[i] ** 2
        xs[i] += a
    return sum((x * x).sum() for x in xs)


@case(X)
def list_arrays_rt(a):
    xs = []
    for i in range(len(a)):
        xs.append(a * a[i])
    for i in range(len(a)):
        xs[i][1] = a[i] ** 2
        xs[i] *= a
    return sum((x * x).sum() for x in xs)


@case(X)
def list_remove(a):
    xs = [x * x for x in a]
    del xs[1]
    return sum(xs)


@case(X)
def list_slice_assign(a):
    xs = [x * x for x in a]
    xs[1:3] = [a[0]]
    return sum((x * (i + 1) for i, x in enumerate(xs)))


@case(X)
def table_of_known_size(a):
    xs = [[0.0] * 2 for _ in range(2)]
    for i in range(2):
        for j in range(2):
            xs[i][j] = a[i] * a[2 + j]
    return xs[0][0] * xs[1][1] + xs[0][1] ** 2


@case(X)
def table(a):
    n = len(a)
    xs = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            xs[i][j] = a[i] * a[j]
    return sum(sum(r) for r in xs) * xs[0][1]


@case(X)
def list_pop0(a):
    q = [x * x for x in a]
    s = 0.0
    while q:
        s = s * 0.5 + q.pop(0)
    return s


@case(X)
def slots(a):
    b = [a * 1.0, a * 2.0]
    for k in range(4):
        b[(k + 1) % 2][1:] = b[k % 2][:-1] * b[k % 2][1:]
    return b[0].sum()


@case(X)
def table_of_subproblems(a):
    n = len(a)
    dp = [[0.0] * n for _ in range(n)]
    for i in range(n):
        dp[i][0] = a[i]
        dp[0][i] = a[i] ** 2
    for i in range(1, n):
        for j in range(1, n):
            dp[i][j] = dp[i - 1][j] * a[j] + dp[i][j - 1] * 0.5
    return dp[n - 1][n - 1]


@case(X)
def table_that_starts_with_ints(a):
    n = len(a)
    dp = [[0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            dp[i][j] = a[i] * a[j] if i == 0 or j == 0 else dp[i - 1][j - 1] * a[i] + 1
    return sum(sum(r) for r in dp)


@case(X)
def table_augmented(a):
    n = len(a)
    m = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(n):
            for k in range(n):
                m[i][j] += a[i] * a[k] * a[j]
    return m[0][1] * m[1][2]


@case(X)
def row_alias(a):
    n = len(a)
    m = [[0.0] * n for _ in range(n)]
    for i in range(n):
        row = m[i]
        for j in range(n):
            row[j] = a[i] + a[j] ** 2
        row[0] = row[1] * row[2]
    return m[0][0] * m[2][3]


@case(X)
def rows_loop(a):
    n = len(a)
    m = [[a[i] * (j + 1) for j in range(3)] for i in range(n)]
    for row in m:
        row[0] *= row[1]
        row.append(row[0] + row[2])
    return sum(sum(r) for r in m)


@case(X)
def adjacency(a):
    n = len(a)
    adj = [[] for _ in range(n)]
    for i in range(n):
        adj[i].append(a[i] ** 2)
        adj[(i + 1) % n].append(a[i] * 3)
    s = 0.0
    for i in range(n):
        for k, v in enumerate(adj[i]):
            s += v * v * (k + 1)
    return s


@case(X)
def buckets(a):
    b = [[] for _ in range(3)]
    for i, v in enumerate(a):
        b[i % 3].append(v * v)
    s = 0.0
    for bb in b:
        while bb:
            s = s * 0.9 + bb.pop() ** 2
    return s


@case([[1.0, 2.0], [3.0, 0.5]])
def nested_argument(m):
    for i in range(len(m)):
        for j in range(len(m[i])):
            m[i][j] *= m[i][0]
    return m[0][1] * m[1][1] + m[1][0]


@case([[1.0, 2.0], [3.0, 0.5]])
def transpose_in_place(m):
    for i in range(len(m)):
        for j in range(i):
            m[i][j], m[j][i] = (m[j][i] ** 2, m[i][j])
    return m[0][1] * 3 + m[1][0]


@case(X)
def aliased_rows(a):
    n = len(a)
    m = [[0.0] * n] * 3
    for i in range(3):
        m[i][1] = a[i] ** 2
        m[i][2] += a[i]
    return m[0][1] * m[2][2]


@case(X, refused=CHANGED)
def row_kept_under_its_name(a):
    n = len(a)
    row = [0.0] * n
    m = []
    for i in range(n):
        m.append(row)
        m[i][i] = a[i] ** 2
    return sum(row) * m[0][1]


@case(X)
def row_swap(a):
    n = len(a)
    m = [[a[i] * a[j] for j in range(n)] for i in range(n)]
    for k in range(n - 1):
        m[k], m[k + 1] = (m[k + 1], m[k])
        m[k][0] = m[k][1] ** 2
    return m[0][0] + m[1][0] * m[2][2]


@case(X)
def gauss_jordan_with_pivots(a):
    n = 3
    m = [[a[(i + j) % 4] + (3.0 if j == (i + 1) % n else 0.0) for j in range(n + 1)] for i in range(n)]
    for k in range(n):
        best = k
        for i in range(k + 1, n):
            if abs(m[i][k]) > abs(m[best][k]):
                best = i
        m[k], m[best] = m[best], m[k]
        pivot = m[k][k]
        m[k] = [v / pivot for v in m[k]]
        for i in range(n):
            if i != k:
                f = m[i][k]
                for j in range(n + 1):
                    m[i][j] -= f * m[k][j]
    return sum(row[n] for row in m)


@case(X)
def three_levels(a):
    t = [[[0.0] * 2 for _ in range(2)] for _ in range(len(a))]
    for i in range(len(a)):
        for j in range(2):
            for k in range(2):
                t[i][j][k] = a[i] ** (j + k + 1)
    return t[1][1][0] * t[2][0][1]


@case(X)
def replaced_row(a):
    n = len(a)
    m = [[0.0] * n for _ in range(n)]
    for i in range(n):
        m[i] = [v * a[i] for v in a]
        m[i][0] = 1.0
    return m[1][2] * m[2][3] + m[0][0]


@case(X)
def list_of_arrays_grow(a):
    hs = [a * 1.0]
    for i in range(4):
        hs.append(np.tanh(hs[-1] * a))
    hs[1][0] = a[1]
    hs[2] *= a
    return sum((h * h).sum() for h in hs)


@case(X)
def arrays_replaced(a):
    hs = [np.zeros(4)] * 3
    for i in range(len(hs)):
        hs[i] = a * a[i]
    for i in range(1, 3):
        hs[i] = hs[i] * hs[i - 1]
    return hs[2].sum()


@case(X)
def queue(a):
    q = list(a)
    s = 0.0
    while len(q) > 1:
        u = q.pop(0)
        v = q.pop(0)
        q.append(u * v + 0.1 * u)
    return q[0]


@case(X)
def swap_lists(a):
    xs = [v for v in a]
    ys = [0.0] * len(a)
    for _ in range(3):
        for i in range(len(xs)):
            ys[i] = xs[i] * xs[i - 1] + 0.1
        xs, ys = (ys, xs)
    return sum(xs)


@case(X)
def swap_growing(a):
    xs = [v for v in a]
    ys = []
    for _ in range(3):
        for i in range(len(xs)):
            ys.append(xs[i] * xs[i - 1] + 0.1)
        xs, ys = (ys, [])
    return sum(xs)


@case(X)
def insert_mid(a):
    xs = []
    for i in range(len(a)):
        xs.insert(i // 2, a[i] ** 2)
    return sum(((k + 1) * v for k, v in enumerate(xs)))


@case(X)
def pop_mid(a):
    xs = [v * v for v in a]
    s = 0.0
    i = 0
    while len(xs) > 1:
        s = s * 1.5 + xs.pop(len(xs) // 2)
    return s * xs[0]


@case(X)
def setitem_in_branch(a):
    xs = [0.0] * len(a)
    for i in range(len(a)):
        if a[i] > 0:
            xs[i] = a[i] ** 2
        else:
            xs[i - 1] += a[i]
    return sum(x * x for x in xs)


@case(X)
def break_out(a):
    xs = [1.0]
    for v in a:
        if len(xs) > 2:
            break
        xs.append(xs[-1] * v)
        if v > 1:
            xs[0] = v
    return xs[-1] * xs[0]


@case(X)
def helper_writes(a):

    def put(r, i, v):
        r[i] = v
    m = [[0.0] * 2 for _ in range(len(a))]
    for i in range(len(a)):
        put(m[i], 1, a[i] ** 2)
        put(m[i], 0, m[i][1] * 2)
    return m[1][0] * m[2][1]


@case(X)
def slices_set(a):
    xs = [v for v in a]
    for k in range(2):
        xs[1:3] = [xs[0] * xs[3], 2.0, a[k]]
    return sum((v * (i + 1) for i, v in enumerate(xs)))


@case(X)
def extend_rt(a):
    xs = [1.0]
    for v in a:
        xs.extend([x * v for x in xs])
    return sum(xs)


@case(X)
def reverse_loop(a):
    xs = [v for v in a]
    for k in range(3):
        xs.reverse()
        xs[0] *= a[k]
    return xs[0] * xs[1]


@case(X)
def rows_of_lists_read(a):
    m = [[v * w for w in a] for v in a]
    s = 0.0
    for i in range(len(m)):
        for j in range(len(m)):
            s += m[i][j] * m[j][i]
    return s


@case(X)
def list_walk(a):
    vals = []
    for n in range(len(a)):
        s = a[n] ** 2
        for m in range(len(vals)):
            s += 0.5 * vals[m] * a[m]
        vals.append(s)
    return vals[-1]


@case(X)
def list_walk2(a):
    vals = []
    for n in range(4):
        s = a[n] ** 2
        for m in range(n):
            s += 0.5 * vals[m] * a[m]
        vals.append(s)
    return vals[3]


@case(1.3)
def rev_append(t):
    xs = [1 for _ in range(2)]
    for k in range(2):
        xs[1] = t
        xs.reverse()
        xs.append(1.0)
    return np.array(xs).sum()


@case(1.3)
def ext_pop(y):
    xs = [y] * 2
    x = 0.0
    for k in range(2):
        xs.extend([v for v in xs])
        x = xs.pop(0)
    return sum(xs)


@case(1.3)
def rev_insert(y):
    xs = [2]
    x = 0.0
    for k in range(2):
        xs.reverse()
        xs.insert(2, y)
        x = xs[k]
    return x


@case(X)
def sorted_in_place(a):
    xs = [v * v for v in a]
    xs.sort()
    xs[0] *= 2
    return sum((k * v for k, v in enumerate(xs)))


@case(X)
def sorted_in_a_loop(a):
    xs = []
    for v in a:
        xs.append(v * v)
        xs.sort(reverse=True)
        xs[0] *= 1.1
    return sum(((k + 1) * v for k, v in enumerate(xs)))


@case(1.3, 0.4)
def sorted_by_key(x, y):
    xs = [x, y, x * y]
    xs.sort(key=lambda v: -v)
    return xs[0] * 2 + xs[2]


@case(X)
def vst(a):
    rows = []
    for x in a:
        rows.append(a * x)
    return (np.vstack(rows) ** 2).sum()


@case(X)
def conc(a):
    rows = []
    for i in range(len(a)):
        rows.append(a[:i + 1] * a[i])
    z = np.concatenate(rows)
    return (z * z * np.arange(len(z))).sum()


@case(X)
def conc_none(a):
    rows = []
    for i in range(len(a)):
        rows.append(np.outer(a[:i + 1], a))
    z = np.concatenate(rows, axis=None)
    return (z * z * np.arange(len(z))).sum()


@case(X)
def hst(a):
    rows = []
    for i in range(len(a)):
        rows.append(np.outer(a, a[:i + 1]))
    z = np.hstack(rows)
    return (z * z * np.arange(z.shape[1])).sum()


@case(X)
def comp(a):
    z = np.concatenate([a[:i + 1] ** 2 for i in range(len(a))])
    return (z * np.arange(len(z))).sum()


@case(X)
def filled_and_returned(a):
    for u in range(2):
        out = []
        for v in a:
            out.append(v * v)
        g = ([0.5] + out)[-1]
        return g * a[0]
    return 0.0


@case(X)
def changed_after_it_was_read(a):
    out = [a[0]]
    for u in range(3):
        g = [0.5] + out
        out.append(a[u] ** 2)
        if a[u] > 1:
            return g[-1] * a[1]
    return sum(out)


@case(X)
def empty_or_not(a):
    out = []
    s = 0.0
    for v in a:
        if not out:
            s += v * 2
        else:
            s += out[-1] * v
        out.append(v * v)
        if len(out) == 3:
            out.clear()
    return s


@case(X)
def same_or_not(a):
    xs = [0]
    s = 0.0
    for k in range(4):
        if xs == [0]:
            s += a[k] ** 2
        else:
            s += a[k]
        xs.append(k)
        if k == 1:
            xs = [0]
    return s


@case(X)
def table_returned_from_a_loop(a):
    for k in range(3):
        d = {}
        for i in range(len(a)):
            d[i % 2] = a[i] * k
        if k == 1:
            return d[0] * d[1]
    return a[0]


@case(X)
def nothing_in_it(a):
    d = {}
    rows = []
    s = 0.0
    for k in range(0):
        d[k] = a[k]
        rows.append(a[k])
    for v in rows:
        s += v
    s += sum(d.values()) + sum(v * v for v in rows)
    return s + a[0] ** 2


@case(X)
def bound_in_a_branch_not_taken(a):
    if a[0] > 5:
        xs = [a[0], a[1]]
    for i in range(3):
        xs = [a[i], a[i] * 2, 1.0]
    return xs[0] * xs[1]


@case(X)
def bound_in_several_branches(a):
    if a[0] > 5:
        xs = [a[0], a[1]]
    elif a[1] > 5:
        xs = [a[2]]
    s = 0.0
    for i in range(3):
        if i > 0:
            s += xs[0] + len(xs)
        xs = [a[i], a[i] * 2, 1.0]
        for k in range(i):
            xs.append(a[k] * s)
    return s * xs[2] * xs[-1]


@case(X)
def tuple_bound_in_a_branch_not_taken(a):
    if a[0] > 5:
        y = (1, a[0])
    for i in range(3):
        y = (a[i] * 2, i)
    return y[0] * y[1]


@case(X)
def bound_in_the_loop(a):
    for k in range(3):
        xs = [1 for j in range(3)]
        xs[k] *= a[k]
    return xs[2] * a[0]


@case(X)
def bound_in_the_loop_on_a_condition(a):
    for k in range(3):
        if a[k] > 0:
            xs = [1.0 for j in range(3)]
        xs[k] *= a[k]
        xs.append(a[0])
    return xs[2] * a[0] + sum(xs)


@case(X)
def whether_something_is_left(a):
    q = [v * v for v in a]
    q.append(a[0])
    s = 0.0
    while q:
        s = s * 0.5 + q.pop(0)
        if q:
            s *= q.pop()
    return s


@case(X)
def whether_there_is_something(a):
    q, d = [], {}
    s = 0.0
    for i in range(4):
        if q and a[i] > 0:
            s += q.pop() * a[i]
        if not q or a[i] < 0:
            q.append(a[i] ** 2)
        if d:
            s += d.pop(i - 1) * a[i]
        if not d:
            d[i] = a[i] ** 2
    return s


@case(X)
def starred_generator(a):
    xs = [*(x * x for x in a), a[0]]
    return sum(xs) * xs[-1]


@case(X)
def starred_several(a):
    xs = [*(x * x for x in a if x > 0), a[0], *[v for v in a if v > 0], *map(np.sin, a)]
    ys = [1.0, *xs[:2]]
    return sum(xs) * ys[-1]


@case(X)
def starred_pairs(a):
    ps = [(0, a[0]), *enumerate(a)]
    ps.append((7, a[1]))
    return sum(i * v for i, v in ps)


@case(X)
def starred_array(a):
    xs = [*a, 1.0]
    xs.append(a[0])
    return sum(x * x for x in xs) * xs[4]


@case(X)
def starred_zip(a):
    ps = [*zip(a, a * 2)]
    return sum(x * y for x, y in ps)


test_program = tried(run, PROGRAMS)


RIGHT = [p for p in accepted(PROGRAMS) if isinstance(p[1][0], np.ndarray)]


test_other_modes = tried(in_other_modes, RIGHT)


@pytest.mark.parametrize("fun", [list_pop, list_setitem, table_of_subproblems, adjacency, queue])
def test_no_list_is_copied_where_it_changes(fun):
    gradient = sct.grad(fun)
    gradient(X)
    assert not any(word in gradient.source for word in ("replaced(", ".copy()", "[:-1]", "[1:]", "one_hot")), gradient.source


def test_unbound_lists_raise():
    def f(a):
        if a[0] > 5:
            xs = [a[0], a[1]]
        for i in range(3):
            if a[i] > 8:
                xs = [a[i], a[i] * 2, 1.0]
        return sum(xs)
    with pytest.raises(UnboundLocalError):
        f(X)
    with pytest.raises(UnboundLocalError):
        sct.grad(f)(X)


def numbers(a):
    xs = []
    for i in range(3):
        xs.append(a[i] ** 2)
    return xs


def rows(a):
    xs = []
    for i in range(3):
        xs.append([a[i], 1.0])
    xs[0][1] = a[0] * a[1]
    return xs


def table(a):
    d = {}
    for i in range(3):
        d[i] = a[i] ** 2
    return d


def table_of_rows(a):
    d = {}
    for i in range(3):
        d[i] = [a[i], a[i] * a[0]]
    return d


@pytest.mark.parametrize("made", [numbers, rows, table, table_of_rows])
def test_what_is_returned_holds_what_it_held(made):
    """The reverse sweep empties what the forward sweep filled; what was returned is not emptied."""
    first = made

    def with_aux(a):
        return a[0] * 2.0, first(a)
    value, aux = sct.value_and_grad(with_aux, has_aux=True)(X)[0]
    assert (value, aux) == with_aux(X)
    assert sct.grad(with_aux, has_aux=True)(X)[1] == made(X)
    value, pull_back = sct.vjp(made, X)
    assert value == made(X)
    value, tangent = sct.jvp(made, (X,), (np.ones(4),))
    assert value == made(X)
    first, second = pull_back(tangent), pull_back(tangent)
    assert np.array_equal(first[0], second[0])
    flat = [list(leaves(made(X + h))) for h in (1e-6, -1e-6)]
    slopes = [(up - down) / 2e-6 for up, down in zip(*flat, strict=True)]
    assert np.allclose(list(leaves(tangent)), slopes, atol=1e-8)
    assert np.isclose(np.sum(first[0]), sum(s * s for s in slopes), rtol=1e-6)  # <J dot, J dot> = <dot, J' J dot>


def leaves(x):
    """The numbers in lists and dicts."""
    if isinstance(x, list | dict):
        for item in x.values() if isinstance(x, dict) else x:
            yield from leaves(item)
    else:
        yield x
