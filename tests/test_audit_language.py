"""Corners of the language that are easy to get wrong without a sign of it: classes, attributes, managers, kinds of numbers."""

import contextlib
import enum
import math
import operator
from collections import namedtuple
from fractions import Fraction
from functools import partial

import numpy as np
import pytest

import sct
from tests.oracle import program, run, tried

PROGRAMS = []
A = np.array([0.5, -1.2, 2.0])
case = partial(program, PROGRAMS)


def refused(kind, code, *args):
    return program(PROGRAMS, *args, refused=(kind, code))


# ----------------------------------------------------------------------------------------------------- classes, attributes

class Plain:
    """Has one attribute of the class and one of the object."""

    shared = 2.0

    def __init__(self):
        self.own = 3.0


class Answering:
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return 4.0


plain, answering = Plain(), Answering()


@case(3.0)
def hasattr_asks_modules_classes_and_objects(x):
    y = x * x if hasattr(np, "sin") and hasattr(math, "cos") and not hasattr(math, "sine") else x
    y = y * x if hasattr(Plain, "shared") and not hasattr(Plain, "own") and hasattr(float, "__float__") else y
    y = y * x if hasattr(plain, "own") and hasattr(plain, "shared") and not hasattr(plain, "other") else y
    return y * x if hasattr(answering, "whatever") else y


@case(3.0, A)
def hasattr_never_asks_the_metaclass(x, a):
    y = x if hasattr(x, "__call__") or hasattr(x, "mro") or hasattr(x, "__name__") else x * x
    y = y if hasattr(a, "mro") or hasattr((x, x), "__name__") or hasattr([x], "shape") else y * x
    return y * a.sum() if hasattr(a, "shape") and not hasattr(x, "shape") and hasattr((x,), "index") else y


@case(3.0)
def hasattr_of_a_function(x):
    def double(y):
        return 2 * y
    return double(x) * x if hasattr(double, "__name__") and hasattr(double, "__call__") else x


@case(3.0)
def getattr_with_a_default(x):
    return x * getattr(plain, "own", 7.0) * getattr(plain, "other", x)


@case(3.0, A, (2.0, 1))
def dunder_class(x, a, t):
    y = x * x if x.__class__ is float and x.__class__ == float and x.__class__.__name__ == "float" else x
    y = y * x if a.__class__ is np.ndarray and t.__class__ is tuple and [x].__class__ is list else y
    return y * x if plain.__class__ is Plain and a[0].__class__ is np.float64 and (lambda z: z).__class__ is not float else y


def test_an_attribute_that_comes_and_goes():
    class Holder:
        pass

    holder = Holder()

    def f(x, h):
        return x * x if hasattr(holder, "square") or hasattr(h, "square") else 3.0 * x
    gradient = sct.grad(f)
    other = Holder()
    assert gradient(2.0, other) == 3.0
    holder.square = True
    assert gradient(2.0, other) == 4.0
    del holder.square
    assert gradient(2.0, other) == 3.0
    other.square = True
    assert gradient(2.0, other) == 4.0


# ------------------------------------------------------------------------------------------------------- context managers

class Swallowing:
    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return True


class SwallowingSome(Swallowing):
    def __exit__(self, kind, *rest):
        if kind is None:
            return None
        return issubclass(kind, ValueError)


class Passing(Swallowing):
    def __exit__(self, kind, value, traceback):
        if kind is not None:
            self.failed = True
            return False
        return None


swallowing, swallowing_some, passing = Swallowing(), SwallowingSome(), Passing()


@program(PROGRAMS, -2.0, refused=("UnsupportedTypeError", "SCT713"))
def swallowed(x):
    with swallowing:
        if x < 0:
            raise ValueError
        x = x * 2
    return x * 3


@program(PROGRAMS, -2.0, refused=("UnsupportedTypeError", "SCT713"))
def some_are_swallowed(x):
    with swallowing_some:
        x = x * math.log(x)
    return x * 3


@program(PROGRAMS, 2.0)
def let_through(x):
    with passing, np.errstate(all="ignore"):
        x = x * math.log(x)
    return x * 3


def suppressed(x):
    with contextlib.suppress(ValueError):
        x = x * math.log(x)
    return x * 3


def test_suppress_is_refused():
    with pytest.raises(sct.errors.SctError) as caught:
        sct.grad(suppressed)(2.0)
    assert [o.code for o in caught.value.obstacles] == ["SCT713"]


# -------------------------------------------------------------------------------------------------------- kinds of numbers

class Grade(enum.IntEnum):
    GOOD = 2


@case(3.0)
@case(np.float64(3.0))
@case(np.float32(3.0), rtol=1e-3)
def truth_values_and_enums_are_numbers(x):
    return x * True + x * (x is not None) * Grade.GOOD - isinstance(x, str) * x


@case(3.0)
@case(np.float64(3.0))
def only_a_truth_value(x):
    return x * True


@case(3.0)
def only_an_enum(x):
    return Grade.GOOD * x


@case(A)
def an_array_times_a_truth_value(x):
    return (x * True).sum()


