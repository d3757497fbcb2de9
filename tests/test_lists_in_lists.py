"""Rows of a list, reached by an index that only run time knows, whose items are all replaced: the list itself is changed."""

import functools

import numpy as np

import sct
from tests.oracle import judged, program, refusal, tried

PROGRAMS = []
case = functools.partial(program, PROGRAMS)
ROWS = [[4.0, 2.0, 3.0], [3.0, 7.0, 4.0]]


@case(ROWS, 1)
def reversed_row(m, k):
    m[k].reverse()
    return m[1][0] ** 2 * m[0][1]


@case(ROWS, 1)
def sorted_rows(m, k):
    m[k].sort(key=lambda t: -t)
    m[k - 1].sort()
    return m[1][0] ** 2 * m[0][1]


@case(ROWS, 1)
def slice_of_a_row(m, k):
    r = m[k]
    r[:] = [v * v for v in r]
    r[1:] = r[:2]
    return m[1][0] ** 2 * m[1][1] * m[1][2]


@case(ROWS, 1)
def longer_slice(m, k):
    m[k][:] = [m[0][0], 7.0, m[0][1] ** 2, m[1][1]]
    return m[1][0] ** 2 + m[1][2] * m[1][3]


@case(ROWS, 1)
def emptied_and_filled(m, k):
    m[k].clear()
    m[k].extend(m[0])
    m[k][0] *= m[0][1]
    return m[1][0] ** 2 * m[1][1]


@case(ROWS, 1)
def row_of_itself(m, k):
    m[k][:] = m[k]
    m[0][:] = m[k]
    return m[0][0] * m[1][1]


@case(ROWS, 0)
def augmented_rows(m, k):
    m[k] += m[1]
    m[k] *= 2
    m[k] += [m[0][1], 1.0]
    return m[0][0] ** 2 * m[0][-1] * m[0][-2] + m[0][4]


@case(1.3, 1, 3)
def deleted_slice(x, k, n):
    rows = [[x, x * i, 3.0] for i in range(n)]
    del rows[k][1:]
    return sum(r[0] * r[-1] * r[-1] for r in rows)


@case(1.3, 1, 3)
def rows_in_a_loop(x, k, n):
    rows = [[x, x * i, 3.0] for i in range(n)]
    for r in rows:
        r.reverse()
        r[0] *= x
    rows[k].sort(reverse=True)
    return sum(r[0] * r[1] * r[-1] * r[-1] for r in rows)


@case(1.3, 1, 3)
def lists_in_a_dict(x, k, n):
    d = {}
    for i in range(n):
        d.setdefault(i, []).append(x * i)
        d[i].append(1.0)
    d[k].reverse()
    d[k][:1] = [x, x]
    return sum(v[0] * v[-1] for v in d.values())


@case([[[4.0, 2.0, 3.0], [3.0, 7.0, 4.0]]], 0)
def three_deep(m, k):
    r = m[k][k - 1]
    r.reverse()
    m[k][0][:2] = r
    return m[0][0][0] ** 2 * m[0][1][1] * m[0][1][2]


@case(1.3, 1, 3)
def integers_and_then_a_float(x, k, n):
    rows = [[0, 1] for _ in range(n)]
    rows[k].extend([1, x])
    return rows[k][3] * x + rows[k][1]


@case(1.3, 1, 3)
def integers_and_then_floats(x, k, n):
    rows = [[0, 1] for _ in range(n)]
    rows[k].extend([x * i for i in range(n)])
    return rows[k][3] * x + rows[k][1]


@case([[[1.0]], [[2.0]]], 0, refused=("AliasingError", "SCT602"))
def rows_of_rows(m, k):
    m[k][:] = [[m[1][0][0]]]  # refused
    return m[0][0][0]


test_rows_of_lists = tried(judged, PROGRAMS)


def test_the_gradient_by_a_list_is_one_of_pythons_numbers_whatever_is_stored_there():
    def scaled(p, k):
        p[k] *= np.cos(p[0])
        return p[1] * p[0]

    assert [type(bar) for bar in sct.grad(scaled)([4.0, 2.0, 3.0], 1)] == [float] * 3


def test_a_dict_that_needs_keys_of_run_time_says_nothing_of_the_others():
    def read(p, q, k):
        return p["a"] * p["b"].sum() * q[k]

    bar = sct.grad(read, 1)({"a": 2.0, "b": np.ones(2)}, {0: 1.0, 1: 2.0}, 1)
    assert bar == {0: 0.0, 1: 4.0}


def test_a_recursion_that_never_meets_a_type_again_is_refused():
    def powers(x, n):
        def go(k, found):
            if k == 0:
                return found
            return go(k - 1, [*found, x**k])
        return sum(go(n, []))

    assert refusal(powers, 1.3, 3).code == "SCT712"
