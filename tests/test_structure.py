"""Holds the generated code to the shape of code written by hand: what is saved, how often, and which statements there are."""

import ast
import math

import numpy as np
import pytest

import sct
from benchmarks.workloads.branching import branching


def generated(fun, argnums, *args):
    """The syntax tree of the generated gradient, checked against differences along one direction."""
    gradient = sct.grad(fun, argnums)
    bars = gradient(*args)
    rng = np.random.default_rng(1)
    step, along, change = 1e-6, 0.0, {}
    for position, bar in zip(argnums, bars, strict=True):
        direction = rng.normal(size=np.shape(args[position])) if np.ndim(args[position]) else float(rng.normal())
        along += np.sum(bar * direction)
        change[position] = direction
    ends = [fun(*(a + sign * step * change[k] if k in change else a for k, a in enumerate(args))) for sign in (1.0, -1.0)]
    assert along == pytest.approx((ends[0] - ends[1]) / (2.0 * step), rel=1e-5, abs=1e-7)
    return ast.parse(gradient.source).body[-1]


def loops(tree):
    return [node for node in ast.walk(tree) if isinstance(node, ast.For | ast.While)]


def calls(tree, method):
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [node for node in found if isinstance(node.func, ast.Attribute) and node.func.attr == method]


def statements(tree):
    return sum(isinstance(node, ast.stmt) for node in ast.walk(tree)) - 1


def lines(tree):
    return [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.stmt) and not hasattr(node, "body")]


def reads_saved_list(loop):
    text = ast.unparse(loop.iter)
    return "reversed(saved" in text


# ---- programs

def sum_of_squares(x, n):
    total = 0.0
    for i in range(n):
        total = total + x * i
    return total


def root(a, x):
    k = 0
    while abs(x * x - a) > 1e-12 and k < 50:
        x = x - (x * x - a) / (2.0 * x)
        k += 1
    return x


def regression(w, b, X, y):
    error = 0.0
    n, m = X.shape
    for i in range(n):
        p = b
        for j in range(m):
            p += X[i, j] * w[j]
        error += (y[i] - p) ** 2
    return error / n


def pendulum(x, v, h, n):
    for _ in range(n):
        a = -math.sin(x)
        x2 = x + 0.5 * h * v
        v2 = v + 0.5 * h * a
        x = x + h * v2
        v = v - h * math.sin(x2)
    return x * x + v * v


def softplus(X, w, b):
    z = X @ w + b
    return np.sum(np.log(1.0 + np.exp(z)))


def sums(X, v):
    total = 0.0
    for i in range(len(v)):
        s = np.zeros(X.shape[1])
        for k in range(X.shape[0]):
            s += X[k] * v[i]
        total = total + np.sum(np.sin(s) * s)
    return total


RNG = np.random.default_rng(0)
PROGRAMS = {
    "decay": (branching, (0, 1), (0.7, 0.05, 40)),
    "sum_of_squares": (sum_of_squares, (0,), (0.7, 5)),
    "root": (root, (0,), (2.0, 1.0)),
    "regression": (regression, (0, 1), (RNG.normal(size=3), 0.3, RNG.normal(size=(4, 3)), RNG.normal(size=4))),
    "pendulum": (pendulum, (0, 1), (1.0, 0.1, 0.01, 30)),
    "softplus": (softplus, (0, 1, 2), (RNG.normal(size=(4, 3)), RNG.normal(size=3), RNG.normal(size=4))),
    "sums": (sums, (0, 1), (RNG.normal(size=(5, 3)), RNG.normal(size=4))),
}
SAVED = {"decay": 1, "sum_of_squares": 0, "root": 1, "regression": 1, "pendulum": 1, "softplus": 0, "sums": 1}
"""Appends in the whole text: at most one per iteration here, and none where the reverse sweep reads nothing."""
STATEMENTS = {"decay": 25, "sum_of_squares": 7, "root": 15, "regression": 22, "pendulum": 30, "softplus": 12, "sums": 18}
"""At most so many statements; the adjoints by hand have about as many."""


@pytest.fixture(params=sorted(PROGRAMS))
def program(request):
    fun, argnums, args = PROGRAMS[request.param]
    return request.param, generated(fun, argnums, *args)


def test_saves_per_iteration(program):
    name, tree = program
    assert len(calls(tree, "append")) == SAVED[name], ast.unparse(tree)


def test_number_of_statements(program):
    name, tree = program
    assert statements(tree) <= STATEMENTS[name], ast.unparse(tree)


def test_no_generic_helpers_where_types_and_masks_say_that_none_is_needed(program):
    _, tree = program
    named = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
    assert not [name for name in named if name.startswith(("unbroadcast", "strong_"))]