@case(2.0, 1.5)
@case(2.0, -2.0)
@case(-2.0, 3.0, wrt=(0,))
def real_powers(x, y):
    return x ** y + (x * x) ** 0.25 + abs(x) ** 1.5 + (x ** 4 + 1) ** y


def fractional(x):
    return x ** 1.5


def fractional_part(x):
    return (x ** 1.5).imag


def kind_of_power(x):
    return x * x if isinstance(x ** 0.5, complex) else x


def chosen_power(x, y=0.5):
    return abs(pow(x, y))


def in_place(x):
    for _ in range(2):
        x **= 1.5
    return x


@pytest.mark.parametrize("f", [fractional, fractional_part, kind_of_power, chosen_power, in_place])
def test_a_complex_power_of_a_real_number_is_refused_when_it_occurs(f):
    gradient = sct.value_and_grad(f)
    with pytest.raises(TypeError, match="complex"):
        gradient(-2.0)
    value, slope = gradient(2.0)
    assert value == f(2.0)
    assert math.isclose(slope, (f(2.0 + 1e-6) - f(2.0 - 1e-6)) / 2e-6, rel_tol=1e-6)


def two_powers(x):
    return x ** 1.5 + x ** 0.5


def certain_powers(x, y):
    return (x * x + y * y) ** 0.5 + abs(x) ** 1.5 + x ** 3 + math.exp(x) ** y


def test_a_power_is_tested_once_and_only_where_it_may_be_complex():
    assert sct.source(two_powers, 2.0).count("if x < 0:") == 1
    assert "if" not in sct.source(certain_powers, 2.0, 3.0).split("# reverse sweep")[0]


@pytest.mark.parametrize(("f", "args"), [
    (lambda x: ((x, x) * x)[0], (3.0,)),
    (lambda x: sum([x, 2.0] * x), (3.0,)),
    (lambda x: ((x, x) / x)[0], (3.0,)),
    (lambda x: ((1.0, x) * np.float64(2)).sum(), (3.0,)),
    (lambda x, t: sum(t * x), (np.float64(3.0), (1.0, 2.0))),
    (lambda x: math.frexp(x) * x, (3.0,)),
])
def test_a_sequence_times_a_float_is_no_array(f, args):
    with pytest.raises(TypeError):
        f(*args)
    with pytest.raises(sct.errors.SctError) as caught:
        sct.grad(f)(*args)
    assert caught.value.code == "SCT708"


@case(np.array([3.0, 4.0]), (1.0, 2.0))
@case(np.float64(3.0), (1.0, 2.0))
def a_tuple_and_numpy_numbers(x, t):
    y = t + x if x.ndim == 0 else t * x
    return (y / x - t).sum()


@case(2.0, 3)
@case(2.0, 0)
@case(2.0, np.int64(3))
@case(2.0, True)
@case(2.0, False)
def a_repeated_list(x, n):
    return sum([x, 1.0] * n) * x


@pytest.mark.parametrize(("argument", "expected"), [
    ([2.0, 3], [3.0, 0]), ((2.0, 3), (3.0, 0)), ((2.0, np.int32(3), None), (3.0, np.int32(0), None)),
    ([2, 3], [0, 0]), ((2, 3), (0, 0)), ((2.0, 3, [1, 2], {"a": (1, "s")}), (3.0, 0, [0, 0], {"a": (0, None)})),
])
def test_integers_in_containers_have_zero_gradients(argument, expected):
    found = sct.grad(lambda t: t[0] * t[1] * 1.0, allow_int=True)(argument)
    assert found == expected
    assert type(found) is type(expected)
    assert list(map(type, found)) == list(map(type, expected))


def test_an_integer_array_in_a_tuple_has_a_zero_gradient():
    found = sct.grad(lambda t: t[0] * t[1].sum(), allow_int=True)((2.0, np.arange(3)))
    assert found[0] == 3.0
    assert found[1].tolist() == [0, 0, 0]
    assert found[1].dtype == np.arange(3).dtype


# --------------------------------------------------------------------------------------------------------------- sequences

@case(2.0, range(2, 5))
@case(0.7, range(5, 1, -1))
@case(0.7, range(1, 9, 3))
def a_range_is_an_argument(x, idx):
    s = x
    for i in idx:
        s = s * x + s * s * i * 0.01
    for k, i in enumerate(reversed(idx)):
        s = s * x + i * k
    return s * len(idx) + idx[0] * x + idx[-1] * sum(idx) * x + (3 in idx) * x


SOME = range(1, 4)


@case(0.7, (range(3), 2.0))
def a_range_is_global_or_in_a_tuple(x, t):
    s = x * t[1]
    for i in SOME:
        s = s * x + i
    for i in t[0]:
        s = s * x * (i + 1)
    return s * len(SOME) * SOME[1]


def test_a_range_is_printed_as_it_is():
    def f(x, idx):
        s = x
        for i in idx:
            s = s * s * i
        return s * len(idx)
    text = sct.source(f, 2.0, range(3))
    assert "for i in idx:" in text
    assert "for i in reversed(idx):" in text
    assert "len(idx)" in text


