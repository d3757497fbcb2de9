"""Programs on which tools of this kind are known to return a wrong number without a word: right here, or refused by name."""

import functools
import math
import types

import numpy as np
import pytest

import sct
from tests.oracle import check, program, run, tried

A = np.array([0.5, -1.2, 2.0, 0.7])
M = np.arange(12.0).reshape(3, 4) / 7 - 0.6
T = np.arange(24.0).reshape(2, 3, 4) / 9 - 1.1
PROGRAMS = []
WRITE = ("AliasingError", "SCT601")
SHARED = ("AliasingError", "SCT600")
METHOD = ("AliasingError", "SCT605")
CONTAINER = ("AliasingError", "SCT602")
case = functools.partial(program, PROGRAMS)


# ------------------------------------------------------------------------------------------------- late binding and closures

@case(1.3)
def closure_reads_the_variable_when_it_runs(x):
    h = lambda y: x * y
    x = 2 * x
    return h(1.0)


@case(1.3)
def closures_of_a_comprehension_share_their_variable(x):
    functions = [lambda t: t * k * x for k in (1.0, 2.0, 3.0)]
    return sum(f(x) for f in functions)


@case(1.3)
def generator_reads_when_it_is_consumed(x):
    y = x
    lazy = (y * k for k in (1.0, 2.0))
    y = x * x
    return sum(lazy)


@case(A, refused=("UnsupportedSyntaxError", "SCT101"))
def generator_function(a):
    def squares():
        for v in a:
            yield v * v
    return sum(squares())


def scaled_by(k):
    def inner(x):
        return x * x * k
    return inner


def test_second_closure_over_a_number():
    first, second = scaled_by(2.0), scaled_by(5.0)
    assert sct.grad(first)(1.0) == 4.0
    assert sct.grad(second)(1.0) == 10.0
    assert sct.grad(first)(1.0) == 4.0


@case(1.3)
def gradient_inside_a_function(x):
    return sct.grad(lambda y: x * y * y)(1.0)


# ---------------------------------------------------------------------------------------------------------- loops and exits

@case(1.3)
def loop_variable_of_an_empty_loop(x):
    i = 5
    for i in range(0):
        pass
    return x * i


@case(1.3)
def loop_variable_rebound_before_break(x):
    for i in range(10):
        i = i * 2 + 1
        x = x * 1.1
        if i > 6:
            break
    return x * i


@case(3.3)
@case(0.3)
@case(30.0)
def trip_count_depends_on_the_data(x):
    n = 0
    while x > 1:
        x = x * 0.7
        n += 1
    return x * x * n


@case(1.3)
def overwritten_loop_state(x):
    y = x
    for _ in range(4):
        t = math.sin(y)
        y = t * t + y
        t = y * 0.1
        y = y * t
    return y + t


@case(A)
def running_product(x):
    product = 1.0
    for i in range(4):
        product *= x[i]
    return product


@case(A, M[0, :3])
def zip_stops_at_the_shorter(a, b):
    return sum(v * w * i for i, (v, w) in enumerate(zip(a, b)))


@case(M[0, :3], A)
def zip_stops_at_the_shorter_first(a, b):
    s = 0.0
    for v, w in zip(a, b):
        s += v * w * w
    return s * w


@case(1.3)
def half_consumed_iterator(x):
    items = iter([x, x * x, x**3])
    next(items)
    return sum(items)


@case(A)
def errstate_is_transparent(a):
    with np.errstate(divide="ignore", invalid="ignore"):
        y = a * a
        z = (y / (y + 1)).sum()
    return z * y[0]


# --------------------------------------------------------------------------------------------------------- writes and aliases

@case(1.3, refused=WRITE)
def list_written_while_it_is_walked(x):
    items = [x, x * x, 3.0]
    s = 0.0
    for v in items:
        items[1] = 10.0
        s += v
    return s


@case(A, refused=WRITE)
def array_written_while_it_is_walked(a):
    s = 0.0
    for i, v in enumerate(a):
        if i < 3:
            a[i + 1] += v
        s += v
    return s


@case(M, refused=WRITE)
def swapped_rows_are_views(m):
    m[0], m[1] = m[1], m[0]
    return (m * m).sum()


@case(A, refused=WRITE)
def item_added_to(y):
    y[0] += 3.0
    return (y * y).sum()


@case(A, refused=WRITE)
def whole_array_overwritten(x):
    x[:] = x * x
    return x.sum()


@case(A, refused=WRITE)
def copy_written(y):
    z = y.copy()
    z[0] = y[1] * 2
    return (z * z).sum()


@case({"a": A}, refused=WRITE)
def item_of_a_dict_replaced(d):
    d["a"] = d["a"] * 2
    return d["a"].sum()


