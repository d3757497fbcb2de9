"""Iterators that are kept: items taken one by one, what is left, and what is read when; values and gradients as in Python."""

from functools import partial

import numpy as np
import pytest

import sct
from tests.oracle import program, run, tried

A = np.array([0.5, -1.2, 2.0, 0.7])
PROGRAMS = []
case = partial(program, PROGRAMS)


@case(A)
def first_and_rest(a):
    it = iter(a)
    p = next(it)
    s = p * p
    for v in it:
        s += p * v
        p = v
    return s

@case(A)
def next_in_an_expression(a):
    it = iter(a)
    return next(it) * next(it) + next(it)

@case(A)
def rest_after_break(a):
    it = iter(a)
    s = 0.0
    for v in it:
        if v > 1.0:
            break
        s += v * v
    for v in it:
        s += 3.0 * v
    return s

@case(A)
def body_takes_the_next(a):
    it = iter(a)
    s = 0.0
    for u in it:
        s += u * next(it)
    return s

@case(A)
def body_takes_the_next_or_a_default(a):
    it = iter(a)
    s = 0.0
    for u in it:
        s += u * u * next(it, 2.0)
    return s

@case(A)
def one_for_each_count(a):
    it = iter(a)
    s = 0.0
    for i in range(3):
        s += next(it) * i
    return s

@case(A)
def default_after_the_end(a):
    it = iter(a)
    s = 0.0
    for i in range(7):
        s += next(it, 1.5) * i
    return s

@case(A)
def until_the_default_comes(a):
    it = iter(a)
    s = 0.0
    while (v := next(it, None)) is not None:
        s += v * v
    return s

@case(A)
def branches_take_different_numbers(a):
    it = iter(a)
    s = 0.0
    if a[0] > 0:
        s += next(it) ** 2
    else:
        next(it)
        next(it)
    s += next(it)
    return s + sum(it)

@case(A)
def taken_on_some_iterations(a):
    it = iter(a)
    s = 0.0
    for i in range(len(a)):
        if i % 2 == 0:
            s += next(it) ** 2 * i
    return s * next(it)

@case(A)
def stored_zip_is_empty_the_second_time(a):
    z = zip(a, a)
    s = 0.0
    for u, v in z:
        s += u * v
    for u, v in z:
        s += u * v
    return s

@case(A)
def stored_enumerate_goes_on(a):
    e = enumerate(a)
    i, v = next(e)
    s = v * v
    for i, v in e:
        s += i * v
    return s

@case(A)
def enumerate_of_a_half_consumed_iterator(a):
    it = iter(a)
    e = enumerate(it, 1)
    next(it)
    s = 0.0
    for i, v in e:
        s += i * v * v
    return s

@case(1.3)
def enumerate_and_its_iterator_in_turn(x):
    it = iter((x, x * x, 2.0 * x, x ** 3))
    e = enumerate(it)
    i, v = next(e)
    w = next(it)
    s = v * w
    for i, v in e:
        s = s + i * v
    return s

def helper(it):
    first = next(it)
    s = first
    for v in it:
        s = s * 0.5 + first * v
    return s

@case(A)
def helper_consumes_some(a):
    it = iter(a)
    next(it)
    return helper(it) + sum(it)

def once(it):
    return sum(it) + sum(it)

@case(A)
def generator_is_empty_the_second_time(a):
    return once(v * v for v in a)

@case(1.3)
def generator_over_a_tuple_is_empty_the_second_time(x):
    return once(v * v for v in (x, 2.0 * x))

@case(A)
def generator_reads_its_variables_late(a):
    k = 2.0
    g = (k * v * v for v in a if v > 0.0)
    k = 3.0
    s = 0.0
    for w in g:
        s += w
        k = k + 1.0
    return s

@case(A)
def generator_evaluates_its_iterable_early(a):
    b = a
    g = (v * v for v in b)
    b = a * 2.0
    return sum(g)

@case(A)
def next_of_a_generator(a):
    g = (v * v for v in a)
    u = next(g)
    return u * sum(g)

@case(A)
def generator_with_two_variables(a):
    g = (u * v for u, v in zip(a, a[1:]))
    s = next(g)
    for w in g:
        s += w * w
    return s

