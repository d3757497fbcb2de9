"""Sets of integers and strings that are known before the function runs; others are refused."""

import math

import pytest

import sct
from tests.oracle import X, in_other_modes, program, refusal, run, tried

PROGRAMS = []


def case(*args):
    return program(PROGRAMS, *args)


@case(X)
def items_seen_before(a):
    seen = set()
    s = 0.0
    for i in [0, 1, 1, 3]:
        if i in seen:
            continue
        seen.add(i)
        s += a[i] ** 2
    return s * len(seen)


@case(X)
def loop_over_a_literal(a):
    s = 0.0
    for i in {0, 2}:
        s += a[i] ** 2
    return s


@case(X, {0, 2})
def set_that_is_an_argument(a, ks):
    s = 0.0
    for i in range(4):
        if i in ks:
            s += a[i] ** 2
    return s * len(ks)


@case(X, {'sin'})
def options(a, o):
    s = a.sum()
    if 'sin' in o:
        s = math.sin(s)
    if 'cos' in o:
        s = math.cos(s)
    return s


@case(X, frozenset({1, 2}))
def frozen_set(a, o):
    return sum(a[i] ** 2 for i in sorted(o))


@case(X)
def strings_in_order(a):
    s = 0.0
    for n in sorted({'b', 'a'}):
        s += a[0] if n == 'a' else a[1] ** 2
    return s


@case(X)
def operators_and_methods(a):
    u = {0, 1} | {2}
    v = u - {1}
    u.discard(5)
    u.remove(2)
    w = v & {0, 2, 3}
    return sum(a[i] for i in sorted(u)) * len(w) + (a[3] if v <= w else a[2])


@case(X)
def changes(a):
    u = set()
    u.update([0, 1])
    u.update({3})
    v = u.copy()
    v.pop if False else 0
    u.clear()
    return sum(a[i] for i in sorted(v)) + len(u)


@case(X)
def comprehension(a):
    u = {i % 3 for i in range(4)}
    return sum(a[i] for i in sorted(u)) * len(u)


@case(X)
def two_names(a):
    u = {0}
    v = u
    v.add(1)
    return a[0] * len(u)


@case(X)
def distinct_numbers(a):
    xs = [1, 3, 1, 2]
    return a[0] * len(set(xs))


@case(X)
def changed_in_place(a):
    u = {0, 1}
    v = u
    u |= {2}
    v -= {0}
    return sum(a[i] for i in sorted(u)) * len(v)


@case(X, {0, 1})
def argument_that_changes(a, ks):
    ks.add(3)
    ks.discard(0)
    return sum(a[i] for i in sorted(ks))


test_gradient = tried(run, PROGRAMS)
test_other_modes = tried(in_other_modes, PROGRAMS)


def test_another_set_is_another_specialisation():
    def f(x, ks):
        return x * x if 1 in ks else x
    gradient = sct.grad(f)
    assert [gradient(3.0, ks) for ks in ({1}, {2}, {2, 1}, frozenset({1}))] == [6.0, 1.0, 6.0, 6.0]


def test_the_order_of_strings_is_not_used():
    def f(x):
        s = 0.0
        for k in {"a", "b"}:
            s = s * 0.5 + (x if k == "a" else x * x)
        return s
    assert refusal(f, 1.3).code == "SCT711"


def test_the_order_behind_a_removal_is_not_used():
    def f(x):
        s, u = x, {0, 1, 2}
        u.remove(1)
        for k in u:
            s = s * 0.5 + k * x
        return s
    assert refusal(f, 1.3).code == "SCT711"


def test_items_that_only_run_time_knows():
    def f(x, n):
        seen = set()
        for i in range(n):
            seen.add(i % 3)
        return x * len(seen)
    assert refusal(f, 1.3, 5).code == "SCT110"


def test_missing_item():
    def f(x):
        u = {1}
        u.remove(2)
        return x * len(u)
    with pytest.raises(KeyError):
        sct.grad(f)(1.0)


class Chosen:
    def __init__(self, *names):
        self.names, self.weight = set(names), 2.0


def test_a_set_of_an_object_that_is_an_argument():
    def f(x, chosen):
        return x * x * chosen.weight if "a" in chosen.names else x

    gradient, chosen = sct.grad(f), Chosen("a", "bc")
    assert gradient(1.5, chosen) == 6.0
    chosen.names.discard("a")  # what it holds is asked at each call
    assert gradient(1.5, chosen) == 1.0
    chosen.names = {"a"}
    assert gradient(1.5, chosen) == 6.0


def test_such_a_set_may_not_change():
    def added(x, chosen):
        chosen.names.add("z")
        return x * len(chosen.names)

    def removed(x, chosen):
        names = chosen.names
        names.discard("a")
        return x * (3.0 if "a" in chosen.names else 5.0)

    def joined(x, chosen):
        names = chosen.names
        names |= {"q"}
        return x * (3.0 if "q" in chosen.names else 5.0)

    for f in (added, removed, joined):
        chosen = Chosen("a")
        with pytest.raises(sct.SctError):
            sct.grad(f)(1.0, chosen)
        assert chosen.names == {"a"}