def test_nothing_is_added_to_a_literal_zero(program):
    _, tree = program
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
            assert not any(isinstance(side, ast.Constant) and side.value == 0.0 for side in (node.left, node.right))


def test_every_name_that_is_bound_is_read(program):
    _, tree = program
    names = [n for n in ast.walk(tree) if isinstance(n, ast.Name)]
    read = {n.id for n in names if isinstance(n.ctx, ast.Load)}
    targets = [node for loop in loops(tree) if isinstance(loop, ast.For) for node in ast.walk(loop.target)]
    counters = {node.id for node in targets if isinstance(node, ast.Name)}
    assert {n.id for n in names if isinstance(n.ctx, ast.Store)} - read - counters == set()


# ---- single shapes

@pytest.mark.parametrize("name", ["decay", "root", "pendulum"])
def test_reverse_loops_iterate_over_what_was_saved(name):
    fun, argnums, args = PROGRAMS[name]
    tree = generated(fun, argnums, *args)
    assert reads_saved_list(loops(tree)[-1])
    assert not calls(tree, "pop")


def test_values_saved_together_share_one_list():
    fun, argnums, args = PROGRAMS["pendulum"]
    (push,) = calls(generated(fun, argnums, *args), "append")
    assert isinstance(push.args[0], ast.Tuple)


def test_functions_in_branches_are_called_again_rather_than_saved():
    tree = generated(*PROGRAMS["decay"][:2], *PROGRAMS["decay"][2])
    assert ast.unparse(tree).count("math.sin(s)") == 2
    assert len(calls(tree, "append")) == 1


def test_first_contribution_assigns():
    def f(x, y):
        z = np.exp(x) * y
        return np.sum(z * z)

    tree = generated(f, (0, 1), RNG.normal(size=3), RNG.normal(size=3))
    assert not calls(tree, "zeros_like")
    assert not [n for n in ast.walk(tree) if isinstance(n, ast.AugAssign)]


def test_elements_are_added_in_place_to_one_buffer():
    tree = generated(*PROGRAMS["regression"][:2], *PROGRAMS["regression"][2])
    assert len(calls(tree, "zeros_like")) == 1
    added = [n for n in ast.walk(tree) if isinstance(n, ast.AugAssign) and isinstance(n.target, ast.Subscript)]
    assert [ast.unparse(n.target) for n in added] == ["w_bar[j]"]


def test_a_division_that_raises_anyway_is_not_repeated():
    tree = generated(*PROGRAMS["regression"][:2], *PROGRAMS["regression"][2])
    assert "error / n" not in lines(tree)


def test_sums_into_an_array_made_anew_at_each_iteration_stay_in_place():
    tree = generated(*PROGRAMS["sums"][:2], *PROGRAMS["sums"][2])
    assert "s += X[k] * v[i]" in lines(tree)


def test_sums_into_an_array_that_is_saved_at_each_iteration_make_new_arrays():
    def f(X, v):
        total = 0.0
        s = np.zeros(X.shape[1])
        for i in range(len(v)):
            s += X[i] * v[i]
            total = total + np.sum(np.sin(s))
        return total

    tree = generated(f, (0, 1), RNG.normal(size=(4, 3)), RNG.normal(size=4))
    assert "s = s + X[i] * v[i]" in lines(tree)


def test_only_the_sum_after_the_save_makes_a_new_array():
    def f(X, v):
        total = 0.0
        for i in range(len(v)):
            s = np.zeros(X.shape[1])
            s += X[0]
            total += np.sum(np.sin(s))
            s += v[i] * X[1]
            total = total + np.sum(np.cos(s) * s)
        return total

    found = lines(generated(f, (0, 1), RNG.normal(size=(4, 3)), RNG.normal(size=4)))
    assert "s += X[0]" in found
    assert "s = s + v[i] * X[1]" in found


def logistic(x):
    return 1.0 / (1.0 + np.exp(-x))


def test_quotients_by_what_is_far_from_zero_are_plain():
    def f(a, n):
        return np.sum(np.tanh(logistic(np.sin(a)[:n])))

    a = np.array([0.5, -2.0, 3.0])
    tree = generated(f, (0,), a, 2)
    assert "strong_" not in ast.unparse(tree)
    assert "strong_quotient" in ast.unparse(generated(lambda a, n: np.sum((1.0 / np.sin(a))[:n]), (0,), a, 2))