@case(A)
def generator_over_enumerate(a):
    g = (i * v for i, v in enumerate(a))
    s = 0.0
    for w in g:
        s += w * w
    return s + sum(g)

@case(1.3)
def map_calls_late(x):
    k = 2.0
    m = map(lambda v: v * k, (x, x * x))
    k = 3.0
    u = next(m)
    k = 5.0
    return u * sum(m) + sum(m)

@case(A)
def list_of_what_is_left(a):
    it = iter(a)
    next(it)
    b = list(it)
    c = list(it)
    return sum(b) * b[0] + len(c) + sum(c)

@case(1.3)
def zip_takes_from_the_shorter_first(x):
    it = iter([x, x * x, x ** 3, x + 1.0])
    s = 0.0
    for i, v in zip(range(2), it):
        s += v * (i + 1)
    return s * next(it)

@case(1.3)
def zip_takes_one_too_many_from_the_longer(x):
    it = iter([x, x * x, x ** 3, x + 1.0])
    s = 0.0
    for v, i in zip(it, range(2)):
        s += v * (i + 1)
    return s * next(it)

@case(A)
def triples(a):
    it = iter(np.concatenate([a, a, a]))
    s = 0.0
    for u, v, w in zip(it, it, it):
        s += u * v * w
    return s

@case(A)
def stored_reversed(a):
    r = reversed(a)
    v = next(r)
    s = v
    for w in r:
        s += v * w
    return s

@case(A)
def outer_loop_goes_on_where_the_inner_left(a):
    it = iter(a)
    s = 0.0
    for i in range(2):
        for v in it:
            s += v * v * (i + 1)
            if v < 0.0:
                break
    return s

@case(A)
def comprehension_takes(a):
    it = iter(a)
    b = [next(it) for _ in range(2)]
    return b[0] * b[1] + next(it)

@case(1.3)
def star_of_an_iterator(x):
    it = iter((x, 2.0 * x, x * x))
    next(it)
    def f(p, q):
        return p * q
    return f(*it)

@case(1.3)
def unpacked_iterator(x):
    it = iter((x, 2.0 * x, x * x))
    next(it)
    p, q = it
    return p * q

@case(1.3)
def transposed_by_zip(x):
    pairs = [(x, 2.0), (x * x, 3.0)]
    p, q = zip(*pairs)
    return p[0] * q[1] + p[1] * q[0]

@case(1.3)
def two_names_of_one_iterator(x):
    it = iter((x, x * x, x ** 3))
    jt = it
    u = next(it)
    return u * next(jt) + next(it)

@case(A)
def generator_over_a_generator(a):
    g = (v * v for v in a)
    h = (w + 1.0 for w in g)
    return next(h) * sum(h)

@case(A)
def generator_over_an_iterator_that_others_use(a):
    it = iter(a)
    g = (v * v for v in it)
    u = next(it)
    return u * sum(g) + sum(it)

@case(A)
def greatest_of_a_map(a):
    return max(map(abs, a)) * 2.0

@case(A)
def loop_over_a_generator_expression(a):
    s = 0.0
    for w in (v * v for v in a):
        s += w
    return s

@case(A)
def enumerate_of_a_generator_expression(a):
    s = 0.0
    for i, w in enumerate(v * v for v in a):
        s += i * w
    return s

@case(A)
def taken_inside_with(a):
    it = iter(a)
    with np.errstate(all="ignore"):
        u = next(it)
        for v in it:
            if v > 1.0:
                break
    return u * u + next(it)

@case(1.3)
def break_out_of_known_items(x):
    it = iter((x, x * x, x ** 3, 5.0))
    s = 0.0
    for v in it:
        s += v
        if v > 1.5:
            break
    return s * next(it)

@case(A)
def return_from_inside(a):
    it = iter(a)
    for v in it:
        if v < 0.0:
            return v * next(it)
    return a[0]

@case(1.3)
def next_of_a_range(x):
    it = iter(range(5))
    return x ** next(it) + x ** next(it) + x ** next(it)

@case(1.3)
def characters(x):
    it = iter("ab")
    s = 0.0
    for c in it:
        s += x if c == "a" else x * x
    return s

@case(A)
def filter_of_truth(a):

    s = 0.0
    for v in filter(None, a):
        s += v * v
    return s

