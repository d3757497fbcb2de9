"""Variables of enclosing functions that are not bound when a nested function is called: right where it does not read them."""

import pytest

import sct
from tests.oracle import check

PATHS = [(1.3, 0), (1.3, 1)]


def rebound_after_the_function(x, n):
    def g(y):
        if y > 100:
            return k * y
        return y * y
    for _ in range(3):
        x = x + g(x)
    if n:
        k = 2.0
    return x


def bound_on_one_path(x, n):
    def g(y):
        s = 0.0
        for _ in range(3):
            if y > 100:
                s += k * y
            s += y * y
        return s
    if n:
        k = 2.0
    return g(x)


def handed_on(x, n):
    def h(y):
        s = y
        for _ in range(2):
            if n:
                s = s * k
        return s

    def g(y):
        s = 0.0
        for _ in range(2):
            s += h(y) * y
        return s
    if n > 0:
        k = x
    return g(x)


@pytest.mark.parametrize("args", PATHS)
@pytest.mark.parametrize("fun", [rebound_after_the_function, bound_on_one_path, handed_on])
def test_not_read(fun, args):
    check(fun, *args)


def read_where_unbound(x, n):
    def g(y):
        s = 0.0
        for _ in range(3):
            s += k * y
        return s
    if n:
        k = x
    return g(x)


def deleted(x, n):
    k = x * 1.0

    def g(y):
        s = 0.0
        for _ in range(3):
            s += k * y
        return s
    if not n:
        del k
    return g(x)


@pytest.mark.parametrize("fun", [read_where_unbound, deleted])
def test_read(fun):
    check(fun, 1.3, 1)
    for f in (fun, sct.grad(fun)):
        with pytest.raises(NameError, match="free variable 'k'") as error:
            f(1.3, 0)
        assert type(error.value) is NameError


def test_recursion_is_refused():
    def f(x):
        def g(y, n):
            if n:
                return g(y, n - 1) * y
            return k * y if y > 100 else y
        if x > 5:
            k = x
        return g(x, 3)
    with pytest.raises(sct.SctError, match="SCT704"):
        sct.grad(f)(1.3)


# ---- containers that change, bound on one path: that is known of the variable, whatever became of what it holds

class Held:
    def __init__(self, a):
        self.a = a


def list_that_grew(x, n):
    if n:
        m = [x, 2.0 * x]
        m.append(x)
    return next(iter(reversed(m))) * x


def length_of_a_list_that_grew(x, n):
    if n:
        m = []
        m.append(x)
    return len(m) * x


def object_that_is_only_written_to(x, n):
    if n:
        held = Held(x)
    held.b = x
    return held.b * x


def dict_that_grew(x, n):
    if n:
        d = {"a": x}
        d["b"] = x
    return d["b"] * len(d) * x


def list_of_a_loop(x, n):
    while n:
        q = [x]
        q.append(x * n)
        n -= 1
    return len(q) * x


@pytest.mark.parametrize("fun", [list_that_grew, length_of_a_list_that_grew, object_that_is_only_written_to, dict_that_grew,
                                 list_of_a_loop])
def test_containers_that_change(fun):
    check(fun, 1.3, 1)
    for found in (sct.grad(fun), lambda x, n: sct.jvp(fun, (x, n), (1.0, None)), lambda x, n: sct.vjp(fun, x, n)[1](1.0),
                  lambda x, n: sct.hvp(fun, (x, n), (1.0, None))):
        with pytest.raises(UnboundLocalError):
            found(1.3, 0)


def entries_that_may_be_missing(x, n):
    d, items = {}, []
    if n:
        d["a"] = x
        items.append(x)
    d["b"] = x * 2.0
    items.append(x)
    return d["b"] * len(d) * sum(items)


def test_entries_that_may_be_missing():
    for n in (0, 1):
        check(entries_that_may_be_missing, 1.3, n)
