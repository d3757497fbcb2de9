"""Lists of objects, one for each row of an argument: as many as there are in this call, and others for another length."""

import math
from dataclasses import dataclass, field

import numpy as np
import pytest

import sct
from tests.oracle import check

X = np.array([[0.5, -0.25], [1.5, 0.75], [-0.5, 1.25]])
V = np.array([[0.1, 0.2], [-0.3, 0.4], [0.5, -0.6]])


@dataclass
class Body:
    place: np.ndarray
    speed: np.ndarray
    mass: float = 1.0
    seen: list = field(default_factory=list)

    def move(self, dt):
        self.place = self.place + dt * self.speed
        self.seen.append(self.place[0])

    @property
    def energy(self):
        return 0.5 * self.mass * self.speed @ self.speed


def bodies_that_attract(x, v):
    bodies = [Body(p, s, 1.0 + 0.5 * k) for k, (p, s) in enumerate(zip(x, v))]
    for _ in range(3):
        for b in bodies:
            for other in bodies:
                if other is not b:
                    d = other.place - b.place
                    b.speed = b.speed + 0.1 * other.mass * d / (d @ d + 0.1) ** 1.5
        for b in bodies:
            b.move(0.1)
    return sum(b.energy for b in bodies) + sum(s for b in bodies for s in b.seen)


def backwards(x, v):
    bodies = []
    for k in range(len(x) - 1, -1, -1):
        bodies.append(Body(x[k], v[k - 1]))
    bodies[0].mass = x[0, 0]
    return bodies[0].energy * bodies[-1].place[0] + bodies[1].energy


def every_other_one(x, v):
    bodies = {}
    for k in range(0, x.shape[0], 2):
        bodies[k] = Body(x[k], v[k])
    return sum((b.place[0] * b.energy for b in bodies.values()), 0.0)


class Node:
    def __init__(self, value, parent=None):
        self.value, self.parent, self.total = value, parent, 0.0


def sums_in_a_tree(x, v):
    nodes = []
    for k, row in enumerate(x):
        nodes.append(Node(math.sin(row[0]), nodes[(k - 1) // 2] if k else None))
    for k in range(len(nodes)):
        node = nodes[len(nodes) - 1 - k]
        node.total += node.value
        if node.parent is not None:
            node.parent.total += node.total ** 2
    return nodes[0].total * v[0, 0]


def pairs_by_number(x, v):
    bodies = [Body(p, s) for p, s in zip(x, v)]
    for i in range(len(x)):
        for j in range(i + 1, len(x)):
            d = bodies[i].place - bodies[j].place
            bodies[i].speed = bodies[i].speed - d / (d @ d + 0.1)
            bodies[j].speed = bodies[j].speed + d / (d @ d + 0.1)
    return sum(b.energy for b in bodies)


@pytest.mark.parametrize("fun", [bodies_that_attract, backwards, every_other_one, sums_in_a_tree, pairs_by_number])
@pytest.mark.parametrize("n", [2, 3])
def test_objects_for_rows(fun, n):
    check(fun, X[:n].copy(), V[:n].copy())


def test_another_length_is_another_specialisation():
    gradient = sct.grad(bodies_that_attract)
    for n in (3, 2, 3, 1):
        x, v, h = X[:n].copy(), V[:n].copy(), 1e-6
        found = gradient(x, v)
        for at in np.ndindex(x.shape):
            up, down = x.copy(), x.copy()
            up[at] += h
            down[at] -= h
            slope = (bodies_that_attract(up, v) - bodies_that_attract(down, v)) / (2 * h)
            assert math.isclose(found[at], slope, rel_tol=1e-6, abs_tol=1e-8)


def of_an_integer(x, n):
    return sum(b.place * b.mass for b in [Body(x * k, x, mass=k + x) for k in range(1, n)])


@pytest.mark.parametrize("n", [2, 5])
def test_as_many_as_an_integer_says(n):
    check(of_an_integer, 0.75, n)


def test_more_than_are_unrolled_are_refused():
    with pytest.raises(sct.errors.SctError, match="at most 32 times") as refused:
        sct.grad(bodies_that_attract)(np.ones((33, 2)), np.ones((33, 2)))
    assert refused.value.code == "SCT701"


def by_a_limit_of_its_own(x, v):
    bodies = []
    while len(bodies) < x[0, 0]:
        bodies.append(Body(x[0], v[0]))
    return sum(b.energy for b in bodies)


def test_what_only_run_time_knows_is_refused():
    with pytest.raises(sct.errors.SctError) as refused:
        sct.grad(by_a_limit_of_its_own)(X.copy(), V.copy())
    assert refused.value.code in ("SCT701", "SCT712") and refused.value.hint


def rows_of_lists(x, v):
    rows = []
    for k in range(len(x)):
        rows.append([Body(x[k], v[j]) for j in range(k + 1)])
    total = 0.0
    for row in rows:
        for b in row:
            b.move(0.1)
            total += b.energy * b.place[1]
    return total


def until_it_is_fast(x, v):
    bodies = [Body(p, s) for p, s in zip(x, v)]
    n = 0
    while max(b.energy for b in bodies) < 3.0 and n < 20:
        for b in bodies:
            b.speed = b.speed * 1.2 + b.place * 0.1
        n += 1
    return bodies[0].energy + n * bodies[-1].speed[0]


@pytest.mark.parametrize("fun", [bodies_that_attract, sums_in_a_tree, pairs_by_number, rows_of_lists, until_it_is_fast])
def test_in_a_function_that_is_called(fun):
    """Where the loop is in a callee, that becomes part of its caller: in all modes, and for the second derivative."""
    x, h, d = X.copy(), 1e-5, np.ones_like(X)
    slope = (fun(x + h * d, V) - fun(x - h * d, V)) / (2 * h)
    assert math.isclose(sct.jvp(lambda z: fun(z, V), (x,), (d,))[1], slope, rel_tol=1e-6)
    gradient = sct.grad(lambda z: 2.0 * fun(z, V))
    assert math.isclose(np.sum(gradient(x)), 2 * slope, rel_tol=1e-6)
    curved = (gradient(x + h * d) - gradient(x - h * d)) / (2 * h)
    np.testing.assert_allclose(sct.hvp(lambda z: 2.0 * fun(z, V), (x,), (d,)), curved, rtol=1e-4, atol=1e-6)
