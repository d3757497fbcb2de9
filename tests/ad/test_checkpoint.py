"""Checkpoints: the gradient is the plain one, little is saved, and what cannot be run again is refused."""

import math
import pickle
import tracemalloc

import numpy as np
import pytest

import sct
from sct.errors import ArgumentError, SctError
from sct.testing.check import check_grads
from sct.testing.differences import finite_difference
from sct.testing.trial import FAILURES, checkpointing_engine, survey

V = np.array([0.3, 0.7, 1.2, 0.5])
checkpoint = sct.checkpoint


# ------------------------------------------------------------------------------------------------------------- programs

def recurrence(x, n):
    s = x
    for i in range(n):
        s = math.sin(s) * x + 0.1 * i
    return s


def with_break(x, n):
    s = x
    for i in range(3, n, 2):
        s = math.sin(s) * x + 0.1 * i
        if s > 1.9:
            break
        if s < -1.0:
            continue
        s = s * 1.01
    return s


def newton(x, n):
    s = x
    while abs(s * s - 2.0) > 10.0 ** -n:
        s = s - 0.1 * (s * s - 2.0) * math.exp(-s * x)
    return s


def while_with_break(x, n):
    s, k = x, 0
    while k < n:
        s = math.sin(s) * x + 0.4
        k += 1
        if s > 1.1:
            s = s * s
            break
    return s


def returns(x, n):
    s = x
    for _ in range(n):
        s = s * s * x + 0.3
        if s > 2.0:
            return s * x
    else:
        s = s + x
    return math.sin(s)


def backwards(x, n):
    s = x
    for i in range(n, 0, -3):
        s = math.sin(s + i) * x
    for i in range(n, 0, -n):
        s = math.sin(s - i) * x
    return s


def nested(x, n):
    s = x
    for t in range(n):
        for _ in range(t, 2 * n):
            s = math.sin(s) * x + 0.1
            if s > 0.95:
                break
        s = s * math.exp(-s)
    return s


def caught(x, n):
    s = x
    for _ in range(n):
        try:
            s = math.sqrt(s - 0.5) * x
        except ValueError:
            s = s * s + 1.0
    return s


def first_bound_inside(x, n):
    for i in range(n):
        y = x * i
        z = math.sin(y) * y
    return y * z


def over_arrays(v, n):
    s = 1.0
    for a, b in zip(v, v[::-1], strict=True):
        s = math.sin(s * a) + b * s
    for i, a in enumerate(v):
        s = s * math.cos(a * i) * a
    return s + n


def comprehension(x, n):
    ys = [math.sin(x * i) * math.exp(x * math.sin(x * i)) for i in range(n)]
    return sum(y * y for y in ys)


def functional(u, n):
    for _ in range(n):
        u = u + 0.1 * (np.roll(u, 1) - 2.0 * u) * u
    return np.sum(u * u)


def augmented(u, n):
    v = np.zeros_like(u)
    for _ in range(n):
        v += np.sin(u * v) + u
    return np.sum(v)


def in_place(v, n):
    u = v.copy()
    for _ in range(n):
        u[1:-1] += 0.1 * (u[2:] - 2.0 * u[1:-1] + u[:-2]) * u[1:-1]
    return np.sum(u * u)


def elements(x, n):
    a = np.zeros(n)
    a[0] = x
    for i in range(1, n):
        a[i] = math.sin(a[i - 1]) * x + a[i - 1]
    return np.sum(a * a)


def swapped(u, n):
    u = u.copy()
    w = np.zeros_like(u)
    for _ in range(n):
        w[1:-1] = u[1:-1] + 0.1 * np.sin(u[2:] * u[:-2])
        w[0] = u[-1]
        w[-1] = u[0] ** 2
        u, w = w, u
    return np.sum(u * w)


