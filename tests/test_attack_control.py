"""Control flow chosen to go wrong: exits in every nesting, trips that never happen, names of several types, effects once."""

import contextlib
import functools
import math
from collections import namedtuple
from functools import partial

import numpy as np
import pytest

import sct
from tests.oracle import check, parameters, program, refusal, run, tried

A = np.array([0.5, -1.2, 2.0, 0.7])
B = np.array([1.1, 0.4, -0.3, 0.9])
M = np.arange(12.0).reshape(3, 4) / 7 - 0.6
T3 = np.sin(np.arange(24.0) + 0.5).reshape(2, 3, 4)
Pt = namedtuple("Pt", "x y")
PROGRAMS = []
REFUSED = []
case = functools.partial(program, PROGRAMS)
refused = functools.partial(program, REFUSED)
"""Not supported so far: a clear error, and nothing is computed."""


# --------------------------------------------------------------------------------------------------------- loops and exits

@case(A)
def array_carried_with_break(x):
    t = x
    for k in range(10):
        t = t * x + 0.1
        if np.sum(t) > 3.0 or k == 6:
            break
    return np.sum(t * t)


@case(A)
def array_carried_with_continue_and_else(x):
    t = np.ones(4)
    for k in range(5):
        if k % 2:
            continue
        t = t * x
        if k > 10:
            break
    else:
        t = t + x
    return np.sum(t * x)


@case(A)
@case(A * 11)
def else_skipped_by_break(x):
    t = x * x
    for v in x:
        if v > 5.0:
            t = t * v
            break
        t = t + v
    else:
        t = t * 2.0
    return np.sum(t)


@case(A, 0)
@case(A, 2)
@case(A, 7)
def return_out_of_nested_loops(x, n):
    t = x
    for i in range(3):
        for j in range(3):
            if i * 3 + j == n:
                return np.sum(t * x[i])
            t = t * x + i * j
        else:
            t = t - 0.5
    return np.sum(t * t)


@case(A)
def return_in_loop_else(x):
    s = 0.0
    for v in x:
        s += v * v
        if s > 100:
            break
    else:
        return s * s
    return s


@case(A)
def while_else_with_arrays(x):
    t = x
    n = 0
    while np.sum(t * t) < 50.0:
        t = t * 1.5
        n += 1
        if n > 20:
            break
    else:
        t = t * x
    return np.sum(t) * n


@case(1.3)
def break_before_anything(x):
    s = x
    for _ in range(5):
        break
        s = s * x
    return s * s


@case(1.3)
def continue_always(x):
    s = x
    for k in range(5):
        s = s * x
        continue
    return s * k


@case(1.3)
def exits_in_both_branches(x):
    s = x
    for k in range(7):
        if s > 3:
            if k > 5:
                break
            else:
                s = s / 2
                continue
        elif k == 100:
            return x
        s = s * x + k
    return s


@case(1.3)
def break_inner_continue_outer(x):
    s = 0.0
    for i in range(4):
        for j in range(4):
            if j > i:
                break
            if (i + j) % 3 == 0:
                continue
            s = s * x + i * j
        else:
            s += x
            continue
        s = s * 1.1
    return s


@case(1.3)
def four_levels(x):
    s = x
    for i in range(2):
        for j in range(2):
            k = 0
            while k < 3:
                k += 1
                for m in range(3):
                    s = s * 0.9 + math.sin(0.2 * s * x) * (i + j + k + m) * 0.1
                    if s > 2:
                        break
                else:
                    continue
                if i == 1:
                    break
    return s


@case(1.3)
def loop_in_loop_with_changing_bounds(x):
    s, n = 1.0, 1
    for _ in range(4):
        for _ in range(n):
            s = s * x
        n = n + (1 if s < 3 else 0)
    return s


@case(A)
def inner_loop_may_not_run(x):
    s = 0.0
    for i in range(len(x)):
        p = 1.0
        for j in range(i - 2):
            p = p * x[j]
        s += p * x[i]
    return s


