"""Calls chosen to go wrong: binding of arguments, methods, callables, recursion, closures, containers, argnums, has_aux."""

import functools
import math
import operator
from collections import namedtuple
from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest

import sct
from tests.oracle import check, parameters, program, refusal, run, same, tried

A = np.array([0.5, -1.2, 2.0, 0.7])
B = np.array([1.1, 0.4, -0.3, 0.9])
M = np.arange(12.0).reshape(3, 4) / 7 - 0.6
SHARED = np.array([0.5, -1.2, 2.0, 0.7])
NUMBER = 1.7
TABLE = {"a": 2.0, "b": A, "fn": math.sin}
Pair = namedtuple("Pair", "left right")
PROGRAMS = []
REFUSED = []
case = functools.partial(program, PROGRAMS)
refused = functools.partial(program, REFUSED)
"""Not supported so far: a clear error, and nothing is computed."""


# ------------------------------------------------------------------------------------------------------- binding arguments

def every_kind(a, b=2.0, /, c=3.0, *rest, d, e=5.0, **named):
    return a * b + c * sum(rest) + d * e + sum(named.values()) * a


@case(1.3, 0.7)
def call_of_every_kind(x, y):
    return every_kind(x, d=y) + every_kind(x, y, y, x, x * y, d=x, e=y, f=x, g=2.0) + every_kind(x, c=y, d=1.0, h=y)


def forwards(*args, **kwargs):
    return every_kind(*args, **kwargs) * 2.0


@case(1.3, 0.7)
def forwarded_stars(x, y):
    rest = (x, y)
    return forwards(x, *rest, y, *rest[::-1], d=x, **{"f": y})


def default_is_evaluated_once(x, y=NUMBER * 2, z=A):
    return x * y + z[0] * x + np.sum(z)


@case(1.3, 0.7)
def defaults_that_are_arrays(x, y):
    return default_is_evaluated_once(x) * default_is_evaluated_once(x, y) + default_is_evaluated_once(y, z=B * x)


@case(1.3)
def default_of_nested_is_evaluated_once(x):
    k = x

    def f(v, k=k * 2):
        return v * k
    k = 100.0
    return f(x) + f(x, k=k)


def mutable_default(x, items=()):
    total = 0.0
    for item in items:
        total += item * x
    return total + x


@case(1.3)
def empty_default_container(x):
    return mutable_default(x) * mutable_default(x, (x, 2.0)) * mutable_default(x, [1.0, x, x])


def keyword_only(*, scale, x):
    return x**2 * scale


@case(1.3, 0.7)
def keywords_in_other_order(x, y):
    return keyword_only(x=x, scale=y) + keyword_only(scale=x * y, x=2.0)


def same_name(x, math):
    return x * math


@case(1.3)
def parameter_named_like_a_module(x):
    return same_name(x, math.sin(x)) + same_name(math=2.0, x=x)


# ---------------------------------------------------------------------------------------------------- several types, sharing

def square(v):
    return v * v


def loop_power(v, n):
    r = 1.0
    for _ in range(n):
        r = r * v
    return r


@case(1.3, A, M)
def one_function_for_many_types(s, x, m):
    return (loop_power(s, 2) + np.sum(loop_power(x, 3)) + np.sum(loop_power(m, 2)) + loop_power(2, 3) * square(s)
            + np.sum(square(x)))


@case(1.3)
def float_and_int_arguments(x):
    return loop_power(x, 3) * loop_power(3, 2) + loop_power(x > 1, 2) * x


@case(A)
def result_is_the_argument(x):
    def identity(v):
        return v
    y = identity(x)
    return np.sum(y * identity(y))


def pick(a, b, first):
    total = 0.0
    for _ in range(2):
        total += 1.0
    return a if first else b


@case(A, B)
def result_is_one_of_the_arguments(x, y):
    return np.sum(pick(x, y, True) * pick(x, y, False)) + np.sum(pick(x, x, True))


def two_of_one(v):
    for _ in range(1):
        w = v * v
    return w, w


