"""More of the language, one program for each construct: value to the last bit, gradient by differences, or refused by name."""

import contextlib
import functools
import itertools
import math
import operator

import numpy as np
import pytest

import sct
from tests.oracle import program, run, tried

A = np.array([0.7, -1.3, 2.1, 0.4])
PROGRAMS = []
case = functools.partial(program, PROGRAMS)


# -------------------------------------------------------------------------------------------------------- dicts and sets


@case(1.3)
def dict_comprehensions(x):
    d = {k: x * k for k in range(4)}
    e = {name: x ** (i + 1) for i, name in enumerate(("a", "b", "z")) if name != "z"}
    f = {k: v * 2.0 for k, v in e.items()}
    g = {(i, j): x * i + j for i in range(2) for j in (1, 2)}
    return d[1] * d[2] + d[3] * e["a"] * e["b"] + sum(f.values()) * g[1, 2] + len(g)


@case(1.3)
def dict_merged(x):
    d = {"a": x, "k": 2.0}
    e = {**d, "k": x * 3, **{"m": x}}
    f = d | {"z": x, "a": x * x}
    return e["k"] * e["a"] * e["m"] + f["z"] * f["a"] * d["a"] + len(f)


@case(1.3)
def dict_merged_in_place(x):
    d = e = {"a": x}
    d |= {"a": x * x}
    return e["a"]


@case(1.3)
def sets_of_known_items(x):
    s = {k % 3 for k in range(5)}
    t = {"a", "b"} | {"c"}
    total = x * len(s) + (x * x if "c" in t else 0.0) + len(frozenset([1, 1, 2]))
    for k in sorted(s - {0}):
        total += x**k
    return total + max(s) * x + (1 not in {2, 3})


@case(1.3, 2)
def run_time_number_in_a_set(x, n):
    return x * x if n in {1, 2} else x


# -------------------------------------------------------------------------------------------------------------- ordering


@case(1.3, 0.4)
@case(0.4, 1.3)
@case(-2.0, 0.5)
def sorted_tuple(x, y):
    s = sorted((x, y, x * y, 0.9))
    return s[0] + 2 * s[1] * s[2] - s[3] ** 2


@case(1.3, 0.4)
@case(0.4, 1.3)
def sorted_pairs(x, y):
    s = sorted([(x, 1.0), (y, 2.0), (x * y, y)], key=lambda p: p[0], reverse=True)
    names = sorted({"b": x, "a": y}.items(), key=lambda item: item[1])
    return s[0][0] * s[0][1] + 3 * s[1][0] * s[2][1] + names[0][1] * 5


@case(A)
def sorted_list_and_array(a):
    total = 0.0
    for i, v in enumerate(sorted([v * v for v in a], reverse=True)):
        total += i * v
    s = sorted(a, key=lambda v: (v > 0.5, -v))
    return total + s[0] * 2 + s[1] * s[2] - s[3] * s[3]


@case(1.5, -1.5, expected=(23.0, 33.0))
def ties_keep_their_order(x, y):
    s, t = sorted((x, y, 2.0), key=abs), sorted((x, y, 2.0), key=abs, reverse=True)
    return s[0] * 3 + s[1] * 5 + t[1] * 7 + t[2] * 11 + max((x, y), key=abs) * 13 + min((y, x), key=abs) * 17


@case(1.3, 0.4)
def largest_by_key(x, y):
    a = max((x, y), key=lambda v: -v)
    b = min([(x, y), (y, x)], key=lambda p: p[0])
    c = max([(x, y), (y, x)])
    return a * a + b[0] * b[1] * b[1] + c[1] * max(x, y, key=math.sin)


@case(A)
def largest_of_unknown_length(a):
    k = max(range(len(a)), key=lambda i: a[i])
    most = max([v for v in a if v > 0], default=0.0)
    none = min([v for v in a if v > 9], default=a[0])
    return max(a, key=abs) ** 2 + min([v * 2 for v in a], key=lambda v: v * v) + a[k] * most * none


# ------------------------------------------------------------------------------------------------ functools and itertools


@case(A, 0.4)
def reductions(a, y):
    known = functools.reduce(lambda p, q: p * q + y, [y, 2.0, y], 1.0) + functools.reduce(operator.mul, (y, y, 3.0))
    return known + functools.reduce(lambda p, q: p * 0.5 + q * q, a, y) + functools.reduce(operator.mul, a)


