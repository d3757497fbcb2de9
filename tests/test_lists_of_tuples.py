"""Lists and dicts of tuples whose lengths and keys only run time knows, in all modes, or refused by name."""

import math
from collections import namedtuple
from functools import partial

import numpy as np
import pytest

import sct
from tests.oracle import X, accepted, check, in_other_modes, program, run, tried

PROGRAMS = []
case = partial(program, PROGRAMS)
P = namedtuple("P", "x y")


@case(X)
def named_tuples(a):
    ps = []
    for i in range(4):
        ps.append(P(a[i], a[i] ** 2))
    s = 0.0
    for p in ps:
        s += p.x * p.y
    return s * ps[1].y


@case(X)
def unpacked(a):
    pairs = [(v, v * v) for v in a]
    (p, q), (r, _), third, (_, last) = pairs
    return p * q * r + third[0] * last


@case(X)
def arrays_of_them(a):
    table = np.array([(v, v * v) for v in a])
    mixed = np.asarray([(2, v) for v in a])
    joined = np.array(list(zip(a.tolist(), table[:, 1])))
    return np.sum(table * joined) + mixed[1, 0] * mixed[1, 1] ** 2


@case(X)
def repeated_never(a):
    pairs = [(v, v * v) for v in a]
    return sum(p * q for p, q in pairs * 0 + pairs) + len(0 * pairs)


@case(X)
def lists_and_nested_tuples_unpacked(a):
    rows, nested = [[v, 2.0 * v] for v in a[:2]], [(v, (v * v, v * np.ones(2))) for v in a[:2]]
    first, second = rows
    (x, (y, z)), (u, (v, w)) = nested
    rows.append([a[0], a[3]])
    *_, last = rows
    return first[0] * second[1] * x * y * u * v + np.sum(z * w) + last[0] * last[1]


@case(X)
def generators_unpacked(a):
    p, q, r, s = (v * v for v in a)
    u, *rest = map(math.sin, a)
    (i, x), (j, y) = enumerate(a[1:3])
    (k, l), (m, _) = zip(a[:2], a[2:])
    z, w = reversed(a[:2])
    return p * q + r * s * u + sum(rest) * x * y * j + k * l * m * l + z * z * w + i


@case(X)
def repeated(a):
    pairs, rows = [(v, v * v) for v in a], [[v, 2.0 * v] for v in a]
    twice, again = pairs * 2, 2 * rows
    return twice[0][0] * twice[5][1] * twice[1][1] + again[6][0] * again[2][1]


@case(X)
def joined_with_tuples_that_are_written_out(a):
    pairs = [(v, v * v) for v in a]
    between = pairs + [(a[0], (a[1]))] + pairs
    ahead = [(a[2], a[3])] + between
    return between[4][0] * between[4][1] * ahead[0][1] * ahead[-1][0]


@case(X)
def tuples_in_tuples(a):
    ps = []
    for i in range(4):
        ps.append((i, (a[i], a[i] ** 2)))
    s = 0.0
    for i, (x, y) in ps:
        s += x * y * i
    return s * ps[1][1][1]


@case(X)
def least_and_greatest(a):
    ps = [(v * v, i) for i, v in enumerate(a)]
    lo, k = min(ps)
    hi, j = max(ps, key=lambda p: -p[0])
    return lo * a[k] + hi * a[j]


@case(X)
def zipped(a):
    ps = list(zip(a, a * 2))
    ps.append((a[0], 1.0))
    return sum(x * y for x, y in ps)


@case(X)
def enumerated(a):
    ps = list(enumerate(a))
    s = 0.0
    while ps:
        i, v = ps.pop()
        s = s * 0.5 + v * i
    return s


@case(X)
def best_two(a):
    best = []
    for i in range(4):
        best.append((a[i] ** 2, i, a[i]))
        best.sort()
        if len(best) > 2:
            best.pop()
    return best[0][0] * best[1][2]


@case(X)
def intervals(a):
    todo = [(a[0], a[3])]
    s = 0.0
    while todo:
        lo, hi = todo.pop()
        m = 0.5 * (lo + hi)
        if hi - lo < 0.5:
            s += m * m * (hi - lo)
        else:
            todo.append((lo, m))
            todo.append((m, hi))
    return s