@case(A)
def results_share_memory(x):
    a, b = two_of_one(x)
    return np.sum(a * b) + np.sum(a)


def unused_results(v):
    a = v
    for _ in range(2):
        a = a * v
    return a, v * 2, None, "text", 3


@case(1.3)
def some_results_unused(x):
    _, b, nothing, text, n = unused_results(x)
    a = unused_results(b)[0]
    return a * b * n * len(text) if nothing is None else x


def constant(v):
    for _ in range(2):
        pass
    return 2.0


@case(1.3)
def callee_is_constant(x):
    return constant(x) * x + constant(x * x)


def ignores(v, w):
    for _ in range(2):
        v = v * 2.0
    return v


@case(1.3, 0.7)
def callee_ignores_an_argument(x, y):
    return ignores(x, y) * y + ignores(2.0, x) * x


def dictionary_result(v):
    return {"sum": np.sum(v), "twice": v * 2, "nested": (v[0], [v[1]])}


@case(A)
def callee_returns_containers(x):
    d = dictionary_result(x)
    return d["sum"] * np.sum(d["twice"]) + d["nested"][0] * d["nested"][1][0]


def steps(state, n):
    for _ in range(n):
        state = Pair(state.right, state.left * state.right)
    return state


@refused(1.3, 0.7)
def namedtuple_through_a_loop(x, y):
    s = steps(Pair(x, right=y), 3)
    return s.left + 2 * s.right + s[0] * s._fields.index("right")


# ------------------------------------------------------------------------------------------------------------ recursion

def factorial(x, n):
    return 1.0 if n <= 0 else (x + n) * factorial(x, n - 1)


@case(1.3)
def recursion_scalar(x):
    return factorial(x, 5) + factorial(x, 0)


def tree_sum(x):
    if len(x) == 1:
        return x[0] * x[0]
    h = len(x) // 2
    return tree_sum(x[:h]) + tree_sum(x[h:]) * x[0]


@case(A)
def recursion_over_slices(x):
    return tree_sum(x)


def fib_pair(x, n):
    if n == 0:
        return 0.0 * x, x
    a, b = fib_pair(x, n - 1)
    return b, a * x + b


@case(A)
def recursion_with_two_array_results(x):
    a, b = fib_pair(x, 4)
    return np.sum(a * b)


def is_even(x, n):
    return x * 1.0 if n == 0 else is_odd(x * x + 0.1, n - 1)


def is_odd(x, n):
    return x * 3.0 if n == 0 else is_even(x + 0.2, n - 1) * x


@case(0.7)
def mutual_recursion(x):
    return is_even(x, 4) + is_odd(x, 3)


def ackermann_like(x, m, n):
    if m == 0:
        return x + n
    if n == 0:
        return ackermann_like(x * 1.1, m - 1, 1)
    return ackermann_like(x, m - 1, 1) + ackermann_like(x * 0.9, m, n - 1)


@case(0.7)
def double_recursion(x):
    return ackermann_like(x, 2, 2)


def newton(f, df, x, n):
    return x if n == 0 else newton(f, df, x - f(x) / df(x), n - 1)


@case(1.3)
def recursion_with_functions(x):
    return newton(lambda v: v * v - 2.0, lambda v: 2 * v, x, 3)


@case(1.3)
def nested_recursion_over_captured(x):
    scale = x * 2

    def go(n):
        if n == 0:
            return x
        return go(n - 1) * scale + n
    return go(4)


def depth(x, n):
    if n == 0:
        return x
    s = 0.0
    for k in range(2):
        s += depth(x * (k + 1), n - 1)
        if s > 1e6:
            return s
    return s * x


@case(0.7)
def recursion_inside_a_loop(x):
    return depth(x, 4)


def returns_none_or_number(x, n):
    if n > 2:
        return None
    r = returns_none_or_number(x * x, n + 1)
    if r is None:
        return x
    return r + x


@case(1.3)
def recursion_with_none(x):
    return returns_none_or_number(x, 0)


