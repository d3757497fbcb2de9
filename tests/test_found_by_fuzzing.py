"""Programs that random testing found to go wrong, each shrunk to a few lines.

The expected gradient comes from dual numbers run through the original source (``sct.testing.original``), never from the
compiler.
"""

import math
import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sct
from sct import value_and_grad
from sct.testing.check import same_bits
from sct.testing.original import value_and_gradient
from sct.testing.trial import distance


def agrees(fn: Callable[..., Any], *args: Any) -> None:
    """Value and gradient are those of the original source run on dual numbers."""
    argnums = tuple(i for i, a in enumerate(args) if isinstance(a, float | np.ndarray))
    value, grads = value_and_grad(fn, argnums=argnums)(*args)
    expected, truth = value_and_gradient(fn, args, argnums)
    assert same_bits(value, expected)
    assert [type(g) for g in grads] == [type(t) for t in truth]
    assert distance(grads, truth) < 1e-9, (grads, truth)


# ------------------------------------------------------------------------------------------------- effects of calls


def announce(times: int) -> None:
    for _ in range(times):
        print("called")


def prints_in_a_helper(x: float) -> float:
    announce(2)
    announce(2)
    return x


def test_equal_calls_that_print_are_both_made(capsys: pytest.CaptureFixture[str]) -> None:
    assert value_and_grad(prints_in_a_helper)(2.0) == (2.0, 1.0)
    assert capsys.readouterr().out == "called\n" * 4


def walk(steps: int) -> float:
    total = 0.0
    for _ in range(steps):
        total += random.random()
        if total > 2.0:
            return total
    return total


def draws_in_a_helper(x: float) -> float:
    return (walk(3) - walk(3)) * x


def test_equal_calls_that_draw_random_numbers_are_both_made() -> None:
    random.seed(5)
    expected = walk(3) - walk(3)
    random.seed(5)
    assert value_and_grad(draws_in_a_helper)(2.0) == (2.0 * expected, expected)


# ------------------------------------------------------------------------------ variables that are bound in one branch


def halved(x: float, y: float) -> float:
    large = y > 1.0
    if large:
        g = math.tanh(np.min((y + np.linspace(2.0, 1.0)).flatten()))
    for _ in range(2):
        if x > 3.0:
            return x * y
    if large:
        y = g * g
    return math.atan(y)


def test_unbound_variable_in_a_callee() -> None:
    def f(x: float, y: float) -> float:
        return halved(x, y) * halved(x, 3.0 * y)

    for x in (1.0, 4.0):
        for y in (0.1, 0.6, 2.0):
            agrees(f, x, y)


# -------------------------------------------------------------------------------------------------- context managers


def doubled_under_errstate(x: float, v: np.ndarray) -> float:
    with np.errstate(all="ignore"):
        if x > 0:
            v = v * 2
    return x * np.sum(v)


def replaced_under_errstate(x: float, v: np.ndarray) -> float:
    with np.errstate(all="ignore"):
        for _ in range(2):
            v = 1.0
    return x * np.sum(v)


@pytest.mark.parametrize("fn", [doubled_under_errstate, replaced_under_errstate])
def test_array_rebound_inside_a_context_manager(fn: Callable[..., Any]) -> None:
    agrees(fn, 0.5, np.array([1.0, 2.0, -0.5]))
    agrees(fn, -0.5, np.array([1.0, 2.0, -0.5]))


def number_replaces_an_array(x: float, v: np.ndarray, k: int) -> float:
    for _ in range(k):
        v = 1.0
    return x * np.sum(v)


def test_a_number_replaces_an_array_in_a_loop() -> None:
    for k in range(3):
        agrees(number_replaces_an_array, 0.5, np.array([1.0, 2.0]), k)


# ------------------------------------------------------------------------------------------- results that are not used


def quotient_only(x: float, y: float) -> float:
    return divmod(x, 0.7)[0] * x + divmod(np.float64(2.0), y)[1] * math.modf(x)[1] + math.frexp(y)[1] * x


def test_only_the_piecewise_constant_result_is_used() -> None:
    agrees(quotient_only, 2.3, -0.469)


# ------------------------------------------------------------------------------------- broadcast operands that are saved


def tower(n: int, x: float) -> float:
    return x if n <= 0 else tower(n - 1, x)


