"""``debug_nans=True`` names the first adjoint that is not finite: line, formula and numbers; and raises for nothing else."""

import math
import pickle

import numpy as np
import pytest

import sct
from sct.errors import NonFiniteGradientError

pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def root(x):
    y = x * 1.0
    return math.sqrt(y)


def masked_by_product(x, m):
    return np.sum(m * np.sqrt(x))


def norm(x):
    length = np.sqrt(np.sum(x * x))
    return length * 2.0


def entropy(x):
    p = x / np.sum(x)
    logs = np.log(p)
    return -np.sum(p * logs)


def overflow(x):
    z = np.exp(x)
    return 1.0 / (1.0 + z)


def power(x):
    return x**0.5 * x**0.25


def squared_repeatedly(x):
    s = x
    for _ in range(5):
        s = s * s
    return 1.0 / s


def halved(v):
    for _ in range(3):
        v = np.sqrt(v)
    return v


def with_callee(x):
    s = 0.0
    for i in range(3):
        s += halved(x * i)
    return s


def stored(x):
    a = np.zeros(3)
    for i in range(3):
        a[i] = np.sqrt(x[i])
    return a.sum()


def zero_times_infinity(x):
    big = x * 1e308 * 10.0
    return np.sum(0.0 * big)


FOUND = [
    (root, (0.0,), "return math.sqrt(y)", "math.sqrt(y)", "gives inf, with 2.0 * "),
    (masked_by_product, (np.array([4.0, 0.0]), np.array([1.0, 0.0])), "return np.sum(m * np.sqrt(x))", "np.sqrt(x)",
     "`x_bar = m / (2.0 * sqrt_x)` gives nan at [1], with m = 0.0 at [1] and 2.0 * sqrt_x = 0.0 at [1]"),
    (norm, (np.zeros(2),), "length = np.sqrt(np.sum(x * x))", "np.sqrt(np.sum(x * x))",
     "`x_bar` is not finite: `2.0 / (2.0 * length)` gives inf, with 2.0 * length = 0.0"),
    (entropy, (np.array([0.0, 1.0]),), "return -np.sum(p * logs)", "return -np.sum(p * logs)",
     "the function itself gives nan: tests/test_debug_nans.py:31: `logs = np.log(p)` gives -inf"),
    (overflow, (np.float64(1000.0),), "z = np.exp(x)", "np.exp(x)", "z = inf"),
    (power, (np.float64(0.0),), "return x**0.5 * x**0.25", "x**0.", "power_dx(x, 0."),
    (squared_repeatedly, (1e40,), "s = s * s", "s * s", ""),
    (with_callee, (1.0,), "v = np.sqrt(v)", "np.sqrt(v)", "with v_bar = 1.0 and 2.0 * v = 0.0"),
    (stored, (np.array([1.0, 0.0, 2.0]),), "a[i] = np.sqrt(x[i])", "np.sqrt(x[i])", "gives inf"),
    (zero_times_infinity, (np.array([1.0]),), "return np.sum(0.0 * big)", "return np.sum(0.0 * big)",
     "`big = x * 1e308 * 10.0` gives inf"),
]


@pytest.mark.parametrize("fun, args, line, marked, message", FOUND, ids=[f[0].__name__ for f in FOUND])
def test_the_first_line_is_named(fun, args, line, marked, message, monkeypatch, request):
    monkeypatch.chdir(request.config.rootpath)
    for gradient in (sct.grad(fun, debug_nans=True), sct.value_and_grad(fun, debug_nans=True)):
        with pytest.raises(NonFiniteGradientError) as raised:
            gradient(*args)
        first, statement, carets, *_ = str(raised.value).splitlines()
        assert first.startswith("tests/test_debug_nans.py:") and "SCT550" in first and message in first
        assert statement.strip() == line and statement[carets.index("^"):].startswith(marked)
        assert isinstance(raised.value, FloatingPointError) and raised.value.hint
    assert np.all(np.isfinite(np.asarray(args[0])))


def test_what_the_function_makes_infinite_is_said():
    with pytest.raises(NonFiniteGradientError, match=r"z = inf") as raised:
        sct.grad(overflow, debug_nans=True)(np.float64(1000.0))
    assert "`z = np.exp(x)` gives inf" in raised.value.hint


# ------------------------------------------------------------------------------------------------------- no false alarms

def guarded(x):
    return np.sum(np.where(x > 0.0, np.sqrt(x) * np.log(x), 0.0))


def ratio(x):
    return np.sum(np.where(x != 0.0, np.sin(x) / x, 1.0))


def smallest(x):
    best = math.inf
    for v in x:
        if v * v < best:
            best = v * v
    return best


def undefined_elsewhere(x):
    y = np.log(x)
    return np.sum(y[x > 0.0])


HARMLESS = [(guarded, (np.array([-1.0, 0.0, 2.0]),)), (ratio, (np.array([0.0, 1.0]),)), (smallest, (np.array([3.0, -2.0]),)),
            (undefined_elsewhere, (np.array([-1.0, 2.0]),)), (root, (4.0,)), (stored, (np.ones(3),))]


@pytest.mark.parametrize("fun, args", HARMLESS, ids=[f.__name__ for f, _ in HARMLESS])
def test_a_finite_gradient_is_that_of_the_plain_one(fun, args):
    value, expected = sct.value_and_grad(fun)(*args)
    found_value, found = sct.value_and_grad(fun, debug_nans=True)(*args)
    assert found_value == value and type(found) is type(expected)
    np.testing.assert_array_equal(found, expected)


# ------------------------------------------------------------------------------------------------------- the other transforms

def roots(x):
    return np.sqrt(x)


def three_halves(x):
    return np.sum(x**1.5)


@pytest.mark.parametrize("call", [
    lambda x: sct.vjp(roots, x, debug_nans=True)[1](np.ones(2)),
    lambda x: sct.jacrev(roots, debug_nans=True)(x),
    lambda x: sct.jacfwd(roots, debug_nans=True)(x),
    lambda x: sct.hessian(three_halves, debug_nans=True)(x),
])
def test_other_transforms(call):
    with pytest.raises(NonFiniteGradientError, match="at \\[1\\]") as raised:
        call(np.array([1.0, 0.0]))
    assert raised.value.loc.function in ("roots", "three_halves")
    call(np.array([1.0, 2.0]))


def test_the_checks_show_in_the_source_and_cost_the_plain_gradient_nothing():
    plain, watched = sct.grad(stored), sct.grad(stored, debug_nans=True)
    x = np.array([1.0, 2.0, 3.0])
    plain(x), watched(x)
    assert "finite(" in watched.source and "note(notes, " in watched.source and "defined(" in watched.source
    assert not any(name in plain.source for name in ("finite(", "note(", "defined("))


def test_a_gradient_taken_inside_is_watched_from_outside():
    def outer(x):
        return sct.grad(three_halves)(x)[0]

    with pytest.raises(NonFiniteGradientError):
        sct.grad(outer, debug_nans=True)(np.array([0.0, 1.0]))
    with pytest.raises(sct.SctError, match="outermost"):
        sct.grad(lambda x: sct.grad(root, debug_nans=True)(x))(1.0)


def test_it_travels():
    again = pickle.loads(pickle.dumps(sct.grad(root, debug_nans=True)))
    with pytest.raises(NonFiniteGradientError):
        again(0.0)


def test_it_is_not_saved(tmp_path):
    with pytest.raises(sct.ArgumentError, match="debug_nans"):
        sct.grad(root, debug_nans=True).save(tmp_path / "root.py", 1.0)
    assert not list(tmp_path.iterdir())