@refused(1.3)
def never_run_loop_defines_nothing(x):
    y = x
    for k in range(0):
        y = y * k * undefined_name  # noqa: F821 - never reached
    return y * x


@case(1.3)
def range_of_negative_step_to_zero(x):
    s = 1.0
    for k in range(5, -1, -2):
        s = s * x + k
    return s * k


@case(1.3, 3, 10, 4)
@case(1.3, 10, 3, -2)
@case(1.3, 3, 3, -2)
def run_time_range(x, lo, hi, step):
    s = x
    k = -1
    for k in range(lo, hi, step):
        s = s * x / (k + 1)
    return s * k


@case(1.3)
def loop_variable_changed_in_body(x):
    s = x
    for k in range(4):
        s = s * (k + 1)
        k = k * 2.5
        s = s + k * x
    return s * k


@case(1.3)
def loop_variable_reused_by_inner_loop(x):
    s = x
    for i in range(3):
        for i in range(i + 2):
            s = s * x + i
        s = s + i
    return s


@case(A)
def row_variable_survives(x):
    v = 1.0
    for v in x:
        if v > 1.0:
            break
    return v * v * x[0]


@case(A)
def two_loops_share_a_name(x):
    s = 0.0
    for v in x:
        s += v
    for v in x[::-1]:
        s = s * v
    return s + v


@case(A)
def sequence_is_rebound_while_iterated(x):
    y = x
    for v in y:
        y = y * v
    return np.sum(y)


@case(A)
def carried_unused_afterwards(x):
    t = x
    u = x
    for k in range(3):
        u = u * t
        t = t * k
    return np.sum(t) + x[0]


@case(1.3)
def carried_overwritten(x):
    s = 5.0
    for _ in range(3):
        s = x
        s = s * x
    return s


@case(1.3)
def carried_permutation(x):
    a, b, c = x, x * x, 1.0
    for k in range(7):
        a, b, c = b, c, a * 0.9 + (k == 3)
    return a + 2 * b + 3 * c


@case(1.3)
def first_trip_differs(x):
    previous = None
    s = 0.0
    for k in range(4):
        y = x ** (k + 1)
        if previous is not None:
            s += y * previous
        previous = y
    return s


@case(A)
def first_trip_differs_arrays(x):
    previous = None
    s = 0.0
    for k in range(4):
        y = x * (k + 1.0)
        if previous is not None:
            s = s + np.sum(y * previous)
        previous = y * y
    return s + previous[0]


@case(1.3)
def flag_loop(x):
    done = False
    s = x
    while not done:
        s = s * x
        done = s > 10
    return s


@case(1.3)
def walrus_condition(x):
    s = x
    while (t := s * x) < 9 and (n := t + 1) > 0:
        s = t + 0.01 * n
    return s * t + n


@case(1.3)
def walrus_in_comprehension_leaks(x):
    ys = [last := x * k for k in range(4)]
    return sum(ys) * last


@case(0.2)
def while_condition_raises_later(x):
    s = x
    k = 0
    while k < 5 and 1.0 / (5 - k) > 0.1 * s:
        s = s * 1.4 + x
        k += 1
    return s


@case(1.3)
def while_never(x):
    y = x
    while y < 0:
        y = y * 2
    return y * x


@case(100.0)
def collatz_like(x):
    n = 7
    s = x
    while n != 1:
        if n % 2 == 0:
            n //= 2
            s = s * 0.9
        else:
            n = 3 * n + 1
            s = s + x / n
    return s


@case(0.7, 2.0)
def bisection(a, b):
    lo, hi = a * 0.0, a + b
    for _ in range(6):
        mid = (lo + hi) / 2
        if mid * mid > 1.7:
            hi = mid
        else:
            lo = mid
    return hi * a


@case(A)
def search_with_flag(x):
    found = None
    for i, v in enumerate(x):
        if v > 1.5:
            found = i
            break
    return x[found] * x[0] if found is not None else x[0]


@case(A)
def search_without_success(x):
    found = None
    for i, v in enumerate(x):
        if v > 100:
            found = i
            break
    return x[found] * x[0] if found is not None else x[1] ** 2


