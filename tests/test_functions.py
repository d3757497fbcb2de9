"""Calls, closures, recursion, objects and values that may be None or unbound: value and gradient right, or refused by name."""

import functools
import math

import numpy as np

from tests.oracle import program, run, tried

A = np.array([0.5, -1.2, 2.0, 0.7])
M = np.arange(12.0).reshape(3, 4) / 7 - 0.6

PROGRAMS = []
case = functools.partial(program, PROGRAMS)


def apply_three_times(f, t):
    for _ in range(3):
        t = f(t)
    return t


@case(1.3)
def nested_recursion(x):

    def fact(t, n):
        if n == 0:
            return t
        return fact(t * x, n - 1) * t

    return fact(x, 3)


@case(1.3)
def nested_recursion_nocapture(x):

    def fact(t, n):
        if n == 0:
            return t
        return fact(t * t, n - 1) * t

    return fact(x, 2)


@case(1.3)
def nested_mutual(x):

    def ev(t, n):
        return t if n == 0 else od(t * x, n - 1)

    def od(t, n):
        return t * t if n == 0 else ev(t + x, n - 1)

    return ev(x, 3)


@case(1.3)
def cell_else(x):
    y = x
    h = lambda: y * y
    if x > 2:
        y = x * x
        a = h()
    else:
        a = h()
    return a


@case(1.3)
def cell_then(x):
    y = x
    h = lambda: y * y
    if x > 1:
        y = x * x
        a = h()
    else:
        a = h()
    return a + 10 * h()


@case(1.3)
def cell_rebound_under_if_in_loop(x):
    y = x

    def h(t):
        return t * y

    s = 1.0
    for i in range(4):
        if i == 2:
            y = y * x
        s = h(s)
    return s * y


@case(1.3)
def cell_pass_to_global(x):
    y = x

    def h(t):
        return t * y + x

    a = apply_three_times(h, x)
    y = x * x
    return a + apply_three_times(h, x)


@case(1.3)
def cell_break(x):
    y = x

    def h(t):
        return t * y

    s = 1.0
    for i in range(5):
        y = y * 1.1
        if i == 3:
            break
        s = h(s)
    else:
        y = 0.0
    return h(s)


@case(1.3)
def cell_param(x):
    h = lambda: x * x
    x = x * 2
    return h()


@case(1.3)
def cell_in_while(x):
    n = 0
    h = lambda: x * n
    s = 0.0
    while n < 4:
        s += h()
        n += 1
    return s + h()


@case(1.3)
def closures_of_closures(x):

    def outer(k):

        def inner(t):
            return t * k * x

        return inner

    f = outer(x)
    g = outer(2.0)
    x = x * 3
    return f(2.0) + g(1.0)


@case(1.3)
def counter_of_functions(x):
    fs = []
    for k in range(3):
        fs = fs + [lambda t, k=k: t * k + x]
    return sum(f(x) for f in fs)


@case(1.3)
def returned_lambda(x):
    mk = lambda k: lambda t: t * k
    return mk(x)(x) * mk(2)(x)


@case(1.3)
def compose(x):

    def comp(f, g):
        return lambda t: f(g(t))

    h = comp(math.sin, lambda t: t * x)
    return h(x) * comp(h, h)(x)


@case(1.3)
def func_choice(x):
    f = math.sin if x > 1 else math.cos
    return f(x)


@case(1.3)
def func_choice_static(x):
    n = 2
    f = math.sin if n > 1 else math.cos
    return f(x)


@case(1.3)
def lists_repeat(x):
    n = 3
    return sum([x] * n)


@case(1.3, 4)
def lists_repeat_rt(x, n):
    xs = [x * x] * n
    return sum(xs) * xs[1]


@case(1.3)
def default_args_capture(x):
    k = x

    def h(t, m=k):
        return t * m

    k = x * x
    return h(x) + k


@case(1.3)
def kwonly(x):

    def h(t, *, m, k=2.0):
        return t * m**k

    return h(x, m=x) + h(m=2.0, t=x, k=x)


@case(1.3)
def star_args(x):

    def h(*ts, **kw):
        s = 0.0
        for i, t in enumerate(ts):
            s += t * i
        return s * kw["b"] + len(kw)

    args = (x, x * x)
    return h(x, *args, b=x, c=1)


@case(1.3)
def shadow_builtin(x):
    sum = lambda a, b: a * b
    len = x
    return sum(len, 3.0)


@case(1.3)
def shadow_np(x):
    np = x * x
    math_ = np * 2
    return math_ * np


