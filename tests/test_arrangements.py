"""``itertools`` over arrays and lists of which only run time knows the length, and the places of items in lists."""

import itertools

import numpy as np

import sct
from tests.oracle import X, in_other_modes, program, refusal, run, tried

PROGRAMS = []
M = np.arange(1.0, 13.0).reshape(3, 4) / 7


def case(*args):
    return program(PROGRAMS, *args)


@case(X)
def chain_of_two(a):
    return sum(x * x for x in itertools.chain(a, a[:2] * 3))


@case(X)
def chain_of_an_array_and_a_list(a):
    s = 0.0
    for i, x in enumerate(itertools.chain(a, [1.0, a[0]], a[::-1])):
        s += i * x * x
    return s


@case(M)
def chain_of_rows(a):
    s = 0.0
    for r in itertools.chain(a, a[:1] * 2):
        s += (r * r).sum() * r[0]
    return s


@case(M)
def chain_from_iterable(a):
    s = 1.0
    for x in itertools.chain.from_iterable([a[0], a[1]]):
        s *= x
    return s


@case(X)
def pairs(a):
    s = 0.0
    for u, v in itertools.combinations(a, 2):
        s += u * v
    return s


@case(X)
def triples(a):
    return sum((u * v * w for u, v, w in itertools.combinations(a, 3)))


@case(M)
def pairs_of_rows(a):
    s = 0.0
    for u, v in itertools.combinations(a, 2):
        s += u @ v
    return s


@case(X)
def permutations(a):
    return sum((u * v ** 2 for u, v in itertools.permutations(a, 2)))


@case(X)
def pairs_with_replacement(a):
    return sum((u * v ** 2 for u, v in itertools.combinations_with_replacement(a, 2)))


@case(X)
def product_with_itself(a):
    return sum((u * v ** 2 for u, v in itertools.product(a, repeat=2)))


@case(X, M)
def product_of_three_kinds(a, m):
    s = 0.0
    for x, r, k in itertools.product(a, m, (1, 2)):
        s += x * r[0] * k
    return s


@case(X)
def product_with_a_range(a):
    s = 0.0
    for i, x in itertools.product(range(3), a):
        s += a[i] * x
    return s


@case(X)
def items_of_combinations_are_kept(a):
    b = a * 2
    s = 0.0
    for u, v in itertools.combinations(b, 2):
        b[1] *= 1.1
        s += u * v
    return s + b.sum()


@case(M)
def rows_of_combinations_are_views(a):
    b = a * 2
    s = 0.0
    for u, v in itertools.combinations(b, 2):
        u[0] *= v[1]
        s += (u * v).sum()
    return s + b.sum()


@case(X)
def chain_reads_what_was_written(a):
    b = a * 2
    s = 0.0
    for x in itertools.chain(b, a):
        b[2] += x
        s += x * x
    return s + b.sum()


@case(X)
def filled_up(a):
    s = 0.0
    for u, v in itertools.zip_longest(a, a[1:], fillvalue=2.0):
        s += u * v * v
    return s


@case(X)
def filled_up_with_none(a):
    s = 0.0
    for u, v in itertools.zip_longest(a, a[1:]):
        s += u * (v if v is not None else 1.0)
    return s


@case(X, 3)
def repeated(a, n):
    s = 0.0
    for x, y in zip(a, itertools.repeat(a[0], n)):
        s += x * y
    for y in itertools.repeat(a[1], n):
        s *= y
    return s


@case(X, -3)
def repeated_never(a, n):
    s = 1.0
    for y in itertools.repeat(a[1], n):
        s *= y
    return s * a[0]


@case(X)
def cycle(a):
    s = 0.0
    for i, x in zip(range(7), itertools.cycle(a)):
        s += i * x * x
    return s


@case(X)
def starmap_of_a_zip(a):
    return sum(itertools.starmap(lambda u, v: u * v, zip(a, a[1:])))


@case(X)
def starmap_of_pow(a):
    return sum(itertools.starmap(pow, zip(a ** 2, (2, 3, 1, 2))))


@case(X)
def running_product(a):
    return sum(itertools.accumulate(a, lambda u, v: u * v))


@case(X)
def running_sum(a):
    return sum((x * i for i, x in enumerate(itertools.accumulate(a))))


@case(X)
def takewhile(a):
    return sum(itertools.takewhile(lambda u: u > 0, a))


@case(X)
def islice_of_an_array(a):
    return sum(x * x for x in itertools.islice(a, 1, 3))


@case(X)
def islice_of_a_count(a):
    return sum(x * x for x in itertools.islice(itertools.count(), 3)) * a[0]


@case(X)
def pairwise(a):
    return sum(((v - u) ** 2 for u, v in itertools.pairwise(a)))


@case([1.0, 2.0, 3.5])
def lists_of_floats(xs):
    return sum((u * v for u, v in itertools.combinations(xs, 2))) + sum(x * x for x in itertools.chain(xs, xs))


@case(X)
def pairs_of_a_comprehension(a):
    rows = [x * x for x in a]
    return sum((u * v for u, v in itertools.combinations(rows, 2)))


@case(X)
def place_of_the_largest(a):
    xs = [x * x for x in a]
    i = xs.index(max(xs))
    return xs[i] * a[0]


@case(X)
def is_it_there(a):
    xs = [x * x for x in a]
    return a[0] * 2 if a[1] ** 2 in xs else a[1]


@case(X)
def how_often(a):
    xs = [x * x for x in a]
    return a[0] * (1 + xs.count(a[1] ** 2))


@case(X)
def place_in_a_literal(a):
    xs = [a[0], a[1], a[2]]
    i = xs.index(max(xs))
    return xs[i] * a[0] * (1 + xs.count(a[0]))


@case(X)
def place_in_a_tuple(a):
    xs = (a[0], a[1], a[2])
    i = xs.index(min(xs))
    return xs[i] * a[0] * (1 + xs.count(a[0]))


@case([1.0, 2.0, 3.0])
def place_in_an_argument(xs):
    return xs[xs.index(min(xs))] * (1 + (9.0 in xs)) * xs[2]


test_gradient = tried(run, PROGRAMS)
test_other_modes = tried(in_other_modes, PROGRAMS)


def test_items_that_cycle_are_kept():
    """The second time round ``cycle`` gives what it has seen, not what is there."""
    def f(x):
        b, s = x * 2, 0.0
        for i, v in zip(range(7), itertools.cycle(b)):
            b[i % 4] *= 1.5
            s += v * i
        return s
    assert refusal(f, X).code == "SCT601"


def test_no_copy_where_nothing_is_written():
    assert "copy" not in sct.source(pairs, X)


def test_number_of_items_must_be_known():
    def f(x):
        return sum(u * v for u, v in itertools.combinations(x, len(x) - 2))
    assert refusal(f, X).code in ("SCT703", "SCT705", "SCT708")
