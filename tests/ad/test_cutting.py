"""What is saved and what is computed again: the cheapest of all choices, and how it shows in generated code."""

import itertools
import math
import random

import numpy as np
import pytest

import sct
from sct.ad.cutting import cheapest_saves


def total_cost(saved, wanted, saving, repeating):
    """What it costs to provide what is wanted, counted from the definition."""
    cost, met, queue = 0.0, set(), list(wanted)
    while queue:
        v = queue.pop()
        if v in met:
            continue
        met.add(v)
        if v in saved:
            cost += saving[v]
        elif v not in repeating:
            return math.inf
        else:
            cost += repeating[v][0]
            queue += repeating[v][1]
    return cost


@pytest.mark.parametrize("start", range(0, 600, 100))
def test_no_choice_is_cheaper(start):
    for seed in range(start, start + 100):
        rng = random.Random(seed)
        count = rng.randint(2, 8)
        saving = {v: rng.choice([1, 2, 3, 3, 8, math.inf]) for v in range(count)}
        repeating = {v: (rng.choice([0, 1, 1, 2]), rng.sample(range(v), rng.randint(0, min(v, 3))))
                     for v in range(1, count) if rng.random() < 0.75}
        saving.update({v: 3 for v in saving if v not in repeating and saving[v] == math.inf})
        wanted = sorted(rng.sample(range(count), rng.randint(1, count)))
        found = total_cost(cheapest_saves(wanted, saving.__getitem__, repeating.get), wanted, saving, repeating)
        choices = (c for k in range(count + 1) for c in itertools.combinations(range(count), k))
        assert found == min(total_cost(set(c), wanted, saving, repeating) for c in choices), seed


def test_a_long_chain_is_no_recursion():
    again = {v: (1.0, [v - 1]) for v in range(1, 20_000)}
    assert cheapest_saves([19_998, 19_999], lambda v: 3.0, again.get) == {19_998}


def saves(fun, *args):
    text = sct.source(sct.grad(fun), *args)
    return [line.strip() for line in text.splitlines() if ".append(" in line]


def test_what_two_need_is_saved_once():
    def orbit(x, n):
        for _ in range(n):
            x = 3.2 * x * (1.0 - x)
        return x
    assert saves(orbit, 0.3, 20) == ["saved_x.append(x)"]
    h = 1e-6
    slope = (orbit(0.3 + h, 20) - orbit(0.3 - h, 20)) / (2 * h)
    assert sct.grad(orbit)(0.3, 20) == pytest.approx(slope, rel=1e-5)


def test_what_no_formula_reads_is_saved_where_that_saves_more():
    def run(x, a, b):
        x = x.copy()
        s = 0.0
        for k in range(len(x) - 1):
            t = x[k] + x[k + 1]
            s += math.sin(t * a) * math.cos(t * b)
            x[k + 1] = s
        return s
    x = np.array([0.3, 0.5, -0.2, 0.9])
    (line,) = saves(run, x, 0.4, 0.7)
    assert line.startswith("saved.append((t, ") and "product" not in line
    grad = sct.grad(run)(x, 0.4, 0.7)
    for k in range(len(x)):
        step = 1e-6 * np.eye(len(x))[k]
        assert grad[k] == pytest.approx((run(x + step, 0.4, 0.7) - run(x - step, 0.4, 0.7)) / 2e-6, rel=1e-7, abs=1e-9)


def test_a_value_that_takes_many_operations_is_saved():
    def run(x, n):
        s = 0.0
        for k in range(n):
            x = math.sin(x)
            s += math.exp(((x * 2.0 + 1.0) * x - 3.0) * x + 0.5 / (1.0 + x))
        return s
    (line,) = saves(run, 0.3, 5)
    assert "math.exp(" in line
    slope = (run(0.3 + 1e-6, 5) - run(0.3 - 1e-6, 5)) / 2e-6
    assert sct.grad(run)(0.3, 5) == pytest.approx(slope, rel=1e-6)