@case(M, refused=SHARED)
def row_is_a_view(m):
    r = m[0]
    r += 1
    return (m * m).sum()


@case(A)
def item_is_a_copy(a):
    r = a[0]
    r += 1
    return (a * a).sum() * r


@case(np.array(1.3))
def zero_dimensional_view(a):
    b = a[...]
    b += 1
    return a * b


@case(A, refused=SHARED)
def whole_view(a):
    b = a[...]
    b += 1
    return (a * b).sum()


@case(A, refused=SHARED)
def parameter_added_to(x):
    x += 1.0
    return (x * x).sum()


@case(A, refused=SHARED)
def alias_added_to(x):
    a = x * 2
    b = a
    a += x
    return (a * b).sum()


@case(A, refused=SHARED)
def view_of_a_fresh_array(x):
    a = x * 2
    b = a[1:]
    a += 1
    return a.sum() * b.sum()


@case(A, refused=SHARED)
def one_array_three_times_in_a_list(x):
    a = x * 2.0
    for v in [a] * 3:
        v += x
    return a.sum()


@case(A, refused=SHARED)
def accumulator_that_starts_as_the_argument(x):
    acc = None
    for _ in range(3):
        if acc is None:
            acc = x
        else:
            acc += x * x
    return acc.sum()


@case(A)
def accumulator_that_starts_as_zero(x):
    t = 0
    for _ in range(3):
        t += x * x
    return t.sum()


@case(A, refused=SHARED)
def accumulator_shared_from_the_second_trip(x):
    t = 0
    for _ in range(3):
        t += x * x
        u = t
    t += x
    return (t * u).sum()


@case(A)
def fresh_product_added_to(u):
    v = u * 1.0
    v += u
    return (v * u).sum()


@case(A)
def value_before_an_in_place_sum_is_saved(x):
    a = x * 2
    s = 0.0
    for _ in range(3):
        s += (a * a).sum() * a[0]
        a += x
    return s


@case(A)
def factor_read_before_it_is_scaled(x):
    a = np.exp(x)
    b = a * a
    a *= x
    return (a * b).sum()


def add_in_place(a, b):
    a += b
    return a


@case(A, refused=SHARED)
def callee_writes_into_the_argument(x):
    z = add_in_place(x, x * 2)
    return (x * z).sum()


@case(A)
def callee_of_numbers_rebinds(x):
    z = add_in_place(x[0], x[1])
    return (x * z).sum()


@case(A, A + 1, refused=SHARED)
def loop_variable_is_the_argument(x, y):
    for a in (x, y):
        a *= 2
    return (x * y).sum()


IDENTITIES = [
    lambda x: x.reshape(-1), lambda x: x.reshape(x.shape), lambda x: np.reshape(x, (2, 2)), lambda x: x.ravel(),
    lambda x: np.asarray(x), lambda x: np.asarray(x, dtype=float), lambda x: x.astype(float, copy=False),
    lambda x: np.squeeze(x), lambda x: x.squeeze(), lambda x: np.real(x), lambda x: x.real, lambda x: np.atleast_1d(x),
    lambda x: np.atleast_2d(x), lambda x: x.T, lambda x: x.transpose(), lambda x: x.swapaxes(0, 0),
    lambda x: np.expand_dims(x, 0), lambda x: x[None], lambda x: x[:], lambda x: x[::-1], lambda x: np.flip(x),
    lambda x: np.ascontiguousarray(x), lambda x: np.array(x, copy=False), lambda x: np.broadcast_to(x, (2, 4)),
    lambda x: np.moveaxis(x, 0, 0), lambda x: np.split(x, 2)[0], lambda x: sct.stop_gradient(x),
]
COPIES = [
    lambda x: x.copy(), lambda x: np.copy(x), lambda x: np.array(x), lambda x: x.flatten(), lambda x: x[[0, 1, 2, 3]],
    lambda x: x[x > -9], lambda x: +x, lambda x: x * 1.0, lambda x: np.where(x > 0, x, 1.0), lambda x: x.astype(float),
    lambda x: np.concatenate([x]), lambda x: np.stack([x]), lambda x: np.clip(x, -9, 9), lambda x: np.sort(x),
    lambda x: abs(x), lambda x: np.repeat(x, 1), lambda x: x.take([0, 1, 2, 3]), lambda x: np.maximum(x, -9),
    lambda x: np.nan_to_num(x), lambda x: np.roll(x, 0), lambda x: np.tile(x, 1), lambda x: x.cumsum(),
    lambda x: np.cumsum(x), lambda x: np.conjugate(x),
]


@pytest.mark.parametrize("view", IDENTITIES)
def test_function_that_may_return_its_argument(view):
    def write_through(x):
        y = view(x)
        y += 1
        return (x * x).sum() + y.sum()

    run(write_through, (A,), {"refused": SHARED})