@case(X)
def with_strings(a):
    ps = []
    for i in range(4):
        ps.append((f"n{i}", a[i], None))
    s = 0.0
    for name, v, _ in ps:
        if name != "n2":
            s += v * v
    return s


@case(X)
def arrays(a):
    hist = []
    v = a * 1.0
    for i in range(3):
        hist.append((v, v.sum(), i))
        v = v * v
    hist.reverse()
    s = 0.0
    for v, t, i in hist:
        s += (v * t).sum() * i
    v0, t0, _ = hist[0]
    return s * v0[1] + t0


@case(X, refused=("AliasingError", "SCT601"))
def arrays_written(a):
    hist = []
    for i in range(3):
        v = a * i
        v[0] = a[1]
        hist.append((v, i))
    return sum((v * i).sum() for v, i in hist)


@case(X, refused=("AliasingError", "SCT601"))
def arrays_written_after(a):
    hist = []
    for i in range(3):
        v = a * i
        hist.append((v, i))
    for v, i in hist:
        v[0] = a[1]
    return sum((v * i).sum() for v, i in hist)


@case(X)
def joined(a):
    ps = [(v, i) for i, v in enumerate(a)]
    qs = [(v * v, 1) for v in a]
    rs = ps + qs
    rs.extend(qs)
    rs += [(a[0], 7)]
    return sum(x * k for x, k in rs)


@case(X)
def sliced(a):
    ps = [(v, v * v) for v in a]
    return sum(x * y for x, y in ps[1:]) + sum(y for _, y in ps[::-1][:2])


@case(X)
def repeated(a):
    ps = [(a[0], a[1])] * 3
    ps.append((a[2], a[2]))
    n = len(a)
    qs = [(a[0], 1.0)] * n
    qs[1] = (a[1], a[2])
    return sum(x * y for x, y in ps) + sum(x * y for x, y in qs)


