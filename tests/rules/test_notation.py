"""What the rule notation promises, seen from outside: primitives of this module, differentiated through the public API."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

import sct
from sct import grad, value_and_grad
from sct.errors import MissingRuleError, RuleError, SctError
from sct.ir.types import FLOAT
from sct.rules import registry
from sct.rules.notation import declare, partials, vjp, zero

# ---- functions that stand for compiled ones: registered, so that they are never looked into


def softplus(x: Any, y: Any) -> Any:
    return np.log1p(np.exp(x)) * y


def half_known(x: Any, y: Any) -> Any:
    return x * y


def power_sum(x: Any, p: int = 2, *, mean: bool = False) -> Any:
    return np.mean(x ** p) if mean else np.sum(x ** p)


def power_sum_vjp(x, p=2, *, mean=False, z, z_bar):
    if mean:
        z_bar = z_bar / np.size(x)
    if p == 1:
        x_bar = np.broadcast_to(z_bar, x.shape)
    else:
        x_bar = z_bar * p * x ** (p - 1)


def moments(x: Any) -> tuple[Any, Any]:
    return np.sum(x), np.sum(x * x)


def moments_vjp(x, *, z, z_bar):
    total, squares = z_bar
    x_bar = None
    if total is not None:
        x_bar = np.broadcast_to(total, x.shape)
    if squares is not None:
        if total is not None:
            x_bar = x_bar + 2 * squares * x
        else:
            x_bar = 2 * squares * x


def weighted(xs: Any, scale: Any) -> Any:
    return scale * sum(float((k + 1) * np.sum(x)) for k, x in enumerate(xs))


def weighted_vjp(xs, scale, *, z, z_bar):
    xs_bar = [np.full(xs[k].shape, (k + 1) * scale * z_bar) for k in range(len(xs))]
    scale_bar = z_bar * z / scale


def pairs(nested: Any) -> Any:
    (a, b), c = nested
    return a * b * c


def pairs_vjp(nested, *, z, z_bar):
    (a, b), c = nested
    nested_bar = ((z_bar * b * c, None), z_bar * a * b)


def product(*factors: Any) -> Any:
    return math.prod(factors)


def product_vjp(*factors, z, z_bar):
    factors_bar = [z_bar * math.prod(factors[:k] + factors[k + 1:]) for k in range(len(factors))]


def integrate(f: Callable[[float], float], a: float, b: float) -> float:
    h = (b - a) / 200
    return h * sum(f(a + (k + 0.5) * h) for k in range(200))


def integrate_vjp(f, a, b, *, z, z_bar):
    a_bar = -z_bar * f(a)
    b_bar = z_bar * f(b)


def front(x: Any) -> Any:
    return x[:2]


def front_copy(x: Any) -> Any:
    return x[:2].copy()


def front_vjp(x, *, z, z_bar):
    x_bar = np.concatenate([z_bar, np.zeros(len(x) - 2)])


CALLS: list[float] = []


def announce(x: Any) -> Any:
    CALLS.append(x)
    return 2.0 * x


def announce_vjp(x, *, z, z_bar):
    x_bar = 2.0 * z_bar


def jitter(x: Any) -> Any:
    CALLS.append(x)
    return x * (1.0 + len(CALLS))


def jitter_vjp(x, *, z, z_bar):
    x_bar = z_bar * z / x


def at_least_ten(x: Any) -> float:
    if len(x) < 10:
        raise ValueError("too short")
    return float(np.sum(x))


def at_least_ten_vjp(x, *, z, z_bar):
    x_bar = np.broadcast_to(z_bar, x.shape)


def sneaky(x: Any) -> Any:
    raise AssertionError("runs while types are found out")


def no_rule(x: Any) -> Any:
    return 3.0 * x


def forgetful(x: Any, y: Any, mode: str = "both") -> Any:
    return x * y


def forgetful_vjp(x, y, mode="both", *, z, z_bar):
    x_bar = z_bar * y
    if mode == "both":
        y_bar = z_bar * x
    elif mode == "none":
        y_bar = None


def sometimes(x: Any) -> Any:
    return abs(x)


def sometimes_vjp(x, *, z, z_bar):
    if x > 0.0:
        x_bar = z_bar


def choosy(x: Any, mode: str = "linear") -> Any:
    return x


def choosy_vjp(x, mode="linear", *, z, z_bar):
    x_bar = z_bar * known_factor(mode)


def known_factor(mode):
    if mode != "linear":
        raise RuleError(f"choosy has no rule for mode={mode!r}")
    return 1.0


def positive(x: Any) -> Any:
    return x


def positive_vjp(x, *, z, z_bar):
    if x < 0.0:
        raise RuleError("positive has a rule for positive numbers")
    x_bar = z_bar


def wrong_form(xs: Any) -> Any:
    return xs[0] * xs[1]


def wrong_form_vjp(xs, *, z, z_bar):
    xs_bar = (z_bar * xs[1], z_bar * xs[0], z_bar)


def returning(x: Any) -> Any:
    return x


def returning_vjp(x, *, z, z_bar):
    return z_bar


def step(x: Any) -> Any:
    return 1.0 if x > 0.0 else 0.0


def scalar(args: list[Any], kwargs: dict[str, Any]) -> Any:
    return FLOAT


RULES: list[tuple[Any, Any, dict[str, Any]]] = [
    (power_sum, power_sum_vjp, {}), (moments, moments_vjp, {}), (weighted, weighted_vjp, {}), (pairs, pairs_vjp, {}),
    (product, product_vjp, {}), (integrate, integrate_vjp, {}), (front, front_vjp, {"alias": "view"}),
    (front_copy, front_vjp, {}),
    (announce, announce_vjp, {"effect": "io", "infer": scalar}), (jitter, jitter_vjp, {"effect": "random", "infer": scalar}),
    (at_least_ten, at_least_ten_vjp, {"infer": scalar}), (forgetful, forgetful_vjp, {}),
    (sometimes, sometimes_vjp, {}), (choosy, choosy_vjp, {}), (positive, positive_vjp, {}), (wrong_form, wrong_form_vjp, {}),
    (returning, returning_vjp, {}),
]


@pytest.fixture(autouse=True, scope="module")
def primitives() -> Iterator[None]:
    """The primitives of this module, for as long as its tests run."""
    before = dict(registry._PRIMITIVES)
    partials("z = softplus(x, y)", x="y / (1 + np.exp(-x))", y="np.log1p(np.exp(x))")
    partials("z = half_known(x, y)", x="y")
    for fn, rule, declared in RULES:
        vjp(fn, **declared)(rule)
    declare(no_rule)
    zero(step)
    yield
    registry._PRIMITIVES.clear()
    registry._PRIMITIVES.update(before)


def line_of(fun: Any, text: str) -> int:
    """The line of this file on which ``text`` stands inside ``fun``."""
    lines, first = inspect.getsourcelines(fun)
    return first + next(k for k, line in enumerate(lines) if text in line)


def refused(fun: Any, *args: Any, code: str, match: str, at: str = "return", error: type = MissingRuleError,
            **kwargs: Any) -> Any:
    """The error with which the gradient of ``fun`` is refused, at the line of ``fun`` that holds ``at``."""
    with pytest.raises(error, match=match) as caught:
        grad(fun, **kwargs)(*args)
    assert caught.value.code == code
    assert caught.value.loc.line == line_of(fun, at) and caught.value.loc.file == __file__
    assert caught.value.hint
    return caught.value


# ---- partials

def test_partials_give_the_rule_of_an_elementwise_function():
    def f(x, y):
        return np.sum(softplus(x, y))

    x, y = np.array([[0.5], [-1.0]]), np.array([2.0, 3.0, 4.0])
    x_bar, y_bar = grad(f, (0, 1))(x, y)
    assert x_bar.shape == (2, 1) and y_bar.shape == (3,)          # summed over the dimensions that were broadcast
    np.testing.assert_allclose(x_bar, 9.0 / (1 + np.exp(-x)))
    np.testing.assert_allclose(y_bar, np.full(3, np.log1p(np.exp(x)).sum()))
    assert grad(lambda x: softplus(x, 2.0))(0.0) == 1.0
    x_bar = grad(f)(x.astype(np.float32), y)                      # float32 with float64
    assert x_bar.dtype == np.float32


def test_an_argument_without_a_partial_is_refused_not_zero():
    def f(x, y):
        return half_known(x, y)

    assert grad(f)(2.0, 3.0) == 3.0
    error = refused(f, 2.0, 3.0, argnums=1, code="SCT208", match="half_known gives no derivative with respect to `y`")
    assert "stop_gradient" in error.hint
    assert grad(lambda x: half_known(x, sct.stop_gradient(x)))(2.0) == 2.0 if hasattr(sct, "stop_gradient") else True


# ---- vjp bodies

def test_static_decisions_leave_no_trace():
    x = np.array([1.0, 2.0, 3.0])
    cubes = grad(lambda x: power_sum(x, 3))
    assert cubes(x).tolist() == [3.0, 12.0, 27.0]
    assert "if" not in cubes.source.split("reverse sweep")[1] and "size" not in cubes.source
    assert grad(lambda x: power_sum(x, p=1))(x).tolist() == [1.0, 1.0, 1.0]
    assert grad(lambda x: power_sum(x, mean=True))(x).tolist() == [2 / 3, 4 / 3, 2.0]


def test_a_static_argument_of_the_differentiated_function_decides_too():
    def f(x, p):
        return power_sum(x, p)

    x = np.array([1.0, 2.0])
    g = grad(f)
    assert g(x, 1).tolist() == [1.0, 1.0]
    assert g(x, 2).tolist() == [2.0, 4.0]
    assert g(x, 3).tolist() == [3.0, 12.0]
    assert g(x, 1).tolist() == [1.0, 1.0]


def test_several_results_and_those_that_nobody_used():
    def both(x):
        total, squares = moments(x)
        return total * squares

    def first(x):
        return moments(x)[0]

    def second(x):
        _, squares = moments(x)
        return squares

    x = np.array([1.0, 2.0])
    assert grad(both)(x).tolist() == [11.0, 17.0]
    assert grad(first)(x).tolist() == [1.0, 1.0]
    assert grad(second)(x).tolist() == [2.0, 4.0]


def test_a_list_of_arrays_gets_a_list_of_cotangents():
    def f(a, b, s):
        return weighted([a, b * b], s)

    a_bar, b_bar, s_bar = grad(f, (0, 1, 2))(np.ones(2), np.full(3, 3.0), 0.5)
    assert a_bar.tolist() == [0.5, 0.5] and b_bar.tolist() == [6.0, 6.0, 6.0] and s_bar == 56.0

    def mixed(a):
        return weighted((np.zeros(2), a, np.ones(3)), 2.0)

    assert grad(mixed)(np.ones(2)).tolist() == [4.0, 4.0]

    def of_argument(xs):
        return weighted(xs, 1.0)

    first, second = grad(of_argument)([np.zeros(1), np.zeros(2)])
    assert first.tolist() == [1.0] and second.tolist() == [2.0, 2.0]


def test_nested_arguments_and_none_for_a_zero_inside():
    def f(a, b, c):
        return pairs(((a, b), c * c))

    assert grad(f, (0, 1, 2))(2.0, 3.0, 5.0) == (75.0, 0.0, 60.0)


def test_any_number_of_arguments():
    assert grad(lambda x, y: product(x, y, x, 2.0), (0, 1))(3.0, 5.0) == (60.0, 18.0)
    assert grad(lambda x: product(x))(3.0) == 1.0


def test_keywords_that_the_rule_does_not_take_are_refused():
    def f(x):
        return power_sum(x, weights=x)

    def g(x):
        return power_sum(x, 2, True)

    with pytest.raises(SctError):
        grad(f)(np.ones(2))                                       # the function itself does not take it either
    declare(forgetful, keywords=frozenset({"mode"}))

    def keyword(x):
        return np.median(x, overwrite_input=True, out=None) + forgetful(x[0], y=2.0, mode="both")

    error = refused(keyword, np.ones(2), code="SCT204", match="does not support the keyword `overwrite_input`")
    assert isinstance(error, MissingRuleError)


# ---- functions as arguments

def cube(t):
    return t * t * t


def test_a_rule_may_call_a_function_it_was_given():
    def f(a, b):
        return integrate(cube, a, b)

    assert grad(f, (0, 1))(1.0, 2.0) == (-1.0, 8.0)
    value, slope = value_and_grad(f)(0.0, 2.0)
    assert value == integrate(cube, 0.0, 2.0) and slope == 0.0


def test_each_lambda_that_is_passed_is_the_one_that_runs():
    def f(b, h):
        return integrate(h, 0.0, b)

    def times(c):
        return lambda t: c * t

    g = value_and_grad(f)
    for c in (1.0, 2.0, 3.0):
        h = times(c)
        value, slope = g(2.0, h)
        assert value == f(2.0, h) and slope == 2.0 * c


def test_a_function_that_captures_what_is_differentiated_is_refused():
    def f(k):
        return integrate(lambda t: k * t, 0.0, 1.0)

    refused(f, 2.0, code="SCT203", match="a function is passed to a function that is not looked into")


# ---- facts besides the derivative

def test_alias_decides_whether_in_place_operations_are_allowed():
    def into_view(x):
        y = front(x)
        y += 1.0
        return np.sum(y * y)

    def into_copy(x):
        y = front_copy(x)
        y += 1.0
        return np.sum(y * y)

    x = np.array([1.0, 2.0, 3.0])
    with pytest.raises(SctError, match="may share memory"):
        grad(into_view)(x)
    assert grad(into_copy)(x).tolist() == [4.0, 6.0, 0.0] and x.tolist() == [1.0, 2.0, 3.0]


def test_effects_happen_once():
    def unused(x):
        announce(x)
        return x * x

    def needed(x):
        y = announce(x)
        return y * y * y

    def loop(x):
        for _ in range(3):
            x = jitter(x) * x
        return x

    for f, count in ((unused, 1), (needed, 1), (loop, 3)):
        CALLS.clear()
        expected = f(2.0)
        assert len(CALLS) == count
        calls = list(CALLS)
        CALLS.clear()
        value, slope = value_and_grad(f)(2.0)                     # nor does finding out the types run it
        assert calls == CALLS and value == expected
    assert slope == pytest.approx(8 * expected / 2.0)             # x**8 times constants


def test_infer_says_what_stand_ins_cannot_tell():
    x = np.arange(12.0)
    assert grad(lambda x: at_least_ten(x) ** 2)(x).tolist() == [132.0] * 12
    with pytest.raises(ValueError, match="too short"):
        grad(lambda x: at_least_ten(x))(x[:3])
    declare(sneaky, effect="io")
    refused(lambda x: x * sneaky(x), 2.0, code="SCT708", match="trying it out would have its effect", at="sneaky(x)",
            error=SctError)


def test_what_a_primitive_raises_is_raised_though_nothing_needs_its_result():
    def f(x):
        at_least_ten(x)
        return np.sum(x)

    with pytest.raises(ValueError, match="too short"):
        grad(f)(np.ones(3))
    assert grad(f)(np.ones(10)).tolist() == [1.0] * 10


def test_zero():
    assert grad(lambda x: step(x) * x)(3.0) == 1.0


# ---- declared wrongly

def test_a_second_rule_names_both_places():
    with pytest.raises(RuleError) as caught:
        vjp(integrate)(integrate_vjp)
    here = f"{__file__}:{line_of(test_a_second_rule_names_both_places, 'vjp(integrate)')}"
    assert caught.value.code == "SCT251" and here in str(caught.value)
    assert f"{__file__}:{line_of(primitives.__wrapped__ if hasattr(primitives, '__wrapped__') else primitives, 'vjp(fn')}" \
        in str(caught.value)
    with pytest.raises(RuleError, match="already"):
        partials("z = softplus(x, y)", x="1", y="1")
    with pytest.raises(RuleError, match="already"):
        zero(integrate)
    with pytest.raises(RuleError, match="already"):
        vjp(step)(announce_vjp)


def test_what_cannot_have_a_rule():
    class Unhashable:
        __hash__ = None  # type: ignore[assignment]

        def __call__(self, x):
            return x

    with pytest.raises(RuleError, match="hashable") as caught:
        vjp(Unhashable())(announce_vjp)
    assert caught.value.code == "SCT252"
    with pytest.raises(RuleError, match="no field 'efect'"):
        declare(cube, efect="io")
    with pytest.raises(RuleError, match="takes no result and cotangent"):
        vjp(no_rule)(cube)
    assert registry._PRIMITIVES[no_rule].vjp is None
    del registry._PRIMITIVES[cube]


def test_a_missing_rule_is_an_error_at_the_line():
    def f(x):
        y = x * x
        z = no_rule(y)
        return z

    error = refused(f, 2.0, code="SCT201", match="no derivative rule for .*no_rule", at="z = no_rule")
    assert "sct.rule" in error.hint and "z = no_rule(y)" in str(error)
    assert isinstance(error, NotImplementedError)
    assert grad(lambda x, y: x + no_rule(y))(2.0, 3.0) == 1.0     # not on the way to the result


# ---- rules that do not cover the call

def test_a_cotangent_that_the_rule_does_not_assign_is_refused():
    def partly(x, y):
        return forgetful(x, y, "x only")

    def fully(x, y):
        return forgetful(x, y)

    def nothing(x, y):
        return forgetful(x, y, mode="none")

    assert grad(fully, (0, 1))(2.0, 3.0) == (3.0, 2.0)
    assert grad(nothing, (0, 1))(2.0, 3.0) == (3.0, 0.0)          # None says zero
    assert grad(partly)(2.0, 3.0) == 3.0                          # y is a constant there
    refused(partly, 2.0, 3.0, argnums=(0, 1), code="SCT208", match="no derivative with respect to `y`")


def test_a_cotangent_that_run_time_may_leave_unassigned_is_refused():
    def f(x):
        return sometimes(x)

    refused(f, 2.0, code="SCT208", match="no derivative with respect to `x`")


def test_a_rule_that_raises_refuses():
    def f(x):
        return choosy(x, mode="cubic")

    assert grad(lambda x: choosy(x))(2.0) == 1.0
    refused(f, 2.0, code="SCT200", match="choosy has no rule for mode='cubic'")


def test_a_rule_that_raises_for_some_values_raises_when_it_runs():
    g = grad(lambda x: positive(x) * x)
    assert g(2.0) == 4.0
    with pytest.raises(RuleError, match="positive numbers"):
        g(-2.0)


def test_a_rule_of_the_wrong_form_is_refused():
    def nested(x, y):
        return wrong_form((x, y))

    def early(x):
        return returning(x)

    refused(nested, 2.0, 3.0, code="SCT250", match="not nested like its argument", error=RuleError)
    refused(early, 2.0, code="SCT250", match="does not run to its end", error=RuleError)
