"""Functions with a cache of results inside differentiated ones: called once, as they are, and never with what is active."""

import functools
import math

import numpy as np
import pytest

import sct
from tests.oracle import check, program, run, tried

A = np.array([0.5, -1.2, 2.0])
PROGRAMS = []
SCALE = 2.0
case = functools.partial(program, PROGRAMS)


@functools.lru_cache
def half_factorial(n):
    return math.factorial(n) * 0.5


@functools.lru_cache(maxsize=4)
def nodes(n, kind="plain"):
    return np.linspace(0.0, 1.0, n)


@functools.cache
def plain_nodes(n):
    return np.linspace(0.0, 1.0, n)


@functools.cache
def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)


@functools.cache
def nodes_and_weight(n):
    return np.arange(n) * 1.0, 2.0 / n


@functools.cache
def scaled(n):
    return n * SCALE


@functools.cache
def square(x):
    return x * x


@functools.cache
def written_in_a_way_that_is_not_followed(n) -> float:
    return type("Made", (), {"value": 1.0 / (n + 1)}).value


@functools.cache
def neither_followed_nor_announced(n):
    return type("Made", (), {"value": 1.0 / (n + 1)}).value


class Table:
    def __init__(self, k):
        self.k = k

    @functools.lru_cache
    def entry(self, n):
        return self.k * n


TABLE = Table(3.0)


@case(1.3)
def number(x):
    return x * half_factorial(3)


@case(1.3)
def recursive(x):
    return sum(x * fibonacci(i + 5) for i in range(4))


@case(A)
def array(a):
    return (a * a * plain_nodes(3)).sum()


@case(A)
def pair(a):
    x, w = nodes_and_weight(3)
    return (a * a * x).sum() * w


@case(1.3)
def of_a_global(x):
    return x * x * scaled(4)


@case(1.3)
def method(x):
    return x * x * TABLE.entry(2)


@case(1.3, TABLE)
def method_of_an_argument(x, table):
    return x * x * table.entry(3)


@case(1.3)
def number_without_derivative(x):
    return x * square(2.0)


@case(1.3)
def announced(x):
    return x * x * written_in_a_way_that_is_not_followed(0) + x * written_in_a_way_that_is_not_followed(4)


@case(1.3, refused=("UnsupportedTypeError", "SCT708"))
def of_unknown_type(x):
    return x * neither_followed_nor_announced(4)


@case(1.3)
def under_the_cache(x):
    return square.__wrapped__(x)


def stopped(x):
    return x * square(sct.stop_gradient(x))


@case(1.3, refused=("MissingRuleError", "SCT201"))
def active(x):
    return square(x * 2.0)


@case(1.3, refused=("MissingRuleError", "SCT204"))
def made_inside(x):
    @functools.cache
    def twice(n):
        return n * 2.0
    return x * twice(3)


@case(A, refused=("AliasingError", "SCT600"))
def written(a):
    w = plain_nodes(3)
    w += 1.0
    return (w * a).sum()


test_program = tried(run, PROGRAMS)


def test_a_stopped_argument_contributes_nothing():
    assert sct.grad(stopped)(1.5) == 2.25


def test_called_once_and_only_when_it_runs():
    def f(x, wanted):
        return x * nodes(3).sum() if wanted else x

    nodes.cache_clear()
    gradient = sct.grad(f)
    assert (gradient(1.0, False), nodes.cache_info().misses) == (1.0, 0)
    assert (gradient(1.0, True), nodes.cache_info().misses) == (1.5, 1)
    assert (gradient(2.0, True), nodes.cache_info().misses) == (1.5, 1)
    assert nodes.cache_info().hits == 1


def test_a_call_whose_result_is_not_needed_is_made():
    def f(x):
        nodes(7)
        return x * x

    nodes.cache_clear()
    assert (sct.grad(f)(3.0), nodes.cache_info().misses) == (6.0, 1)


def test_results_share_no_memory_with_the_cache():
    def f(a):
        return (a * plain_nodes(3)).sum(), plain_nodes(3)

    gradient, remembered = sct.grad(f, has_aux=True)(A)
    for result in (gradient, remembered):
        assert np.array_equal(result, plain_nodes(3))
        assert not np.may_share_memory(result, plain_nodes(3))


def test_what_was_remembered_under_another_global_is_noticed():
    global SCALE
    scaled.cache_clear()
    scaled(4)
    SCALE = np.ones(3)
    try:
        with pytest.raises(TypeError, match="cache_clear"):
            sct.grad(lambda x: (x * scaled(4)).sum())(1.0)
        scaled.cache_clear()
        check(lambda x: (x * x * scaled(4)).sum(), 1.3)
    finally:
        SCALE = 2.0
        scaled.cache_clear()


def test_what_the_cache_holds_is_used_as_it_is():
    global SCALE
    scaled.cache_clear()
    assert sct.grad(of_a_global)(1.0) == 16.0
    SCALE = 5.0
    try:
        assert sct.grad(of_a_global)(1.0) == 16.0
    finally:
        SCALE = 2.0
        scaled.cache_clear()
