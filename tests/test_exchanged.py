"""Lists and dicts that change places, items that do, and lists that may be one of two: in all modes, or refused by name."""

from functools import partial

import numpy as np
import pytest

import sct
from tests.oracle import X, accepted, in_other_modes, program, run, tried, written

PROGRAMS = []
CHANGED = ("AliasingError", "SCT602")
case = partial(program, PROGRAMS)


@case(X)
def bubble(a):
    xs = [v for v in a]
    for i in range(4):
        for j in range(3 - i):
            if xs[j] > xs[j + 1]:
                xs[j], xs[j + 1] = xs[j + 1], xs[j]
    return xs[0] * xs[1] + xs[3] * 2


@case(X)
def by_a_third_name(a):
    m = [[v, v * v] for v in a]
    for i in range(3):
        t = m[i]
        m[i] = m[i + 1]
        m[i + 1] = t
        m[i][0] *= a[i]
    return sum(r[0] * r[1] * (i + 1) for i, r in enumerate(m))


@case(X)
def mirror(a):
    xs = [v * v for v in a]
    i, j = 0, len(xs) - 1
    while i < j:
        xs[i], xs[j] = xs[j], xs[i]
        i += 1
        j -= 1
    return xs[0] * xs[1]


@case(X, refused=CHANGED)
def negative_places(a):
    m = [[v, v * v] for v in a]
    m[0], m[-1] = m[-1], m[0]
    m[-1][0] = a[1] * 5
    k = int(a[0] * 2)
    m[k], m[-k] = m[-k], m[k]
    m[k][1] *= a[0]
    return m[0][0] * m[1][1] + m[-1][0] * m[0][1]


@case(X)
def one_place_by_two_names(a):
    m = [[v, v * v] for v in a]
    for i in range(2):
        k = i
        m[i], m[k] = m[k], m[i]
        m[k][0] *= a[2]
    return m[0][0] * m[1][0]


@case(X, refused=CHANGED)
def item_taken_before(a):
    m = [[v, v * v] for v in a]
    s = 0.0
    for i in range(3):
        row = m[i]
        row[0] += 1.0
        m[i], m[i + 1] = m[i + 1], m[i]
        s += m[i][0] * m[i + 1][1]
    return s


@case(X, refused=CHANGED)
def item_used_after(a):
    m = [[v, v * v] for v in a]
    s = 0.0
    for i in range(3):
        row = m[i]
        m[i], m[i + 1] = m[i + 1], m[i]
        row[0] += 1.0
        s += m[i][0] * m[i + 1][0]
    return s


@case(X)
def lists_of_lists_passed_on(a):
    m = [[v, v * v] for v in a]
    n = [[v, 2 * v] for v in a]
    for i in range(3):
        m[i], m[i + 1] = m[i + 1], m[i]
        m[i][0] *= n[i][1]
        m, n = n, m
    return m[0][0] * n[1][0] + m[2][0] * n[2][0]


@case(X)
def made_in_branches(a):
    if a[0] > 0:
        m = [[v, v * v] for v in a]
    else:
        m = [[v, v] for v in a]
    for i in range(3):
        m[i], m[i + 1] = m[i + 1], m[i]
        m[i][0] *= a[i]
    return m[0][0] * m[1][0] + m[3][0]


@case(X)
def places_from_a_list(a):
    p = [2, 0, 1, 3]
    m = [[v, v * v] for v in a]
    for i in range(3):
        m[p[i]], m[i] = m[i], m[p[i]]
        m[p[i]][0] *= a[i]
    return m[0][0] * m[1][0] + m[3][0]


@case(X, refused=CHANGED)
def three_rows(a):
    m = [[v, v * v] for v in a]
    for i in range(2):
        m[i], m[i + 1], m[i + 2] = m[i + 1], m[i + 2], m[i]
        m[i][0] *= a[i]
    return m[0][0] * m[1][0]


@case(X, refused=CHANGED)
def while_growing(a):
    m = []
    for i in range(4):
        m.append([a[i], 1.0])
        if i:
            m[i - 1], m[i] = m[i], m[i - 1]
            m[i][1] += m[i - 1][0] * a[0]
    while len(m) > 1:
        r = m.pop()
        m[0][0] += r[1] * r[0]
    return m[0][0]


@case(X)
def arrays_of_which_one_stays(a):
    m = [a * (i + 1) for i in range(4)]
    for k in range(3):
        p = k if a[k] > 0 else k + 1
        m[k], m[p] = m[p], m[k]
        m[k][0] = m[p][1] * a[k]
        m[k + 1] -= 0.5 * m[k]
    return sum((r * r).sum() for r in m)


