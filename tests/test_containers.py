"""Tuples, lists, dicts and what iterates over them: value and gradient right, or refused by name."""

import collections
import functools
import math

import numpy as np

from tests.oracle import program, run, tried

A = np.array([0.5, -1.2, 2.0, 0.7])
M = np.arange(12.0).reshape(3, 4) / 7 - 0.6

PROGRAMS = []
case = functools.partial(program, PROGRAMS)


@case([(1.0, 2.0), (3.0, 0.5)])
def list_of_tuples_parameter(ps):
    s = 0.0
    for p in ps:
        s += p[0] * p[1]
    return s


@case(A)
def comp_of_tuples(a):
    ps = [(v, v * v) for v in a]
    return sum((p * q for p, q in ps))


@case([1.3, 0.4, 2.0])
def list_parameter_by_item(xs):
    s = 0.0
    for i, v in enumerate(xs):
        s += v * v * i
    return s * xs[0] + sum(xs) + xs[-1] * len(xs)


@case([1.3, 0.4, 2.0])
def list_parameter_unpacked(xs):
    a, b, c = xs
    return a * b * c


@case([1.3, 0.4, 2.0])
def list_parameter_in_comprehensions(xs):
    ys = [v * v for v in xs]
    return sum(ys) * xs[1] + np.array(xs) @ np.array(ys)


@case([A, M])
def list_of_arrays_of_different_rank(xs):
    return (xs[0] * xs[1]).sum()


@case([A, A + 1, A * 2])
def list_of_arrays_in_a_loop(xs):
    s = np.zeros(4)
    for x in xs:
        s = s + x * x
    return s.sum() * xs[0][0]


@case([A, A + 1, A * 2])
def list_of_arrays_in_functions(xs):
    return np.sum(xs[0] * xs[1]) + np.stack(xs).sum() + sum(xs) @ xs[2] + xs[1] @ xs[1]


@case([[1.0, 2.0], [3.0, 0.5]])
def nested_list_parameter(xs):
    return xs[0][1] * xs[1][0] + sum(sum(r) for r in xs) * xs[0][0]


@case(((1.0, 2.0), (3.0, 0.5)))
def nested_tuple_parameter(xs):
    return xs[0][1] * xs[1][0] + sum(sum(r) for r in xs) * xs[0][0]


@case({"a": {"b": 1.3, "c": A}, "n": 3})
def nested_dict_parameter(p):
    return p["a"]["b"] * p["a"]["c"].sum() * p["n"]


@case({"a": 1.3, "b": [A, A * 2]})
def dict_with_a_list(p):
    return p["a"] * (p["b"][0] @ p["b"][1])


@case({"w1": A, "w2": A * 2})
def dict_parameter_iterated(p):
    s = 0.0
    for k in p:
        s += (p[k] ** 2).sum()
    for k, v in p.items():
        s += v[0] * len(k)
    for v in p.values():
        s = s * v[1]
    return s


@case(A)
def list_zipped(a):
    xs = [v * v for v in a]
    return sum([x * y for x, y in zip(xs, a)]) + sum((x * i for i, x in enumerate(xs[::-1])))


@case(A)
def list_slices(a):
    xs = [v * v for v in a]
    ys = xs[1:]
    zs = xs[:-1]
    return sum((y * z for y, z in zip(ys, zs))) * ys[0] + sum(xs[::2]) * sum(xs[-2:])


@case(A)
def list_of_rows(a):
    rows = [a * k for k in range(3)]
    return sum(rows) @ rows[1] + rows[2] @ rows[2] + rows[-1][0]


@case(A)
def list_of_rows_in_a_loop(a):
    rows = [a * k for k in range(3)]
    t = rows[0]
    for r in rows:
        t = t + r * rows[1][0]
    return t @ a


@case(A)
def list_of_one_array(a):
    rows = [a for k in range(3)]
    return sum(rows) @ rows[1] * rows[2][0]


@case(A)
def nested_lists_by_index(a):
    g = [[v * w for w in a] for v in a]
    s = 0.0
    for i in range(4):
        for j in range(4):
            s += g[i][j] * g[j][i] * i
    return s + sum(g[0]) * g[1][1] + sum(g[2][1:3])


@case(A)
def list_in_loop(a):
    s = 0.0
    for k in range(3):
        xs = [v * v * k for v in a]
        s += sum(xs) * xs[k]
        a = a * xs[1]
    return s


