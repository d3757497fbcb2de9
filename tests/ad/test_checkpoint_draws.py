"""Random numbers in what runs again: the gradient is the plain one, and generators end as a plain call leaves them."""

import math
import random
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import sct
from sct.errors import SctError

checkpoint = sct.checkpoint
SHARED = np.random.default_rng(0)


# ------------------------------------------------------------------------------------------------------------- programs

def walk(x, rng, n):
    s = x
    for _ in range(n):
        s = math.sin(s) * x + rng.normal(0.1 * x, x)
    return s


def hidden_state(x, rng, n):
    s = x
    for _ in range(n):
        s = math.sin(s) * x + np.random.normal(0.0, x) * s + 0.1 * np.random.rand() + np.random.randint(3)
    return s


def hidden_python(x, rng, n):
    s = x
    for _ in range(n):
        s = math.sin(s) * x + random.gauss(0.0, x) * s + 0.1 * random.random()
    return s


def of_module(x, rng, n):
    s = x
    for _ in range(n):
        s = math.sin(s) * x + SHARED.uniform(-x, x) * s
    return s


def vectors(x, rng, n):
    u = x * np.ones(3)
    for _ in range(n):
        u = np.sin(u) * x + rng.normal(size=3) * u
        u[rng.integers(3)] *= rng.choice([0.5, 0.7])
    return np.sum(u * u)


def left_early(x, rng, n):
    s = x
    for _ in range(n):
        s = math.sin(s) + 0.1 * x * rng.exponential()
        if s > 1.5:
            s *= x
            break
    return s


def by_test(x, rng, n):
    s, k = x, 0
    while s < 4.0 and k < n:
        s += 0.1 * x * abs(rng.normal(0.0, 1.0 + x)) * math.cos(s) ** 2 + 0.01
        k += 1
    return s * x


def step(s, x, rng):
    total = s
    for _ in range(2):
        total += math.sin(total) * x * rng.normal()
    if total > 3.0:
        total = 3.0 * math.sin(total * rng.random())
    return total


def by_callee(x, rng, n):
    s = x
    for _ in range(n):
        s = step(s, x, rng) * 0.9
    return s


def in_each_other(x, rng, n):
    s = x
    for _ in checkpoint(range(n)):
        s = math.sin(s) + rng.normal()
        for _ in checkpoint(range(n)):
            s = math.sin(s) * x + 0.1 * rng.normal(0.0, x)
        s *= 1.0 + 0.1 * rng.random()
    return s


def hidden_in_each_other(x, rng, n):
    s = x
    for _ in checkpoint(range(n)):
        s = math.sin(s) + np.random.normal()
        for _ in checkpoint(range(n)):
            s = math.sin(s) * x + 0.1 * np.random.normal(0.0, x)
    return s


@checkpoint
def layer(s, x, rng):
    return math.sin(s) * x + rng.normal(0.0, x) * s


def by_layers(x, rng, n):
    s = x
    for _ in range(n):
        s = layer(s, x, rng) + 0.1 * rng.random()
    return s


def own_generator(x, rng, n):
    own = np.random.default_rng(7)
    s = x + own.normal()
    for _ in range(n):
        s = math.sin(s) * x + own.normal(0.0, x)
    return s + own.normal() * x


PROGRAMS = [walk, hidden_state, hidden_python, of_module, vectors, left_early, by_test, by_callee, in_each_other,
            hidden_in_each_other, by_layers, own_generator]


def seeded(f, x, n=9):
    """What ``f`` gives with all generators as they are at the beginning, and the next numbers of all of them."""
    np.random.seed(3)
    random.seed(4)
    SHARED.bit_generator.state = np.random.default_rng(5).bit_generator.state
    rng = np.random.default_rng(6)
    found = f(x, rng, n)
    return found, (np.random.rand(), random.random(), SHARED.random(), rng.normal())