@case(X, refused=CHANGED)
def items_of_a_dict(a):
    d = {}
    for i in range(3):
        d[i] = [a[i], 1.0]
    for i in range(2):
        d[i], d[i + 1] = d[i + 1], d[i]
        d[i][1] *= a[i]
    return d[0][1] * d[1][0] + d[2][0] * d[2][1]


@case(X)
def lu_with_pivots(a):
    n = 3
    m = [[a[(i * 3 + j * j) % 4] + i * j + (2.0 if i == j else 0.0) for j in range(n)] for i in range(n)]
    s = 1.0
    for k in range(n):
        p = k
        for i in range(k + 1, n):
            if abs(m[i][k]) > abs(m[p][k]):
                p = i
        if p != k:
            m[k], m[p] = m[p], m[k]
            s = -s
        s *= m[k][k]
        for i in range(k + 1, n):
            f = m[i][k] / m[k][k]
            for j in range(k, n):
                m[i][j] -= f * m[k][j]
    return s


@case(X)
def arrays_change_places(a):
    m = [a * (i + 1) for i in range(3)]
    for k in range(2):
        m[k], m[k + 1] = m[k + 1], m[k]
        m[k][0] = m[k + 1][1] * a[k]
        m[k + 1] *= a
    return sum((r * r).sum() for r in m)


@case(X)
def one_of_two_grows(a):
    p = [a[0], a[1]]
    q = [a[2], a[3]]
    c = p if a[0] > 0 else q
    c[0] = a[1] * 3
    c.append(a[2])
    return sum(p) * q[0] + sum(c)


@case(X)
def one_of_two_in_a_loop(a):
    p = [a[0], a[1]]
    q = [a[2], a[3]]
    for i in range(3):
        c = p if a[i] > 0 else q
        c.append(a[i] * p[0] * q[-1])
    return sum(p) * q[-1] + len(q) * p[-1]


@case(X)
def three_lists_in_turn(a):
    x, y, z = [a[0]], [a[1], a[0]], [a[2]]
    for i in range(4):
        y[0] = x[0] * a[i] + z[0]
        z.append(y[0])
        x, y, z = y, z, x
    return sum(x) * sum(y) + sum(z)


@case(X)
def exchanged_on_a_condition(a):
    x, y = [a[0], 1.0], [a[1], a[0]]
    for i in range(4):
        if a[i] > 0:
            x, y = y, x
        x[0] += a[i] * y[1]
        y[1] *= a[i]
    return x[0] * y[1] + x[1]


@case(X)
def another_name_outside(a):
    x, y = [a[0], 1.0], [a[1], a[0]]
    z = x
    for i in range(4):
        x[0] += a[i] * y[1]
        x, y = y, x
        z[1] *= a[i]
    return x[0] * y[1] + z[1] * z[0]


@case(X)
def exchanged_and_growing(a):
    x, y = [], []
    for i in range(4):
        x.append(a[i])
        x, y = y, x
        if len(x) > 1:
            y.append(x.pop() * a[0])
    return sum(x) + sum(y) * len(x)


@case(X, refused=CHANGED)
def cleared(a):
    x, y = [a[0]], [a[1]]
    for i in range(4):
        y.clear()
        for v in x:
            y.append(v * a[i])
        y.append(a[0])
        x, y = y, x
    return sum(x) * sum(y)


@case(X)
def one_of_them_new(a):
    x, y = [a[0]], [a[1]]
    for i in range(4):
        x, y = y, [v * a[i] for v in x]
        x[0] += 1.0
    return sum(x) * sum(y)


@case(X)
def dicts(a):
    x, y = {0: a[0], 1: a[1]}, {0: a[2], 1: a[3]}
    for i in range(4):
        x[0] = y[1] * a[i]
        x[1] += a[0]
        x, y = y, x
    return x[0] * y[1] + x[1]


@case(X)
def dicts2(a):
    x, y = {}, {}
    for i in range(4):
        x[i] = a[i]
        y[i] = a[i] * 2
    for i in range(4):
        x[i] = y[3 - i] * a[i]
        x, y = y, x
    return x[0] * y[1] + x[1]


@case(X)
def left_early(a):
    x, y = [a[0], 1.0], [a[1], a[0]]
    n = 0
    while n < 5:
        x[1] = y[0] * x[0]
        x, y = y, x
        n += 1
        if x[0] > 100:
            break
    return x[0] * y[1] + x[1]


@case(X, refused=("AliasingError", "SCT601"))
def none_at_first(a):
    best = None
    for i in range(3):
        cand = [a[i], a[i] ** 2]
        if best is None or cand[1] > best[1]:
            best = cand
        cand[0] = 3.0 * cand[1]
    best[1] += 1.0
    return best[0] * best[1]