@case(A)
def bubble_sort_scalars(x):
    a, b, c, d = x
    for _ in range(3):
        if a > b:
            a, b = b, a
        if b > c:
            b, c = c, b
        if c > d:
            c, d = d, c
    return a + 2 * b + 3 * c * c + 4 * d


# ------------------------------------------------------------------------------------------------- names of several types

@case(A, True)
@case(A, False)
def number_or_array(x, flag):
    t = x if flag else 2.0
    return np.sum(t * x)


@case(A)
def number_or_array_by_data(x):
    if x[0] > 0:
        t = x
    else:
        t = x[0]
    u = t * t
    return np.sum(u * x)


@case(-A)
def number_or_array_by_data_other(x):
    if x[0] > 0:
        t = x
    else:
        t = x[0]
    u = t * t
    return np.sum(u * x)


@case(A)
def none_or_array(x):
    t = None
    if x[0] > 0:
        t = x * 2
    if t is None:
        return x[0]
    return np.sum(t * t)


@case(1.3)
def int_or_float(x):
    t = 1 if x > 100 else x
    return t * x


@case(1.3)
def int_or_float_in_loop(x):
    t = 1
    for k in range(4):
        if k == 2:
            t = t * x
        else:
            t = t + k
    return t


@case(1.3)
def bool_plus_floats(x):
    return (x > 1) * x + (x > 2) + True * x


@case(1.3)
def tuple_or_none(x):
    p = None
    for _ in range(3):
        p = (x, x * x) if p is None else (p[0] * x, p[1] + p[0])
    return p[0] * p[1]


@case(1.3)
def tuple_or_none_used_twice(x):
    p = None
    s = 0.0
    for k in range(4):
        if p is not None:
            s += p[0] * x + p[1][0] * p[1][1]
        if k % 2 == 0:
            p = (x * k, (x, x * x))
    return s


@case(A)
def tuple_of_arrays_or_none(x):
    p = None
    s = 0.0
    for k in range(4):
        if p is not None:
            s += np.sum(p[0] * x) + np.sum(p[1][0] * p[1][1])
        if k % 2 == 0:
            p = (x * k, (x, np.outer(x, x)))
    return s


@case(A, True)
@case(A, False)
def tuple_or_none_unpacked(x, flag):
    p = (x, np.sum(x)) if flag else None
    if p is None:
        return x[0]
    a, b = p
    return np.sum(a * a) * b * p[1]


@case(1.3)
def best_candidate(x):
    best = None
    for k in range(4):
        candidate = (x * k - 3, x**k, k)
        if best is None or candidate[0] > best[0]:
            best = candidate
    return best[0] * best[1] * best[2]


@case(A)
def found_pair_or_none(x):
    p = None
    for v in x:
        if v > 1:
            p = (v, x)
            break
        elif v > 0:
            p = (v * v, x * v)
    return x[0] if p is None else p[0] * np.sum(p[1])


@case(1.3)
def callee_finds_pair_or_none(x):
    def find(k):
        for j in range(5):
            if j > k:
                return (x * j, j)
        return None
    s = 0.0
    for k in range(6):
        r = find(k)
        if r is not None:
            s += r[0] * r[1] * x
    return s


@case(A)
def vector_or_matrix(x):
    t = x
    if x[0] > 0:
        t = np.outer(x, x)
    return np.sum(t @ x)


@case(1.3)
def string_or_number(x):
    mode = "a" if x > 1 else 0
    return x * x if mode == "a" else x


@case(1.3)
def function_chosen_by_data(x):
    f = math.sin if x > 1 else math.cos
    return f(x) * x


@case(1.3)
def lambda_chosen_in_loop(x):
    s = x
    for k in range(4):
        f = (lambda v: v * v * 0.5) if k % 2 else (lambda v: v + x)
        s = f(s)
    return s


@case(1.3)
def unbound_in_one_branch_unused(x):
    if x > 1:
        y = x * x
        z = y + 1
    else:
        z = x
    return z


