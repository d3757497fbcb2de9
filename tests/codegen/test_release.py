"""Dead arrays are released while the reverse sweep goes: asked of the memory that is held, not of the clock."""

import re
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sct
from sct.codegen.release import TOGETHER

SIZE = 20_000


def layers(depth: int) -> Callable[..., Any]:
    """A program of ``depth`` lines, each of which needs the two before it."""
    lines = ["def net(x, a):", "    h0 = np.sin(x)", "    h1 = np.tanh(x * a)"]
    lines += [f"    h{k} = np.tanh(h{k - 1} * a + np.sin(h{k - 2}))" for k in range(2, depth)]
    text = "\n".join([*lines, f"    return np.sum(h{depth - 1})", ""])
    return sct.grad_from_source(text, name="net", namespace={"np": np})


def held(fun: Callable[..., Any], *args: Any) -> float:
    """The largest number of arrays that are in memory at one time."""
    tracemalloc.start()
    fun(*args)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / (8 * SIZE)


def without_releases(text: str) -> Callable[..., Any]:
    space: dict[str, Any] = {"np": np}
    exec(re.sub(r"\n *del .*", "", text), space)
    return space["net_grad"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("depth", [16, 32])
def test_a_long_program_does_not_hold_all_adjoints(depth: int) -> None:
    x = np.linspace(0.1, 1.0, SIZE)
    net = layers(depth)
    gradient = net.specialize(x, 0.3)
    kept = without_releases(sct.source(net.fun, x, 0.3))
    assert np.array_equal(gradient(x, 0.3), kept(x, 0.3))
    assert held(kept, x, 0.3) >= 3 * depth - 1
    assert held(gradient, x, 0.3) <= depth + TOGETHER + 2


def test_a_short_program_is_as_it_was() -> None:
    gradient = layers(4)
    gradient(np.ones(3), 0.3)
    assert "del " not in gradient.source


def two_loops(u: np.ndarray, n: int) -> float:
    for _ in range(n):
        u = np.sin(u)
    v = 2 * u
    for _ in range(n):
        v = np.tanh(v) * u
    return np.sum(v)


def test_what_a_loop_saved_is_released_before_the_next_one_runs_backwards() -> None:
    text = sct.source(two_loops, np.ones(3), 4)
    assert re.search(r"\n    del .*saved_tanh_v\n    # \d+: v = 2", text)
    u, h = np.array([0.5, 1.5]), 1e-6
    expected = [(two_loops(u + h * e, 4) - two_loops(u - h * e, 4)) / (2 * h) for e in np.eye(2)]
    np.testing.assert_allclose(sct.grad(two_loops)(u, 4), expected, rtol=1e-7)


def numbers(x: float, n: int) -> float:
    for _ in range(n):
        x = np.sin(x) * x
    for _ in range(n):
        x = np.cos(x) * x
    return x


def test_numbers_are_not_worth_a_line() -> None:
    assert "del " not in sct.source(numbers, 0.5, 3)
