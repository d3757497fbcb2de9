"""One program for each construct of the language: value and gradient right, arguments untouched, or refused by name."""

import functools
import math
import operator
from functools import partial

import numpy as np

from tests.oracle import program, run, tried

A = np.array([0.5, -1.2, 2.0, 0.7])
M = np.arange(12.0).reshape(3, 4) / 7 - 0.6
SCALE = 1.7
COEFFICIENTS = (0.3, -0.2, 1.1)
PROGRAMS = []
case = functools.partial(program, PROGRAMS)


# ------------------------------------------------------------------------------------------------------------- arithmetic


@case(1.3, 0.7)
def arithmetic(x, y):
    return -x * y + x / y - (+x) + x**3 * 2**y - x**-2 + y**0.5


@case(7.3, 2.1)
def floor_division_and_remainder(x, y):
    return (x // y) * x + x % y * 3.0


@case(-7.3, 2.1)
def negative_remainder(x, y):
    return x % y + x // y


@case(7.3, 2.1)
def quotient_and_remainder(x, y):
    q, r = divmod(x, y)
    return q * y * x + r * r


@case(1.3, 0.7)
def power_of_variables(x, y):
    return x**y + pow(y, x)


@case(2.5)
def integer_powers(x):
    return x**0 + x**1 + x**2 + x**-1 + x**7


@case(0.8)
def math_functions(x):
    return (
        math.sin(x) * math.cos(x)
        + math.exp(math.tanh(x))
        - math.log(x)
        + math.sqrt(x)
        + math.atan2(x, 2.0)
        + math.hypot(x, 1.0)
    )


@case(1.4, 0.3)
def chained_comparison(x, y):
    return x * y if 0 < y < x < 2 else x + y


@case(1.4, 2.3)
def chained_comparison_false(x, y):
    return x * y if 0 < y < x < 2 else x + 3 * y


@case(1.4, 0.3)
def boolean_operators(x, y):
    if x > 1 and not y > 1 or y < 0:
        return x * x * y
    return x


@case(1.4, 0.3)
def boolean_values(x, y):
    z = x and y
    w = 0.0 or x
    return z * w + (y or x)


@case(0.0, 0.3, wrt=(1,))
def boolean_values_at_zero(x, y):
    return (x or y) * y


@case(1.4)
def short_circuit(x):
    return x if x > 1 or 1 / (x - x) > x else -x


@case(1.4, 0.3)
def conditional_expression(x, y):
    return (x if x > y else y) * (3 * y if y > 1 else x)


@case(1.4, expected=1.0)
@case(2.4)
def conditional_guards_a_singularity(x):
    y = x - 1.4
    return x if y == 0 else x / y


@case(1.3)
def walrus(x):
    if (y := x * x) > 1:
        return y * 3 + (z := y + x) * z
    return x


@case(1.3, 0.4)
def unpacking(x, y):
    a, b = x * y, x + y
    a, b = b, a
    (c, d), e = (a * b, b), a
    return a / b + c * d - e


@case(1.3, 0.4)
def starred_unpacking(x, y):
    first, *rest, last = x, y, x * y, x - y
    return first * rest[0] + rest[1] ** 2 * last


@case(A)
def unpack_an_array(a):
    p, q, r, s = a
    first, *others = a
    return p * q + r / s + first * others[2]


@case(1.3, 0.4)
def chained_assignment(x, y):
    a = b = x * y
    a = a + b
    return a * b


@case(1.3, 0.4)
def augmented_assignment(x, y):
    z = x
    z += y
    z *= x
    z -= y * y
    z /= x + y
    z **= 2
    z %= 5.0
    z //= 0.7
    return z * x


@case(1.3, 0.4)
def simultaneous_rotation(x, y):
    for _ in range(4):
        x, y = x * 0.6 - y * 0.8, x * 0.8 + y * 0.6 * x
    return x + 2 * y


@case(1.3, 0.4)
def annotated(x: float, y: "float") -> float:
    """A docstring."""
    z: float = x * y
    unused: int
    "another string"
    pass
    return z


# -------------------------------------------------------------------------------------------------------------- branches


@case(2.5)
@case(1.5)
@case(0.5)
@case(-0.5)
def if_elif_else(x):
    if x > 2:
        y = x * x
    elif x > 1:
        y = 3 * x
    elif x > 0:
        y = math.exp(x)
    else:
        y = -x
    return y * x


@case(2.5)
@case(-2.5)
def early_returns(x):
    if x > 0:
        if x > 2:
            return x**3
        x = x * 2
    else:
        return -x
    return x * x


@case(2.5, True)
@case(2.5, False)
def branch_on_a_flag(x, flag):
    y = x
    if flag:
        y = y * x
    return y


@case(2.5)
def name_bound_in_one_branch(x):
    if x > 1:
        y = x * x
    if x > 2:
        return y * x
    return x


@case(2.5, None)
@case(2.5, 1.5, wrt=(0,))
def none_by_default(x, y=None):
    if y is None:
        y = 2.0 * x
    return x * y


@case(0.7)
def nested_branches_in_loop(x):
    total = 0.0
    for i in range(6):
        if i % 2 == 0:
            if x > 0.5:
                total += x * i
            else:
                total -= x
        elif i == 3:
            x = x * 1.1
        else:
            total = total * x
    return total


# ----------------------------------------------------------------------------------------------------------------- loops


@case(1.1)
def loop_over_range(x):
    s = 0.0
    for i in range(5):
        s += x**i
    return s


@case(1.1)
def range_with_start_and_step(x):
    s = 1.0
    for i in range(1, 10, 3):
        s = s * x + i
    return s


@case(1.1)
def range_backwards(x):
    s = x
    for i in range(7, -1, -2):
        s = s * x * 0.5 + i * x
    return s + i


@case(1.1, 3, -2)
@case(1.1, -3, 2)
@case(1.1, 0, 1)
def range_with_run_time_step(x, n, step):
    s = x
    for i in range(n, 0, step):
        s = s * x + i
    return s


@case(1.1)
def empty_range(x):
    s = x
    for i in range(3, 3):
        s = s * x
    return s * 2


@case(1.1)
def loop_variable_afterwards(x):
    for i in range(4):
        x = x * 1.1
    return x * i


@case(1.1)
def loop_variable_survives_empty_loop(x):
    i = 5
    for i in range(0):
        pass
    return x * i


@case(1.1)
def loop_variable_rebound(x):
    s = 0.0
    for i in range(4):
        s += x * i
        i = i * 2
        s += x * x * i
    return s * i


@case(1.1)
def loop_variable_rebound_then_break(x):
    for i in range(10):
        i = i + 100
        x = x * 1.1
        if i > 103:
            break
    return x * i


@case(1.1)
def loop_variable_is_active(x):
    for x in (x, x * x, x * x * x):
        pass
    return x


@case(A)
def loop_over_array(a):
    s = 0.0
    for v in a:
        s = s * 0.5 + v * v
    return s


@case(M)
def loop_over_rows(m):
    s = 0.0
    for row in m:
        for v in row:
            s += v * v * row[0]
    return s


@case(1.1, 0.3)
def loop_over_tuple(x, y):
    s = 1.0
    for v in (x, y, x * y, 2.0):
        s *= v + x
    return s


@case(1.1, 0.3)
def loop_over_list(x, y):
    s = 1.0
    for v in [x, y, x * y]:
        s = s * v + v
    return s


@case(A)
def loop_over_enumerate(a):
    s = 0.0
    for i, v in enumerate(a):
        s += v**i
    return s


@case(A)
def loop_over_enumerate_start(a):
    s = 0.0
    for i, v in enumerate(a, 2):
        s += v * i
    return s


@case(A, A + 1)
def loop_over_zip(a, b):
    s = 0.0
    for v, w in zip(a, b):
        s += v * w * w
    return s


@case(A, M[0, :3])
def zip_of_unequal_lengths(a, b):
    s = 0.0
    for v, w in zip(a, b):
        s += v * w * w
    return s


@case(A, M)
def enumerate_of_zip(a, m):
    s = 0.0
    for i, (v, row) in enumerate(zip(a, m)):
        s += v * row[i] * row.sum()
    return s


@case(A)
def loop_over_reversed(a):
    s = 0.0
    for v in reversed(a):
        s = s * 0.7 + v * v
    return s


@case(1.1)
def reversed_range(x):
    s = 0.0
    for i in reversed(range(1, 6)):
        s = s * x + i
    return s


@case(A)
def zip_range_reversed(a):
    s = 0.0
    for i, v in zip(range(len(a)), reversed(a)):
        s = s * v + a[i] * i
    return s


@case(3.3)
def while_loop(x):
    while x > 1:
        x = x * 0.7
    return x * x


@case(30.0)
def newton(a):
    x = a
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x


@case(3.3)
def while_with_counter(x):
    n = 0
    while n < 5:
        x = math.sin(x) + n
        n += 1
    return x * n


@case(3.3)
def while_true(x):
    k = 0
    while True:
        x = x * 0.8
        k += 1
        if x < 1:
            break
        x = x + 0.01 * k
    return x * k


@case(3.3, 10)
@case(3.3, 2)
@case(3.3, 0)
def loop_else(x, n):
    for i in range(n):
        x = x * 0.9
        if i == 4:
            x = x * x
            break
    else:
        x = x + 10 * x * x
    return x


@case(3.3, 10.0, wrt=(0,))
@case(3.3, 0.5, wrt=(0,))
def while_else(x, bound):
    while x < bound:
        x = x * 1.3
        if x > 8:
            break
    else:
        x = -x
    return x * x


@case(A)
def loop_with_continue(a):
    s = 1.0
    for v in a:
        if v < 0:
            continue
        s = s * v
        if v > 1:
            continue
        s += v
    return s


@case(A, 0.6, wrt=(0,))
@case(A, 6.0, wrt=(0,))
@case(A, -6.0, wrt=(0,))
def return_inside_loop(a, limit):
    s = 0.0
    for i, v in enumerate(a):
        s += v * v
        if s > limit:
            return s * (i + 1) * v
    return -s


@case(M)
def return_inside_nested_loops(m):
    s = 1.0
    for i in range(3):
        for j in range(4):
            s = s * (1 + 0.1 * m[i, j])
            if i == 1 and j == 2:
                return s * m[i, j]
        s += m[i, 0]
    return s


@case(M)
def break_out_of_inner_loop(m):
    s = 1.0
    for row in m:
        for v in row:
            if v > 0.3:
                break
            s = s * (1 + v)
        else:
            s = s * 2
        s += row[1]
    return s


@case(2.2)
def break_and_continue_together(x):
    y = x
    for i in range(20):
        if i % 3 == 1:
            y = y + x * 0.1
            continue
        y = y * 1.07
        if y > 6:
            y = y - x
            break
        if i % 3 == 2:
            continue
        y += 0.3
    return y * i


@case(1.1)
def triangular_loops(x):
    s = 0.0
    for i in range(4):
        for j in range(i):
            s += x ** (i - j) * (j + 1)
    return s


@case(1.1)
def loop_bound_changes_in_loop(x):
    n = 3
    s = 0.0
    for i in range(n):
        n = n + 1
        s += x * n
    return s * n


@case(1.1)
def while_over_two_variables(x):
    a, b = x, 2.0
    while a < 40 and b > 0:
        a, b = a * 1.5 + b, b - 0.2 * x
    return a * b


@case(1.1, 5)
def fibonacci_of_floats(x, n):
    a, b = x, x * x
    for _ in range(n):
        a, b = b, a + b * x
    return a


@case(1.3)
def loop_that_swaps(x):
    a, b, c = x, x * x, x + 1
    for _ in range(4):
        a, b, c = c, a, b
    return a * b + b * c * c


@case(1.3)
def state_overwritten_every_trip(x):
    y = 0.0
    for i in range(5):
        y = math.sin(x * i)
    return y * x


@case(1.3)
def loop_without_effect(x):
    for _ in range(5):
        y = x * x
    return y


@case(np.array([0.4, 0.6]))
def accumulator_starts_as_zero(a):
    t = 0
    for _ in range(3):
        t = t + a * a
    return t.sum()


@case(np.array([0.4, 0.6]))
def accumulator_starts_as_none(a):
    acc = None
    for k in range(3):
        if acc is None:
            acc = a * k + a
        else:
            acc = acc * a
    return np.sum(acc)


@case(1.3)
def integer_becomes_float(x):
    k = 1
    for _ in range(4):
        k = k * x + 1
    return k


# ------------------------------------------------------------------------------------------------- statements with no effect


@case(1.3)
def assertion(x):
    assert x > 0, f"x is {x}"
    y = x * x
    assert y
    return y


@case(1.3)
def raise_elsewhere(x):
    if x < 0:
        raise ValueError(f"negative: {x:.3f}")
    for i in range(3):
        if x > 100:
            raise RuntimeError("too large") from None
        x = x * x
    return x


@case(1.3)
def formatted_strings(x):
    label = f"{x:.0f} and {'abc'!r:>8} {x > 1}"
    name = "a" + "b" * 2
    return x * len(label) if label != name else x


@case(1.3)
def errstate(x):
    with np.errstate(divide="ignore", invalid="ignore"):
        y = x * x
        z = y / x
    return y * z


@case(A)
def errstate_around_a_loop(a):
    s = 0.0
    with np.errstate(all="ignore"):
        for v in a:
            s += v * v
            if v > 1:
                break
    return s


@case(A)
def errstate_inside_a_loop(a):
    s = 0.0
    for v in a:
        with np.errstate(all="ignore"):
            if v < 0:
                s += v
                continue
            s += v * v
    return s


@case(1.3)
def return_inside_with(x):
    with np.errstate(all="ignore"):
        if x > 1:
            return x * x
        y = x
    return y * 3


@case(1.3)
def null_context(x):
    with np.errstate(all="ignore"), np.printoptions(precision=3):
        y = x * x
    return y


# ---------------------------------------------------------------------------------------------------------- comprehensions


@case(A)
def generator_in_sum(a):
    return sum(v * v for v in a)


@case(A)
def generator_with_condition(a):
    return sum(v**3 for v in a if v > 0)


@case(A)
def generator_over_enumerate(a):
    return sum(i * v for i, v in enumerate(a)) + sum((v for v in a), 10.0)


@case(A)
def minimum_and_maximum_of_generators(a):
    return min(v * v for v in a) + max(v * 3 for v in a)


@case(A)
def list_comprehension(a):
    squares = [v * v for v in a]
    return squares[0] * squares[2] + sum(squares) + len(squares)


@case(M)
def nested_comprehension(m):
    return sum(sum(v * v for v in row) * row[0] for row in m)


@case(A)
def two_generators(a):
    return sum(v * w * i for i, v in enumerate(a) for w in a if v != w)


@case(1.3)
def comprehension_variable_is_local(x):
    v = x
    s = sum(v * v for v in (1.0, 2.0))
    return v * s


@case(1.3)
def comprehension_over_range(x):
    return sum([x**k / math.factorial(k) for k in range(6)])


@case(A)
def array_of_comprehension(a):
    return np.array([v * v for v in a]) @ a


@case(1.3)
def dictionary_comprehension(x):
    d = {k: x * k for k in (1, 2, 3)}
    return d[1] * d[2] + d[3]


@case(A)
def map_and_filter(a):
    return sum(map(lambda v: v * v, a))


@case(1.3)
def iterate_over_strings(x):
    for word in ["scale", "shift", "scale"]:
        if word == "scale":
            x = x * 2.5
        else:
            x = x + x * x
    return x


@case(1.3)
def iterate_over_static_dict(x):
    table = {"a": 2, "b": 3}
    for name in table:
        x = x * table[name]
    for name, k in table.items():
        x = x + k * x * x
    for k in table.values():
        x *= k
    return x


# ------------------------------------------------------------------------------------------------------ functions and calls


def helper(x, y=2.0, *, scale=1.0):
    return x * x * y * scale


def loop_helper(x, n=3):
    s = 0.0
    for i in range(n):
        s += x**i
        if s > 50:
            return s * x
    return s


def two_results(x, y):
    s = 0.0
    for _ in range(3):
        s += x * y
    return s, s * x


@case(1.3, 0.4)
def call_helper(x, y):
    return helper(x) + helper(y, x) + helper(x, y=y) + helper(y=x, x=y, scale=x * y)


@case(1.3, 0.4)
def call_loop_helper(x, y):
    return loop_helper(x) * loop_helper(y, 4) + loop_helper(n=2, x=x * y)


@case(1.3, 0.4)
def call_with_two_results(x, y):
    a, b = two_results(x, y)
    c, _ = two_results(b, 2.0)
    _, d = two_results(y, y)
    return a * b + c * d


@case(1.3, 0.4)
def call_in_loop(x, y):
    for _ in range(3):
        x = loop_helper(x * 0.3) + y
    return x


@case(1.3, 0.4)
def nested_function(x, y):
    def inner(t, k=2.0):
        return t * y * k

    return inner(x) + inner(y, 3.0) * inner(x, k=x)


@case(1.3)
def nested_function_with_loop(x):
    def inner(t):
        s = 1.0
        for _ in range(3):
            s = s * t + x
        return s

    return inner(x) + inner(2 * x)


@case(1.3)
def late_binding(x):
    y = x
    h = lambda t: t * y
    first = h(2.0)
    y = x * x
    return first + 10 * h(2.0)


@case(1.3)
def nonlocal_counter(x):
    total = x

    def add(t):
        nonlocal total
        total = total + t * x
        return total

    add(1.0)
    add(x)
    return total


@case(1.3)
def lambdas_on_one_line(x):
    f, g = (lambda t: t * t), (lambda t, k=3: t * k)
    return f(x) + 10 * g(x)


@case(1.3)
def lambdas_in_a_list(x):
    return sum(f(x) * k for k, f in enumerate([lambda t: t, lambda t: t * t, lambda t: t**3], 1))


@case(1.3)
def immediate_lambda(x):
    return (lambda t: t * t + x)(x * 2)


@case(1.3)
def function_as_argument(x):
    def twice(f, t):
        return f(f(t))

    return twice(lambda t: t * t + x, x) + twice(math.sin, x) + twice(helper, x)


@case(1.3, 0.4)
def partial_application(x, y):
    f = partial(helper, y=y)
    g = functools.partial(f, scale=x)
    return f(x) * g(x) + partial(operator.mul, x)(y)


@case(1.3)
def module_data(x):
    return x * SCALE + sum(c * x**k for k, c in enumerate(COEFFICIENTS)) + np.pi * x + math.e * x


@case(6.0)
def recursion(x):
    if x < 1:
        return x * x
    return x * recursion(x / 2)


def even(x, n):
    if n == 0:
        return x
    return odd(x * x, n - 1) * x


def odd(x, n):
    if n == 0:
        return x * x
    return even(x + 1, n - 1)


@case(1.1)
def mutual_recursion(x):
    return even(x, 3) + odd(x, 2)


def variadic(*xs, **named):
    s = 0.0
    for x in xs:
        s += x * x
    return s * named.get("scale", 1.0) + sum(named.values())


@case(1.1, 0.3)
def variadic_call(x, y):
    pair = (x, y)
    options = {"scale": x}
    return variadic(x, y, x * y) + variadic(*pair, scale=y) + variadic(*pair, *pair, **options)


@case(1.1, 0.3, 2.0, refused=("ArgumentError", "SCT402"))
def variadic_program(*xs):
    return xs[0] * xs[1] + sum(xs[1:])


@case(1.1, y=2.0)
def keyword_program(x, *, y=3.0, **rest):
    return x * x * y


class Affine:
    factor = 2.5

    def __init__(self, a, b):
        self.a = a
        self.b = b

    def apply(self, x):
        return self.a * x + self.b * self.factor

    def __call__(self, x):
        return self.apply(x) * x

    @staticmethod
    def square(x):
        return x * x

    @property
    def total(self):
        return self.a + self.b


AFFINE = Affine(2.0, -0.7)


@case(1.3)
def bound_methods(x):
    f = AFFINE.apply
    return f(x) * AFFINE.apply(x * x) + Affine.square(x) + AFFINE.total * x + AFFINE(x)


@case(1.3, AFFINE)
def object_argument(x, model):
    return model.apply(x) * x + model(x)


@case(1.3, helper)
@case(1.3, math.cos)
def function_parameter(x, f):
    return f(x) * x


@case((1.3, 0.4))
def tuple_parameter(p):
    x, y = p
    return x * y + p[0] ** 2


@case({"w": A, "b": 0.5})
def dict_parameter(params):
    return np.sum(params["w"] ** 2) * params["b"]


@case([A, M[0]])
def list_parameter(layers):
    s = 0.0
    for w in layers:
        s += np.sum(w * w)
    return s * layers[0][1]


@case(1.3, 0.4)
def operator_module(x, y):
    return operator.add(x, operator.mul(x, y)) - operator.truediv(x, y) + operator.pow(x, 2) + operator.neg(y)


@case(1.3, 0.4)
def builtins(x, y):
    return abs(-x) * min(x, y) + max(x, y, 1.0) * y + pow(x, 2) + round(x) * x + float(x) * int(y + 3) + sum([x, y], x)


@case(-1.3)
def truthiness(x):
    items = [x, x]
    empty = ()
    if items and not empty and x:
        return x * len(items)
    return x


@case(1.3)
def membership(x):
    return x * x if "a" in "abc" and 3 not in (1, 2) else x


@case(1.3)
def isinstance_of_argument(x):
    if isinstance(x, float) and not isinstance(x, np.ndarray):
        return x * x
    return x


@case(1.3)
def delete(x):
    y = x * x
    z = y * x
    del y
    return z


@case(1.3)
def tuple_of_tuples(x):
    t = ((x, x * x), (1, (x + 1,)))
    return t[0][1] * t[1][1][0] + t[-1][0] * len(t)


@case(1.3)
def tuples_grow_and_repeat(x):
    t = (x, 2.0) + (x * x,)
    u = t * 2
    return u[0] * u[5] + sum(u[1:4]) + sum(t[::-1][:2])


@case(1.3)
def carried_tuple(x):
    state = (x, 1.0)
    for _ in range(4):
        a, b = state
        state = (a * b, b + a * 0.1)
    return state[0] * state[1]


@case(A)
def lists_of_arrays(a):
    parts = [a, a * a]
    return np.sum(parts[0] * parts[1]) + parts[1][2]


@case(1.3)
def matching(x):
    mode = "cube"
    match mode:
        case "square":
            y = x * x
        case "cube":
            y = x**3
        case _:
            y = x
    return y


@case(1.3)
def try_finally(x):
    try:
        y = x * x
    finally:
        pass
    return y


@case(1.3)
def global_statement(x):
    global SCALE
    return x * SCALE


# -------------------------------------------------------------------------------------------- names, cells and sequences


@case(1.3)
def contains_static(x):
    return x * x if "a" in "abc" and "abc" not in "a" else x


@case(A, A.copy(), refused=("UnsupportedTypeError", "SCT707"))
def identity_of_arrays(a, b):
    if a is b:
        return a.sum()
    return (a * b).sum() * 2


@case(A)
def identity_same(a):
    b = a
    if a is b:
        return (a * a).sum()
    return (a * b).sum() * 2


@case((1.3, 0.4))
def tuple_is_none(p):
    if p is None:
        return 0.0
    return p[0] * p[1]


@case(1.3)
def cell_rebound_with_loop(x):
    y = x

    def h(n):
        s = 0.0
        for _ in range(n):
            s += y * y
        return s

    a = h(2)
    y = x * x
    return a + 10 * h(2)


@case(1.3)
def cell_rebound_in_loop(x):
    y = x

    def h(n):
        s = 0.0
        for _ in range(n):
            s += y * y
        return s

    t = 0.0
    for k in range(3):
        t = t + h(2)
        y = y * x
    return t


@case(1.3)
def closure_made_before_loop(x):
    y = x
    h = lambda t: t * y
    t = 1.0
    for k in range(3):
        t = h(t) + 1
        y = y * x
    return t


@case(1.3)
def lambda_list_late(x):
    ks = [1.0, 2.0, 3.0]
    hs = [lambda t: t * k * x for k in ks]
    return sum(h(x) for h in hs)


@case(1.3)
def lambda_default_early(x):
    hs = [lambda t, k=k: t * k * x for k in (1.0, 2.0, 3.0)]
    return sum(h(x) for h in hs)


@case(1.3)
def lambda_in_loop_var(x):
    fs = ()
    for k in (1.0, 2.0, 3.0):
        fs = fs + (lambda t: t * k,)
    return fs[0](x) * fs[2](x)


@case(1.3)
def half_consumed_iter(x):
    it = iter((x, x * x, x**3))
    a = next(it)
    return a * sum(it)


@case(A)
def zip_iter(a):
    it = iter(a)
    s = 0.0
    for u, v in zip(it, it):
        s += u * v
    return s


@case(1.3)
def genexpr_lazy(x):
    y = x
    g = (y * k for k in (1.0, 2.0))
    y = x * x
    return sum(g)


@case(1.3)
def genexpr_twice(x):
    g = (x * k for k in (1.0, 2.0))
    return sum(g) + sum(g)


@case(1.3)
def loop_rebinds_sequence(x):
    xs = (x, x * x)
    for v in xs:
        xs = (v,)
        x = x * v
    return x * xs[0]


@case(A)
def loop_rebinds_array(a):
    s = 0.0
    for v in a:
        a = a * 2
        s += v * a[0]
    return s


@case(A)
def loop_rebinds_array2(a):
    s = 0.0
    for i in range(len(a)):
        s += a[i] * a[0]
        a = a * 1.5
    return s


@case(A)
def list_concat(a):
    xs = [v * v for v in a] + [v for v in a]
    return sum(xs) * xs[5]


@case(A)
def list_concat_len(a):
    xs = [v * v for v in a]
    ys = [3 * v for v in a]
    zs = xs + ys
    return zs[1] * zs[6]


@case(A)
def list_times(a):
    xs = [v * v for v in a] * 2
    return sum(xs) * xs[5]


@case(A)
def list_slice(a):
    xs = [v * v for v in a]
    return sum(xs[1:3]) * xs[-1]


@case(A)
def list_reversed(a):
    xs = [v * v for v in a]
    s = 0.0
    for i, v in enumerate(reversed(xs)):
        s += v * i
    return s


@case(A)
def list_in_branch(a):
    xs = [v * v for v in a]
    if a[0] > 0:
        ys = xs
    else:
        ys = [v for v in a]
    return ys[0] * xs[2]


@case(A)
def list_alias(a):
    xs = [v * v for v in a]
    ys = xs
    return sum(xs) * sum(ys) + xs[0] * ys[1]


@case(A)
def list_of_lists(a):
    xs = [[v * w for w in a] for v in a]
    return sum(xs[0]) * xs[1][2]


@case(A)
def list_inactive_item(a):
    xs = [i * 1.0 for i in range(4)]
    return sum((x * v for x, v in zip(xs, a)))


@case(A)
def list_min(a):
    xs = [v * v for v in a]
    return min(xs) * max(xs)


@case(A)
def np_sum_of_list(a):
    return np.sum([v * v for v in a]) * np.array([v for v in a])[1]


@case(A)
def append_in_loop_by_concat(a):
    xs = []
    for v in a:
        xs = xs + [v * v]
    return sum(xs)


@case(A)
def append_method(a):
    xs = []
    for v in a:
        xs.append(v * v)
    return sum(xs)


@case(A)
def list_conditional_comp(a):
    xs = [v if v > 0 else -v * v for v in a if v != 0.7]
    return xs[0] * xs[1] * len(xs)


@case(A)
def comp_of_tuples(a):
    ps = [(v, v * v) for v in a]
    return sum((p * q for p, q in ps))


@case(M)
def comp_of_rows(m):
    rows = [r * 2 for r in m]
    return sum(r @ r for r in rows)


@case(M)
def np_stack_comp(m):
    return np.sum(np.stack([r * r for r in m]) * m)


@case(M)
def np_array_rows(m):
    return np.sum(np.array([r * r[0] for r in m]) @ m.T)


@case(1.3)
def range_truth(x):
    r = range(0)
    return x * x if r else x


@case(A)
def list_truth(a):
    xs = [v for v in a if v > 100]
    return a[0] * a[0] if xs else a[1]


@case(1.3)
def smallest_of_a_loop(x):
    best = None
    for k in range(4):
        v = (x - k) ** 2
        if best is None or v < best:
            best = v
    return best * x


@case(1.3)
def previous_item(x):
    prev = None
    s = 0.0
    for k in range(4):
        cur = x * k
        if prev is not None:
            s += prev * cur
        prev = cur
    return s


@case(A)
def running_argmax(a):
    best, arg = (-math.inf, -1)
    for i, v in enumerate(a):
        if v > best:
            best, arg = (v, i)
    return best * a[arg] * arg


@case(A)
def np_inf_start(a):
    best = np.inf
    for v in a:
        best = min(best, v * v)
    return best


@case(1.3)
def walrus_in_comp(x):
    s = sum((y := (x * k)) * y for k in (1.0, 2.0))
    return s * y


@case(1.3)
def comp_shadow(x):
    k = 5.0
    s = [k * x for k in (1.0, 2.0)]
    return s[0] * s[1] * k


@case(1.3)
def deep_ternary(x):
    return (x if x > 2 else x * x if x > 1 else x**3) if x > 0 else -x


@case(1.3)
def cond_in_args(x):
    return math.pow(x if x > 1 else 2 * x, 3 if x > 1 else 2)


@case(1.3)
def bool_arith(x):
    b = x > 1
    return x * b + (x > 2) * x * x + True * x


@case(1.3, 2)
def int_param(x, n):
    return x**n + n * x + x // n


@case(1.3, -2)
def neg_int_param(x, n):
    return x**n


@case(0.0, 0)
def zero_pow_zero(x, n):
    return x**n + x


@case(0.0, 1)
def zero_pow_one(x, n):
    return x**n


@case(2)
def int_only_dummy(n):
    return n * 1.0


@case(1.3)
def var_overwritten_used_in_adjoint(x):
    y = x * x
    z = math.sin(y)
    y = z * x
    w = y * z
    y = 1.0
    return w * y


@case(1.3)
def loop_overwrites_nonlinear(x):
    y = x
    for i in range(3):
        t = math.sin(y)
        y = t * t + y
        t = y * 0.1
        y = y * t
    return y + t


@case(1.3)
def two_loops_same_vars(x):
    s = 0.0
    for i in range(3):
        t = x * i
        s += t * t
    for i in range(4):
        t = s * i
        s = s + 0.01 * t * t
    return s * t


@case(1.3)
def nested_while(x):
    i = 0
    s = x
    while i < 3:
        j = 0
        while j < i:
            s = s * 1.1 + x * j
            if s > 8:
                break
            j += 1
        else:
            s = s + 1 * x
        i += 1
    return s


@case(1.3)
def while_else_continue(x):
    i = 0
    s = x
    while i < 6:
        i += 1
        if i % 2:
            continue
        s = s * x * 0.7
    else:
        s += x
    return s


@case(1.3)
def return_in_while_else(x):
    i = 0
    while i < 3:
        i += 1
        x = x * 1.1
        if x > 100:
            return x
    else:
        if x > 1:
            return x * x
    return -x


@case(1.3)
def loop_in_branch_in_loop(x):
    s = 0.0
    for i in range(4):
        if i % 2 == 0:
            for j in range(i + 1):
                s += x * j
                if s > 3:
                    break
            else:
                s *= x
        else:
            k = 0
            while k < 2:
                s = s + x * x
                k += 1
    return s


@case(1.3)
def var_maybe_unbound_but_fine(x):
    for i in range(3):
        if i == 0:
            y = x
        else:
            y = y * x
    return y


@case(1.3)
def loopvar_used_in_else(x):
    for i in range(3):
        pass
    else:
        x = x * i
    return x * i


@case(1.3)
def del_like(x):
    y = x * x
    y = None
    return x if y is None else x * 2


@case(1.3)
def type_change(x):
    y = 1
    y = y * x
    y = (y, y * 2)
    y = y[0] * y[1]
    return y


@case(1.3)
def recursive_closure(x):

    def gen(k):

        def inner(t):
            if t > 5:
                return t * k
            return inner(t * k + x)

        return inner

    return gen(x)(x)


@case(1.3)
def functions_in_a_local_dict(x):
    fs = {"a": lambda t: t * x, "b": math.sin}
    y = x
    for k in ("a", "b", "a"):
        y = fs[k](y) + x
    return y


@case(1.3)
def loop_over_functions(x):
    y = x
    for f in (math.sin, lambda t: t * y, math.exp):
        y = f(y)
    return y


@case(1.3)
def closure_over_loop_state(x):
    n = 0

    def f(t):
        return t * n + x

    while n < 4:
        x = f(x) * 0.5
        n += 1
    return x + f(x)


@case(1.3)
def nested_while_with_all_exits(x):
    i = 0
    out = 0.0
    while i < 5:
        i += 1
        j = 0
        while True:
            j += 1
            if j > i:
                break
            if (i + j) % 3 == 0:
                continue
            out += x**j
            if out > 30:
                return out * x
        if i == 4:
            x = x * 0.9
    return out


@case(A)
def inner_break_with_else(a):
    m = a.reshape(2, 2)
    s = 0.0
    for r in m:
        for c in r:
            if c < 0:
                break
            s += c * r.sum()
        else:
            continue
        s = s * m[0, 0]
    return s


@case(A)
def starred_comprehension(a):
    x, y, *rest = [v * 2 for v in (a[0], a[1], a[2], a[3])]
    p, q = rest
    return x * y + p * q


@case(A)
def array_that_grows(a):
    x = a
    for i in range(3):
        x = np.concatenate([x, x[:1] * i])
    return (x * x).sum()


@case(A)
def array_that_halves(a):
    x = a
    while x.size > 1:
        x = x[: x.size // 2] * x[x.size // 2 :]
    return x[0]


@case(A)
def array_that_shrinks(a):
    x = a
    for i in range(3):
        x = x[1:] * x[:-1]
    return x.sum()


@case(M)
def matrix_recurrence(m):
    for i in range(2):
        m = m @ m.T @ m * 0.1
    return np.trace(m @ m.T)


@case(M)
def outer_products_until_break(m):
    acc = np.zeros((3, 3))
    cols = []
    for j in range(4):
        c = m[:, j]
        acc = acc + np.outer(c, c)
        if j == 2:
            break
    return acc[0, 1] * acc[2, 2]


@case(1.3)
def value_that_comes_and_goes(x):
    y = x if x > 1 else None
    z = 0.0
    for i in range(3):
        if y is not None:
            z += y * i
            y = y * x if i < 1 else None
        else:
            z += x
            y = x * i
    return z


@case(1.3, 2)
@case(1.3, 0)
def inner_else(x, n):
    r = x
    for i in range(n):
        for j in range(i):
            r = r * x
        else:
            r += 1 * x
    return r


@case(1.3)
def three_states(x):
    a = b = c = 0.0
    for i in range(6):
        if i % 3 == 0:
            a += x * b + 1
        elif i % 3 == 1:
            b += a * c + x
            continue
        else:
            c += a * x
            if c > 20:
                break
        a *= 0.9
    return a * b * c


@case(1.3)
def function_redefined_in_a_loop(x):
    s = 0.0
    for i in range(3):
        k = lambda t, i=i: t ** (i + 1)
        s += k(x) * k(2.0)
    return s + k(x)


@case(1.3)
def loop_over_characters(x):
    total = 0.0
    for c in "abc":
        total += x * ord(c) / 100 if c != "b" else x * x
    return total


@case(1.3)
def state_reset_in_a_loop(x):
    z = 0.0
    for i in range(4):
        y = x * i
        if y > 2:
            z += y
            y = 0.0 * x
        z += y * y
    return z * y + z


test_program = tried(run, PROGRAMS)