@case(X)
def parameters_of_a_callee(a):
    def go(xs, ys):
        for i in range(3):
            xs[0] = ys[0] * a[i]
            xs, ys = ys, xs
        return xs[0] + ys[1]
    return go([a[0], a[1]], [a[2], a[3]])


@case(X)
def ints_and_floats(a):
    x, y = [a[0], 1], [2, a[0]]
    for i in range(4):
        x[0] = y[1] * 0.5
        x, y = y, x
    return x[0] * y[1] + x[1]


@case(X, refused=CHANGED)
def lists_of_arrays(a):
    x, y = [a * 2, a * a], [a, a + 1]
    for i in range(3):
        x[1] = y[0] * a
        x[0][1] = a[i]
        x, y = y, x
    return (x[1] * y[1]).sum() + x[0][1] * y[0][2]


@case(X)
def one_list_by_two_names(a):
    x = [a[0], a[1]]
    y = x
    for i in range(3):
        x[0] += y[1] * a[i]
        x, y = y, x
    return x[0] * y[1]


@case(X, refused=CHANGED)
def rows_replaced(a):
    g = [[a[i] * (j + 1) for j in range(3)] for i in range(3)]
    h = [[0.0] * 3 for _ in range(3)]
    for k in range(3):
        for i in range(3):
            h[i] = [v * 0.5 + g[i - 1][0] for v in g[i]]
        g, h = h, g
        g[0][1] *= a[k]
    return sum(sum(r) for r in g) * h[0][1]


EITHER = """
def {name}(a):
    x, y = [a[0], 1.0], [a[1], a[0]]
    for i in range(4):
        {change}
        x, y = y, x
    return x[0] * y[1] + x[1]
"""
CHANGES = {
    "slice_of_either": "y[:] = [v * a[i] for v in x]",
    "either_reversed": "y.reverse(); y[0] = x[0] * a[i]",
    "either_sorted": "y.sort(); y[0] = x[0] * a[i]",
}
for _name, _change in CHANGES.items():
    case(X, refused=CHANGED)(written(globals(), _name, EITHER.format(name=_name, change=_change)))


@case(X)
def either_extended(a):
    x, y = [a[0], 1.0], [a[1], a[0]]
    for i in range(4):
        y.extend([a[i] * v for v in x])
        x, y = y, x
    return x[0] * y[1] + sum(x)


@case(X, refused=CHANGED)
def what_is_gone_through_may_grow(a):
    p = [a[0], a[1]]
    q = [a[2], a[3]]
    c = p if a[0] > 0 else q
    s = 0.0
    for i, v in enumerate(p):
        if len(c) < 6:
           c.append(v * 2)
        s += v
    return s


@case(X, refused=CHANGED)
def what_is_gone_through_may_change(a):
    p = [a[0], a[1]]
    q = [a[2], a[3]]
    s = 0.0
    for i, v in enumerate(p):
        c = p if a[0] > 0 else q
        c[1] = v * 3
        s += v
    return s + sum(q)


@case(X)
def generator_sees_the_change(a):
    p = [a[0], a[1]]
    q = [a[2], a[3]]
    c = p if a[0] > 0 else q
    g = (v * v for v in p)
    c[1] = a[3]
    c[0] = 3.0
    return sum(g) + sum(q)


@case(X)
def iterator_sees_the_change(a):
    p = [a[0], a[1]]
    q = [a[2], a[3]]
    c = p if a[0] > 0 else q
    it = iter(p)
    s = next(it)
    c[1] = a[3] * 2
    s += next(it)
    return s * sum(q)


@case(X)
def callee_has_both(a):
    p = [a[0], a[1]]
    q = [a[2], a[3]]
    c = p if a[0] > 0 else q
    def go(z):
        z[0] = p[1] * z[1]
        p.append(z[0])
        return p[0]
    r = go(c)
    return r * sum(p) * sum(c)


@case(X, refused=CHANGED)
def in_a_try(a):
    p = [a[0], a[1]]
    q = [a[2], a[3]]
    c = p if a[0] > 0 else q
    try:
        c[0] = 3.0
        t = np.log(a[1]) / p[1]
        u = [1.0][int(a[0] * 10)]
    except IndexError:
        u = p[0]
    return u * p[0] * q[0]


@case(X)
def in_tuples(a):
    p = [a[0], a[1]]
    q = [a[2], a[3]]
    pair = (p, q) if a[0] > 0 else (q, p)
    pair[0][1] = 5.0 * a[0]
    p[0] += a[2]
    return sum(pair[0]) * sum(pair[1]) * p[1]


@case(X, refused=CHANGED)
def one_of_two_cleared(a):
    p = [a[0], a[1]]
    q = [a[2], a[3]]
    c = p if a[0] > 0 else q
    p.clear()
    c.append(a[0])
    return sum(c) + sum(p)


