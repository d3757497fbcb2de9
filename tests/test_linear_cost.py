"""Reading rows, views and items by elements: no pass over the whole of them for each element, whatever they are held in."""

import re
from collections import namedtuple
from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest

import sct
from tests.oracle import in_other_modes, program, run

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


@pytest.mark.parametrize(("fun", "args", "options"), PROGRAMS + MORE)
def test_gradients(fun, args, options):
    run(fun, args, options)
    if not isinstance(args[0], Model):
        in_other_modes(fun, args, options)


@pytest.mark.parametrize(("fun", "args", "options"), PROGRAMS)
def test_nothing_is_made_for_each_element(fun, args, options):
    gradient = sct.grad(fun)
    gradient(*args)
    loops = [line for line in gradient.source.splitlines() if line.startswith(" " * 8)]
    assert loops
    assert not [line for line in loops if re.search(r"zeros|copied|\[0\.0\] \*", line)], gradient.source
