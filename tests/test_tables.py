"""Dicts with keys that only run time knows, in all modes, or refused by name."""

from collections import defaultdict
from functools import partial

import numpy as np

from tests.oracle import X, accepted, in_other_modes, program, run, tried

PROGRAMS = []
CHANGED = ("AliasingError", "SCT602")
case = partial(program, PROGRAMS)


@case(X)
def dict_loop(a):
    d = {}
    for i in range(4):
        d[i] = a[i] ** 2
    return sum(d[i] * (i + 1) for i in range(4))


@case(X)
def dict_items(a):
    d = {}
    for i in range(4):
        d[f'k{i}'] = a[i] ** 2
    s = 0.0
    for k, v in d.items():
        s += v * v
    for k in d:
        s += d[k]
    for v in d.values():
        s *= v
    return s


@case(X)
def dict_get(a):
    d = {}
    for i in [0, 1, 1, 3]:
        d[i] = d.get(i, 0.0) + a[i] ** 2
    return sum(d.values())


@case(X)
def dict_setdefault(a):
    d = {}
    for i in [0, 1, 1, 3]:
        d.setdefault(i, []).append(a[i] ** 2)
    return sum(sum(v) for v in d.values())


@case(X)
def dict_tuplekey(a):
    d = {}
    for i in range(3):
        for j in range(2):
            d[i, j] = a[i] * a[j]
    return d[2, 1] * d[0, 0]


@case(X)
def dict_comp(a):
    d = {i: a[i] ** 2 for i in range(4)}
    return d[0] * d[3]


@case(X)
def dict_pop(a):
    d = {i: a[i] ** 2 for i in range(4)}
    v = d.pop(2)
    del d[0]
    return v * sum(d.values())


@case(X)
def filled(a):
    d = {}
    for i in range(len(a)):
        d[i] = a[i] ** 2
    s = 0.0
    for i in range(len(a)):
        s += d[i] * d[0]
    return s


@case(X)
def counted(a):
    d = {}
    for i in range(len(a)):
        k = i % 2
        if k in d:
            d[k] += a[i] ** 2
        else:
            d[k] = a[i]
    return d[0] * d[1] * len(d)


@case(X)
def with_get(a):
    d = {}
    for i in range(len(a)):
        d[i % 3] = d.get(i % 3, 0.0) + a[i] ** 2
    return sum(d.values()) * d[1]


@case(X)
def with_get_active(a):
    d = {}
    for i in range(len(a)):
        d[i % 3] = d.get(i % 3, a[0]) * a[i]
    return d[0] + d[1] * d[2]


@case(X)
def string_keys(a):
    d = {'total': 0.0}
    for i in range(len(a)):
        d[f'k{i}'] = a[i] ** 2
        d['total'] += d[f'k{i}']
    return d['total'] * d['k1']


@case(X)
def items(a):
    d = {i: v * v for i, v in enumerate(a)}
    s = 0.0
    for k, v in d.items():
        s += v * v * (k + 1)
    for k in d:
        s *= 1 + 0.1 * d[k]
    for v in d.values():
        s += v
    return s


@case(X)
def pops(a):
    d = {i: v * v for i, v in enumerate(a)}
    s = 0.0
    i = 0
    while d:
        s = s * 0.7 + d.pop(i) ** 2
        i += 1
    return s


@case(X)
def pop_and_again(a):
    d = {}
    s = 0.0
    for i in range(len(a)):
        d[i % 2] = a[i] ** 2
        s += d[i % 2] * 2
        if i % 3 == 0:
            s += d.pop(i % 2) * 3
    return s + sum(d.values())


@case(X)
def deleted(a):
    d = {i: v * v for i, v in enumerate(a)}
    for i in range(len(a)):
        if i % 2:
            del d[i]
    return sum(d.values()) * len(d)


@case(X)
def tuple_keys(a):
    d = {}
    n = len(a)
    for i in range(n):
        for j in range(n):
            d[i, j] = a[i] * a[j]
    return d[0, 1] * d[n - 1, n - 1] + d[1, 2]


@case(X)
def memo_loop(a):
    memo = {0: a[0], 1: a[1]}
    for n in range(2, 9):
        memo[n] = memo[n - 1] * 0.5 + memo[n - 2] * a[2]
    return memo[8]