def table_in_a_callee(x: float, v: np.ndarray, w: np.ndarray) -> float:
    return tower(2, np.cos(x * np.sum(np.sin(v)[:, None] * (w + x))))


def tables_in_a_loop(x: float, v: np.ndarray, w: np.ndarray) -> float:
    for _ in range(2):
        x = x + 0.1 * np.sum(np.sin(v * x)[:, None] * np.exp(x * w)) + 0.1 * np.sum(np.cos(v * x)[:, None] * v)
    return x


def called_twice(x: float, v: np.ndarray, w: np.ndarray) -> float:
    if x < -5.0:
        return called_twice(x + 1.0, v, w)
    return table_in_a_callee(x, v, w) + 0.5 * tables_in_a_loop(x, v, w)


@pytest.mark.parametrize("fn", [table_in_a_callee, tables_in_a_loop, called_twice])
def test_outer_products_of_saved_vectors(fn: Callable[..., Any]) -> None:
    agrees(fn, 0.7, np.array([0.3, -0.2, 0.4]), np.array([1.0, -0.5]))
    agrees(fn, 0.7, np.array([0.3, -0.2]), np.array([1.0, -0.5]))


def bound_and_used_under_one_condition(x: float, y: float) -> float:
    for _ in enumerate([1.0, 1.0]):
        large = y >= 2.0
        if large:
            state = x
        if large:
            y = state
            state /= y
    return y


def test_unbound_variable_that_is_kept_for_the_reverse_sweep() -> None:
    for y in (1.0, 3.0):
        agrees(bound_and_used_under_one_condition, 5.0, y)


# ------------------------------------------------------------------------------------------------------------- names


def test_function_called_underscore() -> None:
    def f(x: float) -> float:
        def _(t: float) -> float:
            for _ in range(2):
                t = t * x
            return t
        quotient = divmod(x, 0.5)[0]
        return _(x) * quotient + divmod(_(2.0), 0.7)[1]
    agrees(f, 1.3)


# ------------------------------------------------------------------------------------------- helpers that always raise


def fail_at_once(n: int) -> float:
    raise ValueError(f"bad {n}")


def fail_after_a_loop(n: int) -> float:
    for k in range(n):
        print("step", k)
    raise ValueError(f"bad {n}")


def test_helper_that_always_raises(capsys: pytest.CaptureFixture[str]) -> None:
    def at_once(x: float, k: int) -> float:
        y = x
        if k > 1:
            y = x + fail_at_once(k)
            print("never")
        return y * x

    def after_a_loop(x: float, k: int) -> float:
        if k > 1:
            fail_after_a_loop(k)
            x = x * 2
        return x * x

    for fn in (at_once, after_a_loop):
        agrees(fn, 3.0, 1)
        with pytest.raises(ValueError, match="bad 2"):
            value_and_grad(fn)(3.0, 2)
    assert capsys.readouterr().out == "step 0\nstep 1\n"


# ---------------------------------------------------------------------------------------------------------- result types


def unused_in_the_taken_branch(x: float, y: float) -> float:
    total = 1.5 + abs(x / (2.0 + y))
    return total if x > 3.0 else y * y


def test_numpy_scalars_get_numpy_scalars() -> None:
    for x in (1.0, 4.0):
        grads = value_and_grad(unused_in_the_taken_branch, argnums=(0, 1))(np.float64(x), np.float64(0.5))[1]
        assert [type(g) for g in grads] == [np.float64, np.float64]
        agrees(unused_in_the_taken_branch, x, 0.5)


# ------------------------------------------------------------------------------------------------------- in-place sums


def reads_itself_in_a_branch(x: float, v: np.ndarray) -> float:
    if x > 5.0:
        return 1.0
    state = np.zeros(2)
    state += state[1:] * v + 1.0
    return np.sum(state)


def test_view_of_the_array_before_it_was_added_to() -> None:
    agrees(reads_itself_in_a_branch, 3.0, np.array([1.5, 0.5]))


# ----------------------------------------------------------------------------------------------- ints typed as floats


def slice_of_a_product(x: float) -> float:
    c = 0 if x > 1.0 else x
    v = (c * np.arange(2))[:]
    return 0.5 * v[0] + 0.25 * v[1] + np.sum(v) * x