@case(1.3)
def bound_in_each_branch_in_loop(x):
    s = 0.0
    for k in range(5):
        if k < 2:
            a = x * k
        elif k < 4:
            a = a * x
        else:
            b = a + x
    return s + a * b


@case(1.3)
def deleted_and_rebound(x):
    y = x * x
    del y
    y = x + 1
    return y * x


@case(A)
def typed_by_length(x):
    if len(x) > 3:
        y = np.sum(x)
    else:
        y = None
    return y * x[0]


# --------------------------------------------------------------------------------------------- side effects, conditions

LOG = []


def noted(value, k):
    LOG.append(k)
    return value


@case(1.3)
def chained_comparison_middle_once(x):
    n = 0
    if 0 < (n := n + 1) < 5 < (m := n * 10):
        return x * n * m
    return x


@case(1.3)
def chained_comparison_short_circuits(x):
    y = 2
    if 5 < x < 1 / (x - x):
        y = 3
    return y * x


@case(0.0, expected=2.0)
def and_guards_division(x):
    return x * 2 if x == 0 or 1.0 / x > 3 else 5 * x


@case(1.3)
def conditional_in_arguments(x):
    return max(x if x > 1 else 0.0, 0.3 * x, key=None) if False else pow(x if x > 1 else 2.0, 2 if x > 1 else 3)


@case(1.3, 0.4)
def nested_conditional_expressions(x, y):
    return (x if y > 1 else y if x > 1 else x * y) * (y if not x else x)


@case(1.3)
def boolean_operators_give_operands(x):
    return (x and 2.0 * x) + (0.0 or x) + ((x > 5) or x * x) + (None or x)


@case(A)
def conditions_on_arrays(x):
    s = 0.0
    if np.any(x > 1) and not np.all(x > 0):
        s += np.sum(x**2)
    if (x > 0).sum() == 3:
        s *= x[0]
    return s


@case(A)
def any_and_all_of_generators(x):
    if any(v > 1 for v in x) and all(v > -5 for v in x):
        return np.sum(x * x)
    return x[0]


@case(1.3)
def assertions_and_docstrings(x):
    """Documentation."""
    assert x > 0, f"negative {x}"
    assert isinstance(x, float)
    y: float = x * x
    z: int
    "another string"
    ...
    return y


@case(1.3)
def raises_elsewhere_in_loop(x):
    s = 0.0
    for k in range(4):
        if s > 1e9:
            raise ValueError(f"too big: {s}")
        s = s * x + x * k
    return s


@case(1.3)
def with_blocks_and_exits(x):
    s = x
    for k in range(5):
        with np.errstate(all="ignore"), contextlib.nullcontext():
            if k == 3:
                break
            s = s * x
            if k == 1:
                continue
        s = s + 1
    return s


@case(A)
def with_array_in_loop_return(x):
    t = x
    for k in range(5):
        with np.errstate(divide="ignore"):
            t = t / (1.0 + x * x)
            if k == 3:
                return np.sum(t * x)
    return 0.0


@case(1.3)
def try_finally_around_a_loop(x):
    try:
        s = x
        for _ in range(3):
            s = s * x
    finally:
        y = 2
    return s * y


# -------------------------------------------------------------------------------------------------------- comprehensions

@case(A)
def comprehension_with_condition(x):
    return sum([v * v for v in x if v > 0]) + sum(v for v in x if v < -100)


@case(M)
def nested_comprehension_with_conditions(m):
    return sum(v * row[0] for row in m if row[0] > -0.5 for v in row if v > 0.2)


@case(M)
def comprehension_in_comprehension(m):
    return sum([sum([v * v for v in row]) * row[1] for row in m])


@case(M)
def three_generators_with_conditions(m):
    t = [v * row[0] for row in m if row[0] > -0.5 for v in row if v > 0.2 for w in row if w < v]
    return sum(t) + max(t) * t[0] + t[-1] * len(t)


@case(M)
def lists_made_in_a_loop(m):
    s = 0.0
    for k in range(2):
        t = [v * row[0] for row in m if row[k] > -0.5 for v in row if v > 0.2]
        if k:
            s += sum(t) * t[1]
        else:
            s += min(t)
    return s