@case(A, 0.4)
def accumulated(a, y):
    b = list(itertools.accumulate([y, 2.0, y], operator.mul))
    c = list(itertools.accumulate((y, 3.0), initial=y))
    total = b[0] + b[1] * b[2] + c[2] * c[1]
    for v in itertools.accumulate(a, lambda p, q: 0.5 * p + q):
        total += v * v
    return total + sum(itertools.accumulate(a, initial=y))


@case(1.3, 0.4)
def chained(x, y):
    total = 0.0
    for v in itertools.chain((x, y), [x * y], (1.0,)):
        total = total * 0.5 + v
    for v in itertools.chain.from_iterable([(x, y), (y,)]):
        total = total * v
    return total


@case(1.3, 0.4)
def arrangements(x, y):
    total = 0.0
    for a, b in itertools.product((x, y), (1.0, x)):
        total += a * b
    for i, j in itertools.product(range(2), repeat=2):
        total += x**i * y**j
    for a, b in itertools.combinations((x, y, x * y), 2):
        total += a * b * b
    for a, b in itertools.permutations((x, y, 3.0), 2):
        total += a * a * b
    for a, b in itertools.combinations_with_replacement((x, y), 2):
        total += a * b * b
    for a, b in itertools.zip_longest((x, y, 2.0), (x,), fillvalue=0.3):
        total += a * b
    return total


@case(A, 0.4)
def slices_and_pairs(a, y):
    total = 0.0
    for v in itertools.islice((y, y * y, 3.0), 1, 3):
        total += v * v
    for v in itertools.islice(a, 2):
        total += v * v * y
    for p, q in itertools.pairwise((y, 2.0, y * y)):
        total += p * q * q
    for p, q in itertools.pairwise(a):
        total += (p - q) ** 2
    for p, q in zip(a, itertools.islice(a, 1, None), strict=False):
        total += p * q
    return total


@case(A, 0.4)
def repeated_and_counted(a, y):
    total = 0.0
    for v in itertools.repeat(y, 3):
        total = total * y + v
    for v, k in zip(a, itertools.count(1), strict=False):
        total += v * k
    for v, w in zip(a, itertools.cycle((1.0, y)), strict=False):
        total += v * w
    return total + sum(map(pow, (y, 2.0), itertools.repeat(2))) + sum(itertools.starmap(pow, [(y, 2), (y, 3)]))


@case(A)
def taken_and_dropped(a):
    total = sum(itertools.takewhile(lambda v: v < 1.0, [a[0], a[1], 3.0, a[3]]))
    for v in itertools.takewhile(lambda v: v > 0.0, a):
        total += v * v
    for v in itertools.dropwhile(lambda v: v > 0.0, a):
        total += v * v * v
    return total


@case(A, refused=("UnsupportedTypeError", "SCT711"))
def part_of_an_iterator(a):
    it = iter(a)
    head = list(itertools.islice(it, 2))
    return sum(it) * head[0]


@case(A)
def combinations_of_unknown_length(a):
    return sum(p * q for p, q in itertools.combinations(a, 2))


SECOND = operator.itemgetter(1)


@case(A, 1.3)
def getters(a, x):
    first, third = operator.itemgetter(0, 2)((x, 2.0, x * x))
    named = operator.itemgetter("k")({"k": x})
    called = operator.methodcaller("sum", axis=0)(a * a) + operator.methodcaller("scale", x)(CHILD)
    ordered = sorted([(a[0], 1.0), (a[1], 2.0)], key=operator.itemgetter(0))
    return SECOND((1.0, x)) * first * third + named * called * operator.attrgetter("w")(CHILD) + ordered[0][0] * ordered[1][1]


# ----------------------------------------------------------------------------------------------- functions and variables


@case(A)
def nonlocal_in_a_loop(a):
    total, n = 0.0, 0

    def add(v):
        nonlocal total, n
        total = total * 0.5 + v * v
        n += 1
        return total

    t = 0.0
    for v in a:
        t += add(v)
    return t + total * n


@case(1.3)
@case(-0.5)
def nonlocal_in_a_branch(x):
    best = 0.0

    def update(v):
        nonlocal best
        if v > best:
            best = v

    update(x)
    if x > 0.0:
        update(x * x)
    update(0.1)
    return best * x


@case(1.3)
def counters_are_apart(x):
    def make(n):
        def step(v):
            nonlocal n
            n = n + v
            return n
        return step

    first, second = make(0.5), make(x)
    first(x)
    second(2 * x)
    return first(x * x) * second(x)


