"""Reading rows, views and items by elements: no pass over the whole of them for each element, whatever they are held in."""

import re
from collections import namedtuple
from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest

import sct
from tests.oracle import check, in_other_modes, program, run

PROGRAMS = []
case = partial(program, PROGRAMS)
Pair = namedtuple("Pair", "a b")
A, B = [0.3, -0.7, 1.1], [0.9, 0.4, -1.3]
ROWS = [A, B]
ARRAYS = [np.array(A), np.array(B)]


@dataclass
class Model:
    rows: list
    w: list


@case(ROWS)
@case(ARRAYS)
@case(np.array(ROWS))
def by_two_indices(m):
    s = 0.0
    for i in range(len(m)):
        for j in range(len(m[0])):
            s += m[i][j] ** 2 * (i + 1)
    return s


@case(ROWS)
@case(np.array(ROWS))
def where_a_branch_wants_it(m):
    s = 0.0
    for i in range(len(m)):
        for j in range(len(m[0])):
            if m[i][j] > 0.2:
                s += m[i][j] ** 2
            else:
                s += m[i][j] * m[0][j]
    return s


@case(ROWS)
@case(ARRAYS)
def row_by_row(m):
    s = 0.0
    for i, row in enumerate(m):
        for j, x in enumerate(row):
            s += x * m[i][j] * m[1][j]
    return s


@case(ROWS)
def pairs_of_rows(m):
    s = 0.0
    for u, v in zip(m[0], m[1]):
        s += u * v * u
    return s


@case([[A, B], [[0.2, 0.5, -0.4], [-0.6, 0.8, 1.2]]])
def three_levels(m):
    s = 0.0
    for k in range(2):
        for i in range(2):
            row = m[k][i]
            for j in range(3):
                s += m[k][i][j] ** 2 * row[j] * (k + 2 * i)
    return s


@case((A, B))
@case((np.array(A), np.array(B)))
def tuple_by_an_index(t):
    s = 0.0
    for k in range(2):
        for j in range(len(t[0])):
            s += t[k][j] ** 2 * (k + 1)
    return s


@case({"a": A, "b": B})
@case({"a": np.array(A), "b": np.array(B)})
def dict_by_a_key(d):
    s = 0.0
    for key in d:
        for j in range(len(d[key])):
            s += d[key][j] * d["a"][j]
    return s


@case(Model([A, B], [0.2, 0.5, -0.4]))
def in_an_object(model):
    s = 0.0
    for j in range(len(model.w)):
        s += model.w[j] * model.rows[0][j] * model.rows[1][j]
    return s


@case(Pair(A, B))
def in_a_named_tuple(p):
    s = 0.0
    for j in range(len(p.a)):
        s += p.a[j] * p.b[j]
    return s


@case(A)
@case(np.array(A))
def rows_made_here(x):
    m = [[x[j] * k for j in range(len(x))] for k in range(4)]
    s = 0.0
    for i in range(4):
        for j in range(len(x)):
            s += m[i][j] ** 2
    return s


@case(np.array(A + B))
def windows(x):
    s = 0.0
    for i in range(1, len(x) - 1):
        w = x[i - 1:i + 2]
        s += w[0] * w[2] ** 2 - w[1]
    return s


@case(np.array(ROWS))
def columns_of_the_transpose(m):
    s = 0.0
    for j in range(m.shape[1]):
        s += m.T[j][0] ** 2 * m.T[j, 1]
    return s


@case(ROWS)
def while_it_lasts(m):
    s, j = 0.0, 0
    while j < len(m[0]):
        s += m[0][j] * m[1][j]
        j += 1
        if s > 0.25:
            break
    return s


def element(m, i, j):
    row = m[i]
    if row[j] > 0.2:
        return row[j]
    return 2 * row[j] * m[0][j]


@case(ROWS)
@case(ARRAYS)
def by_a_function(m):
    s = 0.0
    for i in range(len(m)):
        for j in range(len(m[0])):
            s += element(m, i, j) ** 2
    return s


