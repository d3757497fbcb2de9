"""Lists, dicts and objects under several names, in closures, containers, loops and calls: right under each, or refused."""

import functools
import itertools

import numpy as np
import pytest

import sct
from tests.oracle import differences, program, run, tried

A = np.array([0.5, -1.2, 2.0, 0.7])

PROGRAMS = []

CHANGED = ("AliasingError", "SCT602")
case = functools.partial(program, PROGRAMS)


@case(1.3)
def closure_captured_then_changed(x):
    xs = [x]
    def f():
        return sum(xs)

    xs.append(x * x)
    a = f()
    xs[0] = 3.0
    return a * f()


@case(1.3)
def default_arg(x):
    def f(v, acc=[]):
        acc.append(v)
        return sum(acc)

    a = f(x)
    b = f(x * x)
    return a * b


@case(1.3)
def partial_holds(x):
    xs = [x]

    def g(l, v):
        return l[0] * v + len(l)

    h = functools.partial(g, xs)
    xs[0] = x * x
    xs.append(1.0)
    return h(x)


@case(1.3)
def tuple_of_list_joined(x):
    xs = [x]
    t = (xs, 1.0) if x > 1 else (xs, 2.0)
    xs.append(x * x)
    return t[0][1] * t[1]


@case(A)
def tuple_carried(a):
    t = ([0.0], 1.0)
    for v in a:
        t[0][0] += v
        t = (t[0], t[1] * v)
    return t[0][0] * t[1]


@case(A)
def nested_carried(a):
    d = {"s": [0.0, 1.0], "n": 0}
    s = d["s"]
    for v in a:
        d["s"][0] += v * s[1]
        s[1] *= 1.1
        d["n"] += 1
    return d["s"][1] * s[0] * d["n"]


@case(A)
def replaced_inner(a):
    d = {"s": [1.0]}
    old = d["s"]
    for v in a:
        d["s"] = [d["s"][0] * v]
    old[0] = 7.0
    return d["s"][0]


@case(A)
def replaced_inner2(a):
    d = {"s": [1.0]}
    old = d["s"]
    for v in a:
        if v > 0:
            d["s"] = [d["s"][0] * v]
    d["s"][0] *= 2.0
    return old[0] * a[0]


@case(A)
def alias_in_loop(a):
    xs = [1.0]
    ys = [2.0]
    for v in a:
        ys = xs
        ys[0] = ys[0] * v
    return xs[0] + ys[0]


@case(A)
def alias_in_loop2(a):
    xs = [1.0]
    ys = [2.0]
    for v in a:
        ys[0] = ys[0] * v + xs[0]
        if v > 1:
            ys = xs
    return xs[0] + ys[0]


@case(A, refused=CHANGED)
def first_kept(a):
    first = None
    s = 0.0
    for v in a:
        row = [v]
        if first is None:
            first = row
        row[0] *= 2.0
        s += first[0]
    return s


@case(A)
def while_alias(a):
    xs = [0.0]
    k = 0
    ys = xs
    while k < len(a):
        ys[0] += a[k] ** 2
        k += 1
        ys = xs
    return ys[0]


@case(1.3, refused=CHANGED)
def try_changed(x):
    xs = [x]
    try:
        xs.append(x * x)
        y = 1.0 / xs[1]
    except ZeroDivisionError:
        y = 2.0
    return y * xs[1]


@case(1.3)
def ifexp(x):
    xs = [x]
    y = xs.pop() if x > 1 else 2.0
    return y + len(xs)


@case(1.3)
def boolop(x):
    xs = [x]
    ys = xs or [1.0]
    ys.append(x * x)
    return xs[1]


@case(1.3)
def shortc(x):
    xs = [x]
    if x > 0 and xs.pop() > 1.0:
        return x * x * (1 + len(xs))
    return x


@case(1.3)
def inplace_array_in_list(x):
    a = np.ones(3) * x
    xs = [a]
    xs[0] += x
    return (a * xs[0]).sum()


@case(A)
def array_two_names(a):
    b = a * 2.0
    xs = [b, b]
    xs[0][1] = 5.0 * a[0]
    return (xs[1] * b).sum()


@case(A)
def array_in_dict_loop(a):
    p = {"u": a * 1.0}
    for k in range(3):
        p["u"][1:-1] += 0.1 * (p["u"][2:] - p["u"][:-2])
    return (p["u"] ** 2).sum()