@case(1.3)
def nonlocal_of_two_levels(x):
    a = x

    def outer(y):
        b = y

        def inner(z):
            nonlocal a, b
            a, b = a * z, b + a
            return a * b
        return inner(x) + inner(y) * b
    return outer(x * 3) * a


@case(A)
def nested_functions_read_two_functions(a):
    s = 0.0

    def outer(y):
        b = 1.0

        def inner(z):
            return s * z + b
        t = 0.0
        for _ in range(3):
            b = b * y
            t += inner(y)
        return t

    t = 0.0
    for v in a:
        s = s + v
        t += outer(v)
    return t


def doubled(f):
    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        return 2.0 * f(*args, **kwargs)
    return wrapper


@case(1.3)
def decorators_with_wraps(x):
    @doubled
    @doubled
    def power(v, p=2):
        return v**p
    return power(x) + power(x, p=3) * doubled(math.sin)(x)


class Base:
    K = 3.0

    def __init__(self, w):
        self.w = w

    def scale(self, x):
        return self.w * x

    @property
    def half(self):
        return self.w * 0.5

    @classmethod
    def make(cls, x):
        return x * cls.K

    @staticmethod
    def square(x):
        return x * x


class Child(Base):
    K = 4.0

    def scale(self, x):
        return super().scale(x) + x * x

    @property
    def half(self):
        return super().half + 1.0

    @classmethod
    def make(cls, x):
        return super().make(x) + x * x * super().K


CHILD = Child(2.5)


@case(1.3)
def inheritance(x):
    methods = CHILD.scale(x) * Base.scale(CHILD, x) * CHILD.half + super(Child, CHILD).scale(x)
    return methods + CHILD.make(x) * Child.make(x) + Base.make(x) + Child.square(x) * CHILD.square(x)


@case(1.3)
def deleted_names(x):
    a, b, (c, d) = x, x * 2, (x, 3.0)
    e = a * b
    del a, (b, c)
    a = x * d
    del d
    return a * e


@case(1.3)
def deleted_name_is_read(x):
    y = x * x
    if x > 5.0:
        del y
    return y


def test_a_deleted_name_is_not_bound():
    def f(x):
        y = x * x
        if x > 1.0:
            del y
        return y
    assert sct.grad(f)(0.5) == 1.0
    with pytest.raises(UnboundLocalError):
        sct.grad(f)(2.0)


# ----------------------------------------------------------------------------------------------------------------- match


@case(1.3, "b")
@case(1.3, "z")
def match_text(x, mode):
    match mode:
        case "a":
            return x
        case "b" | "c":
            return x * x
        case _:
            return 0.5 * x


@case(1.3)
def match_structures(x):
    match (x, 2.0):
        case (a,):
            r = a
        case (a, b) if a > 10:
            r = a
        case (a, b):
            r = a * b * b * a
    match [1, x, (x * 2, x), 5.0]:
        case [1, p, (q, _), *rest] as whole:
            r += p * q * len(whole) * rest[0]
    match {"k": x, "m": 2}:
        case {"k": v, **others}:
            r += v * len(others)
    match x:
        case int() | None:
            r = 0.0
        case float(y) if y > 1:
            r += y
    match CHILD:
        case Child(w=w):
            r *= w
    match A:
        case [first, *_]:
            r = first
    return r


@case(1.3, 2)
@case(1.3, 7)
def match_numbers(x, n):
    match n:
        case 1:
            return x
        case 2 | 3:
            return x * x
        case k if k > 5:
            return x * k
        case other:
            return x + other


@case(A)
def match_in_a_loop(a):
    total = 0.0
    for k, v in enumerate(a):
        match k % 3:
            case 0:
                total += v
            case 1:
                if v > 5:
                    continue
                total += v * v
            case 2:
                total *= v
                break
    return total


# ------------------------------------------------------------------------------------------------------------------- try


@case(1.3)
@case(-1.3)
def fallback(x):
    try:
        y = math.log(x)
    except ValueError:
        y = x * x
    return y * 2


@case(1.3)
@case(-1.3)
def fallback_returned(x):
    try:
        return math.log(x)
    except (ValueError, ZeroDivisionError):
        return x * x * x


@case(np.array([[2.0, 0.3], [0.1, 1.5]]))
@case(np.array([[1.0, 2.0], [2.0, 1.0]]))
def not_positive_definite(a):
    try:
        factor = np.linalg.cholesky((a + a.T) / 2)
        return 2.0 * np.log(np.diag(factor)).sum()
    except np.linalg.LinAlgError:
        return (a * a).sum()