@case(A)
@case(A[:1])
@case([0.5, -1.2, 2.0])
@case(np.arange(6.0).reshape(3, 2))
def starred_unpacking(a):
    h, *t = a
    s = h * h
    for k, v in enumerate(t):
        s = s + v * v * (k + 2)
    return np.sum(s) * 1.0


@case(A)
@case(np.arange(5.0))
def starred_in_the_middle(a):
    h, *t, z = a
    return h * z + sum(t) * 3.0 + len(t)


def test_too_few_items_for_starred_unpacking():
    with pytest.raises(ValueError, match="not enough values to unpack"):
        sct.grad(starred_in_the_middle)(A[:1])


@case(np.float64(2.0))
@case(np.float32(2.0), rtol=1e-3)
def numpy_scalars_are_indexed_and_copied(x):
    return x[()] * x[...] * x[None].sum() * x.copy() * x.flatten()[0]


@case(3.0)
def a_zip_of_a_range_and_tuples(x):
    s = 0.0
    for i, (p, q) in zip(range(9), [(x, 1), (2, x)]):
        s = s + p * q * (i + 1)
    for (p, q), i in zip([(x, 1), (2, x)], range(1)):
        s = s + p * q * (i + 1)
    return s


T3 = np.sin(np.arange(24.0)).reshape(2, 3, 4)


@case(T3)
def joined_rows_of_an_array(x):
    y = np.concatenate(x, axis=1) + np.hstack(x) * np.concatenate(x, -1)
    z = np.concatenate(x) * np.vstack(x)
    return np.sum(y * y) + np.sum(z * np.vstack(x[0]).sum()) + np.sum(np.concatenate(x, axis=None) ** 2)


@case(2.0)
def a_dict_with_the_items_of_others(x):
    d = {"a": x, "b": 1.0}
    e = {**d, "b": 2 * x, **{"c": x * x}}
    return e["a"] * e["b"] * e["c"] * len(e) * {"b": 5.0, **e}["b"] * {**e, "b": 5.0}["b"]


# ---------------------------------------------------------------------------------------------------- values that NumPy reads

@case(T3[0])
def weights_are_written_out(x):
    y = np.average(x, axis=0, weights=[1.0, 2.0, 3.0]) + np.average(x, axis=0, weights=[1, 0, 3])
    return np.sum(y * y) + np.sum(np.average(x, 1, (0.0, 1.0, 2.0, x[0, 0])) ** 2) + np.average(x[0], weights=[0, 1, 1, 3])


WORD = "hello"


@case(2.0, "world")
def text_is_searched(x, s):
    return x * WORD.index("l") + x * x * s.index("d")


@case(np.sin(np.arange(1.0, 13.0) ** 2).reshape(3, 4), 1)
def the_order_of_a_norm_is_an_argument(x, order):
    return np.linalg.norm(x, order) * np.linalg.norm(x, ord=WAY)


WAY = "nuc"


@case(2.0, T3)
def limits_and_sizes(x, a):
    tiny = np.finfo(float).eps + np.finfo(x.dtype if hasattr(x, "dtype") else float).tiny
    return x * tiny + a.sum() * a.nbytes * a.itemsize * a[0, 0, 0].nbytes / np.iinfo(np.int32).max


# ------------------------------------------------------------------------------------------- operators of the user's classes

class Operand:
    def __init__(self, k):
        self.k = k

    def __neg__(self):
        return 2.0 * self.k

    def __mul__(self, other):
        return other * 5.0

    def __rmul__(self, other):
        return other * other * self.k

    def __add__(self, other):
        return NotImplemented

    def __radd__(self, other):
        return other * self.k + 1.0


class Derived(Operand):
    def __rmul__(self, other):
        return 7.0


class Pair(namedtuple("Pair", "a b")):
    def __add__(self, other):
        return Pair(self.a * other.a, self.b - other.b)


operand = Operand(3.0)


@case(2.0)
def operators_of_a_global_object(x):
    return x * (-operand) + x * operand + operand * x + (x + operand)


@case(2.0, Operand(1.5))
def operators_of_an_argument(x, p):
    return x * (-p) + x * p + p * x + operator.mul(p, x)


@case(2.0, Operand(1.5), Derived(1.5))
def a_derived_class_goes_first(x, p, d):
    return x * (p * d)


@case(2.0, Pair(3.0, 4.0))
def operators_of_a_named_tuple(x, p):
    q = p + Pair(x, x * x)
    return q.a * q.b * len(q)


@case(2.0)
def a_fraction(x):
    return x * THIRD


THIRD = Fraction(1, 3)


@program(PROGRAMS, 2.0, refused=("UnsupportedTypeError", "SCT709"))
def not_implemented(x):
    return x * (operand + operand)


@program(PROGRAMS, A, refused=("UnsupportedTypeError", "SCT708"))
def arrays_ask_numpy(x):
    return (x * operand).sum()


# ------------------------------------------------------------------------------------------------------- all the programs

test_program = tried(run, PROGRAMS)
