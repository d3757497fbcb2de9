"""The notation: what is printed is read back, and reading tells where it fails."""

import numpy as np
import pytest

from sct.ir.build import Builder
from sct.ir.core import Block, Function
from sct.ir.ops import Lit, Slot
from sct.ir.text import callable_text, from_text, literal_text, op_text, to_text
from sct.ir.types import FLOAT

EVERYTHING = """\
function f(%x: float64[:, 1], %n: int, %d: dict('a': float, 'b': tuple(int, list(np.float32)))):
  %0: int = const 0
  %1: int = const 1
  %s: float = const 0.0
  %cfg: float = global cfg.rate['k'].z
  %text: str = const 'a # b'
  %saved: saved(float) = cache
  %b: float64[:, 1] = np.zeros(%n, dtype=np.float64) {effect='fresh'}
  %opt: float64? | None = item %d {key='a'}
  %s.1: float = for %i: int in range(%0, %n, %1) with %s.2: float = %s:
    %2: float = math.sin(%s.2) {may_raise}
    push %saved, %2
    %3: float = %x[%i, 0:-1, ...]
    %4: float = %x[%i,]
    %5: bool = %3 < -1.0
    if %5 {tail}:
      break %s.2 {exit=1}
    else:
      %6: float, %7: float = divmod(%3, 2.5)
      %s.3: float = -%2
      continue %s.3
  %8: float = while with %y: float = %s.1:
    %9: bool = %y < 10.0
    test %9
  do %y.1: float:
    %y.2: float = iaddv %y.1, 3.0 {fn=add}
    continue %y.2
  for %item in each(%x) {reverse}:
    continue
  index_add %b[%0, 1:], %8 {unique}
  iadd %b, %x
  %10: bool = not %5
  %11: bool = %8 is not None
  %12: float = np.sum(%x, axis=(0, 1), where=[%5, nan])
  %13: float = abs(%12)
  %z: float = if %5:
    yield %8
  else:
    raise %8 {template=(ValueError, $0)}
  mark {text='reverse sweep'}
  with %z as %e:
    yield
  %14: float = invoke g(%z)
  return %8 {single}
"""


def test_round_trip():
    """One op of each kind survives print → read → print."""
    text = EVERYTHING + "function g(%a):\n  return %a {single}\n"
    fn = from_text(text)
    assert to_text(fn) == EVERYTHING


def test_names_follow_the_hints():
    body = Block()
    x = body.add_arg("x", FLOAT)
    build = Builder(body)
    y = build.value("call", [x], FLOAT, "x", fn=np.sin, args=(Slot(0),), kwargs={})
    z = build.value("call", [y, y], FLOAT, "", fn=np.hypot, args=(Slot(0), Slot(1)), kwargs={"where": Lit(True)})
    build.emit("return", [z], single=True)
    assert to_text(Function("f", body)).splitlines()[1:] == [
        "  %x.1: float = np.sin(%x)", "  %0: float = np.hypot(%x.1, %x.1, where=True)", "  return %0 {single}"]


def test_line_numbers_are_shown_on_request():
    fn = from_text("function f(%x):\n  return %x {single}")
    assert to_text(fn, lines=True).endswith("return %x {single}  # 2\n")


def test_op_text_uses_the_names_of_the_dump():
    fn = from_text("function f(%x):\n  %0 = %x * 2.0\n  %1 = %0 * 3.0\n  return %1 {single}")
    assert op_text(fn.body.ops[1], fn) == "%1 = %0 * 3.0"


def test_a_lost_value_does_not_stop_the_printer():
    fn = from_text("function f(%x):\n  %0 = %x * 2.0\n  return %0 {single}")
    del fn.body.ops[0]
    assert "return %0" in to_text(fn)


@pytest.mark.parametrize("fn, text", [
    (np.linalg.norm, "np.linalg.norm"), (len, "len"), (np.float32, "np.float32"),
    (from_text, "from_text"), (3, "object('int')"),
])
def test_callables(fn, text):
    assert callable_text(fn) == text


@pytest.mark.parametrize("value, text", [
    ((1,), "(1,)"), ([1, None], "[1, None]"), (float("inf"), "inf"), (..., "..."), (b"x", "b'x'"),
    (object(), "object('object')"),
])
def test_literals(value, text):
    assert literal_text(value) == text


@pytest.mark.parametrize("line, message", [
    ("%y = %q * 2.0", "line 2: %q is not defined here"),
    ("%y = frobnicate(%x)", "unknown name 'frobnicate'"),
    ("%x = const 1", "line 2: %x is defined twice"),
    ("%y = %x ! 2", "line 2: cannot read"),
    ("if %x:", "an if without else"),
    ("%y = const", "the line ends too early"),
])
def test_what_is_no_ir_is_refused_with_its_line(line, message):
    with pytest.raises(ValueError, match=message):
        from_text(f"function f(%x):\n  {line}\n  return %x")