def sum_times_a_counter(x: float, n: int) -> float:
    total = 0
    for _ in range(n):
        total += x
    v = x * np.ones(3)
    return 0.5 * v[0] + np.sum(v) * total


def product_with_a_counter(v: np.ndarray, n: int) -> float:
    c = 2
    for _ in range(n):
        c *= v[0]
    return np.sum(v * (c * np.arange(3)))


def weighted(v: np.ndarray, x: float) -> float:
    for k in range(len(v)):
        x = x * 1.5 + 0.5 * v[k]
    return x


def given_to_a_helper(x: float) -> float:
    c = 0 if x > 1.0 else x
    return weighted(c * np.arange(3), x)


def test_cotangents_are_floats_where_numbers_are_ints() -> None:
    for x in (0.5, 2.0):
        agrees(slice_of_a_product, x)
        agrees(given_to_a_helper, x)
    for n in (0, 2):
        agrees(sum_times_a_counter, 1.5, n)
        agrees(product_with_a_counter, np.array([0.5, 1.5, 2.0]), n)
    assert value_and_grad(product_with_a_counter)(np.ones(3), 0)[1].dtype == np.float64


# --------------------------------------------------------------------------------------------------- any and all


def reciprocals(x: float, y: float) -> float:
    return x if any(1 / v > 0.1 for v in (x, y)) else 2.0 * x


def fails_late(x: float) -> float:
    return x if any(1 / v > 0.1 for v in (x, 0.0)) else 2.0 * x


def says(v: float) -> bool:
    print(v)
    return v > 1.0


def announced(x: float, xs: np.ndarray) -> float:
    if any(says(v) for v in xs):
        x = x * x
    return x * all(says(v + 1.0) for v in xs if v != 2.0)


def remembers(x: float, xs: np.ndarray) -> float:
    if any((w := v * x) > 2.0 for v in xs):
        return w
    return x * w


def of_rows(x: float, m: np.ndarray) -> float:
    return x * x if any(v > x for r in m for v in r if v != 3.0) else x


def taken_so_far(x: float, xs: np.ndarray) -> float:
    it = iter(xs)
    found = any(v > 1.0 for v in it)
    return x * (sum(it) if found else 2.0)


def test_no_more_items_are_evaluated_than_decide(capsys: pytest.CaptureFixture[str]) -> None:
    xs = np.array([0.5, 1.5, 2.0])
    agrees(reciprocals, 2.0, 0.0)
    agrees(fails_late, 2.0)
    for fn, args in ((reciprocals, (50.0, 0.0)), (fails_late, (50.0,))):
        with pytest.raises(ZeroDivisionError, match="float division by zero"):
            value_and_grad(fn)(*args)
    for x in (0.5, 1.5):
        agrees(remembers, x, xs)
        agrees(of_rows, x, np.array([[0.5, 1.0], [3.0, 0.7]]))
        agrees(taken_so_far, x, xs)
    capsys.readouterr()
    assert value_and_grad(announced)(3.0, xs) == (9.0, 6.0)
    assert capsys.readouterr().out == "0.5\n1.5\n1.5\n2.5\n"


# ------------------------------------------------------------------------------------------------- paths and names

SCALE = 1.0


def bound_on_one_path(x: float, k: int) -> float:
    while k > 0:
        k -= 1
        for _ in (1.0,):
            if SCALE:
                first = [(w := 1.0)]
            x = w * x
            second = first
    return x * second[0]


def iterator_of_a_perhaps_unbound_list(x: float) -> float:
    for _ in range(2):
        for _ in (1.0,):
            if SCALE:
                first = [1.0]
            it = iter(first)
        x = x * 2.0 + next(it)
        for v in it:
            x = x * v
    return x * first[0]


def hands_on_what_it_returns_late(x: float, b: np.ndarray) -> float:
    state = 1.0
    for _ in range(1):
        if b[2]:
            state = np.mean(1.0)
            return math.cosh(x) + 1.0
        else:
            x = state
    return x * 2.0 + np.sum(b)


def asks_for_what_it_returns_late(x: float, n: int) -> float:
    state, k = 1.0, 0
    while state < 3.0 and k < n:
        k += 1
        if x > 5.0:
            state = math.sin(x)
            return state
        x = x * 1.5
    return x * state