@case(X)
def both_empty(a):
    p = []
    q = []
    for i in range(4):
        c = p if a[i] > 1 else q
        c.append(a[i])
    return sum(p) * sum(q) * len(p)


@case(X)
def both_empty_and_read(a):
    p = []
    q = []
    s = 0.0
    for i in range(4):
        c = p if a[i] > 1 else q
        s += sum(p)
        if q:
            s += q[-1] * i
        c.append(a[i])
    return sum(p) * sum(q) * len(p) + s


@case(X)
def in_two_loops(a):
    x, y = [a[0], 1.0], [a[1], a[0]]
    for i in range(2):
        for j in range(2):
            x[j] += y[j] * a[i]
            x, y = y, x
        x[0] *= a[1]
    return x[0] * y[1] + x[1]


@case(X)
def one_becomes_the_other(a):
    x, y = [a[0], 1.0], [a[1], a[0]]
    for i in range(4):
        x[0] += y[1] * a[i]
        if a[i] < 0:
            x = y
    y[0] *= 2.0
    return x[0] * y[1] + x[1]


@case(X)
def read_on_the_way(a):
    x, y = [a[0], 1.0], [a[1], a[0]]
    hist = []
    for i in range(4):
        x[0] += y[1] * a[i]
        hist.append(x[0])
        hist.append(list(x)[1])
        x, y = y, x
    return sum(h * h for h in hist)


@case(X, refused=CHANGED)
def kept_in_a_third(a):
    x, y = [a[0], 1.0], [a[1], a[0]]
    hist = []
    for i in range(4):
        x[0] += y[1] * a[i]
        hist.append(x)
        x, y = y, x
    return sum(h[0] for h in hist)


@case(X)
def rebuilt_on_the_way(a):
    x, y = [v for v in a], [0.0] * 4
    for i in range(3):
        y[i] = max(x) * x[i]
        y = [v + 1 for v in y]
        x, y = y, x
    return sum(x) * y[1]


@case(X)
def two_rows_of_a_table(a):
    prev = [0.0] * 5
    cur = [0.0] * 5
    for i in range(3):
        for j in range(4):
            cur[j + 1] = max(prev[j] + a[j] * a[i], cur[j])
        prev, cur = cur, prev
    return prev[4]


@case(X)
def named_again_behind_a_change(a):
    xs, ys = [a[0], 1.0], [1.0, a[1]]
    for i in range(3):
        ys[1] *= a[i]
        if True:
            xs, ys = ys, xs
    return xs[1] + 2 * sum(ys)


def the_other_way_round(p, q):
    return q, p


@case(X)
def handed_through_behind_a_change(a):
    xs, ys = [a[0], 1.0], [1.0, a[1]]
    for i in range(3):
        ys[1] *= a[i]
        xs[0] += ys[1]
        xs, ys = the_other_way_round(xs, ys)
    return xs[1] * xs[0] + 2 * sum(ys)


class Holder:
    def __init__(self, v):
        self.v = v


@case(X, refused=CHANGED)
def objects_named_again_behind_a_change(a):
    p, q = Holder(a[0]), Holder(a[1])
    d, e = {"k": a[2]}, {"k": 1.0}
    for i in range(3):
        p.v *= a[i]
        d["k"] += p.v
        if len(a) == 4:
            p, q = q, p
            d, e = e, d
        kept = p
        kept.v += d["k"]
    return p.v * 3 + q.v + d["k"] * e["k"]


@case(X)
def carried_by_a_while(a):
    xs, ys = [a[0], 1.0], [1.0, a[1]]
    i = 0
    while i < 3:
        ys[0] += xs[1] * a[i]
        for _ in range(2):
            zs = xs
            zs[1] += ys[0]
        if 1.0:
            xs, ys = ys, xs
        i += 1
    return sum(xs) * ys[0]


test_program = tried(run, PROGRAMS)
test_other_modes = tried(in_other_modes, accepted(PROGRAMS))


def test_an_exchange_saves_nothing():
    source = sct.source(mirror, X)
    assert "xs[i], xs[j] = xs[j], xs[i]" in source and "xs_bar[i], xs_bar[j] = xs_bar[j], xs_bar[i]" in source
    assert "saved.append((i, j))" in source and source.count(".append") == 1, source


def test_a_place_that_is_not_there_raises():
    def f(a):
        m = [[v, v * v] for v in a]
        k = int(a[0] * 9)
        m[0], m[k] = m[k], m[0]
        m[0][0] = 1.0
        return m[0][1]
    with pytest.raises(IndexError):
        sct.grad(f)(X)


def test_lists_change_places_without_copies():
    source = sct.source(two_rows_of_a_table, X)
    assert "copy" not in source and "cur, prev, prev_bar_2, prev_bar" in source, source
