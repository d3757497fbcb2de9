"""Objects of the user's classes that hold arrays: special methods, copies, properties, class hierarchies, enumerations."""

import abc
import copy
import dataclasses
import enum
import functools

import numpy as np

import sct
from tests.oracle import X, in_other_modes, program, refusal, run, tried

PROGRAMS = []


def case(*args):
    return program(PROGRAMS, *args)


@dataclasses.dataclass
class State:
    u: float
    v: object

    def norm(self):
        return (self.v * self.v).sum()


@dataclasses.dataclass(frozen=True)
class Frozen:
    u: float
    v: object


class Vector:

    def __init__(self, a):
        self.a = a

    def __getitem__(self, i):
        return self.a[i]

    def __setitem__(self, i, v):
        self.a[i] = v

    def __len__(self):
        return len(self.a)

    def __iter__(self):
        return iter(self.a)

    def __contains__(self, x):
        return x in [1, 2]

    @property
    def first(self):
        return self.a[0]

    @first.setter
    def first(self, v):
        self.a[0] = v


class Shape(abc.ABC):

    @abc.abstractmethod
    def area(self):
        ...

    def twice(self):
        return 2 * self.area()

    @staticmethod
    def sq(x):
        return x * x

    @classmethod
    def unit(cls):
        return cls(1.0)


class Circle(Shape):

    def __init__(self, r):
        self.r = r

    def area(self):
        return 3.0 * self.sq(self.r)


class Ring(Circle):

    def __init__(self, r, h):
        super().__init__(r)
        self.h = h

    def area(self):
        return super().area() - 3.0 * self.h ** 2


class Slotted:
    __slots__ = ('a', 'b')

    def __init__(self, a):
        self.a = a
        self.b = a * 2

    def go(self):
        self.b[0] *= self.a[1]
        return self.b.sum()


class Cached:

    def __init__(self, a):
        self.a = a

    @functools.cached_property
    def sq(self):
        return (self.a ** 2).sum()


class Color(enum.Enum):
    RED = 1
    BLUE = 2


@case(X)
def replaced(a):
    t = State(a[0], a * 2)
    t2 = dataclasses.replace(t, u=a[1])
    return t2.u * t.norm()


@case(X)
def replaced_frozen(a):
    t = Frozen(a[0], a * 2)
    t2 = dataclasses.replace(t, u=a[1])
    t2.v[0] = 7.0
    return t2.u * t.v.sum()


@case(X)
def asdict(a):
    t = State(a[0], a * 2)
    d = dataclasses.asdict(t)
    d['v'][0] = 5.0
    return d['u'] * d['v'].sum() * t.v.sum()


@case(X)
def astuple(a):
    t = State(a[0], a * 2)
    u, v = dataclasses.astuple(t)
    v[0] = 5.0
    return u * v.sum() * t.v.sum()


@case(X)
def copies_of_an_array(a):
    b = a * 2
    c = copy.copy(b)
    c[0] = a[1] ** 2
    d = copy.deepcopy(b)
    d[1] *= a[0]
    return b.sum() * c.sum() * d.sum()


@case(X)
def copies_of_a_list(a):
    xs = [a * 2, a[0]]
    ys = copy.copy(xs)
    zs = copy.deepcopy(xs)
    ys[0][0] = 3.0
    ys[1] = a[2]
    zs[0][1] = a[3]
    return xs[0].sum() * ys[1] * zs[0].sum() * xs[1]


@case(X)
def copies_of_an_object(a):
    t = State(a[0], a * 2)
    s = copy.copy(t)
    r = copy.deepcopy(t)
    s.u = a[1]
    s.v[0] = a[2]
    r.v[1] *= 2
    return t.u * s.u * t.v.sum() * r.v.sum()


@case(X)
def deep_copy_of_a_dict(a):
    d = {'x': a * 2, 'y': [a[0], {'z': a * 3}]}
    e = copy.deepcopy(d)
    e['y'][1]['z'][0] = 0.0
    e['x'][0] = a[1]
    return sum(d['y'][1]['z']) * e['x'].sum() * e['y'][1]['z'].sum()


@case(X)
def object_like_an_array(a):
    v = Vector(a * 2)
    v[0] = a[1] ** 2
    v[1] += v[0]
    v.first *= 2
    v.first = v.first + a[3]
    s = 0.0
    for x in v:
        s += x * x
    return s * len(v) * (2.0 if 1 in v else 1.0)


@case(Vector(X.copy()), X)
def argument_like_an_array(v, x):
    v[0] = x[1] ** 2
    v[1] += v[0]
    v.first *= 2
    v.first = v.first + x[3]
    s = 0.0
    for q in v:
        s += q * q
    return s * len(v) * (2.0 if 1 in v else 1.0)


@case(X)
def abstract_classes(a):
    s = [Circle(a[0]), Ring(a[1], a[2])]
    return sum(x.twice() for x in s) * Circle.unit().area() * Ring.sq(a[3])


@case(X)
def object_with_slots(a):
    s = Slotted(a * 1.0)
    return s.go() * s.b[0]


@case(Slotted(X.copy()), X)
def argument_with_slots(s, a):
    s.b[0] = a[1]
    return s.go() * s.b[0]


@case(X)
def cached_property(a):
    c = Cached(a * 2)
    x = c.sq
    c.a[0] = 5.0
    return x * c.sq