# ------------------------------------------------------------------------------------------------ objects, methods, partials

class Layer:
    scale = 2.0

    def __init__(self, w, b, activation=np.tanh):
        self.w, self.b, self.activation = w, b, activation

    def __call__(self, x):
        return self.activation(self.w @ x + self.b) * self.scale

    def twice(self, x, *, k=1.0):
        return self(x) * k + self.half(x)

    @property
    def total(self):
        return np.sum(self.w) + self.b[0]

    @staticmethod
    def half(x):
        return x[:3] * 0.5

    @classmethod
    def doubled(cls, x):
        return x * cls.scale


class Deeper(Layer):
    scale = 3.0

    def __call__(self, x):
        return super().__call__(x) + 1.0


LAYER = Layer(M, A[:3])
DEEPER = Deeper(M * 0.5, A[1:], activation=np.sin)


@case(A)
def callable_object(x):
    return np.sum(LAYER(x) * LAYER.half(x)) * LAYER.total + np.sum(Layer.doubled(x)) + np.sum(DEEPER.doubled(x))


@case(A)
def bound_method_with_keywords(x):
    f = LAYER.twice
    return np.sum(f(x, k=x[0]) * LAYER.twice(x))


@case(A)
def overridden_method_and_super(x):
    return np.sum(DEEPER(x) ** 2)


@case(A)
def method_of_object_in_list(x):
    total = 0.0
    for layer in (LAYER, DEEPER):
        total = total + np.sum(layer(x))
    return total


@case(A)
def partials_of_everything(x):
    f = partial(LAYER.twice, k=x[0])
    g = partial(Layer.half)
    h = partial(partial(pick, first=True), x)
    k = partial(np.sum, axis=0)
    return np.sum(f(x) * g(x)) + np.sum(h(x * 2)) + k(x * x)


@refused(A)
def partial_overridden(x):
    f = partial(every_kind, x[0], d=x[1])
    return f(2.0) + f(d=x[2]) + f.func(x[3], d=1.0) + f.keywords["d"]


@dataclass(eq=False)
class Model:
    weights: np.ndarray
    bias: float = 0.5

    def predict(self, x):
        return self.weights @ x + self.bias

    @property
    def size(self):
        return len(self.weights)


MODEL = Model(A)


@case(B)
def dataclass_of_the_module(x):
    return MODEL.predict(x) ** 2 * MODEL.size


@case(B, MODEL, wrt=(0,))
def dataclass_argument_not_differentiated(x, model):
    return model.predict(x) ** 2 + model.bias


@case(B, LAYER, wrt=(0,))
def object_argument(x, layer):
    return np.sum(layer(x)) + layer.total


@case(1.3, math.sin, wrt=(0,))
def function_argument(x, f):
    return f(x) * f(x * x)


@case(1.3)
def functions_from_containers(x):
    table = {"sq": square, "cube": lambda v: v**3}
    fs = [math.sin, square]
    return table["sq"](x) * table["cube"](x) + fs[0](x) + fs[-1](x) + TABLE["fn"](x) * TABLE["a"] + TABLE["b"][0] * x


@case(1.3)
def operators_and_builtins_as_functions(x):
    return operator.mul(x, x) + operator.neg(x) + functools.reduce(operator.mul, (x, 2.0, x)) + operator.itemgetter(1)((2.0, x))


def applies(f, *args, times=1):
    r = args[0]
    for _ in range(times):
        r = f(r, *args[1:])
    return r


@case(1.3, 0.7)
def function_applied_repeatedly(x, y):
    return applies(lambda v, w: v * w + x, x, y, times=3) + applies(math.sin, y, times=2)


@case(1.3)
def local_class_free_lambda_defaults(x):
    f = lambda v, w=x * x, *, k=2.0: v * w * k
    return f(x) + f(x, 3.0) + f(x, k=x)


def decorated(fun):
    @functools.wraps(fun)
    def wrapper(*args, **kwargs):
        return 2.0 * fun(*args, **kwargs)
    return wrapper