class Sim:
    def __init__(self, u):
        self.u = u
        self.t = 0.0

    def step(self, dt):
        self.u[1:-1] = self.u[1:-1] + dt * (self.u[2:] - 2 * self.u[1:-1] + self.u[:-2])
        self.t += dt


@case(A, 0.1)
def sim(a, dt):
    s = Sim(a.copy())
    for k in range(3):
        s.step(dt)
    return (s.u**2).sum() * s.t


@case(A, 0.1)
def sim2(a, dt):
    s = Sim(a)
    for k in range(3):
        s.step(dt)
    return (s.u**2).sum() * s.t


@case(A, 0.1)
def sim3(a, dt):
    s = Sim(a * 1.0)
    for k in range(3):
        s.u = s.u + dt * np.sin(s.u)
        s.t += dt
    return (s.u**2).sum() * s.t


def helper(xs, n):
    s = 0.0
    for k in range(n):
        s += xs[k % len(xs)]
    return s


@case(1.3)
def callee_reads(x):
    xs = [x, x * x]
    a = helper(xs, 5)
    xs[0] = a
    return helper(xs, 3)


def rec(xs, n):
    if n == 0:
        return sum(xs)
    xs.append(xs[-1] * 0.5)
    return rec(xs, n - 1)


@case(1.3, refused=CHANGED)
def recursive(x):
    return rec([x], 3)


def rec2(xs, n):
    if n == 0:
        return sum(xs)
    return rec2(xs + [xs[-1] * 0.5], n - 1)



def first(d):
    s = 0.0
    for k in range(3):
        s += k
    return d["a"]


@case(1.3)
def inner_given_back(x):
    d = {"a": [x]}
    l = first(d)
    l.append(x * x)
    return d["a"][1]


@case(1.3)
def star(x):
    def f(*args, **kw):
        args[0].append(kw["v"])
        kw["l"][0] = 3.0 * x
        kw["new"] = 1.0
        return len(kw)

    xs = [x]
    l = [x]
    kws = {"v": x * x, "l": l}
    n = f(xs, **kws)
    return xs[1] * l[0] * n * len(kws)


@case(1.3)
def unpack(x):
    rows = [[x], [x * x]]
    for (v,) in rows:
        pass
    a, b = rows
    a.append(v)
    (*r,) = rows
    r[0].append(2.0)
    r.append(3.0)
    return len(rows) * sum(rows[0])


@case(1.3)
def zipped(x):
    xs = [[x], [x * x]]
    ys = [1.0, 2.0]
    for r, y in zip(xs, ys):
        r[0] *= y
        ys[1] = 5.0 * x
    for k, r in enumerate(reversed(xs)):
        r.append(k)
    m = list(map(lambda r: r, xs))
    m[0][0] += 1.0
    f = [r for r in xs]
    f[1][0] *= 2
    s = sorted([3.0, 1.0])
    s.append(2.0)
    return xs[0][0] * xs[1][0] * xs[0][1] + s[2] * x


@case(1.3, refused=CHANGED)
def minmax(x):
    a = [x]
    b = [x * x]
    c = max(a, b, key=len)
    a.append(2.0 * x)
    return c[0] * len(c)


@case(1.3)
def retained_by_dict_values(x):
    a = [x]
    d = dict(l=a)
    e = dict([("q", a)])
    t = tuple([a])
    a.append(x * x)
    return d["l"][1] + e["q"][1] + t[0][1]


@case(1.3, refused=CHANGED)
def chain(x):
    a = [x]
    b = [x * x]
    c = itertools.chain(a, b)
    a[0] = 5.0 * x
    return sum(c)


@case(1.3)
def nonloc(x):
    xs = [x]

    def f():
        nonlocal xs
        xs = xs + [x * x]

    ys = xs
    f()
    ys.append(7.0)
    return sum(xs) * len(ys)


@case(1.3)
def walrus(x):
    if n := [x]:
        n.append(x * x)
    (m := n).append(1.0)
    return sum(n)


@case(1.3)
def cmp(x):
    a = [1, 2]
    a.append(3)
    return x if a == [1, 2, 3] else 2 * x