@pytest.mark.parametrize("n", [0, 1, 9])
@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_the_gradient_is_the_plain_one_and_so_is_what_is_drawn_next(f, n):
    value, after = seeded(f, 0.7, n)
    (same, gradient), end = seeded(sct.value_and_grad(f, checkpoint="loops"), 0.7, n)
    assert same == value and end == after
    (_, plain), _ = seeded(sct.value_and_grad(f), 0.7, n)
    assert gradient == pytest.approx(plain, rel=1e-13, abs=1e-15)
    ends = [seeded(f, 0.7 + h, n)[0] for h in (1e-6, -1e-6)]
    assert gradient == pytest.approx((ends[0] - ends[1]) / 2e-6, rel=1e-5, abs=1e-6)


def uniform(x, rng, n):
    s = x
    for _ in range(n):
        s = math.sin(s) * x + rng.uniform(-x, x)
    return s


@pytest.mark.parametrize("make", [np.random.default_rng, np.random.RandomState, random.Random])
def test_every_kind_of_generator(make):
    rngs = [make(6), make(6), make(6)]
    plain, found = (sct.grad(uniform, checkpoint=cut)(0.7, rng, 9) for cut, rng in zip((None, "loops"), rngs, strict=False))
    uniform(0.7, rngs[2], 9)
    assert found == pytest.approx(plain, rel=1e-13)
    assert len({rng.uniform(0.0, 1.0) for rng in rngs}) == 1


@pytest.mark.parametrize("f", [in_each_other, by_layers, hidden_in_each_other], ids=lambda f: f.__name__)
def test_other_derivatives_draw_the_same_numbers(f):
    def second(x, rng, n):
        return sct.hvp(f, (x, rng, n), (1.0, None, None))

    ends = [seeded(sct.grad(f), 0.7 + h, 4)[0] for h in (1e-5, -1e-5)]
    assert seeded(second, 0.7, 4)[0] == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-4)


@pytest.mark.parametrize("f", [in_each_other, by_layers, hidden_in_each_other], ids=lambda f: f.__name__)
def test_a_pullback_may_be_called_any_number_of_times_and_from_threads(f):
    plain, _ = seeded(sct.grad(f), 0.7)
    (_, pull_back), _ = seeded(lambda x, rng, n: sct.vjp(f, x, rng, n), 0.7)
    with ThreadPoolExecutor(2) as pool:
        found = [cotangents[0] for cotangents in pool.map(pull_back, [1.0] * 8)]
    assert found == pytest.approx([plain] * 8, rel=1e-13)
    assert len(set(found)) == 1


def test_saved_modules_draw_too(tmp_path):
    gradient = sct.grad(in_each_other)
    expected, _ = seeded(gradient, 0.7)
    gradient.save(tmp_path / "drawing.py", 0.7, np.random.default_rng(6), 9)
    text = (tmp_path / "drawing.py").read_text()
    space = {}
    exec(text, space)
    assert "import sct" not in text
    assert seeded(space["in_each_other_grad"], 0.7)[0] == expected


# -------------------------------------------------------------------------------------------------------------- refusals

def two_generators(x, rng, n):
    s = x
    for _ in range(n):
        s = math.sin(s) * x + rng.normal() + np.random.rand()
    return s


def in_the_test(x, rng, n):
    s = x
    while s < rng.uniform(3.0, 9.0):
        s += math.sin(s) ** 2 + 0.1 * x
    return s


def made_inside(x, rng, n):
    s = x
    for _ in range(n):
        s = math.sin(s) * x + np.random.default_rng().normal()
    return s


def seeds(x, rng, n):
    s = x
    for i in range(n):
        np.random.seed(i)
        s = math.sin(s) * x + np.random.rand()
    return s


@pytest.mark.parametrize("f", [two_generators, in_the_test, made_inside, seeds], ids=lambda f: f.__name__)
def test_what_cannot_be_drawn_again_is_refused(f):
    with pytest.raises(SctError) as caught:
        seeded(sct.grad(f, checkpoint="loops"), 0.7)
    assert caught.value.obstacles[0].code == "SCT116"


def test_one_generator_under_two_names_is_refused():
    def twice(x, a, b):
        s = x
        for _ in range(5):
            s = math.sin(s) * x + a.normal() * b.normal()
        return s

    rng = np.random.default_rng(0)
    with pytest.raises(SctError, match="from one generator"):
        sct.grad(twice, checkpoint="loops")(0.7, rng, rng)