@case(X)
def inserted_and_exchanged(a):
    ps = []
    for i in range(4):
        ps.insert(i // 2, (a[i], i))
    ps[0], ps[-1] = ps[-1], ps[0]
    del ps[1]
    return ps[0][0] * ps[1][0] * ps[2][1]


@case(X)
def table_of_tuples(a):
    d = {}
    for i in range(4):
        d[i % 3] = (a[i], i)
    return sum(v * (k + 1) for v, k in d.values()) * d[1][0]


@case(X)
def table_of_tuples2(a):
    d = {}
    for i in range(4):
        n, s = d.get(i % 2, (0, 0.0))
        d[i % 2] = (n + 1, s + a[i])
    return sum(s / n for n, s in d.values())


@case(X)
def items_of_a_dict(a):
    d = {}
    for i in range(4):
        d[i] = a[i] ** 2
    top = sorted(d.items(), key=lambda kv: kv[1])
    k, v = top[-1]
    return v * a[k] + top[0][1]


@case(X, refused=("AliasingError", "SCT601"))
def lists_in_tuples(a):
    ps = []
    for i in range(3):
        ps.append((i, [a[i], a[i + 1]]))
    return sum(k * x[0] * x[1] for k, x in ps)


@case(X, refused=("AliasingError", "SCT602"))
def lists_in_tuples_changed(a):
    ps = []
    for i in range(3):
        ps.append((i, [a[i], a[i + 1]]))
    for k, x in ps:
        x[0] *= 2.0
    return sum(k * x[0] * x[1] for k, x in ps)


@case(X)
def none_in_tuples(a):
    ps = []
    for i in range(4):
        ps.append((None if i % 2 else a[i], a[i]))
    s = 0.0
    for p, q in ps:
        if p is not None:
            s += p * q
        s += q
    return s


@case(X)
def begins_with_literals(a):
    ps = [(0.0, 1)]
    for i in range(4):
        x, n = ps[-1]
        ps.append((x + a[i], n + 1))
    return sum(x * n for x, n in ps)


@case(X)
def begins_with_ints(a):
    ps = [(0, 1)]
    for i in range(4):
        x, n = ps[-1]
        ps.append((x + a[i], n * a[i]))
    return sum(x * n for x, n in ps)


@case(X)
def passed_to_a_callee(a):
    def total(ps):
        s = 0.0
        for x, y in ps:
            s += x * y
        return s
    ps = [(v, v * v) for v in a]
    return total(ps) * total(ps[1:])


@case(X)
def two_that_change_places(a):
    ps, qs = [(a[0], 1)], []
    for i in range(4):
        qs.append((a[i] * ps[-1][0], i))
        ps, qs = qs, ps
    return sum(x * n for x, n in ps) + sum(x for x, _ in qs)


@case(X, refused=("UnsupportedTypeError", "SCT705"))
def unzipped(a):
    ps = [(v, v * v) for v in a]
    xs, ys = zip(*ps)
    return sum(xs) * max(ys)


@case(X)
def beam_search(a):
    beams = [(0.0, 0)]
    for i in range(3):
        new = []
        for s, k in beams:
            for j in range(2):
                new.append((s + a[(k + j) % 4] * a[i], (k + j) % 4))
        new.sort(key=lambda p: -p[0])
        beams = new[:2]
    return beams[0][0] + beams[1][0] ** 2


@case(X)
def sorted_by_a_key(a):
    pts = []
    for i in range(4):
        pts.append((a[i], a[i - 1] ** 2))
    pts.sort(key=lambda p: p[1])
    s = 0.0
    for k, (x, y) in enumerate(sorted(pts)):
        s += x * y * (k + 1)
    return s + pts[0][0] * pts[-1][1]


@case(X)
def shortest_path(a):
    best = {0: 0.0}
    todo = [(0.0, 0)]
    while todo:
        todo.sort()
        d, n = todo.pop(0)
        for m in range(n + 1, 4):
            w = d + a[m] ** 2 + a[n] ** 2
            if m not in best or w < best[m]:
                best[m] = w
                todo.append((w, m))
    return best[3]


@case(X)
def items_assigned(a):
    pts = [(x, 2 * x) for x in a]
    for i in range(4):
        x, y = pts[i]
        pts[i] = (y * x, a[0])
    return sum(x * y for x, y in pts)


@case(X)
def indexed(a):
    pts = [(i, v * v) for i, v in enumerate(a)]
    pts.append((7, a[0]))
    i, v = pts[2]
    return v * i * pts[-1][1] + pts[1][1]


@case(X)
def comprehension(a):
    pts = [(x, 2 * x) for x in a if x > 0]
    return sum(x * y for x, y in pts) + max(p[0] for p in pts)


test_program = tried(run, PROGRAMS)
test_other_modes = tried(in_other_modes, accepted(PROGRAMS))


def test_an_argument_that_is_a_list_of_tuples():
    def f(pairs):
        total = 0.0
        for i in range(len(pairs)):
            total += pairs[i][0] * pairs[i - 1][1]
        return total
    check(f, [(1.0, 2.0), (3.0, 4.0), (0.5, 1.5)])
    with pytest.raises(sct.SctError, match="SCT700"):
        sct.grad(f)([(1.0, 2), (3.0, 4), (0.5, 1)])


def test_a_result_that_is_a_list_of_tuples():
    def f(a):
        pairs = []
        for i in range(3):
            pairs.append((a[i], i, a[i] ** 2))
        return pairs
    value, pull_back = sct.vjp(f, X)
    assert value == f(X)
    for _ in range(2):
        (bar,) = pull_back([(1.0, None, 2.0)] * 3)
        assert np.allclose(bar, [1.0 + 4.0 * X[0], 1.0 + 4.0 * X[1], 1.0 + 4.0 * X[2], 0.0])


def test_items_are_added_up_by_place():
    source = sct.source(begins_with_literals, X)
    assert "zeros_like(ps)" in source and "item_bar[0]" in source, source


def test_a_generator_of_another_length_is_not_unpacked():
    def f(a):
        p, q = (v * v for v in a)
        return p * q
    assert np.allclose(sct.grad(f)(np.array([2.0, 3.0])), [36.0, 24.0])
    for count in (1, 3):
        with pytest.raises(ValueError, match="values to unpack"):
            sct.grad(f)(np.ones(count))


def test_the_gradient_by_a_list_of_tuples_that_is_unpacked():
    def f(pairs):
        (i, a), (j, b) = pairs
        return i * a * b + j * j
    assert sct.grad(f)([(2.0, 3.0), (5.0, 7.0)]) == [(21.0, 14.0), (10.0, 6.0)]
    assert sct.grad(f)([[2.0, 3.0], [5.0, 7.0]]) == [[21.0, 14.0], [10.0, 6.0]]
