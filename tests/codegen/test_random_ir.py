"""Random IR: what is printed does what the IR does, effects and their order included."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sct.codegen.emit import emit
from sct.codegen.load import load
from sct.ir.evaluate import evaluate
from sct.ir.verify import verify
from tests.codegen.random_ir import LOG, random_function

ARGUMENTS = [(1.5, -0.5, 2), (-0.3, 2.0, 0)]


def observe(run: Callable[..., Any], args: tuple[Any, ...]) -> tuple[str, list[str]]:
    """The result or exception, and the effects."""
    LOG.clear()
    try:
        with np.errstate(all="ignore"):
            outcome = repr(run(*args))
    except (ArithmeticError, ValueError) as error:
        outcome = repr(error)
    return outcome, [repr(value) for value in LOG]


@pytest.mark.parametrize("size, seeds", [(12, range(500)), (50, range(1000, 1100))])
def test_text_does_what_the_ir_does(size: int, seeds: range) -> None:
    for seed in seeds:
        fn = random_function(seed, size)
        verify(fn)
        emitted = emit(fn)
        function = load(emitted)
        for args in ARGUMENTS:
            expected = observe(lambda *a, fn=fn: evaluate(fn, a), args)
            assert observe(function, args) == expected, f"seed {seed}, arguments {args}\n{emitted.text}"


def test_text_is_the_same_in_every_run() -> None:
    for seed in range(30):
        assert emit(random_function(seed)).text == emit(random_function(seed)).text