@case(A)
def enumerate_runtime(a):
    out = []
    for v in a:
        out.append(v)
    s = 0.0
    for i, v in enumerate(out):
        s += i * v
    for u, v in zip(out, a):
        s += u * v
    return s + sum(out[1:3]) + max(out)


@case(A)
def filled_then_changed_twice(a):
    out = []
    log = []
    for v in a:
        out.append(v)
        log.append(sum(out))
    return sum(log)


@case(A)
def filled_dict_lists(a):
    h = {"x": [], "y": []}
    for v in a:
        h["x"].append(v)
        h["y"].append(v * h["x"][0])
    return sum(h["y"]) * h["x"][-1]



@case(A)
def break_in_filled(a):
    out = []
    for v in a:
        out.append(v * v)
        if v > 1:
            break
    else:
        out.append(100.0)
    return sum(out) * len(out)


@case(A)
def return_in_loop(a):
    out = []
    for v in a:
        if v > 1.5:
            return sum(out) * v
        out.append(v * v)
    return sum(out)


@case(A)
def pop_in_loop(a):
    out = [v * v for v in a]
    s = 0.0
    for k in range(3):
        s = s * out.pop() + k
    return s + out[0]


@case(A)
def insert0(a):
    out = []
    for v in a:
        out.insert(0, v * v)
    return out[0] * 2 + out[-1]


@case(A)
def del_rt(a):
    out = [v for v in a]
    for k in range(2):
        del out[0]
    out.reverse()
    return out[0] * 3 + out[1]


@case([1.0, 2.0, 3.0])
def param_pop(xs):
    s = 1.0
    while xs:
        s *= xs.pop()
    return s


@case([[1.0, 2.0], [3.0, 4.0]])
def param_nested(xs):
    r = xs[0]
    return r[0] * xs[1][1]


@case([[1.0, 2.0], [3.0, 4.0]])
def param_nested2(xs):
    xs.append([5.0])
    r = xs[0]
    return r[0] * xs[1][1]


@case([[1.0, 2.0], [3.0, 4.0]])
def param_nested3(xs):
    xs[0].append(3.0)
    return sum(xs[0])


@case(({"a": [A, A * 2]},))
def param_deep(t):
    t[0]["a"].append(t[0]["a"][0] * 3.0)
    return sum(v.sum() * k for k, v in enumerate(t[0]["a"]))


@case(A)
def gen_over(a):
    out = []
    g = (v * 2 for v in out)
    out.append(a[0])
    return sum(g)


class Node:
    def __init__(self, v):
        self.v = v
        self.next = None


@case(1.3, refused=("UnsupportedTypeError", "SCT701"))
def linked(x):
    a = Node(x)
    b = Node(x * x)
    a.next = b
    b.next = None
    s = 0.0
    n = a
    while n is not None:
        s += n.v
        n = n.next
    a.next.v = 3.0 * x
    return s * b.v


class Cnt:
    items = []

    def add(self, v):
        self.items.append(v)


@case(1.3, refused=CHANGED)
def class_attr_list(x):
    c = Cnt()
    c.add(x)
    return x * x


class Bx:
    n = 0

    def __init__(self, v):
        self.v = v
        self.n += 1

    def __add__(self, o):
        return Bx(self.v + o.v)

    def __iadd__(self, o):
        self.v += o.v
        return self

    def __eq__(self, o):
        return False

    @classmethod
    def of(cls, v):
        return cls(v * 2)

    @staticmethod
    def tw(v):
        return v * 3


@case(1.3)
def ops(x):
    a = Bx(x)
    b = a + a
    c = Bx.of(x)
    return b.v * c.v * Bx.tw(x) * a.n


@case(1.3)
def iops(x):
    a = Bx(x)
    b = a
    a += Bx(x * x)
    return b.v


@case(1.3)
def delattr_(x):
    a = Bx(x)
    b = a
    a.w = [x]
    b.w.append(x * x)
    a.w[0] = 2.0
    return sum(b.w)


@case(A)
def obj_joined(a):
    s = Bx(1.0)
    for v in a:
        if v > 0:
            s = Bx(s.v * v)
        else:
            s.v = s.v + v
    return s.v


@case(A)
def obj_list_runtime(a):
    objs = []
    for v in a:
        objs.append(Bx(v))
    return sum(o.v for o in objs)


