"""What an augmented assignment, a call or a display has read before one of its parts changes it."""

import numpy as np
import pytest

from tests.oracle import check

V = np.array([-0.3, 0.8])


def triple_first(v):
    v[0] *= 3.0
    return v[1]


def doubled(v):
    v *= 2.0
    return v * 1.0


def element(v):
    v[0] += triple_first(v)
    return np.sum(v * v)


def whole(v):
    v += doubled(v)
    return np.sum(v * v)


def view(v):
    v[1:] *= doubled(v)[1:]
    return np.sum(v * v)


def list_of_places(v):
    v[[1, 0]] += doubled(v)
    return np.sum(v * v)


def place_that_a_call_tells(v):
    v[int(triple_first(v) > 0.0)] += v[0]
    return np.sum(v * v)


def sum_of_reads(v):
    return v[0] + triple_first(v) * v[0]


def display(v):
    items = [v[0], triple_first(v), v[0]]
    return items[0] * items[1] * items[2]


def product(a, b):
    return a * b + a


def arguments(v):
    return product(v[0], triple_first(v))


def array_as_argument(v):
    return np.sum(product(v, triple_first(v)))


@pytest.mark.parametrize("fun", [element, whole, view, list_of_places, place_that_a_call_tells, sum_of_reads, display,
                                 arguments, array_as_argument])
def test_arrays(fun):
    check(fun, V)


class Counter:
    def __init__(self, total):
        self.total = total

    def bump(self, k):
        self.total = self.total * 3.0
        return k


def attribute(x):
    counter = Counter(x)
    counter.total += counter.bump(x * x)
    return counter.total * x


def set_first(items, x):
    items[0] = 5.0 * x
    return x


def item(x):
    items = [x, x * x]
    items[0] += set_first(items, x)
    return items[0] * x


def popped(x):
    items = [x, x * x]
    items[0] += items.pop()
    return items[0] * x


def item_of_a_dict(x):
    table = {"a": x}

    def replace():
        table["a"] = x * 7
        return x
    table["a"] *= replace()
    return table["a"]


def item_of_a_list_of_a_loop(x):
    items = []
    for i in range(3):
        items.append(x * i)

    def replace(i):
        items[i] = x * 9
        return x
    items[1] += replace(1)
    return items[1] * x


def variable(x):
    n = x

    def grow():
        nonlocal n
        n = n * 5
        return x
    n += grow()
    return n * x


@pytest.mark.parametrize("fun", [attribute, item, popped, item_of_a_dict, item_of_a_list_of_a_loop, variable])
def test_containers_and_variables(fun):
    check(fun, 1.3)