@case(A)
def list_in_while(a):
    s = 0.0
    k = 0
    while k < 3:
        xs = [v * v * k for v in a if v > -1]
        if len(xs) > 2:
            s += xs[0] * max(xs)
        else:
            break
        k += 1
    return s


@case(A)
def list_carried(a):
    xs = [v for v in a]
    for k in range(3):
        xs = [x * xs[0] for x in xs]
    return sum(xs)


@case(A)
def list_carried2(a):
    xs = [v for v in a]
    for k in range(3):
        ys = xs
        xs = [x * y for x, y in zip(xs, ys[::-1])]
    return xs[0] * xs[3]


def scaled_list(xs, k):
    s = 0.0
    for x in xs:
        s += x * x
    return ([x * s for x in xs], s * k)


@case(A)
def list_callee(a):
    xs = [v for v in a]
    ys, s = scaled_list(xs, a[0])
    zs, t = scaled_list(ys, s)
    return sum(zs) * t + ys[1] * xs[2]


@case(1.3)
def items_of_a_range(x):
    r = range(2, 10, 3)
    return x * r[-1] + x * x * r[1]


@case(1.3)
def items_and_slices_of_a_range(x):
    r = range(2, 10, 3)
    s = 0.0
    for i in range(3):
        s += x ** r[i] * r[-i]
    for k in r[1:]:
        s += x * k
    return s


@case(1.3)
def sorted_keys(x):
    return sum(x**k for k in sorted([3, 1, 2]))


@case(A)
def sorted_numbers(a):
    return sum((k * v for k, v in enumerate(sorted(a))))


@case(A)
def maximum_by_key(a):
    return max(a, key=lambda v: -v) * min(a, default=0.0)


@case(A)
def any_and_all(a):
    return a.sum() if any(v > 1 for v in a) and (not all(v > 1 for v in a)) else a[0]


@case(A)
def builtin_sum_of_array(a):
    return sum(a) * sum(a * a)


@case(M)
def builtin_sum_of_rows(m):
    return (sum(m) * m[0]).sum()


@case(A)
def list_of_array(a):
    xs = list(a)
    return xs[0] * xs[1] + sum(xs)


@case(A)
def tuple_of_array(a):
    xs = tuple(a)
    return xs[0] * xs[1] + sum(xs)


@case(A)
def builtin_filter(a):
    return sum(filter(lambda v: v > 0, a))


@case(A)
def map_over_two(a):
    return sum(map(lambda v, w: v * w, a, a))


@case(1.3)
def functools_reduce(x):
    return functools.reduce(lambda a, b: a * b + x, [x, 2.0, x * x])


@case(1.3)
def dict_operations(x):
    d = {"a": x, "b": x * x}
    e = {**d, "c": 3 * x}
    e = dict(e, a=5 * x)
    return e["a"] * e.get("b") * e.get("z", 2.0) + e["c"] + len(e)


@case(1.3)
def member_of_a_set(x):
    return x * x if 2 in {1, 2, 3} else x


@case(1.3)
def string_methods(x):
    s = "a,b,c".split(",")
    return x * len(s) + len("abc".upper()) * x * x


@case(1.3)
def percent_format(x):
    s = "%d-%s" % (3, "a")  # noqa: UP031
    return x * len(s)


@case((1.3, 0.4, 2.0))
def tuple_parameter_as_a_whole(p):
    return sum(p) * p[0]


@case((1.3, 0.4, 2.0))
def tuple_parameter_in_functions(p):
    return np.array(p) @ np.array(p) + max(p) * min(p) + math.prod(p) + math.hypot(*p)


@case((1.3, 0.4, 2.0))
def tuple_parameter_or_constant(p):
    q = p if p[0] > 1 else (1.0, 2.0, 3.0)
    return sum(q) * q[1]


@case((1.3, (0.4, 2.0)))
def nested_tuple_carried(p):
    a, (b, c) = p
    for _ in range(2):
        p = (a * b, (b * c, c + 1))
        a, (b, c) = p
    return a * b * c + sum(p[1])


def uses_a_pair(p, k):
    s = 0.0
    for i in range(k):
        s += p[0] * p[1] + sum(p)
    return (s, p)


@case((1.3, 0.4))
def tuple_through_calls(p):
    s, q = uses_a_pair(p, 2)
    return s * q[0] + uses_a_pair((q[1], p[0]), 3)[0]