@case(M)
def lists_of_lists_with_conditions(m):
    ts = [[v * v for v in row if v > 0.1] for row in m]
    return sum(sum(t) for t in ts) * ts[1][0]


@case(A)
def list_of_arrays_stacked(x):
    rows = [x * k for k in range(3)]
    return np.sum(np.array(rows) ** 2) + np.sum(np.stack(rows)[1] * x)


@case(A)
def list_read_backwards(x):
    ys = [v * v for v in x]
    s = 0.0
    for y in reversed(ys):
        s = s * 0.5 + y
    return s + ys[-1] * ys[1]


@case(A)
def list_of_pairs(x):
    pairs = [(v, v * v) for v in x]
    return sum(a * b for a, b in pairs) + pairs[2][0]


@case(A, B)
def zip_in_comprehension(x, y):
    return sum(a * b for a, b in zip(x, y)) + max([a - b for a, b in zip(x[:2], y)])


@case(np.array([1.0, 2.0, 2.0]), expected=np.array([0.0, 4.0, 0.0]))
def maximum_of_generator_takes_first_tie(x):
    return max(v * v for v in x)


@case(np.array([1.0, 1.0, 2.0]), expected=np.array([2.0, 0.0, 0.0]))
def minimum_of_list_takes_first_tie(x):
    return min([v * v for v in x])


@case(A)
def extremum_with_default(x):
    return max((v for v in x if v > 100), default=x[0] * 2) + min([v * x[1] for v in x], default=0.0)


@case(A)
def sum_with_start(x):
    return sum((v * v for v in x), x[0] * 3) + sum([x, x * x], np.zeros(4))[1] + sum([], x[2])


@case(A)
def dict_of_arrays(x):
    d = {"a": x, "b": x * x}
    return np.sum(d["a"] * d["b"]) + sum(v[0] for v in d.values()) + sum(len(k) * d[k][1] for k in d)


@case(A)
def zip_star(x):
    pairs = ((x[0], x[1]), (x[2], x[3]))
    a, b = zip(*pairs)
    return a[0] * a[1] + b[0] * b[1] ** 2


@case(A)
def comprehension_shadows_name(x):
    v = x[0]
    ys = [v * v for v in x]
    return v * sum(ys)


@case(1.3)
def lambdas_from_comprehension(x):
    fs = [lambda v, k=k: v * k + x for k in range(3)]
    gs = [lambda v: v * k * x for k in range(3)]
    return sum(f(x) for f in fs) + sum(g(x) for g in gs)


@case(A)
def enumerate_zip_reversed_together(x):
    s = 0.0
    for i, (a, b) in enumerate(zip(x, reversed(x)), start=2):
        s += i * a * b * b
    return s


@case(A)
def map_filter_sum(x):
    return sum(map(lambda v: v * v, filter(lambda v: v > 0, x))) + sum(map(lambda a, b: a * b, x, x[1:]))


# ------------------------------------------------------------------------------------------------------------- scopes

@case(1.3)
def cell_rebound_in_a_loop(x):
    k = 0.0

    def f(v):
        return v * k
    s = 0.0
    for k in (1.0, 2.0, x):
        s += f(x)
    return s + f(1.0)


@case(1.3)
def cell_rebound_in_a_branch(x):
    k = x

    def f():
        return k * k
    if x > 1:
        k = k * 3
        y = f()
    else:
        k = 2.0
        y = f() * x
    return y + f()


@case(1.3)
def nonlocal_accumulator(x):
    total = 0.0
    calls = 0

    def add(v):
        nonlocal total, calls
        total += v * v
        calls += 1
    for k in range(4):
        if k != 2:
            add(x * k)
    return total * calls


@case(1.3)
def nonlocal_through_two_levels(x):
    a = x

    def outer():
        def inner():
            nonlocal a
            a = a * x
        inner()
        inner()
        return a
    y = outer()
    return y * a


@case(A)
def nonlocal_array(x):
    t = x

    def step():
        nonlocal t
        t = t * x + 1.0
    for _ in range(3):
        step()
    return np.sum(t)