def made_in_the_loop(u, n):
    for _ in range(n):
        w = np.zeros_like(u)
        w[1:-1] = u[1:-1] + 0.1 * np.sin(u[2:] * u[:-2])
        w[0] = u[-1] * u[1]
        u = w
    return np.sum(u * u)


def views(x, n):
    m = np.outer(x, x)
    for i in range(n):
        r = m[i % 3]
        r *= np.cos(r)
        m[:, i % 3] += r * r
    return np.sum(np.sin(m))


def written_later(x, n):
    a = np.ones(4) * x
    s = 0.0
    for i in range(n):
        s += np.sum(a * a) * math.sin(s)
        a[i % 4] = s * x
    a[1] = 3.0 * a[0]
    for i in range(n):
        s = s + np.sum(np.exp(-a * a)) * math.cos(s)
        a[(2 * i) % 4] *= s
    return s + np.sum(a)


def view_or_copy(x, n):
    """The shadow of ``flat`` is a copy that is made anew when the segment is run again, and must be empty then."""
    m = np.outer(x, x)
    for k in range(n):
        m = np.tanh(m + 0.1 * k)
    s = 0.1
    for _ in range(n):
        s = np.sin(s) * 1.2 + m[0, 0]
        flat = m.T.reshape(-1)[1:]
        flat[1:] *= np.cos(flat[:-1])
        s += flat[2]
    return s + m[1, 1]


LOOPS = [(view_or_copy, V), (recurrence, 0.7),
         (with_break, 0.9), (newton, 1.0), (while_with_break, 0.9), (returns, 0.7), (returns, 1.3),
         (backwards, 0.7), (nested, 0.8), (caught, 0.9), (first_bound_inside, 0.4), (over_arrays, V), (comprehension, 0.4),
         (functional, V), (augmented, V), (in_place, V), (elements, 0.6), (swapped, V), (made_in_the_loop, V), (views, V[:3]),
         (written_later, 0.5)]


@pytest.mark.parametrize(("f", "x"), LOOPS, ids=lambda a: getattr(a, "__name__", ""))
@pytest.mark.parametrize("n", [1, 2, 5, 12])
def test_loops_in_segments_have_the_plain_gradient(f, x, n):
    given = np.copy(x)
    found = sct.grad(f, checkpoint="loops")(x, n)
    np.testing.assert_allclose(found, differences(f, x, n), rtol=2e-6, atol=1e-8)
    np.testing.assert_array_equal(x, given)


def differences(f, x, n):
    return finite_difference(f, (x, n), eps=1e-5)


# ------------------------------------------------------------------------------------------------------------ structure

def test_three_plain_loops():
    text = sct.source(sct.grad(recurrence, checkpoint="loops"), 0.7, 50)
    assert text == '''\
# recurrence_grad, specialised for x: float, n: int
def recurrence_grad(x, n):
    length = int(math.sqrt(max(n, 1)))
    saved_s = []
    s = x
    for start in range(0, n, length):
        saved_s.append(s)
        for i in range(start, min(start + length, n)):
            s = math.sin(s) * x + 0.1 * i
    # reverse sweep
    # {0}: for i in range(n):
    s_bar = 1.0
    x_bar = 0.0
    for start in reversed(range(0, n, length)):
        s = saved_s.pop()
        # {1}: s = math.sin(s) * x + 0.1 * i
        saved = []
        # {0}: for i in range(n):
        for i in range(start, min(start + length, n)):
            # {1}: s = math.sin(s) * x + 0.1 * i
            sin_s = math.sin(s)
            saved.append((s, sin_s))
            s = sin_s * x + 0.1 * i
        for s, sin_s in reversed(saved):
            # {1}: s = math.sin(s) * x + 0.1 * i
            x_bar += s_bar * sin_s
            s_bar = s_bar * x * math.cos(s)
    x_bar += s_bar
    return x_bar
'''.format(*(recurrence.__code__.co_firstlineno + k for k in (2, 3)))