def window(u, w, i, j):
    s = 0.0
    for k in range(2):
        for m in range(2):
            s += u[i + k][j + m] * w[k][m]
    return s


@case([[0.4, -0.3, 0.8], [0.2, 0.5, -0.4], [-0.6, 0.8, 1.2]], [[0.7, 0.1], [-0.2, 0.3]])
@case(np.array([[0.4, -0.3, 0.8], [0.2, 0.5, -0.4], [-0.6, 0.8, 1.2]]), np.array([[0.7, 0.1], [-0.2, 0.3]]))
def by_a_function_with_loops(u, w):
    s = 0.0
    for i in range(2):
        for j in range(2):
            s += window(u, w, i, j) ** 2
    return s


def between(x, i, j):
    if i == j:
        return x[i] ** 2
    k = (i + j) // 2
    return between(x, i, k) * 0.5 + between(x, k + 1, j) * x[k]


@case(A + B)
@case(np.array(A + B))
def by_a_recursion(x):
    return between(x, 0, len(x) - 1) + sum(between(x, i, i + 1) for i in range(3))


def odd(x, k):
    return 0.0 if k == len(x) else x[k] + even(x, k + 1)


def even(x, k):
    return 0.0 if k == len(x) else x[k] * odd(x, k + 1)


@case(A + B)
@case(np.array(A + B))
def by_two_that_call_each_other(x):
    s = 0.0
    for i in range(2):
        s += even(x, i)
    return s


# -------------------------------------------------------------------- also as wholes, and under several names

MORE = []
other = partial(program, MORE)


@other(ROWS)
@other(ARRAYS)
def by_elements_and_as_wholes(m):
    s = 0.0
    for i in range(len(m)):
        row = m[i]
        s += sum(row) * row[0] + max(row) * m[i][1]
        for j in range(len(row)):
            s += row[j] * m[1 - i][j]
    return s + sum(m[0])


@other(ROWS)
@other(np.array(ROWS))
def as_a_whole_in_one_branch(m):
    s = 0.0
    for i in range(2):
        row = m[i]
        if i == 0:
            s += sum(row) ** 2
        elif row[2] > 0:
            s += row[0] ** 3
        else:
            s += row[1] * s
        s *= row[0]
    return s


@other(ROWS)
@other(np.array(ROWS))
def one_of_two_rows(m):
    s = 0.0
    for i in range(3):
        row = m[0] if m[1][i] > 0 else m[1]
        for j in range(3):
            s += row[j] * m[0][j] * (i + 1)
    return s


@other(A, B)
def one_row_twice(a, b):
    rows = [a, b, a]
    s = 0.0
    for i in range(3):
        for j in range(3):
            s += rows[i][j] ** 2 * (i + 1)
    return s + sum(rows[0])


@other(np.array(A), np.array(B))
def one_array_twice(a, b):
    rows = [a, b, a]
    s = 0.0
    for i in range(3):
        for j in range(3):
            s += rows[i][j] ** 2 * (i + 1)
        s += (rows[i] * rows[0]).sum()
    return s


@other(A)
def rows_that_grow(x):
    rows = [[0.0, 1.0]]
    for j in range(len(x)):
        row = rows[j]
        rows.append([x[j] * row[1], row[0] + x[j]])
        s = row[0] * rows[-1][1]
    return s + rows[1][0] * rows[-1][1] + rows[0][1]


@other(ROWS)
def rows_handed_on(m):
    previous, s = m[0], 0.0
    for i in range(2):
        row = m[i]
        for j in range(3):
            s += row[j] * previous[j]
        previous = row
    return s


@other(np.array(ROWS))
def views_of_views(m):
    s = 0.0
    for k in range(2):
        t = m[k:].T
        row = t[1:]
        s += row[0][0] * row[1, -1] + (row * row).sum() * t[0, 0]
    return s


@other(np.array(ROWS))
def read_before_it_is_written(m):
    s = 0.0
    for k in range(2):
        row = m[k]
        s += row[0] * row[1]
        m[k, 0] = s * row[2]
        s += row[0] * m[0, 0]
    return s


