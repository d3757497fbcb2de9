"""Lowered IR computes what the original function computes: on chosen programs and on thousands of random ones."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest

from sct.errors import UnsupportedSyntaxError
from sct.frontend.capture import capture, capture_text
from sct.frontend.lower import lower
from sct.ir.core import walk
from tests.frontend.interpreter import run
from tests.frontend.random_control import Writer

TRACE: list[Any] = []


def log(value: Any, *more: Any, z: int = 0) -> Any:
    TRACE.append((value, more, z))
    if len(TRACE) > 20_000:
        raise OverflowError
    return value


@contextlib.contextmanager
def guard(value: Any) -> Any:
    log(("enter", value))
    try:
        yield 3
    finally:
        log(("exit",))


def outcome(call: Any) -> Any:
    """What a call returns or raises, with what it logged."""
    TRACE.clear()
    try:
        result: Any = call()
    except NameError:
        result = "unbound"
    except Exception as error:
        result = type(error), str(error) if not isinstance(error, TypeError) else ""
    return result, list(TRACE)


def check(text: str, *argument_lists: tuple[Any, ...]) -> None:
    space = {"log": log, "guard": guard}
    captured = capture_text(text, "f", space)
    function = lower(captured)
    for args in argument_lists:
        expected = outcome(lambda args=args: captured.fun(*args))
        got = outcome(lambda args=args: run(captured, *args, function=function))
        assert got == expected, f"{text}\nf{args}\nexpected {expected}\ngot      {got}"


@pytest.mark.parametrize("chunk", range(20))
def test_random_programs(chunk: int) -> None:
    for seed in range(chunk * 150, chunk * 150 + 150):
        check(Writer(seed).text(), (1, 2, 3), (0, -1, 4))