def test_variables_on_some_paths() -> None:
    agrees(bound_on_one_path, 2.0, 1)
    with pytest.raises(UnboundLocalError, match="second"):
        value_and_grad(bound_on_one_path)(2.0, 0)
    agrees(iterator_of_a_perhaps_unbound_list, 2.0)
    agrees(hands_on_what_it_returns_late, 2.0, np.zeros(3))
    agrees(hands_on_what_it_returns_late, 2.0, np.ones(3))
    for n in (2, 9):
        agrees(asks_for_what_it_returns_late, 2.0, n)


# ------------------------------------------------------------------------------------------- conditions of nothing


def tells_between(x: float, t: float, z: float) -> float:
    for k in range(3):
        x = math.sin(t)
        if k > 5:
            break
        t += 0.5
        if z > 0.0 and (print("here") or 1.0 / (z - k) > 0.5):
            continue
    return 0.43 * t + 0.22 * x


def test_condition_runs_where_both_branches_have_nothing_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    agrees(tells_between, 0.5, 0.6, -1.0)
    capsys.readouterr()
    value_and_grad(tells_between, argnums=(0, 1))(0.5, 0.6, 0.5)
    assert capsys.readouterr().out == "here\n" * 3
    with pytest.raises(ZeroDivisionError):
        value_and_grad(tells_between, argnums=(0, 1))(0.5, 0.6, 1.0)


def needs_an_item(x: float, v: np.ndarray) -> float:
    largest, place = np.max(v), v.argmin()
    return x * x


def needs_an_item_of_a_list(x: float, v: np.ndarray) -> float:
    largest = max([e * x for e in v])
    return x * x


def test_largest_of_nothing_raises() -> None:
    for fn in (needs_an_item, needs_an_item_of_a_list):
        agrees(fn, 1.5, np.ones(2))
        with pytest.raises(ValueError, match="zero-size|empty"):
            value_and_grad(fn)(1.5, np.ones(0))


# ------------------------------------------------------------------------------- what lazy iterators and closures see


def iterates_over_what_it_rebinds(x: float, t: float, y: float) -> float:
    it = (t for _ in (1.0,))
    for out in it:
        out, t, x = (t, x, out)
    return x * y


def maps_over_what_it_rebinds(x: float, y: float, v: np.ndarray) -> float:
    it = map(lambda e: x * y * e, v)
    saved = 1.0
    for r in it:
        saved, r, y = (r, y, saved)
    return y


def test_an_iterator_sees_variables_as_they_are_when_it_is_asked() -> None:
    agrees(iterates_over_what_it_rebinds, 0.5, 2.0, 3.0)
    agrees(maps_over_what_it_rebinds, 0.867, 1.83, np.array([0.411, -1.021, 0.385]))


# ------------------------------------------------------------------------------------------------- what always raises


def returns_or_raises(n: int, x: float) -> float:
    if n:
        return 1.0
    a += x  # noqa: F821
    return a


def calls_what_returns_or_raises(x: float, n: int) -> float:
    for k in range(1, 2):
        x *= returns_or_raises(n * k, 1.0)
        if n > 5:
            break
    return x


def test_a_callee_that_raises_on_one_path() -> None:
    agrees(calls_what_returns_or_raises, 1.5, 2)
    agrees(calls_what_returns_or_raises, 1.5, 7)
    with pytest.raises(UnboundLocalError):
        value_and_grad(calls_what_returns_or_raises)(1.5, 0)


def needs_itself(x: float, k: int) -> float:
    for _ in range(2):
        p = max(p for _ in range(k))  # noqa: F821
    return x


def test_an_unbound_variable_inside_a_generator() -> None:
    with pytest.raises(NameError, match="free variable 'p'"):
        value_and_grad(needs_itself)(1.0, 2)
    with pytest.raises(ValueError, match="empty"):
        value_and_grad(needs_itself)(1.0, 0)


def returns_where_nothing_is_found(x: float, t: float, k: int) -> float:
    for _ in range(k):
        if any(1.0 for _ in range(k) if 1.0 < 1.0):
            t += math.cos(x) ** k
            return 1.0
    return t