@case(1.3)
def cell_in_comprehension(x):
    def f(v):
        return v * y
    y = x
    ys = [f(k) for k in range(3)]
    y = x * x
    return sum(ys) + f(1.0)


@case(1.3)
def closure_made_in_loop_called_later(x):
    f = None
    for k in range(3):
        a = x * (k + 1)

        def f(v, a=a):
            return v * a + k
    k = 10
    return f(x)


@case(1.3)
def function_returns_functions(x):
    def compose(f, g):
        return lambda v: f(g(v))

    def power(n):
        def p(v):
            return v**n
        return p
    h = compose(power(2), compose(math.sin, power(3)))
    return h(x) * power(2)(x)


@case(1.3)
def adders_in_a_tuple(x):
    def adder(n):
        return lambda v: v + n * x
    fs = (adder(1), adder(x), adder(3.0))
    s = 1.0
    for f in fs:
        s = f(s) * x
    return s


# ------------------------------------------------------------------------------------------------------------ mixtures

@case(A)
def recurrent_state(x):
    h = np.zeros(3)
    for v in x:
        h = np.tanh(h * v + np.array([v, 1.0, h[0]]))
    return h @ h


@case(A)
def list_grows_by_joining(x):
    xs = [x]
    for _ in range(3):
        xs = xs + [xs[-1] * x]
    return sum(np.sum(y) for y in xs) + np.sum(xs[0] * xs[2])


@case(M)
def rows_with_return(m):
    u, v = m[0], m[1]
    for k in range(3):
        u, v = v + u * 0.1, u * v
        if np.sum(u) > 100: return np.sum(v)
        w = u
    return np.sum(u * w) + np.sum(v)


@case(A, 3)
@case(A, 0)
def countdown_with_else(x, n):
    k = n
    s = x
    while k:
        k -= 1
        if k == 1:
            s = s + x
            continue
        s = s * x
    else:
        s = s - 1.0
    return np.sum(s) * (k + 1)


@case(M)
def best_row(m):
    best, arg = -np.inf, None
    for i, row in enumerate(m):
        v = np.sum(row * row)
        if v > best:
            best, arg = v, i
    return best * m[arg, 0]


@case(M)
def slices_shrink(m):
    t = m
    for k in range(2):
        t = t[1:] if len(t) > 2 else t
        t = t * m[k]
    return np.sum(t)


@case(A)
def pair_energies(x):
    n = len(x)
    d = 0.0
    for i in range(n):
        for j in range(i + 1, n):
            r = x[i] - x[j]
            if abs(r) < 0.3: continue
            d += 1.0 / (r * r)
            if d > 50: break
        else:
            continue
        break
    return d


@case(A)
def standardised(x):
    x = x - np.mean(x)
    x = x / np.std(x)
    return np.sum(x**3)


@case(M, A)
def softmax_entropy(m, x):
    z = m @ x
    z = z - np.max(z)
    e = np.exp(z)
    p = e / np.sum(e)
    return -np.log(p[1]) + np.sum(p * np.log(p))


@case(M)
def cross_entropy(m):
    z = m - m.max(axis=1, keepdims=True)
    e = np.exp(z)
    p = e / e.sum(axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(3), np.array([0, 2, 1])]))


@case(T3)
def unpacked_planes(t):
    a, b = t
    c, d = a[0], b[..., -1]
    return np.sum(c) * np.sum(d * d) + np.sum(a * b)


@case(A)
def reshaped_views(x):
    y = x.reshape(2, 2)
    z = y.T
    return np.sum(z @ y) + z[0, 1] * y[0, 1] + np.sum(y[:, ::-1] * z)


@case(A)
def chosen_indices(x):
    idx = [i for i in range(len(x)) if x[i] > 0]
    return np.sum(x[idx] ** 2) + sum(x[i] for i in idx)


@case(A)
def halves_reversed(x):
    parts = np.split(x, 2) if False else [x[:2], x[2:]]
    return np.sum(parts[0] * parts[1]) + np.sum(np.concatenate(parts[::-1]) * x)