@decorated
def wrapped_function(x, k=3):
    return x**k


@case(1.3)
def wrapper_is_not_dropped(x):
    return wrapped_function(x) + wrapped_function(x, k=2)


@case(1.3)
def wrapper_made_inside(x):
    return decorated(square)(x) + decorated(decorated(lambda v: v + x))(x)


# ------------------------------------------------------------------------------------------------------ globals, arguments

@case(SHARED)
def global_is_the_argument(x):
    return np.sum(x * SHARED) + x[0] * SHARED[0] * NUMBER


def reads_global(v):
    return v * NUMBER + SHARED[1]


@case(1.3)
def global_read_by_callee(x):
    return reads_global(x) * reads_global(NUMBER)


@case({"w": A, "b": 0.3, "n": 2, "name": "model"})
def dictionary_argument(p):
    return np.sum(p["w"] ** p["n"]) * p["b"] + len(p["name"]) * p["b"]


@case((A, (0.3, [B, 1.1])), Pair(0.4, A))
def nested_containers(t, pair):
    x, (s, (y, r)) = t
    return np.sum(x * y) * s + r * pair.left + np.sum(pair.right * x) * pair[0]


@case([A, B, A * 2.0])
def list_argument_of_arrays(xs):
    total = 0.0
    for k, x in enumerate(xs):
        total += np.sum(x * xs[0]) * k
    return total + len(xs) * xs[-1][0]


@case([0.3, 1.2, -0.7])
def list_argument_of_floats(xs):
    return sum(x * x for x in xs) + xs[0] * xs[-1] * math.prod(xs)


@case([(0.3, A), (1.2, B)])
def list_argument_of_pairs(layers):
    h = A
    for s, w in layers:
        h = np.tanh(h * w) * s
    return np.sum(h)


@case({"a": {"b": {"c": 1.3}}, "unused": A})
def deep_dictionary(d):
    return d["a"]["b"]["c"] ** 2


@case((1.3, A), 0.7)
def unused_arguments(t, y):
    return 2.0 * t[0]


@case(1.3, A, M)
def nothing_is_used(s, x, m):
    return 3.5


@case((A, B))
def tuple_argument_in_loop(pair):
    s = 0.0
    for x in pair:
        s += np.sum(x * pair[0])
    return s


@case((A, B))
def tuple_argument_passed_on(pair):
    return dot(*pair) + dot(pair[1], pair[1]) + first_of(pair)


def dot(a, b):
    return a @ b


def first_of(pair):
    total = 0.0
    for _ in range(2):
        total += pair[0][0] * pair[1][1]
    return total


test_program = tried(run, PROGRAMS)


@pytest.mark.parametrize(("fun", "args", "options"), parameters(REFUSED))
def test_refused(fun, args, options):
    assert not isinstance(refusal(fun, *args, **options), sct.errors.InternalError)


# ------------------------------------------------------------------------------------------------------------ the surface

def weighted(a, b, c=2.0, *, d=3.0):
    return a * b**2 * c * d


def test_combinations_of_argnums():
    assert sct.grad(weighted)(2.0, 3.0) == 9 * 6
    assert sct.grad(weighted, argnums=-1)(2.0, 3.0) == 18 * 2
    assert sct.grad(weighted, argnums=(1,))(2.0, 3.0) == (2 * 2 * 3 * 6.0,)
    assert sct.grad(weighted, argnums=[1, 0])(2.0, 3.0) == (72.0, 54.0)
    assert sct.grad(weighted, argnums=("c", 0, "d"))(2.0, b=3.0) == (54.0, 54.0, 36.0)
    assert sct.grad(weighted, argnums="d")(2.0, 3.0, d=1.0) == 36.0
    assert sct.grad(weighted, argnums="b")(b=3.0, a=2.0) == 72.0