@case((1.3, 0.4), (2.0, 0.1))
def tuples_swapped(p, q):
    s = 0.0
    for i in range(2):
        for a, b in (p, q):
            s += a * b * i
        p, q = (q, p)
    return s + p[0]


@case((A, 2.0))
def tuple_of_array_and_number(p):
    w, b = p
    return (w * b).sum() * sum(w)


Pair = collections.namedtuple("Pair", "w b")


@case(Pair(A, 2.0))
def named_tuple(p):
    return (p.w * p.b).sum() * p[1]


@case(Pair(A, 2.0))
def named_tuple_replace(p):
    q = p._replace(b=3.0)
    return (q.w * q.b).sum() * p.b


@case(Pair(A, 2.0))
def named_tuple_carried(p):
    for _ in range(2):
        p = Pair(p.w * p.b, p.b + 1)
    return p.w.sum() * p.b


@case(A)
def lists_with_break_and_continue(a):
    xs = [v * v for v in a]
    s = 0.0
    for i in range(4):
        if xs[i] > 3:
            break
        xs = [x * 1.1 + xs[i] * 0.1 for x in xs]
        if xs[0] > 0.4:
            continue
        s += sum(xs)
    else:
        s = 1.0
    return s + xs[3] * xs[0]


@case(A)
def list_that_grows_in_while(a):
    xs = [v for v in a if v > 0]
    while len(xs) < 6:
        xs = xs + [xs[-1] * xs[0]]
    return sum(xs)


@case(A)
def queue(a):
    xs = [v for v in a]
    for k in range(3):
        xs = xs[1:] + [xs[0] * xs[1]]
    return xs[0] * xs[1] + xs[-1]


@case(A)
def list_through_recursion(a):

    def f(xs, n):
        if n == 0:
            return xs
        return f([x * xs[0] for x in xs], n - 1)

    return sum(f([v for v in a], 3))


@case(A)
def return_from_a_list(a):

    def f(xs):
        for x in xs:
            if x < 0:
                return x * xs[0]
        return xs[1]

    xs = [v for v in a]
    return f(xs) * f(xs[2:])


@case(A)
def list_of_either_length(a):
    s = 0.0
    for i in range(3):
        ys = [v * i for v in a] if i > 0 else [v for v in a[:2]]
        with np.errstate(all="ignore"):
            for y in ys:
                if y < 0:
                    continue
                s += y * ys[0]
    return s


@case(A)
def pairs_of_a_list(a):
    xs = [v for v in a]
    t = 0.0
    for i, x in enumerate(xs):
        for j, y in enumerate(xs[i + 1 :]):
            if y < 0:
                break
            t += x * y * (i + j)
    return t


@case(A)
def zip_of_a_comprehension(a):
    pairs = zip([v * v for v in a], a)
    return sum((x * y for x, y in pairs))


@case(A)
def best_pair(a):
    best = None
    for v in a:
        w = v * v
        if best is None or w > best[0]:
            best = (w, v)
    return best[0] * best[1]


@case(A)
def one_item_stack(a):
    stack = (a[0],)
    for v in a[1:]:
        stack = (stack[0] * v + 1,)
    return stack[0]


@case(1.3)
def nested_containers_carried(x):
    t = (x, (x * x, [x, 2 * x]))
    for i in range(2):
        u, (v, w) = t
        t = (u * v, (w[0], [u, v * w[1]]))
    return t[0] * t[1][0] * t[1][1][1]


@case(1.3)
def nested_dicts_carried(x):
    d = {"p": x, "q": {"r": 1.0}}
    for i in range(3):
        d = {"p": d["p"] * d["q"]["r"] + x, "q": {"r": d["p"] * 0.3}}
    return d["p"] * d["q"]["r"]


@case(A)
def list_rebuilt_until_break(a):
    xs = [v * v for v in a]
    for i in range(2):
        if xs[i] > 3:
            break
        xs = [x * 1.1 for x in xs]
    return xs[3] * xs[0]


@case(A)
def list_summed_in_one_branch(a):
    xs = [v * v for v in a]
    s = 0.0
    for i in range(4):
        xs = [x * 1.1 for x in xs]
        if xs[0] > 0.4:
            continue
        s += sum(xs)
    return s + xs[3] * xs[0]


@case(A)
def list_rebuilt_in_one_branch(a):
    xs = [v * v for v in a]
    for i in range(2):
        if xs[0] > 0.1:
            xs = [x * 1.1 for x in xs]
    return xs[3] * xs[0]


test_program = tried(run, PROGRAMS)