@case(1.3)
def loops_over_functions(x):
    s = 0.0
    for a in (1, 2.0, x, x * x):
        for f in (math.sin, lambda v: v * a):
            s += f(a) * x
    return s


@case(1.3)
def namedtuple_replaced(x):
    p = Pt(x, y=2.0)
    for _ in range(3):
        p = p._replace(x=p.x * p.y, y=p.y + x)
    return p.x * p.y


@case(A)
def nested_unpacking(x):
    t = (x, (x * 2, [x * 3, 1.0]))
    a, (b, [c, d]) = t
    return np.sum(a * b * c) * d


@case(1.3)
def walrus_in_augmented(x):
    y = x
    y += (y := y * 2)
    return y * x


@case(1.3)
def sorted_numbers(x):
    z = [x, x * x, 3.0]
    z2 = sorted(z)
    return z2[0] * z2[-1] + z2[1]


@case(A)
def list_of_numbers(x):
    s = np.float64(0.0)
    for v in x.tolist(): s = s + v * v
    return s


@case(A)
def reads_from_the_end(x):
    total = 0.0
    it = list(x)
    for i in range(len(it)):
        total += it[i] * it[-i]
    return total


@case(A)
def conversions(x):
    return float(np.sum(x * x)) + x.max() - float(x[0]) * int(x[2] + 0.3) + abs(float(x[1]))


@case(A, B)
def hypotenuse(x, y):
    d = x - y
    return math.sqrt(d @ d) + math.hypot(*x[:2]) + math.dist(x, y) if False else math.sqrt(d @ d) + math.hypot(x[0], x[1])


@case(2.0, 3)
def mixed_powers(x, n):
    return x**n + n**x + x ** (n - 3) + (x * n) ** 0.5 + x**-n + pow(x, n)


@case(0.0, expected=1.0)
def powers_at_zero(x):
    return x**1 + x**2 + x**3


@case(0.0, expected=0.0)
def constant_powers_at_zero(x):
    return x**0 + 0.0**2 * x


@case(np.array([0.0, 1.0]), expected=np.array([0.0, 2.0]))
def float_power_at_zero(x):
    return np.sum(x**2.0)


@case(1.3)
def nested_defaults(x):
    def f(a, *, k=x, **kw):
        return a * k + kw.get("z", 0.0)
    return f(x) + f(2.0, k=3.0, z=x)


@refused(1.3)
def recursion_of_closures(x):
    def outer(n):
        def inner(m):
            if m == 0: return x * n
            return inner(m - 1) * n + outer_const * x
        return inner
    outer_const = x * 2
    return outer(2.0)(3) + outer(x)(1)


@case(1.3)
def functions_of_earlier_functions(x):
    g = None
    for k in range(3):
        h = g
        g = (lambda v, k=k: v * k + x)
        if h is not None: x = x + h(1.0) * 0.1
    return g(x)


@case(A)
def partial_of_a_ufunc(x):
    f = partial(np.add, x)
    return np.sum(f(x * 2) * x)


@case(1.3)
def reduce_with_start(x):
    return functools.reduce(lambda a, b: a * x + b, [1.0, x, 3.0, x * x], 0.5)


@case(1.3)
def dictionary_of_functions(x):
    fs = {}
    fs = {k: (lambda v, k=k: v**k) for k in (1, 2, 3)}
    return sum(f(x) * k for k, f in fs.items())


@case(M)
def double_subscripts(m):
    s = 0.0
    for i in range(m.shape[0]):
        for j in range(m.shape[1]):
            if i == j: continue
            s += m[i, j] * m[j % 3, i]
    return s


@case(M)
def backwards_rows(m):
    rows, cols = m.shape
    acc = np.zeros(cols)
    for i in range(rows - 1, -1, -1):
        acc = acc * 0.5 + m[i]
    return np.sum(acc[::2] * acc[1::2]) / (rows * cols)


@case(A)
def powers_in_loops(x):
    y = x
    for _ in range(2):
        z = y
        for _ in range(2):
            z = z * y
        y = z - x
    return np.sum(y)


