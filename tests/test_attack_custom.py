"""Programs that would go wrong silently if what a declared derivative keeps, is given or returns were shared carelessly."""

import numpy as np
import pytest

import sct
from sct import custom_jvp, custom_vjp, grad, hessian, vjp

X = np.array([0.7, 1.3, 2.1])


def declared(fun, fwd, bwd, **options):
    made = custom_vjp(fun, **options)
    made.defvjp(fwd, bwd)
    return made


class Opaque:
    """Calls a function in a way that cannot be followed."""

    def __init__(self, fun):
        self.fun = fun

    def __call__(self, *args):
        return eval("fun(*args)", {"fun": self.fun, "args": args})


class Box:
    def __init__(self, value):
        self.value = value


square = declared(lambda x: x * x, lambda x: (x * x, x), lambda x, g: (2.0 * x * g,))
boxed = declared(lambda x: x * x, lambda x: (x * x, Box(x)), lambda box, g: (2.0 * box.value * g,))
nested = declared(lambda x: x * x, lambda x: (x * x, [x, {"k": x}]), lambda res, g: (res[0] * g + res[1]["k"] * g,))
opaque = declared(Opaque(lambda x: x * x), Opaque(lambda x: (x * x, x)), Opaque(lambda x, g: (2.0 * x * g,)))
same = declared(lambda x: x, lambda x: (x, None), lambda res, g: (g,))
copied = declared(lambda x: x * 1.0, lambda x: (x * 1.0, None), lambda res, g: (g,))
added = declared(lambda x, y: x + y, lambda x, y: (x + y, None), lambda res, g: (g, g))
joined = declared(lambda x, y: np.concatenate([x, y]), lambda x, y: (np.concatenate([x, y]), len(x)),
                  lambda n, g: (g[:n], g[n:]))
turned = declared(lambda a: a.T, lambda a: (a.T, None), lambda res, g: (g.T,))
tangent_square = custom_jvp(lambda x: x * x)
tangent_square.defjvp(lambda primals, tangents: (primals[0] ** 2, 2.0 * primals[0] * tangents[0]))


def ruled(x):
    return x * x


sct.rule(ruled, x="2 * x")
SQUARES = {"custom_vjp": square, "object": boxed, "containers": nested, "opaque": opaque, "custom_jvp": tangent_square,
           "rule": ruled}


def elements_in_loops(x, f):
    a, s = x * x, 0.0
    for k in range(3):
        a = same(a)
        y = f(a)
        for i in range(3):
            s += a[i] * x[i] * k + y[i]
    return s + a.sum()


def written_after(x, f):
    a = x * 1.0
    y = f(a.copy())
    a[:] = 2.0
    z = f(a * x)
    return (y * z).sum()


def buffers_that_change_places(x, f):
    u, v = x * 1.0, x * 2.0
    for _ in range(3):
        v[:] = f(u.copy()) * 0.3
        u, v = v, u
    return (u * v).sum()


def accumulated(x, f):
    total = np.zeros(3)
    for k in range(4):
        total = total + copied(x * k)
        total += same(x)
    return (total * f(total)).sum()


def none_at_first(x, f):
    total = None
    for k in range(4):
        t = f(x * k)
        total = t if total is None else total + t * total
    return total.sum()


def pieces(x, f):
    z = joined(x * x, f(x))
    s = 0.0
    for i in range(6):
        s += z[i] ** 2
    return s + (z[:3] * x).sum()


def transposed_views(x, f):
    a = np.outer(x, x)
    b = turned(a)
    c = b + a
    for i in range(3):
        c[i] = c[i] * f(b[i] * 1.0)
    return (c * a).sum()


def both_cotangents_are_one(x, f):
    z = added(f(x), x)
    w = added(z, z)
    return (z * w * added(w, x)).sum() + z[0] * w[1]


def in_a_dict(x, f):
    d = {"w": x * 1.0}
    for _ in range(3):
        d["w"] = d["w"] - 0.1 * added(f(d["w"]), x)
    return (d["w"] ** 2).sum()


def recursive(x, f):
    def go(a, n):
        return same(a) if n == 0 else added(go(copied(a) * 0.9, n - 1), f(a))

    return (go(x * x, 3) * x).sum()


def early_exit(x, f):
    for i in range(3):
        y = f(x * i)
        if y.sum() > 3.0:
            return (y * x).sum()
        x = x + y
    return x.sum()


def numbers(x, f):
    s = 0.0
    for v in x:
        s = f(s + v)
    return s + sum(f(v) for v in x)


PROGRAMS = [elements_in_loops, written_after, buffers_that_change_places, accumulated, none_at_first, pieces, transposed_views,
            both_cotangents_are_one, in_a_dict, recursive, early_exit, numbers]


@pytest.mark.parametrize("kind", SQUARES)
@pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.__name__)
def test_program(program, kind):
    own = SQUARES[kind]

    def f(x):
        return program(x, own)

    steps = 1e-6 * np.eye(3)
    expected = np.array([(f(X + h) - f(X - h)) / 2e-6 for h in steps])
    before = X.copy()
    gradient = grad(f)
    assert np.allclose(gradient(X), expected, rtol=2e-5, atol=1e-6)
    _, pull = vjp(f, X)
    assert all(np.allclose(pull(w)[0], w * expected, rtol=2e-5, atol=1e-6) for w in (1.0, 3.0, 1.0))
    assert np.array_equal(X, before)
    if kind in ("custom_vjp", "custom_jvp", "rule", "containers"):
        curvature = np.array([(gradient(X + 10 * h) - gradient(X - 10 * h)) / 2e-5 for h in steps])
        assert np.allclose(hessian(f)(X), curvature, rtol=1e-4, atol=1e-4)