def test_auxiliary_results_are_copies_and_not_differentiated():
    def f(x):
        y = x * x
        return np.sum(y), {"y": y, "x": x, "pair": (y, [y[:2]]), "n": len(x), "view": x[1:]}
    x = A.copy()
    (value, aux), bar = sct.value_and_grad(f, has_aux=True)(x)
    assert value == np.sum(x * x)
    np.testing.assert_allclose(bar, 2 * x)
    expected = f(A.copy())[1]
    assert same(aux, expected)
    aux["y"][:] = 7.0
    aux["x"][:] = 7.0
    aux["pair"][1][0][:] = 7.0
    aux["view"][:] = 7.0
    assert same(x, A)
    bar, aux = sct.grad(f, has_aux=True)(x)
    assert same(aux, f(A.copy())[1])


def test_auxiliary_result_in_all_kinds():
    def f(x):
        for k in range(3):
            y = x * k
        return y * x, (k, None, "text", x > 0, Pair(x, y), [])
    aux = (2, None, "text", True, Pair(1.5, 3.0), [])
    assert sct.grad(f, has_aux=True)(1.5) == (6.0, aux)
    assert sct.value_and_grad(f, has_aux=True, argnums=(0,))(1.5) == ((4.5, aux), (6.0,))


def test_gradients_never_share_memory():
    def f(x, y, z):
        return np.sum(x + y) + np.sum(z)
    gradient = sct.grad(f, argnums=(0, 1, 2))
    first, second = gradient(A, A, M), gradient(A, A, M)
    arrays = [*first, *second]
    for k, a in enumerate(arrays):
        assert a.flags.writeable and a.flags.owndata
        assert not any(np.may_share_memory(a, b) for b in [*arrays[:k], A, M])


def test_gradient_of_what_is_passed_through():
    for f in (lambda x: x[0], lambda x: x.sum(), lambda x: np.sum(x.T), lambda x: np.sum(x[::-1]),
              lambda x: np.sum(x.reshape(2, 2))):
        bar = sct.grad(f)(A)
        assert bar.flags.writeable and bar.shape == A.shape
        bar += 1.0


def test_redefined_helper_is_noticed():
    space = {}
    exec("def helper(x):\n    return x * 2.0\n", space)
    source = "def f(x):\n    return helper(x) * x\n"
    gradient = sct.grad_from_source(source, namespace={"helper": sct_function("def helper(x):\n    return x * 2.0\n")})
    assert gradient(3.0) == 12.0


def sct_function(text):
    return sct.grad_from_source(text).fun


def test_rebound_global_data_is_read_live():
    global NUMBER
    gradient = sct.grad(lambda x: x * NUMBER)
    kept = NUMBER
    try:
        assert gradient(2.0) == kept
        NUMBER = 5.5
        assert gradient(2.0) == 5.5
        NUMBER = A
        with pytest.raises(sct.errors.SctError):
            gradient(2.0)
        NUMBER = 4
        assert gradient(2.0) == 4.0
    finally:
        NUMBER = kept


def test_rebound_object_attributes_are_read_live():
    layer = Layer(M, A[:3])
    def f(x):
        return np.sum(layer(x)) * layer.scale
    gradient = sct.grad(f)
    check(f, A)
    gradient(A)
    layer.w = M * 2.0
    layer.scale = 0.5
    layer.activation = np.sin
    x = A
    expected = 0.25 * (np.cos(layer.w @ x + layer.b) @ layer.w)
    np.testing.assert_allclose(gradient(A), expected)


def test_rebound_closure_cell_is_read_live():
    k = 2.0

    def f(x):
        return x * k
    gradient = sct.grad(f)
    assert gradient(1.0) == 2.0
    k = 3.0
    assert gradient(1.0) == 3.0
    k = lambda: 2.0
    with pytest.raises(sct.errors.SctError):
        gradient(1.0)


def test_mutated_default_is_read_live():
    def f(x, w=np.array([1.0, 2.0])):
        return np.sum(w) * x
    gradient = sct.grad(f)
    assert gradient(1.0) == 3.0
    f.__defaults__[0][0] = 5.0
    assert gradient(1.0) == 7.0
    f.__defaults__ = (np.array([1.0]),)
    assert gradient(1.0) == f(1.0)