@case(1.3)
def recursion_depth(x):

    def go(t, n):
        if n > 4:
            return t
        s = t
        for i in range(2):
            s = s * 1.1 + go(t * 0.5, n + 1)
        return s

    return go(x, 2)


def sine_tree(x, d):
    if d == 0:
        return math.sin(x)
    return sine_tree(x * 0.5, d - 1) * sine_tree(x + 1.0, d - 1)


@case(1.3)
def binary_tree(x):
    return sine_tree(x, 3)


def collatz(x, n, steps=0):
    if n == 1:
        return x * steps
    if n % 2 == 0:
        return collatz(x * 1.01, n // 2, steps + 1)
    return collatz(x + 0.1, 3 * n + 1, steps=steps + 1)


@case(1.3, 6)
def collatz_prog(x, n):
    return collatz(x, n)


def loop_with_swapped_results(x, y, flag):
    s = x
    for i in range(3):
        s = s * y
    if flag:
        return (s, x)
    return (x, s)


@case(1.3, 0.4)
def tuple_branches(x, y):
    a, b = loop_with_swapped_results(x, y, True)
    c, d = loop_with_swapped_results(y, x, False)
    return a * b + c * d * d


def nothing_returned(x):
    for _ in range(2):
        x = x * x


@case(1.3)
def returns_none(x):
    r = nothing_returned(x)
    return x if r is None else 2 * x


def maybe_none(x, k):
    s = 0.0
    for i in range(k):
        s += x
        if s > 3:
            return None
    return s


@case(1.3)
def returns_maybe(x):
    a = maybe_none(x, 1)
    b = maybe_none(x, 9)
    if a is None:
        a = 7 * x
    if b is None:
        b = 5 * x
    return a * b


def inactive_result(x, n):
    k = 0
    while x > 1:
        x = x * 0.5
        k += 1
    return k


@case(9.3)
def count_callee(x):
    return x * inactive_result(x, 3)


def unused_param(x, y):
    s = 0.0
    for i in range(3):
        s += x * x
    return s


@case(1.3, 0.4)
def callee_unused(x, y):
    return unused_param(x, y) + unused_param(y, x) + unused_param(2.0, x)


def array_callee(a, k):
    for _ in range(2):
        a = a * k + 1
    return a


@case(A, 1.5)
def array_callee_prog(a, k):
    b = array_callee(a, k)
    return (array_callee(b, 2.0) * array_callee(2.0, k) * a).sum() + array_callee(k, k)


@case(A)
def callee_of_int_array(a):
    idx = np.array([0, 2, 2])
    return array_callee(a[idx], 2.0).sum() * array_callee(a, 3.0)[1]


# -------------------------------------------------------------------------------------- None, unbound variables, objects


def maybe_none(x, k):
    s = 0.0
    for i in range(k):
        s += x
        if s > 3:
            return None
    return s


def takes_none(x, y=None):
    s = 0.0
    for i in range(2):
        s += x if y is None else y * x
    return s


@case(1.3)
def result_that_may_be_none(x):
    a = maybe_none(x, 1)
    b = maybe_none(x, 9)
    if a is None:
        a = 7 * x
    if b is None:
        b = 5 * x
    return a * b


@case(1.3)
def argument_that_may_be_none(x):
    return takes_none(x) + takes_none(x, x) + takes_none(x, None)


@case(1.3)
def none_then_number_passed_on(x):
    b = None
    for k in range(3):
        if k == 1:
            b = x * k
        x = x + takes_none(x, b)
    return x


@case(1.3)
def none_from_one_call_to_another(x):
    a = maybe_none(x, 9)
    return takes_none(x, a)


@case(A)
def none_then_array_passed_on(a):
    b = None
    for k in range(3):
        a = a + takes_none(a, b)
        b = a * 2
    return a.sum()


@case(1.3)
def conditional_none(x):
    y = None if x > 1 else x
    if y is not None:
        return y
    return x * x


@case(1.3)
def conditional_none_taken(x):
    y = None if x > 2 else x * 3
    return x if y is None else y * x


@case(1.3)
def none_in_a_while_condition(x):
    y = None
    n = 0
    while y is None or y < 5:
        y = x * (n + 1) if y is None else y * x
        n += 1
    return y * n


@case(1.3)
def none_then_tuple(x):
    p = None
    for k in range(3):
        p = (x * k, x) if p is None else (p[0] * x + 1, p[1] * p[0])
    return p[0] * p[1]


@case(1.3)
def bound_in_the_first_trip(x):
    for i in range(3):
        if i == 0:
            y = x
        else:
            y = y * x
    return y


@case(1.3)
def previous_trip(x):
    for i in range(4):
        if i > 0:
            x = x * last  # noqa: F821
        last = math.sin(x)
    return x * last


@case(1.3)
def bound_in_even_trips(x):
    s = 0.0
    for i in range(4):
        if i % 2 == 0:
            t = x * i
        else:
            s += t * t * x
        if i == 3:
            u = t
    return s * u


@case(1.3)
def bound_in_an_earlier_trip_of_while(x):
    n = 0
    while n < 4:
        if n > 1:
            x = x * z + z  # noqa: F821
        z = x * x * 0.3
        n += 1
    return x


@case(A)
def bound_under_a_condition_on_data(a):
    for v in a:
        if v < 0:
            w = v * v
        elif v > 1:
            a = a * w
    return (a * w).sum()


@case(1.3, True)
@case(1.3, False)
def bound_when_the_flag_is_set(x, c):
    if c:
        y = x * x
    for i in range(2):
        if c:
            x = x * y
    if c:
        return x * y
    return x


@case(1.3)
def if_in_loop_defs(x):
    for i in range(3):
        if i == 1:
            t = x * x
            u = t * x
            x = u * t
        else:
            t = math.exp(x * 0.1)
            x = x * t * t
    return x * t


def power_loop(x, n=3):
    c = None
    for i in range(n):
        c = x * x if c is None else c * x
    return c


@case(1.3, A)
def callee_for_numbers_and_arrays(x, a):
    return power_loop(x) + power_loop(a).sum() + power_loop(a, n=2)[0] + power_loop(x, 1)


@case(1.3, A)
def callee_for_arrays_then_numbers(x, a):
    return power_loop(a).sum() + power_loop(x) + power_loop(2.0) * x + power_loop(3) * x


@case(1.3, M, A)
def callee_for_many_shapes(x, m, a):
    return (
        power_loop(m)[0, 1]
        + power_loop(a)[1]
        + power_loop(m[0]).sum()
        + power_loop(m[:1]).sum()
        + power_loop(m * a).sum()
        + power_loop(np.float64(2.0)) * x
    )


@case(1.3)
def closure_param_loop(x):
    k = x * 2

    def g(t):
        for _ in range(2):
            t = t * k
        return t

    def ap(f, t):
        s = 0.0
        for i in range(2):
            s += f(t * i + 1)
        return s

    return ap(g, x) + ap(lambda t: t * k, x) + ap(math.sin, x)


def outer_factory(k):

    def g(t):
        s = 0.0
        for _ in range(2):
            s += t * k
        return s

    return g


FROM_FACTORY = outer_factory(2.5)


@case(1.3)
def module_closure(x):
    return FROM_FACTORY(x) * FROM_FACTORY(x * x)


@case(1.3, outer_factory(1.5), wrt=(0,))
def closure_argument(x, g):
    return g(x) * g(x * x)


def sum_of_calls(f, x):
    s = 0.0
    for i in range(2):
        s += f(x) * i
    return s


@case(1.3, outer_factory(1.5), wrt=(0,))
def closure_argument_passed(x, g):
    return sum_of_calls(g, x) * x


@case(1.3, functools.partial(pow, 2.0), wrt=(0,))
def partial_argument(x, g):
    return g(x) * x


class Weighted:
    def __init__(s, a, w):
        s.a = a
        s.w = w

    def f(s, x):
        t = 0.0
        for i in range(2):
            t += s.a * x * s.w[i]
        return t

    @classmethod
    def cm(cls, x):
        return x * cls.K

    K = 3.0

    def __getitem__(s, i):
        return s.w[i]

    def __len__(s):
        return 2

    def __mul__(s, o):
        return s.a * o

    def __eq__(s, o):
        return vars(s).keys() == vars(o).keys()


WEIGHTED = Weighted(2.0, [1.0, 0.5])


@case(1.3, WEIGHTED)
def methods_with_loops(x, o):
    return o.f(x) * x + o.cm(x) + WEIGHTED.f(x * x) + Weighted.cm(x)


@case(1.3, WEIGHTED)
def methods_passed_on(x, o):
    return sum_of_calls(o.f, x) + sum_of_calls(WEIGHTED.f, x)


@case(1.3)
def special_methods(x):
    return WEIGHTED[1] * x * len(WEIGHTED)


@case(1.3)
def operator_of_a_class(x):
    return WEIGHTED * x * x


@case(1.3)
def loop_over_objects(x):
    s = 0.0
    for o in (WEIGHTED, WEIGHTED):
        s += o.f(x)
    return s


test_program = tried(run, PROGRAMS)