def test_a_loop_that_saves_nothing_stays_as_it_is():
    def linear(u, n):
        u = u.copy()
        for _ in range(n):
            u[1:] += 0.5 * u[:-1]
        return np.sum(u)
    assert sct.source(sct.grad(linear, checkpoint="loops"), V, 3) == sct.source(linear, V, 3)


def test_replayed_while_loops_need_no_test():
    text = sct.source(sct.grad(newton, checkpoint="loops"), 1.0, 3)
    reverse = text[text.index("# reverse sweep"):]
    assert "for _ in range(count):" in reverse and "if " not in reverse


def peak_of_memory(fun, *args):
    """What the gradient of ``fun`` with checkpoints holds at most, compiled beforehand, in bytes."""
    gradient = sct.grad(fun, checkpoint="loops")
    gradient(args[0], 10)
    tracemalloc.start()
    gradient(*args)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def test_memory_of_a_million_steps():
    """10 MB without checkpoints; it grows with the root of the number of steps."""
    assert peak_of_memory(recurrence, 0.7, 100_000) < 200_000


def test_segments_of_loops_over_elements_are_longer():
    """A copy of the array at each of sqrt(n) places would take more than to save everything."""
    assert peak_of_memory(elements, 0.6, 10_000) < 3_000_000


# ------------------------------------------------------------------------------------------------------------ functions

@checkpoint
def layer(x, w):
    """A layer."""
    y = np.tanh(w * x)
    return y * np.exp(y)


def network(x, n):
    for k in range(n):
        x = layer(x, 0.1 * k + 0.5)
    return np.sum(x)


@checkpoint
def writes(a, b, c):
    a += b * c
    b[0] = a[1] * a[2]
    return np.sum(a * b)


def calls_what_writes(v, n):
    a = v * 0.5
    b = np.cos(v)
    s = writes(a, b, 0.5)
    s += writes(b, a, 0.1 * math.sin(s))
    for _ in range(n):
        s = math.sin(writes(a, b, 0.1 * math.sin(s)))
    return s + np.sum(a * b)


@checkpoint
def energy(v):
    return np.sum(np.sin(v) * np.exp(v))


def argument_changes(v, n):
    a = v.copy()
    y = energy(a)
    a[0] = 0.1 * y * a[1]
    s = energy(a)
    for i in range(n):
        s = math.sin(s + 0.1 * energy(a))
        a[i % 3] = math.cos(s) * v[i % 3]
    a[...] = 0.0
    return y * s


@checkpoint
def two_arrays(a):
    b = a * a
    b[0] = a[1]
    return b, 2.0 * b


def results_change(v, n):
    p, q = two_arrays(v)
    p[1] = q[0] * v[2] * n
    q *= p
    return np.sum(np.sin(p) * q)


@checkpoint
def itself(a):
    return a[1:]


def result_is_a_view(v, n):
    a = np.sin(v) * n
    b = itself(a)
    s = np.sum(b * b)
    b *= v[1:]
    return s + np.sum(a * a)


@checkpoint
def power(x, n):
    return math.sin(x * power(x, n - 1)) if n else x * x


def recursive(x, n):
    return power(x, n) * x


def captured(x, n):
    k = x

    def inner(t):
        return t * k * math.sin(t) * n
    again = checkpoint(inner)
    s = again(x)
    k = 2.0 * x
    return s * again(x) + checkpoint(lambda t: t * math.exp(k * t))(x)


class Model:
    def __init__(self, w):
        self.w = w

    @checkpoint
    def layer(self, x):
        return np.tanh(self.w * x) * x

    def loss(self, x, n):
        for _ in range(n):
            x = self.layer(x)
        return np.sum(x)


model = Model(np.array([0.3, 0.8, 1.1, 0.4]))


def marked(x, n):
    s = x
    for _ in checkpoint(range(n)):
        for _ in checkpoint(range(3)):
            s = math.sin(s) * x + 0.1
    while checkpoint(s < 3.0):
        s = s * x + s * s * 0.1 + 0.5
    return s


