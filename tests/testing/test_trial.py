"""The judge, the shrinker and the finite differences, tried on engines that are wrong on purpose."""

import math

import numpy as np
import pytest

from sct.testing import check
from sct.testing.check import check_grads, finite_difference, stencil
from sct.testing.original import value_and_gradient
from sct.testing.programs import Program, generate
from sct.testing.shrink import shrink, shrink_program
from sct.testing.trial import Summary, Verdict, copies, judge, survey
from sct.trees import leaves, with_leaves


def perfect(fn, args, argnums):
    value, grads = value_and_gradient(fn, args, argnums)
    fn(*copies(args))  # for what it prints
    return value, grads


def forgets_break(fn, args, argnums):
    """Wrong for every program whose source says ``break``."""
    import inspect

    value, grads = perfect(fn, args, argnums)
    wrong = "break" in inspect.getsource(fn)
    return value, with_leaves(grads, (g + 1e-3 * wrong for g in leaves(grads)))


def program(body: str, *args) -> Program:
    return Program(f"import math\nimport numpy as np\ndef f(x):\n    {body}\n", args or (0.5,), {})


def test_generation_is_deterministic_and_legal() -> None:
    for seed in range(40):
        made = generate(seed)
        compile(made.source, "<program>", "exec")
        assert made.source == generate(seed).source and made.argnums


def test_the_perfect_engine_is_right() -> None:
    found = survey(range(150), perfect)
    assert not found.failures and found.verdicts["right"] > 140 and found.nonzero_share > 0.8
    assert "| right |" in found.markdown("title")


def test_a_wrong_engine_is_caught_and_its_program_shrunk() -> None:
    found = survey(range(40), forgets_break)
    assert found.failures and all(v.kind == "wrong gradient" for _, v in found.failures)
    shortest = min((generate(seed) for seed, _ in found.failures), key=lambda p: ("while" in p.source, len(p.source)))
    small, verdict = shrink_program(shortest, forgets_break, seconds=20)
    assert verdict.kind == "wrong gradient" and "break" in small.source and len(small.source.splitlines()) <= 8


@pytest.mark.parametrize("engine, kind", [
    (lambda f, a, n: (f(*a) + 1e-16, (1.0,)), "wrong gradient"), (lambda f, a, n: (f(*a) + 1e-12, (2.0,)), "wrong value"),
    (lambda f, a, n: (f(*a), (2.0 + 1e-6,)), "wrong gradient"), (lambda f, a, n: (f(*a), (np.float64(2.0),)), "wrong gradient"),
    (lambda f, a, n: (f(*a), (2.0 + 1e-10,)), "right"), (lambda f, a, n: 1 / 0, "crash"),
    (lambda f, a, n: (print("again"), f(*a))[1:] + ((2.0,),), "wrong output"),
    (lambda f, a, n: (f(*a), (math.nan,)), "wrong gradient"),
])
def test_verdicts(engine, kind) -> None:
    assert judge(program("return 2.0 * x"), engine).kind == kind


def test_exceptions_must_agree() -> None:
    raising = program("raise ValueError('no')")
    assert judge(raising, perfect) == Verdict("raises", "ValueError")
    assert judge(raising, lambda f, a, n: (1.0, (0.0,))).kind == "wrong exception"
    assert judge(raising, lambda f, a, n: {}["key"]).kind == "wrong exception"


def test_changed_arguments_are_noticed() -> None:
    def careless(f, args, n):
        value, grads = perfect(f, args, n)
        args[0][0] = 7.0
        return value, grads

    assert judge(program("return x.sum()", np.ones(2)), careless).kind == "changed arguments"


def test_shrinking_keeps_the_predicate() -> None:
    source = """
def f(x):
    for i in range(3):
        if x > i:
            y = bad(x) + 3.7
        else:
            y = 1
    return y
"""
    assert shrink(source, lambda text: "bad(x)" in text) == "def f(x):\n    y = bad(x)"
    with pytest.raises(ValueError, match="does not hold"):
        shrink(source, lambda text: False)