@case(A)
def reversed_cumulation(x):
    c = np.cumsum(x[::-1])[::-1]
    return np.sum(c * c) + np.sum(np.diff(x) ** 2) + np.sum(np.outer(x, c).ravel()[::3])


@case(A)
def einstein_sums(x):
    return np.einsum("i,j,i->", x, x, x) + np.einsum("i,i", x, x) + np.sum(np.einsum("i,j->ji", x, x * x) * x)


@case(np.array([[2.0]]), np.array([3.0, 4.0]))
def unit_matrix(a, x):
    return np.sum(a * x) + np.sum(x - a) + (a @ a)[0, 0] + np.sum(a[0] * x)


@case(A)
def nested_where(x):
    y = np.where(x > 0, np.where(x > 1, x * x, x), -x)
    return np.sum(y * np.sign(x)) + np.sum(np.abs(x) ** 1.5) + np.sum(np.maximum(x, 0) * np.minimum(x, 1.0))


@case(A)
def counts_matches(x):
    n = 0
    for v in x:
        n += v > 0
    return n * np.sum(x * x) + (n == 3) * x[0]


@case(A)
def compensated_sum(x):
    s, c = 0.0, 0.0
    for v in x:
        y = v * v - c
        t = s + y
        c = (t - s) - y
        s = t
    return s


@case(A)
def state_machine(x):
    def step(state, v):
        a, b = state
        return (a * v + b, b + a), a * b
    state = (1.0, x[0])
    outs = []
    for v in x:
        state, o = step(state, v)
        outs = outs + [o]
    return sum(outs) + state[0] * state[1]


@case(A)
def deep_branches_with_loop(x):
    a = x[0]
    if a > 0:
        if a > 1: r = a
        else:
            r = a * a
            for v in x:
                if v > 1.5:
                    r = r * v
                    break
                r = r + v
            else: r = -r
    else: r = 0
    return r * a


@case(M, A)
def descent_steps(m, x):
    f = lambda w: np.sum((m @ w - 1.0) ** 2)
    def g(w, lr):
        return w - lr * 2 * m.T @ (m @ w - 1.0)
    w = x
    for k in range(3):
        w = g(w, 0.1 / (k + 1))
    return f(w)


# -------------------------------------------------------------------------------------------------------- raised inside

def divides_by_zero(x):
    return x / (x - x)


def index_error_in_loop(x):
    s = 0.0
    for i in range(10):
        s += x[i] * x[i]
    return s


def assertion_fails(x):
    assert x > 100, "too small"
    return x * x


def raises_own(x):
    y = x * x
    if y > 1:
        raise KeyError("own")
    return y


def unbound(x):
    if x > 100:
        y = x
    return y * x


def math_domain(x):
    return math.sqrt(-x) + math.log(x)


def shapes_differ(x):
    return np.sum(x * np.ones(3))


def overflow(x):
    return math.exp(x * 1000.0)


RAISING = [(divides_by_zero, 1.3), (index_error_in_loop, A), (assertion_fails, 1.3), (raises_own, 1.3), (unbound, 1.3),
           (math_domain, 1.3), (shapes_differ, A), (overflow, 1.3)]


test_program = tried(run, PROGRAMS)


@pytest.mark.parametrize(("fun", "args", "options"), parameters(REFUSED))
def test_refused(fun, args, options):
    assert not isinstance(refusal(fun, *args, **options), sct.errors.InternalError)


@pytest.mark.parametrize(("fun", "x"), [pytest.param(f, x, id=f.__name__) for f, x in RAISING])
def test_raises_what_the_function_raises(fun, x):
    with pytest.raises(Exception) as expected:
        fun(x)
    for _ in range(2):
        with pytest.raises(type(expected.value)) as found:
            sct.value_and_grad(fun)(x)
        assert str(expected.value).startswith(str(found.value))  # pytest extends the messages of assertions


def test_in_place_on_what_is_never_used():
    def f(x):
        z = np.zeros(2)
        z += 1.0
        return np.float64(1.0) * x
    check(f, 1.3)