@case(1.5, 0.7)
@case(-1.5, 0.7)
@case(-1.5, 0.0, wrt=(0,))
@case(1.5, 0.0, wrt=(0,))
def order_of_exceptions(x, y):
    try:
        inverse = 1 / y
        log = math.log(x)
        z = log * inverse + 2 / y
    except ValueError:
        z = x * 3
    except ZeroDivisionError as error:
        z = x * 5 + len(str(error))
    else:
        z = z * x
    return z


@case(A)
def handlers_in_a_loop(a):
    t = 0.3
    for v in a:
        try:
            w = math.sqrt(v) * t
            w = w * w * v
        except ValueError:
            w = v * v * t
        else:
            t = t * 2
        finally:
            t += v
        t = t * w + v
    return t


@case(A)
def loop_in_a_body(a):
    t = 0.3
    for v in a:
        u = 1.0
        try:
            w = t
            for k in range(3):
                w = math.sqrt(v - 0.25 * k) * w + w * w
            u = w
        except ValueError:
            pass
        t = t * u + v * v * t
    return t


@case(A)
@case(abs(A))
def half_of_a_loop(a):
    w = 0.4
    try:
        for v in a:
            w2 = math.sqrt(v) * w + v * v
            if v > 100:
                break
        s = w2
    except ValueError:
        s = (a * a).sum()
    return s * w


@case(A)
def exits_from_handlers(a):
    t = 0.0
    for v in a:
        try:
            w = math.log(v)
        except ValueError:
            continue
        t += w * w
        try:
            u = math.log(2.0 - v)
        except ValueError:
            break
        t = t * u
    return t


@case(-1.3)
def nested_handlers(x):
    try:
        try:
            r = math.log(x)
        except ZeroDivisionError:
            r = 1.0
        finally:
            print(end="")
    except ValueError:
        r = x * x
    return r


@case(1.3)
@case(0.3)
def raised_and_caught(x):
    try:
        if x > 1:
            raise KeyError("large")
        assert x > 0.5, "small"
        r = x
    except KeyError as error:
        r = x * x * len(error.args[0]) if False else x * x
    except AssertionError:
        r = x * x * x
    return r


def logarithm(v):
    return math.log(v) * v


def logarithms(v):
    t = 0.0
    for k in range(2):
        t += math.log(v - k)
    return t


@case(A)
def raised_in_callees(a):
    t = 0.0
    for v in a:
        try:
            t = t + logarithm(v) * logarithms(v)
        except ValueError:
            t = t * 0.5 + v
    return t


@case(np.array([1.0, 2.0, 3.0]))
def index_out_of_range(a):
    total = 0.0
    for i in range(4):
        try:
            v = a[i + 1]
        except IndexError:
            v = a[0] ** 2
        total += v * v * i
    return total


@case(1.5, -1.0, 3, wrt=(0,))
@case(1.5, 2.0, 3, wrt=(0,))
@case(1.5, -1.0, 0, wrt=(0,))
def invariant_that_raises(x, c, n):
    t = 0.0
    for _ in range(n):
        try:
            t = t + math.log(c) * x
        except ValueError:
            t = t + x * x * c
    return t


@case(-2.0)
@case(2.0)
def variables_seen_by_closures(x):
    k = 1.0

    def h():
        return k * x
    try:
        k = math.log(x)
    except ValueError:
        pass
    return h()


@case(-2.0, refused=("UnsupportedSyntaxError", "SCT103"))
def half_done(x):
    y = 1.0
    try:
        y = 5.0
        z = math.log(x)
    except ValueError:
        z = y * x
    return z


@case(-2.0, refused=("UnsupportedSyntaxError", "SCT105"))
def half_done_by_a_function(x):
    k = 1.0

    def h(v):
        nonlocal k
        k = k * v
        return math.log(v)
    try:
        r = h(x)
    except ValueError:
        r = x
    return r * k


@case(-2.0, refused=("UnsupportedSyntaxError", "SCT103"))
def finally_that_returns(x):
    try:
        y = math.log(x)
    finally:
        return x
    return y


def square(x):
    return x**2


def unused_square(x):
    unused = x**2
    return 3 * x + 0 * (unused > 0)