@pytest.mark.parametrize("copy", COPIES)
def test_function_that_returns_a_new_array(copy):
    def write_into_copy(x):
        y = copy(x)
        y += 1
        return (x * x).sum() * y.sum()

    check(write_into_copy, A)


RNG = np.random.default_rng(0)


@case(A, refused=METHOD)
def shuffled_argument(w):
    RNG.shuffle(w)
    return w[0] * w[1]


@case(A, refused=METHOD)
def cleaned_in_place(w):
    np.nan_to_num(w, copy=False)
    return (w * w).sum()


@case(A, refused=METHOD)
def result_written_into_the_argument(x):
    np.multiply(x, 2.0, out=x)
    return x.sum()


@case(A, refused=METHOD)
def sorted_in_place(x):
    x.sort()
    return x[0] * x[1]


@case(A, refused=METHOD)
def reinterpreted(x):
    return x.sum() * x.view(np.int64)[0]


@case(A)
def added_at_repeated_places(x):
    np.add.at(x, [0, 0], 1.0)
    return (x * x).sum()


@functools.lru_cache
def remembered(x):
    return x * x


@case(1.3, refused=("MissingRuleError", "SCT201"))
def callee_that_remembers(x):
    return remembered(x)


SHARED_WITH_ARGUMENT = A.copy()


def test_global_that_is_the_argument():
    def product_with_global(a):
        return (a * SHARED_WITH_ARGUMENT).sum()

    assert np.array_equal(sct.grad(product_with_global)(SHARED_WITH_ARGUMENT), A)
    check(product_with_global, A)


# ------------------------------------------------------------------------------------------------------ containers and objects

def remembers_in_its_default(x, acc=[]):
    acc.append(x)
    return x * len(acc)


HISTORY = []


@case(1.3, refused=CONTAINER)
def mutable_default(x):
    return remembers_in_its_default(x)


@case(1.3, refused=CONTAINER)
def history_outside(x):
    HISTORY.append(x)
    return x * x


class Counter:
    n = 0

    def __call__(self, x):
        self.n += 1
        return x * x * self.n


COUNTER = Counter()


@case(1.3, refused=("AliasingError", "SCT609"))
def object_that_counts(x):
    return COUNTER(x)


def test_refusing_changed_nothing():
    assert not HISTORY and COUNTER.n == 0 and not remembers_in_its_default.__defaults__[0]


def test_results_are_distinct_writable_and_new():
    def total(x, y):
        return np.sum(x + y)

    x = A.copy()
    x_bar, y_bar = sct.grad(total, (0, 1))(x, x)
    x_bar += 1
    assert y_bar.tolist() == [1.0] * 4 and x.tolist() == A.tolist()
    y_bar[0] = 5.0
    assert x_bar[0] == 2.0


@pytest.mark.parametrize("fun", [lambda x: np.sum(x), lambda x: x.sum(), lambda x: np.mean(x), lambda x: x @ np.ones(4),
                                 lambda x: np.dot(x, SHARED_WITH_ARGUMENT), lambda x: (x + 1).sum(), lambda x: sum(x),
                                 lambda x: x[:2].sum() + x[2:].sum(), lambda x: np.broadcast_to(x, (3, 4)).sum()])
def test_gradient_is_new_and_writable(fun):
    gradient = sct.grad(fun)
    first = gradient(A.copy())
    kept = first.copy()
    assert not np.shares_memory(first, SHARED_WITH_ARGUMENT)
    first += 7.0
    assert np.array_equal(gradient(A.copy()), kept)


# ------------------------------------------------------------------------------------------------- names, modules and keywords

def decayed(x, rate=0.1, *, power=1):
    return x * rate**power


@case(1.3, 0.4)
def keywords_of_user_calls(x, k):
    return decayed(x, rate=k * x) + decayed(rate=k, x=k, power=3) * x + decayed(x, power=2)


def doubled(x):
    return 2 * x


@case(1.3, 0.4)
def parameter_shadows_a_global_function(x, doubled):
    return x * doubled * doubled


@case(1.3, 0.4)
def local_shadows_a_global_function(x, y):
    doubled = lambda t: t * t * y
    return doubled(x)


FACTOR = 2.0


def test_global_rebound_after_grad(monkeypatch):
    def scaled(x):
        return x * x * FACTOR

    gradient = sct.grad(scaled)
    assert gradient(1.0) == 4.0
    monkeypatch.setitem(globals(), "FACTOR", 5.0)
    assert gradient(1.0) == 10.0