@case(X)
def arrays(a):
    d = {}
    for i in range(len(a)):
        d[i] = a * a[i]
    s = 0.0
    for i in range(len(a) - 1):
        d[i + 1] = d[i] * d[i + 1]
        s += d[i + 1].sum()
    return s


@case(X)
def arrays_written(a):
    d = {}
    for i in range(3):
        d[i] = np.zeros(4)
    for i in range(3):
        d[i][1] = a[i] ** 2
        d[i] += a
    return (d[0] * d[1] * d[2]).sum()


@case(X)
def groups(a):
    g = {}
    for i in range(len(a)):
        g.setdefault(i % 2, []).append(a[i] ** 2)
    s = 0.0
    for k in range(2):
        for j, v in enumerate(g[k]):
            s += v * v * (j + 1)
    return s


@case(X)
def groups_in(a):
    g = {}
    for i in range(len(a)):
        if i % 2 not in g:
            g[i % 2] = []
        g[i % 2].append(a[i] ** 2)
    return sum(sum(v) for v in g.values()) * g[0][1]


@case(X)
def setdefault_number(a):
    d = {}
    for i in range(len(a)):
        d.setdefault(i % 2, a[i] * 2.0)
    return d[0] * d[1]


@case(X)
def in_branch(a):
    d = {}
    for i in range(len(a)):
        if a[i] > 0:
            d[i] = a[i] ** 2
    s = 0.0
    for i in range(len(a)):
        if i in d:
            s += d[i] * a[i]
        if i not in d:
            s -= a[i]
    return s


@case(X)
def rebuilt(a):
    d = {i: v for i, v in enumerate(a)}
    for _ in range(3):
        new = {}
        for k, v in d.items():
            new[(k + 1) % 4] = v * v * 0.5 + d[(k + 2) % 4]
        d = new
    return d[0] * d[3]


@case(X)
def nested_tables(a):
    d = {}
    for i in range(3):
        row = {}
        for j in range(2):
            row[j] = a[i] * a[j]
        d[i] = row
    return d[1][1] * d[2][0]


@case(X)
def lookup(a):
    w = {0: 2.0, 1: 3.0, 2: 5.0, 3: 7.0}
    s = 0.0
    for i in range(len(a)):
        s += w[i] * a[i] ** 2
    return s


@case(X)
def graph_walk(a):
    edges = {0: [1, 2], 1: [3], 2: [3], 3: []}
    value = {}
    for n in range(3, -1, -1):
        s = a[n] ** 2
        for m in edges[n]:
            s += 0.5 * value[m] * a[m]
        value[n] = s
    return value[0]


@case(X)
def int_table(a):
    c = {}
    s = 0.0
    for i in range(len(a)):
        c[i % 3] = c.get(i % 3, 0) + 1
        s += a[i] ** c[i % 3]
    return s


@case(X)
def table_walk(a):
    vals = {}
    for n in range(4):
        s = a[n] ** 2
        for m in range(n):
            s += 0.5 * vals[m] * a[m]
        vals[n] = s
    return vals[3]


@case(X)
def sums_rt(a):
    d = defaultdict(float)
    for i in range(len(a)):
        d[i % 2] += a[i] ** 2
    return d[0] * d[1]


@case(X)
def lists(a):
    d = defaultdict(list)
    for i in range(len(a)):
        d[i % 2].append(a[i] ** 2)
    return sum(d[0]) * d[1][1]


@case(X)
def lam(a):
    d = defaultdict(lambda: 1.0)
    for i in range(len(a)):
        d[i % 3] *= a[i]
    return d[0] + d[1] * d[2] + d[7] + len(d)


@case(X)
def nofactory(a):
    d = defaultdict(None, {'x': a[0]})
    d['y'] = a[1]
    return d['x'] * d['y']


@case(X)
def keys(a):
    d = defaultdict(int)
    for i in range(len(a)):
        d[i % 3] += 1
    s = 0.0
    for k, n in d.items():
        s += a[k] ** n
    return s


@case(X)
def member(a):
    d = defaultdict(float)
    d['p'] += a[0]
    s = 0.0
    if 'q' in d:
        s += 1
    s += d.get('q', a[1]) * a[2]
    return s * d['p'] + d['q']