@case(X, Color.RED)
def member_by_identity(a, c):
    return (a * a).sum() if c is Color.RED else a.sum()


@case(X, Color.BLUE)
def member_by_equality(a, c):
    return (a * a).sum() * c.value if c == Color.BLUE else a.sum()


@case(X)
def two_names(a):
    d = Vector(a * 1.0)
    e = d
    e[0] = 9.0
    return d.a.sum()


@case(X)
def class_in_a_variable(a):
    class_ = Slotted
    return class_(a * 1.0).go()


class Doubling:
    def __init__(self, a):
        self.a, self.n = a, 0.0

    def __enter__(self):
        self.a[0] *= 2
        self.n = 1.0
        return self

    def __exit__(self, *error):
        self.a[1] *= 3
        self.n += 1.0


@case(X)
def context_manager_that_writes(a):
    b = a * 2
    with Doubling(b) as c:
        b[2] *= c.a[0] * c.n
    return np.sum(b * b) * c.n


@case(X, 3)
def context_manager_left_by_return(a, n):
    b = a * 2
    for i in range(n):
        with Doubling(b):
            if b[0] > 5:
                break
            b[i] *= a[3]
    return np.sum(b)


test_gradient = tried(run, PROGRAMS)
test_other_modes = tried(in_other_modes, PROGRAMS)


def test_the_cached_value_is_not_kept_for_the_caller():
    def f(c, x):
        return c.sq * x
    given = Cached(X.copy())
    assert np.isclose(sct.grad(f, 1)(given, 2.0), np.sum(X**2)) and list(vars(given)) == ["a"]
    assert given.sq == np.sum(X**2)
    given.a = given.a * 2
    assert np.isclose(sct.grad(f, 1)(given, 2.0), np.sum(X**2))


class Counting:
    count = 0

    def __init__(self):
        type(self).count += 1


def test_counters_in_classes_are_refused():
    def f(x):
        Counting()
        return x * Counting.count
    assert refusal(f, 1.3).code == "SCT609" and Counting.count == 0


def test_context_manager_inside_of_a_try():
    def f(x):
        b = x * 2
        try:
            with Doubling(b):
                b[2] = np.linalg.norm(b)
        except ValueError:
            b[0] = x[1]
        return np.sum(b)
    assert refusal(f, X).code == "SCT713"


class OwnCopy:
    def __init__(self, a):
        self.a = a

    def __deepcopy__(self, memo):
        return OwnCopy(self.a)


def test_own_way_of_copying_is_refused():
    def f(x):
        return copy.deepcopy(OwnCopy(x)).a
    assert refusal(f, 1.3).code == "SCT201"


def test_arrays_that_may_be_one_object():
    def f(x):
        a = x * 2
        b = a if x[0] > 0 else x * 3
        c, d = copy.deepcopy([a, b])
        c[0] = 1.0
        return np.sum(c * d)
    assert refusal(f, X).code == "SCT602"


@dataclasses.dataclass
class Law:
    rate: float
    power: int = 2
    rest: object = None


@dataclasses.dataclass
class Medium:
    law: Law
    name: str = "air"


def decays(y, law, n):
    return y**law.power if n == 0 else decays(np.sin(y) * law.rate, law, n - 1) * law.rate


def marches(y, medium):
    for k in range(3):
        for _ in range(k):
            y = np.sin(y) * medium.law.rate
    return y


def chain(y, law):
    return y if law is None else law.rate * np.sin(chain(y, law.rest))


square_of_rate = sct.grad(lambda y, medium: y * y * medium.law.rate)


OBJECTS_IN_OBJECTS = [
    lambda y, medium: decays(y, medium.law, 3),
    lambda y, medium: marches(y, medium) * marches(2 * y, medium),
    lambda y, medium: chain(y, medium.law),
    lambda y, medium: square_of_rate(y, medium),
    lambda y, medium: sct.checkpoint(marches)(y, medium) * y,
]


def test_objects_in_objects_are_read_in_callees():
    for fun in OBJECTS_IN_OBJECTS:
        for law in (Law(0.7, 3), Law(0.9, 2, Law(1.3))):
            medium = Medium(law)
            expected = (fun(0.4 + 1e-6, medium) - fun(0.4 - 1e-6, medium)) / 2e-6
            for checkpoint in (None, "loops"):
                assert np.isclose(sct.grad(fun, checkpoint=checkpoint)(0.4, medium), expected)
            assert np.isclose(sct.jvp(fun, (0.4, medium), (1.0, None))[1], expected)


def through_all(y, laws):
    for law in laws:
        y = law.rate * np.sin(y) ** law.power
    return y


def through_all_by_number(y, laws):
    for k in range(len(laws)):
        y = laws[k].rate * np.sin(y) ** laws[k].power
    return y + laws[-1].rate * y


def test_lists_of_objects_that_are_not_differentiated():
    for fun in (through_all, through_all_by_number):
        gradient = sct.grad(fun)
        for laws in ([Law(0.7), Law(1.2, 3)], [Law(0.5)], [Law(0.9 + 0.01 * k, 1) for k in range(12)]):
            expected = (fun(0.4 + 1e-6, laws) - fun(0.4 - 1e-6, laws)) / 2e-6
            assert np.isclose(gradient(0.4, laws), expected)
            assert np.isclose(gradient(0.4, tuple(laws)), expected)