@other(ROWS)
def items_that_are_replaced(m):
    s = 0.0
    for k in range(2):
        row = m[k]
        s += row[0] * row[1]
        m[k] = [s, row[2], row[0]]
        s += m[k][0] * row[1]
    return s


def product_of(u, v, n):
    s = 0.0
    for i in range(n):
        s += u[i] * v[n - 1 - i]
    return s


@other(np.array(ROWS))
@other(ROWS)
def a_function_of_parts_of_one_array(m):
    s = 0.0
    for k in range(2):
        s += product_of(m[k], m[0], 3) * product_of(m[k], m[k], 2)
    return s


@other(np.array(A + B))
def a_function_of_views_and_the_whole(x):
    s = 0.0
    for k in range(3):
        s += product_of(x[k:], x, 3) * product_of(x * 2.0, x[::-1], 4)
        x = x * 0.9
    return s + product_of(x, x, 6)


@other(np.array(A + B))
def a_function_of_what_is_written(x):
    y = np.zeros(6)
    s = 0.0
    for k in range(3):
        y[k] = product_of(x, y, k + 1) + x[k]
        s += product_of(y, x, 3)
    return s * product_of(y, y, 6)


def scaled(u, n):
    total = 0.0
    for i in range(n):
        total += u[i] ** 2
    return u / total, total


@other(np.array(A + B))
def a_function_that_returns_an_array(x):
    s = 0.0
    for k in range(2):
        y, t = scaled(x, k + 3)
        s += (y * x).sum() * t ** 2
        x = y + x
    return s


def shifted(u, n):
    for _ in range(n):
        u = u[1:]
    return u


@other(np.array(A + B))
def a_function_that_returns_a_view(x):
    s = 0.0
    for k in range(3):
        y = shifted(x, k)
        s += y[0] * x[0] + (y ** 2).sum()
    return s


def horner(c, x):
    value = 0.0
    for k in range(len(c) - 1, -1, -1):
        value = value * x + c[k]
    return value


@other(0.7, 0.9)
def a_function_of_a_list_that_grows(a, x):
    c = [a]
    s = 0.0
    for i in range(4):
        s += horner(c, x) * (i + 1)
        c.append(a * i)
        if i == 2:
            c.pop(0)
    return s * horner(c, x)


@other([0.3, 0.8], 0.9)
def a_function_of_an_argument_that_grows(c, x):
    s = 0.0
    for i in range(3):
        s += horner(c, x) * (i + 1)
        c.append(x * i)
        c[0] = c[0] * x
    return s * horner(c, x)


@other([0.3, 0.8, 0.1], 0.9)
@other(np.array([0.3, 0.8, 0.1]), 0.9)
def a_function_of_less_and_less(c, x):
    s = 0.0
    for i in range(3):
        s += horner(c, x) * (i + 1)
        if i == 1:
            c = c[1:]
    return s * horner(c, x)


@pytest.mark.parametrize(("fun", "args", "options"), PROGRAMS + MORE)
def test_gradients(fun, args, options):
    run(fun, args, options)
    if not isinstance(args[0], Model):
        in_other_modes(fun, args, options)


@pytest.mark.parametrize(("fun", "args", "options"), PROGRAMS)
def test_nothing_is_made_for_each_element(fun, args, options):
    gradient = sct.grad(fun)
    gradient(*args)
    _, functions, entry = gradient.source.rpartition("\n\n\n")
    loops = [line for line in entry.splitlines() if line.startswith(" " * 8)] + functions.splitlines()
    assert loops
    assert not [line for line in loops if re.search(r"zeros|copied|\[0\.0\] \*", line)], gradient.source


def cubes(m):
    s = 0.0
    for i in range(len(m)):
        for j in range(len(m[0])):
            s += m[i][j] ** 3 * (i + j)
    return s


def squared_slopes(m):
    s = 0.0
    for row in sct.grad(cubes)(m):
        for v in row:
            s += v * v
    return s


def test_the_gradient_of_a_gradient_by_rows():
    check(squared_slopes, ROWS)