def written_modules(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    text = "K = {}\ndef scale(x):\n    for _ in range(2):\n        x = {}\n    return x\n"
    (tmp_path / "first_of_two.py").write_text(text.format("3.0", "x * K"))
    (tmp_path / "second_of_two.py").write_text(text.format("5.0", "x + K * x * x"))
    import first_of_two
    import second_of_two
    return first_of_two, second_of_two


def test_functions_and_globals_of_the_same_name_in_two_modules(tmp_path, monkeypatch):
    first, second = written_modules(tmp_path, monkeypatch)

    def both(x):
        return first.scale(x) * second.scale(x) + first.K * x

    check(both, 0.3)
    monkeypatch.setattr(first, "K", 4.0)
    check(both, 0.3)


def test_object_and_module_of_another_kind():
    space = types.SimpleNamespace(weight=A, bias=0.5)

    def affine(x):
        return np.sum(x * space.weight) + space.bias * x[0]

    check(affine, A)


# --------------------------------------------------------------------------------------------------------------------- values

@case(A)
def integer_array_with_repeats(a):
    return (a[np.array([0, 0, 2])] * np.array([1.0, 2.0, 3.0])).sum() * a[[1, 1, 1]].sum()


@case(T)
def separated_indices_move_axes(t):
    return (t[0, :, [0, 1]] * np.arange(6.0).reshape(2, 3)).sum()


@case(A)
def index_true_adds_an_axis(a):
    return (a[True] * np.arange(4.0)).sum() * a[None, True, 1:][0, 0, 0]


@case(M + 2, A + 3, 1.7)
def broadcasting_in_every_operator(m, a, k):
    return (m / a + a / m + m**a + k**m + np.multiply(m, a) * k + np.maximum(m, a * k) - np.minimum(a, m)).sum()


@case(np.ones((3, 1)) * 1.6, np.ones((1, 4)) * 0.5)
def two_way_broadcasting(a, b):
    return (a / b + a**b + np.maximum(a, 3 * b)).sum()


@case(1.3, 0.7)
def power_of_two_variables(x, y):
    return x**y


@case(A.astype(np.float32), A, wrt=(0,), expected=A.astype(np.float32), rtol=1e-6)
def single_with_double(a, b):
    return (a * b).sum()


@case(1.3)
def real_into_complex(x):
    z = x * (1 + 2j) + 3j
    return (z * z).real + abs(z)


@case([0.1] * 10)
def builtin_sum_is_compensated_or_not(xs):
    return sum(xs) * xs[0]


@case(A)
def where_in_reductions(a):
    return np.sum(a, where=a > 0) * np.mean(a, where=a < 1)


@case(A)
def sum_with_initial(a):
    return np.sum(a, initial=a[0] * 3.0) * a[1]


@case(A)
def full_like_of_an_active_value(a):
    return np.full_like(np.zeros(3), a[0]).sum() * a[1] + np.full_like(np.array([1, 2]), a[2] + 0.3).sum()


@case(A + 0.1)
def conversion_to_int(a):
    return a.astype(int).sum() * a.sum()


@case(np.zeros(3), expected=np.zeros(3))
def norm_at_zero(a):
    return np.linalg.norm(a)


@case(np.array([0.0, 3.0, 2.0]), expected=np.array([6.0, 0.0, 0.0]))
def product_with_a_zero(a):
    return np.prod(a)


@case(np.array([0.0, 1.0, 4.0]), expected=np.array([0.0, 0.5, 0.25]))
def infinite_derivative_that_where_hides(a):
    return np.where(a > 0, np.sqrt(a), 0.0).sum()


@case((1.3, 0.7, -0.4))
def tuple_that_is_indexed_at_run_time(t):
    total = 0.0
    for k in range(3):
        total += t[k] * t[k - 1] * (k + 1)
    return total


@case((A, A + 1.0), 1)
def tuple_of_arrays_that_is_indexed_at_run_time(t, k):
    return np.sum(t[k] * t[0] * t[1 - k])


@case({"p": ((1.3, 2.0), (0.7, -1.0))}, 2)
def tuple_of_tuples_that_is_indexed_at_run_time(d, n):
    total = 0.0
    for k in range(n):
        a, b = d["p"][k]
        total += a * a * b
    return total


@case(tuple(0.1 * k for k in range(12)))
def long_tuple_that_is_gone_through(t):
    total = 1.0
    for x in t:
        total += x * x * total
    return total


@case((A, A + 1.0), 1)
def array_of_a_tuple_that_is_written_to(t, k):
    t[k][1] *= t[0][0]
    return np.sum(t[0] * t[1])


@case(A, A + 1.0, 2)
def tuple_of_local_arrays_that_is_indexed_at_run_time(x, y, n):
    total = 0.0
    for k in range(n):
        total += np.sum((x, y)[k] * x)
    return total


test_program = tried(run, PROGRAMS)
