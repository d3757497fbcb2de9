"""``collections.deque`` in all modes, or refused by name."""

import collections
from collections import deque
from functools import partial

import numpy as np
import pytest

import sct
from tests.oracle import X, accepted, in_other_modes, program, run, tried

PROGRAMS = []
case = partial(program, PROGRAMS)


@case(X)
def moving_average(a):
    window, out = deque(maxlen=2), []
    for v in a:
        window.append(v * v)
        out.append(sum(window) / len(window))
    return sum(o * o for o in out)


@case(X)
def running_sum(a):
    q = deque()
    s = t = 0.0
    for i in range(8):
        q.append(a[i % 4] ** 2)
        s += q[-1]
        if len(q) > 3:
            s -= q.popleft()
        t += s * s
    return t


@case(X)
def from_items(a):
    q = deque(a, 3)
    q.appendleft(a[0] * a[3])
    q.append(2.0)
    return q[0] * q[1] + q[2] * len(q)


@case(X)
def rotated(a):
    q = deque(v * v for v in a)
    for i in range(3):
        q.rotate(1)
        q[0] += q[-1] * a[i]
    q.rotate(-2)
    return q[0] * q[1] + q.pop()


@case(X)
def both_ends(a):
    q = deque()
    for i in range(4):
        if a[i] > 0:
            q.appendleft(a[i])
        else:
            q.append(a[i] ** 2)
    s = 0.0
    while q:
        s = s * 0.5 + q.popleft()
        if q:
            s *= q.pop()
    return s


@case(X)
def extended(a):
    q = deque([1.0])
    q.extend(a)
    q.extendleft([a[0], a[1]])
    q.reverse()
    return sum(v * (i + 1) for i, v in enumerate(q))


@case(X)
def of_tuples(a):
    q = deque([(0, a[0])])
    s = 0.0
    while q:
        n, v = q.popleft()
        if n < 3:
            q.append((n + 1, v * a[n]))
            q.append((n + 2, v + a[1]))
        else:
            s += v * v
    return s


@case(X)
def passed_on(a):
    def push(q, v):
        q.append(v)
        return q[0]
    q = collections.deque(maxlen=3)
    s = 0.0
    for v in a:
        s += push(q, v) * v
    return s * q[1]


@case(X)
def swapped(a):
    now, later = deque([a[0]]), deque()
    s = 0.0
    for i in range(3):
        while now:
            v = now.popleft()
            s += v * v
            later.append(v * a[i])
            if i == 1:
                later.append(v)
        now, later = later, now
    return s


@case(X)
def arrays(a):
    hist = deque(maxlen=2)
    x = a * 1.0
    for i in range(4):
        hist.append(x)
        x = 0.5 * hist[0] + np.sin(hist[-1])
    return (x * x).sum()


@case(X)
def members(a):
    q = deque(["a", "b"])
    s = 0.0
    for i, v in enumerate(a):
        q.append(f"n{i}")
        if q.popleft() in ("a", "n0"):
            s += v * v
    return s


@case(X)
def copied(a):
    q = deque(a, maxlen=4)
    p = q.copy()
    p.append(1.0)
    q.clear()
    q.append(a[1])
    return sum(p) * q[0] * (q.maxlen or 1)


@case(X, refused=("AliasingError", "SCT602"))
def two_limits(a):
    p, q = deque(maxlen=2), deque(maxlen=3)
    c = p if a[0] > 0 else q
    c.append(a[0])
    return c[0]


@case(X)
def held(a):
    qs = [deque(maxlen=2) for _ in range(3)]
    for i in range(3):
        qs[i].append(a[i])
    return qs[0][0]


@case(X, refused=("UnsupportedTypeError", "SCT702"))
def returned(a):
    return deque(a)


@case(X)
def of_its_class(a):
    q = deque(a)
    return q[0] * (2.0 if isinstance(q, list) else 3.0 if isinstance(q, deque) else 1.0)


@case(X)
def breadth_first(a):
    edges = {0: [1, 2], 1: [3], 2: [3], 3: []}
    dist = {0: a[0]}
    q = deque([0])
    while q:
        n = q.popleft()
        for m in edges[n]:
            if m not in dist:
                dist[m] = dist[n] * a[m] + 1.0
                q.append(m)
    return sum(dist.values())


test_program = tried(run, PROGRAMS)
test_other_modes = tried(in_other_modes, accepted(PROGRAMS))


def test_what_raises():
    def empty(a):
        q = deque([a[0]])
        for _ in range(2):
            q.popleft()
        return a[0]

    def sliced(a):
        q = deque(a)
        return sum(q[1:])
    for fun, error in ((empty, IndexError), (sliced, TypeError)):
        with pytest.raises(error):
            fun(X)
        with pytest.raises(error):
            sct.grad(fun)(X)