@case([1.3, 0.4])
def argument_list_again(xs):
    xs.append(xs[0] * xs[1])
    xs[0] = xs[2] * 3.0
    return xs[0] * xs[1] + len(xs)


@case(A)
def rt_items(a):
    xs = [v for v in a]
    for i in range(1, len(xs)):
        xs[i] = xs[i] * xs[i - 1] + a[i]
    return xs[-1] * xs[0] + sum(xs)


@case(A, 5)
def dp(a, n):
    xs = [0.0] * n
    xs[0] = a[0]
    for i in range(1, n):
        xs[i] = xs[i - 1] * 0.5 + a[i % 4]
        xs[i] += 1.0
        xs[-1] *= 2.0
    return xs[-1] * xs[2]


@case(A)
def swap(a):
    xs = a.tolist()
    for i in range(len(xs) - 1):
        if xs[i] > xs[i + 1]:
            xs[i], xs[i + 1] = xs[i + 1], xs[i]
    return xs[0] * 2 + xs[1] * 3 + xs[2] * 5 + xs[3] * 7


@case(A, 5)
def dpint(a, n):
    xs = [0] * n
    ys = xs
    for i in range(n):
        xs[i] = a[i % 4] * i
    return sum(ys) * ys[1]


@case(A, refused=CHANGED)
def enumerate_assign(a):
    xs = a.tolist()
    for i, v in enumerate(xs):
        xs[i] = v * v
    return sum(xs)



@case(A)
def star_display(a):
    out = []
    for v in a:
        out.append(v * v)
    ys = [1.0, *out, a[0]]
    return sum(ys) * ys[1] * len(ys)


@case(A)
def in_branch(a):
    xs = a.tolist()
    if a[0] > 0:
        xs[1] = a[2] * xs[0]
    else:
        xs.append(3.0)
    return sum(xs) * xs[1]


test_program = tried(run, PROGRAMS)


def _grows(a, b):
    a.append(b[0] * a[0])
    return sum(a) * b[0] + len(b)


def test_two_arguments_that_are_one():
    shared = [1.0, 2.0]
    gradient = sct.grad(_grows, argnums=(0, 1))
    for _ in range(2):
        with pytest.raises(sct.AliasingError) as error:
            gradient(shared, shared)
        assert error.value.code == "SCT607"
        assert gradient([1.0, 2.0], [3.0]) == ([12.0, 3.0], [9.0])
    assert shared == [1.0, 2.0]


def _grows_inside(d):
    d["a"].append(1.0)
    return sum(d["b"])


def test_one_list_twice_in_an_argument():
    gradient, shared = sct.grad(_grows_inside), [1.0]
    assert gradient({"a": [1.0], "b": [2.0]}) == {"a": [0.0], "b": [1.0]}
    with pytest.raises(sct.AliasingError, match="twice"):
        gradient({"a": shared, "b": shared})


class Holder:
    def __init__(self, w):
        self.w = w


def _assigns(m, n, x):
    m.w = m.w * x
    return n.w * m.w


def test_one_object_as_two_arguments():
    gradient, m = sct.grad(_assigns, argnums=2), Holder(2.0)
    assert gradient(m, Holder(3.0), 1.0) == 6.0
    with pytest.raises(sct.AliasingError, match="another argument"):
        gradient(m, m, 1.0)
    assert m.w == 2.0


def _everything(a):
    state, out = {"s": 1.0, "rows": []}, []
    holder = Holder(0.5)
    for v in a:
        out.append(v * state["s"])
        state["s"] = state["s"] * 0.5 + holder.w * v * v
        holder.w += v
    out[1] = out[0] * out[2]
    return sum(out) * state["s"] + holder.w * out.pop()


def test_other_modes():
    gradient = np.array([differences(_everything, (A,), {}, 0, (k,)) for k in range(len(A))])
    assert np.allclose(sct.grad(_everything)(A), gradient, rtol=1e-7)
    assert np.allclose(sct.jvp(_everything, (A,), (np.ones(4),))[1], gradient.sum(), rtol=1e-7)
    second = [differences(lambda a: sct.grad(_everything)(a)[1], (A,), {}, 0, (k,)) for k in range(len(A))]
    assert np.allclose(sct.hessian(_everything)(A)[1], second, rtol=1e-6)