@pytest.mark.parametrize(("quotient", "plain"), [
    (lambda x: 1.0 / (1.0 + x * x), True),
    (lambda x: 2.0 / (0.5 + np.exp(x) + np.abs(x) * x ** 2), True),
    (lambda x: 1.0 / (x * x), False),
    (lambda x: 1.0 / (x * x - 1.0), False),
    (lambda x: 1.0 / (-1.0 + np.cosh(x)), False),
    (lambda x: 1.0 / (1e-9 + np.exp(x)), False),
    (lambda x: x / (1.0 + np.exp(x)), False),  # where the numerator is no literal, the denominator may have no derivative
])
def test_only_what_is_certain_of_a_divisor_counts(quotient, plain):
    def f(a, n):
        return np.sum(quotient(np.sin(a))[:n])

    text = ast.unparse(generated(f, (0,), np.array([0.5, -0.7, 2.0]), 2))
    assert ("strong_" not in text) == plain


def test_what_masks_choose_away_may_be_anything_even_far_from_zero():
    def f(x):
        return np.sum(np.where(np.isnan(x), 0.0, logistic(x)))

    assert sct.grad(f)(np.array([0.0, np.nan])).tolist() == [0.25, 0.0]


def test_masks_bring_strong_zeros():
    def f(x):
        return np.sum(np.where(x > 0.0, np.sqrt(x), 0.0))

    assert sct.grad(f)(np.array([4.0, 0.0])).tolist() == [0.25, 0.0]


def inverses(a):
    b = 1.0 * a
    x = np.zeros(len(b))
    for i in range(len(b)):
        x[i] = 3.0 / b[i]
    x[0] = 1.0
    return np.sum(x)


def test_strong_products_of_numbers_are_no_calls():
    b = np.array([0.0, 2.0, -4.0])
    text = sct.source(sct.grad(inverses), b)
    assert "strong_product(" not in text and " and " in text
    along, old = np.array([1.0, 1.0, 10.0]), np.seterr(divide="ignore", invalid="ignore")
    try:
        assert sct.grad(inverses)(b).tolist() == [0.0, -0.75, -0.1875]
        assert sct.hvp(inverses, (b,), (along,)).tolist() == [0.0, 0.75, -0.9375]
    finally:
        np.seterr(**old)


def boundary_last(b):
    x = np.zeros(len(b))
    for i in range(len(b)):
        x[i] = np.sqrt(b[i])
    x[0] = 1.0
    return np.sum(x)


def last_wins(b):
    x = np.zeros(2)
    for i in range(len(b)):
        s = 0.0
        for _ in range(2):
            s = s + np.sqrt(b[i])
        x[i % 2] = s
    return np.sum(x)


@pytest.mark.parametrize(("f", "expected"), [(boundary_last, [0.0, 0.25, 0.5]), (last_wins, [0.0, 0.5, 1.0])])
def test_what_is_overwritten_may_have_had_an_infinite_slope(f, expected):
    assert sct.grad(f)(np.array([0.0, 4.0, 1.0])).tolist() == expected


def test_what_is_written_once_needs_no_strong_zeros():
    def f(b):
        x = np.zeros(len(b))
        for i in range(len(b)):
            x[i] = np.sqrt(b[i]) / b[i]
        return np.sum(x * x)

    text = ast.unparse(generated(f, (0,), np.array([0.5, 4.0])))
    assert " and " not in text and "strong_product" not in text


@pytest.mark.parametrize("statements_of", [20, 200])
def test_the_text_grows_with_the_function(statements_of):
    body = "".join(f"    v{k + 1} = math.sin(v{k}) * v{max(0, k - 1)} + x\n" for k in range(statements_of))
    fun = sct.grad_from_source(f"def f(x):\n    v0 = x\n{body}    return v{statements_of}\n", namespace={"math": math})
    fun(0.3)
    assert statements(ast.parse(fun.source)) <= 5 * statements_of + 10


def test_deep_chains_of_conditions_are_compiled():
    body = "".join(f"    if y > {k + 2}.0:\n        return y * {k}.5\n" for k in range(200))
    fun = sct.grad_from_source(f"def f(x):\n    y = x * x\n{body}    return y\n")
    assert fun(0.5) == 1.0
    assert fun(2.1) == 2.0 * 2.1 * 0.5


def test_the_adjoint_of_a_sum_of_items_makes_no_list():
    def f(x, ys):
        return sum(math.sin(x * y) for y in ys) / len(ys)

    gradient = sct.grad(f)
    ys = [0.3, 0.7, 1.1]
    assert gradient(1.5, ys) == pytest.approx(sum(y * math.cos(1.5 * y) for y in ys) / 3.0)
    tree = ast.parse(gradient.source)
    assert len(loops(tree)) == 1 and not calls(tree, "pop") and not calls(tree, "append")
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.ListComp)]