@pytest.mark.parametrize("gradient", [sct.grad, lambda f: lambda x: sct.value_and_grad(f)(x)[1]])
@pytest.mark.parametrize("called", [lambda x: x**2, square, unused_square])
def test_what_only_overflows_decides_which_handler_runs(gradient, called):
    def f(x):
        try:
            y = called(x)
        except OverflowError:
            y = 7 * x
        return y
    assert gradient(f)(1e200) == 7.0
    assert gradient(f)(2.0) == (3.0 if called is unused_square else 4.0)


def test_shapes_that_do_not_fit_decide_which_handler_runs():
    def f(a, b):
        try:
            c = a + b
            z = a.sum() + 0 * c.size
        except ValueError:
            z = a.sum() * b.sum()
        return z
    gradient = sct.grad(f, (0, 1))
    assert [g.tolist() for g in gradient(np.ones(3), np.ones(2))] == [[2.0] * 3, [3.0] * 2]
    assert [g.tolist() for g in gradient(np.ones(3), np.ones(3))] == [[1.0] * 3, [0.0] * 3]


def test_what_is_raised_before_a_try_is_not_handled():
    def f(x):
        y = math.log(x)
        try:
            z = y * 2
        except ValueError:
            z = x
        return z
    with pytest.raises(ValueError, match="math domain error"):
        sct.grad(f)(-1.0)


def test_what_no_handler_takes_is_raised():
    def f(x):
        try:
            y = math.log(x)
        except ZeroDivisionError:
            y = x
        except ValueError:
            print("logged", end="")
            raise
        return y
    assert sct.grad(f)(2.0) == 0.5
    with pytest.raises(ValueError, match="math domain error"):
        sct.grad(f)(-1.0)


def test_finally_runs_once_on_every_way(capsys):
    def f(x):
        try:
            y = math.log(x)
        finally:
            print("done", end=" ")
        return y
    sct.grad(f)(2.0)
    with pytest.raises(ValueError, match="math domain error"):
        sct.grad(f)(-1.0)
    assert capsys.readouterr().out == "done done "


def test_second_derivative_through_a_handler():
    def f(x):
        try:
            y = math.log(x)
        except ValueError:
            y = x * x * x
        return y
    second = sct.grad(lambda x: sct.grad(f)(x))
    assert second(2.0) == -0.25
    assert second(-2.0) == -12.0


# ------------------------------------------------------------------------------------------------------ context managers


class Quiet:
    def __enter__(self):
        return self

    def __exit__(self, *exception):
        return False


QUIET = Quiet()


@case(1.3)
def own_managers(x):
    with QUIET:
        y = x * x
    with Quiet(), contextlib.nullcontext():
        y += x * y
    return y


test_program = tried(run, PROGRAMS)


def test_an_unrolled_loop_that_always_raises():
    def f(x):
        for v in (x, 2.0):
            raise ValueError(f"{v}")
        return x
    with pytest.raises(ValueError, match="1.5"):
        sct.grad(f)(1.5)


def test_a_loop_that_breaks_or_raises():
    def f(x, k):
        for _ in range(1):
            if k > 1:
                x /= 2.0
                break
            c += x  # noqa: F821
        return x
    assert sct.grad(f)(1.5, 2) == 0.5
    with pytest.raises(UnboundLocalError):
        sct.grad(f)(1.5, 1)


LEAVES = ["continue", "break", "return y * 3", "y *= 2"]


@pytest.mark.parametrize(("leave", "place"), [
    (leave, place) for leave in LEAVES for place in ("body", "handler", "else") if "*= 2" not in leave or place != "body"])
def test_finally_runs_last_whichever_way_a_try_is_left(leave, place):
    text = f"""
def f(x, y, k):
    for _ in range(3):
        try:
            math.log(x)
            if k == 1: {leave if place == "body" else "pass"}
        except ValueError:
            if k == 1: {leave if place == "handler" else "y += 0.5"}
        else:
            y *= 1.25
            if k == 1: {leave if place == "else" else "pass"}
        finally:
            y -= 0.25
        y *= 1.5
    else:
        y += 7.0
    return y
"""
    space = {"math": math}
    exec(text, space)
    gradient = sct.grad_from_source(text, "f", {"math": math})
    for args in itertools.product((0.7, -0.7), (1.4,), (0, 1)):
        up, down = (space["f"](args[0], args[1] + h, args[2]) for h in (1e-6, -1e-6))
        value, (y_bar,) = sct.value_and_grad(gradient.fun, (1,))(*args)
        assert value == space["f"](*args)
        assert abs(y_bar - (up - down) / 2e-6) < 1e-6 * max(1.0, abs(y_bar))