def test_stencils_are_exact_for_polynomials() -> None:
    for points in (3, 5, 7):
        offsets, weights = stencil(points)
        for power in range(points):
            assert weights @ offsets**power == pytest.approx(float(power == 1), abs=1e-12)
    with pytest.raises(ValueError, match="3, 5, 7"):
        stencil(4)


def test_finite_difference_is_accurate_at_any_scale() -> None:
    assert finite_difference(math.exp, (2.0,)) == pytest.approx(math.exp(2.0), rel=1e-10)
    assert finite_difference(lambda x: math.sin(300 * x), (0.1,)) == pytest.approx(300 * math.cos(30.0), rel=1e-7)
    v = np.array([[1.0, 2.0], [3.0, 4.0]])
    np.testing.assert_allclose(finite_difference(lambda k, a: (a**3).sum() * k, (2, v), 1), 6 * v**2, rtol=1e-10)


def test_check_grads_names_argument_and_element(monkeypatch: pytest.MonkeyPatch) -> None:
    def f(x, k, v):
        return x * k * (v**2).sum()

    def engine(rev=0.0, fwd=0.0, second=0.0):
        def vjp(fun, *args):
            value, (x_bar, v_bar) = value_and_gradient(fun, args, (0, 2))
            return value, lambda bar: (x_bar * bar, None, (v_bar + [0.0, rev]) * bar)

        def jvp(fun, args, tangents):
            value, (x_bar, v_bar) = value_and_gradient(fun, args, (0, 2))
            return value, tangents[0] * (x_bar + fwd) + v_bar @ tangents[2]

        def grad(fun, argnums):
            return lambda *args: value_and_gradient(fun, args, argnums)[1]

        def hvp(fun, args, tangents):
            (x, k, v), (x_dot, _, v_dot) = args, tangents
            return 2 * k * v @ v_dot, 2 * k * (v * x_dot + x * v_dot) + [0.0, second]

        return {"vjp": vjp, "jvp": jvp, "grad": grad, "hvp": hvp}.__getitem__

    args = (0.5, 3, np.array([1.0, 2.0]))
    monkeypatch.setattr(check, "public", engine())
    check_grads(f, args, order=2)
    monkeypatch.setattr(check, "public", engine(rev=1e-3))
    with pytest.raises(AssertionError, match=r"argument 2, element \[1\]: the gradient is.*1 of 2 elements differ"):
        check_grads(f, args)
    check_grads(f, args, modes=("fwd",))
    monkeypatch.setattr(check, "public", engine(fwd=1e-3))
    with pytest.raises(AssertionError, match="argument 0: the derivative by forward mode is.*finite differences"):
        check_grads(f, args)
    monkeypatch.setattr(check, "public", engine(fwd=1e-8))
    with pytest.raises(AssertionError, match="argument 0: the derivative by forward mode is.*reverse mode gives"):
        check_grads(f, args)
    monkeypatch.setattr(check, "public", engine(second=1e-3))
    with pytest.raises(AssertionError, match=r"argument 2, element \[1\]: the Hessian times a vector"):
        check_grads(f, args, order=2)


def test_check_grads_says_what_it_cannot_check() -> None:
    with pytest.raises(ValueError, match="no argument is a float"):
        check_grads(lambda n: n * 1.0, (1,))
    with pytest.raises(ValueError, match="order 1, 2 and 3"):
        check_grads(lambda x: x, (1.0,), order=4)
    with pytest.raises(ValueError, match="modes"):
        check_grads(lambda x: x, (1.0,), modes=("both",))
    with pytest.raises(ValueError, match="one number"):
        check_grads(lambda x: (x * x, x), (np.ones(2),), order=2)


def test_summaries_group_refusals() -> None:
    found = Summary()
    for name in ("x", "y"):
        found.add(3, Verdict("refused", f"SCT101: `{name}` is not supported"), ["if"])
    assert list(found.refusals.values()) == [2]
