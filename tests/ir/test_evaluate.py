"""The evaluator does what the printed Python would do."""

import types

import numpy as np
import pytest

from sct.errors import InternalError
from sct.ir.core import Op
from sct.ir.evaluate import evaluate
from sct.ir.parsing import from_text


def run(text, *args, namespace=None, names=None):
    return evaluate(from_text(text, names), args, namespace)


def test_break_in_tail_form():
    text = """
function f(%n: int, %limit: float):
  %0: int = const 0
  %1: int = const 1
  %2: float = const 1.0
  %y: float, %exit: int = for %i: int in range(%0, %n, %1) with %s: float = %2, %e: int = %0:
    %t: float = %s * 2.0
    %c: bool = %t > %limit
    if %c {tail}:
      break %t, %1 {exit=1}
    else:
      %odd: int = %i % 2
      if %odd {tail}:
        continue %s, %e
      else:
        continue %t, %e
  return %y, %exit
"""
    assert run(text, 10, 9.0) == (16.0, 1)
    assert run(text, 3, 99.0) == (4.0, 0)
    assert run(text, 0, 99.0) == (1.0, 0)


def test_while_with_and_format():
    text = """
function f(%x: float):
  %cm = contextlib.nullcontext(%x)
  %y: float = with %cm as %inner:
    %r: float = while with %s: float = %inner:
      %c: bool = %s < 10.0
      test %c
    do %t: float:
      %u: float = %t * 2.0
      continue %u
    yield %r
  %text: str = format %y {parts=('y=', (0, 'r', ''), '!')}
  return %y, %text
"""
    import contextlib
    assert run(text, 1.5, names={"contextlib.nullcontext": contextlib.nullcontext}) == (12.0, "y=12.0!")


def test_saved_values_and_buffers():
    text = """
function f(%x: float64[:], %n: int):
  %0: int = const 0
  %1: int = const 1
  %saved: saved(float) = cache
  for %i: int in range(%0, %n, %1):
    %v: float = %x[%i]
    push %saved, %v
    continue
  %b: float64[:] = np.zeros(%n) {effect='fresh'}
  for %j: int in range(%0, %n, %1) {reverse}:
    %w: float = pop %saved
    index_add %b[%j], %w
    continue
  %idx = const [0, 0]
  index_add %b[%idx], 1.0
  iadd %b, %x
  return %b {single}
""".replace("index_add %b[%idx], 1.0", "%one: float = const 1.0\n  index_add %b[%idx], %one")
    x = np.array([1.0, 2.0, 3.0])
    assert run(text, x, 3).tolist() == [4.0, 4.0, 6.0]
    assert x.tolist() == [1.0, 2.0, 3.0]


def test_calls_globals_items_and_linear_updates():
    text = """
function f(%x: float64[:]):
  %k: float = global cfg.rates['k']
  %a: float64[:], %b: float = invoke g(%x, %k)
  %t = tuple %b, %k {cls=tuple}
  %first: float = item %t {key=0}
  %empty: list(float) = tuple {cls=list}
  %full: list(float) = append %empty, %first
  %a.1: float64[:] = iaddv %a, %full {fn=mul}
  return %a.1, %full
function g(%x, %k):
  %y = %x * %k
  %z = %k + 1.0
  return %y, %z
"""
    namespace = {"cfg": types.SimpleNamespace(rates={"k": 2.0})}
    values, items = run(text, np.array([1.0]), namespace=namespace)
    assert values.tolist() == [6.0] and items == [3.0]


def test_errors_of_the_program_come_through():
    text = "function f(%x: float):\n  %e = ValueError('bad', %x)\n  raise %e"
    with pytest.raises(ValueError, match="bad"):
        run(text, 1.0)
    with pytest.raises(ZeroDivisionError):
        run("function f(%x: float):\n  %y: float = 1.0 / %x\n  return %y {single}", 0.0)
    with pytest.raises(AssertionError, match="no"):
        run("function f(%x: float):\n  %m = const 'no'\n  assert %x, %m\n  return %x {single}", 0.0)


def test_what_cannot_be_evaluated_is_a_bug_of_ours():
    fn = from_text("function f(%x):\n  return %x {single}")
    fn.body.ops.insert(0, Op("setcell", [fn.params[0]], [], {}))
    with pytest.raises(InternalError, match="cannot evaluate setcell"):
        evaluate(fn, [1.0])