def test_a_branch_that_is_never_taken_and_that_the_reverse_sweep_does_not_know_for_one() -> None:
    agrees(returns_where_nothing_is_found, 1.5, 2.0, 2)


def returns_where_all_is_found(x: float, k: int) -> float:
    for _ in range(k):
        if all(1.0 for _ in WEIGHTS if 1.0):
            return divmod(x, 1.0)[1]
        x /= np.zeros(2).sum()
    return x * x


WEIGHTS = [1.0]


def test_what_no_iteration_changes_is_known_behind_the_loop() -> None:
    agrees(returns_where_all_is_found, 1.5, 2)
    agrees(returns_where_all_is_found, 1.5, 0)


def reads_in_a_comprehension(x: float, v: np.ndarray) -> float:
    if not WEIGHT:
        result = v
    total = [result[0] for _ in range(1)]
    return x


WEIGHT = 1.0


def test_an_unbound_variable_of_a_comprehension() -> None:
    with pytest.raises(NameError) as expected:
        reads_in_a_comprehension(1.0, np.ones(2))
    with pytest.raises(NameError) as found:
        value_and_grad(reads_in_a_comprehension)(1.0, np.ones(2))
    assert found.type is expected.type and found.value.args == expected.value.args


def extreme_of_an_int(x: float) -> float:
    chosen: float = np.array(max([0, x]))[np.array(True)].sum()
    return chosen * x


def test_an_array_of_an_int_that_might_have_been_a_float() -> None:
    agrees(extreme_of_an_int, 1.5)
    agrees(extreme_of_an_int, -1.5)


def counts_what_is_left_out(x: float, y: float) -> float:
    x += all(1.0 for bound in (1.0,) if y <= bound)
    x += any(0.0 for bound in (1.0,) if y <= bound)
    x += 2 * all(0.0 for bound in (1.0, 3.0) if y <= bound)
    return x + 4 * any(1.0 for bound in (1.0, 3.0) if y <= bound)


@pytest.mark.parametrize("y", [0.5, 1.5, 3.5])
def test_a_known_item_that_a_condition_leaves_out_decides_nothing(y: float) -> None:
    agrees(counts_what_is_left_out, 0.5, y)


def reads_before_it_writes(x: float, v: np.ndarray) -> float:
    for _ in range(1):
        before = x + v
        v[:] = 1.0
        return np.sum(before)
    return x


def test_what_is_returned_is_not_computed_behind_a_write() -> None:
    agrees(reads_before_it_writes, 0.5, np.array([1.5, 0.5]))


def chooses_what_is_known(x: float, v: np.ndarray, m: np.ndarray) -> float:
    return m[1][1] if all(1.0 for _ in (1.0,) if x) else sum(p for p, _ in zip(v, v))


def test_a_branch_is_taken_in_both_sweeps_or_in_none() -> None:
    agrees(chooses_what_is_known, 1.5, np.array([1.5, 0.5]), np.array([[1.0, 2.0], [3.0, 4.0]]))


def asks_for_no_key(x: float, v: np.ndarray) -> float:
    return x * max(v, key=None) + min(v, key=None)


def test_no_key_is_no_keyword() -> None:
    agrees(asks_for_no_key, 0.5, np.array([1.5, 0.5]))


def asks_of_what_is_not_known_yet(x: float, v: np.ndarray) -> float:
    cells = [object for _ in v]
    lazily = (1.0 for _ in cells)
    state = [lambda _, j=1.0: lazily for j in range(2)]
    found = state[1](1.0)
    return x * any(1.0 for _ in (1.0,) if found)


def test_a_condition_that_is_not_known_yet_decides_nothing() -> None:
    agrees(asks_of_what_is_not_known_yet, 0.5, np.array([1.5, 0.5]))


def reads_what_is_not_bound_twice(x: float, v: np.ndarray) -> float:
    if not x:
        a = v.mean()
    return 1.0 * a + min([a for _ in range(2, 0, -1)])


def test_the_first_read_of_what_is_not_bound_raises() -> None:
    agrees(reads_what_is_not_bound_twice, 0.0, np.array([1.5, 0.5]))
    with pytest.raises(UnboundLocalError):
        sct.value_and_grad(reads_what_is_not_bound_twice, (0, 1))(1.0, np.array([1.5, 0.5]))