@case(A)
def continue_in_a_loop_over_a_filter(a):
    s, n = 0.0, 0
    for v in filter(lambda v: v > 0.0, a):
        if v > 1.5:
            continue
        s += v * v
        n += 1
    return s * n

@case(1.3)
def default_after_a_known_end(x):
    it = iter((x,))
    return next(it) * next(it, 4.0)

@case(1.3)
def dict_items(x):
    d = {"a": x, "b": x * x}
    it = iter(d.items())
    k, v = next(it)
    return v * sum(w for _, w in it)

@case(A)
def zip_of_two_iterators(a):
    it, jt = iter(a), iter(a[1:])
    s = 0.0
    for u, v in zip(it, jt):
        s += u * v
    return s

@case(A)
def made_anew_in_each_iteration(a):
    s = 0.0
    for i in range(3):
        it = iter(a)
        s += next(it) * next(it) * i
    return s

@case(A)
def closure_takes(a):
    it = iter(a)
    take = lambda: next(it)
    return take() * take() + sum(it)

@case(1.3)
def iterator_in_a_tuple(x):
    pair = (iter((x, x * x)), 2.0)
    return next(pair[0]) * next(pair[0]) * pair[1]

@case(A)
def while_takes_in_its_body(a):
    it = iter(a)
    v = next(it)
    s = 0.0
    while v < 1.5:
        s += v * v
        v = next(it)
    return s

@case(A)
def taken_in_a_conditional_expression(a):
    it = iter(a)
    return next(it) if a[0] > 0 else next(it) * 2.0

@case(A)
def rows(a):
    m = np.outer(a, a)
    rows = iter(m)
    head = next(rows)
    s = 0.0
    for r in rows:
        s += (head * r).sum()
    return s

def next_without_end(a):
    it = iter(a)
    s = 0.0
    for i in range(30):
        s += next(it) * i
    return s


def next_of_an_empty_one(x):
    it = iter((x,))
    next(it)
    return next(it)


def sometimes_takes_more_than_there_is(x):
    it = iter((x, x * x, x ** 3, 5.0))
    s = 0.0
    for v in it:
        s += v
        if v > 1.5:
            s *= next(it)
    return s


@pytest.mark.parametrize(("f", "x"), [(next_without_end, A), (next_of_an_empty_one, 1.3),
                                      (sometimes_takes_more_than_there_is, 1.3)])
def test_the_end_raises(f, x):
    for call in (f, sct.grad(f)):
        with pytest.raises(StopIteration):
            call(x)


@case(A, refused=("UnsupportedTypeError", "SCT711"))
def left_by_a_zip_of_run_time_lengths(a):
    it, jt = iter(a), iter(a[1:])
    s = sum(u * v for u, v in zip(it, jt))
    return s + sum(it)


@case(A, refused=("UnsupportedTypeError", "SCT711"))
def next_of_a_filter(a):
    return next(filter(lambda v: v > 1.0, a))


@case(1.3, refused=("UnsupportedTypeError", "SCT711"))
def iterator_given_to_numpy(x):
    return np.sum(iter([x, x * x]))


@case(1.3, refused=("UnsupportedSyntaxError", "SCT109"))
def stored_generator_with_two_loops(x):
    g = (x * i * j for i in (1, 2) for j in (3, 4))
    return sum(g)


@case(A)
def iterators_that_change_places_as_often_as_there_are_items(a):
    it, jt = iter(a), iter(a[1:])
    for _ in range(len(a) - 1):
        it, jt = jt, it
    return next(it) * a[0]


@case(A, refused=("UnsupportedTypeError", "SCT701"))
def one_of_two_iterators(a):
    it, jt = iter(a), iter(a[1:])
    for _ in range(int(a[2])):
        it, jt = jt, it
    return next(it)


@case(1.3)
def iterators_that_change_places(x):
    it, jt = iter((x, x * x)), iter((x**3, x))
    for _ in range(3):
        it, jt = jt, it
    return next(it)


@case(1.3)
def greatest_or_a_default(x):
    it = iter((x, x * x))
    return max(it, default=2.0) * max(it, default=3.0) * x


test_program = tried(run, PROGRAMS)