def test_types_change_between_calls():
    def f(x):
        t = 0
        for _ in range(2):
            t = t + x * x
        return np.sum(t)
    gradient = sct.grad(f)
    for _ in range(2):
        assert gradient(2.0) == 8.0
        np.testing.assert_allclose(gradient(A), 4 * A)
        np.testing.assert_allclose(gradient(M), 4 * M)
        assert isinstance(gradient(np.float32(2.0)), np.float32)
        assert isinstance(gradient(np.float64(2.0)), np.float64)
        assert gradient(np.array(2.0)).shape == ()
        assert gradient(np.array([[2.0]])).shape == (1, 1)


def test_unit_dimensions_do_not_stick():
    gradient = sct.grad(lambda x, y: np.sum(x * y), argnums=(0, 1))
    for x, y in ((A, B), (A[:1], B), (A, B[:1]), (A[:1], B[:1]), (A[:0], B[:0]), (A[:1], B[:0])):
        a, b = gradient(x, y)
        assert a.shape == x.shape and b.shape == y.shape
        spread = np.broadcast_to(y, np.broadcast(x, y).shape)
        np.testing.assert_allclose(a, np.sum(spread) if x.size == 1 else y * np.ones_like(x))


def test_deep_recursion_is_pythons_own_error():
    def down(x, n):
        return x if n == 0 else down(x, n - 1) * 1.0

    def f(x):
        return down(x, 100_000)
    with pytest.raises(RecursionError):
        sct.grad(f)(1.0)


def test_nan_and_infinity_pass_through():
    assert math.isnan(sct.grad(lambda x: x * x)(math.nan))
    assert sct.grad(lambda x: x * x)(math.inf) == math.inf
    assert np.isnan(sct.grad(lambda x: np.sum(x * x))(np.array([1.0, np.nan]))).tolist() == [False, True]


def test_bool_and_int_leaves_in_containers():
    bar = sct.grad(lambda p: p["x"] * p["k"])({"x": 1.5, "k": 2, "flag": True, "label": "a", "idx": np.arange(3)})
    assert bar == {"x": 2.0, "k": None, "flag": None, "label": None, "idx": None}


def test_arguments_of_unusual_layout():
    f = lambda x: np.sum(np.ravel(x) * np.arange(12.0)) + np.sum(x[0] * x[-1])
    for x in (M, np.asfortranarray(M), np.arange(24.0)[::2].reshape(3, 4) / 10, M[::-1, ::-1], np.broadcast_to(M[0], (3, 4))):
        check(f, x)


def test_read_only_arguments():
    x = A.copy()
    x.flags.writeable = False
    bar = sct.grad(lambda v: np.sum(v * v))(x)
    assert bar.flags.writeable


def read_in_a_loop(table, x, n):
    s = 1.0
    for k in range(n):
        if s > 50.0:
            return s
        s = math.sin(s * table[k % 2]) + x
    return s


def read_by_itself(table, x, n):
    return table[0] * x if n == 0 else math.sin(read_by_itself(table, x, n - 1) * table[n % 2])


@pytest.mark.parametrize("read", [read_in_a_loop, read_by_itself])
def test_a_dict_that_changes_after_a_call_that_reads_it(read):
    def total(x):
        table = {}
        for k in range(2):
            table[k] = x * (k + 1)
        s = read(table, x, 3) + read(table, 2.0 * x, 2)
        for k in range(3):
            table[k] = s * k
        return s * table[1] + table[2]

    h, slope = 1e-6, sct.grad(total)
    assert slope(0.7) == pytest.approx((total(0.7 + h) - total(0.7 - h)) / (2 * h), rel=1e-7)
    assert sct.grad(slope)(0.7) == pytest.approx((slope(0.7 + h) - slope(0.7 - h)) / (2 * h), rel=1e-6)