def test_the_gradient_of_a_list_of_floats_is_not_converted():
    def f(xs):
        m = sum(xs) / len(xs)
        return sum((x - m) ** 2 for x in xs)

    gradient = sct.grad(f)
    bars = gradient([1.0, 2.0, 4.5])
    assert bars == pytest.approx([-3.0, -1.0, 4.0]) and all(type(bar) is float for bar in bars)
    assert "tolist" not in gradient.source and "float(" not in gradient.source.split("\n", 1)[1]


def test_a_list_is_not_copied_for_each_row():
    def f(X, k):
        t = [math.sin(k * v) for row in X for v in row if v > 0.0]
        return sum(a * b for a, b in zip(t, t)) + t[0]

    tree = generated(f, (0, 1), np.abs(RNG.normal(size=(3, 4))), 0.7)
    assert not [node for loop in loops(tree) for node in ast.walk(loop) if isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name) and node.func.id == "list"]


@pytest.mark.parametrize("n", [0, 3, 40])
def test_what_a_loop_returns_is_reversed_before_the_loop(n):
    def f(x, y):
        for _ in range(n):
            x = x + 0.1 * y * x
            if x > 5.0:
                return x * y
        return x - y

    tree = generated(f, (0, 1), 1.3, 0.9)
    assert not [node for node in ast.walk(loops(tree)[-1]) if isinstance(node, ast.Name) and node.id == "exit"]


def test_an_endless_loop_that_returns_needs_no_exit():
    def f(a):
        x = a
        while True:
            x = 0.5 * (x + a / x)
            if abs(x * x - a) < 1e-12:
                return 3.0 * x

    gradient = sct.grad(f)
    assert gradient(2.0) == pytest.approx(1.5 / math.sqrt(2.0))
    assert "exit" not in gradient.source


def test_only_one_of_several_exits_computes_what_is_returned():
    def f(x, y):
        for k in range(10):
            x = x * 1.3 + y
            if k == 7:
                break
            if x > 9.0:
                return x * x
            if x < -9.0:
                return x * y
        else:
            return 2.0 * x
        return x + y

    for x, y in ((1.0, 2.0), (-1.0, -2.0), (0.1, 0.1), (0.0, 1e-3)):
        generated(f, (0, 1), x, y)


def test_numbers_that_are_defaults_are_written_out():
    gradient = sct.grad(lambda r: huber(2.0 * r))
    assert gradient(3.0) == 2.0 * 1.345
    assert "1.345" in gradient.source and "__defaults__" not in gradient.source
    before = huber.__defaults__
    try:
        huber.__defaults__ = (0.5,)
        assert gradient(3.0) == 1.0
    finally:
        huber.__defaults__ = before
    assert gradient(3.0) == 2.0 * 1.345


def huber(r, delta=1.345):
    return 0.5 * r * r if abs(r) <= delta else delta * (abs(r) - 0.5 * delta)


def test_transposing_twice_is_nothing():
    def f(A, B):
        return np.sum((A.T @ B) ** 2)

    generated(f, (0, 1), RNG.normal(size=(3, 2)), RNG.normal(size=(3, 4)))
    gradient = sct.grad(f, (0, 1))
    assert ".T.T" not in sct.source(gradient, np.ones((3, 2)), np.ones((3, 4)))


def test_a_mean_is_subtracted_without_a_negated_copy():
    def f(X):
        centred = X - X.mean(axis=0)
        return np.sum(centred ** 3)

    tree = generated(f, (0,), RNG.normal(size=(4, 3)))
    assert not [c for c in calls(tree, "sum") if isinstance(c.args[0], ast.UnaryOp)]


def test_adding_dimensions_needs_no_buffer():
    def f(X, Y):
        D = X[:, None, :] - Y[None]
        return np.sum(np.exp(-np.sum(D ** 2, axis=-1))) + np.sum(Y[..., None] * Y[:, :, None]) + X[0, 0]

    generated(f, (0, 1), RNG.normal(size=(4, 3)), RNG.normal(size=(2, 3)))
    generated(f, (0, 1), RNG.normal(size=(1, 3)), RNG.normal(size=(2, 3)))
    generated(f, (0, 1), RNG.normal(size=(4, 1)), RNG.normal(size=(1, 1)))

    def pairs(X, Y):
        return np.sum(np.exp(-np.sum((X[:, None, :] - Y[None, :, :]) ** 2, axis=-1)))

    tree = generated(pairs, (0, 1), RNG.normal(size=(4, 3)), RNG.normal(size=(2, 3)))
    assert not calls(tree, "zeros_like") and not calls(tree, "squeeze")


def test_a_list_that_grows_by_several_items_at_a_time_has_one_name():
    def f(x, y):
        return max([x * e for _ in range(2) for e in (1.0, 2.0, 3.0)]) * sum([y * e for _ in range(2) for e in (1.0, 2.0)])

    generated(f, (0, 1), 1.5, 0.7)