@case(X)
def taken_and_put_back(a):
    d = {}
    s = 0.0
    for i in range(6):
        k = i % 3
        if k in d:
            s += d.pop(k) * a[i % 4]
        else:
            d[k] = a[i % 4] ** 2
        d.setdefault(k, a[0])
    return s + sum(d.values())


@case(X)
def one_key_by_three_names(a):
    d = {1: a[0], 1.0: a[1], True: a[2]}  # noqa: F601
    for i in range(4):
        d[float(i)] = d.get(i, 0.5) * a[i]
    d[True] += a[0]
    return sum(d.values()) * d[1] * len(d)


@case(X)
def numbers_that_are_equal(a):
    d = {}
    for i in range(4):
        key = 1 if i % 2 else 1.0
        d[key] = d.get(key, 0.0) + a[i] ** 2
        d[i * 0.5] = d[key] * a[i]
    return d[1] * len(d) + d[0] * sum(d.values())


@case(X)
def keys_of_several_types(a):
    d = {"s": a[0], (2, 3): a[1]}
    for i in range(3):
        d[i] = a[i] ** 2
        d[i, 0.5] = a[i] ** 3
        d[None] = d["s"]
        d["s"] += 0.5
    s = 0.0
    for k in d:
        s += d[k] ** 2
    return sum(d.values()) * d[1] * d["s"] * s


@case(X)
def float_keys(a):
    d = {}
    for i in range(4):
        d[0.5 * i] = a[i] ** 2
    s = 0.0
    for k, v in d.items():
        s += v * v * k
    return s


@case(X)
def active_keys(a):
    d = {}
    for i in range(4):
        d[a[i]] = a[i] ** 2
    return d[a[0]] * d[a[3]]


@case(X, refused=("UnsupportedTypeError", "SCT705"))
def active_keys_that_are_read_again(a):
    d = {}
    for i in range(4):
        d[a[i]] = a[i] ** 2
    return sum(k * v for k, v in d.items())


@case(X, refused=("UnsupportedTypeError", "SCT708"))
def computing_with_keys_of_several_types(a):
    d = {0: a[0], 0.5: a[1]}
    for i in range(3):
        d[i] = a[i]
    s = 0.0
    for k in d:
        s += k * d[k]
    return s


@case(X)
def table_or_dict(a):
    if a[0] > 0:
        d = {0: a[0], 1: a[1]}
    else:
        d = {}
        for i in range(4):
            d[i] = a[i]
    return d[0] * d[1] * len(d)


@case(X)
def table_after_a_dict(a):
    d = {0: a[0], 1: a[1]}
    if a[0] > 0:
        d = {}
        for i in range(4):
            d[i] = a[i] ** 2
    s = 0.0
    if 1 in d:
        s += d[1] * a[2]
    return s * d[0] * len(d)


@case(X)
def lists_that_are_read(a):
    d = {}
    for i in range(3):
        d[i] = [a[i], a[i + 1] ** 2]
    s = 0.0
    for i in range(3):
        row = d[i]
        s += row[0] * row[1]
    return s * d[1][0] + sum(d[2])


@case(X)
def lists_that_are_replaced(a):
    d = {}
    for i in range(3):
        d[i] = [a[i], a[i + 1] ** 2]
    s = 0.0
    for i in range(3):
        s += np.array(d[i]).sum() * i
        d[i] = [v * 2 for v in d[i]]
    return s * d[1][0] + sum(d[2])


@case(X)
def keys_that_come_one_by_one(a):
    edges = {0: [1, 2], 1: [3], 2: [3], 3: []}
    known = {0: a[0]}
    todo = [0]
    while todo:
        n = todo.pop(0)
        for m in edges[n]:
            if m not in known:
                known[m] = known[n] * a[m] + 1.0
                todo.append(m)
    return sum(known.values())


@case(X)
def another_key_in_a_branch(a):
    d = {"x": a[0]}
    if a[1] > 0:
        d["y"] = a[1] ** 2
    return sum(d.values()) * len(d)


test_program = tried(run, PROGRAMS)
test_other_modes = tried(in_other_modes, accepted(PROGRAMS))