def test_a_random_function_draws_once_for_each_call():
    def forward(x):
        keep = np.random.random() < 0.5
        return x * keep, keep

    dropped = declared(lambda x: x * (np.random.random() < 0.5), forward, lambda keep, g: (g * keep,))
    hidden = declared(Opaque(lambda x: x * (np.random.random() < 0.5)), Opaque(dropped.fwd), Opaque(dropped.bwd))
    for f in (dropped, hidden):
        gradient = grad(lambda x, f=f: f(x) + 10.0 * f(x) + 100.0 * f(x))
        assert len({gradient(1.0) for _ in range(100)}) == 8
        with pytest.raises(sct.SctError):
            grad(grad(lambda x, f=f: f(x) * x))(1.0)


def test_a_result_that_is_a_buffer():
    buffer = np.zeros(3)

    def into_buffer(x):
        if len(x) != 3:
            return x * x
        np.multiply(x, x, out=buffer)
        return buffer

    made = declared(Opaque(into_buffer), Opaque(lambda x: (into_buffer(x), x.copy())), Opaque(lambda x, g: (2.0 * x * g,)))

    def f(x):
        y, s = x, 0.0
        for _ in range(3):
            y = made(y) * 1.0
            s = s + (y * y).sum()
        return s

    def plain(x):
        return (x**4).sum() + (x**8).sum() + (x**16).sum()

    expected = [(plain(X + h) - plain(X - h)) / 2e-6 for h in 1e-6 * np.eye(3)]
    assert np.allclose(grad(f)(X), expected, rtol=1e-5)


def test_undifferentiated_arrays_that_are_written_later():
    weighted = declared(lambda x, w: np.sum(x * w), lambda x, w: (np.sum(x * w), None), lambda w, res, g: (g * w,),
                        nondiff_argnums=1)

    def f(x):
        w = np.array([1.0, 2.0, 3.0])
        y = weighted(x, w)
        w[:] = 0.0
        return y * x[0] + w.sum()

    expected = [(f(X + h) - f(X - h)) / 2e-6 for h in 1e-6 * np.eye(3)]
    assert np.allclose(grad(f)(X), expected) and np.allclose(vjp(f, X)[1](1.0)[0], expected)


def test_a_hook_that_no_adjoint_comes_to():
    def inactive(v):
        s = 0.0
        for _ in range(3):
            s = s + sct.on_gradient(v * 2.0, lambda g: g)
        return s

    def f(x, n):
        return x * inactive(2.0 * n)

    assert grad(f)(3.0, 1.5) == 18.0 and "on_gradient" not in sct.source(f, 3.0, 1.5)


def test_types_of_results():
    assert grad(lambda x: square(x).sum())(X.astype(np.float32)).dtype == np.float32
    assert type(grad(lambda x: square(x))(2.0)) is float
    assert grad(lambda x: square(x))(np.array(2.0)).shape == ()
    assert grad(lambda z: abs(square(z)))(1 + 2j) == 2 - 4j
    assert grad(lambda x: square(x).sum())(np.zeros(0)).shape == (0,)


def test_functions_in_data():
    class Layer:
        def __init__(self):
            self.f, self.k = square, 3.0

        def loss(self, x):
            return self.f(x) * self.k

    layer, table = Layer(), {"a": square, "b": [square]}
    assert grad(layer.loss)(2.0) == 12.0 and grad(lambda q, x: q.f(x) * q.k, 1)(layer, 2.0) == 12.0
    assert grad(lambda x: table["a"](x) + table["b"][0](x))(2.0) == 8.0
    assert grad(lambda x, f=square: f(x))(2.0) == 4.0
    assert grad(lambda x: sum(map(square, [x, 2.0 * x])))(2.0) == 20.0


def popped(res, g):
    return (g * res.pop(),)


def doubled(res, g):
    res["n"] = res["n"] * 2.0
    return (g * res["n"],)


def doubled_attribute(res, g):
    res.value = res.value * 2.0
    return (g * res.value,)


@pytest.mark.parametrize(("keep", "bwd", "slope"), [(lambda x: [x], popped, 2.0), (lambda x: {"n": x}, doubled, 4.0),
                                                    (Box, doubled_attribute, 4.0)], ids=["list", "dict", "object"])
def test_a_bwd_that_changes_what_was_kept(keep, bwd, slope):
    made = declared(lambda x: x * 1.0, lambda x: (x * 1.0, keep(x)), bwd)
    assert grad(lambda x: made(x) * 3.0)(2.0) == 3.0 * slope
    _, pull = vjp(lambda x: made(x) * 3.0, 2.0)
    assert pull(1.0) == pull(1.0) == (3.0 * slope,)


def test_a_fwd_that_notes_its_calls():
    calls = []

    def fwd(x):
        calls.append(x)
        return x * x, x

    made = declared(lambda x: x * x, fwd, lambda x, g: (2.0 * x * g,))
    assert grad(lambda x: made(x) + made(x))(3.0) == 12.0 and calls == [3.0, 3.0]
