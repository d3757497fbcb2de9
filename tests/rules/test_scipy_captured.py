"""Functions that capture what they are differentiated by, given to SciPy's solvers: against differences of the solutions."""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
import pytest

optimize = pytest.importorskip("scipy.optimize")

import sct  # noqa: E402

from .whole import check_whole  # noqa: E402

ENDS = (0.0, 4.0)
solve = functools.partial(optimize.brentq, a=0.0, b=4.0, xtol=1e-14)


class Model:
    def __init__(self, a: float) -> None:
        self.a = a

    def equation(self, x: float, b: float) -> float:
        return x**3 - self.a * x - b


MODEL = Model(2.0)


def cubic(x, a, b):
    return x**3 - a * x - b


def by_lambda(a, b):
    return optimize.brentq(lambda x: x**3 - a * x - b, *ENDS, xtol=1e-14)


def through_another(a, b):
    def power(x, n):
        return x**n

    def equation(x):
        return power(x, 3) - a * power(x, 1) - b
    return optimize.ridder(equation, *ENDS, xtol=1e-14)


def rebound_behind(a, b):
    a = a * 1.0

    def equation(x):
        return x**3 - a * x - b
    first = optimize.brentq(equation, *ENDS, xtol=1e-14)
    a = a + b
    return first * optimize.brentq(equation, *ENDS, xtol=1e-14)


def in_a_loop(a, b):
    total = 0.0
    for k in range(3):
        total += optimize.brentq(lambda x: x**3 - a * x - b - 0.1 * k, *ENDS, xtol=1e-14)
    return total


def one_after_the_other(a, b):
    x = a
    for k in range(3):
        x = optimize.brentq(lambda u: u**3 - x * u - b - 0.1 * k, *ENDS, xtol=1e-14)
    return x


def from_containers(a, b):
    held = {"slope": a, "rest": (b, [b, 2.0])}
    return optimize.brentq(lambda x: x**3 - held["slope"] * x - held["rest"][1][0], *ENDS, xtol=1e-14)


def from_a_written_array(a, b):
    c = np.zeros(3)
    c[1] = -a
    c[2] = b
    return optimize.brentq(lambda x: x**3 + c[1] * x - c[2], *ENDS, xtol=1e-14)


def by_partial(a, b):
    return optimize.newton(functools.partial(cubic, a=a, b=b), 2.0, tol=1e-13)


def with_slope_and_arguments(a, b):
    return optimize.newton(lambda x, b: cubic(x, a, b), 2.0, args=(b,), fprime=lambda x, b: 3.0 * x**2 - a, tol=1e-13)


def by_method(b, scale):
    return scale * optimize.brentq(MODEL.equation, *ENDS, args=(b,), xtol=1e-14)


def equation_in_equation(a, b):
    def inner(y):
        return optimize.brentq(lambda x: x**3 - a * x - y, *ENDS, xtol=1e-14)
    return optimize.brentq(lambda y: inner(y) - 2.0 * b, 0.0, 20.0, xtol=1e-13)


def slope_of_energy(a, b):
    return optimize.brentq(sct.grad(lambda x: 0.25 * x**4 - 0.5 * a * x**2 - b * x), *ENDS, xtol=1e-14)


def chosen(a, b):
    if a > 1.0:
        def equation(x):
            return x**3 - a * x - b
    else:
        def equation(x):
            return x**3 - 2.0 * a * x - b
    return optimize.brentq(equation, *ENDS, xtol=1e-14)


def calling_itself(a, b):
    def power(n, x):
        return 1.0 if n == 0 else x * power(n - 1, x)
    return optimize.brentq(lambda x: power(3, x) - a * x - b, *ENDS, xtol=1e-14)


def system(a, b):
    def equations(x):
        return np.array([x[0] ** 2 + x[1] ** 2 - a, x[0] - b * x[1]])
    return optimize.fsolve(equations, [1.0, 1.0], xtol=1e-13)


def iteration(a, b):
    return optimize.fixed_point(lambda x: np.tanh(x * a) * b, np.array([0.5, 0.8]), xtol=1e-14)


def by_another_partial(a, b):
    return solve(lambda x: x**3 - a * x - b)


CASES = [by_lambda, through_another, rebound_behind, in_a_loop, one_after_the_other, from_containers, from_a_written_array,
         by_partial, with_slope_and_arguments, by_method, equation_in_equation, slope_of_energy, chosen, calling_itself, system,
         iteration, by_another_partial]


@pytest.mark.parametrize("f", CASES, ids=lambda f: f.__name__)
def test_derivatives_of_solutions(f: Any) -> None:
    check_whole(f, [2.0, 0.9], rtol=2e-5)


def test_they_are_functions_of_their_own_in_the_text() -> None:
    text = sct.source(by_lambda, 2.0, 1.0)
    assert "def fn(x, a, b):" in text and "args=(a, b), xtol=1e-14)" in text


def test_saved_modules_hold_them(tmp_path: Any) -> None:
    sct.grad(by_lambda, (0, 1)).save(tmp_path / "saved.py", 2.0, 1.0)
    space: dict[str, Any] = {}
    exec((tmp_path / "saved.py").read_text(), space)
    assert space["by_lambda_grad"](2.0, 1.0) == sct.grad(by_lambda, (0, 1))(2.0, 1.0)


def counts(a):
    calls = []

    def equation(x):
        calls.append(x)
        return x**3 - a
    return optimize.brentq(equation, *ENDS)


def rebinds(a):
    calls = 0

    def equation(x):
        nonlocal calls
        calls += 1
        return x**3 - a
    return optimize.brentq(equation, *ENDS)


def writes(a):
    held = np.zeros(2)

    def equation(x):
        held[0] = x
        return held[0] ** 3 - a
    return optimize.brentq(equation, *ENDS)


def prints(a):
    def equation(x):
        print(x)
        return x**3 - a
    return optimize.brentq(equation, *ENDS)


def of_an_object(a):
    model = Model(a)
    return optimize.brentq(lambda x: model.equation(x, 1.0), *ENDS)


def raises(a):
    def equation(x):
        raise ValueError(x)
    return a * optimize.brentq(equation, *ENDS)


@pytest.mark.parametrize(("f", "code"), [(counts, "SCT602"), (rebinds, "SCT203"), (writes, "SCT203"), (prints, "SCT203"),
                                         (of_an_object, "SCT203"), (raises, "SCT709")])
def test_functions_that_do_more_than_compute_are_refused(f: Any, code: str) -> None:
    with pytest.raises(sct.SctError, match=code):
        sct.grad(f)(2.0)