FUNCTIONS = [(network, V), (network, 0.7), (calls_what_writes, V), (argument_changes, V), (results_change, V), (recursive, 0.7),
             (result_is_a_view, V), (captured, 0.6), (model.loss, V), (marked, 0.9)]


@pytest.mark.parametrize(("f", "x"), FUNCTIONS, ids=lambda a: getattr(a, "__name__", ""))
@pytest.mark.parametrize("n", [1, 4])
@pytest.mark.parametrize("mode", [None, "loops"])
def test_checkpointed_functions(f, x, n, mode):
    np.testing.assert_allclose(sct.grad(f, checkpoint=mode)(x, n), differences(f, x, n), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(("f", "x"), [case for case in FUNCTIONS if case[0] != model.loss],
                         ids=lambda a: getattr(a, "__name__", ""))
def test_other_derivatives_go_through_checkpoints(f, x):
    def g(z):
        return f(z, 3)
    check_grads(g, (x,), order=2)
    out, pull_back = sct.vjp(g, x)
    (first,), (second,) = pull_back(1.0), pull_back(2.0)
    np.testing.assert_array_equal(2 * first, second)


def test_calls_are_plain_calls_in_both_sweeps():
    text = sct.source(network, V, 3)
    forward, reverse = text[text.index("def network_grad"):].split("# reverse sweep")
    assert "x = layer(x, " in forward and "layer_forward" not in forward
    assert "layer_forward(" in reverse and "layer_backward(" in reverse


def test_as_a_function_it_is_the_function():
    assert layer.__name__ == "layer" and layer.__doc__ == "A layer." and layer.__module__ == __name__
    np.testing.assert_array_equal(layer(V, 0.5), layer.fun(V, 0.5))
    assert pickle.loads(pickle.dumps(layer)) is layer
    assert pickle.loads(pickle.dumps(checkpoint(differences))).fun is differences
    assert checkpoint(layer) is layer and sct.remat is checkpoint
    assert model.layer(V).shape == V.shape
    assert repr(checkpoint(recurrence)) == "<checkpoint of recurrence>"
    assert sct.grad(checkpoint(recurrence))(0.7, 5) == sct.grad(recurrence)(0.7, 5)


def test_everything_else_comes_back_as_it_is():
    r = range(3)
    assert checkpoint(r) is r and checkpoint(True) is True


def test_gradient_functions_with_checkpoints_pickle():
    gradient = sct.grad(recurrence, checkpoint="loops")
    assert pickle.loads(pickle.dumps(gradient)).source == gradient.source


def test_saved_modules_need_nothing(tmp_path):
    sct.grad(marked).save(tmp_path / "marked_grad.py", 0.9, 4)
    space = {}
    exec((tmp_path / "marked_grad.py").read_text(), space)
    assert space["marked_grad"](0.9, 4) == sct.grad(marked)(0.9, 4)


# -------------------------------------------------------------------------------------------------------------- refusals

def prints(x, n):
    s = x
    for i in checkpoint(range(n)):
        s = math.sin(s) * x
        print(i)
    return s


@checkpoint
def noisy(x):
    return math.sin(x) * np.random.rand()


def calls_noisy(x, n):
    return noisy(x) * n


def list_grows(x, n):
    ys = [x]
    for _ in range(n):
        ys.append(math.sin(ys[-1]) * x)
    return ys[-1]


class Countdown:
    def __init__(self, items):
        self.items = items

    def __iter__(self):
        yield from self.items


def opaque(x, n):
    s = x
    for _ in Countdown(range(n)):
        s = math.sin(s) * x
    return s


def idle_mark(x, n):
    k = checkpoint(n)
    return x * k


@pytest.mark.parametrize(("f", "args", "message", "line"), [
    (prints, (0.5, 3), "prints", 4),
    (calls_noisy, (0.5, 3), "draws not all its random numbers from one generator", 1),
    (list_grows, (0.5, 3), "`ys`, a list or dict, changes", 2),
    (opaque, (0.5, 4), "cannot be cut into segments", 2),
    (idle_mark, (0.5, 3), "given to `checkpoint` here is neither", 1),
], ids=lambda a: getattr(a, "__name__", ""))
def test_what_cannot_be_run_again_is_refused(f, args, message, line):
    with pytest.raises(SctError, match=message) as caught:
        sct.grad(f, checkpoint="loops")(*args)
    obstacle = caught.value.obstacles[0]
    assert obstacle.code == "SCT116" and obstacle.loc.line == f.__code__.co_firstlineno + line


@pytest.mark.parametrize("value", [True, "functions", 3])
def test_unknown_values_of_the_option(value):
    with pytest.raises(ArgumentError, match="checkpoint="):
        sct.grad(recurrence, checkpoint=value)


# ------------------------------------------------------------------------------------------------------- random programs

@pytest.mark.parametrize("array_writes", [False, True])
def test_random_programs(array_writes):
    found = survey(range(25), checkpointing_engine, array_writes=array_writes)
    assert not [failure for failure in found.failures if failure[1].kind in FAILURES], found.markdown("checkpoints")
    assert found.verdicts["right"] > 10


def asserts(x, y):
    s = 0.0
    for k in range(-1, 5):
        try:
            assert x * k > y
            t = x
        except AssertionError:
            t = x * y
        s += t * s + t
    return s


def takes_logarithms_that_no_derivative_needs(x, y):
    s = 0.0
    for k in range(6):
        try:
            math.log(x * k - 3)
        except ValueError:
            continue
        s += math.sin(s) * y + k * x
    return s


def reads_what_is_not_there(x, y):
    s, v = 0.0, np.array([x, y, x * y])
    for k in range(5):
        try:
            t = v[k] * 2
        except IndexError:
            t = x * y * k
        s += t * math.sin(s) + t
    return s


@pytest.mark.parametrize("fun", [asserts, takes_logarithms_that_no_derivative_needs, reads_what_is_not_there])
def test_what_a_handler_takes_up_is_raised_again_in_the_second_run(fun):
    x, y, h = 2.0, 0.5, 1e-6
    expected = (fun(x + h, y) - fun(x - h, y)) / (2 * h), (fun(x, y + h) - fun(x, y - h)) / (2 * h)
    for gradient in (sct.grad(fun, (0, 1), checkpoint="loops"), sct.grad(sct.checkpoint(fun), (0, 1))):
        np.testing.assert_allclose(gradient(x, y), expected, rtol=1e-7, atol=1e-7)


def changes_a_dict_afterwards(x):
    table, s = {0: x, 1: 2.0 * x}, 1.0
    for k in range(4):
        s = math.sin(s * table[k % 2]) + x
    table[1] = s
    return s + table[0] * table[1]


def reads_a_dict(table, x, n):
    s = 1.0
    for k in range(n):
        if s > 50.0:
            return s
        s = math.sin(s * table[k % 2]) + x
    return s


def changes_a_dict_after_a_call(x):
    table = {0: x, 1: 2.0 * x}
    s = reads_a_dict(table, x, 3) + reads_a_dict(table, 2.0 * x, 2)
    for k in range(2):
        table[k] = s
    return s * table[0]


@pytest.mark.parametrize("fun", [changes_a_dict_afterwards, changes_a_dict_after_a_call])
def test_a_dict_that_changes_after_a_loop_that_reads_it_again_is_refused(fun):
    with pytest.raises(SctError, match="a dict, is read in a checkpointed loop, changes afterwards") as caught:
        sct.grad(fun, checkpoint="loops")(0.7)
    assert caught.value.obstacles[0].code == "SCT116"
    h = 1e-6
    assert sct.grad(fun)(0.7) == pytest.approx((fun(0.7 + h) - fun(0.7 - h)) / (2 * h), rel=1e-7)
